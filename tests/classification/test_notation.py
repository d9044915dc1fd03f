"""JSON in and out: parse∘print = id, one fingerprint per meaning, faults named and never fatal."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classification.criteria_cases import FAKE, conditions, definitions
from guanzhang.classification.domain import kinds
from guanzhang.classification.domain.check import check_definition
from guanzhang.classification.domain.criterion import All, FactRef, Not, Op, Test
from guanzhang.classification.domain.notation import (
    canonical_json,
    condition_data,
    condition_of,
    definition_data,
    definition_of,
    fingerprint,
    parse_condition,
    parse_definition,
)
from guanzhang.classification.domain.sentence import sentence
from guanzhang.kernel.problem import Refused

brief = settings(deadline=None, max_examples=150)


@brief
@given(definitions())
def test_definitions_survive_the_round_trip(definition):
    text = canonical_json(definition)
    again = definition_of(json.loads(text))
    assert again == definition
    assert canonical_json(again) == text
    assert definition_of(definition_data(definition)) == definition


@brief
@given(conditions(min_size=0))
def test_conditions_survive_the_round_trip(condition):
    assert condition_of(json.loads(json.dumps(condition_data(condition)))) == condition


@brief
@given(definitions(), definitions())
def test_a_fingerprint_names_one_definition(one, other):
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "kind",
                    "classes",
                    "body",
                    "rules",
                    "when",
                    "all",
                    "not",
                    "fact",
                    "op",
                    "values",
                    "x",
                ]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=300)
@given(anything)
def test_reading_never_fails(data):
    definition, problems = parse_definition(data)
    assert (definition is None) == bool(problems)
    condition, problems = parse_condition(data)
    assert (condition is None) == bool(problems)
    for problem in problems:
        assert problem.message("zh").encode()
        assert problem.message("en").encode()


@st.composite
def vandalised(draw):
    """A good definition in which one value, somewhere, has become something else."""
    data = definition_data(draw(definitions()))
    place = data
    while True:
        key = draw(
            st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place)))
        )
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 3)) == 0:
            place[key] = draw(anything | st.sampled_from(["", "1e5", "-3", "gone", "unknown"]))
            return data
        place = inner


@settings(deadline=None, max_examples=300)
@given(vandalised())
def test_checks_and_sentences_never_fail(data):
    definition, problems = parse_definition(data)
    assert (definition is None) == bool(problems)
    if definition is not None:
        for problem in check_definition(definition, FAKE):
            assert problem.message("zh") != problem.message("en")
        for catalogue in (FAKE, {}):
            assert sentence(definition, catalogue, "zh")
            assert sentence(definition, catalogue, "en")


def test_numbers_are_written_one_way():
    rule = {"fact": "amount", "op": ">=", "value": "0500.10"}
    assert condition_of(rule) == Test(FactRef("amount"), Op.AT_LEAST, ("500.1",))
    assert condition_of(rule | {"value": 500}).values == ("500",)
    code = {"fact": "custom_group", "op": "==", "value": "0500.10"}
    assert condition_of(code).values == ("0500.10",)  # a name may look like a number
    flag = {"fact": "custom_vip", "op": "==", "value": True}
    assert condition_of(flag).values == ("true",)


def test_a_binary_fraction_is_no_number_here():
    _, problems = parse_condition({"fact": "amount", "op": ">=", "value": 0.1})
    assert [(p.kind, p.path) for p in problems] == [(kinds.NOT_TEXT, "value")]


def nested(levels):
    data = {"fact": "amount", "op": "is_known"}
    for _ in range(levels - 1):
        data = {"not": data}
    return data


def test_depth_is_limited():
    assert parse_condition(nested(8))[0] is not None
    _, problems = parse_condition(nested(9), "body.rules[0].when")
    assert [(p.kind, p.path) for p in problems] == [
        (kinds.TOO_DEEP, "body.rules[0].when" + ".not" * 8)
    ]
    assert parse_condition(nested(900))[0] is None


def test_size_is_limited():
    leaf = {"fact": "amount", "op": "is_known"}
    assert parse_condition({"all": [leaf] * 199})[0] == All((condition_of(leaf),) * 199)
    _, problems = parse_condition({"all": [leaf] * 200})
    assert [(p.kind, p.facts["found"]) for p in problems] == [(kinds.TOO_LARGE, "201")]


def test_what_cannot_be_read_is_refused_with_all_faults():
    with pytest.raises(Refused) as refused:
        definition_of({"kind": "rules", "classes": 3, "body": {"rules": [{}], "default": None}})
    assert [(p.kind.code, p.path) for p in refused.value.problems] == [
        ("CLS-002", "classes"),
        ("CLS-004", "body.rules[0].class"),
        ("CLS-004", "body.rules[0].when"),
    ]


def test_text_fit_for_no_database_is_refused():
    for text in ("a\nb", "\ud800", "x" * 501):
        _, problems = parse_condition({"fact": text, "op": "is_known"})
        assert [p.kind for p in problems] == [kinds.NOT_TEXT]


def test_default_and_missing_windows_stay_apart():
    own = condition_of({"fact": "amount", "window": "12m", "op": "is_known"})
    default = condition_of({"fact": "amount", "op": "is_known"})
    assert own != default
    assert condition_data(default) == {"fact": "amount", "op": "is_known"}
    assert condition_of({"not": condition_data(own)}) == Not(own)
