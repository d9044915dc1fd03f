"""Progress of a job for the people it concerns: polled, cancellable, within the scope of job.view."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from guanzhang.org.domain.policy import Scope, scope_of
from guanzhang.web.pages import actor_of, page
from guanzhang.work import queries, services
from guanzhang.work.models import Job

ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)


@page("job.view", "GET")
def job_progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """The bar of one job; when it is done and the page asked for it, on to ``?next=``."""
    job = _job(request, job_id)
    target = _next(request)
    response = render(request, "web/job.html", {"job": job, "next": target})
    if job.state in ENDED and target:
        response["HX-Redirect"] = target
    elif job.state in ENDED:
        response["HX-Trigger"] = "gz:job-ended"
    return response


@page("job.control", "POST")
def job_cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Cancel a job one may control; it stops at its next sign of progress."""
    job = _job(request, job_id, "job.control")
    services.cancel_job(job.pk, now=timezone.now())
    return render(
        request, "web/job.html", {"job": _job(request, job_id), "next": _next(request)}
    )


def _job(request: HttpRequest, job_id: int, action: str = "job.view") -> Job:
    actor = actor_of(request)
    everybody = scope_of(actor, action) is Scope.ALL
    return get_object_or_404(
        queries.jobs_of_book(actor.book_id, None if everybody else actor.user_id), pk=job_id
    )


def _next(request: HttpRequest) -> str:
    target = request.GET.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else ""
