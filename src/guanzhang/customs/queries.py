"""Read declarations and what belongs to them, always within the reader's scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import Http404

from guanzhang.customs.domain.document import differences
from guanzhang.customs.domain.states import State
from guanzhang.customs.models import (
    Declaration,
    Mandate,
    Revision,
    Settings,
    Template,
    UsedGoods,
)
from guanzhang.customs.reach import reach_q
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import may
from guanzhang.org.scope import scope_q

IN_REVIEW = (State.REVIEW.value, State.SECOND_REVIEW.value)
_OVER = (State.VOID.value, State.DELETED.value, State.REJECTED.value)
_OWN_PATHS = ("DecSign.", "DecHead.SeqNo", "DecHead.EntryId", "DecHead.PreEntryId")
MOST_SIMILAR = 10


@dataclass(frozen=True, slots=True)
class Changed:
    """A value that differs; ``path`` in the document's terms."""

    path: str
    before: str
    after: str


def declarations_for(actor: Actor, action: str = "declaration.view") -> QuerySet[Declaration]:
    """All declarations that ``actor`` may reach with ``action``."""
    return Declaration.objects.filter(reach_q(actor, action))


def declaration_for(
    actor: Actor, declaration_id: int, action: str = "declaration.view"
) -> Declaration:
    """One declaration within scope, with client and owner; 404 otherwise."""
    rows = declarations_for(actor, action).select_related("party", "owner", "department")
    row = rows.filter(pk=declaration_id).first()
    if row is None:
        raise Http404
    return row


def may_do(actor: Actor, action: str, row: Declaration) -> bool:
    """Whether ``action`` reaches this very declaration."""
    return declarations_for(actor, action).filter(pk=row.pk).exists()


def review_queue(actor: Actor) -> QuerySet[Declaration]:
    """What waits for a review: by deadline, then the client's grade, then age."""
    rows = declarations_for(actor, "declaration.review").filter(state__in=IN_REVIEW)
    return rows.order_by(F("due_on").asc(nulls_last=True), "party__grade", "updated_at", "pk")


def approved_revision(row: Declaration) -> Revision | None:
    """The document as it was approved last, before now."""
    return row.revisions.filter(step="approved").order_by("-pk").first()


def changes_since(revision: Revision | None, row: Declaration) -> list[Changed]:
    """What differs from an earlier revision; nothing without one."""
    if revision is None:
        return []
    return _changed(revision.document, row.document)


def amended_values(row: Declaration) -> list[Changed]:
    """Old and new value of every field an amendment changes; [] for other declarations.

    Once accepted, compared with the content the original had before.
    """
    if row.amends is None:
        return []
    earlier = row.amends.revisions.filter(step="before").order_by("-pk").first()
    is_accepted = row.state == State.CLOSED.value and row.amend_kind == "amend"
    source = earlier if earlier and is_accepted else row.amends
    return _changed(source.document, row.document)


def open_amendment(row: Declaration) -> Declaration | None:
    """The amendment, withdrawal or completion that is under way."""
    over = (*_OVER, State.CLOSED.value, State.ARCHIVED.value)
    return row.amendments.exclude(state__in=over).order_by("pk").first()


def similar(actor: Actor, row: Declaration) -> list[Declaration]:
    """Earlier declarations of the client with the same first goods or contract, newest first."""
    if row.party_id is None:
        return []
    alike = Q()
    for name in ("goods_name", "contract_no"):
        if value := getattr(row, name):
            alike |= Q(**{name: value})
    if not alike:
        return []
    rows = declarations_for(actor).filter(party_id=row.party_id, direction=row.direction)
    found = rows.filter(alike).exclude(pk=row.pk).exclude(state__in=_OVER)
    return list(found.order_by("-declared_on", "-pk")[:MOST_SIMILAR])


def used_goods_for(actor: Actor, action: str = "declaration.view") -> QuerySet[UsedGoods]:
    """The goods libraries of the clients in scope."""
    rows = UsedGoods.objects.filter(book_id=actor.book_id)
    return rows.filter(scope_q(actor, action, path="party__"))


def find_used_goods(
    actor: Actor, party_id: int, direction: str, text: str, limit: int = 12
) -> list[UsedGoods]:
    """Suggestions from one client's library: by name, pinyin, HS code or article number.

    Words that begin with the text first, then the most used; without text the latest.
    """
    rows = used_goods_for(actor).filter(party_id=party_id, direction=direction)
    wanted = text.casefold().split()
    for word in wanted:
        rows = rows.filter(search__contains=word)
    if not wanted:
        return list(rows.order_by("-used_on", "-uses", "pk")[:limit])
    found = list(rows.order_by("-uses", "-used_on", "pk")[: 20 * limit])

    def begins(goods: UsedGoods) -> bool:
        return any(part.startswith(wanted[0]) for part in goods.search.split())

    return sorted(found, key=lambda goods: not begins(goods))[:limit]


def templates_for(actor: Actor, action: str = "declaration.view") -> QuerySet[Template]:
    """Templates of the clients in scope, and those of the whole book."""
    if not may(actor, action):
        return Template.objects.none()
    rows = Template.objects.filter(book_id=actor.book_id).select_related("party")
    mine = Q(party=None) | scope_q(actor, action, path="party__")
    return rows.filter(mine).order_by("party__sort_key", "name", "pk")


def template_for(actor: Actor, template_id: int, action: str = "declaration.view") -> Template:
    found = templates_for(actor, action).filter(pk=template_id).first()
    if found is None:
        raise Http404
    return found


def mandates_for(actor: Actor, action: str = "declaration.view") -> QuerySet[Mandate]:
    """Mandates of the clients in scope."""
    rows = Mandate.objects.filter(book_id=actor.book_id)
    return rows.filter(scope_q(actor, action, path="party__"))


def mandate_for(actor: Actor, mandate_id: int, action: str = "declaration.view") -> Mandate:
    rows = mandates_for(actor, action).select_related("party")
    found = rows.filter(pk=mandate_id).first()
    if found is None:
        raise Http404
    return found


def may_edit_mandate(actor: Actor, mandate: Mandate) -> bool:
    """Whether the actor may correct or cancel this very mandate."""
    return mandates_for(actor, "mandate.edit").filter(pk=mandate.pk).exists()


def settings_for(actor: Actor) -> Settings:
    """How the actor's book works; the defaults where nobody has said."""
    found = Settings.objects.filter(book_id=actor.book_id).first()
    return found or Settings(book_id=actor.book_id)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    found = differences(before, after)
    return [
        Changed(path, old, new)
        for path, (old, new) in found.items()
        if not path.startswith(_OWN_PATHS)
    ]
