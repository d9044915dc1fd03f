"""The one writer of downloaded tables: xlsx and csv, typed, never a formula.

xlsx: numbers and days are numbers and days; text is written as string cells with the quote prefix, so
that ``=1+1`` stays what a customer is called. csv: UTF-8 with BOM, and a quote before text that a
spreadsheet would run. Both have one digest: SHA-256 of the csv without its BOM.
"""
# ruff: noqa: ANN401 - xlsxwriter has no types

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import math
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.web.listing_spec import ColumnKind

MOST_ROWS = 1_048_575  # of one sheet, below its header
EXACT_DIGITS = (
    15  # a spreadsheet keeps numbers as binary floats; longer ones go as text, unharmed
)
_RISKY = re.compile(r"^[\s\x00]*[=+\-@＝＋－＠\t\r\x00]")
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_FORMATS = {
    ColumnKind.MONEY: "#,##0.00;[Red]-#,##0.00;",  # a zero keeps its number and shows blank
    ColumnKind.NUMBER: "#,##0.######;[Red]-#,##0.######;0",
    ColumnKind.PERCENT: "0.0%",
    ColumnKind.DATE: "yyyy-mm-dd",
    ColumnKind.DATETIME: "yyyy-mm-dd hh:mm",
}
Cell = object  # str, Decimal, int, float, bool, date, datetime or None


@dataclass(frozen=True, slots=True)
class SheetColumn:
    label: str
    kind: ColumnKind = ColumnKind.TEXT


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file, open at its start; the caller closes it."""

    file: IO[bytes]
    rows: int
    sha256: str


def write_csv(columns: Sequence[SheetColumn], rows: Iterable[Sequence[Cell]]) -> Written:
    """The table as csv (RFC 4180, UTF-8 with BOM)."""
    file = tempfile.SpooledTemporaryFile(max_size=4 << 20)  # noqa: SIM115 - handed to the caller
    file.write(b"\xef\xbb\xbf")
    digest, lines = hashlib.sha256(), 0
    for line in _csv_lines(columns, rows):
        lines += 1
        digest.update(line)
        file.write(line)
    file.seek(0)
    return Written(file, lines - 1, digest.hexdigest())


def write_xlsx(
    columns: Sequence[SheetColumn],
    rows: Iterable[Sequence[Cell]],
    sheet_name: str,
    notes: Sequence[tuple[str, str]] = (),
) -> Written:
    """The table as xlsx; ``notes`` fill the second sheet 导出说明, with row count and digest added.

    More rows than a sheet holds continue on further sheets. Memory stays constant.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    styles = _Styles(book)
    digest = hashlib.sha256(_csv_line([_safe(column.label) for column in columns]))
    sheet: Any = None
    count = line = 0
    for row in rows:
        if sheet is None or line == MOST_ROWS:
            sheet, line = (
                _sheet(book, styles, columns, _sheet_name(sheet_name, len(book.worksheets()))),
                0,
            )
        line += 1
        count += 1
        digest.update(
            _csv_line(
                [
                    _csv_text(value, column.kind)
                    for value, column in zip(row, columns, strict=True)
                ]
            )
        )
        for position, (value, column) in enumerate(zip(row, columns, strict=True)):
            _write(sheet, styles, line, position, value, column.kind)
    if sheet is None:
        sheet = _sheet(book, styles, columns, _sheet_name(sheet_name, 0))
    facts = [
        *notes,
        (_("行数"), str(count)),
        (_("数据 SHA-256（同一数据的 csv，不含 BOM）"), digest.hexdigest()),
    ]
    _notes(book, styles, facts)
    book.close()
    file.seek(0)
    return Written(file, count, digest.hexdigest())


class _Styles:
    def __init__(self, book: Any) -> None:
        self.head = book.add_format(
            {"bold": True, "bg_color": "#F2F0EA", "bottom": 1, "quote_prefix": True}
        )
        self.head_right = book.add_format(
            {
                "bold": True,
                "bg_color": "#F2F0EA",
                "bottom": 1,
                "align": "right",
                "quote_prefix": True,
            }
        )
        self.text = book.add_format({"quote_prefix": True})
        self.wrapped = book.add_format(
            {"quote_prefix": True, "text_wrap": True, "valign": "top"}
        )
        self.of = {
            kind: book.add_format({"num_format": pattern}) for kind, pattern in _FORMATS.items()
        }
        self.day, self.moment = self.of[ColumnKind.DATE], self.of[ColumnKind.DATETIME]
        self.number = self.of[ColumnKind.NUMBER]


def _sheet(book: Any, styles: _Styles, columns: Sequence[SheetColumn], name: str) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for position, column in enumerate(columns):
        width = {
            ColumnKind.MONEY: 16,
            ColumnKind.DATE: 12,
            ColumnKind.DATETIME: 17,
            ColumnKind.TEXT: 22,
        }
        sheet.set_column(
            position, position, max(width.get(column.kind, 13), len(column.label) * 2 + 2)
        )
        sheet.write_string(
            0,
            position,
            column.label,
            styles.head_right if column.kind.is_number else styles.head,
        )
    return sheet


def _sheet_name(name: str, number: int) -> str:
    """Without the signs a sheet name may not have; at most 31 characters."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:26] or "Sheet"
    return plain if not number else f"{plain} {number + 1}"


def _write(
    sheet: Any, styles: _Styles, line: int, position: int, value: Cell, kind: ColumnKind
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(line, position, _yes_no(flag=value), styles.text)
    elif isinstance(value, (Decimal, int, float)) and _fits(value):
        sheet.write_number(line, position, value, styles.of.get(kind, styles.number))
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(line, position, _here(value), styles.moment)
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, position, value, styles.day)
    else:
        sheet.write_string(line, position, str(value)[:32_767], styles.text)


def _notes(book: Any, styles: _Styles, facts: Sequence[tuple[str, str]]) -> None:
    sheet = book.add_worksheet(_("导出说明"))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    for line, (name, value) in enumerate(facts):
        sheet.write_string(line, 0, name, styles.head)
        sheet.write_string(line, 1, value[:32_767], styles.wrapped)


def _fits(value: Decimal | float) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    digits = len(Decimal(value).normalize().as_tuple().digits) if value else 1
    return digits <= EXACT_DIGITS


def _here(value: dt.datetime) -> dt.datetime:
    return timezone.make_naive(value) if timezone.is_aware(value) else value


def _yes_no(*, flag: bool) -> str:
    return _("是") if flag else _("否")


# --- csv ----------------------------------------------------------------------------------------------


def _csv_lines(
    columns: Sequence[SheetColumn], rows: Iterable[Sequence[Cell]]
) -> Iterator[bytes]:
    yield _csv_line([_safe(column.label) for column in columns])
    for row in rows:
        yield _csv_line(
            [_csv_text(value, column.kind) for value, column in zip(row, columns, strict=True)]
        )


def _csv_line(cells: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode("utf-8", "surrogatepass")


def _csv_text(value: Cell, kind: ColumnKind) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _yes_no(flag=value)
    if isinstance(value, Decimal):
        if kind is ColumnKind.MONEY:
            return f"{value.quantize(Decimal('0.01')) if value == value.quantize(Decimal('0.01')) else value:f}"
        return f"{value.normalize() if value else Decimal(0):f}"
    if isinstance(value, dt.datetime):
        return _here(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, (dt.date, int, float)):
        return str(value)
    return _safe(str(value))


def _safe(text: str) -> str:
    """A quote before what a spreadsheet would run; a plain number, negative or not, stays a number."""
    return f"'{text}" if _RISKY.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text
