"""Many declarations at once, and finding them again."""

from __future__ import annotations

import pytest
from django.http import Http404

from customs.ready import clean, codes
from guanzhang.customs.checking import findings
from guanzhang.customs.models import Declaration, Event, GoodsLine, SearchText
from guanzhang.customs.search import find_declarations, index_declarations, search_q
from guanzhang.customs.services.declarations import create_declaration, save_document
from guanzhang.customs.services.entering import enter_declarations
from guanzhang.customs.services.figures import refresh
from guanzhang.kernel.problem import Refused
from guanzhang.trail.models import AuditRecord


def test_documents_are_entered_as_they_are(cast, shipped, example_client, now):
    actor = cast.actor("declarant")
    documents = [clean(now, seed=n) for n in range(5)]
    documents[3]["DecSign"] = {"ClientSeqNo": "KH-3"}
    rows = enter_declarations(actor, iter(documents), now=now, source="旧系统.zip")
    assert [row.number for row in rows] == [f"D2026-{n:06}" for n in range(1, 6)]
    stored = Declaration.objects.order_by("number")
    assert [row.client_no for row in stored] == [
        "GZ202600000001", "GZ202600000002", "GZ202600000003", "KH-3", "GZ202600000005",
    ]  # fmt: skip
    for row, document in zip(stored, documents, strict=True):
        assert {k: v for k, v in row.document.items() if k != "DecSign"} == {
            k: v for k, v in document.items() if k != "DecSign"
        }
        assert (row.party_id, row.owner_id) == (example_client.pk, actor.user_id)
        assert (row.error_count, row.warning_count, row.tax_cny) == (None, None, None)
        assert row.due_on is not None
    assert GoodsLine.objects.count() == sum(len(d["DecLists"]) for d in documents)
    assert set(Event.objects.values_list("action", "note")) == {("created", "旧系统.zip")}
    record = AuditRecord.objects.get(action="declaration.entered")
    assert record.changes == {"count": 5, "numbers": ["D2026-000001", "D2026-000005"]}


def test_entering_and_saving_one_by_one_leave_the_same(cast, shipped, example_client, now):
    actor = cast.actor("declarant")
    (bulk,) = enter_declarations(actor, [clean(now)], now=now)
    refresh([bulk.pk, 999_999], now=now)
    single = create_declaration(
        actor, direction="I", party_id=None, now=now, document=clean(now)
    )
    names = [
        f.attname for f in Declaration._meta.concrete_fields
        if f.attname not in ("id", "number", "client_no", "document", "sha256", "warning_count")
    ]  # fmt: skip
    bulk.refresh_from_db()
    single.refresh_from_db()
    assert {n: getattr(bulk, n) for n in names} == {n: getattr(single, n) for n in names}
    lines = ("number", "hs_code", "name", "model", "quantity", "unit", "first_quantity", "price",
             "total", "currency", "origin", "value_cny", "duty_cny")  # fmt: skip
    assert list(bulk.goods.values_list(*lines)) == list(single.goods.values_list(*lines))


def test_nothing_is_entered_twice(cast, now):
    actor = cast.actor("declarant")
    twice = [
        {"DecHead": {"IEFlag": "I"}, "DecSign": {"ClientSeqNo": n}} for n in ("A", "B", "A")
    ]
    with pytest.raises(Refused) as refused:
        enter_declarations(actor, twice, now=now)
    assert codes(refused) == ["CUS-934"]
    enter_declarations(actor, twice[:2], now=now)
    with pytest.raises(Refused) as refused:
        enter_declarations(actor, twice[:2], now=now)
    facts = [(p.facts["found"], p.facts["number"]) for p in refused.value.problems]
    assert facts == [("A", "D2026-000001"), ("B", "D2026-000002")]
    assert Declaration.objects.count() == 2
    assert enter_declarations(actor, [], now=now) == []
    with pytest.raises(Http404):
        enter_declarations(cast.actor("auditor"), twice[:1], now=now)


def test_a_document_that_is_none_stops_all(cast, now):
    with pytest.raises(Refused) as refused:
        enter_declarations(cast.actor("declarant"), [{}, {"DecLists": [1]}], now=now)
    assert codes(refused) == ["CUS-933"]
    assert not Declaration.objects.exists()


@pytest.fixture
def three(cast, clients, now):
    def make(who, name, **head):
        return create_declaration(
            cast.actor(who), direction="I", party_id=None, now=now,
            document={"DecHead": head, "DecLists": [{"GName": "螺丝"}, {"GName": name}]},
        )  # fmt: skip

    return (
        make("declarant", "笔记本电脑", TradeName=clients.hengtong.name, BillNo="COSU6123456",
             EntryId="310420260000000001", ContrNo="HT-2026-88"),
        make("sales", "硫酸", TradeName=clients.ruifeng.name, BillNo="MAEU9"),
        make("stranger", "笔记本电脑", TradeName="远客贸易有限公司"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("COSU6123456", [1]), ("cosu6", [1]), ("310420260000000001", [1]), ("0000001", [1]),
        ("HT-2026-88", [1]), ("ht2026", [1]), ("恒通", [1]), ("nbht", [1]), ("笔记本", [1]),
        ("bjbdn", [1]), ("bijiben", [1]), ("螺丝", [1, 2]), ("恒通 螺丝", [1]), ("恒通 硫酸", []),
        ("D2026", [1, 2]), ("000002", [2]), ("远客", []), ("没有这个", []), ("", [1, 2]),
    ],
)  # fmt: skip
def test_declarations_are_found_by_numbers_names_and_pinyin(cast, three, text, numbers):
    rows = Declaration.objects.filter(book=cast.book).filter(
        search_q(text, cast.actor("admin"))
    )
    wanted = [f"D2026-{n:06}" for n in numbers]
    assert sorted(rows.values_list("number", flat=True)) == wanted
    hits = find_declarations(cast.actor("admin"), text)
    assert sorted(row.number for row in hits) == wanted


def test_who_may_not_see_a_declaration_does_not_find_it(cast, three):
    found = find_declarations(cast.actor("sales"), "螺丝")
    assert sorted(r.number for r in found) == ["D2026-000001", "D2026-000002"]
    assert find_declarations(cast.actor("colleague"), "螺丝") == []
    assert find_declarations(cast.actor("colleague"), "COSU6123456") == []
    assert [r.goods_name for r in find_declarations(cast.actor("stranger"), "螺丝")] == ["螺丝"]


def test_a_saved_declaration_is_found_by_what_it_says_now(cast, three, later):
    row = three[0]
    head = {**row.document["DecHead"], "BillNo": "OOLU7"}
    save_document(
        cast.actor("declarant"),
        row.pk,
        {**row.document, "DecHead": head},
        revision=1,
        now=later,
    )
    actor = cast.actor("admin")
    assert find_declarations(actor, "COSU6123456") == []
    assert find_declarations(actor, "OOLU7") == [row]
    assert SearchText.objects.count() == 3
    row.refresh_from_db()
    assert index_declarations([row]) == 0


def test_findings_know_the_rest_of_the_book(cast, shipped, example_client, now):
    actor = cast.actor("declarant")
    first = create_declaration(
        actor, direction="I", party_id=example_client.pk, now=now, document=clean(now)
    )
    second = create_declaration(
        actor, direction="I", party_id=example_client.pk, now=now, document=clean(now)
    )
    same_bill = [
        p for p in findings(second, on=now.date()).problems if p.kind.code == "CUS-U01"
    ]
    assert len(same_bill) == 1
    assert first.number in same_bill[0].message()
    assert not [p for p in findings(first, on=now.date()).problems if p.is_error]
