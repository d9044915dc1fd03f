"""Is the installation alive, is it well, and what could not be delivered."""

from __future__ import annotations

from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.ops import health
from guanzhang.org.domain.policy import may
from guanzhang.trail import queries as trail
from guanzhang.trail.delivery import retry_delivery
from guanzhang.web.pages import PUBLIC, actor_of, page


@page(PUBLIC, "GET")
def alive(_request: HttpRequest) -> HttpResponse:
    """For load balancers and watchdogs: program and database answer. Says nothing else to anybody."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database unreachable", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


@page("health.view", "GET")
def overview(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    found = health.readings(actor, timezone.now())
    context = {
        "readings": found,
        "worst": health.worst(found),
        "failures": trail.failed_deliveries(actor.book_id)[:100],
        "may_retry": may(actor, "event.retry"),
    }
    return render(request, "ops/health.html", context)


@page("event.retry", "POST")
def retry_event(request: HttpRequest, delivery_id: int) -> HttpResponse:
    if not retry_delivery(actor_of(request).book_id, delivery_id, now=timezone.now()):
        raise Http404
    messages.success(request, _("马上重试；结果见本页"))
    return redirect("health")
