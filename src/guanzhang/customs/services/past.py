"""Declarations with their whole past, many at once: taken over from another system, or the demo's.

What happened is told as moments; they are replayed by the rules of ``domain.states`` and
``domain.flow``, so that a past no declaration can have is refused. What a step leaves behind is what
the single steps of this module leave: events, revisions, messages, receipts, figures, used goods.
Nobody is notified and nothing is announced: it is long over.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from guanzhang.customs.domain.columns import GOODS_COLUMNS, goods_of, kept
from guanzhang.customs.domain.declaration import number
from guanzhang.customs.domain.document import Document, digest
from guanzhang.customs.domain.flow import STORED, TARGETS, next_by_receipt
from guanzhang.customs.domain.receipts import ReceiptFacts, read_receipt
from guanzhang.customs.domain.states import Action, State, next_state, state_of
from guanzhang.customs.domain.usedgoods import key_of, remembered, search_text
from guanzhang.customs.domain.xml import write_message
from guanzhang.customs.models import (
    Declaration,
    Event,
    GoodsLine,
    Message,
    Receipt,
    Revision,
    UsedGoods,
)
from guanzhang.customs.search import index_declarations
from guanzhang.customs.services.base import not_now
from guanzhang.customs.services.figures import set_deadline
from guanzhang.customs.services.storing import (
    Clients,
    as_document,
    blank_declaration,
    fill,
    next_numbers,
)
from guanzhang.customs.taxes import line_figures, tax_of
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.kernel.problem import Refused
from guanzhang.org.domain.policy import may
from guanzhang.storage import pinyin
from guanzhang.storage.bulk import chunks, insert_rows
from guanzhang.trail.services import record

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing of the past, in order: what ``who`` wrote and did, or a file that came back."""

    at: dt.datetime
    who: Actor | None = None
    action: Action | None = None
    document: Document | None = None  # written before the action
    receipt: tuple[str, bytes] | None = None  # name and content of one receipt
    note: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """A declaration as it was entered, by whom and when, and what happened then."""

    document: Document
    maker: Actor
    at: dt.datetime
    moments: Sequence[Moment]


@dataclass(frozen=True, slots=True)
class _Approval:
    """What the library of a client's goods remembers of a declaration."""

    book_id: int
    party_id: int | None
    direction: str
    on: dt.date
    document: Document


@dataclass(slots=True)
class _Kept:
    """Rows to be written once their declaration has its key."""

    row: Declaration
    events: list[dict[str, Any]] = field(default_factory=list)
    revisions: list[dict[str, Any]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    approval: _Approval | None = None


def enter_past(
    actor: Actor, pasts: Iterable[Past], *, now: dt.datetime, source: str = ""
) -> list[Declaration]:
    """Declarations with their past, numbered in the order in which they were entered, all or none.

    Refuses a step that its state does not allow. One audit record tells of all of them.
    """
    if not may(actor, "declaration.edit"):
        raise Http404
    entered: list[Declaration] = []
    approvals: list[_Approval] = []
    with transaction.atomic():
        for part in chunks(sorted(pasts, key=lambda past: past.at), CHUNK):
            found = _enter(actor, part, now)
            entered += [each.row for each in found]
            approvals += [each.approval for each in found if each.approval]
        _remember(approvals)
        if entered:
            record(
                actor, "declaration.entered", now=now, object_type="declaration", label=source,
                changes={"count": len(entered), "numbers": [entered[0].number, entered[-1].number]},
            )  # fmt: skip
    return entered


def _enter(actor: Actor, pasts: Sequence[Past], now: dt.datetime) -> list[_Kept]:
    documents = [as_document(past.document) for past in pasts]
    clients = Clients(actor, documents)
    numbers = _numbers(actor.book_id, pasts)
    kept_rows = []
    for past, document, (number_, client_no) in zip(pasts, documents, numbers, strict=True):
        row = blank_declaration(past.maker, now=past.at)
        row.number = number_
        row.error_count = row.warning_count = 0
        fill(row, document, client_no=client_no)
        row.party_id = clients.find(document)
        kept_rows.append(_Replay(row, past).run())
    _store(kept_rows, now)
    return kept_rows


def _numbers(book_id: int, pasts: Sequence[Past]) -> list[tuple[str, str]]:
    """Numbers of the years in which the declarations were entered."""
    per_year: dict[int, list[int]] = defaultdict(list)
    for place, past in enumerate(pasts):
        per_year[timezone.localtime(past.at).year].append(place)
    found: dict[int, tuple[str, str]] = {}
    for places in per_year.values():
        given = next_numbers(book_id, len(places), now=pasts[places[0]].at)
        found |= dict(zip(places, given, strict=True))
    return [found[place] for place in range(len(pasts))]


# --- replaying ------------------------------------------------------------------------------------


class _Replay:
    """One declaration's past, moment by moment, in memory."""

    def __init__(self, row: Declaration, past: Past) -> None:
        self.row, self.past, self.kept = row, past, _Kept(row)

    def run(self) -> _Kept:
        self._event(self.past.maker, self.past.at, "created", "", "")
        for moment in self.past.moments:
            if moment.document is not None:
                self._write(moment.document)
            if moment.receipt is not None:
                self._receive(moment)
            elif moment.action is not None:
                self._act(moment, moment.action)
            self.row.updated_at = moment.at
        return self.kept

    def _write(self, document: Document) -> None:
        fill(self.row, as_document(document), client_no=self.row.client_no)
        self.row.revision += 1

    def _act(self, moment: Moment, action: Action) -> None:
        row, before = self.row, state_of(self.row.state)
        after = next_state(before, action)
        if after is None:
            raise Refused([not_now(row, action)])
        row.state = after.value
        who = moment.who or self.past.maker
        self._event(who, moment.at, action.value, before.value, moment.note)
        if effect := _EFFECTS.get(action):
            effect(self, who, moment)

    def _submitted(self, who: Actor, moment: Moment) -> None:
        self.row.prepared_by_id = who.user_id
        self._clear_approval()
        self._revision(who, moment.at, "submitted", self.row.document)

    def _passed(self, who: Actor, moment: Moment) -> None:
        self.row.first_reviewer_id = who.user_id
        self.row.approved_sha256 = self.row.sha256
        row, day = self.row, timezone.localdate(moment.at)
        self.kept.approval = _Approval(
            row.book_id, row.party_id, row.direction, day, row.document
        )
        self._revision(who, moment.at, "approved", self.row.document)

    def _returned(self, _who: Actor, _moment: Moment) -> None:
        self.row.return_count += 1
        self._clear_approval()

    def _sent(self, who: Actor, moment: Moment) -> None:
        row = self.row
        row.sender_id = who.user_id
        sign = {"OperType": "G", "OperName": who.name[:30], "DomainId": "1"}
        document = {**row.document, "DecSign": {**row.document.get("DecSign", {}), **sign}}
        self._revision(who, moment.at, "sent", document)
        xml = write_message(document)
        self.kept.messages.append(
            Message(
                operation="G",
                revision=row.revision,
                xml=xml.decode(),
                sha256=hashlib.sha256(xml).hexdigest(),
                state=Message.State.TAKEN,
                attempts=1,
                user_id=who.user_id,
                user_name=who.name,
                created_at=moment.at,
                written_at=moment.at,
            )
        )

    def _declared(self, who: Actor, moment: Moment) -> None:
        self.row.declared_on = self.row.declared_on or timezone.localdate(moment.at)
        self._revision(who, moment.at, "declared", self.row.document)

    def _reopened(self, _who: Actor, _moment: Moment) -> None:
        self._clear_approval()
        self.row.declared_on = None

    def _clear_approval(self) -> None:
        self.row.first_reviewer_id = self.row.second_reviewer_id = None
        self.row.approved_sha256 = ""

    def _receive(self, moment: Moment) -> None:
        assert moment.receipt is not None
        name, data = moment.receipt
        (facts,) = read_receipt(data, name)
        row, before = self.row, state_of(self.row.state)
        after = next_by_receipt(before, facts.channel)
        told = facts.channel not in TARGETS
        receipt = Receipt(
            book_id=row.book_id, name=name[-255:], sha256=hashlib.sha256(data).hexdigest(),
            content=data.decode(), kind=facts.kind, channel=facts.channel, seq_no=facts.seq_no,
            entry_no=facts.entry_no, client_no=facts.client_no, noticed_at=facts.noticed_at,
            note=facts.note[:500], received_at=moment.at, applied_at=moment.at,
            state=Receipt.State.APPLIED if after or told else Receipt.State.LATE,
        )  # fmt: skip
        self.kept.receipts.append(receipt)
        row.state = (after or before).value
        system = system_actor(row.book_id)
        at = facts.noticed_at or moment.at
        self._event(system, at, facts.channel, before.value, facts.note, receipt)
        self._take(facts, at, system)

    def _take(self, facts: ReceiptFacts, at: dt.datetime, system: Actor) -> None:
        row, day = self.row, timezone.localdate(at)
        row.seq_no, row.entry_no = facts.seq_no or row.seq_no, facts.entry_no or row.entry_no
        target = TARGETS.get(facts.channel)
        if facts.channel == STORED:
            return
        if target is State.ACCEPTED:
            row.declared_on = facts.declared_on or row.declared_on or day
            self._revision(system, at, "accepted", row.document)
        elif target is State.REJECTED:
            row.reject_count += 1
        elif target is State.RELEASED:
            row.released_on = row.released_on or day
        elif target is State.CLOSED:
            row.closed_on = row.closed_on or day

    def _event(
        self,
        who: Actor,
        at: dt.datetime,
        action: str,
        before: str,
        note: str,
        receipt: Receipt | None = None,
    ) -> None:
        self.kept.events.append(
            {"at": at, "action": action, "before": before, "note": note[:500],
             "after": self.row.state if before else "", "user_id": who.user_id,
             "user_name": who.name, "receipt": receipt}
        )  # fmt: skip

    def _revision(self, who: Actor, at: dt.datetime, step: str, document: Document) -> None:
        same = document is self.row.document
        self.kept.revisions.append(
            {"revision": self.row.revision, "step": step, "document": document,
             "sha256": self.row.sha256 if same else digest(document), "user_id": who.user_id,
             "user_name": who.name, "at": at}
        )  # fmt: skip


_Effect = Callable[[_Replay, Actor, Moment], None]
_EFFECTS: Mapping[Action, _Effect] = {
    Action.SUBMIT: _Replay._submitted,  # noqa: SLF001 - of this very module
    Action.PASS: _Replay._passed,  # noqa: SLF001
    Action.RETURN: _Replay._returned,  # noqa: SLF001
    Action.SEND: _Replay._sent,  # noqa: SLF001
    Action.MARK_DECLARED: _Replay._declared,  # noqa: SLF001
    Action.REOPEN: _Replay._reopened,  # noqa: SLF001
}


# --- writing --------------------------------------------------------------------------------------

_EVENT = ("at", "action", "before", "after", "note", "user_id", "user_name")
_REVISION = ("revision", "step", "document", "sha256", "user_id", "user_name", "at")


def _store(found: Sequence[_Kept], now: dt.datetime) -> None:
    for each in found:
        set_deadline(each.row, now=now)
    lines = _taxes([each.row for each in found])
    rows = Declaration.objects.bulk_create(each.row for each in found)
    insert_rows(
        GoodsLine,
        ("declaration_id", *GOODS_COLUMNS, "value_cny", "duty_cny"),
        (
            (row.pk, *line, *tax)
            for row, taxes in zip(rows, lines, strict=True)
            for line, tax in zip(goods_of(row.document), taxes, strict=True)
        ),
    )
    for each in found:
        for count, message in enumerate(each.messages, 1):
            message.declaration = each.row
            message.name = f"{each.row.client_no}-{each.row.pk}-{count}"
        for receipt in each.receipts:
            receipt.declaration = each.row
    Message.objects.bulk_create(m for each in found for m in each.messages)
    Receipt.objects.bulk_create(r for each in found for r in each.receipts)
    insert_rows(
        Event,
        ("declaration_id", "receipt_id", *_EVENT),
        (
            (each.row.pk, e["receipt"] and e["receipt"].pk, *(e[name] for name in _EVENT))
            for each in found
            for e in each.events
        ),
    )
    insert_rows(
        Revision,
        ("declaration_id", *_REVISION),
        ((each.row.pk, *(r[n] for n in _REVISION)) for each in found for r in each.revisions),
    )
    index_declarations(rows, are_new=True)


def _taxes(rows: Sequence[Declaration]) -> list[list[tuple[Any, Any]]]:
    """Write value and tax of each declaration as of its day; (value, tax) of each of its lines."""
    found = []
    for row in rows:
        sheet = tax_of(row, on=timezone.localdate(row.updated_at))
        row.value_cny, row.tax_cny = sheet.value_cny, sheet.total
        found.append(list(line_figures(sheet)))
    return found


def _remember(approvals: Sequence[_Approval]) -> None:
    """The clients' libraries, brought up to date as if each declaration had been approved in turn."""
    parties = {each.party_id for each in approvals if each.party_id}
    known: dict[tuple[Any, ...], UsedGoods] = {}
    for part in chunks(sorted(parties), 400):
        for goods in UsedGoods.objects.filter(party_id__in=part):
            key = (goods.party_id, goods.direction, goods.hs_code, goods.name, goods.article_no)
            known[key] = goods
    touched: dict[tuple[Any, ...], UsedGoods] = {}
    for each in sorted(approvals, key=lambda one: one.on):
        for line in each.document.get("DecLists") or ():
            if each.party_id is None or (goods_key := key_of(line)) is None:
                continue
            key = (each.party_id, each.direction, *goods_key)
            if key not in known:
                known[key] = UsedGoods(
                    book_id=each.book_id, party_id=each.party_id, direction=each.direction,
                    hs_code=goods_key[0], name=goods_key[1], article_no=goods_key[2], uses=0,
                )  # fmt: skip
            goods = touched[key] = known[key]
            goods.uses += 1
            goods.row, goods.used_on = remembered(line), each.on
            goods.search = search_text(goods_key, line, _spoken(goods_key[1]))
            goods.last_price = kept(number(line.get("DeclPrice", "")), 4)
            goods.currency = line.get("TradeCurr", "")[:3]
    again = [goods for goods in touched.values() if goods.pk]
    UsedGoods.objects.bulk_create(goods for goods in touched.values() if not goods.pk)
    UsedGoods.objects.bulk_update(
        again, ["uses", "row", "search", "last_price", "currency", "used_on"], batch_size=100
    )


@cache
def _spoken(name: str) -> tuple[str, ...]:
    spelled = pinyin.spellings(name)
    return tuple(word for initials, parts in spelled for word in (initials, "".join(parts)))
