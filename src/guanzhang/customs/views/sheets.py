"""Invoice and packing list from a sheet into unsaved goods lines: upload, columns, preview."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.domain.goods_rows import MOST_LINES
from guanzhang.customs.domain.invoice import EXTRA
from guanzhang.customs.forms.layout import tables_by_element
from guanzhang.customs.forms.words import element_name
from guanzhang.customs.models import Declaration
from guanzhang.customs.queries import declaration_for
from guanzhang.customs.services.sheets import TARGETS, choice_of, lines_from, take_in
from guanzhang.customs.views.payload import names_of, problem_json
from guanzhang.customs.views.state import day_of, refused_json, sent_json, today
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.reference.queries import reference_on
from guanzhang.web.pages import actor_of, page

_SHARED = (
    "TradeCurr",
    "OriginCountry",
    "DestinationCountry",
    "DistrictCode",
    "DestCode",
    "DutyMode",
)


@page("declaration.edit", "POST")
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in a file: its sheets with columns, samples and what each is taken for."""
    actor = actor_of(request)
    row = declaration_for(actor, pk, "declaration.edit")
    found: list[dict[str, Any]] = []
    try:
        for upload in request.FILES.getlist("file")[:2]:
            taken = take_in(row, upload.name or "", upload.chunks())
            found += [
                {
                    "token": taken.token,
                    "file": taken.name,
                    "sheet": each.name,
                    "headers": each.headers,
                    "samples": each.samples,
                    "rows": each.rows,
                    "role": each.role,
                    "columns": each.columns,
                    "remembered": each.remembered,
                }
                for each in taken.sheets
            ]
    except Refused as refused:
        return refused_json(actor, refused.problems)
    return JsonResponse({"sheets": _one_of_each(found), "targets": _targets(actor, row)})


@page("declaration.edit", "POST")
def sheet_lines(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines of the chosen sheets and what is wrong at which cell; nothing is saved."""
    actor, sent = actor_of(request), sent_json(request) or {}
    row = declaration_for(actor, pk, "declaration.edit")
    reference = reference_on(day_of(row, today()))
    labels = dict(_targets(actor, row))
    try:
        found = lines_from(
            row,
            [choice_of(each) for each in (sent.get("sheets") or [])[:4]],
            reference=reference,
            tables=_tables(),
            labels=labels,
            defaults={
                k: str(v) for k, v in (sent.get("defaults") or {}).items() if k in _SHARED
            },
            now=timezone.now(),
        )
    except Refused as refused:
        return refused_json(actor, refused.problems)
    return JsonResponse(
        {
            "rows": found.rows,
            "head": found.head,
            "head_text": "、".join(
                f"{element_name(f'DecHead.{name}', row.direction, actor.language)} {value}"
                for name, value in found.head.items()
            ),
            "wrong": [{**problem_json(p, actor), "at": p.path} for p in found.problems],
            "names": names_of({"DecLists": list(found.rows)}, reference),
            "most": MOST_LINES,
        }
    )


def _tables() -> dict[str, str]:
    """Element of a goods line → code table."""
    parted = ((path.partition("."), table) for path, table in tables_by_element().items())
    return {element: table for (block, _dot, element), table in parted if block == "DecLists"}


def _one_of_each(sheets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of two files only one sheet is the invoice and one the packing list to begin with."""
    taken: set[str] = set()
    for each in sheets:
        if each["role"] in taken:
            each["role"] = ""
        taken.add(each["role"])
    return sheets


def _targets(actor: Actor, row: Declaration) -> list[tuple[str, str]]:
    """(key, label) of what a column can be."""
    extra = {
        "net_weight": _("净重（千克）"),
        "gross_weight": _("毛重（千克）"),
        "packages": _("件数"),
    }
    named = [(k, element_name(f"DecLists.{k}", row.direction, actor.language)) for k in TARGETS]
    return [*named, *((key, extra[key]) for key in EXTRA)]
