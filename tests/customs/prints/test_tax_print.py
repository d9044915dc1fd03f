"""The tax estimate on paper says what the sheet says, to the cent."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from customs.prints.papers import DAY, FACTS, REFERENCE, document, squeezed, text_of
from guanzhang.customs.domain.declaration import read
from guanzhang.customs.domain.tax import tax_sheet
from guanzhang.customs.prints.sheet import sheet_pdf
from guanzhang.customs.prints.tax import DEMO, money, tax_paper


def paper(find_rate, *, is_demo: bool = True, lines: int = 3):
    reference = dataclasses.replace(REFERENCE, find_rate=find_rate, is_demo_tariff=is_demo)
    values = document(lines)
    taxes = tax_sheet(read(values), reference, on=DAY)
    return taxes, tax_paper(values, taxes, reference, FACTS)


def test_every_tax_with_its_working_and_the_totals_are_on_the_paper():
    taxes, sheet = paper(lambda _currency, _month: Decimal("7.1"), lines=20)

    text = text_of(sheet_pdf(sheet))

    assert taxes.total is not None
    assert "应缴合计" + money(taxes.total) in text
    for line in taxes.lines:
        for tax in line.taxes:
            assert money(tax.payable) in text
            for step in tax.steps:
                assert squeezed(step.zh) in text
    assert "计税价格合计(元)" + money(taxes.value_cny) in text


def test_what_is_unknown_is_said_and_there_is_no_total():
    taxes, sheet = paper(lambda _currency, _month: None)

    text = text_of(sheet_pdf(sheet))

    assert taxes.total is None
    assert "部分税款未知，因此没有合计" in text
    assert "未知" in [cell for row in sheet.totals for (cell, *_) in row]
    for problem in taxes.problems:
        assert squeezed(problem.message("zh")) in text


@pytest.mark.parametrize("is_demo", [True, False])
def test_a_demo_tariff_is_announced_above_the_figures(is_demo):
    taxes, sheet = paper(lambda _currency, _month: Decimal("7.1"))
    sheet = dataclasses.replace(sheet, banner=DEMO if is_demo else "")

    assert taxes.is_demo
    assert (DEMO in text_of(sheet_pdf(sheet))) is is_demo


def test_an_amount_nobody_knows_is_not_zero():
    assert (money(None), money(Decimal(0)), money(Decimal("1234.5"))) == (
        "未知",
        "0.00",
        "1,234.50",
    )
