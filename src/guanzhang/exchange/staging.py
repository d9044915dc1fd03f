"""What a check found out, kept until the commit: typed rows that may go in, raw rows that may not.

One SQLite file per batch beside the uploads, whatever the main database is. It is scratch: lost or
damaged, the batch is simply checked again.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guanzhang.exchange.domain.cells import Raw, Value
from guanzhang.exchange.spec import Row


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that may not go in: its cells, its number within its document, and (column, message)s."""

    row: int
    ordinal: int | None
    cells: list[Raw]
    problems: list[tuple[int | None, str]]


class Staging:
    """The staging file of one batch. Written once by the check, then only read."""

    def __init__(self, path: Path, width: int, flags: Sequence[int] = ()) -> None:
        self.path = path
        self.width = width
        self.flags = tuple(flags)  # positions of True/False values

    def write(self) -> StagingWriter:
        """A fresh, empty file; what was there before is gone."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        return StagingWriter(self.path, self.width)

    def count(self) -> int:
        """How many rows may go in; 0 when the file is missing or damaged."""
        if not self.path.exists():
            return 0
        try:
            with closing(sqlite3.connect(self.path)) as file:
                return int(file.execute("SELECT count(*) FROM rows").fetchone()[0])
        except sqlite3.DatabaseError:
            return 0

    def rows(self, size: int) -> Iterator[list[Row]]:
        """The rows that may go in, in order of the file, ``size`` at a time."""
        with closing(sqlite3.connect(self.path)) as file:
            cursor = file.execute("SELECT * FROM rows ORDER BY row")
            while part := cursor.fetchmany(size):
                rows = [(r[0], list(r[1:])) for r in part]
                for i in self.flags:
                    for _number, values in rows:
                        values[i] = None if values[i] is None else bool(values[i])
                yield rows

    def refused(self) -> Iterator[RefusedRow]:
        """The rows that may not go in, in order of the file."""
        if not self.path.exists():
            return
        with closing(sqlite3.connect(self.path)) as file:
            query = "SELECT row, ordinal, cells, problems FROM refused ORDER BY row"
            for row, ordinal, cells, problems in file.execute(query):
                yield RefusedRow(row, ordinal, json.loads(cells), json.loads(problems))

    def around(self, row: int, distance: int = 2) -> list[tuple[int, list[Raw]]]:
        """Raw cells of the rows next to a refused one, as far as they were kept."""
        if not self.path.exists():
            return []
        query = (
            "SELECT row, cells FROM refused WHERE row BETWEEN ? AND ? UNION "
            "SELECT row, cells FROM near WHERE row BETWEEN ? AND ? ORDER BY row"
        )
        span = (row - distance, row + distance)
        with closing(sqlite3.connect(self.path)) as file:
            return [(n, json.loads(cells)) for n, cells in file.execute(query, span + span)]

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)

    def forget_accepted(self) -> None:
        """Once imported, only the refused rows are still of use."""
        if self.path.exists():
            with closing(sqlite3.connect(self.path, isolation_level=None)) as file:
                file.execute("DELETE FROM rows")
                file.execute("VACUUM")


class StagingWriter:
    """Writes one staging file; ``close`` makes it last."""

    def __init__(self, path: Path, width: int) -> None:
        self.path = path
        self.file = sqlite3.connect(path, isolation_level=None)
        self.file.execute("PRAGMA journal_mode=OFF")
        self.file.execute("PRAGMA synchronous=OFF")
        columns = ", ".join(f"v{i}" for i in range(width))
        self.file.execute(f"CREATE TABLE rows (row INTEGER PRIMARY KEY, {columns})")
        self.file.execute(
            "CREATE TABLE refused (row INTEGER PRIMARY KEY, ordinal INTEGER, cells TEXT, problems TEXT)"
        )
        self.file.execute("CREATE TABLE near (row INTEGER PRIMARY KEY, cells TEXT)")
        self.file.execute("BEGIN")
        self.insert = f"INSERT INTO rows VALUES ({', '.join(['?'] * (width + 1))})"  # noqa: S608 - marks only

    def accept(self, rows: Iterable[tuple[int, Sequence[Value]]]) -> None:
        self.file.executemany(self.insert, [(number, *values) for number, values in rows])

    def refuse(self, rows: Iterable[RefusedRow]) -> None:
        self.file.executemany(
            "INSERT INTO refused VALUES (?, ?, ?, ?)",
            [(r.row, r.ordinal, _json(r.cells), _json(r.problems)) for r in rows],
        )

    def near(self, rows: Iterable[tuple[int, Sequence[Raw]]]) -> None:
        """Keep the raw cells of good rows beside bad ones, to show where the bad ones stand."""
        self.file.executemany(
            "INSERT OR IGNORE INTO near VALUES (?, ?)", [(n, _json(cells)) for n, cells in rows]
        )

    def close(self) -> None:
        self.file.execute("COMMIT")
        self.file.close()
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _json(value: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
