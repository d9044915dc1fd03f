"""How numbers, days and unknowns look on a page; pure text, no markup.

``None`` is unknown and never zero: every function answers None for it, and the template tags show
无数据. Negative zero does not exist on a page.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

from guanzhang.kernel.money import CURRENCIES, format_money, labelled_money

Number = Decimal | int | float


def as_decimal(value: Number) -> Decimal:
    """The number as a person would write it: a float by its shortest decimal form."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def money_text(value: Number, currency: str = "CNY", *, blank_zero: bool = True) -> str:
    """``1,234.50``; zero is blank unless asked for."""
    return format_money(as_decimal(value), currency, blank_zero=blank_zero)


def yuan_text(value: Number, currency: str = "CNY") -> str:
    """``¥1,234.50`` or ``USD 1,234.50``, for figures that stand alone."""
    return labelled_money(as_decimal(value), currency if currency in CURRENCIES else "CNY")


def number_text(value: Number, places: int | None = None) -> str:
    """``12,345.6``: thousands separators, decimals as they are (or ``places`` of them)."""
    number = as_decimal(value)
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    elif number == number.to_integral_value():
        number = number.quantize(Decimal(1))
    else:
        number = number.normalize()
    return f"{number if number else abs(number):,f}"


def percent_text(value: Number, places: int = 1) -> str:
    """A fraction as percent: ``0.412`` → ``41.2%``."""
    return number_text(as_decimal(value) * 100, places) + "%"


def day_text(value: dt.date | dt.datetime) -> str:
    """``2026-11-23``; a moment by the day it is here."""
    if isinstance(value, dt.datetime):
        value = _local(value).date()
    return value.isoformat()


def moment_text(value: dt.datetime, *, seconds: bool = False) -> str:
    """``2026-11-23 10:32`` in the installation's time zone."""
    return _local(value).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def _local(value: dt.datetime) -> dt.datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value
