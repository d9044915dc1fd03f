"""A pasted cell is the value a person meant, or a problem that says why not."""

import datetime as dt

import pytest

from guanzhang.customs.domain.goods_cells import read_cell, resolve
from guanzhang.customs.domain.message import blocks
from guanzhang.reference import shipped

REFERENCE = shipped.reference(dt.date(2026, 11, 23))
TABLES = {
    "GUnit": "unit",
    "OriginCountry": "country",
    "TradeCurr": "currency",
    "DutyMode": "duty_mode",
}


def cell(name, text):
    return read_cell(
        text, blocks()["DecLists"].elements[name], table=TABLES.get(name, ""), reference=REFERENCE,
        path=f"DecLists[0].{name}", label=name,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("GQty", "1,200", "1200"),
        ("GQty", "１，２００．５０", "1200.50"),
        ("GQty", " 12.00 ", "12"),
        ("DeclPrice", "-0.5", "-0.5"),
        ("DeclTotal", "", ""),
        ("GUnit", "台", "001"),
        ("GUnit", "001", "001"),
        ("GUnit", "台 (001)", "001"),
        ("OriginCountry", "日本", "JPN"),
        ("OriginCountry", "jpn", "JPN"),
        ("DutyMode", "照章征税", "1"),
        ("GName", "  伺服\t电机 ", "伺服 电机"),
    ],
)
def test_what_is_taken(name, text, value):
    found = cell(name, text)
    assert found.problem is None
    assert found.value == value


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("GQty", "viele", "CUS-971"),
        ("GQty", "1e5", "CUS-971"),
        ("DeclPrice", "1.23456", "CUS-972"),
        ("CodeTS", "84834090001", "CUS-973"),
        ("GUnit", "光年", "CUS-974"),
        ("OriginCountry", "国", "CUS-974"),
    ],
)
def test_what_is_not(name, text, code):
    found = cell(name, text)
    assert found.value == ""
    assert found.problem.kind.code == code
    assert found.problem.path == f"DecLists[0].{name}"
    assert text[:40] in found.problem.message("zh")


def test_a_beginning_that_fits_two_rows_is_no_answer():
    assert resolve(REFERENCE, "trade_mode", "一般贸易") == "0110"
    assert resolve(REFERENCE, "trade_mode", "保税") is None
