"""Dossiers and history at once: the same rows as by hand, or none."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from guanzhang.kernel.actor import system_actor
from guanzhang.kernel.problem import Refused
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
from guanzhang.parties.search import find_parties
from guanzhang.parties.services import bulk
from guanzhang.trail.models import AuditRecord
from guanzhang.trail.queries import history_of

OPENED = dt.datetime(2025, 3, 1, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def actor(cast):
    return system_actor(cast.book.pk)


@pytest.fixture
def dossier(cast):
    return bulk.Dossier(
        data=PartyData(name="恒通进出口", region="330206", owner_id=cast.users["sales"].pk),
        opened_at=OPENED,
        contacts=(
            ContactData("林伟", mobile="+86 138 0000 1234", is_primary=True),
            ContactData("方敏"),
        ),
        addresses=(AddressData("甬江大道1号"),),
        accounts=(AccountData("中国银行", "6222 0000 1111"),),
        tags=("重点", "月结"),
    )


def test_a_dossier_is_entered_whole(actor, cast, dossier, now):
    (pk,) = bulk.enter_dossiers(actor, [dossier], now=now)
    party = Party.objects.get(pk=pk)
    assert (party.code, party.name, party.created_at) == ("C00001", "恒通进出口", OPENED)
    assert party.owner == cast.users["sales"]
    assert party.department.name == "华东部"
    assert party.contacts.get(is_primary=True).mobile == "13800001234"
    assert party.contacts.count() == 2
    assert party.addresses.get().detail == "甬江大道1号"
    assert party.bank_accounts.get().account_no == "622200001111"
    assert sorted(party.tags.values_list("name", flat=True)) == ["月结", "重点"]
    assert party.completeness > 0
    assert find_parties(actor, "htjck") == [party]
    assert [r.action for r in history_of(cast.book.pk, "party", pk)] == ["party.created"]


def test_one_error_refuses_all(actor, dossier, now):
    before = AuditRecord.objects.count()
    wrong = (
        [dossier, replace(dossier, contacts=(ContactData("丁", mobile="12345"),))],
        [dossier, replace(dossier, data=PartyData(name="瑞丰", usc_code="91330206MA00000000"))],
    )
    for dossiers in wrong:
        with pytest.raises(Refused):
            bulk.enter_dossiers(actor, dossiers, now=now)
    for model in (Party, Contact, Address, BankAccount, Tag):
        assert model.objects.count() == 0
    assert AuditRecord.objects.count() == before


def test_lines_are_booked_at_their_rate(actor, dossier, now):
    (pk,) = bulk.enter_dossiers(actor, [dossier], now=now)
    line = TransactionData(
        traded_on=dt.date(2026, 1, 5), amount=None, document_no="A", quantity=Decimal(3),
        unit_price=Decimal("0.35"), currency="USD", exchange_rate=Decimal("7.123457"),
    )  # fmt: skip
    assert bulk.enter_transactions(actor, "order", [(pk, line)], now=now) == 1
    row = Transaction.objects.get()
    assert (row.source, row.amount, row.book_amount) == (
        "order", Decimal("1.05"), Decimal("7.4796"),  # 7.47962985
    )  # fmt: skip
    with pytest.raises(Refused):
        bulk.enter_transactions(
            actor, "order", [(pk, replace(line, document_no="B")), (pk, replace(line, currency="XXX"))],
            now=now,
        )  # fmt: skip
    assert Transaction.objects.count() == 1


def test_past_talks_keep_who_and_when(actor, cast, dossier, now):
    (pk,) = bulk.enter_dossiers(actor, [dossier], now=now)
    user = cast.users["colleague"]
    talk = bulk.PastService(
        pk, ServiceData("call", OPENED, "报价", next_action="回访", next_due_on=dt.date(2025, 3, 8)),
        user.pk, user.name, None, with_contact=True,
    )  # fmt: skip
    assert (
        bulk.enter_services(
            actor, [talk, replace(talk, with_contact=False, closed_at=now)], now=now
        )
        == 2
    )
    first, second = ServiceRecord.objects.order_by("pk")
    assert (first.contact.name, first.user_name, first.created_at) == ("林伟", "丙", OPENED)
    assert (first.closed_at, second.closed_at, second.contact) == (None, now, None)
    late = replace(talk, data=ServiceData("call", now + dt.timedelta(days=1), "明天"))
    with pytest.raises(Refused):
        bulk.enter_services(actor, [talk, late], now=now)
    assert ServiceRecord.objects.count() == 2
