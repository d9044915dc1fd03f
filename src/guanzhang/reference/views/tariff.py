"""The tariff browser: chapters, headings, lines, search; one line with everything known about it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from guanzhang.org.domain.policy import may
from guanzhang.reference import queries
from guanzhang.reference.chapters import chapters
from guanzhang.reference.columns import MEASURES
from guanzhang.reference.domain.difference import changed_fields
from guanzhang.reference.domain.tariff import Rate, TariffLine
from guanzhang.reference.domain.tariff_file import line_of
from guanzhang.reference.domain.view import Reference
from guanzhang.reference.labels import COLUMN_LABELS, INSPECTION, KIND_LABELS
from guanzhang.reference.models import TariffRow
from guanzhang.reference.shapes import tariff_row
from guanzhang.reference.views.asof import as_of, day_of
from guanzhang.web.pages import actor_of, language_of, page

PER_PAGE = 100
_DIGITS = (2, 4)


@page("reference.view", "GET")
def tariff(request: HttpRequest) -> HttpResponse:
    """``?q=`` searches; ``?under=`` opens a chapter (2 digits) or a heading (4); else all chapters."""
    day, text = day_of(request), request.GET.get("q", "").strip()
    under = request.GET.get("under", "")
    if len(text.replace(".", "")) == 10 and text.replace(".", "").isdecimal():
        code = text.replace(".", "")
        if queries.reference_on(day).tariff(code):
            return redirect(_line_url(request, code))
    under = under if under.isdecimal() and len(under) in _DIGITS else ""
    context: dict[str, Any] = {
        **as_of(request),
        "q": text,
        "under": under,
        "crumbs": _crumbs(request, under),
        "may_load": may(actor_of(request), "reference.load"),
        "count": queries.tariff_rows(day).count(),
    }
    context["searched"] = bool(text) or len(under) == 4
    if context["searched"]:
        rows = queries.tariff_rows(day, text)
        rows = rows.filter(hs_code__startswith=under) if under else rows
        context["page"] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        context["rows"] = [_listed(row, queries.reference_on(day)) for row in context["page"]]
    else:
        context["groups"] = _groups(request, under)
    return render(request, "reference/tariff.html", context)


@page("reference.view", "GET")
def line(request: HttpRequest, hs_code: str) -> HttpResponse:
    """One line as of a day: rates, units, conditions, elements, measures, and its whole history."""
    reference = queries.reference_on(day_of(request))
    history = list(queries.history_of_line(hs_code))
    if not history:
        raise Http404
    found = reference.tariff(hs_code)
    context = {
        **as_of(request),
        "code": hs_code,
        "name": found.name if found else history[0].name,
        "line": found,
        "crumbs": _crumbs(request, hs_code[:4]),
        "history": _history(history),
        "siblings": queries.tariff_rows(reference.on, hs_code[:8]).exclude(hs_code=hs_code),
        **(_details(request, found, reference) if found else {}),
    }
    return render(request, "reference/tariff_line.html", context)


def _line_url(request: HttpRequest, code: str) -> str:
    query = as_of(request)["on_query"]
    return reverse("tariff-line", args=[code]) + (f"?{query}" if query else "")


def _groups(request: HttpRequest, under: str) -> list[dict[str, Any]]:
    """Chapters, or the headings of a chapter, with how many lines each has."""
    english = language_of(request) == "en"
    names = chapters()
    return [
        {
            "code": code,
            "count": count,
            "name": names.get(code, ("", ""))[english] if not under else first,
        }
        for code, count, first in queries.tariff_groups(day_of(request), under)
    ]


def _crumbs(request: HttpRequest, under: str) -> list[dict[str, str]]:
    english = language_of(request) == "en"
    found = []
    if under:
        name = chapters().get(under[:2], ("", ""))[english]
        found.append({"code": under[:2], "name": name})
    if len(under) >= 4:
        found.append({"code": under[:4], "name": ""})
    return found


def _listed(row: TariffRow, reference: Reference) -> dict[str, Any]:
    found = line_of(tariff_row(row), is_demo=row.is_demo)
    units = [f"{reference.name('unit', u)} ({u})" for u in (found.unit1, found.unit2) if u]
    return {"line": found, "units": " / ".join(units), "mfn": rate_text(found.mfn, reference)}


def _details(request: HttpRequest, found: TariffLine, reference: Reference) -> dict[str, Any]:
    english = language_of(request) == "en"
    licences = [(letter, reference.row("license_doc", letter)) for letter in found.supervision]
    agreements = [
        (code, reference.name("fta_agreement", code), rate_text(rate, reference))
        for code, rate in found.agreements.items()
    ]
    import_letters, _slash, export_letters = found.inspection.partition("/")
    return {
        "rates": _rates(found, reference),
        "agreements": agreements,
        "units": [(u, reference.name("unit", u)) for u in (found.unit1, found.unit2) if u],
        "licences": licences,
        "inspections": [
            (letter, INSPECTION[letter])
            for letter in (import_letters + export_letters).replace(".", "")
            if letter in INSPECTION
        ],
        "measures": _measures(found, reference, english=english),
    }


def _rates(found: TariffLine, reference: Reference) -> list[tuple[str, str]]:
    rates: list[tuple[str, Rate | None]] = [
        (_("最惠国税率"), found.mfn),
        (_("普通税率"), found.general),
        (_("进口暂定税率"), found.provisional),
        (_("特惠税率"), found.special),
        (_("配额税率"), found.quota),
        (_("消费税率"), found.consumption),
        (_("出口税率"), found.export),
        (_("出口暂定税率"), found.export_provisional),
    ]
    return [(label, rate_text(rate, reference)) for label, rate in rates]


def rate_text(rate: Rate | None, reference: Reference) -> str:
    """8%, 7.5 元/升, 20% + 1 元/千克; "" for none."""
    if rate is None:
        return ""
    percent = f"{format((rate.ad_valorem * 100).normalize(), 'f')}%"
    if not rate.is_specific:
        return percent
    facts = {
        "amount": format(rate.specific.normalize(), "f"),
        "currency": _("元") if rate.currency == "CNY" else rate.currency,
        "unit": reference.name("unit", rate.unit),
    }
    amount = _("%(amount)s %(currency)s/%(unit)s") % facts
    return f"{percent} + {amount}" if rate.ad_valorem else amount


def _measures(
    found: TariffLine, reference: Reference, *, english: bool
) -> list[dict[str, object]]:
    rows = queries.measures_on(reference.on, found.hs_code)
    return [
        {
            "row": row,
            "kind": KIND_LABELS[row.kind] if row.kind in MEASURES else row.kind,
            "origin": _country(reference, row.origin, english=english),
        }
        for row in rows
    ]


def _country(reference: Reference, code: str, *, english: bool) -> str:
    row = reference.row("country", code)
    return (row.extra.get("name_en") if english and row else "") or reference.name(
        "country", code
    )


def _history(rows: list[TariffRow]) -> list[dict[str, Any]]:
    """Newest first, each with the columns in which it differs from the row before it."""
    older: list[TariffRow | None] = [*rows[1:], None]
    return [
        {
            "row": row,
            "changes": [
                {"label": COLUMN_LABELS.get(name, name), "before": pair[0], "after": pair[1]}
                for name, pair in changed_fields(tariff_row(before), tariff_row(row)).items()
            ]
            if before
            else [],
        }
        for row, before in zip(rows, older, strict=True)
    ]
