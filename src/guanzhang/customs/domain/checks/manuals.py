"""Processing manuals and account books: the item of each line and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from guanzhang.customs.domain.checks.context import Context, Manual
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    PRACTICE,
    Problems,
    line_of,
)
from guanzhang.customs.domain.declaration import Declaration, Goods
from guanzhang.kernel.problem import Kind, Problem

MANUAL_ITEM = Kind(
    "CUS-G21",
    ERROR,
    "第 {line} 项：备案号 {manual} 中没有备案序号“{found}”，请核对。",
    "Line {line}: the manual {manual} has no item “{found}”; check it.",
    PRACTICE,
)
MANUAL_DIFFERS = Kind(
    "CUS-G21",
    ERROR,
    "第 {line} 项：“{field}”（{element}）为 {found}，备案序号 {item} 登记为 {expected}，请改为一致。",
    "Line {line}: “{element}” ({field}) is {found}, item {item} of the manual says {expected}; they "
    "must agree.",
    PRACTICE,
)
MANUAL_BALANCE = Kind(
    "CUS-G21",
    ERROR,
    "第 {line} 项：备案序号 {item} 剩余 {expected}，本单申报 {found}，请核对余量。",
    "Line {line}: item {item} of the manual has {expected} left, this declaration takes {found}; check "
    "the balance.",
    PRACTICE,
)
BALANCE = Kind(
    "CUS-S02",
    ERROR,
    "备案号 {manual} 的序号 {item}：本单各项共 {found}，余量只有 {expected}，请减少数量。",
    "Manual {manual}, item {item}: the lines take {found} together but {expected} are left; reduce them.",
    PRACTICE,
)


def manuals(declaration: Declaration, context: Context) -> Problems:
    """G21, S02."""
    known = {m.number: m for m in context.manuals}
    manual = known.get(declaration.manual_no)
    if manual is None or manual.items is None:
        return
    taken: dict[str, Decimal] = {}
    for line in declaration.goods:
        yield from _item(line, manual)
        if line.quantity is not None:
            taken[line.manual_item] = taken.get(line.manual_item, Decimal(0)) + line.quantity
    for item, quantity in taken.items():
        record = manual.items.get(item)
        if record is not None and record.remaining is not None and quantity > record.remaining:
            yield BALANCE.at(
                "DecHead.ManualNo",
                manual=manual.number,
                item=item,
                found=quantity,
                expected=record.remaining,
            )


def _item(line: Goods, manual: Manual) -> Iterator[Problem]:
    number = line_of(line.path)
    record = (manual.items or {}).get(line.manual_item)
    if record is None:
        yield MANUAL_ITEM.at(
            f"{line.path}.ContrItem", line=number, manual=manual.number, found=line.manual_item
        )
        return
    for element, field, found, expected in (
        ("CodeTS", "商品编号", line.hs_code, record.hs_code),
        ("GName", "商品名称", line.name, record.name),
        ("GUnit", "成交单位", line.unit, record.unit),
    ):
        if expected and found != expected:
            yield MANUAL_DIFFERS.at(
                f"{line.path}.{element}",
                line=number,
                field=field,
                element=element,
                found=found,
                item=line.manual_item,
                expected=expected,
            )
    left = record.remaining
    if left is not None and line.quantity is not None and line.quantity > left:
        yield MANUAL_BALANCE.at(
            f"{line.path}.GQty",
            line=number,
            item=line.manual_item,
            expected=left,
            found=line.quantity,
        )
