from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "guanzhang.analytics"
    verbose_name = "分析"
