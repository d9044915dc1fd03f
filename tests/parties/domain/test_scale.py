"""企业规模, against the table as the rule prints it (transcribed apart from the code)."""

import re
from decimal import Decimal
from itertools import product

import pytest

from guanzhang.kernel.texttable import parse_table
from guanzhang.parties.domain.industries import children
from guanzhang.parties.domain.scale import _RULE_OF, SCALE_RULES, Scale, enterprise_scale

OFFICIAL = parse_table("""
| 行业                 | 代码 | 指标 | 大型     | 中型            | 小型          | 微型   |
| 农、林、牧、渔业     | 01   | 营收 | Y≥20000  | 500≤Y＜20000    | 50≤Y＜500     | Y＜50  |
| 工业                 | 13   | 人员 | X≥1000   | 300≤X＜1000     | 20≤X＜300     | X＜20  |
| 工业                 | 13   | 营收 | Y≥40000  | 2000≤Y＜40000   | 300≤Y＜2000   | Y＜300 |
| 建筑业               | 47   | 营收 | Y≥80000  | 6000≤Y＜80000   | 300≤Y＜6000   | Y＜300 |
| 建筑业               | 47   | 资产 | Z≥80000  | 5000≤Z＜80000   | 300≤Z＜5000   | Z＜300 |
| 批发业               | 51   | 人员 | X≥200    | 20≤X＜200       | 5≤X＜20       | X＜5   |
| 批发业               | 51   | 营收 | Y≥40000  | 5000≤Y＜40000   | 1000≤Y＜5000  | Y＜1000 |
| 零售业               | 52   | 人员 | X≥300    | 50≤X＜300       | 10≤X＜50      | X＜10  |
| 零售业               | 52   | 营收 | Y≥20000  | 500≤Y＜20000    | 100≤Y＜500    | Y＜100 |
| 交通运输业           | 58   | 人员 | X≥1000   | 300≤X＜1000     | 20≤X＜300     | X＜20  |
| 交通运输业           | 58   | 营收 | Y≥30000  | 3000≤Y＜30000   | 200≤Y＜3000   | Y＜200 |
| 仓储业               | 592  | 人员 | X≥200    | 100≤X＜200      | 20≤X＜100     | X＜20  |
| 仓储业               | 592  | 营收 | Y≥30000  | 1000≤Y＜30000   | 100≤Y＜1000   | Y＜100 |
| 邮政业               | 60   | 人员 | X≥1000   | 300≤X＜1000     | 20≤X＜300     | X＜20  |
| 邮政业               | 60   | 营收 | Y≥30000  | 2000≤Y＜30000   | 100≤Y＜2000   | Y＜100 |
| 住宿业               | 61   | 人员 | X≥300    | 100≤X＜300      | 10≤X＜100     | X＜10  |
| 住宿业               | 61   | 营收 | Y≥10000  | 2000≤Y＜10000   | 100≤Y＜2000   | Y＜100 |
| 餐饮业               | 62   | 人员 | X≥300    | 100≤X＜300      | 10≤X＜100     | X＜10  |
| 餐饮业               | 62   | 营收 | Y≥10000  | 2000≤Y＜10000   | 100≤Y＜2000   | Y＜100 |
| 信息传输业           | 64   | 人员 | X≥2000   | 100≤X＜2000     | 10≤X＜100     | X＜10  |
| 信息传输业           | 64   | 营收 | Y≥100000 | 1000≤Y＜100000  | 100≤Y＜1000   | Y＜100 |
| 软件和信息技术服务业 | 65   | 人员 | X≥300    | 100≤X＜300      | 10≤X＜100     | X＜10  |
| 软件和信息技术服务业 | 65   | 营收 | Y≥10000  | 1000≤Y＜10000   | 50≤Y＜1000    | Y＜50  |
| 房地产开发经营       | 701  | 营收 | Y≥200000 | 1000≤Y＜200000  | 100≤Y＜1000   | Y＜100 |
| 房地产开发经营       | 701  | 资产 | Z≥10000  | 5000≤Z＜10000   | 2000≤Z＜5000  | Z＜2000 |
| 物业管理             | 702  | 人员 | X≥1000   | 300≤X＜1000     | 100≤X＜300    | X＜100 |
| 物业管理             | 702  | 营收 | Y≥5000   | 1000≤Y＜5000    | 500≤Y＜1000   | Y＜500 |
| 租赁和商务服务业     | 72   | 人员 | X≥300    | 100≤X＜300      | 10≤X＜100     | X＜10  |
| 租赁和商务服务业     | 72   | 资产 | Z≥120000 | 8000≤Z＜120000  | 100≤Z＜8000   | Z＜100 |
| 其他未列明行业       | 73   | 人员 | X≥300    | 100≤X＜300      | 10≤X＜100     | X＜10  |
""")
ARGUMENT = {"营收": "revenue_wan", "人员": "staff", "资产": "assets_wan"}
PLENTY = {"revenue_wan": Decimal(10**9), "staff": 10**9, "assets_wan": Decimal(10**9)}
UNKNOWN = dict.fromkeys(PLENTY)


def limits(row):
    """The lower limits of 大型, 中型, 小型; the row's own upper limits must repeat them."""
    large, medium, small, micro = (
        [int(n) for n in re.findall(r"\d+", row[c])] for c in ("大型", "中型", "小型", "微型")
    )
    assert [medium[1], small[1]] == [large[0], medium[0]]
    assert micro == [small[0]]
    return large[0], medium[0], small[0]


@pytest.mark.parametrize("row", OFFICIAL, ids=lambda r: f"{r['行业']}-{r['指标']}")
def test_every_boundary(row):
    argument = ARGUMENT[row["指标"]]
    step = 1 if argument == "staff" else Decimal("0.01")
    above, below = (
        (Scale.LARGE, Scale.MEDIUM, Scale.SMALL),
        (Scale.MEDIUM, Scale.SMALL, Scale.MICRO),
    )
    for limit, at, under in zip(limits(row), above, below, strict=True):
        value = limit if argument == "staff" else Decimal(limit)
        assert enterprise_scale(row["代码"], **{**PLENTY, argument: value}) is at
        assert enterprise_scale(row["代码"], **{**PLENTY, argument: value - step}) is under


def test_the_code_has_exactly_the_official_rows():
    official = {
        (r["行业"], ARGUMENT[r["指标"]].removesuffix("_wan")): limits(r) for r in OFFICIAL
    }
    ours = {(r.name, i): three for r in SCALE_RULES for i, three in r.limits.items()}
    assert ours == official


def test_every_industry_is_decided_once():
    parts = [
        g.code
        for s in children("")
        for d in children(s.code)
        for g in (children(d.code) or (d,))
    ]
    assert sorted(_RULE_OF) == sorted(parts)
    ruled = [code for rule in SCALE_RULES for code in rule.codes]
    assert len(ruled) == len(set(ruled)) == sum(rule is not None for rule in _RULE_OF.values())


def test_the_lower_indicator_decides():
    at = (Decimal(40_000), Decimal(2_000), Decimal(300), Decimal(0))
    staff = (1_000, 300, 20, 0)
    order = (Scale.LARGE, Scale.MEDIUM, Scale.SMALL, Scale.MICRO)
    for (i, revenue), (j, people) in product(enumerate(at), enumerate(staff)):
        assert enterprise_scale("13", revenue, people, None) is order[max(i, j)]


def test_unknown_is_not_zero_but_one_low_indicator_is_enough():
    assert enterprise_scale("51", Decimal(50_000), None, Decimal(1)) is None
    assert enterprise_scale("51", None, 200, None) is None
    assert enterprise_scale("51", None, 4, None) is Scale.MICRO
    assert enterprise_scale("51", Decimal(999), None, None) is Scale.MICRO
    assert enterprise_scale("51", **UNKNOWN) is None
    assert enterprise_scale("01", Decimal(500), None, None) is Scale.MEDIUM


@pytest.mark.parametrize(
    "code", ["53", "66", "J", "704", "83", "84", "91", "T", "98", "", "外贸"]
)
def test_industries_without_a_rule_have_no_scale(code):
    assert enterprise_scale(code, **PLENTY) is None


def test_codes_of_any_depth():
    assert enterprise_scale("F5179", Decimal(5_000), 20, None) is Scale.MEDIUM
    assert enterprise_scale("7010", Decimal(1_000), None, Decimal(5_000)) is Scale.MEDIUM
    assert enterprise_scale("C", Decimal(2_000), 300, None) is Scale.MEDIUM
    # A broad code is decided only where all its parts agree.
    assert enterprise_scale("F", Decimal(5_000), 20, None) is None
    assert enterprise_scale("F", Decimal(50), 4, None) is Scale.MICRO
    assert enterprise_scale("59", Decimal(30_000), 1_000, None) is Scale.LARGE
    assert enterprise_scale("59", Decimal(30_000), 200, None) is None
    assert enterprise_scale("G", **PLENTY) is None
    assert enterprise_scale("70", **PLENTY) is None
