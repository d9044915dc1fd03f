"""How the goods crossed the border: means of transport, bill of lading, air waybill."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import (
    CHINA,
    ERROR,
    NO_CROSSING,
    PRACTICE,
    WARNING,
    Problems,
)
from guanzhang.customs.domain.declaration import Declaration
from guanzhang.kernel.problem import Kind, Problem

VEHICLE = Kind(
    "CUS-H12",
    WARNING,
    "运输方式 {mode} 应填运输工具名称（船名、航班、车牌或载货清单号），请补填。",
    "Transport mode {mode} needs the name of the ship, flight, vehicle or its cargo list; fill it in.",
    PRACTICE,
)
VOYAGE = Kind(
    "CUS-H12",
    WARNING,
    "水路运输应填航次号，请补填。",
    "Transport by water needs the voyage; fill it in.",
    PRACTICE,
)
BILL = Kind(
    "CUS-H12",
    WARNING,
    "运输方式 {mode} 应填提运单号，请补填。",
    "Transport mode {mode} needs the number of the bill; fill it in.",
    PRACTICE,
)
NO_BILL = Kind(
    "CUS-H12",
    WARNING,
    "运输方式 {mode} 不实际进出境，不填提运单号，现为 {found}，请核对。",
    "With transport mode {mode} the goods do not cross the border and there is no bill, found {found}; "
    "check it.",
    PRACTICE,
)
INSIDE = Kind(
    "CUS-H12",
    WARNING,
    "运输方式 {mode} 不实际进出境，启运国/运抵国应为中国（CHN），现为 {found}，请核对。",
    "With transport mode {mode} the goods do not cross the border, so the country is CHN, found "
    "{found}; check it.",
    PRACTICE,
)
WAYBILL = Kind(
    "CUS-H13",
    ERROR,
    "航空总运单号 {found} 校验不符：末位应为 {expected}，请对照运单核对。",
    "The master air waybill {found} does not check: its last digit should be {expected}; compare it "
    "with the waybill.",
    "IATA 航空货运单编号",
)

_WAYBILL = re.compile(r"(\d{3})-?(\d{7})(\d)(?:_.*)?", re.ASCII)
_WITH_VEHICLE = frozenset("2345")
_WITH_BILL = frozenset("235")


def means(declaration: Declaration, context: Context) -> Problems:
    """H12."""
    mode = declaration.traffic_mode
    if mode in NO_CROSSING:
        yield from _inside(declaration, mode)
        return
    if context.stage != "declare":
        return
    if mode in _WITH_VEHICLE and not declaration.vehicle:
        yield VEHICLE.at("DecHead.TrafName", mode=mode)
    if mode == "2" and not declaration.voyage:
        yield VOYAGE.at("DecFreeTxt.VoyNo")
    if mode in _WITH_BILL and not declaration.bill_no:
        yield BILL.at("DecHead.BillNo", mode=mode)


def _inside(declaration: Declaration, mode: str) -> Iterator[Problem]:
    if declaration.bill_no:
        yield NO_BILL.at("DecHead.BillNo", mode=mode, found=declaration.bill_no)
    if declaration.shipping_country not in ("", CHINA):
        yield INSIDE.at("DecHead.TradeCountry", mode=mode, found=declaration.shipping_country)


def waybill(declaration: Declaration, _context: Context) -> Problems:
    """H13: an eleven-digit master number of an air waybill carries its check digit."""
    if declaration.traffic_mode != "5":
        return
    match = _WAYBILL.fullmatch(declaration.bill_no)
    if match and int(match[3]) != (expected := int(match[2]) % 7):
        yield WAYBILL.at("DecHead.BillNo", found=declaration.bill_no, expected=expected)
