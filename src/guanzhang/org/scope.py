"""Data scope as one query condition: used by lists, counts, totals, exports and type-ahead alike."""

from __future__ import annotations

from django.db.models import Q

from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import Scope, scope_of

NOTHING = Q(pk__in=[])


def scope_q(actor: Actor, action: str, *, path: str = "") -> Q:
    """Rows ``actor`` may reach with ``action``: book × scope.

    ``path`` leads from the queried table to the owned record ("party__"); that record has
    ``book``, ``owner`` and ``department``.
    """
    book = Q(**{f"{path}book_id": actor.book_id})
    match scope_of(actor, action):
        case Scope.ALL:
            return book
        case Scope.DEPARTMENT:
            return book & (
                Q(**{f"{path}owner_id": actor.user_id})
                | Q(**{f"{path}department_id__in": sorted(actor.department_ids)})
            )
        case Scope.OWN:
            return book & Q(**{f"{path}owner_id": actor.user_id})
        case _:
            return NOTHING
