"""Addresses of parties."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from guanzhang.parties.views import card, details, edit, lists, settings


class DetailKind(StringConverter):
    """The three kinds of detail that share one form page."""

    regex = "contacts|addresses|accounts"


register_converter(DetailKind, "detail")

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/", lists.customers, name="customers"),
    path("customers/new/", edit.new_customer, name="customer-new"),
    path("customers/archived/", lists.archived, name="archived-parties"),
    path("customers/region/", edit.region_of_code, name="party-region"),
    path("customers/batch/assign/", lists.assign, name="customers-assign"),
    path("customers/batch/tag/", lists.tag, name="customers-tag"),
    path("customers/batch/archive/", lists.archive, name="customers-archive"),
    path("customers/batch/restore/", lists.restore, name="customers-restore"),
    path("customers/<int:pk>/", card.customer, name="customer"),
    path("customers/<int:pk>/edit/", edit.edit, name="customer-edit"),
    path("customers/<int:pk>/archive/", card.archive, name="customer-archive"),
    path("customers/<int:pk>/reveal/", card.reveal, name="customer-reveal"),
    path("customers/<int:pk>/files/", card.add_file, name="customer-file-new"),
    path("customers/<int:pk>/files/<int:file_pk>/", card.file, name="customer-file"),
    path("customers/<int:pk>/files/<int:file_pk>/remove/", card.remove_file, name="customer-file-remove"),
    path("customers/<int:pk>/<detail:kind>/new/", details.detail, name="customer-detail-new"),
    path("customers/<int:pk>/<detail:kind>/<int:row_pk>/", details.detail, name="customer-detail"),
    path("customers/<int:pk>/<detail:kind>/<int:row_pk>/remove/", details.remove_detail, name="customer-detail-remove"),
    path("customers/<int:pk>/service/new/", details.new_service, name="service-new"),
    path("customers/<int:pk>/trade/new/", details.transaction, name="transaction-new"),
    path("customers/<int:pk>/trade/<int:line_pk>/", details.transaction, name="transaction"),
    path("customers/<int:pk>/trade/<int:line_pk>/remove/", details.remove_transaction, name="transaction-remove"),
    path("suppliers/", lists.suppliers, name="suppliers"),
    path("suppliers/new/", edit.new_supplier, name="supplier-new"),
    path("transactions/", lists.transactions, name="transactions"),
    path("service-records/", lists.service_records, name="service-records"),
    path("service-records/<int:record_pk>/close/", details.close_service, name="service-close"),
    path("settings/party/", settings.settings, name="party-settings"),
    path("settings/party/tags/", settings.new_tag, name="party-tag-new"),
    path("settings/party/tags/<int:tag_pk>/", settings.change_tag, name="party-tag"),
    path("settings/party/fields/new/", settings.field, name="party-field-new"),
    path("settings/party/fields/<int:field_pk>/", settings.field, name="party-field"),
    path("settings/party/fields/<int:field_pk>/remove/", settings.remove_field, name="party-field-remove"),
]  # fmt: skip
