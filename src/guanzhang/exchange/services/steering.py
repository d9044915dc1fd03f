"""What a person does with a batch between upload and result: queue the work, correct cells, discard."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from guanzhang.exchange import registry
from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.models import Batch, CellProblem
from guanzhang.exchange.services.staged import wrong_state
from guanzhang.exchange.services.undoing import undo_obstacles
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.work.models import Job
from guanzhang.work.services import enqueue_job

State = Batch.State
MOST_CORRECTIONS = 5_000
_ADDRESS = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}", re.ASCII)


def queue_check(actor: Actor, batch_id: int, *, now: dt.datetime) -> Batch:
    """Check (again) in the background."""
    with transaction.atomic():
        batch = _locked(actor, batch_id)
        allowed = (State.UPLOADED, State.CHECKED, State.FAILED)
        if batch.mapping is None or not _is_free(batch, State.CHECKING, allowed):
            raise Refused([wrong_state(batch, "检查")])
        return _queue(actor, batch, State.CHECKING, "exchange.check", _("检查 %(file)s"), now)


def queue_commit(actor: Actor, batch_id: int, *, now: dt.datetime) -> Batch:
    """Commit in the background."""
    with transaction.atomic():
        batch = _locked(actor, batch_id)
        if not _is_free(batch, State.COMMITTING, (State.CHECKED,)):
            raise Refused([wrong_state(batch, "提交")])
        return _queue(
            actor, batch, State.COMMITTING, "exchange.commit", _("导入 %(file)s"), now
        )


def queue_undo(actor: Actor, batch_id: int, *, now: dt.datetime) -> Batch:
    """Undo in the background; what depends on the batch is told at once (``Refused``)."""
    with transaction.atomic():
        batch = _locked(actor, batch_id)
        if not _is_free(batch, State.UNDOING, (State.COMMITTED,)):
            raise Refused([wrong_state(batch, "撤销")])
        if obstacles := undo_obstacles(actor, batch, now=now):
            raise Refused(obstacles)
        return _queue(actor, batch, State.UNDOING, "exchange.undo", _("撤销导入 %(file)s"), now)


def correct_cells(
    actor: Actor, batch_id: int, corrections: Mapping[str, str], *, now: dt.datetime
) -> Batch:
    """Replace cells ("F23" → text) of a batch and check it again; the file itself stays as it is."""
    with transaction.atomic():
        batch = _locked(actor, batch_id)
        if not _is_free(batch, State.CHECKED, (State.CHECKED,)):
            raise Refused([wrong_state(batch, "修正")])
        overrides = batch.facts.get("overrides", {}) | dict(corrections)
        wrong = [a for a in corrections if not _ADDRESS.fullmatch(a)]
        if wrong:
            raise Refused([kinds.MISSING_IN_CELL.at(a, found=a) for a in wrong])
        if len(overrides) > MOST_CORRECTIONS:
            facts = {
                "what": _("改过的格子"),
                "found": len(overrides),
                "expected": MOST_CORRECTIONS,
            }
            raise Refused([kinds.TOO_LARGE.at("cells", **facts)])
        batch.facts["overrides"] = overrides
        batch.save(update_fields=["facts"])
    return queue_check(actor, batch_id, now=now)


def accept_suggestions(actor: Actor, batch_id: int, *, now: dt.datetime) -> Batch:
    """Take over every proposed value at once and check again."""
    proposed = CellProblem.objects.filter(batch_id=batch_id, batch__book_id=actor.book_id)
    pairs = proposed.exclude(suggestion="").values_list("cell", "suggestion")
    return correct_cells(actor, batch_id, dict(pairs[:MOST_CORRECTIONS]), now=now)


def release_batch(batch_id: int, state: str, failure: str) -> None:
    """After a job that did not succeed: the batch can be worked on again, and says why."""
    Batch.objects.filter(pk=batch_id).update(state=state, failure=failure)


def _locked(actor: Actor, batch_id: int) -> Batch:
    batch = Batch.objects.select_for_update().get(pk=batch_id, book_id=actor.book_id)
    registry.spec(batch.kind)
    return batch


def _is_free(batch: Batch, during: str, allowed: tuple[str, ...]) -> bool:
    """In an allowed state, or left in ``during`` by a job that has ended without a word."""
    if batch.state in allowed:
        return True
    running = Job.objects.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING))
    return batch.state == during and not running.filter(pk=batch.job_id or 0).exists()


def _queue(
    actor: Actor, batch: Batch, state: str, kind: str, title: str, now: dt.datetime
) -> Batch:
    job = enqueue_job(
        actor, kind, title % {"file": batch.file_name}, now=now, batch_id=batch.pk
    )
    batch.state, batch.job_id, batch.failure = state, job.pk, ""
    batch.save(update_fields=["state", "job_id", "failure"])
    return batch
