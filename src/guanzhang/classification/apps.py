from django.apps import AppConfig


class ClassificationConfig(AppConfig):
    name = "guanzhang.classification"
    verbose_name = "客户分类"
