"""A paper of facts, one table and notes; and the papers that are of this kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from guanzhang.customs.domain.form import Cell, GoodsColumn
from guanzhang.customs.prints import engine

EDITION = "S1"  # of the layout: raise it with every change that changes the bytes of a print
Row = tuple[tuple[str, ...], ...]  # cells, a cell being its lines


@dataclass(frozen=True, slots=True)
class Sheet:
    """``fields`` stand in a grid ``across`` wide; ``rows`` in a table that flows over pages."""

    title: str
    fields: tuple[Cell, ...] = ()
    columns: tuple[GoodsColumn, ...] = ()
    rows: tuple[Row, ...] = ()
    totals: tuple[Row, ...] = ()
    paragraphs: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    banner: str = ""
    watermark: str = ""
    origin: str = ""
    landscape: bool = True
    across: int = 4

    def texts(self) -> tuple[str, ...]:
        """Every value on the sheet, nothing empty."""
        found = [text for cell in self.fields for text in (cell.text, cell.code)]
        found += [line for row in (*self.rows, *self.totals) for cell in row for line in cell]
        return tuple(filter(None, (*found, self.banner, *self.paragraphs)))


def sheet_pdf(sheet: Sheet) -> bytes:
    """The bytes of a sheet: equal sheets under one edition give equal bytes."""
    origin = engine.joined(sheet.origin, f"版式 {EDITION}")
    note = engine.missing_note(sheet.texts())
    return engine.pdf("sheet", asdict(sheet) | {"origin": origin, "note": note})


def row(*cells: str | Sequence[str]) -> Row:
    """A table row; a cell of several lines is given as a sequence."""
    return tuple((cell,) if isinstance(cell, str) else tuple(cell) for cell in cells)
