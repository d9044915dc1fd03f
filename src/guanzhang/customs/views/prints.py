"""PDF papers of declarations and mandates: shown in the browser, named for saving."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from guanzhang.customs.jobs_print import PRINT, queue_print
from guanzhang.customs.services import printing
from guanzhang.web.listing import chosen_ids
from guanzhang.web.listing_export import KEPT, export_folder
from guanzhang.web.pages import actor_of, page
from guanzhang.work import queries as work


@page("declaration.view", "GET")
def declaration(request: HttpRequest, pk: int) -> HttpResponse:
    """The official form of one declaration."""
    return _shown(printing.declaration_paper(actor_of(request), pk, now=timezone.now()))


@page("declaration.view", "GET")
def other(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Goods list, tax estimate, mandate or a notice of one declaration."""
    return _shown(printing.other_paper(actor_of(request), pk, kind, now=timezone.now()))


@page("declaration.view", "GET")
def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    return _shown(printing.mandate_only(actor_of(request), pk))


@page("declaration.view", "GET", "POST")
def batch(request: HttpRequest) -> HttpResponse:
    """The chosen declarations in one file: at once, or as a job when there are many.

    POST comes from the list: the dialog is answered with a link, because a script cannot show a
    file; GET with the same ``ids`` is that link.
    """
    actor = actor_of(request)
    if request.method == "GET":
        if not (wanted := _ids_of(request)):
            raise Http404
        rows = printing.chosen_rows(actor, wanted, most=printing.MOST_AT_ONCE)
        return _shown(printing.batch_paper(actor, rows, now=timezone.now()))
    rows = printing.chosen_rows(actor, chosen_ids(request))
    is_script = bool(request.htmx)  # type: ignore[attr-defined]
    if len(rows) > printing.MOST_AT_ONCE:
        job = queue_print(actor, [row.pk for row in rows], now=timezone.now())
        url = reverse("job", args=[job.pk])
        return _answer(request, url, count=len(rows)) if is_script else redirect(url)
    if is_script:
        query = urlencode([("ids", row.pk) for row in rows])
        return _answer(request, f"{reverse('declaration-print-batch')}?{query}", file=len(rows))
    return _shown(printing.batch_paper(actor, rows, now=timezone.now()))


@page("declaration.view", "GET")
def batch_file(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """The finished file of a batch, for the person who ordered it, within a day."""
    actor = actor_of(request)
    mine = work.jobs_of_book(actor.book_id, actor.user_id).filter(kind=PRINT, state="done")
    job = get_object_or_404(mine.filter(finished_at__gte=timezone.now() - KEPT), pk=job_id)
    result = job.result or {}
    file = export_folder() / Path(str(result.get("file", ""))).name
    if not file.is_file():
        raise Http404
    return FileResponse(
        file.open("rb"), filename=str(result["name"]), content_type="application/pdf"
    )


def _shown(paper: printing.Paper) -> HttpResponse:
    response = HttpResponse(paper.content, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(paper.name)}"
    response["Cache-Control"] = "private, no-store"
    return response


def _answer(request: HttpRequest, url: str, **counts: int) -> HttpResponse:
    return render(request, "customs/print_batch.html", {"url": url, **counts})


def _ids_of(request: HttpRequest) -> list[int]:
    return [int(text) for text in request.GET.getlist("ids") if text.isdecimal()]
