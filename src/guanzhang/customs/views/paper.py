"""The document of a declaration to read: cells of the form, lines of goods, other blocks, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from guanzhang.customs.domain.declaration import number as read_number
from guanzhang.customs.domain.document import leaves, value_at
from guanzhang.customs.domain.message import blocks
from guanzhang.customs.forms import layout
from guanzhang.customs.forms.layout import Field
from guanzhang.customs.forms.words import block_name, place_name
from guanzhang.kernel.actor import Actor
from guanzhang.reference.domain.tables import CodeRow
from guanzhang.reference.domain.view import Reference


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with its label. ``before`` is what stood there, None when nothing changed."""

    path: str
    label: str
    value: str
    width: int = 3
    before: str | None = None
    mark: str = ""  # e | w: there is an open finding
    remarks: tuple[str, ...] = ()
    is_number: bool = False
    name: str = ""  # of a code
    code: str = ""
    where: str = ""  # the label with its line, for remarks


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the goods table; ``share`` of its width as CSS writes it."""

    label: str
    short: str
    share: str


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    cells: tuple[Cell, ...]
    rest: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A block that the form keeps on a tab: its rows as labelled values."""

    label: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Paper:
    """Everything of a document, in the order of the printed form."""

    head: tuple[Cell, ...]
    foot: tuple[Cell, ...]  # confirmations, declaring company and the rest of the header
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    blocks: tuple[Block, ...]
    gone: tuple[Cell, ...] = field(default=())  # values of rows that are not there any more


class _Reader:
    def __init__(
        self,
        document: Mapping[str, Any],
        direction: str,
        actor: Actor,
        reference: Reference,
        changes: Mapping[str, tuple[str, str]],
        marks: Mapping[str, str],
        remarks: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.document, self.direction, self.actor = document, direction, actor
        self.reference, self.changes = reference, changes
        self.marks, self.remarks = marks, remarks
        self.tables = layout.tables_by_element()

    def cell(
        self, path: str, label: str, *, width: int = 3, place: int | None = None, line: str = ""
    ) -> Cell:
        value = value_at(self.document, path)
        old = self.changes.get(path, (value, value))[0]
        before = self.shown(path, old, place) if path in self.changes else None
        row = self._row(path, value)
        value = self.shown(path, value, place)
        if place is not None and before == value:
            before = None
        return Cell(
            path=path,
            label=label,
            value=value,
            width=width,
            before=before,
            mark=self.marks.get(path, ""),
            remarks=self.remarks.get(path, ()),
            is_number=self._is_number(path),
            name=row.name if row else "",
            code=row.code if row else "",
            where=f"{line} {label}".strip(),
        )

    def _row(self, path: str, value: str) -> CodeRow | None:
        return self.reference.row(self.tables.get(".".join(_steps(path)[-2:]), ""), value)

    def _is_number(self, path: str) -> bool:
        block, name = _steps(path)[-2:]
        shape = blocks().get(block)
        return bool(shape and name in shape.elements and shape.elements[name].kind == "decimal")

    def shown(self, path: str, value: str, place: int | None = None) -> str:
        """A code with its name, a day with its dashes, an answer as a word."""
        if place is not None:
            return {"1": _("是"), "0": _("否")}.get(value[place : place + 1], "")
        if path.endswith(("Date", "Dt")) and len(value) == 8 and value.isdigit():
            return f"{value[:4]}-{value[4:6]}-{value[6:]}"
        if self._is_number(path) and (number := read_number(value)) is not None:
            return f"{number:,f}"
        row = self._row(path, value)
        return row.label if row else value

    def fields(self, fields: Iterable[Field]) -> tuple[Cell, ...]:
        return tuple(
            self.cell(
                f.path,
                str(f.label_for(self.direction)),
                width=f.width,
                place=f.place if f.kind == "promise" else None,
            )
            for f in fields
            if f.is_shown(self.direction)
        )

    def line(self, index: int, row: Mapping[str, Any]) -> Line:
        base = f"DecLists[{index}]"
        placed = {f.path for f in layout.GOODS} | {"GNo"}
        where = _("第%(n)s项") % {"n": index + 1}
        cells = tuple(
            self.cell(f"{base}.{f.path}", str(f.label_for(self.direction)), line=where)
            for f in layout.GOODS
        )
        rest = [
            path
            for path, _value in leaves({"DecLists": [row]})
            if path.split(".")[-1] not in placed or path.count(".") > 1
        ]
        paths = [path.replace("DecLists[0]", base, 1) for path in rest]
        gone = [
            path for path in self.changes
            if path.startswith(f"{base}.") and path not in paths and path.split(".")[1] not in placed
        ]  # fmt: skip
        more = tuple(self.named(path) for path in (*paths, *gone))
        return Line(index + 1, cells, more)

    def named(self, path: str) -> Cell:
        label = place_name(path, self.direction, self.actor.language)
        return self.cell(
            path, label.partition(" ")[2] if path.startswith("DecLists[") else label
        )

    def block(self, key: str) -> Block:
        shape, content = blocks()[key], self.document.get(key)
        rows = content if shape.many else [content]
        found = []
        for index, row in enumerate(rows or ()):
            base = f"{key}[{index}]" if shape.many else key
            paths = [p for p, _v in leaves({key: [row] if shape.many else row})]
            paths = [p.replace(f"{key}[0]", base, 1) if shape.many else p for p in paths]
            cells = [self.cell(p, self._label(p)) for p in paths]
            found.append(tuple(cells))
        return Block(block_name(shape, self.actor.language), tuple(found))

    def _label(self, path: str) -> str:
        label = place_name(path, self.direction, self.actor.language)
        return label.partition(" ")[2] if "[" in path else label


_ON_FORM = {"DecHead", "DecLists", "DecSign", "DecFreeTxt"}


def _steps(path: str) -> list[str]:
    return [step.partition("[")[0] for step in path.split(".")]


def paper_of(
    document: Mapping[str, Any],
    direction: str,
    actor: Actor,
    reference: Reference,
    *,
    changes: Mapping[str, tuple[str, str]],
    marks: Mapping[str, str],
    remarks: Mapping[str, tuple[str, ...]],
) -> Paper:
    """The document as cells; ``changes`` {path: (old, new)}, ``marks`` {path: e|w}."""
    read = _Reader(document, direction, actor, reference, changes, marks, remarks)
    head = read.fields(layout.HEAD)
    foot = read.fields((*layout.PROMISES, *layout.OTHERS))
    foot = tuple(cell for cell in foot if cell.value or cell.before)
    seen = {cell.path for cell in (*head, *foot)}
    more = [
        path
        for path, _v in leaves({k: document.get(k) for k in ("DecHead", "DecFreeTxt")})
        if path not in seen and not path.endswith(("IEFlag", "EdiId"))
    ]
    foot += tuple(read.named(path) for path in more)
    rows = document.get("DecLists") or ()
    lines = tuple(read.line(i, row) for i, row in enumerate(rows))
    others = tuple(
        read.block(key) for key in blocks() if key not in _ON_FORM and document.get(key)
    )
    shown = {c.path for line in lines for c in (*line.cells, *line.rest)}
    shown |= {c.path for c in (*head, *foot)} | {
        c.path for b in others for row in b.rows for c in row
    }
    gone = _gone(read, shown, len(rows))
    return Paper(head, foot, _columns(direction), lines, others, gone)


def _gone(read: _Reader, shown: set[str], lines: int) -> tuple[Cell, ...]:
    """What is not there any more: a line of goods by its name and code, other values one by one."""
    found: dict[str, Cell] = {}
    for path, (old, new) in read.changes.items():
        if path in shown or not old or new:
            continue
        row, _dot, _element = path.partition(".")
        if row.startswith("DecLists[") and int(row[9:-1]) >= lines:
            was = (
                read.changes.get(f"{row}.{name}", ("", ""))[0] for name in ("GName", "CodeTS")
            )
            place = place_name(f"{row}.GName", read.direction, read.actor.language)
            found[row] = Cell(row, place.partition(" ")[0], "", before=" ".join(was))
        else:
            label = place_name(path, read.direction, read.actor.language)
            found[path] = Cell(path, label, "", before=read.shown(path, old))
    return tuple(found.values())


def _columns(direction: str) -> tuple[Column, ...]:
    whole = sum(f.share for f in layout.GOODS)
    found = []
    for f in layout.GOODS:
        label = str(f.label_for(direction))
        short = str(f.heading_for(direction))
        found.append(Column(label, short, f"{100 * f.share / whole:.2f}%"))
    return tuple(found)
