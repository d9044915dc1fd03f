"""From the generator's plain values to what the customer file's services take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from guanzhang.demo.shapes import DemoData, DemoField, DemoParty
from guanzhang.org.models import User
from guanzhang.parties.data import (
    AccountData,
    AddressData,
    ContactData,
    PartyData,
    ServiceData,
    TransactionData,
)
from guanzhang.parties.services.bulk import Dossier, PastService
from guanzhang.parties.services.fields import FieldData

SOURCE = "order"
CHINA = ZoneInfo("Asia/Shanghai")
_SAME = (
    "name", "short_name", "kind", "is_customer", "is_supplier", "english_name", "former_names",
    "usc_code", "customs_code", "id_card", "industry", "region", "scale", "staff_count",
    "annual_revenue", "total_assets", "registered_capital", "established_on", "customs_credit",
    "customs_kind", "source", "website", "note", "custom",
)  # fmt: skip


def field(each: DemoField) -> FieldData:
    return FieldData(each.key, each.label, each.type, each.choices)


def dossiers(data: DemoData, users: Mapping[str, User]) -> tuple[list[int], list[Dossier]]:
    """The places of the parties in the order in which they were entered, and their dossiers."""
    opened = _opened_on(data)
    order = sorted(range(len(data.parties)), key=lambda place: (opened[place], place))
    return order, [_dossier(data.parties[place], opened[place], users) for place in order]


def transactions(data: DemoData, ids: Mapping[int, int]) -> list[tuple[int, TransactionData]]:
    return [
        (
            ids[line.party],
            TransactionData(
                traded_on=line.traded_on, amount=line.amount, document_no=line.document_no,
                line_no=line.line_no, direction=line.direction, product_code=line.product_code,
                product_name=line.product_name, quantity=line.quantity, unit=line.unit,
                unit_price=line.unit_price, currency=line.currency,
                exchange_rate=line.exchange_rate, country=line.country,
            ),
        )
        for line in data.transactions
    ]  # fmt: skip


def service_records(
    data: DemoData, ids: Mapping[int, int], users: Mapping[str, User]
) -> list[PastService]:
    return [
        PastService(
            ids[each.party],
            ServiceData(
                kind=each.kind, happened_at=each.happened_at, content=each.content,
                result=each.result, next_action=each.next_action, next_due_on=each.next_due_on,
            ),
            users[each.user].pk,
            users[each.user].name,
            each.closed_at,
            with_contact=each.with_contact,
        )
        for each in data.services
    ]  # fmt: skip


def _opened_on(data: DemoData) -> list[dt.date]:
    """A file is opened a little before the first trade or talk, and after the firm is founded."""
    first: dict[int, dt.date] = {}
    for line in data.transactions:
        first.setdefault(line.party, line.traded_on)
    for talk in data.services:
        day = talk.happened_at.date()
        first[talk.party] = min(first.get(talk.party, day), day)
    earliest = min(first.values())
    days = []
    for place, party in enumerate(data.parties):
        day = first.get(place, earliest) - dt.timedelta(days=2 + place % 19)
        days.append(max(day, party.established_on) if party.established_on else day)
    return days


def _dossier(party: DemoParty, opened: dt.date, users: Mapping[str, User]) -> Dossier:
    owner = users[party.owner].pk if party.owner else None
    return Dossier(
        data=PartyData(**{name: getattr(party, name) for name in _SAME}, owner_id=owner),
        opened_at=dt.datetime.combine(opened, dt.time(9, 30), CHINA),
        contacts=tuple(
            ContactData(
                name=c.name, title=c.title, mobile=c.mobile, email=c.email, wechat=c.wechat,
                birthday=c.birthday, is_primary=c.is_primary,
            )
            for c in party.contacts
        ),
        addresses=(AddressData(party.address, party.address_kind, party.region),)
        if party.address
        else (),
        accounts=(AccountData(party.bank, party.bank_account_no, party.name),)
        if party.bank
        else (),
        tags=party.tags,
    )  # fmt: skip
