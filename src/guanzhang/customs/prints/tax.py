"""税款预估: what a declaration will cost, with the working of every tax. An estimate, never a bill."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from guanzhang.customs.domain.declaration import read
from guanzhang.customs.domain.form import Cell, Facts, GoodsColumn, Names
from guanzhang.customs.domain.tax.sheet import LineTax, Tax, TaxSheet
from guanzhang.customs.prints.goods_list import head_cells
from guanzhang.customs.prints.sheet import Row, Sheet, row
from guanzhang.reference.domain.view import Reference

DEMO = "演示税则：税率不是官方数据，本表不能作为缴税依据"
UNKNOWN = "未知"
_COLUMNS = (
    GoodsColumn("项号", 9),
    GoodsColumn("商品编号/名称", 36),
    GoodsColumn("原产国(地区)", 22),
    GoodsColumn("计税价格(元)", 25, "right"),
    GoodsColumn("税种", 24),
    GoodsColumn("计税基数(元)", 25, "right"),
    GoodsColumn("税率", 18, "right"),
    GoodsColumn("税额(元)", 24, "right"),
    GoodsColumn("应缴(元)", 24, "right"),
    GoodsColumn("计算过程", 90),
)


def tax_paper(
    document: Mapping[str, Any], taxes: TaxSheet, reference: Reference, facts: Facts
) -> Sheet:
    """The sheet of ``taxes``; what is unknown is printed as 未知, and then there is no total."""
    declaration = read(document)
    names = Names(reference)
    rows = tuple(each for line in taxes.lines for each in _line_rows(line, names))
    problems = tuple(f"· {problem.message('zh')}" for problem in taxes.problems)
    return Sheet(
        title="税款预估表",
        fields=(
            *head_cells(declaration, facts),
            Cell("计算日期", f"{taxes.on:%Y-%m-%d}"),
            Cell("计征汇率", _rates(taxes), width=2),
            Cell("计税价格合计(元)", money(taxes.value_cny)),
        ),
        columns=_COLUMNS,
        rows=rows,
        totals=_totals(taxes),
        paragraphs=(
            *_words(taxes),
            *(("需要注意：", *problems) if problems else ()),
            "本表由申报数据按计算日期的税率和汇率估算，实际税款以海关出具的税款缴纳凭证为准。",
        ),
        banner=DEMO if taxes.is_demo else "",
        watermark=facts.watermark,
        origin=facts.origin,
    )


def money(amount: Decimal | None) -> str:
    """1,234.50; 未知 when nobody knows."""
    return UNKNOWN if amount is None else f"{amount:,.2f}"


def _line_rows(line: LineTax, names: Names) -> list[Row]:
    head = (
        line.number,
        (line.hs_code, line.name),
        names.lines("country", line.origin) if line.origin else "",
        money(line.value_cny),
    )
    value_steps = [step.zh for step in line.value_steps]
    if line.choice:
        value_steps.append(line.choice.words.zh)
    if not line.taxes:
        return [row(*head, line.treatment.zh, "", "", "", money(line.payable), value_steps)]
    rows = []
    for place, tax in enumerate(line.taxes):
        shown = head if place == 0 else ("", "", "", "")
        steps = [*(value_steps if place == 0 else ()), *(step.zh for step in tax.steps)]
        rows.append(row(*shown, *_tax_cells(tax), steps))
    return rows


def _tax_cells(tax: Tax) -> tuple[str, ...]:
    rate = UNKNOWN if tax.rate is None else str(tax.rate)
    percent = "" if tax.rate is None or tax.rate.is_specific else "%"
    base = "" if tax.base is None else money(tax.base)
    return (tax.kind.zh, base, rate + percent, money(tax.amount), money(tax.payable))


def _totals(taxes: TaxSheet) -> tuple[Row, ...]:
    """One row per tax, then everything; the known part stands beside an unknown total."""
    rows = [
        row(
            "", "合计", "", "", total.kind.zh, "", "",
            money(total.amount if total.is_known else None), money(total.charged), total.words.zh,
        )
        for total in taxes.totals
    ]  # fmt: skip
    known = "" if taxes.total is not None else f"其中已知 {money(taxes.known_total)} 元"
    secured = f"另有担保 {money(taxes.secured)} 元" if taxes.secured else ""
    last = row("", "应缴合计", "", "", "", "", "", "", money(taxes.total), known or secured)
    return (*rows, last)


def _rates(taxes: TaxSheet) -> str:
    found = [f"{currency} {rate:f}" for currency, rate in taxes.rates.items()]
    return "；".join(found)


def _words(taxes: TaxSheet) -> tuple[str, ...]:
    if taxes.total is None:
        return ("部分税款未知，因此没有合计；请补齐缺少的数据后重新打印。",)
    return ()
