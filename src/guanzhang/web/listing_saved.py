"""Saved views and column choices: a person's own arrangement of lists."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from guanzhang.org.domain.policy import may
from guanzhang.web.menu import start_page
from guanzhang.web.models import ListChoice, SavedView
from guanzhang.web.pages import SIGNED_IN, actor_of, page

LONGEST_QUERY = 2000
MOST_VIEWS = 30


@page(SIGNED_IN, "POST")
def choose_columns(request: HttpRequest, key: str) -> HttpResponse:
    """Keep which columns of a list the person sees, in order; ``reset`` forgets it."""
    mine = ListChoice.objects.filter(user_id=actor_of(request).user_id, list_key=key)
    columns = list(dict.fromkeys(name[:60] for name in request.POST.getlist("columns")))[:100]
    if request.POST.get("reset") or not columns:
        mine.delete()
    else:
        ListChoice.objects.update_or_create(
            user_id=actor_of(request).user_id, list_key=key[:40], defaults={"columns": columns}
        )
    return _back(request)


@page(SIGNED_IN, "POST")
def save_view(request: HttpRequest, key: str) -> HttpResponse:
    """Save the present query under a name; the same name again replaces it."""
    actor = actor_of(request)
    name = request.POST.get("name", "").strip()[:40]
    query = request.POST.get("query", "")
    mine = SavedView.objects.filter(book_id=actor.book_id, user_id=actor.user_id, list_key=key)
    if not name or len(query) > LONGEST_QUERY or len(key) > 40:
        messages.error(
            request, _("视图没有保存：请写一个 40 字以内的名称；条件不能超过 2000 字符。")
        )
    elif mine.count() >= MOST_VIEWS and not mine.filter(name=name).exists():
        messages.error(
            request, _("视图没有保存：每个列表最多 30 个自己的视图，请先删掉不用的。")
        )
    else:
        mine.update_or_create(
            name=name,
            defaults={"query": query, "audience": _audience(request)},
            create_defaults={
                "query": query,
                "audience": _audience(request),
                "book_id": actor.book_id,
                "user_id": actor.user_id,
                "list_key": key,
            },
        )
        messages.success(request, _("视图“{name}”已保存。").format(name=name))
    return _back(request)


@page(SIGNED_IN, "POST")
def change_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Rename, share or delete one's own view; an administrator may delete shared ones."""
    actor = actor_of(request)
    views = SavedView.objects.filter(book_id=actor.book_id)
    mine = views.filter(user_id=actor.user_id)
    if request.POST.get("delete"):
        reachable = (
            mine | views.filter(audience=SavedView.Audience.BOOK)
            if may(actor, "user.edit")
            else mine
        )
        view = get_object_or_404(reachable, pk=view_id)
        view.delete()
        messages.success(request, _("视图“{name}”已删除。").format(name=view.name))
        return _back(request)
    view = get_object_or_404(mine, pk=view_id)
    view.name = request.POST.get("name", "").strip()[:40] or view.name
    view.audience = _audience(request)
    try:
        with transaction.atomic():
            view.save(update_fields=["name", "audience"])
    except IntegrityError:
        messages.error(
            request, _("您已有名为“{name}”的视图，请换一个名称。").format(name=view.name)
        )
    else:
        messages.success(request, _("视图“{name}”已更新。").format(name=view.name))
    return _back(request)


def _audience(request: HttpRequest) -> str:
    shared = request.POST.get("audience") == SavedView.Audience.BOOK
    return SavedView.Audience.BOOK if shared else SavedView.Audience.ME


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(
        target if safe else start_page(actor_of(request)) or reverse("password")
    )
