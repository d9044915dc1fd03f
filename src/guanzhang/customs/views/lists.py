"""List pages and what is done to the selected rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.lists import DECLARATIONS, MANDATES, REVIEW_QUEUE, TEMPLATES, USED_GOODS
from guanzhang.customs.services import review
from guanzhang.kernel.problem import Refused
from guanzhang.org.domain.policy import may
from guanzhang.web.listing import BatchResult, batch_results, chosen_ids, render_list
from guanzhang.web.pages import actor_of, page


@page("declaration.view", "GET", "POST")
def declarations(request: HttpRequest) -> HttpResponseBase:
    context = {"may_edit": may(actor_of(request), "declaration.edit")}
    return render_list(
        request, DECLARATIONS, template="customs/declarations.html", context=context
    )


@page("declaration.review", "GET", "POST")
def review_queue(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, REVIEW_QUEUE)


@page("declaration.view", "GET", "POST")
def mandates(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, MANDATES)


@page("declaration.view", "GET", "POST")
def used_goods(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, USED_GOODS)


@page("declaration.view", "GET", "POST")
def templates(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, TEMPLATES)


@page("declaration.edit", "POST")
def submit(request: HttpRequest) -> HttpResponse:
    """Send the selected drafts to review."""
    results = review.submit_many(actor_of(request), chosen_ids(request), now=timezone.now())
    return batch_results(request, _("送审"), _shown(results))


@page("declaration.review", "POST")
def pass_review(request: HttpRequest) -> HttpResponse:
    """Pass the selected declarations."""
    results = review.pass_many(actor_of(request), chosen_ids(request), now=timezone.now())
    return batch_results(request, _("审核通过"), _shown(results))


@page("declaration.review", "POST")
def return_for_changes(request: HttpRequest) -> HttpResponse:
    """Give the selected declarations back to their makers with one note."""
    actor, ids = actor_of(request), chosen_ids(request)
    note = request.POST.get("note", "")
    try:
        results = review.return_many(actor, ids, note=note, now=timezone.now())
    except Refused as refused:  # without a note nothing is returned
        results = [review.RowResult(pk, "", problems=refused.problems) for pk in ids]
    return batch_results(request, _("退回修改"), _shown(results))


def _shown(results: Sequence[review.RowResult]) -> list[BatchResult]:
    return [
        BatchResult(
            one.label or _("第 %(id)s 号") % {"id": one.declaration_id},
            one.problems,
            reverse("declaration", args=[one.declaration_id]) if one.label else "",
            one.text,
        )
        for one in results
    ]
