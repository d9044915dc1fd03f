"""Who works in the book, in which roles."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from guanzhang.kernel.problem import Problem, Refused
from guanzhang.ops.forms import UserForm
from guanzhang.ops.lists import USERS, role_names
from guanzhang.ops.wording import action_label
from guanzhang.org import queries as org
from guanzhang.org import services
from guanzhang.org.domain.policy import may
from guanzhang.org.passwords import make_password
from guanzhang.trail import queries as trail
from guanzhang.web.listing import render_list
from guanzhang.web.pages import actor_of, page


@page("user.view", "GET", "POST")
def user_list(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, USERS)


@page("user.edit", "GET", "POST")
@sensitive_variables("password")
def new_user(request: HttpRequest) -> HttpResponse:
    """A first password is made here, shown once, and has to be changed at the first login."""
    actor = actor_of(request)
    form = UserForm(actor.book_id, request.POST or None, is_new=True)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and form.is_valid():
        password = make_password()
        try:
            user = services.create_user(
                actor,
                username=form.cleaned_data["username"],
                name=form.cleaned_data["name"],
                password=password,
                roles=form.roles(),
                department=form.cleaned_data["department"],
                now=timezone.now(),
                must_change_password=True,
            )
        except Refused as refused:
            problems = refused.problems
        else:
            return _handed_over(request, user.pk, password)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "found": problems}
    return render(request, "ops/user_new.html", context, status=status)


@page("user.view", "GET", "POST")
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person: roles, sessions, history; editable by who may."""
    actor = actor_of(request)
    membership = _member(request, user_id)
    person = membership.user
    editable = may(actor, "user.edit")
    form = UserForm(
        actor.book_id,
        request.POST if request.method == "POST" else None,
        is_new=False,
        initial=_initial(membership),
    )
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        if not editable:
            return HttpResponse(status=403)
        if form.is_valid():
            try:
                services.change_user(
                    actor,
                    person,
                    name=form.cleaned_data["name"],
                    is_active=form.cleaned_data["is_active"],
                    roles=form.roles(),
                    department=form.cleaned_data["department"],
                    now=timezone.now(),
                )
            except Refused as refused:
                problems = refused.problems
            else:
                messages.success(request, _("已保存 %(name)s") % {"name": person.name})
                return redirect("user", user_id)
    context = {
        "membership": membership,
        "person": person,
        "role_names": role_names(membership),
        "form": form,
        "found": problems,
        "editable": editable,
        "sessions": org.sessions_of(user_id),
        "history": [
            (record, action_label(record.action))
            for record in trail.history_of(actor.book_id, "user", user_id)[:20]
        ],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "ops/user.html", context, status=status)


@page("user.edit", "POST")
@sensitive_variables("password")
def reset_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """A new first password, shown once; ends the person's sessions."""
    person = _member(request, user_id).user
    password = make_password()
    services.set_password(
        actor_of(request), person, password, now=timezone.now(), must_change=True
    )
    return _handed_over(request, user_id, password)


@page("user.edit", "POST")
def end_session(request: HttpRequest, user_id: int, session_id: int) -> HttpResponse:
    person = _member(request, user_id).user
    session = org.sessions_of(person.pk).filter(pk=session_id).first()
    if session is None:
        raise Http404
    services.end_session(session.session_key)
    messages.success(request, _("已结束 %(name)s 的登录") % {"name": person.name})
    return redirect("user", user_id)


def _member(request: HttpRequest, user_id: int) -> Any:  # noqa: ANN401 - a row of org
    membership = org.membership(actor_of(request).book_id, user_id)
    if membership is None:
        raise Http404
    return membership


def _initial(membership: Any) -> dict[str, object]:  # noqa: ANN401 - a row of org
    initial: dict[str, object] = {
        "name": membership.user.name,
        "department": membership.department_id,
        "is_active": membership.is_active,
    }
    for grant in membership.grants.all():
        initial[f"role_{grant.role}"] = True
        initial[f"scope_{grant.role}"] = grant.scope
    return initial


def _handed_over(request: HttpRequest, user_id: int, password: str) -> HttpResponse:
    person = _member(request, user_id).user
    return render(request, "ops/password.html", {"person": person, "password": password})
