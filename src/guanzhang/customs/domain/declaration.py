"""A declaration as the rules see it: typed values with the trade's names, read from a document.

A number or day that cannot be read is ``None`` here and a problem of ``checks.form``: rules never
guess. On an export declaration OriginCountry carries the country of destination and
DestinationCountry the origin; here both stand under their true names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation, localcontext
from typing import Any

LONGEST_NUMBER = 40  # characters; the message allows 19 digits
_DIGITS = 200  # of a computation: four such numbers multiplied are still exact


def wide() -> AbstractContextManager[Context]:
    """Arithmetic that holds the product of whatever a declaration says.

    With the usual 28 digits a mistyped quantity times a mistyped price could not be rounded to
    cents, which raises.
    """
    return localcontext(prec=_DIGITS)


@dataclass(frozen=True, slots=True)
class Charge:
    """运费, 保费 or 杂费 as declared: ``mark`` 1 rate in %, 2 price per tonne, 3 total."""

    mark: str
    amount: Decimal | None
    currency: str

    @property
    def is_given(self) -> bool:
        return bool(self.mark or self.currency) or self.amount is not None


@dataclass(frozen=True, slots=True)
class Goods:
    """One line of goods. ``path`` is its place in the document ("DecLists[0]")."""

    path: str
    number: str  # 项号
    hs_code: str
    ciq_code: str
    name: str
    model: str  # 规格型号, elements joined by "|"
    quantity: Decimal | None
    unit: str
    first_quantity: Decimal | None
    first_unit: str
    second_quantity: Decimal | None
    second_unit: str
    price: Decimal | None
    total: Decimal | None
    currency: str
    origin: str  # 原产国
    destination: str  # 最终目的国
    agreement_origin: str  # 优惠贸易协定项下原产地
    district: str  # 境内目的地/货源地, 5 characters
    place: str  # 行政区划, 6 digits
    duty_mode: str  # 征免
    manual_item: str  # 备案序号
    attributes: tuple[str, ...]  # 货物属性
    is_not_dangerous: bool
    un_code: str
    dangerous_name: str
    dangerous_pack: str
    dangerous_spec: str
    raw: Mapping[str, Any]

    @property
    def elements(self) -> tuple[str, ...]:
        """The declaration elements, empty ones included."""
        return tuple(self.model.split("|")) if self.model else ()


@dataclass(frozen=True, slots=True)
class Container:
    path: str
    number: str
    spec: str
    goods_numbers: str  # as written: "1,2"
    goods_weight: Decimal | None
    own_weight: Decimal | None
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Licence:
    """A row of 随附单证."""

    path: str
    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class Party:
    """A company of the header: 18-character code, customs code, name."""

    usc_code: str
    customs_code: str
    name: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """The whole declaration. ``document`` is what it was read from."""

    is_import: bool
    kind: str  # Type
    pre_entry_no: str
    entry_no: str
    trader: Party  # 境内收/发货人
    owner: Party  # 消费使用/生产销售单位
    agent: Party  # 申报单位
    overseas_name: str
    overseas_code: str
    customs_office: str  # 申报地海关
    border_office: str  # 进出境关别
    moved_on: dt.date | None  # 进/出口日期
    manual_no: str  # 备案号
    traffic_mode: str  # 运输方式
    vehicle: str
    voyage: str
    bill_no: str
    storage_place: str
    trade_mode: str  # 监管方式
    levy_kind: str  # 征免性质
    licence_no: str
    loading_port: str  # 启运港
    contract_no: str
    trade_country: str  # 贸易国
    shipping_country: str  # 启运国/运抵国
    transit_port: str  # 经停港/指运港
    border_port: str  # 入境/离境口岸
    packing: str
    packages: Decimal | None
    gross_weight: Decimal | None
    net_weight: Decimal | None
    price_terms: str  # 成交方式
    freight: Charge
    insurance: Charge
    other_charges: Charge
    mark: str
    note: str
    promises: str  # five characters: 1 yes, 0 no, 9 blank
    business_items: str
    related_entry_no: str
    declarant: str
    declarant_no: str
    client_no: str  # ClientSeqNo
    goods: tuple[Goods, ...]
    containers: tuple[Container, ...]
    licences: tuple[Licence, ...]
    other_packs: tuple[str, ...]
    document: Mapping[str, Any]

    def promise(self, place: int) -> str:
        """Answer ``place`` (0 特殊关系 1 价格影响 2 特许权使用费 3 公式定价 4 暂定价格); "9" if blank."""
        return self.promises[place] if place < len(self.promises) else "9"

    @property
    def currencies(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.currency for line in self.goods if line.currency))


def read(document: Mapping[str, Any]) -> Declaration:
    """The typed view of a document."""
    head: Mapping[str, str] = document.get("DecHead") or {}
    text: Mapping[str, str] = document.get("DecFreeTxt") or {}
    sign: Mapping[str, str] = document.get("DecSign") or {}
    is_import = head.get("IEFlag", "I") != "E"
    overseas = "Consignor" if is_import else "Consignee"
    return Declaration(
        is_import=is_import,
        kind=head.get("Type", ""),
        pre_entry_no=head.get("PreEntryId", ""),
        entry_no=head.get("EntryId", ""),
        trader=_party(head, "TradeCoScc", "TradeCode", "TradeName"),
        owner=_party(head, "OwnerCodeScc", "OwnerCode", "OwnerName"),
        agent=_party(head, "AgentCodeScc", "AgentCode", "AgentName"),
        overseas_name=head.get(f"Overseas{overseas}Ename", ""),
        overseas_code=head.get(f"Overseas{overseas}Code", ""),
        customs_office=head.get("CustomMaster", ""),
        border_office=head.get("IEPort", ""),
        moved_on=day(head.get("IEDate", "")),
        manual_no=head.get("ManualNo", ""),
        traffic_mode=head.get("TrafMode", ""),
        vehicle=head.get("TrafName", ""),
        voyage=text.get("VoyNo", ""),
        bill_no=head.get("BillNo", ""),
        storage_place=head.get("GoodsPlace", ""),
        trade_mode=head.get("TradeMode", ""),
        levy_kind=head.get("CutMode", ""),
        licence_no=head.get("LicenseNo", ""),
        loading_port=head.get("DespPortCode", ""),
        contract_no=head.get("ContrNo", ""),
        trade_country=head.get("TradeAreaCode", ""),
        shipping_country=head.get("TradeCountry", ""),
        transit_port=head.get("DistinatePort", ""),
        border_port=head.get("EntyPortCode", ""),
        packing=head.get("WrapType", ""),
        packages=number(head.get("PackNo", "")),
        gross_weight=number(head.get("GrossWet", "")),
        net_weight=number(head.get("NetWt", "")),
        price_terms=head.get("TransMode", ""),
        freight=_charge(head, "Fee"),
        insurance=_charge(head, "Insur"),
        other_charges=_charge(head, "Other"),
        mark=head.get("MarkNo", ""),
        note=head.get("NoteS", ""),
        promises=head.get("PromiseItmes", ""),
        business_items=head.get("BusinessItems", ""),
        related_entry_no=text.get("RelId", ""),
        declarant=head.get("DeclareName", ""),
        declarant_no=text.get("DecNo", ""),
        client_no=sign.get("ClientSeqNo", ""),
        goods=tuple(
            _goods(row, f"DecLists[{i}]", is_import=is_import)
            for i, row in enumerate(document.get("DecLists") or ())
        ),
        containers=tuple(
            _container(row, f"DecContainers[{i}]")
            for i, row in enumerate(document.get("DecContainers") or ())
        ),
        licences=tuple(
            Licence(f"DecLicenseDocus[{i}]", row.get("DocuCode", ""), row.get("CertCode", ""))
            for i, row in enumerate(document.get("DecLicenseDocus") or ())
        ),
        other_packs=tuple(
            row.get("PackType", "") for row in document.get("DecOtherPacks") or ()
        ),
        document=document,
    )


def number(text: str) -> Decimal | None:
    """The number a text writes; None for anything else, ``NaN``, exponents and endless digits included."""
    if not text or len(text) > LONGEST_NUMBER or not all(c in "0123456789.-+" for c in text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def day(text: str) -> dt.date | None:
    """The day of yyyyMMdd; None for anything else."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _party(head: Mapping[str, str], usc: str, code: str, name: str) -> Party:
    return Party(head.get(usc, ""), head.get(code, ""), head.get(name, ""))


def _charge(head: Mapping[str, str], prefix: str) -> Charge:
    amount = number(head.get(f"{prefix}Rate", ""))
    return Charge(head.get(f"{prefix}Mark", ""), amount, head.get(f"{prefix}Curr", ""))


def _goods(row: Mapping[str, Any], path: str, *, is_import: bool) -> Goods:
    origin, destination = row.get("OriginCountry", ""), row.get("DestinationCountry", "")
    if not is_import:
        origin, destination = destination, origin
    return Goods(
        path=path,
        number=row.get("GNo", ""),
        hs_code=row.get("CodeTS", ""),
        ciq_code=row.get("CiqCode", ""),
        name=row.get("GName", ""),
        model=row.get("GModel", ""),
        quantity=number(row.get("GQty", "")),
        unit=row.get("GUnit", ""),
        first_quantity=number(row.get("FirstQty", "")),
        first_unit=row.get("FirstUnit", ""),
        second_quantity=number(row.get("SecondQty", "")),
        second_unit=row.get("SecondUnit", ""),
        price=number(row.get("DeclPrice", "")),
        total=number(row.get("DeclTotal", "")),
        currency=row.get("TradeCurr", ""),
        origin=origin,
        destination=destination,
        agreement_origin=row.get("RcepOrigPlaceCode", ""),
        district=row.get("DistrictCode", ""),
        place=row.get("DestCode", ""),
        duty_mode=row.get("DutyMode", ""),
        manual_item=row.get("ContrItem", ""),
        attributes=tuple(filter(None, row.get("GoodsAttr", "").split(","))),
        is_not_dangerous=row.get("NoDangFlag", "") == "1",
        un_code=row.get("Uncode", ""),
        dangerous_name=row.get("DangName", ""),
        dangerous_pack=row.get("DangPackType", ""),
        dangerous_spec=row.get("DangPackSpec", ""),
        raw=row,
    )


def _container(row: Mapping[str, str], path: str) -> Container:
    return Container(
        path=path,
        number=row.get("ContainerId", ""),
        spec=row.get("ContainerMd", ""),
        goods_numbers=row.get("GoodsNo", ""),
        goods_weight=number(row.get("GoodsContaWt", "")),
        own_weight=number(row.get("ContainerWt", "")),
        is_shared=row.get("LclFlag", "") == "1",
    )
