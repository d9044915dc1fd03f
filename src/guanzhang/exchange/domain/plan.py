"""A mapping made ready for one file: rows of raw cells in, stored values and problems out.

Built for millions of rows: every column remembers what it has read, so that the parsing of a cell
is usually one look into a dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.domain.cells import (
    LARGEST,
    Raw,
    Read,
    Reader,
    Value,
    divided_half_up,
    reader_for,
    unscaled,
)
from guanzhang.exchange.domain.fields import Field, FieldKind, Ordinal
from guanzhang.exchange.domain.mapping import Definition
from guanzhang.kernel.problem import Problem

REMEMBERED = 50_000  # different cells per column
FACTOR_PLACES = 6


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem at a column of the file (None: of the row as a whole)."""

    column: int | None
    problem: Problem


class _Column:
    """A column of the file, the field it fills, and what has been read from it."""

    __slots__ = ("column", "position", "read", "recall", "seen")

    def __init__(self, position: int, column: int, read: Reader) -> None:
        self.position, self.column, self.read = position, column, read
        self.seen: dict[Raw, Read] = {}
        self.recall = self.seen.get

    def learn(self, raw: Raw) -> Read:
        if len(self.seen) >= REMEMBERED:
            self.seen.clear()
        result = self.seen[raw] = self.read(raw)
        return result


@dataclass(slots=True)
class _Product:
    """Two columns whose product fills a field: exact, then rounded half up to its places."""

    target: Field
    position: int
    left: _Column
    right: _Column

    def value(self, cells: Sequence[Raw], faults: list[Fault]) -> Value:
        left, right = cells[self.left.column], cells[self.right.column]
        a, left_problem = self.left.recall(left) or self.left.learn(left)
        b, right_problem = self.right.recall(right) or self.right.learn(right)
        if left_problem is not None:
            faults.append(Fault(self.left.column, left_problem))
        if right_problem is not None:
            faults.append(Fault(self.right.column, right_problem))
        if not isinstance(a, int) or not isinstance(b, int):
            return None
        result = divided_half_up(a * b, 10 ** (2 * FACTOR_PLACES - self.target.places))
        if -LARGEST <= result <= LARGEST:
            return result
        found = unscaled(result, self.target.places)
        problem = kinds.OUT_OF_RANGE.at(self.target.key, field=self.target.label, found=found)
        faults.append(Fault(self.left.column, problem))
        return None


@dataclass(slots=True)
class Plan:
    """How to read the rows of one file. ``parse`` must see every row of it, once and in order."""

    columns: list[_Column]
    products: list[_Product]
    blank: list[Value]
    width: int
    ordinal: tuple[int, tuple[int, ...]] | None
    column_of: Mapping[str, int]  # field key → column of the file
    _counts: dict[tuple[Value, ...], int] = field(default_factory=dict)

    def parse(self, cells: Sequence[Raw]) -> tuple[list[Value], list[Fault]]:
        """The values of one row, aligned to the fields, and everything wrong or odd about it."""
        values = self.blank.copy()
        faults: list[Fault] = []
        count = len(cells)
        if count < self.width:
            cells = [*cells, *[None] * (self.width - count)]
        elif count > self.width and any(cells[self.width :]):
            problem = kinds.TOO_MANY_CELLS.at("", found=count, expected=self.width)
            faults.append(Fault(None, problem))
        for column in self.columns:
            raw = cells[column.column]
            values[column.position], problem_found = column.recall(raw) or column.learn(raw)
            if problem_found is not None:
                faults.append(Fault(column.column, problem_found))
        for product in self.products:
            values[product.position] = product.value(cells, faults)
        if self.ordinal is not None:
            target, within = self.ordinal
            key = tuple([values[i] for i in within])
            if None not in key:
                values[target] = self._counts[key] = self._counts.get(key, 0) + 1
        return values, faults


def plan_for(
    definition: Definition,
    fields: Sequence[Field],
    headers: Sequence[str],
    *,
    ordinal: Ordinal | None = None,
    epoch_1904: bool = False,
) -> Plan:
    """The plan of a checked ``definition`` for a file with ``headers`` ("" for nameless columns)."""
    at = {f.key: i for i, f in enumerate(fields)}
    blank: list[Value] = [None] * len(fields)
    columns: list[_Column] = []
    products = []
    column_of: dict[str, int] = {}
    for target in fields:
        source = definition.sources.get(target.key)
        if source is None:
            continue
        habits = source.habits(epoch_1904=epoch_1904)
        places = [headers.index(name) for name in source.columns]
        if not places:
            blank[at[target.key]] = reader_for(target, habits)(source.constant)[0]
            continue
        column_of[target.key] = places[0]
        if len(places) == 1:
            columns.append(_Column(at[target.key], places[0], reader_for(target, habits)))
        else:
            factor = replace(target, places=FACTOR_PLACES, kind=FieldKind.DECIMAL)
            left, right = (_Column(-1, p, reader_for(factor, habits)) for p in places)
            products.append(_Product(target, at[target.key], left, right))
    counted = None
    if ordinal and ordinal.field in at and ordinal.field not in definition.sources:
        counted = (at[ordinal.field], tuple(at[key] for key in ordinal.within))
    return Plan(columns, products, blank, len(headers), counted, column_of)
