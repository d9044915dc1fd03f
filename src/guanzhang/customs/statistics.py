"""Volume, value, tax and error rate of what was declared, grouped by one thing at a time.

Everything is summed by the database over the columns of the declaration (index
``declaration_figures`` holds them all), never over documents. A declaration counts by the day it was
declared; an amendment or withdrawal of another is the same business and is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Substr

from guanzhang.customs.models import Declaration, GoodsLine
from guanzhang.customs.reach import reach_q
from guanzhang.kernel.actor import Actor

REPEATS = ("amend", "withdraw")  # kinds of declarations that say a declared one again


@dataclass(frozen=True, slots=True)
class Span:
    """The declarations asked about: ``since`` ≤ declared < ``until``; direction "" is both."""

    since: dt.date
    until: dt.date
    direction: str = ""

    @property
    def last(self) -> dt.date:
        return self.until - dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one group adds up to. ``value`` and ``tax`` in CNY; None = nobody knows any of it."""

    key: str
    declarations: int
    lines: int
    value: Decimal | None
    tax: Decimal | None
    returns: int
    rejects: int

    @property
    def errors(self) -> Decimal | None:
        """Returns by a reviewer and rejects by customs per declaration."""
        if not self.declarations:
            return None
        return Decimal(self.returns + self.rejects) / self.declarations


@dataclass(frozen=True, slots=True)
class Dimension:
    """What to group by: ``path`` is the column of a declaration."""

    key: str
    path: str


DIMENSIONS: Mapping[str, Dimension] = {
    d.key: d
    for d in (
        Dimension("month", ""),
        Dimension("customer", "party_id"),
        Dimension("office", "customs_office"),
        Dimension("mode", "trade_mode"),
        Dimension("country", "country"),
        Dimension("declarant", "owner_id"),
        Dimension("chapter", ""),
    )
}


def declared(actor: Actor, span: Span) -> QuerySet[Declaration]:
    """The declarations of a span that the reader may see."""
    rows = Declaration.objects.filter(
        reach_q(actor, "declaration.view"),
        declared_on__gte=span.since,
        declared_on__lt=span.until,
    ).exclude(amend_kind__in=REPEATS)
    return rows.filter(direction=span.direction) if span.direction else rows


def total(actor: Actor, span: Span) -> Figures:
    """Everything of the span together."""
    found = declared(actor, span).aggregate(**_sums())
    return _figures("", found)


def grouped(actor: Actor, span: Span, dimension: str) -> list[Figures]:
    """Figures per value of a dimension, the largest volume first; months in their order.

    A month's key is "2026-11", a chapter's "85", a customer's and declarant's the id; "" = not
    given. A declaration counts once for each chapter it holds, with its lines there; returns and
    rejects belong to whole declarations and are not split.
    """
    if dimension == "chapter":
        return _by_chapter(actor, span)
    if dimension == "month":
        return _by_month(actor, span)
    path = DIMENSIONS[dimension].path
    rows = declared(actor, span).order_by().values(path).annotate(**_sums())
    return _largest_first(_figures(_key(row[path]), row) for row in rows)


def overview(actor: Actor, span: Span) -> dict[str, list[Figures]]:
    """``grouped`` for every dimension but the chapters, in three walks over the index."""
    found = {"month": _by_month(actor, span), "customer": grouped(actor, span, "customer")}
    together = ("office", "mode", "country", "declarant")
    paths = [DIMENSIONS[key].path for key in together]
    cells = list(declared(actor, span).order_by().values(*paths).annotate(**_sums()))
    for key, path in zip(together, paths, strict=True):
        found[key] = _largest_first(_added((_key(cell[path]), cell) for cell in cells))
    return found


def _by_month(actor: Actor, span: Span) -> list[Figures]:
    """By day, as the index lies, and the days of a month added up."""
    rows = declared(actor, span).order_by("declared_on").values("declared_on")
    days = rows.annotate(**_sums())
    return _added((f"{row['declared_on']:%Y-%m}", row) for row in days)


def _added(cells: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Figures]:
    """Cells of one key added up, in the order in which the keys come."""
    groups: dict[str, dict[str, Any]] = {}
    for key, cell in cells:
        group = groups.setdefault(key, {"value": None, "tax": None})
        for name in ("declarations", "lines", "returns", "rejects"):
            group[name] = group.get(name, 0) + cell[name]
        for name in ("value", "tax"):
            if cell[name] is not None:
                group[name] = (group[name] or 0) + cell[name]
    return [_figures(key, group) for key, group in groups.items()]


def _largest_first(groups: Iterable[Figures]) -> list[Figures]:
    return sorted(groups, key=lambda group: (-group.declarations, group.key))


def _key(value: object) -> str:
    return "" if value is None else str(value)


def _by_chapter(actor: Actor, span: Span) -> list[Figures]:
    lines = GoodsLine.objects.filter(declaration__in=declared(actor, span)).order_by()
    groups = (
        lines.values(chapter=Substr("hs_code", 1, 2))
        .annotate(
            declarations=Count("declaration", distinct=True),
            lines=Count("pk"),
            value=Sum("value_cny"),
            tax=Sum("duty_cny"),
        )
        .order_by("-lines", "chapter")
    )
    return [_figures(row["chapter"], {**row, "returns": 0, "rejects": 0}) for row in groups]


def _sums() -> dict[str, Any]:
    return {
        "declarations": Count("pk"),
        "lines": Sum("line_count", default=0),
        "value": Sum("value_cny"),
        "tax": Sum("tax_cny"),
        "returns": Sum("return_count", default=0),
        "rejects": Sum("reject_count", default=0),
    }


def _figures(key: str, row: Mapping[str, Any]) -> Figures:
    return Figures(
        key,
        row["declarations"],
        row["lines"],
        row["value"],
        row["tax"],
        row["returns"],
        row["rejects"],
    )


@dataclass(frozen=True, slots=True)
class Client:
    """What one client had declared in a span, and the last day of all times."""

    figures: Figures
    imports: int
    last_declared_on: dt.date | None


def of_client(actor: Actor, party_id: int, span: Span) -> Client:
    """One client within the reader's scope."""
    rows = declared(actor, span).filter(party_id=party_id)
    found = rows.aggregate(**_sums(), imports=Count("pk", filter=Q(direction="I")))
    ever = Declaration.objects.filter(
        reach_q(actor, "declaration.view"), party_id=party_id, declared_on__isnull=False
    )
    last = ever.order_by("-declared_on").values_list("declared_on", flat=True).first()
    return Client(_figures(str(party_id), found), found["imports"], last)
