"""The pure parts: the tariff file, differences, checks, base days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.reference import shipped
from guanzhang.reference.columns import columns_of
from guanzhang.reference.domain.checks import CHECKS, Known, check_tariff
from guanzhang.reference.domain.difference import difference
from guanzhang.reference.domain.months import base_date, third_wednesday
from guanzhang.reference.domain.parameters import PARAMETERS
from guanzhang.reference.domain.tables import TABLES
from guanzhang.reference.domain.tariff import Rate
from guanzhang.reference.domain.tariff_file import (
    COLUMNS,
    fraction,
    line_of,
    parse_agreements,
)
from guanzhang.reference.labels import COLUMN_LABELS

ON = dt.date(2026, 11, 23)
KNOWN = Known(
    ON,
    {key: frozenset(shipped.tables()[key]) for key in ("unit", "license_doc", "fta_agreement")},
)
LINE = {
    "hs_code": "2208300000", "name_zh": "威士忌酒", "unit1": "095", "unit2": "035",
    "mfn_rate": "5", "general_rate": "7.5CNY/095", "quota_rate": "1", "special_rate": "0",
    "agreement_rates": "14=0; 15=2.5+1CNY/035", "consumption_tax": "20+1CNY/035", "vat_rate": "13",
    "export_rebate_rate": "13%", "supervision_conditions": "AB", "inspection_category": "R/S",
    "elements": "品牌类型;出口享惠情况;酒精度",
}  # fmt: skip

rows = st.dictionaries(
    st.sampled_from("abcdef"),
    st.fixed_dictionaries({"name": st.sampled_from(("甲", "乙")), "unit": st.sampled_from(("", "1"))}),
)  # fmt: skip


def test_a_line_is_what_its_row_writes():
    line = line_of(LINE)
    assert line.mfn == Rate(Decimal("0.05"))
    assert line.general == Rate(Decimal(0), Decimal("7.5"), "CNY", "095")
    assert line.agreements == {
        "14": Rate(Decimal(0)),
        "15": Rate(Decimal("0.025"), Decimal(1), "CNY", "035"),
    }
    assert line.special == Rate(Decimal(0))  # zero is a rate
    assert line.provisional is None  # empty is unknown
    assert line.vat == line.rebate == Decimal("0.13")
    assert line.elements == ("品牌类型", "出口享惠情况", "酒精度")
    assert not line.is_demo


def test_the_columns_of_the_file_are_those_of_the_line():
    assert [field.key for field in columns_of("tariff")] == list(COLUMNS)


@pytest.mark.parametrize("text", ["14", "=5", "14=", "14=x", "14=5;14=6", "14:5"])
def test_agreements_that_cannot_be_read(text):
    with pytest.raises(ValueError, match=r"14|=5|x"):
        parse_agreements(text)


@pytest.mark.parametrize("text", ["-1", "x", "1.2.3", "十三", "1e2", "½"])
def test_percentages_that_cannot_be_read(text):
    with pytest.raises(ValueError, match=text):
        fraction(text)


def test_the_demo_tariff_passes_its_own_checks():
    found = check_tariff(shipped.rows_in("demo_tariff"), KNOWN)
    assert [p.message("zh") for p in found if p.is_error] == []


def test_the_given_line_has_nothing_wrong():
    assert check_tariff([LINE], KNOWN) == ()


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"hs_code": "7712345678"}, ["REF-010"]),
        ({"hs_code": "9912345678"}, ["REF-010"]),
        ({"hs_code": "0012345678"}, ["REF-010"]),
        ({"hs_code": "220830000"}, ["REF-010"]),
        ({"unit2": "千克"}, ["REF-011"]),
        ({"supervision_conditions": "A?"}, ["REF-012"]),
        ({"mfn_rate": "8%%"}, ["REF-013"]),
        ({"mfn_rate": "－8"}, ["REF-014"]),
        ({"vat_rate": "101"}, ["REF-015"]),
        ({"inspection_category": "N/M"}, ["REF-016"]),
        ({"agreement_rates": "14"}, ["REF-017"]),
        ({"agreement_rates": "98=1"}, ["REF-018"]),
        ({"mfn_rate": ""}, ["REF-020"]),
        ({"vat_rate": "17"}, ["REF-021"]),
        ({"export_rebate_rate": "16"}, ["REF-022"]),
        ({"agreement_rates": "14=1CNY/999"}, ["REF-023"]),
    ],
)  # fmt: skip
def test_each_fault_of_a_line_is_named(change, codes):
    assert [p.kind.code for p in check_tariff([{**LINE, **change}], KNOWN)] == codes


def test_lines_of_the_same_eight_digits_agree_but_for_quotas():
    other = {**LINE, "hs_code": "2208300010", "mfn_rate": "9", "general_rate": "9"}
    assert check_tariff([LINE, other], KNOWN) == ()  # within and outside a quota
    plain = [{**row, "quota_rate": ""} for row in (LINE, other)]
    assert [p.path for p in check_tariff(plain, KNOWN)] == ["1.general_rate", "1.mfn_rate"]


@given(rows, rows, st.booleans())
def test_applying_a_difference_gives_the_edition(valid, given_rows, whole):
    """What is valid, less what ends, with what is new and changed, is what the edition says."""
    diff = difference(valid, given_rows, is_whole=whole)
    after = {k: v for k, v in valid.items() if k not in diff.removed}
    after |= {k: given_rows[k] for k in (*diff.added, *diff.changed)}
    assert after == (given_rows if whole else {**valid, **given_rows})
    assert len(diff.added) + len(diff.changed) + diff.unchanged == len(given_rows)
    assert diff.is_empty == (after == valid)
    for key, fields in diff.changed.items():
        assert {c: (valid[key][c], given_rows[key][c]) for c in fields} == fields
    assert difference(after, given_rows, is_whole=whole).is_empty


@given(st.dates(dt.date(2019, 3, 1), dt.date(2026, 12, 31)))
def test_the_base_day_is_a_trading_day_at_or_after_the_third_wednesday(month):
    is_workday = shipped.reference(ON).is_workday
    day = base_date(month, is_workday)
    wednesday = third_wednesday(month.replace(day=1) - dt.timedelta(days=1))
    assert wednesday.weekday() == 2
    assert 15 <= wednesday.day <= 21
    assert day is not None
    assert day >= wednesday
    assert day.weekday() < 5
    assert is_workday(day)
    closed = (day - wednesday).days
    between = [wednesday + dt.timedelta(days=n) for n in range(closed)]
    assert all(d.weekday() > 4 or not is_workday(d) for d in between)


def test_every_kind_of_file_has_columns_checks_and_labels():
    for kind in CHECKS:
        for table in TABLES if kind == "codes" else ("",):
            for field in columns_of(kind, table):
                assert field.key in COLUMN_LABELS, (kind, field.key)


def test_every_shipped_parameter_has_a_name():
    assert set(PARAMETERS) == {row["key"] for row in shipped.rows_in("parameters")}
