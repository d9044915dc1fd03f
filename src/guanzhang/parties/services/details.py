"""Contacts, addresses and bank accounts of a party; and showing what is masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from guanzhang.kernel.actor import Actor
from guanzhang.parties.checks import check_account, check_address, check_contact
from guanzhang.parties.data import AccountData, AddressData, ContactData, as_dict
from guanzhang.parties.masking import masked_values
from guanzhang.parties.models import Address, BankAccount, Contact, Party
from guanzhang.parties.services.base import (
    locked_party,
    note_change,
    refresh_completeness,
    refuse,
)
from guanzhang.trail.services import changes_between, record

Detail = Contact | Address | BankAccount
_RELATED = {Contact: "contacts", Address: "addresses", BankAccount: "bank_accounts"}
_NAMES = {Contact: "name", Address: "detail", BankAccount: "bank"}
_WORDS = {Contact: "contact", Address: "address", BankAccount: "account"}


def add_contact(actor: Actor, party_id: int, data: ContactData, *, now: dt.datetime) -> Contact:
    """The first contact of a party is its primary one; a new primary one takes the place of the old."""
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.edit")
        data = data.tidied()
        refuse(check_contact(data, timezone.localdate(now)))
        first = not party.contacts.exists()
        contact = Contact(party=party, **as_dict(data))
        contact.is_primary = data.is_primary or first
        if contact.is_primary:
            party.contacts.filter(is_primary=True).update(is_primary=False)
        return _added(actor, party, contact, now)


def change_contact(
    actor: Actor, party_id: int, contact_id: int, data: ContactData, *, now: dt.datetime
) -> Contact:
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.edit")
        contact = _of(party, Contact, contact_id)
        data = data.tidied()
        refuse(check_contact(data, timezone.localdate(now)))
        if data.is_primary and not contact.is_primary:
            party.contacts.filter(is_primary=True).update(is_primary=False)
        return _changed(actor, party, contact, as_dict(data), now)


def remove_contact(actor: Actor, party_id: int, contact_id: int, *, now: dt.datetime) -> None:
    """Service records keep the text; they no longer point to the person."""
    _remove(actor, party_id, Contact, contact_id, now)


def add_address(actor: Actor, party_id: int, data: AddressData, *, now: dt.datetime) -> Address:
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.edit")
        data = data.tidied()
        refuse(check_address(data))
        return _added(actor, party, Address(party=party, **as_dict(data)), now)


def change_address(
    actor: Actor, party_id: int, address_id: int, data: AddressData, *, now: dt.datetime
) -> Address:
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.edit")
        address = _of(party, Address, address_id)
        data = data.tidied()
        refuse(check_address(data))
        return _changed(actor, party, address, as_dict(data), now)


def remove_address(actor: Actor, party_id: int, address_id: int, *, now: dt.datetime) -> None:
    _remove(actor, party_id, Address, address_id, now)


def add_account(
    actor: Actor, party_id: int, data: AccountData, *, now: dt.datetime
) -> BankAccount:
    """A bank account; without a holder it is held in the party's own name."""
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.edit")
        data = data.tidied()
        refuse(check_account(data))
        return _added(actor, party, BankAccount(party=party, **as_dict(data)), now)


def change_account(
    actor: Actor, party_id: int, account_id: int, data: AccountData, *, now: dt.datetime
) -> BankAccount:
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.edit")
        account = _of(party, BankAccount, account_id)
        data = data.tidied()
        refuse(check_account(data))
        return _changed(actor, party, account, as_dict(data), now)


def remove_account(actor: Actor, party_id: int, account_id: int, *, now: dt.datetime) -> None:
    _remove(actor, party_id, BankAccount, account_id, now)


def reveal_party(
    actor: Actor, party_id: int, fields: Sequence[str], *, now: dt.datetime
) -> Party:
    """Note that the actor looked at what is masked, and return the party. 404 without the right."""
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.reveal")
        record(
            actor, "party.revealed", now=now, object_type="party", object_id=party.pk,
            label=party.name, changes={"shown": list(fields)},
        )  # fmt: skip
        return party


D = TypeVar("D", Contact, Address, BankAccount)


def _of(party: Party, model: type[D], pk: int) -> D:
    """The row of this party; a row of another party is a 404."""
    found = model.objects.filter(party=party, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _added(actor: Actor, party: Party, detail: D, now: dt.datetime) -> D:
    detail.save(force_insert=True)
    _after(actor, party, type(detail), "added", _facts(detail), now)
    return detail


def _changed(
    actor: Actor,
    party: Party,
    detail: D,
    values: dict[str, Any],
    now: dt.datetime,
) -> D:
    before = {name: getattr(detail, name) for name in values}
    changes = changes_between(before, values)
    if not changes:
        return detail
    for name, value in values.items():
        setattr(detail, name, value)
    detail.save()
    old, new = masked_values(before), masked_values(values)
    told: dict[str, Any] = {name: [old[name], new[name]] for name in changes}
    name = _NAMES[type(detail)]  # which of them it was, also when its name stays
    _after(actor, party, type(detail), "changed", {name: [old[name], new[name]]} | told, now)
    return detail


def _remove(actor: Actor, party_id: int, model: type[D], pk: int, now: dt.datetime) -> None:
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.edit")
        detail = _of(party, model, pk)
        facts = {name: [after, None] for name, (_, after) in _facts(detail).items()}
        detail.delete()
        _after(actor, party, model, "removed", facts, now)


def _after(
    actor: Actor,
    party: Party,
    model: type[Detail],
    verb: str,
    changes: dict[str, Any],
    now: dt.datetime,
) -> None:
    refresh_completeness(party)
    note_change(
        actor, party, f"party.{_WORDS[model]}_{verb}", now=now, fields=(_RELATED[model],),
        changes=changes,
    )  # fmt: skip


def _facts(detail: Detail) -> dict[str, list[Any]]:
    """``{"field": [None, value]}`` of what is filled in, secrets masked."""
    skipped = ("id", "party", "batch_id")
    values = {
        f.name: getattr(detail, f.attname)
        for f in type(detail)._meta.concrete_fields  # noqa: SLF001 - Django's documented API
        if f.name not in skipped
    }
    return {
        k: [None, v] for k, v in masked_values(values).items() if v not in (None, "", False)
    }
