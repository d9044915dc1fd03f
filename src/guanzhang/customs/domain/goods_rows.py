"""Merge equal goods lines, and split a declaration with more lines than one may have. Totals stay exact.

Rows are rows of ``DecLists`` as a document holds them. What cannot be added (an unreadable or a
missing number) is never guessed: such rows are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from guanzhang.customs.domain.declaration import number
from guanzhang.customs.domain.document import Document, Row, tidied

MOST_LINES = 50  # of one declaration
ADDED = ("GQty", "FirstQty", "SecondQty", "DeclTotal")
# How a merged or split number is written back: decimals at most, as the message allows.
_SHARED = {"GrossWet": 5, "NetWt": 5}
_CHARGES = (("FeeMark", "FeeRate"), ("InsurMark", "InsurRate"), ("OtherMark", "OtherRate"))
_TOTAL = "3"  # the mark of a charge that is an amount for the whole
# Elements that hold numbers of goods lines: block → element.
_POINTERS = {
    "EcoRelation": "DecGNo",
    "TrnContaGoodsList": "GNo",
    "DecSupplementLists": "GNo",
}


@dataclass(frozen=True, slots=True)
class Merged:
    """The lines after merging, and for each the indexes of the lines it was made of."""

    rows: tuple[Row, ...]
    sources: tuple[tuple[int, ...], ...]

    @property
    def saved(self) -> int:
        """How many lines fewer."""
        return sum(len(each) - 1 for each in self.sources)


def merge_equal(rows: Sequence[Mapping[str, Any]]) -> Merged:
    """Lines that agree in everything but quantities and total become one, at the place of the first.

    The price is part of what must agree. Quantities and totals are added exactly.
    """
    groups: dict[object, list[int]] = {}
    for index, row in enumerate(rows):
        groups.setdefault(_identity(row, index), []).append(index)
    sources = tuple(tuple(each) for each in groups.values())
    return Merged(tuple(_sum([rows[i] for i in each]) for each in sources), sources)


def split_document(document: Mapping[str, Any], size: int = MOST_LINES) -> tuple[Document, ...]:
    """Declarations of at most ``size`` lines each that together say what ``document`` says.

    Packages, weights and total charges are shared by value (by lines where a value is missing);
    the last part takes what rounding leaves, so the sums are those of the whole. Numbers of lines in
    containers, certificates and supplements follow their lines.
    """
    rows = list(document.get("DecLists") or ())
    if len(rows) <= size:
        return (tidied(document),)
    starts = range(0, len(rows), size)
    spans = [(start, min(start + size, len(rows))) for start in starts]
    weights = _weights(rows, spans)
    heads = _shared_heads(document.get("DecHead") or {}, weights)
    return tuple(
        tidied(_part(document, head, first, last))
        for head, (first, last) in zip(heads, spans, strict=True)
    )


def shares(total: Decimal, weights: Sequence[Decimal], places: int) -> list[Decimal]:
    """``total`` by ``weights``, each share with at most ``places`` decimals; they add up to ``total``.

    A share is the rounded-down difference of two running totals, so that none is off by more than
    one unit and the last takes the rest.
    """
    unit = Decimal(1).scaleb(-places)
    whole = sum(weights, Decimal(0))
    if not whole:
        weights, whole = [Decimal(1)] * len(weights), Decimal(len(weights))
    marks = [Decimal(0)]
    running = Decimal(0)
    for weight in weights[:-1]:
        running += weight
        marks.append((total * running / whole // unit) * unit)
    marks.append(total)
    return [after - before for before, after in pairwise(marks)]


def text_of(value: Decimal) -> str:
    """A number as a document holds it: no exponent, no zeros behind the last digit."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _identity(row: Mapping[str, Any], index: int) -> object:
    values = {k: v for k, v in row.items() if k != "GNo" and k not in ADDED and v}
    summed = [name for name in ADDED if row.get(name)]
    numbers = [number(str(row[name])) for name in summed]
    nested = any(isinstance(v, list) for v in values.values())
    if nested or None in numbers or not summed:
        return index  # not to be added to anything
    return (tuple(sorted(values.items())), tuple(summed))


def _sum(rows: Sequence[Mapping[str, Any]]) -> Row:
    found = dict(rows[0])
    if len(rows) > 1:
        for name in ADDED:
            if found.get(name):
                parts = [number(str(row[name])) or Decimal(0) for row in rows]
                found[name] = text_of(sum(parts, Decimal(0)))
    return found


def _weights(
    rows: Sequence[Mapping[str, Any]], spans: Sequence[tuple[int, int]]
) -> list[Decimal]:
    totals = [number(str(row.get("DeclTotal") or "")) for row in rows]
    currencies = {row.get("TradeCurr") for row in rows}
    known = [t for t in totals if t is not None and t > 0]
    if len(known) == len(totals) and len(currencies) == 1:
        return [sum(known[first:last], Decimal(0)) for first, last in spans]
    return [Decimal(last - first) for first, last in spans]


def _shared_heads(head: Mapping[str, str], weights: Sequence[Decimal]) -> list[dict[str, str]]:
    heads = [dict(head) for _ in weights]
    for name, places in _shared_elements(head).items():
        total = number(head.get(name, ""))
        if total is None:
            continue
        for part, share in zip(heads, shares(total, weights, places), strict=True):
            part[name] = text_of(share)
    packages = number(head.get("PackNo", ""))
    if packages is not None and packages == packages.to_integral_value():
        for part, share in zip(heads, _packages(packages, weights), strict=True):
            part["PackNo"] = text_of(share)
    return heads


def _shared_elements(head: Mapping[str, str]) -> dict[str, int]:
    return _SHARED | {rate: 5 for mark, rate in _CHARGES if head.get(mark) == _TOTAL}


def _packages(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Whole packages; every part has one as long as there are enough."""
    least = Decimal(1) if total >= len(weights) else Decimal(0)
    rest = shares(total - least * len(weights), weights, 0)
    return [least + share for share in rest]


def _part(document: Mapping[str, Any], head: Row, first: int, last: int) -> Row:
    part = {**document, "DecHead": head}
    lines = [dict(row) for row in document["DecLists"][first:last]]
    for line in lines:
        if limits := line.get("DecGoodsLimits"):
            line["DecGoodsLimits"] = [_moved(row, "GoodsNo", first, last) for row in limits]
    part["DecLists"] = lines
    for block, element in _POINTERS.items():
        kept = [_moved(row, element, first, last) for row in document.get(block) or ()]
        part[block] = [row for row in kept if row]
    boxes = [_moved(row, "GoodsNo", first, last) for row in document.get("DecContainers") or ()]
    part["DecContainers"] = [row for row in boxes if row]
    return part


def _moved(row: Mapping[str, Any], element: str, first: int, last: int) -> Row:
    """``row`` with its line numbers counted in the part; {} when it is about other lines alone."""
    text = str(row.get(element) or "")
    numbers = [n.strip() for n in text.split(",") if n.strip()]
    if not numbers or not all(n.isdigit() for n in numbers):
        return dict(row)  # about no line in particular, or unreadable: kept in every part
    here = [str(int(n) - first) for n in numbers if first < int(n) <= last]
    return {**row, element: ",".join(here)} if here else {}
