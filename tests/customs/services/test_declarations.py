"""Create, save, copy and void declarations."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.http import Http404

from guanzhang.customs.domain.document import digest, value_at
from guanzhang.customs.models import (
    Declaration,
    Event,
    GoodsLine,
    Revision,
    SearchText,
    Settings,
)
from guanzhang.customs.queries import declaration_for, declarations_for
from guanzhang.customs.search import unindex_declarations
from guanzhang.customs.services.declarations import (
    Overtaken,
    copy_declaration,
    create_declaration,
    save_document,
    void_declaration,
)
from guanzhang.kernel.problem import Refused
from guanzhang.trail.models import AuditRecord, Counter


def with_goods(row, *names, **head):
    goods = [
        {"CodeTS": "8471300000", "GName": name, "GQty": "2", "DeclPrice": "1.5",
         "DeclTotal": "3.00", "TradeCurr": "USD", "OriginCountry": "JPN"}
        for name in names
    ]  # fmt: skip
    return {**row.document, "DecHead": {**row.document["DecHead"], **head}, "DecLists": goods}


@pytest.fixture
def draft(cast, clients, now):
    return create_declaration(
        cast.actor("declarant"), direction="I", party_id=clients.hengtong.pk, now=now
    )


def actions(row):
    return list(
        AuditRecord.objects.filter(object_type="declaration", object_id=str(row.pk))
        .order_by("sequence")
        .values_list("action", flat=True)
    )


def codes(refused):
    return [problem.kind.code for problem in refused.value.problems]


def test_a_new_draft_knows_its_client_its_maker_and_our_own_company(cast, clients, now):
    Settings.objects.create(
        book=cast.book, agent_usc="91330200MA00000000", agent_code="3302180001",
        agent_name="远航报关有限公司", sequence_prefix="YH",
    )  # fmt: skip
    row = create_declaration(
        cast.actor("declarant"), direction="E", party_id=clients.hengtong.pk, now=now
    )
    head = row.document["DecHead"]
    assert (row.number, row.client_no, row.state) == ("D2026-000001", "YH202600000001", "draft")
    assert value_at(row.document, "DecSign.ClientSeqNo") == "YH202600000001"
    assert (head["IEFlag"], row.direction) == ("E", "E")
    assert head["TradeName"] == head["OwnerName"] == row.trader_name == "宁波恒通进出口有限公司"
    assert head["TradeCoScc"] == row.trader_code == clients.hengtong.usc_code
    assert (head["AgentName"], head["AgentCode"]) == ("远航报关有限公司", "3302180001")
    assert (head["CopCodeScc"], head["CopCode"]) == ("91330200MA00000000", "MA0000000")
    assert head["InputerName"] == "己"
    assert row.owner_id == cast.users["declarant"].pk
    assert row.department.name == "华东部"
    assert row.sha256 == digest(row.document)
    assert actions(row) == ["declaration.created"]
    assert row.events.get().action == "created"


def test_numbers_have_no_gaps_when_a_creation_is_refused(cast, clients, now, draft):
    actor = cast.actor("declarant")
    taken = {"DecHead": {"IEFlag": "I"}, "DecSign": {"ClientSeqNo": draft.client_no}}
    with pytest.raises(Refused) as refused:
        create_declaration(actor, direction="I", party_id=None, now=now, document=taken)
    assert codes(refused) == ["CUS-934"]
    assert refused.value.problems[0].facts["number"] == "D2026-000001"
    second = create_declaration(actor, direction="I", party_id=None, now=now)
    assert second.number == "D2026-000002"
    assert Declaration.objects.count() == 2


def test_the_client_is_found_by_the_documents_codes_or_name(cast, clients, now):
    actor = cast.actor("declarant")

    def client_of(**head):
        return create_declaration(
            actor, direction="I", party_id=None, now=now, document={"DecHead": head}
        ).party_id

    assert client_of(TradeCoScc=clients.ruifeng.usc_code) == clients.ruifeng.pk
    assert client_of(TradeCode="3302960001") == clients.hengtong.pk
    assert client_of(TradeName="瑞丰化工（宁波）有限公司") == clients.ruifeng.pk
    assert client_of(TradeName="远客贸易有限公司") is None  # another company's
    assert client_of(TradeName="瑞丰") is None


@pytest.mark.parametrize("who", ["accountant", "controller", "auditor"])
def test_who_may_not_edit_creates_nothing(cast, clients, now, who):
    with pytest.raises(Http404):
        create_declaration(cast.actor(who), direction="I", party_id=None, now=now)
    assert not Declaration.objects.exists()


def test_nobody_creates_for_a_client_out_of_reach(cast, clients, now):
    for party in (clients.ruifeng, clients.stranger):
        with pytest.raises(Http404):
            create_declaration(cast.actor("sales"), direction="I", party_id=party.pk, now=now)
    assert not Declaration.objects.exists()


def test_a_save_writes_document_columns_goods_and_trail(cast, draft, later):
    document = with_goods(
        draft, "笔记本电脑", "键盘", GrossWet="12.50000", BillNo="COSU1", PackNo="3"
    )
    row = save_document(cast.actor("declarant"), draft.pk, document, revision=1, now=later)
    row.refresh_from_db()
    assert (row.revision, row.line_count, row.goods_name) == (2, 2, "笔记本电脑")
    assert (row.bill_no, row.packages, row.gross_weight) == ("COSU1", 3, Decimal("12.5"))
    assert (row.currency, row.total, row.net_weight) == ("USD", Decimal(6), None)
    lines = list(
        GoodsLine.objects.order_by("number").values_list("number", "name", "total", "origin")
    )
    assert lines == [(1, "笔记本电脑", Decimal(3), "JPN"), (2, "键盘", Decimal(3), "JPN")]
    entry = AuditRecord.objects.filter(action="declaration.changed").get()
    assert entry.changes["DecHead.GrossWet"] == ["", "12.50000"]
    assert entry.changes["DecLists[1].GName"] == ["", "键盘"]


def test_an_equal_save_writes_nothing(cast, draft, later):
    row = save_document(
        cast.actor("declarant"), draft.pk, draft.document, revision=1, now=later
    )
    row.refresh_from_db()
    assert (row.revision, actions(row)) == (1, ["declaration.created"])


def test_the_second_of_two_saves_keeps_both_versions(cast, draft, later):
    first, second = cast.actor("declarant"), cast.actor("reviewer")
    save_document(first, draft.pk, with_goods(draft, "甲货"), revision=1, now=later)
    for _ in range(2):
        with pytest.raises(Overtaken) as overtaken:
            save_document(second, draft.pk, with_goods(draft, "乙货"), revision=1, now=later)
    assert overtaken.value.row.goods_name == "甲货"
    draft.refresh_from_db()
    assert (draft.revision, draft.goods_name) == (2, "甲货")
    kept = Revision.objects.get(step="unsaved")
    assert kept.pk == overtaken.value.kept.pk
    assert (kept.document["DecLists"][0]["GName"], kept.user_name) == ("乙货", "庚")


def test_the_same_content_from_an_older_revision_is_no_conflict(cast, draft, later):
    document = with_goods(draft, "甲货")
    save_document(cast.actor("declarant"), draft.pk, document, revision=1, now=later)
    row = save_document(cast.actor("declarant"), draft.pk, document, revision=1, now=later)
    assert row.revision == 2
    assert not Revision.objects.exists()


def test_autosaves_become_one_audit_record_at_the_next_save(cast, draft, later):
    actor = cast.actor("declarant")
    save_document(
        actor, draft.pk, with_goods(draft, "一"), revision=1, now=later, autosave=True
    )
    save_document(
        actor, draft.pk, with_goods(draft, "二"), revision=2, now=later, autosave=True
    )
    draft.refresh_from_db()
    assert (draft.goods_name, draft.revision, actions(draft)) == (
        "二",
        3,
        ["declaration.created"],
    )
    save_document(actor, draft.pk, draft.document, revision=3, now=later)
    entry = AuditRecord.objects.get(action="declaration.changed")
    assert entry.changes["DecLists[0].GName"] == ["", "二"]
    assert not Revision.objects.exists()


def test_autosaved_changes_are_recorded_in_the_name_of_who_typed(cast, draft, later):
    save_document(
        cast.actor("declarant"), draft.pk, with_goods(draft, "一"), revision=1, now=later,
        autosave=True,
    )  # fmt: skip
    draft.refresh_from_db()
    save_document(
        cast.actor("reviewer"), draft.pk, with_goods(draft, "二"), revision=2, now=later
    )
    told = AuditRecord.objects.filter(action="declaration.changed").order_by("sequence")
    assert [(t.actor_name, t.changes["DecLists[0].GName"]) for t in told] == [
        ("己", ["", "一"]),
        ("庚", ["一", "二"]),
    ]


def test_a_void_declaration_settles_what_was_autosaved(cast, draft, later):
    actor = cast.actor("declarant")
    save_document(
        actor, draft.pk, with_goods(draft, "一"), revision=1, now=later, autosave=True
    )
    row = void_declaration(actor, draft.pk, reason="客户撤单", now=later)
    assert row.state == "void"
    assert actions(row) == ["declaration.created", "declaration.changed", "declaration.voided"]
    assert row.events.last().note == "客户撤单"
    with pytest.raises(Refused) as refused:
        void_declaration(actor, draft.pk, reason="再来", now=later)
    assert codes(refused) == ["CUS-931"]


def test_voiding_needs_a_reason(cast, draft, later):
    with pytest.raises(Refused) as refused:
        void_declaration(cast.actor("declarant"), draft.pk, reason=" ", now=later)
    assert codes(refused) == ["CUS-932"]
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_what_meets_a_declaration_that_is_no_draft_is_kept(cast, draft, later):
    void_declaration(cast.actor("declarant"), draft.pk, reason="重做", now=later)
    with pytest.raises(Refused) as refused:
        save_document(
            cast.actor("declarant"), draft.pk, with_goods(draft, "迟"), revision=1, now=later
        )
    assert codes(refused) == ["CUS-935"]
    draft.refresh_from_db()
    assert draft.goods_name == ""
    assert Revision.objects.get().document["DecLists"][0]["GName"] == "迟"


def test_our_client_number_cannot_be_typed_over(cast, draft, later):
    document = {**draft.document, "DecSign": {"ClientSeqNo": "X1"}}
    row = save_document(cast.actor("declarant"), draft.pk, document, revision=1, now=later)
    assert (row.client_no, row.revision) == (draft.client_no, 1)


@pytest.mark.parametrize(
    "document", [{"DecLists": ["x"]}, {"DecLists": 5}, {"DecHead": {"other": [1]}}]
)
def test_what_is_no_declaration_is_refused(cast, draft, later, document):
    with pytest.raises(Refused) as refused:
        save_document(cast.actor("declarant"), draft.pk, document, revision=1, now=later)
    assert codes(refused) == ["CUS-933"]


def test_a_copy_leaves_out_what_belongs_to_one_shipment(cast, draft, later):
    actor = cast.actor("declarant")
    document = with_goods(
        draft, "甲货", BillNo="B1", ContrNo="HT1", EntryId="3" * 18, TrafName="COSCO"
    )
    document["DecContainers"] = [{"ContainerId": "COSU1234567"}]
    row = save_document(actor, draft.pk, document, revision=1, now=later)
    copy = copy_declaration(actor, row.pk, now=later)
    assert (copy.number, copy.state, copy.party_id) == ("D2026-000002", "draft", row.party_id)
    assert (copy.bill_no, copy.entry_no, copy.vehicle, copy.contract_no) == ("", "", "", "HT1")
    assert "DecContainers" not in copy.document
    assert copy.goods.get().name == "甲货"
    assert copy.client_no != row.client_no
    assert copy.events.get().note == "复制自 D2026-000001"


@pytest.mark.parametrize(
    "typed",
    ["9" * 19, "9" * 18 + ".99999", "-5", "1e5", "0.0000000000000000000001", "1" * 60, "٣"],
)
def test_mistyped_numbers_are_kept_as_typed_and_never_too_large_to_save(
    cast, draft, later, typed
):
    document = with_goods(
        draft, "甲货", GrossWet=typed, NetWt=typed, PackNo=typed, FeeRate=typed
    )
    document["DecLists"][0] |= dict.fromkeys(
        ("GQty", "FirstQty", "DeclPrice", "DeclTotal"), typed
    )
    document["DecLists"][0]["TradeCurr"] = "CNY"
    row = save_document(cast.actor("declarant"), draft.pk, document, revision=1, now=later)
    row.refresh_from_db()
    assert value_at(row.document, "DecLists[0].DeclTotal") == typed
    assert row.error_count > 0


def test_a_book_is_taken_out_of_the_search_index(cast, draft, now):
    other = create_declaration(cast.actor("stranger"), direction="I", party_id=None, now=now)
    unindex_declarations(cast.book.pk)
    assert list(SearchText.objects.values_list("declaration_id", flat=True)) == [other.pk]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rowid FROM customs_search WHERE customs_search MATCH %s",
                [f'"@{cast.book.pk}"'],
            )
            assert cursor.fetchall() == []


def test_a_new_declaration_is_signed_like_the_makers_last_one(cast, clients, now):
    def made(who, **head):
        document = {"DecHead": head} if head else None
        return create_declaration(
            cast.actor(who), direction="I", party_id=clients.hengtong.pk, now=now,
            document=document,
        ).document["DecHead"]  # fmt: skip

    made("declarant", TypistNo="2500000000017", DeclareName="己")
    again = made("declarant")
    assert (again["TypistNo"], again["DeclareName"]) == ("2500000000017", "己")
    assert made("declarant", TypistNo="9")["TypistNo"] == "9"
    assert "TypistNo" not in made("sales")


def test_scope(cast, clients, draft, now):
    mine = create_declaration(
        cast.actor("sales"), direction="I", party_id=clients.hengtong.pk, now=now
    )
    # 甲 looks after 恒通: reads what others made for it, and writes only what is theirs.
    assert set(declarations_for(cast.actor("sales"))) == {mine, draft}
    assert list(declarations_for(cast.actor("sales"), "declaration.edit")) == [mine]
    assert set(declarations_for(cast.actor("manager"))) == {mine, draft}
    assert not declarations_for(cast.actor("stranger")).exists()
    assert declaration_for(cast.actor("auditor"), draft.pk) == draft
    for who in ("colleague", "stranger"):
        with pytest.raises(Http404):
            declaration_for(cast.actor(who), draft.pk)
    with pytest.raises(Http404):
        declaration_for(cast.actor("sales"), draft.pk, "declaration.edit")


@pytest.mark.django_db(transaction=True)
def test_two_people_save_at_once_and_one_of_them_is_told(cast, draft, later):
    start, outcomes = threading.Barrier(2), []

    def save(who, name):
        start.wait()
        try:
            save_document(
                cast.actor(who), draft.pk, with_goods(draft, name), revision=1, now=later
            )
            outcomes.append("saved")
        except Overtaken:
            outcomes.append("overtaken")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=save, args=pair)
        for pair in (("declarant", "甲货"), ("reviewer", "乙货"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    draft.refresh_from_db()
    names = {
        draft.goods_name,
        Revision.objects.get(step="unsaved").document["DecLists"][0]["GName"],
    }
    assert (sorted(outcomes), names, draft.revision) == (
        ["overtaken", "saved"],
        {"甲货", "乙货"},
        2,
    )
    assert GoodsLine.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_are_given_once_to_people_who_start_at_once(cast, now):
    start, numbers = threading.Barrier(4), []

    def create():
        start.wait()
        try:
            row = create_declaration(
                cast.actor("declarant"), direction="I", party_id=None, now=now
            )
            numbers.append(row.number)
        finally:
            connection.close()

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"D2026-{n:06}" for n in range(1, 5)]
    assert Counter.objects.get(series="declaration.2026").last == 4
    assert Event.objects.count() == 4
