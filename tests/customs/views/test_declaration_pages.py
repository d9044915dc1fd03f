"""The form and the review page as the server answers them: rights, saving, cells, papers, the verdict."""

from __future__ import annotations

import datetime as dt
import json
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pypdf import PdfWriter
from tests.customs.ready import agree, clean

from conftest import NOW
from guanzhang.customs.checking import findings
from guanzhang.customs.domain.message import every_block
from guanzhang.customs.models import (
    Acknowledgement,
    Attachment,
    Declaration,
    Event,
    Mandate,
    Remark,
    Revision,
    SheetMapping,
    Template,
    UsedGoods,
)  # fmt: skip
from guanzhang.customs.services.declarations import create_declaration, save_document
from guanzhang.customs.services.review import submit
from guanzhang.reference.services import install_shipped


@pytest.fixture
def reference_data(db):
    install_shipped(NOW)


@pytest.fixture
def now():
    return timezone.now()  # the views read the clock


@pytest.fixture
def draft(cast, clients, reference_data, now):
    client = clients.hengtong
    Mandate.objects.create(
        book=cast.book, party=client, number="20261234567890123", kind="long", created_at=now,
        valid_from=now.date().replace(month=1, day=1), valid_to=now.date().replace(month=12, day=31),
    )  # fmt: skip
    return create_declaration(
        cast.actor("sales"), direction="I", party_id=client.pk, now=now, document=clean(now)
    )


def test_what_customs_has_is_read_with_its_numbers_and_judged_by_its_day(as_user, draft, now):
    Declaration.objects.filter(pk=draft.pk).update(
        state="tax_due",
        entry_no="310420261000000123",
        seq_no="I20260000000000777",
        declared_on=draft.moved_on,
    )
    data = as_user("auditor").get(url(draft)).context["data"]
    assert data["document"]["DecHead"]["EntryId"] == "310420261000000123"
    assert data["document"]["DecHead"]["SeqNo"] == "I20260000000000777"
    row = Declaration.objects.get(pk=draft.pk)
    found = findings(row, on=draft.moved_on + dt.timedelta(days=60))
    assert "CUS-U04" not in {problem.kind.code for problem in found.problems}
    assert (
        "310420261000000123" in as_user("auditor").get(url(draft, "review/")).content.decode()
    )


def send(client, url, body):
    return client.post(url, json.dumps(body), content_type="application/json")


def url(row, name=""):
    return f"/declarations/{row.pk}/{name}"


# --- who sees what ---------------------------------------------------------------------------------------


def test_the_form_is_there_for_its_people_and_nobody_else(as_user, draft):
    assert as_user("sales").get(url(draft)).context["editable"] is True
    assert as_user("auditor").get(url(draft)).context["editable"] is False
    assert as_user("colleague").get(url(draft)).status_code == 404
    assert as_user("stranger").get(url(draft)).status_code == 404
    for name in (
        "save/",
        "check/",
        "cells/",
        "merge/",
        "split/",
        "answer/",
        "sheet/",
        "files/",
    ):
        answer = send(as_user("stranger"), url(draft, name), {"revision": 1, "document": {}})
        assert answer.status_code == 404, name
    for name in ("save/", "answer/", "files/", "copy/", "step/", "review/verdict/"):
        assert as_user("auditor").post(url(draft, name)).status_code == 403, name


def test_every_element_of_the_message_can_be_edited(as_user, draft):
    answer = as_user("sales").get("/declarations/elements/").json()

    def count(block):
        return len(block["elements"]) + sum(count(child) for child in block["children"])

    whole = sum(len(block.elements) for block in every_block())
    left_out = {"DecMarkLobs.Attachment", "DecLists.GNo"}  # bytes; numbered by the program
    assert sum(count(block) for block in answer["blocks"]) == whole - len(left_out)


# --- saving ------------------------------------------------------------------------------------------------


def test_saving_answers_the_new_revision_and_what_the_checks_say(as_user, draft):
    head = {**draft.document["DecHead"], "NoteS": "已改", "NetWt": "99999999"}
    answer = send(
        as_user("sales"), url(draft, "save/"),
        {"document": {**draft.document, "DecHead": head}, "revision": draft.revision},
    )  # fmt: skip
    found = answer.json()
    draft.refresh_from_db()
    assert answer.status_code == 200
    assert (found["revision"], draft.document["DecHead"]["NoteS"]) == (2, "已改")
    assert "DecHead.NetWt" in {p["path"] for p in found["found"]["problems"]}
    assert found["names"]["trade_mode"] == {"0110": "一般贸易"}


def test_a_late_save_is_told_who_was_first_and_writes_nothing(as_user, cast, draft, now):
    theirs = {**draft.document, "DecHead": {**draft.document["DecHead"], "NoteS": "先到"}}
    save_document(cast.actor("reviewer"), draft.pk, theirs, revision=1, now=now)
    mine = {**draft.document, "DecHead": {**draft.document["DecHead"], "NoteS": "后到"}}
    answer = send(as_user("sales"), url(draft, "save/"), {"document": mine, "revision": 1})
    found = answer.json()
    draft.refresh_from_db()
    assert answer.status_code == 409
    assert (found["stale"], found["by"], found["revision"]) == (True, "庚", 2)
    assert found["document"]["DecHead"]["NoteS"] == draft.document["DecHead"]["NoteS"] == "先到"
    assert found["labels"]["DecHead.NoteS"] == "备注"
    kept = Revision.objects.get(declaration=draft, step="unsaved")
    assert kept.document["DecHead"]["NoteS"] == "后到"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"revision": "1"}', b'{"document": 3}'])
def test_nonsense_is_refused_with_a_sentence(as_user, draft, body):
    for name in ("save/", "check/"):
        answer = as_user("sales").post(url(draft, name), body, content_type="application/json")
        assert answer.status_code == 409, (name, body)
        assert answer.json()["problems"][0]["text"]
    draft.refresh_from_db()
    assert draft.revision == 1


def test_checking_writes_nothing(as_user, draft):
    document = {**draft.document, "DecHead": {**draft.document["DecHead"], "TradeMode": "9999"}}
    found = send(as_user("auditor"), url(draft, "check/"), {"document": document}).json()[
        "found"
    ]
    draft.refresh_from_db()
    assert any(p["path"] == "DecHead.TradeMode" for p in found["problems"])
    assert all(p["where"] for p in found["problems"] if p["path"])
    assert draft.document["DecHead"]["TradeMode"] == "0110"


# --- lines ---------------------------------------------------------------------------------------------------


def test_pasted_cells_become_values_or_problems(as_user, draft):
    found = send(
        as_user("sales"), url(draft, "cells/"),
        {
            "block": "DecLists", "columns": ["GQty", "GUnit", "OriginCountry"],
            "rows": [["1,200", "台", "日本"], ["x", "台", "火星"], ["5"]],
        },
    ).json()  # fmt: skip
    assert found["rows"] == [
        {"GQty": "1200", "GUnit": "001", "OriginCountry": "JPN"}, {"GUnit": "001"}, {"GQty": "5"},
    ]  # fmt: skip
    assert [(w["row"], w["column"], w["text"]) for w in found["wrong"]] == [
        (1, 0, "x"),
        (1, 2, "火星"),
    ]
    assert found["names"]["country"] == {"JPN": "日本"}
    bad = send(
        as_user("sales"), url(draft, "cells/"), {"block": "X", "columns": [], "rows": []}
    )
    assert bad.status_code == 409


def test_equal_lines_are_merged_for_the_page_alone(as_user, draft):
    line = {
        "CodeTS": "8481804090",
        "GName": "阀",
        "DeclPrice": "2",
        "GQty": "3",
        "DeclTotal": "6",
    }
    found = send(
        as_user("sales"), url(draft, "merge/"), {"rows": [line, line, {"GNo": "3"}]}
    ).json()
    draft.refresh_from_db()
    assert found == {"rows": [{**line, "GQty": "6", "DeclTotal": "12"}], "saved": 1}
    assert len(draft.document["DecLists"]) == 2


def test_too_many_lines_are_split_into_drafts(as_user, cast, draft, now):
    rows = [{**draft.document["DecLists"][0], "ExgNo": str(n)} for n in range(120)]
    row = save_document(
        cast.actor("sales"), draft.pk, {**draft.document, "DecLists": rows}, revision=1, now=now
    )
    stale = send(as_user("sales"), url(row, "split/"), {"revision": 1})
    assert (stale.status_code, Declaration.objects.count()) == (409, 1)
    answer = send(as_user("sales"), url(row, "split/"), {"revision": row.revision})
    assert answer.json() == {"url": url(row)}
    parts = list(Declaration.objects.order_by("pk"))
    assert [part.line_count for part in parts] == [50, 50, 20]
    assert sum(part.packages for part in parts) == draft.packages
    assert sum(part.gross_weight for part in parts) == draft.gross_weight
    assert len({part.client_no for part in parts}) == 3
    once = send(as_user("sales"), url(row, "split/"), {"revision": parts[0].revision})
    assert once.json()["problems"][0]["code"] == "CUS-979"
    assert Declaration.objects.count() == 3


def test_the_tariff_the_client_and_used_goods_fill_a_line(as_user, cast, draft, clients):
    client = as_user("sales")
    found = client.get("/declarations/tariff/?code=8482102000").json()
    assert found["known"] is True
    assert found["elements"][0] == "品牌类型"
    assert found["names"]["unit"][found["unit1"]]
    assert client.get("/declarations/tariff/?code=0000000000").json() == {"known": False}
    assert client.get(f"/declarations/party/?id={clients.hengtong.pk}").json() == {
        "name": clients.hengtong.name, "usc_code": clients.hengtong.usc_code,
        "customs_code": clients.hengtong.customs_code,
    }  # fmt: skip
    assert client.get(f"/declarations/party/?id={clients.ruifeng.pk}").status_code == 404
    assert client.get("/declarations/party/?id=x").status_code == 404
    goods = UsedGoods.objects.create(
        book=cast.book, party=clients.hengtong, direction="I", hs_code="8482102000", name="深沟球轴承",
        row={"GModel": "0|3|轴承", "GUnit": "006"}, used_on=NOW.date(), search="深沟球轴承 sgqzc 8482102000",
    )  # fmt: skip
    assert "深沟球轴承" in client.get(url(draft, "goods/?q=sgq")).content.decode()
    line = client.get(url(draft, f"used/?id={goods.pk}")).json()
    assert line["row"]["CodeTS"] == "8482102000"
    assert line["names"]["unit"] == {"006": "套"}
    UsedGoods.objects.update(party=clients.ruifeng)
    assert client.get(url(draft, f"used/?id={goods.pk}")).status_code == 404


# --- sheets ----------------------------------------------------------------------------------------------------


def workbook():
    book = openpyxl.Workbook()
    invoice = book.active
    invoice.title = "INVOICE"
    for line in (
        ["COMMERCIAL INVOICE"],
        ["Item No.", "HS Code", "Description", "Qty", "单位", "Unit Price", "Amount", "产地"],
        ["A1", "8483409000", "减速机", 24, "个", 612.5, 14700, "日本"],
        ["A2", "8481901000", "阀芯", "两千", "个", 0.82, 1640, "日本"],
        ["", "", "TOTAL", 2024, "", "", 16340, ""],
    ):
        invoice.append(line)
    packing = book.create_sheet("PACKING")
    for line in (
        ["Item No.", "CTNS", "N.W.", "G.W."],
        ["A1", 12, 300, 330],
        ["A2", 4, 96, 100.5],
    ):
        packing.append(line)
    file = BytesIO()
    book.save(file)
    return SimpleUploadedFile("IV.xlsx", file.getvalue())


def test_an_invoice_and_a_packing_list_become_unsaved_lines(as_user, draft):
    client = as_user("sales")
    found = client.post(url(draft, "sheet/"), {"file": workbook()}).json()
    sheets = found["sheets"]
    assert [(s["sheet"], s["role"], s["remembered"]) for s in sheets] == [
        ("INVOICE", "invoice", False), ("PACKING", "packing", False),
    ]  # fmt: skip
    assert sheets[0]["columns"]["GQty"] == 3
    chosen = [{k: s[k] for k in ("token", "file", "sheet", "role", "columns")} for s in sheets]
    body = {"sheets": chosen, "defaults": {"TradeCurr": "USD", "GName": "no"}}
    lines = send(client, url(draft, "sheet/lines/"), body).json()
    assert [row["CodeTS"] for row in lines["rows"]] == ["8483409000", "8481901000"]
    assert lines["rows"][1]["FirstQty"] == "96"
    assert lines["rows"][1]["TradeCurr"] == "USD"
    assert [(p["code"], p["at"]) for p in lines["wrong"]] == [("CUS-971", "INVOICE!D4")]
    assert lines["head"] == {"NetWt": "396", "GrossWet": "430.5", "PackNo": "16"}
    draft.refresh_from_db()
    assert (draft.revision, len(draft.document["DecLists"])) == (1, 2)  # nothing was written
    assert SheetMapping.objects.get(role="invoice").columns["GQty"] == "Qty"
    again = client.post(url(draft, "sheet/"), {"file": workbook()}).json()["sheets"]
    assert [s["remembered"] for s in again] == [True, True]


def test_a_bad_sheet_is_refused_and_an_unknown_token_too(as_user, draft):
    client = as_user("sales")
    bad = client.post(
        url(draft, "sheet/"), {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04junk")}
    )
    assert bad.status_code == 409
    assert bad.json()["problems"][0]["text"]
    for token in ("0" * 64, "../../etc/passwd"):
        chosen = [
            {"token": token, "file": "a.xlsx", "sheet": "", "role": "invoice", "columns": {}}
        ]
        gone = send(client, url(draft, "sheet/lines/"), {"sheets": chosen})
        assert gone.json()["problems"][0]["code"] == "CUS-986"


# --- papers -------------------------------------------------------------------------------------------------------


def pdf(version="1.4", pages=1):
    writer, file = PdfWriter(), BytesIO()
    for _page in range(pages):
        writer.add_blank_page(210, 297)
    writer.pdf_header = f"%PDF-{version}"
    writer.write(file)
    return file.getvalue()


def test_a_paper_is_kept_listed_and_taken_off(as_user, draft):
    client = as_user("sales")
    file = SimpleUploadedFile("发票.pdf", pdf(pages=3))
    found = client.post(url(draft, "files/"), {"file": file, "kind": "00000001"}).json()
    kept = Attachment.objects.get()
    assert (kept.pages, kept.name) == (3, "发票.pdf")
    assert found["relation"]["EdocID"] == kept.number
    assert found["relation"]["EdocCode"] == "00000001"
    assert "发票.pdf" in found["html"]
    stored = client.get(url(draft, f"files/{kept.pk}/"))
    assert b"".join(stored.streaming_content).startswith(b"%PDF-1.4")
    assert as_user("colleague").get(url(draft, f"files/{kept.pk}/")).status_code == 404
    removed = as_user("sales").post(url(draft, f"files/{kept.pk}/remove/")).json()
    assert removed["removed"] == kept.number
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("content", "kind", "codes"),
    [
        (b"hello", "00000001", ["CUS-982"]),
        (b"", "99999999", ["CUS-985", "CUS-982"]),
        (b"%PDF-1.3\n", "00000001", ["CUS-983"]),
        (b"%PDF-1.7\nnothing", "00000001", ["CUS-984"]),
        (b"%PDF-1.7\n" + b"0" * (4 * 1024 * 1024), "00000001", ["CUS-981"]),
    ],
)
def test_what_customs_would_not_take_is_refused(as_user, draft, content, kind, codes):
    file = SimpleUploadedFile("x.pdf", content)
    answer = as_user("sales").post(url(draft, "files/"), {"file": file, "kind": kind})
    assert [p["code"] for p in answer.json()["problems"]] == codes
    assert not Attachment.objects.exists()


# --- starting -----------------------------------------------------------------------------------------------------------


def test_a_declaration_starts_empty_as_a_copy_or_from_a_template(as_user, draft, clients):
    client = as_user("sales")
    body = {"direction": "E", "party": clients.hengtong.pk, "source": ""}
    client.post("/declarations/new/", body)
    fresh = Declaration.objects.latest("pk")
    assert (fresh.direction, fresh.party_id) == ("E", clients.hengtong.pk)
    client.post("/declarations/new/", body | {"direction": "I", "source": f"copy-{draft.pk}"})
    copy = Declaration.objects.latest("pk")
    assert copy.document["DecHead"]["TradeMode"] == "0110"
    assert "BillNo" not in copy.document["DecHead"]
    client.post(url(draft, "template/"), {"name": "月度进口"})
    template = Template.objects.get()
    choices = client.get(
        f"/declarations/new/?direction=I&party={clients.hengtong.pk}"
    ).content.decode()
    assert "月度进口" in choices
    client.post(
        "/declarations/new/", body | {"direction": "I", "source": f"template-{template.pk}"}
    )
    assert Declaration.objects.count() == 4
    hidden = client.post("/declarations/new/", body | {"party": clients.ruifeng.pk})
    assert Declaration.objects.latest("pk").party_id is None
    assert hidden.status_code == 302


# --- review ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(cast, draft, now):
    agree(cast, draft, now, who="sales")
    return submit(cast.actor("sales"), draft.pk, now=now)


def test_a_warning_is_acknowledged_from_the_page(as_user, draft):
    client = as_user("sales")
    document = {**draft.document, "DecHead": {**draft.document["DecHead"], "ContrNo": ""}}
    saved = send(client, url(draft, "save/"), {"document": document, "revision": 1}).json()
    warned = [p for p in saved["found"]["problems"] if p["severity"] == "warning"]
    assert warned, "the clean document has no warning to say something to"
    answer = send(
        client, url(draft, "answer/"),
        {"act": "acknowledge", "finding": warned[0]["finding"], "reason": "无商业合同"},
    ).json()  # fmt: skip
    said = {p["finding"]: p["accepted"] for p in answer["found"]["problems"]}
    assert "无商业合同" in said[warned[0]["finding"]]
    assert Acknowledgement.objects.filter(declaration=draft, reason="无商业合同").count() == 1
    nameless = send(
        client, url(draft, "answer/"), {"act": "acknowledge", "finding": "x", "reason": "y"}
    )
    assert nameless.status_code == 409


def test_the_maker_cannot_judge_and_the_reviewer_can(as_user, cast, waiting):
    assert as_user("sales").get(url(waiting, "review/")).context["judges"] is False
    page = as_user("reviewer").get(url(waiting, "review/"))
    assert page.context["judges"] is True
    assert page.context["queue"] == {"place": 1, "of": 1}
    assert (
        as_user("sales").post(url(waiting, "review/verdict/"), {"verdict": "pass"}).status_code
        == 403
    )


def test_a_return_without_a_note_keeps_the_remarks_that_were_typed(as_user, waiting):
    body = {"verdict": "return", "note": "", "path": ["DecHead.ContrNo"], "text": ["请核对"]}
    answer = as_user("reviewer").post(url(waiting, "review/verdict/"), body)
    waiting.refresh_from_db()
    assert answer.status_code == 422
    assert [r["text"] for r in answer.context["typed_remarks"]] == ["请核对"]
    assert (waiting.state, Remark.objects.count()) == ("review", 0)
    as_user("reviewer").post(url(waiting, "review/verdict/"), body | {"note": "合同号不符"})
    waiting.refresh_from_db()
    assert waiting.state == "draft"
    assert Remark.objects.get().text == "请核对"
    form = as_user("sales").get(url(waiting))
    assert form.context["returned"].note == "合同号不符"
    as_user("sales").post(url(waiting, f"remarks/{Remark.objects.get().pk}/done/"))
    assert Remark.objects.get().resolved_at is not None


def test_what_was_not_seen_is_not_passed(as_user, waiting):
    body = {"verdict": "pass", "seen": "0" * 64}
    answer = as_user("reviewer").post(url(waiting, "review/verdict/"), body)
    waiting.refresh_from_db()
    assert (answer.status_code, waiting.state) == (422, "review")
    as_user("reviewer").post(
        url(waiting, "review/verdict/"), {"verdict": "pass", "seen": waiting.sha256}
    )
    waiting.refresh_from_db()
    assert waiting.state == "approved"


def test_steps_are_offered_and_taken_by_state_and_right(as_user, waiting):
    def offered(who):
        return [s.act for s in as_user(who).get(url(waiting, "review/")).context["steps"]]

    assert offered("sales") == ["recall"]
    assert offered("auditor") == []
    as_user("reviewer").post(
        url(waiting, "review/verdict/"), {"verdict": "pass", "seen": waiting.sha256}
    )
    assert offered("reviewer") == ["send", "recall", "declared"]
    as_user("declarant").post(url(waiting, "step/"), {"act": "send"})
    waiting.refresh_from_db()
    assert waiting.state == "sending"
    assert as_user("sales").post(url(waiting, "step/"), {"act": "declared"}).status_code == 404
    as_user("declarant").post(url(waiting, "step/"), {"act": "declared"})
    waiting.refresh_from_db()
    assert waiting.state == "declared"
    late = as_user("declarant").post(url(waiting, "step/"), {"act": "archive"})
    assert late.status_code == 422
    timeline = as_user("auditor").get(url(waiting, "review/")).context["timeline"]
    kinds = [entry.kind for entry in timeline]
    assert kinds.count("message") == 1
    assert kinds.count("step") == Event.objects.filter(declaration=waiting).count()


def test_a_draft_is_voided_with_a_reason(as_user, draft):
    client = as_user("sales")
    assert client.post(url(draft, "step/"), {"act": "void", "note": ""}).status_code == 422
    client.post(url(draft, "step/"), {"act": "void", "note": "客户取消"})
    draft.refresh_from_db()
    assert draft.state == "void"
    assert client.get(url(draft)).context["editable"] is False


def test_differences_show_old_and_new(as_user, cast, waiting, now):
    as_user("reviewer").post(
        url(waiting, "review/verdict/"), {"verdict": "pass", "seen": waiting.sha256}
    )
    as_user("sales").post(url(waiting, "step/"), {"act": "recall"})
    waiting.refresh_from_db()
    before = waiting.document["DecHead"]["PackNo"]
    document = {
        **waiting.document,
        "DecHead": {**waiting.document["DecHead"], "PackNo": "7777"},
    }
    lost = document["DecLists"][1]
    document["DecLists"] = document["DecLists"][:1]
    save_document(cast.actor("sales"), waiting.pk, document, revision=waiting.revision, now=now)
    page = as_user("reviewer").get(url(waiting, "review/"))
    cells = {c.path: c for c in page.context["paper"].head}
    assert (cells["DecHead.PackNo"].before, cells["DecHead.PackNo"].value) == (before, "7777")
    assert cells["DecHead.TradeMode"].before is None
    gone = page.context["paper"].gone
    assert [(c.path, c.before) for c in gone] == [
        ("DecLists[1]", f"{lost['GName']} {lost['CodeTS']}")
    ]
