"""What check, commit and undo share: a batch, its spec, its staging file, the run."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from guanzhang.exchange import files, registry
from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.domain.fields import Field, FieldKind
from guanzhang.exchange.domain.mapping import Definition, definition_from_json
from guanzhang.exchange.models import Batch
from guanzhang.exchange.spec import ImportSpec, Run
from guanzhang.exchange.staging import Staging
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, Refused

CHUNK = 5_000  # rows resolved at once
Progress = Callable[[int, int | None, str], None]  # done, total, step


@contextmanager
def without_collector() -> Iterator[None]:
    """Millions of rows make no reference cycles; looking for some would take a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def silent(_done: int, _total: int | None, _step: str) -> None:
    """Progress for nobody."""


@dataclass(frozen=True, slots=True)
class Work:
    """A batch with everything needed to go through its rows."""

    batch: Batch
    spec: ImportSpec
    fields: tuple[Field, ...]
    definition: Definition
    staging: Staging
    run: Run


def work_on(actor: Actor, batch: Batch, *, now: dt.datetime) -> Work:
    """Raises ``Refused`` while the batch has no mapping."""
    spec = registry.spec(batch.kind)
    fields = spec.fields(actor)
    if batch.mapping is None:
        raise Refused([wrong_state(batch, "检查：还没有对应列")])
    definition = definition_from_json(batch.mapping)
    flags = [i for i, f in enumerate(fields) if f.kind is FieldKind.FLAG]
    staging = Staging(files.staging_path(batch.pk), len(fields), flags)
    run = Run(
        actor=actor,
        batch_id=batch.pk,
        now=now,
        mapped=frozenset(definition.sources),
        options=definition.options,
        positions={f.key: i for i, f in enumerate(fields)},
    )
    return Work(batch, spec, fields, definition, staging, run)


def wrong_state(batch: Batch, wanted: str) -> Problem:
    return kinds.WRONG_STATE.at(
        "state", batch=batch.number, found=batch.get_state_display(), wanted=wanted
    )
