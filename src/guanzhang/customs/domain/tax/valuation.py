"""计税价格: the price of each line with or without its part of freight, insurance and other charges.

Import (关税法 art. 24): up to the place of entry. Export (art. 29): up to the place of exit, without
freight and insurance beyond it. Everything is exact until the value is rounded, once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from guanzhang.customs.domain.declaration import Charge, Declaration, Goods
from guanzhang.customs.domain.tax import problems as kinds
from guanzhang.customs.domain.tax.amounts import (
    EXACT,
    ONE,
    ZERO,
    money,
    percent,
    product,
    quotient,
    rounded,
    shared,
    shown,
)
from guanzhang.customs.domain.tax.exchange import Exchange
from guanzhang.customs.domain.tax.options import TaxOptions
from guanzhang.customs.domain.tax.sheet import Words
from guanzhang.customs.domain.tax.units import kilograms
from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain.view import Reference

# 成交方式 → (freight, insurance): 1 added, -1 taken off, 0 not touched.
_IMPORT = {"1": (0, 0), "2": (0, 1), "3": (1, 1), "4": (1, 0), "7": (1, 1)}
_EXPORT = {"1": (-1, -1), "2": (-1, 0), "3": (0, 0), "4": (0, -1), "7": (0, 0)}
_HUNDRED = Decimal(100)
_REPAIR = "1300"
RATE, PER_TONNE, TOTAL = "1", "2", "3"


@dataclass(frozen=True, slots=True)
class _Name:
    """A charge: the prefix of its elements and what it is called."""

    prefix: str
    zh: str
    en: str


_FREIGHT = _Name("Fee", "运费", "freight")
_INSURANCE = _Name("Insur", "保费", "insurance")
_OTHER = _Name("Other", "杂费", "other charges")


@dataclass(slots=True)
class Value:
    """The exact value of a line, ``numerator`` / ``denominator`` CNY. None = unknown."""

    numerator: Decimal | None
    denominator: Decimal = ONE
    steps: list[Words] = field(default_factory=list)

    def rounded(self, unit: Decimal) -> Decimal | None:
        """Half up to ``unit``."""
        if self.numerator is None:
            return None
        return rounded(quotient(self.numerator, self.denominator), unit)


@dataclass(frozen=True, slots=True)
class _Part:
    """A line's part of a charge, CNY, signed; and how it came about."""

    cny: Decimal
    words: Words | None = None


_NOTHING = _Part(ZERO)


class Valuation:
    """Values the lines of one declaration; what is missing goes to ``problems``."""

    def __init__(
        self,
        declaration: Declaration,
        reference: Reference,
        exchange: Exchange,
        options: TaxOptions,
    ) -> None:
        self.declaration, self.reference = declaration, reference
        self.exchange, self.options = exchange, options
        self.problems: list[Problem] = []
        self.prices = [self._price(line) for line in declaration.goods]

    def values(self) -> list[Value]:
        """The value of every line before rounding."""
        unknown = [Value(None) for _ in self.prices]
        declaration = self.declaration
        table = _IMPORT if declaration.is_import else _EXPORT
        signs = table.get(declaration.price_terms)
        if signs is None:
            self.problems.append(kinds.TERMS.at("DecHead.TransMode", found=self._terms))
            return unknown
        if self._is_repaired_abroad:
            self.problems.append(kinds.REPAIR.at("DecHead.TradeMode"))
            return [self._sum(price, _NOTHING, ONE, ()) for price in self.prices]
        freight = self._freight(signs[0])
        others = self._parts(declaration.other_charges, _OTHER, 1)
        rate, insurance = self._insurance(signs[1], freight)
        if freight is None or others is None or insurance is None:
            return unknown
        denominator = EXACT.subtract(ONE, rate)
        if denominator <= 0:
            self._incomplete(_INSURANCE, declaration.insurance)
            return unknown
        return [
            self._sum(price, other, denominator, (part, premium))
            for price, part, premium, other in zip(
                self.prices, freight, insurance, others, strict=True
            )
        ]

    @property
    def _terms(self) -> str:
        return self.reference.name("trans_mode", self.declaration.price_terms)

    @property
    def _is_repaired_abroad(self) -> bool:
        found = self.declaration
        levied = all(line.duty_mode in ("", "1") for line in found.goods)
        return found.is_import and found.trade_mode == _REPAIR and levied

    def _price(self, line: Goods) -> _Part | None:
        """A line's declared price in CNY."""
        if line.total is None or not line.currency:
            self.problems.append(kinds.PRICE.at(f"{line.path}.DeclTotal", line=line.number))
            return None
        rate = self.exchange.rate(line.currency, f"{line.path}.TradeCurr")
        if rate is None:
            return None
        cny = product(line.total, rate)
        text = f"{money(line.total)} {line.currency}"
        if line.currency != "CNY":
            text += f" × {shown(rate)} = {shown(cny)} CNY"
        return _Part(cny, Words(f"货价 {text}", f"Price {text}"))

    @staticmethod
    def _sum(
        price: _Part | None, other: _Part, denominator: Decimal, parts: tuple[_Part, ...]
    ) -> Value:
        """(price + freight [+ insurance]) ÷ (1 − insurance rate) + other charges."""
        if price is None:
            return Value(None)
        base = price.cny
        for part in parts:
            base = EXACT.add(base, part.cny)
        numerator = EXACT.add(base, product(other.cny, denominator))
        steps = [p.words for p in (price, *parts, other) if p.words]
        return Value(numerator, denominator, steps)

    # -- charges: a part per line, or None when one cannot be known --------------------------

    def _freight(self, sign: int) -> list[_Part] | None:
        if not sign:
            return self._none()
        if not self.declaration.freight.is_given:
            verb = "加上" if sign > 0 else "扣除"
            path = "DecHead.FeeRate"
            self.problems.append(kinds.FREIGHT.at(path, terms=self._terms, sign=verb))
            return None
        return self._parts(self.declaration.freight, _FREIGHT, sign)

    def _insurance(
        self, sign: int, freight: list[_Part] | None
    ) -> tuple[Decimal, list[_Part] | None]:
        """(rate i of the divisor 1 − i, a part per line). A rate on an import is in the divisor."""
        charge = self.declaration.insurance
        if not sign:
            return ZERO, self._none()
        if not charge.is_given:
            return ZERO, self._assumed(sign, freight)
        if sign > 0 and charge.mark == RATE and charge.amount is not None:
            rate = EXACT.divide(charge.amount, _HUNDRED)
            text = f" ÷ (1 − {percent(rate)})"
            words = Words(
                f"保险费率 {percent(rate)}：(货价 + 运费){text}",
                f"Insurance rate {percent(rate)}: (price + freight){text}",
            )
            return rate, [_Part(ZERO, words) for _ in self.prices]
        return ZERO, self._parts(charge, _INSURANCE, sign)

    def _assumed(self, sign: int, freight: list[_Part] | None) -> list[_Part] | None:
        """保费 unknown: the dated share of price and freight."""
        path = "DecHead.InsurRate"
        rate = self.reference.parameters.get("default_insurance_rate")
        if rate is None:
            self.problems.append(
                kinds.PARAMETER.at(
                    path,
                    key="default_insurance_rate",
                    on=self.reference.on,
                    effect="保费没有填写，计税价格算不出",
                    effect_en="the insurance is missing and no value can be computed",
                )
            )
            return None
        shown_rate = f"{shown(rate * 1000)}‰"
        self.problems.append(
            kinds.INSURANCE_ASSUMED.at(path, terms=self._terms, rate=shown_rate)
        )
        found = []
        for price, part in zip(self.prices, freight or self._none(), strict=True):
            # an export price contains the freight already
            base = (price.cny if price else ZERO) + (part.cny if sign > 0 else ZERO)
            premium = product(base, rate)
            text = f"{shown(base)} × {shown_rate} = {shown(premium)} CNY"
            words = Words(f"保费（估）{text}", f"Insurance (assumed) {text}")
            found.append(_Part(premium * sign, words))
        return found

    def _none(self) -> list[_Part]:
        return [_NOTHING] * len(self.prices)

    def _parts(self, charge: Charge, name: _Name, sign: int) -> list[_Part] | None:
        """Each line's part of a declared charge."""
        if not charge.is_given:
            return self._none()
        if charge.amount is None or charge.mark not in (RATE, PER_TONNE, TOTAL):
            self._incomplete(name, charge)
            return None
        if charge.mark == RATE:
            return self._by_rate(EXACT.divide(charge.amount, _HUNDRED), name, sign)
        if not charge.currency:
            self._incomplete(name, charge)
            return None
        total: Decimal | None = charge.amount
        if charge.mark == PER_TONNE:
            total = self._per_tonne(charge.amount)
        rate = self.exchange.rate(charge.currency, f"DecHead.{name.prefix}Curr")
        if total is None or rate is None:
            return None
        return self._apportioned(total, charge.currency, rate, name, sign)

    def _incomplete(self, name: _Name, charge: Charge) -> None:
        path = f"DecHead.{name.prefix}Rate"
        facts = {"what": name.zh, "what_en": name.en.capitalize(), "mark": charge.mark or "-"}
        self.problems.append(kinds.CHARGE.at(path, **facts))

    def _by_rate(self, rate: Decimal, name: _Name, sign: int) -> list[_Part]:
        found = []
        for price in self.prices:
            cny = product(price.cny, rate) if price else ZERO
            text = f"{percent(rate)} = {shown(cny)} CNY"
            words = Words(
                f"{_verb(sign)[0]}{name.zh} 货价 × {text}",
                f"{_verb(sign)[1]} {name.en}: price × {text}",
            )
            found.append(_Part(cny * sign, words))
        return found

    def _per_tonne(self, amount: Decimal) -> Decimal | None:
        """A price per tonne times the gross weight, in 分 of its currency."""
        weight = self.declaration.gross_weight
        if weight is None:
            self.problems.append(kinds.GROSS_WEIGHT.at("DecHead.GrossWet"))
            return None
        return rounded(EXACT.divide(product(amount, weight), Decimal(1000)))

    def _apportioned(
        self, total: Decimal, currency: str, rate: Decimal, name: _Name, sign: int
    ) -> list[_Part] | None:
        weights, by = self._weights(name)
        if weights is None or sum(weights) <= 0:
            return None
        whole = sum(weights, ZERO)
        found = []
        for part, weight in zip(shared(total, weights), weights, strict=True):
            cny = product(part, rate)
            text = self._whole(total, currency, name)
            if len(weights) > 1:
                text += f" × {shown(weight)} ÷ {shown(whole)} = {money(part)} {currency}"
            if currency != "CNY":
                text += f" × {shown(rate)} = {shown(cny)} CNY"
            note = (f"（{by.zh}）", f" ({by.en})") if len(weights) > 1 else ("", "")
            zh, en = _verb(sign)
            words = Words(f"{zh}{name.zh}{note[0]} {text}", f"{en} {name.en}{note[1]} {text}")
            found.append(_Part(cny * sign, words))
        return found

    def _whole(self, total: Decimal, currency: str, name: _Name) -> str:
        """The amount that is shared out; a price per tonne with the weight it was multiplied by."""
        charge, weight = self.declaration.freight, self.declaration.gross_weight
        if name is _FREIGHT and charge.mark == PER_TONNE and charge.amount and weight:
            tonnes = shown(EXACT.divide(weight, Decimal(1000)))
            return f"{shown(charge.amount)} {currency} × {tonnes} t = {money(total)} {currency}"
        return f"{money(total)} {currency}"

    def _weights(self, name: _Name) -> tuple[list[Decimal] | None, Words]:
        """What a charge is shared out by: the value of the lines, or their weight."""
        if name is _FREIGHT and self.options.freight_by == "weight":
            weights = [kilograms(line) for line in self.declaration.goods]
            known = [weight for weight in weights if weight is not None]
            if len(known) == len(weights) and sum(known) > 0:
                return known, Words("按重量分摊", "by weight")
            line = next(
                (g for g, w in zip(self.declaration.goods, weights, strict=True) if w is None),
                self.declaration.goods[0],
            )
            path = f"{line.path}.FirstQty"
            self.problems.append(kinds.LINE_WEIGHTS.at(path, line=line.number))
        prices = [price.cny for price in self.prices if price]
        by = Words("按货值分摊", "by value")
        return (prices if len(prices) == len(self.prices) else None), by


def _verb(sign: int) -> Words:
    return Words("加", "Plus") if sign > 0 else Words("减", "Less")
