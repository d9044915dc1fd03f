"""Which declarations a person may read: those they made, and those of the customers they look after."""

from __future__ import annotations

from django.db.models import Q

from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import Scope, scope_of
from guanzhang.org.scope import scope_q
from guanzhang.parties.queries import visible_parties

_READING = ("declaration.view", "declaration.export")


def reach_q(actor: Actor, action: str, *, path: str = "") -> Q:
    """Declarations that ``actor`` may reach with ``action``; ``path`` leads to the declaration.

    Whoever looks after a customer reads the customer's declarations, whoever made them. Writing stays
    with the maker: the answer for every other action is the plain scope.
    """
    mine = scope_q(actor, action, path=path)
    if action not in _READING or scope_of(actor, action) in (Scope.ALL, Scope.NONE):
        return mine
    clients = visible_parties(actor).values("pk")
    book = Q(**{f"{path}book_id": actor.book_id})
    return mine | (book & Q(**{f"{path}party__in": clients}))
