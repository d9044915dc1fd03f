"""Addresses of printed papers and of the workbook."""

from django.urls import path

from guanzhang.customs.views import prints, workbook

urlpatterns = [
    path("declarations/print/", prints.batch, name="declaration-print-batch"),
    path("declarations/print/<int:job_id>/", prints.batch_file, name="declaration-print-file"),
    path("declarations/<int:pk>/print/", prints.declaration, name="declaration-print"),
    path(
        "declarations/<int:pk>/print/<slug:kind>/", prints.other, name="declaration-print-paper"
    ),
    path("declarations/<int:pk>/workbook/", workbook.workbook, name="declaration-workbook"),
    path("mandates/<int:pk>/print/", prints.mandate, name="mandate-print"),
]
