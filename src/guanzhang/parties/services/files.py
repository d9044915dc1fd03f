"""Files of a party: what may be stored, and how it gets on the disk without ever being half there."""

from __future__ import annotations

import datetime as dt
import hashlib
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path, PurePath

from django.conf import settings
from django.db import transaction
from django.http import Http404

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.parties.models import Attachment
from guanzhang.parties.services.base import locked_party, note_change
from guanzhang.storage.contents import write_whole

LARGEST_FILE = 20 * 1024 * 1024
EMPTY_FILE = Kind(
    "PTY-160",
    Severity.ERROR,
    "文件“{name}”是空的，请重新选择。",
    "File “{name}” is empty; choose another.",
)
LARGE_FILE = Kind(
    "PTY-161", Severity.ERROR,
    "文件“{name}”有 {found} MB，最大 {expected} MB。请压缩或拆分后再传。",
    "File “{name}” has {found} MB; at most {expected} MB. Compress or split it.",
)  # fmt: skip
BAD_TYPE = Kind(
    "PTY-162", Severity.ERROR,
    "不接受 {found} 类型的文件，可以上传：{expected}。",
    "Files of type {found} are not accepted; these are: {expected}.",
)  # fmt: skip
BAD_CONTENT = Kind(
    "PTY-163", Severity.ERROR,
    "文件“{name}”的内容不是 {expected} 格式。请用原程序另存后再传，不要改扩展名。",
    "The content of “{name}” is not {expected}. Save it again from its program; do not rename it.",
)  # fmt: skip
LONG_NAME = Kind(
    "PTY-164", Severity.ERROR,
    "文件名有 {found} 个字，最多 {expected} 个，请缩短。",
    "The file name has {found} characters; at most {expected} fit.",
)  # fmt: skip


def _begins(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(magic)


def _archive_with(member: str) -> Callable[[bytes], bool]:
    """An Office or OFD file: a zip that holds ``member``, and no macros. Nothing is unpacked."""

    def holds(content: bytes) -> bool:
        try:
            names = zipfile.ZipFile(BytesIO(content)).namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            return False
        return member in names and not any("vbaProject" in name for name in names)

    return holds


def _is_text(content: bytes) -> bool:
    if b"\0" in content:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


# Extension → content type and what the bytes must look like.
ACCEPTED: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "pdf": ("application/pdf", _begins(b"%PDF-")),
    "jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _archive_with("word/document.xml"),
    ),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _archive_with("xl/workbook.xml"),
    ),
    "ofd": ("application/ofd", _archive_with("OFD.xml")),
    "txt": ("text/plain", _is_text),
    "csv": ("text/csv", _is_text),
}


def add_attachment(
    actor: Actor, party_id: int, name: str, content: bytes, *, now: dt.datetime
) -> Attachment:
    """Keep a file: the type by its extension *and* its first bytes, at most 20 MB, by its hash.

    The file is on the disk before the row is: a crash between leaves an orphan, never a row
    without its file.
    """
    name = PurePath(name.replace("\\", "/")).name.strip()
    kind = _checked_type(name, content)
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.edit")
        digest = hashlib.sha256(content).hexdigest()
        _store(stored_path(digest), content)
        attachment = Attachment.objects.create(
            party=party, name=name, sha256=digest, size=len(content), content_type=kind,
            user_id=actor.user_id, user_name=actor.name, created_at=now,
        )  # fmt: skip
        note_change(
            actor, party, "party.file_added", now=now, fields=("attachments",),
            changes={"name": [None, name], "sha256": [None, digest], "size": [None, len(content)]},
        )  # fmt: skip
        return attachment


def remove_attachment(
    actor: Actor, party_id: int, attachment_id: int, *, now: dt.datetime
) -> None:
    """Take a file off a party. The bytes stay: another row may name the same hash."""
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.edit")
        attachment = party.attachments.filter(pk=attachment_id).first()
        if attachment is None:
            raise Http404
        changes = {"name": [attachment.name, None], "sha256": [attachment.sha256, None]}
        attachment.delete()
        note_change(
            actor,
            party,
            "party.file_removed",
            now=now,
            fields=("attachments",),
            changes=changes,
        )


def stored_path(sha256: str) -> Path:
    """Where the bytes with this hash are."""
    return Path(settings.MEDIA_ROOT) / "parties" / sha256[:2] / sha256


def _checked_type(name: str, content: bytes) -> str:
    extension = PurePath(name).suffix.lower().lstrip(".")
    problems = []
    if len(name) > 255:
        problems.append(LONG_NAME.at("file", found=len(name), expected=255))
    if not content:
        problems.append(EMPTY_FILE.at("file", name=name))
    if len(content) > LARGEST_FILE:
        size = f"{len(content) / 1024 / 1024:.1f}"
        problems.append(LARGE_FILE.at("file", name=name, found=size, expected=20))
    if extension not in ACCEPTED:
        known = "、".join(ACCEPTED)
        problems.append(BAD_TYPE.at("file", found=extension or "无扩展名", expected=known))
    elif content and not problems and not ACCEPTED[extension][1](content):
        problems.append(BAD_CONTENT.at("file", name=name, expected=extension))
    if problems:
        raise Refused(problems)
    return ACCEPTED[extension][0]


def _store(path: Path, content: bytes) -> None:
    if not path.exists():
        write_whole(path, content)
