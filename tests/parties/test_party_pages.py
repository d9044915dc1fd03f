"""The pages as each role meets them: scope, masking, forms, stale edits, attachments."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from guanzhang.org.domain.policy import may
from guanzhang.parties import queries, services
from guanzhang.parties.data import (
    AccountData,
    AddressData,
    ContactData,
    PartyData,
    ServiceData,
    TransactionData,
)
from guanzhang.parties.lists import CUSTOMERS, SERVICE_RECORDS, TRANSACTIONS
from guanzhang.parties.models import Party, ServiceRecord, Transaction
from guanzhang.parties.services.fields import FieldData
from guanzhang.trail.models import AuditRecord
from guanzhang.web.lookup import lookup_source
from parties.conftest import HENGTONG

ROLES = (
    "sales", "colleague", "manager", "declarant", "reviewer", "accountant", "controller",
    "admin", "auditor", "stranger",
)  # fmt: skip
# who sees whose customer: 恒通 is 甲's (华东), 瑞丰 is 丙's (华北), 远客 is in the other book
SEES = {
    "sales": ["恒通"], "manager": ["恒通"], "colleague": ["瑞丰"], "stranger": ["远客"],
}  # fmt: skip
SECRETS = ("13912344127", "6222021001112345", "11010519491231002X", "0574-86212345")


def seen_by(who: str) -> list[str]:
    return SEES.get(who, ["恒通", "瑞丰"])


@pytest.fixture
def full(cast, parties, now):
    """Every party with a call and a transaction; 恒通 with an account, a phone, and a person beside it."""
    for owner, party, number in (
        ("sales", parties.hengtong, "D1"), ("colleague", parties.ruifeng, "D2"),
        ("stranger", parties.stranger, "D3"),
    ):  # fmt: skip
        actor = cast.actor(owner)
        services.record_service(actor, party.pk, ServiceData("call", now, "问候"), now=now)
        services.add_transaction(
            actor,
            party.pk,
            TransactionData(now.date(), Decimal(100), document_no=number),
            now=now,
        )
    sales = cast.actor("sales")
    services.add_account(
        sales, parties.hengtong.pk, AccountData("工行", "6222021001112345"), now=now
    )
    services.add_contact(
        sales, parties.hengtong.pk, ContactData("何建平", phone="0574-86212345"), now=now
    )
    return parties


def by_name(parties) -> dict[str, Party]:
    return {"恒通": parties.hengtong, "瑞丰": parties.ruifeng, "远客": parties.stranger}


@pytest.mark.parametrize("who", ROLES)
def test_what_is_listed_is_what_opens_and_nothing_else(cast, full, as_user, who):
    client, actor, named = as_user(who), cast.actor(who), by_name(full)
    mine = sorted(named[name].pk for name in seen_by(who))
    every = sorted(party.pk for party in named.values())
    opened = [
        pk for pk in every if client.get(reverse("customer", args=[pk])).status_code == 200
    ]
    listed = sorted(CUSTOMERS.rows(actor).values_list("pk", flat=True))
    source = lookup_source(actor, "customers")
    looked_up = sorted(hit.value for hit in source.find(actor, "有限公司", 20))
    answer = client.get(reverse("customers"), {"part": "ids"}).json()["ids"]
    assert [opened, listed, looked_up, sorted(answer)] == [mine] * 4
    for pk in set(every) - set(mine):
        assert client.get(reverse("customer", args=[pk])).status_code == 404
        assert client.get(reverse("customer", args=[pk]) + "?tab=history").status_code == 404
    # counts and sums say no more than the rows
    page = client.get(reverse("customers")).content.decode()
    assert page.count('<tr data-url="/customers/') == len(mine)
    found = client.get(reverse("customers"), {"q": "有限公司"}).content.decode()
    assert found.count('<tr data-url="/customers/') == len(mine)
    for spec, view in ((TRANSACTIONS, "transactions"), (SERVICE_RECORDS, "service-records")):
        rows = spec.rows(actor)
        assert sorted(rows.values_list("party_id", flat=True)) == mine
        shown = client.get(reverse(view)).content.decode()
        for name, party in named.items():
            assert (party.name in shown) == (name in seen_by(who)), (view, name)


@pytest.mark.parametrize("who", ROLES)
def test_strangers_to_a_party_can_do_nothing_to_it(cast, full, as_user, who):
    """Every address under a party out of reach is 404 (or 403 without the right), and writes nothing."""
    client, party = as_user(who), full.hengtong
    if "恒通" in seen_by(who):
        return
    contact = party.contacts.first()
    record = ServiceRecord.objects.get(party=party)
    line = Transaction.objects.get(party=party)
    before = AuditRecord.objects.count()
    for name, args in [
        ("customer-edit", [party.pk]), ("customer-archive", [party.pk]),
        ("customer-reveal", [party.pk]), ("customer-file-new", [party.pk]),
        ("customer-file", [party.pk, 1]), ("customer-file-remove", [party.pk, 1]),
        ("customer-detail-new", [party.pk, "contacts"]),
        ("customer-detail", [party.pk, "contacts", contact.pk]),
        ("customer-detail-remove", [party.pk, "contacts", contact.pk]),
        ("service-new", [party.pk]), ("service-close", [record.pk]),
        ("transaction-new", [party.pk]), ("transaction", [party.pk, line.pk]),
        ("transaction-remove", [party.pk, line.pk]),
    ]:  # fmt: skip
        url = reverse(name, args=args)
        for answer in (client.get(url), client.post(url, {"name": "x", "result": "x"})):
            assert answer.status_code in (403, 404, 405), (name, answer.status_code)
            assert party.name not in answer.content.decode()
    results = client.post(
        reverse("customers-archive"), {"ids": [party.pk]}, headers={"HX-Request": "true"}
    )
    assert party.name not in results.content.decode()
    party.refresh_from_db()
    assert (party.status, AuditRecord.objects.count()) == ("active", before)


@pytest.mark.parametrize("who", ROLES)
def test_numbers_are_masked_until_somebody_with_the_right_asks(cast, full, as_user, who):
    client, actor, party = as_user(who), cast.actor(who), full.hengtong
    url = reverse("customer", args=[party.pk])
    if "恒通" not in seen_by(who):
        return
    person = services.create_party(
        cast.actor("sales"),
        PartyData("王小明", kind="person", id_card="11010519491231002X"),
        now=party.created_at,
    )
    pages = [
        client.get(url), client.get(url + "?tab=history"), client.get(reverse("customers")),
        client.get(reverse("customer", args=[person.pk])),
        client.get(reverse("customers") + "?cols=code,name,contact,usc_code,tags"),
        client.get(reverse("lookup", args=["customers"]), {"q": "恒通"}),
        client.get(reverse("palette"), {"q": "恒通"}),
    ]  # fmt: skip
    if may(actor, "party.edit"):
        pages.append(client.get(reverse("customer-edit", args=[person.pk])))
        contact = party.contacts.get(name="郑晓琳")
        pages.append(
            client.get(reverse("customer-detail", args=[party.pk, "contacts", contact.pk]))
        )
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert not [secret for secret in SECRETS if secret in text], page.request["PATH_INFO"]
    assert "139****4127" in pages[0].content.decode()
    assert "110105********002X" in pages[3].content.decode()
    shown = client.post(reverse("customer-reveal", args=[party.pk]))
    revealing = AuditRecord.objects.filter(action="party.revealed", object_id=str(party.pk))
    if may(actor, "party.reveal"):
        assert "13912344127" in shown.content.decode()
        assert "6222021001112345" in shown.content.decode()
        assert revealing.get().actor_name == actor.name
        assert "13912344127" not in client.get(url).content.decode()
    else:
        assert shown.status_code == 403
        assert not revealing.exists()
        assert "显示号码" not in pages[0].content.decode()


@pytest.mark.parametrize("who", ROLES)
def test_an_export_holds_the_rows_of_its_reader_and_no_numbers(cast, full, as_user, who):
    client, actor = as_user(who), cast.actor(who)
    answer = client.post(reverse("customers"), {"export": "xlsx"})
    if not may(actor, "party.export"):
        assert answer.status_code == 403
        return
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row]
    names = {party.name for name, party in by_name(full).items() if name in seen_by(who)}
    assert {c for c in cells if c.endswith("有限公司") and len(c) > 6} == names
    assert not [c for c in cells if any(secret in c for secret in SECRETS)]


def form_of(data: PartyData, **more: object) -> dict[str, object]:
    values = {
        name: getattr(data, name)
        for name in ("name", "code", "kind", "usc_code", "industry", "region", "source", "note")
    }
    return values | {"is_customer": "on"} | more


def test_a_new_customer_by_form(cast, as_user):
    client = as_user("sales")
    assert client.get(reverse("customer-new")).status_code == 200
    answer = client.post(reverse("customer-new"), form_of(HENGTONG, staff_count="１２０"))
    party = Party.objects.get()
    assert answer.url == reverse("customer", args=[party.pk])
    assert (party.name, party.staff_count, party.owner) == (
        HENGTONG.name, 120, cast.users["sales"],
    )  # fmt: skip
    again = client.post(reverse("customer-new"), form_of(PartyData("乙公司"), then="new"))
    assert again.url == reverse("customer-new")


def test_every_problem_at_once_at_its_field_and_the_input_kept(cast, parties, as_user):
    client = as_user("sales")
    answer = client.post(
        reverse("customer-new"),
        form_of(
            replace(HENGTONG, name="", industry="Z9"),
            staff_count="一百", established_on="昨天", annual_revenue="12.34567", code="C00001",
        ),
    )  # fmt: skip
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sorted(answer.context["form"].errors) == [
        "annual_revenue", "code", "established_on", "industry", "name", "staff_count", "usc_code",
    ]  # fmt: skip
    for expected in (
        "应为数字，如 1234.5，现为 一百。", "应为日期，如 2026-11-23，现为 昨天。", "请填写这一项。",
        "没有代码为 Z9 的行业", "最多 4 位小数，现为 12.34567", "已登记在“宁波恒通进出口有限公司”",
        'value="一百"', "编号 C00001 已被使用",
    ):  # fmt: skip
        assert expected in text, expected
    assert Party.objects.filter(book=cast.book).count() == 2


def test_warnings_are_ticked_and_saved(cast, as_user):
    client = as_user("sales")
    odd = form_of(replace(HENGTONG, region="110105"))
    answer = client.post(reverse("customer-new"), odd)
    assert answer.status_code == 422
    assert 'name="acknowledged" value="PTY-106"' in answer.content.decode()
    assert not Party.objects.exists()
    client.post(reverse("customer-new"), odd | {"acknowledged": "PTY-106"})
    assert Party.objects.get().region == "110105"


def test_an_edit_keeps_what_the_form_does_not_show_and_unmasks_nothing(cast, now, as_user):
    person = services.create_party(
        cast.actor("sales"),
        PartyData("王小明", kind="person", id_card="11010519491231002X"),
        now=now,
    )
    client, url = as_user("sales"), reverse("customer-edit", args=[person.pk])
    masked = "110105********002X"
    assert f'value="{masked}"' in client.get(url).content.decode()
    values = form_of(
        services.data_of(person), kind="person", id_card=masked, revision="1", short_name="小明",
        owner_id=str(cast.users["sales"].pk),
    )  # fmt: skip
    client.post(url, values)
    person.refresh_from_db()
    assert (person.short_name, person.id_card, person.revision) == (
        "小明",
        "11010519491231002X",
        2,
    )
    client.post(url, values | {"id_card": "", "revision": "2"})
    person.refresh_from_db()
    assert person.id_card == ""


def test_a_stale_edit_shows_both_versions_and_then_decides(cast, parties, later, as_user):
    client, party = as_user("sales"), parties.hengtong
    url = reverse("customer-edit", args=[party.pk])
    data = services.data_of(party)
    services.change_party(
        cast.actor("admin"), party.pk, replace(data, note="先到"), revision=1, now=later
    )
    mine = form_of(replace(data, note="后到"), revision="1", owner_id=str(data.owner_id))
    answer = client.post(url, mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "别人刚刚保存过，您的输入已保留在本页" in text
    assert "先到" in text
    assert "后到" in text
    assert 'name="revision" value="2"' in text
    party.refresh_from_db()
    assert party.note == "先到"
    assert client.post(url, mine | {"revision": "2"}).status_code == 302
    party.refresh_from_db()
    assert (party.note, party.revision) == ("后到", 3)


def test_the_region_follows_from_the_credit_code(cast, as_user):
    client, url = as_user("sales"), reverse("party-region")
    filled = client.get(url, {"usc_code": HENGTONG.usc_code, "region": ""}).content.decode()
    assert 'name="region" value="330206"' in filled
    kept = client.get(url, {"usc_code": HENGTONG.usc_code, "region": "110105"}).content.decode()
    assert 'name="region" value="110105"' in kept
    assert "信用代码属于浙江省 宁波市 北仑区" in kept
    wrong = client.get(url, {"usc_code": "123", "region": ""}).content.decode()
    assert 'name="region" value=""' in wrong


@pytest.mark.parametrize("tab", ["", "trade", "service", "history"])
def test_every_tab_of_the_card(cast, full, as_user, tab):
    services.add_field(
        cast.actor("admin"), FieldData("port", "口岸", "text"), now=full.hengtong.created_at
    )
    answer = as_user("auditor").get(
        reverse("customer", args=[full.hengtong.pk]), {"tab": tab} if tab else {}
    )
    assert answer.status_code == 200
    text = answer.content.decode()
    assert full.hengtong.name in text
    assert "/remove/" not in text  # an auditor is offered nothing to change
    expected = {"": "郑晓琳", "trade": "D1", "service": "问候", "history": "新建客户"}[tab]
    assert expected in text


def test_details_by_form(cast, parties, as_user):
    client, pk = as_user("sales"), parties.hengtong.pk
    new = reverse("customer-detail-new", args=[pk, "addresses"])
    bad = client.post(new, {"kind": "office", "detail": "", "region": "999999"})
    assert (bad.status_code, parties.hengtong.addresses.count()) == (422, 0)
    client.post(new, {"kind": "office", "detail": "明州路 8 号", "region": "330206"})
    address = parties.hengtong.addresses.get()
    edit = reverse("customer-detail", args=[pk, "addresses", address.pk])
    client.post(edit, {"kind": "invoice", "detail": "明州路 9 号", "region": "330206"})
    address.refresh_from_db()
    assert (address.kind, address.detail) == ("invoice", "明州路 9 号")
    client.post(reverse("customer-detail-remove", args=[pk, "addresses", address.pk]))
    assert parties.hengtong.addresses.count() == 0
    contact = parties.hengtong.contacts.get()
    url = reverse("customer-detail", args=[pk, "contacts", contact.pk])
    client.post(url, {"name": "郑晓琳", "mobile": "139****4127", "title": "经理"})
    contact.refresh_from_db()
    assert (contact.mobile, contact.title) == ("13912344127", "经理")


def test_service_and_trade_by_form(cast, parties, as_user):
    client, pk = as_user("sales"), parties.hengtong.pk
    new = reverse("service-new", args=[pk])
    assert client.post(new, {"kind": "call", "content": ""}).status_code == 422
    client.post(
        new,
        {"kind": "call", "content": "问账", "next_action": "再问", "next_due_on": "20261130"},
    )
    record = ServiceRecord.objects.get()
    assert str(record.next_due_on) == "2026-11-30"
    client.post(reverse("service-close", args=[record.pk]), {"result": "已付"})
    record.refresh_from_db()
    assert record.result == "已付"
    trade = reverse("transaction-new", args=[pk])
    values = {"traded_on": "2026-11-20", "quantity": "3", "unit_price": "5", "amount": "20",
              "currency": "CNY", "exchange_rate": "1", "line_no": "1"}  # fmt: skip
    warned = client.post(trade, values)
    assert warned.status_code == 422
    assert "金额为 20，数量×单价为 15。" in warned.content.decode()
    client.post(trade, values | {"acknowledged": "PTY-125"})
    line = Transaction.objects.get()
    assert (line.amount, line.document_no) == (20, "M000001")
    client.post(reverse("transaction", args=[pk, line.pk]), values | {"amount": "15"})
    line.refresh_from_db()
    assert line.amount == 15
    client.post(reverse("transaction-remove", args=[pk, line.pk]))
    assert not Transaction.objects.exists()


def test_a_file_comes_back_as_a_download_that_cannot_run(cast, parties, as_user):
    client, pk = as_user("sales"), parties.hengtong.pk
    bad = client.post(
        reverse("customer-file-new", args=[pk]),
        {"file": SimpleUploadedFile("<b>坏</b>.html", b"<script>alert(1)</script>")},
    )
    assert bad.status_code == 422
    assert "不接受 html 类型的文件" in bad.content.decode()
    client.post(
        reverse("customer-file-new", args=[pk]),
        {"file": SimpleUploadedFile("营业 执照.pdf", b"%PDF-1.7 x")},
    )
    row = parties.hengtong.attachments.get()
    url = reverse("customer-file", args=[pk, row.pk])
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 x"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    client.post(reverse("customer-file-remove", args=[pk, row.pk]))
    assert client.get(url).status_code == 404


def test_archive_by_page(cast, parties, as_user):
    client, party = as_user("sales"), parties.hengtong
    client.post(reverse("customer-archive", args=[party.pk]))
    row = f'data-url="/customers/{party.pk}/"'
    assert row not in client.get(reverse("customers")).content.decode()
    assert row in client.get(reverse("archived-parties")).content.decode()
    assert client.get(reverse("customer", args=[party.pk])).status_code == 200
    client.post(reverse("customer-archive", args=[party.pk]), {"restore": "1"})
    party.refresh_from_db()
    assert party.status == "active"


def test_batches_answer_per_row(cast, parties, as_user):
    client = as_user("manager")
    manager = cast.users["manager"].pk
    ids = [parties.hengtong.pk, parties.ruifeng.pk]
    answer = client.post(
        reverse("customers-assign"),
        {"ids": ids, "owner_id": manager},
        headers={"HX-Request": "true"},
    )
    text = answer.content.decode()
    assert "PTY-148" in text
    assert parties.ruifeng.name not in text
    parties.hengtong.refresh_from_db()
    assert parties.hengtong.owner_id == manager


def test_settings_are_for_those_who_may(cast, as_user):
    assert as_user("sales").get(reverse("party-settings")).status_code == 403
    client = as_user("admin")
    client.post(reverse("party-tag-new"), {"name": "重点"})
    twice = client.post(reverse("party-tag-new"), {"name": "重点"})
    assert (twice.status_code, "“重点”已经有了" in twice.content.decode()) == (422, True)
    tag = queries.tags_of_book(cast.book.pk).get()
    client.post(reverse("party-tag", args=[tag.pk]), {"name": "大客户"})
    assert queries.tags_of_book(cast.book.pk).get().name == "大客户"
    bad = client.post(
        reverse("party-field-new"), {"label": "口岸", "key": "P 1", "type": "choice"}
    )
    assert bad.status_code == 422
    client.post(
        reverse("party-field-new"),
        {
            "label": "口岸",
            "key": "port",
            "type": "choice",
            "choices": "宁波\n上海",
            "in_list": "on",
        },
    )
    field = queries.custom_fields(cast.book.pk).get()
    assert (field.choices, field.in_list, field.in_criteria) == (["宁波", "上海"], True, False)
    client.post(
        reverse("party-field", args=[field.pk]),
        {"label": "常用口岸", "choices": "宁波\n上海\n深圳"},
    )
    field.refresh_from_db()
    assert (field.label, field.key, len(field.choices)) == ("常用口岸", "port", 3)
    client.post(reverse("party-field-remove", args=[field.pk]))
    client.post(reverse("party-tag", args=[tag.pk]), {"delete": "1"})
    assert not queries.custom_fields(cast.book.pk).exists()
    assert not queries.tags_of_book(cast.book.pk).exists()


FILTERS = [
    ("f.code=C00001", ["恒通"]),
    ("f.name=恒通", ["恒通"]),
    ("f.name=rfhg", ["瑞丰"]),
    ("f.name=恒通,瑞丰", ["恒通", "瑞丰"]),
    ("f.region=宁波", ["恒通"]),
    ("f.region=浙江", ["恒通"]),
    ("f.region=北仑", ["恒通"]),
    ("f.region=上海", []),
    ("f.region=空", ["瑞丰"]),
    ("f.industry=批发业", ["恒通"]),
    ("f.industry=F", ["恒通"]),
    ("f.industry=空", ["瑞丰"]),
    ("f.owner=我", []),
    ("f.owner=甲", ["恒通"]),
    ("f.grade=A", ["恒通"]),
    ("f.lifecycle=活跃", ["恒通"]),
    ("f.completeness=<50", ["瑞丰"]),
    ("f.usc_code=91330211", ["瑞丰"]),
    ("f.tags=重点", ["恒通"]),
    ("f.custom_port=宁波", ["恒通"]),
    ("f.custom_port=空", ["瑞丰"]),
    ("f.created_at=本月", []),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_filters_of_the_customer_list(cast, parties, later, as_user, query, expected):
    admin = cast.actor("admin")
    tag = services.add_tag(admin, "重点", now=later)
    services.tag_parties(admin, [parties.hengtong.pk], [tag.pk], now=later)
    services.add_field(admin, FieldData("port", "口岸", "text"), now=later)
    parties.hengtong.refresh_from_db()
    data = replace(services.data_of(parties.hengtong), custom={"port": "宁波港"})
    services.change_party(admin, parties.hengtong.pk, data, revision=1, now=later)
    on = later.date()
    standing = services.Standing(parties.hengtong.pk, "A", on, "active", Decimal(5), 1, on, on)
    services.record_standing(cast.book.pk, on, [standing])
    Party.objects.update(created_at=later.replace(year=2025))
    answer = as_user("admin").get(
        f"{reverse('customers')}?{query}&cols=code,name,custom_port,tags"
    )
    text = answer.content.decode()
    assert "这一条没有参与筛选" not in text
    for name, party in list(by_name(parties).items())[:2]:
        assert (f'data-url="/customers/{party.pk}/"' in text) == (name in expected), name


def test_a_filter_that_names_no_region_says_so(cast, parties, as_user):
    answer = as_user("admin").get(reverse("customers") + "?f.region=某地")
    assert "没有“某地”，请写名称或代码" in answer.content.decode()


def test_people_regions_and_industries_are_looked_up(cast, as_user):
    client = as_user("sales")
    for source, query, expected in [
        ("regions", "北仑", "浙江省 宁波市 北仑区"), ("regions", "blq", "浙江省 宁波市 北仑区"),
        ("regions", "330206", "浙江省 宁波市 北仑区"), ("industries", "批发", "F51"),
        ("industries", "pfy", "F51"), ("industries", "F51", "批发业"), ("people", "甲", "甲"),
    ]:  # fmt: skip
        text = client.get(reverse("lookup", args=[source]), {"q": query}).content.decode()
        assert expected in text, (source, query)
    assert (
        "丁" not in client.get(reverse("lookup", args=["people"]), {"q": ""}).content.decode()
    )


def test_history_merges_imports_and_keeps_secrets(cast, parties, later):
    actor, party = cast.actor("sales"), parties.hengtong
    services.add_account(actor, party.pk, AccountData("工行", "6222021001112345"), now=later)
    services.add_address(actor, party.pk, AddressData("明州路 8 号"), now=later)
    entries = queries.history(actor, party)
    assert [entry.action for entry in entries] == [
        "添加地址",
        "添加银行账户",
        "添加联系人",
        "新建客户",
    ]
    account = {change.label: change.after for change in entries[1].changes}
    assert account == {"开户行": "工行", "账号": "6222****2345", "币制": "CNY"}
    created = {change.label: change.after for change in entries[3].changes}
    assert created["地区"] == "浙江省 宁波市 北仑区"
    assert created["行业"] == "批发和零售业 批发业"
    assert created["类型"] == "企业"


def test_the_timeline_puts_service_trade_and_changes_in_one_order(cast, full, later):
    actor = cast.actor("sales")
    entries = queries.timeline(actor, full.hengtong)
    assert [(entry.title, entry.amount) for entry in entries] == [
        ("D1", Decimal(100)), ("电话", None), ("添加联系人、添加银行账户、新建客户", None),
    ]  # fmt: skip
