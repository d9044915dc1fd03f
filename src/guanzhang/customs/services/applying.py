"""Apply receipts to declarations: matched, in the order of their notices, each once.

The state is always computed from everything that is known of the current round (from the last
reopening on), so the order in which files happen to arrive makes no difference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.domain.file_problems import EDITED, NOT_AGAIN, OTHER_ENTRY
from guanzhang.customs.domain.flow import FAILED, STORED, TARGETS, Step, state_after
from guanzhang.customs.domain.receipts import ReceiptFacts, answered_stem, read_receipt
from guanzhang.customs.domain.states import Action, State, state_of
from guanzhang.customs.events import (
    DeclarationAccepted,
    DeclarationClosed,
    DeclarationRejected,
    DeclarationReleased,
)
from guanzhang.customs.models import Declaration, Event, Message, Receipt
from guanzhang.customs.search import index_declarations
from guanzhang.customs.services.base import audit, keep_revision, locked_declaration
from guanzhang.customs.services.notices import tell
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.storage.bulk import chunks
from guanzhang.trail.services import announce

AT_ONCE = 500
_OPEN = (Receipt.State.RECEIVED, Receipt.State.UNMATCHED)
_DONE = (Receipt.State.APPLIED, Receipt.State.LATE)
_BEFORE = frozenset(
    {State.DRAFT, State.REVIEW, State.SECOND_REVIEW, State.APPROVED, State.SENDING}
)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a round did."""

    applied: int
    late: int
    unmatched: int


def apply_receipts(book_id: int, *, now: dt.datetime) -> Applied:
    """Find the declarations of all open receipts of a book and apply them; a transaction each.

    A receipt may bring the number by which another one is found, so it looks again until nothing
    more is found.
    """
    counts = dict.fromkeys(Receipt.State.values, 0)
    while ids := _match_open(book_id):
        for declaration_id in ids:
            with transaction.atomic():
                row = Declaration.objects.select_for_update().get(pk=declaration_id)
                for receipt in _apply_all(row, now):
                    counts[receipt.state] += 1
    unmatched = Receipt.objects.filter(book_id=book_id, state=Receipt.State.UNMATCHED).count()
    return Applied(counts[Receipt.State.APPLIED], counts[Receipt.State.LATE], unmatched)


def match_receipt(
    actor: Actor, receipt_id: int, declaration_id: int, *, now: dt.datetime
) -> Receipt:
    """A person says which declaration an unmatched receipt belongs to; it is applied at once.

    Refuses a receipt that has been dealt with, and one that names another entry number.
    """
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.send")
        receipt = Receipt.objects.filter(book_id=actor.book_id, pk=receipt_id).first()
        if receipt is None:
            raise Http404
        if receipt.state not in _OPEN or receipt.declaration_id not in (None, row.pk):
            raise Refused([_dealt_with(receipt)])
        if problem := _contradiction(row, receipt):
            raise Refused([problem])
        receipt.declaration, receipt.state, receipt.problem = row, Receipt.State.RECEIVED, ""
        receipt.save(update_fields=["declaration", "state", "problem"])
        _apply_all(row, now)
        audit(
            actor, row, "declaration.receipt_matched", now=now,
            changes={"receipt": [None, receipt.name], "channel": [None, receipt.channel]},
        )  # fmt: skip
        receipt.refresh_from_db()
        return receipt


# -- which declaration -----------------------------------------------------------------------


def _match_open(book_id: int) -> list[int]:
    """Give open receipts their declarations: by entry number, sequence number, client number, file.

    Returns the declarations that have receipts waiting.
    """
    loose = Receipt.objects.filter(book_id=book_id, state__in=_OPEN, declaration=None)
    for keys in chunks(list(loose.order_by("pk").values_list("pk", flat=True)), AT_ONCE):
        part = list(loose.filter(pk__in=keys))
        known = _Known(book_id, part)
        with transaction.atomic():
            for receipt in part:
                _match(receipt, known.declaration_of(receipt))
    waiting = Receipt.objects.filter(book_id=book_id, state=Receipt.State.RECEIVED)
    found = waiting.exclude(declaration=None).values_list("declaration_id", flat=True)
    return sorted(set(found))


def _match(receipt: Receipt, row: Declaration | None) -> None:
    problem = _contradiction(row, receipt) if row else None
    fits = row is not None and problem is None
    changes = {
        "declaration": row if fits else None,
        "state": Receipt.State.RECEIVED if fits else Receipt.State.UNMATCHED,
        "problem": problem.message()[:300] if problem else "",
    }
    if any(getattr(receipt, name) != value for name, value in changes.items()):
        # Somebody may have matched it by hand meanwhile: their word stands.
        Receipt.objects.filter(pk=receipt.pk, declaration=None, state__in=_OPEN).update(
            **changes
        )


class _Known:
    """The declarations of a book that a batch of receipts may mean, with few queries."""

    def __init__(self, book_id: int, receipts: Sequence[Receipt]) -> None:
        self._rows = Declaration.objects.filter(book_id=book_id).exclude(state=State.VOID.value)
        self._by = {
            field: self._found(field, {getattr(each, field) for each in receipts} - {""})
            for field in ("entry_no", "seq_no", "client_no")
        }
        stems = {stem for each in receipts if (stem := answered_stem(each.name))}
        messages = Message.objects.filter(declaration__book_id=book_id, name__in=stems)
        self._by_stem = {m.name: m.declaration for m in messages.select_related("declaration")}

    def declaration_of(self, receipt: Receipt) -> Declaration | None:
        for field, known in self._by.items():
            if rows := known.get(getattr(receipt, field)):
                return _meant(rows, receipt)
        return self._by_stem.get(answered_stem(receipt.name))

    def _found(self, field: str, numbers: set[str]) -> dict[str, list[Declaration]]:
        found: dict[str, list[Declaration]] = {}
        rows = self._rows.filter(**{f"{field}__in": numbers}) if numbers else ()
        for row in sorted(rows, key=lambda each: each.pk):
            found.setdefault(getattr(row, field), []).append(row)
        return found


def _meant(rows: Sequence[Declaration], receipt: Receipt) -> Declaration:
    """Of several with one number: the summary for two-step channels, else the newest on its way.

    An application to amend or withdraw shares the number of its original, whose receipts these are.
    """
    originals = [row for row in rows if row.amend_kind in ("", "complete")] or list(rows)
    if receipt.channel.startswith("Sp"):
        return originals[0]
    sent = [row for row in originals if state_of(row.state) not in _BEFORE - {State.SENDING}]
    return (sent or originals)[-1]


def _contradiction(row: Declaration, receipt: Receipt) -> Problem | None:
    """Another entry number than the declaration's: never taken over. A new round may bring one."""
    if not (receipt.entry_no and row.entry_no) or receipt.entry_no == row.entry_no:
        return None
    if state_of(row.state) in _BEFORE | {State.REJECTED, State.STORED}:
        return None
    return OTHER_ENTRY.at(
        "", what_zh="海关编号", what_en="entry number", found=receipt.entry_no,
        number=row.number, expected=row.entry_no,
    )  # fmt: skip


# -- what they do ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Round:
    """What is known since a declaration was last opened again: where it began, what followed."""

    since: dt.datetime | None
    start: State
    events: tuple[Event, ...]

    @classmethod
    def of(cls, row: Declaration) -> _Round:
        events = list(row.events.order_by("pk").select_related("receipt"))
        reopened = next((e for e in reversed(events) if e.action == Action.REOPEN.value), None)
        since = reopened.at if reopened else None
        mine = [e for e in events if reopened is None or e.pk >= reopened.pk]
        by_people = [e for e in mine if e.receipt is None and e.after]
        opened = [e for e in by_people if state_of(e.after) in _BEFORE]
        if opened:
            start = state_of(opened[-1].after)
        else:  # entered in a later state: where it was before its first receipt
            first = next((e for e in mine if e.receipt and e.before), None)
            start = state_of(first.before if first else row.state)
        later = (e for e in mine if e.after and e not in opened)
        return cls(since, start, tuple(e for e in later if not cls._is_old(since, _time(e))))

    def is_old(self, receipt: Receipt) -> bool:
        """Whether a receipt is about the round before."""
        return self._is_old(self.since, receipt.noticed_at or receipt.received_at)

    def has(self, target: State | None) -> bool:
        """Whether a receipt has said ``target`` before."""
        return any(e.receipt and TARGETS.get(e.action) is target for e in self.events)

    def state_with(self, receipt: Receipt) -> State:
        steps = [
            Step(_time(e), channel=e.action)
            if e.receipt
            else Step(e.at, noted=state_of(e.after))
            for e in self.events
        ]
        at = receipt.noticed_at or receipt.received_at
        return state_after(self.start, [*steps, Step(at, channel=receipt.channel)])

    @staticmethod
    def _is_old(since: dt.datetime | None, at: dt.datetime) -> bool:
        return since is not None and at < since


def _time(event: Event) -> dt.datetime:
    receipt = event.receipt
    return event.at if receipt is None else receipt.noticed_at or receipt.received_at


def _apply_all(row: Declaration, now: dt.datetime) -> list[Receipt]:
    """Apply the waiting receipts of a locked declaration, oldest notice first, and save it."""
    waiting = list(row.receipts.filter(state=Receipt.State.RECEIVED))
    waiting.sort(key=lambda each: (each.noticed_at or each.received_at, each.pk))
    actor = system_actor(row.book_id)
    before, numbers = row.state, (row.seq_no, row.entry_no)
    for receipt in waiting:
        _apply(actor, row, receipt, now)
    if waiting:
        row.updated_at = now
        row.save()
    if (row.seq_no, row.entry_no) != numbers:
        index_declarations([row])
    if row.state != before:
        channels = [each.channel for each in waiting]
        audit(
            actor, row, "declaration.receipts", now=now,
            changes={"state": [before, row.state], "channels": [None, channels]},
        )  # fmt: skip
    return waiting


def _apply(actor: Actor, row: Declaration, receipt: Receipt, now: dt.datetime) -> None:
    problem = _contradiction(row, receipt)
    if problem:
        receipt.declaration, receipt.state = None, Receipt.State.UNMATCHED
        receipt.problem = problem.message()[:300]
        receipt.save()
        return
    receipt.applied_at = now
    if same := _same_event(row, receipt):
        receipt.state, receipt.problem = Receipt.State.LATE, _second_copy(same, receipt)
        receipt.save()
        return
    before, known = state_of(row.state), _Round.of(row)
    is_old = known.is_old(receipt) or before is State.VOID
    after = before if is_old else known.state_with(receipt)
    told = receipt.channel not in TARGETS and not is_old
    moves = after is not before
    receipt.state = Receipt.State.APPLIED if moves or told else Receipt.State.LATE
    receipt.save()
    row.state = after.value
    _note_event(actor, row, receipt, before, after, now)
    if is_old:
        return
    if receipt.kind in ("import", "signing"):
        _note_message(row, receipt)
    _take_facts(row, receipt)
    _mark(actor, row, receipt, known, now)
    if moves or told or receipt.channel == "T":
        _tell(actor, row, receipt, now)


def _same_event(row: Declaration, receipt: Receipt) -> Receipt | None:
    """A receipt of the same channel and second that was there before."""
    if receipt.noticed_at is None or receipt.kind != "business":
        return None
    same = row.receipts.filter(
        kind=receipt.kind,
        channel=receipt.channel,
        noticed_at=receipt.noticed_at,
        state__in=_DONE,
    )
    return same.exclude(pk=receipt.pk).order_by("pk").first()


def _second_copy(first: Receipt, second: Receipt) -> str:
    """What to say of the same event in another file: a copy, or one that was edited."""
    names = ("note", "seq_no", "entry_no")
    if all(getattr(first, name) == getattr(second, name) for name in names):
        return (_("与“%(name)s”内容相同，不重复处理") % {"name": first.name})[:300]
    moment = second.noticed_at
    assert moment is not None, "Only timed receipts are the same event."
    at = timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")
    return EDITED.at("", channel=second.channel, at=at, name=first.name).message()[:300]


def _note_event(
    actor: Actor,
    row: Declaration,
    receipt: Receipt,
    before: State,
    after: State,
    now: dt.datetime,
) -> None:
    Event.objects.create(
        declaration=row,
        at=receipt.noticed_at or now,
        action=receipt.channel,
        before=before.value,
        after=after.value,
        note=receipt.note,
        user_id=actor.user_id,
        user_name=actor.name,
        receipt=receipt,
    )


def _note_message(row: Declaration, receipt: Receipt) -> None:
    """A technical receipt settles the message it answers; success stands against any failure."""
    stem = answered_stem(receipt.name)
    messages = row.messages.order_by("-pk")
    message = messages.filter(name=stem).first() if stem else messages.first()
    if message is None:
        return
    if receipt.channel == STORED:
        message.state, message.error = Message.State.TAKEN, ""
    elif receipt.channel == FAILED and not _was_stored(row, message):
        message.state, message.error = Message.State.FAILED, receipt.note[:300]
    message.save(update_fields=["state", "error"])


def _was_stored(row: Declaration, message: Message) -> bool:
    stored = row.receipts.filter(kind="import", channel=STORED, state__in=_DONE)
    return any(answered_stem(each.name) in ("", message.name) for each in stored)


def _take_facts(row: Declaration, receipt: Receipt) -> None:
    """Numbers and days that the receipt brings."""
    facts = _facts_of(receipt)
    row.seq_no = receipt.seq_no or row.seq_no
    row.entry_no = receipt.entry_no or row.entry_no
    if facts is None or receipt.kind != "business":
        return
    target = TARGETS.get(receipt.channel)
    day = timezone.localdate(receipt.noticed_at) if receipt.noticed_at else None
    if facts.declared_on:
        row.declared_on = facts.declared_on
    elif target is State.ACCEPTED and row.declared_on is None:
        row.declared_on = day
    row.moved_on = row.moved_on or facts.moved_on


def _facts_of(receipt: Receipt) -> ReceiptFacts | None:
    """The days of a receipt stand in its content only."""
    try:
        found = read_receipt(receipt.content.encode(), receipt.name)
    except Refused:
        return None
    fits = (
        f for f in found if (f.channel, f.noticed_at) == (receipt.channel, receipt.noticed_at)
    )
    return next(fits, None)


def _mark(
    actor: Actor, row: Declaration, receipt: Receipt, known: _Round, now: dt.datetime
) -> None:
    """What others are told once a round: accepted, released, closed; and every rejection."""
    target = TARGETS.get(receipt.channel)
    is_first = not known.has(target)
    day = timezone.localdate(receipt.noticed_at or now)
    if target is State.ACCEPTED and is_first:
        _keep_accepted(actor, row, now)
        event = DeclarationAccepted(row.pk, row.party_id, row.entry_no)
        announce(row.book_id, event, now=now)
    elif target is State.REJECTED:
        row.reject_count += 1
        rejected = DeclarationRejected(row.pk, row.party_id, receipt.note)
        announce(row.book_id, rejected, now=now)
    elif target is State.RELEASED:
        row.released_on = min(row.released_on or day, day)
        if is_first:
            released = DeclarationReleased(row.pk, row.party_id, row.entry_no, day.isoformat())
            announce(row.book_id, released, now=now)
    elif target is State.CLOSED:
        row.closed_on = min(row.closed_on or day, day)
        if is_first:
            closed = DeclarationClosed(row.pk, row.party_id, row.entry_no, day.isoformat())
            announce(row.book_id, closed, now=now)


def _keep_accepted(actor: Actor, row: Declaration, now: dt.datetime) -> None:
    sent = row.revisions.filter(step="sent").order_by("-pk").first()
    keep_revision(actor, row, "accepted", now=now, document=sent.document if sent else None)


def _tell(actor: Actor, row: Declaration, receipt: Receipt, now: dt.datetime) -> None:
    """The maker and the sender hear what they have to act upon."""
    target = TARGETS.get(receipt.channel)
    texts = {
        State.REJECTED: _("报关单 %(number)s 被海关退单：%(note)s"),
        State.INSPECTION: _("报关单 %(number)s 需要查验：%(note)s"),
        State.TAX_DUE: _("报关单 %(number)s 需要缴纳税费：%(note)s"),
        State.RELEASED: _("报关单 %(number)s 已放行"),
        State.PICKED_UP: _("报关单 %(number)s 已提货放行，请在期限内完整申报"),
        State.SUSPENDED: _("报关单 %(number)s 被海关挂起：%(note)s"),
        State.DELETED: _("报关单 %(number)s 已被海关删单：%(note)s"),
    }
    by_channel = {
        FAILED: _("报关单 %(number)s 的报文没有被接收：%(note)s"),
        "M": _("报关单 %(number)s 由海关重审：%(note)s"),
        "N": _("报关单 %(number)s 需要重传文件：%(note)s"),
        "Sp1": _("报关单 %(number)s 需要补充申报：%(note)s"),
    }
    text = by_channel.get(receipt.channel) or (texts.get(target) if target else None)
    if text:
        note = receipt.note or "—"
        tell(row, (row.owner_id, row.sender_id), text, now=now, by=actor, note=note)


def _dealt_with(receipt: Receipt) -> Problem:
    return NOT_AGAIN.at(
        "", what_zh="回执", what_en="Receipt", name=receipt.name,
        found=receipt.get_state_display(), found_en=receipt.state, action_zh="再对应到报关单",
        action_en="matched again",
    )  # fmt: skip
