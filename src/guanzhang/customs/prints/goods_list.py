"""商品清单: all lines of a declaration in one table, with sums per unit and currency."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from guanzhang.customs.domain.declaration import Declaration, Goods, read
from guanzhang.customs.domain.form import Cell, Facts, GoodsColumn, Names
from guanzhang.customs.prints.sheet import Row, Sheet, row
from guanzhang.reference.domain.view import Reference

_COLUMNS = (
    GoodsColumn("项号", 8),
    GoodsColumn("商品编号", 20),
    GoodsColumn("商品名称", 40),
    GoodsColumn("规格型号", 66),
    GoodsColumn("成交数量", 24, "right"),
    GoodsColumn("法定数量", 28, "right"),
    GoodsColumn("单价", 20, "right"),
    GoodsColumn("总价", 24, "right"),
    GoodsColumn("币制", 12),
    GoodsColumn("原产国(地区)", 24),
)


def goods_list(document: Mapping[str, Any], reference: Reference, facts: Facts) -> Sheet:
    """The sheet of a document's goods; amounts are printed as declared and summed exactly."""
    declaration = read(document)
    names = Names(reference)
    return Sheet(
        title="商品清单",
        fields=head_cells(declaration, facts),
        columns=_COLUMNS,
        rows=tuple(_row(line, names) for line in declaration.goods),
        totals=_totals(declaration, names),
        watermark=facts.watermark,
        origin=facts.origin,
    )


def head_cells(declaration: Declaration, facts: Facts) -> tuple[Cell, ...]:
    """What says which declaration a sheet belongs to."""
    way = "进口" if declaration.is_import else "出口"
    head: Mapping[str, str] = declaration.document.get("DecHead") or {}
    trader = "境内收货人" if declaration.is_import else "境内发货人"
    return (
        Cell("内部编号", facts.number),
        Cell("海关编号", facts.entry_no or declaration.entry_no),
        Cell(f"{way}日期", head.get("IEDate", "")),
        Cell("提运单号", declaration.bill_no),
        Cell(trader, declaration.trader.name, declaration.trader.usc_code, width=2),
        Cell("合同协议号", declaration.contract_no),
        Cell("件数/毛重/净重(千克)", _measures(head)),
    )


def _measures(head: Mapping[str, str]) -> str:
    return " / ".join(head.get(name) or "－" for name in ("PackNo", "GrossWet", "NetWt"))


def _row(line: Goods, names: Names) -> Row:
    raw = line.raw

    def amount(quantity: str, unit: str) -> str:
        return names.amount(raw.get(quantity, ""), raw.get(unit, ""))

    legal = (amount("FirstQty", "FirstUnit"), amount("SecondQty", "SecondUnit"))
    return row(
        line.number,
        line.hs_code,
        line.name,
        line.model,
        amount("GQty", "GUnit"),
        tuple(filter(None, legal)),
        raw.get("DeclPrice", ""),
        raw.get("DeclTotal", ""),
        line.currency,
        names.both("country", line.origin),
    )


def _totals(declaration: Declaration, names: Names) -> tuple[Row, ...]:
    """Sums per unit and per currency. A line without its number is said, not counted as zero."""
    quantities: dict[str, Decimal] = {}
    totals: dict[str, Decimal] = {}
    for line in declaration.goods:
        if line.quantity is not None:
            quantities[line.unit] = quantities.get(line.unit, Decimal()) + line.quantity
        if line.total is not None:
            totals[line.currency] = totals.get(line.currency, Decimal()) + line.total
    unknown = sum(line.total is None or line.quantity is None for line in declaration.goods)
    name = f"共 {len(declaration.goods)} 项"
    gap = f"其中 {unknown} 项缺数量或总价，未计入" if unknown else ""
    return (
        row(
            "",
            "合计",
            name,
            gap,
            [names.amount(f"{sum_:f}", unit) for unit, sum_ in quantities.items()],
            "",
            "",
            [f"{sum_:f}" for sum_ in totals.values()],
            list(totals),
            "",
        ),
    )
