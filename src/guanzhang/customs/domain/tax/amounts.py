"""Exact arithmetic of a tax sheet: rounding, quotients, sharing out, how numbers are shown."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

from guanzhang.kernel.money import CENT, Money, apportion

ZERO = Decimal(0)
ONE = Decimal(1)
# Products of a price, an exchange rate and a rate stay far below 80 digits.
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
_multiply, _divide, _quantize = EXACT.multiply, EXACT.divide, EXACT.quantize


def product(first: Decimal, *others: Decimal) -> Decimal:
    """The exact product."""
    for other in others:
        first = _multiply(first, other)
    return first


def quotient(numerator: Decimal, denominator: Decimal) -> Decimal:
    """To 80 digits: rounding it to 分 gives what rounding the exact quotient would give."""
    return _divide(numerator, denominator)


def rounded(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """Half away from zero (四舍五入), to 分 by default."""
    return _quantize(amount, unit)


def whole_yuan(amount: Decimal) -> Decimal:
    """Without the part below 1 yuan."""
    return amount.to_integral_value(ROUND_FLOOR)


def shared(whole: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """``whole`` by ``weights``, each part rounded to 分, the last line with a weight takes the rest.

    That is how customs slips do it. Where the rest would turn the last part's sign (many small
    lines), the missing 分 go to those who lost most instead. Parts always add up to ``whole``; an
    amount finer than 分 is shared in its own last digit. Raises ``ValueError`` without a weight.
    """
    unit = min(CENT, ONE.scaleb(min(0, int(whole.as_tuple().exponent))))
    total = sum(weights, ZERO)
    if total <= 0 or min(weights) < 0:
        raise ValueError("Sharing out needs a weight.")
    parts = [rounded(quotient(product(whole, weight), total), unit) for weight in weights]
    last = max(i for i, weight in enumerate(weights) if weight)
    parts[last] += whole - sum(parts, ZERO)
    if parts[last] * whole < 0:
        return tuple(part.amount for part in apportion(Money(whole), weights, unit))
    return tuple(parts)


def shown(number: Decimal) -> str:
    """Without needless zeros and without an exponent: ``0.30`` → ``0.3``, ``1E+3`` → ``1000``."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal) -> str:
    """With two decimals: ``71234`` → ``71234.00``; more where there are more."""
    text = format(amount, "f")
    point = text.find(".")
    if point < 0:
        return text + ".00"
    return text if len(text) - point > 2 else text + "0"


def percent(fraction: Decimal) -> str:
    """``0.08`` → ``8%``."""
    return f"{shown(fraction * 100)}%"
