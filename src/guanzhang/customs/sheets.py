"""A declaration as a workbook of our own: written for people to fill in or pass on, and read back whole.

The first sheet 表头 has one row per element of the single blocks: block, element, name, value. Each
block of many rows has a sheet with its name and, below it, a row with the elements. Codes stay text, so
nothing loses a leading zero. Blocks inside a line (产品资质) are sheets with the number of their line.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from guanzhang.customs.domain.document import OTHER, Document, Row, tidied
from guanzhang.customs.domain.message import Block, blocks
from guanzhang.exchange import reading
from guanzhang.exchange.domain.cells import Raw
from guanzhang.kernel.problem import Kind, Problem, Refused, Severity

HEADER = "表头"
NOT_OURS = Kind(
    "CUS-995",
    Severity.ERROR,
    "这个工作簿不是报关单：没有“{expected}”工作表，现有 {found}。请用导出的报关单或其空表填写。",
    "This workbook is no declaration: it has no sheet “{expected}” but {found}. Fill in an exported one.",
)
UNKNOWN_ELEMENT = Kind(
    "CUS-996",
    Severity.WARNING,
    "工作表“{sheet}”的“{found}”不是报文元素，内容没有读入，请核对表头。",
    "“{found}” of sheet “{sheet}” is no element of the message and was not read; check its header.",
)
NO_LINE = Kind(
    "CUS-997",
    Severity.WARNING,
    "工作表“{sheet}”第 {row} 行的上级行号“{found}”不存在，这一行没有读入。",
    "Row {row} of sheet “{sheet}” belongs to line “{found}”, which does not exist; it was not read.",
)
_PARENT = "上级行号"
_ROW_OF_ELEMENTS = 1  # below the names, counted from 0
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(document: Mapping[str, Any]) -> IO[bytes]:
    """The declaration as xlsx, open at its start; the caller closes it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    with closing(xlsxwriter.Workbook(file, _OPTIONS)) as book:
        head = book.add_format({"bold": True, "bg_color": "#F2F0EA", "bottom": 1})
        text = book.add_format({"num_format": "@", "quote_prefix": True})
        _write_header(book, document, head, text)
        for key, block in blocks().items():
            if block.many:
                rows = [((), row) for row in document.get(key) or ()]
                _write_block(book, block, rows, head, text)
            for child in block.children:
                _write_children(book, child, document.get(key) or (), head, text)
    file.seek(0)
    return file


def read_workbook(path: Path) -> tuple[Document, tuple[Problem, ...]]:
    """The document of a workbook, and what was left out of it.

    Raises ``Refused`` for a file that is no workbook, may not be read or is no declaration.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        facts = reading.inspect(path, path.name, folder)
        names = [sheet.name for sheet in facts.sheets]
        if HEADER not in names:
            found = "、".join(names) or "–"
            raise Refused([NOT_OURS.at("file", expected=HEADER, found=found)])
        reader = _Reader()
        sheets = {n: list(reading.rows_of(path, facts, n, folder)) for n in names}
    reader.header(sheets[HEADER])
    for key, block in blocks().items():
        if block.many and (rows := sheets.get(sheet_name(block))):
            reader.rows(block, rows, reader.document.setdefault(key, []))
        for child in block.children:
            reader.children(child, sheets, reader.document.get(key) or [])
    return tidied(reader.document), tuple(reader.problems)


def sheet_name(block: Block) -> str:
    """ "商品", and for blocks of one label a name of their own: at most 31 characters."""
    return block.label[:31]


def _write_header(
    book: Any,  # noqa: ANN401 - xlsxwriter has no types
    document: Mapping[str, Any],
    head: Any,  # noqa: ANN401
    text: Any,  # noqa: ANN401
) -> None:
    sheet = book.add_worksheet(HEADER)
    sheet.freeze_panes(1, 0)
    for column, (name, width) in enumerate(
        ((_("段"), 16), (_("元素"), 24), (_("名称"), 30), (_("值"), 40))
    ):
        sheet.write_string(0, column, name, head)
        sheet.set_column(column, column, width, text)
    line = 0
    for key, block in blocks().items():
        row = document.get(key) or {}
        if block.many or not (row or key in ("DecHead", "DecFreeTxt")):
            continue
        for name, label, value in _fields(block, row):
            line += 1
            for column, cell in enumerate((key, name, label, value)):
                if cell:
                    sheet.write_string(line, column, cell, text)


def _fields(block: Block, row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, element in block.elements.items():
        yield name, element.label, str(row.get(name, ""))
    for name, value in row.get(OTHER) or ():
        yield f"{OTHER}.{name}", "", value


def _write_block(
    book: Any,  # noqa: ANN401
    block: Block,
    rows: Sequence[tuple[Sequence[int], Mapping[str, Any]]],
    head: Any,  # noqa: ANN401
    text: Any,  # noqa: ANN401
) -> None:
    """A sheet of a block; every row comes with the numbers of the rows that enclose it."""
    if not rows and block.key != "DecLists":
        return
    sheet = book.add_worksheet(sheet_name(block))
    sheet.freeze_panes(_ROW_OF_ELEMENTS + 1, 1)
    above = len(rows[0][0]) if rows else 0
    others = {f"{OTHER}.{n}": None for _p, row in rows for n, _v in row.get(OTHER) or ()}
    columns = [*[_PARENT] * bool(above), *block.elements, *others]
    for column, name in enumerate(columns):
        element = block.elements.get(name)
        label = element.label if element else name
        sheet.write_string(0, column, label, head)
        sheet.write_string(_ROW_OF_ELEMENTS, column, name, head)
        sheet.set_column(column, column, max(12, min(len(label), 20) * 2), text)
    for line, (numbers, row) in enumerate(rows, _ROW_OF_ELEMENTS + 1):
        extra = {f"{OTHER}.{n}": v for n, v in row.get(OTHER) or ()}
        values = {_PARENT: ".".join(map(str, numbers)), **row, **extra}
        for column, name in enumerate(columns):
            if value := values.get(name):
                sheet.write_string(line, column, str(value), text)


def _write_children(
    book: Any,  # noqa: ANN401
    block: Block,
    parents: Sequence[Mapping[str, Any]],
    head: Any,  # noqa: ANN401
    text: Any,  # noqa: ANN401
) -> None:
    rows = list(_inside(block, enumerate(parents, 1), ()))
    _write_block(book, block, rows, head, text)
    for child in block.children:
        deeper = [
            item
            for numbers, row in rows
            for item in _inside(child, [(numbers[-1], row)], numbers[:-1])
        ]
        _write_block(book, child, deeper, head, text)


def _inside(
    block: Block,
    parents: Iterable[tuple[int, Mapping[str, Any]]],
    above: Sequence[int],
) -> Iterator[tuple[tuple[int, ...], Mapping[str, Any]]]:
    for number, parent in parents:
        for place, row in enumerate(parent.get(block.key) or (), 1):
            yield (*above, number, place), row


class _Reader:
    def __init__(self) -> None:
        self.document: Document = {}
        self.problems: list[Problem] = []

    def header(self, rows: Sequence[Sequence[Raw]]) -> None:
        for row in rows[1:]:
            key, name, _label, value = [*map(_text, row), "", "", "", ""][:4]
            block = blocks().get(key)
            if not value and not name:
                continue
            if block is None or block.many or not self._put(block, key, name, value):
                self.problems.append(
                    UNKNOWN_ELEMENT.at(
                        "", sheet=HEADER, found=".".join(filter(None, (key, name)))
                    )
                )

    def _put(self, block: Block, key: str, name: str, value: str) -> bool:
        return _store(block, self.document.setdefault(key, {}), name, value)

    def rows(
        self, block: Block, rows: Sequence[Sequence[Raw]], into: list[Row]
    ) -> list[tuple[str, Row]]:
        """Append the rows of a sheet; returns them with what their parent column says."""
        names = [_text(cell) for cell in rows[_ROW_OF_ELEMENTS]] if len(rows) > 1 else []
        for name in names:
            if name and name != _PARENT and not _is_known(block, name):
                self.problems.append(
                    UNKNOWN_ELEMENT.at("", sheet=sheet_name(block), found=name)
                )
        found = []
        for cells in rows[_ROW_OF_ELEMENTS + 1 :]:
            row: Row = {}
            values = dict(zip(names, map(_text, cells), strict=False))
            for name, value in values.items():
                _store(block, row, name, value)
            if row:
                into.append(row)
                found.append((values.get(_PARENT, ""), row))
        return found

    def children(
        self,
        block: Block,
        sheets: Mapping[str, Sequence[Sequence[Raw]]],
        parents: Sequence[Row],
    ) -> None:
        by_number = {str(number): row for number, row in enumerate(parents, 1)}
        placed: dict[str, Row] = {}
        self._attach(block, sheets, by_number, placed)
        for child in block.children:
            self._attach(child, sheets, placed, {})

    def _attach(
        self,
        block: Block,
        sheets: Mapping[str, Sequence[Sequence[Raw]]],
        parents: Mapping[str, Row],
        placed: dict[str, Row],
    ) -> None:
        """Put the rows of a sheet under the rows that they name; ``placed`` gets each by its number."""
        rows = sheets.get(sheet_name(block)) or ()
        for line, (number, row) in enumerate(self.rows(block, rows, []), _ROW_OF_ELEMENTS + 2):
            above, _dot, _place = number.rpartition(".")
            parent = parents.get(above or number)
            if parent is None:
                self.problems.append(
                    NO_LINE.at("", sheet=sheet_name(block), row=line, found=number)
                )
                continue
            parent.setdefault(block.key, []).append(row)
            placed[number] = row


def _is_known(block: Block, name: str) -> bool:
    return name in block.elements or name.startswith(f"{OTHER}.")


def _store(block: Block, row: Row, name: str, value: str) -> bool:
    """Put a value into a row; False when the block has no such element."""
    if not _is_known(block, name):
        return not value
    if value and name.startswith(f"{OTHER}."):
        row.setdefault(OTHER, []).append([name.partition(".")[2], value])
    elif value:
        row[name] = value
    return True


def _text(cell: Raw) -> str:
    return (cell or "").strip().removeprefix("\x00~")
