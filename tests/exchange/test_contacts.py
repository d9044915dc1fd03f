"""Contacts: a person is a customer, a name and, among namesakes, a mobile number."""

from __future__ import annotations

import pytest

from exchange.conftest import NOW, codes, counts, csv_bytes
from guanzhang.parties.data import PartyData
from guanzhang.parties.models import Contact
from guanzhang.parties.services.parties import create_party

pytestmark = pytest.mark.django_db
HEAD = ["客户编号", "姓名", "手机", "职务", "主要联系人"]


@pytest.fixture
def customer(desk):
    return create_party(desk.actor, PartyData(name="恒通", code="C1"), now=NOW)


def run(desk, *rows):
    return desk.run("contacts", "联系人.csv", csv_bytes([HEAD, *rows]))


def test_contacts_are_added_and_the_customer_is_more_complete(desk, customer):
    batch = run(desk, ["C1", "张三", "138-0013-8000", "经理", "是"], ["C1", "李四", "", "", ""])
    assert counts(batch) == (2, 2, 0, 0, 0)
    assert sorted(Contact.objects.values_list("name", "mobile", "is_primary")) == [
        ("张三", "13800138000", True), ("李四", "", False),
    ]  # fmt: skip
    before = customer.completeness
    customer.refresh_from_db()
    assert customer.completeness > before
    assert customer.revision == 2


@pytest.mark.parametrize(
    ("known", "row", "outcome"),
    [
        (("13800138000",), ["C1", "张三", "13800138000", "总监", ""], (1, 0, 1, 0, 0)),
        (("13800138000",), ["C1", "张三", "", "总监", ""], (1, 0, 1, 0, 0)),
        (("",), ["C1", "张三", "13900139000", "", ""], (1, 0, 1, 0, 0)),
        (("13800138000",), ["C1", "张三", "13900139000", "", ""], (1, 1, 0, 0, 0)),
        (("13800138000", "13900139000"), ["C1", "张三", "", "总监", ""], (1, 1, 0, 0, 0)),
        (("13800138000",), ["C1", "张三", "13800138000", "", ""], (1, 0, 0, 1, 0)),
        ((), ["C9", "张三", "", "", ""], (1, 0, 0, 0, 1)),
        ((), ["C1", "张三", "1381234567", "", ""], (1, 0, 0, 0, 1)),
    ],
)
def test_who_is_meant(desk, customer, known, row, outcome):
    for mobile in known:
        customer.contacts.create(name="张三", mobile=mobile)
    assert counts(run(desk, row)) == outcome


def test_there_is_one_primary_contact(desk, customer):
    customer.contacts.create(name="王五", is_primary=True)
    rows = [["C1", "张三", "", "", "是"], ["C1", "王五", "", "会计", "是"]]
    batch = desk.check("contacts", "联系人.csv", csv_bytes([HEAD, *rows]))
    assert codes(batch) == [("EXC-066", "E2")]
    customer.contacts.all().delete()
    batch = desk.check("contacts", "联系人.csv", csv_bytes([HEAD, *rows]))
    assert codes(batch) == [("EXC-061", "E3")]


def test_the_same_person_twice_in_a_file(desk, customer):
    rows = [
        ["C1", "张三", "13800138000", "", ""],
        ["C1", "张三", "13900139000", "", ""],
        ["C1", "张三", "", "", ""],
    ]
    batch = desk.check("contacts", "联系人.csv", csv_bytes([HEAD, *rows]))
    assert counts(batch) == (3, 2, 0, 0, 1)
    assert codes(batch) == [("EXC-061", "B4")]


def test_undo_gives_back_contacts_and_completeness(desk, customer):
    customer.contacts.create(name="张三", mobile="13800138000")
    batch = run(desk, ["C1", "张三", "13800138000", "总监", ""], ["C1", "李四", "", "", ""])
    desk.undo(batch)
    assert list(Contact.objects.values_list("name", "title")) == [("张三", "")]
    again = run(desk, ["C1", "张三", "13800138000", "", ""])
    assert counts(again) == (1, 0, 0, 1, 0)
