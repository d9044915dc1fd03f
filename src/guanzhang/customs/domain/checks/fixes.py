"""Repairs that change no meaning: what the program may offer to do for the person."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from guanzhang.customs.domain.checks.codes import FIELDS
from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.goods import conversion
from guanzhang.customs.domain.checks.shared import CHINA, KILO
from guanzhang.customs.domain.declaration import Declaration, Goods
from guanzhang.customs.domain.document import Document
from guanzhang.customs.domain.message import blocks
from guanzhang.reference.domain.tables import CodeRow
from guanzhang.reference.domain.view import Reference


@dataclass(frozen=True, slots=True)
class Fix:
    """Replace ``old`` at ``path`` by ``new``; ``code`` is the check that asks for it."""

    path: str
    old: str
    new: str
    code: str


_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_CODES = (
    "BillNo",
    "ContrNo",
    "ManualNo",
    "LicenseNo",
    "TradeCoScc",
    "AgentCodeScc",
    "OwnerCodeScc",
)
_NUMBERS = ("GrossWet", "NetWt", "PackNo", "FeeRate", "InsurRate", "OtherRate")
_LINE_NUMBERS = ("GQty", "FirstQty", "SecondQty", "DeclPrice", "DeclTotal")
_CENT, _PRICE = Decimal("0.01"), Decimal("0.0001")
_LEGACY = {"country": "legacy_customs_code", "currency": "legacy_code"}
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_PLACE = re.compile(r"([A-Za-z]+)(?:\[(\d+)\])?\.([A-Za-z_]+)")


def fixes(declaration: Declaration, context: Context) -> tuple[Fix, ...]:
    """Every safe repair, at most one for a path, in the order of the document."""
    found: dict[str, Fix] = {}
    for rule in _RULES:
        for fix in rule(declaration, context):
            if fix.old != fix.new:
                found.setdefault(fix.path, fix)
    return tuple(found.values())


def with_fixes(document: Mapping[str, Any], repairs: Iterable[Fix]) -> Document:
    """A copy of the document with the repairs whose old value still stands there."""
    changed: Document = copy.deepcopy(dict(document))
    for fix in repairs:
        match = _PLACE.fullmatch(fix.path)
        if match is None:
            continue
        key, index, name = match[1], match[2], match[3]
        if index is None:
            row = changed.setdefault(key, {})
        else:
            rows = changed.get(key) or []
            if int(index) >= len(rows):
                continue
            row = rows[int(index)]
        if row.get(name, "") != fix.old:
            continue
        if fix.new:
            row[name] = fix.new
        else:
            row.pop(name, None)
    return changed


def _line_numbers(declaration: Declaration, _context: Context) -> Iterator[Fix]:
    for number, line in enumerate(declaration.goods, 1):
        yield Fix(f"{line.path}.GNo", line.number, str(number), "CUS-G24")


def _half_width(declaration: Declaration, _context: Context) -> Iterator[Fix]:
    head = declaration.document.get("DecHead") or {}
    for name in _CODES:
        if text := head.get(name):
            new = text.translate(_HALF_WIDTH).strip()
            yield Fix(
                f"DecHead.{name}", text, new.upper() if name.endswith("Scc") else new, "CUS-G07"
            )
    for name in _NUMBERS:
        if text := head.get(name):
            yield Fix(f"DecHead.{name}", text, _number(text), "CUS-F03")
    for line in declaration.goods:
        for name in ("GName", "GModel"):
            if text := line.raw.get(name):
                yield Fix(
                    f"{line.path}.{name}", text, text.translate(_HALF_WIDTH).strip(), "CUS-G07"
                )
        for name in _LINE_NUMBERS:
            if text := line.raw.get(name):
                yield Fix(f"{line.path}.{name}", text, _number(text), "CUS-F03")


def _containers(declaration: Declaration, _context: Context) -> Iterator[Fix]:
    for box in declaration.containers:
        number = box.number.translate(_HALF_WIDTH).replace(" ", "").replace("-", "").upper()
        yield Fix(f"{box.path}.ContainerId", box.number, number, "CUS-W06")
        lines = box.goods_numbers.translate(_HALF_WIDTH).replace("、", ",").replace(" ", "")
        yield Fix(f"{box.path}.GoodsNo", box.goods_numbers, lines, "CUS-W07")


def _number(text: str) -> str:
    """Half-width, without blanks and without commas between thousands."""
    plain = text.translate(_HALF_WIDTH).replace(" ", "")
    return plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain


def _legacy_codes(declaration: Declaration, context: Context) -> Iterator[Fix]:
    """Numeric country and currency codes of older messages become the letters of today."""
    tables = {key: _by_legacy(context.reference, key) for key in _LEGACY}
    for key, fields in FIELDS.items():
        given = declaration.document.get(key)
        if not given:
            continue
        many = blocks()[key].many
        for number, row in enumerate(given if many else (given,)):
            for element, table in fields.items():
                code = row.get(element, "")
                if table in _LEGACY and code.isdigit() and (new := tables[table].get(code)):
                    place = f"{key}[{number}]" if many else key
                    yield Fix(f"{place}.{element}", code, new, "CUS-H04")


def _by_legacy(reference: Reference, table: str) -> dict[str, str]:
    rows: Mapping[str, CodeRow] = reference.tables.get(table, {})
    column = _LEGACY[table]
    return {
        row.extra[column]: code
        for code, row in rows.items()
        if row.status == "active" and row.extra.get(column)
    }


def _units(declaration: Declaration, context: Context) -> Iterator[Fix]:
    """Units of the tariff, and quantities that follow from them; not from a demonstration tariff."""
    for line in declaration.goods:
        tariff = context.reference.tariff(line.hs_code)
        if tariff is None:
            continue
        is_firm = not context.reference.is_demo_tariff
        for unit_name, quantity_name, found, quantity, unit in (
            ("FirstUnit", "FirstQty", line.first_unit, line.first_quantity, tariff.unit1),
            ("SecondUnit", "SecondQty", line.second_unit, line.second_quantity, tariff.unit2),
        ):
            if unit and (not found or is_firm):
                yield Fix(f"{line.path}.{unit_name}", found, unit, "CUS-G02")
            if unit and quantity is None and not line.raw.get(quantity_name):
                yield from _quantity(line, quantity_name, unit)


def _quantity(line: Goods, name: str, unit: str) -> Iterator[Fix]:
    if line.quantity is None:
        return
    factor = Decimal(1) if line.unit == unit else conversion(line.unit, unit)
    if factor is not None:
        new = (line.quantity * factor).quantize(Decimal("0.00001"))
        yield Fix(f"{line.path}.{name}", "", _plain(new), "CUS-G03")


def _amounts(declaration: Declaration, _context: Context) -> Iterator[Fix]:
    """A blank total from quantity × price; a blank price from total ÷ quantity."""
    for line in declaration.goods:
        if line.quantity and line.price is not None and not line.raw.get("DeclTotal"):
            total = (line.quantity * line.price).quantize(_CENT, ROUND_HALF_UP)
            yield Fix(f"{line.path}.DeclTotal", "", _plain(total), "CUS-T04")
        elif line.quantity and line.total is not None and not line.raw.get("DeclPrice"):
            price = (line.total / line.quantity).quantize(_PRICE, ROUND_HALF_UP)
            yield Fix(f"{line.path}.DeclPrice", "", _plain(price), "CUS-T04")


def _charges(declaration: Declaration, _context: Context) -> Iterator[Fix]:
    """A rate has no currency."""
    for prefix, charge in (
        ("Fee", declaration.freight),
        ("Insur", declaration.insurance),
        ("Other", declaration.other_charges),
    ):
        if charge.mark == "1" and charge.currency:
            yield Fix(f"DecHead.{prefix}Curr", charge.currency, "", "CUS-T02")


def _net_weight(declaration: Declaration, _context: Context) -> Iterator[Fix]:
    """A blank net weight where every line counts kilograms."""
    head = declaration.document.get("DecHead") or {}
    weights = [line.first_quantity for line in declaration.goods if line.first_unit == KILO]
    known = [weight for weight in weights if weight is not None]
    if not head.get("NetWt") and known and len(known) == len(declaration.goods):
        yield Fix("DecHead.NetWt", "", _plain(sum(known, Decimal(0))), "CUS-W02")


def _sides(declaration: Declaration, _context: Context) -> Iterator[Fix]:
    """The Chinese side of a line: destination of an import, and origin of an export left blank."""
    for line in declaration.goods:
        # On exports this element carries the origin, see customs.domain.declaration.
        if declaration.is_import and not line.raw.get("DestinationCountry"):
            yield Fix(f"{line.path}.DestinationCountry", "", CHINA, "CUS-G17")


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_RULES: tuple[Callable[[Declaration, Context], Iterator[Fix]], ...] = (
    _half_width,
    _containers,
    _line_numbers,
    _legacy_codes,
    _units,
    _amounts,
    _charges,
    _net_weight,
    _sides,
)
