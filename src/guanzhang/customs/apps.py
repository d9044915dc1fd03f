from django.apps import AppConfig


class CustomsConfig(AppConfig):
    name = "guanzhang.customs"
    verbose_name = "报关"
