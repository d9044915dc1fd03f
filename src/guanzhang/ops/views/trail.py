"""The audit trail: search, one record, verification of the chain."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.ops import queries
from guanzhang.ops.health import VERIFY
from guanzhang.ops.lists import TRAIL
from guanzhang.ops.wording import action_label, object_label, shown_changes
from guanzhang.web.listing import render_list
from guanzhang.web.pages import actor_of, page
from guanzhang.work import services as work


@page("trail.view", "GET", "POST")
def trail_list(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, TRAIL, template="ops/trail.html")


@page("trail.view", "GET")
def record(request: HttpRequest, record_id: int) -> HttpResponse:
    """One record with what it changed, from what to what."""
    found = queries.audit_for(actor_of(request)).filter(pk=record_id).first()
    if found is None:
        raise Http404
    context = {
        "record": found,
        "action": action_label(found.action),
        "kind": object_label(found.object_type) if found.object_type else "",
        "changes": list(shown_changes(found.action, found.object_type, found.changes)),
    }
    return render(request, "ops/record.html", context)


@page("trail.view", "POST")
def verify(request: HttpRequest) -> HttpResponse:
    """Verify the book's chain, as a job: a long chain takes a minute. The job's page shows the result."""
    job = work.enqueue_job(actor_of(request), VERIFY, _("校验留痕链"), now=timezone.now())
    return redirect("job", job.pk)
