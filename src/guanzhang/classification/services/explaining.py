"""Why a customer is in a class: the frozen definition over the frozen facts, leaf by leaf."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guanzhang.analytics.domain.catalogue import Fact, fact_of
from guanzhang.analytics.engine import Warehouse
from guanzhang.analytics.models import Snapshot
from guanzhang.analytics.queries import catalogue_for, labels_for
from guanzhang.analytics.services import current_snapshot, open_snapshot
from guanzhang.classification import queries
from guanzhang.classification.compile import context_sql
from guanzhang.classification.domain.criterion import resolve
from guanzhang.classification.domain.explain import Outcome, Reason, explain
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.reading import column_name
from guanzhang.classification.domain.scheme import (
    Definition,
    bandings,
    needed_columns,
    ranked_columns,
)
from guanzhang.classification.domain.wording import Wording, grouped
from guanzhang.classification.models import Membership, Run, Scheme, SchemeVersion
from guanzhang.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reasons of one membership, with the inputs that gave them."""

    scheme: Scheme
    version: SchemeVersion
    run: Run
    membership: Membership
    definition: Definition
    outcome: Outcome


def explain_party(actor: Actor, scheme: Scheme, party_id: int) -> Explanation | None:
    """Reasons for the current class of a customer; None when no run has placed it yet.

    Explains the newest run: the class is the same as when it was entered, the figures are the
    latest that confirmed it.
    """
    membership = Membership.objects.filter(
        scheme=scheme, party_id=party_id, valid_to=None
    ).first()
    run = queries.latest_run(scheme)
    if membership is None or run is None:
        return None
    snapshot = Snapshot.objects.get(pk=run.snapshot_id)
    definition = definition_of(run.version.definition)
    outcome = _explained(actor, definition, party_id, snapshot, run.as_of)
    if outcome is None:
        return None
    return Explanation(scheme, run.version, run, membership, definition, outcome)


def explain_draft(
    actor: Actor, version: SchemeVersion, party_id: int, *, as_of: dt.date, now: dt.datetime
) -> Outcome | None:
    """What a draft would make of one customer on today's data; None for one it does not cover."""
    return explain_definition(
        actor, definition_of(version.definition), party_id, as_of=as_of, now=now
    )


def explain_definition(
    actor: Actor, definition: Definition, party_id: int, *, as_of: dt.date, now: dt.datetime
) -> Outcome | None:
    """What a definition makes of one customer on the data as it is now, recorded or not."""
    snapshot = current_snapshot(actor.book_id, as_of, now=now)
    return _explained(actor, definition, party_id, snapshot, as_of)


def short_reasons(
    actor: Actor, placed: Sequence[tuple[Scheme, Run]], party_id: int
) -> dict[int, str]:
    """One line per scheme: the figures that decide, for lists. Schemes of one snapshot share a pass."""
    catalogue = catalogue_for(actor.book_id)
    groups: dict[tuple[int, dt.date], list[tuple[Scheme, Definition]]] = {}
    for scheme, run in placed:
        found = definition_of(run.version.definition)
        groups.setdefault((run.snapshot_id, run.as_of), []).append((scheme, found))
    snapshots = Snapshot.objects.in_bulk({snapshot_id for snapshot_id, _ in groups})
    lines: dict[int, str] = {}
    for (snapshot_id, as_of), group in groups.items():
        columns = set[str]().union(*(needed_columns(d, catalogue) for _, d in group))
        with open_snapshot(
            snapshots[snapshot_id], as_of=as_of, catalogue=catalogue, party_ids=(party_id,)
        ) as warehouse:
            warehouse.materialise(sorted(columns))
            row = _row(warehouse, party_id)
        for scheme, definition in group if row is not None else ():
            lines[scheme.pk] = _short(actor, definition, row or {}, catalogue, as_of)
    return lines


def _explained(
    actor: Actor, definition: Definition, party_id: int, snapshot: Snapshot, as_of: dt.date
) -> Outcome | None:
    catalogue = catalogue_for(actor.book_id)
    ranked = ranked_columns(definition, catalogue)
    with open_snapshot(
        snapshot, as_of=as_of, catalogue=catalogue, party_ids=(party_id,)
    ) as warehouse:
        warehouse.materialise(sorted(needed_columns(definition, catalogue)))
        row = _row(warehouse, party_id)
    if row is None:
        return None
    context: Mapping[str, Any] = {}
    statement = context_sql(definition, party_id, catalogue) if ranked else None
    if statement is not None:
        with open_snapshot(snapshot, as_of=as_of, catalogue=catalogue) as warehouse:
            warehouse.recall(ranked)
            context = warehouse.one(statement) or {}
    return explain(
        definition, row, context, catalogue, as_of,
        language=actor.language, labels=labels_for(actor.book_id, actor.language),
    )  # fmt: skip


def _row(warehouse: Warehouse, party_id: int) -> Mapping[str, Any] | None:
    return warehouse.one(f"SELECT * FROM facts WHERE party_id = {int(party_id)}")


def _short(
    actor: Actor,
    definition: Definition,
    row: Mapping[str, object],
    catalogue: Mapping[str, Fact],
    as_of: dt.date,
) -> str:
    """「近12个月交易额 402,180.50 元」「总分 86.5」「距上次交易天数 3 天 ≤ 90 天」."""
    labels = labels_for(actor.book_id, actor.language)
    wording = Wording(catalogue, actor.language, definition.window, labels)
    if ranked_columns(definition, catalogue):
        # Rank and share need all customers; the figures themselves do not.
        columns = [
            resolve(b.ref, definition.window, catalogue) for b in bandings(definition)[:2]
        ]
        return " · ".join(_figure(name, row, wording) for name in columns if name)
    outcome = explain(
        definition, row, {}, catalogue, as_of, language=actor.language, labels=labels
    )
    if outcome.score is not None:
        return wording.say("总分 {0}", "total score {0}").format(grouped(outcome.score))
    if not outcome.reasons:
        return ""
    passed = [leaf for leaf in _leaves(outcome.reasons[-1]) if leaf.passed and leaf.actual]
    by_fact = {leaf.column: leaf for leaf in reversed(passed)}  # the first of each fact
    if not by_fact:
        return outcome.reasons[-1].label
    leaves = [leaf for leaf in passed if by_fact[leaf.column] is leaf]
    return " · ".join(_leaf_text(leaf, wording) for leaf in leaves[:2])


def _figure(name: str, row: Mapping[str, object], wording: Wording) -> str:
    fact, _window = fact_of(name, wording.catalogue)
    return f"{column_name(name, wording)} {wording.found(fact, row.get(name))}"


def _leaves(reason: Reason) -> list[Reason]:
    if not reason.children:
        return [reason]
    return [leaf for child in reason.children for leaf in _leaves(child)]


def _leaf_text(leaf: Reason, wording: Wording) -> str:
    name = column_name(leaf.column, wording) if leaf.column else ""
    standard = f"{leaf.operator} {leaf.threshold}" if leaf.threshold else ""
    return " ".join(part for part in (name, leaf.actual, standard) if part)
