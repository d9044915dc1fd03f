from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "guanzhang.demo"
    verbose_name = "演示"
