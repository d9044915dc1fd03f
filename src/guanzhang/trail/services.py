"""Write the trail: audit records, official numbers, events. Always inside the caller's transaction."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from guanzhang.kernel.actor import Actor
from guanzhang.trail.models import AuditRecord, Counter, Event

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

GENESIS = "0" * 64
AUDIT = "audit"  # the counter of the chain


def next_number(book_id: int, series: str) -> int:
    """The next number of ``series``: 1, 2, 3 … without gaps, because it rolls back with its user.

    Must run inside ``transaction.atomic``; the counter row stays locked until the commit.
    """
    return take_numbers(book_id, series, 1)[0]


def take_numbers(book_id: int, series: str, count: int) -> range:
    """The next ``count`` numbers of ``series``, as ``next_number`` gives them one by one."""
    assert connection.in_atomic_block, "A number is only gap-free inside a transaction."
    counters = Counter.objects.select_for_update().filter(book_id=book_id, series=series)
    counter = counters.first()
    if counter is None:
        try:
            with transaction.atomic():
                Counter.objects.create(book_id=book_id, series=series)
        except IntegrityError:
            pass  # somebody created it first; the lock below waits for them
        counter = counters.get()
    counter.last += count
    counter.save(update_fields=["last"])
    return range(counter.last - count + 1, counter.last + 1)


def record(
    actor: Actor,
    action: str,
    *,
    now: dt.datetime,
    object_type: str = "",
    object_id: object = "",
    label: str = "",
    changes: Mapping[str, object] | None = None,
    reason: str = "",
) -> AuditRecord:
    """Append one audit record to the chain of the actor's book (0 for the installation).

    Call it late: the book's chain is locked from here to the commit, and the one order of locks
    (documents first, the chain last) is what keeps two use cases from waiting for each other.
    """
    assert connection.in_atomic_block, (
        "An audit record belongs to the transaction it describes."
    )
    sequence = next_number(actor.book_id, AUDIT)
    before = (
        AuditRecord.objects.filter(book_id=actor.book_id, sequence=sequence - 1)
        .values_list("digest", flat=True)
        .first()
    )
    entry = AuditRecord(
        book_id=actor.book_id,
        sequence=sequence,
        at=now,
        actor_id=actor.user_id,
        actor_name=_text(actor.name[:80]),
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        object_label=_text(label[:200]),
        changes=_plain(changes or {}),
        reason=_text(reason[:500]),
        request_id=actor.request_id,
        ip=actor.ip,
        previous=before or GENESIS,
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    return entry


def digest_of(entry: AuditRecord) -> str:
    """HMAC-SHA256 over the canonical JSON of the record and its predecessor's digest.

    Keyed with a secret outside the database: who owns only the database cannot re-chain it.
    """
    body = {
        "algorithm": entry.algorithm,
        "book": entry.book_id,
        "sequence": entry.sequence,
        "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "actor": [entry.actor_id, entry.actor_name],
        "action": entry.action,
        "object": [entry.object_type, entry.object_id, entry.object_label],
        "changes": entry.changes,
        "reason": entry.reason,
        "request": [entry.request_id, entry.ip],
        "previous": entry.previous,
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(settings.TRAIL_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def changes_between(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, list[Any]]:
    """``{"field": [before, after]}`` for every field that differs."""
    return {
        key: [_plain(before.get(key)), _plain(value)]
        for key, value in after.items()
        if before.get(key) != value
    }


def announce(book_id: int, event: DataclassInstance, *, now: dt.datetime) -> Event:
    """Put a frozen event dataclass into the outbox, in the caller's transaction."""
    assert connection.in_atomic_block, (
        "An event belongs to the transaction in which it happened."
    )
    kind = f"{type(event).__module__.split('.')[1]}.{type(event).__name__}"
    payload = _plain(dataclasses.asdict(event))
    return Event.objects.create(book_id=book_id, kind=kind, payload=payload, created_at=now)


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """JSON that SQLite's text and PostgreSQL's jsonb give back exactly as it was written.

    jsonb rewrites floats (1e20 comes back as an integer) and refuses NUL, so a float becomes its
    text and NUL its replacement character: the digest must be the same after the round trip.
    """
    match value:
        case None | bool() | int():
            return value
        case str():
            return _text(value)
        case Mapping():
            return {_text(str(key)): _plain(item) for key, item in value.items()}
        case set() | frozenset():
            return sorted((_plain(item) for item in value), key=str)
        case list() | tuple():
            return [_plain(item) for item in value]
        case Decimal():
            return format(value, "f")
        case _:
            return _text(str(value))


def _text(value: str) -> str:
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
