"""Read an uploaded file of reference data: every row as text by column, every problem with its cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from guanzhang.exchange import files, reading
from guanzhang.exchange.domain import problems as file_problems
from guanzhang.exchange.domain.cells import Habits, Raw, Reader, Value, reader_for, unscaled
from guanzhang.exchange.domain.fields import Field, FieldKind
from guanzhang.exchange.domain.headers import (
    LOOKED_AT,
    Header,
    column_letter,
    find_header,
    is_key_row,
)
from guanzhang.exchange.domain.mapping import plain_header
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.reference.domain import problems as kinds

Row = dict[str, str]
Progress = Callable[[int, int, str], None]
EVERY = 500  # rows between two signs of progress


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem and where it stands: "税则!C17"; "" is the file as a whole."""

    cell: str
    problem: Problem

    def to_json(self) -> dict[str, str]:
        kind = self.problem.kind
        return {
            "cell": self.cell,
            "code": kind.code,
            "severity": kind.severity.value,
            "zh": self.problem.message("zh"),
            "en": self.problem.message("en"),
        }


@dataclass(slots=True)
class Table:
    """What a file holds. ``numbers`` are the rows as a spreadsheet counts them."""

    sheet: str
    letters: dict[str, str]  # column key → A, B …
    rows: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def cell(self, index: int, column: str) -> str:
        return self._address(self.letters.get(column, ""), self.numbers[index])

    def placed(self, problem: Problem) -> Finding:
        """A problem of the checks, whose path is "row.column", at its cell."""
        index, _dot, column = problem.path.partition(".")
        return Finding(self.cell(int(index), column), problem)

    def _address(self, letter: str, number: int) -> str:
        place = f"{letter}{number}" if letter else str(number)
        return f"{self.sheet}!{place}" if self.sheet else place


def read_file(
    sha256: str,
    facts: reading.FileFacts,
    fields: Sequence[Field],
    progress: Progress = lambda _done, _total, _step: None,
) -> Table:
    """Read the stored file. Raises ``Refused`` when it has no usable header or breaks off."""
    path, folder = files.stored_path(sha256), files.sheets_folder(sha256)
    sheet = facts.sheet("")
    top = list(islice(reading.rows_of(path, facts, sheet.name, folder), LOOKED_AT + 5))
    known = {plain_header(n) for f in fields for n in (f.label, f.key, *f.aliases)}
    merged = [m for m in sheet.merged if m[0] < LOOKED_AT]
    header = find_header(top, known, merged)
    if header is None:
        raise Refused([file_problems.EMPTY_FILE.at("file")])
    places = _places(header, fields)
    table = Table(sheet.name, {k: column_letter(i) for k, i in places.items()})
    table.findings += _unused(header, places)
    readers = _readers(fields, places, facts)
    keys = {f.key for f in fields}
    all_rows = reading.rows_of(path, facts, sheet.name, folder)
    for number, cells in enumerate(
        islice(all_rows, header.first_row - 1, None), header.first_row
    ):
        if number % EVERY == 0:
            progress(number, sheet.rows, "")
        if any(cells) and not (number == header.first_row and is_key_row(cells, keys)):
            _read_row(table, number, cells, readers)
    if not table.rows:
        raise Refused([file_problems.HEADER_ONLY.at("file", found=sheet.name or "CSV")])
    return table


def _places(header: Header, fields: Sequence[Field]) -> dict[str, int]:
    """Which column of the sheet holds which field; raises ``Refused`` when a required one is missing."""
    at = {plain_header(name): i for i, name in reversed(list(enumerate(header.names))) if name}
    places: dict[str, int] = {}
    for one in fields:
        names = (plain_header(n) for n in (one.label, one.key, *one.aliases))
        found = next((at[n] for n in names if n in at), None)
        if found is not None and found not in places.values():
            places[one.key] = found
    missing = [f.label for f in fields if f.required and f.key not in places]
    if missing:
        raise Refused([kinds.MISSING_COLUMN.at("file", expected="、".join(missing))])
    return places


def _unused(header: Header, places: dict[str, int]) -> list[Finding]:
    names = [n for i, n in enumerate(header.names) if n and i not in places.values()]
    if not names:
        return []
    return [Finding("", kinds.UNUSED_COLUMNS.at("file", found="、".join(names)))]


@dataclass(frozen=True, slots=True)
class _Cell:
    field: Field
    place: int
    read: Reader


def _readers(
    fields: Sequence[Field], places: dict[str, int], facts: reading.FileFacts
) -> list[_Cell]:
    return [
        _Cell(
            one,
            places[one.key],
            reader_for(
                one,
                Habits(
                    ("integer",) if one.kind is FieldKind.CODE else (), "auto", facts.epoch_1904
                ),
            ),
        )
        for one in fields
        if one.key in places
    ]


def _read_row(table: Table, number: int, cells: list[Raw], readers: Sequence[_Cell]) -> None:
    row: Row = {}
    table.rows.append(row)
    table.numbers.append(number)
    for cell in readers:
        raw = cells[cell.place] if cell.place < len(cells) else None
        value, problem = cell.read(raw)
        if problem is not None:
            table.findings.append(Finding(table.cell(-1, cell.field.key), problem))
        row[cell.field.key] = _text(cell.field, value)


def _text(one: Field, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return unscaled(value, one.places) if one.kind is FieldKind.DECIMAL else str(value)
    return value


def as_json(findings: Sequence[Finding], most: int = 500) -> list[dict[str, Any]]:
    """The first findings, errors before warnings before notes, as they are kept."""
    order = {"error": 0, "warning": 1, "note": 2}
    ranked = sorted(findings, key=lambda f: order[f.problem.kind.severity.value])
    return [finding.to_json() for finding in ranked[:most]]
