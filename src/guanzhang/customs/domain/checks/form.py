"""Form: what must be filled, how long it may be, what a number and a day look like."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from guanzhang.customs.domain.checks.context import Context, Stage
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    SPECIFICATION,
    WARNING,
    Problems,
)
from guanzhang.customs.domain.declaration import Declaration
from guanzhang.customs.domain.message import Block, Element, blocks
from guanzhang.kernel.problem import Kind, Problem

MISSING = Kind(
    "CUS-F01",
    ERROR,
    "“{field}”（{element}）必填，请填写。",
    "“{element}” ({field}) is required; fill it in.",
    SPECIFICATION,
)
TOO_LONG = Kind(
    "CUS-F02",
    ERROR,
    "“{field}”（{element}）最多 {limit} 个字符，现有 {found} 个，请缩短。",
    "“{element}” ({field}) holds at most {limit} characters, found {found}; shorten it.",
    SPECIFICATION,
)
NOT_A_NUMBER = Kind(
    "CUS-F03",
    ERROR,
    "“{field}”（{element}）应为数字，现为“{found}”，请只填半角数字和小数点。",
    "“{element}” ({field}) must be a number, found “{found}”; write digits and a point only.",
    SPECIFICATION,
)
TOO_MANY_DIGITS = Kind(
    "CUS-F04",
    ERROR,
    "“{field}”（{element}）最多 {digits} 位数字、{scale} 位小数，现为 {found}，请改写。",
    "“{element}” ({field}) takes at most {digits} digits with {scale} decimals, found {found}; "
    "shorten it.",
    SPECIFICATION,
)
NOT_A_DAY = Kind(
    "CUS-F05",
    ERROR,
    "“{field}”（{element}）应为 8 位日期，如 20260105，现为“{found}”，请改正。",
    "“{element}” ({field}) must be a day written like 20260105, found “{found}”; correct it.",
    SPECIFICATION,
)
NOT_AN_INTEGER = Kind(
    "CUS-F06",
    ERROR,
    "“{field}”（{element}）应为整数，现为“{found}”，请去掉小数和其他字符。",
    "“{element}” ({field}) must be a whole number, found “{found}”; remove everything else.",
    SPECIFICATION,
)
NO_GOODS = Kind(
    "CUS-F07",
    ERROR,
    "报关单没有商品，请至少录入一项。",
    "The declaration has no goods; enter at least one line.",
    SPECIFICATION,
)
DIRECTION = Kind(
    "CUS-F08",
    ERROR,
    "进出口标志应为 I（进口）或 E（出口），现为“{found}”，请改正。",
    "The direction must be I (import) or E (export), found “{found}”; correct it.",
    SPECIFICATION,
)
NOT_POSITIVE = Kind(
    "CUS-F09",
    ERROR,
    "“{field}”（{element}）应大于 0，现为 {found}，请改正。",
    "“{element}” ({field}) must be greater than 0, found {found}; correct it.",
    SPECIFICATION,
)
CONTROL = Kind(
    "CUS-F10",
    WARNING,
    "“{field}”（{element}）含有换行或控制字符，请删除。",
    "“{element}” ({field}) has line breaks or control characters; remove them.",
    SPECIFICATION,
)

# Written when the declaration is sent, by the program or the client's card: not the form's business.
BY_SENDING = frozenset(
    {
        "DecSign.OperType",
        "DecSign.ClientSeqNo",
        "DecSign.Sign",
        "DecSign.SignDate",
    }
)
# Required by the table but only sometimes, or by a rule of its own that explains more.
_ELSEWHERE = frozenset(
    {
        "DecHead.Type",  # blank = in one pass
        "DecHead.GoodsPlace",  # H15
        "DecHead.DespPortCode",  # import, below
        "DecHead.TradeAreaCode",  # H10
        "DecHead.TradeCountry",
        "DecHead.PromiseItmes",  # H17
        "DecHead.IEFlag",  # F08
        "DecLists.OriginCountry",  # G17
        "DecLists.DestinationCountry",
        "DecLists.SecondQty",  # G02
        "DecLists.GNo",  # G24
    }
)
_ALSO_TO_DECLARE = (  # by the form rules, though the message does not insist
    ("I", "DecHead.DespPortCode"),
    ("I", "DecHead.IEDate"),
    ("I", "DecHead.OverseasConsignorEname"),
    ("E", "DecHead.OverseasConsigneeEname"),
    ("", "DecLists.GModel"),
)
_POSITIVE = frozenset({"GQty", "FirstQty", "SecondQty", "DeclPrice", "DeclTotal"})
_BLOB = "blob"
_DECIMAL = re.compile(r"[+-]?(\d+)(?:\.(\d+))?", re.ASCII)
_INTEGER = re.compile(r"\d+", re.ASCII)
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_Found = tuple[Kind, dict[str, object]]


def filled(declaration: Declaration, context: Context) -> Problems:
    """F01, F07, F08: what the stage requires is there."""
    document = declaration.document
    flag = (document.get("DecHead") or {}).get("IEFlag", "")
    if flag not in ("I", "E"):
        yield DIRECTION.at("DecHead.IEFlag", found=flag)
    if not declaration.goods:
        yield NO_GOODS.at("")
    for key, (many, elements) in _required(context.stage, flag).items():
        rows = document.get(key) or (() if many else {})
        for path, row in _rows(key, rows, many=many):
            yield from _missing(path, row, elements)
    for number, row in enumerate(document.get("DecLists") or ()):
        yield from _missing_inside(
            f"DecLists[{number}]", row, blocks()["DecLists"], context.stage
        )


def _missing(
    path: str, row: Mapping[str, Any], elements: tuple[Element, ...]
) -> Iterator[Problem]:
    for element in elements:
        if not row.get(element.name):
            yield MISSING.at(
                f"{path}.{element.name}", field=element.label, element=element.name
            )


def _missing_inside(
    path: str, row: Mapping[str, Any], block: Block, stage: Stage
) -> Iterator[Problem]:
    """The same for the blocks inside a row: licences of a line and their vehicles."""
    for child in block.children:
        for number, inner in enumerate(row.get(child.key) or ()):
            place = f"{path}.{child.key}[{number}]"
            wanted = tuple(
                e
                for e in child.elements.values()
                if e.on_save or (e.on_declare and stage == "declare")
            )
            yield from _missing(place, inner, wanted)
            yield from _missing_inside(place, inner, child, stage)


def written(declaration: Declaration, _context: Context) -> Problems:
    """F02–F06, F09, F10: every value has the form of its element."""
    document = declaration.document
    for key, looks in _looks().items():
        rows = document.get(key)
        if rows:
            yield from _look_at(key, blocks()[key], rows, looks)


def _look_at(path: str, block: Block, rows: Any, looks: dict[str, _Shape]) -> Iterator[Problem]:  # noqa: ANN401 - a JSON value
    for place, row in _rows(path, rows, many=block.many):
        for name, value in row.items():
            shape = looks.get(name)
            if shape is None:
                continue
            if not shape.fits(value):
                for kind, facts in shape.faults(value):
                    yield kind.at(f"{place}.{name}", field=shape.label, element=name, **facts)
        for child in block.children:
            if inner := row.get(child.key):
                yield from _look_at(f"{place}.{child.key}", child, inner, _shapes(child))


def _rows(key: str, rows: Any, *, many: bool) -> Iterator[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401
    if many:
        for number, row in enumerate(rows):
            yield f"{key}[{number}]", row
    elif rows or key == "DecHead":
        yield key, rows


@cache
def _required(stage: Stage, flag: str) -> Mapping[str, tuple[bool, tuple[Element, ...]]]:
    """Block key → (many, elements that must be filled)."""
    found: dict[str, tuple[bool, tuple[Element, ...]]] = {}
    extra = {place for side, place in _ALSO_TO_DECLARE if side in ("", flag)}
    for key, block in blocks().items():
        elements = tuple(
            element
            for name, element in block.elements.items()
            if _is_required(element, f"{key}.{name}", stage, extra)
        )
        if elements:
            found[key] = (block.many, elements)
    return found


def _is_required(element: Element, place: str, stage: Stage, extra: set[str]) -> bool:
    if stage == "declare" and place in extra:
        return True
    if place in BY_SENDING or place in _ELSEWHERE:
        return False
    return element.on_save if stage == "save" else element.on_save or element.on_declare


class _Shape:
    """The form of one element, looked at once and then only compared."""

    __slots__ = ("_limit", "element", "kind", "label", "positive")

    def __init__(self, element: Element) -> None:
        self.element, self.label, self.kind = element, element.label, element.kind
        self._limit = element.length or 1_000_000
        self.positive = element.name in _POSITIVE

    def fits(self, value: str) -> bool:
        """The usual case, decided fast; ``faults`` says what is wrong otherwise."""
        if self.kind == "text":
            return len(value) <= self._limit and value.isprintable()
        return not any(True for _ in self.faults(value))

    def faults(self, value: str) -> Iterator[_Found]:
        if self.kind == "text":
            yield from self._of_text(value)
        elif self.kind == "decimal":
            yield from self._of_decimal(value)
        elif self.kind == "integer":
            yield from self._of_integer(value)
        elif self.kind in ("date", "datetime") and not _is_day(value, self.kind):
            yield NOT_A_DAY, {"found": value}

    def _of_text(self, value: str) -> Iterator[_Found]:
        if len(value) > self._limit:
            yield TOO_LONG, {"limit": self._limit, "found": len(value)}
        if _CONTROL.search(value):
            yield CONTROL, {}

    def _of_decimal(self, value: str) -> Iterator[_Found]:
        match = _DECIMAL.fullmatch(value)
        if not match:
            yield NOT_A_NUMBER, {"found": value}
            return
        whole, fraction = match[1].lstrip("0"), (match[2] or "").rstrip("0")
        if len(fraction) > self.element.scale or len(whole) > self._limit - self.element.scale:
            yield (
                TOO_MANY_DIGITS,
                {"digits": self._limit, "scale": self.element.scale, "found": value},
            )
        elif self.positive and (value.startswith("-") or not (whole or fraction)):
            yield NOT_POSITIVE, {"found": value}

    def _of_integer(self, value: str) -> Iterator[_Found]:
        if not _INTEGER.fullmatch(value):
            yield NOT_AN_INTEGER, {"found": value}
        elif len(value) > self._limit:
            yield TOO_LONG, {"limit": self._limit, "found": len(value)}


def _is_day(value: str, kind: str) -> bool:
    match = _DAY.fullmatch(value if kind == "date" else value[:8])
    if not match:
        return False
    try:
        dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return kind == "date" or bool(_INTEGER.fullmatch(value))


@cache
def _looks() -> dict[str, dict[str, _Shape]]:
    return {key: _shapes(block) for key, block in blocks().items()}


def _shapes(block: Block) -> dict[str, _Shape]:
    found = _SHAPES.get(block.key)
    if found is None:
        found = _SHAPES[block.key] = {
            name: _Shape(element)
            for name, element in block.elements.items()
            if element.kind != _BLOB
        }
    return found


_SHAPES: dict[str, dict[str, _Shape]] = {}
