"""One batch after its check: problems, dry run, commit, undo, result."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.exchange import queries, registry, sheets
from guanzhang.exchange.domain.cells import shown
from guanzhang.exchange.domain.headers import column_index, column_letter
from guanzhang.exchange.domain.mapping import definition_from_json
from guanzhang.exchange.forms import corrections_from
from guanzhang.exchange.models import Batch, CellProblem
from guanzhang.exchange.reading import FileFacts
from guanzhang.exchange.services import steering
from guanzhang.exchange.services.staged import work_on
from guanzhang.exchange.spec import ImportSpec
from guanzhang.exchange.views.columns import columns
from guanzhang.exchange.views.steps import batch_of, steps
from guanzhang.exchange.views.uploads import XLSX
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import may
from guanzhang.web.pages import actor_of, language_of, page
from guanzhang.work.models import Job
from guanzhang.work.queries import jobs_of_book

State = Batch.State
PER_PAGE = 50
RUNNING = (State.CHECKING, State.COMMITTING, State.UNDOING)


@page("import.run", "GET")
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Where the batch stands and what to do next."""
    actor, found = actor_of(request), batch_of(request, batch_id)
    if found.state in (State.UPLOADED, State.FAILED):
        return columns(request, batch_id)
    spec = registry.spec(found.kind)
    job = jobs_of_book(found.book_id).filter(pk=found.job_id or 0).first()
    context: dict[str, Any] = {
        "batch": found,
        "spec": spec,
        "steps": steps(found),
        "facts": found.facts,
        "job": job if found.state in RUNNING else None,
        "stuck": found.state in RUNNING and (job is None or _has_ended(job)),
        "importable": found.rows_in - found.refused,
        "earlier": queries.earlier_batch(found) if found.state == State.CHECKED else None,
        "may_undo": may(actor, "import.undo") and found.state == State.COMMITTED,
        "english": language_of(request) == "en",
        "list_url": reverse(spec.list_view),
        **_sums(found),
        **_problems(request, found),
    }
    if found.mapping is not None:
        context |= {"changes": _changes(found, spec)}
        context |= _place(request, actor, found, context["page"])
    return render(request, "exchange/batch.html", context)


@page("import.run", "POST")
def fix(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Replace the cells that were filled in and check again."""
    actor, found = actor_of(request), batch_of(request, batch_id)
    corrections = corrections_from([(key, str(text)) for key, text in request.POST.items()])
    if only := request.POST.get("only"):  # the button of one row
        corrections = {cell: text for cell, text in corrections.items() if cell == only}
    if corrections:
        steering.correct_cells(actor, found.pk, corrections, now=timezone.now())
    else:
        messages.info(request, _("没有填写要改的值；请在“改为”一栏填写后再提交。"))
    return redirect("import", found.pk)


@page("import.run", "POST")
def accept(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Take over all suggestions and check again."""
    found = batch_of(request, batch_id)
    steering.accept_suggestions(actor_of(request), found.pk, now=timezone.now())
    return redirect("import", found.pk)


@page("import.run", "POST")
def check(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Check again, as after changes in the book."""
    found = batch_of(request, batch_id)
    steering.queue_check(actor_of(request), found.pk, now=timezone.now())
    return redirect("import", found.pk)


@page("import.run", "POST")
def commit(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = batch_of(request, batch_id)
    steering.queue_commit(actor_of(request), found.pk, now=timezone.now())
    return redirect("import", found.pk)


@page("import.undo", "POST")
def undo(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = batch_of(request, batch_id)
    steering.queue_undo(actor_of(request), found.pk, now=timezone.now())
    return redirect("import", found.pk)


@page("import.run", "GET")
def annotated(request: HttpRequest, batch_id: int) -> FileResponse:
    """The refused rows as they came, with what is wrong, to be corrected and uploaded again."""
    actor, found = actor_of(request), batch_of(request, batch_id)
    work = work_on(actor, found, now=timezone.now())
    counted = work.spec.ordinal and work.spec.ordinal.field not in work.definition.sources
    labels = {f.key: f.label for f in work.fields}
    ordinal = labels[work.spec.ordinal.field] if work.spec.ordinal and counted else ""
    file, extension = sheets.write_annotated(
        found.facts["layout"]["names"], ordinal, work.staging.refused(), count=found.refused
    )
    name = _("%(file)s-待修.%(ext)s") % {
        "file": found.file_name.split(".")[0],
        "ext": extension,
    }
    kind = XLSX if extension == "xlsx" else "text/csv; charset=utf-8"
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)


def _has_ended(job: Job) -> bool:
    return job.state in (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)


def _sums(found: Batch) -> dict[str, Any]:
    """Totals per currency of what goes in and of what does not, and how long ago the check was."""
    checked = found.facts.get("checked_at")
    return {
        "totals": sorted(found.facts.get("totals", {}).items()),
        "refused_totals": sorted(found.facts.get("refused_totals", {}).items()),
        "checked_at": dt.datetime.fromisoformat(checked) if checked else None,
        "formulas": FileFacts.from_json(found.facts["file"])
        .sheet(found.facts.get("layout", {}).get("sheet", ""))
        .formula_count,
        "corrected": len(found.facts.get("overrides", {})),
    }


def _problems(request: HttpRequest, found: Batch) -> dict[str, Any]:
    """One page of problems, of one kind if the address says so."""
    kept = queries.problems_of(found)
    groups = found.facts.get("problems", [])
    code = request.GET.get("code", "")
    if code:
        kept = kept.filter(code=code)
    page_of_problems = Paginator(kept, PER_PAGE).get_page(request.GET.get("page"))
    errors = sum(g["count"] for g in groups if g["severity"] == "error")
    return {
        "groups": groups,
        "code": code,
        "page": page_of_problems,
        "errors": errors,
        "notes": found.facts.get("problem_count", 0) - errors,
        "suggestions": kept.exclude(suggestion="").count(),
        "unlisted": found.facts.get("problem_count", 0) - queries.problems_of(found).count(),
    }


def _changes(found: Batch, spec: ImportSpec) -> list[dict[str, Any]]:
    """The first records that would change, column by column."""
    names = {f.attname: str(f.verbose_name) for f in spec.model._meta.concrete_fields}  # noqa: SLF001 - Django's documented API
    return [
        {
            "row": change["row"],
            "columns": [
                {"label": names[column], "before": before, "after": after}
                for column, (before, after) in change["columns"].items()
            ],
        }
        for change in found.facts.get("changes", [])
    ]


def _place(
    request: HttpRequest,
    actor: Actor,
    found: Batch,
    problems: Any,  # noqa: ANN401 - a page
) -> dict[str, Any]:
    """The rows around the chosen problem, as they stand in the file."""
    wanted = request.GET.get("at", "")
    listed: list[CellProblem] = list(problems)
    chosen = next((p for p in listed if str(p.pk) == wanted), listed[0] if listed else None)
    if chosen is None:
        return {"chosen": None}
    work = work_on(actor, found, now=timezone.now())
    labels = {f.key: _(f.label) for f in work.fields}
    definition = definition_from_json(found.mapping)
    targets = {
        s.columns[0]: labels[k]
        for k, s in definition.sources.items()
        if s.columns and k in labels
    }
    names = found.facts["layout"]["names"]
    letters = chosen.cell.rstrip("0123456789")
    bad = column_index(letters) if letters else -1
    first = max(0, min(bad - 4, len(names) - 10))
    span = range(first, min(len(names), first + 10))
    return {
        "chosen": chosen,
        "heads": [
            {"letter": column_letter(i), "name": names[i], "field": targets.get(names[i], "")}
            for i in span
        ],
        "around": [
            {
                "number": number,
                "cells": [
                    {
                        "text": shown(cells[i]) if i < len(cells) else "",
                        "bad": i == bad and number == chosen.row,
                    }
                    for i in span
                ],
            }
            for number, cells in work.staging.around(chosen.row)
        ],
    }
