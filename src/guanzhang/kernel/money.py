"""Money: an exact decimal amount of one currency.

Arithmetic never rounds and never mixes currencies. Rounding happens only where a rule says so,
and there it has a name: ``value.rounded(CENT)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact
from functools import total_ordering
from types import MappingProxyType

CENT = Decimal("0.01")  # 分
YUAN = Decimal(1)  # 元

# Python's default context silently rounds at 28 digits; this one raises instead.
_EXACT = Context(prec=80, traps=[Inexact])
_DIVIDE = Context(prec=80, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 code, the digits after its point, and its names."""

    code: str
    digits: int
    zh: str
    en: str

    @property
    def unit(self) -> Decimal:
        """The smallest coin: 0.01 for CNY, 1 for JPY, 0.001 for KWD."""
        return Decimal(1).scaleb(-self.digits)


# ISO 4217 codes and minor units; Chinese names as customs uses them. As of 2026-09.
_CURRENCIES = (
    Currency("CNY", 2, "人民币", "Chinese yuan"),
    Currency("USD", 2, "美元", "US dollar"),
    Currency("EUR", 2, "欧元", "Euro"),
    Currency("JPY", 0, "日本元", "Japanese yen"),
    Currency("HKD", 2, "港币", "Hong Kong dollar"),
    Currency("GBP", 2, "英镑", "Pound sterling"),
    Currency("AED", 2, "阿联酋迪拉姆", "UAE dirham"),
    Currency("ARS", 2, "阿根廷比索", "Argentine peso"),
    Currency("AUD", 2, "澳大利亚元", "Australian dollar"),
    Currency("BDT", 2, "孟加拉塔卡", "Bangladeshi taka"),
    Currency("BHD", 3, "巴林第纳尔", "Bahraini dinar"),
    Currency("BND", 2, "文莱元", "Brunei dollar"),
    Currency("BRL", 2, "巴西雷亚尔", "Brazilian real"),
    Currency("CAD", 2, "加拿大元", "Canadian dollar"),
    Currency("CHF", 2, "瑞士法郎", "Swiss franc"),
    Currency("CLP", 0, "智利比索", "Chilean peso"),
    Currency("COP", 2, "哥伦比亚比索", "Colombian peso"),
    Currency("CZK", 2, "捷克克朗", "Czech koruna"),
    Currency("DKK", 2, "丹麦克朗", "Danish krone"),
    Currency("DZD", 2, "阿尔及利亚第纳尔", "Algerian dinar"),
    Currency("EGP", 2, "埃及镑", "Egyptian pound"),
    Currency("HUF", 2, "匈牙利福林", "Hungarian forint"),
    Currency("IDR", 2, "印尼卢比", "Indonesian rupiah"),
    Currency("ILS", 2, "以色列新谢克尔", "Israeli new shekel"),
    Currency("INR", 2, "印度卢比", "Indian rupee"),
    Currency("IRR", 2, "伊朗里亚尔", "Iranian rial"),
    Currency("JOD", 3, "约旦第纳尔", "Jordanian dinar"),
    Currency("KHR", 2, "柬埔寨瑞尔", "Cambodian riel"),
    Currency("KRW", 0, "韩国圆", "South Korean won"),
    Currency("KWD", 3, "科威特第纳尔", "Kuwaiti dinar"),
    Currency("KZT", 2, "哈萨克斯坦坚戈", "Kazakhstani tenge"),
    Currency("LAK", 2, "老挝基普", "Lao kip"),
    Currency("LKR", 2, "斯里兰卡卢比", "Sri Lankan rupee"),
    Currency("MMK", 2, "缅元", "Myanmar kyat"),
    Currency("MNT", 2, "蒙古图格里克", "Mongolian tögrög"),
    Currency("MOP", 2, "澳门元", "Macanese pataca"),
    Currency("MXN", 2, "墨西哥比索", "Mexican peso"),
    Currency("MYR", 2, "马来西亚林吉特", "Malaysian ringgit"),
    Currency("NGN", 2, "尼日利亚奈拉", "Nigerian naira"),
    Currency("NOK", 2, "挪威克朗", "Norwegian krone"),
    Currency("NZD", 2, "新西兰元", "New Zealand dollar"),
    Currency("OMR", 3, "阿曼里亚尔", "Omani rial"),
    Currency("PEN", 2, "秘鲁索尔", "Peruvian sol"),
    Currency("PHP", 2, "菲律宾比索", "Philippine peso"),
    Currency("PKR", 2, "巴基斯坦卢比", "Pakistani rupee"),
    Currency("PLN", 2, "波兰兹罗提", "Polish złoty"),
    Currency("QAR", 2, "卡塔尔里亚尔", "Qatari riyal"),
    Currency("RUB", 2, "俄罗斯卢布", "Russian rouble"),
    Currency("SAR", 2, "沙特里亚尔", "Saudi riyal"),
    Currency("SEK", 2, "瑞典克朗", "Swedish krona"),
    Currency("SGD", 2, "新加坡元", "Singapore dollar"),
    Currency("THB", 2, "泰国铢", "Thai baht"),
    Currency("TRY", 2, "土耳其里拉", "Turkish lira"),
    Currency("TWD", 2, "台币", "New Taiwan dollar"),
    Currency("UAH", 2, "乌克兰格里夫纳", "Ukrainian hryvnia"),
    Currency("VND", 0, "越南盾", "Vietnamese đồng"),
    Currency("ZAR", 2, "南非兰特", "South African rand"),
)
CURRENCIES: Mapping[str, Currency] = MappingProxyType({c.code: c for c in _CURRENCIES})


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency. Two amounts of different currencies never meet."""

    amount: Decimal
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money needs a Decimal, not {type(self.amount).__name__}.")
        if not self.amount.is_finite():
            raise ValueError(f"Money must be finite, not {self.amount}.")

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(_EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(_EXACT.subtract(self.amount, other.amount), self.currency)

    def __neg__(self) -> Money:
        return Money(_EXACT.minus(self.amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(_EXACT.multiply(self.amount, Decimal(factor)), self.currency)

    def ratio(self, numerator: Decimal, denominator: Decimal) -> Money:
        """``self * numerator / denominator``, dividing once and last.

        ``self * (numerator / denominator)`` would round the quotient first, and then be a cent
        off at exact halves. There is no other division on Money. The quotient carries 80 digits;
        round it with ``rounded``. Raises ``ZeroDivisionError`` for a zero denominator.
        """
        product = _EXACT.multiply(self.amount, numerator)
        return Money(_DIVIDE.divide(product, denominator), self.currency)

    def rounded(self, unit: Decimal | None = None) -> Money:
        """Rounded half away from zero (四舍五入) to ``unit``; to the currency's coin without one."""
        coin = CURRENCIES[self.currency].unit if unit is None else unit
        return Money(self.amount.quantize(coin, ROUND_HALF_UP, context=_DIVIDE), self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Money) -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,f}"

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"Cannot combine {self.currency} with {other.currency}.")


def zero(currency: str = "CNY") -> Money:
    """Nothing, in ``currency``."""
    return Money(Decimal(0), currency)


def total(amounts: Iterable[Money], currency: str = "CNY") -> Money:
    """The exact sum; ``currency`` is what the empty sum is in, and what all must be in."""
    result = zero(currency)
    for amount in amounts:
        result += amount
    return result


def apportion(
    whole: Money, weights: Sequence[Decimal], unit: Decimal = CENT
) -> tuple[Money, ...]:
    """Split ``whole`` by ``weights`` so that the parts add up to it exactly (分摊).

    Largest remainder, computed in integers: every part is rounded down, then the missing units go
    to the parts that lost most; ties go to the earlier part, so the result is reproducible.
    Raises ``ValueError`` if a weight is negative, their sum is not positive, or ``whole`` is not
    a whole number of ``unit``.
    """
    if sum(weights) <= 0 or min(weights) < 0:
        raise ValueError("apportion needs non-negative weights with a positive sum.")
    if whole.amount % unit:
        raise ValueError(f"{whole} is not a whole number of units of {unit}.")
    sign = -1 if whole.amount < 0 else 1
    units = int(abs(whole.amount) / unit)
    ratios = [weight.as_integer_ratio() for weight in weights]
    scale = math.lcm(*(denominator for _, denominator in ratios))
    shares = [numerator * (scale // denominator) for numerator, denominator in ratios]
    divided = [divmod(share * units, sum(shares)) for share in shares]
    parts = [quotient for quotient, _ in divided]
    by_loss = sorted(range(len(parts)), key=lambda i: (-divided[i][1], i))
    for i in by_loss[: units - sum(parts)]:
        parts[i] += 1
    return tuple(Money(sign * part * unit, whole.currency) for part in parts)


def format_money(amount: Decimal, currency: str = "CNY", *, blank_zero: bool = False) -> str:
    """``1234.5`` → ``1,234.50``: thousands separators and the currency's own digits.

    No symbol and no code: the column header or ``labelled_money`` carries them. Never ``-0.00``.
    With ``blank_zero`` an amount that shows as zero is the empty string (发生额 columns). An
    unknown currency shows two digits.
    """
    digits = CURRENCIES[currency].digits if currency in CURRENCIES else 2
    shown = amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, context=_DIVIDE)
    if not shown:
        return "" if blank_zero else f"{abs(shown):f}"
    return f"{shown:,f}"


def labelled_money(amount: Decimal, currency: str = "CNY") -> str:
    """``¥1,200.00`` for CNY, ``USD 1,200.00`` for the others; the minus sign comes first."""
    sign, digits = "", format_money(amount, currency)
    if digits.startswith("-"):
        sign, digits = "-", digits[1:]
    return f"{sign}¥{digits}" if currency == "CNY" else f"{currency} {sign}{digits}"
