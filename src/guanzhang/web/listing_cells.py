"""Cells of a list: what they show on the page, and the typed value they export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from guanzhang.kernel.actor import Actor
from guanzhang.web import formats
from guanzhang.web.icons import icon_svg
from guanzhang.web.keyset import value_at
from guanzhang.web.listing_query import Found, choices_of
from guanzhang.web.listing_spec import Column, ColumnKind, Mark
from guanzhang.web.marks import class_mark

NUMBERS = (int, float, Decimal)
_CLASSES = {
    ColumnKind.CODE: "c",
    ColumnKind.DATE: "c",
    ColumnKind.DATETIME: "c",
    ColumnKind.NUMBER: "n",
    ColumnKind.MONEY: "n",
    ColumnKind.PERCENT: "n",
}


@dataclass(frozen=True, slots=True)
class Cell:
    html: str
    css: str = ""
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    pk: Any
    label: str  # what the row is called, for its checkbox
    url: str
    cells: list[Cell]


class Renderer:
    """Draws the rows of one page; labels and choices are fetched once for all of them."""

    def __init__(self, found: Found, rows: Sequence[Any]) -> None:
        self.found, self.rows = found, rows
        self.names = labels_of(found.visible, found.spec.labels, rows, found.actor)
        self.marks: dict[str, Mapping[str, Mark]] = {
            column.key: column.marks(found.actor) for column in found.visible if column.marks
        }
        self.css = css_of(found.visible)

    def page(self) -> list[Row]:
        return [self._row(row) for row in self.rows]

    def _row(self, row: Any) -> Row:  # noqa: ANN401 - a model instance
        url = self.found.spec.row_url(row) if self.found.spec.row_url else ""
        cells, label = [], ""
        for column in self.found.visible:
            value = raw_value(row, column)
            html = self._shown(row, column, value)
            if column.link and url:
                label = label or str(value or "")
                html = format_html(
                    '<a href="{}">{}</a>', url, html if value not in (None, "") else _("未命名")
                )
            cells.append(Cell(html, self.css[column.key], is_heading=column.link))
        return Row(row.pk, label or str(row.pk), url, cells)

    def _shown(self, row: Any, column: Column, value: Any) -> str:  # noqa: ANN401
        if column.template:
            return get_template(column.template).render({"row": row, "value": value})
        if column.kind is ColumnKind.GRADE:
            return self._grade(column, value)
        if column.key in self.names and value not in (None, ""):
            value = self.names[column.key].get(
                value, self.names[column.key].get(str(value), value)
            )
        return shown(column.kind, value)

    def _grade(self, column: Column, value: Any) -> str:  # noqa: ANN401
        mark = self.marks.get(column.key, {}).get(value or "")
        if mark:
            return class_mark(value, mark.name, mark.colour, mark.position)
        return class_mark(
            value or "", self.names.get(column.key, {}).get(value, "") if value else ""
        )


def css_of(columns: Sequence[Column]) -> dict[str, str]:
    """Alignment, and the ledger's rules: a double one before a block of amounts, a thin one inside."""
    css, before = {}, False
    for column in columns:
        money = column.kind is ColumnKind.MONEY
        rule = (" led2" if before else " led") if money else ""
        css[column.key] = _CLASSES.get(column.kind, "") + rule
        before = money
    return css


def shown(kind: ColumnKind, value: Any) -> str:  # noqa: ANN401 - a cell's value
    """The value as the page shows it; an unknown number or day says 无数据, blank words stay blank."""
    if value is None or value == "":
        quiet = kind.is_number or kind in (ColumnKind.DATE, ColumnKind.DATETIME)
        return format_html('<span class="none">{}</span>', _("无数据")) if quiet else ""
    match kind:
        case ColumnKind.FLAG:
            return (
                format_html('{}<span class="sr">{}</span>', icon_svg("check", "s"), _("是"))
                if value
                else format_html('<span class="sr">{}</span>', _("否"))
            )
        case ColumnKind.TAGS:
            return _tags(value)
        case ColumnKind.DATETIME if isinstance(value, dt.datetime):
            return formats.moment_text(value)
        case ColumnKind.DATE if isinstance(value, dt.date):
            return formats.day_text(value)
        case ColumnKind.MONEY | ColumnKind.NUMBER | ColumnKind.PERCENT if isinstance(
            value, NUMBERS
        ):
            text = number_shown(kind, value)
            return (
                format_html('<span class="neg">{}</span>', text)
                if text.startswith("-")
                else text
            )
        case _:
            return format_html("{}", value)


def number_shown(kind: ColumnKind, value: Decimal | float) -> str:
    match kind:
        case ColumnKind.MONEY:
            return formats.money_text(value)
        case ColumnKind.PERCENT:
            return formats.percent_text(value)
        case _:
            return formats.number_text(value)


def _tags(value: Any) -> SafeString:  # noqa: ANN401 - names, or one text
    names = [value] if isinstance(value, str) else [str(name) for name in value]
    chips = format_html_join(
        "", '<span class="gz-chip line">{}</span>', ((name,) for name in names)
    )
    return format_html('<span class="gz-tags">{}</span>', chips)


def raw_value(row: Any, column: Column) -> Any:  # noqa: ANN401
    return column.value(row) if column.value else value_at(row, column.reads())


def labels_of(
    columns: Iterable[Column],
    fetchers: Mapping[str, Any],
    rows: Sequence[Any],
    actor: Actor,
) -> dict[str, Mapping[Any, str]]:
    """Column key → {value: label}, from the spec's ``labels`` or the column's choices."""
    names: dict[str, Mapping[Any, str]] = {}
    for column in columns:
        if column.key in fetchers:
            names[column.key] = fetchers[column.key](rows, actor)
        elif found := choices_of(column, actor):
            names[column.key] = dict(found)
    return names


def exported(
    rows: Sequence[Any], columns: Sequence[Column], found: Found
) -> Iterable[list[object]]:
    """The typed cells of some rows, in the order of ``columns``."""
    names = labels_of(columns, found.spec.labels, rows, found.actor)
    for row in rows:
        yield [
            _typed(raw_value(row, column), column, names.get(column.key, {}))
            for column in columns
        ]


def _typed(value: Any, column: Column, names: Mapping[Any, str]) -> object:  # noqa: ANN401
    if value is None or value == "":
        return None
    if column.kind is ColumnKind.TAGS and not isinstance(value, str):
        return "、".join(str(name) for name in value)
    if column.kind is ColumnKind.GRADE:
        return str(value)
    if names:
        return str(names.get(value, names.get(str(value), value)))
    if column.kind is ColumnKind.DATE and isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, (bool, *NUMBERS, dt.date)):
        return value
    return str(value)
