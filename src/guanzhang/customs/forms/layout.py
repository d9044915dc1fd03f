"""The form of a declaration as tables: which element stands where, how wide, filled from which codes.

A field is named by its element ("DecHead.IEPort"); what the tables do not place is reached through
the list of all elements. ``width`` counts columns of a grid of 26. ``need`` and ``only`` hold I, E or
both. A ``kind`` is

* ``code`` looked up in the code table ``table``; ``choice``, a short table shown as a select
* ``text``, ``number`` (exact, as text), ``date`` (yyyyMMdd), ``fixed`` (written by the system)
* ``party`` a company of the client file that fills its neighbours; ``tariff`` an HS code;
  ``goods`` a name found in the client's used goods; ``elements`` the declaration elements;
  ``promise`` one character of PromiseItmes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Kind = Literal[
    "text", "number", "date", "code", "choice", "fixed", "party", "tariff", "goods", "elements",
    "promise",
]  # fmt: skip
Label = str | Promise


@dataclass(frozen=True, slots=True)
class Field:
    """One input. ``path`` is "DecHead.IEPort" in the header, the bare element in a row of a block."""

    path: str
    label: Label
    width: int = 3
    kind: Kind = "text"
    table: str = ""
    export_label: Label = ""
    need: str = ""
    only: str = "IE"
    place: int = 0  # of a promise: which character
    share: int = 0  # of a column: its share of the width of the table
    short: Label = ""  # of a column: what its heading says where the label is too wide
    export_short: Label = ""

    def label_for(self, direction: str) -> Label:
        return self.export_label if direction == "E" and self.export_label else self.label

    def heading_for(self, direction: str) -> Label:
        """What the heading of its column says."""
        label = self.label_for(direction)
        if direction == "E" and self.export_label:
            return self.export_short or label
        return self.short or label

    def is_needed(self, direction: str) -> bool:
        return direction in self.need

    def is_shown(self, direction: str) -> bool:
        return direction in self.only


def _code(path: str, label: Label, table: str, width: int = 3, **more: object) -> Field:
    return Field(path, label, width, "code", table, **more)  # type: ignore[arg-type]


def _number(path: str, label: Label, width: int = 3, **more: object) -> Field:
    return Field(path, label, width, "number", **more)  # type: ignore[arg-type]


# The header, in the order of the printed form; reading order is tab order.
HEAD: tuple[Field, ...] = (
    Field("DecHead.SeqNo", _("统一编号"), 5, "fixed"),
    Field("DecHead.EntryId", _("海关编号"), 5, "fixed"),
    _code("DecHead.CustomMaster", _("申报地海关"), "customs_office", 4, need="IE"),
    _code("DecHead.IEPort", _("进境关别"), "customs_office", 4, export_label=_("出境关别"), need="IE"),
    Field("DecHead.IEDate", _("进口日期"), 3, "date", export_label=_("出口日期"), need="I"),
    Field("DecHead.ManualNo", _("备案号"), 3),
    Field("DecHead.EntryType", _("报关单类型"), 2, "choice", "entry_type", need="IE"),
    Field("DecHead.TradeName", _("境内收货人"), 6, "party", export_label=_("境内发货人"), need="IE"),
    Field("DecHead.TradeCoScc", _("收货人信用代码"), 4, export_label=_("发货人信用代码"), need="IE"),
    Field("DecHead.TradeCode", _("海关备案编码"), 3, need="IE"),
    Field("DecHead.OwnerName", _("消费使用单位"), 6, "party", export_label=_("生产销售单位"), need="IE"),
    Field("DecHead.OwnerCodeScc", _("单位信用代码"), 4, need="IE"),
    Field("DecHead.OwnerCode", _("海关备案编码"), 3),
    Field("DecHead.OverseasConsignorEname", _("境外发货人"), 6, only="I", need="I"),
    Field("DecHead.OverseasConsigneeEname", _("境外收货人"), 6, only="E", need="E"),
    Field("DecHead.OverseasConsignorCode", _("境外发货人代码"), 3, only="I"),
    Field("DecHead.OverseasConsigneeCode", _("境外收货人代码"), 3, only="E"),
    _code("DecHead.TrafMode", _("运输方式"), "traf_mode", 3, need="IE"),
    Field("DecHead.TrafName", _("运输工具"), 4),
    Field("DecFreeTxt.VoyNo", _("航次号"), 2),
    Field("DecHead.BillNo", _("提运单号"), 4),
    Field("DecHead.GoodsPlace", _("货物存放地点"), 4, need="I"),
    _code("DecHead.TradeMode", _("监管方式"), "trade_mode", 4, need="IE"),
    _code("DecHead.CutMode", _("征免性质"), "cut_mode", 3),
    Field("DecHead.LicenseNo", _("许可证号"), 3),
    Field("DecHead.ContrNo", _("合同协议号"), 4),
    _code("DecHead.TradeAreaCode", _("贸易国（地区）"), "country", 3, need="IE"),
    _code("DecHead.TradeCountry", _("启运国（地区）"), "country", 3, export_label=_("运抵国（地区）"), need="IE"),
    _code("DecHead.DespPortCode", _("启运港"), "port", 3, only="I", need="I"),
    _code("DecHead.DistinatePort", _("经停港"), "port", 3, export_label=_("指运港"), need="IE"),
    _code("DecHead.EntyPortCode", _("入境口岸"), "domestic_port_partial", 4, export_label=_("离境口岸"), need="IE"),
    _code("DecHead.WrapType", _("包装种类"), "wrap_type", 3, need="IE"),
    _number("DecHead.PackNo", _("件数"), 2, need="IE"),
    _number("DecHead.GrossWet", _("毛重（千克）"), 3, need="IE"),
    _number("DecHead.NetWt", _("净重（千克）"), 3, need="IE"),
    Field("DecHead.TransMode", _("成交方式"), 2, "choice", "trans_mode", need="IE"),
    Field("DecHead.FeeMark", _("运费标志"), 2, "choice", "fee_mark"),
    _number("DecHead.FeeRate", _("运费"), 3),
    _code("DecHead.FeeCurr", _("运费币制"), "currency", 2),
    Field("DecHead.InsurMark", _("保费标志"), 2, "choice", "fee_mark"),
    _number("DecHead.InsurRate", _("保费"), 3),
    _code("DecHead.InsurCurr", _("保费币制"), "currency", 2),
    Field("DecHead.OtherMark", _("杂费标志"), 2, "choice", "fee_mark"),
    _number("DecHead.OtherRate", _("杂费"), 3),
    _code("DecHead.OtherCurr", _("杂费币制"), "currency", 2),
    Field("DecHead.MarkNo", _("标记唛码"), 5),
    Field("DecHead.NoteS", _("备注"), 9),
)  # fmt: skip

# The goods table. Second quantities, inspection and the rest of a line stand in the panel below it.
GOODS: tuple[Field, ...] = (
    Field("CodeTS", _("商品编号"), kind="tariff", need="IE", share=96),
    Field("GName", _("商品名称"), kind="goods", need="IE", share=116),
    Field("GModel", _("规格型号"), kind="elements", need="IE", share=94),
    Field("GQty", _("成交数量"), kind="number", need="IE", share=76),
    Field("GUnit", _("单位"), kind="code", table="unit", need="IE", share=46),
    Field("FirstQty", _("法定数量"), kind="number", need="IE", share=76),
    Field("FirstUnit", _("法定单位"), kind="code", table="unit", need="IE", share=46, short=_("单位")),
    Field("DeclPrice", _("单价"), kind="number", need="IE", share=74),
    Field("DeclTotal", _("总价"), kind="number", need="IE", share=80),
    Field("TradeCurr", _("币制"), kind="code", table="currency", need="IE", share=48),
    Field("OriginCountry", _("原产国"), kind="code", table="country", export_label=_("最终目的国"), need="IE", share=60, export_short=_("目的国")),
    Field("DestinationCountry", _("最终目的国"), kind="code", table="country", export_label=_("原产国"), need="IE", share=60, short=_("目的国")),
    Field("DistrictCode", _("境内目的地"), kind="code", table="district", export_label=_("境内货源地"), need="IE", share=70, short=_("目的地"), export_short=_("货源地")),
    Field("DutyMode", _("征免"), kind="code", table="duty_mode", need="IE", share=74),
)  # fmt: skip

# The rest of the current line.
LINE: tuple[Field, ...] = (
    _number("SecondQty", _("第二法定数量"), 3),
    _code("SecondUnit", _("第二法定单位"), "unit", 3),
    Field("ContrItem", _("备案序号"), 2),
    Field("CiqCode", _("检验检疫编码"), 3),
    Field("CiqName", _("检验检疫名称"), 4),
    Field("DestCode", _("目的地行政区划"), 3, export_label=_("产地行政区划")),
    Field("RcepOrigPlaceCode", _("优惠协定原产地"), 3, "code", "country", only="I"),
    Field("ExgNo", _("货号"), 3),
    Field("ExgVersion", _("单耗版本号"), 2),
    Field("UseTo", _("用途"), 3, "code", "use_to"),
    Field("Purpose", _("检验检疫用途"), 3),
    Field("GoodsAttr", _("货物属性"), 3),
    Field("OrigPlaceCode", _("原产地区"), 3),
    Field("ControlExplainCode", _("禁限管制识别码"), 3),
    Field("DeclGoodsEname", _("英文名称"), 5),
    Field("Stuff", _("成份/原料"), 5),
    Field("GoodsSpec", _("检验检疫货物规格"), 5),
    Field("GoodsModel", _("货物型号"), 4),
    Field("GoodsBrand", _("货物品牌"), 4),
    Field("ProduceDate", _("生产日期"), 3),
    Field("ProdBatchNo", _("生产批号"), 3),
    Field("ProdValidDt", _("产品有效期"), 3),
    Field("ProdQgp", _("保质期（天）"), 3),
    Field("EngManEntCnm", _("境外生产企业"), 5, only="I"),
    Field("MnufctrRegNo", _("生产单位注册号"), 4),
    Field("MnufctrRegName", _("生产单位名称"), 5),
    Field("NoDangFlag", _("非危险化学品"), 3),
    Field("Uncode", _("UN 编码"), 2),
    Field("DangName", _("危险货物名称"), 4),
    Field("DangPackType", _("危包类别"), 3),
    Field("DangPackSpec", _("危包规格"), 3),
)

# Blocks with a table of their own on a tab: key of the block → its columns.
ROWS: dict[str, tuple[Field, ...]] = {
    "DecContainers": (
        Field("ContainerId", _("集装箱号"), need="IE", share=130),
        Field("ContainerMd", _("规格"), kind="code", table="container_spec", need="IE", share=130),
        Field("LclFlag", _("拼箱（1 是 0 否）"), share=100),
        Field("GoodsNo", _("商品项号"), need="IE", share=116),
        Field("GoodsContaWt", _("箱货重量（千克）"), kind="number", share=110),
        Field("ContainerWt", _("自重（千克）"), kind="number", share=110),
    ),
    "DecLicenseDocus": (
        Field("DocuCode", _("单证"), kind="code", table="license_doc", need="IE", share=180),
        Field("CertCode", _("单证编号"), need="IE", share=320),
    ),
    "EcoRelation": (
        Field("CertType", _("单证代码"), need="IE", share=90),
        Field("EcoCertNo", _("单证编号"), need="IE", share=240),
        Field("DecGNo", _("报关单项号"), need="IE", share=94),
        Field("EcoGNo", _("单证项号"), need="IE", share=94),
    ),
    "DecOtherPacks": (
        Field("PackType", _("包装种类"), kind="code", table="wrap_type", need="IE", share=200),
        Field("PackQty", _("件数"), kind="number", share=120),
    ),
    "DecRequestCerts": (
        Field("AppCertCode", _("申请单证"), kind="code", table="request_cert", need="IE", share=220),
        Field("ApplOri", _("正本数"), kind="number", share=90),
        Field("ApplCopyQuan", _("副本数"), kind="number", share=90),
    ),
    "DecCopLimits": (
        Field("EntQualifTypeCode", _("企业资质类别"), need="IE", share=116),
        Field("EntQualifNo", _("资质编号"), share=240),
    ),
    "DecUsers": (
        Field("UseOrgPersonCode", _("使用单位联系人"), share=160),
        Field("UseOrgPersonTel", _("联系电话"), share=160),
    ),
}  # fmt: skip

INSPECTION: tuple[Field, ...] = (
    Field("DecHead.TradeCiqCode", _("收发货人检验检疫编码"), 5),
    Field("DecHead.OwnerCiqCode", _("消费使用单位检验检疫编码"), 5),
    Field("DecHead.DeclCiqCode", _("申报单位检验检疫编码"), 5),
    Field("DecHead.DespDate", _("启运日期"), 3, "date", only="I"),
    Field("DecHead.CmplDschrgDt", _("卸毕日期"), 3, "date", only="I"),
    Field("DecHead.BLNo", _("B/L 号"), 5),
    Field("DecHead.PurpOrgCode", _("目的地海关"), 4, "code", "customs_office"),
    Field("DecHead.CorrelationNo", _("关联号码"), 5),
    Field("DecHead.CorrelationReasonFlag", _("关联理由"), 3),
    Field("DecHead.OrigBoxFlag", _("原箱运输"), 3),
    Field("DecHead.SpecDeclFlag", _("特种业务标识"), 3),
    Field("DecHead.NoOtherPack", _("无其他包装"), 3),
)

PROMISES: tuple[Field, ...] = tuple(
    Field("DecHead.PromiseItmes", label, 4, "promise", place=place)
    for place, label in enumerate(
        (_("特殊关系确认"), _("价格影响确认"), _("支付特许权使用费"), _("公式定价确认"), _("暂定价格确认"))
    )
)  # fmt: skip

# The declaring company, what binds this declaration to others, customs' own marks.
OTHERS: tuple[Field, ...] = (
    Field("DecHead.AgentName", _("申报单位"), 6, "party", need="IE"),
    Field("DecHead.AgentCodeScc", _("申报单位信用代码"), 5, need="IE"),
    Field("DecHead.AgentCode", _("申报单位海关编码"), 4, need="IE"),
    Field("DecHead.DeclareName", _("申报人员"), 3, need="IE"),
    Field("DecFreeTxt.DecNo", _("申报人员证号"), 4),
    Field("DecFreeTxt.DecBpNo", _("联系方式"), 4),
    Field("DecHead.CopName", _("录入单位"), 6),
    Field("DecHead.CopCodeScc", _("录入单位信用代码"), 5),
    Field("DecHead.CopCode", _("录入单位代码"), 4),
    Field("DecHead.InputerName", _("录入员"), 3),
    Field("DecHead.TypistNo", _("录入员 IC 卡号"), 4),
    Field("DecHead.Type", _("单据类型"), 4),
    Field("DecHead.BusinessItems", _("业务事项"), 3),
    Field("DecHead.TaxAaminMark", _("税收征管标记"), 3),
    Field("DecHead.ChkSurety", _("担保验放"), 3),
    Field("DecHead.DeclTrnRel", _("报关/转关关系"), 3),
    Field("DecFreeTxt.RelId", _("关联报关单号"), 5),
    Field("DecFreeTxt.RelManNo", _("关联备案号"), 4),
    Field("DecFreeTxt.BonNo", _("监管仓号"), 4),
    Field("DecFreeTxt.CusFie", _("货场代码"), 3),
    Field("DecHead.PreEntryId", _("预录入编号"), 5, "fixed"),
    Field("DecSign.ClientSeqNo", _("客户端编号"), 5, "fixed"),
)  # fmt: skip

PLACES: tuple[tuple[str, tuple[Field, ...]], ...] = (
    ("head", HEAD), ("inspection", INSPECTION), ("promises", PROMISES), ("others", OTHERS),
)  # fmt: skip

# Which codes the elements of the whole message are looked up in, for the list of all elements and
# for naming the values of a read-only form. Those placed above say it themselves.
_MORE_TABLES: dict[str, str] = {
    "DecGoodsLimits.LicWrtofQtyUnit": "unit",
    "DecSupplementLists.Curr": "currency",
    "DecSupplementLists.OriginCountry": "country",
    "DecSupplementLists.TrafMode": "traf_mode",
    "DecRoyaltyFee.Curr": "currency",
    "TrnHead.NativeTrafMode": "traf_mode",
    "TrnList.TrafMode": "traf_mode",
    "SddTax.DeclPort": "customs_office",
    "SddTax.TradeMode": "trade_mode",
    "SddTax.CutMode": "cut_mode",
    "SddTax.TransMode": "trans_mode",
    "EdocRealation.EdocCode": "edoc_type",
    "DecSign.OperType": "sign_oper_type",
}


@cache
def tables_by_element() -> Mapping[str, str]:
    """ "DecLists.GUnit" → "unit" for every element that holds a code of a table we have."""
    found = dict(_MORE_TABLES)
    for _name, fields in PLACES:
        found.update({f.path: f.table for f in fields if f.table})
    found.update({f"DecLists.{f.path}": f.table for f in (*GOODS, *LINE) if f.table})
    for key, columns in ROWS.items():
        found.update({f"{key}.{f.path}": f.table for f in columns if f.table})
    return found


@cache
def fields_by_element() -> Mapping[str, Field]:
    """ "DecLists.GUnit" → its field, for labels of problems, remarks and differences."""
    found = {f.path: f for _name, fields in PLACES for f in fields if f.kind != "promise"}
    found.update({f"DecLists.{f.path}": f for f in (*GOODS, *LINE)})
    for key, columns in ROWS.items():
        found.update({f"{key}.{f.path}": f for f in columns})
    return found
