from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "guanzhang.ops"
    verbose_name = "运维"
