"""Addresses of the form of a declaration and its review, below /declarations/."""

from django.urls import path

from guanzhang.customs.views import declaration, files, lines, review, sheets, starting

urlpatterns = [
    path("new/", starting.new, name="declaration-new"),
    path("elements/", declaration.elements, name="declaration-elements"),
    path("tariff/", lines.tariff, name="declaration-tariff"),
    path("party/", lines.party, name="declaration-party"),
    path("<int:pk>/", declaration.declaration, name="declaration"),
    path("<int:pk>/save/", declaration.save, name="declaration-save"),
    path("<int:pk>/check/", declaration.check, name="declaration-check"),
    path("<int:pk>/answer/", declaration.answer, name="declaration-answer"),
    path("<int:pk>/cells/", lines.cells, name="declaration-cells"),
    path("<int:pk>/merge/", lines.merge, name="declaration-merge"),
    path("<int:pk>/split/", lines.split, name="declaration-split"),
    path("<int:pk>/goods/", lines.goods, name="declaration-goods"),
    path("<int:pk>/used/", lines.used, name="declaration-used"),
    path("<int:pk>/sheet/", sheets.sheet, name="declaration-sheet"),
    path("<int:pk>/sheet/lines/", sheets.sheet_lines, name="declaration-sheet-lines"),
    path("<int:pk>/files/", files.add_file, name="declaration-file-new"),
    path("<int:pk>/files/<int:file_pk>/", files.file, name="declaration-file"),
    path("<int:pk>/files/<int:file_pk>/remove/", files.remove_file, name="declaration-file-remove"),
    path("<int:pk>/copy/", starting.copy, name="declaration-copy"),
    path("<int:pk>/template/", starting.keep_template, name="declaration-template"),
    path("<int:pk>/review/", review.review, name="declaration-review"),
    path("<int:pk>/review/verdict/", review.verdict, name="declaration-verdict"),
    path("<int:pk>/step/", review.step, name="declaration-step"),
    path("<int:pk>/remarks/<int:remark_pk>/done/", review.remark_done, name="declaration-remark-done"),
]  # fmt: skip
