"""Uniqueness and time: declared twice, numbers used before, deadlines, documents that expire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from guanzhang.customs.domain.checks.context import Context, Earlier
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    PRACTICE,
    SPECIFICATION,
    UNCONFIRMED,
    WARNING,
    Problems,
    type_digit,
)
from guanzhang.customs.domain.declaration import Declaration
from guanzhang.kernel.problem import Kind, Problem

DECLARED_TWICE = Kind(
    "CUS-U01",
    WARNING,
    "提运单号 {found}、运输工具和收发货人与报关单 {other} 相同，请确认不是重复申报（分单申报可确认）。",
    "Bill {found}, vehicle and trader are those of declaration {other}; confirm that this is not the "
    "same again (a split is fine).",
    PRACTICE,
)
CLIENT_NUMBER = Kind(
    "CUS-U02",
    ERROR,
    "客户端编号 {found} 已被报关单 {other} 使用，请换一个编号。",
    "The client number {found} is used by declaration {other}; take another.",
    SPECIFICATION,
)
CLIENT_NUMBER_LENGTH = Kind(
    "CUS-U02",
    ERROR,
    "客户端编号 {found} 超过 18 个字符，请缩短。",
    "The client number {found} has more than 18 characters; shorten it.",
    SPECIFICATION,
)
INVOICE_TWICE = Kind(
    "CUS-U03",
    WARNING,
    "发票号 {found} 已在该客户的报关单 {other} 中使用，请核对。",
    "The invoice {found} of this client is used by declaration {other}; check it.",
    PRACTICE,
)
SOON = Kind(
    "CUS-U04",
    WARNING,
    "申报进境已第 {found} 天，须在第 14 天（{limit}）前申报，请尽快申报。",
    "Day {found} since the entry; declare by day 14 ({limit}).",
    "海关法第24条",
)
LATE = Kind(
    "CUS-U04",
    WARNING,
    "申报进境已第 {found} 天，超过 14 天期限（{limit}），将征收滞报金，请立即申报。",
    "Day {found} since the entry: the 14 days ended on {limit} and a late fee is due. Declare now.",
    "海关法第24条",
)
SOLD = Kind(
    "CUS-U04",
    WARNING,
    "申报进境已超过三个月（{limit}），海关可以提取变卖，请立即联系海关。",
    "More than three months since the entry ({limit}): customs may sell the goods. Contact customs now.",
    "海关法第30条",
)
FUTURE = Kind(
    "CUS-U04",
    WARNING,
    "进口日期 {found} 晚于申报日期 {on}：提前申报请确认，否则请改正。",
    "The entry on {found} is later than the declaration of {on}; confirm that it is made in advance.",
    "海关法第24条",
)
NOT_ARRIVED = Kind(
    "CUS-U05",
    WARNING,
    "出口货物 {found} 才运抵监管场所，应在运抵后申报，请核对。",
    "The goods reach the supervised area on {found}; declare after that.",
    "海关法第24条",
)
LOADING = Kind(
    "CUS-U05",
    WARNING,
    "出口货物 {found} 装货，应在装货 24 小时前申报，请尽快申报或申请特批。",
    "The goods are loaded at {found}; exports are declared 24 hours before.",
    "海关法第24条",
)
EXPIRING = Kind(
    "CUS-U06",
    WARNING,
    "{what} {number} 将于 {found} 到期，请提前办理延期。",
    "{number} ({what}) ends on {found}; renew it in time.",
    PRACTICE,
)
EXPIRED_MANUAL = Kind(
    "CUS-U06",
    WARNING,
    "备案号 {number} 已于 {found} 到期，请延期或更换。",
    "The manual {number} ended on {found}; extend or replace it.",
    PRACTICE,
)
RETURN_SOON = Kind(
    "CUS-U07",
    WARNING,
    "暂时进出境货物应于 {found} 前复运，请安排复运或延期。",
    "The temporary goods return by {found}; arrange it or apply for an extension.",
    "关税法第37条、海关法第31条",
)
GUARANTEE_DUE = Kind(
    "CUS-U08",
    WARNING,
    "担保 {number} 将于 {found} 到期，请核销或延期。",
    "The guarantee {number} ends on {found}; settle or extend it.",
    PRACTICE,
)
ROYALTY_DUE = Kind(
    "CUS-U09",
    WARNING,
    "特许权使用费后续申报期限为 {found}，请按期申报（监管方式 9500）。",
    "The follow-up declaration of royalties is due on {found} (mode 9500).",
    UNCONFIRMED,
)
TAX_DUE = Kind(
    "CUS-U10",
    WARNING,
    "税款应于 {found} 前缴纳，请及时缴款，逾期征收滞纳金。",
    "The taxes are due on {found}; a late fee is charged after that.",
    "关税法第43条",
)

_DAYS_TO_DECLARE = 14
_FIRST_REMINDER = 10
_DAY = dt.timedelta(days=1)
_TAX_REMINDER = 5
_MONTHS_TO_SALE = 3


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day some months later, the last of the month where there is none."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return dt.date(year, month, min(day.day, (following - _DAY).day))


def declared_twice(declaration: Declaration, context: Context) -> Problems:
    """U01."""
    for other in context.earlier:
        if _is_same(other, declaration):
            yield DECLARED_TWICE.at(
                "DecHead.BillNo", found=declaration.bill_no, other=other.number
            )


def _is_same(other: Earlier, declaration: Declaration) -> bool:
    # Outline and complete declaration of one shipment share everything.
    two_steps = {other.kind[2:3], type_digit(declaration)} == {"5", "6"}
    return (
        not other.is_void
        and not two_steps
        and bool(declaration.bill_no)
        and other.bill_no == declaration.bill_no
        and other.vehicle == declaration.vehicle
        and other.trader_code == declaration.trader.usc_code
    )


def client_number(declaration: Declaration, context: Context) -> Problems:
    """U02."""
    path, found = "DecSign.ClientSeqNo", declaration.client_no
    if len(found) > 18:
        yield CLIENT_NUMBER_LENGTH.at(path, found=found)
    if found and context.client_no_used_by:
        yield CLIENT_NUMBER.at(path, found=found, other=context.client_no_used_by)


def invoice_number(_declaration: Declaration, context: Context) -> Problems:
    """U03."""
    invoice = context.invoice
    if invoice is not None and invoice.used_by:
        yield INVOICE_TWICE.at("", found=invoice.number, other=invoice.used_by)


def import_deadline(declaration: Declaration, context: Context) -> Problems:
    """U04: days are counted from the day after the entry."""
    entered = declaration.moved_on
    if not declaration.is_import or entered is None or declaration.entry_no:
        return
    path, days = "DecHead.IEDate", (context.on - entered).days
    limit = entered + _DAYS_TO_DECLARE * _DAY
    if days < 0:
        yield FUTURE.at(path, found=entered, on=context.on)
    elif context.on > (sale := add_months(entered, _MONTHS_TO_SALE)):
        yield SOLD.at(path, limit=sale)
    elif days > _DAYS_TO_DECLARE:
        yield LATE.at(path, found=days, limit=limit)
    elif days >= _FIRST_REMINDER:
        yield SOON.at(path, found=days, limit=limit)


def export_time(declaration: Declaration, context: Context) -> Problems:
    """U05."""
    if declaration.is_import:
        return
    if context.arrived_on and context.arrived_on > context.on:
        yield NOT_ARRIVED.at("", found=context.arrived_on)
    loading, declared = context.loading_at, context.declared_at
    if loading and declared and declared > loading - _DAY:
        yield LOADING.at("", found=loading.isoformat(" ", "minutes"))


def expiries(declaration: Declaration, context: Context) -> Problems:
    """U06, U08: what this declaration uses and what ends soon."""
    numbers = {licence.number for licence in declaration.licences} | {declaration.licence_no}
    for permit in context.permits:
        if permit.number in numbers and _ends_soon(permit.valid_to, context):
            yield EXPIRING.at("", what="证件", number=permit.number, found=permit.valid_to)
    for manual in context.manuals:
        if manual.number != declaration.manual_no or manual.valid_to is None:
            continue
        if manual.valid_to < context.on:
            yield EXPIRED_MANUAL.at(
                "DecHead.ManualNo", number=manual.number, found=manual.valid_to
            )
        elif _ends_soon(manual.valid_to, context):
            yield EXPIRING.at(
                "DecHead.ManualNo", what="备案号", number=manual.number, found=manual.valid_to
            )
    yield from _mandates(context)
    for guarantee in context.guarantees:
        if _ends_soon(guarantee.valid_to, context):
            yield GUARANTEE_DUE.at("", number=guarantee.number, found=guarantee.valid_to)


def _mandates(context: Context) -> Iterator[Problem]:
    """The last mandate in force, if nothing follows it."""
    running = [m for m in context.mandates or () if not m.is_cancelled]
    last = max(running, key=lambda m: m.valid_to, default=None)
    # A mandate for one shipment is short by nature: nothing to remind of.
    if last is None or (last.valid_to - last.valid_from).days <= context.limits.expiry_days:
        return
    if _ends_soon(last.valid_to, context):
        yield EXPIRING.at("", what="委托协议", number=last.number, found=last.valid_to)


def _ends_soon(day: dt.date | None, context: Context) -> bool:
    return day is not None and 0 <= (day - context.on).days <= context.limits.expiry_days


def temporary_goods(declaration: Declaration, context: Context) -> Problems:
    """U07."""
    due = context.return_by
    if declaration.trade_mode not in ("2600", "2700") or due is None:
        return
    if 0 <= (due - context.on).days <= context.limits.expiry_days:
        yield RETURN_SOON.at("", found=due)


def payments(_declaration: Declaration, context: Context) -> Problems:
    """U09, U10."""
    if _ends_soon(context.royalty_due_on, context):
        yield ROYALTY_DUE.at("", found=context.royalty_due_on)
    due = context.tax_due_on
    if due is not None and (due - context.on).days <= _TAX_REMINDER:
        yield TAX_DUE.at("", found=due)
