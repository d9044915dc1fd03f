"""Addresses of the tax sheet."""

from django.urls import path

from guanzhang.customs.views import tax_sheet

urlpatterns = [
    path("declarations/<int:pk>/tax/", tax_sheet.tax, name="declaration-tax"),
    path(
        "declarations/<int:pk>/tax/export/", tax_sheet.tax_export, name="declaration-tax-export"
    ),
]
