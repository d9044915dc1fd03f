"""The customer card: what the client has had declared, and under which mandates."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from guanzhang.customs import statistics
from guanzhang.customs.links import rows_url, span_text
from guanzhang.customs.queries import mandates_for
from guanzhang.customs.statistics import Span
from guanzhang.kernel.dates import window
from guanzhang.org.domain.policy import may
from guanzhang.parties.queries import visible_parties
from guanzhang.web.pages import actor_of, page

MANDATES = 8  # shown, the latest first
ENDING = 30  # days before its end at which a mandate is shown as ending


@page("declaration.view", "GET")
def party_declarations(request: HttpRequest, pk: int) -> HttpResponse:
    """Partial: twelve months in figures, the mandates with their validity, and the way to the list."""
    actor, today = actor_of(request), timezone.localdate()
    party = get_object_or_404(visible_parties(actor), pk=pk)
    year = window("12m", today)
    span = Span(year.start, year.end or today)
    found = statistics.of_client(actor, party.pk, span)
    context = {
        "party": party,
        "figures": found.figures,
        "found": found,
        "exports": found.figures.declarations - found.imports,
        "url": rows_url(**span_text(span), customer=f"={party.pk}"),
        "all_url": rows_url("-declared_on", customer=f"={party.pk}"),
        "mandates": [
            {"row": m, "left": (m.valid_to - today).days, "begun": m.valid_from <= today}
            for m in mandates_for(actor)
            .filter(party=party)
            .order_by("-valid_to", "pk")[:MANDATES]
        ],
        "ending": ENDING,
        "new_urls": (
            [reverse("declaration-new") + f"?direction={d}&party={party.pk}" for d in "IE"]
            if may(actor, "declaration.edit")
            else []
        ),
    }
    return render(request, "customs/party_declarations.html", context)
