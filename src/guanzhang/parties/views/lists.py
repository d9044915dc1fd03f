"""List pages and what is done to the selected rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.org import queries as org
from guanzhang.org.domain.policy import may
from guanzhang.parties import queries, services
from guanzhang.parties.lists import (
    ARCHIVED,
    CUSTOMERS,
    SERVICE_RECORDS,
    SUPPLIERS,
    TRANSACTIONS,
)
from guanzhang.web.listing import BatchResult, batch_results, chosen_ids, render_list
from guanzhang.web.pages import actor_of, page


@page("party.view", "GET", "POST")
def customers(request: HttpRequest) -> HttpResponseBase:
    return render_list(
        request, CUSTOMERS, template="parties/customers.html", context=_choices(request)
    )


@page("party.view", "GET", "POST")
def suppliers(request: HttpRequest) -> HttpResponseBase:
    return render_list(
        request, SUPPLIERS, template="parties/customers.html", context=_choices(request)
    )


@page("party.view", "GET", "POST")
def archived(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, ARCHIVED)


@page("transaction.view", "GET", "POST")
def transactions(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, TRANSACTIONS)


@page("service.view", "GET", "POST")
def service_records(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, SERVICE_RECORDS)


@page("party.assign", "POST")
def assign(request: HttpRequest) -> HttpResponse:
    """Hand the selected parties over to somebody."""
    owner = request.POST.get("owner_id", "")
    results = services.assign_parties(
        actor_of(request),
        chosen_ids(request),
        int(owner) if owner.isdecimal() else 0,
        now=timezone.now(),
    )
    return batch_results(request, _("转负责人"), _shown(results))


@page("party.edit", "POST")
def tag(request: HttpRequest) -> HttpResponse:
    """Put tags on the selected parties, or take them off."""
    change = services.untag_parties if request.POST.get("take") else services.tag_parties
    tag_ids = [int(text) for text in request.POST.getlist("tags") if text.isdecimal()]
    results = change(actor_of(request), chosen_ids(request), tag_ids, now=timezone.now())
    return batch_results(request, _("打标签"), _shown(results))


@page("party.archive", "POST")
def archive(request: HttpRequest) -> HttpResponse:
    results = services.archive_parties(
        actor_of(request), chosen_ids(request), now=timezone.now()
    )
    return batch_results(request, _("归档"), _shown(results))


@page("party.archive", "POST")
def restore(request: HttpRequest) -> HttpResponse:
    results = services.restore_parties(
        actor_of(request), chosen_ids(request), now=timezone.now()
    )
    return batch_results(request, _("恢复"), _shown(results))


def _choices(request: HttpRequest) -> dict[str, Any]:
    """What the batch dialogs offer, and whether one may import."""
    actor = actor_of(request)
    return {
        "tags": queries.tags_of_book(actor.book_id),
        "members": org.memberships(actor.book_id)
        .filter(is_active=True, user__is_active=True)
        .order_by("user__name"),
        "may_import": may(actor, "import.run") and _has_page("imports"),
    }


def _has_page(name: str) -> bool:
    """Whether the module with that page is installed."""
    try:
        return bool(reverse(name))
    except NoReverseMatch:
        return False


def _shown(results: Sequence[services.RowResult]) -> list[BatchResult]:
    return [
        BatchResult(
            one.label or _("第 %(id)s 号") % {"id": one.party_id},
            one.problems,
            reverse("customer", args=[one.party_id]) if one.is_done else "",
            one.text,
        )
        for one in results
    ]
