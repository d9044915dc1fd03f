"""Messages of other programs become drafts, each file with its result."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.http import Http404

from guanzhang.customs.domain.archive import packed
from guanzhang.customs.domain.xml import read_message, write_message
from guanzhang.customs.models import Declaration, GoodsLine
from guanzhang.customs.services.importing import import_messages, uploads_in

SAMPLE = (Path(__file__).parents[2] / "data/customs/import_declaration.xml").read_bytes()


def message(client_no: str) -> bytes:
    text = SAMPLE.decode().replace("YF20260302000007", client_no)
    return text.encode()


def shown(results) -> list[tuple[str, str, list[str]]]:
    return [(r.name, r.number, [p.kind.code for p in r.problems]) for r in results]


def test_one_message_becomes_a_draft_and_survives(cast, now):
    actor = cast.actor("declarant")
    results = import_messages(actor, uploads_in("a.xml", SAMPLE), now=now, source="a.xml")
    assert shown(results) == [("a.xml", "D2026-000001", [])]
    row = Declaration.objects.get()
    assert (row.state, row.client_no, row.owner_id) == (
        "draft",
        "YF20260302000007",
        actor.user_id,
    )
    assert (row.trader_name, row.bill_no, row.line_count) == (
        "示范轴承贸易有限公司",
        "YFBL20260007",
        2,
    )
    assert [g.hs_code for g in GoodsLine.objects.order_by("number")] == [
        "8482102000",
        "3926909090",
    ]
    document = read_message(SAMPLE).document
    assert row.document == document
    assert read_message(write_message(row.document)).document == document


def test_an_archive_gives_a_result_for_each_file(cast, now):
    data = packed(
        {
            "甲/1.xml": message("C1"),
            "甲/2.xml": b"<broken",
            "甲/3.xml": message("C3"),
            "甲/4.xml": message("C1"),  # the same client number again
            "甲/5.xml": message("C5").replace(b"<DecHead>", b"<DecHead><New>1</New>"),
            "../6.xml": message("C6"),
            "readme.txt": b"",
        }
    )
    results = import_messages(cast.actor("declarant"), uploads_in("x.zip", data), now=now)
    assert [r.name for r in results] == [*(f"甲/{n}.xml" for n in range(1, 6)), "../6.xml"]
    by_name = {r.name: r for r in results}
    assert [p.kind.code for p in by_name["甲/2.xml"].problems] == ["CUS-901"]
    assert [p.kind.code for p in by_name["甲/4.xml"].problems] == ["CUS-934"]
    assert [p.kind.code for p in by_name["甲/5.xml"].problems] == ["CUS-908"]
    assert [p.kind.code for p in by_name["../6.xml"].problems] == ["CUS-919"]
    entered = {name for name, r in by_name.items() if r.declaration_id}
    assert entered == {"甲/1.xml", "甲/3.xml", "甲/5.xml"}
    assert Declaration.objects.count() == 3
    numbers = dict(Declaration.objects.values_list("client_no", "number"))
    assert numbers == {
        "C1": by_name["甲/1.xml"].number,
        "C3": by_name["甲/3.xml"].number,
        "C5": by_name["甲/5.xml"].number,
    }
    # once more: nothing is doubled
    again = import_messages(cast.actor("declarant"), uploads_in("x.zip", data), now=now)
    assert not any(r.declaration_id for r in again)
    assert Declaration.objects.count() == 3


def test_a_bad_archive_is_one_result(cast, now):
    bad = packed({"1.xml": message("C1")})[:-40]
    results = import_messages(cast.actor("declarant"), uploads_in("C:\\x\\y.zip", bad), now=now)
    assert shown(results) == [("y.zip", "", ["CUS-917"])]
    assert not Declaration.objects.exists()


def test_only_who_may_edit_imports(cast, now):
    with pytest.raises(Http404):
        import_messages(cast.actor("accountant"), uploads_in("a.xml", SAMPLE), now=now)
    assert not Declaration.objects.exists()
