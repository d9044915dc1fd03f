"""Messages out: frozen, written once, whatever crashes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from django.http import Http404

from guanzhang.customs.domain.states import Action, State
from guanzhang.customs.domain.xml import read_message
from guanzhang.customs.models import Declaration, Message, Revision, Settings
from guanzhang.customs.services.attachments import add_attachment
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.customs.services.sending import (
    archive_of,
    finish_message,
    mark_taken,
    prepare_message,
    retry_message,
    send,
    write_waiting,
)
from guanzhang.customs.services.steps import record_step
from guanzhang.kernel.problem import Refused
from guanzhang.trail.models import AuditRecord
from guanzhang.trail.models import Event as Announced
from guanzhang.work.models import Notice

SAMPLE = Path(__file__).parents[2] / "data/customs/import_declaration.xml"


@pytest.fixture
def outbox(cast, tmp_path) -> Path:
    folder = tmp_path / "OutBox"
    folder.mkdir()
    Settings.objects.create(book=cast.book, outbox=str(folder))
    return folder


def approve(row: Declaration, **changes) -> Declaration:
    """As the review leaves it; the review itself has its own tests."""
    Declaration.objects.filter(pk=row.pk).update(
        state=State.APPROVED.value, approved_sha256=row.sha256, **changes
    )
    row.refresh_from_db()
    return row


@pytest.fixture
def approved(cast, now) -> Declaration:
    document = read_message(SAMPLE.read_bytes()).document
    row = create_declaration(
        cast.actor("declarant"), direction="I", party_id=None, document=document, now=now
    )
    return approve(row)


def refused(call) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.problems[0].kind.code


def test_sending_freezes_the_document_and_makes_its_message(cast, approved, now):
    actor = cast.actor("declarant")
    before = approved.document
    message = send(actor, approved.pk, now=now)
    approved.refresh_from_db()
    assert approved.state == "sending"
    assert approved.sender_id == actor.user_id
    assert approved.document == before  # what was approved stays what was approved
    assert message.state == "waiting"
    assert message.name == f"YF20260302000007-{approved.pk}-1"
    sent = read_message(message.xml.encode())
    assert sent.problems == ()
    assert sent.document["DecSign"] == {
        "OperType": "G",
        "ClientSeqNo": "YF20260302000007",
        "OperName": "己",
        "DomainId": "1",
        **({"CopCode": code} if (code := before["DecHead"].get("CopCode")) else {}),
    }
    assert sent.document["DecLists"] == before["DecLists"]
    kept = Revision.objects.get(declaration=approved, step="sent")
    assert kept.document["DecSign"]["OperType"] == "G"
    event = approved.events.get(action="send")
    assert (event.before, event.after) == ("approved", "sending")
    assert Announced.objects.filter(kind="customs.DeclarationSent").count() == 1
    assert AuditRecord.objects.filter(action="declaration.sent").count() == 1


def test_the_operation_is_the_senders_choice(cast, approved, now):
    message = send(cast.actor("declarant"), approved.pk, operation="C", now=now)
    assert "<OperType>C</OperType>" in message.xml


def test_what_may_not_be_sent(cast, approved, now):
    actor = cast.actor("declarant")
    Declaration.objects.filter(pk=approved.pk).update(approved_sha256="0" * 64)
    assert refused(lambda: send(actor, approved.pk, now=now)) == "CUS-927"
    Declaration.objects.filter(pk=approved.pk).update(state="draft")
    assert refused(lambda: send(actor, approved.pk, now=now)) == "CUS-931"
    assert not Message.objects.exists()
    assert approved.events.filter(action="send").count() == 0
    for who in ("accountant", "stranger", "auditor", "sales"):
        with pytest.raises(Http404):
            send(cast.actor(who), approved.pk, now=now)


def test_reviewer_and_sender_differ_where_the_book_wants_it(cast, approved, now):
    reviewer = cast.actor("reviewer")
    Settings.objects.create(book=cast.book, separate_sender=True)
    approve(approved, first_reviewer_id=reviewer.user_id)
    assert refused(lambda: send(reviewer, approved.pk, now=now)) == "CUS-950"
    assert send(cast.actor("declarant"), approved.pk, now=now).state == "waiting"


def files(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_message_is_written_whole_with_its_attachments(cast, approved, outbox, now):
    declarant = cast.actor("declarant")
    Declaration.objects.filter(pk=approved.pk).update(state="draft")
    one = "530400000001IM000000000000000007.pdf"
    add_attachment(declarant, approved.pk, "发票.pdf", b"%PDF-1.4 one", kind="00000001", number=one, now=now)  # fmt: skip
    free = add_attachment(declarant, approved.pk, "合同.pdf", b"%PDF-1.4 two", kind="00000004", now=now)  # fmt: skip
    approve(approved)
    message = send(declarant, approved.pk, now=now)
    result = write_waiting(now)
    assert (result.written, result.failed) == (1, 0)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.written_at) == ("written", 1, now)
    assert files(outbox) == [f"{message.name}.zip"]
    with zipfile.ZipFile(outbox / f"{message.name}.zip") as archive:
        given = f"YF20260302000007{free.pk:06}.pdf"
        assert archive.namelist() == [f"{message.name}.xml", one, given]
        assert archive.read(f"{message.name}.xml") == message.xml.encode()
        assert archive.read(given) == b"%PDF-1.4 two"
    named = read_message(message.xml.encode()).document["EdocRealation"]
    assert named[-1] == {"EdocID": given, "EdocCode": "00000004", "EdocFomatType": "US"}
    assert (outbox / f"{message.name}.zip").read_bytes() == archive_of(message)
    assert write_waiting(now).written == 0


def test_the_client_takes_the_file_or_puts_it_aside(cast, approved, outbox, now):
    message = send(cast.actor("declarant"), approved.pk, now=now)
    write_waiting(now)
    actor, pk = cast.actor("declarant"), message.pk
    assert refused(lambda: retry_message(actor, pk, now=now)) == "CUS-930"  # it lies there
    written = outbox / f"{message.name}.zip"
    failbox = outbox.parent / "FailBox"
    failbox.mkdir()
    written.rename(failbox / written.name)
    write_waiting(now)
    message.refresh_from_db()
    assert (message.state, message.error) == ("failed", "客户端没有接收，文件在 FailBox")
    again = retry_message(cast.actor("declarant"), message.pk, now=now)
    assert again.name == f"YF20260302000007-{approved.pk}-2"
    assert read_message(again.xml.encode()) == read_message(message.xml.encode())
    write_waiting(now)
    (outbox / f"{again.name}.zip").unlink()
    write_waiting(now)
    again.refresh_from_db()
    assert again.state == "taken"


def test_a_crash_before_the_rename_writes_once(cast, approved, outbox, now):
    message = send(cast.actor("declarant"), approved.pk, now=now)
    assert prepare_message(message.pk, outbox, now=now)
    assert files(outbox) == [f"{message.name}.zip.temp"]  # and here the power fails
    write_waiting(now)
    assert files(outbox) == [f"{message.name}.zip"]
    message.refresh_from_db()
    assert message.state == "written"


def test_a_crash_before_the_mark_writes_the_temporary_file_again(cast, approved, outbox, now):
    message = send(cast.actor("declarant"), approved.pk, now=now)
    (outbox / f"{message.name}.zip.temp").write_bytes(b"half of it")
    write_waiting(now)
    assert files(outbox) == [f"{message.name}.zip"]
    assert (outbox / f"{message.name}.zip").read_bytes() == archive_of(message)


def test_a_crash_after_the_rename_does_not_send_twice(cast, approved, outbox, now):
    message = send(cast.actor("declarant"), approved.pk, now=now)
    prepare_message(message.pk, outbox, now=now)
    temporary = outbox / f"{message.name}.zip.temp"
    temporary.rename(outbox / f"{message.name}.zip")  # the power fails before the commit …
    (outbox / f"{message.name}.zip").unlink()  # … and the client takes the file
    write_waiting(now)
    assert files(outbox) == []
    message.refresh_from_db()
    assert message.state == "taken"
    assert not finish_message(message.pk, outbox)


def test_a_missing_folder_is_said_on_the_message_and_ends_after_three_times(
    cast, approved, outbox, now
):
    message = send(cast.actor("declarant"), approved.pk, now=now)
    outbox.rmdir()
    write_waiting(now)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 1)
    assert str(outbox) in message.error
    assert "不存在" in message.error
    write_waiting(now)
    write_waiting(now)
    write_waiting(now)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", 3)
    assert Notice.objects.filter(text__contains="没有写出").count() == 1
    outbox.mkdir()
    assert retry_message(cast.actor("declarant"), message.pk, now=now).pk == message.pk
    write_waiting(now)
    message.refresh_from_db()
    assert (message.state, message.error) == ("written", "")
    assert files(outbox) == [f"{message.name}.zip"]


def test_a_folder_that_cannot_be_written(cast, approved, outbox, now):
    message = send(cast.actor("declarant"), approved.pk, now=now)
    (outbox / f"{message.name}.zip.temp" / "in the way").mkdir(parents=True)
    write_waiting(now)
    message.refresh_from_db()
    assert message.state == "waiting"
    assert message.error


def test_without_an_outbox_a_message_waits_and_is_carried_by_hand(cast, approved, now):
    actor = cast.actor("declarant")
    message = send(actor, approved.pk, now=now)
    write_waiting(now)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == ("waiting", 0, "")
    mark_taken(actor, message.pk, now=now)
    message.refresh_from_db()
    assert message.state == "taken"
    assert refused(lambda: mark_taken(actor, message.pk, now=now)) == "CUS-930"


def test_a_message_whose_declaration_went_elsewhere_is_not_written(cast, approved, outbox, now):
    actor = cast.actor("declarant")
    message = send(actor, approved.pk, now=now)
    prepare_message(message.pk, outbox, now=now)
    record_step(actor, approved.pk, Action.MARK_STORED, now=now)
    write_waiting(now)
    message.refresh_from_db()
    assert message.state == "failed"
    assert files(outbox) == []
    assert refused(lambda: retry_message(actor, message.pk, now=now)) == "CUS-930"


def test_only_a_pdf_is_attached(cast, approved, now):
    actor = cast.actor("declarant")
    code = refused(
        lambda: add_attachment(actor, approved.pk, "a.pdf", b"PK", kind="00000001", now=now)
    )
    assert code == "CUS-929"
