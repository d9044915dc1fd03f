"""The schemes shipped with the program: no problem, readable, and the same in both interpreters."""

import datetime as dt
import json
import random
from importlib import resources
from itertools import product

import pytest

from classification.criteria_cases import AS_OF, Engine, real_columns
from guanzhang.analytics.domain.catalogue import CATALOGUE, PLACES, FactType
from guanzhang.classification.compile import outcomes_sql
from guanzhang.classification.domain.check import check_definition
from guanzhang.classification.domain.explain import classify, explain
from guanzhang.classification.domain.notation import definition_data, definition_of
from guanzhang.classification.domain.scheme import EachValue, needed_columns
from guanzhang.classification.domain.sentence import sentence

DATA = resources.files("guanzhang.classification") / "data"
PACKS = {
    pack["code"]: pack
    for file in sorted(DATA.iterdir(), key=lambda each: each.name)
    for pack in [json.loads(file.read_text(encoding="utf-8"))]
}
DEFINITIONS = {code: definition_of(pack["definition"]) for code, pack in PACKS.items()}


def test_what_is_shipped():
    assert list(PACKS) == [
        "GRADE", "RFM", "ABC", "LIFECYCLE", "FREQUENCY", "HABIT", "ORDERS", "LOYALTY", "CAPACITY",
        "CUSTOMS_CREDIT", "SCALE", "KIND", "INDUSTRY", "REGION",
    ]  # fmt: skip
    assert [code for code, pack in PACKS.items() if pack.get("is_primary")] == ["GRADE"]


@pytest.mark.parametrize("code", PACKS)
def test_is_sound(code):
    pack, definition = PACKS[code], DEFINITIONS[code]
    assert check_definition(definition, CATALOGUE) == ()
    assert set(pack) - {"is_primary"} == {"code", "name", "description", "definition"}
    assert len(pack["name"]) <= 60
    assert len(pack["description"]) <= 300
    assert all(each.meaning for each in definition.classes)
    assert definition_data(definition)["body"] == pack["definition"]["body"]
    assert "“" not in sentence(definition, CATALOGUE).replace("评分项“", "").replace("”", "")


@pytest.mark.parametrize("code", ["LIFECYCLE", "CUSTOMS_CREDIT", "SCALE", "KIND"])
def test_every_value_of_the_fact_has_its_class(code):
    body = DEFINITIONS[code].body
    mapped = [value for entry in body.mapping for value in entry.values]
    assert sorted(mapped) == sorted(value for value, _ in CATALOGUE[body.ref.fact].choices)


# Random customers around the thresholds that the packs use.
AMOUNTS = [
    None,
    -5_000,
    0,
    1,
    99,
    100,
    300,
    499_999,
    500_000,
    1_000,
    2_000,
    5_000,
    20_000,
    9_999_999,
]
COUNTS = [None, 0, 1, 2, 3, 4, 5, 11, 12, 24, 30, 36, 52, 60, 89, 90, 91, 180, 365, 366]
RATIOS = [None, "-1", "-0.2", "-0.199999", "0", "0.2", "0.3", "0.6", "0.799999", "0.8", "1"]


def random_customer(rng, party_id):
    row = {"party_id": party_id, "party_code": f"C{rng.random()}"}
    for name, fact in real_columns().items():
        row[name] = random_value(rng, fact)
    return row


def random_value(rng, fact):
    match fact.type:
        case FactType.MONEY | FactType.NUMBER:
            value = rng.choice(AMOUNTS if fact.type is FactType.MONEY else COUNTS)
            return None if value is None else value * 10 ** PLACES[fact.type]
        case FactType.RATIO:
            value = rng.choice(RATIOS)
            return None if value is None else round(float(value) * 1_000_000)
        case FactType.DATE:
            return rng.choice([None, AS_OF - dt.timedelta(days=rng.randrange(900))])
        case FactType.TAGS:
            return rng.choice([[], ["战略客户"], ["展会", "战略客户"], None])
        case FactType.TREE:
            codes = {"region": ["330206", "310115", "110000"], "industry": ["F51", "C26", "G"]}
            return rng.choice([None, *codes[fact.code]])
        case _:
            return rng.choice([None, *(code for code, _ in fact.choices)])


def test_all_of_them_in_one_select_agree_with_their_meaning():
    rng = random.Random(20261123)
    customers = [random_customer(rng, n) for n in range(1, 801)]
    engine = Engine(real_columns())
    engine.load(customers)
    got = {
        row["party_id"]: row for row in engine.rows(outcomes_sql(DEFINITIONS, CATALOGUE, AS_OF))
    }
    for code, definition in DEFINITIONS.items():
        want = classify(definition, customers, CATALOGUE, AS_OF)
        assert {n: row[code] for n, row in got.items()} == {
            n: o.class_code for n, o in want.items()
        }
        found = {outcome.class_code for outcome in want.values()} - {None}
        if not isinstance(definition.body, EachValue):
            assert found == {each.code for each in definition.classes}, (
                f"{code}: a class nobody gets"
            )


def one(code, **facts):
    row = {"party_id": 1, "party_code": "C1", **facts}
    definition = DEFINITIONS[code]
    assert set(facts) <= needed_columns(definition, CATALOGUE)
    return explain(definition, row, {}, CATALOGUE, AS_OF).class_code


def test_rfm_is_a_partition():
    """Every cell of recency × frequency × money, each at both sides of its cut, has its own class."""
    names = {}
    for r, f, m in product((90, 91), (6, 5), (100_000, 99_999)):
        facts = {
            "days_since_traded": r * 10_000, "frequency__12m": f * 10_000, "amount__12m": m * 10_000,
        }  # fmt: skip
        names[r == 90, f == 6, m == 100_000] = one("RFM", **facts)
    assert names == {
        (True, True, True): "KEY_VALUE",
        (True, False, True): "KEY_DEVELOP",
        (False, True, True): "KEY_KEEP",
        (False, False, True): "KEY_WIN_BACK",
        (True, True, False): "GENERAL_VALUE",
        (True, False, False): "GENERAL_DEVELOP",
        (False, True, False): "GENERAL_KEEP",
        (False, False, False): "GENERAL_WIN_BACK",
    }
    assert one("RFM", frequency__12m=0) is None  # never traded
    assert one("RFM", days_since_traded=4_000_000, frequency__12m=0) == "GENERAL_WIN_BACK"


def test_prospects_have_no_grade_and_the_lost_have_the_last():
    known = {"frequency__12m": 0, "growth__12m": None}
    assert one("GRADE", lifecycle="prospect", **known) is None
    assert one("GRADE", lifecycle="lost", tags=["战略客户"], **known) == "D"
    assert one("GRADE", lifecycle="active", customs_credit="SEVERE", **known) == "D"
    assert one("GRADE", lifecycle="dormant", tags=["战略客户"], **known) == "B"


def test_capacity_needs_something_to_go_by():
    assert one("CAPACITY") is None
    assert (
        one("CAPACITY", registered_capital=5_000 * 10_000, years_established=50_000) == "STRONG"
    )
    assert (
        one("CAPACITY", registered_capital=5_000 * 10_000, years_established=49_999) == "GOOD"
    )
    assert one("CAPACITY", registered_capital=5_000 * 10_000) == "FAIR"
    assert one("CAPACITY", registered_capital=99 * 10_000) == "WEAK"
    assert one("CAPACITY", annual_revenue=20_000 * 10_000) == "STRONG"
