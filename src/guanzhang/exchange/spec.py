"""What a module gives the import: an ``ImportSpec`` per kind of record, and what a run asks of it.

The machinery reads, checks, stages, commits and undoes; the spec knows the fields, finds the record a
row belongs to, and says what depends on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import Model
from django.utils.functional import Promise

from guanzhang.exchange.domain.cells import Value
from guanzhang.exchange.domain.fields import Field, Option, Ordinal
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem

Label = str | Promise
Row = tuple[int, list[Value]]  # row number in the file, values aligned to the fields
Image = dict[str, Any]  # stored column → plain value (scaled integer, "2026-11-23", True, text)


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over one file: for a check, a commit or an undo."""

    actor: Actor
    batch_id: int
    now: dt.datetime
    mapped: frozenset[str] = frozenset()  # fields that the mapping fills
    options: Mapping[str, bool] = field(default_factory=dict)
    positions: Mapping[str, int] = field(default_factory=dict)  # field → position of its value

    @property
    def book_id(self) -> int:
        return self.actor.book_id


@dataclass(frozen=True, slots=True)
class Add:
    """A new record: values of ``Importer.columns``."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """A record that differs: only the columns that change, as they are and as they will be."""

    object_id: int
    before: Image
    after: Image


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The record is already as the row says."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The row cannot be imported; the paths of its problems are field keys."""

    problems: tuple[Problem, ...]


Outcome = Add | Update | Unchanged | Refusal
UNCHANGED = Unchanged()


class Importer(Protocol):
    """The work of one run. ``resolve`` sees every readable row once, in order of the file."""

    @property
    def model(self) -> type[Model]: ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Stored columns (attnames) of an Add."""
        ...

    def resolve(self, rows: Sequence[Row], /) -> list[Outcome]:
        """What each row would do. Writes nothing."""
        ...

    def prepare(self, rows: Sequence[Row], /) -> None:
        """During a commit, before ``resolve``: create what the rows need first."""
        ...

    def finish(self, updated: Sequence[int], /) -> None:
        """During a commit, after all rows: derived columns and indexes of what was added or changed."""
        ...

    def facts(self) -> dict[str, Any]:
        """What else the run would create, for the result page."""
        ...


def _plain(_column: str, value: object) -> object:
    return value


@dataclass(frozen=True, slots=True)
class ImportSpec:
    """One kind of import."""

    key: str
    label: Label  # 客户
    unit: Label  # 家
    help: Label
    list_view: str  # url name of the list that shows the records
    model: type[Model]
    fields: Callable[[Actor], tuple[Field, ...]]
    start: Callable[[Run], Importer]
    dependants: Callable[[Run], tuple[Problem, ...]]  # why an undo must wait
    remove: Callable[[Run], int]  # delete what the batch added; returns how many
    restored: Callable[[Run, Sequence[int]], None]  # after an undo put records back
    options: tuple[Option, ...] = ()
    ordinal: Ordinal | None = None
    money: tuple[str, str] | None = None  # fields of currency and amount, for the totals
    existing: Callable[[Actor, Sequence[Field]], Iterator[list[str]]] | None = (
        None  # rows for a template
    )
    export_action: str = ""  # the right ``existing`` needs
    masked: Callable[[str, object], object] = _plain  # a column's value as everybody may see it
