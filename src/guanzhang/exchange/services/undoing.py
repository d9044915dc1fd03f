"""Undo a committed batch: its rows go, what it changed is as before; unless something depends on it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count

from guanzhang.exchange import files, registry
from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.events import BatchUndone
from guanzhang.exchange.models import Batch, Change
from guanzhang.exchange.services.staged import Progress, silent, wrong_state
from guanzhang.exchange.spec import ImportSpec, Run
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.storage import bulk
from guanzhang.storage.bulk import chunks
from guanzhang.trail.services import announce, record

LISTED = 50  # reasons told at once
AT_ONCE = 500


def undo_batch(
    actor: Actor, batch_id: int, *, now: dt.datetime, progress: Progress = silent
) -> Batch:
    """Take a batch back in one transaction. Raises ``Refused`` listing what depends on it."""
    progress(0, None, "撤销")
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch_id, book_id=actor.book_id)
        if batch.state == Batch.State.UNDONE:
            return batch
        if batch.state not in (Batch.State.COMMITTED, Batch.State.UNDOING):
            raise Refused([wrong_state(batch, "撤销")])
        spec = registry.spec(batch.kind)
        run = Run(actor=actor, batch_id=batch.pk, now=now)
        if problems := _obstacles(spec, batch, run):
            raise Refused(problems)
        restored = _restore(spec, batch, run)
        removed = spec.remove(run)
        _close(actor, batch, removed, restored, now)
    files.staging_path(batch.pk).unlink(missing_ok=True)
    return batch


def undo_obstacles(actor: Actor, batch: Batch, *, now: dt.datetime) -> tuple[Problem, ...]:
    """Why ``undo_batch`` would refuse now; empty when it would not."""
    run = Run(actor=actor, batch_id=batch.pk, now=now)
    return tuple(_obstacles(registry.spec(batch.kind), batch, run))


def _obstacles(spec: ImportSpec, batch: Batch, run: Run) -> list[Problem]:
    found = [*spec.dependants(run), *_lost_rows(spec, batch), *_later_batches(spec, batch)]
    for changes in _changes(batch):
        if len(found) >= LISTED:
            break
        found += _later_changes(spec, changes)
    return found[:LISTED]


def _lost_rows(spec: ImportSpec, batch: Batch) -> list[Problem]:
    """Added rows that somebody deleted or gave another amount since."""
    written = batch.facts.get("written", {"rows": 0, "totals": {}})
    mine = spec.model._default_manager.filter(batch_id=batch.pk)  # noqa: SLF001 - Django's documented API
    rows, found = mine.count(), []
    label = str(spec.label)
    if rows != written["rows"]:
        why = f"导入时 {written['rows']} 条，现有 {rows} 条"
        found.append(kinds.UNDO_CHANGED.at("", found=label, why=why))
    elif spec.money is not None:
        currency, amount = spec.money
        totals: Counter[str] = Counter()
        for code, value in bulk.plain_rows(mine.order_by(), (currency, amount)):
            totals[code] += value
        if dict(totals) != written["totals"]:
            found.append(kinds.UNDO_CHANGED.at("", found=label, why="金额合计与导入时不同"))
    return found


def _later_batches(spec: ImportSpec, batch: Batch) -> list[Problem]:
    """Rows of this batch that another import has updated since."""
    mine = spec.model._default_manager.filter(batch_id=batch.pk)  # noqa: SLF001 - Django's documented API
    later = Change.objects.filter(
        object_type=spec.model._meta.model_name,  # noqa: SLF001
        batch_id__gt=batch.pk,
        object_id__in=mine.values("pk"),
    ).exclude(batch__state=Batch.State.UNDONE)
    counted = later.values("batch__number").annotate(n=Count("pk")).order_by("batch__number")
    return [
        kinds.UNDO_CHANGED.at(
            "", found=f"{spec.label} {row['n']} 条", why=f"批次 {row['batch__number']} 更新过"
        )
        for row in counted[:LISTED]
    ]


def _changes(batch: Batch) -> Iterator[list[Change]]:
    return chunks(Change.objects.filter(batch=batch).order_by("pk").iterator(AT_ONCE), AT_ONCE)


def _later_changes(spec: ImportSpec, changes: list[Change]) -> list[Problem]:
    """Records whose imported columns are no longer as the import left them."""
    names = sorted({name for change in changes for name in change.after})
    rows = spec.model._default_manager.filter(pk__in=[c.object_id for c in changes])  # noqa: SLF001 - Django's documented API
    current = {
        row[0]: dict(zip(names, row[1:], strict=True))
        for row in bulk.plain_rows(rows, ["id", *names])
    }
    found = []
    for change in changes:
        now = current.get(change.object_id)
        label = f"{spec.label} #{change.object_id}"
        if now is None:
            found.append(kinds.UNDO_CHANGED.at("", found=label, why="记录已删除"))
            continue
        differing = [name for name, value in change.after.items() if now[name] != value]
        if differing:
            found.append(
                kinds.UNDO_CHANGED.at("", found=label, why="、".join(_labels(spec, differing)))
            )
    return found


def _labels(spec: ImportSpec, columns: list[str]) -> list[str]:
    names = {f.attname: str(f.verbose_name) for f in spec.model._meta.concrete_fields}  # noqa: SLF001 - Django's documented API
    return [names[c] for c in columns]


def _restore(spec: ImportSpec, batch: Batch, run: Run) -> int:
    count = 0
    for changes in _changes(batch):
        bulk.update_plain(spec.model, [(c.object_id, c.before) for c in changes])
        spec.restored(run, [c.object_id for c in changes])
        count += len(changes)
    return count


def _close(actor: Actor, batch: Batch, removed: int, restored: int, now: dt.datetime) -> None:
    batch.state, batch.undone_at, batch.failure = Batch.State.UNDONE, now, ""
    batch.facts["undone"] = {"removed": removed, "restored": restored}
    batch.save(update_fields=["state", "undone_at", "failure", "facts"])
    facts: dict[str, Any] = {
        "kind": batch.kind,
        "sha256": batch.sha256,
        "removed": removed,
        "restored": restored,
    }
    record(
        actor,
        "import.undone",
        now=now,
        object_type="batch",
        object_id=batch.pk,
        label=batch.file_name,
        changes=facts,
    )
    announce(batch.book_id, BatchUndone(batch.pk, batch.kind, removed, restored), now=now)
