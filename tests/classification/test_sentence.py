"""What a person reads: sentences in two languages, and the difference between two versions."""

from collections import defaultdict
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings

from classification.criteria_cases import FAKE, FRAME, conditions, definitions
from guanzhang.classification.domain.criterion import All, FactRef, Not, Op, Some, Test, holds
from guanzhang.classification.domain.diff import ChangeKind, diff
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.sentence import sentence
from guanzhang.classification.domain.wording import grouped

PLACES_ZH = {"330000": "浙江省", "310000": "上海市", "F51": "批发业"}


def labels(_fact, code):
    return PLACES_ZH.get(code)


def t(fact, op, *values, window=None):
    return Test(FactRef(fact, window), Op(op), values)


def zh(condition):
    return sentence(condition, FAKE, labels=labels)


def test_brackets_are_drawn_around_inner_groups():
    condition = All(
        (
            t("amount", ">=", "5000000"),
            Some((t("on_time", ">=", "0.95"), t("months", ">=", "36"))),
        )
    )
    assert (
        zh(condition)
        == "近12个月交易额 ≥ 5,000,000 元 且（按时付款率 ≥ 95% 或 合作月数 ≥ 36 个月）"
    )
    assert sentence(condition, FAKE, "en") == (
        "Trade amount over the last 12 months ≥ 5,000,000 CNY and "
        "(Paid on time ≥ 95% or Months together ≥ 36 months)"
    )
    turned = Some((condition.of[1], condition.of[0], All((condition.of[0],))))
    assert zh(turned) == (
        "（按时付款率 ≥ 95% 或 合作月数 ≥ 36 个月）或 近12个月交易额 ≥ 5,000,000 元 或（近12个月交易额 ≥ 5,000,000 元）"
    )


@pytest.mark.parametrize(
    ("condition", "chinese", "english"),
    [
        (t("amount", "<", "0.5", window="ytd"), "本年交易额 < 0.50 元", "Trade amount over this year < 0.50 CNY"),
        (t("months", "between", "1", "12.5"), "合作月数 在 1 个月 至 12.5 个月 之间", "Months together is between 1 months and 12.5 months"),
        (t("on_time", "<=", "0.123456"), "按时付款率 ≤ 12.3456%", "Paid on time ≤ 12.3456%"),
        (t("credit", "in", "AEO", "BAD"), "信用 是 高级认证、失信 之一", "Credit is one of 高级认证, 失信"),
        (t("credit", "not_in", "AEO"), "信用 不是 高级认证", "Credit is not 高级认证"),
        (t("region", "within", "330000", "310000"), "地区 在 浙江省、上海市 范围内", "Region lies within 浙江省, 上海市"),
        (t("custom_vip", "==", "true"), "大客户 = 是", "Key account = yes"),
        (t("tags", "has", "战略", "回头客"), "标签 含 战略、回头客 之一", "Tags include one of 战略, 回头客"),
        (t("tags", "has_none", "战略"), "标签 不含 战略", "Tags include none of 战略"),
        (t("since", "within_last", "30"), "首次交易日 在近 30 天以内", "First traded on is within the last 30 days"),
        (t("since", "before_last", "30"), "首次交易日 距今超过 30 天", "First traded on is more than 30 days ago"),
        (t("since", ">=", "2026-01-01"), "首次交易日 ≥ 2026-01-01", "First traded on ≥ 2026-01-01"),
        (Not(t("amount", "is_known")), "非（近12个月交易额 有数据）", "not (Trade amount over the last 12 months is known)"),
        (t("gone", ">=", "x"), "“gone” ≥ “x”", "“gone” ≥ “x”"),
        (All(()), "（空条件组）", "(empty group)"),
    ],
)  # fmt: skip
def test_phrases(condition, chinese, english):
    assert zh(condition) == chinese
    assert sentence(condition, FAKE, "en", labels=labels) == english


def test_a_sentence_has_one_reading():
    """All trees of three levels over three tests: equal sentences are true of the same customers."""
    leaves = [t("months", "is_known"), t("capital", "is_known"), t("on_time", "is_known")]
    trees = leaves
    for _ in range(2):
        pairs = list(product(trees, repeat=2))
        trees = [*trees, *map(Not, trees), *map(All, pairs), *map(Some, pairs)]
    customers = [
        dict(zip(("months", "capital", "on_time"), values, strict=True))
        for values in product((0, None), repeat=3)
    ]
    readings = defaultdict(set)
    for tree in trees:
        readings[sentence(tree, FAKE)].add(tuple(holds(tree, row, FRAME) for row in customers))
    assert len(trees) == 1200
    assert all(len(found) == 1 for found in readings.values())
    assert len(readings) == len(set(trees))


@settings(deadline=None, max_examples=100)
@given(conditions(min_size=0))
def test_any_condition_can_be_said(condition):
    assert sentence(condition, FAKE)
    assert sentence(condition, {}, "en")


@settings(deadline=None, max_examples=100)
@given(definitions(), definitions())
def test_a_diff_is_empty_only_where_nothing_changed(old, new):
    assert diff(old, old, FAKE) == ()
    if sentence(old, FAKE) != sentence(new, FAKE):
        assert diff(old, new, FAKE)
    for change in diff(old, new, FAKE):
        assert change.sentence("zh") != change.sentence("en")


def test_large_numbers_stay_exact():
    assert grouped(Decimal("922337203685477.5807"), cents=True) == "922,337,203,685,477.5807"
    assert grouped(Decimal("-1234.5"), cents=True) == "-1,234.50"
    assert grouped(Decimal("-1234.50")) == "-1,234.5"


GRADES = {
    "kind": "score",
    "window": "12m",
    "classes": [{"code": "A", "name": "核心", "colour": 1}, {"code": "B", "name": "普通"}],
    "body": {
        "items": [
            {"name": "交易额", "weight": "60", "fact": "amount", "method": "share", "cuts": ["80"],
             "points": ["100", "20"], "missing": "unknown"},
            {"name": "信用", "weight": "40", "else": "0",
             "cases": [{"when": {"fact": "credit", "op": "==", "value": "AEO"}, "points": "100"}]},
        ],
        "cuts": ["60"],
        "grades": ["A", "B"],
        "vetoes": [{"when": {"fact": "credit", "op": "==", "value": "BAD"}, "class": "B"}],
        "limits": [{"when": {"fact": "tags", "op": "has", "values": ["战略"]}, "at_least": "A"}],
    },
}  # fmt: skip


def test_a_score_card_in_words():
    assert sentence(definition_of(GRADES), FAKE).split("。") == [
        "一票否决：信用 = 失信 → 普通",
        "评分项“交易额”：权重 60%；近12个月交易额从高到低累计；此前不足 80% → 100 分；其余 → 20 分；无数据 → 总分无数据",
        "评分项“信用”：权重 40%；信用 = 高级认证 → 100 分；其余 → 0 分",
        "总分：≥ 60 → 核心；其余 → 普通",
        "上下限：标签 含 战略 → 至少 核心",
    ]


def rules(*cuts, default="B"):
    return definition_of(
        {
            "kind": "rules",
            "window": "12m",
            "classes": GRADES["classes"],
            "body": {
                "rules": [
                    {"when": {"fact": "amount", "op": ">=", "value": cut}, "class": "A"}
                    for cut in cuts
                ],
                "default": default,
            },
        }
    )


def test_changes_are_told_line_by_line():
    changes = diff(rules("500", "100"), rules("600", "100", default=None), FAKE)
    assert [change.sentence() for change in changes] == [
        "规则：修改“近12个月交易额 ≥ 500 元 → 核心”为“近12个月交易额 ≥ 600 元 → 核心”",
        "规则：修改“其余 → 普通”为“其余 → 无数据”",
    ]
    (change,) = diff(rules("500", "100"), rules("500"), FAKE)
    assert change.sentence() == "规则：删去“近12个月交易额 ≥ 100 元 → 核心”"
    assert change.sentence("en").startswith("规则: removed “")
    (change,) = diff(rules("1", "2", "3"), rules("2", "3", "1"), FAKE)
    assert (change.kind, change.before) == (ChangeKind.MOVED, "近12个月交易额 ≥ 1 元 → 核心")
    (change,) = diff(rules("1"), rules("1", "2"), FAKE, "en")
    assert change.sentence("en") == (
        "rules: added “Trade amount over the last 12 months ≥ 2 CNY → 核心”"
    )


def test_classes_window_and_kind_are_told_too():
    old, new = rules("1"), definition_of(GRADES | {"window": "6m"})
    sections = [change.section for change in diff(old, new, FAKE)]
    assert sections[:2] == ["种类", "默认期间"]
    assert "规则" in sections
    assert "总分" in sections
    renamed = GRADES | {
        "classes": [GRADES["classes"][0] | {"name": "重点"}, GRADES["classes"][1]]
    }
    changes = diff(definition_of(GRADES), definition_of(renamed), FAKE)
    assert changes[0].sentence() == "类别：修改“A 核心，颜色 1”为“A 重点，颜色 1”"
