"""Cells, in the trade's own spelling: text, what is stored, or which problem."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.exchange.domain.cells import (
    IMPRECISE,
    NO_RESULT,
    Habits,
    divided_half_up,
    reader_for,
    scaled,
    unscaled,
)
from guanzhang.exchange.domain.fields import Field, FieldKind
from guanzhang.kernel.codes import check_usc_code

TEXT = Field("t", "名称", required=True, max_length=10)
NOTE = Field("n", "备注", multiline=True)
CODE = Field("c", "编号", FieldKind.CODE)
MONEY = Field("m", "金额", FieldKind.DECIMAL)
COUNT = Field("i", "人数", FieldKind.INTEGER, places=0)
DAY = Field("d", "日期", FieldKind.DATE)
PICK = Field(
    "p", "类型", FieldKind.CHOICE, choices=(("enterprise", "企业"), ("person", "个人"))
)
FLAG = Field("f", "是否", FieldKind.FLAG)
USC = Field("u", "信用代码", FieldKind.CODE, check=check_usc_code)


def read(field, raw, **habits):
    """The stored value, or the code of the error; notes are added behind a "+"."""
    value, problem = reader_for(field, Habits(**habits))(raw)
    if problem is None:
        return value
    return problem.kind.code if problem.is_error else (value, problem.kind.code)


@pytest.mark.parametrize(
    ("field", "raw", "stored"),
    [
        (TEXT, "  恒通  ", "恒通"),
        (TEXT, "恒\n通", "恒 通"),
        (NOTE, "甲\n乙", "甲\n乙"),
        (TEXT, "", "EXC-030"),
        (TEXT, None, "EXC-030"),
        (TEXT, "   ", "EXC-030"),
        (TEXT, "一二三四五六七八九十", "一二三四五六七八九十"),
        (TEXT, "一二三四五六七八九十一", "EXC-031"),
        (TEXT, "恒\x07通", "EXC-043"),
        (CODE, "", None),
        (CODE, "007", "007"),
        (CODE, "=1+1", ("=1+1", "EXC-050")),
        (CODE, "@SUM(A1)", ("@SUM(A1)", "EXC-050")),
        (CODE, "＝1+1", ("＝1+1", "EXC-050")),
        (CODE, "-2+3+cmd|' /C calc'!A0", ("-2+3+cmd|' /C calc'!A0", "EXC-050")),
        (CODE, "+86 138", "+86 138"),
        (CODE, "-1,234.50", "-1,234.50"),
        (CODE, IMPRECISE + "9.1330206e+17", "EXC-042"),
        (MONEY, "1,234.50", 12_345_000),
        (MONEY, "１，２３４．５", 12_345_000),
        (MONEY, "(1,234.50)", -12_345_000),
        (MONEY, "（12）", -120_000),
        (MONEY, "-0.0001", -1),
        (MONEY, "−3", -30_000),
        (MONEY, "12-", -120_000),
        (MONEY, ".5", 5_000),
        (MONEY, "5.", 50_000),
        (MONEY, "1.50000000", 15_000),
        (MONEY, "0.00005", "EXC-033"),
        (MONEY, "1,23", "EXC-032"),
        (MONEY, "1.2.3", "EXC-032"),
        (MONEY, "8万", "EXC-032"),
        (MONEY, "¥100", "EXC-032"),
        (MONEY, "1e5", "EXC-032"),
        (MONEY, "--1", "EXC-032"),
        (MONEY, "(-1)", "EXC-032"),
        (MONEY, "NaN", "EXC-032"),
        (MONEY, "922337203685477.5807", 2**63 - 1),
        (MONEY, "922337203685477.5808", "EXC-034"),
        (MONEY, "9" * 5000, "EXC-034"),
        (MONEY, "\x00#N/A", "EXC-040"),
        (MONEY, NO_RESULT, "EXC-041"),
        (COUNT, "17850.0", 17850),
        (COUNT, "17850.5", "EXC-035"),
        (COUNT, "99999999999", "EXC-034"),
        (DAY, "2026-11-23", "2026-11-23"),
        (DAY, "2026/1/5 08:26:00", "2026-01-05"),
        (DAY, "2026.1.5", "2026-01-05"),
        (DAY, "20261123", "2026-11-23"),
        (DAY, "2026年1月5日", "2026-01-05"),
        (DAY, "２０２６－１１－２３", "2026-11-23"),
        (DAY, "44887", "2022-11-22"),
        (DAY, "44887.35", "2022-11-22"),
        (DAY, "23/11/2026", "2026-11-23"),
        (DAY, "11/23/2026", "2026-11-23"),
        (DAY, "03/04/2026", "EXC-037"),
        (DAY, "23-Nov-2026", "2026-11-23"),
        (DAY, "November 23, 2026", "2026-11-23"),
        (DAY, "2026-02-30", "EXC-036"),
        (DAY, "1/2", "EXC-036"),
        (DAY, "今天", "EXC-036"),
        (PICK, "企业", "enterprise"),
        (PICK, "PERSON", "person"),
        (PICK, "公司", "EXC-038"),
        (FLAG, "是", True),
        (FLAG, "Ｎ", False),
        (FLAG, "TRUE", True),
        (FLAG, "也许", "EXC-039"),
        (USC, "91330206MA281KQ70R", "91330206MA281KQ70R"),
        (USC, "91330206MA281KQ70A", "PTY-005"),
        (USC, "91330206MA281KQ7OR", "PTY-002"),
    ],
)
def test_a_cell(field, raw, stored):
    found = read(field, raw)
    assert found == stored
    assert type(found) is type(stored)


@pytest.mark.parametrize(
    ("habits", "field", "raw", "stored"),
    [
        ({"date_order": "dmy"}, DAY, "03/04/2026", "2026-04-03"),
        ({"date_order": "mdy"}, DAY, "03/04/2026", "2026-03-04"),
        ({"date_order": "mdy"}, DAY, "23/04/2026", "EXC-036"),
        ({"epoch_1904": True}, DAY, "44887", "2026-11-23"),
        ({"clean": ("integer",)}, CODE, "17850.0", "17850"),
        ({"clean": ("integer",)}, CODE, "17850.5", "17850.5"),
        ({"clean": ("upper", "compact")}, CODE, " ab 12 ", "AB12"),
        ({"clean": ("digits",)}, CODE, "138-0013 8000", "13800138000"),
    ],
)
def test_habits_of_a_column(habits, field, raw, stored):
    assert read(field, raw, **habits) == stored


def test_a_message_says_what_was_found_and_what_to_do():
    _value, problem = reader_for(MONEY, Habits())("8万")
    assert problem.path == "m"
    assert problem.message("zh") == (
        "金额应为数字，如 1234.50，现为“8万”。请只写数字，不写单位和货币符号。"
    )
    assert "“8万”" in problem.message("en")


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from([0, 2, 4, 6]))
def test_what_is_written_is_read_again(number, places):
    assert scaled(unscaled(number, places), places) == number


@given(st.text(max_size=40), st.sampled_from([TEXT, NOTE, CODE, MONEY, COUNT, DAY, PICK, FLAG]))
def test_no_text_breaks_a_reader(text, field):
    value, problem = reader_for(field, Habits())(text)
    assert value is None or problem is None or not problem.is_error


@pytest.mark.parametrize(
    ("number", "divisor", "result"),
    [(5, 10, 1), (4, 10, 0), (-5, 10, -1), (-4, 10, 0), (15, 10, 2), (25, 10, 3), (0, 7, 0)],
)
def test_half_is_rounded_away_from_zero(number, divisor, result):
    assert divided_half_up(number, divisor) == result
