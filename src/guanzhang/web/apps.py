from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "guanzhang.web"
    verbose_name = "界面"
