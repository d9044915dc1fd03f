"""Queue jobs, run them, deliver events: one worker loop, everything a row in the same database."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from django.db import close_old_connections, connection, transaction
from django.db.models import Q
from django.utils import timezone

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.trail.models import Delivery, Event
from guanzhang.work.models import Job, Notice
from guanzhang.work.registry import Cancelled, Handler, JobContext

log = logging.getLogger("guanzhang.work")
Listener = Callable[[int, Mapping[str, Any]], None]  # (book_id, payload)
LOST_AFTER = dt.timedelta(minutes=5)
MAX_ATTEMPTS = 3


def enqueue_job(
    actor: Actor, kind: str, title: str, *, now: dt.datetime, **parameters: object
) -> Job:
    """Queue a job in the caller's transaction; it starts after the commit."""
    return Job.objects.create(
        book_id=actor.book_id,
        kind=kind,
        title=title,
        parameters=parameters,
        user_id=actor.user_id,
        created_at=now,
    )


def cancel_job(job_id: int, *, now: dt.datetime) -> None:
    """A queued job is cancelled at once, a running one at its next sign of progress."""
    with transaction.atomic():
        Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
            state=Job.State.CANCELLED, finished_at=now
        )
        Job.objects.filter(pk=job_id, state=Job.State.RUNNING).update(cancel_wanted=True)


def notify(user_id: int, book_id: int, text: str, *, now: dt.datetime, link: str = "") -> None:
    Notice.objects.create(user_id=user_id, book_id=book_id, text=text[:300], link=link, created_at=now)


def run_job(job: Job, handlers: Mapping[str, Handler], clock: Callable[[], dt.datetime]) -> None:
    """Run one claimed job to its end and write down how it ended."""
    context = JobContext(job.pk, job.book_id, job.user_id, job.parameters, clock)
    outcome: dict[str, Any]
    try:
        result = handlers[job.kind](context)
        outcome = {"state": Job.State.DONE, "result": result, "error": ""}
    except Cancelled:
        outcome = {"state": Job.State.CANCELLED, "error": ""}
    except Refused as refused:
        text = "；".join(p.message("zh") for p in refused.problems)
        outcome = {"state": Job.State.FAILED, "error": text}
    except Exception as error:  # the worker loop is the last resort: keep it, show it, go on
        log.exception("job %s %s failed", job.pk, job.kind)
        outcome = {"state": Job.State.FAILED, "error": f"{type(error).__name__}: {error}"}
    Job.objects.filter(pk=job.pk).update(finished_at=clock(), **outcome)


def claim_job(clock: Callable[[], dt.datetime]) -> Job | None:
    """Take the oldest queued job, or one whose worker died; nobody else can take the same."""
    now = clock()
    lost = Q(state=Job.State.RUNNING, beat_at__lt=now - LOST_AFTER)
    with transaction.atomic():
        rows = Job.objects.filter(Q(state=Job.State.QUEUED) | lost)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        job = rows.order_by("pk").first()
        if job is None:
            return None
        job.attempts += 1
        job.state = Job.State.RUNNING if job.attempts <= MAX_ATTEMPTS else Job.State.FAILED
        job.started_at = job.beat_at = now
        if job.state == Job.State.FAILED:
            job.error, job.finished_at = "运行者三次中断，已停止重试", now
        job.save(update_fields=["attempts", "state", "started_at", "beat_at", "error", "finished_at"])
    return job if job.state == Job.State.RUNNING else None


def deliver_events(
    listeners: Mapping[str, tuple[tuple[str, Listener], ...]],
    clock: Callable[[], dt.datetime],
    limit: int = 100,
) -> int:
    """Hand waiting events to their listeners, oldest first; returns how many were handled.

    A listener and its "done" mark share one transaction: it takes effect once or not at all.
    """
    now = clock()
    _plan_deliveries(listeners, now)
    due = Delivery.objects.filter(next_try_at__lte=now).exclude(state=Delivery.State.DONE)
    handled = 0
    calls = {name: call for pairs in listeners.values() for name, call in pairs}
    for delivery in due.select_related("event").order_by("event_id", "pk")[:limit]:
        handled += 1
        try:
            with transaction.atomic():
                calls[delivery.listener](delivery.event.book_id, delivery.event.payload)
                Delivery.objects.filter(pk=delivery.pk).update(
                    state=Delivery.State.DONE, done_at=clock(), error=""
                )
        except Exception as error:  # the worker loop: keep the failure visible, try again later
            log.exception("delivery %s to %s failed", delivery.pk, delivery.listener)
            wait = dt.timedelta(seconds=min(3600, 2 ** min(delivery.attempts, 11)))
            Delivery.objects.filter(pk=delivery.pk).update(
                state=Delivery.State.FAILED,
                attempts=delivery.attempts + 1,
                error=f"{type(error).__name__}: {error}",
                next_try_at=clock() + wait,
            )
    return handled


def _plan_deliveries(
    listeners: Mapping[str, tuple[tuple[str, Listener], ...]], now: dt.datetime
) -> None:
    """Write a delivery row for every new event and each of its listeners."""
    with transaction.atomic():
        fresh = list(Event.objects.filter(deliveries__isnull=True, kind__in=list(listeners)))
        Delivery.objects.bulk_create(
            [
                Delivery(event=event, listener=name, next_try_at=now)
                for event in fresh
                for name, _call in listeners[event.kind]
            ],
            ignore_conflicts=True,
        )


def work_once(
    handlers: Mapping[str, Handler],
    listeners: Mapping[str, tuple[tuple[str, Listener], ...]],
    clock: Callable[[], dt.datetime] = timezone.now,
) -> bool:
    """Do one round: deliver what waits, run one job. True when there was something to do."""
    delivered = deliver_events(listeners, clock)
    job = claim_job(clock)
    if job:
        run_job(job, handlers, clock)
    return bool(delivered or job)


def work_until(
    stop: threading.Event,
    handlers: Mapping[str, Handler],
    listeners: Mapping[str, tuple[tuple[str, Listener], ...]],
    idle_seconds: float = 0.5,
) -> None:
    """The worker loop, inside ``serve`` or as its own process."""
    while not stop.is_set():
        close_old_connections()
        try:
            busy = work_once(handlers, listeners)
        except Exception:  # a database that is away now will be back
            log.exception("the worker could not reach its queue")
            busy = False
        if not busy:
            stop.wait(idle_seconds)
