"""Send declarations: freeze the document, make its message, hand it to the Single Window's client.

A message is a row first and a file later. The file is written in three steps, each of which can be
the last before a crash: the file under a temporary name; the mark that it lies there (committed);
the rename, by which alone the temporary name vanishes. So a restart knows what happened and
neither loses a message nor sends it twice, even when the client has taken the file meanwhile.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from guanzhang.customs.domain.archive import packed
from guanzhang.customs.domain.document import Document
from guanzhang.customs.domain.file_problems import CHANGED_SINCE, NO_FOLDER, NOT_AGAIN
from guanzhang.customs.domain.states import Action, State
from guanzhang.customs.domain.xml import read_message, write_message
from guanzhang.customs.events import DeclarationSent
from guanzhang.customs.models import Declaration, Message, Settings
from guanzhang.customs.queries_messages import message_for
from guanzhang.customs.services.attachments import official_name, stored_path
from guanzhang.customs.services.base import (
    audit,
    keep_revision,
    locked_declaration,
    move,
)
from guanzhang.customs.services.steps import refuse_sender
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.storage.contents import sync_folder, write_whole
from guanzhang.trail.services import announce
from guanzhang.work.services import notify

MAX_ATTEMPTS = 3
AT_ONCE = 200  # messages in one round
OPERATIONS = ("G", "C", "A", "B", "D", "E")  # DecSign.OperType; G: save, a person declares
AGAIN = (Message.State.FAILED, Message.State.TAKEN)  # what may be sent again


def send(
    actor: Actor, declaration_id: int, *, now: dt.datetime, operation: str = "G"
) -> Message:
    """Make the message of an approved declaration; its file follows with ``write_waiting``.

    Refuses what is not approved as it stands, and, where the book wants it, its reviewers.
    """
    assert operation in OPERATIONS, operation
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.send")
        before = row.state
        move(actor, row, Action.SEND, now=now)
        if row.approved_sha256 != row.sha256:
            raise Refused([CHANGED_SINCE.at("", number=row.number)])
        refuse_sender(actor, row)
        document = sent_document(actor, row, operation)
        keep_revision(actor, row, "sent", now=now, document=document)
        message = _new_message(actor, row, document, operation, now=now)
        row.sender_id = actor.user_id
        row.save(update_fields=["state", "sender_id", "updated_at"])
        announce(row.book_id, DeclarationSent(row.pk, row.party_id), now=now)
        audit(
            actor, row, "declaration.sent", now=now,
            changes={"state": [before, row.state], "message": [None, message.name],
                     "sha256": [None, message.sha256]},
        )  # fmt: skip
        return message


def retry_message(actor: Actor, message_id: int, *, now: dt.datetime) -> Message:
    """Write a failed message again; one that has been out already goes under a new name.

    Refuses a message whose declaration is not on its way any more, one that still waits, and one
    that lies in the outbox: the client would take both.
    """
    with transaction.atomic():
        old = message_for(actor, message_id, "declaration.send")
        row = locked_declaration(actor, old.declaration_id, "declaration.send")
        old.refresh_from_db()
        if row.state != State.SENDING.value or old.state not in AGAIN:
            raise Refused([_not_again(old, row)])
        if old.state == Message.State.FAILED and old.written_at is None:
            old.state, old.attempts, old.error = Message.State.WAITING, 0, ""
            old.save(update_fields=["state", "attempts", "error"])
            message = old
        else:
            document = read_message(old.xml.encode()).document
            message = _new_message(actor, row, document, old.operation, now=now)
        audit(
            actor, row, "declaration.message_retried", now=now,
            changes={"message": [old.name, message.name]},
        )  # fmt: skip
        return message


def mark_taken(actor: Actor, message_id: int, *, now: dt.datetime) -> Message:
    """A person has carried the file to the client by hand."""
    with transaction.atomic():
        message = message_for(actor, message_id, "declaration.send")
        row = locked_declaration(actor, message.declaration_id, "declaration.send")
        message.refresh_from_db()
        if message.state == Message.State.TAKEN:
            raise Refused([_not_again(message, row)])
        message.state, message.error = Message.State.TAKEN, ""
        message.written_at = message.written_at or now
        message.save(update_fields=["state", "error", "written_at"])
        audit(
            actor, row, "declaration.message_taken", now=now,
            changes={"message": [None, message.name]},
        )  # fmt: skip
        return message


def sent_document(actor: Actor, row: Declaration, operation: str) -> Document:
    """What is sent: the approved document with its signature block and its attached files."""
    document: dict[str, Any] = {**row.document}
    head = document.get("DecHead", {})
    document["DecSign"] = {
        "CopCode": head.get("CopCode", ""),
        "DomainId": "1",
        **document.get("DecSign", {}),
        "OperType": operation,
        "ClientSeqNo": row.client_no,
        "OperName": actor.name[:30],
    }
    relations = list(document.get("EdocRealation", ()))
    named = {each.get("EdocID", "") for each in relations}
    for attachment in row.attachments.order_by("pk"):
        name = official_name(row, attachment)
        if not {name, attachment.number or name} & named:
            relations.append(
                {"EdocID": name, "EdocCode": attachment.kind, "EdocFomatType": "US"}
            )
    if relations:
        document["EdocRealation"] = relations
    return document


def archive_of(message: Message) -> bytes:
    """The ZIP of a message: its XML and the PDFs it names. The same message, the same bytes."""
    files = {f"{message.name}.xml": message.xml.encode()}
    document = read_message(message.xml.encode()).document
    named = {each.get("EdocID", "") for each in document.get("EdocRealation", ())}
    for attachment in message.declaration.attachments.order_by("pk"):
        name = official_name(message.declaration, attachment)
        path = stored_path(attachment.sha256)
        if {name, attachment.number or name} & named and path.exists():
            files[name] = path.read_bytes()
    return packed(files)


@dataclass(frozen=True, slots=True)
class Written:
    """What a round of writing did."""

    written: int
    failed: int


def write_waiting(now: dt.datetime, *, book_id: int | None = None) -> Written:
    """Write every waiting message into the outbox of its book; note what the client has taken.

    A book without an outbox keeps its messages waiting: they are fetched by hand.
    """
    books = Settings.objects.exclude(outbox="")
    if book_id is not None:
        books = books.filter(pk=book_id)
    written = failed = 0
    for settings in books:
        outbox = Path(settings.outbox)
        mine = Message.objects.filter(declaration__book_id=settings.book_id)
        waiting = mine.filter(state=Message.State.WAITING).order_by("pk")
        for pk in list(waiting.values_list("pk", flat=True)[:AT_ONCE]):
            if _write(pk, outbox, now):
                written += 1
            else:
                failed += 1
        out = mine.filter(state=Message.State.WRITTEN).order_by("pk")
        for pk, name in list(out.values_list("pk", "name")[:AT_ONCE]):
            _note_taken(pk, name, outbox, now)
    return Written(written, failed)


def prepare_message(message_id: int, outbox: Path, *, now: dt.datetime) -> bool:
    """Steps one and two: the file under its temporary name, then the mark that it lies there."""
    with transaction.atomic():
        message = _locked(message_id)
        if message is None:
            return False
        if message.declaration.state != State.SENDING.value:
            _temporary(outbox, message.name).unlink(missing_ok=True)
            message.state, message.error = Message.State.FAILED, _("报关单已不在待发送状态")
            message.save(update_fields=["state", "error"])
            return False
        if message.written_at is None:
            write_whole(_temporary(outbox, message.name), archive_of(message))
            message.written_at = now
            message.save(update_fields=["written_at"])
        return True


def finish_message(message_id: int, outbox: Path) -> bool:
    """Step three: the rename; where the temporary name is gone it has been done before."""
    with transaction.atomic():
        message = _locked(message_id)
        if message is None or message.written_at is None:
            return False
        temporary = _temporary(outbox, message.name)
        if temporary.exists():
            temporary.replace(outbox / f"{message.name}.zip")
            sync_folder(outbox)
        message.state, message.error = Message.State.WRITTEN, ""
        message.attempts += 1
        message.save(update_fields=["state", "error", "attempts"])
        return True


def _write(message_id: int, outbox: Path, now: dt.datetime) -> bool:
    try:
        if not outbox.is_dir():
            raise FileNotFoundError(outbox)
        return prepare_message(message_id, outbox, now=now) and finish_message(
            message_id, outbox
        )
    except OSError as error:
        problem = NO_FOLDER.at("", what_zh=_("发送目录"), what_en="outbox", found=outbox)
        text = problem.message() if not outbox.is_dir() else f"{error.strerror}: {outbox}"
        _note_failure(message_id, text, now)
        return False


def _note_failure(message_id: int, text: str, now: dt.datetime) -> None:
    with transaction.atomic():
        message = _locked(message_id)
        if message is None:
            return
        message.attempts += 1
        message.error = text[:300]
        if message.attempts >= MAX_ATTEMPTS:
            message.state = Message.State.FAILED
            row = message.declaration
            told = _("报关单 %(number)s 的报文没有写出：%(error)s") % {
                "number": row.number,
                "error": message.error,
            }
            notify(message.user_id, row.book_id, told, now=now)
        message.save(update_fields=["attempts", "error", "state"])


def _note_taken(message_id: int, name: str, outbox: Path, now: dt.datetime) -> None:
    """The client moves a file away once it has taken it, to one folder if it could read it."""
    try:
        if not outbox.is_dir() or (outbox / f"{name}.zip").exists():
            return
        failed = (outbox.parent / "FailBox" / f"{name}.zip").exists()
    except OSError:  # a drive that went away says nothing about the file
        return
    changes = {"state": Message.State.FAILED if failed else Message.State.TAKEN}
    error = _("客户端没有接收，文件在 FailBox") if failed else ""
    changed = Message.objects.filter(pk=message_id, state=Message.State.WRITTEN).update(
        error=error, **changes
    )
    if failed and changed:
        message = Message.objects.select_related("declaration").get(pk=message_id)
        told = _("报关单 %(number)s 的报文被客户端退回（FailBox）") % {
            "number": message.declaration.number
        }
        notify(message.user_id, message.declaration.book_id, told, now=now)


def _locked(message_id: int) -> Message | None:
    """A message that still waits, under the lock of its declaration."""
    declaration_id = Message.objects.values_list("declaration_id", flat=True).get(pk=message_id)
    declaration = Declaration.objects.select_for_update().get(pk=declaration_id)
    message = Message.objects.filter(pk=message_id, state=Message.State.WAITING).first()
    if message is not None:
        message.declaration = declaration
    return message


def _new_message(
    actor: Actor, row: Declaration, document: Document, operation: str, *, now: dt.datetime
) -> Message:
    xml = write_message(document)
    count = row.messages.aggregate(n=Count("pk"))["n"]
    return Message.objects.create(
        declaration=row,
        name=f"{row.client_no}-{row.pk}-{count + 1}",
        operation=operation,
        revision=row.revision,
        xml=xml.decode(),
        sha256=hashlib.sha256(xml).hexdigest(),
        user_id=actor.user_id,
        user_name=actor.name,
        created_at=now,
    )


def _temporary(outbox: Path, name: str) -> Path:
    return outbox / f"{name}.zip.temp"


def _not_again(message: Message, row: Declaration) -> Any:  # noqa: ANN401 - a Problem
    return NOT_AGAIN.at(
        "",
        what_zh=f"报关单 {row.number} 的报文",
        what_en=f"Message of declaration {row.number}:",
        name=message.name,
        found=message.get_state_display(),
        found_en=message.state,
        action_zh="重发" if message.state != Message.State.TAKEN else "再次标记",
        action_en="sent again",
    )
