"""企业规模: large, medium, small or micro, by the rule of the National Bureau of Statistics.

《统计上大中小微型企业划分办法（2017）》 (国统字〔2017〕213号). Each industry has one or two indicators with
a lower limit per class. A class needs every indicator at or above its limit; otherwise the
enterprise falls one class lower; for 微型 one low indicator is enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from guanzhang.kernel.choice import Choice
from guanzhang.parties.domain.industries import descends, industry_of

Indicator = Literal["revenue", "staff", "assets"]  # 营业收入 万元, 从业人员 人, 资产总额 万元


class Scale(Choice):
    """The four classes, largest first."""

    LARGE = "large", "大型", "Large"
    MEDIUM = "medium", "中型", "Medium"
    SMALL = "small", "小型", "Small"
    MICRO = "micro", "微型", "Micro"


@dataclass(frozen=True, slots=True)
class ScaleRule:
    """One row of the table: lower limits of 大型, 中型, 小型 for each indicator of an industry."""

    name: str
    codes: tuple[str, ...]  # GB/T 4754-2017 divisions or groups
    limits: Mapping[Indicator, tuple[int, int, int]]


def _divisions(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{number:02}" for number in range(first, last + 1))


SCALE_RULES = (
    ScaleRule("农、林、牧、渔业", _divisions(1, 5), {"revenue": (20_000, 500, 50)}),
    ScaleRule(
        "工业",
        _divisions(6, 46),
        {"staff": (1_000, 300, 20), "revenue": (40_000, 2_000, 300)},
    ),
    ScaleRule(
        "建筑业",
        _divisions(47, 50),
        {"revenue": (80_000, 6_000, 300), "assets": (80_000, 5_000, 300)},
    ),
    ScaleRule("批发业", ("51",), {"staff": (200, 20, 5), "revenue": (40_000, 5_000, 1_000)}),
    ScaleRule("零售业", ("52",), {"staff": (300, 50, 10), "revenue": (20_000, 500, 100)}),
    ScaleRule(
        "交通运输业",
        (*_divisions(54, 58), "591"),
        {"staff": (1_000, 300, 20), "revenue": (30_000, 3_000, 200)},
    ),
    ScaleRule(
        "仓储业",
        ("592", "593", "594", "595", "596", "599"),
        {"staff": (200, 100, 20), "revenue": (30_000, 1_000, 100)},
    ),
    ScaleRule("邮政业", ("60",), {"staff": (1_000, 300, 20), "revenue": (30_000, 2_000, 100)}),
    ScaleRule("住宿业", ("61",), {"staff": (300, 100, 10), "revenue": (10_000, 2_000, 100)}),
    ScaleRule("餐饮业", ("62",), {"staff": (300, 100, 10), "revenue": (10_000, 2_000, 100)}),
    ScaleRule(
        "信息传输业",
        ("63", "64"),
        {"staff": (2_000, 100, 10), "revenue": (100_000, 1_000, 100)},
    ),
    ScaleRule(
        "软件和信息技术服务业",
        ("65",),
        {"staff": (300, 100, 10), "revenue": (10_000, 1_000, 50)},
    ),
    ScaleRule(
        "房地产开发经营",
        ("701",),
        {"revenue": (200_000, 1_000, 100), "assets": (10_000, 5_000, 2_000)},
    ),
    ScaleRule(
        "物业管理", ("702",), {"staff": (1_000, 300, 100), "revenue": (5_000, 1_000, 500)}
    ),
    ScaleRule(
        "租赁和商务服务业",
        ("71", "72"),
        {"staff": (300, 100, 10), "assets": (120_000, 8_000, 100)},
    ),
    ScaleRule(
        "其他未列明行业",
        ("703", "709", *_divisions(73, 82), *_divisions(85, 90)),
        {"staff": (300, 100, 10)},
    ),
)
# Outside the rule: railways, finance, 自有房地产 letting, education, health, the state and its like.
_WITHOUT_RULE = ("53", *_divisions(66, 69), "704", "83", "84", *_divisions(91, 97))
_RULE_OF: Mapping[str, ScaleRule | None] = {
    **{code: rule for rule in SCALE_RULES for code in rule.codes},
    **dict.fromkeys(_WITHOUT_RULE),
}
_CLASSES = (Scale.MICRO, Scale.SMALL, Scale.MEDIUM, Scale.LARGE)


def enterprise_scale(
    industry_code: str,
    revenue_wan: Decimal | None,
    staff: int | None,
    assets_wan: Decimal | None,
) -> Scale | None:
    """The class of an enterprise; amounts in 万元. None = cannot be told.

    ``industry_code`` is a section, division, group or class of GB/T 4754-2017. It cannot be told for an
    unknown or uncovered industry, for one so broad that its parts disagree (70 without its group),
    or when a needed indicator is unknown; a known indicator below the lowest limit already makes
    it 微型.
    """
    values = {"revenue": revenue_wan, "staff": staff, "assets": assets_wan}
    answers = {_class_of(rule, values) for rule in _rules(industry_code)}
    return answers.pop() if len(answers) == 1 else None


def _rules(code: str) -> list[ScaleRule | None]:
    """The rules of an industry: one, or those of all its parts."""
    found = industry_of(code)
    if found is None:
        return []
    return [
        rule
        for part, rule in _RULE_OF.items()
        if descends(part, found.code) or descends(found.code, part)
    ]


def _class_of(
    rule: ScaleRule | None, values: Mapping[str, Decimal | int | None]
) -> Scale | None:
    if rule is None:
        return None
    reached = []
    for indicator, limits in rule.limits.items():
        value = values[indicator]
        reached.append(None if value is None else sum(value >= limit for limit in limits))
    if 0 in reached:
        return Scale.MICRO
    known = [steps for steps in reached if steps is not None]
    return _CLASSES[min(known)] if len(known) == len(reached) else None
