"""The block that stands above write down: grade and key figures of many parties at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

from guanzhang.parties.models import StandingDay
from guanzhang.storage.bulk import chunks

_COLUMNS = (
    "grade", "grade_since", "lifecycle", "amount_12m", "orders_12m", "last_traded_on",
    "last_contact_on",
)  # fmt: skip
_TYPES = {
    "grade": "varchar(20)",
    "lifecycle": "varchar(10)",
    "amount_12m": "bigint",
    "orders_12m": "bigint",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a party stands. None = not known."""

    party_id: int
    grade: str
    grade_since: dt.date | None
    lifecycle: str
    amount_12m: Decimal | None
    orders_12m: int | None
    last_traded_on: dt.date | None
    last_contact_on: dt.date | None


def record_standing(book_id: int, on: dt.date, rows: Iterable[Standing]) -> int:
    """Write the standing of parties of one book as of a day; rows that are as before stay untouched.

    Returns how many rows changed. Built for a million: one temporary table, one update. Amounts
    are kept to four places.
    """
    plain = (
        (
            row.party_id, row.grade, row.grade_since, row.lifecycle,
            None if row.amount_12m is None else int(row.amount_12m.scaleb(4)),
            row.orders_12m, row.last_traded_on, row.last_contact_on,
        )
        for row in rows
    )  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        columns = ", ".join(f"{c} {_TYPES.get(c, 'date')}" for c in _COLUMNS)
        cursor.execute("DROP TABLE IF EXISTS new_standing")
        cursor.execute(
            f"CREATE TEMPORARY TABLE new_standing (party_id bigint PRIMARY KEY, {columns})"
        )
        marks = ", ".join(["%s"] * (len(_COLUMNS) + 1))
        for part in chunks(plain, 5000):
            cursor.executemany(f"INSERT INTO new_standing VALUES ({marks})", part)  # noqa: S608 - constants
        differs = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
        sets = ", ".join(f"{c} = s.{c}" for c in _COLUMNS)
        tests = " OR ".join(f"p.{c} {differs} s.{c}" for c in _COLUMNS)
        cursor.execute(
            f"UPDATE parties_party AS p SET {sets} FROM new_standing AS s "  # noqa: S608 - constants
            f"WHERE p.id = s.party_id AND p.book_id = %s AND ({tests})",
            [book_id],
        )
        changed: int = cursor.rowcount
        cursor.execute("DROP TABLE new_standing")
        StandingDay.objects.update_or_create(book_id=book_id, defaults={"on": on})
        return changed
