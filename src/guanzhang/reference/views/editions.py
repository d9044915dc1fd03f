"""Editions: the list, an upload, its findings, what it would change, the second person's decision."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.exchange.sheets import write_template
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.org.domain.policy import may
from guanzhang.reference import queries, services
from guanzhang.reference.columns import columns_of
from guanzhang.reference.domain.tables import TABLES
from guanzhang.reference.forms import LoadForm
from guanzhang.reference.labels import COLUMN_LABELS
from guanzhang.reference.lists import EDITIONS
from guanzhang.reference.models import Edition
from guanzhang.reference.views.asof import edition_subject, table_name
from guanzhang.web.listing import render_list
from guanzhang.web.pages import actor_of, language_of, page
from guanzhang.work.queries import jobs_of_book

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 300  # keys of each kind of change on the page
KINDS = (Edition.Kind.TARIFF, Edition.Kind.CODES, Edition.Kind.MEASURES, Edition.Kind.RATES,
         Edition.Kind.CALENDAR, Edition.Kind.PARAMETERS)  # fmt: skip


@page("reference.view", "GET", "POST")
def edition_list(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, EDITIONS)


@page("reference.load", "GET", "POST")
def new_edition(request: HttpRequest) -> HttpResponse:
    """Say what the file is and upload it; a file that cannot be opened is told here and forgotten."""
    english = language_of(request) == "en"
    initial = {
        "kind": request.GET.get("kind", Edition.Kind.TARIFF),
        "table": request.GET.get("table", ""),
        "effective_on": timezone.localdate(),
    }
    form = LoadForm(
        request.POST or None, request.FILES or None, initial=initial, english=english
    )
    found: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            job = services.receive_file(
                actor_of(request), form.heading(), upload.name or "", upload.chunks(),
                now=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            found = form.show(refused.problems, language_of(request))
        else:
            return redirect("reference-load", job.pk)
    context = {
        "form": form,
        "found": found,
        "kinds": [(kind.value, kind.label) for kind in KINDS if kind != Edition.Kind.CODES],
        "tables": [(t.key, table_name(request, t)) for t in TABLES.values()],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "reference/edition_new.html", context, status=status)


@page("reference.load", "GET")
def template(request: HttpRequest, kind: str, table: str = "") -> FileResponse:
    """The empty template of a kind of file."""
    if kind not in Edition.Kind or (kind == Edition.Kind.CODES) != (table in TABLES):
        raise Http404
    title = edition_subject(request, str(Edition.Kind(kind).label), table)
    file = write_template(title, columns_of(kind, table))
    name = _("模板-%(kind)s.xlsx") % {"kind": title.replace(" · ", "-")}
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@page("reference.load", "GET")
def load(request: HttpRequest, job_id: int) -> HttpResponse:
    """The loading of one file: progress, then the edition or everything that is wrong with the file."""
    actor = actor_of(request)
    job = jobs_of_book(actor.book_id).filter(pk=job_id, kind="reference.load").first()
    if job is None or job.user_id != actor.user_id:
        raise Http404
    result = job.result or {}
    if job.state == "done" and "edition" in result:
        return redirect("edition", result["edition"])
    heading = job.parameters["heading"]
    context = {
        "job": job,
        "result": result,
        "heading": heading,
        "problems": _worded(result.get("problems", []), language_of(request)),
        "retry": f"{reverse('edition-new')}?kind={heading['kind']}&table={heading['table']}",
    }
    return render(request, "reference/load.html", context)


@page("reference.view", "GET")
def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    return _edition_page(request, edition_id)


@page("reference.review", "POST")
def review(request: HttpRequest, edition_id: int) -> HttpResponse:
    _edition(edition_id)
    note = request.POST.get("note", "")
    try:
        found = services.review_edition(
            actor_of(request), edition_id, now=timezone.now(), note=note
        )
    except Refused as refused:
        return _edition_page(request, edition_id, refused)
    if found.state == Edition.State.EFFECTIVE:
        text = _("已复核，已生效：%(title)s")
    else:
        text = _("已复核，到 %(day)s 自动生效：%(title)s")
    messages.success(request, text % {"title": found.title, "day": found.effective_on})
    return redirect("edition", edition_id)


@page("reference.review", "POST")
def reject(request: HttpRequest, edition_id: int) -> HttpResponse:
    _edition(edition_id)
    reason = request.POST.get("reason", "")
    try:
        found = services.reject_edition(
            actor_of(request), edition_id, reason, now=timezone.now()
        )
    except Refused as refused:
        return _edition_page(request, edition_id, refused)
    messages.success(request, _("已退回：%(title)s") % {"title": found.title})
    return redirect("edition", edition_id)


def _edition(edition_id: int) -> Edition:
    found = queries.edition(edition_id)
    if found is None:
        raise Http404
    return found


def _edition_page(
    request: HttpRequest, edition_id: int, refused: Refused | None = None
) -> HttpResponse:
    actor, found = actor_of(request), _edition(edition_id)
    changes = queries.changes_of(edition_id)
    reviewable = found.state in (Edition.State.LOADED, Edition.State.REVIEWED)
    names = queries.names_of(found, changes)
    context = {
        "edition": found,
        "subject": edition_subject(request, found.get_kind_display(), found.table),
        "found": refused.problems if refused else (),
        "warnings": _worded((found.staged or {}).get("warnings", []), language_of(request)),
        "added": _keys(found, changes.added, names),
        "removed": _keys(found, changes.removed, names),
        "changed": [
            {**key, "fields": _fields(fields)}
            for key, fields in zip(
                _keys(found, changes.changed, names), changes.changed.values(), strict=False
            )
        ],
        "counts": (
            len(changes.added),
            len(changes.changed),
            len(changes.removed),
            changes.unchanged,
        ),
        "shown": SHOWN,
        "own": found.loaded_by_id == actor.user_id,
        "may_review": reviewable and may(actor, "reference.review"),
        "is_due": found.effective_on <= timezone.localdate(),
    }
    status = 409 if refused else 200
    return render(request, "reference/edition.html", context, status=status)


def _keys(found: Edition, keys: Iterable[str], names: dict[str, str]) -> list[dict[str, str]]:
    """The first keys with their names, and where a line that exists is shown."""
    shown = list(islice(keys, SHOWN))
    there = queries.known_lines(shown) if found.kind == Edition.Kind.TARIFF else frozenset()
    return [
        {
            "key": key.replace("|", " ").strip(),
            "name": names.get(key, ""),
            "url": reverse("tariff-line", args=[key]) if key in there else "",
        }
        for key in shown
    ]


def _fields(fields: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - column → pair
    return [
        {"label": COLUMN_LABELS.get(name, name), "before": before, "after": after}
        for name, (before, after) in fields.items()
    ]


def _worded(findings: list[dict[str, str]], language: str) -> list[dict[str, str]]:
    words = "en" if language == "en" else "zh"
    return [{**finding, "text": finding[words]} for finding in findings]
