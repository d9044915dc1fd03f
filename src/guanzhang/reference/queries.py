"""Read reference data as of a day. What is valid changes rarely: it is kept in the process, and every
call asks the database for the stamp of the last edition that was written."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Substr

from guanzhang.reference.domain.difference import Difference, difference
from guanzhang.reference.domain.tables import CodeRow
from guanzhang.reference.domain.tariff import Measure, TariffLine, parse_rate
from guanzhang.reference.domain.tariff_file import line_of
from guanzhang.reference.domain.view import Reference
from guanzhang.reference.models import (
    AssessmentRate,
    Code,
    Edition,
    MeasureRow,
    Parameter,
    TariffRow,
    Workday,
)
from guanzhang.reference.shapes import SHAPES, on_day, tariff_row
from guanzhang.storage.bulk import AT_ONCE

LINES = 20_000  # tariff lines kept in the process
_EVER = dt.date.min


@dataclass(frozen=True)
class Snapshot:
    """Everything but the tariff lines, as it is between two days on which something changes."""

    tables: Mapping[str, Mapping[str, CodeRow]]
    initials: Mapping[str, Mapping[str, str]]  # by table and code
    measures: Mapping[tuple[str, str], tuple[Measure, ...]]  # by HS prefix and origin or ""
    parameters: Mapping[str, Decimal]
    workdays: Mapping[dt.date, bool]
    calendar_from: dt.date | None
    calendar_until: dt.date | None
    is_demo_tariff: bool


def reference_on(day: dt.date) -> Reference:
    """All reference data as it is valid on ``day``; cheap to call for every declaration."""
    stamp = _stamp()
    start = _start(stamp, day)
    found = _snapshot(stamp, start)

    def find_measures(hs_code: str, origin: str) -> tuple[Measure, ...]:
        prefixes = (hs_code[:n] for n in range(2, len(hs_code) + 1))
        return tuple(m for p in prefixes for m in found.measures.get((p, origin), ()))

    return Reference(
        on=day,
        tables=found.tables,
        find_tariff=lambda code: _line(stamp, start, code),
        find_measures=find_measures,
        find_rate=approved_rate,
        parameters=found.parameters,
        workdays=found.workdays,
        calendar_from=found.calendar_from,
        calendar_until=found.calendar_until,
        is_demo_tariff=found.is_demo_tariff,
    )


def approved_rate(currency: str, month: dt.date) -> Decimal | None:
    """CNY for one unit in a month; None while nobody has approved one."""
    rows = AssessmentRate.objects.filter(month=month, currency=currency)
    found: Any = rows.exclude(approved_at=None).values_list("rate", flat=True).first()
    return Decimal(found) if found is not None else None


# --- searching ------------------------------------------------------------------------------------------


def search_codes(
    table: str, text: str, on: dt.date, *, limit: int = 20, with_inactive: bool = False
) -> list[CodeRow]:
    """Rows of a table by code, name or pinyin initials, best first; "" gives the first ones.

    Codes that nobody has verified and those out of use are not offered unless ``with_inactive``.
    """
    stamp = _stamp()
    found = _snapshot(stamp, _start(stamp, on))
    rows = found.tables.get(table, {})
    initials = found.initials.get(table, {})
    typed = "".join(text.split())
    ranked = []
    for place, row in enumerate(rows.values()):
        if row.status != "active" and not with_inactive:
            continue
        rank = _rank(row, initials.get(row.code, ""), typed)
        if rank is not None:
            ranked.append((rank, place, row))
    ranked.sort(key=lambda hit: hit[:2])
    return [row for _rank_, _place, row in ranked[:limit]]


def search_tariff(text: str, on: dt.date, *, limit: int = 20) -> list[TariffLine]:
    """Tariff lines by the beginning of their code, by words of their name, or by pinyin initials."""
    rows = tariff_rows(on, text)[:limit]
    return [line_of(tariff_row(row), is_demo=row.is_demo) for row in rows]


def tariff_rows(on: dt.date, text: str = "") -> QuerySet[TariffRow]:
    """The lines valid on a day that a text finds, in order of their codes."""
    rows = on_day(TariffRow.objects.all(), on).order_by("hs_code")
    for word in text.split():
        digits = word.replace(".", "")
        if digits.isdecimal() and digits.isascii():
            rows = rows.filter(hs_code__startswith=digits)
        elif word.isascii():
            rows = rows.filter(Q(initials__contains=word.lower()) | Q(name__icontains=word))
        else:
            rows = rows.filter(name__contains=word)
    return rows


def tariff_groups(on: dt.date, under: str = "") -> list[tuple[str, int, str]]:
    """Chapters (2 digits), or headings (4) of the chapter ``under``: code, lines, the first line's name."""
    digits = len(under) + 2
    rows = on_day(TariffRow.objects.filter(hs_code__startswith=under), on).order_by()
    counted = (
        rows.annotate(group=Substr("hs_code", 1, digits))
        .values_list("group")
        .annotate(count=Count("pk"), first=Min("hs_code"))
        .order_by("group")
    )
    groups = list(counted)
    names = dict(rows.filter(hs_code__in=[g[2] for g in groups]).values_list("hs_code", "name"))
    return [(group, count, names.get(first, "")) for group, count, first in groups]


def measures_on(day: dt.date, hs_code: str) -> QuerySet[MeasureRow]:
    """The measures on a code of every origin, as of a day."""
    prefixes = [hs_code[:n] for n in range(2, len(hs_code) + 1)]
    rows = on_day(MeasureRow.objects.filter(hs_prefix__in=prefixes), day)
    return rows.select_related("edition").order_by("origin", "kind", "exporter")


def _rank(row: CodeRow, initials: str, typed: str) -> int | None:
    """How well a row answers what was typed: 0 is best, None not at all. Codes may differ in case only."""
    folded = typed.casefold()
    if not typed or row.code == typed:
        return 0
    code, name = row.code.casefold(), row.name.casefold()
    if code.startswith(folded):
        return 1
    if name.startswith(folded):
        return 2
    spelled = initials.split()
    if folded in spelled:
        return 3
    if any(s.startswith(folded) for s in spelled):
        return 4
    other = (
        name,
        row.extra.get("name_en", "").casefold(),
        row.extra.get("alpha2", "").casefold(),
    )
    if any(folded in part for part in (*other, *spelled)):
        return 5
    return None


# --- history and editions -------------------------------------------------------------------------------


def history_of_code(table: str, code: str) -> QuerySet[Code]:
    """Every row of a code over time, newest first, with its edition."""
    rows = Code.objects.filter(table=table, code=code)
    return rows.select_related("edition").order_by("-valid_from")


def history_of_line(hs_code: str) -> QuerySet[TariffRow]:
    """Every row of a tariff line over time, newest first, with its edition."""
    rows = TariffRow.objects.filter(hs_code=hs_code)
    return rows.select_related("edition").order_by("-valid_from")


def codes_on(table: str, day: dt.date) -> QuerySet[Code]:
    """The rows of a table as of a day, of every status."""
    return on_day(Code.objects.filter(table=table), day)


def editions() -> QuerySet[Edition]:
    """All editions, without what they hold."""
    return Edition.objects.defer("staged")


def edition(edition_id: int) -> Edition | None:
    return Edition.objects.filter(pk=edition_id).first()


def waiting_editions() -> QuerySet[Edition]:
    """Editions that wait for a second person."""
    return editions().filter(state=Edition.State.LOADED)


def changes_of(edition_id: int) -> Difference:
    """What an edition changed; for one that is not in force yet, what it would change as things stand.

    Keys are codes, 10-digit HS codes, or for measures "kind|prefix|origin|exporter".
    """
    found = Edition.objects.get(pk=edition_id)
    staged = found.staged or {}
    if "rows" in staged:
        shape = SHAPES[found.kind]
        given = {shape.key(row): row for row in staged["rows"]}
        valid = shape.valid(found.table, found.effective_on, given)
        return difference(valid, given, is_whole=found.is_whole)
    if found.state != Edition.State.EFFECTIVE:
        return Difference()
    changed = {
        key: {column: (pair[0], pair[1]) for column, pair in fields.items()}
        for key, fields in staged.get("changed", {}).items()
    }
    added = staged["added"] if "added" in staged else _brought(found)
    return Difference(tuple(added), changed, tuple(staged.get("removed", ())), found.unchanged)


def names_of(found: Edition, changes: Difference) -> dict[str, str]:
    """The names of the codes or lines that an edition touches, as far as they have one."""
    staged = found.staged or {}
    columns = {
        Edition.Kind.CODES: ("code", "name"),
        Edition.Kind.TARIFF: ("hs_code", "name_zh"),
    }
    if found.kind not in columns:
        return {}
    key, name = columns[Edition.Kind(found.kind)]
    names = {row[key]: row[name] for row in staged.get("rows", ())}
    wanted = [k for k in changes.keys if k not in names][:AT_ONCE]
    if found.kind == Edition.Kind.CODES:
        rows = Code.objects.filter(table=found.table, code__in=wanted).order_by("valid_from")
        return names | dict(rows.values_list("code", "name"))
    lines = TariffRow.objects.filter(hs_code__in=wanted).order_by("valid_from")
    return names | dict(lines.values_list("hs_code", "name"))


def known_lines(hs_codes: Iterable[str]) -> frozenset[str]:
    """Those of the codes that have a line, on whatever day."""
    rows = TariffRow.objects.filter(hs_code__in=list(hs_codes))
    return frozenset(rows.values_list("hs_code", flat=True))


def code_counts(day: dt.date) -> dict[str, dict[str, int]]:
    """Per table how many codes of which status are valid on a day."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    rows = on_day(Code.objects.order_by(), day).values_list("table", "status")
    for table, status, count in rows.annotate(count=Count("pk")):
        counts[table][status] = count
        counts[table]["all"] = counts[table].get("all", 0) + count
    return counts


def last_editions() -> dict[str, Edition]:
    """Per code table the edition that took effect last."""
    rows = editions().filter(kind=Edition.Kind.CODES, state=Edition.State.EFFECTIVE)
    return {row.table: row for row in rows.order_by("effective_on", "applied_at")}


def usual_currencies(month: dt.date) -> list[str]:
    """Currencies that had a rate in the month before and have none in this one."""
    first = month.replace(day=1)
    before = rates_of(first - dt.timedelta(days=1)).values_list("currency", flat=True)
    there = set(rates_of(first).values_list("currency", flat=True))
    return [currency for currency in before if currency not in there]


def _brought(found: Edition) -> list[str]:
    """The keys of an edition that came with the program."""
    if found.kind == Edition.Kind.CODES:
        return list(Code.objects.filter(edition=found).values_list("code", flat=True))
    if found.kind == Edition.Kind.TARIFF:
        return list(TariffRow.objects.filter(edition=found).values_list("hs_code", flat=True))
    return []


def rates_of(month: dt.date) -> QuerySet[AssessmentRate]:
    return AssessmentRate.objects.filter(month=month.replace(day=1)).order_by("currency")


def rates() -> QuerySet[AssessmentRate]:
    return AssessmentRate.objects.all()


def workdays_of(year: int) -> QuerySet[Workday]:
    return Workday.objects.filter(day__year=year).order_by("day")


def calendar_years() -> list[int]:
    return [day.year for day in Workday.objects.dates("day", "year", order="DESC")]


def parameters_on(day: dt.date) -> QuerySet[Parameter]:
    return on_day(Parameter.objects.all(), day).order_by("key")


def history_of_parameter(key: str) -> QuerySet[Parameter]:
    return Parameter.objects.filter(key=key).order_by("-valid_from")


# --- what is kept in the process --------------------------------------------------------------------------


def _stamp() -> str:
    """Changes with every edition that is written, never returns; "" for an empty database."""
    written = Edition.objects.exclude(applied_at=None).order_by("-applied_at")
    return written.values_list("stamp", flat=True).first() or ""


def _start(stamp: str, day: dt.date) -> dt.date:
    """The first day of the time around ``day`` in which nothing changes."""
    days = _turning_days(stamp)
    place = bisect_right(days, day)
    return days[place - 1] if place else _EVER


@lru_cache(maxsize=4)
def _turning_days(_of: str) -> tuple[dt.date, ...]:
    """Every day on which something begins or ends to be valid."""
    applied = Edition.objects.exclude(applied_at=None)
    days = set(applied.order_by().values_list("effective_on", flat=True).distinct())
    days.update(Parameter.objects.values_list("valid_from", flat=True))
    ends = MeasureRow.objects.exclude(valid_to=None).order_by()
    days.update(day for day in ends.values_list("valid_to", flat=True).distinct() if day)
    return tuple(sorted(days))


@lru_cache(maxsize=12)
def _snapshot(_of: str, start: dt.date) -> Snapshot:
    tables: dict[str, dict[str, CodeRow]] = defaultdict(dict)
    initials: dict[str, dict[str, str]] = defaultdict(dict)
    names = ("table", "code", "name", "status", "extra", "initials")
    for table, code, name, status, extra, sounds in (
        on_day(Code.objects.order_by("pk"), start).values_list(*names).iterator(5000)
    ):
        tables[table][code] = CodeRow(code, name, status, extra)
        initials[table][code] = sounds
    measures: dict[tuple[str, str], list[Measure]] = defaultdict(list)
    for row in on_day(MeasureRow.objects.order_by("pk"), start):
        rate = parse_rate(row.rate)
        if rate is not None:
            kept = Measure(row.kind, row.hs_prefix, row.origin, row.exporter, rate, row.source)
            measures[row.hs_prefix, row.origin].append(kept)
            measures[row.hs_prefix, ""].append(kept)  # of every origin
    workdays = dict(Workday.objects.values_list("day", "is_workday"))
    return Snapshot(
        tables=tables,
        initials=initials,
        measures={key: tuple(rows) for key, rows in measures.items()},
        parameters=dict(on_day(Parameter.objects.all(), start).values_list("key", "value")),
        workdays=workdays,
        calendar_from=min(workdays).replace(month=1, day=1) if workdays else None,
        calendar_until=max(workdays).replace(month=12, day=31) if workdays else None,
        is_demo_tariff=on_day(TariffRow.objects.filter(is_demo=True), start).exists(),
    )


@lru_cache(maxsize=LINES)
def _line(_of: str, start: dt.date, hs_code: str) -> TariffLine | None:
    row: Any = on_day(TariffRow.objects.filter(hs_code=hs_code), start).first()
    return line_of(tariff_row(row), is_demo=row.is_demo) if row else None
