"""The official form of a declaration (报关单) cell by cell, as text: what a print has to show.

The form is Chinese by law, so its words stand here and are not translated. Values are printed as they
were declared, to the character; a code stands beside the name it has on the day of the reference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from guanzhang.customs.domain.declaration import Declaration, Goods
from guanzhang.customs.domain.states import State
from guanzhang.reference.domain.view import Reference

WATERMARKS: Mapping[State, str] = {
    State.DRAFT: "草稿",
    State.REVIEW: "未审核",
    State.SECOND_REVIEW: "未审核",
    State.REJECTED: "退单",
    State.DELETED: "已删单",
    State.VOID: "作废",
}
STATEMENT = "兹申明对以上内容承担如实申报、依法纳税之法律责任"
WIDE = "\u3000"  # between the parts of one cell
_ANSWERS = {"1": "是", "0": "否"}
_PROMISES = (
    "特殊关系确认",
    "价格影响确认",
    "支付特许权使用费确认",
    "公式定价确认",
    "暂定价格确认",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a print shows beside the document. Empty is printed as an empty cell."""

    number: str = ""  # our own
    revision: int = 0
    pre_entry_no: str = ""
    entry_no: str = ""
    declared_on: dt.date | None = None
    watermark: str = ""

    @property
    def origin(self) -> str:
        """Which document a paper shows, in small print."""
        revision = f"第 {self.revision} 版" if self.revision else ""
        return WIDE.join(filter(None, (self.number, revision)))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its label, the code printed beside the label, the text under it."""

    label: str
    text: str = ""
    code: str = ""
    width: int = 1  # share of the width of its band


@dataclass(frozen=True, slots=True)
class GoodsColumn:
    label: str
    width: int
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form. ``goods`` holds rows of cells, a cell being its lines."""

    title: str
    numbers: tuple[Cell, ...]
    barcode: str
    watermark: str
    bands: tuple[tuple[Cell, ...], ...]
    columns: tuple[GoodsColumn, ...]
    goods: tuple[tuple[tuple[str, ...], ...], ...]
    confirmations: tuple[Cell, ...]
    declarant: tuple[Cell, ...]
    agent: Cell
    origin: str  # which document and edition the paper shows, in small print
    facts: Facts = field(default_factory=Facts)

    def texts(self) -> tuple[str, ...]:
        """Every value on the form, in the order of its cells; no labels, nothing empty."""
        cells = [*self.numbers]
        for band in self.bands:
            cells += band
        found = [text for cell in cells for text in (cell.code, cell.text)]
        found += [line for row in self.goods for lines in row for line in lines]
        found += [text for cell in self.declarant for text in (cell.code, cell.text)]
        found += [self.agent.code, self.agent.text]
        return tuple(filter(None, found))


def form(declaration: Declaration, reference: Reference, facts: Facts) -> Form:
    """The cells of ``declaration``, with names as of the day of ``reference``."""
    way = "进" if declaration.is_import else "出"
    pre_entry = facts.pre_entry_no or declaration.pre_entry_no
    entry = facts.entry_no or declaration.entry_no
    return Form(
        title=f"中华人民共和国海关{way}口货物报关单",
        numbers=(Cell("预录入编号", pre_entry), Cell("海关编号", entry)),
        barcode=entry or pre_entry,
        watermark=facts.watermark,
        bands=tuple(_bands(declaration, Names(reference), facts)),
        columns=_columns(is_import=declaration.is_import),
        goods=tuple(_goods_row(line, Names(reference)) for line in declaration.goods),
        confirmations=_confirmations(declaration),
        declarant=(
            Cell("报关人员", declaration.declarant),
            Cell("报关人员证号", declaration.declarant_no),
            Cell("电话", _free_text(declaration, "DecBpNo")),
        ),
        agent=Cell("申报单位", declaration.agent.name, _company_code(declaration.agent)),
        origin=facts.origin,
        facts=facts,
    )


@dataclass(frozen=True, slots=True)
class Names:
    """Codes in words, as far as the tables of a day are sure of them."""

    reference: Reference

    def cell(self, label: str, table: str, code: str, width: int = 1) -> Cell:
        """A coded cell: the code beside the label, the name below; an unknown code has no name."""
        return Cell(label, self.known(table, code), code, width)

    def both(self, table: str, code: str) -> str:
        """日本元 (JPY); the code alone when its name is not known."""
        name = self.known(table, code)
        return f"{name} ({code})" if name else code

    def lines(self, table: str, code: str) -> tuple[str, ...]:
        """Name and code under each other."""
        name = self.known(table, code)
        return (name, f"({code})") if name else (code,)

    def known(self, table: str, code: str) -> str:
        """The name of a code; "" for a code or a name that nobody has confirmed."""
        found = self.reference.row(table, code) if code else None
        return found.name if found and found.status != "verify" else ""

    def amount(self, quantity: str, unit: str) -> str:
        """A quantity with its unit in words: "120.5千克"."""
        return quantity + (self.known("unit", unit) or unit)


def _bands(d: Declaration, names: Names, facts: Facts) -> list[tuple[Cell, ...]]:
    way, i = ("进", True) if d.is_import else ("出", False)
    head: Mapping[str, str] = d.document.get("DecHead") or {}
    declared = f"{facts.declared_on:%Y%m%d}" if facts.declared_on else ""
    trader = Cell(
        "境内收货人" if i else "境内发货人", d.trader.name, _company_code(d.trader), 27
    )
    overseas = Cell("境外发货人" if i else "境外收货人", d.overseas_name, d.overseas_code, 27)
    owner = Cell(
        "消费使用单位" if i else "生产销售单位", d.owner.name, _company_code(d.owner), 27
    )
    vehicle = "/".join(filter(None, (d.vehicle, d.voyage)))
    storage = [Cell("货物存放地点", d.storage_place, width=20)] if i or d.storage_place else []
    loading = [names.cell("启运港", "port", d.loading_port, 20)] if i or d.loading_port else []
    spare = 0 if storage else 20
    second = [
        overseas,
        names.cell("运输方式", "traf_mode", d.traffic_mode, 16),
        Cell("运输工具名称及航次号", vehicle, width=20),
        Cell("提运单号", d.bill_no, width=17 + spare),
        *storage,
    ]
    third = [
        owner,
        names.cell("监管方式", "trade_mode", d.trade_mode, 16),
        names.cell("征免性质", "cut_mode", d.levy_kind, 20),
        Cell("许可证号", d.licence_no, width=17 + (0 if loading else 20)),
        *loading,
    ]
    return [
        (
            trader,
            names.cell(f"{way}境关别", "customs_office", d.border_office, 16),
            Cell(f"{way}口日期", head.get("IEDate", ""), width=20),
            Cell("申报日期", declared, width=17),
            Cell("备案号", d.manual_no, width=20),
        ),
        tuple(second),
        tuple(third),
        (
            Cell("合同协议号", d.contract_no, width=27),
            names.cell("贸易国(地区)", "country", d.trade_country, 16),
            names.cell(
                "启运国(地区)" if i else "运抵国(地区)", "country", d.shipping_country, 20
            ),
            names.cell("经停港" if i else "指运港", "port", d.transit_port, 17),
            names.cell(
                "入境口岸" if i else "离境口岸", "domestic_port_partial", d.border_port, 20
            ),
        ),
        _measures(d, names, head),
        (Cell("随附单证及编号", _documents(d, names)),),
        (Cell("标记唛码及备注", _marks(d, names)),),
    ]


def _measures(d: Declaration, names: Names, head: Mapping[str, str]) -> tuple[Cell, ...]:
    packs = "；".join(names.both("wrap_type", code) for code in d.other_packs if code)
    wrap = names.cell("包装种类", "wrap_type", d.packing, 27)
    if packs:
        wrap = Cell(wrap.label, "；".join(filter(None, (wrap.text, packs))), wrap.code, 27)
    return (
        wrap,
        Cell("件数", head.get("PackNo", ""), width=8),
        Cell("毛重(千克)", head.get("GrossWet", ""), width=12),
        Cell("净重(千克)", head.get("NetWt", ""), width=12),
        names.cell("成交方式", "trans_mode", d.price_terms, 11),
        *(Cell(label, _charge(head, key), width=10) for label, key in _CHARGES),
    )


_CHARGES = (("运费", "Fee"), ("保费", "Insur"), ("杂费", "Other"))


def _charge(head: Mapping[str, str], key: str) -> str:
    """USD/500/3: currency, amount, mark; a rate has no currency: 0.3/1."""
    mark = head.get(f"{key}Mark", "")
    currency = "" if mark == "1" else head.get(f"{key}Curr", "")
    return "/".join(filter(None, (currency, head.get(f"{key}Rate", ""), mark)))


def _documents(d: Declaration, names: Names) -> str:
    licences = [
        f"{names.both('license_doc', licence.kind)}:{licence.number}" for licence in d.licences
    ]
    files = dict.fromkeys(
        names.both("edoc_type", row.get("EdocCode", ""))
        for row in d.document.get("EdocRealation") or ()
    )
    parts = []
    if licences:
        parts.append("随附单证1：" + "；".join(licences))
    if found := [name for name in files if name]:
        parts.append("随附单证2：" + "；".join(found))
    return WIDE.join(parts)


def _marks(d: Declaration, names: Names) -> str:
    """标记唛码, 备注, related papers, then containers with their number of standard boxes."""
    parts = [f"标记唛码：{d.mark}"] if d.mark else []
    if d.note:
        parts.append(f"备注：{d.note}")
    for label, key in (("关联报关单号", "RelId"), ("关联备案号", "RelManNo")):
        if value := _free_text(d, key):
            parts.append(f"{label}：{value}")
    boxes = [box for box in d.containers if box.number]
    if boxes:
        count = sum(2 if _is_long(names.reference, box.spec) else 1 for box in boxes)
        numbers = "；".join(dict.fromkeys(box.number for box in boxes))
        parts.append(f"集装箱标箱数及号码：{count}；{numbers}；")
    return WIDE.join(parts)


def _is_long(reference: Reference, spec: str) -> bool:
    row = reference.row("container_spec", spec)
    return bool(row and row.extra.get("size_class") == "L")


def _columns(*, is_import: bool) -> tuple[GoodsColumn, ...]:
    return (
        GoodsColumn("项号", 8),
        GoodsColumn("商品编号", 20),
        GoodsColumn("商品名称及规格型号", 76),
        GoodsColumn("数量及单位", 32, "right"),
        GoodsColumn("单价/总价/币制", 33, "right"),
        GoodsColumn("原产国(地区)", 24),
        GoodsColumn("最终目的国(地区)", 26),
        GoodsColumn("境内目的地" if is_import else "境内货源地", 36),
        GoodsColumn("征免", 22),
    )


def _goods_row(line: Goods, names: Names) -> tuple[tuple[str, ...], ...]:
    raw = line.raw
    amounts = (("FirstQty", "FirstUnit"), ("SecondQty", "SecondUnit"), ("GQty", "GUnit"))
    place = "/".join(filter(None, (line.district, line.place)))
    agreed = line.agreement_origin
    model = [line.name, line.model]
    if agreed:
        model.append(f"优惠贸易协定项下原产地：{names.both('country', agreed)}")
    cells = (
        (line.number, f"({line.manual_item})" if line.manual_item else ""),
        (line.hs_code, line.ciq_code),
        tuple(model),
        tuple(names.amount(raw.get(q, ""), raw.get(u, "")) for q, u in amounts),
        (
            raw.get("DeclPrice", ""),
            raw.get("DeclTotal", ""),
            names.both("currency", line.currency),
        ),
        names.lines("country", line.origin),
        names.lines("country", line.destination),
        (names.known("district", line.district), f"({place})" if place else ""),
        names.lines("duty_mode", line.duty_mode),
    )
    return tuple(
        lines if place == _QUANTITIES else tuple(filter(None, lines))
        for place, lines in enumerate(cells)
    )


_QUANTITIES = 3  # the column whose three lines keep their places: legal 1, legal 2, deal


def _confirmations(d: Declaration) -> tuple[Cell, ...]:
    """The seven answers. The message has no confirmed element for the last two: left to be written."""
    answers = [
        Cell(label, _ANSWERS.get(d.promise(place), "")) for place, label in enumerate(_PROMISES)
    ]
    return (*answers, Cell("自报自缴"), Cell("水运中转"))


def _company_code(company: object) -> str:
    usc: str = getattr(company, "usc_code", "")
    code: str = getattr(company, "customs_code", "")
    return usc or code


def _free_text(d: Declaration, name: str) -> str:
    row: Mapping[str, str] = d.document.get("DecFreeTxt") or {}
    return row.get(name, "")
