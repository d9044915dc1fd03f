"""Put what ships with the program into a database: code tables, demo tariff, calendar, parameters."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import transaction

from guanzhang.kernel.actor import system_actor
from guanzhang.reference import shipped
from guanzhang.reference.domain.tables import TABLES
from guanzhang.reference.models import Code, Edition, Parameter, TariffRow, Workday
from guanzhang.reference.services.stamps import next_applied_at
from guanzhang.reference.shapes import (
    CODE_NAMES,
    PARAMETER_NAMES,
    TARIFF_NAMES,
    code_values,
    parameter_values,
    tariff_values,
)
from guanzhang.storage.bulk import insert_rows
from guanzhang.trail.services import record

VALID_FROM = dt.date(2019, 2, 1)  # the day of the form with 49 columns
SHIPPED = "随程序提供"
DEMO_TITLE = "演示税则（不可用于真实申报）"
_DATED = ("edition_id", "valid_from")
Kind = Edition.Kind


def install_shipped(now: dt.datetime) -> int:
    """Add what the database lacks and leave what it has; returns how many rows came.

    A later version of the program adds its new tables, parameters and years of the calendar.
    """
    with transaction.atomic():
        rows = _install_tables(now) + _install_tariff(now)
        rows += _install_calendar(now) + _install_parameters(now)
        if rows:
            record(
                system_actor(0), "reference.installed", now=now, object_type="edition",
                label=SHIPPED, changes={"rows": rows},
            )  # fmt: skip
    return rows


def _install_tables(now: dt.datetime) -> int:
    there = set(Edition.objects.filter(kind=Kind.CODES).values_list("table", flat=True))
    count = 0
    for table in TABLES.values():
        if table.key in there:
            continue
        for (source, as_of), rows in _prepared(table.key):
            edition = _edition(
                now, Kind.CODES, table.zh, source, as_of, len(rows), table=table.key
            )
            count += insert_rows(
                Code, (*_DATED, *CODE_NAMES), ((edition.pk, VALID_FROM, *row) for row in rows)
            )
    return count


@cache
def _prepared(table: str) -> Sequence[tuple[tuple[str, str], list[tuple[Any, ...]]]]:
    """The rows of a shipped table per source and month, as they are stored."""
    parts: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for row, source, as_of in shipped.rows_of(table):
        cells = {"code": row.code, "name": row.name, "status": row.status, **row.extra}
        parts[source, as_of].append(code_values(table, cells))
    return tuple(parts.items())


def _install_tariff(now: dt.datetime) -> int:
    if Edition.objects.filter(kind=Kind.TARIFF).exists():
        return 0
    rows = shipped.rows_in("demo_tariff")
    source = "根据一般常识编写，未取自官方税则"
    edition = _edition(now, Kind.TARIFF, DEMO_TITLE, source, "2026-09", len(rows), is_demo=True)
    lines = ((edition.pk, VALID_FROM, *tariff_values(row, is_demo=True)) for row in rows)
    return insert_rows(TariffRow, (*_DATED, *TARIFF_NAMES), lines)


def _install_calendar(now: dt.datetime) -> int:
    known = {day.year for day in Workday.objects.dates("day", "year")}
    rows = [r for r in shipped.rows_in("calendar") if int(r["day"][:4]) not in known]
    if not rows:
        return 0
    years = sorted({row["day"][:4] for row in rows})
    title = f"工作日历 {years[0]}-{years[-1]}"
    _edition(now, Kind.CALENDAR, title, "国务院办公厅节假日安排通知", "", len(rows))
    days = (
        (dt.date.fromisoformat(r["day"]), r["is_workday"] == "1", r["name"], r["source"])
        for r in rows
    )
    return insert_rows(Workday, ("day", "is_workday", "name", "source"), days)


def _install_parameters(now: dt.datetime) -> int:
    known = set(Parameter.objects.values_list("key", flat=True))
    rows = [row for row in shipped.rows_in("parameters") if row["key"] not in known]
    if not rows:
        return 0
    _edition(now, Kind.PARAMETERS, "规则参数", "见各参数的来源", "", len(rows))
    values = (
        (dt.date.fromisoformat(row["valid_from"]), *parameter_values(row)) for row in rows
    )
    return insert_rows(Parameter, ("valid_from", *PARAMETER_NAMES), values)


def _edition(
    now: dt.datetime,
    kind: str,
    title: str,
    source: str,
    source_date: str,
    added: int,
    *,
    table: str = "",
    is_demo: bool = False,
) -> Edition:
    return Edition.objects.create(
        kind=kind,
        table=table,
        title=title,
        effective_on=VALID_FROM,
        state=Edition.State.EFFECTIVE,
        is_demo=is_demo,
        source=source,
        source_date=source_date,
        is_whole=False,
        added=added,
        loaded_by=SHIPPED,
        loaded_at=now,
        applied_at=next_applied_at(now),
        stamp=secrets.token_hex(16),
    )
