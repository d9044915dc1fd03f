from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "guanzhang.parties"
    verbose_name = "往来单位"
