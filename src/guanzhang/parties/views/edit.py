"""Enter and change a party: one page, every problem at once at its field."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.codes import check_usc_code
from guanzhang.kernel.problem import Problem, Refused, Stale
from guanzhang.org import queries as org
from guanzhang.org.domain.policy import Scope, may, scope_of
from guanzhang.parties import labels, queries, services
from guanzhang.parties.data import PartyData, as_dict
from guanzhang.parties.domain.regions import region_of_usc
from guanzhang.parties.forms.fields import WARNINGS
from guanzhang.parties.forms.party import PartyForm
from guanzhang.parties.models import Party
from guanzhang.web.pages import actor_of, language_of, page
from guanzhang.web.problems import shown_problems


@page("party.create", "GET", "POST")
def new_customer(request: HttpRequest) -> HttpResponse:
    return _enter(request, PartyData(name=request.GET.get("name", "")[:200]))


@page("party.create", "GET", "POST")
def new_supplier(request: HttpRequest) -> HttpResponse:
    return _enter(request, PartyData(name="", is_customer=False, is_supplier=True))


@page("party.edit", "GET", "POST")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a party; who saves second sees both versions and decides."""
    actor = actor_of(request)
    party = queries.party_for(actor, pk, "party.edit")
    specs = services.field_specs(actor.book_id)
    stored = services.data_of(party)
    if request.method == "GET":
        initial = PartyForm.initial_of(stored) | {"revision": party.revision}
        return _page(request, PartyForm(initial=initial, specs=specs, party=party), party)
    form = PartyForm(request.POST, specs=specs, party=party)
    readable = form.is_valid()
    data = form.as_data()
    revision = form.text("revision")
    now = timezone.now()
    try:
        if not readable:
            found = services.problems_of(actor, data, now=now, party=party)
            return _page(request, form, party, form.show(found, language_of(request)))
        services.change_party(
            actor, pk, data, now=now, acknowledged=request.POST.getlist(WARNINGS),
            revision=int(revision) if revision.isdecimal() else 0,
        )  # fmt: skip
    except Refused as refused:
        return _page(request, form, party, form.show(refused.problems, language_of(request)))
    except Stale:
        return _stale(request, form, queries.party_for(actor, pk, "party.edit"), data)
    messages.success(request, _("“%(name)s”已保存。") % {"name": data.tidied().name})
    return redirect("customer", pk)


@page("party.view", "GET")
def region_of_code(request: HttpRequest) -> HttpResponse:
    """The field 地区 again, filled from the 信用代码 just typed if it was empty."""
    code, region = request.GET.get("usc_code", ""), request.GET.get("region", "")
    home = region_of_usc(code) if code and not check_usc_code(code) else None
    proposed = home.code if home and not region else ""
    context = {
        "value": region or proposed,
        "label": labels.region_label(region or proposed),
        "note": _("按信用代码填入，可以修改") if proposed else "",
        "home": labels.region_label(home.code)
        if home and region and home.code != region
        else "",
    }
    return render(request, "parties/region_field.html", context)


def _enter(request: HttpRequest, blank: PartyData) -> HttpResponse:
    actor = actor_of(request)
    specs = services.field_specs(actor.book_id)
    if request.method == "GET":
        mine = {"owner_id": None if actor.is_system else actor.user_id, "source": ""}
        return _page(
            request, PartyForm(initial=PartyForm.initial_of(blank) | mine, specs=specs), None
        )
    form = PartyForm(request.POST, specs=specs)
    readable = form.is_valid()
    data, now = form.as_data(), timezone.now()
    try:
        if not readable:
            found = services.problems_of(actor, data, now=now)
            return _page(request, form, None, form.show(found, language_of(request)))
        party = services.create_party(
            actor, data, now=now, acknowledged=request.POST.getlist(WARNINGS)
        )
    except Refused as refused:
        return _page(request, form, None, form.show(refused.problems, language_of(request)))
    messages.success(
        request,
        _("“%(name)s”已登记，编号 %(code)s。") % {"name": party.name, "code": party.code},
    )
    if request.POST.get("then") == "new":
        return redirect(request.path)
    return redirect("customer", party.pk)


def _page(
    request: HttpRequest,
    form: PartyForm,
    party: Party | None,
    rest: list[Problem] | None = None,
    **more: Any,  # noqa: ANN401 - for the template
) -> HttpResponse:
    """The form; warnings carry a box to acknowledge them, other problems stand at their fields."""
    actor = actor_of(request)
    language: Any = language_of(request)
    refused = form.is_bound
    warnings = [p for p in rest or () if not p.is_error]
    context = {
        "form": form,
        "custom_fields": [form[name] for name in form.custom_names],
        "party": party,
        "supplier": form["is_supplier"].value() and not form["is_customer"].value(),
        "warnings": shown_problems(warnings, language),
        "acknowledged": request.POST.getlist(WARNINGS),
        "problems": shown_problems([p for p in rest or () if p.is_error], language),
        "wrong": len(form.errors) if refused else 0,
        "region_label": labels.region_label(str(form["region"].value() or "")),
        "industry_label": labels.industry_full(str(form["industry"].value() or "")),
        "owner": _owner(actor, form["owner_id"].value()),
        "may_assign": _may_choose_owner(actor, party),
        **more,
    }
    return render(request, "parties/party_form.html", context, status=422 if refused else 200)


def _may_choose_owner(actor: Actor, party: Party | None) -> bool:
    if party is not None:
        return may(actor, "party.assign")
    return scope_of(actor, "party.edit") is not Scope.OWN


def _owner(actor: Actor, value: Any) -> str:  # noqa: ANN401 - as a bound field gives it
    text = str(value or "")
    if not text.isdecimal():
        return ""
    found = org.memberships(actor.book_id).filter(user_id=int(text)).first()
    return found.user.name if found else ""


def _stale(
    request: HttpRequest, form: PartyForm, party: Party, typed: PartyData
) -> HttpResponse:
    """Both versions side by side; saving again with the new revision means "mine is right"."""
    now_stored = as_dict(services.data_of(party))
    differing = [
        {
            "label": labels.field_label(name, "party.changed", {}),
            "theirs": labels.shown_value(name, now_stored[name]),
            "mine": labels.shown_value(name, value),
        }
        for name, value in as_dict(typed.tidied()).items()
        if value != now_stored[name]
        and name not in ("custom", "id_card", "owner_id", "department_id")
    ]
    answers = request.POST.copy()
    answers["revision"] = str(party.revision)
    form.data = answers
    response = _page(request, form, party, differing=differing, stale=True)
    response.status_code = 409
    return response
