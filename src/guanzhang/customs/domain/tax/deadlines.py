"""Days that count: declaration, payment, completion, return; and what being late costs.

Days are counted from the day after the event. A rest day moves a limit by the calendar of the
Reference; where the calendar ends, ``day`` is None and a Problem says so. ``safe_day`` is never later
than the true one: what a work list may sort and warn by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from guanzhang.customs.domain.tax import problems as kinds
from guanzhang.customs.domain.tax.amounts import (
    EXACT,
    ZERO,
    money,
    product,
    rounded,
    shown,
    whole_yuan,
)
from guanzhang.customs.domain.tax.sheet import TaxKind, Words
from guanzhang.kernel.choice import Choice
from guanzhang.kernel.dates import add_months
from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain.view import Reference

NEW_LAW = dt.date(2024, 12, 1)  # 关税法 in force
_LONGEST_REST = 15  # days; no holiday is longer
_DAYS_IN_YEAR = Decimal(360)


class Urgency(Choice):
    """The colour of a declaration that has not been declared: by days since entry."""

    CALM = "calm", "充裕", "Calm"
    NOTICE = "notice", "临近（第10日起）", "Near (from day 10)"
    WARNING = "warning", "紧急（第13日）", "Urgent (day 13)"
    LAST = "last", "最后一日（第14日）", "Last day (day 14)"
    LATE = "late", "逾期", "Late"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for something. ``nominal``: counted; ``day``: moved, None = not known."""

    nominal: dt.date
    day: dt.date | None
    working: Words
    problems: tuple[Problem, ...] = ()

    @property
    def safe_day(self) -> dt.date:
        """The known day, otherwise the counted one, which is never too late."""
        return self.day or self.nominal


@dataclass(frozen=True, slots=True)
class Fee:
    """滞报金 or 滞纳金: from ``first`` to ``last``, both counted. ``amount`` None = not known."""

    first: dt.date | None
    last: dt.date
    days: int | None
    amount: Decimal | None
    working: tuple[Words, ...]
    problems: tuple[Problem, ...] = ()


# -- limits ----------------------------------------------------------------------------------------


def declare_by(moved_on: dt.date, reference: Reference) -> Deadline:
    """Import: the last day without 滞报金. The 14th day after entry; when the 15th is a rest day the
    fee starts on the next working day, so the day before that one still is free (海关法 24)."""
    days = _days(reference, "declare_days", 14)
    nominal = moved_on + dt.timedelta(days=days)
    start = next_workday(nominal + dt.timedelta(days=1), reference)
    what = Words("申报期限", "The limit to declare")
    if start is None:
        return _unknown(what, nominal, reference)
    day = start - dt.timedelta(days=1)
    zh = f"{moved_on} 申报进境，次日为第1日，第{days}日是 {nominal}"
    en = f"Entry on {moved_on}, the next day is day 1, day {days} is {nominal}"
    if day != nominal:
        zh += f"；第{days + 1}日逢休息日，滞报金自 {start} 起征，期限顺延到 {day}"
        en += (
            f"; day {days + 1} is a rest day, the fee starts on {start}, so the limit is {day}"
        )
    return Deadline(nominal, day, Words(zh, en))


def complete_by(moved_on: dt.date, reference: Reference) -> Deadline:
    """Two-step declaration: the complete declaration, within 14 days of entry; never moved, for no
    text about rest days was found."""
    days = _days(reference, "complete_declaration_days", 14)
    day = moved_on + dt.timedelta(days=days)
    return Deadline(
        day,
        day,
        Words(
            f"{moved_on} 申报进境，完整申报在第{days}日 {day} 前（遇休息日不顺延）",
            f"Entry on {moved_on}, complete declaration by day {days}, {day} (rest days do not move it)",
        ),
    )


def pay_by(
    declared_on: dt.date, reference: Reference, *, issued_on: dt.date | None = None
) -> Deadline:
    """The last day to pay: 15 days after 完成申报 (关税法 43), moved to the next working day.

    Declared before 2024-12-01: 15 days after the payment document was issued (``issued_on``; 海关法
    60). Without that day ``day`` is None and the nominal day counts from the declaration.
    """
    days = _days(reference, "pay_days", 15)
    is_old = declared_on < NEW_LAW
    start = issued_on if is_old and issued_on else declared_on
    nominal = start + dt.timedelta(days=days)
    what = Words("缴款期限", "The limit to pay")
    if is_old and issued_on is None:
        said = kinds.ISSUED.at("", declared=declared_on)
        words = Words("缴款期限未知：没有填发日期", "The limit to pay is not known")
        return Deadline(nominal, None, words, (said,))
    event = (
        Words("填发税款缴款书", "Payment document issued")
        if is_old
        else Words("完成申报", "Declared")
    )
    head = Words(
        f"{start} {event.zh}，第{days}日是 {nominal}",
        f"{event.en} on {start}, day {days} is {nominal}",
    )
    return _moved(what, nominal, reference, head)


def summary_pay_by(declared_on: dt.date, reference: Reference) -> Deadline:
    """汇总征税: the end of the 5th working day of the month after the declaration (关税法 43)."""
    wanted = _days(reference, "summary_pay_workday", 5)
    first = add_months(declared_on.replace(day=1), 1)
    day, count = first - dt.timedelta(days=1), 0
    what = Words("汇总征税缴款期限", "The limit of summary payment")
    while count < wanted:
        day += dt.timedelta(days=1)
        works = reference.is_workday(day)
        if works is None:
            return _unknown(what, first + dt.timedelta(days=wanted - 1), reference)
        count += works
    words = Words(
        f"{declared_on:%Y-%m} 申报，次月第{wanted}个工作日是 {day}",
        f"Declared in {declared_on:%Y-%m}, working day {wanted} of the next month is {day}",
    )
    return Deadline(day, day, words)


def sold_after(moved_on: dt.date) -> Deadline:
    """The last day of the three months after which customs may sell the goods (海关法 30)."""
    day = add_months(moved_on, 3)
    words = Words(
        f"{moved_on} 申报进境，满三个月是 {day}；超过后由海关提取依法变卖",
        f"Entry on {moved_on}, three months end on {day}; then customs may sell the goods",
    )
    return Deadline(day, day, words)


def return_by(moved_on: dt.date) -> Deadline:
    """Temporary entry or exit: six months, unless customs extends them (关税法 37)."""
    day = add_months(moved_on, 6)
    words = Words(
        f"{moved_on} 暂时进出境，六个月到 {day}（可申请延期）",
        f"Temporary movement on {moved_on}, six months end on {day} (may be extended)",
    )
    return Deadline(day, day, words)


def urgency(on: dt.date, declare_by_day: dt.date) -> Urgency:
    """The colour on ``on``: days 10, 13 and 14 are four days, one day and no day before the limit."""
    left = (declare_by_day - on).days
    if left < 0:
        return Urgency.LATE
    if left == 0:
        return Urgency.LAST
    if left == 1:
        return Urgency.WARNING
    return Urgency.NOTICE if left <= 4 else Urgency.CALM


def next_workday(day: dt.date, reference: Reference) -> dt.date | None:
    """``day`` if it is worked, else the next day that is; None beyond the known calendar."""
    for ahead in range(_LONGEST_REST):
        found = day + dt.timedelta(days=ahead)
        works = reference.is_workday(found)
        if works is None:
            return None
        if works:
            return found
    return None


# -- fees ------------------------------------------------------------------------------------------


def late_declaration_fee(
    value_cny: Decimal, moved_on: dt.date, accepted_on: dt.date, reference: Reference
) -> Fee:
    """滞报金: from the day after the limit to the day of acceptance, both counted."""
    limit = declare_by(moved_on, reference)
    if accepted_on <= limit.safe_day:
        words = Words(f"{limit.working.zh}：未逾期", f"{limit.working.en}: not late")
        return Fee(None, accepted_on, 0, ZERO, (words,))
    if limit.day is None:
        return Fee(None, accepted_on, None, None, (limit.working,), limit.problems)
    first = limit.day + dt.timedelta(days=1)
    days = (accepted_on - limit.day).days
    amount, words, said = late_declaration_amount(value_cny, days, reference)
    return Fee(
        first,
        accepted_on,
        days,
        amount,
        (limit.working, _span(first, accepted_on, days), words),
        said,
    )


def late_declaration_amount(
    value_cny: Decimal, days: int, reference: Reference
) -> tuple[Decimal | None, Words, tuple[Problem, ...]]:
    """Value × 0.05 % × days, yuan below 1 dropped, nothing below the threshold."""
    rate = reference.parameters.get("late_declaration_rate")
    if rate is None:
        return _without(reference, "late_declaration_rate")
    raw = product(value_cny, rate, Decimal(days))
    amount = whole_yuan(raw)
    formula = f"{money(value_cny)} × {_daily(rate)} × {days} = {shown(raw)} → {amount}"
    return _above(
        amount,
        formula,
        "滞报金",
        "Late-declaration fee",
        reference,
        "late_declaration_threshold",
    )


def late_payment_fee(
    unpaid: Mapping[TaxKind, Decimal],
    declared_on: dt.date,
    paid_on: dt.date,
    reference: Reference,
    *,
    issued_on: dt.date | None = None,
) -> dict[TaxKind, Fee]:
    """滞纳金 of each tax: from the day after the limit to the day of payment, both counted."""
    limit = pay_by(declared_on, reference, issued_on=issued_on)
    found = {}
    for kind, tax in unpaid.items():
        if limit.day is None and paid_on > limit.nominal:
            found[kind] = Fee(None, paid_on, None, None, (limit.working,), limit.problems)
        elif paid_on <= limit.safe_day:
            words = Words(f"{limit.working.zh}：未逾期", f"{limit.working.en}: not late")
            found[kind] = Fee(None, paid_on, 0, ZERO, (words,))
        else:
            first = limit.safe_day + dt.timedelta(days=1)
            days = (paid_on - limit.safe_day).days
            amount, words, said = late_payment_amount(tax, days, reference)
            steps = (limit.working, _span(first, paid_on, days), words)
            found[kind] = Fee(first, paid_on, days, amount, steps, said)
    return found


def late_payment_amount(
    tax: Decimal, days: int, reference: Reference
) -> tuple[Decimal | None, Words, tuple[Problem, ...]]:
    """Unpaid tax × 0.05 % × days, to 分, nothing below the threshold (关税法 43)."""
    rate = reference.parameters.get("late_payment_rate")
    if rate is None:
        return _without(reference, "late_payment_rate")
    raw = product(tax, rate, Decimal(days))
    amount = rounded(raw)
    formula = f"{money(tax)} × {_daily(rate)} × {days} = {shown(raw)} → {money(amount)}"
    return _above(
        amount, formula, "滞纳金", "Late-payment fee", reference, "late_payment_threshold"
    )


def deferral_interest(tax: Decimal, yearly_rate: Decimal, days: int) -> Decimal:
    """缓税利息: tax × demand-deposit rate × days ÷ 360, to 分 (关税法 36; the formula is practice)."""
    return rounded(EXACT.divide(product(tax, yearly_rate, Decimal(days)), _DAYS_IN_YEAR))


def _above(
    amount: Decimal, formula: str, zh: str, en: str, reference: Reference, key: str
) -> tuple[Decimal | None, Words, tuple[Problem, ...]]:
    threshold = reference.parameters.get(key)
    said: tuple[Problem, ...] = ()
    if threshold is None:
        said = (
            _parameter(reference, key, f"{zh}没有按起征点减免", "no threshold was applied"),
        )
    if threshold is not None and amount < threshold:
        limit = shown(threshold)
        words = Words(
            f"{zh} {formula}，不足 {limit} 元，不征",
            f"{en} {formula}, below {limit}: not charged",
        )
        return ZERO, words, said
    return amount, Words(f"{zh} {formula}", f"{en} {formula}"), said


def _without(
    reference: Reference, key: str
) -> tuple[Decimal | None, Words, tuple[Problem, ...]]:
    words = Words("没有日费率，算不出", "No daily rate: no amount")
    return None, words, (_parameter(reference, key, "算不出", "no amount can be computed"),)


def _parameter(reference: Reference, key: str, effect: str, effect_en: str) -> Problem:
    facts = {"key": key, "on": reference.on, "effect": effect, "effect_en": effect_en}
    return kinds.PARAMETER.at("", **facts)


def _daily(rate: Decimal) -> str:
    return f"{shown(rate * 100)}%"


def _span(first: dt.date, last: dt.date, days: int) -> Words:
    return Words(f"{first} 至 {last}，共 {days} 日", f"{first} to {last}, {days} days")


def _days(reference: Reference, key: str, default: int) -> int:
    """A number of days of the law; the reference may carry a later one."""
    return int(reference.parameters.get(key, default))


def _moved(what: Words, nominal: dt.date, reference: Reference, head: Words) -> Deadline:
    day = next_workday(nominal, reference)
    if day is None:
        return _unknown(what, nominal, reference)
    if day == nominal:
        return Deadline(nominal, day, head)
    words = Words(
        f"{head.zh}，逢休息日，顺延到 {day}", f"{head.en}, a rest day, moved to {day}"
    )
    return Deadline(nominal, day, words)


def _unknown(what: Words, nominal: dt.date, reference: Reference) -> Deadline:
    until = reference.calendar_until or "—"
    said = kinds.CALENDAR.at("", what=what.zh, what_en=what.en, day=nominal, until=until)
    words = Words(said.message("zh"), said.message("en"))
    return Deadline(nominal, None, words, (said,))
