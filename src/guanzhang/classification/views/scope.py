"""What the pages fetch for the person who asks: not there and not his look the same."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from guanzhang.classification import queries
from guanzhang.classification.models import Scheme, SchemeVersion
from guanzhang.kernel.actor import Actor
from guanzhang.parties.queries import visible_parties
from guanzhang.web.pages import actor_of
from guanzhang.work.queries import queue

BIG = 50_000  # customers; above, trial and publish are jobs


def scheme_of(request: HttpRequest, pk: int) -> Scheme:
    return get_object_or_404(queries.schemes(actor_of(request)), pk=pk)


def draft_or_404(request: HttpRequest, pk: int) -> SchemeVersion:
    """The draft of a scheme; 404 when it has been published or discarded meanwhile."""
    draft = queries.draft_of(scheme_of(request, pk))
    if draft is None:
        raise Http404
    return draft


def party_of(request: HttpRequest, pk: int) -> Any:  # noqa: ANN401
    return get_object_or_404(visible_parties(actor_of(request), "class.view"), pk=pk)


def is_big(actor: Actor) -> bool:
    """Whether the book has more customers than a person should wait for."""
    beyond = visible_parties(actor, "class.view").order_by()[BIG : BIG + 1]
    return bool(beyond.values("pk"))


def job_of(actor: Actor, *kinds: str) -> Any:  # noqa: ANN401
    """The newest waiting or running job of these kinds; None when nothing is going on."""
    return queue(actor.book_id).filter(kind__in=kinds).order_by("-pk").first()


def members_url(scheme_id: int, code: str) -> str:
    """Where the members of a class are listed; "" is 无数据."""
    return reverse(
        "class-members", kwargs={"pk": scheme_id, "code": code} if code else {"pk": scheme_id}
    )
