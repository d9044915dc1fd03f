"""Addresses of printed papers."""

from django.urls import path

from guanzhang.customs.views import prints

urlpatterns = [
    path("declarations/print/", prints.batch, name="declaration-print-batch"),
    path("declarations/print/<int:job_id>/", prints.batch_file, name="declaration-print-file"),
    path("declarations/<int:pk>/print/", prints.declaration, name="declaration-print"),
    path(
        "declarations/<int:pk>/print/<slug:kind>/", prints.other, name="declaration-print-paper"
    ),
    path("mandates/<int:pk>/print/", prints.mandate, name="mandate-print"),
]
