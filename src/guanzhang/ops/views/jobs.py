"""Jobs: what waits, runs, failed; retry; ``web`` has the progress bar and its cancel button."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from guanzhang.ops import queries
from guanzhang.ops.lists import JOBS
from guanzhang.web.listing import render_list
from guanzhang.web.pages import actor_of, page
from guanzhang.work import services


@page("job.view", "GET", "POST")
def job_list(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, JOBS)


@page("job.view", "GET")
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job: progress while it lives, then its result or its error."""
    found = _job(request, job_id, "job.view")
    controlled = queries.jobs_for(actor_of(request), "job.control").filter(pk=job_id).exists()
    context = {
        "job": found,
        "result": found.result or {},
        "link": _safe(request, str((found.result or {}).get("link", ""))),
        "may_retry": controlled and found.state in ("failed", "cancelled"),
    }
    return render(request, "ops/job.html", context)


@page("job.control", "POST")
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    found = _job(request, job_id, "job.control")
    services.retry_job(found.pk)
    messages.success(request, _("已重新排队：%(title)s") % {"title": found.title})
    return redirect("job", found.pk)


def _job(request: HttpRequest, job_id: int, action: str) -> Any:  # noqa: ANN401 - a row of work
    found = queries.jobs_for(actor_of(request), action).filter(pk=job_id).first()
    if found is None:
        raise Http404
    return found


def _safe(request: HttpRequest, target: str) -> str:
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else ""
