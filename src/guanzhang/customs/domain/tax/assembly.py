"""The tax sheet of a declaration: values, lines, totals, and all that is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType

from guanzhang.customs.domain.declaration import Declaration, wide
from guanzhang.customs.domain.tax import problems as kinds
from guanzhang.customs.domain.tax.amounts import ONE, ZERO, money, shown
from guanzhang.customs.domain.tax.claims import Claims
from guanzhang.customs.domain.tax.computing import LineWork, Setting
from guanzhang.customs.domain.tax.exchange import Exchange
from guanzhang.customs.domain.tax.options import TaxOptions
from guanzhang.customs.domain.tax.sheet import LineTax, TaxKind, TaxSheet, Total, Words
from guanzhang.customs.domain.tax.valuation import Valuation
from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain.view import Reference

_SCALE = "duty_value_scale"
# Kind → (parameter, whether exactly the threshold is free): "50元以下" includes 50, "起征点50元" does not.
_THRESHOLDS = {
    TaxKind.DUTY: ("duty_threshold", True),
    TaxKind.EXPORT: ("duty_threshold", True),
    TaxKind.CONSUMPTION: ("consumption_threshold", False),
    TaxKind.VAT: ("vat_threshold", False),
}
_SOLD_AT_HOME = frozenset({"0245", "0644", "0844", "0845"})  # 料件、边角料内销


def tax_sheet(
    declaration: Declaration,
    reference: Reference,
    *,
    on: dt.date,
    options: TaxOptions = TaxOptions(),  # noqa: B008 - frozen
) -> TaxSheet:
    """Every tax of ``declaration`` by the tariff of ``reference``.

    ``on`` is the day whose tariff applies (``tariff_day``), the day ``reference`` is valid on; the
    exchange rate is that of the month of ``options.declared_on``, or of ``on``. Never raises for
    what a declaration says: unknown values and rates are None and explained in ``problems``.
    """
    with wide():
        return _sheet(declaration, reference, on, options)


def _sheet(
    declaration: Declaration, reference: Reference, on: dt.date, options: TaxOptions
) -> TaxSheet:
    exchange = Exchange(reference, options.declared_on or on)
    claims = Claims(declaration)
    valuation = Valuation(declaration, reference, exchange, options)
    problems: list[Problem] = list(claims.problems)
    unit = _unit(reference, problems) if declaration.goods else ONE
    setting = Setting(declaration, reference, exchange, options, claims, unit)
    works = [
        LineWork(line, value, setting)
        for line, value in zip(declaration.goods, valuation.values(), strict=True)
    ]
    lines = tuple(work.result() for work in works)
    problems += exchange.problems
    problems += valuation.problems
    for work in works:
        problems += work.problems
    if declaration.trade_mode in _SOLD_AT_HOME:
        mode = reference.name("trade_mode", declaration.trade_mode)
        problems.append(kinds.INTEREST.at("DecHead.TradeMode", mode=mode))
    totals = _totals(lines, reference, problems)
    return TaxSheet(
        on=on,
        lines=lines,
        totals=totals,
        problems=tuple(problems),
        is_demo=reference.is_demo_tariff,
        rates=MappingProxyType(exchange.used),
    )


def _unit(reference: Reference, problems: list[Problem]) -> Decimal:
    """What the duty value is rounded to: 分, unless the dated parameter says otherwise."""
    scale = reference.parameters.get(_SCALE)
    if scale is None:
        problems.append(
            _missing(_SCALE, reference, "计税价格按分取整", "the duty value is rounded to 0.01")
        )
        scale = Decimal(2)
    return ONE.scaleb(-int(scale))


def _totals(
    lines: Sequence[LineTax], reference: Reference, problems: list[Problem]
) -> tuple[Total, ...]:
    """One row per tax kind that occurs, in the order of the kinds."""
    found = []
    for kind in TaxKind:
        taxes = [tax for line in lines for tax in line.taxes if tax.kind is kind]
        if taxes:
            amount = sum((tax.payable or ZERO for tax in taxes), ZERO)
            is_known = all(tax.payable is not None for tax in taxes)
            found.append(_total(kind, amount, reference, problems, is_known=is_known))
    return tuple(found)


def _total(
    kind: TaxKind,
    amount: Decimal,
    reference: Reference,
    problems: list[Problem],
    *,
    is_known: bool,
) -> Total:
    if not is_known:
        words = Words(
            f"已知部分 {money(amount)}，其余未知",
            f"Known part {money(amount)}, the rest unknown",
        )
        return Total(kind, amount, is_known=False, charged=amount, words=words)
    key, includes = _THRESHOLDS.get(kind, ("", False))
    threshold = reference.parameters.get(key) if key else ZERO
    if threshold is None:
        effect = f"{kind.zh}没有按起征点减免"
        problems.append(_missing(key, reference, effect, "no threshold was applied"))
        threshold = ZERO
    is_free = amount > ZERO and (amount < threshold or (includes and amount == threshold))
    if is_free:
        limit = shown(threshold)
        words = Words(
            f"{money(amount)}，在 {limit} 元{'以下' if includes else '起征点以下'}，免征",
            f"{money(amount)} is below the threshold of {limit}: not charged",
        )
        return Total(kind, amount, is_known=True, charged=ZERO, words=words)
    words = Words(money(amount), money(amount))
    return Total(kind, amount, is_known=True, charged=amount, words=words)


def _missing(key: str, reference: Reference, effect: str, effect_en: str) -> Problem:
    return kinds.PARAMETER.at("", key=key, on=reference.on, effect=effect, effect_en=effect_en)
