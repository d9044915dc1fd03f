"""Start a declaration: direction and client, empty, from a template, or as a copy of an old one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.models import Declaration
from guanzhang.customs.queries import declarations_for, templates_for
from guanzhang.customs.services.declarations import copy_declaration, create_declaration
from guanzhang.customs.services.library import save_template, start_from_template
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.parties.queries import visible_parties
from guanzhang.web.pages import actor_of, page
from guanzhang.web.problems import shown_problems

OLD_ONES = 12  # of the client, to copy


@page("declaration.edit", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """GET asks for what to start from; POST makes the draft and opens its form.

    A GET with htmx answers the choices of a client alone.
    """
    actor = actor_of(request)
    chosen = _chosen(request, actor)
    if request.method == "GET":
        partial = bool(getattr(request, "htmx", False))
        template = "customs/start_choices.html" if partial else "customs/declaration_new.html"
        return render(request, template, chosen | _choices(actor, chosen))
    try:
        row = _start(request, actor, chosen)
    except Refused as refused:
        found = shown_problems(refused.problems, actor.language)
        context = chosen | _choices(actor, chosen) | {"found": found}
        return render(request, "customs/declaration_new.html", context, status=422)
    return redirect("declaration", row.pk)


@page("declaration.edit", "POST")
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft with the content of this one."""
    row = copy_declaration(actor_of(request), pk, now=timezone.now())
    return redirect("declaration", row.pk)


@page("declaration.edit", "POST")
def keep_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the content as a template of the client."""
    save_template(actor_of(request), pk, name=request.POST.get("name", ""), now=timezone.now())
    return redirect("declaration", pk)


def _chosen(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    sent = request.POST if request.method == "POST" else request.GET
    direction = "E" if sent.get("direction") == "E" else "I"
    text = sent.get("party", "")
    party = visible_parties(actor).filter(pk=text).first() if text.isdigit() else None
    return {"direction": direction, "party": party}


def _choices(actor: Actor, chosen: dict[str, Any]) -> dict[str, Any]:
    party, direction = chosen["party"], chosen["direction"]
    templates = templates_for(actor).filter(direction=direction)
    old = declarations_for(actor).filter(direction=direction)
    old = old.filter(party=party) if party else old.filter(owner_id=actor.user_id)
    return {
        "templates": [
            t for t in templates if t.party_id in (None, party.pk if party else None)
        ],
        "old": old.select_related("party").order_by("-updated_at", "-pk")[:OLD_ONES],
        "directions": [("I", _("进口")), ("E", _("出口"))],
    }


def _start(request: HttpRequest, actor: Actor, chosen: dict[str, Any]) -> Declaration:
    kind, _sign, number = request.POST.get("source", "").partition("-")
    now, party = timezone.now(), chosen["party"]
    party_id = party.pk if party else None
    if kind == "template" and number.isdigit():
        return start_from_template(actor, int(number), now=now, party_id=party_id)
    if kind == "copy" and number.isdigit():
        return copy_declaration(actor, int(number), now=now)
    return create_declaration(actor, direction=chosen["direction"], party_id=party_id, now=now)
