"""Pages of messages, receipts and the import, as people use them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from guanzhang.config.wiring import JOBS, LISTENERS
from guanzhang.customs.domain.archive import packed
from guanzhang.customs.domain.xml import read_message
from guanzhang.customs.jobs import exchange_folders
from guanzhang.customs.models import Declaration, Message, Receipt, Settings
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.customs.services.sending import send
from guanzhang.reference.services import install_shipped
from guanzhang.trail.models import AuditRecord
from guanzhang.work.models import Job
from guanzhang.work.services import work_once

SAMPLE = (Path(__file__).parents[2] / "data/customs/import_declaration.xml").read_bytes()
TECHNICAL = b"<DecImportResponse><ResponseCode>0</ResponseCode><ErrorMessage>OK</ErrorMessage><ClientSeqNo>YF20260302000007</ClientSeqNo><SeqNo>I20260000000000077</SeqNo></DecImportResponse>"
RESULT = "<DEC_RESULT><CUS_CIQ_NO>{seq}</CUS_CIQ_NO><ENTRY_ID>530420261000000077</ENTRY_ID><NOTICE_DATE>2026-11-23T11:00:0{n}</NOTICE_DATE><CHANNEL>{channel}</CHANNEL><NOTE>附注</NOTE></DEC_RESULT>"


def result(channel: str, n: int = 1, seq: str = "I20260000000000077") -> bytes:
    return RESULT.format(channel=channel, n=n, seq=seq).encode()


def approved_row(cast, now) -> Declaration:
    document = read_message(SAMPLE).document
    actor = cast.actor("declarant")
    row = create_declaration(actor, direction="I", party_id=None, document=document, now=now)
    Declaration.objects.filter(pk=row.pk).update(state="approved", approved_sha256=row.sha256)
    row.refresh_from_db()
    return row


@pytest.fixture
def sent(cast, now) -> Message:
    install_shipped(now)
    row = approved_row(cast, now)
    return send(cast.actor("declarant"), row.pk, now=now)


def file(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_the_list_of_messages_and_one_message(as_user, sent):
    client = as_user("declarant")
    page = client.get(reverse("messages")).content.decode()
    assert sent.name in page
    assert 'gz-chip warn">待写出' in page
    assert "立即收发" in page
    page = client.get(reverse("message", args=[sent.pk])).content.decode()
    assert "YFBL20260007" in page
    assert "标记已取走" in page
    assert "报关单暂存" in page  # the operation in words
    assert client.get(reverse("messages") + "?q=示范轴承").content.decode().count(sent.name) > 0
    assert sent.name not in client.get(reverse("messages") + "?f.state=failed").content.decode()


def test_the_zip_is_downloaded_and_marked_by_hand(as_user, sent):
    client = as_user("declarant")
    answer = client.get(reverse("message-file", args=[sent.pk]))
    assert answer["Content-Disposition"] == f'attachment; filename="{sent.name}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.read(f"{sent.name}.xml").decode() == sent.xml
    assert client.post(reverse("message-taken", args=[sent.pk])).status_code == 302
    sent.refresh_from_db()
    assert sent.state == "taken"
    again = client.post(reverse("message-taken", args=[sent.pk]))
    assert again.status_code == 422
    assert "CUS-930" in again.content.decode()


def test_a_failed_message_is_retried(as_user, sent):
    Message.objects.filter(pk=sent.pk).update(state="failed", error="目录不存在")
    client = as_user("declarant")
    assert "目录不存在" in client.get(reverse("message", args=[sent.pk])).content.decode()
    assert client.post(reverse("message-retry", args=[sent.pk])).status_code == 302
    sent.refresh_from_db()
    assert (sent.state, sent.error) == ("waiting", "")
    answer = client.post(reverse("message-retry-batch"), {"ids": [sent.pk]})
    assert "CUS-930" in answer.content.decode()


def test_approved_declarations_are_sent_from_the_list(as_user, cast, now):
    row = approved_row(cast, now)
    client = as_user("declarant")
    answer = client.post(reverse("declaration-send-batch"), {"ids": [row.pk]})
    assert answer.status_code == 200
    row.refresh_from_db()
    assert row.state == "sending"
    assert Message.objects.count() == 1
    again = client.post(reverse("declaration-send-batch"), {"ids": [row.pk]})
    assert "CUS-931" in again.content.decode()
    assert Message.objects.count() == 1


def test_receipts_are_uploaded(as_user, cast, sent):
    client = as_user("declarant")
    files = [
        file("p.xml", result("P", 5)),
        file("t.xml", TECHNICAL),
        file(
            "more.zip", packed({"l.xml": result("L", 1), "broken.xml": b"<a", "../e.xml": b"x"})
        ),
        file("cut.zip", packed({"r.xml": result("R", 9)})[:-20]),
        file("bomb.zip", packed({"r.xml": b" " * 3_000_000})),
    ]
    page = client.post(reverse("receipts-upload"), {"file": files}).content.decode()
    row = Declaration.objects.get()
    assert row.state == "released"
    assert row.number in page
    assert page.count("没有收下") == 3
    assert "ZIP 文件不完整" in page
    assert "解开后过大" in page
    assert "路径跳转" in page
    assert "无法读取" in page
    assert AuditRecord.objects.filter(action="receipt.uploaded").count() == 1
    page = client.post(reverse("receipts-upload"), {"file": [file("p2.xml", result("P", 5))]})
    assert "以前收到过" in page.content.decode()
    assert Receipt.objects.filter(channel="P").count() == 1
    assert row.events.filter(action="P").count() == 1
    assert client.post(reverse("receipts-upload")).status_code == 422
    page = client.get(reverse("receipts")).content.decode()
    assert "海关已放行" in page  # the channel in words
    assert "broken.xml" in page


def test_a_stray_receipt_is_matched_by_a_person(as_user, cast, sent):
    client = as_user("declarant")
    stray = result("L", 1, seq="I20260000000000001")
    client.post(reverse("receipts-upload"), {"file": [file("s.xml", stray)]})
    receipt = Receipt.objects.get()
    assert receipt.state == "unmatched"
    url = reverse("receipt", args=[receipt.pk])
    assert "对应到报关单" in client.get(url).content.decode()
    assert client.post(reverse("receipt-match", args=[receipt.pk])).status_code == 422
    answer = client.post(
        reverse("receipt-match", args=[receipt.pk]), {"declaration_id": sent.declaration_id}
    )
    assert answer.status_code == 302
    assert Declaration.objects.get().state == "accepted"
    page = client.get(url).content.decode()
    assert "530420261000000077" in page
    assert reverse("receipt-match", args=[receipt.pk]) not in page


def test_who_sees_what(as_user, cast, sent):
    Receipt.objects.create(
        book=cast.book, name="stray.xml", sha256="0" * 64, content="", state="unmatched",
        received_at=timezone.now(),
    )  # fmt: skip
    receipt = Receipt.objects.get()
    for who, message_status, receipt_status in (
        ("declarant", 200, 200),
        ("auditor", 200, 404),
        ("sales", 404, 404),
        ("stranger", 404, 404),
    ):
        client = as_user(who)
        assert client.get(reverse("message", args=[sent.pk])).status_code == message_status, who
        found = client.get(reverse("message-file", args=[sent.pk]))
        assert found.status_code == message_status, who
        assert (
            client.get(reverse("receipt", args=[receipt.pk])).status_code == receipt_status
        ), who
        assert ("stray.xml" in client.get(reverse("receipts")).content.decode()) is (
            receipt_status == 200
        )
    auditor = as_user("auditor")
    assert (
        reverse("message-taken", args=[sent.pk])
        not in auditor.get(reverse("message", args=[sent.pk])).content.decode()
    )
    assert auditor.post(reverse("message-taken", args=[sent.pk])).status_code == 403


def test_messages_are_imported_in_the_background(as_user, cast):
    client = as_user("declarant")
    data = packed({"1.xml": SAMPLE, "2.xml": b"<broken", "3.xml": SAMPLE})
    answer = client.post(
        reverse("declaration-import"),
        {"file": [file("两票.zip", data), file("4.zip", data[:-30])]},
    )
    job = Job.objects.get()
    url = reverse("declaration-import-result", args=[job.pk])
    assert answer["Location"] == url
    assert client.get(url).status_code == 200
    assert work_once(JOBS, LISTENERS)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    row = Declaration.objects.get()
    assert row.error_count is not None  # the checks have run
    page = client.get(url).content.decode()
    assert row.number in page
    assert "4 个文件，1 份成为草稿" in page
    assert "ZIP 文件不完整" in page
    assert "同一份报文不会登记两次" in page
    assert client.post(reverse("declaration-import")).status_code == 422
    assert as_user("reviewer").get(url).status_code == 404  # not his import
    assert as_user("accountant").get(reverse("declaration-import")).status_code == 403


def test_the_folders_are_exchanged_every_minute_and_on_demand(as_user, cast, sent, tmp_path):
    outbox, inbox = tmp_path / "OutBox", tmp_path / "InBox"
    outbox.mkdir()
    inbox.mkdir()
    Settings.objects.create(book=cast.book, outbox=str(outbox), inbox=str(inbox))
    (inbox / "t.xml").write_bytes(TECHNICAL)
    later = timezone.now() + dt.timedelta(seconds=30)
    exchange_folders(later)
    assert [each.name for each in outbox.iterdir()] == [f"{sent.name}.zip"]
    row = Declaration.objects.get()
    assert (row.state, row.seq_no) == ("stored", "I20260000000000077")
    client = as_user("declarant")
    inbox.joinpath("t.xml").write_bytes(b"<a")
    answer = client.post(reverse("messages-exchange"))
    job = Job.objects.get()
    assert answer["Location"] == reverse("job", args=[job.pk])
    work_once(JOBS, LISTENERS)
    job.refresh_from_db()
    assert job.state == "done"
    assert "写出报文 0 份" in job.result["text"]


@pytest.mark.django_db
def test_a_folder_that_is_gone_stops_nothing(cast, sent, tmp_path):
    gone = tmp_path / "gone"
    Settings.objects.create(book=cast.book, outbox=str(gone), inbox=str(gone))
    exchange_folders(timezone.now())
    sent.refresh_from_db()
    assert sent.state == "waiting"
    assert str(gone) in sent.error
