"""What a list is made of, as data: its columns, views, actions and rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from guanzhang.kernel.actor import Actor

Label = str | Promise
Choices = Sequence[tuple[str, Label]]


class ColumnKind(StrEnum):
    TEXT = "text"
    CODE = "code"  # left-aligned, tabular, never with separators
    NUMBER = "number"
    MONEY = "money"  # two decimals, thousands separators, zero blank
    PERCENT = "percent"  # stored as a fraction
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"  # stored code, shown label
    GRADE = "grade"  # class mark with letter and colour
    TAGS = "tags"  # many names; path leads to the name ("tags__name"), read through ``value``
    FLAG = "flag"

    @property
    def is_number(self) -> bool:
        return self in (ColumnKind.NUMBER, ColumnKind.MONEY, ColumnKind.PERCENT)


@dataclass(frozen=True, slots=True)
class Mark:
    """How a class looks: its name, place in the palette (0–6) and rank (0 is the best)."""

    name: str
    colour: int = 0
    position: int = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``path`` is the ORM path used to read, sort and filter (default: ``key``)."""

    key: str
    label: Label
    kind: ColumnKind = ColumnKind.TEXT
    path: str = ""
    choices: Callable[[Actor], Choices] | None = None  # CHOICE: filter tokens and labels
    value: Callable[[Any], object] | None = (
        None  # computed cell; then neither sorted nor filtered
    )
    filter: Callable[[QuerySet[Any], str, Actor], QuerySet[Any]] | None = (
        None  # own meaning of a token
    )
    sortable: bool = True
    filterable: bool = True
    shown: bool = True  # among the columns of somebody who chose none
    total: bool = False  # summed in the footer over the whole filtered set
    link: bool = False  # the cell that opens the row
    masked: Callable[[Actor], bool] | None = (
        None  # then neither shown, sorted, filtered nor exported
    )
    template: str = ""  # own cell template; gets ``row`` and ``value``
    width: str = ""  # css width, "8em"
    sort_path: str = ""  # ORM path to sort by when it is not ``path`` (a name by its pinyin)
    needs: Sequence[str] = ()  # ORM paths that ``value`` or ``template`` read from the row
    marks: Callable[[Actor], Mapping[str, Mark]] | None = None  # GRADE: how each class looks

    @property
    def is_sortable(self) -> bool:
        return self.sortable and (self.value is None or bool(self.sort_path or self.path))

    @property
    def is_filterable(self) -> bool:
        return self.filterable and (self.value is None or bool(self.filter or self.path))

    def reads(self) -> str:
        """The ORM path of the cell's value."""
        return self.path or self.key

    def sorts(self) -> str:
        return self.sort_path or self.reads()


@dataclass(frozen=True, slots=True)
class BatchAction:
    """Something done to the selected rows: POSTs ``ids`` to the view, which answers per row."""

    key: str
    label: Label
    icon: str
    action: str  # policy action
    view: str  # url name
    form: str = ""  # template of the fields it asks for first, if any


@dataclass(frozen=True, slots=True)
class BuiltinView:
    name: Label
    query: str  # as in the URL


@dataclass(frozen=True, slots=True)
class ListSpec:
    """Declaration of a list. ``rows`` must already hold the actor's scope."""

    key: str
    title: Label
    rows: Callable[[Actor], QuerySet[Any]]
    columns: Callable[[Actor], Sequence[Column]]
    sort: str  # default, "-updated_at"
    row_url: Callable[[Any], str] | None = None
    search: Callable[[QuerySet[Any], str, Actor], QuerySet[Any]] | None = None
    search_hint: Label = ""
    views: Sequence[BuiltinView] = ()
    batch: Sequence[BatchAction] = ()
    export_action: str = ""  # policy action of the export; none, no export
    new_view: str = ""  # url name of "new", shown when new_action is granted
    new_action: str = ""
    new_label: Label = ""
    empty: Label = ""  # what to do when there is nothing yet
    empty_view: str = ""  # url name of the action that fills it
    empty_label: Label = ""
    unit: Label = ""  # 家, 笔 …
    prefetch: Sequence[str] = field(default_factory=tuple)
    unfiltered_limit: int = (
        10_000  # above this many rows the exact count is only made on request
    )
    labels: Mapping[str, Callable[[Sequence[Model], Actor], Mapping[Any, str]]] = field(
        default_factory=dict
    )  # column key → {value of the cell: what to show} for the rows of one page, fetched in one query
    needs: Sequence[
        str
    ] = ()  # ORM paths that ``row_url`` and ``labels`` read, besides the primary key
