"""What a job is given while it runs, and how it says where it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from guanzhang.work.models import Job


class Cancelled(Exception):  # noqa: N818 - reads as a sentence
    """The person who started the job does not want it any more."""


@dataclass(slots=True)
class JobContext:
    """Handed to every job handler. ``progress`` is cheap: it writes at most twice a second."""

    job_id: int
    book_id: int
    user_id: int
    parameters: Mapping[str, Any]
    clock: Callable[[], dt.datetime] = timezone.now
    _last: dt.datetime | None = field(default=None)

    def progress(self, done: int, total: int | None = None, step: str = "") -> None:
        """Say how far the work is; raises ``Cancelled`` when it is no longer wanted.

        Call it outside ``transaction.atomic``: inside, nobody would see it until the commit.
        """
        now = self.clock()
        if self._last and (now - self._last).total_seconds() < 0.5:
            return
        self._last = now
        changes: dict[str, Any] = {"done": done, "total": total, "beat_at": now}
        if step:
            changes["step"] = step
        Job.objects.filter(pk=self.job_id).update(**changes)
        if Job.objects.filter(pk=self.job_id, cancel_wanted=True).exists():
            raise Cancelled


Handler = Callable[[JobContext], dict[str, Any] | None]
