from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "guanzhang.org"
    verbose_name = "组织"
