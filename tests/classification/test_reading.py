"""How reasons and conditions are laid out: what is merged, what is left out, what is bracketed."""

import datetime as dt

import pytest

from guanzhang.analytics.domain.catalogue import CATALOGUE
from guanzhang.classification.domain.criterion import All, FactRef, Not, Op, Some, Test
from guanzhang.classification.domain.explain import explain
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.reading import (
    boxes_of,
    lines_of,
    placed_conditions,
    unit_of,
)
from guanzhang.classification.domain.wording import Wording

TODAY = dt.date(2026, 11, 23)
WORDING = Wording(CATALOGUE)
LARGE = Test(FactRef("amount"), Op.AT_LEAST, ("50000",))
OFTEN = Test(FactRef("frequency"), Op.AT_LEAST, ("3",))
KNOWN = Test(FactRef("region"), Op.IS_KNOWN)
CLASSES = [{"code": code, "name": f"{code} 类", "colour": 1, "meaning": ""} for code in "ABC"]
ROW = {"party_id": 1, "party_code": "P1", "amount__12m": 600_000_000, "frequency__12m": 20_000,
       "region": None}  # fmt: skip


def told(kind, body):
    """The lines about ROW: depth, joint, label, value, standard, verdict, points."""
    data = {"kind": kind, "window": "12m", "classes": CLASSES, "body": body}
    outcome = explain(definition_of(data), ROW, {}, CATALOGUE, TODAY)
    return [
        f"{'  ' * x.depth}{x.joint}|{x.label}|{x.actual}|{x.standard}|"
        f"{ {True: '符合', False: '不符合', None: ''}[x.passed] }|{'' if x.points is None else x.points}"
        for x in lines_of(outcome.reasons, WORDING)
    ]


def test_a_rule_is_one_line_when_it_is_one_test_and_nests_when_it_is_more():
    amount = {"fact": "amount", "op": ">=", "value": "90000"}
    often = {"fact": "frequency", "op": ">=", "value": "2"}
    known = {"not": {"fact": "region", "op": "is_known"}}
    body = {
        "rules": [
            {"when": amount, "class": "A"},
            {"when": {"all": [often, {"some": [amount, known]}]}, "class": "B"},
        ],
        "default": "C",
    }
    assert told("rules", body) == [
        "|第 1 条 → A 类 · 近12个月交易额|60,000 元|≥ 90,000 元|不符合|",
        "|第 2 条 → B 类 · 以下全部符合|||符合|",
        "  |近12个月交易笔数|2 笔|≥ 2 笔|符合|",
        "  且|以下至少一项符合|||符合|",
        "    |近12个月交易额|60,000 元|≥ 90,000 元|不符合|",
        "    或|非 地区|无数据|有数据|符合|",
    ]


def test_a_banding_ends_at_the_band_the_customer_is_in():
    body = {"fact": "amount", "method": "fixed", "cuts": ["90000", "50000", "1"],
            "bands": ["A", "B", "C", None]}  # fmt: skip
    assert told("bands", body) == [
        "|近12个月交易额|60,000 元|||",
        "  |近12个月交易额|60,000 元|≥ 90,000 元|不符合|",
        "  |近12个月交易额|60,000 元|≥ 50,000 元|符合|",
    ]


def test_a_score_item_shows_the_band_or_case_that_decided():
    often = {
        "all": [
            {"fact": "frequency", "op": ">=", "value": "2"},
            {"fact": "amount", "op": "is_known"},
        ]
    }
    body = {
        "items": [
            {"name": "交易额", "weight": "60", "fact": "amount", "method": "fixed",
             "cuts": ["50000", "10000"], "points": ["100", "50", "0"], "missing": "0"},
            {"name": "常来", "weight": "30", "cases": [{"when": often, "points": "100"}], "else": "0"},
            {"name": "资料", "weight": "10", "else": "0",
             "cases": [{"when": {"fact": "region", "op": "is_known"}, "points": "100"}]},
        ],
        "cuts": ["80", "60"],
        "grades": ["A", "B", "C"],
    }  # fmt: skip
    assert told("score", body) == [
        "|交易额：100 分 × 60%|60,000 元|≥ 50,000 元||60.0000",
        "|常来：100 分 × 30%||||30.0000",
        "  |以下全部符合|||符合|",
        "    |近12个月交易笔数|2 笔|≥ 2 笔|符合|",
        "    且|近12个月交易额|60,000 元|有数据|符合|",
        "|资料：0 分 × 10%|无数据|其余||0.0000",
        "|总分|90|≥ 80||90.0000",
    ]


def test_every_part_of_a_condition_has_its_path_in_the_json():
    condition = All((LARGE, Some((OFTEN, Not(Some((KNOWN, OFTEN)))))))
    assert [path for path, _ in placed_conditions(condition, "when")] == [
        "when",
        "when.all[0]",
        "when.all[1]",
        "when.all[1].some[0]",
        "when.all[1].some[1]",
        "when.all[1].some[1].not.some[0]",
        "when.all[1].some[1].not.some[1]",
    ]


def test_brackets_are_drawn_only_around_two_or_more():
    assert boxes_of(All((LARGE,)), WORDING).shape == "test"
    box = boxes_of(All((LARGE, Some((OFTEN, KNOWN)))), WORDING)
    assert [box.shape, [part.shape for part in box.parts]] == ["all", ["test", "some"]]
    assert boxes_of(Not(LARGE), WORDING).shape == "not"


@pytest.mark.parametrize(
    ("fact", "zh", "en"),
    [
        ("amount", "元", "CNY"),
        ("frequency", "笔", "transactions"),
        ("growth", "%", "%"),
        ("region", "", ""),
    ],
)
def test_units_are_in_the_reader_s_language(fact, zh, en):
    assert unit_of(CATALOGUE[fact], "zh") == zh
    assert unit_of(CATALOGUE[fact], "en") == en
