"""Contacts, accounts, files, service records, transactions, standing."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from guanzhang.kernel.problem import Refused
from guanzhang.parties import services
from guanzhang.parties.data import (
    AccountData,
    AddressData,
    ContactData,
    ServiceData,
    TransactionData,
)
from guanzhang.parties.models import (
    Attachment,
    BankAccount,
    Contact,
    Party,
    ServiceRecord,
    Transaction,
)
from guanzhang.parties.queries import standing_day
from guanzhang.trail.models import AuditRecord
from guanzhang.trail.queries import history_of


def codes(refused) -> list[tuple[str, str]]:
    return [(p.kind.code, p.path) for p in refused.value.problems]


def last_record(cast, party) -> tuple[str, dict]:
    record = history_of(cast.book.pk, "party", party.pk).first()
    return record.action, record.changes


# --- contacts, addresses, accounts ----------------------------------------------------------


def test_a_contact_counts_for_completeness_and_is_masked_in_the_trail(cast, parties):
    party = parties.hengtong
    # five of fourteen and then contact and telephone
    assert party.completeness == 50
    action, changes = last_record(cast, party)
    assert action == "party.contact_added"
    assert changes == {
        "name": [None, "郑晓琳"], "title": [None, "关务"], "mobile": [None, "139****4127"],
        "is_primary": [None, True],
    }  # fmt: skip


def test_one_primary_contact(cast, parties, later):
    actor, party = cast.actor("sales"), parties.hengtong
    second = services.add_contact(
        actor, party.pk, ContactData("何建平", is_primary=True), now=later
    )
    assert list(party.contacts.filter(is_primary=True)) == [second]
    first = party.contacts.get(name="郑晓琳")
    services.change_contact(
        actor,
        party.pk,
        first.pk,
        ContactData("郑晓琳", mobile="+86 139-1234-4128", is_primary=True),
        now=later,
    )
    assert party.contacts.get(is_primary=True).mobile == "13912344128"
    action, changes = last_record(cast, party)
    assert action == "party.contact_changed"
    assert changes["mobile"] == ["139****4127", "139****4128"]
    assert changes["name"] == ["郑晓琳", "郑晓琳"]
    services.remove_contact(actor, party.pk, first.pk, now=later)
    assert party.contacts.count() == 1


def test_a_faulty_contact_writes_nothing(cast, parties, later):
    before = Contact.objects.count(), AuditRecord.objects.count()
    bad = ContactData("", mobile="12345", email="nobody", birthday=dt.date(2030, 1, 1))
    with pytest.raises(Refused) as refused:
        services.add_contact(cast.actor("sales"), parties.hengtong.pk, bad, now=later)
    assert codes(refused) == [
        ("PTY-120", "name"), ("PTY-012", "mobile"), ("PTY-013", "email"), ("PTY-119", "birthday"),
    ]  # fmt: skip
    assert (Contact.objects.count(), AuditRecord.objects.count()) == before


def test_a_contact_of_another_party_is_not_there(cast, parties, later):
    contact = parties.hengtong.contacts.get()
    with pytest.raises(Http404):
        services.change_contact(
            cast.actor("admin"), parties.ruifeng.pk, contact.pk, ContactData("改"), now=later
        )
    with pytest.raises(Http404):
        services.remove_contact(
            cast.actor("colleague"), parties.hengtong.pk, contact.pk, now=later
        )
    assert Contact.objects.get(pk=contact.pk).name == "郑晓琳"


def test_account_numbers_never_stand_in_the_trail(cast, parties, later):
    actor, party = cast.actor("sales"), parties.hengtong
    account = services.add_account(
        actor, party.pk, AccountData("工商银行北仑支行", "6222 0210-0111 2345"), now=later
    )
    assert account.account_no == "6222021001112345"
    services.change_account(
        actor,
        party.pk,
        account.pk,
        AccountData("工商银行北仑支行", "6222021001119999"),
        now=later,
    )
    assert last_record(cast, party)[1]["account_no"] == ["6222****2345", "6222****9999"]
    services.remove_account(actor, party.pk, account.pk, now=later)
    assert last_record(cast, party)[1]["account_no"] == ["6222****9999", None]
    assert "6222021001" not in str(list(AuditRecord.objects.values_list("changes", flat=True)))
    with pytest.raises(Refused) as refused:
        services.add_account(
            actor, party.pk, AccountData("", "12-3", currency="RMB"), now=later
        )
    assert codes(refused) == [
        ("PTY-120", "bank"),
        ("PTY-121", "account_no"),
        ("PTY-122", "currency"),
    ]
    assert not BankAccount.objects.exists()


def test_an_address_completes_the_file(cast, parties, later):
    actor, party = cast.actor("sales"), parties.hengtong
    address = services.add_address(
        actor, party.pk, AddressData("明州路 8 号", region="330206"), now=later
    )
    party.refresh_from_db()
    assert party.completeness == 57
    services.remove_address(actor, party.pk, address.pk, now=later)
    party.refresh_from_db()
    assert party.completeness == 50


def test_revealing_is_a_right_and_leaves_a_record(cast, parties, later):
    services.reveal_party(cast.actor("sales"), parties.hengtong.pk, ("mobile",), now=later)
    assert last_record(cast, parties.hengtong) == ("party.revealed", {"shown": ["mobile"]})
    count = AuditRecord.objects.count()
    for who in ("colleague", "declarant", "reviewer", "auditor", "stranger"):
        with pytest.raises(Http404):
            services.reveal_party(cast.actor(who), parties.hengtong.pk, ("mobile",), now=later)
    assert AuditRecord.objects.count() == count


# --- files ----------------------------------------------------------------------------------


def office(member: str, *others: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in (member, *others):
            archive.writestr(name, "<x/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("执照.pdf", b"%PDF-1.7 ...", "application/pdf"),
        ("照片.JPG", b"\xff\xd8\xff\xe0...", "image/jpeg"),
        ("章.png", b"\x89PNG\r\n\x1a\n...", "image/png"),
        ("发票.ofd", office("OFD.xml"), "application/ofd"),
        ("清单.csv", "编号,名称".encode("gb18030"), "text/csv"),
    ],
)
def test_a_file_is_kept_by_its_hash(cast, parties, later, name, content, kind):
    row = services.add_attachment(
        cast.actor("sales"), parties.hengtong.pk, f"C:\\桌面\\{name}", content, now=later
    )
    assert (row.name, row.size, row.content_type) == (name, len(content), kind)
    path = services.stored_path(row.sha256)
    assert path.read_bytes() == content
    assert path.is_relative_to(settings.MEDIA_ROOT)
    assert [p.name for p in path.parent.iterdir() if p.name.startswith(".part")] == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("坏.exe", b"MZ....", "PTY-162"),
        ("无扩展名", b"%PDF-1.7", "PTY-162"),
        ("页面.html", b"<script>", "PTY-162"),
        ("图.svg", b"<svg onload=alert(1)>", "PTY-162"),
        ("假.pdf", b"MZ....", "PTY-163"),
        ("假.png", b"<html>", "PTY-163"),
        ("宏.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin"), "PTY-163"),
        ("表.xlsx", office("word/document.xml"), "PTY-163"),
        ("断.docx", office("word/document.xml")[:20], "PTY-163"),
        ("二进制.txt", b"a\0b", "PTY-163"),
        ("空.pdf", b"", "PTY-160"),
        ("大.pdf", b"%PDF-" + b"0" * services.LARGEST_FILE, "PTY-161"),
        ("名" * 252 + ".pdf", b"%PDF-1", "PTY-164"),
    ],
    # A zip carries the time it was made: its bytes in the id differ between two test processes.
    ids=lambda value: value[:12] if isinstance(value, str) else "file",
)
def test_other_files_are_refused(cast, parties, later, name, content, code):
    with pytest.raises(Refused) as refused:
        services.add_attachment(
            cast.actor("sales"), parties.hengtong.pk, name, content, now=later
        )
    assert codes(refused) == [(code, "file")]
    assert not Attachment.objects.exists()


def test_files_of_others_cannot_be_touched(cast, parties, later):
    row = services.add_attachment(
        cast.actor("sales"), parties.hengtong.pk, "a.pdf", b"%PDF-1", now=later
    )
    with pytest.raises(Http404):
        services.add_attachment(
            cast.actor("colleague"), parties.hengtong.pk, "a.pdf", b"%PDF-1", now=later
        )
    with pytest.raises(Http404):
        services.remove_attachment(cast.actor("admin"), parties.ruifeng.pk, row.pk, now=later)
    services.remove_attachment(cast.actor("sales"), parties.hengtong.pk, row.pk, now=later)
    assert not Attachment.objects.exists()


# --- service records ------------------------------------------------------------------------


def call(now, **facts) -> ServiceData:
    return ServiceData("call", now, "催收，答应 11-30 付款", **facts)


def test_a_call_is_closed_unless_something_follows(cast, parties, now, later):
    actor, pk = cast.actor("sales"), parties.hengtong.pk
    done = services.record_service(actor, pk, call(now), now=later)
    assert done.closed_at == later
    follows = services.record_service(
        actor,
        pk,
        call(now, next_action="再打一次", next_due_on=dt.date(2026, 11, 30)),
        now=later,
    )
    complaint = services.record_service(
        actor, pk, ServiceData("complaint", now, "改单通知迟了一天"), now=later
    )
    assert (follows.closed_at, complaint.closed_at) == (None, None)
    after = call(later, next_action="寄对账单")
    services.close_service(actor, follows.pk, "已付", now=later, following=after)
    follows.refresh_from_db()
    assert (follows.result, follows.closed_at) == ("已付", later)
    assert ServiceRecord.objects.filter(closed_at=None).count() == 2
    with pytest.raises(Refused) as refused:
        services.close_service(actor, follows.pk, "再办", now=later)
    assert codes(refused) == [("PTY-171", "result")]


def test_faulty_service_records_are_refused(cast, parties, now, later):
    stranger_contact = parties.hengtong.contacts.get()
    bad = ServiceData(
        "fax", later + dt.timedelta(days=1), " ", contact_id=stranger_contact.pk,
        next_due_on=dt.date(2026, 12, 1),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        services.record_service(cast.actor("colleague"), parties.ruifeng.pk, bad, now=later)
    assert codes(refused) == [
        ("PTY-120", "content"), ("PTY-110", "kind"), ("PTY-119", "happened_at"),
        ("PTY-123", "next_action"), ("PTY-170", "contact_id"),
    ]  # fmt: skip
    for who in ("colleague", "accountant", "auditor", "stranger"):
        with pytest.raises(Http404):
            services.record_service(cast.actor(who), parties.hengtong.pk, call(now), now=later)
    assert not ServiceRecord.objects.exists()
    services.record_service(cast.actor("declarant"), parties.hengtong.pk, call(now), now=later)


# --- transactions ---------------------------------------------------------------------------


def test_a_line_by_hand(cast, parties, later):
    actor = cast.actor("sales")
    row = services.add_transaction(
        actor,
        parties.hengtong.pk,
        TransactionData(
            dt.date(2026, 11, 20), None, quantity=Decimal("3"), unit_price=Decimal("33.333333"),
            currency="usd", exchange_rate=Decimal("7.0827"), direction="export",
        ),
        now=later,
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.document_no, row.amount, row.book_amount, row.currency) == (
        "M000001", Decimal("100.0000"), Decimal("708.2700"), "USD",
    )  # fmt: skip
    changed = services.change_transaction(
        actor, row.pk, TransactionData(dt.date(2026, 11, 20), Decimal("-5")), now=later
    )
    assert (changed.document_no, changed.book_amount) == ("M000001", Decimal("-5.0000"))
    assert last_record(cast, parties.hengtong)[1]["amount"] == ["100.0000", "-5"]
    services.remove_transaction(actor, row.pk, now=later)
    assert not Transaction.objects.exists()


def test_faulty_lines_are_refused(cast, parties, later):
    actor, pk = cast.actor("sales"), parties.hengtong.pk
    day = dt.date(2026, 11, 20)
    for data, expected in [
        (TransactionData(day, None), [("PTY-124", "amount")]),
        (
            TransactionData(day, Decimal("1.23456"), currency="XXX", exchange_rate=Decimal(0), direction="up"),
            [("PTY-122", "currency"), ("PTY-117", "amount"), ("PTY-110", "direction"), ("PTY-126", "exchange_rate")],
        ),
        (TransactionData(day, Decimal(1), exchange_rate=Decimal("7.1")), [("PTY-127", "exchange_rate")]),
        (
            TransactionData(day, Decimal(9), quantity=Decimal(2), unit_price=Decimal(5)),
            [("PTY-125", "amount")],
        ),
        (
            TransactionData(day, Decimal(8 * 10**13), currency="USD", exchange_rate=Decimal(100)),
            [("PTY-118", "amount")],
        ),
    ]:  # fmt: skip
        with pytest.raises(Refused) as refused:
            services.add_transaction(actor, pk, data, now=later)
        assert codes(refused) == expected
    assert not Transaction.objects.exists()


def test_imported_lines_and_lines_of_others_stay(cast, parties, later):
    row = Transaction.objects.create(
        book=cast.book, party=parties.hengtong, source="金蝶", document_no="X1",
        traded_on=dt.date(2026, 1, 1), amount=Decimal(1), book_amount=Decimal(1),
    )  # fmt: skip
    data = TransactionData(dt.date(2026, 1, 1), Decimal(2))
    with pytest.raises(Refused) as refused:
        services.change_transaction(cast.actor("sales"), row.pk, data, now=later)
    assert codes(refused) == [("PTY-180", "source")]
    for who in ("colleague", "declarant", "stranger"):
        with pytest.raises(Http404):
            services.remove_transaction(cast.actor(who), row.pk, now=later)
    row.refresh_from_db()
    assert row.amount == 1


def test_the_same_document_line_twice_is_refused(cast, parties, later):
    data = TransactionData(dt.date(2026, 1, 1), Decimal(2), document_no="D1")
    services.add_transaction(cast.actor("sales"), parties.hengtong.pk, data, now=later)
    with pytest.raises(Refused) as refused:
        services.add_transaction(cast.actor("colleague"), parties.ruifeng.pk, data, now=later)
    assert codes(refused) == [("PTY-181", "line_no")]


# --- standing -------------------------------------------------------------------------------


def test_standing_touches_only_what_changed(cast, parties):
    on = dt.date(2026, 11, 22)

    def standing(party, grade, amount):
        return services.Standing(
            party.pk, grade, dt.date(2026, 4, 1), "active", amount, 12, on, None
        )

    rows = [
        standing(parties.hengtong, "A", Decimal("402180.5")),
        standing(parties.ruifeng, "", None),
        standing(parties.stranger, "A", Decimal(1)),  # of another book: not written
    ]
    assert services.record_standing(cast.book.pk, on, rows) == 2
    assert services.record_standing(cast.book.pk, on, rows) == 0
    rows[0] = standing(parties.hengtong, "B", Decimal("402180.5"))
    later = on + dt.timedelta(days=1)
    with CaptureQueriesContext(connection) as queries:
        assert services.record_standing(cast.book.pk, later, iter(rows)) == 1
    assert len([q for q in queries if q["sql"].startswith("UPDATE parties_party ")]) == 1
    assert standing_day(cast.book.pk) == later
    assert standing_day(cast.other_book.pk) is None
    party = Party.objects.get(pk=parties.hengtong.pk)
    assert (party.grade, party.grade_since, party.lifecycle, party.amount_12m) == (
        "B", dt.date(2026, 4, 1), "active", Decimal("402180.5000"),
    )  # fmt: skip
    assert (party.orders_12m, party.last_traded_on, party.last_contact_on) == (12, on, None)
    assert party.revision == 1
    assert Party.objects.get(pk=parties.ruifeng.pk).amount_12m is None
    assert Party.objects.get(pk=parties.stranger.pk).amount_12m is None
