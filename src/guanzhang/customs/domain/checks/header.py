"""The header: numbers, offices, countries, contract, kind of document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import (
    BONDED,
    CHINA,
    DEALS,
    ERROR,
    FORM_RULES,
    NUMBER_OF_ENTRY,
    PRACTICE,
    PROCESSING,
    RETURNS,
    SPECIFICATION,
    UNCONFIRMED,
    WARNING,
    Problems,
)
from guanzhang.customs.domain.declaration import Declaration
from guanzhang.kernel.problem import Kind, Problem

ENTRY_NUMBER = Kind(
    "CUS-H05",
    ERROR,
    "报关单号 {found} 不正确：应为 4 位关区、4 位年份、1 位进出口标志（进口 1、出口 0，集中申报清单 I、E）和 9 位流水号，请核对。",
    "The entry number {found} is wrong: 4 characters of a customs office, the year, 1 for import or 0 "
    "for export (I or E for a collective list) and 9 digits; check it.",
    "海关总署公告2019年第18号第1、2条",
)
ENTRY_OFFICE = Kind(
    "CUS-H05",
    ERROR,
    "报关单号 {found} 的前 4 位 {office} 不是关区代码，请核对。",
    "The entry number {found} begins with {office}, which is no customs office; check it.",
    "海关总署公告2019年第18号第1、2条",
)
ENTRY_YEAR = Kind(
    "CUS-H05",
    ERROR,
    "报关单号 {found} 的年份 {year} 不合理，请核对。",
    "The year {year} in the entry number {found} is not plausible; check it.",
    "海关总署公告2019年第18号第1、2条",
)
ENTRY_DIRECTION = Kind(
    "CUS-H05",
    ERROR,
    "报关单号 {found} 的第 9 位 {digit} 与进出口方向不符，请核对。",
    "Character 9 of the entry number {found} is {digit}, which is the other direction; check it.",
    "海关总署公告2019年第18号第1、2条",
)
DISTRICTS = Kind(
    "CUS-H06",
    WARNING,
    "申报地海关 {master} 与进出境关别 {port} 不属于同一直属海关；全国通关一体化申报请确认，否则请改正。",
    "The office of declaration {master} and the office of entry or exit {port} belong to different "
    "customs districts; confirm the national integration or correct one.",
    PRACTICE,
)
PORT_DISTRICT = Kind(
    "CUS-H06",
    WARNING,
    "入境/离境口岸 {found} 与进出境关别 {port} 不属于同一直属海关，请核对。",
    "The domestic port {found} is not in the customs district of the office {port}; check both.",
    PRACTICE,
)
ONE_VALUE = Kind(
    "CUS-H07",
    ERROR,
    "一份报关单只能填一个{what}，现为“{found}”，请分单申报。",
    "A declaration carries one value here ({what}), found “{found}”; declare separately.",
    PRACTICE,
)
MANUAL_LENGTH = Kind(
    "CUS-H07",
    ERROR,
    "备案号应为 12 位，现为“{found}”，请核对手册或征免税证明。",
    "A manual number has 12 characters, found “{found}”; compare it with the manual or certificate.",
    PRACTICE,
)
COUNTRY = Kind(
    "CUS-H10",
    ERROR,
    "“{field}”（{element}）必填，请填写国别（地区）代码。",
    "“{element}” ({field}) is required; choose a country or region.",
    FORM_RULES,
)
FROM_CHINA = Kind(
    "CUS-H10b",
    WARNING,
    "进口报关单的启运国为中国，监管方式 {mode} 一般不会如此，请核对。",
    "The goods are shipped from China, which is unusual for the supervision mode {mode}; check it.",
    PRACTICE,
)
TRADE_IN_CHINA = Kind(
    "CUS-H10b",
    WARNING,
    "贸易国（地区）为中国，监管方式 {mode} 一般不会如此，请核对合同对方所在地。",
    "The country of trade is China, which is unusual for the supervision mode {mode}; check where "
    "the contract partner is.",
    PRACTICE,
)
PORT_COUNTRY = Kind(
    "CUS-H11",
    WARNING,
    "港口 {port} {name} 不在{side} {country}，请核对港口或国别。",
    "The port {port} {name} is not in {country} ({side}); check the port or the country.",
    PRACTICE,
)
CONTRACT = Kind(
    "CUS-H14",
    ERROR,
    "监管方式 {mode} 有商业交易，合同协议号必填，请填写。",
    "The supervision mode {mode} is a commercial deal: fill in the contract number.",
    FORM_RULES,
)
STORAGE = Kind(
    "CUS-H15",
    ERROR,
    "进口报关单的货物存放地点必填，请填写货物进境后存放的场所。",
    "An import declaration needs the place where the goods are stored; fill it in.",
    SPECIFICATION,
)
TYPE_PREFIX = Kind(
    "CUS-H16",
    ERROR,
    "单据类型“{found}”的前两位 {part} 不在单据类型代码表中，请改正。",
    "The document type “{found}” begins with {part}, which is not in its table; correct it.",
    SPECIFICATION,
)
TYPE_STEP = Kind(
    "CUS-H16",
    ERROR,
    "单据类型“{found}”的第 3 位应为空、0、5（概要申报）或 6（完整申报），现为 {part}，请改正。",
    "Character 3 of the document type “{found}” must be blank, 0, 5 (outline) or 6 (complete), "
    "found {part}.",
    SPECIFICATION,
)
TYPE_PORT = Kind(
    "CUS-H16",
    ERROR,
    "单据类型“{found}”的第 7 位应为空或 Z（组合港），现为 {part}，请改正。",
    "Character 7 of the document type “{found}” must be blank or Z (combined ports), found {part}.",
    SPECIFICATION,
)
TYPE_MODE = Kind(
    "CUS-H16b",
    WARNING,
    "单据类型 {prefix} 是备案清单，监管方式 {mode} 一般用报关单，请核对。",
    "The document type {prefix} is a bonded list, but the supervision mode {mode} normally uses a "
    "declaration; check both.",
    UNCONFIRMED,
)
SEQUENCE = Kind(
    "CUS-H21",
    WARNING,
    "统一编号 {found} 不正确：应为 I 或 E 加 17 位数字，请核对。",
    "The number of the Single Window {found} is wrong: I or E and 17 digits; check it.",
    PRACTICE,
)

_SEVERAL = re.compile(r"[,;，；、\s]")
_SEQUENCE = re.compile(r"[IE]\d{17}", re.ASCII)
_SINGLE = (
    ("ManualNo", "备案号"),
    ("LicenseNo", "许可证号"),
    ("BillNo", "提运单号"),
    ("TradeMode", "监管方式"),
    ("CutMode", "征免性质"),
)
_LISTS = frozenset({"ML", "LY", "AL", "BL", "SM", "SL"})


def entry_numbers(declaration: Declaration, context: Context) -> Problems:
    """H05 for every place that holds an entry number, H21."""
    for path, number, is_own in (
        ("DecHead.EntryId", declaration.entry_no, True),
        ("DecHead.PreEntryId", declaration.pre_entry_no, True),
        ("DecFreeTxt.RelId", declaration.related_entry_no, False),
    ):
        if len(number) == 9 and path == "DecHead.PreEntryId":
            continue  # older messages give nine characters
        if number:
            yield from _entry_number(path, number, declaration, context, is_own=is_own)
    sequence = (declaration.document.get("DecHead") or {}).get("SeqNo", "")
    if sequence and not _SEQUENCE.fullmatch(sequence):
        yield SEQUENCE.at("DecHead.SeqNo", found=sequence)


def _entry_number(
    path: str, number: str, declaration: Declaration, context: Context, *, is_own: bool
) -> Iterator[Problem]:
    match = NUMBER_OF_ENTRY.fullmatch(number)
    if not match:
        yield ENTRY_NUMBER.at(path, found=number)
        return
    offices = context.reference.tables.get("customs_office")
    if offices and match[1] not in offices:
        yield ENTRY_OFFICE.at(path, found=number, office=match[1])
    if not 2000 <= int(match[2]) <= context.on.year + 1:
        yield ENTRY_YEAR.at(path, found=number, year=match[2])
    if is_own and match[3] not in ("1I" if declaration.is_import else "0E"):
        yield ENTRY_DIRECTION.at(path, found=number, digit=match[3])


def offices(declaration: Declaration, context: Context) -> Problems:
    """H06."""
    master, port = declaration.customs_office, declaration.border_office
    if not master or not port or context.national_integration:
        return
    if master[:2] != port[:2]:
        yield DISTRICTS.at("DecHead.CustomMaster", master=master, port=port)
    gate = context.reference.row("domestic_port_partial", declaration.border_port)
    office = gate.extra.get("customs_office", "") if gate else ""
    if office and office[:2] != port[:2]:
        yield PORT_DISTRICT.at("DecHead.EntyPortCode", found=declaration.border_port, port=port)


def single_values(declaration: Declaration, _context: Context) -> Problems:
    """H07."""
    head = declaration.document.get("DecHead") or {}
    for element, what in _SINGLE:
        if (value := head.get(element, "")) and _SEVERAL.search(value):
            yield ONE_VALUE.at(f"DecHead.{element}", what=what, found=value)
    manual = declaration.manual_no
    if manual and not _SEVERAL.search(manual) and len(manual) != 12:
        yield MANUAL_LENGTH.at("DecHead.ManualNo", found=manual)


def countries(declaration: Declaration, context: Context) -> Problems:
    """H10, H10b, H11."""
    if context.stage == "declare":
        for element, field, value in (
            ("TradeAreaCode", "贸易国（地区）", declaration.trade_country),
            ("TradeCountry", "启运国/运抵国", declaration.shipping_country),
        ):
            if not value:
                yield COUNTRY.at(f"DecHead.{element}", field=field, element=element)
    mode = declaration.trade_mode
    inside = mode in RETURNS or mode in PROCESSING or mode in BONDED
    if declaration.is_import and declaration.shipping_country == CHINA and not inside:
        yield FROM_CHINA.at("DecHead.TradeCountry", mode=mode)
    if declaration.trade_country == CHINA and mode in DEALS and not inside:
        yield TRADE_IN_CHINA.at("DecHead.TradeAreaCode", mode=mode)
    yield from _port(declaration, context)


def _port(declaration: Declaration, context: Context) -> Iterator[Problem]:
    # The last port before China (经停港 of an import) may lie anywhere on the way.
    element, side, port = (
        ("DespPortCode", "启运国", declaration.loading_port)
        if declaration.is_import
        else ("DistinatePort", "运抵国", declaration.transit_port)
    )
    country = declaration.shipping_country
    if len(port) == 6 and country and port[:3].isalpha() and port[:3] != country:
        name = context.reference.name("port", port)
        yield PORT_COUNTRY.at(
            f"DecHead.{element}",
            port=port,
            name="" if name == port else name,
            side=side,
            country=country,
        )


def contract_and_storage(declaration: Declaration, context: Context) -> Problems:
    """H14, H15."""
    if context.stage != "declare":
        return
    if declaration.trade_mode in DEALS and not declaration.contract_no:
        yield CONTRACT.at("DecHead.ContrNo", mode=declaration.trade_mode)
    if declaration.is_import and not declaration.storage_place:
        yield STORAGE.at("DecHead.GoodsPlace")


def document_type(declaration: Declaration, context: Context) -> Problems:
    """H16, H16b."""
    found, path = declaration.kind, "DecHead.Type"
    prefix = found[:2].strip()
    prefixes = context.reference.tables.get("dec_type_prefix")
    if prefixes and prefix and prefix not in prefixes and prefix.strip("0"):
        yield TYPE_PREFIX.at(path, found=found, part=prefix)
    if (step := found[2:3]) and step not in " 056":
        yield TYPE_STEP.at(path, found=found, part=step)
    if (port := found[6:7]) and port not in " Z":
        yield TYPE_PORT.at(path, found=found, part=port)
    if prefix in _LISTS and declaration.trade_mode in DEALS:
        yield TYPE_MODE.at(path, prefix=prefix, mode=declaration.trade_mode)
