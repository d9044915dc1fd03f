from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "guanzhang.desk"
    verbose_name = "工作台"
