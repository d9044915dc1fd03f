"""Addresses of reference data, below /reference/."""

from django.urls import path

from guanzhang.reference.views import codes, editions, rates, tariff

urlpatterns = [
    path("tariff/", tariff.tariff, name="tariff"),
    path("tariff/<slug:hs_code>/", tariff.line, name="tariff-line"),
    path("tables/", codes.table_list, name="code-tables"),
    path("tables/<slug:key>/", codes.table, name="code-table"),
    path("tables/<slug:key>/on/<slug:on>/", codes.table, name="code-table"),
    path("tables/<slug:key>/<int:pk>/", codes.code, name="code-history"),
    path("editions/", editions.edition_list, name="editions"),
    path("editions/new/", editions.new_edition, name="edition-new"),
    path("editions/template/<slug:kind>/", editions.template, name="edition-template"),
    path("editions/template/<slug:kind>/<slug:table>/", editions.template, name="edition-template"),
    path("editions/loads/<int:job_id>/", editions.load, name="reference-load"),
    path("editions/<int:edition_id>/", editions.edition, name="edition"),
    path("editions/<int:edition_id>/review/", editions.review, name="edition-review"),
    path("editions/<int:edition_id>/reject/", editions.reject, name="edition-reject"),
    path("rates/", rates.month_rates, name="assessment-rates"),
    path("rates/all/", rates.rate_list, name="assessment-rates-all"),
    path("rates/enter/", rates.enter, name="assessment-rate-enter"),
    path("rates/<int:rate_id>/approve/", rates.approve, name="assessment-rate-approve"),
    path("rates/<int:rate_id>/withdraw/", rates.withdraw, name="assessment-rate-withdraw"),
    path("calendar/", rates.calendar, name="work-calendar"),
    path("parameters/", rates.parameter_list, name="parameters"),
    path("parameters/<slug:key>/", rates.parameter, name="parameter"),
]  # fmt: skip
