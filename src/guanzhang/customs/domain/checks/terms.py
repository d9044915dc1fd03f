"""Terms and amounts: charges against the price terms, unit price against total, prices of the past."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, pstdev

from guanzhang.customs.domain.checks.context import Context, PastPrice
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    FORM_RULES,
    PRACTICE,
    WARNING,
    Problems,
    as_warning,
    kilos_of,
    line_of,
    total_of,
)
from guanzhang.customs.domain.declaration import Charge, Declaration, Goods
from guanzhang.kernel.problem import Kind, Problem

NEEDED_FREIGHT = Kind(
    "CUS-T01",
    ERROR,
    "成交方式 {terms} 的价格不含运费，应填运费，请补填。",
    "The price terms {terms} do not include the freight: fill it in.",
    FORM_RULES,
)
NEEDED_FREIGHT_OUT = Kind(
    "CUS-T01",
    ERROR,
    "成交方式 {terms} 的出口价格含运费，应填运费，请补填。",
    "The export price with terms {terms} includes the freight: fill it in.",
    FORM_RULES,
)
BLANK_FREIGHT = Kind(
    "CUS-T01",
    ERROR,
    "成交方式 {terms} 不填运费，现有运费 {found}，请删除或改正成交方式。",
    "With price terms {terms} the freight stays blank, found {found}; remove it or correct the terms.",
    FORM_RULES,
)
BLANK_INSURANCE = Kind(
    "CUS-T01",
    ERROR,
    "成交方式 {terms} 不填保费，现有保费 {found}，请删除或改正成交方式。",
    "With price terms {terms} the insurance stays blank, found {found}; remove it or correct the terms.",
    FORM_RULES,
)
NEEDED_INSURANCE = Kind(
    "CUS-T01b",
    WARNING,
    "成交方式 {terms} 应填保费；运费与保费合并填在运费栏的请确认，否则请补填。",
    "Price terms {terms} call for the insurance; confirm that it is included in the freight, or fill "
    "it in.",
    FORM_RULES,
)
CHARGE_CURRENCY = Kind(
    "CUS-T02",
    ERROR,
    "{what}按单价或总价填写时必须填币制，请补填。",
    "A charge given as unit price or total needs its currency ({what}); fill it in.",
    FORM_RULES,
)
CHARGE_NO_CURRENCY = Kind(
    "CUS-T02",
    ERROR,
    "{what}按率填写时不填币制，现为 {found}，请删除。",
    "A charge given as a rate has no currency ({what}), found {found}; remove it.",
    FORM_RULES,
)
CHARGE_RATE = Kind(
    "CUS-T02",
    ERROR,
    "{what}率应大于 0 小于 100（单位 %），现为 {found}，请改正。",
    "A rate lies between 0 and 100 percent ({what}), found {found}; correct it.",
    FORM_RULES,
)
CHARGE_AMOUNT = Kind(
    "CUS-T02",
    ERROR,
    "{what}的金额未填或不是数字，请补填。",
    "The amount of the charge is missing or no number ({what}); fill it in.",
    FORM_RULES,
)
CHARGE_MARK = Kind(
    "CUS-T02",
    ERROR,
    "{what}的费用标志应为 {expected}，现为“{found}”，请改正。",
    "The mark of the charge ({what}) must be {expected}, found “{found}”; correct it.",
    FORM_RULES,
)
USUAL_INSURANCE = Kind(
    "CUS-T03",
    WARNING,
    "保费率一般为 {expected}（%），现为 {found}，请核对。",
    "The insurance rate is usually {expected} %, found {found}; check it.",
    PRACTICE,
)
FREIGHT_SHARE = Kind(
    "CUS-T03",
    WARNING,
    "运费占货值的 {found}%，超过 {limit}%，请核对运费和币制。",
    "The freight is {found} % of the goods value, more than {limit} %; check amount and currency.",
    PRACTICE,
)
PRODUCT = Kind(
    "CUS-T04",
    ERROR,
    "第 {line} 项：数量 {quantity} × 单价 {price} = {expected}，总价填为 {found}，请核对三者。",
    "Line {line}: quantity {quantity} × price {price} = {expected}, but the total is {found}; check "
    "all three.",
    PRACTICE,
)
CURRENCIES = Kind(
    "CUS-T05",
    WARNING,
    "第 {line} 项的币制 {found} 与第 1 项的 {expected} 不同，请核对。",
    "Line {line} is in {found}, the first line in {expected}; check them.",
    PRACTICE,
)
UNUSUAL_PRICE = Kind(
    "CUS-T06",
    WARNING,
    "第 {line} 项单价 {found} 与过去 12 个月的均价 {expected}（{count} 次）相差 {share}%，请核对。",
    "Line {line}: the price {found} differs by {share} % from the average {expected} of 12 months "
    "({count} times); check it.",
    PRACTICE,
)
KILO_PRICE = Kind(
    "CUS-T07",
    WARNING,
    "第 {line} 项每千克 {found} 美元，参考区间为 {low} 至 {high}，请核对价格和重量。",
    "Line {line} costs {found} USD per kilogram; the reference range is {low} to {high}. Check price "
    "and weight.",
    PRACTICE,
)

_REQUIRED, _BLANK = "required", "blank"
# terms → (freight, insurance); EXW, 5 and 6 are not confirmed
_IMPORT: Mapping[str, tuple[str, str]] = {
    "1": (_BLANK, _BLANK),
    "2": (_BLANK, _REQUIRED),
    "3": (_REQUIRED, _REQUIRED),
    "4": (_REQUIRED, _BLANK),
    "7": (_REQUIRED, _REQUIRED),
}
_EXPORT: Mapping[str, tuple[str, str]] = {
    "1": (_REQUIRED, _REQUIRED),
    "2": (_REQUIRED, _BLANK),
    "3": (_BLANK, _BLANK),
    "4": (_BLANK, _REQUIRED),
    "7": (_BLANK, _BLANK),
}
_FIRM = frozenset("1234")
_LEAST = Decimal("0.01")
_ROUNDING = Decimal("0.00005")
_HUNDRED = Decimal(100)
_ENOUGH = 3  # prices before an average says something


def charges_and_terms(declaration: Declaration, context: Context) -> Problems:
    """T01, T01b."""
    matrix = _IMPORT if declaration.is_import else _EXPORT
    freight, insurance = matrix.get(declaration.price_terms, ("", ""))
    for problem in _charges(declaration, context, freight, insurance):
        yield problem if declaration.price_terms in _FIRM else as_warning(problem)


def _charges(
    declaration: Declaration, context: Context, freight: str, insurance: str
) -> Iterator[Problem]:
    terms = context.reference.name("trans_mode", declaration.price_terms)
    if freight == _REQUIRED and not declaration.freight.is_given:
        kind = NEEDED_FREIGHT if declaration.is_import else NEEDED_FREIGHT_OUT
        yield kind.at("DecHead.FeeRate", terms=terms)
    if freight == _BLANK and declaration.freight.is_given:
        yield BLANK_FREIGHT.at(
            "DecHead.FeeRate", terms=terms, found=_shown(declaration.freight)
        )
    if insurance == _REQUIRED and not declaration.insurance.is_given:
        yield NEEDED_INSURANCE.at("DecHead.InsurRate", terms=terms)
    if insurance == _BLANK and declaration.insurance.is_given:
        yield BLANK_INSURANCE.at(
            "DecHead.InsurRate", terms=terms, found=_shown(declaration.insurance)
        )


def _shown(charge: Charge) -> str:
    amount = format(charge.amount, "f") if charge.amount is not None else ""
    return "/".join((charge.currency, amount, charge.mark))


def charges(declaration: Declaration, _context: Context) -> Problems:
    """T02."""
    for prefix, what, charge, marks in (
        ("Fee", "运费", declaration.freight, "123"),
        ("Insur", "保费", declaration.insurance, "13"),
        ("Other", "杂费", declaration.other_charges, "13"),
    ):
        if charge.is_given:
            yield from _charge(f"DecHead.{prefix}", what, charge, marks)


def _charge(place: str, what: str, charge: Charge, marks: str) -> Iterator[Problem]:
    if charge.mark not in tuple(marks):
        yield CHARGE_MARK.at(
            f"{place}Mark", what=what, expected="/".join(marks), found=charge.mark
        )
        return
    amount = charge.amount
    if amount is None:
        yield CHARGE_AMOUNT.at(f"{place}Rate", what=what)
    if charge.mark == "1":
        if charge.currency:
            yield CHARGE_NO_CURRENCY.at(f"{place}Curr", what=what, found=charge.currency)
        if amount is not None and not _is_rate(amount, negative=what == "杂费"):
            yield CHARGE_RATE.at(f"{place}Rate", what=what, found=amount)
    elif not charge.currency:
        yield CHARGE_CURRENCY.at(f"{place}Curr", what=what)


def _is_rate(amount: Decimal, *, negative: bool) -> bool:
    return 0 < (abs(amount) if negative else amount) < _HUNDRED


def charge_sizes(declaration: Declaration, context: Context) -> Problems:
    """T03."""
    insurance, limits = declaration.insurance, context.limits
    if insurance.mark == "1" and insurance.amount not in (None, limits.insurance_percent):
        yield USUAL_INSURANCE.at(
            "DecHead.InsurRate", expected=limits.insurance_percent, found=insurance.amount
        )
    share = _freight_share(declaration, context)
    if share is not None and not 0 <= share <= limits.freight_share:
        yield FREIGHT_SHARE.at(
            "DecHead.FeeRate",
            found=(share * 100).quantize(_LEAST),
            limit=(limits.freight_share * 100).normalize(),
        )


def _freight_share(declaration: Declaration, context: Context) -> Decimal | None:
    """Freight as a fraction of the goods value; None where it cannot be known."""
    charge, amount = declaration.freight, declaration.freight.amount
    if amount is None:
        return None
    if charge.mark == "1":
        return amount / 100
    value = total_of(declaration)
    if charge.mark == "2":
        if declaration.gross_weight is None:
            return None
        amount = amount * declaration.gross_weight / 1000
    if not value:
        return None
    rate = _cross_rate(charge.currency, declaration.currencies[0], context)
    return None if rate is None else amount * rate / value


def _cross_rate(currency: str, target: str, context: Context) -> Decimal | None:
    if currency == target:
        return Decimal(1)
    found = context.reference.exchange_rate(currency, context.on)
    wanted = context.reference.exchange_rate(target, context.on)
    return found / wanted if found and wanted else None


def products(declaration: Declaration, _context: Context) -> Problems:
    """T04."""
    for line in declaration.goods:
        quantity, price, total = line.quantity, line.price, line.total
        if quantity is None or price is None or total is None:
            continue
        product = quantity * price
        if abs(product - total) > max(_LEAST, quantity * _ROUNDING):
            yield PRODUCT.at(
                f"{line.path}.DeclTotal",
                line=line_of(line.path),
                quantity=quantity,
                price=price,
                expected=product.quantize(_LEAST, ROUND_HALF_UP),
                found=total,
            )


def currencies(declaration: Declaration, _context: Context) -> Problems:
    """T05."""
    if len(declaration.currencies) < 2:
        return
    first = declaration.currencies[0]
    for line in declaration.goods:
        if line.currency and line.currency != first:
            yield CURRENCIES.at(
                f"{line.path}.TradeCurr",
                line=line_of(line.path),
                found=line.currency,
                expected=first,
            )


def past_prices(declaration: Declaration, context: Context) -> Problems:
    """T06."""
    if not context.prices:
        return
    for line in declaration.goods:
        past = context.prices.get((line.hs_code, line.origin, line.name))
        if past and line.price:
            yield from _against(line, line.price, past, context)


def _against(
    line: Goods, price: Decimal, past: tuple[PastPrice, ...], context: Context
) -> Iterator[Problem]:
    prices = [p.price for p in past if p.currency == line.currency and p.unit == line.unit]
    if len(prices) < _ENOUGH or not (average := mean(prices)):
        return
    share = abs(price - average) / average
    spread = pstdev(prices)
    far = bool(spread) and abs(price - average) / spread > context.limits.price_deviation_z
    # Prices that never moved have a tiny spread; a few percent are nothing to ask about.
    if share > context.limits.price_deviation or (far and share > Decimal("0.05")):
        yield UNUSUAL_PRICE.at(
            f"{line.path}.DeclPrice",
            line=line_of(line.path),
            found=price,
            expected=average.quantize(Decimal("0.0001")),
            count=len(prices),
            share=(share * 100).quantize(Decimal("0.1")),
        )


def kilo_prices(declaration: Declaration, context: Context) -> Problems:
    """T07."""
    for line in declaration.goods:
        bounds = context.kilo_prices.get(line.hs_code)
        kilos = kilos_of(line) if bounds else None
        if bounds is None or not kilos or line.total is None:
            continue
        rate = _cross_rate(line.currency, "USD", context)
        if rate is None:
            continue
        found = (line.total * rate / kilos).quantize(Decimal("0.0001"))
        if not bounds[0] <= found <= bounds[1]:
            yield KILO_PRICE.at(
                f"{line.path}.DeclPrice",
                line=line_of(line.path),
                found=found,
                low=bounds[0],
                high=bounds[1],
            )
