"""Open what a stranger uploaded: is it a workbook or a text table, may it be read, and its rows.

``inspect`` looks at a whole file once, within limits, and refuses it with one clear problem or says
what it found; ``rows_of`` then streams its rows. A row is a list of texts and None; row n of the
iteration is row n as Excel counts.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, cast

from guanzhang.exchange import sheetreader
from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.domain.cells import Raw
from guanzhang.exchange.domain.headers import Range
from guanzhang.kernel.problem import Kind, Problem, Refused

MB = 1024 * 1024
PACKED_WORKBOOK, UNPACKED_WORKBOOK, ENTRIES = 20 * MB, 200 * MB, 2_000
UNPACKED_CSV = 1024 * MB
LONGEST_CELL = 32_767  # as in Excel; a longer one is an unpaired quotation mark
SECONDS = 60
_OLE, _ZIP, _GZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"\x1f\x8b"
_SCRIPT = Path(sheetreader.__file__)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file; ``rows`` counts from the top, for a csv it is the number of lines."""

    name: str
    rows: int
    hidden: bool = False
    merged: tuple[Range, ...] = ()
    formulas: tuple[str, ...] = ()  # addresses, the first thousand
    formula_count: int = 0


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file is and how to read it; kept with the batch as JSON."""

    format: str  # "xlsx" or "csv"
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    delimiter: str = ""
    packed: bool = False  # gzip
    epoch_1904: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FileFacts:
        sheets = tuple(
            Sheet(
                **s
                | {
                    "merged": tuple(tuple(m) for m in s["merged"]),
                    "formulas": tuple(s["formulas"]),
                }
            )
            for s in data["sheets"]
        )
        return cls(**data | {"sheets": sheets})

    def sheet(self, name: str) -> Sheet:
        """The sheet called ``name``; for "" the first visible one that holds anything."""
        if not name:
            usable = [s for s in self.sheets if s.rows and not s.hidden]
            return (usable or list(self.sheets))[0]
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        expected = "、".join(s.name for s in self.sheets)
        raise Refused([kinds.NO_SHEET.at("sheet", found=name, expected=expected)])


def inspect(path: Path, name: str, folder: Path) -> FileFacts:
    """What the file at ``path``, uploaded as ``name``, is. Raises ``Refused``.

    The sheets of a workbook are written to ``folder`` as plain rows.
    """
    size = path.stat().st_size
    if size == 0:
        raise Refused([kinds.EMPTY_FILE.at("file")])
    with path.open("rb") as file:
        magic = file.read(4)
    suffixes = [s.lower() for s in Path(name).suffixes[-2:]]
    last = suffixes[-1] if suffixes else ""
    if magic == _OLE or last == ".xls":
        raise _refused(kinds.OLD_WORKBOOK, name)
    if last in (".xlsm", ".xltm", ".xlsb"):
        raise _refused(kinds.MACRO_WORKBOOK, name)
    if last == ".xlsx" and magic == _ZIP:
        return _inspect_workbook(path, name, folder, size)
    if suffixes == [".csv", ".gz"] and magic[:2] == _GZIP:
        return _inspect_csv(path, name, packed=True)
    if last in (".csv", ".txt", ".tsv") and magic not in (_ZIP,) and magic[:2] != _GZIP:
        return _inspect_csv(path, name, packed=False)
    raise _refused(kinds.UNKNOWN_FORMAT, name)


def rows_of(path: Path, facts: FileFacts, sheet: str, folder: Path) -> Iterator[list[Raw]]:
    """The rows of one table from its first line on; raises ``Refused`` where a csv breaks off."""
    if facts.format == "csv":
        with _text(path, facts) as file:
            yield from _csv_rows(file, facts.delimiter)
        return
    index = facts.sheets.index(facts.sheet(sheet))
    with (folder / f"{index}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _refused(kind: Kind, name: str, **facts: object) -> Refused:
    return Refused([kind.at("file", found=name, **facts)])


def _too_large(what: str, found: int, limit: int) -> Problem:
    return kinds.TOO_LARGE.at(
        "file", what=what, found=f"{found / MB:.1f} MB", expected=f"{limit // MB} MB"
    )


# ---- workbooks


def _inspect_workbook(path: Path, name: str, folder: Path, size: int) -> FileFacts:
    if size > PACKED_WORKBOOK:
        raise Refused([_too_large("工作簿", size, PACKED_WORKBOOK)])
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise _refused(kinds.BROKEN_WORKBOOK, name, why=str(error)[:80]) from error
    if len(entries) > ENTRIES:
        what = "工作簿内的部件数"
        raise Refused(
            [kinds.TOO_LARGE.at("file", what=what, found=len(entries), expected=ENTRIES)]
        )
    unpacked = sum(e.file_size for e in entries)
    if unpacked > UNPACKED_WORKBOOK:
        raise Refused([_too_large("解压后", unpacked, UNPACKED_WORKBOOK)])
    names = [e.filename for e in entries]
    if any(n.endswith("vbaProject.bin") for n in names):
        raise _refused(kinds.MACRO_WORKBOOK, name)
    links = sum(n.startswith("xl/externalLinks/externalLink") for n in names)
    if links:
        raise Refused([kinds.EXTERNAL_LINKS.at("file", found=links)])
    facts_read = _read_apart(path, name, folder)
    facts = FileFacts.from_json({"format": "xlsx"} | facts_read)
    if not any(s.rows for s in facts.sheets):
        raise Refused([kinds.EMPTY_FILE.at("file")])
    return facts


def _read_apart(path: Path, name: str, folder: Path) -> dict[str, Any]:
    """Let the limited process read the workbook."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-I", str(_SCRIPT), str(path), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - own script, no shell
    except subprocess.TimeoutExpired as error:
        raise _refused(kinds.LIMIT_REACHED, name) from error
    if done.returncode == sheetreader.UNREADABLE:
        why = done.stderr.decode("utf-8", "replace").strip()[:80]
        raise _refused(kinds.BROKEN_WORKBOOK, name, why=why)
    if done.returncode != 0:
        raise _refused(kinds.LIMIT_REACHED, name)
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


# ---- text tables


def _inspect_csv(path: Path, name: str, *, packed: bool) -> FileFacts:
    """Read the whole file once: its encoding, its lines, its delimiter."""
    try:
        encoding, lines = _encoding(path, packed=packed)
    except (OSError, EOFError, zlib.error) as error:
        raise _refused(kinds.BROKEN_ARCHIVE, name, why=str(error)[:80]) from error
    blank = FileFacts("csv", (Sheet("", lines),), encoding, ",", packed)
    with _text(path, blank) as file:
        head = list(islice(file, 50))
    if not any(line.strip(" \t\r\n,;|\ufeff") for line in head):
        raise Refused([kinds.EMPTY_FILE.at("file")])
    return FileFacts("csv", (Sheet("", lines),), encoding, _delimiter(head), packed)


def _binary(path: Path, *, packed: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")


def _text(path: Path, facts: FileFacts) -> io.TextIOWrapper:
    binary = _binary(path, packed=facts.packed)
    return io.TextIOWrapper(binary, facts.encoding, newline="")


def _chunks(path: Path, *, packed: bool) -> Iterator[bytes]:
    total = 0
    with _binary(path, packed=packed) as file:
        while chunk := file.read(MB):
            total += len(chunk)
            if total > UNPACKED_CSV:
                raise Refused([_too_large("解压后" if packed else "文件", total, UNPACKED_CSV)])
            yield chunk


def _encoding(path: Path, *, packed: bool) -> tuple[str, int]:
    """The encoding in which every byte of the file makes sense, and how many lines it has."""
    chunks = _chunks(path, packed=packed)
    first = next(chunks, b"")
    if not first:
        raise Refused([kinds.EMPTY_FILE.at("file")])
    tried = _candidates(first)
    line = 1
    for encoding in tried:
        line, complete = _decodes(chain((first,), chunks), encoding)
        if complete and (encoding != "gb18030" or _reads_as_chinese(first)):
            return encoding, line
        chunks = islice(_chunks(path, packed=packed), 1, None)
    raise Refused([kinds.UNDECODABLE.at("file", row=line)])


def _candidates(first: bytes) -> tuple[str, ...]:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if first.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    zeros = {i % 2 for i, byte in enumerate(first[:1000]) if not byte}
    if (
        len(zeros) == 1
    ):  # UTF-16 without its mark: of every comma one half, always the same, is zero
        return ("utf-16-le",) if zeros == {1} else ("utf-16-be",)
    return ("utf-8", "gb18030")


def _decodes(chunks: Iterator[bytes], encoding: str) -> tuple[int, bool]:
    """(lines up to the end or the first bad byte, whether all of it decodes and is text)."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, ended = 0, True
    for chunk in chunks:
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return lines + chunk[: error.start].count(b"\n") + 1, False
        if "\x00" in text:
            return lines + text[: text.index("\x00")].count("\n") + 1, False
        lines += text.count("\n")
        ended = text.endswith("\n") or (not text and ended)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return lines + 1, False
    return lines + (not ended), True


def _reads_as_chinese(sample: bytes) -> bool:
    """GB18030 accepts almost any bytes; Chinese text is mostly common characters and punctuation."""
    text = codecs.getincrementaldecoder("gb18030")().decode(sample)
    foreign = [c for c in text if not c.isascii()]
    usual = sum(
        "\u4e00" <= c <= "\u9fff"
        or "\u3000" <= c <= "\u303f"
        or "\uff00" <= c <= "\uffef"
        or "\u2010" <= c <= "\u2026"
        for c in foreign
    )
    rare = sum("\ue000" <= c <= "\uf8ff" for c in foreign)
    return usual * 10 >= len(foreign) * 8 and not rare


def _delimiter(head: list[str]) -> str:
    """The delimiter that divides most lines into the same number of cells, at least two."""
    best, choice = (0, 0), ","
    for candidate in (",", "\t", ";", "|"):
        try:
            widths = [len(r) for r in csv.reader(head, delimiter=candidate) if len(r) > 1]
        except csv.Error:
            continue
        common = max((widths.count(w) for w in set(widths)), default=0)
        if (common, max(widths, default=0)) > best:
            best, choice = (common, max(widths)), candidate
    return choice


def _csv_rows(file: io.TextIOWrapper, delimiter: str) -> Iterator[list[Raw]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(file, delimiter=delimiter, strict=True)  # an open quote swallows rows
    try:
        yield from reader
    except csv.Error as error:
        problem = kinds.BROKEN_CSV.at("file", row=reader.line_num, why=str(error)[:80])
        raise Refused([problem]) from error
