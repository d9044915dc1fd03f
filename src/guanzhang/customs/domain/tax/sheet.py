"""What a tax sheet says: values, taxes with their working, totals. Data only.

Amounts are CNY. ``None`` is unknown, never zero: a sheet with an unknown tax has no total.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from guanzhang.kernel.choice import Choice
from guanzhang.kernel.problem import Language, Problem
from guanzhang.reference.domain.tariff import Rate


class Words(NamedTuple):
    """A sentence in both languages."""

    zh: str
    en: str

    def text(self, language: Language = "zh") -> str:
        """The sentence in ``language``."""
        return self.en if language == "en" else self.zh


class TaxKind(Choice):
    """The taxes of a declaration, in the order in which they are computed."""

    DUTY = "duty", "进口关税", "Import duty"
    EXPORT = "export", "出口关税", "Export duty"
    ADDITIONAL = "additional", "加征关税", "Additional duty"
    SAFEGUARD = "safeguard", "保障措施关税", "Safeguard duty"
    ANTI_DUMPING = "anti_dumping", "反倾销税", "Anti-dumping duty"
    COUNTERVAILING = "countervailing", "反补贴税", "Countervailing duty"
    CONSUMPTION = "consumption", "消费税", "Consumption tax"
    VAT = "vat", "增值税", "VAT"


class Column(Choice):
    """Which rate of the tariff applies."""

    MFN = "mfn", "最惠国税率", "MFN rate"
    AGREEMENT = "agreement", "协定税率", "agreement rate"
    SPECIAL = "special", "特惠税率", "special preferential rate"
    GENERAL = "general", "普通税率", "general rate"
    PROVISIONAL = "provisional", "暂定税率", "provisional rate"
    QUOTA = "quota", "关税配额税率", "tariff-quota rate"
    EXPORT = "export", "出口税率", "export rate"
    NONE = "none", "无", "none"


class Treatment(Choice):
    """What the duty treatment (征免) of a line does to its taxes."""

    LEVIED = "levied", "照章征税", "as the tariff says"
    HALVED = "halved", "折半征税", "half"
    EXEMPT = "exempt", "全免", "exempt"
    SECURED = "secured", "担保", "secured, not paid"
    REFUND = "refund", "全额退税", "refund, nothing to pay"
    UNKNOWN = "unknown", "按证明或征免性质", "by certificate"


_NOTHING_PAID = frozenset({Treatment.EXEMPT, Treatment.SECURED, Treatment.REFUND})


@dataclass(frozen=True, slots=True)
class RateChoice:
    """The rate of a line and the paragraph of the law that chose it. ``rate`` None = unknown."""

    column: Column
    rate: Rate | None
    article: str  # "13-1" = 关税法 art. 13 para 1
    words: Words


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax of one line. ``amount`` by the tariff, ``payable`` after the duty treatment."""

    kind: TaxKind
    base: Decimal | None  # CNY, of the ad-valorem part
    rate: Rate | None
    amount: Decimal | None
    payable: Decimal | None
    steps: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class LineTax:
    """Value and taxes of one line of goods."""

    path: str
    number: str
    hs_code: str
    name: str
    origin: str
    value_cny: Decimal | None
    value_steps: tuple[Words, ...]
    choice: RateChoice | None
    treatment: Treatment
    taxes: tuple[Tax, ...]

    @property
    def payable(self) -> Decimal | None:
        """Everything to pay for the line before thresholds; None when part of it is unknown."""
        if self.treatment in _NOTHING_PAID:
            return Decimal(0)
        return _sum(tax.payable for tax in self.taxes) if self.choice else None

    @property
    def secured(self) -> Decimal:
        """The known tax that a guarantee stands for instead of being paid."""
        if self.treatment is not Treatment.SECURED:
            return Decimal(0)
        return sum((tax.amount or Decimal(0) for tax in self.taxes), Decimal(0))

    def tax(self, kind: TaxKind) -> Tax | None:
        """The first tax of ``kind``."""
        return next((tax for tax in self.taxes if tax.kind is kind), None)


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of one tax kind. ``amount`` is the known part, ``charged`` what is paid of it."""

    kind: TaxKind
    amount: Decimal
    is_known: bool
    charged: Decimal
    words: Words


@dataclass(frozen=True, slots=True)
class TaxSheet:
    """The taxes of a declaration on a day."""

    on: dt.date
    lines: tuple[LineTax, ...]
    totals: tuple[Total, ...]
    problems: tuple[Problem, ...]
    is_demo: bool
    rates: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def value_cny(self) -> Decimal | None:
        """The sum of the duty values; None without lines or when one is unknown."""
        return _sum(line.value_cny for line in self.lines) if self.lines else None

    @property
    def total(self) -> Decimal | None:
        """Everything to pay; None without lines or when part of it is unknown."""
        if not self.lines or any(line.payable is None for line in self.lines):
            return None
        return self.known_total

    @property
    def known_total(self) -> Decimal:
        """What is known to be paid; smaller than the total when something is unknown."""
        return sum((total.charged for total in self.totals), Decimal(0))

    @property
    def secured(self) -> Decimal:
        """The known tax that guarantees stand for."""
        return sum((line.secured for line in self.lines), Decimal(0))

    def charged(self, kind: TaxKind) -> Decimal:
        """What is known to be paid of ``kind``."""
        return next((t.charged for t in self.totals if t.kind is kind), Decimal(0))


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
