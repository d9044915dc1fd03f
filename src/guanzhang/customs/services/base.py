"""What the use cases of declarations share: find under a lock, move, note what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.http import Http404

from guanzhang.customs.domain.document import differences, digest
from guanzhang.customs.domain.states import Action, State, next_state, state_of
from guanzhang.customs.models import Declaration, Event, Revision, Settings
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Problem, Refused, Severity
from guanzhang.org.scope import scope_q
from guanzhang.trail.services import record

NOT_NOW = Kind(
    "CUS-931", Severity.ERROR,
    "报关单 {number} 现在是“{found}”，不能{action}。",
    "Declaration {number} is “{found_en}”; it cannot take “{action_en}”.",
)  # fmt: skip
NO_REASON = Kind(
    "CUS-932", Severity.ERROR,
    "请写明{what}，它会留在记录里。", "Give {what_en}; it stays in the record.",
)  # fmt: skip
MOST_CHANGES = 200  # values of one audit record; the Revision rows hold the whole
LONGEST_VALUE = 200
BASELINE = "baseline"  # step of the revision that the audit record of a sitting compares with


def locked_declaration(actor: Actor, declaration_id: int, action: str) -> Declaration:
    """The declaration, locked until the commit, when the actor may do ``action`` to it; else 404."""
    rows = Declaration.objects.select_for_update(of=("self",))
    row = rows.filter(scope_q(actor, action), pk=declaration_id).first()
    if row is None:
        raise Http404
    return row


def settings_of(book_id: int) -> Settings:
    """How a book works; the defaults where nobody has said."""
    return Settings.objects.filter(book_id=book_id).first() or Settings(book_id=book_id)


def need_reason(text: str, *, zh: str, en: str) -> None:
    """Refuse a step whose reason is missing."""
    if not text.strip():
        raise Refused([NO_REASON.at("reason", what=zh, what_en=en)])


def move(
    actor: Actor,
    row: Declaration,
    action: Action,
    *,
    now: dt.datetime,
    note: str = "",
    second_review: bool = False,
) -> State:
    """Take ``row`` where ``action`` leads, with its event; the caller saves it.

    Refuses what may not be done in the row's state.
    """
    before = state_of(row.state)
    after = next_state(before, action, second_review=second_review)
    if after is None:
        raise Refused([not_now(row, action)])
    row.state, row.updated_at = after.value, now
    add_event(actor, row, action.value, before=before.value, note=note, now=now)
    return after


def not_now(row: Declaration, action: Action) -> Problem:
    state = state_of(row.state)
    return NOT_NOW.at(
        "", number=row.number, found=state.zh, found_en=state.en, action=action.zh,
        action_en=action.en,
    )  # fmt: skip


def add_event(
    actor: Actor,
    row: Declaration,
    action: str,
    *,
    before: str = "",
    note: str = "",
    now: dt.datetime,
) -> Event:
    """What happened to a declaration that now has its new state."""
    return Event.objects.create(
        declaration=row,
        at=now,
        action=action,
        before=before,
        after=row.state if before else "",
        note=note[:500],
        user_id=actor.user_id,
        user_name=actor.name,
    )


def keep_revision(
    actor: Actor,
    row: Declaration,
    step: str,
    *,
    now: dt.datetime,
    document: Mapping[str, Any] | None = None,
) -> Revision:
    """The document as it is at a step; ``document`` instead of the stored one."""
    kept = row.document if document is None else document
    return Revision.objects.create(
        declaration=row,
        revision=row.revision,
        step=step,
        document=kept,
        sha256=row.sha256 if document is None else digest(document),
        user_id=actor.user_id,
        user_name=actor.name,
        at=now,
    )


def audit(
    actor: Actor,
    row: Declaration,
    action: str,
    *,
    now: dt.datetime,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """One audit record about a declaration. Call it last: it locks the book's chain."""
    record(
        actor, action, now=now, object_type="declaration", object_id=row.pk, label=row.number,
        changes=changes, reason=reason,
    )  # fmt: skip


def state_change(before: str, after: str) -> dict[str, list[str]]:
    """A move as the trail says it, in words."""
    return {"state": [state_of(before).zh, state_of(after).zh]}


def bounded_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The values that differ, for the trail: at most two hundred, each at most so long."""
    found = differences(before, after)
    kept: dict[str, Any] = {
        path: [old[:LONGEST_VALUE], new[:LONGEST_VALUE]]
        for path, (old, new) in list(found.items())[:MOST_CHANGES]
    }
    if len(found) > MOST_CHANGES:
        kept["…"] = len(found) - MOST_CHANGES
    return kept
