"""Code tables: which there are, the rows of one as of a day, one code over time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from guanzhang.org.domain.policy import may
from guanzhang.reference import queries
from guanzhang.reference.domain.difference import changed_fields
from guanzhang.reference.domain.tables import TABLES, CodeTable
from guanzhang.reference.labels import COLUMN_LABELS, STATUS_LABELS
from guanzhang.reference.lists import code_list
from guanzhang.reference.models import Code
from guanzhang.reference.shapes import code_row
from guanzhang.reference.views.asof import table_name
from guanzhang.web.listing import render_list
from guanzhang.web.pages import actor_of, language_of, page


@page("reference.view", "GET")
def table_list(request: HttpRequest) -> HttpResponse:
    """Every table with how many codes it has, of which status, and its last edition."""
    today = timezone.localdate()
    counts = queries.code_counts(today)
    last = queries.last_editions()
    rows = [
        {
            "table": table,
            "name": table_name(request, table),
            "counts": counts.get(table.key, {}),
            "edition": last.get(table.key),
        }
        for table in TABLES.values()
    ]
    context = {"rows": rows, "may_load": may(actor_of(request), "reference.load")}
    return render(request, "reference/code_tables.html", context)


@page("reference.view", "GET", "POST")
def table(request: HttpRequest, key: str, on: str = "") -> HttpResponseBase:
    """The rows of a table, today or as of the day in the address."""
    found, day = _table(key), _day(on)
    if wanted := request.GET.get("on"):  # the date picker; the day then stands in the address
        today = _day(wanted) == timezone.localdate()
        return redirect("code-table", key) if today else redirect("code-table", key, wanted)
    spec = code_list(found, day, english=language_of(request) == "en")
    context = {
        "table": found,
        "on": day,
        "is_today": day == timezone.localdate(),
        "may_load": may(actor_of(request), "reference.load"),
    }
    return render_list(request, spec, template="reference/code_table.html", context=context)


@page("reference.view", "GET")
def code(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """One code with every row it ever had."""
    found = _table(key)
    chosen = Code.objects.filter(table=found.key, pk=pk).first()
    if chosen is None:
        raise Http404
    rows = list(queries.history_of_code(found.key, chosen.code))
    context = {
        "table": found,
        "table_name": table_name(request, found),
        "code": chosen.code,
        "current": rows[0],
        "extra": [
            (COLUMN_LABELS.get(name, name), value) for name, value in rows[0].extra.items()
        ],
        "history": _history(rows),
    }
    return render(request, "reference/code.html", context)


def _history(rows: list[Code]) -> list[dict[str, Any]]:
    older: list[Code | None] = [*rows[1:], None]
    return [
        {
            "row": row,
            "status": STATUS_LABELS.get(row.status, row.status),
            "changes": [
                {"label": COLUMN_LABELS.get(name, name), "before": pair[0], "after": pair[1]}
                for name, pair in changed_fields(code_row(before), code_row(row)).items()
            ]
            if before
            else [],
        }
        for row, before in zip(rows, older, strict=True)
    ]


def _table(key: str) -> CodeTable:
    if key not in TABLES:
        raise Http404
    return TABLES[key]


def _day(text: str) -> dt.date:
    if not text:
        return timezone.localdate()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
