from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "guanzhang.reference"
    verbose_name = "参数"
