"""Files of a declaration (随附单据): kept once by their hash, sent under their official name."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path, PurePath

from django.conf import settings
from django.db import transaction
from django.http import Http404

from guanzhang.customs.models import Attachment, Declaration
from guanzhang.customs.services.base import audit, locked_declaration
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.storage.contents import write_whole

LARGEST = 20 * 1024 * 1024
NOT_A_PDF = Kind(
    "CUS-929", Severity.ERROR,
    "“{name}”不是可以发送的 PDF 文件（{found}）：随附单据须是 PDF，最大 20 MB",
    "“{name}” is no PDF that could be sent ({found}): attached documents are PDF files of at most 20 MB",
)  # fmt: skip


def add_attachment(
    actor: Actor,
    declaration_id: int,
    name: str,
    content: bytes,
    *,
    kind: str,
    number: str = "",
    now: dt.datetime,
) -> Attachment:
    """Keep a PDF of a declaration. ``kind``: code of edoc_type; ``number``: its EdocID, if it has one.

    The file is on the disk before the row is: a crash between leaves an orphan, never a row
    without its file. Refuses what is no PDF.
    """
    name = PurePath(name.replace("\\", "/")).name.strip()[:255]
    if not content.startswith(b"%PDF-") or len(content) > LARGEST:
        found = f"{len(content):,} B"
        raise Refused([NOT_A_PDF.at("file", name=name, found=found)])
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.edit")
        digest = hashlib.sha256(content).hexdigest()
        if not stored_path(digest).exists():
            write_whole(stored_path(digest), content)
        attachment = Attachment.objects.create(
            declaration=row, kind=kind, number=number, name=name, sha256=digest,
            size=len(content), user_id=actor.user_id, user_name=actor.name, created_at=now,
        )  # fmt: skip
        audit(
            actor, row, "declaration.file_added", now=now,
            changes={"name": [None, name], "sha256": [None, digest]},
        )  # fmt: skip
        return attachment


def remove_attachment(
    actor: Actor, declaration_id: int, attachment_id: int, *, now: dt.datetime
) -> None:
    """Take a file off a declaration. The bytes stay: another row may name the same hash."""
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.edit")
        attachment = row.attachments.filter(pk=attachment_id).first()
        if attachment is None:
            raise Http404
        changes = {"name": [attachment.name, None], "sha256": [attachment.sha256, None]}
        attachment.delete()
        audit(actor, row, "declaration.file_removed", now=now, changes=changes)


def stored_path(sha256: str) -> Path:
    """Where the bytes with this hash are."""
    return Path(settings.MEDIA_ROOT) / "customs" / sha256[:2] / sha256


def official_name(declaration: Declaration, attachment: Attachment) -> str:
    """The name under which a file goes along with its message: its EdocID."""
    number = attachment.number or f"{declaration.client_no}{attachment.pk:06}"
    return number if number.lower().endswith(".pdf") else f"{number}.pdf"
