"""Read and verify the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from guanzhang.trail.models import AuditRecord, Counter, Delivery
from guanzhang.trail.services import AUDIT, GENESIS, digest_of

STEP = 2000


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold."""

    book_id: int
    sequence: int
    found: str
    expected: str


def audit_records(book_ids: tuple[int, ...]) -> QuerySet[AuditRecord]:
    return AuditRecord.objects.filter(book_id__in=book_ids).order_by("-at", "-sequence")


def history_of(book_id: int, object_type: str, object_id: object) -> QuerySet[AuditRecord]:
    """What happened to one object, newest first."""
    return AuditRecord.objects.filter(
        book_id=book_id, object_type=object_type, object_id=str(object_id)
    ).order_by("-sequence")


def search(records: QuerySet[AuditRecord], text: str) -> QuerySet[AuditRecord]:
    """By person, object, action or reason."""
    return records.filter(
        Q(actor_name__icontains=text)
        | Q(object_label__icontains=text)
        | Q(action__icontains=text)
        | Q(reason__icontains=text)
    )


def verify(
    book_id: int, tell: Callable[[int], None] = lambda _count: None
) -> tuple[int, Break | None]:
    """Walk one chain: how many records hold, and the first that does not.

    ``tell`` hears now and then how many have been walked. The counter is read first: records written meanwhile make the chain longer, never shorter.
    """
    promised = Counter.objects.filter(book_id=book_id, series=AUDIT).values_list(
        "last", flat=True
    )
    last = promised.first() or 0
    previous, count = GENESIS, 0
    for entry in _in_order(book_id):
        count += 1
        if entry.sequence != count:
            return count - 1, Break(book_id, count, f"序号 {entry.sequence}", f"序号 {count}")
        if entry.previous != previous:
            return count - 1, Break(book_id, count, entry.previous, previous)
        if (expected := digest_of(entry)) != entry.digest:
            return count - 1, Break(book_id, count, entry.digest, expected)
        previous = entry.digest
        if count % STEP == 0:
            tell(count)
    if count < last:
        return count, Break(book_id, count + 1, "没有记录", f"到序号 {last} 为止的记录")
    return count, None


def head(book_id: int) -> tuple[int, str]:
    """Sequence and digest of the newest record, to be noted outside the database; (0, "") if none."""
    newest = AuditRecord.objects.filter(book_id=book_id).order_by("-sequence").first()
    return (newest.sequence, newest.digest) if newest else (0, "")


def holds_anchor(book_id: int, sequence: int, digest: str) -> bool:
    """Whether a head noted earlier is still in the chain: cutting off its end shows here."""
    return AuditRecord.objects.filter(
        book_id=book_id, sequence=sequence, digest__startswith=digest
    ).exists()


def failed_deliveries(book_id: int) -> QuerySet[Delivery]:
    """Events of a book that a listener could not take, oldest first."""
    return (
        Delivery.objects.filter(event__book_id=book_id, state=Delivery.State.FAILED)
        .select_related("event")
        .order_by("pk")
    )


def waiting_deliveries() -> QuerySet[Delivery]:
    """Everything of the installation that is not delivered yet, failed or not tried."""
    return Delivery.objects.exclude(state=Delivery.State.DONE)


def chains() -> list[int]:
    return sorted(AuditRecord.objects.values_list("book_id", flat=True).distinct())


def _in_order(book_id: int) -> Iterator[AuditRecord]:
    return AuditRecord.objects.filter(book_id=book_id).order_by("sequence").iterator(STEP)
