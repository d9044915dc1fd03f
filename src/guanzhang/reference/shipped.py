"""The tables that come with the program, read from their files: seeds a database, serves the CLI."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from guanzhang.reference.domain.tables import TABLES, CodeRow
from guanzhang.reference.domain.tariff import TariffLine, parse_rate
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
        return {row["hs_code"]: _line(row) for row in csv.DictReader(file)}


def reference(on: dt.date) -> Reference:
    """What ships with the program, as if it had always been valid: for commands without a database."""
    return Reference(on=on, tables=tables(), find_tariff=demo_tariff().get, is_demo_tariff=True)


def _line(row: Mapping[str, str]) -> TariffLine:
    return TariffLine(
        hs_code=row["hs_code"],
        name=row["name_zh"],
        unit1=row["unit1"],
        unit2=row["unit2"],
        mfn=parse_rate(row["mfn_rate"]),
        general=parse_rate(row["general_rate"]),
        provisional=parse_rate(row["provisional_rate"]),
        rebate=_fraction(row["export_rebate_rate"]),
        vat=_fraction(row["vat_rate"]),
        consumption=parse_rate(row["consumption_tax"]),
        supervision=row["supervision_conditions"],
        inspection=row["inspection_category"],
        elements=tuple(row["elements"].split(";")) if row["elements"] else (),
        is_demo=True,
    )


def _fraction(text: str) -> Decimal | None:
    return Decimal(text) / 100 if text else None
