"""Hand events to their listeners: each (event, listener) takes effect exactly once."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from guanzhang.trail.models import Delivery, Event

log = logging.getLogger("guanzhang.trail")
Listener = Callable[[int, Mapping[str, Any]], None]  # (book_id, payload)
Listeners = Mapping[
    str, tuple[tuple[str, Listener], ...]
]  # event kind → (name, listener), in order
Row = TypeVar("Row", bound=Model)
OPEN = (Delivery.State.WAITING, Delivery.State.FAILED)
LONGEST_WAIT = 3600  # seconds between two tries


def deliver_events(
    listeners: Listeners, clock: Callable[[], dt.datetime], limit: int = 100
) -> int:
    """Hand waiting events to their listeners, oldest first; returns how many were tried.

    A listener and its "done" mark share one transaction: it takes effect once or not at all. A
    failure stays visible and is tried again after 1, 2, 4 … seconds, at most an hour; later events
    do not wait for it. A listener that has much to do queues a job.
    """
    _plan_deliveries(listeners, clock())
    calls = {(kind, name): call for kind, pairs in listeners.items() for name, call in pairs}
    due = Delivery.objects.filter(state__in=OPEN, next_try_at__lte=clock())
    tried = list(due.order_by("event_id", "pk").values_list("pk", flat=True)[:limit])
    for pk in tried:
        try:
            _deliver(pk, calls, clock)
        except Exception as error:  # the worker loop: keep the failure visible, try again later
            log.exception("delivery %s failed", pk)
            _note_failure(pk, f"{type(error).__name__}: {error}", clock())
    return len(tried)


def retry_delivery(book_id: int, delivery_id: int, *, now: dt.datetime) -> bool:
    """Try a failed delivery of the book again at once; False when there is none."""
    failed = Delivery.objects.filter(
        pk=delivery_id, event__book_id=book_id, state=Delivery.State.FAILED
    )
    return failed.update(next_try_at=now) > 0


def _plan_deliveries(listeners: Listeners, now: dt.datetime) -> None:
    """Write a delivery row for every new event and each of its listeners."""
    fresh = Event.objects.filter(is_planned=False).order_by("pk")
    if not fresh.exists():  # do not take SQLite's write lock twice a second for nothing
        return
    with transaction.atomic():
        events = list(_locked(fresh)[:1000])
        Delivery.objects.bulk_create(
            Delivery(event=event, listener=name, next_try_at=now)
            for event in events
            for name, _call in listeners.get(event.kind, ())
        )
        Event.objects.filter(pk__in=[event.pk for event in events]).update(is_planned=True)


def _deliver(
    pk: int, calls: Mapping[tuple[str, str], Listener], clock: Callable[[], dt.datetime]
) -> None:
    with transaction.atomic():
        # Asked again under the lock: another worker may have been faster.
        delivery = _locked(Delivery.objects.filter(pk=pk, state__in=OPEN)).first()
        if delivery is None:
            return
        event = delivery.event
        listener = calls.get((event.kind, delivery.listener))
        if listener is None:
            raise LookupError(f"config/wiring.py no longer has {delivery.listener}")
        listener(event.book_id, event.payload)
        delivery.state, delivery.done_at, delivery.error = Delivery.State.DONE, clock(), ""
        delivery.save(update_fields=["state", "done_at", "error"])


def _note_failure(pk: int, error: str, now: dt.datetime) -> None:
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().filter(pk=pk, state__in=OPEN).first()
        if delivery is None:
            return
        wait = min(LONGEST_WAIT, 2 ** min(delivery.attempts, 12))
        delivery.state, delivery.error = Delivery.State.FAILED, error
        delivery.attempts += 1
        delivery.next_try_at = now + dt.timedelta(seconds=wait)
        delivery.save(update_fields=["state", "error", "attempts", "next_try_at"])


def _locked(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Rows nobody else is working on; SQLite's transaction is the lock there."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True)
    return rows
