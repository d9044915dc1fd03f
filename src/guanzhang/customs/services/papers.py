"""Papers of a declaration as the Single Window takes them: PDF, small enough, under their official name."""

from __future__ import annotations

import datetime as dt
import re
from io import BytesIO

from django.db import transaction
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from guanzhang.customs.models import Attachment
from guanzhang.customs.services.attachments import add_attachment
from guanzhang.customs.services.base import locked_declaration
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.reference.queries import reference_on

LARGEST_PAPER = 4 * 1024 * 1024
OLDEST_PDF = (1, 4)
_STANDARD = "报关单证电子转换或扫描文件格式标准"
TOO_LARGE = Kind(
    "CUS-981", Severity.ERROR,
    "“{name}”有 {found} MB，一个文件最大 4 MB。请按单证类别拆分，或降低扫描分辨率后再传。",
    "“{name}” has {found} MB; a file has at most 4 MB. Split it by kind, or scan it with less resolution.",
    _STANDARD,
)  # fmt: skip
NOT_PDF = Kind(
    "CUS-982", Severity.ERROR,
    "“{name}”不是 PDF 文件。请用原程序另存为 PDF 后再传，不要改扩展名。",
    "“{name}” is no PDF file. Save it as PDF from its program; do not rename it.",
    _STANDARD,
)  # fmt: skip
OLD_PDF = Kind(
    "CUS-983", Severity.ERROR,
    "“{name}”是 PDF {found}，须为 1.4 或更新的版本。请用较新的程序重新生成。",
    "“{name}” is PDF {found}; it must be 1.4 or newer. Make it again with a newer program.",
    _STANDARD,
)  # fmt: skip
BROKEN_PDF = Kind(
    "CUS-984", Severity.ERROR,
    "“{name}”打不开（{why}）。加密或损坏的文件海关系统也读不了，请重新生成。",
    "“{name}” cannot be opened ({why}). Customs cannot read encrypted or damaged files either; make it again.",
    _STANDARD,
)  # fmt: skip
UNKNOWN_KIND = Kind(
    "CUS-985", Severity.ERROR,
    "没有选择单据类别，或类别“{found}”不在代码表里。请选择发票、装箱单等类别。",
    "No kind of document was chosen, or “{found}” is not in the table. Choose invoice, packing list …",
)  # fmt: skip


def add_paper(
    actor: Actor,
    declaration_id: int,
    name: str,
    content: bytes,
    *,
    kind: str,
    now: dt.datetime,
    on: dt.date,
) -> Attachment:
    """Keep a PDF with its page count and its official name, which is unique in the book.

    Refuses everything that is wrong with the file at once.
    """
    pages = _checked(name, content, kind, on)
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.edit")
        attachment = add_attachment(actor, row.pk, name, content, kind=kind, now=now)
        office = row.document.get("DecHead", {}).get("CustomMaster", "")[:4].ljust(4, "0")
        serial = f"{now:%Y%m%d}{attachment.pk % 10**10:010}"
        attachment.number = f"{office}{kind:0>8}IM{serial}.pdf"
        attachment.pages = pages
        attachment.save(update_fields=["number", "pages"])
        return attachment


def relation_of(attachment: Attachment) -> dict[str, str]:
    """The row of EdocRealation that names a stored file."""
    return {
        "EdocID": attachment.number,
        "EdocCode": attachment.kind,
        "EdocFomatType": "US",
        "EdocCopId": attachment.name[:64],
        "EdocSize": str(attachment.size),
    }


def _checked(name: str, content: bytes, kind: str, on: dt.date) -> int:
    """The number of pages; raises ``Refused`` with everything that is wrong."""
    problems = []
    if not reference_on(on).row("edoc_type", kind):
        problems.append(UNKNOWN_KIND.at("kind", found=kind))
    if len(content) > LARGEST_PAPER:
        size = f"{len(content) / 1024 / 1024:.1f}"
        problems.append(TOO_LARGE.at("file", name=name, found=size))
    header = re.match(rb"%PDF-(\d)\.(\d)", content)
    if header is None:
        problems.append(NOT_PDF.at("file", name=name))
    elif (int(header[1]), int(header[2])) < OLDEST_PDF:
        found = f"{header[1].decode()}.{header[2].decode()}"
        problems.append(OLD_PDF.at("file", name=name, found=found))
    pages = 0
    if not problems:
        try:
            reader = PdfReader(BytesIO(content))
            if reader.is_encrypted:
                problems.append(BROKEN_PDF.at("file", name=name, why="encrypted"))
            else:
                pages = len(reader.pages)
        except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError) as error:
            problems.append(BROKEN_PDF.at("file", name=name, why=type(error).__name__))
    if problems:
        raise Refused(problems)
    return pages
