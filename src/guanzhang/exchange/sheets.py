"""The workbooks of an import: the empty template, the template with the book's records, the rows to fix."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from guanzhang.exchange.domain.cells import shown
from guanzhang.exchange.domain.fields import Field, FieldKind
from guanzhang.exchange.domain.headers import column_letter
from guanzhang.exchange.domain.mapping import PROBLEM_COLUMN
from guanzhang.exchange.staging import RefusedRow
from guanzhang.web.sheets import SheetColumn, write_csv

ROWS_OF_A_WORKBOOK = 50_000  # above, the rows to fix are written as csv
VALIDATED = 5_000  # rows of a template with a drop-down list
_OPTIONS = {
    "constant_memory": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_KINDS = {
    FieldKind.TEXT: "文字",
    FieldKind.CODE: "文字（编号按文字填写，保留前面的 0）",
    FieldKind.INTEGER: "整数",
    FieldKind.DECIMAL: "数字，如 1234.50",
    FieldKind.DATE: "日期，如 2026-11-23",
    FieldKind.CHOICE: "从列表中选择",
    FieldKind.FLAG: "是 或 否",
}


def write_template(
    title: str, fields: Sequence[Field], rows: Iterable[Sequence[str]] | None = None
) -> IO[bytes]:
    """A workbook to fill in; with ``rows`` the book's own records instead of the two samples.

    Sheets: the data (Chinese header, * = required, a hidden row of field keys), one per code list,
    and 填写说明 last.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    with closing(xlsxwriter.Workbook(file, _OPTIONS)) as book:
        styles = _Styles(book)
        sheet = book.add_worksheet(_sheet_name(title, ()))
        lists = _code_lists(book, styles, fields)
        _head(sheet, styles, fields)
        samples = [[f.examples[i] for f in fields] for i in (0, 1)]
        for line, row in enumerate(samples if rows is None else rows, 2):
            for column, (field, text) in enumerate(zip(fields, row, strict=True)):
                _write(
                    sheet, line, column, text, field, styles.sample if rows is None else None
                )
        for column, field in enumerate(fields):
            if source := lists.get(field.key):
                sheet.data_validation(
                    2, column, VALIDATED, column, {"validate": "list", "source": source}
                )
        _explain(book, styles, fields)
    file.seek(0)
    return file


def write_annotated(
    names: Sequence[str], ordinal: str, rows: Iterable[RefusedRow], *, count: int
) -> tuple[IO[bytes], str]:
    """Only the rows that were refused, as they came, with what is wrong; and the file's extension.

    Bad cells are coloured. ``ordinal`` is the label of a line number that the file lacked; it becomes
    a column of its own, so that the corrected rows keep their numbers when they are uploaded alone.
    """
    header = [*names, *([ordinal] if ordinal else []), PROBLEM_COLUMN]
    if count > ROWS_OF_A_WORKBOOK:
        columns = [SheetColumn(name) for name in header]
        return write_csv(
            columns, (cells for cells, _bad in _lines(names, ordinal, rows))
        ).file, "csv"
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    with closing(xlsxwriter.Workbook(file, _OPTIONS | {"constant_memory": True})) as book:
        styles = _Styles(book)
        sheet = book.add_worksheet(_("待修"))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 2, 16, styles.text)
        sheet.set_column(len(header) - 1, len(header) - 1, 80, styles.text)
        for column, name in enumerate(header):
            sheet.write_string(0, column, name, styles.head)
        for line, (cells, bad) in enumerate(_lines(names, ordinal, rows), 1):
            for column, text in enumerate(cells):
                style = styles.bad if column in bad else styles.text
                if text:
                    sheet.write_string(line, column, text, style)
                elif column in bad:
                    sheet.write_blank(line, column, None, style)
    file.seek(0)
    return file, "xlsx"


def _lines(
    names: Sequence[str], ordinal: str, rows: Iterable[RefusedRow]
) -> Iterator[tuple[list[str], set[int | None]]]:
    """Cells of each refused row, and which of them are wrong."""
    width = len(names)
    for row in rows:
        cells = [shown(c) for c in row.cells[:width]]
        cells += [""] * (width - len(cells))
        numbered = [str(row.ordinal or "")] if ordinal else []
        texts = [_placed(row.row, column, text) for column, text in row.problems]
        yield [*cells, *numbered, "；".join(texts)], {column for column, _text in row.problems}


def _placed(row: int, column: int | None, text: str) -> str:
    place = f"{column_letter(column)}{row}" if column is not None else f"第 {row} 行"
    return f"{place}：{text}"


class _Styles:
    def __init__(self, book: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        self.head = book.add_format(
            {"bold": True, "bg_color": "#F2F0EA", "bottom": 1, "quote_prefix": True}
        )
        self.text = book.add_format({"num_format": "@", "quote_prefix": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.sample = book.add_format(
            {"italic": True, "font_color": "#8A857B", "num_format": "@"}
        )
        self.bad = book.add_format(
            {"bg_color": "#FBE3DE", "num_format": "@", "quote_prefix": True}
        )
        self.wrap = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})


def _head(sheet: Any, styles: _Styles, fields: Sequence[Field]) -> None:  # noqa: ANN401
    """The visible header and, hidden below it, the keys by which the program knows the columns."""
    sheet.freeze_panes(2, 0)
    for column, field in enumerate(fields):
        label = f"{field.label}*" if field.required else field.label
        style = None if field.kind in (FieldKind.INTEGER, FieldKind.DECIMAL) else styles.text
        sheet.set_column(column, column, max(12, len(label) * 2 + 2), style)
        sheet.write_string(0, column, label, styles.head)
        sheet.write_string(1, column, field.key)
    sheet.set_row(1, None, None, {"hidden": True})


def _write(
    sheet: Any,  # noqa: ANN401 - xlsxwriter has no types
    line: int,
    column: int,
    text: str,
    field: Field,
    style: Any,  # noqa: ANN401
) -> None:
    if not text:
        return
    digits = sum(c.isdigit() for c in text)
    if style is None and field.kind in (FieldKind.INTEGER, FieldKind.DECIMAL) and digits <= 15:
        sheet.write_number(line, column, float(text))
    else:
        sheet.write_string(line, column, text, style)


def _code_lists(book: Any, styles: _Styles, fields: Sequence[Field]) -> dict[str, str]:  # noqa: ANN401
    """One sheet per list of choices; returns where the labels of each field stand."""
    places: dict[str, str] = {}
    names: list[str] = []
    for field in fields:
        if not field.choices:
            continue
        names.append(_sheet_name(f"代码 {field.label}", names))
        sheet = book.add_worksheet(names[-1])
        sheet.set_column(0, 1, 28)
        for column, title in enumerate(("名称", "代码")):
            sheet.write_string(0, column, title, styles.head)
        for line, (code, label) in enumerate(field.choices, 1):
            sheet.write_string(line, 0, label)
            sheet.write_string(line, 1, code)
        places[field.key] = f"='{names[-1]}'!$A$2:$A${len(field.choices) + 1}"
    return places


def _explain(book: Any, styles: _Styles, fields: Sequence[Field]) -> None:  # noqa: ANN401
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 1, 18)
    sheet.set_column(2, 4, 44)
    notes = (
        "从第 3 行开始填写，每行一条记录；带 * 的列必填。灰色斜体的两行是示例，填写前请删除（不删也不会导入）。",
        "可以删除不需要的列、调整列的次序，不要改动表头文字和隐藏的第 2 行。",
        "再次导入同一条记录会更新它；空格子保留原有内容。",
    )
    for line, text in enumerate(notes):
        sheet.write_string(line, 0, text)
    head = ("列", "必填", "填写格式", "说明", "示例")
    rows = (
        (f.label, "是" if f.required else "", _format_of(f), f.help, f.examples[0])
        for f in fields
    )
    for line, row in enumerate(chain([head], rows), len(notes) + 1):
        for column, text in enumerate(row):
            style = styles.head if line == len(notes) + 1 else styles.wrap
            sheet.write_string(line, column, text, style)


def _format_of(field: Field) -> str:
    if field.expected:
        return field.expected
    text = _KINDS[field.kind]
    if field.kind in (FieldKind.TEXT, FieldKind.CODE):
        return f"{text}，最多 {field.max_length} 个字"
    return f"{text}，最多 {field.places} 位小数" if field.kind is FieldKind.DECIMAL else text


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """Without the signs a sheet name may not have, at most 31 characters, used once."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:28] or "Sheet"
    return plain if plain not in taken else f"{plain} {len(taken)}"
