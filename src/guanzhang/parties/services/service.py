"""Service records: what was spoken with a customer, and what comes next (服务记录)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import Http404

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.org.scope import scope_q
from guanzhang.parties.checks import NO_TEXT, TOO_LONG, check_service
from guanzhang.parties.data import ServiceData, as_dict
from guanzhang.parties.models import ServiceRecord
from guanzhang.parties.services.base import locked_party, note_change, refuse

OTHER_CONTACT = Kind(
    "PTY-170",
    Severity.ERROR,
    "联系人不属于这家单位，请重新选择。",
    "The contact is not of this party; choose another.",
)
CLOSED_ALREADY = Kind(
    "PTY-171", Severity.ERROR,
    "这条记录已于 {found} 办结，不能再次办结。", "This record was closed on {found} already.",
)  # fmt: skip


def record_service(
    actor: Actor, party_id: int, data: ServiceData, *, now: dt.datetime
) -> ServiceRecord:
    """Write down a call, visit or complaint.

    A complaint, and anything with a next step, stays open until ``close_service``; the rest is
    closed as it is written.
    """
    with transaction.atomic():
        party = locked_party(actor, party_id, "service.edit")
        data = data.tidied()
        found = list(check_service(data, now))
        if data.contact_id and not party.contacts.filter(pk=data.contact_id).exists():
            found.append(OTHER_CONTACT.at("contact_id"))
        refuse(found)
        is_open = data.kind == ServiceRecord.Kind.COMPLAINT or bool(data.next_action)
        row = ServiceRecord.objects.create(
            book_id=party.book_id, party=party, **as_dict(data),
            closed_at=None if is_open else now,
            user_id=actor.user_id, user_name=actor.name, created_at=now,
        )  # fmt: skip
        note_change(
            actor, party, "service.recorded", now=now, fields=("service_records",),
            changes={
                "kind": [None, data.kind],
                "next_action": [None, data.next_action],
                "next_due_on": [None, data.next_due_on],
            },
        )  # fmt: skip
        return row


def close_service(
    actor: Actor,
    record_id: int,
    result: str,
    *,
    now: dt.datetime,
    following: ServiceData | None = None,
) -> ServiceRecord:
    """Close an open record with its result; ``following`` records what comes after in the same stroke."""
    with transaction.atomic():
        rows = ServiceRecord.objects.filter(scope_q(actor, "service.edit", path="party__"))
        seen = rows.filter(pk=record_id).first()
        if seen is None:
            raise Http404
        party = locked_party(actor, seen.party_id, "service.edit")
        row = ServiceRecord.objects.select_for_update().get(pk=record_id)
        result = result.strip()
        if row.closed_at:
            raise Refused([CLOSED_ALREADY.at("result", found=f"{row.closed_at:%Y-%m-%d}")])
        if not result:
            raise Refused([NO_TEXT.at("result")])
        if len(result) > 300:
            raise Refused([TOO_LONG.at("result", found=len(result), expected=300)])
        before = row.result
        row.result, row.closed_at = result, now
        row.save(update_fields=["result", "closed_at"])
        note_change(
            actor, party, "service.closed", now=now, fields=("service_records",),
            changes={"result": [before, result]},
        )  # fmt: skip
        if following:
            record_service(actor, party.pk, following, now=now)
        return row
