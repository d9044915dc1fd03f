"""Powers of attorney between clients and the broker (代理报关委托)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from guanzhang.customs.models import Mandate
from guanzhang.customs.services.base import need_reason
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Problem, Refused, Severity
from guanzhang.org.domain.policy import may
from guanzhang.org.scope import scope_q
from guanzhang.parties.queries import party_for
from guanzhang.trail.services import changes_between, record

BAD_NUMBER = Kind(
    "CUS-947", Severity.ERROR,
    "委托协议编号应为 17 位数字，录入的是“{found}”（{length} 位）。",
    "An agreement number has 17 digits; “{found}” has {length} characters.", "practice",
)  # fmt: skip
NUMBER_TAKEN = Kind(
    "CUS-948", Severity.ERROR,
    "委托协议编号 {found} 已登记在“{other}”名下。",
    "Agreement {found} is already registered for “{other}”.",
)  # fmt: skip
BAD_DAYS = Kind(
    "CUS-949", Severity.ERROR,
    "截止日 {valid_to} 早于生效日 {valid_from}，请核对。",
    "The last day {valid_to} is before the first day {valid_from}.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MandateData:
    """What people write about a mandate. ``direction`` "" is both; ``valid_to`` is the last day."""

    party_id: int
    number: str
    kind: str
    valid_from: dt.date
    valid_to: dt.date
    direction: str = ""
    note: str = ""


def add_mandate(actor: Actor, data: MandateData, *, now: dt.datetime) -> Mandate:
    """Register a mandate of a client in the actor's reach (404 otherwise)."""
    party = _client(actor, data.party_id)
    with transaction.atomic():
        _refuse(actor, data)
        mandate = Mandate(book_id=actor.book_id, party=party, created_at=now)
        _write(mandate, data)
        mandate.save()
        after = _facts(mandate)
        _record(actor, mandate, "mandate.created", changes_between({}, after), now=now)
        return mandate


def change_mandate(
    actor: Actor, mandate_id: int, data: MandateData, *, now: dt.datetime
) -> Mandate:
    """Correct a mandate that is not cancelled; its client stays."""
    with transaction.atomic():
        mandate = _locked(actor, mandate_id)
        _refuse(actor, data, mandate)
        before = _facts(mandate)
        _write(mandate, data)
        changes = changes_between(before, _facts(mandate))
        if changes:
            mandate.save()
            _record(actor, mandate, "mandate.changed", changes, now=now)
        return mandate


def cancel_mandate(actor: Actor, mandate_id: int, *, reason: str, now: dt.datetime) -> Mandate:
    """Cancel a mandate; declarations that name it are warned from now on."""
    need_reason(reason, zh="撤销原因", en="the reason")
    with transaction.atomic():
        mandate = _locked(actor, mandate_id)
        mandate.is_cancelled = True
        mandate.save(update_fields=["is_cancelled"])
        changes: dict[str, list[object]] = {"is_cancelled": [False, True]}
        _record(actor, mandate, "mandate.cancelled", changes, now=now, reason=reason)
        return mandate


def _client(actor: Actor, party_id: int) -> Any:  # noqa: ANN401 - parties.Party
    if not may(actor, "mandate.edit"):
        raise Http404
    return party_for(actor, party_id)


def _locked(actor: Actor, mandate_id: int) -> Mandate:
    rows = Mandate.objects.select_for_update(of=("self",)).filter(
        scope_q(actor, "mandate.edit", path="party__"), is_cancelled=False, pk=mandate_id
    )
    mandate = rows.select_related("party").first()
    if mandate is None:
        raise Http404
    return mandate


def _refuse(actor: Actor, data: MandateData, mandate: Mandate | None = None) -> None:
    found: list[Problem] = []
    number = data.number.strip()
    if len(number) != 17 or not (number.isascii() and number.isdigit()):
        found.append(BAD_NUMBER.at("number", found=number[:40], length=len(number)))
    if data.valid_to < data.valid_from:
        found.append(
            BAD_DAYS.at("valid_to", valid_from=data.valid_from, valid_to=data.valid_to)
        )
    same = Mandate.objects.filter(book_id=actor.book_id, number=number)
    if mandate:
        same = same.exclude(pk=mandate.pk)
    other = same.select_related("party").first()
    if other:
        visible = scope_q(actor, "mandate.edit", path="party__")
        seen = Mandate.objects.filter(visible, pk=other.pk).exists()
        name = other.party.name if seen else _("其他客户")
        found.append(NUMBER_TAKEN.at("number", found=number, other=name))
    if found:
        raise Refused(found)


def _write(mandate: Mandate, data: MandateData) -> None:
    mandate.number, mandate.kind, mandate.direction = (
        data.number.strip(),
        data.kind,
        data.direction,
    )
    mandate.valid_from, mandate.valid_to = data.valid_from, data.valid_to
    mandate.note = data.note.strip()[:200]


def _facts(mandate: Mandate) -> dict[str, object]:
    names = ("number", "kind", "direction", "valid_from", "valid_to", "note")
    return {"party": mandate.party.name, **{name: getattr(mandate, name) for name in names}}


def _record(
    actor: Actor,
    mandate: Mandate,
    action: str,
    changes: dict[str, list[object]],
    *,
    now: dt.datetime,
    reason: str = "",
) -> None:
    record(
        actor, action, now=now, object_type="mandate", object_id=mandate.pk, label=mandate.number,
        changes=changes, reason=reason,
    )  # fmt: skip
