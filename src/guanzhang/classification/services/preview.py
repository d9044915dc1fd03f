"""A definition while it is being written: its faults, its sentences, and whom each part touches.

Nothing is written but, when the data moved, the snapshot that the figures need.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from guanzhang.analytics.domain.catalogue import Fact
from guanzhang.analytics.engine import Warehouse
from guanzhang.analytics.queries import catalogue_for, labels_for
from guanzhang.analytics.services import current_snapshot
from guanzhang.classification import queries
from guanzhang.classification.compile import condition_sql
from guanzhang.classification.domain.check import check_definition
from guanzhang.classification.domain.criterion import Condition, Frame
from guanzhang.classification.domain.notation import parse_definition
from guanzhang.classification.domain.reading import column_name, placed_conditions
from guanzhang.classification.domain.scheme import (
    Attribute,
    Cases,
    ClassDef,
    Definition,
    Rules,
    Score,
    mapped_condition,
    needed_columns,
)
from guanzhang.classification.domain.sentence import sections_of
from guanzhang.classification.domain.wording import Wording
from guanzhang.classification.services.running import open_outcomes
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft read aloud. ``definition`` is None when the JSON is not a definition at all."""

    definition: Definition | None
    problems: tuple[Problem, ...]
    sections: list[tuple[str, list[str]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Counts:
    """Members per class, per condition and per entry of an ordered list, by path in the JSON.

    ``conditions``: who satisfies it, whatever stands before it. ``taken``: who is left for it by the
    entries before it. ``known``: per fact read, its name and for how many customers it is known.
    """

    as_of: dt.date
    snapshot_id: int
    seconds: float
    total: int
    classes: list[tuple[ClassDef, int]]
    conditions: Mapping[str, int]
    taken: Mapping[str, int]
    known: list[tuple[str, int]]


def preview(actor: Actor, data: object) -> Preview:
    """Faults and sentences of a definition as the editor sends it."""
    definition, problems = parse_definition(data)
    if definition is None:
        return Preview(None, problems)
    catalogue = catalogue_for(actor.book_id)
    labels = labels_for(actor.book_id, actor.language)
    wording = Wording(catalogue, actor.language, definition.window, labels)
    return Preview(
        definition, check_definition(definition, catalogue), sections_of(definition, wording)
    )


def count_definition(
    actor: Actor, definition: Definition, *, as_of: dt.date, now: dt.datetime
) -> Counts:
    """Whom each part of a definition touches today, faults and all: a faulty test holds for nobody.

    Counts the whole book: whoever may edit schemes may see all customers (org.domain.policy).
    """
    started = time.perf_counter()
    catalogue = catalogue_for(actor.book_id)
    snapshot = current_snapshot(actor.book_id, as_of, now=now)
    frame = Frame(catalogue, as_of, definition.window)
    labels = labels_for(actor.book_id, actor.language)
    wording = Wording(catalogue, actor.language, definition.window, labels)
    with open_outcomes(snapshot, {"draft": definition}, catalogue, as_of) as warehouse:
        members = {
            str(code): int(n)
            for code, n in warehouse.rows(
                "SELECT coalesce(draft, ''), count(*) FROM outcomes GROUP BY 1"
            )
        }
        placed = dict(_placed(definition, catalogue))
        columns = sorted(needed_columns(definition, catalogue))
        known, held = _held(warehouse, columns, list(placed.values()), frame)
        taken: dict[str, int] = {}
        for entries, rest in _ordered(definition):
            taken |= _taken(warehouse, entries, rest, frame)
    return Counts(
        as_of,
        snapshot.pk,
        time.perf_counter() - started,
        sum(members.values()),
        _by_class(actor, definition, members),
        dict(zip(placed, held, strict=True)),
        taken,
        [(column_name(c, wording), n) for c, n in zip(columns, known, strict=True)],
    )


def _placed(
    definition: Definition, catalogue: Mapping[str, Fact]
) -> Iterator[tuple[str, Condition]]:
    """Every condition of the definition with its path, groups before what is in them."""
    body = definition.body
    if isinstance(body, Attribute):
        for index, entry in enumerate(body.mapping):
            yield f"body.map[{index}]", mapped_condition(body.ref, entry, catalogue)
    elif isinstance(body, Score):
        for index, limit in enumerate(body.limits):
            yield from placed_conditions(limit.when, f"body.limits[{index}].when")
    for entries, _rest in _ordered(definition):
        for path, condition in entries:
            yield from placed_conditions(condition, f"{path}.when")


def _ordered(definition: Definition) -> Iterator[tuple[list[tuple[str, Condition]], str]]:
    """Lists in which the first entry that holds wins: (path, condition) pairs, path of the rest."""
    body = definition.body
    if isinstance(body, Rules):
        yield [(f"body.rules[{i}]", r.when) for i, r in enumerate(body.rules)], "body.default"
    elif isinstance(body, Score):
        yield [(f"body.vetoes[{i}]", v.when) for i, v in enumerate(body.vetoes)], ""
        for place, item in enumerate(body.items):
            if isinstance(item.scale, Cases):
                at = f"body.items[{place}]"
                cases = enumerate(item.scale.cases)
                yield [(f"{at}.cases[{i}]", c.when) for i, c in cases], f"{at}.else"


def _held(
    warehouse: Warehouse, columns: Sequence[str], conditions: Sequence[Condition], frame: Frame
) -> tuple[list[int], list[int]]:
    """For how many customers each column is known and each condition holds, in one pass."""
    parts = [f'count("{column}")' for column in columns]
    parts += [f"count(*) FILTER (WHERE {_sql(each, frame)})" for each in conditions]
    if not parts:
        return [], []
    [row] = warehouse.rows(f"SELECT {', '.join(parts)} FROM facts")
    numbers = [int(n) for n in row]
    return numbers[: len(columns)], numbers[len(columns) :]


def _taken(
    warehouse: Warehouse, entries: Sequence[tuple[str, Condition]], rest: str, frame: Frame
) -> dict[str, int]:
    """How many customers stop at each entry of an ordered list, and how many reach its end."""
    if not entries:
        return {}
    whens = " ".join(
        f"WHEN {_sql(when, frame)} THEN {place}" for place, (_, when) in enumerate(entries)
    )
    statement = f"SELECT CASE {whens} ELSE -1 END, count(*) FROM facts GROUP BY 1"
    found: dict[int, int] = {int(place): int(n) for place, n in warehouse.rows(statement)}
    counted = {path: found.get(place, 0) for place, (path, _) in enumerate(entries)}
    return counted | ({rest: found.get(-1, 0)} if rest else {})


def _sql(condition: Condition, frame: Frame) -> str:
    return condition_sql(condition, frame).sql(dialect="duckdb")


def _by_class(
    actor: Actor, definition: Definition, members: Mapping[str, int]
) -> list[tuple[ClassDef, int]]:
    """The classes in order, values nobody named behind them, 无数据 last."""
    classes = queries.ordered_classes(actor.book_id, definition, members)
    return [(each, members.get(each.code, 0)) for each in classes]
