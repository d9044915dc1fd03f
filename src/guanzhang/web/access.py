"""Login, logout, password, sessions and preferences of one person."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.org import queries, services
from guanzhang.org.domain import demo
from guanzhang.org.models import User
from guanzhang.web.context import DENSITIES, THEMES
from guanzhang.web.labels import role_names
from guanzhang.web.menu import start_page
from guanzhang.web.pages import PUBLIC, SIGNED_IN, actor_of, language_of, page

PREFERENCES = {
    "language": ("zh-hans", "en"),
    "theme": THEMES,
    "density": DENSITIES,
    "help_key": ("on", "off"),
}
IN_COOKIE = {"language": "gz_language", "theme": "gz_theme", "help_key": "gz_help_key"}
A_YEAR = 365 * 24 * 3600


@page(PUBLIC, "GET", "POST")
def sign_in(request: HttpRequest) -> HttpResponse:
    """One form; the answer to a wrong name and to a wrong password is the same."""
    target = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "GET":
        return _form(request, 200, next=target)
    username = request.POST.get("username", "").replace("\0", "").strip()
    user = authenticate(request, username=username, password=request.POST.get("password", ""))
    ip = request.META.get("REMOTE_ADDR", "")
    now = timezone.now()
    if getattr(request, "axes_locked_out", False):
        return locked_out(request)
    books = queries.books_of(user.pk) if isinstance(user, User) else []
    if not isinstance(user, User) or not books:
        stranger = Actor(0, username, username, 0, frozenset(), None, frozenset(), ip=ip)
        services.record_login(stranger, accepted=False, now=now, username=username[:60])
        return _form(request, 422, next=target, username=username, refused=True)
    login(request, user)
    request.session["book_id"] = books[0].pk
    request.session.save()
    agent = request.headers.get("User-Agent", "")
    services.open_session(user, request.session.session_key or "", ip=ip, agent=agent, now=now)
    actor = queries.actor_for(user.pk, books[0].pk, ip=ip)
    assert actor is not None
    services.record_login(actor, accepted=True, now=now)
    if not _is_ours(request, target):
        target = start_page(actor)
    return HttpResponseRedirect(target)


def locked_out(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """Too many wrong passwords from this address for this name: wait a quarter of an hour."""
    return _form(request, 429, locked=True)


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
            actor_of(request),
            user,
            request.POST.get("new", ""),
            now=timezone.now(),
            must_change=False,
        )
    except Refused as refused:
        texts = [p.message(language_of(request)) for p in refused.problems]  # type: ignore[arg-type]
        return render(
            request, "web/account.html", context | {"new_problems": texts}, status=422
        )
    logout(request)
    return redirect("login")


@page(SIGNED_IN, "POST")
def end_my_session(request: HttpRequest, session_id: int) -> HttpResponse:
    mine = queries.sessions_of(actor_of(request).user_id).filter(pk=session_id).first()
    if mine:
        services.end_session(mine.session_key)
    return redirect("password")


@page(PUBLIC, "POST")
def prefer(request: HttpRequest) -> HttpResponse:
    """Language, theme, density, the ? key: 204 for scripts, back to the page for plain forms.

    A person's choice is kept with the person; in a cookie as well, for the page before the login.
    """
    wanted = {
        name: str(value)
        for name, value in request.POST.items()
        if name in PREFERENCES and value in PREFERENCES[name]
    }
    user = request.user
    kept = {name: value for name, value in wanted.items() if name != "help_key"}
    if kept and isinstance(user, User):
        services.set_preferences(user, **kept)
    back = request.POST.get("next", "")
    response: HttpResponse
    if request.htmx:  # type: ignore[attr-defined]
        response = HttpResponse(status=204)
    else:
        response = HttpResponseRedirect(back if _is_ours(request, back) else reverse("login"))
    for name, cookie in IN_COOKIE.items():
        if name in wanted:
            response.set_cookie(
                cookie,
                wanted[name],
                max_age=A_YEAR,
                secure=request.is_secure(),
                httponly=True,
                samesite="Lax",
            )
    return response


def _form(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    """The login page; on a demonstration installation it says who may come in."""
    context["demo_logins"] = [
        {
            "username": one.user.username,
            "name": one.user.name,
            "roles": _("、").join(role_names(grant.role for grant in one.grants.all())),
        }
        for one in queries.demo_memberships()[:12]
    ]
    context["demo_password"] = demo.PASSWORD
    return render(request, "web/login.html", context, status=status)


def _is_ours(request: HttpRequest, target: str) -> bool:
    return url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
