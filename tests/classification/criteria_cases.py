"""A small catalogue of every type of fact, random criteria over it, and a DuckDB to try them in."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import duckdb
from hypothesis import strategies as st

from guanzhang.analytics.domain.catalogue import CATALOGUE, Fact, FactType, columns_of
from guanzhang.classification.domain.criterion import (
    OPS_BY_TYPE,
    All,
    FactRef,
    Frame,
    Not,
    Op,
    Some,
    Test,
    value_count,
)
from guanzhang.classification.domain.scheme import (
    UNKNOWN,
    Attribute,
    Banding,
    Bands,
    Case,
    Cases,
    ClassDef,
    Definition,
    EachValue,
    Graded,
    Item,
    Limit,
    Mapped,
    Method,
    Rule,
    Rules,
    Score,
)

AS_OF = dt.date(2026, 11, 23)


def fact(code, zh, en, kind, unit="", *, windowed=False, choices=()):
    return Fact(code, zh, en, kind, unit, windowed, "test", f"{zh}。", choices)


FAKE = {
    each.code: each
    for each in (
        fact("amount", "交易额", "Trade amount", FactType.MONEY, "元", windowed=True),
        fact("capital", "注册资本", "Capital", FactType.MONEY, "万元"),
        fact("months", "合作月数", "Months together", FactType.NUMBER, "个月"),
        fact("on_time", "按时付款率", "Paid on time", FactType.RATIO),
        fact("since", "首次交易日", "First traded on", FactType.DATE),
        fact(
            "credit", "信用", "Credit", FactType.CHOICE,
            choices=(("AEO", "高级认证"), ("GENERAL", "常规"), ("BAD", "失信")),
        ),
        fact("region", "地区", "Region", FactType.TREE),
        fact("industry", "行业", "Industry", FactType.TREE),
        fact("custom_vip", "大客户", "Key account", FactType.FLAG),
        fact("custom_group", "集团", "Group", FactType.TEXT),
        fact("tags", "标签", "Tags", FactType.TAGS),
    )
}  # fmt: skip
FRAME = Frame(FAKE, AS_OF)
WINDOWS = ("3m", "12m")  # enough for tests; the table of facts has all

# What a fact holds (stored) and what a criterion may say about it (written). Few values, so that
# thresholds are met exactly and ranks are shared.
STORED = {
    FactType.MONEY: [-10_000, 0, 5_000, 10_000, 20_000, 30_000],
    FactType.NUMBER: [-10_000, 0, 5_000, 10_000, 20_000, 30_000],
    FactType.RATIO: [-500_000, 0, 500_000, 1_000_000],
    FactType.DATE: [AS_OF + dt.timedelta(days=n) for n in (-31, -30, -29, -1, 0, 1)],
    FactType.CHOICE: ["AEO", "GENERAL", "BAD"],
    FactType.FLAG: [True, False],
    FactType.TEXT: ["甲", "乙", "o'clock"],
    FactType.TAGS: [[], ["战略"], ["战略", "回头客"], ["o'clock"]],
}
WRITTEN = {
    FactType.MONEY: ["-1", "0", "0.5", "1", "2", "2.9999"],
    FactType.NUMBER: ["-1", "0", "0.5", "1", "2"],
    FactType.RATIO: ["-0.5", "0", "0.5", "1"],
    FactType.DATE: [day.isoformat() for day in STORED[FactType.DATE]],
    FactType.CHOICE: STORED[FactType.CHOICE],
    FactType.FLAG: ["true", "false"],
    FactType.TEXT: STORED[FactType.TEXT],
    FactType.TAGS: ["战略", "回头客", "o'clock"],
}
NODES = {
    "region": ["330206", "330200", "330000", "310115", "310000", "429004"],
    "industry": ["F51", "F52", "F", "C13", "G5432"],
}


def stored(each: Fact):
    return NODES[each.code] if each.type is FactType.TREE else STORED[each.type]


def written(each: Fact):
    return NODES[each.code] if each.type is FactType.TREE else WRITTEN[each.type]


@st.composite
def refs(draw, types):
    each = draw(st.sampled_from([f for f in FAKE.values() if f.type in types]))
    return FactRef(
        each.code, draw(st.sampled_from([None, *WINDOWS])) if each.windowed else None
    )


@st.composite
def comparisons(draw, types):
    ref = draw(refs(types))
    each = FAKE[ref.fact]
    op = draw(st.sampled_from(OPS_BY_TYPE[each.type]))
    values = st.sampled_from(written(each))
    if op in (Op.WITHIN_LAST, Op.BEFORE_LAST):
        values = st.sampled_from(["0", "1", "29", "30", "31"])
    count = value_count(op)
    low, high = (1, 3) if count is None else (count, count)
    return Test(
        ref, op, tuple(draw(st.lists(values, min_size=low, max_size=high, unique=True)))
    )


def conditions(types=tuple(FactType), *, min_size=1):
    return st.recursive(
        comparisons(types),
        lambda inner: st.one_of(
            st.lists(inner, min_size=min_size, max_size=3).map(tuple).map(All),
            st.lists(inner, min_size=min_size, max_size=3).map(tuple).map(Some),
            inner.map(Not),
        ),
        max_leaves=8,
    )


def all_comparisons(each: Fact) -> list[Test]:
    """Every operator of a fact with every value, and every pair of values, of the lists above."""
    found = []
    for op in OPS_BY_TYPE[each.type]:
        pool = written(each)
        if op in (Op.WITHIN_LAST, Op.BEFORE_LAST):
            pool = ["0", "1", "29", "30", "31"]
        sizes = {0: (0,), 1: (1,), 2: (2,), None: (1, 2)}[value_count(op)]
        for size in sizes:
            found += [Test(FactRef(each.code), op, v) for v in permutations(pool, size)]
    return found


COLUMNS = {
    name: each
    for each in FAKE.values()
    for name in columns_of(each)
    if not each.windowed or name.endswith(WINDOWS)
}


@st.composite
def rows(draw, max_size=9):
    """Customers with distinct codes, in no order, each fact missing now and then."""
    customer = st.fixed_dictionaries(
        {name: st.none() | st.sampled_from(stored(each)) for name, each in COLUMNS.items()}
    )
    listed = draw(st.lists(customer, min_size=1, max_size=max_size))
    codes = draw(st.permutations(range(len(listed))))
    return [
        {"party_id": n, "party_code": f"C{code:04}", **row}
        for n, (row, code) in enumerate(zip(listed, codes, strict=True), 1)
    ]


# Definitions -------------------------------------------------------------------------------------

CLASSES = tuple(ClassDef(code, f"{code} 类", n + 1) for n, code in enumerate("ABC"))
codes = st.sampled_from(["A", "B", "C"])
codes_or_none = codes | st.none()
NUMERIC = (FactType.MONEY, FactType.NUMBER, FactType.RATIO)
whole_points = st.integers(0, 100).map(str)
windows = st.sampled_from(WINDOWS)


@st.composite
def bandings(draw):
    method = draw(st.sampled_from(Method))
    ref = draw(refs(NUMERIC))
    match method:
        case Method.FIXED:
            pool = sorted(written(FAKE[ref.fact]), key=float, reverse=True)
        case Method.SHARE:
            pool = ["0.0001", "33.3333", "50", "80", "95", "100"]
        case _:
            return Banding(ref, method), draw(st.integers(2, 5))
    chosen = draw(st.sets(st.sampled_from(pool), min_size=1, max_size=4))
    cuts = tuple(cut for cut in pool if cut in chosen)
    return Banding(ref, method, cuts), len(cuts) + 1


@st.composite
def band_bodies(draw):
    banding, count = draw(bandings())
    return Bands(banding, tuple(draw(codes_or_none) for _ in range(count)))


@st.composite
def attributes(draw):
    ref = draw(refs((FactType.CHOICE, FactType.TREE, FactType.FLAG, FactType.TEXT)))
    pool = st.lists(st.sampled_from(written(FAKE[ref.fact])), min_size=1, max_size=2).map(tuple)
    entries = draw(st.lists(st.builds(Mapped, pool, codes_or_none), min_size=1, max_size=3))
    return Attribute(ref, tuple(entries), draw(codes_or_none))


each_values = st.sampled_from(
    [
        EachValue(FactRef("credit")),
        EachValue(FactRef("region")),
        *(EachValue(FactRef("region"), level) for level in ("province", "city", "district")),
        *(EachValue(FactRef("industry"), level) for level in ("section", "division")),
    ]
)
rule_lists = st.lists(st.builds(Rule, conditions(), codes_or_none), max_size=3).map(tuple)
rule_bodies = st.builds(Rules, rule_lists, codes_or_none)


@st.composite
def scales(draw):
    if draw(st.booleans()):
        cases = draw(
            st.lists(st.builds(Case, conditions(), whole_points), min_size=1, max_size=2)
        )
        return Cases(tuple(cases), draw(whole_points | st.just(UNKNOWN)))
    banding, count = draw(bandings())
    points = tuple(draw(whole_points) for _ in range(count))
    return Graded(banding, points, draw(whole_points | st.just(UNKNOWN)))


@st.composite
def score_bodies(draw):
    count = draw(st.integers(1, 3))
    weights = {1: ["100"], 2: ["33.33", "66.67"], 3: ["0.01", "59.99", "40"]}[count]
    items = tuple(Item(f"项{n}", w, draw(scales())) for n, w in enumerate(weights))
    pool = ["85", "70.5", "50", "33.3333", "0"]
    cuts = tuple(c for c in pool if c in draw(st.sets(st.sampled_from(pool), max_size=3)))
    grades = tuple(draw(codes_or_none) for _ in range(len(cuts) + 1))
    limits = draw(st.lists(st.builds(Limit, conditions(), codes, st.booleans()), max_size=3))
    return Score(items, cuts, grades, draw(rule_lists), tuple(limits))


ANY_BODY = st.one_of(band_bodies(), attributes(), each_values, rule_bodies, score_bodies())


def definitions(bodies=ANY_BODY):
    return st.builds(_definition, bodies, windows)


def _definition(body, window):
    return Definition(() if isinstance(body, EachValue) else CLASSES, body, window)


# The engine --------------------------------------------------------------------------------------

_SQL_TYPE = {
    FactType.MONEY: "BIGINT",
    FactType.NUMBER: "BIGINT",
    FactType.RATIO: "BIGINT",
    FactType.DATE: "DATE",
    FactType.FLAG: "BOOLEAN",
    FactType.TAGS: "VARCHAR[]",
}


class Engine:
    """One table of facts in DuckDB, filled anew for every example."""

    def __init__(self, columns=None) -> None:
        self.connection = duckdb.connect()
        self.columns = columns or COLUMNS

    def load(self, listed) -> None:
        types = {
            name: _SQL_TYPE.get(each.type, "VARCHAR") for name, each in self.columns.items()
        }
        types = {"party_id": "BIGINT", "party_code": "VARCHAR", **types}
        declared = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        self.connection.execute(f"CREATE OR REPLACE TABLE facts ({declared})")
        marks = ", ".join("?" for _ in types)
        self.connection.executemany(
            f"INSERT INTO facts VALUES ({marks})",
            [[row.get(n) for n in types] for row in listed],
        )

    def rows(self, statement) -> list[dict]:
        cursor = self.connection.execute(statement.sql("duckdb"))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def real_columns(facts=CATALOGUE):
    return {name: each for each in facts.values() for name in columns_of(each)}
