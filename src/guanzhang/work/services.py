"""Queue jobs, steer them, tell people; and the worker loop that runs the queue and delivers events.

Everything is a row in the same database. Several workers may run at once: a job or a delivery is
taken under a row lock (on SQLite: in a write transaction), a running job shows a beat, and a job
without beats is taken over.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.trail.delivery import Listeners, deliver_events
from guanzhang.work.models import Job, Notice
from guanzhang.work.registry import Cancelled, Handler, Interrupted, JobContext

log = logging.getLogger("guanzhang.work")
Clock = Callable[[], dt.datetime]
Regular = Callable[[dt.datetime], None]
REGULAR_SECONDS = 60
RETRY_SECONDS = 5  # after the queue could not be reached
BEAT = 15.0  # seconds
LOST_AFTER = dt.timedelta(minutes=3)
MAX_ATTEMPTS = 3
END_WAITS = (1.0, 5.0, 20.0)  # seconds between the tries to write how a job ended
NOT_RETRIED = Kind(
    "OPS-001", Severity.ERROR,
    "作业“{title}”现在是“{found}”，只有失败或已取消的作业可以重试",
    "Job “{title}” is {found}; only failed or cancelled jobs can be retried",
)  # fmt: skip


def enqueue_job(
    actor: Actor, kind: str, title: str, *, now: dt.datetime, **parameters: object
) -> Job:
    """Queue a job in the caller's transaction; it starts after the commit."""
    return Job.objects.create(
        book_id=actor.book_id,
        kind=kind,
        title=title[:200],
        parameters=parameters,
        user_id=actor.user_id,
        created_at=now,
    )


def enqueue_daily(book_id: int, kind: str, title: str, *, now: dt.datetime) -> None:
    """Queue a job of the program that a book needs once a day; the second of a day is not queued.

    Several workers may ask at once: the database lets one of them through.
    """
    job = Job(
        book_id=book_id,
        kind=kind,
        title=title[:200],
        user_id=0,
        day=timezone.localdate(now),
        created_at=now,
    )
    Job.objects.bulk_create([job], ignore_conflicts=True)


def cancel_job(job_id: int, *, now: dt.datetime) -> None:
    """A queued job is cancelled at once, a running one at its next sign of progress."""
    with transaction.atomic():
        Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
            state=Job.State.CANCELLED, finished_at=now
        )
        Job.objects.filter(pk=job_id, state=Job.State.RUNNING).update(cancel_wanted=True)


def retry_job(job_id: int) -> None:
    """Queue a failed or cancelled job again with the same parameters."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        if job.state not in (Job.State.FAILED, Job.State.CANCELLED):
            raise Refused(
                [NOT_RETRIED.at("state", title=job.title, found=job.get_state_display())]
            )
        job.state, job.error, job.step, job.done = Job.State.QUEUED, "", "", 0
        job.attempts, job.cancel_wanted = 0, False
        job.total = job.result = job.started_at = job.beat_at = job.finished_at = None
        job.save()


def notify(user_id: int, book_id: int, text: str, *, now: dt.datetime, link: str = "") -> None:
    """Leave a line for one person; the system itself reads no notices."""
    if user_id:
        Notice.objects.create(
            user_id=user_id, book_id=book_id, text=text[:300], link=link[:300], created_at=now
        )


def read_notices(user_id: int, book_id: int, *, now: dt.datetime) -> int:
    """Mark a person's notices in one book as read; returns how many were new."""
    return Notice.objects.filter(user_id=user_id, book_id=book_id, read_at=None).update(
        read_at=now
    )


def claim_job(clock: Clock) -> Job | None:
    """Take the oldest queued job, or one whose worker died; nobody else can take the same."""
    now = clock()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, beat_at__lt=now - LOST_AFTER)
    if not Job.objects.filter(free).exists():  # an empty queue costs no write lock
        return None
    with transaction.atomic():
        rows = Job.objects.filter(free).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        job = rows.first()
        if job is None:
            return None
        if job.cancel_wanted:
            _end(job, now, state=Job.State.CANCELLED)
            return None
        if job.attempts >= MAX_ATTEMPTS:
            text = _("运行了 %(count)s 次都中途中断，已停止重试") % {"count": job.attempts}
            _end(job, now, state=Job.State.FAILED, error=text)
            return None
        job.attempts += 1
        job.state, job.started_at, job.beat_at = Job.State.RUNNING, now, now
        job.save(update_fields=["attempts", "state", "started_at", "beat_at"])
        return job


def run_job(
    job: Job, handlers: Mapping[str, Handler], clock: Clock, stop: threading.Event | None = None
) -> None:
    """Run one claimed job to its end, write down how it ended, and tell its owner."""
    context = JobContext(
        job.pk, job.book_id, job.user_id, job.parameters, clock, job.attempts, stop
    )
    outcome: dict[str, Any]
    try:
        with _beating(job, clock):
            result = handlers[job.kind](context)
        done = Coalesce(F("total"), F("done"))
        outcome = {"state": Job.State.DONE, "result": result, "error": "", "done": done}
    except Cancelled:
        outcome = {"state": Job.State.CANCELLED, "error": ""}
    except Interrupted:
        _hand_back(job)
        return
    except Refused as refused:
        text = "；".join(p.message("zh") for p in refused.problems)
        outcome = {"state": Job.State.FAILED, "error": text}
    except Exception as error:  # the worker loop is the last resort: keep it, show it, go on
        log.exception("job %s %s failed", job.pk, job.kind)
        outcome = {"state": Job.State.FAILED, "error": f"{type(error).__name__}: {error}"}
    _surely_end(job, clock, outcome)


def work_once(
    handlers: Mapping[str, Handler],
    listeners: Listeners,
    clock: Clock = timezone.now,
    stop: threading.Event | None = None,
) -> bool:
    """Do one round: deliver what waits, run one job. True when there was something to do."""
    delivered = deliver_events(listeners, clock)
    job = claim_job(clock)
    if job:
        run_job(job, handlers, clock, stop)
    return bool(delivered or job)


def work_until(
    stop: threading.Event,
    handlers: Mapping[str, Handler],
    listeners: Listeners,
    regular: Sequence[Regular] = (),
    idle_seconds: float = 0.5,
) -> None:
    """The worker loop, inside ``serve`` or as its own process, until ``stop`` is set.

    ``regular`` are called about once a minute with the time; each queues what is due and has not
    been queued, so that a server that was stopped catches up and nothing is queued twice.
    """
    looked = -math.inf
    while not stop.is_set():
        close_old_connections()
        try:
            if time.monotonic() - looked > REGULAR_SECONDS:
                looked = time.monotonic()
                for queue_due in regular:
                    queue_due(timezone.now())
            busy = work_once(handlers, listeners, stop=stop)
        except Exception:  # a database that is away now will be back
            log.exception("the worker could not reach its queue")
            busy = False
            stop.wait(RETRY_SECONDS)
        if not busy:
            stop.wait(idle_seconds)
    connection.close()


def _end(job: Job, now: dt.datetime, **outcome: Any) -> None:  # noqa: ANN401 - column values
    """Write the outcome, unless another worker has taken the job over meanwhile."""
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, attempts=job.attempts, state=job.state)
        if not mine.update(finished_at=now, **outcome):
            return
        texts = {
            Job.State.DONE: _("作业完成：%(title)s"),
            Job.State.FAILED: _("作业失败：%(title)s"),
        }
        if text := texts.get(outcome["state"]):
            result = outcome.get("result") or {}
            text = result.get("notice") or text % {"title": job.title}
            link = result.get("link") or reverse("job", args=[job.pk])
            notify(job.user_id, job.book_id, text, now=now, link=link)


def _surely_end(job: Job, clock: Clock, outcome: dict[str, Any]) -> None:
    """Write the outcome even when the database is locked or away for a moment.

    A job that ended unnoticed would be taken for lost and run a second time.
    """
    for wait in END_WAITS:
        try:
            return _end(job, clock(), **outcome)
        except DatabaseError:
            log.exception("job %s: its end could not be written; again in %s s", job.pk, wait)
            close_old_connections()
            time.sleep(wait)
    return _end(job, clock(), **outcome)


def _hand_back(job: Job) -> None:
    """The worker stops: the job waits for the next one, and this run does not count."""
    Job.objects.filter(pk=job.pk, attempts=job.attempts, state=Job.State.RUNNING).update(
        state=Job.State.QUEUED, attempts=job.attempts - 1, started_at=None, beat_at=None
    )


@contextmanager
def _beating(job: Job, clock: Clock) -> Iterator[None]:
    """Show that the worker lives while the handler computes without reporting progress."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            mine = Job.objects.filter(pk=job.pk, attempts=job.attempts, state=Job.State.RUNNING)
            try:
                mine.update(beat_at=clock())
            except DatabaseError:  # locked by a long writer: the next beat will do
                log.info("job %s: a beat was missed", job.pk)
        connection.close()

    thread = threading.Thread(target=beat, name=f"beat-{job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
