"""What the list page needs to draw itself: headings, tabs, chips, pager, totals, the ways out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import POLICY, may
from guanzhang.web.keyset import Page, read_page
from guanzhang.web.listing_cells import Renderer, css_of, number_shown
from guanzhang.web.listing_query import (
    Found,
    choices_of,
    count_up_to,
    find,
    read_columns,
    totals,
)
from guanzhang.web.listing_spec import Column, ColumnKind, ListSpec
from guanzhang.web.listing_state import SIZES, ListState
from guanzhang.web.models import SavedView

EXPORT_DIRECTLY = 50_000
_DAYS = (
    gettext_lazy("今天"),
    gettext_lazy("本周"),
    gettext_lazy("本月"),
    gettext_lazy("上月"),
    gettext_lazy("本季"),
    gettext_lazy("上季"),
    gettext_lazy("今年"),
    gettext_lazy("去年"),
    gettext_lazy("近30天"),
    gettext_lazy("近90天"),
)
_HINTS: dict[ColumnKind, Promise] = {
    ColumnKind.NUMBER: gettext_lazy("如 >=100、10..20"),
    ColumnKind.MONEY: gettext_lazy("如 >=1万、10..20"),
    ColumnKind.PERCENT: gettext_lazy("如 >=5%、5%..10%"),
    ColumnKind.DATE: gettext_lazy("如 2026-11、>=2026-11-01"),
    ColumnKind.DATETIME: gettext_lazy("如 2026-11、>=2026-11-01"),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head: its sort links and its filter."""

    column: Column
    css: str
    direction: str  # aria-sort, or ""
    order: int  # its place among several sort keys; 0 when there is one
    url: str
    also_url: str  # shift: add to the order
    token: str
    problem: str
    suggestions: list[tuple[str, str]]  # (token, shown)
    many: bool  # several suggestions may hold together


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    url: str
    current: bool
    count: str = ""
    pk: int = 0  # of a saved view
    mine: bool = False
    shared: bool = False


def list_context(request: HttpRequest, spec: ListSpec, found: Found) -> dict[str, Any]:
    """Everything the template shows; a handful of queries whatever the size of the table."""
    state, path = found.state, request.path
    page = read_page(
        read_columns(found, found.rows),
        found.keys,
        state.size,
        after=state.after,
        before=state.before,
    )
    whole_page = not page.has_previous and not page.has_next
    count, exact = (
        (len(page.rows), True) if whole_page else count_up_to(found.rows, spec.unfiltered_limit)
    )
    sums = totals(found) if exact and page.rows else {}
    small = count_up_to(spec.rows(found.actor), spec.unfiltered_limit)[1]
    return {
        "spec": spec,
        "has_search": spec.search is not None,  # a template would call the function
        "found": found,
        "path": path,
        "query": state.query(),
        "here": _url(path, state.query()),
        "headings": headings(found, path),
        "rows": Renderer(found, page.rows).page(),
        "page": page,
        "count": count,
        "exact": exact,
        "count_text": count_text(count, exact=exact),
        "range_text": _range_text(page, count, exact=exact),
        "footer": footer(found, sums) if any(c.total for c in found.visible) else [],
        "footer_known": bool(sums),
        "tabs": tabs(request, spec, found, small=small),
        "addable": [c for c in found.columns if c.is_filterable],
        "columns_left": [c for c in found.columns if c not in found.visible],
        "is_empty": not page.rows and not found.is_filtered and not page.has_previous,
        **_links(found, path, page),
        **_ways_out(spec, found),
    }


def _links(found: Found, path: str, page: Page) -> dict[str, Any]:
    """Addresses of the list itself with one wish changed."""
    state = found.state
    back, on = state.at_start(before=page.before), state.at_start(after=page.after)
    return {
        "chips": [
            {"filter": one, "url": _url(path, state.without_filter(one.column.key).query())}
            for one in found.filters
        ],
        "clear_url": _url(path, state.at_start(filters={}, search="").query()),
        "previous_url": _url(path, back.query(paged=True)) if page.has_previous else "",
        "next_url": _url(path, on.query(paged=True)) if page.has_next else "",
        "sizes": [
            {
                "size": size,
                "url": _url(path, state.at_start(size=size).query()),
                "current": size == state.size,
            }
            for size in SIZES
        ],
    }


def _ways_out(spec: ListSpec, found: Found) -> dict[str, Any]:
    """What the person may do from here: batch, export, new."""
    actor = found.actor
    return {
        "batch": [
            {"action": action, "url": reverse(action.view)}
            for action in spec.batch
            if may(actor, action.action)
        ],
        "may_export": bool(spec.export_action) and may(actor, spec.export_action),
        "new_url": reverse(spec.new_view)
        if spec.new_view and may(actor, spec.new_action)
        else "",
        "empty_url": _open_to(actor, spec.empty_view) if spec.empty_view else "",
    }


def _open_to(actor: Actor, view: str) -> str:
    """The address of a view, "" for those who may not open it."""
    url = reverse(view)
    action = getattr(resolve(url).func, "policy", "")
    return url if action in POLICY and may(actor, action) else ""


def headings(found: Found, path: str) -> list[Heading]:
    state, css = found.state, css_of(found.visible)
    order = [part.lstrip("-") for part in state.sort]
    tokens = {one.column.key: one for one in found.filters}
    default = {key.path: key.descending for key in found.keys}
    heads = []
    for column in found.visible:
        direction = state.direction(column.key)
        if not state.sort and column.is_sortable and column.sorts() in default:
            direction = "descending" if default[column.sorts()] else "ascending"
        numbers = column.kind.is_number or column.kind in (ColumnKind.DATE, ColumnKind.DATETIME)
        down = direction == "ascending" or (not direction and numbers)
        active = tokens.get(column.key)
        heads.append(
            Heading(
                column=column,
                css=css[column.key],
                direction=direction,
                order=order.index(column.key) + 1
                if len(order) > 1 and column.key in order
                else 0,
                url=_url(
                    path, state.sorted_by(column.key, descending=down, also=False).query()
                ),
                also_url=_url(
                    path, state.sorted_by(column.key, descending=down, also=True).query()
                ),
                token=active.token if active else "",
                problem=active.problem if active else "",
                suggestions=_suggestions(column, found) if column.is_filterable else [],
                many=column.kind in (ColumnKind.CHOICE, ColumnKind.GRADE),
            )
        )
    return heads


def footer(found: Found, sums: dict[str, Any]) -> list[dict[str, Any]]:
    """The word 合计 over the columns before the first sum (``span``), then one cell per column."""
    css = css_of(found.visible)
    first = next((i for i, column in enumerate(found.visible) if column.total), 0)
    cells: list[dict[str, Any]] = [{"span": max(first, 1), "css": "", "html": ""}]
    for column in found.visible[max(first, 1) :]:
        value = sums.get(column.key)
        text = "" if value is None or not column.total else number_shown(column.kind, value)
        html = (
            format_html('<span class="neg">{}</span>', text) if text.startswith("-") else text
        )
        cells.append({"css": css[column.key], "html": html})
    return cells


def tabs(request: HttpRequest, spec: ListSpec, found: Found, *, small: bool) -> list[Tab]:
    """All rows, the list's own views, then saved ones; counted when the list is small enough."""
    path, here = request.path, _comparable(found.state)
    named: list[tuple[str, str, SavedView | None]] = [(_("全部"), "", None)]
    named += [(str(view.name), view.query, None) for view in spec.views]
    named += [(view.name, view.query, view) for view in saved_views(found)]
    result = []
    for name, query, view in named:
        wished = ListState.read(QueryDict(query), found.columns)
        count = ""
        if small and len(named) <= 12:
            rows = (
                find(spec, found.actor, QueryDict(query), chosen=()).rows
                if query
                else spec.rows(found.actor)
            )
            count = count_text(*count_up_to(rows, spec.unfiltered_limit))
        result.append(
            Tab(
                name,
                _url(path, query),
                current=_comparable(wished) == here,
                count=count,
                pk=view.pk if view else 0,
                mine=view is not None and view.user_id == found.actor.user_id,
                shared=view is not None and view.audience == SavedView.Audience.BOOK,
            )
        )
    return result


def saved_views(found: Found) -> list[SavedView]:
    """The person's own views and those shared in the book."""
    views = SavedView.objects.filter(book_id=found.actor.book_id, list_key=found.spec.key)
    mine = views.filter(user_id=found.actor.user_id) | views.filter(
        audience=SavedView.Audience.BOOK
    )
    return list(mine.order_by("position", "pk")[:30])


def count_text(count: int, exact: bool) -> str:  # noqa: FBT001 - the pair count_up_to answers
    return f"{count:,}" if exact else f"{count:,}+"


def _range_text(page: Page, count: int, *, exact: bool) -> str:
    if not page.rows:
        return ""
    first, last = page.start, page.start + len(page.rows) - 1
    return f"{first:,}–{last:,} / {count_text(max(count, last) if exact else count, exact)}"


def _suggestions(column: Column, found: Found) -> list[tuple[str, str]]:
    """Tokens to choose from instead of typing."""
    blank = [(_("空"), _("空（没有值）")), (_("非空"), _("非空"))]
    match column.kind:
        case ColumnKind.GRADE:
            options = choices_of(column, found.actor)
            return [*((code, f"{code} {label}") for code, label in options if code), *blank]
        case ColumnKind.CHOICE:
            options = [
                (code, label or code) for code, label in choices_of(column, found.actor) if code
            ]
            labels = [label for _code, label in options]
            return [
                *(
                    (label if labels.count(label) == 1 else code, label)
                    for code, label in options[:60]
                ),
                *blank,
            ]
        case ColumnKind.FLAG:
            return [(_("是"), _("是")), (_("否"), _("否"))]
        case ColumnKind.DATE | ColumnKind.DATETIME:
            return (
                [(str(word), str(word)) for word in _DAYS]
                + blank
                + [("", str(_HINTS[column.kind]))]
            )
        case ColumnKind.NUMBER | ColumnKind.MONEY | ColumnKind.PERCENT:
            return [*blank, ("", str(_HINTS[column.kind]))]
        case _:
            return blank


def _comparable(state: ListState) -> tuple[object, ...]:
    """Two states show the same view when conditions agree, and order and columns where the view has them."""
    return (state.search, tuple(sorted(state.filters.items())))


def _url(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
