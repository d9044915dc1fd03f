"""A person's notices: read them, open what they point to."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from guanzhang.web.pages import SIGNED_IN, actor_of, page
from guanzhang.work import queries, services


@page(SIGNED_IN, "GET", "POST")
def notices(request: HttpRequest) -> HttpResponse:
    """The newest first; POST marks all of them read."""
    actor = actor_of(request)
    mine = queries.notices(actor.user_id, actor.book_id)
    if request.method == "POST":
        services.read_notices(actor.user_id, actor.book_id, now=timezone.now())
        return redirect("notices")
    found = Paginator(mine, 50).get_page(request.GET.get("page"))
    return render(request, "web/notices.html", {"notices": found})


@page(SIGNED_IN, "POST")
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one read and go where it points."""
    actor = actor_of(request)
    mine = queries.notices(actor.user_id, actor.book_id).filter(pk=notice_id)
    notice = get_object_or_404(mine)
    mine.filter(read_at=None).update(read_at=timezone.now())
    safe = url_has_allowed_host_and_scheme(notice.link, {request.get_host()})
    return HttpResponseRedirect(notice.link) if notice.link and safe else redirect("notices")
