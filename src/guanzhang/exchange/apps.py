from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "guanzhang.exchange"
    verbose_name = "导入导出"
