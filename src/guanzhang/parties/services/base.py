"""What the use cases of this module share: find under a lock, refuse, record and announce."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.http import Http404

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.org.scope import scope_q
from guanzhang.parties.completeness import Around, completeness
from guanzhang.parties.data import FieldSpec, PartyData
from guanzhang.parties.events import PartyChanged
from guanzhang.parties.models import CustomField, Party
from guanzhang.trail.services import announce, record

PLAIN_FIELDS = (
    "code", "kind", "is_customer", "is_supplier", "name", "short_name", "english_name",
    "former_names", "usc_code", "customs_code", "id_card", "industry", "region", "scale",
    "staff_count", "annual_revenue", "total_assets", "registered_capital", "established_on",
    "customs_credit", "customs_kind", "source", "website", "note",
)  # fmt: skip


def locked_party(actor: Actor, party_id: int, action: str) -> Party:
    """The party, locked until the commit, when the actor may do ``action`` to it; 404 otherwise."""
    rows = Party.objects.select_for_update(of=("self",)).select_related("owner", "department")
    party = rows.filter(scope_q(actor, action), pk=party_id).first()
    if party is None:
        raise Http404
    return party


def data_of(party: Party) -> PartyData:
    """What people wrote about a stored party; change it with ``dataclasses.replace``."""
    return PartyData(
        **{name: getattr(party, name) for name in PLAIN_FIELDS},
        custom=dict(party.custom),
        owner_id=party.owner_id,
        department_id=party.department_id,
    )


def refuse(problems: Iterable[Problem], acknowledged: Collection[str] = ()) -> list[str]:
    """Refuse errors, and warnings nobody has acknowledged by code; returns the acknowledged codes.

    The refusal names them all, so that a form shows everything at once.
    """
    found = list(problems)
    if any(p.is_error or p.kind.code not in acknowledged for p in found):
        raise Refused(found)
    return sorted({p.kind.code for p in found})


def field_specs(book_id: int) -> tuple[FieldSpec, ...]:
    """The custom fields of a book, in order, as the checks take them."""
    return tuple(
        FieldSpec(f.key, f.label, f.type, tuple(f.choices), f.is_required)
        for f in CustomField.objects.filter(book_id=book_id).order_by("position", "pk")
    )


def around(party: Party) -> Around:
    contacts = list(party.contacts.values_list("mobile", "phone"))
    return Around(
        contact=bool(contacts),
        telephone=any(mobile or phone for mobile, phone in contacts),
        address=party.addresses.exists(),
    )


def refresh_completeness(party: Party) -> None:
    """Write the percentage again after a contact or an address came or went."""
    percent = completeness(data_of(party), around(party)).percent
    if percent != party.completeness:
        party.completeness = percent
        party.save(update_fields=["completeness"])


def note_change(
    actor: Actor,
    party: Party,
    action: str,
    *,
    now: dt.datetime,
    fields: Iterable[str],
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """One audit record and one event for a change of a party or of what belongs to it."""
    record(
        actor, action, now=now, object_type="party", object_id=party.pk, label=party.name,
        changes=changes, reason=reason,
    )  # fmt: skip
    announce(actor.book_id, PartyChanged(party.pk, tuple(fields)), now=now)
