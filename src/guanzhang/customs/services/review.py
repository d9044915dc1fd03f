"""Review of declarations: send to review, pass, return, recall.

Whoever wrote any of it does not pass it, and nobody passes it twice. What is passed is what was
seen: ``seen`` is the digest of the document on the reviewer's screen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.checking import findings
from guanzhang.customs.domain.document import value_at
from guanzhang.customs.domain.states import Action, State, state_of
from guanzhang.customs.models import Declaration, Message, Remark
from guanzhang.customs.queries import declarations_for
from guanzhang.customs.services.base import (
    audit,
    keep_revision,
    locked_declaration,
    move,
    need_reason,
    not_now,
    settings_of,
    state_change,
)
from guanzhang.customs.services.declarations import settle
from guanzhang.customs.services.library import remember_goods
from guanzhang.customs.services.notices import tell, tell_reviewers
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Problem, Refused, Severity
from guanzhang.trail.queries import history_of

OWN_WORK = Kind(
    "CUS-936", Severity.ERROR,
    "报关单 {number} 由您制单或修改过，制单与审核须由不同的人完成，请由其他审单员审核。",
    "You made or changed declaration {number}; somebody else must review it.",
)  # fmt: skip
SAME_REVIEWER = Kind(
    "CUS-937", Severity.ERROR,
    "报关单 {number} 的初审由您完成，复审须由另一人完成。",
    "You passed the first review of declaration {number}; the second takes another person.",
)  # fmt: skip
FILE_IS_OUT = Kind(
    "CUS-938", Severity.ERROR,
    "报关单 {number} 的报文已写入发送目录，不能直接撤回。请先标记“已暂存”，再重新制单。",
    "The message of declaration {number} is already in the outbox. Mark it as stored, then reopen it.",
)  # fmt: skip
OUT_OF_REACH = Kind(
    "CUS-939", Severity.ERROR,
    "这份报关单不存在，或您没有这项权限；它没有改动。",
    "This declaration does not exist or is out of your reach; it was not changed.",
)  # fmt: skip
SEEN_OTHERWISE = Kind(
    "CUS-940", Severity.ERROR,
    "报关单 {number} 在您打开之后有变动，请刷新后重新审核。",
    "Declaration {number} has changed since you opened it; reload and review it again.",
)  # fmt: skip
_IN_REVIEW = (State.REVIEW, State.SECOND_REVIEW)


@dataclass(frozen=True, slots=True)
class RemarkAt:
    """A remark at a field: "DecLists[2].GQty", or "" for the whole."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of a batch."""

    declaration_id: int
    label: str
    text: str = ""
    problems: tuple[Problem, ...] = ()


def submit(actor: Actor, declaration_id: int, *, now: dt.datetime) -> Declaration:
    """Send a draft to review.

    Refuses errors that two people have not overridden and warnings without a reason, all of them.
    """
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.edit")
        if row.state != State.DRAFT.value:
            raise Refused([not_now(row, Action.SUBMIT)])
        settle(actor, row, now=now)
        refuse_open(row, now=now)
        before, last_reviewer = row.state, row.first_reviewer_id
        move(actor, row, Action.SUBMIT, now=now)
        clear_approval(row)
        row.prepared_by_id = actor.user_id
        row.save()
        keep_revision(actor, row, "submitted", now=now)
        tell_reviewers(actor, row, now=now, first=last_reviewer)
        _audit_move(actor, row, "declaration.submitted", before, now=now)
        return row


def pass_review(
    actor: Actor, declaration_id: int, *, now: dt.datetime, seen: str = "", note: str = ""
) -> Declaration:
    """Pass the first or the second review.

    Refuses makers, a first reviewer in the second review, open findings, and a document other than
    the one whose digest is ``seen``.
    """
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.review")
        state = state_of(row.state)
        if state not in _IN_REVIEW:
            raise Refused([not_now(row, Action.PASS)])
        _refuse_own_work(actor, row)
        if seen and seen != row.sha256:
            raise Refused([SEEN_OTHERWISE.at("", number=row.number)])
        refuse_open(row, now=now)
        second = state is State.REVIEW and needs_second_review(row)
        after = move(actor, row, Action.PASS, now=now, note=note, second_review=second)
        if state is State.REVIEW:
            row.first_reviewer_id = actor.user_id
        else:
            row.second_reviewer_id = actor.user_id
        if after is State.APPROVED:
            row.approved_sha256 = row.sha256
            keep_revision(actor, row, "approved", now=now)
            remember_goods(row, now=now)
        row.save()
        row.remarks.filter(resolved_at=None).update(resolved_at=now, resolved_by=actor.name)
        if after is State.APPROVED:
            tell(
                row, (row.prepared_by_id,), _("报关单 %(number)s 已审核通过"), now=now, by=actor
            )
        else:
            tell_reviewers(actor, row, now=now)
        _audit_move(actor, row, "declaration.passed", state.value, now=now, reason=note)
        return row


def return_for_changes(
    actor: Actor,
    declaration_id: int,
    *,
    note: str,
    now: dt.datetime,
    remarks: Sequence[RemarkAt] = (),
) -> Declaration:
    """Give a declaration back to its maker with a note and remarks at fields; approval ends."""
    need_reason(note, zh="退回说明", en="what has to be changed")
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.review")
        before, maker = row.state, row.prepared_by_id
        move(actor, row, Action.RETURN, now=now, note=note)
        clear_approval(row)
        row.return_count += 1
        row.save()
        Remark.objects.bulk_create(
            Remark(
                declaration=row,
                path=remark.path[:80],
                value=value_at(row.document, remark.path)[:255],
                text=remark.text.strip()[:500],
                user_id=actor.user_id,
                user_name=actor.name,
                at=now,
            )
            for remark in remarks
            if remark.text.strip()
        )
        tell(
            row, {maker, row.owner_id}, _("报关单 %(number)s 被退回：%(note)s"), now=now, by=actor,
            note=note,
        )  # fmt: skip
        _audit_move(actor, row, "declaration.returned", before, now=now, reason=note)
        return row


def recall(
    actor: Actor, declaration_id: int, *, now: dt.datetime, note: str = ""
) -> Declaration:
    """Take a declaration back from review or from the way out; approval ends.

    Refuses one whose message already lies in the outbox; a message that still waits is dropped.
    """
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.edit")
        before = row.state
        reviewers = {row.first_reviewer_id, row.second_reviewer_id}
        move(actor, row, Action.RECALL, now=now, note=note)
        last = row.messages.order_by("-pk").first()
        is_out = last and last.state in (Message.State.WRITTEN, Message.State.TAKEN)
        if is_out and before == State.SENDING.value:
            raise Refused([FILE_IS_OUT.at("", number=row.number)])
        row.messages.filter(state=Message.State.WAITING).update(
            state=Message.State.FAILED, error=_("发送前撤回")
        )
        clear_approval(row)
        row.save()
        tell(row, reviewers, _("报关单 %(number)s 已由制单人撤回"), now=now, by=actor)
        _audit_move(actor, row, "declaration.recalled", before, now=now, reason=note)
        return row


def resolve_remark(
    actor: Actor, declaration_id: int, remark_id: int, *, now: dt.datetime
) -> None:
    """The maker has dealt with a remark."""
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.edit")
        open_remarks = row.remarks.filter(pk=remark_id, resolved_at=None)
        open_remarks.update(resolved_at=now, resolved_by=actor.name)


def submit_many(actor: Actor, ids: Iterable[int], *, now: dt.datetime) -> list[RowResult]:
    """Send each of ``ids`` to review; a transaction and a result per row."""
    return _each(actor, ids, lambda pk: submit(actor, pk, now=now), _("已送审"))


def pass_many(actor: Actor, ids: Iterable[int], *, now: dt.datetime) -> list[RowResult]:
    """Pass each of ``ids``; a transaction and a result per row."""
    return _each(actor, ids, lambda pk: pass_review(actor, pk, now=now), _("已通过"))


def return_many(
    actor: Actor, ids: Iterable[int], *, note: str, now: dt.datetime
) -> list[RowResult]:
    """Return each of ``ids`` with the same note; a transaction and a result per row."""
    need_reason(note, zh="退回说明", en="what has to be changed")
    return _each(
        actor, ids, lambda pk: return_for_changes(actor, pk, note=note, now=now), _("已退回")
    )


def needs_second_review(row: Declaration) -> bool:
    """Whether the book wants two reviews of this declaration."""
    return settings_of(row.book_id).second_review


def makers_of(row: Declaration) -> set[int]:
    """Everybody who wrote any of it: who entered, changed, or sent it to review."""
    written = history_of(row.book_id, "declaration", row.pk).filter(
        action__in=("declaration.created", "declaration.changed")
    )
    makers = {row.owner_id, row.prepared_by_id, *written.values_list("actor_id", flat=True)}
    return {user_id for user_id in makers if user_id}


def refuse_open(row: Declaration, *, now: dt.datetime) -> None:
    """Refuse open errors and warnings of a stored declaration, all at once; counts them anew."""
    found = findings(row, on=timezone.localdate(now))
    row.error_count, row.warning_count = found.error_count, found.warning_count
    if found.open:
        raise Refused([finding.problem for finding in found.open])


def clear_approval(row: Declaration) -> None:
    """Nobody has reviewed what may now be changed."""
    row.first_reviewer_id = row.second_reviewer_id = None
    row.approved_sha256 = ""


def _refuse_own_work(actor: Actor, row: Declaration) -> None:
    if actor.user_id in makers_of(row):
        raise Refused([OWN_WORK.at("", number=row.number)])
    if row.state == State.SECOND_REVIEW.value and actor.user_id == row.first_reviewer_id:
        raise Refused([SAME_REVIEWER.at("", number=row.number)])


def _audit_move(
    actor: Actor,
    row: Declaration,
    action: str,
    before: str,
    *,
    now: dt.datetime,
    reason: str = "",
) -> None:
    changes = state_change(before, row.state)
    audit(actor, row, action, now=now, changes=changes, reason=reason)


def _each(
    actor: Actor, ids: Iterable[int], do: Callable[[int], Declaration], text: str
) -> list[RowResult]:
    wanted = list(dict.fromkeys(ids))
    numbers = dict(declarations_for(actor).filter(pk__in=wanted).values_list("pk", "number"))
    results = []
    for pk in wanted:
        try:
            do(pk)
            results.append(RowResult(pk, numbers.get(pk, ""), text))
        except Refused as refused:
            results.append(RowResult(pk, numbers.get(pk, ""), problems=refused.problems))
        except Http404:
            results.append(
                RowResult(pk, numbers.get(pk, ""), problems=(OUT_OF_REACH.at(str(pk)),))
            )
    return results
