"""Bulk writing in its two forms stores the same, fills defaults, and reads back plain."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction

from guanzhang.parties.data import PartyData
from guanzhang.parties.models import Transaction
from guanzhang.parties.services import create_party
from guanzhang.storage import bulk

COLUMNS = (
    "book_id", "party_id", "source", "document_no", "line_no", "traded_on", "amount",
    "book_amount", "exchange_rate",
)  # fmt: skip


@pytest.fixture
def party(cast, now):
    return create_party(cast.actor("admin"), PartyData(name="恒通"), now=now)


def test_python_and_plain_values_store_the_same(party):
    ids = (party.book_id, party.pk, "t")
    day, amount = dt.date(2026, 11, 23), Decimal("12.3400")
    plain = (*ids, "B", 1, "2026-11-23", 123400, 123400, 1_000_000)
    with transaction.atomic():
        python = (*ids, "A", 1, day, amount, amount, Decimal(1))
        assert bulk.insert_rows(Transaction, COLUMNS, [python]) == 1
        assert bulk.insert_plain(Transaction, COLUMNS, [plain, (*ids, "B", 2, *plain[5:])]) == 2
    rows = {(r.document_no, r.line_no): r for r in Transaction.objects.all()}
    assert rows["B", 1].amount == rows["A", 1].amount == amount
    assert rows["B", 1].traded_on == day
    assert {r.direction for r in rows.values()} == {
        Transaction._meta.get_field("direction").get_default()
    }
    found = bulk.plain_rows(Transaction.objects.order_by("pk"), ("document_no", *COLUMNS[4:]))
    assert set(found) == {("A", *plain[4:]), ("B", *plain[4:]), ("B", 2, *plain[5:])}


def test_plain_updates_set_what_is_named(party):
    assert list(bulk.chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]
    with transaction.atomic():
        bulk.update_plain(type(party), [(party.pk, {"name": "新名", "custom": {"a": 1}})])
    party.refresh_from_db()
    assert (party.name, party.custom) == ("新名", {"a": 1})
    found = bulk.plain_rows(type(party).objects.filter(pk=party.pk), ("name", "custom"))
    assert found == [("新名", {"a": 1})]
    assert bulk.plain_rows(type(party).objects.filter(pk__in=[]), ("name",)) == []


def test_a_bulk_insert_outside_a_transaction_is_a_mistake(transactional_db):
    with pytest.raises(AssertionError, match="transaction"):
        bulk.insert_rows(Transaction, COLUMNS, [])
