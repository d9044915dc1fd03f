"""Whole dossiers and years of history at once, for loading a book: the demo, a migration.

The same checks as for one record by hand; any error refuses everything, warnings pass. There is one
audit record and one event for each party, and one audit record for each load of lines: whoever loads
a book brings what depends on it up to date afterwards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.org import queries as org
from guanzhang.parties import checks
from guanzhang.parties.data import (
    AccountData,
    AddressData,
    ContactData,
    PartyData,
    ServiceData,
    TransactionData,
)
from guanzhang.parties.models import (
    Address,
    BankAccount,
    Contact,
    Party,
    ServiceRecord,
    Tag,
    Transaction,
)
from guanzhang.parties.services.base import refresh_completeness
from guanzhang.parties.services.fields import tags_named
from guanzhang.parties.services.parties import NAME_TAKEN, create_party
from guanzhang.storage.bulk import insert_rows
from guanzhang.trail.services import record

_WARNINGS = (
    checks.REGION_DIFFERS.code,
    checks.SCALE_DIFFERS.code,
    NAME_TAKEN.code,
)
_CONTACT = (
    "name",
    "title",
    "mobile",
    "phone",
    "email",
    "wechat",
    "birthday",
    "is_primary",
    "note",
)
_ADDRESS = ("detail", "kind", "region", "postcode")
_ACCOUNT = ("bank", "account_no", "holder", "currency")
_SERVICE = ("kind", "happened_at", "content", "result", "next_action", "next_due_on")
_TRANSACTION = (
    "document_no", "line_no", "traded_on", "direction", "product_code", "product_name",
    "quantity", "unit", "unit_price", "currency", "exchange_rate", "country",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dossier:
    """A party with everything that stands beside it. At most one contact is primary."""

    data: PartyData
    opened_at: dt.datetime  # when it was entered
    contacts: tuple[ContactData, ...] = ()
    addresses: tuple[AddressData, ...] = ()
    accounts: tuple[AccountData, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PastService:
    """A service record as it was written by somebody at its time."""

    party_id: int
    data: ServiceData
    user_id: int
    user_name: str
    closed_at: dt.datetime | None
    with_contact: bool = False  # the party's primary contact was spoken with


def enter_dossiers(actor: Actor, dossiers: Sequence[Dossier], *, now: dt.datetime) -> list[int]:
    """Enter parties with contacts, addresses, accounts and tags; returns their ids in order."""
    with transaction.atomic():
        on = timezone.localdate(now)
        _refuse_errors(p for d in dossiers for p in _faults_beside(d, on))
        parties = [
            create_party(actor, d.data, now=d.opened_at, acknowledged=_WARNINGS)
            for d in dossiers
        ]
        pairs = list(zip(parties, dossiers, strict=True))
        _insert(Contact, _CONTACT, [(p.pk, c.tidied()) for p, d in pairs for c in d.contacts])
        _insert(Address, _ADDRESS, [(p.pk, a.tidied()) for p, d in pairs for a in d.addresses])
        _insert(
            BankAccount, _ACCOUNT, [(p.pk, a.tidied()) for p, d in pairs for a in d.accounts]
        )
        _put_tags(actor, pairs, now)
        for party in parties:
            refresh_completeness(party)
        return [party.pk for party in parties]


def enter_transactions(
    actor: Actor,
    source: str,
    rows: Sequence[tuple[int, TransactionData]],
    *,
    now: dt.datetime,
) -> int:
    """Lines of trade from one source, each with the id of its party; returns how many."""
    with transaction.atomic():
        currency = org.book(actor.book_id).currency
        _refuse_errors(
            p for _id, data in rows for p in checks.check_transaction(data, currency)
        )
        columns = ("book_id", "party_id", "source", *_TRANSACTION, "amount", "book_amount")
        lines = (
            (
                actor.book_id,
                party_id,
                source,
                *(getattr(data, name) for name in _TRANSACTION),
                *_amounts(data),
            )
            for party_id, data in rows
        )
        count = insert_rows(Transaction, columns, lines)
        _record(actor, "transaction.loaded", now, count, source)
        return count


def enter_services(actor: Actor, rows: Sequence[PastService], *, now: dt.datetime) -> int:
    """Service records of the past; returns how many."""
    with transaction.atomic():
        _refuse_errors(p for row in rows for p in checks.check_service(row.data, now))
        contacts = dict(
            Contact.objects.filter(party__book_id=actor.book_id, is_primary=True).values_list(
                "party_id", "pk"
            )
        )
        columns = (
            "book_id", "party_id", *_SERVICE, "contact_id", "closed_at", "user_id", "user_name",
            "created_at",
        )  # fmt: skip
        lines = (
            (
                actor.book_id,
                row.party_id,
                *(getattr(row.data, name) for name in _SERVICE),
                contacts.get(row.party_id) if row.with_contact else None,
                row.closed_at,
                row.user_id,
                row.user_name,
                row.data.happened_at,
            )
            for row in rows
        )
        count = insert_rows(ServiceRecord, columns, lines)
        _record(actor, "service.loaded", now, count, "")
        return count


def _faults_beside(dossier: Dossier, on: dt.date) -> Iterator[Problem]:
    for contact in dossier.contacts:
        yield from checks.check_contact(contact.tidied(), on)
    for address in dossier.addresses:
        yield from checks.check_address(address.tidied())
    for account in dossier.accounts:
        yield from checks.check_account(account.tidied())


def _refuse_errors(problems: Iterable[Problem]) -> None:
    if errors := [p for p in problems if p.is_error]:
        raise Refused(errors)


def _insert(
    model: type[Contact | Address | BankAccount],
    names: Sequence[str],
    rows: Sequence[tuple[int, Any]],
) -> None:
    lines = ((party_id, *(getattr(data, name) for name in names)) for party_id, data in rows)
    insert_rows(model, ("party_id", *names), lines)


def _put_tags(actor: Actor, pairs: Sequence[tuple[Party, Dossier]], now: dt.datetime) -> None:
    ids = tags_named(actor, {tag for _party, d in pairs for tag in d.tags}, now=now)
    rows = ((ids[tag], party.pk) for party, d in pairs for tag in d.tags)
    insert_rows(Tag.parties.through, ("tag_id", "party_id"), rows)


def _amounts(data: TransactionData) -> tuple[Decimal, Decimal]:
    amount = checks.line_amount(data) if data.amount is None else data.amount
    assert amount is not None, "check_transaction wants an amount."
    return amount, (amount * data.exchange_rate).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _record(actor: Actor, action: str, now: dt.datetime, count: int, source: str) -> None:
    changes: dict[str, Any] = {"rows": count} | ({"source": source} if source else {})
    record(actor, action, now=now, object_type="book", object_id=actor.book_id, changes=changes)
