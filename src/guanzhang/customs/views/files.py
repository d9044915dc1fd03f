"""Papers of a declaration: upload, download, take off."""

from __future__ import annotations

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import render
from django.utils import timezone

from guanzhang.customs.models import Declaration
from guanzhang.customs.queries import declaration_for
from guanzhang.customs.services.attachments import remove_attachment, stored_path
from guanzhang.customs.services.papers import LARGEST_PAPER, add_paper, relation_of
from guanzhang.customs.views.state import is_editable, refused_json, today
from guanzhang.kernel.problem import Refused
from guanzhang.reference.queries import reference_on
from guanzhang.web.pages import actor_of, page


@page("declaration.edit", "POST")
def add_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a PDF; answers its row of EdocRealation for the form, and the list as it is now."""
    actor = actor_of(request)
    declaration_for(actor, pk, "declaration.edit")
    upload = request.FILES.get("file")
    content = upload.read(LARGEST_PAPER + 1) if upload else b""
    name = (upload.name if upload else "") or "-"
    try:
        kept = add_paper(
            actor,
            pk,
            name,
            content,
            kind=request.POST.get("kind", ""),
            now=timezone.now(),
            on=today(),
        )
    except Refused as refused:
        return refused_json(actor, refused.problems)
    row = declaration_for(actor, pk)
    return JsonResponse({"relation": relation_of(kept), "html": _list(request, row)})


@page("declaration.edit", "POST")
def remove_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = declaration_for(actor, pk, "declaration.edit")
    kept = row.attachments.filter(pk=file_pk).first()
    if kept is None or not is_editable(actor, row):
        raise Http404
    number = kept.number
    remove_attachment(actor, pk, file_pk, now=timezone.now())
    return JsonResponse({"removed": number, "html": _list(request, row)})


@page("declaration.view", "GET")
def file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """The bytes, always as a download and never run in the browser."""
    row = declaration_for(actor_of(request), pk)
    kept = row.attachments.filter(pk=file_pk).first()
    if kept is None or not stored_path(kept.sha256).exists():
        raise Http404
    response = FileResponse(
        stored_path(kept.sha256).open("rb"),
        as_attachment=True,
        filename=kept.name,
        content_type="application/pdf",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def file_rows(row: Declaration) -> list[dict[str, object]]:
    """The files of a declaration with the name of their kind."""
    reference = reference_on(today())
    rows = row.attachments.order_by("pk")
    return [{"row": each, "kind": reference.name("edoc_type", each.kind)} for each in rows]


def _list(request: HttpRequest, row: Declaration) -> str:
    context = {
        "row": row,
        "files": file_rows(row),
        "editable": is_editable(actor_of(request), row),
    }
    return render(request, "customs/files.html", context).content.decode()
