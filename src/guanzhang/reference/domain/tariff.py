"""The tariff: rates, lines, trade measures.

A rate is written as in the tariff file: ``8`` = 8 %, ``7.5CNY/095`` = 7.5 yuan per unit 095,
``20+1CNY/035`` = 20 % and 1 yuan per kilogram. Empty is unknown, never zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

_RATE = re.compile(
    r"(?:(?P<percent>\d+(?:\.\d+)?)%?)?(?:(?(percent)\+)(?P<amount>\d+(?:\.\d+)?)(?P<currency>[A-Z]{3})/(?P<unit>\d{3}))?"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """A duty or tax rate. ``ad_valorem`` is a fraction (0.08 = 8 %); ``specific`` per ``unit``."""

    ad_valorem: Decimal = Decimal(0)
    specific: Decimal = Decimal(0)
    currency: str = "CNY"
    unit: str = ""

    @property
    def is_specific(self) -> bool:
        return self.specific != 0

    def __str__(self) -> str:
        percent = format((self.ad_valorem * 100).normalize(), "f")
        if not self.is_specific:
            return percent
        amount = f"{format(self.specific.normalize(), 'f')}{self.currency}/{self.unit}"
        return f"{percent}+{amount}" if self.ad_valorem else amount


def parse_rate(text: str) -> Rate | None:
    """The rate that ``text`` writes; None when it is empty. Raises ``ValueError`` for other words."""
    compact = text.replace(" ", "")
    if not compact:
        return None
    found = _RATE.fullmatch(compact)
    if not found or not (found["percent"] or found["amount"]):
        raise ValueError(text)
    return Rate(
        Decimal(found["percent"] or 0) / 100,
        Decimal(found["amount"] or 0),
        found["currency"] or "CNY",
        found["unit"] or "",
    )


@dataclass(frozen=True, slots=True)
class TariffLine:
    """One 10-digit line as of a day. None = unknown or there is none."""

    hs_code: str
    name: str
    unit1: str
    unit2: str = ""
    mfn: Rate | None = None
    general: Rate | None = None
    provisional: Rate | None = None  # 暂定, import
    special: Rate | None = None  # 特惠
    agreements: Mapping[str, Rate] = field(default_factory=lambda: MappingProxyType({}))
    quota: Rate | None = None
    export: Rate | None = None
    export_provisional: Rate | None = None
    rebate: Decimal | None = None  # 出口退税率, a fraction
    vat: Decimal | None = None  # a fraction
    consumption: Rate | None = None
    supervision: str = ""  # 监管条件, letters of `license_doc`
    inspection: str = ""  # 检验检疫类别, "M.P/N.Q": import / export
    elements: tuple[str, ...] = ()  # 申报要素 in the order of GModel
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A trade measure on an HS prefix and an origin: 反倾销, 反补贴, 保障措施, 加征, 反制."""

    kind: str  # anti_dumping | countervailing | safeguard | additional
    hs_prefix: str
    origin: str
    exporter: str  # "" = every other exporter
    rate: Rate
    source: str
