from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "guanzhang.work"
    verbose_name = "作业"
