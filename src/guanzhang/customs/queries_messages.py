"""Read messages and receipts within the reader's scope."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from guanzhang.customs.models import Message, Receipt
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import may
from guanzhang.org.scope import scope_q


def messages_for(actor: Actor, action: str = "declaration.view") -> QuerySet[Message]:
    """Messages of the declarations in scope."""
    return Message.objects.filter(scope_q(actor, action, path="declaration__"))


def message_for(actor: Actor, message_id: int, action: str = "declaration.view") -> Message:
    """One message within scope, with its declaration; 404 otherwise."""
    found = messages_for(actor, action).select_related("declaration").filter(pk=message_id)
    if (row := found.first()) is None:
        raise Http404
    return row


def receipts_for(actor: Actor, action: str = "declaration.view") -> QuerySet[Receipt]:
    """Receipts of the declarations in scope; those of none belong to who sends in the book."""
    mine = Q(declaration__isnull=False) & scope_q(actor, action, path="declaration__")
    if may(actor, "declaration.send"):
        mine |= Q(book_id=actor.book_id, declaration=None)
    return Receipt.objects.filter(mine, book_id=actor.book_id)


def receipt_for(actor: Actor, receipt_id: int) -> Receipt:
    """One receipt within scope, with its declaration; 404 otherwise."""
    found = receipts_for(actor).select_related("declaration").filter(pk=receipt_id)
    if (row := found.first()) is None:
        raise Http404
    return row
