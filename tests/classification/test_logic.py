"""What the prover says is true of every customer; and it sees the mistakes people make."""

from itertools import product

import pytest
from hypothesis import given, settings

from classification.criteria_cases import FAKE, FRAME, all_comparisons, conditions, rows, stored
from guanzhang.classification.domain.criterion import (
    All,
    FactRef,
    Not,
    Op,
    Some,
    Test,
    holds,
    resolve,
)
from guanzhang.classification.domain.logic import Prover


@settings(deadline=None, max_examples=300)
@given(conditions(), conditions(), rows())
def test_what_is_proven_holds(a, b, customers):
    prover = Prover(FAKE, "12m")
    for row in customers:
        ok = {id(c): holds(c, row, FRAME) for c in (a, b)}
        assert not (prover.implies(a, b) and ok[id(a)] and not ok[id(b)])
        assert not (prover.implies(b, a) and ok[id(b)] and not ok[id(a)])
        for condition in (a, b):
            assert not (prover.never(condition) and ok[id(condition)])
            assert not (prover.always(condition) and not ok[id(condition)])
        both, either = All((a, b)), Some((a, b))
        assert not (prover.never(both) and holds(both, row, FRAME))
        assert not (prover.always(either) and not holds(either, row, FRAME))


@pytest.mark.parametrize("fact", FAKE.values(), ids=lambda fact: fact.code)
def test_every_pair_of_comparisons(fact):
    """Exhaustive at the leaves: what is said of two comparisons is so for every stored value."""
    tests = all_comparisons(fact)
    column = resolve(FactRef(fact.code), "12m", FAKE)
    truth = [
        [holds(test, {column: value}, FRAME) for value in (None, *stored(fact))]
        for test in tests
    ]
    prover = Prover(FAKE, "12m")
    for (a, when_a), (b, when_b) in product(zip(tests, truth, strict=True), repeat=2):
        together = list(zip(when_a, when_b, strict=True))
        assert not (prover.implies(a, b) and (True, False) in together), (a, b)
        assert not (prover.never(All((a, b))) and (True, True) in together), (a, b)
        assert not (prover.always(Some((a, b))) and (False, False) in together), (a, b)


def t(fact, op, *values, window=None):
    return Test(FactRef(fact, window), Op(op), values)


ENOUGH, MUCH = t("amount", ">=", "1"), t("amount", ">=", "5")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (MUCH, ENOUGH),
        (t("amount", ">", "1"), t("amount", ">=", "1.0001")),
        (t("amount", "==", "7"), MUCH),
        (t("amount", "between", "5", "6"), MUCH),
        (t("amount", ">=", "5", window="12m"), ENOUGH),  # 12m is the default window
        (MUCH, t("amount", "!=", "1")),
        (MUCH, t("amount", "is_known")),
        (t("credit", "==", "AEO"), t("credit", "in", "AEO", "BAD")),
        (t("credit", "==", "AEO"), t("credit", "!=", "BAD")),
        (t("credit", "not_in", "AEO", "BAD"), t("credit", "!=", "BAD")),
        (t("region", "within", "330206"), t("region", "within", "330000", "310000")),
        (t("region", "==", "330206"), t("region", "within", "330200")),
        (t("since", "within_last", "30"), t("since", "within_last", "90")),
        (t("since", "before_last", "90"), t("since", "before_last", "30")),
        (t("since", ">=", "2026-05-01"), t("since", ">", "2026-04-30")),
        (t("tags", "has", "甲"), t("tags", "has", "甲", "乙")),
        (t("tags", "has_none", "甲", "乙"), t("tags", "has_none", "甲")),
        (All((MUCH, t("months", ">=", "3"))), ENOUGH),
        (MUCH, Some((t("months", ">=", "3"), ENOUGH))),
        (Not(ENOUGH), Not(MUCH)),
        (t("amount", "<", "1"), Not(MUCH)),
        (All((MUCH, t("amount", "<", "2"))), t("months", "is_known")),  # nobody at all
    ],
)
def test_implications_people_meet(a, b):
    assert Prover(FAKE, "12m").implies(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (ENOUGH, MUCH),
        (MUCH, t("amount", "!=", "7")),
        (MUCH, t("amount", ">=", "1", window="3m")),
        (Not(MUCH), t("amount", "<", "5")),  # not so: the amount may be unknown
        (t("credit", "!=", "BAD"), t("credit", "in", "AEO", "GENERAL")),  # the list may grow
        (t("region", "within", "330000"), t("region", "within", "330200")),
        (t("since", "within_last", "30"), t("since", "before_last", "30")),
        (Some((MUCH, t("months", ">=", "3"))), MUCH),
    ],
)
def test_what_does_not_follow(a, b):
    assert not Prover(FAKE, "12m").implies(a, b)


@pytest.mark.parametrize(
    "condition",
    [
        t("amount", "between", "2", "1"),
        All((MUCH, t("amount", "<", "5"))),
        All((t("credit", "==", "AEO"), t("credit", "==", "BAD"))),
        All((t("region", "within", "330000"), t("region", "within", "310000"))),
        All((t("since", "within_last", "30"), t("since", "before_last", "30"))),
        All((MUCH, Not(ENOUGH))),
        All((MUCH, t("amount", "is_unknown"))),
        Not(Some((t("amount", "is_known"), t("amount", "is_unknown")))),
    ],
)
def test_contradictions(condition):
    prover = Prover(FAKE, "12m")
    assert prover.never(condition)
    assert not prover.always(condition)
    assert prover.always(Not(condition))


@pytest.mark.parametrize(
    "condition",
    [
        Some((t("amount", "is_known"), t("amount", "is_unknown"))),
        Some((MUCH, Not(MUCH))),
        Some((ENOUGH, t("months", "is_known"), Not(MUCH))),
    ],
)
def test_tautologies(condition):
    assert Prover(FAKE, "12m").always(condition)
    assert not Prover(FAKE, "12m").never(condition)
