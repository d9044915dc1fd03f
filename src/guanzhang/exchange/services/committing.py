"""Commit a checked batch: one transaction, all or nothing, exactly what the dry run promised."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.events import BatchCommitted
from guanzhang.exchange.models import Batch, Change
from guanzhang.exchange.services.checking import Tally
from guanzhang.exchange.services.staged import (
    CHUNK,
    Progress,
    Work,
    silent,
    without_collector,
    work_on,
    wrong_state,
)
from guanzhang.exchange.spec import Add, Importer, ImportSpec, Outcome, Refusal, Row, Update
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.storage import bulk
from guanzhang.storage.bulk import refresh_statistics
from guanzhang.trail.services import announce, record

MANY = 10_000  # rows after which the planner's picture of a table is out of date


@without_collector()
def commit_batch(
    actor: Actor, batch_id: int, *, now: dt.datetime, progress: Progress = silent
) -> Batch:
    """Write the rows of a checked batch into the book. A committed batch stays as it is.

    Keys are resolved again inside the transaction; if the outcome is not the one of the dry run,
    ``Refused`` says so and nothing is written.
    """
    progress(0, None, "提交")
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch_id, book_id=actor.book_id)
        if batch.state == Batch.State.COMMITTED:
            return batch
        if batch.state not in (Batch.State.CHECKED, Batch.State.COMMITTING):
            raise Refused([wrong_state(batch, "提交")])
        work = work_on(actor, batch, now=now)
        if work.staging.count() != batch.rows_in - batch.refused:
            raise Refused([kinds.STAGING_LOST.at("file", found=batch.number)])
        importer = work.spec.start(work.run)
        updated = _write_rows(work, importer)
        if work.batch.rows_in > MANY:
            refresh_statistics()
        importer.finish(updated)
        _close(actor, work, importer, now)
    work.staging.forget_accepted()
    return batch


def _write_rows(work: Work, importer: Importer) -> list[int]:
    """Insert and update chunk by chunk; returns the ids of the updated records."""
    promised = _promise(work.batch)
    tally, written = Tally(), Written(work.spec)
    updated: list[int] = []
    for rows in work.staging.rows(CHUNK):
        importer.prepare(rows)
        outcomes = importer.resolve(rows)
        _stop_at_refusals(rows, outcomes)
        added = [o.values for o in outcomes if isinstance(o, Add)]
        changes = [o for o in outcomes if isinstance(o, Update)]
        tally.added += len(added)
        tally.updated += len(changes)
        tally.unchanged += len(outcomes) - len(added) - len(changes)
        bulk.insert_plain(importer.model, importer.columns, added)
        written.count(importer, added)
        _write_changes(work, importer, changes)
        updated += [c.object_id for c in changes]
    found = _counts(tally)
    if found != promised:
        problem = kinds.CHANGED_SINCE.at(
            "rows", expected=_worded(promised), found=_worded(found)
        )
        raise Refused([problem])
    work.batch.facts["written"] = written.to_json()
    return updated


@dataclass(slots=True)
class Written:
    """What was added, to see at an undo whether it is all still there: rows, scaled amounts."""

    spec: ImportSpec
    rows: int = 0
    totals: Counter[str] = field(default_factory=Counter)

    def count(self, importer: Importer, added: Sequence[tuple[Any, ...]]) -> None:
        self.rows += len(added)
        if self.spec.money is not None:
            currency, amount = (importer.columns.index(name) for name in self.spec.money)
            for values in added:
                self.totals[values[currency]] += values[amount]

    def to_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "totals": dict(sorted(self.totals.items()))}


def _stop_at_refusals(rows: Sequence[Row], outcomes: Sequence[Outcome]) -> None:
    """A row that was fine and is not any more stops the commit with its own reason."""
    found: list[Problem] = []
    for (number, _values), outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, Refusal):
            reason = outcome.problems[0].message("zh")
            found.append(
                kinds.CHANGED_SINCE.at(
                    f"row {number}", expected="可以导入", found=f"第 {number} 行：{reason}"
                )
            )
    if found:
        raise Refused(found[:20])


def _write_changes(work: Work, importer: Importer, changes: Sequence[Update]) -> None:
    """Update records and keep how they were, for undo and for their history."""
    if not changes:
        return
    bulk.update_plain(importer.model, [(c.object_id, c.after) for c in changes])
    bulk.insert_plain(
        Change,
        ("batch_id", "object_type", "object_id", "before", "after"),
        [
            (work.batch.pk, importer.model._meta.model_name, c.object_id, c.before, c.after)  # noqa: SLF001 - Django's documented API
            for c in changes
        ],
    )


def _close(actor: Actor, work: Work, importer: Importer, now: dt.datetime) -> None:
    batch = work.batch
    batch.state, batch.committed_at, batch.failure = Batch.State.COMMITTED, now, ""
    batch.facts["also"] = importer.facts()
    batch.save(update_fields=["state", "committed_at", "failure", "facts"])
    facts: dict[str, Any] = {
        "kind": batch.kind,
        "sha256": batch.sha256,
        "rows_in": batch.rows_in,
        **_promise(batch),
        "refused": batch.refused,
        "totals": batch.facts.get("totals", {}),
        **importer.facts(),
    }
    record(
        actor,
        "import.committed",
        now=now,
        object_type="batch",
        object_id=batch.pk,
        label=batch.file_name,
        changes=facts,
    )
    event = BatchCommitted(batch.pk, batch.kind, batch.added, batch.updated)
    announce(batch.book_id, event, now=now)


def _promise(batch: Batch) -> dict[str, int]:
    return {"added": batch.added, "updated": batch.updated, "unchanged": batch.unchanged}


def _counts(tally: Tally) -> dict[str, int]:
    return {key: count for key, count in asdict(tally).items() if key != "refused"}


def _worded(counts: dict[str, int]) -> str:
    return f"新增 {counts['added']}、更新 {counts['updated']}、不变 {counts['unchanged']}"
