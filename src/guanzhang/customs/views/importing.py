"""Import messages of other programs: upload, progress, a result for each file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from guanzhang.customs.domain.file_problems import TOO_LARGE
from guanzhang.customs.jobs import IMPORT, MOST_SHOWN, queue_import
from guanzhang.customs.services.importing import Upload, uploads_in
from guanzhang.kernel.problem import Problem
from guanzhang.web.pages import actor_of, page
from guanzhang.work.queries import jobs_of_book

LARGEST = 64 * 1024 * 1024
MOST_FILES = 2_000  # in one upload; their drafts are written in one transaction


@page("declaration.edit", "GET", "POST")
def upload(request: HttpRequest) -> HttpResponse:
    """XML files or ZIPs of them; the import itself runs in the background."""
    problems: list[Problem] = []
    missing = False
    if request.method == "POST":
        files = request.FILES.getlist("file")
        missing = not files
        uploads: list[Upload] = []
        for each in files:
            data = each.read(LARGEST + 1)
            if len(data) > LARGEST:
                limit = f"{LARGEST:,} B"
                problems.append(
                    TOO_LARGE.at("", name=each.name, found=f"> {limit}", limit=limit)
                )
            else:
                uploads += uploads_in(each.name or "", data)
        if len(uploads) > MOST_FILES:
            found, limit = f"{len(uploads):,} XML", f"{MOST_FILES:,} XML"
            problems.append(TOO_LARGE.at("", name="ZIP", found=found, limit=limit))
        if uploads and not problems:
            name = files[0].name or ""
            job = queue_import(actor_of(request), uploads, name, now=timezone.now())
            return redirect("declaration-import-result", job.pk)
    context = {"found": problems, "missing": missing}
    status = 422 if problems or missing else 200
    return render(request, "customs/import.html", context, status=status)


@page("declaration.edit", "GET")
def result(request: HttpRequest, job_id: int) -> HttpResponse:
    """What became of each file; the progress while it runs."""
    actor = actor_of(request)
    jobs = jobs_of_book(actor.book_id, actor.user_id).filter(kind=IMPORT)
    job = jobs.filter(pk=job_id).first()
    if job is None:
        raise Http404
    files = (job.result or {}).get("files", [])
    context = {
        "job": job,
        "alive": job.state in ("queued", "running"),
        "files": files,
        "entered": (job.result or {}).get("entered", 0),
        "count": (job.result or {}).get("count", 0),
        "most": MOST_SHOWN,
    }
    return render(request, "customs/import_result.html", context)
