"""Read batches, within the reader's scope."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from guanzhang.exchange.models import Batch, CellProblem, Change, Mapping
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import Scope, scope_of
from guanzhang.org.queries import memberships


def batches(actor: Actor, action: str = "import.run") -> QuerySet[Batch]:
    """The batches an actor may see: his own, his department's, or all of the book."""
    mine = Batch.objects.filter(book_id=actor.book_id)
    match scope_of(actor, action):
        case Scope.ALL:
            return mine
        case Scope.DEPARTMENT:
            people = memberships(actor.book_id).filter(
                department_id__in=sorted(actor.department_ids)
            )
            users = people.values_list("user_id", flat=True)
            return mine.filter(Q(user_id=actor.user_id) | Q(user_id__in=users))
        case Scope.OWN:
            return mine.filter(user_id=actor.user_id)
        case _:
            return mine.none()


def problems_of(batch: Batch) -> QuerySet[CellProblem]:
    """The kept problems of a batch, errors first, in order of the file."""
    return CellProblem.objects.filter(batch=batch).order_by("severity", "row", "pk")


def mapping_names(actor: Actor, kind: str) -> list[str]:
    saved = Mapping.objects.filter(book_id=actor.book_id, kind=kind)
    return list(saved.order_by("name").values_list("name", flat=True))


def earlier_batch(batch: Batch) -> Batch | None:
    """The newest other batch of the same kind from the very same file that is in the book now."""
    same = Batch.objects.filter(book_id=batch.book_id, kind=batch.kind, sha256=batch.sha256)
    return same.filter(state=Batch.State.COMMITTED).exclude(pk=batch.pk).order_by("-pk").first()


def changes_of(object_type: str, object_id: int) -> QuerySet[Change]:
    """What imports changed about one record, newest first; undone imports are left out.

    The caller has made sure that the actor may see the record.
    """
    changes = Change.objects.filter(object_type=object_type, object_id=object_id)
    return (
        changes.exclude(batch__state=Batch.State.UNDONE).select_related("batch").order_by("-pk")
    )


def batch_facts(batch: Batch) -> dict[str, Any]:
    """What became of a batch, as plain values; amounts are strings."""
    return {
        "id": batch.pk,
        "number": batch.number,
        "kind": batch.kind,
        "file": batch.file_name,
        "sha256": batch.sha256,
        "state": batch.state,
        "state_label": str(batch.get_state_display()),
        "rows_in": batch.rows_in,
        "added": batch.added,
        "updated": batch.updated,
        "unchanged": batch.unchanged,
        "refused": batch.refused,
        "totals": batch.facts.get("totals", {}),
        "refused_totals": batch.facts.get("refused_totals", {}),
        "also": batch.facts.get("also", {}),
        "problems": [
            {
                key: p[key]
                for key in ("code", "field", "column", "count", "first", "zh", "severity")
            }
            for p in batch.facts.get("problems", [])
        ],
    }
