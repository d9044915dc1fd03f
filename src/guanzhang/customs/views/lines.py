"""What the form asks about goods lines: pasted cells, merging, splitting, tariff, client, used goods."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from guanzhang.customs.domain.declaration import day
from guanzhang.customs.domain.document import Row
from guanzhang.customs.domain.goods_cells import read_cell
from guanzhang.customs.domain.goods_rows import merge_equal
from guanzhang.customs.domain.message import blocks
from guanzhang.customs.forms.layout import tables_by_element
from guanzhang.customs.forms.words import element_name
from guanzhang.customs.queries import declaration_for, find_used_goods, used_goods_for
from guanzhang.customs.services.splitting import split_declaration
from guanzhang.customs.views.payload import names_of
from guanzhang.customs.views.state import NOT_JSON, day_of, refused_json, sent_json, today
from guanzhang.kernel.problem import Refused, Stale
from guanzhang.parties.queries import party_for
from guanzhang.reference.queries import reference_on
from guanzhang.web.lookup import Hit
from guanzhang.web.pages import actor_of, page

MOST_CELLS = 100_000  # 5,000 rows of 20 columns


@page("declaration.view", "POST")
def cells(request: HttpRequest, pk: int) -> HttpResponse:
    """Pasted or typed cells as values: ``{block, columns, rows}`` in; rows, names of codes, and what does
    not fit (row and column counted from 0) out."""
    actor, sent = actor_of(request), sent_json(request) or {}
    row = declaration_for(actor, pk)
    block = blocks().get(str(sent.get("block")))
    columns, texts = sent.get("columns"), sent.get("rows")
    if block is None or not isinstance(columns, list) or not isinstance(texts, list):
        return refused_json(actor, [NOT_JSON.at("")])
    if not set(columns) <= set(block.elements) or len(texts) * len(columns) > MOST_CELLS:
        return refused_json(actor, [NOT_JSON.at("")])
    reference, tables = reference_on(day_of(row, today())), tables_by_element()
    found: list[Row] = []
    wrong: list[dict[str, Any]] = []
    for number, line in enumerate(texts):
        values: Row = {}
        for place, (name, text) in enumerate(zip(columns, line, strict=False)):
            cell = read_cell(
                str(text), block.elements[name], path=f"{block.key}[{number}].{name}",
                table=tables.get(f"{block.key}.{name}", ""), reference=reference,
                label=element_name(f"{block.key}.{name}", row.direction, actor.language),
            )  # fmt: skip
            if cell.problem:
                why = cell.problem.message(actor.language)
                wrong.append({"row": number, "column": place, "text": str(text), "why": why})
            elif cell.value:
                values[name] = cell.value
        found.append(values)
    names = names_of({block.key: found if block.many else found[0]} if found else {}, reference)
    return JsonResponse({"rows": found, "wrong": wrong, "names": names})


@page("declaration.edit", "POST")
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge the equal lines among ``rows``; nothing is written, the page takes them as unsaved."""
    actor, sent = actor_of(request), sent_json(request) or {}
    declaration_for(actor, pk, "declaration.edit")
    rows = sent.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return refused_json(actor, [NOT_JSON.at("")])
    merged = merge_equal([row for row in rows if any(key != "GNo" for key in row)])
    return JsonResponse({"rows": merged.rows, "saved": merged.saved})


@page("declaration.edit", "POST")
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Split a saved draft with too many lines; answers where to go."""
    actor, sent = actor_of(request), sent_json(request) or {}
    try:
        split_declaration(
            actor, pk, revision=int(sent.get("revision") or 0), now=timezone.now()
        )
    except Stale:
        return refused_json(actor, [NOT_JSON.at("")])
    except Refused as refused:
        return refused_json(actor, refused.problems)
    return JsonResponse({"url": reverse("declaration", args=[pk])})


@page("declaration.view", "GET")
def tariff(request: HttpRequest) -> HttpResponse:
    """What the tariff says of ``?code=`` on the day ``?on=`` (yyyyMMdd, today without)."""
    on = day(request.GET.get("on", "")) or today()
    reference = reference_on(min(on, today() + dt.timedelta(days=366)))
    line = reference.tariff(request.GET.get("code", ""))
    if line is None:
        return JsonResponse({"known": False})
    units = {u: reference.name("unit", u) for u in (line.unit1, line.unit2) if u}
    return JsonResponse(
        {
            "known": True,
            "name": line.name,
            "unit1": line.unit1,
            "unit2": line.unit2,
            "elements": line.elements,
            "supervision": line.supervision,
            "inspection": line.inspection,
            "is_demo": line.is_demo,
            "names": {"unit": units},
        }
    )


@page("declaration.edit", "GET")
def party(request: HttpRequest) -> HttpResponse:
    """What the client file gives a declaration: ``?id=``."""
    text = request.GET.get("id", "")
    if not text.isdigit():
        raise Http404
    found = party_for(actor_of(request), int(text))
    return JsonResponse(
        {
            "name": found.name[:100],
            "usc_code": found.usc_code,
            "customs_code": found.customs_code,
        }
    )


@page("declaration.view", "GET")
def goods(request: HttpRequest, pk: int) -> HttpResponse:
    """Goods that the client declared before, as options of a lookup: ``?q=``."""
    actor = actor_of(request)
    row = declaration_for(actor, pk)
    text, prefix = request.GET.get("q", "")[:100], request.GET.get("for", "goods")[:40]
    used = find_used_goods(actor, row.party_id, row.direction, text) if row.party_id else []
    hits = [Hit(g.pk, g.hs_code, g.name, str(g.row.get("GModel", ""))[:40]) for g in used]
    return render(request, "web/lookup_hits.html", {"hits": hits, "prefix": prefix})


@page("declaration.view", "GET")
def used(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the client's used goods: what to write for it again."""
    actor, text = actor_of(request), request.GET.get("id", "")
    row = declaration_for(actor, pk)
    mine = used_goods_for(actor).filter(party_id=row.party_id or 0)
    line = mine.filter(pk=text if text.isdigit() else 0).first()
    if line is None:
        raise Http404
    values = {**line.row, "GName": line.name, "CodeTS": line.hs_code}
    names = names_of({"DecLists": [values]}, reference_on(day_of(row, today())))
    return JsonResponse({"row": values, "names": names})
