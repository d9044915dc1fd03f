"""The taxes of one line: duty, trade measures, consumption tax, VAT, each with its working."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from guanzhang.customs.domain.declaration import Declaration, Goods
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
    shown,
)
from guanzhang.customs.domain.tax.choice import (
    Basis,
    choose_export_rate,
    choose_rate,
    label,
    with_units,
)
from guanzhang.customs.domain.tax.claims import Claim, Claims
from guanzhang.customs.domain.tax.exchange import Exchange
from guanzhang.customs.domain.tax.options import TaxOptions
from guanzhang.customs.domain.tax.origins import SPECIAL, agreement_members, origin_class
from guanzhang.customs.domain.tax.remedies import Remedy, proof_needed, remedies_of, unproven
from guanzhang.customs.domain.tax.sheet import (
    Column,
    LineTax,
    RateChoice,
    Tax,
    TaxKind,
    Treatment,
    Words,
)
from guanzhang.customs.domain.tax.treatment import factor, treatment_of
from guanzhang.customs.domain.tax.units import quantity_in
from guanzhang.customs.domain.tax.valuation import Value
from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain.tariff import Rate, TariffLine
from guanzhang.reference.domain.view import Reference

_DUTIES = frozenset({TaxKind.DUTY, TaxKind.ADDITIONAL, TaxKind.SAFEGUARD})
_REMEDIES = frozenset({TaxKind.ANTI_DUMPING, TaxKind.COUNTERVAILING})
_BEER, _TONNE = "2203", "070"
_NO_VALUE = Words("计税价格未知，税额算不出", "The duty value is not known: no amount")
_NO_RATE = Words("税率未知，税额算不出", "The rate is not known: no amount")
_NO_QUANTITY = Words(
    "缺从量计征的数量或汇率，税额算不出", "A quantity or exchange rate is missing: no amount"
)
_NO_BASE = Words("前面的税额未知，本税算不出", "A tax before this one is not known: no amount")


@dataclass(frozen=True, slots=True)
class Setting:
    """What all lines of a declaration have in common. ``unit`` rounds the duty value."""

    declaration: Declaration
    reference: Reference
    exchange: Exchange
    options: TaxOptions
    claims: Claims
    unit: Decimal


@dataclass(frozen=True, slots=True)
class _Amount:
    """An exact amount and its formula; ``exact`` None with the reason in ``words``."""

    exact: Decimal | None
    words: Words


class LineWork:
    """Computes one line; what it has to say stands in ``problems``."""

    def __init__(self, line: Goods, value: Value, setting: Setting) -> None:
        self.line, self.setting = line, setting
        self.problems: list[Problem] = []
        self.taxes: list[Tax] = []
        self.exact = value
        self.steps = list(value.steps)
        self.value = value.rounded(setting.unit)
        self.treatment = Treatment.LEVIED
        self.claim = setting.claims.of(line)

    def result(self) -> LineTax:
        """The line of the sheet."""
        declaration, reference = self.setting.declaration, self.setting.reference
        self.treatment, said = treatment_of(self.line, declaration.levy_kind, reference)
        self.problems += said
        tariff = reference.tariff(self.line.hs_code) if self.line.hs_code else None
        choice: RateChoice | None = None
        if tariff is None:
            facts = {"line": self.line.number, "found": self.line.hs_code or "—"}
            self.problems.append(kinds.NO_TARIFF.at(f"{self.line.path}.CodeTS", **facts))
            self._close_value(None)
        elif declaration.is_import:
            self._close_value(None)
            choice = self._import(tariff)
        else:
            choice = self._export(tariff)
        if choice is not None and "/" in choice.words.zh:
            words = Words(*(with_units(text, reference) for text in choice.words))
            choice = replace(choice, words=words)
        return LineTax(
            self.line.path,
            self.line.number,
            self.line.hs_code,
            self.line.name,
            self.line.origin,
            self.value,
            tuple(self.steps),
            choice,
            self.treatment,
            tuple(self.taxes),
        )

    def _close_value(self, export_duty: Rate | None) -> None:
        """Round the value and say so; an export price contains its duty, which is taken out (29)."""
        if self.exact.numerator is None:
            return
        text = f" ÷ {shown(self.exact.denominator)}" if self.exact.denominator != ONE else ""
        if export_duty is not None:
            part = self._specific(export_duty, "出口关税")
            if part is None:
                self.value = None
                return
            self.exact.numerator = EXACT.subtract(
                self.exact.numerator, product(part[0], self.exact.denominator)
            )
            share = EXACT.add(ONE, export_duty.ad_valorem)
            self.exact.denominator = product(self.exact.denominator, share)
            text += (
                f" ÷ (1 + {percent(export_duty.ad_valorem)})" if export_duty.ad_valorem else ""
            )
            self.value = self.exact.rounded(self.setting.unit)
        if self.value is None:
            return
        formula = f"{shown(self.exact.numerator)}{text} → {money(self.value)} CNY"
        self.steps.append(Words(f"计税价格 {formula}", f"Duty value {formula}"))

    # -- import ---------------------------------------------------------------------------------

    def _import(self, tariff: TariffLine) -> RateChoice:
        line, reference = self.line, self.setting.reference
        choice = self._choose(tariff)
        remedies: list[Remedy]
        if line.origin in ("", "ZZZ") or line.number in self.setting.options.unproven:
            choice, remedies, said = unproven(line, tariff, choice, reference, self._cost)
            self.problems += said
        else:
            remedies, said = remedies_of(
                line, self.setting.declaration.overseas_name, self.claim, reference
            )
            self.problems += said
            self.problems += proof_needed(line, self.claim, reference)
        self._add(
            TaxKind.DUTY, self.value, choice.rate, self._ad_valorem(choice.rate, TaxKind.DUTY)
        )
        for remedy in remedies:
            found = self._ad_valorem(remedy.rate, remedy.kind)
            self._add(remedy.kind, self.value, remedy.rate, found, remedy.words)
        self._consumption(tariff)
        self._vat(tariff)
        self._waived()
        return choice

    def _choose(self, tariff: TariffLine) -> RateChoice:
        line, path = self.line, self.line.path
        on = self.setting.reference.on
        basis = self._basis(tariff, origin_class(line.origin, on, self.setting.options))
        choice = choose_rate(tariff, basis, self._cost)
        if choice.rate is not None:
            return choice
        if choice.column is not Column.NONE:
            facts = {"line": line.number, "code": line.hs_code, "column": choice.column.zh}
            self.problems.append(kinds.NO_RATE.at(f"{path}.CodeTS", **facts))
        elif basis.origin_class == "blank":
            self.problems.append(kinds.NO_ORIGIN.at(f"{path}.OriginCountry", line=line.number))
        elif choice.article == "12":
            name = self.setting.reference.name("country", line.origin)
            facts = {"line": line.number, "name": name, "origin": line.origin,
                     "mfn": self._label(tariff.mfn), "general": self._label(tariff.general)}  # fmt: skip
            self.problems.append(kinds.ORIGIN_STATUS.at(f"{path}.OriginCountry", **facts))
        else:
            first = basis.agreement_rate if basis.agreement_rate is not None else tariff.special
            second = tariff.provisional if tariff.provisional is not None else tariff.mfn
            facts = {
                "line": line.number,
                "first": self._label(first),
                "second": self._label(second),
            }
            self.problems.append(kinds.COMPARE.at(f"{path}.FirstQty", **facts))
        return choice

    def _basis(self, tariff: TariffLine, of_origin: str) -> Basis:
        """What the claims of the line amount to; a claim that does not hold is said and left out."""
        claim, code = self.claim, self.claim.agreement
        in_quota = claim.in_quota and (tariff.quota is not None or "t" in tariff.supervision)
        if "t" in tariff.supervision and not claim.in_quota:
            facts = {"line": self.line.number, "code": self.line.hs_code}
            self.problems.append(kinds.QUOTA.at(f"{self.line.path}.CodeTS", **facts))
        if not code:
            return Basis(of_origin, in_quota=in_quota)
        rate = tariff.special if code == SPECIAL else self._agreement_rate(tariff, claim)
        members = agreement_members().get(code)
        path = f"{self.line.path}.OriginCountry"
        name = self.setting.reference.name("fta_agreement", code)
        shown_name = name if name == code else f"{code} {name}"
        if members is not None and not {self.line.origin, claim.place} & members:
            facts = {
                "line": self.line.number,
                "agreement": shown_name,
                "origin": self.line.origin or "—",
            }
            self.problems.append(kinds.AGREEMENT_MEMBER.at(path, **facts))
            return Basis(of_origin, in_quota=in_quota)
        if rate is None:
            facts = {
                "line": self.line.number,
                "agreement": shown_name,
                "code": self.line.hs_code,
            }
            self.problems.append(kinds.AGREEMENT_RATE.at(path, **facts))
            return Basis(of_origin, in_quota=in_quota)
        if code == SPECIAL:
            return Basis(of_origin, is_special=True, in_quota=in_quota)
        return Basis(of_origin, code, shown_name, rate, in_quota=in_quota)

    def _label(self, rate: Rate | None) -> str:
        return with_units(label(rate), self.setting.reference)

    @staticmethod
    def _agreement_rate(tariff: TariffLine, claim: Claim) -> Rate | None:
        """An agreement may have rates by member ("22:JPN") beside or instead of one for all."""
        code = claim.agreement
        own = tariff.agreements.get(f"{code}:{claim.place}")
        return own if own is not None else tariff.agreements.get(code)

    # -- amounts -------------------------------------------------------------------------------

    def _cost(self, rate: Rate) -> Decimal | None:
        """What the line would pay at a rate, unrounded; None when it cannot be known."""
        if rate.ad_valorem and self.value is None:
            return None
        found = product(self.value or ZERO, rate.ad_valorem)
        if not rate.is_specific:
            return found
        quantity = quantity_in(self.line, rate.unit)
        fx = self.setting.exchange.rate(rate.currency, f"{self.line.path}.CodeTS")
        if quantity is None or fx is None:
            return None
        return EXACT.add(found, product(quantity, rate.specific, fx))

    def _specific(self, rate: Rate, tax: str) -> tuple[Decimal, str] | None:
        """(quantity × amount in CNY, formula); zero without a specific part; None when unknown."""
        if not rate.is_specific:
            return ZERO, ""
        quantity = quantity_in(self.line, rate.unit)
        unit = self.setting.reference.name("unit", rate.unit)
        if quantity is None:
            facts = {"line": self.line.number, "unit": unit, "tax": tax}
            self.problems.append(kinds.UNIT.at(f"{self.line.path}.FirstQty", **facts))
            return None
        fx = self.setting.exchange.rate(rate.currency, f"{self.line.path}.CodeTS")
        if fx is None:
            return None
        foreign = "" if rate.currency == "CNY" else f" {rate.currency} × {shown(fx)}"
        text = f"{shown(quantity)} {unit} × {shown(rate.specific)}{foreign}"
        return product(quantity, rate.specific, fx), text

    def _ad_valorem(self, rate: Rate | None, kind: TaxKind) -> _Amount:
        """Value × percentage + quantity × amount (art. 23)."""
        if rate is None:
            return _Amount(None, _NO_RATE)
        if rate.ad_valorem and self.value is None:
            return _Amount(None, _NO_VALUE)
        specific = self._specific(rate, kind.zh)
        if specific is None:
            return _Amount(None, _NO_QUANTITY)
        terms = []
        if rate.ad_valorem or not rate.is_specific:
            if self.value is None:
                return _Amount(None, _NO_VALUE)
            terms.append(f"{money(self.value)} × {percent(rate.ad_valorem)}")
        if specific[1]:
            terms.append(specific[1])
        exact = EXACT.add(product(self.value or ZERO, rate.ad_valorem), specific[0])
        return _Amount(exact, Words(" + ".join(terms), " + ".join(terms)))

    def _consumption(self, tariff: TariffLine) -> None:
        """Arts. 5 and 9: composed price (V + duty + q×s) ÷ (1 − r); duty includes additional duties."""
        rate = self._beer(tariff.consumption) if tariff.consumption is not None else None
        if tariff.consumption is None:
            return
        kind = TaxKind.CONSUMPTION
        if rate is None:
            self._add(kind, None, None, _Amount(None, _NO_RATE))
            return
        specific = self._specific(rate, kind.zh)
        if specific is None:
            self._add(kind, None, rate, _Amount(None, _NO_QUANTITY))
            return
        if not rate.ad_valorem:
            text = specific[1] or "0"
            self._add(kind, None, rate, _Amount(specific[0], Words(text, text)))
            return
        duties = self._before(_DUTIES)
        if self.value is None or duties is None:
            self._add(kind, None, rate, _Amount(None, _NO_BASE))
            return
        if any(tax.kind in _REMEDIES for tax in self.taxes):
            path = f"{self.line.path}.CodeTS"
            self.problems.append(kinds.CONSUMPTION_BASE.at(path, line=self.line.number))
        composed = EXACT.add(EXACT.add(self.value, duties), specific[0])
        rest = EXACT.subtract(ONE, rate.ad_valorem)
        base = quotient(composed, rest)
        exact = EXACT.add(quotient(product(composed, rate.ad_valorem), rest), specific[0])
        parts = f"{money(self.value)} + {money(duties)}" + (
            f" + {money(rounded(specific[0]))}" if specific[1] else ""
        )
        composed_text = f"({parts}) ÷ (1 − {percent(rate.ad_valorem)}) = {money(rounded(base))}"
        text = f"{money(rounded(base))} × {percent(rate.ad_valorem)}" + (
            f" + {specific[1]}" if specific[1] else ""
        )
        self._add(
            kind,
            rounded(base),
            rate,
            _Amount(exact, Words(text, text)),
            Words(f"组成计税价格 {composed_text}", f"Composed price {composed_text}"),
        )

    def _beer(self, rate: Rate) -> Rate | None:
        """Beer has two specific rates by its value per tonne; both are dated parameters."""
        parameters = self.setting.reference.parameters
        limit = parameters.get("beer_price_limit")
        high, low = parameters.get("beer_high_rate"), parameters.get("beer_low_rate")
        is_beer = self.line.hs_code.startswith(_BEER) and rate.unit == _TONNE
        if not is_beer or limit is None or high is None or low is None:
            return rate
        tonnes = quantity_in(self.line, _TONNE)
        dollar = self.setting.exchange.rate("USD", f"{self.line.path}.CodeTS")
        if self.value is None or not tonnes or dollar is None:
            return None
        is_high = self.value >= product(limit, dollar, tonnes)
        return Rate(ZERO, high if is_high else low, "CNY", _TONNE)

    def _vat(self, tariff: TariffLine) -> None:
        """增值税法 art. 14: (value + duties + consumption tax) × rate."""
        if tariff.vat is None:
            facts = {"line": self.line.number, "code": self.line.hs_code}
            self.problems.append(kinds.NO_VAT.at(f"{self.line.path}.CodeTS", **facts))
            self._add(TaxKind.VAT, None, None, _Amount(None, _NO_RATE))
            return
        rate = Rate(tariff.vat)
        before = self._before(frozenset(TaxKind))
        if self.value is None or before is None:
            self._add(TaxKind.VAT, None, rate, _Amount(None, _NO_BASE))
            return
        base = EXACT.add(self.value, before)
        parts = [
            money(t.payable or ZERO) if self._is_halved else money(t.amount or ZERO)
            for t in self.taxes
        ]
        text = f"({' + '.join((money(self.value), *parts))}) × {percent(tariff.vat)}"
        self._add(
            TaxKind.VAT, base, rate, _Amount(product(base, tariff.vat), Words(text, text))
        )

    # -- export --------------------------------------------------------------------------------

    def _export(self, tariff: TariffLine) -> RateChoice:
        choice = choose_export_rate(tariff)
        if choice is None or choice.rate is None:
            self._close_value(None)
            words = Words(
                "税则没有出口税率：不征出口关税；出口增值税零税率，消费税免征（增值税法第十条第四项）",
                "No export rate in the tariff: no export duty; VAT at zero, no consumption tax",
            )
            return RateChoice(Column.NONE, None, "", words)
        self._close_value(choice.rate)
        found = self._ad_valorem(choice.rate, TaxKind.EXPORT)
        self._add(TaxKind.EXPORT, self.value, choice.rate, found)
        return choice

    # -- the list of taxes ---------------------------------------------------------------------

    @property
    def _is_halved(self) -> bool:
        return self.treatment is Treatment.HALVED

    def _before(self, which: frozenset[TaxKind]) -> Decimal | None:
        """The taxes so far that enter a later base: as paid when halved, else by the tariff."""
        total = ZERO
        for tax in self.taxes:
            if tax.kind in which:
                amount = tax.payable if self._is_halved else tax.amount
                if amount is None:
                    return None
                total += amount
        return total

    def _add(
        self,
        kind: TaxKind,
        base: Decimal | None,
        rate: Rate | None,
        found: _Amount,
        *before: Words,
    ) -> None:
        share = factor(self.treatment, kind)
        if found.exact is None:
            payable = ZERO if share == 0 else None
            self.taxes.append(Tax(kind, base, rate, None, payable, (*before, found.words)))
            return
        amount = rounded(found.exact)
        payable = (
            None if share is None else amount if share == 1 else rounded(found.exact * share)
        )
        zh, en = found.words
        result = money(amount)
        steps = [*before, Words(f"{kind.zh} {zh} = {result}", f"{kind.en} {en} = {result}")]
        if payable is None or payable != amount:
            steps.append(self._treated(payable))
        self.taxes.append(Tax(kind, base, rate, amount, payable, tuple(steps)))

    def _treated(self, payable: Decimal | None) -> Words:
        treatment = self.treatment
        if payable is None:
            return Words(
                f"{treatment.zh}：应缴税额未定", f"{treatment.en.capitalize()}: not determined"
            )
        text = money(payable)
        return Words(
            f"{treatment.zh}：应缴 {text}", f"{treatment.en.capitalize()}: to pay {text}"
        )

    def _waived(self) -> None:
        """Under 全免, say what an approval may leave to pay: consumption tax and trade measures."""
        if self.treatment is not Treatment.EXEMPT or self.setting.declaration.manual_no:
            return
        rest = [t for t in self.taxes if t.kind not in (TaxKind.DUTY, TaxKind.VAT) and t.amount]
        if not rest:
            return
        total = sum((tax.amount or ZERO for tax in rest), ZERO)
        names: Sequence[str] = list(dict.fromkeys(tax.kind.zh for tax in rest))
        facts = {"line": self.line.number, "taxes": "、".join(names), "amount": money(total)}
        self.problems.append(kinds.EXEMPT_REST.at(f"{self.line.path}.DutyMode", **facts))
