"""The facts (指标) that criteria may read: name, type, unit, and what each one means exactly.

A stored value is a scaled integer (MONEY and NUMBER × 10⁴, RATIO × 10⁶), a day, a text code, a list
of texts (TAGS) or a flag; None is 无数据. ``definition_zh`` is binding: `analytics.domain.meaning`
computes it in Python, `analytics.compile` in SQL, and a property test keeps the two equal.

What all definitions share. The customers are the active parties marked 客户. 交易行 are all lines of
trade up to and including the as-of day; 退货 are those with a negative amount.
Quotients are rounded half away from zero (四舍五入), once. What does not fit in 64 bits is 无数据.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from guanzhang.kernel import dates
from guanzhang.kernel.choice import Choice
from guanzhang.kernel.problem import Language
from guanzhang.parties.domain.choices import CustomsKind, PartyKind, Source
from guanzhang.parties.domain.customs_credit import CustomsCredit
from guanzhang.parties.domain.scale import Scale


class FactType(StrEnum):
    """What kind of value a fact has; it decides which operators apply."""

    MONEY = "money"
    NUMBER = "number"
    RATIO = "ratio"
    DATE = "date"
    CHOICE = "choice"
    TREE = "tree"
    FLAG = "flag"
    TEXT = "text"
    TAGS = "tags"


PLACES: Mapping[FactType, int] = MappingProxyType(
    {FactType.MONEY: 4, FactType.NUMBER: 4, FactType.RATIO: 6}
)
WINDOWS: tuple[str, ...] = tuple(dates.WINDOWS)
WINDOW_NAMES: Mapping[str, str] = dates.WINDOWS


class Group(Choice):
    """Where a fact stands in the list a person chooses from."""

    PROFILE = "profile", "档案", "Profile"
    RELATIONSHIP = "relationship", "关系", "Relationship"
    TRADE = "trade", "交易", "Trade"
    SERVICE = "service", "服务", "Service"
    CUSTOM = "custom", "自定义字段", "Custom fields"


class Lifecycle(Choice):
    """生命周期: the stage of a customer, from the days of its trade alone."""

    PROSPECT = "prospect", "潜在", "Prospect"
    NEW = "new", "新", "New"
    ACTIVE = "active", "活跃", "Active"
    RETURNED = "returned", "回流", "Won back"
    DORMANT = "dormant", "沉睡", "Dormant"
    LOST = "lost", "流失", "Lost"


NEW_DAYS = 90
ACTIVE_DAYS = 90
LOST_DAYS = 365
GAP_DAYS = 180


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. A windowed fact has one column per window, ``amount__12m``."""

    code: str
    zh: str
    en: str
    type: FactType
    unit_zh: str
    windowed: bool
    group: str
    definition_zh: str
    choices: tuple[tuple[str, str], ...] = ()


def column(code: str, window: str = "") -> str:
    """The column of a fact in the facts table."""
    return f"{code}__{window}" if window else code


def fact_of(name: str, catalogue: Mapping[str, Fact]) -> tuple[Fact, str]:
    """The fact and window ("" if not windowed) behind a column; ``KeyError`` if there is none."""
    if name in catalogue and not catalogue[name].windowed:
        return catalogue[name], ""
    code, _, window = name.rpartition("__")
    fact = catalogue.get(code)
    if fact is None or not fact.windowed or window not in WINDOWS:
        raise KeyError(name)
    return fact, window


def columns_of(fact: Fact) -> tuple[str, ...]:
    """All columns of a fact: one, or one per window."""
    return tuple(column(fact.code, w) for w in WINDOWS) if fact.windowed else (fact.code,)


CHOICES: Mapping[str, type[Choice]] = MappingProxyType(
    {
        "kind": PartyKind,
        "scale": Scale,
        "customs_credit": CustomsCredit,
        "customs_kind": CustomsKind,
        "source": Source,
        "lifecycle": Lifecycle,
    }
)


def choices_in(fact: Fact, language: Language) -> tuple[tuple[str, str], ...]:
    """The choices of a fact, (code, name), in the reader's language; custom fields have one."""
    return tuple(CHOICES[fact.code].options(language)) if fact.code in CHOICES else fact.choices


_M, _N, _R, _D = FactType.MONEY, FactType.NUMBER, FactType.RATIO, FactType.DATE
_C, _T = FactType.CHOICE, FactType.TREE
_ONCE, _EACH = False, True  # one column, one column per window
_FILE = "取自客户档案，未填为无数据。"

_FACTS = (
    # 档案
    Fact("kind", "企业或个人", "Company or person", _C, "", _ONCE, Group.PROFILE,
         "客户档案的类型。"),
    Fact("industry", "行业", "Industry", _T, "", _ONCE, Group.PROFILE,
         "客户档案的行业代码（GB/T 4754 门类字母加大类，如 F51），未填为无数据。"),
    Fact("region", "地区", "Region", _T, "", _ONCE, Group.PROFILE,
         "客户档案的行政区划代码（GB/T 2260 六位），未填为无数据。"),
    Fact("scale", "企业规模", "Enterprise size", _C, "", _ONCE, Group.PROFILE,
         "客户档案的企业规模（大、中、小、微），未填为无数据。"),
    Fact("registered_capital", "注册资本", "Registered capital", _M, "万元", _ONCE, Group.PROFILE, _FILE),
    Fact("years_established", "成立年限", "Years established", _N, "年", _ONCE, Group.PROFILE,
         "从成立日期到统计日的整年数；成立日期未填或晚于统计日为无数据。"),
    Fact("customs_credit", "海关信用等级", "Customs credit rating", _C, "", _ONCE, Group.PROFILE, _FILE),
    Fact("customs_kind", "海关备案类型", "Customs filing kind", _C, "", _ONCE, Group.PROFILE, _FILE),
    Fact("source", "客户来源", "Source", _C, "", _ONCE, Group.PROFILE, _FILE),
    Fact("tags", "标签", "Tags", FactType.TAGS, "", _ONCE, Group.PROFILE,
         "客户的全部标签；没有标签是已知的“没有”，不算无数据。"),
    Fact("staff_count", "从业人数", "Staff", _N, "人", _ONCE, Group.PROFILE, _FILE),
    Fact("annual_revenue", "年营业收入", "Annual revenue", _M, "万元", _ONCE, Group.PROFILE, _FILE),
    Fact("owner", "负责人", "Owner", _C, "", _ONCE, Group.PROFILE, "客户的负责人（用户编号），未指定为无数据。"),
    Fact("department", "部门", "Department", _C, "", _ONCE, Group.PROFILE,
         "客户所属部门（部门编号），未指定为无数据。"),
    # 关系
    Fact("first_traded_on", "首次交易日", "First traded on", _D, "", _ONCE, Group.RELATIONSHIP,
         "最早一笔交易（退货不算）的日期；从未交易为无数据。"),
    Fact("last_traded_on", "最近交易日", "Last traded on", _D, "", _ONCE, Group.RELATIONSHIP,
         "最近一笔交易（退货不算）的日期；从未交易为无数据。"),
    Fact("months_active", "合作月数", "Months since first trade", _N, "个月", _ONCE, Group.RELATIONSHIP,
         "从首次交易日到统计日的整月数（月末按月末对齐）；从未交易为无数据。"),
    Fact("lifecycle", "生命周期", "Lifecycle", _C, "", _ONCE, Group.RELATIONSHIP,
         "依次判断，先符合者为准：潜在＝从未交易；新＝首次交易距统计日不超过90天；流失＝最近交易距统计日超过365天；"
         "沉睡＝91至365天；回流＝最近90天内有一个交易日，与其前一个交易日相隔180天或以上；其余（最近90天内有交易）为活跃。退货不算交易。"
         "账套内没有任何交易数据时为无数据。"),
    Fact("days_since_traded", "距上次交易天数", "Days since last trade", _N, "天", _ONCE, Group.RELATIONSHIP,
         "统计日减最近交易日；从未交易为无数据。"),
    # 服务
    Fact("days_since_contact", "距上次联系天数", "Days since last contact", _N, "天", _ONCE, Group.SERVICE,
         "统计日减最近一次服务记录（电话、拜访、微信、邮件、投诉，不含备注）的日期；从未联系为无数据。"),
    Fact("service_count", "服务次数", "Service contacts", _N, "次", _EACH, Group.SERVICE,
         "期间内服务记录数（不含备注）；没有为 0，账套内没有任何服务记录时为无数据。"),
    Fact("complaint_count", "投诉次数", "Complaints", _N, "次", _EACH, Group.SERVICE,
         "期间内方式为投诉的服务记录数；没有为 0，账套内没有任何服务记录时为无数据。"),
    Fact("open_service_count", "未结事项", "Open service items", _N, "项", _ONCE, Group.SERVICE,
         "统计日尚未办结的投诉，以及写有下一步而尚未办结的服务记录数；没有为 0，账套内没有任何服务记录时为无数据。"),
    # 交易
    Fact("amount", "交易额", "Trade amount", _M, "元", _EACH, Group.TRADE,
         "期间内全部交易行的本位币金额合计，退货为负；期间内没有交易行为无数据，不是 0。"),
    Fact("frequency", "交易笔数", "Transactions", _N, "笔", _EACH, Group.TRADE,
         "期间内不同单据数，只有退货的单据不计；没有为 0，账套内没有任何交易数据时为无数据。"),
    Fact("average_order", "客单价", "Average order", _M, "元", _EACH, Group.TRADE,
         "期间交易额除以交易笔数；交易笔数为 0 时为无数据。"),
    Fact("lines", "交易行数", "Lines", _N, "行", _EACH, Group.TRADE,
         "期间内交易行数，含退货；没有为 0，账套内没有任何交易数据时为无数据。"),
    Fact("amount_share", "占公司交易额比", "Share of company total", _R, "", _EACH, Group.TRADE,
         "期间交易额除以全部客户的期间交易额合计；本客户无交易额或合计不为正时为无数据。"),
    Fact("growth", "交易额增长率", "Growth", _R, "", _EACH, Group.TRADE,
         "（期间交易额－对比期交易额）÷对比期交易额。近3、6、12个月与紧接其前的等长期间比（环比），本年与上年同期比、"
         "上年同期与再上一年同期比（同比）。期间没有交易行按全部失去计为 －100%；对比期没有交易行或交易额不为正，"
         "或期间为全部时为无数据。"),
    Fact("import_share", "进口占比", "Import share", _R, "", _EACH, Group.TRADE,
         "期间内进口金额除以已填进出口方向的金额，退货均不计；后者为 0 时为无数据。"),
    Fact("top_product_share", "第一大商品占比", "Share of the top product", _R, "", _EACH, Group.TRADE,
         "期间内金额最大的一种商品（按商品编码，无编码按名称）的金额除以全部已填商品的金额，退货均不计；后者为 0 时为无数据。"),
    Fact("product_count", "商品种数", "Products", _N, "种", _EACH, Group.TRADE,
         "期间内不同商品（按商品编码，无编码按名称）的个数，退货和未填商品的行不计；没有为 0，"
         "账套内没有任何交易数据时为无数据。"),
    Fact("return_share", "退货率", "Return share", _R, "", _EACH, Group.TRADE,
         "期间内退货金额（负数行的绝对值）合计除以非退货金额合计；后者为 0 时为无数据。"),
    Fact("interval_days", "平均交易间隔", "Average interval", _N, "天", _EACH, Group.TRADE,
         "期间内首末两个交易日（只有退货的日子不算）相隔的天数除以（交易日数－1）；不足两个交易日为无数据。"),
    Fact("largest_order", "最大单笔", "Largest order", _M, "元", _EACH, Group.TRADE,
         "期间内各单据交易额（该单据期间内交易行合计）的最大值；期间内没有交易行为无数据。"),
    Fact("trend", "交易趋势", "Trend", _R, "", _EACH, Group.TRADE,
         "把期间按天数分为前后两半（奇数天时前半多一天）：（后半交易额－前半交易额）÷前半交易额。后半没有交易行按 －100%；"
         "前半没有交易行或交易额不为正，或期间为全部时为无数据。"),
)  # fmt: skip

CATALOGUE: Mapping[str, Fact] = MappingProxyType(
    {
        fact.code: replace(fact, choices=tuple(CHOICES[fact.code].options()))
        if fact.code in CHOICES
        else fact
        for fact in _FACTS
    }
)
