"""The tables that come with the program, read from their files: seeds a database, serves the CLI."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from guanzhang.reference.domain.tables import TABLES, CodeRow
from guanzhang.reference.domain.tariff import TariffLine
from guanzhang.reference.domain.tariff_file import line_of
from guanzhang.reference.domain.view import Reference

DATA = Path(__file__).parent / "data"
_COMMON = ("code", "name", "status", "source", "as_of", "confidence")


@cache
def tables() -> Mapping[str, Mapping[str, CodeRow]]:
    """Every shipped code table: rows by code."""
    return {key: {row.code: row for row, _source, _as_of in rows_of(key)} for key in TABLES}


def rows_of(table: str) -> Iterator[tuple[CodeRow, str, str]]:
    """The rows of a shipped table with their source and the month of their transcription."""
    with (DATA / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["source"] and row["as_of"]:
                extra = {k: v for k, v in row.items() if k not in _COMMON and v}
                code = CodeRow(row["code"], row["name"], row["status"], extra)
                yield code, row["source"], row["as_of"]


@cache
def demo_tariff() -> Mapping[str, TariffLine]:
    """The demonstration tariff. Its figures were not taken from the official one."""
    with (DATA / "demo_tariff.csv").open(encoding="utf-8", newline="") as file:
        return {row["hs_code"]: line_of(row, is_demo=True) for row in csv.DictReader(file)}


def rows_in(name: str) -> list[dict[str, str]]:
    """The rows of ``calendar``, ``parameters`` or ``demo_tariff`` as text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def parameters(on: dt.date) -> Mapping[str, Decimal]:
    """The shipped parameters as of a day, by key; a later row of a key replaces an earlier one."""
    rows = sorted(rows_in("parameters"), key=lambda row: row["valid_from"])
    return {r["key"]: Decimal(r["value"]) for r in rows if r["valid_from"] <= on.isoformat()}


@cache
def workdays() -> Mapping[dt.date, bool]:
    """Holidays and exchanged working days."""
    return {
        dt.date.fromisoformat(row["day"]): row["is_workday"] == "1"
        for row in rows_in("calendar")
    }


def reference(on: dt.date) -> Reference:
    """What ships with the program, as if it had always been valid: for commands without a database."""
    return Reference(
        on=on,
        tables=tables(),
        find_tariff=demo_tariff().get,
        parameters=parameters(on),
        workdays=workdays(),
        calendar_from=min(workdays()).replace(month=1, day=1),
        calendar_until=max(workdays()).replace(month=12, day=31),
        is_demo_tariff=True,
    )
