"""Which column is what: the mapping editor."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanzhang.exchange import queries, registry
from guanzhang.exchange.domain.fields import Field, FieldKind
from guanzhang.exchange.domain.mapping import Definition, Source, definition_from_json
from guanzhang.exchange.forms import CONSTANT, definition_from, source_from
from guanzhang.exchange.models import Batch
from guanzhang.exchange.services.steering import queue_check
from guanzhang.exchange.services.uploads import Layout, layout_of, propose_mapping, set_mapping
from guanzhang.exchange.views.steps import batch_of, steps
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.web.pages import actor_of, page

CLEANERS = (
    ("integer", gettext_lazy("去掉 .0")),
    ("upper", gettext_lazy("转大写")),
    ("compact", gettext_lazy("去空格")),
    ("digits", gettext_lazy("只留数字")),
)
DATES = (
    ("auto", gettext_lazy("自动识别")),
    ("ymd", gettext_lazy("年-月-日")),
    ("dmy", gettext_lazy("日/月/年")),
    ("mdy", gettext_lazy("月/日/年")),
)
HOW = {
    "remembered": gettext_lazy("上次的对应"),
    "exact": gettext_lazy("列名相同"),
    "similar": gettext_lazy("列名相近，请核对"),
    "default": gettext_lazy("默认值"),
}


@page("import.run", "GET", "POST")
def columns(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Show or set the mapping of a batch; setting it starts the check."""
    actor, batch = actor_of(request), batch_of(request, batch_id)
    spec = registry.spec(batch.kind)
    problems: tuple[Problem, ...] = ()
    how: dict[str, str] = {}
    if request.method == "POST":
        definition = definition_from(
            _posted(request), batch.kind, spec.fields(actor), spec.options
        )
        name = str(request.POST.get("name", "")).strip()
        try:
            set_mapping(actor, batch.pk, definition, name=name, now=timezone.now())
            queue_check(actor, batch.pk, now=timezone.now())
        except Refused as refused:
            problems = refused.problems
        else:
            return redirect("import", batch.pk)
        layout = layout_of(actor, batch, definition.sheet)
    elif batch.mapping is not None and "sheet" not in request.GET:
        definition = definition_from_json(batch.mapping)
        layout = layout_of(actor, batch, definition.sheet)
    else:
        proposal = propose_mapping(actor, batch, request.GET.get("sheet", ""))
        definition, how, layout = proposal.definition, proposal.how, proposal.layout
    context = {
        "batch": batch,
        "spec": spec,
        "steps": steps(batch, "columns"),
        "found": problems,
        "rows": [_row(f, definition, layout, how) for f in spec.fields(actor)],
        "columns": layout.columns,
        "unused": _unused(layout, definition),
        "layout": layout,
        "sheets": [s for s in batch.facts["file"]["sheets"] if s["rows"]],
        "options": [(o, definition.options.get(o.key, False)) for o in spec.options],
        "cleaners": CLEANERS,
        "dates": DATES,
        "name": batch.facts.get("mapping_name") or _default_name(batch),
        "names": queries.mapping_names(actor, batch.kind),
    }
    return render(request, "exchange/columns.html", context, status=409 if problems else 200)


@page("import.run", "GET")
def column(request: HttpRequest, batch_id: int, key: str) -> HttpResponse:
    """The row of one field after its column was chosen: how to read it, its first values."""
    actor, batch = actor_of(request), batch_of(request, batch_id)
    spec = registry.spec(batch.kind)
    field = next((f for f in spec.fields(actor) if f.key == key), None)
    if field is None:
        raise Http404
    given = {name: [str(v) for v in values] for name, values in request.GET.lists()}
    sources = {field.key: source} if (source := source_from(given, field)) else {}
    layout = layout_of(actor, batch, str(request.GET.get("sheet", "")))
    row = _row(field, Definition(batch.kind, sources), layout, {})
    if given.get(f"column.{key}") == [CONSTANT]:
        row["column"] = CONSTANT
    context = {
        "batch": batch,
        "row": row,
        "columns": layout.columns,
        "cleaners": CLEANERS,
        "dates": DATES,
    }
    return render(request, "exchange/column_row.html", context)


def _posted(request: HttpRequest) -> dict[str, list[str]]:
    return {key: [str(v) for v in values] for key, values in request.POST.lists()}


def _row(
    field: Field, definition: Definition, layout: Layout, how: dict[str, str]
) -> dict[str, Any]:
    source = definition.sources.get(field.key, Source())
    mapped = field.key in definition.sources
    column = source.columns[0] if source.columns else CONSTANT if mapped else ""
    return {
        "field": field,
        "column": column,
        "times": source.columns[1] if len(source.columns) > 1 else "",
        "constant": source.constant,
        "clean": source.clean,
        "dates": source.dates,
        "how": HOW.get(how.get(field.key, "")),
        "doubtful": how.get(field.key) == "similar",
        "samples": _samples(layout, column),
        "is_decimal": field.kind is FieldKind.DECIMAL,
        "is_date": field.kind is FieldKind.DATE,
        "is_text": field.kind in (FieldKind.CODE, FieldKind.TEXT),
    }


def _samples(layout: Layout, column: str) -> tuple[str, ...]:
    names = layout.header.names
    return layout.samples[names.index(column)] if column and column in names else ()


def _unused(layout: Layout, definition: Definition) -> list[str]:
    used = {name for source in definition.sources.values() for name in source.columns}
    return [name for name in layout.columns if name not in used]


def _default_name(batch: Batch) -> str:
    stem = batch.file_name.split(".")[0][:50]
    return stem or _("对应方案")
