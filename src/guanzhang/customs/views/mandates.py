"""Register, correct and cancel mandates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.forms.plain import MandateForm, initial_of
from guanzhang.customs.models import Mandate
from guanzhang.customs.queries import mandate_for, may_edit_mandate
from guanzhang.customs.services.mandates import add_mandate, cancel_mandate, change_mandate
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.parties.queries import visible_parties
from guanzhang.web.pages import actor_of, language_of, page
from guanzhang.web.problems import shown_problems


@page("mandate.edit", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Register a mandate; ``?party=`` chooses its client."""
    if request.method == "GET":
        chosen = request.GET.get("party", "")
        return _page(request, MandateForm(initial={"party_id": chosen}))
    form = MandateForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        row = add_mandate(actor_of(request), form.as_data(), now=timezone.now())
    except Refused as refused:
        return _page(request, form, rest=form.show(refused.problems, language_of(request)))
    messages.success(request, _("委托 %(number)s 已登记。") % {"number": row.number})
    return redirect("mandates")


@page("declaration.view", "GET", "POST")
def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """A mandate; POST corrects it and takes the right to edit it."""
    actor = actor_of(request)
    row = mandate_for(actor, pk)
    if request.method == "GET":
        return _page(request, MandateForm(initial=initial_of(row)), row)
    form = MandateForm({**request.POST.dict(), "party_id": row.party_id})
    if not form.is_valid():
        return _page(request, form, row)
    try:
        change_mandate(actor, pk, form.as_data(), now=timezone.now())
    except Refused as refused:
        return _page(request, form, row, form.show(refused.problems, language_of(request)))
    messages.success(request, _("委托 %(number)s 已保存。") % {"number": row.number})
    return redirect("mandates")


@page("mandate.edit", "POST")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    row = mandate_for(actor_of(request), pk, "mandate.edit")
    try:
        cancel_mandate(actor_of(request), pk, reason=reason, now=timezone.now())
    except Refused as refused:
        return _page(request, MandateForm(initial=initial_of(row)), row, list(refused.problems))
    messages.success(request, _("委托 %(number)s 已撤销。") % {"number": row.number})
    return redirect("mandates")


def _page(
    request: HttpRequest,
    form: MandateForm,
    row: Mandate | None = None,
    rest: list[Problem] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    language: Any = language_of(request)
    problems = shown_problems(rest or [], language)
    context = {
        "form": form,
        "row": row,
        "party": row.party if row else _chosen(actor, str(form["party_id"].value() or "")),
        "problems": problems,
        "may_edit": row is None or (not row.is_cancelled and may_edit_mandate(actor, row)),
    }
    status = 422 if form.is_bound or rest else 200
    return render(request, "customs/mandate_form.html", context, status=status)


def _chosen(actor: Actor, text: str) -> object:
    return visible_parties(actor).filter(pk=int(text)).first() if text.isdecimal() else None
