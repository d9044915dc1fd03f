"""From wishes to rows: search, filters and their problems, counts and totals of one list."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, Sum
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.kernel.actor import Actor
from guanzhang.web.filter_q import condition, in_words
from guanzhang.web.filter_tokens import BadToken, read_token
from guanzhang.web.keyset import SortKey
from guanzhang.web.listing_spec import Column, ColumnKind, ListSpec
from guanzhang.web.listing_state import ListState, sort_keys
from guanzhang.web.models import ListChoice

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter as typed, and either its meaning in words or why it could not be read."""

    column: Column
    token: str
    words: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A list as one person asked for it: ``rows`` are filtered, not yet sorted."""

    spec: ListSpec
    actor: Actor
    state: ListState
    columns: tuple[Column, ...]  # all the actor may see
    visible: tuple[Column, ...]
    filters: tuple[ActiveFilter, ...]
    rows: Rows
    keys: tuple[SortKey, ...]
    selected: int = 0  # rows ticked on the screen, when only they are wanted

    def only(self, ids: Sequence[int]) -> Found:
        """The same with none but the selected rows."""
        rows = self.rows.filter(pk__in=ids)
        return dataclasses.replace(self, rows=rows, selected=len(ids))

    @property
    def is_filtered(self) -> bool:
        return bool(self.state.search or self.filters)

    @property
    def problems(self) -> list[ActiveFilter]:
        return [one for one in self.filters if one.problem]

    def in_words(self) -> str:
        """The conditions as a sentence, for the export and the audit trail."""
        said = [one.words for one in self.filters if one.words]
        if self.state.search:
            said.insert(0, _("搜索“{text}”").format(text=self.state.search))
        if self.selected:
            said.append(_("选中的 {n} 行").format(n=f"{self.selected:,}"))
        return _("；").join(said) or _("无条件")

    def order_in_words(self) -> str:
        labels = {column.sorts(): str(column.label) for column in self.columns}
        named = [
            _("{column} 降序").format(column=labels[key.path])
            if key.descending
            else _("{column} 升序").format(column=labels[key.path])
            for key in self.keys
            if key.path in labels
        ]
        return _("、").join(named)


def find(
    spec: ListSpec, actor: Actor, query: QueryDict, *, chosen: Sequence[str] | None = None
) -> Found:
    """Read the URL, apply what can be read; a token that cannot is kept with its problem.

    ``chosen`` are the person's own columns; None reads them from the database.
    """
    columns = tuple(c for c in spec.columns(actor) if c.masked is None or not c.masked(actor))
    state = ListState.read(query, columns)
    rows = spec.rows(actor)
    if state.search and spec.search:
        rows = spec.search(rows, state.search, actor)
    known = {column.key: column for column in columns}
    active = []
    for key, token in state.filters.items():
        rows, one = _filtered(rows, known[key], token, actor)
        active.append(one)
    visible = _visible(spec, actor, columns, state, chosen)
    keys = tuple(sort_keys(state, spec, columns))
    return Found(spec, actor, state, columns, visible, tuple(active), rows, keys)


def read_columns(found: Found, rows: Rows) -> Rows:
    """Only what the visible cells need, in one query with its relations.

    A cell that computes without saying what it ``needs`` gets the whole row instead of a query per row.
    """
    rows = rows.prefetch_related(*found.spec.prefetch) if found.spec.prefetch else rows
    paths = {key.path for key in found.keys} | set(found.spec.needs)
    for column in found.visible:
        if (column.value or column.template) and not column.needs:
            relations = {path.rpartition("__")[0] for path in paths} - {""}
            return rows.select_related(*sorted(relations)) if relations else rows
        paths.update(column.needs)
        if column.value is None and column.kind is not ColumnKind.TAGS:
            paths.add(column.reads())
    annotations = set(rows.query.annotations)
    stored = sorted(path for path in paths if path != "pk" and path not in annotations)
    relations = {path.rpartition("__")[0] for path in stored} - {""}
    joined = rows.select_related(*sorted(relations)) if relations else rows
    return joined.only("pk", *stored, *sorted(relations)) if stored else joined


def count_up_to(rows: Rows, limit: int) -> tuple[int, bool]:
    """How many rows, counted to ``limit`` at most; and whether that is the exact number."""
    count = rows.order_by()[: limit + 1].count()
    return min(count, limit), count <= limit


def totals(found: Found) -> dict[str, Decimal | int | None]:
    """Sums of the visible ``total`` columns over all filtered rows, exact; None when nothing is known."""
    wanted = {
        f"total_{c.key}": Sum(c.reads()) for c in found.visible if c.total and c.value is None
    }
    if not wanted:
        return {}
    sums = found.rows.order_by().aggregate(**wanted)
    return {name.removeprefix("total_"): value for name, value in sums.items()}


def choices_of(column: Column, actor: Actor) -> list[tuple[str, str]]:
    """(code, label) of a column's choices in the reader's language."""
    if column.choices:
        return [(str(code), str(label)) for code, label in column.choices(actor)]
    if column.marks:
        return [(code, mark.name) for code, mark in column.marks(actor).items()]
    return []


def _filtered(
    rows: Rows, column: Column, token: str, actor: Actor
) -> tuple[Rows, ActiveFilter]:
    label = str(column.label)
    try:
        if column.filter:
            return column.filter(rows, token, actor), ActiveFilter(
                column, token, f"{label} {token}"
            )
        choices = choices_of(column, actor)
        terms = read_token(column.kind, token, today=timezone.localdate(), choices=choices)
        wanted = condition(rows.model, column.kind, column.reads(), terms)
        words = in_words(label, terms, dict(choices))
    except (BadToken, ValidationError) as problem:
        text = problem.message if isinstance(problem, ValidationError) else str(problem)
        return rows, ActiveFilter(column, token, problem=str(text))
    if column.kind is ColumnKind.TAGS:
        # Through a subquery: a row with two tags is still one row.
        wanted = Q(pk__in=rows.model._default_manager.filter(wanted).values("pk"))  # noqa: SLF001 - its API
    return rows.filter(wanted), ActiveFilter(column, token, words)


def _visible(
    spec: ListSpec,
    actor: Actor,
    columns: Sequence[Column],
    state: ListState,
    chosen: Sequence[str] | None,
) -> tuple[Column, ...]:
    known: Mapping[str, Column] = {column.key: column for column in columns}
    if state.columns is None and chosen is None:
        choice = ListChoice.objects.filter(user_id=actor.user_id, list_key=spec.key).first()
        chosen = choice.columns if choice else ()
    wanted = [known[key] for key in state.columns or chosen or () if key in known]
    return (
        tuple(wanted) or tuple(column for column in columns if column.shown) or tuple(columns)
    )
