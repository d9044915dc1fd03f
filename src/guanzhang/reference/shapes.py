"""For each kind of edition: what is valid, and how its rows are written. Rows are texts by column.

Dated rows are half-open ranges. Writing an edition closes exactly the rows it changes or ends and opens
the new ones on the same day; a row that began on that very day is replaced, for it never held a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Min, Model, Q, QuerySet

from guanzhang.reference.domain.difference import Difference
from guanzhang.reference.models import (
    AssessmentRate,
    Code,
    Edition,
    MeasureRow,
    Parameter,
    TariffRow,
    Workday,
)
from guanzhang.storage import pinyin
from guanzhang.storage.bulk import AT_ONCE, chunks, insert_rows

Row = Mapping[str, str]
Rows = Mapping[str, Row]
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shape:
    """``valid(table, day, given)`` are the rows an edition is compared with, by ``key(row)``."""

    key: Callable[[Row], str]
    valid: Callable[[str, dt.date, Rows], dict[str, Row]]
    write: Callable[[Edition, Rows, Difference], None]
    may_be_whole: bool = True


def on_day(rows: QuerySet[Any], day: dt.date) -> QuerySet[Any]:
    """The dated rows that hold on a day."""
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


# --- dated rows ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Dated:
    """One dated table: which rows belong to an edition's part of it, their key, their columns."""

    model: type[Model]
    rows: Callable[[str], QuerySet[Any]]
    key_columns: tuple[str, ...]
    names: tuple[str, ...]
    values: Callable[[Edition, Row], tuple[Any, ...]]  # in the order of ``names``
    until: Callable[[Row], dt.date | None] = lambda _row: None
    names_edition: bool = True

    def write(self, edition: Edition, given: Rows, diff: Difference) -> None:
        day, rows = edition.effective_on, self.rows(edition.table)
        columns = ("pk", "valid_from", "valid_to", *self.key_columns)
        covering = {"|".join(r[3:]): r[:3] for r in on_day(rows, day).values_list(*columns)}
        ended = [covering[key] for key in (*diff.changed, *diff.removed)]
        for part in chunks((pk for pk, first, _last in ended if first < day), AT_ONCE):
            rows.filter(pk__in=part).update(valid_to=day)
        for part in chunks((pk for pk, first, _last in ended if first == day), AT_ONCE):
            rows.filter(pk__in=part).delete()
        following = self._following(rows, day)

        def lines() -> Iterable[tuple[Any, ...]]:
            for key in (*diff.added, *diff.changed):
                row = given[key]
                last = covering[key][2] if key in covering else following.get(key)
                if (own := self.until(row)) and (last is None or own < last):
                    last = own
                brought = (edition.pk,) if self.names_edition else ()
                yield (*brought, day, last, *self.values(edition, row))

        brought = ("edition_id",) if self.names_edition else ()
        insert_rows(self.model, (*brought, "valid_from", "valid_to", *self.names), lines())

    def _following(self, rows: QuerySet[Any], day: dt.date) -> dict[str, dt.date]:
        """Key → the day on which a later row of it begins."""
        later = rows.filter(valid_from__gt=day).order_by().values_list(*self.key_columns)
        return {"|".join(r[:-1]): r[-1] for r in later.annotate(first=Min("valid_from"))}


# --- code tables --------------------------------------------------------------------------------------


def code_row(code: Code) -> Row:
    return {"code": code.code, "name": code.name, "status": code.status, **code.extra}


def code_values(table: str, row: Row) -> tuple[Any, ...]:
    extra = {k: v for k, v in row.items() if k not in ("code", "name", "status") and v}
    initials = pinyin.initials(row["name"])[:200]
    return table, row["code"], row["name"], row["status"], extra, initials


CODE_NAMES = ("table", "code", "name", "status", "extra", "initials")


def _valid_codes(table: str, day: dt.date, _given: Rows) -> dict[str, Row]:
    return {c.code: code_row(c) for c in on_day(Code.objects.filter(table=table), day)}


_CODES = _Dated(
    Code,
    lambda table: Code.objects.filter(table=table),
    ("code",),
    CODE_NAMES,
    lambda edition, row: code_values(edition.table, row),
)

# --- the tariff ---------------------------------------------------------------------------------------

TARIFF_NAMES = ("hs_code", "name", "data", "initials", "is_demo")


def tariff_values(row: Row, *, is_demo: bool) -> tuple[Any, ...]:
    data = {k: v for k, v in row.items() if v and k not in ("hs_code", "name_zh")}
    initials = pinyin.initials(row["name_zh"])
    return row["hs_code"], row["name_zh"], data, initials, is_demo


def tariff_row(line: TariffRow) -> Row:
    return {"hs_code": line.hs_code, "name_zh": line.name, **line.data}


def _valid_tariff(_table: str, day: dt.date, _given: Rows) -> dict[str, Row]:
    lines = on_day(TariffRow.objects.only("hs_code", "name", "data"), day)
    return {line.hs_code: tariff_row(line) for line in lines}


_TARIFF = _Dated(
    TariffRow,
    lambda _table: TariffRow.objects.all(),
    ("hs_code",),
    TARIFF_NAMES,
    lambda edition, row: tariff_values(row, is_demo=edition.is_demo),
)

# --- measures -----------------------------------------------------------------------------------------

_MEASURE_KEY = ("kind", "hs_prefix", "origin", "exporter")


def _measure_row(measure: MeasureRow) -> Row:
    names = (*_MEASURE_KEY, "rate", "source")
    until = measure.valid_to - DAY if measure.valid_to else None
    return {name: getattr(measure, name) for name in names} | {
        "until": until.isoformat() if until else ""
    }


def _valid_measures(_table: str, day: dt.date, _given: Rows) -> dict[str, Row]:
    rows = (_measure_row(m) for m in on_day(MeasureRow.objects.all(), day))
    return {_measure_key(row): row for row in rows}


def _measure_key(row: Row) -> str:
    return "|".join(row.get(name, "") for name in _MEASURE_KEY)


def _measure_end(row: Row) -> dt.date | None:
    until = row.get("until", "")
    return dt.date.fromisoformat(until) + DAY if until else None


_MEASURES = _Dated(
    MeasureRow,
    lambda _table: MeasureRow.objects.all(),
    _MEASURE_KEY,
    (*_MEASURE_KEY, "rate", "source"),
    lambda _edition, row: tuple(
        row.get(name, "") for name in (*_MEASURE_KEY, "rate", "source")
    ),
    _measure_end,
)

# --- parameters ---------------------------------------------------------------------------------------


def _parameter_row(parameter: Parameter) -> Row:
    return {
        "key": parameter.key,
        "value": plain(parameter.value),
        "source": parameter.source,
        "is_confirmed": "1" if parameter.is_confirmed else "0",
    }


def _valid_parameters(_table: str, day: dt.date, _given: Rows) -> dict[str, Row]:
    return {p.key: _parameter_row(p) for p in on_day(Parameter.objects.all(), day)}


PARAMETER_NAMES = ("key", "value", "source", "is_confirmed")


def parameter_values(row: Row) -> tuple[Any, ...]:
    return row["key"], Decimal(row["value"]), row["source"], row.get("is_confirmed") == "1"


_PARAMETERS = _Dated(
    Parameter,
    lambda _table: Parameter.objects.all(),
    ("key",),
    PARAMETER_NAMES,
    lambda _edition, row: parameter_values(row),
    names_edition=False,
)

# --- calendar and rates: the day and the month are in the row itself -----------------------------------


def _workday_row(day: Workday) -> Row:
    return {
        "day": day.day.isoformat(),
        "is_workday": "1" if day.is_workday else "0",
        "name": day.name,
        "source": day.source,
    }


def _valid_calendar(_table: str, _day: dt.date, given: Rows) -> dict[str, Row]:
    """The days of the years that the file is about: a whole edition replaces whole years."""
    years = {int(day[:4]) for day in given}
    return {
        w.day.isoformat(): _workday_row(w) for w in Workday.objects.filter(day__year__in=years)
    }


def _write_calendar(_edition: Edition, given: Rows, diff: Difference) -> None:
    gone = (*diff.changed, *diff.removed)
    Workday.objects.filter(day__in=gone).delete()
    Workday.objects.bulk_create(
        Workday(
            day=dt.date.fromisoformat(key),
            is_workday=given[key]["is_workday"] == "1",
            name=given[key].get("name", ""),
            source=given[key]["source"],
        )
        for key in (*diff.added, *diff.changed)
    )


def _rate_row(rate: AssessmentRate) -> Row:
    return {
        "month": rate.month.isoformat(),
        "currency": rate.currency,
        "rate": plain(rate.rate),
        "base_date": rate.base_date.isoformat(),
        "source": rate.source,
    }


def _valid_rates(_table: str, _day: dt.date, given: Rows) -> dict[str, Row]:
    months = {row["month"] for row in given.values()}
    rows = AssessmentRate.objects.filter(month__in=months).exclude(approved_at=None)
    return {f"{r.month:%Y-%m} {r.currency}": _rate_row(r) for r in rows}


def _write_rates(edition: Edition, given: Rows, diff: Difference) -> None:
    """A reviewed file is approved with its review: loader and reviewer are two persons."""
    for key in (*diff.added, *diff.changed):
        row = given[key]
        values: dict[str, Any] = {
            "rate": Decimal(row["rate"]),
            "base_date": dt.date.fromisoformat(row["base_date"]),
            "source": row["source"],
            "entered_by_id": edition.loaded_by_id,
            "entered_by": edition.loaded_by,
            "entered_at": edition.loaded_at,
            "approved_by_id": edition.reviewed_by_id,
            "approved_by": edition.reviewed_by,
            "approved_at": edition.reviewed_at,
        }
        month = dt.date.fromisoformat(row["month"])
        AssessmentRate.objects.update_or_create(
            month=month, currency=row["currency"], defaults=values
        )


def plain(number: Decimal) -> str:
    """``50.00000000`` → ``50``, as a person writes it."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


SHAPES: Mapping[str, Shape] = {
    "codes": Shape(lambda row: row["code"], _valid_codes, _CODES.write),
    "tariff": Shape(lambda row: row["hs_code"], _valid_tariff, _TARIFF.write),
    "measures": Shape(_measure_key, _valid_measures, _MEASURES.write),
    "rates": Shape(
        lambda row: f"{row['month'][:7]} {row['currency']}",
        _valid_rates,
        _write_rates,
        may_be_whole=False,
    ),
    "calendar": Shape(lambda row: row["day"], _valid_calendar, _write_calendar),
    "parameters": Shape(
        lambda row: row["key"], _valid_parameters, _PARAMETERS.write, may_be_whole=False
    ),
}
