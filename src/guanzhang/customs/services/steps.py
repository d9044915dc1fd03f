"""Steps that people record by hand: what the Single Window client or the outside world did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from django.db import transaction
from django.utils import timezone

from guanzhang.customs.domain.states import Action
from guanzhang.customs.models import Declaration
from guanzhang.customs.services.base import (
    audit,
    keep_revision,
    locked_declaration,
    move,
    not_now,
    settings_of,
    state_change,
)
from guanzhang.customs.services.review import clear_approval
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity

SENDER_REVIEWED = Kind(
    "CUS-950", Severity.ERROR,
    "报关单 {number} 由您审核，本账套要求发单与审单分开，请由其他人发单。",
    "You reviewed declaration {number}; in this book somebody else must send it.",
)  # fmt: skip
# What each step needs the right to do.
RIGHTS: Mapping[Action, str] = {
    Action.MARK_STORED: "declaration.send",
    Action.MARK_DECLARED: "declaration.send",
    Action.REOPEN: "declaration.edit",
    Action.PAY_TAX: "declaration.send",
    Action.END_INSPECTION: "declaration.send",
    Action.ARCHIVE: "declaration.send",
}


def record_step(
    actor: Actor,
    declaration_id: int,
    action: Action,
    *,
    now: dt.datetime,
    on: dt.date | None = None,
    note: str = "",
) -> Declaration:
    """Record one of ``RIGHTS`` as done; ``on`` is the day of declaration, today when not given."""
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, RIGHTS[action])
        before = row.state
        move(actor, row, action, now=now, note=note)
        if then := _THEN.get(action):
            then(actor, row, on or timezone.localdate(now), now)
        row.save()
        audit(
            actor, row, _AUDITED[action], now=now, reason=note,
            changes=state_change(before, row.state),
        )  # fmt: skip
        return row


def refuse_sender(actor: Actor, row: Declaration) -> None:
    """Where the book keeps the two apart, who reviewed a declaration does not send it."""
    reviewers = (row.first_reviewer_id, row.second_reviewer_id)
    if actor.user_id in reviewers and settings_of(row.book_id).separate_sender:
        raise Refused([SENDER_REVIEWED.at("", number=row.number)])


def _declared(actor: Actor, row: Declaration, day: dt.date, now: dt.datetime) -> None:
    if row.approved_sha256 != row.sha256:
        raise Refused([not_now(row, Action.MARK_DECLARED)])
    refuse_sender(actor, row)
    row.sender_id = row.sender_id or actor.user_id
    row.declared_on = row.declared_on or day
    keep_revision(actor, row, "declared", now=now)


def _reopened(_actor: Actor, row: Declaration, _day: dt.date, _now: dt.datetime) -> None:
    clear_approval(row)
    row.declared_on = None


_AUDITED: Mapping[Action, str] = {
    Action.MARK_STORED: "declaration.stored",
    Action.MARK_DECLARED: "declaration.declared",
    Action.REOPEN: "declaration.reopened",
    Action.PAY_TAX: "declaration.tax_paid",
    Action.END_INSPECTION: "declaration.inspected",
    Action.ARCHIVE: "declaration.archived",
}
_THEN: Mapping[Action, Callable[[Actor, Declaration, dt.date, dt.datetime], None]] = {
    Action.MARK_DECLARED: _declared,
    Action.REOPEN: _reopened,
}
