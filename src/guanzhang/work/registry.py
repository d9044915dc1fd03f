"""What a job is given while it runs, and how it says where it stands."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from guanzhang.work.models import Job


class Cancelled(Exception):  # noqa: N818 - reads as a sentence
    """The person who started the job does not want it any more."""


class Interrupted(Exception):  # noqa: N818 - reads as a sentence
    """The worker is stopping, or another worker has taken the job over; it will be run again."""


@dataclass(slots=True)
class JobContext:
    """Handed to every job handler. ``progress`` is cheap: it writes at most twice a second.

    A handler may be run again from the start after an interruption: what it commits step by step
    must be recognised by the next run, or be written in one transaction at its end. What it
    returns is kept as JSON. The owner gets a notice at the end by itself: ``"notice"`` in the result
    is its text, ``"link"`` is where it leads, ``"text"`` is what the job's page shows.
    """

    job_id: int
    book_id: int
    user_id: int
    parameters: Mapping[str, Any]
    clock: Callable[[], dt.datetime] = timezone.now
    attempt: int | None = None  # which run of the job this is; an older run may write nothing
    stop: threading.Event | None = None
    _last: dt.datetime | None = field(default=None)

    def progress(self, done: int, total: int | None = None, step: str = "") -> None:
        """Say how far the work is; raises ``Cancelled`` or ``Interrupted`` when it is to end.

        Call it outside ``transaction.atomic``: inside, nobody would see it until the commit.
        """
        if self.stop and self.stop.is_set():
            raise Interrupted
        now = self.clock()
        if self._last and (now - self._last).total_seconds() < 0.5:
            return
        self._last = now
        changes: dict[str, Any] = {"done": done, "total": total, "beat_at": now}
        if step:
            changes["step"] = step[:200]
        mine = Job.objects.filter(pk=self.job_id)
        if self.attempt is not None:
            mine = mine.filter(attempts=self.attempt, state=Job.State.RUNNING)
        if not mine.update(**changes) and self.attempt is not None:
            raise Interrupted
        if mine.filter(cancel_wanted=True).exists():
            raise Cancelled


Handler = Callable[[JobContext], dict[str, Any] | None]
