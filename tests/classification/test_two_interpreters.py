"""``holds`` and ``classify`` are the meaning; what is compiled must agree on everything."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from classification.criteria_cases import (
    AS_OF,
    CLASSES,
    COLUMNS,
    FAKE,
    FRAME,
    Engine,
    all_comparisons,
    attributes,
    band_bodies,
    conditions,
    definitions,
    each_values,
    rows,
    rule_bodies,
    score_bodies,
    stored,
)
from guanzhang.analytics.domain.catalogue import FactType
from guanzhang.classification.compile import (
    condition_sql,
    context_sql,
    outcome_sql,
    outcomes_sql,
)
from guanzhang.classification.domain.criterion import LARGEST, FactRef, holds, resolve
from guanzhang.classification.domain.explain import classify, contexts_of, explain
from guanzhang.classification.domain.scheme import (
    Banding,
    Bands,
    Definition,
    Method,
    ranked_columns,
)

ENGINE = Engine()
thorough = settings(deadline=None, max_examples=150)
brief = settings(deadline=None, max_examples=60)


@thorough
@given(conditions(min_size=0), rows())
def test_conditions_agree_and_are_never_null(condition, customers):
    ENGINE.load(customers)
    select = exp.select("party_id", exp.alias_(condition_sql(condition, FRAME), "ok"))
    got = {row["party_id"]: row["ok"] for row in ENGINE.rows(select.from_("facts"))}
    assert got == {row["party_id"]: holds(condition, row, FRAME) for row in customers}


@pytest.mark.parametrize("fact", FAKE.values(), ids=lambda fact: fact.code)
def test_every_comparison_agrees_on_every_value(fact):
    """Exhaustive at the leaves: each operator × each value × each stored value, and 无数据."""
    tests = all_comparisons(fact)
    column = resolve(FactRef(fact.code), FRAME.window, FAKE)
    customers = [
        {"party_id": n, "party_code": f"C{n}", column: value}
        for n, value in enumerate([None, *stored(fact)])
    ]
    ENGINE.load(customers)
    select = exp.select("party_id").from_("facts")
    for n, test in enumerate(tests):
        select = select.select(exp.alias_(condition_sql(test, FRAME), f"t{n}"), copy=False)
    for row in ENGINE.rows(select):
        customer = customers[row["party_id"]]
        for n, test in enumerate(tests):
            assert row[f"t{n}"] is holds(test, customer, FRAME), (test, customer[column])


def check_definition_agrees(definition, customers):
    ENGINE.load(customers)
    want = classify(definition, customers, FAKE, AS_OF)
    got = ENGINE.rows(outcome_sql(definition, FAKE, AS_OF))
    assert len(got) == len(customers)  # a partition: every row once
    for row in got:
        outcome = want[row["party_id"]]
        assert row["class_code"] == outcome.class_code
        if "class_code_score" in row:
            score = row["class_code_score"]
            assert (None if outcome.score is None else int(outcome.score * 10_000)) == score
            assert isinstance(score, int | None)


@thorough
@given(definitions(band_bodies()), rows(max_size=14))
def test_bands_agree(definition, customers):
    check_definition_agrees(definition, customers)


@pytest.mark.parametrize(("last", "classes"), [(1, "ABB"), (2, "AAB")])
def test_sums_beyond_64_bits_stay_exact(last, classes):
    """The total leaves BIGINT, and one unit in the last place still decides who is above 50 %."""
    body = Bands(Banding(FactRef("amount"), Method.SHARE, ("50",)), ("A", "B"))
    customers = [
        {"party_id": n, "party_code": f"C{n}", "amount__12m": value}
        for n, value in enumerate((LARGEST, LARGEST - 1, last), 1)
    ]
    definition = Definition(CLASSES, body)
    check_definition_agrees(definition, customers)
    outcomes = classify(definition, customers, FAKE, AS_OF).values()
    assert "".join(outcome.class_code for outcome in outcomes) == classes


@brief
@given(definitions(attributes() | each_values), rows())
def test_attributes_agree(definition, customers):
    check_definition_agrees(definition, customers)


@brief
@given(definitions(rule_bodies), rows())
def test_rules_agree(definition, customers):
    check_definition_agrees(definition, customers)


@thorough
@given(definitions(score_bodies()), rows())
def test_scores_agree(definition, customers):
    check_definition_agrees(definition, customers)


@brief
@given(st.lists(definitions(), min_size=2, max_size=5), rows())
def test_many_schemes_in_one_select(listed, customers):
    ENGINE.load(customers)
    named = {f"scheme {n}": definition for n, definition in enumerate(listed)}
    together = ENGINE.rows(outcomes_sql(named, FAKE, AS_OF))
    for key, definition in named.items():
        alone = ENGINE.rows(outcome_sql(definition, FAKE, AS_OF))
        assert {(r["party_id"], r[key]) for r in together} == {
            (r["party_id"], r["class_code"]) for r in alone
        }


@brief
@given(definitions(band_bodies() | score_bodies()), rows(max_size=14))
def test_one_customer_is_explained_from_its_context_alone(definition, customers):
    ENGINE.load(customers)
    want = classify(definition, customers, FAKE, AS_OF)
    for row in customers:
        statement = context_sql(definition, row["party_id"], FAKE)
        context = ENGINE.rows(statement)[0] if statement else {}
        assert explain(definition, row, context, FAKE, AS_OF) == want[row["party_id"]]
    assert (statement is None) == (not ranked_columns(definition, FAKE))


@brief
@given(definitions(), rows())
def test_reasons_carry_the_class(definition, customers):
    """The points of the items add up to the score; every outcome says why, in either language."""
    contexts = contexts_of(definition, customers, FAKE)
    for row in customers:
        context = contexts[row["party_id"]]
        outcome = explain(definition, row, context, FAKE, AS_OF)
        assert outcome.reasons
        if outcome.score is not None:
            points = [r.points for r in outcome.reasons if r.points is not None]
            assert sum(points[:-1]) == points[-1] == outcome.score
        english = explain(definition, row, context, FAKE, AS_OF, language="en")
        assert english.class_code == outcome.class_code


WITHOUT_TAGS = tuple(kind for kind in FactType if kind is not FactType.TAGS)
LITE = sqlite3.connect(":memory:")


@thorough
@given(conditions(WITHOUT_TAGS, min_size=0), rows())
def test_conditions_agree_in_sqlite(condition, customers):
    """For filters of lists: the same condition on the operational database."""
    names = [name for name, each in COLUMNS.items() if each.type is not FactType.TAGS]
    LITE.execute("DROP TABLE IF EXISTS facts")
    LITE.execute(f"CREATE TABLE facts (party_id INTEGER, {', '.join(names)})")
    marks = ", ".join("?" for _ in ["party_id", *names])
    LITE.executemany(
        f"INSERT INTO facts VALUES ({marks})",
        [[_kept(row[name]) for name in ["party_id", *names]] for row in customers],
    )
    where = condition_sql(condition, FRAME).sql("sqlite")
    got = dict(LITE.execute(f"SELECT party_id, {where} FROM facts"))
    assert got == {row["party_id"]: holds(condition, row, FRAME) for row in customers}


def _kept(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


@brief
@given(conditions(min_size=0))
def test_conditions_can_be_written_for_postgres(condition):
    text = condition_sql(condition, FRAME).sql("postgres")
    assert parse_one(text, dialect="postgres").sql("postgres") == text
