"""Every ``golden/*.case`` is a definition and what the checks say about it, in both languages.

Rewrite the expectations with ``GOLDEN=update pytest tests/classification/test_check.py`` and read the
diff: it is what your users will read. Each Kind has a case named after its code.
"""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings

from classification.criteria_cases import FAKE, definitions
from guanzhang.classification.domain import kinds
from guanzhang.classification.domain.check import check_definition
from guanzhang.classification.domain.check_condition import check_condition
from guanzhang.classification.domain.criterion import MAX_DEPTH, All, FactRef, Not, Op, Test
from guanzhang.classification.domain.notation import parse_definition
from guanzhang.classification.domain.scheme import ClassDef, Definition, Rule, Rules
from guanzhang.kernel.problem import Kind

CASES = sorted((Path(__file__).parent / "golden").glob("*.case"))
KINDS = [value for value in vars(kinds).values() if isinstance(value, Kind)]


def problems_of(data):
    definition, problems = parse_definition(data)
    return problems if definition is None else check_definition(definition, FAKE)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_case(case):
    given_, _, expected = case.read_text().partition("---\n")
    got = "".join(
        f"{p.kind.code} {p.path}\n  {p.message('zh')}\n  {p.message('en')}\n"
        for p in problems_of(json.loads(given_))
    )
    if os.environ.get("GOLDEN") == "update":
        case.write_text(f"{given_}---\n{got}")
    else:
        assert got == expected


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_kind_has_a_case(kind):
    (case,) = [path for path in CASES if path.stem.startswith(kind.code)]
    assert f"\n{kind.code} " in case.read_text()


def test_kinds_are_numbered_once():
    codes = [kind.code for kind in KINDS]
    assert codes == sorted(set(codes))
    assert all("CLS-001" <= code <= "CLS-099" for code in codes)


@settings(deadline=None, max_examples=100)
@given(definitions())
def test_random_definitions_are_readable(definition):
    """The generator of the other tests makes definitions whose every value can be read."""
    structural = {k.code for k in KINDS if k.code < "CLS-024"} - {kinds.BOUNDS_REVERSED.code}
    found = {p.kind.code for p in check_definition(definition, FAKE)}
    assert not found & structural


def test_a_lone_condition_is_checked_too():
    condition = All(
        (Test(FactRef("gone"), Op.IS_KNOWN), Test(FactRef("months"), Op.HAS, ("1",)))
    )
    assert [(p.kind, p.path) for p in check_condition(condition, FAKE, path="filter")] == [
        (kinds.UNKNOWN_FACT, "filter.all[0].fact"),
        (kinds.WRONG_OPERATOR, "filter.all[1].op"),
    ]


def test_limits_hold_for_what_was_not_read_from_json():
    condition = Test(FactRef("amount"), Op.IS_KNOWN)
    for _ in range(MAX_DEPTH):
        condition = Not(condition)
    assert [p.kind for p in check_condition(condition, FAKE)] == [kinds.TOO_DEEP]
    wide = All((Test(FactRef("amount"), Op.IS_KNOWN),) * 200)
    assert [p.kind for p in check_condition(wide, FAKE)] == [kinds.TOO_LARGE]


def test_a_definition_of_many_rules_is_limited_as_a_whole():
    rules = tuple(
        Rule(Test(FactRef("amount"), Op.AT_LEAST, (str(n),)), "A") for n in range(2001, 0, -1)
    )
    definition = Definition((ClassDef("A", "甲"),), Rules(rules, "A"))
    assert [(p.kind, p.path) for p in check_definition(definition, FAKE)] == [
        (kinds.TOO_LARGE, "body")
    ]
