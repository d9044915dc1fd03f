"""The list page: declared once per list, the same everywhere.

A module declares a ``ListSpec`` and its view answers ``render_list(request, SPEC)``:

    @page("party.view", "GET", "POST")
    def customers(request: HttpRequest) -> HttpResponseBase:
        return render_list(request, CUSTOMERS)

GET shows the list, POST exports it, so the view must allow both. The kit gives search, a filter under
every column, sorting, column choice, saved views, paging without counting a million rows, batch
actions, export of what is seen, and previous/next inside the list on detail pages.

Everything a person chose is in the URL:
``?q=恒通&f.grade=A,B&f.amount_12m=>=10000&sort=-amount_12m&cols=code,name&after=…``

A spec that is also in ``LISTS`` of the wiring can be exported beyond 50,000 rows, as a job.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from guanzhang.kernel.problem import Problem
from guanzhang.web.keyset import in_order
from guanzhang.web.listing_export import export
from guanzhang.web.listing_near import Neighbours, neighbours, remember
from guanzhang.web.listing_page import footer, list_context
from guanzhang.web.listing_query import Found, find, totals
from guanzhang.web.listing_spec import (
    BatchAction,
    BuiltinView,
    Choices,
    Column,
    ColumnKind,
    Label,
    ListSpec,
    Mark,
)
from guanzhang.web.listing_state import SELECT_ALL, chosen_ids
from guanzhang.web.pages import actor_of
from guanzhang.web.problems import shown_problems

__all__ = [
    "BatchAction",
    "BatchResult",
    "BuiltinView",
    "Choices",
    "Column",
    "ColumnKind",
    "Label",
    "ListSpec",
    "Mark",
    "Neighbours",
    "batch_results",
    "chosen_ids",
    "neighbours",
    "render_list",
]


def render_list(
    request: HttpRequest,
    spec: ListSpec,
    *,
    template: str = "web/list.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponseBase:
    """The whole page, the part htmx asked for, or (POST) the exported file.

    ``template`` extends ``web/list.html`` and may fill its blocks ``head_meta``, ``head_actions`` and
    ``above``; ``context`` is for them.
    """
    if request.method == "POST":
        return export(request, spec)
    found = find(spec, actor_of(request), request.GET)
    part = request.GET.get("part")
    if part == "ids":
        return _ids(found)
    if part == "count":
        return _counted(request, found)
    shown = {**list_context(request, spec, found), **(context or {})}
    remember(request, spec, request.path, found.state.query())
    htmx = request.htmx  # type: ignore[attr-defined]
    if htmx and not htmx.history_restore_request and htmx.target == "list":
        response = render(request, "web/list_body.html", shown)
        response["HX-Push-Url"] = _canonical(request, found)
        return response
    return render(request, template, shown)


def _canonical(request: HttpRequest, found: Found) -> str:
    query = found.state.query(paged=True)
    return f"{request.path}?{query}" if query else request.path


def _ids(found: Found) -> JsonResponse:
    """The keys of all filtered rows, for "select everything filtered"; what is shown is what is sent."""
    keys: list[Any] = []
    for piece in in_order(found.rows, found.keys):
        keys += piece.values_list("pk", flat=True)[: SELECT_ALL + 1 - len(keys)]
    return JsonResponse(
        {"ids": keys[:SELECT_ALL], "more": len(keys) > SELECT_ALL, "limit": SELECT_ALL}
    )


def _counted(request: HttpRequest, found: Found) -> HttpResponse:
    """The exact count and the totals, made because somebody asked for them."""
    context = {
        "count_text": f"{found.rows.order_by().count():,}",
        "spec": found.spec,
        "footer": footer(found, totals(found)) if any(c.total for c in found.visible) else [],
        "footer_known": True,
        "batch": found.spec.batch,
        "exact": True,
    }
    return render(request, "web/list_counted.html", context)


# --- batch actions --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of one selected row: done when there are no problems."""

    label: str
    problems: Sequence[Problem] = ()
    url: str = ""
    note: str = ""


def batch_results(
    request: HttpRequest, title: str, results: Sequence[BatchResult]
) -> HttpResponse:
    """The answer of a batch view: how many are done, and every row that is not, with its reason."""
    language = "en" if getattr(request, "LANGUAGE_CODE", "").startswith("en") else "zh"
    failed = [
        {"row": one, "problems": shown_problems(one.problems, language)}  # type: ignore[arg-type]
        for one in results
        if one.problems
    ]
    context = {
        "title": title,
        "done": len(results) - len(failed),
        "failed": failed,
        "all": len(results),
    }
    partial = bool(request.htmx)  # type: ignore[attr-defined]
    return render(
        request, "web/batch_results.html" if partial else "web/batch_page.html", context
    )
