"""Turn a workbook into plain rows, run as a script in a process of its own.

A workbook comes from a stranger. It is parsed here under limits of memory and time, with nothing
but the standard library and the parser; whatever goes wrong ends with this process. It writes one
``N.jsonl`` per sheet (a list of texts and nulls per line, line n = row n) and prints facts as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

MEMORY = 512 * 1024 * 1024
SECONDS = 30
LISTED = 1000  # addresses of formulas and merged ranges told per sheet
UNREADABLE, TOO_MUCH = 3, 4  # exit codes
_CHUNK = 4 * 1024 * 1024
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_ADDRESS = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_STORED = re.compile(rb"<(?:\w+:)?v>([^<]+)<")
Specials = dict[tuple[int, int], str]


def main(path: str, folder: str) -> int:
    """Read the workbook ``path`` and write its sheets into ``folder``; returns the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        facts = json.dumps(read(Path(path), Path(folder)), ensure_ascii=False)
    except (
        CalamineError,
        zipfile.BadZipFile,
        ParseError,
        KeyError,
        ValueError,
        OSError,
    ) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}"[:300])
        return UNREADABLE
    except DefusedXmlException as error:
        sys.stderr.write(f"XML: {type(error).__name__}")
        return UNREADABLE
    except MemoryError:
        return TOO_MUCH
    sys.stdout.buffer.write(facts.encode())
    return 0


def read(path: Path, folder: Path) -> dict[str, Any]:
    """Write all worksheets of a workbook; returns its date system and what each sheet is like."""
    sheets: list[dict[str, Any]] = []
    with zipfile.ZipFile(path) as archive, CalamineWorkbook.from_path(path) as workbook:
        epoch_1904, parts = _parts(archive)
        for meta in workbook.sheets_metadata:
            if meta.name not in parts:  # a chart or a dialog
                continue
            specials, formulas = _specials(archive, parts[meta.name])
            sheet = workbook.get_sheet_by_name(meta.name)
            rows = _write(sheet, folder / f"{len(sheets)}.jsonl", specials)
            sheets.append(
                {
                    "name": meta.name,
                    "rows": rows,
                    "hidden": meta.visible is not SheetVisibleEnum.Visible,
                    "merged": [[*a, *b] for a, b in (sheet.merged_cell_ranges or ())[:LISTED]],
                    "formulas": formulas[:LISTED],
                    "formula_count": len(formulas),
                }
            )
    return {"epoch_1904": epoch_1904, "sheets": sheets}


def _parts(archive: zipfile.ZipFile) -> tuple[bool, dict[str, str]]:
    """Whether dates count from 1904, and the part of the archive that holds each worksheet."""
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): r for r in relations}
    parts: dict[str, str] = {}
    epoch_1904 = False
    for element in fromstring(archive.read("xl/workbook.xml")).iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "workbookPr":
            epoch_1904 = element.get("date1904") in ("1", "true")
        if tag == "sheet":
            relation = targets[element.get(_RELATION)]
            if str(relation.get("Type")).endswith("/worksheet"):
                target = str(relation.get("Target"))
                full = target[1:] if target.startswith("/") else posixpath.join("xl", target)
                parts[str(element.get("name"))] = posixpath.normpath(full)
    return epoch_1904, parts


def _specials(archive: zipfile.ZipFile, part: str) -> tuple[Specials, list[str]]:
    """What calamine does not tell: error values, formulas without a result; where the others are."""
    specials: Specials = {}
    formulas: list[str] = []
    with archive.open(part) as stream:
        text = b""
        while chunk := stream.read(_CHUNK):
            text += chunk
            cut = text.rfind(b"<row")  # a cell never reaches into the next row
            if cut > 0:
                _look(text[:cut], specials, formulas)
                text = text[cut:]
        _look(text, specials, formulas)
    return specials, formulas


def _look(text: bytes, specials: Specials, formulas: list[str]) -> None:
    if b"<f" not in text and b":f" not in text and b't="e"' not in text:
        return
    for attributes, inside in _CELL.findall(text):
        is_formula = b"<f" in inside or b":f" in inside
        is_error = b't="e"' in attributes
        address = _ADDRESS.search(attributes) if is_formula or is_error else None
        if address is None:
            continue
        stored = _STORED.search(inside)
        if is_formula and stored is not None:
            formulas.append((address[1] + address[2]).decode())
        if is_error or stored is None:
            mark = stored[1].decode("utf-8", "replace") if stored else "="
            specials[int(address[2]) - 1, _index(address[1])] = f"\x00{mark}"


def _write(sheet: CalamineSheet, path: Path, specials: Specials) -> int:
    """Write the rows of a sheet; returns the number of the last one."""
    left = sheet.start[1] if sheet.start else 0
    in_rows: dict[int, list[tuple[int, str]]] = {}
    for (line, column), mark in specials.items():
        in_rows.setdefault(line, []).append((column, mark))
    height = sheet.end[0] + 1 if sheet.end else 0
    missing = range(max(in_rows, default=-1) + 1 - height)
    number = 0
    with path.open("w", encoding="utf-8") as file:
        for row in chain(sheet.iter_rows(), ([] for _ in missing)):  # at the end only errors
            cells = [*[None] * left, *map(_plain, row)]
            _mark(cells, in_rows.get(number, ()))
            file.write(f"{json.dumps(cells, ensure_ascii=False)}\n")
            number += 1
    return number


def _mark(cells: list[str | None], marks: Sequence[tuple[int, str]]) -> None:
    for column, mark in marks:
        cells.extend([None] * (column + 1 - len(cells)))
        if cells[column] is None:
            cells[column] = mark


def _plain(value: object) -> str | None:
    """A cell written out in full, so that no digit is lost and no code grows a ".0"."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        if abs(value) >= 1e15:
            return f"\x00~{value:.15g}"
        if value == int(value):
            return str(int(value))
        return format(
            Decimal(f"{value:.15g}"), "f"
        )  # the digits Excel shows, not the binary tail
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    return str(value)


def _index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
