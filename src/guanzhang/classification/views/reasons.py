"""The customer card: every class of one customer, and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from guanzhang.analytics.queries import catalogue_for, labels_for
from guanzhang.classification import queries, services
from guanzhang.classification.domain.reading import lines_of
from guanzhang.classification.domain.wording import Wording
from guanzhang.classification.models import Scheme
from guanzhang.classification.queries import PartyClass
from guanzhang.classification.services.explaining import Explanation
from guanzhang.classification.views.scope import members_url, party_of, scheme_of
from guanzhang.kernel.actor import Actor
from guanzhang.web.pages import actor_of, page


@page("class.view", "GET")
def party_classes(request: HttpRequest, pk: int) -> HttpResponse:
    """Partial: the primary scheme's reasons leaf by leaf, every other scheme in one line."""
    actor, party = actor_of(request), party_of(request, pk)
    found = queries.classes_of_party(actor, party.pk)
    primary = next((each for each in found if each.scheme.is_primary), None)
    others = [each for each in found if each is not primary]
    runs = queries.latest_runs([each.scheme for each in others])
    placed = [(e.scheme, runs[e.scheme.pk]) for e in others if e.scheme.pk in runs]
    short = services.short_reasons(actor, placed, party.pk)
    context = {
        "party": party,
        "primary": _why(actor, primary.scheme, party.pk) if primary else None,
        "others": [{"at": each, "reason": short.get(each.scheme.pk, "")} for each in others],
        "any": bool(found),
    }
    return render(request, "classification/party_classes.html", context)


@page("class.view", "GET")
def party_why(request: HttpRequest, pk: int, scheme_pk: int) -> HttpResponse:
    """Partial (or a page of its own): the reasons of one class, its inputs and its history."""
    actor, party = actor_of(request), party_of(request, pk)
    scheme = scheme_of(request, scheme_pk)
    context = {"party": party, "why": _why(actor, scheme, party.pk), "scheme": scheme}
    whole = not request.htmx  # type: ignore[attr-defined]
    template = "party_why_page" if whole else "party_why"
    return render(request, f"classification/{template}.html", context)


def _why(actor: Actor, scheme: Scheme, party_id: int) -> dict[str, Any] | None:
    """The reasons of the current class as rows; None when no run has placed the customer."""
    found = services.explain_party(actor, scheme, party_id)
    if found is None:
        return None
    wording = Wording(
        catalogue_for(actor.book_id),
        actor.language,
        found.definition.window,
        labels_for(actor.book_id, actor.language),
    )
    stays = queries.stays_of_party(scheme, party_id)
    here = stays[0]
    return {
        "scheme": scheme,
        "found": found,
        "mark": here,
        "url": members_url(scheme.pk, here.membership.class_code),
        "lines": lines_of(found.outcome.reasons, wording),
        "has_points": any(r.points is not None for r in found.outcome.reasons),
        "history": stays,
        "moved_on": _moved_on(found, here),
    }


def _moved_on(found: Explanation, here: PartyClass) -> bool:
    """Whether the figures now would give another class than the recorded one (a run is due)."""
    return (found.outcome.class_code or "") != here.membership.class_code
