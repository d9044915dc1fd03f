"""Before there is a batch: the list, the upload, the templates."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.exchange import registry, sheets
from guanzhang.exchange.lists import IMPORTS_LIST
from guanzhang.exchange.services.exporting import record_export
from guanzhang.exchange.services.uploads import receive_file
from guanzhang.exchange.spec import ImportSpec
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.org.domain.policy import may
from guanzhang.web.errors import forbidden
from guanzhang.web.listing import render_list
from guanzhang.web.pages import actor_of, page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page("import.run", "GET", "POST")
def batch_list(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, IMPORTS_LIST)


@page("import.run", "GET", "POST")
def new_batch(request: HttpRequest) -> HttpResponse:
    """Choose what the file holds and upload it; a file that cannot be read is told here and forgotten."""
    actor = actor_of(request)
    problems: tuple[Problem, ...] = ()
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    missing = False
    if request.method == "POST":
        upload = request.FILES.get("file")
        missing = upload is None or kind not in registry.specs()
        if upload is not None and not missing:
            try:
                batch = receive_file(
                    actor, kind, upload.name or "", upload.chunks(), now=timezone.now()
                )
            except Refused as refused:
                problems = refused.problems
            else:
                return redirect("import", batch.pk)
    kinds = [
        {
            "key": spec.key,
            "label": spec.label,
            "help": spec.help,
            "has_rows": spec.existing is not None and may(actor, spec.export_action),
        }
        for spec in registry.specs().values()
    ]
    context = {
        "kinds": kinds,
        "chosen": kind or kinds[0]["key"],
        "found": problems,
        "missing": missing,
    }
    status = 409 if problems else 422 if missing else 200
    return render(request, "exchange/new.html", context, status=status)


@page("import.run", "GET")
def template(request: HttpRequest, kind: str) -> FileResponse:
    """The empty template of one kind of import."""
    spec = _spec(kind)
    fields = spec.fields(actor_of(request))
    name = _("导入模板-%(kind)s.xlsx") % {"kind": spec.label}
    file = sheets.write_template(str(spec.label), fields)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@page("import.run", "POST")
def filled_template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The template with the book's own records, to change many at once in a spreadsheet."""
    spec, actor, now = _spec(kind), actor_of(request), timezone.now()
    if spec.existing is None:
        raise Http404
    if not may(actor, spec.export_action):
        return forbidden(request, spec.export_action)
    fields = spec.fields(actor)
    rows = list(spec.existing(actor, fields))
    record_export(actor, spec, rows=len(rows), now=now)
    file = sheets.write_template(str(spec.label), fields, rows)
    name = _("%(kind)s-%(day)s.xlsx") % {"kind": spec.label, "day": timezone.localdate(now)}
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _spec(kind: str) -> ImportSpec:
    if kind not in registry.specs():
        raise Http404
    return registry.spec(kind)
