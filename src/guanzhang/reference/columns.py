"""The columns of every kind of file, as the import machinery reads them and the templates show them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from guanzhang.exchange.domain.fields import Field, FieldKind
from guanzhang.reference.domain.tables import STATUSES, TABLES
from guanzhang.reference.domain.tariff_file import PERCENTS, RATES

_BLANKS = re.compile(r"[\s.]+")
MEASURES: Mapping[str, str] = {
    "anti_dumping": "反倾销",
    "countervailing": "反补贴",
    "safeguard": "保障措施",
    "additional": "加征关税",
}
_RATE_FORMAT = "8 表示 8%；7.5CNY/095 表示每单位 7.5 元；20+1CNY/035 为复合"


def _plain(text: str) -> str | None:
    """A code written with points or blanks: 0101.21.00 10."""
    return _BLANKS.sub("", text)


def _rate(key: str, label: str) -> Field:
    return Field(
        key, label, max_length=60, help=_RATE_FORMAT, examples=_RATE_SAMPLES.get(key, ("", ""))
    )


_RATE_SAMPLES = {
    "mfn_rate": ("12", "1CNY/035"),
    "general_rate": ("70", "3.2CNY/035"),
    "provisional_rate": ("", "0.5CNY/035"),
    "consumption_tax": ("", ""),
}
TARIFF = (
    Field("hs_code", "商品编号", FieldKind.CODE, required=True, max_length=20, read=_plain,
          aliases=("HS编码", "税号", "商品编码", "HS"), examples=("0202300090", "0207142200"),
          help="10 位数字，按文本填写"),
    Field("name_zh", "商品名称", required=True, max_length=500, aliases=("名称", "货品名称"),
          examples=("冻去骨牛肉", "冻的鸡爪")),
    Field("unit1", "第一法定单位", FieldKind.CODE, required=True, max_length=20,
          aliases=("法定第一单位", "计量单位"), examples=("035", "035"), help="计量单位代码表的 3 位代码"),
    Field("unit2", "第二法定单位", FieldKind.CODE, max_length=20, aliases=("法定第二单位",)),
    *(_rate(key, label) for key, label in RATES.items()),
    Field("agreement_rates", "协定税率", max_length=2000, multiline=True,
          help="协定代码=税率，用分号隔开", examples=("14=5;15=0", "")),
    *(Field(key, label, max_length=20, help="百分数，如 13", examples=("9", "9")) for key, label in PERCENTS.items()),
    Field("supervision_conditions", "监管条件", FieldKind.CODE, max_length=40, aliases=("监管证件",),
          examples=("7AB", "7AB"), help="监管证件代码，连写，区分大小写"),
    Field("inspection_category", "检验检疫类别", max_length=40, examples=("P.R/Q.S", "P.R/Q.S"),
          help="进口字母 / 出口字母"),
    Field("elements", "申报要素", max_length=4000, multiline=True, aliases=("规范申报要素",),
          examples=("品牌类型;出口享惠情况;加工方法", ""), help="按填报次序，用分号隔开"),
)  # fmt: skip
_MEASURES = (
    Field("kind", "种类", FieldKind.CHOICE, required=True, choices=tuple(MEASURES.items()),
          examples=("反倾销", "加征关税")),
    Field("hs_prefix", "商品编号范围", FieldKind.CODE, required=True, max_length=20, read=_plain,
          aliases=("商品编号", "税号"), examples=("29031500", "8703"), help="2 到 10 位，作用于以它开头的全部编号"),
    Field("origin", "原产地", FieldKind.CODE, required=True, max_length=20, aliases=("原产国", "原产国（地区）"),
          examples=("USA", "USA"), help="3 位字母代码"),
    Field("exporter", "出口商", max_length=200, help="空着表示其他全部出口商"),
    Field("rate", "税率", required=True, max_length=40, help=_RATE_FORMAT, examples=("18.8", "25")),
    Field("until", "截止日", FieldKind.DATE, help="最后有效的一天；没有就留空"),
    Field("source", "来源", required=True, max_length=300, examples=("商务部公告……", "税委会公告……")),
)  # fmt: skip
_RATES = (
    Field("month", "月份", FieldKind.DATE, required=True, help="当月 1 日", examples=("2026-12-01", "2026-12-01")),
    Field("currency", "币制", FieldKind.CODE, required=True, max_length=20, examples=("USD", "EUR")),
    Field("rate", "汇率", FieldKind.DECIMAL, required=True, places=8, help="1 外币兑人民币",
          examples=("7.1234", "8.2345")),
    Field("base_date", "基准日", FieldKind.DATE, required=True, examples=("2026-11-18", "2026-11-18")),
    Field("source", "来源", required=True, max_length=300, examples=("中国外汇交易中心中间价", "中国外汇交易中心中间价")),
)  # fmt: skip
_CALENDAR = (
    Field("day", "日期", FieldKind.DATE, required=True, examples=("2027-01-01", "2027-01-03")),
    Field("is_workday", "上班", FieldKind.FLAG, required=True, examples=("否", "是"), help="放假填 否，调休上班填 是"),
    Field("name", "名称", max_length=60, examples=("元旦", "元旦调休")),
    Field("source", "来源", required=True, max_length=300, examples=("国务院办公厅通知", "国务院办公厅通知")),
)  # fmt: skip
_PARAMETERS = (
    Field("key", "参数", FieldKind.CODE, required=True, max_length=60, examples=("duty_threshold", "pay_days")),
    Field("value", "值", FieldKind.DECIMAL, required=True, places=8, examples=("50", "15")),
    Field("source", "来源", required=True, max_length=300, examples=("关税法第三十二条", "关税法第四十三条")),
    Field("is_confirmed", "已核实原文", FieldKind.FLAG, examples=("否", "是")),
)  # fmt: skip
_OF_KIND = {
    "tariff": TARIFF,
    "measures": _MEASURES,
    "rates": _RATES,
    "calendar": _CALENDAR,
    "parameters": _PARAMETERS,
}


def columns_of(kind: str, table: str = "") -> tuple[Field, ...]:
    """The columns of a file of one kind; for ``codes`` those of its table."""
    return _codes(table) if kind == "codes" else _OF_KIND[kind]


def labels_of(kind: str, table: str = "") -> dict[str, str]:
    """Column → its Chinese name."""
    return {field.key: field.label for field in columns_of(kind, table)}


def _codes(table: str) -> tuple[Field, ...]:
    extra = TABLES[table].extra
    return (
        Field("code", "代码", FieldKind.CODE, required=True, max_length=30, examples=("0110", "0214")),
        Field("name", "名称", required=True, max_length=200, aliases=("中文名称",), examples=("示例一", "示例二")),
        Field("status", "状态", FieldKind.CHOICE, choices=tuple(STATUSES.items()), examples=("有效", "停用"),
              help="空着表示有效"),
        *(Field(key, label, FieldKind.CODE, max_length=200) for key, label in extra.items()),
    )  # fmt: skip
