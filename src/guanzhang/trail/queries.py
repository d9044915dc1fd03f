"""Read and verify the trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from guanzhang.trail.models import AuditRecord
from guanzhang.trail.services import GENESIS, digest_of


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


def verify(book_id: int) -> tuple[int, Break | None]:
    """Walk one chain: how many records hold, and the first that does not."""
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
    return count, None


def chains() -> list[int]:
    return sorted(AuditRecord.objects.values_list("book_id", flat=True).distinct())


def _in_order(book_id: int) -> Iterator[AuditRecord]:
    return AuditRecord.objects.filter(book_id=book_id).order_by("sequence").iterator(2000)
