"""Code tables: what there is, and one row of one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One table. A table that is not ``is_complete`` only warns about a code it does not hold."""

    key: str
    zh: str
    en: str
    is_complete: bool = True

    @property
    def extra(self) -> Mapping[str, str]:
        """Its own columns besides code, name and status, with their Chinese names."""
        return _EXTRA.get(self.key, {})


_EXTRA: Mapping[str, Mapping[str, str]] = {
    "container_spec": {"size_class": "规格类", "legacy_ciq_code": "原检验检疫代码"},
    "country": {
        "name_en": "英文名称",
        "alpha2": "两位字母代码",
        "iso_numeric": "ISO 数字代码",
        "legacy_customs_code": "原海关代码",
    },
    "currency": {"legacy_code": "原海关代码", "minor_unit": "小数位数"},
    "domestic_port_partial": {"customs_office": "关区"},
    "fee_mark": {"applies_to": "适用于"},
    "license_doc": {"on_import": "进口", "on_export": "出口", "note": "备注"},
    "receipt_channel": {"suggested_event": "对应事件"},
}
STATUSES: Mapping[str, str] = {"active": "有效", "inactive": "停用", "verify": "待核实"}


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code with its name; ``extra`` holds the other columns of its table as text."""

    code: str
    name: str
    status: str = (
        "active"  # active | inactive | verify (not offered before somebody has checked)
    )
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def label(self) -> str:
        """As it is printed: "一般贸易 (0110)"."""
        return f"{self.name} ({self.code})"


TABLES: Mapping[str, CodeTable] = {
    table.key: table
    for table in (
        CodeTable("trade_mode", "监管方式", "Supervision mode"),
        CodeTable("cut_mode", "征免性质", "Nature of levy"),
        CodeTable("duty_mode", "征免方式", "Duty treatment"),
        CodeTable("traf_mode", "运输方式", "Mode of transport"),
        CodeTable("trans_mode", "成交方式", "Price terms"),
        CodeTable("fee_mark", "费用标志", "Charge mark"),
        CodeTable("unit", "计量单位", "Unit of measure"),
        CodeTable("wrap_type", "包装种类", "Kind of packages"),
        CodeTable("country", "国别（地区）", "Country or region"),
        CodeTable("currency", "币制", "Currency", is_complete=False),
        CodeTable("customs_office", "关区", "Customs office"),
        CodeTable("district", "国内地区", "Domestic district"),
        CodeTable("port", "港口", "Port"),
        CodeTable("domestic_port_partial", "国内口岸", "Domestic port", is_complete=False),
        CodeTable("license_doc", "监管证件", "Licence document"),
        CodeTable("fta_agreement", "优惠贸易协定", "Trade agreement", is_complete=False),
        CodeTable("edoc_type", "随附单据类别", "Attachment kind", is_complete=False),
        CodeTable("goods_attr", "货物属性", "Goods attribute"),
        CodeTable("request_cert", "申请单证", "Requested certificate", is_complete=False),
        CodeTable("container_spec", "集装箱规格", "Container type"),
        CodeTable("use_to", "用途", "Use"),
        CodeTable("entry_type", "报关单类型", "Declaration type"),
        CodeTable("dec_type_prefix", "单据类型前缀", "Document type prefix"),
        CodeTable("sign_oper_type", "操作类型", "Message operation"),
        CodeTable("receipt_channel", "回执状态", "Receipt channel"),
        CodeTable("brand_type", "品牌类型", "Brand type"),
        CodeTable("export_preference", "出口享惠情况", "Export preference"),
    )
}
