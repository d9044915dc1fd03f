"""Everything that happened to a declaration, newest first: steps, receipts, messages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from guanzhang.customs.domain.states import Action, State
from guanzhang.customs.models import Declaration, Event, Message, Receipt
from guanzhang.kernel.actor import Actor
from guanzhang.reference.domain.view import Reference

_TITLES: dict[str, Promise] = {
    "created": lazy("新建"),
    "amended": lazy("修改已生效"),
    "withdrawn": lazy("撤销已生效"),
    "answered": lazy("海关答复"),
    "amend_started": lazy("提出修改申请"),
    "withdraw_started": lazy("提出撤销申请"),
    "complete_started": lazy("开始完整申报"),
    "imported": lazy("由报文导入"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``content`` is a file as it came or went."""

    at: dt.datetime
    kind: str  # step | receipt | message
    title: str
    who: str = ""
    note: str = ""
    before: str = ""
    after: str = ""
    detail: str = ""
    content: str = ""
    name: str = ""
    url: str = ""


def timeline_of(row: Declaration, actor: Actor, reference: Reference) -> list[Entry]:
    """Events with their receipts, receipts that changed nothing, and messages."""
    entries = [
        _event(event, actor, reference)
        for event in row.events.select_related("receipt").order_by("pk")
    ]
    told = {event.receipt_id for event in row.events.all()}
    entries += [_receipt(r, reference) for r in row.receipts.all() if r.pk not in told]
    entries += [_message(message) for message in row.messages.all()]
    # Within one moment the later of two stands above, as everywhere.
    entries.reverse()
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _event(event: Event, actor: Actor, reference: Reference) -> Entry:
    receipt = event.receipt
    return Entry(
        at=event.at,
        kind="receipt" if receipt else "step",
        title=_title(event, actor, reference),
        who=event.user_name,
        note=event.note,
        before=_state(event.before, actor),
        after=_state(event.after, actor),
        content=receipt.content if receipt else "",
        name=receipt.name if receipt else "",
    )


def _title(event: Event, actor: Actor, reference: Reference) -> str:
    action = Action.parse(event.action)
    if action is not None and not event.receipt_id:
        return action.label(actor.language)
    if event.action in _TITLES:
        return str(_TITLES[event.action])
    channel = reference.row("receipt_channel", event.action)
    return _("回执：%(name)s") % {"name": channel.name if channel else event.action}


def _receipt(receipt: Receipt, reference: Reference) -> Entry:
    channel = reference.name("receipt_channel", receipt.channel) if receipt.channel else ""
    return Entry(
        at=receipt.received_at,
        kind="receipt",
        title=_("回执：%(name)s") % {"name": channel or receipt.name},
        note=receipt.note,
        detail=str(receipt.get_state_display()),
        content=receipt.content,
        name=receipt.name,
    )


def _message(message: Message) -> Entry:
    return Entry(
        at=message.written_at or message.created_at,
        kind="message",
        title=_("报文 %(name)s") % {"name": message.name},
        who=message.user_name,
        note=message.error,
        detail=str(message.get_state_display()),
        url=_download(message),
    )


def _download(message: Message) -> str:
    try:
        return reverse("message-file", args=[message.pk])
    except NoReverseMatch:
        return ""


def _state(code: str, actor: Actor) -> str:
    state = State.parse(code) if code else None
    return state.label(actor.language) if state else code
