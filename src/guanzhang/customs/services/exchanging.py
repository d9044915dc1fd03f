"""One round of the exchange with the Single Window's client, and receipts that people upload."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.http import Http404

from guanzhang.customs.domain.archive import is_zip
from guanzhang.customs.models import Receipt, Settings
from guanzhang.customs.services.applying import Applied, apply_receipts
from guanzhang.customs.services.receiving import (
    Received,
    Taken,
    receive,
    receive_archive,
    take_receipts,
)
from guanzhang.customs.services.sending import Written, write_waiting
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.org.domain.policy import may
from guanzhang.trail.services import record


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a round did for one book."""

    written: Written
    taken: Taken
    applied: Applied


def exchange(book_id: int, *, now: dt.datetime) -> Exchanged:
    """Write what waits, read what came, apply it."""
    return Exchanged(
        write_waiting(now, book_id=book_id),
        take_receipts(now, book_id=book_id),
        apply_receipts(book_id, now=now),
    )


def books_with_folders() -> list[int]:
    """The books that have an outbox or an inbox."""
    books = Settings.objects.exclude(outbox="", inbox="").order_by("pk")
    return list(books.values_list("pk", flat=True))


def upload_receipts(
    actor: Actor, files: Iterable[tuple[str, bytes]], *, now: dt.datetime
) -> list[Received]:
    """Receipts that a person brings, single or in a ZIP: stored once, applied, with a result each."""
    if not may(actor, "declaration.send"):
        raise Http404
    results: list[Received] = []
    for name, data in files:
        results += _received(actor.book_id, name, data, now)
    apply_receipts(actor.book_id, now=now)
    fresh = [each for each in results if each.is_new]
    if fresh:
        with transaction.atomic():
            names = [each.name for each in fresh][:50]
            record(
                actor, "receipt.uploaded", now=now, object_type="receipt",
                label=names[0], changes={"count": len(fresh), "names": names},
            )  # fmt: skip
    rows = Receipt.objects.select_related("declaration")
    now_stored = rows.in_bulk([row.pk for each in results for row in each.rows])
    return [
        Received(
            each.name, tuple(now_stored[row.pk] for row in each.rows), each.is_new, each.problem
        )
        for each in results
    ]


def _received(book_id: int, name: str, data: bytes, now: dt.datetime) -> list[Received]:
    if not is_zip(data):
        return [receive(book_id, name, data, now=now)]
    try:
        return list(receive_archive(book_id, data, now=now))
    except Refused as refused:
        return [Received(name, (), is_new=False, problem=refused.problems[0])]
