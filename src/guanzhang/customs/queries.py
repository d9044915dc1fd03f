"""Read declarations and what belongs to them, always within the reader's scope."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from guanzhang.customs.models import Declaration
from guanzhang.kernel.actor import Actor
from guanzhang.org.scope import scope_q


def declarations_for(actor: Actor, action: str = "declaration.view") -> QuerySet[Declaration]:
    """All declarations that ``actor`` may reach with ``action``."""
    return Declaration.objects.filter(scope_q(actor, action))


def declaration_for(
    actor: Actor, declaration_id: int, action: str = "declaration.view"
) -> Declaration:
    """One declaration within scope, with client and owner; 404 otherwise."""
    rows = declarations_for(actor, action).select_related("party", "owner", "department")
    row = rows.filter(pk=declaration_id).first()
    if row is None:
        raise Http404
    return row
