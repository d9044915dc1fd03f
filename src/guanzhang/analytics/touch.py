"""Has anything changed that a snapshot is made of? Counted by triggers, read in a moment."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db import connection

# table → columns whose update counts; () = any column. Insert and delete always count.
WATCHED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "parties_party": (
            "code", "kind", "is_customer", "industry", "region", "scale", "staff_count",
            "annual_revenue", "registered_capital", "established_on", "customs_credit",
            "customs_kind", "source", "custom", "owner_id", "department_id", "status",
        ),
        "parties_transaction": (
            "book_id", "party_id", "source", "document_no", "traded_on", "direction",
            "product_code", "product_name", "book_amount",
        ),
        "parties_servicerecord": (
            "book_id", "party_id", "kind", "happened_at", "next_action", "next_due_on", "closed_at",
        ),
        "parties_tag": (),
        "parties_tag_parties": (),
        "parties_customfield": (),
    }
)  # fmt: skip


VERSION_SQL = "SELECT COALESCE(SUM(weight), 0) FROM analytics_touch"


def trigger_names(table: str) -> tuple[str, str, str]:
    """The triggers on a table: after insert, update and delete."""
    return (f"{table}_touch_i", f"{table}_touch_u", f"{table}_touch_d")


def data_version() -> int | None:
    """The version of the data as the current transaction sees it.

    None when a trigger is missing (Django rebuilds an altered SQLite table without its triggers):
    then nobody can say that nothing changed.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
            )
        present = {row[0] for row in cursor.fetchall()}
        if any(name not in present for table in WATCHED for name in trigger_names(table)):
            return None
        cursor.execute(VERSION_SQL)
        return int(cursor.fetchone()[0])


def fold_touches() -> None:
    """Make one row of the rows that PostgreSQL's triggers wrote; the version stays the same."""
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM analytics_touch RETURNING weight) "
            "INSERT INTO analytics_touch (weight) "
            "SELECT SUM(weight) FROM gone HAVING COUNT(*) > 0"
        )
