"""The form of a declaration: the page with all it needs, saving, checking, answers to findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.domain.document import tidied
from guanzhang.customs.domain.message import Block, blocks
from guanzhang.customs.domain.states import Action, State, state_of
from guanzhang.customs.forms.layout import tables_by_element
from guanzhang.customs.forms.words import (
    block_name,
    element_name,
    form_words,
    place_name,
    spaced,
)
from guanzhang.customs.models import Declaration
from guanzhang.customs.queries import declaration_for, may_do
from guanzhang.customs.services.base import BASELINE
from guanzhang.customs.services.declarations import Overtaken, save_document
from guanzhang.customs.services.findings import acknowledge, confirm_override, override
from guanzhang.customs.views.files import file_rows
from guanzhang.customs.views.payload import (
    choices_json,
    layout_json,
    names_of,
    numbered,
    time_text,
)
from guanzhang.customs.views.state import (
    NOT_JSON,
    day_of,
    found_of,
    is_editable,
    refused_json,
    sent_json,
    today,
)
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Language, Refused
from guanzhang.org.domain.policy import may
from guanzhang.reference.domain.tables import TABLES
from guanzhang.reference.queries import reference_on
from guanzhang.trail.queries import history_of
from guanzhang.web.pages import actor_of, page

# The scripts of the form, in the order they build on each other.
SCRIPTS = [
    f"customs/{name}.js"
    for name in (
        "core", "fields", "rows", "goods", "found", "saving", "all", "importing", "form"
    )
]  # fmt: skip
ICONS = (
    "check", "circle-check", "circle-x", "clock", "cloud", "cloud-check", "cloud-off", "info", "lock",
    "plus", "refresh-cw", "triangle-alert", "x",
)  # fmt: skip


@page("declaration.view", "GET")
def declaration(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; read-only for who may not write or when it is no draft any more."""
    actor = actor_of(request)
    row = declaration_for(actor, pk)
    editable = is_editable(actor, row)
    context = {
        "row": row,
        "may_export": may(actor, "declaration.export"),
        "editable": editable,
        "state_label": state_of(row.state).label(actor.language),
        "may_edit": may_do(actor, "declaration.edit", row),
        "tabs": tabs(actor),
        "data": _page_data(actor, row, editable=editable),
        "icons": ICONS,
        "scripts": SCRIPTS,
        "files": file_rows(row),
        "edoc_types": _edoc_types(),
        "remarks": _remarks(actor, row),
        "returned": _last_return(row) if state_of(row.state) is State.DRAFT else None,
        "print_url": _address("declaration-print", pk),
        "title": _("进口报关单") if row.direction == "I" else _("出口报关单"),
    }
    return render(request, "customs/declaration.html", context)


@page("declaration.edit", "POST")
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save: JSON ``{document, revision, autosave}`` in; the new revision and what the checks say out.

    409 when somebody saved first, with their document; 409 with problems when it is refused.
    """
    actor, sent = actor_of(request), sent_json(request)
    if sent is None or not isinstance(sent.get("revision"), int):
        return refused_json(actor, [NOT_JSON.at("")])
    now = timezone.now()
    try:
        row = save_document(
            actor,
            pk,
            sent.get("document") or {},
            revision=sent["revision"],
            now=now,
            autosave=bool(sent.get("autosave")),
        )
    except Overtaken as late:
        return JsonResponse(_overtaken(actor, late.row), status=409)
    except Refused as refused:
        return refused_json(actor, refused.problems)
    return JsonResponse(
        {
            "revision": row.revision,
            "saved_at": time_text(now),
            "names": names_of(row.document, reference_on(day_of(row, today()))),
            "found": found_of(actor, row, row.document, on=today()),
        }
    )


@page("declaration.view", "POST")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wrong with a document as it stands on the page; nothing is written."""
    actor, sent = actor_of(request), sent_json(request)
    row = declaration_for(actor, pk)
    try:
        document = tidied((sent or {})["document"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return refused_json(actor, [NOT_JSON.at("")])
    return JsonResponse(
        {
            "names": names_of(document, reference_on(day_of(row, today()))),
            "found": found_of(actor, row, document, on=today()),
        }
    )


@page("declaration.edit", "POST")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something to a finding: acknowledge a warning, ask to override an error, agree to that."""
    actor, sent = actor_of(request), sent_json(request) or {}
    declaration_for(actor, pk, "declaration.edit")
    digest, reason, now = (
        str(sent.get("finding", "")),
        str(sent.get("reason", "")),
        timezone.now(),
    )
    try:
        if sent.get("act") == "confirm":
            found = confirm_override(actor, pk, digest, now=now)
        elif sent.get("act") == "override":
            found = override(actor, pk, digest, reason=reason, now=now)
        else:
            found = acknowledge(actor, pk, [digest], reason=reason, now=now)
    except Refused as refused:
        return refused_json(actor, refused.problems)
    row = declaration_for(actor, pk)
    return JsonResponse({"found": found_of(actor, row, row.document, on=today(), found=found)})


@page("declaration.view", "GET")
def elements(request: HttpRequest) -> HttpResponse:
    """Every element of the message, block by block, for the list of all elements."""
    language, tables = actor_of(request).language, tables_by_element()
    found = [_block(block, tables, language) for block in blocks().values()]
    return JsonResponse({"blocks": found})


def _block(block: Block, tables: Mapping[str, str], language: Language) -> dict[str, Any]:
    fixed = (
        {"SeqNo", "EntryId", "ClientSeqNo", "GNo"}
        if block.key in ("DecHead", "DecSign")
        else set()
    )
    return {
        "key": block.key,
        "label": block_name(block, language),
        "many": block.many,
        "elements": [
            {
                "name": e.name,
                "label": e.label if language == "zh" else spaced(e.name),
                "kind": "fixed" if e.name in fixed else e.kind,
                "length": e.length + (4 if e.kind == "decimal" else 0),
                "table": tables.get(f"{block.key}.{e.name}", ""),
            }
            for e in block.elements.values()
            if e.kind != "blob" and not (block.key == "DecLists" and e.name == "GNo")
        ],
        "children": [_block(child, tables, language) for child in block.children],
    }


def _page_data(actor: Actor, row: Declaration, *, editable: bool) -> dict[str, Any]:
    on = day_of(row, today())
    reference = reference_on(on)
    return {
        "pk": row.pk,
        "direction": row.direction,
        "document": row.document if editable else numbered(row),
        "revision": row.revision,
        "saved_at": time_text(row.updated_at),
        "editable": editable,
        "today": today().isoformat(),
        "may_override": editable,
        **layout_json(row.direction),
        "choices": choices_json(reference),
        "names": names_of(row.document, reference),
        "goods_extra": _extra(row),
        "urls": _urls(row),
        "words": form_words(),
        "found": found_of(actor, row, row.document, on=today()),
    }


def tabs(actor: Actor) -> list[dict[str, Any]]:
    """What lies below the goods, tab by tab: places of fields, and blocks of rows."""

    def rows(*keys: str) -> list[dict[str, str]]:
        return [{"key": k, "label": block_name(blocks()[k], actor.language)} for k in keys]

    found: list[dict[str, Any]] = [
        {"key": "line", "label": _("本项其他内容")},
        {"key": "boxes", "label": _("集装箱"), "blocks": rows("DecContainers")},
        {
            "key": "licences",
            "label": _("随附单证"),
            "blocks": rows("DecLicenseDocus", "EcoRelation"),
        },
        {"key": "packs", "label": _("其他包装"), "blocks": rows("DecOtherPacks")},
        {"key": "files", "label": _("随附单据"), "count": "EdocRealation"},
        {
            "key": "inspection",
            "label": _("检验检疫"),
            "fields": ["inspection"],
            "blocks": rows("DecRequestCerts", "DecCopLimits", "DecUsers"),
        },
        {"key": "promises", "label": _("价格说明"), "fields": ["promises"]},
        {"key": "others", "label": _("申报单位与其他"), "fields": ["others"]},
        {"key": "all", "label": _("全部字段")},
    ]
    for tab in found:
        if tab.get("blocks"):
            tab["count"] = " ".join(block["key"] for block in tab["blocks"])
    return found


def _extra(row: Declaration) -> list[tuple[str, str]]:
    """Columns of computed taxes, shown where there is room."""
    columns = [("rate", _("税率")), ("value", _("计税价格 ¥")), ("duty", _("关税 ¥"))]
    return [*columns, ("vat", _("增值税 ¥"))] if row.direction == "I" else columns


def _urls(row: Declaration) -> dict[str, Any]:
    names = {
        "check": "declaration-check", "cells": "declaration-cells", "save": "declaration-save",
        "merge": "declaration-merge", "split": "declaration-split", "goods": "declaration-goods",
        "used": "declaration-used", "sheet": "declaration-sheet", "sheet_lines": "declaration-sheet-lines",
    }  # fmt: skip
    urls: dict[str, Any] = {key: reverse(name, args=[row.pk]) for key, name in names.items()}
    urls |= {
        "acknowledge": reverse("declaration-answer", args=[row.pk])
        if state_of(row.state) in (State.DRAFT, State.REVIEW, State.SECOND_REVIEW)
        else "",
        "tariff": reverse("declaration-tariff"),
        "party": reverse("declaration-party"),
        "elements": reverse("declaration-elements"),
        "parties": reverse("lookup", args=["customers"]),
        "tariffs": reverse("lookup", args=["tariff"]),
        "lookups": {table: reverse("lookup", args=[table]) for table in TABLES},
    }
    return urls


def _overtaken(actor: Actor, row: Declaration) -> dict[str, Any]:
    """Who saved what; the page compares it with what was typed."""
    typing = row.revisions.filter(step=BASELINE).order_by("-pk").first()
    last = history_of(row.book_id, "declaration", row.pk).first()
    by = typing.user_name if typing else last.actor_name if last else row.owner.name
    names = {path: element_name(path, row.direction, actor.language) for path in _all_names()}
    return {
        "stale": True,
        "by": by,
        "saved_at": time_text(row.updated_at),
        "revision": row.revision,
        "document": row.document,
        "names": names_of(row.document, reference_on(day_of(row, today()))),
        "labels": names,
    }


def _all_names() -> list[str]:
    def below(block: Block, path: str) -> list[str]:
        own = [f"{path}.{name}" for name in block.elements]
        return own + [
            n for child in block.children for n in below(child, f"{path}.{child.key}")
        ]

    return [name for block in blocks().values() for name in below(block, block.key)]


def _remarks(actor: Actor, row: Declaration) -> list[dict[str, Any]]:
    """Open remarks with the place they are at."""
    return [
        {"row": r, "where": place_name(r.path, row.direction, actor.language)}
        for r in row.remarks.filter(resolved_at=None).order_by("pk")
    ]


def _last_return(row: Declaration) -> Any:  # noqa: ANN401 - an Event
    event = row.events.order_by("-pk").exclude(before="").first()
    return event if event and event.action == Action.RETURN.value else None


def _edoc_types() -> list[tuple[str, str]]:
    rows = reference_on(today()).tables.get("edoc_type", {}).values()
    return [(r.code, r.name) for r in rows if r.status == "active"]


def _address(name: str, pk: int) -> str:
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""
