"""Checks on the rows of an edition, as text by column; the path of a problem is "row number.column".

Rows count from 0. Every check returns all problems at once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain import problems as kinds
from guanzhang.reference.domain.months import base_date
from guanzhang.reference.domain.tariff import Rate, parse_rate
from guanzhang.reference.domain.tariff_file import (
    PERCENTS,
    RATES,
    fraction,
    parse_agreements,
)

Row = Mapping[str, str]
Problems = Iterator[Problem]
_HS_CODE = re.compile(r"(?:0[1-9]|[1-6]\d|7[0-689]|8\d|9[0-8])\d{8}", re.ASCII)
_PREFIX = re.compile(r"\d{2,10}", re.ASCII)
_INSPECTION = re.compile(r"(?:[MPRLV](?:\.?[MPRLV])*)?(?:/(?:[NQSW](?:\.?[NQSW])*)?)?")
_NUMBER = re.compile(r"\d{1,10}(?:\.\d{1,8})?", re.ASCII)
_USUAL_VAT = (Decimal("0.13"), Decimal("0.09"))
_SAME_IN_A_LINE = ("unit1", "unit2", "general_rate", "mfn_rate")  # among the rows of 8 digits
_COLUMNS = {
    "unit1": "第一法定单位",
    "unit2": "第二法定单位",
    **RATES,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the checks compare with: codes in force, and which days are worked."""

    effective_on: dt.date
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by table
    parameters: frozenset[str] = frozenset()
    is_workday: Callable[[dt.date], bool | None] = lambda _day: None
    years: frozenset[int] = frozenset()  # of the calendar that is known
    number: Callable[[int], int] = lambda i: i + 1  # row of the list → row of the file


def check_tariff(rows: Sequence[Row], known: Known) -> tuple[Problem, ...]:
    """Codes, units, letters and rates of every line, then the lines of the same 8 digits."""
    found: list[Problem] = []
    for i, row in enumerate(rows):
        if not _HS_CODE.fullmatch(row["hs_code"]):
            found.append(kinds.BAD_HS_CODE.at(f"{i}.hs_code", found=row["hs_code"]))
        found += _units(i, row, known.codes["unit"])
        found += _letters(i, row, known.codes["license_doc"])
        found += _rates(i, row, known)
        found += _percents(i, row)
    return (*found, *_repeated(rows, ("hs_code",), known), *_lines(rows, known))


def check_codes(rows: Sequence[Row], known: Known) -> tuple[Problem, ...]:
    bad = (
        kinds.BAD_CODE.at(f"{i}.code", found=row["code"])
        for i, row in enumerate(rows)
        if len(row["code"]) > 20 or any(c.isspace() for c in row["code"])
    )
    return (*bad, *_repeated(rows, ("code",), known))


def check_measures(rows: Sequence[Row], known: Known) -> tuple[Problem, ...]:
    found: list[Problem] = []
    for i, row in enumerate(rows):
        if not _PREFIX.fullmatch(row["hs_prefix"]):
            found.append(kinds.BAD_PREFIX.at(f"{i}.hs_prefix", found=row["hs_prefix"]))
        if row["origin"] not in known.codes["country"]:
            found.append(kinds.UNKNOWN_COUNTRY.at(f"{i}.origin", found=row["origin"]))
        found += _rate(f"{i}.rate", row["rate"], known.codes["unit"])
        until = row.get("until", "")
        if until and until < known.effective_on.isoformat():
            facts = {"found": until, "expected": known.effective_on}
            found.append(kinds.ENDED_BEFORE.at(f"{i}.until", **facts))
    return (*found, *_repeated(rows, ("kind", "hs_prefix", "origin", "exporter"), known))


def check_rates(rows: Sequence[Row], known: Known) -> tuple[Problem, ...]:
    """Assessment rates: currency, value, and whether the base day is the one of the rule."""
    found: list[Problem] = []
    for i, row in enumerate(rows):
        if row["currency"] not in known.codes["currency"] or row["currency"] == "CNY":
            found.append(kinds.UNKNOWN_CURRENCY.at(f"{i}.currency", found=row["currency"]))
        if not _NUMBER.fullmatch(row["rate"]) or not Decimal(row["rate"]):
            found.append(kinds.NOT_POSITIVE.at(f"{i}.rate", found=row["rate"]))
        if row["month"] and row["base_date"]:
            month, given = map(dt.date.fromisoformat, (row["month"], row["base_date"]))
            found += check_base_date(month, given, known.is_workday, f"{i}.base_date")
    return (*found, *_repeated(rows, ("month", "currency"), known))


def check_base_date(
    month: dt.date, given: dt.date, is_workday: Callable[[dt.date], bool | None], path: str
) -> Problems:
    """Warns when the base day is not the one of the rule, as far as the calendar is known."""
    expected = base_date(month, is_workday)
    if expected and expected != given:
        facts = {"month": f"{month:%Y-%m}", "expected": expected, "found": given}
        yield kinds.BASE_DATE_DIFFERS.at(path, **facts)


def check_calendar(rows: Sequence[Row], known: Known) -> tuple[Problem, ...]:
    """A year that is new must be there with its first and its last holiday."""
    holidays = {row["day"] for row in rows if row["is_workday"] == "0"}
    first: dict[int, int] = {}
    for i, row in enumerate(rows):
        if row["day"]:
            first.setdefault(int(row["day"][:4]), i)
    found = [
        kinds.YEAR_INCOMPLETE.at(f"{i}.day", year=year)
        for year, i in first.items()
        if year not in known.years and not {f"{year}-01-01", f"{year}-10-01"} <= holidays
    ]
    return (*found, *_repeated(rows, ("day",), known))


def check_parameters(rows: Sequence[Row], known: Known) -> tuple[Problem, ...]:
    found: list[Problem] = []
    for i, row in enumerate(rows):
        if row["key"] not in known.parameters:
            facts = {"found": row["key"], "expected": "、".join(sorted(known.parameters))}
            found.append(kinds.UNKNOWN_PARAMETER.at(f"{i}.key", **facts))
        if not _NUMBER.fullmatch(row["value"]):
            found.append(kinds.BAD_NUMBER.at(f"{i}.value", found=row["value"]))
    return (*found, *_repeated(rows, ("key",), known))


CHECKS: Mapping[str, Callable[[Sequence[Row], Known], tuple[Problem, ...]]] = {
    "codes": check_codes,
    "tariff": check_tariff,
    "measures": check_measures,
    "rates": check_rates,
    "calendar": check_calendar,
    "parameters": check_parameters,
}


def _units(i: int, row: Row, units: frozenset[str]) -> Problems:
    for name in ("unit1", "unit2"):
        if (unit := row.get(name, "")) and unit not in units:
            yield kinds.UNKNOWN_UNIT.at(f"{i}.{name}", found=unit)


def _letters(i: int, row: Row, licences: frozenset[str]) -> Problems:
    written = row.get("supervision_conditions", "")
    unknown = [letter for letter in dict.fromkeys(written) if letter not in licences]
    if unknown:
        path = f"{i}.supervision_conditions"
        yield kinds.UNKNOWN_LICENCE.at(path, found=written, letters="、".join(unknown))
    inspection = row.get("inspection_category", "")
    if not _INSPECTION.fullmatch(inspection):
        yield kinds.BAD_INSPECTION.at(f"{i}.inspection_category", found=inspection)


def _rates(i: int, row: Row, known: Known) -> Problems:
    units = known.codes["unit"]
    for name in RATES:
        yield from _rate(f"{i}.{name}", row.get(name, ""), units)
    written = row.get("agreement_rates", "")
    path = f"{i}.agreement_rates"
    try:
        agreements = parse_agreements(written)
    except ValueError as error:
        if str(error).rpartition("=")[2].strip().startswith("-"):
            yield kinds.NEGATIVE.at(path, found=str(error))
        else:
            yield kinds.BAD_AGREEMENTS.at(path, found=written)
        return
    for code, rate in agreements.items():
        if code not in known.codes["fta_agreement"]:
            yield kinds.UNKNOWN_AGREEMENT.at(path, found=code)
        yield from _rate_unit(path, rate, units)


def _rate(path: str, written: str, units: frozenset[str]) -> Problems:
    try:
        rate = parse_rate(written)
    except ValueError:
        kind = (
            kinds.NEGATIVE if written.strip().startswith(("-", "－", "−")) else kinds.BAD_RATE
        )
        yield kind.at(path, found=written)
    else:
        if rate is not None:
            yield from _rate_unit(path, rate, units)


def _rate_unit(path: str, rate: Rate, units: frozenset[str]) -> Problems:
    if rate.unit and rate.unit not in units:
        yield kinds.RATE_UNIT.at(path, found=rate, unit=rate.unit)


def _percents(i: int, row: Row) -> Problems:
    values: dict[str, Decimal | None] = {}
    for name in PERCENTS:
        written = row.get(name, "")
        try:
            values[name] = value = fraction(written)
        except (ValueError, InvalidOperation):
            yield kinds.BAD_PERCENT.at(f"{i}.{name}", found=written)
            continue
        if value is not None and value > 1:
            yield kinds.BAD_PERCENT.at(f"{i}.{name}", found=written)
    vat, rebate = values.get("vat_rate"), values.get("export_rebate_rate")
    if vat is not None and vat not in _USUAL_VAT and vat <= 1:
        yield kinds.UNUSUAL_VAT.at(f"{i}.vat_rate", found=row["vat_rate"])
    if vat is not None and rebate is not None and vat < rebate <= 1:
        facts = {"found": row["export_rebate_rate"], "expected": row["vat_rate"]}
        yield kinds.REBATE_ABOVE_VAT.at(f"{i}.export_rebate_rate", **facts)


def _lines(rows: Sequence[Row], known: Known) -> Problems:
    """The rows that share 8 digits: the same units and basic rates, and both basic rates present."""
    lines: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        lines[row["hs_code"][:8]].append(i)
    for prefix, members in lines.items():
        for name in _SAME_IN_A_LINE:
            yield from _differing(rows, prefix, members, name, known)
        for name in ("mfn_rate", "general_rate"):
            if not any(rows[i].get(name) for i in members):
                facts = {"prefix": prefix, "field": RATES[name]}
                yield kinds.NO_BASE_RATE.at(f"{members[0]}.{name}", **facts)


def _differing(
    rows: Sequence[Row], prefix: str, members: Sequence[int], name: str, known: Known
) -> Problems:
    if name.endswith("_rate") and any(rows[i].get("quota_rate") for i in members):
        return  # within and outside a quota the rates differ by design
    first, *others = members
    expected = rows[first].get(name, "")
    for i in others:
        if (found := rows[i].get(name, "")) != expected:
            facts = {"prefix": prefix, "field": _COLUMNS[name], "found": found}
            row = known.number(first)
            yield kinds.PREFIX_DIFFERS.at(f"{i}.{name}", row=row, expected=expected, **facts)


def _repeated(rows: Sequence[Row], columns: Sequence[str], known: Known) -> Problems:
    seen: dict[tuple[str, ...], int] = {}
    for i, row in enumerate(rows):
        key = tuple(row.get(name, "") for name in columns)
        if key in seen:
            found = " ".join(part for part in key if part)
            row_no = known.number(seen[key])
            yield kinds.DUPLICATE.at(f"{i}.{columns[0]}", found=found, row=row_no)
        else:
            seen[key] = i
