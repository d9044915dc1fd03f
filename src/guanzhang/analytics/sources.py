"""Where a snapshot's rows come from: a copy of the SQLite file, or COPY out of PostgreSQL.

Both leave the relations named in ``snapshots.RAW`` in DuckDB, with equal columns and types, all seen
at one moment. The live SQLite file is never opened by DuckDB (see ``engine.attach_copy``).
"""
# ruff: noqa: S608 - tables, columns and types are constants, book and paths are ours

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
from django.db import connection, transaction

from guanzhang.analytics.engine import attach_copy
from guanzhang.analytics.snapshots import RAW
from guanzhang.analytics.touch import VERSION_SQL, data_version

Between = Callable[[], None]  # called between the pieces of work; may raise to stop it
_WAL_MARK = slice(18, 20)  # bytes of the header that say how the file is journalled


def read_inputs(
    engine: duckdb.DuckDBPyConnection, book_id: int, part: Path, between: Between
) -> int | None:
    """Make the relations of ``RAW`` in ``engine``; returns the version of the data they hold.

    Scratch files go to ``part`` and must live as long as ``engine``. None: nobody counted changes.
    """
    if connection.vendor == "sqlite":
        return _from_sqlite(engine, book_id, part)
    with _one_moment():
        version = data_version()
        for name in RAW:
            between()
            _copy_postgresql(engine, name, book_id, part / f"{name}.csv")
    return version


def _from_sqlite(engine: duckdb.DuckDBPyConnection, book_id: int, part: Path) -> int | None:
    copy, live = part / "copy.sqlite3", Path(str(connection.settings_dict["NAME"]))
    version = data_version()
    if connection.in_atomic_block and version != _version_in(live):
        _copy_own_view(copy)
    else:
        _copy_committed(live, copy)
        version = None if version is None else _version_in(copy)
    attach_copy(engine, copy, live)
    for name, raw in RAW.items():
        columns = ", ".join(f"CAST({c} AS {kind}) AS {c}" for c, kind in raw.columns.items())
        where = raw.where.format(book=int(book_id), schema="source.")
        engine.execute(
            f"CREATE VIEW {name} AS SELECT {columns} FROM source.{raw.table} WHERE {where}"
        )
    return version


def _copy_committed(live: Path, copy: Path) -> None:
    """What is committed, page by page, without holding up writers."""
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")


def _copy_own_view(copy: Path) -> None:
    """What this transaction sees, its own changes included, through memory.

    The backup API refuses a source that is being written by the same connection.
    """
    pages = bytearray(connection.connection.serialize())
    pages[_WAL_MARK] = b"\x01\x01"  # the copy has no log beside it
    copy.write_bytes(pages)


def _version_in(file: Path) -> int:
    """The version of the data as committed to an SQLite file."""
    with closing(sqlite3.connect(file)) as other:
        row = other.execute(VERSION_SQL).fetchone()
    return int(row[0])


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction in which every query sees the same data; the caller's own, if there is one."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _copy_postgresql(
    engine: duckdb.DuckDBPyConnection, name: str, book_id: int, file: Path
) -> None:
    """One relation through COPY on Django's own connection: its transaction, its credentials."""
    raw = RAW[name]
    columns = ", ".join(
        f"{c} AT TIME ZONE 'UTC'" if kind == "TIMESTAMP" else c
        for c, kind in raw.columns.items()
    )
    where = raw.where.format(book=int(book_id), schema="")
    with connection.cursor() as cursor, file.open("wb") as target:
        statement = (
            f"COPY (SELECT {columns} FROM {raw.table} WHERE {where}) TO STDOUT (FORMAT csv)"
        )
        with cursor.cursor.copy(statement) as rows:
            for block in rows:
                target.write(block)
    types = ", ".join(f"'{c}': '{kind}'" for c, kind in raw.columns.items())
    path = str(file).replace("'", "''")
    engine.execute(
        f"CREATE VIEW {name} AS SELECT * FROM read_csv('{path}', header = false, delim = ',',"
        f" quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false,"
        f" auto_detect = false, columns = {{{types}}})"
    )
