"""Definitions at work, worked out by hand."""

from decimal import Decimal

import pytest

from classification.criteria_cases import AS_OF, CLASSES, FAKE
from guanzhang.classification.domain.criterion import FactRef, Frame, Not, Op, Test
from guanzhang.classification.domain.explain import classify, explain, explain_condition
from guanzhang.classification.domain.scheme import (
    Attribute,
    Banding,
    Bands,
    Case,
    Cases,
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
    needed_columns,
    needed_refs,
    ranked_columns,
)

AMOUNT = FactRef("amount")


def customers(column, values):
    """One customer per value, coded in order; ``values`` in whole yuan, None = 无数据."""
    return [
        {"party_id": n, "party_code": f"C{n:04}", column: None if v is None else v * 10_000}
        for n, v in enumerate(values, 1)
    ]


def classes(body, rows):
    definition = Definition(CLASSES, body, "12m")
    return "".join(
        outcome.class_code or "-"
        for outcome in classify(definition, rows, FAKE, AS_OF).values()
    )


def bands(method, *cuts, of="ABC"):
    return Bands(Banding(AMOUNT, method, cuts), tuple(of))


def test_fixed_bands():
    rows = customers("amount__12m", [101, 100, 99, 10, 9, 0, -5, None])
    assert classes(bands(Method.FIXED, "100", "10"), rows) == "AABBCCC-"


def test_quantiles_share_a_rank_where_values_are_equal():
    assert (
        classes(bands(Method.QUANTILE), customers("amount__12m", [9, 8, 7, 6, 5, 4]))
        == "AABBCC"
    )
    # ranks 1 1 1 4 5 6 of 6: (rank − 1) × 3 ÷ 6 = 0 0 0 1 2 2
    assert (
        classes(bands(Method.QUANTILE), customers("amount__12m", [9, 9, 9, 6, 5, 4]))
        == "AAABCC"
    )
    assert classes(bands(Method.QUANTILE), customers("amount__12m", [5, 5, 5, 5])) == "AAAA"
    assert classes(bands(Method.QUANTILE), customers("amount__12m", [5])) == "A"
    assert classes(bands(Method.QUANTILE), customers("amount__12m", [1, None, 2, 3])) == "C-BA"


def test_cumulative_share():
    share = bands(Method.SHARE, "80", "95")
    # before: 0 60 80 95 of 100. Reaching 80 % exactly is the next band.
    assert classes(share, customers("amount__12m", [60, 20, 15, 5])) == "AABC"
    assert classes(share, customers("amount__12m", [5, 15, 20, 60])) == "CBAA"
    assert classes(share, customers("amount__12m", [100])) == "A"
    assert classes(share, customers("amount__12m", [None, None])) == "--"


def test_cumulative_share_breaks_ties_by_code():
    rows = customers("amount__12m", [50, 50])
    assert classes(bands(Method.SHARE, "50", "95"), rows) == "AB"
    assert classes(bands(Method.SHARE, "50", "95"), list(reversed(rows))) == "BA"


def test_returns_reduce_the_total():
    """Net total 80, so 56 and 76; before each 0, 60, 100: who only returned goods comes last."""
    assert (
        classes(bands(Method.SHARE, "70", "95"), customers("amount__12m", [60, 40, -20]))
        == "ABC"
    )
    assert classes(bands(Method.SHARE, "70", "95"), customers("amount__12m", [-1, 0])) == "CC"


def test_attribute_map_first_match_wins_and_trees_cover():
    body = Attribute(
        FactRef("industry"), (Mapped(("F51",), "A"), Mapped(("F", "C13"), "B")), otherwise="C"
    )
    codes = ["F51", "F5112", "F52", "C13", "C14", None]
    rows = [{"party_id": n, "party_code": str(n), "industry": c} for n, c in enumerate(codes)]
    assert classes(body, rows) == "AABBC-"


def test_each_value_is_a_class():
    def code(ref, level, value):
        definition = Definition((), EachValue(FactRef(ref), level))
        row = {"party_id": 1, "party_code": "1", ref: value}
        return explain(definition, row, {}, FAKE, AS_OF).class_code

    assert code("region", "province", "330206") == "330000"
    assert code("region", "city", "330206") == "330200"
    assert code("region", "city", "330000") == "330000"  # known to the province only
    assert code("industry", "section", "F51") == "F"
    assert code("credit", None, "AEO") == "AEO"
    assert code("credit", None, None) is None


def test_rules_first_match_then_default():
    rules = (
        Rule(Test(AMOUNT, Op.AT_LEAST, ("100",)), "A"),
        Rule(Not(Test(AMOUNT, Op.IS_KNOWN)), None),
        Rule(Test(AMOUNT, Op.AT_LEAST, ("10",)), "B"),
    )
    rows = customers("amount__12m", [500, 50, 5, None])
    assert classes(Rules(rules, "C"), rows) == "ABC-"


def score(*, vetoes=(), limits=(), missing="0", cuts=("80", "40")):
    return Score(
        (
            Item("交易额", "60", Graded(Banding(AMOUNT, Method.FIXED, ("100",)), ("100", "50"), missing)),
            Item("时长", "40", Cases((Case(Test(FactRef("months"), Op.AT_LEAST, ("12",)), "100"),), "25")),
        ),
        cuts,
        ("A", "B", "C")[: len(cuts) + 1],
        vetoes,
        limits,
    )  # fmt: skip


def scored(body, **facts):
    row = {"party_id": 1, "party_code": "1", **facts}
    outcome = explain(Definition(CLASSES, body, "12m"), row, {}, FAKE, AS_OF)
    return outcome.class_code, outcome.score


def test_score_is_weighted_exactly():
    assert scored(score(), amount__12m=1_000_000, months=120_000) == ("A", Decimal(100))
    assert scored(score(), amount__12m=0, months=120_000) == ("B", Decimal(70))
    assert scored(score(), months=0) == ("C", Decimal(10))
    # 80 exactly is A; at a cut the grade goes up.
    assert scored(score(cuts=("70",)), amount__12m=0, months=120_000) == ("A", Decimal(70))


def test_unknown_item_makes_the_score_unknown():
    assert scored(score(missing="unknown"), months=120_000) == (None, None)


def test_veto_comes_before_everything_and_leaves_the_score():
    veto = (Rule(Test(FactRef("credit"), Op.EQUALS, ("BAD",)), "C"),)
    floor = (Limit(Test(FactRef("tags"), Op.HAS, ("战略",)), "A", is_floor=True),)
    body = score(vetoes=veto, limits=floor)
    facts = {"amount__12m": 1_000_000, "months": 120_000, "tags": ["战略"]}
    assert scored(body, credit="BAD", **facts) == ("C", Decimal(100))
    assert scored(body, credit="AEO", **facts) == ("A", Decimal(100))


def test_floors_lift_caps_press_and_caps_win():
    floor = Limit(Test(FactRef("tags"), Op.HAS, ("战略",)), "B", is_floor=True)
    cap = Limit(Test(FactRef("credit"), Op.EQUALS, ("BAD",)), "C", is_floor=False)
    best, worst = {"amount__12m": 1_000_000, "months": 120_000}, {"amount__12m": 0, "months": 0}
    for limits in ((floor, cap), (cap, floor)):
        body = score(limits=limits)
        assert scored(body, tags=["战略"], **best)[0] == "A"
        assert scored(body, credit="BAD", **best)[0] == "C"
        assert scored(body, credit="BAD", tags=["战略"], **best)[0] == "C"
    low = score(limits=(floor,), cuts=("80", "79"))
    assert scored(low, **worst)[0] == "C"
    assert scored(low, tags=["战略"], **worst)[0] == "B"


def test_limits_leave_an_unknown_score_alone():
    floor = Limit(Test(FactRef("tags"), Op.HAS, ("战略",)), "B", is_floor=True)
    assert scored(score(limits=(floor,), missing="unknown"), tags=["战略"]) == (None, None)


def test_reasons_of_a_rule():
    rules = (
        Rule(Test(AMOUNT, Op.AT_LEAST, ("5000000",)), "A"),
        Rule(Test(AMOUNT, Op.AT_LEAST, ("1000000",)), "B"),
    )
    definition = Definition(CLASSES, Rules(rules, "C"), "12m")
    row = {"party_id": 1, "party_code": "1", "amount__12m": 12_345_675_000}
    first, second = explain(definition, row, {}, FAKE, AS_OF).reasons
    assert (first.label, first.passed) == ("第 1 条 → A 类", False)
    assert (second.label, second.passed) == ("第 2 条 → B 类", True)
    leaf = second.children[0]
    assert (leaf.label, leaf.actual, leaf.operator, leaf.threshold, leaf.column) == (
        "近12个月交易额 ≥ 1,000,000 元", "1,234,567.50 元", "≥", "1,000,000 元", "amount__12m",
    )  # fmt: skip


def test_reasons_of_bands_by_rank_and_share():
    rows = customers("amount__12m", [60, 20, 15, 5])
    definition = Definition(CLASSES, bands(Method.SHARE, "80", "95"), "12m")
    (reason,) = classify(definition, rows, FAKE, AS_OF)[3].reasons
    assert reason.actual == "15 元"
    assert [(c.label, c.actual, c.passed) for c in reason.children] == [
        ("此前累计占比 < 80%", "80%", False),
        ("此前累计占比 < 95%", "80%", True),
    ]
    definition = Definition(CLASSES, bands(Method.QUANTILE), "12m")
    (reason,) = classify(definition, rows, FAKE, AS_OF)[3].reasons
    assert [(c.label, c.actual, c.passed) for c in reason.children] == [
        ("排在前 1/3（第 2 名以内）", "第 3 名（共 4 家）", False),
        ("排在前 2/3（第 3 名以内）", "第 3 名（共 4 家）", True),
    ]


def test_share_before_is_rounded_down():
    """79.9999 % must not read as 80 %."""
    rows = customers("amount__12m", [799_999, 200_001])
    definition = Definition(CLASSES, bands(Method.SHARE, "80", "95"), "12m")
    (reason,) = classify(definition, rows, FAKE, AS_OF)[2].reasons
    assert [(c.actual, c.passed) for c in reason.children] == [
        ("79.99%", True),
        ("79.99%", True),
    ]


def test_reasons_of_a_score():
    row = {"party_id": 1, "party_code": "1", "amount__12m": 0}
    outcome = explain(Definition(CLASSES, score(), "12m"), row, {}, FAKE, AS_OF)
    assert [(r.label, r.actual, r.points) for r in outcome.reasons] == [
        ("交易额：50 分 × 60%", "0 元", Decimal(30)),
        ("时长：25 分 × 40%", "无数据", Decimal(10)),
        ("总分", "40", Decimal(40)),
    ]


def test_reason_of_a_lone_condition():
    condition = Not(Test(FactRef("credit"), Op.IN, ("AEO", "GENERAL")))
    reason = explain_condition(condition, {"credit": "BAD"}, Frame(FAKE, AS_OF))
    assert (reason.label, reason.passed) == ("以下不成立", True)
    assert (reason.children[0].actual, reason.children[0].passed) == ("失信", False)


def test_what_a_definition_reads():
    body = score(vetoes=(Rule(Test(FactRef("amount", "3m"), Op.IS_UNKNOWN), "C"),))
    definition = Definition(CLASSES, body, "6m")
    assert needed_refs(definition) == {AMOUNT, FactRef("amount", "3m"), FactRef("months")}
    assert needed_columns(definition, FAKE) == {"amount__6m", "amount__3m", "months"}
    assert ranked_columns(definition, FAKE) == ()
    shared = Definition(CLASSES, bands(Method.SHARE, "80", "95"), "6m")
    assert ranked_columns(shared, FAKE) == ("amount__6m",)


@pytest.mark.parametrize("method", [Method.QUANTILE, Method.SHARE])
def test_a_customer_outside_the_context_is_unknown(method):
    definition = Definition(
        CLASSES, bands(method, *(() if method is Method.QUANTILE else ("80", "95")))
    )
    row = {"party_id": 1, "party_code": "1", "amount__12m": None}
    assert explain(definition, row, {}, FAKE, AS_OF).class_code is None
