"""The filter language: what every token means, and that nothing typed can break it."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.kernel.dates import DateRange
from guanzhang.web.day_words import span_of
from guanzhang.web.filter_q import in_words
from guanzhang.web.filter_tokens import BadToken, Op, Term, read_token
from guanzhang.web.listing_spec import ColumnKind as K

TODAY = dt.date(2026, 11, 23)  # a Monday
CHOICES = (("A", "核心"), ("B", "重点"), ("C", "普通客户"), ("D", "普通观察"))


def read(kind, token):
    return read_token(
        kind, token, today=TODAY, choices=CHOICES if kind in (K.CHOICE, K.GRADE) else ()
    )


def d(text):
    return Decimal(text)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("100", (Term(Op.IS, d(100)),)),
        (">=100", (Term(Op.GE, d(100)),)),
        ("≥ 100", (Term(Op.GE, d(100)),)),
        ("＞＝１００", (Term(Op.GE, d(100)),)),
        ("<-5.5", (Term(Op.LT, d("-5.5")),)),
        ("10..20", (Term(Op.BETWEEN, d(10), d(20)),)),
        ("10...20", (Term(Op.BETWEEN, d(10), d(20)),)),
        ("10至20", (Term(Op.BETWEEN, d(10), d(20)),)),
        ("10..", (Term(Op.BETWEEN, d(10), None),)),
        ("..20", (Term(Op.BETWEEN, None, d(20)),)),
        ("10万", (Term(Op.IS, d(100_000)),)),
        (">1.5亿", (Term(Op.GT, d(150_000_000)),)),
        ("¥1234.50", (Term(Op.IS, d("1234.50")),)),
        ("1, 2、3", (Term(Op.IS, d(1)), Term(Op.IS, d(2)), Term(Op.IS, d(3)))),
        ("!=3", (Term(Op.NOT, d(3)),)),
        ("≠3", (Term(Op.NOT, d(3)),)),
        ("<>3", (Term(Op.NOT, d(3)),)),
        ("空", (Term(Op.EMPTY),)),
        ("=空", (Term(Op.EMPTY),)),
        ("!=空", (Term(Op.FILLED),)),
        ("非空", (Term(Op.FILLED),)),
        ("0,空", (Term(Op.IS, d(0)), Term(Op.EMPTY))),
    ],
)
def test_numbers(token, expected):
    assert read(K.MONEY, token) == expected
    assert read(K.NUMBER, token) == expected


@pytest.mark.parametrize(
    ("kind", "token", "said"),
    [
        (K.MONEY, "abc", "“abc”不是数字"),
        (K.MONEY, ">=", "“>=”后面缺少值"),
        (K.MONEY, "5%", "“5%”不是数字"),
        (K.PERCENT, "5", "“5”不是数字"),
        (K.MONEY, "10,000", "请去掉逗号（10000）"),
        (K.MONEY, ">=1,234,567.50", "请去掉逗号（>=1234567.50）"),
        (K.MONEY, "20..10", "请写成 10..20"),
        (K.MONEY, "..", "两头都空"),
        (K.MONEY, "999999999999999", "太大"),
        (K.MONEY, ",", "没有写条件"),
        (K.DATE, "昨个", "“昨个”不是日期"),
        (K.DATE, "2026-13-40", "不是日期"),
        (K.DATE, "2026-11-23..2026-11-01", "请写成 2026-11-01..2026-11-23"),
        (K.GRADE, "Z", "没有“Z”。可选：核心、重点、普通客户、普通观察"),
        (K.CHOICE, ">=A", "不能比大小"),
        (K.TEXT, ">恒", "不能比大小"),
        (K.FLAG, "也许", "不是“是”或“否”"),
    ],
)
def test_what_cannot_be_read_says_what_would_do(kind, token, said):
    with pytest.raises(BadToken) as refused:
        read(kind, token)
    assert said in str(refused.value)


def test_too_many_values_are_refused():
    with pytest.raises(BadToken, match="一次最多写 200 个值，现有 201 个"):
        read(K.NUMBER, "、".join("1" for _ in range(201)))


def test_percent_is_a_fraction_inside():
    assert read(K.PERCENT, ">=5%") == (Term(Op.GE, d("0.05")),)


@pytest.mark.parametrize(
    ("token", "codes"),
    [
        ("A", ("A",)),
        ("a", ("A",)),
        ("核心", ("A",)),
        ("普通", ("C", "D")),
        ("观察", ("D",)),
    ],
)
def test_choices_by_code_label_or_part_of_it(token, codes):
    assert read(K.GRADE, token) == (Term(Op.IS, codes),)


def test_choices_together():
    assert read(K.CHOICE, "A,B") == (Term(Op.IS, ("A",)), Term(Op.IS, ("B",)))
    assert read(K.CHOICE, "!=A,!=B") == (Term(Op.NOT, ("A",)), Term(Op.NOT, ("B",)))


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("恒通", (Term(Op.HAS, "恒通"),)),
        ("=宁波恒通", (Term(Op.IS, "宁波恒通"),)),
        ("!=恒通", (Term(Op.NOT, "恒通"),)),
        ("（宁波）", (Term(Op.HAS, "（宁波）"),)),
        ("恒通，瑞丰", (Term(Op.HAS, "恒通"), Term(Op.HAS, "瑞丰"))),
        ("a..b", (Term(Op.HAS, "a..b"),)),
    ],
)
def test_words_stay_as_typed(token, expected):
    assert read(K.TEXT, token) == expected


def test_codes_compare_and_range():
    assert read(K.CODE, "C0010..C0020") == (Term(Op.BETWEEN, "C0010", "C0020"),)
    assert read(K.CODE, "Ｃ００１") == (Term(Op.HAS, "C001"),)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("今天", "2026-11-23", "2026-11-23"),
        ("昨天", "2026-11-22", "2026-11-22"),
        ("本周", "2026-11-23", "2026-11-29"),
        ("上周", "2026-11-16", "2026-11-22"),
        ("本月", "2026-11-01", "2026-11-30"),
        ("上月", "2026-10-01", "2026-10-31"),
        ("本季", "2026-10-01", "2026-12-31"),
        ("上季", "2026-07-01", "2026-09-30"),
        ("今年", "2026-01-01", "2026-12-31"),
        ("去年", "2025-01-01", "2025-12-31"),
        ("近90天", "2026-08-26", "2026-11-23"),
        ("近1天", "2026-11-23", "2026-11-23"),
        ("未来7天", "2026-11-23", "2026-11-29"),
        ("近3个月", "2026-08-24", "2026-11-23"),
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("2026年2月", "2026-02-01", "2026-02-28"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025年第3季度", "2025-07-01", "2025-09-30"),
        ("Q1", "2026-01-01", "2026-03-31"),
        ("20261123", "2026-11-23", "2026-11-23"),
        ("2026.11.23", "2026-11-23", "2026-11-23"),
        ("11-23", "2026-11-23", "2026-11-23"),
        ("last 90 days", "2026-08-26", "2026-11-23"),
        ("This Month", "2026-11-01", "2026-11-30"),
    ],
)
def test_spans_of_days(said, first, last):
    assert span_of(said, TODAY) == DateRange.inclusive(
        dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    )


@pytest.mark.parametrize(
    "said", ["", "恒通", "近天", "近0天", "1492-01-01", "2026-13", "9999", "今天吧"]
)
def test_no_span(said):
    assert span_of(said, TODAY) is None


def test_range_of_days_and_comparison():
    month = DateRange.inclusive(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    day = DateRange.inclusive(dt.date(2026, 11, 23), dt.date(2026, 11, 23))
    assert read(K.DATE, "2026-11..今天") == (Term(Op.BETWEEN, month, day),)
    assert read(K.DATE, "<本月") == (Term(Op.LT, month),)


@pytest.mark.parametrize(
    ("kind", "token", "words"),
    [
        (K.GRADE, "A,B", "等级 = 核心 / = 重点"),
        (K.GRADE, "!=A,!=D", "等级 不是 核心、普通观察"),
        (K.MONEY, ">=10万", "等级 >= 100000"),
        (K.MONEY, "10..", "等级 10.."),
        (K.DATE, "本月", "等级 = 2026-11-01..2026-11-30"),
        (K.DATE, "<=本月", "等级 <= 2026-11-30"),
        (K.DATE, "<本月", "等级 < 2026-11-01"),
        (K.TEXT, "恒通,空", "等级 含“恒通” / 空"),
    ],
)
def test_conditions_in_words(kind, token, words):
    assert in_words("等级", read(kind, token), dict(CHOICES)) == words


@given(kind=st.sampled_from(list(K)), token=st.text(max_size=30))
def test_anything_typed_is_read_or_refused_with_a_sentence(kind, token):
    try:
        said = read(kind, token)
    except BadToken as refused:
        said = str(refused)
    assert said  # terms, or a sentence


@given(st.sampled_from([">=", "<=", "!=", "=", ""]), st.decimals(-(10**9), 10**9, places=2))
def test_a_written_number_is_read_back(sign, number):
    (term,) = read(K.MONEY, f"{sign}{number}")
    assert (term.op, term.value) == (Op(sign or "="), number)
