"""The long work of an import, as the worker runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.models import Batch
from guanzhang.exchange.services.checking import check_batch
from guanzhang.exchange.services.committing import commit_batch
from guanzhang.exchange.services.steering import release_batch
from guanzhang.exchange.services.undoing import undo_batch
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.kernel.problem import Refused
from guanzhang.org.domain.policy import may
from guanzhang.org.queries import actor_for
from guanzhang.work.registry import Cancelled, JobContext

State = Batch.State


def check(job: JobContext) -> dict[str, Any]:
    """exchange.check: the dry run of one batch."""
    return _run(job, check_batch, "import.run", State.FAILED, State.UPLOADED)


def commit(job: JobContext) -> dict[str, Any]:
    """exchange.commit: write one checked batch into the book."""
    return _run(job, commit_batch, "import.run", State.CHECKED, State.CHECKED)


def undo(job: JobContext) -> dict[str, Any]:
    """exchange.undo: take one batch back."""
    return _run(job, undo_batch, "import.undo", State.COMMITTED, State.COMMITTED)


def _run(
    job: JobContext,
    work: Callable[..., Batch],
    action: str,
    when_refused: str,
    when_cancelled: str,
) -> dict[str, Any]:
    batch_id = int(job.parameters["batch_id"])
    try:
        batch = work(_actor(job, action), batch_id, now=job.clock(), progress=job.progress)
    except Refused as refused:
        text = "\n".join(p.message("zh") for p in refused.problems)
        release_batch(batch_id, when_refused, text)
        raise
    except Cancelled:
        release_batch(batch_id, when_cancelled, "已取消")
        raise
    return {
        "link": reverse("import", args=[batch.pk]),
        "rows_in": batch.rows_in,
        "added": batch.added,
        "updated": batch.updated,
        "unchanged": batch.unchanged,
        "refused": batch.refused,
    }


def _actor(job: JobContext, action: str) -> Actor:
    """The person who started the job, with the rights he has now."""
    if job.user_id == 0:
        return system_actor(job.book_id)
    actor = actor_for(job.user_id, job.book_id)
    if actor is None or not may(actor, action):
        raise Refused([kinds.USER_GONE.at("user")])
    return actor
