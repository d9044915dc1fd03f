"""What single tests mean, at their edges."""

import datetime as dt

import pytest

from classification.criteria_cases import AS_OF, FAKE, FRAME
from guanzhang.classification.domain.criterion import (
    All,
    FactRef,
    Not,
    Op,
    Some,
    Test,
    canonical,
    depth,
    figure,
    holds,
    literal,
    refs_of,
    resolve,
    scaled,
)


def passes(fact, op, *values, actual, window=None):
    ref = FactRef(fact, window)
    return holds(Test(ref, op, values), {resolve(ref, "12m", FAKE): actual}, FRAME)


@pytest.mark.parametrize(
    ("op", "below", "equal", "above"),
    [
        (Op.AT_LEAST, False, True, True),
        (Op.MORE_THAN, False, False, True),
        (Op.AT_MOST, True, True, False),
        (Op.LESS_THAN, True, False, False),
        (Op.EQUALS, False, True, False),
        (Op.DIFFERS, True, False, True),
    ],
)
def test_boundary_goes_up(op, below, equal, above):
    """boundary_goes_up: exact at the threshold for every operator, one last place apart."""
    cut = 8_000_000_000  # 800,000.0000 元
    for actual, expected in ((cut - 1, below), (cut, equal), (cut + 1, above)):
        assert passes("amount", op, "800000", actual=actual) is expected
    day = dt.date(2026, 3, 1)
    for days, expected in ((-1, below), (0, equal), (1, above)):
        actual = day + dt.timedelta(days=days)
        assert passes("since", op, "2026-03-01", actual=actual) is expected


def test_between_includes_both_ends():
    assert [passes("on_time", Op.BETWEEN, "0.5", "0.9", actual=n) for n in
            (499_999, 500_000, 900_000, 900_001)] == [False, True, True, False]  # fmt: skip


@pytest.mark.parametrize("op", [op for op in Op if op is not Op.IS_UNKNOWN])
@pytest.mark.parametrize("fact", FAKE)
def test_missing_fact_satisfies_nothing(fact, op):
    values = {"since": ("2026-01-01", "2026-02-01"), "custom_vip": ("true",)}.get(
        fact, ("1", "2")
    )
    for given in (values, values[:1], ("30",), ()):
        test = Test(FactRef(fact), op, given)
        assert holds(test, {}, FRAME) is False
        assert holds(Not(test), {}, FRAME) is True


def test_known_and_unknown():
    for actual in (0, [], False, ""):  # zero and "none" are known
        assert passes("amount", Op.IS_KNOWN, actual=actual)
        assert not passes("amount", Op.IS_UNKNOWN, actual=actual)
    assert passes("amount", Op.IS_UNKNOWN, actual=None)


def test_empty_groups():
    assert holds(All(()), {}, FRAME)
    assert not holds(Some(()), {}, FRAME)


def test_a_test_that_cannot_be_read_satisfies_nothing():
    assert not passes("amount", Op.AT_LEAST, "很多", actual=10_000)
    assert not passes("amount", Op.AT_LEAST, "0.00001", actual=10_000)  # five places
    assert not passes("amount", Op.AT_LEAST, actual=10_000)
    assert not passes("amount", Op.HAS, "1", actual=10_000)
    assert not passes("credit", Op.IN, actual="AEO")
    assert not holds(Test(FactRef("gone"), Op.AT_LEAST, ("1",)), {"gone": 10_000}, FRAME)
    assert holds(Test(FactRef("gone"), Op.IS_UNKNOWN), {"gone": 10_000}, FRAME)


def test_tree_nodes_cover_what_lies_below():
    def within(fact, node, actual):
        return passes(fact, Op.WITHIN, node, actual=actual)

    assert within("region", "330000", "330206")
    assert within("region", "330200", "330206")
    assert within("region", "330206", "330206")
    assert not within("region", "330200", "330000")
    assert not within("region", "330200", "330300")
    assert within("industry", "F", "F51")
    assert within("industry", "F51", "F5112")
    assert not within("industry", "F51", "F52")
    assert passes("region", Op.WITHIN, "310000", "330000", actual="330206")


def test_tags():
    def tags(op, *values):
        return passes("tags", op, *values, actual=["战略", "回头客"])

    assert tags(Op.HAS, "战略")
    assert tags(Op.HAS, "新", "战略")  # any of them
    assert not tags(Op.HAS, "新")
    assert tags(Op.HAS_NONE, "新")
    assert not tags(Op.HAS_NONE, "新", "战略")
    assert passes("tags", Op.HAS_NONE, "战略", actual=[])  # no tags is known


def test_relative_dates_follow_the_civil_code():
    """30 天以内 includes the thirtieth day, 超过 30 天 does not; a day to come is neither."""
    ages = {age: AS_OF - dt.timedelta(days=age) for age in (-1, 0, 30, 31)}
    assert {a: passes("since", Op.WITHIN_LAST, "30", actual=d) for a, d in ages.items()} == {
        -1: False, 0: True, 30: True, 31: False,
    }  # fmt: skip
    assert {a: passes("since", Op.BEFORE_LAST, "30", actual=d) for a, d in ages.items()} == {
        -1: False, 0: False, 30: False, 31: True,
    }  # fmt: skip


def test_windows():
    row = {"amount__3m": 10_000, "amount__12m": 50_000}
    assert holds(Test(FactRef("amount"), Op.EQUALS, ("5",)), row, FRAME)  # the frame's own
    assert holds(Test(FactRef("amount", "3m"), Op.EQUALS, ("1",)), row, FRAME)
    assert resolve(FactRef("amount"), "6m", FAKE) == "amount__6m"
    assert resolve(FactRef("months"), "6m", FAKE) == "months"
    assert resolve(FactRef("gone"), "6m", FAKE) is None


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1234.5", 12_345_000),
        ("-0.0001", -1),
        ("922337203685477.5807", 2**63 - 1),
        ("922337203685477.5808", None),
        ("0.00001", None),
        ("1e3", None),
        ("1_000", None),
        ("１２", None),
        (" 1", None),
        ("NaN", None),
        ("", None),
    ],
)
def test_money_is_read_exactly(text, stored):
    assert literal(text, FAKE["amount"]) == stored


def test_other_values_are_read_strictly():
    assert literal("2026-02-28", FAKE["since"]) == dt.date(2026, 2, 28)
    assert literal("2026-02-29", FAKE["since"]) is None
    assert literal("20260228", FAKE["since"]) is None
    assert literal("true", FAKE["custom_vip"]) is True
    assert literal("是", FAKE["custom_vip"]) is None
    assert literal("33", FAKE["region"]) is None
    assert literal("F5", FAKE["industry"]) is None


def test_numbers_have_one_spelling():
    pairs = {"05.50": "5.5", "-0": "0", "-0.00": "0", "100": "100", "0.10": "0.1", "-07": "-7"}
    assert {text: canonical(text) for text in pairs} == pairs
    assert canonical("很多") == "很多"
    assert figure("3") == 3
    assert scaled("33.33", 1) is None


def test_shape_of_a_condition():
    a, b = Test(FactRef("amount"), Op.IS_KNOWN), Test(FactRef("months"), Op.IS_KNOWN)
    assert depth(All((a, Not(Some((b,)))))) == 4
    assert refs_of(All((a, Not(b)))) == {FactRef("amount"), FactRef("months")}
