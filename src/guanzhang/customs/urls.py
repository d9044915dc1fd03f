"""Addresses of the lists and the plain pages of customs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from guanzhang.customs.views import library, lists, mandates, settings

urlpatterns: list[URLPattern | URLResolver] = [
    path("declarations/", lists.declarations, name="declarations"),
    path("declarations/review/", lists.review_queue, name="review-queue"),
    path("declarations/batch/submit/", lists.submit, name="declaration-submit-batch"),
    path("declarations/batch/pass/", lists.pass_review, name="declaration-pass-batch"),
    path("declarations/batch/return/", lists.return_for_changes, name="declaration-return-batch"),
    path("mandates/", lists.mandates, name="mandates"),
    path("mandates/new/", mandates.new, name="mandate-new"),
    path("mandates/<int:pk>/", mandates.mandate, name="mandate"),
    path("mandates/<int:pk>/cancel/", mandates.cancel, name="mandate-cancel"),
    path("used-goods/", lists.used_goods, name="used-goods"),
    path("used-goods/<int:pk>/", library.used_goods, name="used-goods-one"),
    path("used-goods/<int:pk>/forget/", library.forget, name="used-goods-forget"),
    path("templates/", lists.templates, name="templates"),
    path("templates/<int:pk>/", library.template, name="template"),
    path("templates/<int:pk>/remove/", library.remove, name="template-remove"),
    path("settings/declarations/", settings.settings, name="declaration-settings"),
]  # fmt: skip
