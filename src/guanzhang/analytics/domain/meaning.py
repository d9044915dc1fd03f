"""What every fact means, computed for one customer from plain rows: the reference.

The warehouse computes the same in SQL for a million customers; a property test keeps the two equal.
Nothing here is tuned: sets and sums, as the definitions in the catalogue read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from guanzhang.analytics.domain.catalogue import (
    ACTIVE_DAYS,
    GAP_DAYS,
    LOST_DAYS,
    NEW_DAYS,
    PLACES,
    WINDOWS,
    FactType,
    Lifecycle,
    column,
)
from guanzhang.analytics.domain.spans import comparison, halves
from guanzhang.kernel.dates import DateRange, add_months, window

Value: TypeAlias = int | str | bool | dt.date | list[str] | None

NUMBER = 10 ** PLACES[FactType.NUMBER]
RATIO = 10 ** PLACES[FactType.RATIO]


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of trade. ``document`` names its document; blank ``direction``/``product`` = not known."""

    document: str
    traded_on: dt.date
    amount: int  # book currency × 10⁴, negative for a return
    direction: str = ""
    product: str = ""

    @property
    def is_return(self) -> bool:
        return self.amount < 0


@dataclass(frozen=True, slots=True)
class Service:
    """A service record. ``needs_closing``: a complaint, or one with a next step."""

    happened_on: dt.date
    kind: str
    needs_closing: bool = False
    closed_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """All that is known about one customer. ``profile``: stored values of the profile and custom facts."""

    profile: Mapping[str, Value] = field(default_factory=dict)
    established_on: dt.date | None = None
    trades: tuple[Trade, ...] = ()
    services: tuple[Service, ...] = ()


@dataclass(frozen=True, slots=True)
class Company:
    """What all customers of the book together did up to a day."""

    trades: tuple[Trade, ...]
    has_services: bool

    @classmethod
    def of(cls, customers: Iterable[Customer], as_of: dt.date) -> Company:
        everyone = tuple(customers)
        trades = tuple(t for c in everyone for t in c.trades if t.traded_on <= as_of)
        return cls(trades, any(s.happened_on <= as_of for c in everyone for s in c.services))


def facts_of(customer: Customer, company: Company, as_of: dt.date) -> dict[str, Value]:
    """Column → stored value, for every fact and window; None = 无数据."""
    trades = [t for t in customer.trades if t.traded_on <= as_of]
    services = [s for s in customer.services if s.happened_on <= as_of]
    facts: dict[str, Value] = dict(customer.profile)
    established = customer.established_on
    facts["years_established"] = (
        _whole_months(established, as_of) // 12 * NUMBER
        if established and established <= as_of
        else None
    )
    facts |= _relationship(trades, company, as_of) | _service(services, company, as_of)
    for code in WINDOWS:
        windowed = _trade(trades, company, code, as_of) | _windowed_service(
            services, company, window(code, as_of)
        )
        facts |= {column(fact, code): value for fact, value in windowed.items()}
    return facts


def lifecycle(days: list[dt.date], as_of: dt.date) -> Lifecycle:
    """The stage of a customer that traded on ``days`` (distinct, ascending, none after ``as_of``)."""
    if not days:
        return Lifecycle.PROSPECT
    if (as_of - days[0]).days <= NEW_DAYS:
        return Lifecycle.NEW
    idle = (as_of - days[-1]).days
    if idle > LOST_DAYS:
        return Lifecycle.LOST
    if idle > ACTIVE_DAYS:
        return Lifecycle.DORMANT
    came_back = any(
        (as_of - day).days <= ACTIVE_DAYS and (day - before).days >= GAP_DAYS
        for before, day in pairwise(days)
    )
    return Lifecycle.RETURNED if came_back else Lifecycle.ACTIVE


def quotient(numerator: int, denominator: int, scale: int) -> int | None:
    """``scale`` × numerator ÷ denominator, half away from zero; None unless the denominator is positive."""
    if denominator <= 0:
        return None
    rounded = (2 * abs(numerator) * scale + denominator) // (2 * denominator)
    return _fitting(-rounded if numerator < 0 else rounded)


def _relationship(trades: list[Trade], company: Company, as_of: dt.date) -> dict[str, Value]:
    days = sorted({t.traded_on for t in trades if not t.is_return})
    return {
        "first_traded_on": days[0] if days else None,
        "last_traded_on": days[-1] if days else None,
        "months_active": _whole_months(days[0], as_of) * NUMBER if days else None,
        "lifecycle": lifecycle(days, as_of).value if company.trades else None,
        "days_since_traded": (as_of - days[-1]).days * NUMBER if days else None,
    }


def _service(services: list[Service], company: Company, as_of: dt.date) -> dict[str, Value]:
    contacts = [s.happened_on for s in services if s.kind != "note"]
    waiting = [
        s for s in services if s.needs_closing and (s.closed_on is None or s.closed_on > as_of)
    ]
    return {
        "days_since_contact": (as_of - max(contacts)).days * NUMBER if contacts else None,
        "open_service_count": len(waiting) * NUMBER if company.has_services else None,
    }


def _windowed_service(
    services: list[Service], company: Company, span: DateRange
) -> dict[str, Value]:
    kinds = [s.kind for s in services if s.happened_on in span]
    contacts = sum(kind != "note" for kind in kinds)
    complaints = kinds.count("complaint")
    known = company.has_services
    return {
        "service_count": contacts * NUMBER if known else None,
        "complaint_count": complaints * NUMBER if known else None,
    }


def _trade(
    trades: list[Trade], company: Company, code: str, as_of: dt.date
) -> dict[str, Value]:
    span = window(code, as_of)
    lines = [t for t in trades if t.traded_on in span]
    sold = [t for t in lines if not t.is_return]
    net, gross = sum(t.amount for t in lines), sum(t.amount for t in sold)
    documents = {t.document for t in sold}
    by_document = _totals((t.document, t.amount) for t in lines)
    by_product = _totals((t.product, t.amount) for t in sold if t.product)
    directed = [t for t in sold if t.direction]
    imported = sum(t.amount for t in directed if t.direction == "import")
    days = sorted({t.traded_on for t in sold})
    everyone = sum(t.amount for t in company.trades if t.traded_on in span)
    known = bool(company.trades)
    before, split = comparison(code, as_of), halves(code, as_of)
    return {
        "amount": _fitting(net) if lines else None,
        "frequency": len(documents) * NUMBER if known else None,
        "average_order": quotient(net, len(documents), 1),
        "lines": len(lines) * NUMBER if known else None,
        "amount_share": quotient(net, everyone, RATIO) if lines else None,
        "growth": _change(trades, before, span) if before else None,
        "import_share": quotient(imported, sum(t.amount for t in directed), RATIO),
        "top_product_share": (
            quotient(max(by_product.values()), sum(by_product.values()), RATIO)
            if by_product
            else None
        ),
        "product_count": len(by_product) * NUMBER if known else None,
        "return_share": quotient(gross - net, gross, RATIO),
        "interval_days": (
            quotient((days[-1] - days[0]).days, len(days) - 1, NUMBER) if days else None
        ),
        "largest_order": _fitting(max(by_document.values())) if by_document else None,
        "trend": _change(trades, *split) if split else None,
    }


def _change(trades: list[Trade], earlier: DateRange, later: DateRange) -> int | None:
    """(later − earlier) ÷ earlier; nothing traded later counts as all lost."""
    base = sum(t.amount for t in trades if t.traded_on in earlier)
    return quotient(sum(t.amount for t in trades if t.traded_on in later) - base, base, RATIO)


def _totals(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for key, amount in pairs:
        totals[key] = totals.get(key, 0) + amount
    return totals


def _whole_months(since: dt.date, until: dt.date) -> int:
    months = (until.year - since.year) * 12 + until.month - since.month
    return months if add_months(since, months) <= until else months - 1


def _fitting(number: int) -> int | None:
    """What a BIGINT cannot hold is not known."""
    return number if -(2**63) <= number < 2**63 else None
