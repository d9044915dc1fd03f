"""Amendment, withdrawal and completion of what customs has accepted: documents linked to the original.

The original does not change until customs has answered. Old and new value of every field stay known
(``queries.amended_values``).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from guanzhang.customs.domain.amending import AmendKind, amended, merged, why_not
from guanzhang.customs.domain.states import State, state_of
from guanzhang.customs.models import Declaration
from guanzhang.customs.services.base import (
    add_event,
    audit,
    bounded_changes,
    keep_revision,
    locked_declaration,
    need_reason,
    state_change,
)
from guanzhang.customs.services.figures import write_figures
from guanzhang.customs.services.notices import tell
from guanzhang.customs.services.storing import (
    blank_declaration,
    fill,
    next_numbers,
    store_goods,
)
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity

NOT_POSSIBLE = Kind(
    "CUS-1003", Severity.ERROR,
    "报关单 {number} 现在是“{found}”，不能{kind}：{why}。",
    "Declaration {number} is “{found_en}”; {kind_en} is not possible: {why_en}.",
    "海关法 art. 26",
)  # fmt: skip
ONE_IS_OPEN = Kind(
    "CUS-1004", Severity.ERROR,
    "报关单 {number} 已有未办结的{kind} {other}，请先办结或作废它。",
    "Declaration {number} has {kind_en} {other} under way; finish or void it first.",
)  # fmt: skip
NO_ANSWER = Kind(
    "CUS-1005", Severity.ERROR,
    "{number} 现在是“{found}”，只有已申报的修改或撤销申请可以登记海关答复。",
    "{number} is “{found_en}”; customs' answer is recorded for declared amendments and withdrawals.",
)  # fmt: skip
_FINISHED = tuple(
    state.value
    for state in (State.VOID, State.DELETED, State.REJECTED, State.CLOSED, State.ARCHIVED)
)


def amend(
    actor: Actor,
    declaration_id: int,
    *,
    kind: str,
    reason: str,
    now: dt.datetime,
    reason_code: str = "",
) -> Declaration:
    """A draft linked to a declaration that customs has accepted; it goes through review like any.

    ``kind``: amend | withdraw | complete (the second step of a two-step import). One at a time.
    """
    wanted = AmendKind.parse(kind)
    assert wanted is not None, kind
    need_reason(reason, zh="原因", en="the reason")
    with transaction.atomic():
        original = locked_declaration(actor, declaration_id, "declaration.edit")
        _refuse(original, wanted)
        row = blank_declaration(actor, now=now)
        row.party_id, row.amends, row.amend_kind = original.party_id, original, wanted.value
        row.number, client_no = next(next_numbers(actor.book_id, 1, now=now))
        fill(row, amended(original.document, wanted), client_no=client_no)
        row.save()
        store_goods(row)
        write_figures(row, now=now)
        said = f"[{reason_code}] {reason}" if reason_code else reason
        add_event(actor, row, "created", note=f"{wanted.zh} {original.number}：{said}", now=now)
        add_event(
            actor, original, f"{wanted.value}_started", note=f"{row.number}：{said}", now=now
        )
        audit(
            actor, row, "declaration.amend_started", now=now, reason=said,
            changes={"kind": wanted.value, "reason_code": reason_code, "original": original.number},
        )  # fmt: skip
        return row


def record_answer(
    actor: Actor, declaration_id: int, *, accepted: bool, note: str, now: dt.datetime
) -> Declaration:
    """What customs said to a declared amendment or withdrawal.

    Accepted, an amendment becomes the content of its original, whose earlier content is kept as a
    revision; a withdrawal deletes its original. Refused, both stay as they are.
    """
    need_reason(note, zh="海关答复", en="customs' answer")
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.send")
        state = state_of(row.state)
        if row.amend_kind not in ("amend", "withdraw") or state not in _ANSWERED:
            raise Refused(
                [NO_ANSWER.at("", number=row.number, found=state.zh, found_en=state.en)]
            )
        assert row.amends_id is not None
        original = Declaration.objects.select_for_update().get(pk=row.amends_id)
        row.state = (State.CLOSED if accepted else State.REJECTED).value
        row.updated_at = now
        row.reject_count += not accepted
        row.save()
        add_event(actor, row, "answered", before=state.value, note=note, now=now)
        changes = _apply(actor, original, row, note, now=now) if accepted else {}
        tell(
            row, (row.prepared_by_id, row.owner_id), _("%(number)s 的海关答复：%(note)s"), now=now,
            by=actor, note=note,
        )  # fmt: skip
        if changes:
            audit(actor, original, "declaration.amended", now=now, changes=changes, reason=note)
        audit(
            actor, row, "declaration.answered", now=now, reason=note,
            changes=state_change(state.value, row.state),
        )  # fmt: skip
        return row


_ANSWERED = (State.DECLARED, State.ACCEPTED, State.SUSPENDED, State.EXAMINED)


def _refuse(original: Declaration, kind: AmendKind) -> None:
    state = state_of(original.state)
    facts = {
        "number": original.number, "found": state.zh, "found_en": state.en, "kind": kind.zh,
        "kind_en": kind.en,
    }  # fmt: skip
    if why := why_not(
        state, original.document, kind, is_amendment=original.amends_id is not None
    ):
        raise Refused([NOT_POSSIBLE.at("", why=why[0], why_en=why[1], **facts)])
    under_way = original.amendments.exclude(state__in=_FINISHED)
    if other := under_way.order_by("pk").first():
        raise Refused([ONE_IS_OPEN.at("", other=other.number, **facts)])


def _apply(
    actor: Actor, original: Declaration, row: Declaration, note: str, *, now: dt.datetime
) -> dict[str, object]:
    """The effect of an accepted application on its original; what the trail says of it."""
    before = original.state
    keep_revision(actor, original, "before", now=now)
    if row.amend_kind == "withdraw":
        original.state = State.DELETED.value
        changes: dict[str, object] = {**state_change(before, original.state)}
        add_event(actor, original, "withdrawn", before=before, note=note, now=now)
    else:
        new = merged(original.document, row.document)
        changes = bounded_changes(original.document, new)
        fill(original, new, client_no=original.client_no)
        original.revision += 1
        add_event(actor, original, "amended", note=f"{row.number}：{note}", now=now)
    original.updated_at = now
    original.save()
    if row.amend_kind == "amend":
        original.goods.all().delete()
        store_goods(original)
        write_figures(original, now=now)
    return changes
