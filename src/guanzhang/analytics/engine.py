"""DuckDB, embedded: connections, and the warehouse that a snapshot opens into.

Nothing outside `analytics` (and the criterion compiler) knows which engine this is.
"""
# ruff: noqa: S608 - relations are constants, paths are quoted

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
from sqlglot import exp

from guanzhang.analytics.compile import facts_sql
from guanzhang.analytics.domain.catalogue import CATALOGUE, Fact

RELATIONS = ("parties", "transactions", "service", "days")
MEMORY = os.environ.get("GUANZHANG_ANALYTICS_MEMORY", "2GB")
HEARTBEAT_SECONDS = 0.3
EDITION = 1  # of the meaning of facts: one more makes kept files of facts be computed again
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

Row = tuple[Any, ...]
Heartbeat = Callable[[], None]  # called while a query runs; what it raises cancels the query


def connect(
    spill: Path, *, memory: str = MEMORY, threads: int = 0
) -> duckdb.DuckDBPyConnection:
    """An empty database in memory that loads nothing from the network.

    Beyond ``memory`` it spills to the folder ``spill``, made when needed. ``threads`` 0 = one per
    processor.
    """
    connection = duckdb.connect(
        config={
            "memory_limit": memory,
            "temp_directory": str(spill),
            "threads": threads or os.cpu_count() or 1,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
        }
    )
    connection.execute("SET enable_progress_bar = false")
    return connection


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension from its wheel in site-packages: no network, no copy in the home folder."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    assert spec, f"The wheel of {name} is not installed; run make setup."
    assert spec.origin
    [file] = Path(spec.origin).parent.glob(f"extensions/*/{name}.duckdb_extension")
    connection.execute(f"LOAD {_text(file)}")


def attach_copy(connection: duckdb.DuckDBPyConnection, copy: Path, live: Path) -> None:
    """Attach a *copy* of the SQLite database ``live`` as ``source``, read-only.

    DuckDB brings its own SQLite. Two SQLite libraries in one process drop each other's POSIX locks
    when they open the same file, and committed rows are lost in silence; hence never ``live``.
    """
    if copy.samefile(live):
        raise ValueError(f"{copy} is the live database; only a copy may be attached.")
    load_extension(connection, "sqlite_scanner")
    connection.execute(f"ATTACH {_text(copy)} AS source (TYPE sqlite, READ_ONLY)")


class Warehouse:
    """A snapshot, open for questions as of a day. Use as a context manager; one thread at a time.

    Relations: ``parties``, ``transactions``, ``service``, ``days``, and ``facts`` after
    ``materialise``. ``heartbeat`` is called in the caller's thread while a query runs; when it
    raises (``work.registry.Cancelled``), the query is interrupted and the exception goes on.
    """

    def __init__(
        self,
        folder: Path,
        as_of: dt.date,
        *,
        catalogue: Mapping[str, Fact] = CATALOGUE,
        party_ids: Collection[int] = (),
        heartbeat: Heartbeat | None = None,
        memory: str = MEMORY,
        threads: int = 0,
    ) -> None:
        self.as_of = as_of
        self._folder = folder
        self.catalogue = catalogue
        self._party_ids = party_ids
        self._heartbeat = heartbeat
        self._columns: tuple[str, ...] | None = None
        # Beside the snapshot, where there is room; prune_snapshots clears it after a crash.
        self._spill = folder.parent / f"spill-{secrets.token_hex(8)}"
        self._connection = connect(self._spill, memory=memory, threads=threads)
        for name in RELATIONS:
            file = folder / f"{name}.parquet"
            self._connection.execute(
                f"CREATE VIEW {name} AS SELECT * FROM read_parquet({_text(file)})"
            )
        stored = self._connection.execute("DESCRIBE parties").fetchall()
        self.stored = frozenset(str(row[0]) for row in stored)
        # From here on this connection reads the four files and nothing else on the machine.
        self._connection.execute(f"SET allowed_directories = [{_text(folder)}]")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def materialise(self, columns: Iterable[str]) -> None:
        """Create the table ``facts``: party_id, party_code and at least ``columns``.

        A second call adds what is missing. Raises ``KeyError`` for an unknown column.
        """
        kept = self._columns or ()
        wanted = tuple(dict.fromkeys((*kept, *columns)))
        if self._columns is None or wanted != kept:
            self.keep("facts", self.facts_sql(wanted))
            self._columns = wanted

    def recall(self, columns: Iterable[str]) -> None:
        """Create ``facts`` over a file kept beside the snapshot, computing and writing it once.

        For questions about one customer that need every customer's value (rank, share): reading
        a column of a million takes milliseconds, computing it seconds.
        """
        wanted = tuple(sorted(set(columns)))
        name = hashlib.sha256(repr((EDITION, self.as_of, wanted)).encode()).hexdigest()[:24]
        file = self._folder / f"facts-{name}.parquet"
        if not file.exists():
            self.materialise(wanted)
            listed = ", ".join(f'"{column}"' for column in ("party_id", "party_code", *wanted))
            part = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
            self._run(
                self._connection,
                f"COPY (SELECT {listed} FROM facts ORDER BY party_id) TO {_text(part)} (FORMAT parquet)",
            )
            part.replace(file)
        self._run(self._connection, "DROP TABLE IF EXISTS facts")
        self._columns = None
        self._run(
            self._connection,
            f"CREATE OR REPLACE VIEW facts AS SELECT * FROM read_parquet({_text(file)})",
        )

    def facts_sql(self, columns: Iterable[str]) -> str:
        """The statement behind ``facts``."""
        return facts_sql(
            columns, self.as_of, self.catalogue, party_ids=self._party_ids, stored=self.stored
        )

    def keep(self, name: str, sql: str | exp.Expression) -> None:
        """Store the result of a query as table ``name`` (lower-case identifier), replacing it."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no table name.")
        self._run(self._connection, f'CREATE OR REPLACE TABLE "{name}" AS {_sql(sql)}')

    def rows(self, sql: str | exp.Expression) -> list[Row]:
        """All rows of a query: integers, texts, dates, flags, lists; NULL is None."""
        return list(self._run(self._connection, _sql(sql)).fetchall())

    def one(self, sql: str | exp.Expression) -> dict[str, Any] | None:
        """The first row of a query by column name; None if there is none."""
        result = self._run(self._connection, _sql(sql))
        row = result.fetchone()
        if row is None:
            return None
        return dict(zip((str(c[0]) for c in result.description or ()), row, strict=True))

    def stream(self, sql: str | exp.Expression, chunk: int = 10_000) -> Iterator[list[Row]]:
        """The rows of a query in lists of up to ``chunk``; other queries may run in between."""
        cursor = self._connection.cursor()
        try:
            result = self._run(cursor, _sql(sql))
            while part := result.fetchmany(chunk):
                yield part
        finally:
            cursor.close()

    def interrupt(self) -> None:
        """Stop the running query from another thread; it raises there."""
        self._connection.interrupt()

    def close(self) -> None:
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def _run(
        self, connection: duckdb.DuckDBPyConnection, sql: str
    ) -> duckdb.DuckDBPyConnection:
        return run(connection, sql, self._heartbeat)


def run(
    connection: duckdb.DuckDBPyConnection, sql: str, heartbeat: Heartbeat | None = None
) -> duckdb.DuckDBPyConnection:
    """Execute one statement; with ``heartbeat`` in a second thread, so that it can be cancelled."""
    if heartbeat is None:
        return connection.execute(sql)
    failure: list[duckdb.Error] = []

    def work() -> None:
        try:
            connection.execute(sql)
        except duckdb.Error as error:
            failure.append(error)

    thread = threading.Thread(target=work, name="duckdb")
    thread.start()
    try:
        while thread.is_alive():
            thread.join(HEARTBEAT_SECONDS)
            if thread.is_alive():
                heartbeat()
    finally:
        while thread.is_alive():  # an interrupt before the query has begun would be lost
            connection.interrupt()
            thread.join(0.05)
    if failure:
        raise failure[0]
    return connection


def _sql(sql: str | exp.Expression) -> str:
    return sql if isinstance(sql, str) else sql.sql(dialect="duckdb")


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
