"""Login, logout, password and sessions of one person."""

from __future__ import annotations

import dataclasses

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.org import queries, services
from guanzhang.org.models import User
from guanzhang.web.pages import PUBLIC, SIGNED_IN, actor_of, language_of, page


@page(PUBLIC, "GET", "POST")
def sign_in(request: HttpRequest) -> HttpResponse:
    """One form; the answer to a wrong name and to a wrong password is the same."""
    target = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "GET":
        return render(request, "web/login.html", {"next": target})
    username = request.POST.get("username", "").strip()
    user = authenticate(request, username=username, password=request.POST.get("password", ""))
    ip = request.META.get("REMOTE_ADDR", "")
    now = timezone.now()
    if getattr(request, "axes_locked_out", False):
        return locked_out(request)
    books = queries.books_of(user.pk) if isinstance(user, User) else []
    if not isinstance(user, User) or not books:
        stranger = Actor(0, username, username, 0, frozenset(), ip=ip)
        services.record_login(stranger, accepted=False, now=now, username=username[:60])
        context = {"next": target, "username": username, "refused": True}
        return render(request, "web/login.html", context, status=422)
    login(request, user)
    request.session["book_id"] = books[0].pk
    request.session.save()
    agent = request.headers.get("User-Agent", "")
    services.open_session(user, request.session.session_key or "", ip=ip, agent=agent, now=now)
    actor = queries.actor_for(user.pk, books[0].pk, ip=ip)
    assert actor is not None
    services.record_login(dataclasses.replace(actor, book_id=0), accepted=True, now=now)
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("home")
    return HttpResponseRedirect(target)


def locked_out(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """Too many wrong passwords from this address for this name: wait a quarter of an hour."""
    return render(request, "web/login.html", {"locked": True}, status=429)


@page(SIGNED_IN, "POST")
def sign_out(request: HttpRequest) -> HttpResponse:
    services.end_session(request.session.session_key or "")
    logout(request)
    return redirect("login")


@page(SIGNED_IN, "GET", "POST")
def my_account(request: HttpRequest) -> HttpResponse:
    """Password and open sessions."""
    user = request.user
    assert isinstance(user, User)
    context: dict[str, object] = {
        "sessions": queries.sessions_of(user.pk),
        "this_session": request.session.session_key,
        "must_change": user.must_change_password,
    }
    if request.method == "GET":
        return render(request, "web/account.html", context)
    if not user.check_password(request.POST.get("old", "")):
        return render(request, "web/account.html", context | {"wrong": True}, status=422)
    try:
        services.set_password(
            actor_of(request), user, request.POST.get("new", ""), now=timezone.now(), must_change=False
        )
    except Refused as refused:
        texts = [p.message(language_of(request)) for p in refused.problems]  # type: ignore[arg-type]
        return render(request, "web/account.html", context | {"problems": texts}, status=422)
    logout(request)
    return redirect("login")


@page(SIGNED_IN, "POST")
def end_my_session(request: HttpRequest, session_id: int) -> HttpResponse:
    mine = queries.sessions_of(actor_of(request).user_id).filter(pk=session_id).first()
    if mine:
        services.end_session(mine.session_key)
    return redirect("password")


@page(SIGNED_IN, "POST")
def prefer(request: HttpRequest) -> HttpResponse:
    """Language, theme or density; answers 204 for scripts, goes back for plain forms."""
    user = request.user
    assert isinstance(user, User)
    allowed = {"language": ("zh-hans", "en"), "theme": ("light", "dark", "system"), "density": ("normal", "loose", "tight")}
    wanted = {k: v for k, v in request.POST.items() if k in allowed and v in allowed[k]}
    if wanted:
        services.set_preferences(user, **{k: str(v) for k, v in wanted.items()})
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return HttpResponseRedirect(back if safe else reverse("home"))
