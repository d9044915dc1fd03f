"""What the form gets from the server as JSON: fields, names of codes, findings, deadlines, taxes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.checking import Finding, Findings
from guanzhang.customs.domain.document import Document, leaves
from guanzhang.customs.domain.goods_rows import MOST_LINES
from guanzhang.customs.domain.message import blocks
from guanzhang.customs.forms import layout
from guanzhang.customs.forms.layout import Field
from guanzhang.customs.forms.words import place_name
from guanzhang.customs.models import Declaration
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain.view import Reference

CHOICES = ("entry_type", "trans_mode", "fee_mark", "brand_type", "export_preference")
_SOON = (0, 4)  # days left: at most so many is an error, a warning


def numbered(row: Declaration) -> Document:
    """The document as it is read: with the numbers that customs gave it, which stand beside it."""
    given = {"SeqNo": row.seq_no, "EntryId": row.entry_no}
    head = row.document.get("DecHead") or {}
    return {**row.document, "DecHead": {**head, **{k: v for k, v in given.items() if v}}}


def fields_json(
    fields: Iterable[Field], direction: str, block: str = ""
) -> list[dict[str, Any]]:
    """The fields of one place for a direction; ``block`` for the columns of rows."""
    return [_field(f, direction, block) for f in fields if f.is_shown(direction)]


def _field(field: Field, direction: str, block: str) -> dict[str, Any]:
    key, element = (block, field.path) if block else field.path.split(".")
    known = blocks()[key].elements.get(element)
    found: dict[str, Any] = {
        "path": field.path,
        "element": element,
        "block": key,
        "label": str(field.label_for(direction)),
        "width": field.width,
        "kind": field.kind,
        "need": field.is_needed(direction),
    }
    if field.table:
        found["table"] = field.table
    if field.kind == "promise":
        found["place"] = field.place
    if field.share:
        found |= {"share": field.share, "short": str(field.heading_for(direction))}
    if known and known.length:
        found["length"] = known.length + (4 if known.kind == "decimal" else 0)
    return found


def layout_json(direction: str) -> dict[str, Any]:
    """The places, tables of rows and the panel of the current line."""
    rows = {"DecLists": layout.GOODS, **layout.ROWS}
    return {
        "places": {name: fields_json(f, direction) for name, f in layout.PLACES},
        "blocks": {key: fields_json(f, direction, key) for key, f in rows.items()},
        "line": fields_json(layout.LINE, direction, "DecLists"),
        "tables": layout.tables_by_element(),
        "most": MOST_LINES,
        "promises": [["9", "—"], ["1", _("是")], ["0", _("否")]],
    }


def choices_json(reference: Reference) -> dict[str, list[tuple[str, str]]]:
    """Short tables in full, for selects."""
    return {
        table: [
            (row.code, row.name)
            for row in reference.tables.get(table, {}).values()
            if row.status == "active"
        ]
        for table in CHOICES
    }


def names_of(document: Mapping[str, Any], reference: Reference) -> dict[str, dict[str, str]]:
    """What the codes that stand in a document are called: table → code → name."""
    found: dict[str, dict[str, str]] = {}
    tables = layout.tables_by_element()
    for path, value in leaves(document):
        table = tables.get(_bare(path))
        if table and (row := reference.row(table, value)):
            found.setdefault(table, {})[value] = row.name
    return found


def found_json(
    actor: Actor,
    found: Findings,
    direction: str,
    *,
    confirms: bool,
    deadlines: list[dict[str, str]],
    tax: dict[str, Any] | None,
) -> dict[str, Any]:
    """Findings for the panel, errors first; ``confirms``: the actor may agree to overrides."""
    order = {"error": 0, "warning": 1, "note": 2}
    rows = [_finding(actor, row, direction, confirms=confirms) for row in found.rows]
    rows.sort(key=lambda row: (bool(row["accepted"]), order[row["severity"]]))
    return {"problems": rows, "deadlines": deadlines, "tax": tax}


def problem_json(problem: Problem, actor: Actor, direction: str = "I") -> dict[str, str]:
    return {
        "code": problem.kind.code,
        "severity": problem.kind.severity.value,
        "path": problem.path,
        "where": place_name(problem.path, direction, actor.language),
        "text": problem.message(actor.language),
        "basis": problem.kind.basis,
    }


def _finding(actor: Actor, row: Finding, direction: str, *, confirms: bool) -> dict[str, Any]:
    said = row.said
    waits = bool(said and said.is_override and said.second_id is None)
    return {
        **problem_json(row.problem, actor, direction),
        "finding": row.digest,
        "accepted": "" if row.is_open or said is None else _said(row),
        "asked": _said(row) if waits else "",
        "confirm": waits and confirms and said is not None and said.user_id != actor.user_id,
    }


def _said(row: Finding) -> str:
    said = row.said
    assert said is not None
    facts = {"name": said.user_name, "second": said.second_name, "reason": said.reason}
    if not said.is_override:
        return _("%(name)s 已确认：%(reason)s") % facts
    if said.second_id is None:
        return _("%(name)s 申请强制通过，等另一人批准：%(reason)s") % facts
    return _("%(name)s 申请、%(second)s 批准强制通过：%(reason)s") % facts


def deadline_json(text: str, due: dt.date, today: dt.date) -> dict[str, str]:
    """A chip: how long until ``due``; over is red, within four days amber."""
    left = (due - today).days
    facts = {"what": text, "day": due.isoformat(), "n": abs(left)}
    if left < _SOON[0]:
        words, css, icon = _("%(what)s %(day)s，已超 %(n)s 天"), "err", "circle-x"
    elif left == 0:
        words, css, icon = _("%(what)s 今天（%(day)s）"), "err", "clock"
    elif left <= _SOON[1]:
        words, css, icon = _("%(what)s %(day)s，剩 %(n)s 天"), "warn", "clock"
    else:
        words, css, icon = _("%(what)s %(day)s，剩 %(n)s 天"), "line", "clock"
    return {"text": words % facts, "css": css, "icon": icon}


def time_text(moment: dt.datetime) -> str:
    """When something was saved: the time today, else with its day."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return local.strftime("%H:%M:%S")
    return local.strftime("%m-%d %H:%M")


def _bare(path: str) -> str:
    """ "DecLists[2].DecGoodsLimits[0].LicWrtofQtyUnit" → "DecGoodsLimits.LicWrtofQtyUnit"."""
    steps = [step.partition("[")[0] for step in path.split(".")]
    return ".".join(steps[-2:])
