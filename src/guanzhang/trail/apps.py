from django.apps import AppConfig


class TrailConfig(AppConfig):
    name = "guanzhang.trail"
    verbose_name = "留痕"
