"""Goods lines from an invoice and a packing list: which column is what, and the lines they make.

Pure: rows come as texts, codes are resolved by `goods_cells`. Lines of the two papers meet by the
article number when both have one for every line, else by their order when they have as many lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from guanzhang.customs.domain.declaration import number
from guanzhang.customs.domain.document import Row
from guanzhang.customs.domain.goods_cells import read_cell
from guanzhang.customs.domain.goods_rows import text_of
from guanzhang.customs.domain.message import blocks
from guanzhang.exchange.domain.headers import column_letter
from guanzhang.kernel.problem import Kind, Problem, Severity
from guanzhang.reference.domain.view import Reference

NO_MATCH = Kind(
    "CUS-975", Severity.WARNING,
    "箱单的“{found}”在发票里没有对应的行，它的重量和件数没有计入",
    "“{found}” of the packing list has no line on the invoice; its weight and packages are left out",
)  # fmt: skip
CANNOT_JOIN = Kind(
    "CUS-976", Severity.WARNING,
    "发票有 {invoice} 行、箱单有 {packing} 行，又没有都对应上的货号，箱单的数字没有并入各项",
    "The invoice has {invoice} lines and the packing list {packing}, without common article numbers: "
    "figures of the packing list were not joined",
)  # fmt: skip
DISAGREES = Kind(
    "CUS-977", Severity.WARNING,
    "数量 {quantity} × 单价 {price} = {expected}，表里的总价是 {found}，请核对",
    "Quantity {quantity} × price {price} = {expected}; the sheet says {found}; check it",
)  # fmt: skip
# Figures that no goods line holds, but the header or a legal quantity can be made of.
EXTRA: Mapping[str, str] = {
    "net_weight": "净重（千克）",
    "gross_weight": "毛重（千克）",
    "packages": "件数",
}
# What the papers call the elements, as plain lower-case words; the first that matches wins.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "ExgNo": ("货号", "料号", "item no", "article", "part no", "p/n", "sku", "model no"),
    "CodeTS": ("商品编号", "商品编码", "hs code", "hs编码", "税号", "h.s", "tariff"),
    "GModel": ("规格", "型号", "申报要素", "specification", "model", "spec"),
    "DeclGoodsEname": ("英文品名", "英文名", "english"),
    "gross_weight": ("毛重", "gross", "g.w"),
    "net_weight": ("净重", "net weight", "n.w", "net wt"),
    "packages": ("件数", "箱数", "packages", "cartons", "ctns", "pkgs"),
    "GUnit": ("单位", "unit of", "uom"),
    "DeclPrice": ("单价", "unit price", "price"),
    "DeclTotal": ("总价", "金额", "amount", "total"),
    "TradeCurr": ("币制", "币种", "currency"),
    "OriginCountry": ("原产国", "产地", "origin", "country"),
    "GQty": ("数量", "quantity", "qty"),
    "GName": ("品名", "商品名称", "名称", "description", "goods", "commodity"),
    "SecondQty": ("第二数量",),
    "FirstQty": ("法定数量", "第一数量"),
}
_TOTAL_ROW = re.compile(
    r"^\s*(合计|总计|小计|共计|total|sub-?total|grand total)\b", re.IGNORECASE
)
_KILOGRAM = "035"


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with its mapping: ``rows`` are (number as Excel counts, texts); ``columns`` maps an
    element or a key of ``EXTRA`` to the index of its column; ``name`` is the sheet in messages."""

    name: str
    rows: Sequence[tuple[int, Sequence[str]]]
    columns: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lines:
    """What the papers give: rows of DecLists, figures for the header, what is wrong and where."""

    rows: tuple[Row, ...]
    head: Mapping[str, str]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Read:
    number: int
    row: Row
    extra: dict[str, Decimal] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)  # something stands there that is no value


def guess(headers: Sequence[str]) -> dict[str, int]:
    """The column of each element that a header names: {"GQty": 3, …}; a column is used once."""
    found: dict[str, int] = {}
    for element, names in _NAMES.items():
        for index, header in enumerate(headers):
            plain = header.casefold().strip()
            if plain and index not in found.values() and any(name in plain for name in names):
                found[element] = index
                break
    return found


def lines_of(
    invoice: Table,
    packing: Table | None,
    *,
    reference: Reference,
    tables: Mapping[str, str],
    labels: Mapping[str, str],
    defaults: Mapping[str, str],
) -> Lines:
    """Rows of goods from the invoice, completed by the packing list.

    ``tables`` maps elements to code tables, ``labels`` to what a person calls them, ``defaults`` are
    values for lines that do not say (currency, origin, treatment). Empty rows and rows of totals
    are skipped. A cell that cannot be read leaves its element empty and is a problem at its address.
    """
    problems: list[Problem] = []
    reader = _Reader(reference, tables, labels, problems)
    read = list(reader.lines(invoice))
    packed = list(reader.lines(packing)) if packing else []
    _join(read, packed, problems, packing.name if packing else "")
    for each in read:
        _complete(each, defaults, reference, problems, invoice)
    head = _head(packed or read)
    return Lines(tuple(each.row for each in read), head, tuple(problems))


@dataclass(frozen=True, slots=True)
class _Reader:
    reference: Reference
    tables: Mapping[str, str]
    labels: Mapping[str, str]
    problems: list[Problem]

    def lines(self, table: Table) -> Iterator[_Read]:
        for row_number, texts in table.rows:
            if not any(texts) or any(_TOTAL_ROW.match(text) for text in texts if text):
                continue
            read = _Read(row_number, {})
            for name, column in sorted(table.columns.items(), key=lambda each: each[1]):
                text = texts[column] if column < len(texts) else ""
                self._take(
                    read, name, text, f"{table.name}!{column_letter(column)}{row_number}"
                )
            if read.row or read.extra:
                yield read

    def _take(self, read: _Read, name: str, text: str, address: str) -> None:
        elements = blocks()["DecLists"].elements
        element = elements["FirstQty"] if name in EXTRA else elements[name]
        label = EXTRA.get(name) or self.labels.get(name, element.label)
        cell = read_cell(
            text, element, table=self.tables.get(name, ""), reference=self.reference, path=address,
            label=label,
        )  # fmt: skip
        if cell.problem:
            self.problems.append(cell.problem)
            read.unread.add(name)
        elif cell.value and name in EXTRA:
            read.extra[name] = number(cell.value) or Decimal(0)
        elif cell.value:
            read.row[name] = cell.value


def _join(
    invoice: Sequence[_Read], packing: Sequence[_Read], problems: list[Problem], name: str
) -> None:
    if not packing:
        return
    by_article = {each.row.get("ExgNo", ""): each for each in invoice}
    articles = "" not in by_article and len(by_article) == len(invoice)
    if articles and all(each.row.get("ExgNo") for each in packing):
        for each in packing:
            target = by_article.get(each.row["ExgNo"])
            if target is None:
                place = f"{name}!{each.number}"
                problems.append(NO_MATCH.at(place, found=each.row["ExgNo"]))
            else:
                _take_over(target, each)
    elif len(invoice) == len(packing):
        for target, each in zip(invoice, packing, strict=True):
            _take_over(target, each)
    else:
        problems.append(CANNOT_JOIN.at(name, invoice=len(invoice), packing=len(packing)))


def _take_over(target: _Read, packed: _Read) -> None:
    for element, value in packed.row.items():
        target.row.setdefault(element, value)
    for key, amount in packed.extra.items():
        target.extra[key] = target.extra.get(key, Decimal(0)) + amount


def _complete(
    read: _Read,
    defaults: Mapping[str, str],
    reference: Reference,
    problems: list[Problem],
    invoice: Table,
) -> None:
    row = read.row
    for element, value in defaults.items():
        if element not in read.unread:  # what the paper says otherwise is not guessed over
            row.setdefault(element, value)
    quantity, price, total = (
        number(row.get(k, "")) for k in ("GQty", "DeclPrice", "DeclTotal")
    )
    if quantity is not None and price is not None:
        product = (quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if total is None:
            row["DeclTotal"] = text_of(product)
        elif abs(product - total) > Decimal("0.01") * max(Decimal(1), quantity):
            problems.append(
                DISAGREES.at(
                    f"{invoice.name}!{read.number}",
                    quantity=quantity,
                    price=price,
                    expected=product,
                    found=total,
                )
            )
    elif quantity and total is not None and "DeclPrice" not in row:
        row["DeclPrice"] = text_of(
            (total / quantity).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        )
    _legal_units(read, reference)


def _legal_units(read: _Read, reference: Reference) -> None:
    """Units by the tariff; a quantity where it is the same as the declared one or a net weight."""
    row = read.row
    line = reference.tariff(row.get("CodeTS", ""))
    if line is None:
        return
    net = read.extra.get("net_weight")
    for unit, unit_element, quantity_element in (
        (line.unit1, "FirstUnit", "FirstQty"),
        (line.unit2, "SecondUnit", "SecondQty"),
    ):
        if not unit:
            continue
        row[unit_element] = unit
        if quantity_element in row:
            continue
        if unit == row.get("GUnit") and "GQty" in row:
            row[quantity_element] = row["GQty"]
        elif unit == _KILOGRAM and net:
            row[quantity_element] = text_of(net)


def _head(read: Sequence[_Read]) -> dict[str, str]:
    """Sums for the header, each only when every line that was read gives its part."""
    found: dict[str, str] = {}
    for key, element in (
        ("net_weight", "NetWt"),
        ("gross_weight", "GrossWet"),
        ("packages", "PackNo"),
    ):
        parts = [each.extra[key] for each in read if key in each.extra]
        if parts and (len(parts) == len(read) or key != "net_weight"):
            found[element] = text_of(sum(parts, Decimal(0)))
    return found
