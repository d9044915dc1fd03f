"""Facts as SQL: one statement that computes exactly the columns asked for, and nothing else.

The statement reads four relations, whatever stores them: ``parties`` (one row per customer),
``transactions``, ``service`` and ``days`` (the company's totals per day). Every line of trade is
scanned once, all windows in the same pass; only the largest order and the top product need a second
grouping. Distinct documents, products and trading days are counted without DISTINCT: each line knows
the previous day its document or product was traded, so the first one inside any window is the line
whose predecessor lies before the window (see `analytics.snapshots`).

All text here is built from constants, dates, integers and checked column names.
"""
# ruff: noqa: S608 - columns are checked names, values dates and integers

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from guanzhang.analytics.domain.catalogue import (
    ACTIVE_DAYS,
    GAP_DAYS,
    LOST_DAYS,
    NEW_DAYS,
    PLACES,
    Fact,
    FactType,
    Group,
    Lifecycle,
    fact_of,
)
from guanzhang.analytics.domain.spans import comparison, halves
from guanzhang.kernel.dates import BEGINNING, DateRange, window

NUMBER = 10 ** PLACES[FactType.NUMBER]
RATIO = 10 ** PLACES[FactType.RATIO]
SOLD = "amount >= 0"
LARGEST = 2**63 - 1
_SQL_TYPES = {
    FactType.DATE: "DATE",
    FactType.FLAG: "BOOLEAN",
    FactType.TAGS: "VARCHAR[]",
    FactType.MONEY: "BIGINT",
    FactType.NUMBER: "BIGINT",
    FactType.RATIO: "BIGINT",
}


def facts_sql(
    columns: Iterable[str],
    as_of: dt.date,
    catalogue: Mapping[str, Fact],
    *,
    party_ids: Collection[int] = (),
    stored: Collection[str] | None = None,
) -> str:
    """SELECT party_id, party_code and ``columns`` (each once, in this order), in DuckDB's dialect.

    ``party_ids`` limits the rows. ``stored`` are the columns that ``parties`` has: a custom field
    younger than the snapshot is missing everywhere. Raises ``KeyError`` for an unknown column.
    """
    plan = _Plan(as_of, stored, party_ids)
    chosen = [
        f'{plan.expression(*fact_of(name, catalogue))} AS "{_safe(name)}"'
        for name in dict.fromkeys(columns)
    ]
    return plan.statement(chosen)


def render(sql: str, dialect: str) -> str:
    """A DuckDB statement in another engine's dialect; 128-bit integers become DECIMAL(38, 0)."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    for node in list(tree.find_all(exp.DataType)):
        if node.this == exp.DataType.Type.INT128:
            node.replace(exp.DataType.build("DECIMAL(38, 0)"))
    return tree.sql(dialect=dialect)


@dataclass(frozen=True, slots=True)
class _Aggregate:
    function: str
    span: DateRange
    also: str = ""


@dataclass(slots=True)
class _Pass:
    """One grouping of one relation: the aggregates asked for, each computed once."""

    relation: str
    day: str  # the column with the day
    until: dt.date
    prefix: str
    asked: dict[_Aggregate, str] = field(default_factory=dict)

    def need(self, function: str, span: DateRange, also: str = "") -> str:
        aggregate = _Aggregate(function, span, also)
        name = self.asked.setdefault(aggregate, f"{self.prefix}{len(self.asked)}")
        return f"{self.relation}_facts.{name}"

    @property
    def since(self) -> dt.date:
        return min((a.span.start for a in self.asked), default=BEGINNING)

    def where(self, party_ids: Collection[int]) -> str:
        tests = [f"{self.day} <= {_date(self.until)}"]
        if self.since > BEGINNING:
            tests.append(f"{self.day} >= {_date(self.since)}")
        return " AND ".join(tests + _only(party_ids))

    def select(self, shape: Callable[[str], str] = "{}".format) -> list[str]:
        """The aggregates as select items; ``shape`` wraps each one."""
        return [f"{shape(self._filtered(a))} AS {name}" for a, name in self.asked.items()]

    def _filtered(self, aggregate: _Aggregate) -> str:
        tests = [aggregate.also] if aggregate.also else []
        if aggregate.span.end is not None and aggregate.span.end <= self.until:
            tests.insert(0, f"{self.day} < {_date(aggregate.span.end)}")
        if aggregate.span.start > self.since:
            tests.insert(0, f"{self.day} >= {_date(aggregate.span.start)}")
        filtered = f" FILTER (WHERE {' AND '.join(tests)})" if tests else ""
        return aggregate.function + filtered


class _Plan:
    """Collects what the asked columns need, then writes the statement."""

    def __init__(
        self, as_of: dt.date, stored: Collection[str] | None, party_ids: Collection[int]
    ) -> None:
        self.as_of = as_of
        self.stored = stored
        self.party_ids = party_ids
        self.always = window("all", as_of)
        self.trade = _Pass("trade", "traded_on", as_of, "t")
        self.documents = _Pass("documents", "traded_on", as_of, "d")
        self.products = _Pass("products", "traded_on", as_of, "p")
        self.service = _Pass("service", "happened_on", as_of, "s")
        self.company = _Pass("company", "day", as_of, "c")

    def expression(self, fact: Fact, code: str) -> str:
        """The select item of one column."""
        if fact.group == Group.CUSTOM or (
            fact.group == Group.PROFILE and fact.code not in _ONCE
        ):
            return self._profile(fact)
        if fact.windowed:
            return _WINDOWED[fact.code](self, code)
        return _ONCE[fact.code](self)

    def _profile(self, fact: Fact) -> str:
        if self.stored is not None and fact.code not in self.stored:
            return f"CAST(NULL AS {_SQL_TYPES.get(fact.type, 'VARCHAR')})"
        return f'parties."{_safe(fact.code)}"'

    def statement(self, chosen: list[str]) -> str:
        party_ids = self.party_ids
        ctes, joins = [], []
        for part in (self.trade, self.service):
            if part.asked:
                source = "transactions" if part is self.trade else "service"
                ctes.append(
                    f"{part.relation}_facts AS (SELECT party_id, {', '.join(part.select())}"
                    f" FROM {source} WHERE {part.where(party_ids)} GROUP BY party_id)"
                )
                joins.append(part.relation)
        for part, key in ((self.documents, "document_id"), (self.products, "product")):
            if part.asked:
                ctes += _grouped_twice(part, key, party_ids)
                joins.append(part.relation)
        if self.company.asked:
            ctes.append(
                f"company_facts AS (SELECT {', '.join(self.company.select())}"
                f" FROM days WHERE {self.company.where(())})"
            )
        head = f"WITH {', '.join(ctes)} " if ctes else ""
        tail = "".join(
            f" LEFT JOIN {name}_facts ON {name}_facts.party_id = parties.party_id"
            for name in joins
        )
        if self.company.asked:
            tail += " CROSS JOIN company_facts"
        if party_ids:
            tail += f" WHERE {_only(party_ids, 'parties.')[0]}"
        items = ["parties.party_id", "parties.party_code", *chosen]
        return f"{head}SELECT {', '.join(items)} FROM parties{tail}"

    # what facts are made of

    def has(self, kind: str) -> str:
        """Whether the book has any data of a kind: then a count of none is 0, else it is unknown."""
        return self.company.need("COUNT(*)", self.always, f"kind = '{kind}'") + " > 0"

    def count(self, part: _Pass, code: str, also: str = "") -> str:
        kind = "service" if part is self.service else "trade"
        counted = part.need("COUNT(*)", window(code, self.as_of), also)
        return f"CASE WHEN {self.has(kind)} THEN COALESCE({counted}, 0) * {NUMBER} END"

    def documents_in(self, span: DateRange) -> str:
        return self.trade.need("COUNT(*)", span, _first_in(span, "previous_of_document"))

    def sold_in(self, span: DateRange, also: str = "") -> str:
        return self.trade.need("SUM(amount)", span, f"{SOLD} AND {also}" if also else SOLD)

    def net_in(self, span: DateRange) -> str:
        return self.trade.need("SUM(amount)", span)

    def quotient(self, numerator: str, denominator: str, scale: int) -> str:
        """scale × numerator ÷ denominator, half away from zero; NULL unless it is defined.

        Integer division cuts off towards zero, so half the denominator is added with the sign of
        the numerator; everything doubled, to stay whole. 64 bits, where they cannot overflow, are
        thirty times as fast as 128; for a few customers the shorter statement is faster to plan.
        """
        small = LARGEST // (2 * scale + 2)

        def rounded(kind: str) -> str:
            a, b = f"CAST({numerator} AS {kind})", f"CAST({denominator} AS {kind})"
            return f"({2 * scale} * {a} + CASE WHEN {numerator} < 0 THEN -{b} ELSE {b} END) // (2 * {b})"

        result = _fitting(rounded("HUGEINT"))
        if not self.party_ids:
            fits = f"{numerator} BETWEEN -{small} AND {small} AND {denominator} <= {small}"
            result = f"CASE WHEN {fits} THEN {rounded('BIGINT')} ELSE {result} END"
        return f"CASE WHEN {denominator} > 0 THEN {result} END"

    def change(self, earlier: DateRange, later: DateRange) -> str:
        base, now = self.net_in(earlier), self.net_in(later)
        return self.quotient(f"COALESCE({now}, 0) - {base}", base, RATIO)

    def ago(self, days: int) -> str:
        return _date(self.as_of - dt.timedelta(days=days))

    def first_day(self) -> str:
        return self.trade.need("MIN(traded_on)", self.always, SOLD)

    def last_day(self) -> str:
        return self.trade.need("MAX(traded_on)", self.always, SOLD)


def _lifecycle(plan: _Plan) -> str:
    first, last = plan.first_day(), plan.last_day()
    recent = DateRange(plan.as_of - dt.timedelta(days=ACTIVE_DAYS), plan.always.end)
    came_back = plan.trade.need("COUNT(*)", recent, f"gap_days >= {GAP_DAYS}")
    return (
        f"CASE WHEN NOT {plan.has('trade')} THEN NULL"
        f" WHEN {last} IS NULL THEN '{Lifecycle.PROSPECT}'"
        f" WHEN {first} >= {plan.ago(NEW_DAYS)} THEN '{Lifecycle.NEW}'"
        f" WHEN {last} < {plan.ago(LOST_DAYS)} THEN '{Lifecycle.LOST}'"
        f" WHEN {last} < {plan.ago(ACTIVE_DAYS)} THEN '{Lifecycle.DORMANT}'"
        f" WHEN {came_back} > 0 THEN '{Lifecycle.RETURNED}'"
        f" ELSE '{Lifecycle.ACTIVE}' END"
    )


def _years_established(plan: _Plan) -> str:
    since = "parties.established_on"
    if plan.stored is not None and "established_on" not in plan.stored:
        return "CAST(NULL AS BIGINT)"
    years = f"{_whole_months(since, plan.as_of)} // 12 * {NUMBER}"
    return f"CASE WHEN {since} <= {_date(plan.as_of)} THEN {years} END"


def _open_services(plan: _Plan) -> str:
    waiting = f"needs_closing AND (closed_on IS NULL OR closed_on > {_date(plan.as_of)})"
    return plan.count(plan.service, "all", waiting)


def _average_order(plan: _Plan, code: str) -> str:
    span = window(code, plan.as_of)
    return plan.quotient(plan.net_in(span), plan.documents_in(span), 1)


def _amount_share(plan: _Plan, code: str) -> str:
    span = window(code, plan.as_of)
    total = plan.company.need("SUM(amount)", span, "kind = 'trade'")
    return plan.quotient(plan.net_in(span), total, RATIO)


def _growth(plan: _Plan, code: str) -> str:
    before = comparison(code, plan.as_of)
    return plan.change(before, window(code, plan.as_of)) if before else "CAST(NULL AS BIGINT)"


def _trend(plan: _Plan, code: str) -> str:
    split = halves(code, plan.as_of)
    return plan.change(*split) if split else "CAST(NULL AS BIGINT)"


def _import_share(plan: _Plan, code: str) -> str:
    span = window(code, plan.as_of)
    imported = plan.sold_in(span, "direction = 'import'")
    known = plan.sold_in(span, "direction IS NOT NULL")
    return plan.quotient(f"COALESCE({imported}, 0)", known, RATIO)


def _return_share(plan: _Plan, code: str) -> str:
    span = window(code, plan.as_of)
    sold, net = plan.sold_in(span), plan.net_in(span)
    return plan.quotient(f"{sold} - {net}", sold, RATIO)


def _top_product_share(plan: _Plan, code: str) -> str:
    sold = plan.products.need("SUM(amount)", window(code, plan.as_of), SOLD)
    return plan.quotient(f"{sold}_max", f"{sold}_sum", RATIO)


def _interval_days(plan: _Plan, code: str) -> str:
    span = window(code, plan.as_of)
    first = plan.trade.need("MIN(traded_on)", span, SOLD)
    last = plan.trade.need("MAX(traded_on)", span, SOLD)
    days = plan.trade.need("COUNT(*)", span, "opens_day")
    return plan.quotient(f"DATE_DIFF('day', {first}, {last})", f"({days} - 1)", NUMBER)


def _product_count(plan: _Plan, code: str) -> str:
    first = _first_in(window(code, plan.as_of), "previous_of_product")
    return plan.count(plan.trade, code, f"product IS NOT NULL AND {first}")


def _days_since(plan: _Plan, last: str) -> str:
    return f"DATE_DIFF('day', {last}, {_date(plan.as_of)}) * {NUMBER}"


_ONCE: Mapping[str, Callable[[_Plan], str]] = {
    "years_established": _years_established,
    "first_traded_on": _Plan.first_day,
    "last_traded_on": _Plan.last_day,
    "months_active": lambda p: f"{_whole_months(p.first_day(), p.as_of)} * {NUMBER}",
    "lifecycle": _lifecycle,
    "days_since_traded": lambda p: _days_since(p, p.last_day()),
    "days_since_contact": lambda p: _days_since(
        p, p.service.need("MAX(happened_on)", p.always, "kind <> 'note'")
    ),
    "open_service_count": _open_services,
}
_WINDOWED: Mapping[str, Callable[[_Plan, str], str]] = {
    "service_count": lambda p, w: p.count(p.service, w, "kind <> 'note'"),
    "complaint_count": lambda p, w: p.count(p.service, w, "kind = 'complaint'"),
    "amount": lambda p, w: _fitting(p.net_in(window(w, p.as_of))),
    "frequency": lambda p, w: (
        f"CASE WHEN {p.has('trade')} THEN"
        f" COALESCE({p.documents_in(window(w, p.as_of))}, 0) * {NUMBER} END"
    ),
    "average_order": _average_order,
    "lines": lambda p, w: p.count(p.trade, w),
    "amount_share": _amount_share,
    "growth": _growth,
    "import_share": _import_share,
    "top_product_share": _top_product_share,
    "product_count": _product_count,
    "return_share": _return_share,
    "interval_days": _interval_days,
    "largest_order": lambda p, w: _fitting(
        p.documents.need("SUM(amount)", window(w, p.as_of)) + "_max"
    ),
    "trend": _trend,
}


def _grouped_twice(part: _Pass, key: str, party_ids: Collection[int]) -> list[str]:
    """Sums per document or product, then their largest and their sum per customer."""
    inner = f"{part.relation}_each"
    outer = ", ".join(
        f"MAX({name}) AS {name}_max, SUM({name}) AS {name}_sum" for name in part.asked.values()
    )
    return [
        (
            f"{inner} AS (SELECT party_id, {key}, {', '.join(part.select())} FROM transactions"
            f" WHERE {part.where(party_ids)} AND {key} IS NOT NULL GROUP BY party_id, {key})"
        ),
        f"{part.relation}_facts AS (SELECT party_id, {outer} FROM {inner} GROUP BY party_id)",
    ]


def _first_in(span: DateRange, previous: str) -> str:
    """Holds for exactly one line of each document (product) that is traded in ``span``."""
    if span.start == BEGINNING:
        return f"{previous} IS NULL"
    return f"({previous} IS NULL OR {previous} < {_date(span.start)})"


def _fitting(number: str) -> str:
    return f"TRY_CAST({number} AS BIGINT)"


def _whole_months(since: str, until: dt.date) -> str:
    """Complete months up to ``until``; a month that ends counts as complete, as add_months does."""
    months = f"{until.year * 12 + until.month} - YEAR({since}) * 12 - MONTH({since})"
    if (until + dt.timedelta(days=1)).day == 1:
        return f"CAST({months} AS BIGINT)"
    return f"CAST({months} - CASE WHEN DAY({since}) > {until.day} THEN 1 ELSE 0 END AS BIGINT)"


def _date(day: dt.date) -> str:
    return f"DATE '{day.isoformat()}'"


def _only(party_ids: Collection[int], table: str = "") -> list[str]:
    return (
        [f"{table}party_id IN ({', '.join(str(int(i)) for i in party_ids)})"]
        if party_ids
        else []
    )


def _safe(name: str) -> str:
    """A column name that may stand between double quotes."""
    if '"' in name or not name:
        raise ValueError(f"{name!r} is no column name.")
    return name
