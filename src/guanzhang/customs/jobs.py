"""What runs in the background: the exchange of files with the client, the import of messages."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanzhang.customs.domain.archive import members, packed
from guanzhang.customs.domain.file_problems import IMPORT_IS_GONE
from guanzhang.customs.services.exchanging import books_with_folders, exchange
from guanzhang.customs.services.figures import refresh
from guanzhang.customs.services.importing import FileResult, Upload, import_messages
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.org import queries as org
from guanzhang.storage.contents import write_whole
from guanzhang.work.models import Job
from guanzhang.work.registry import JobContext
from guanzhang.work.services import enqueue_job

log = logging.getLogger("guanzhang.customs")
IMPORT = "customs.import"
EXCHANGE = "customs.exchange"
MOST_SHOWN = 2_000  # files whose results are kept with the job


def exchange_folders(now: dt.datetime) -> None:
    """About once a minute: the folders of every book that has some."""
    for book_id in books_with_folders():
        try:
            exchange(book_id, now=now)
        except (OSError, DatabaseError):  # one book's drive must not stop the others
            log.exception("exchange of book %s", book_id)


def exchange_now(job: JobContext) -> dict[str, Any]:
    """The same at once for one book, when somebody asks for it."""
    done = exchange(job.book_id, now=job.clock())
    text = _(
        "写出报文 %(written)s 份，收到回执文件 %(taken)s 个，处理回执 %(applied)s 条，待对应 %(unmatched)s 条"
    ) % {
        "written": done.written.written,
        "taken": done.taken.taken,
        "applied": done.applied.applied + done.applied.late,
        "unmatched": done.applied.unmatched,
    }
    for folder in done.taken.missing:
        text += _("；回执目录“%(folder)s”不存在") % {"folder": folder}
    return {"text": text, "notice": text, "link": reverse("messages")}


def queue_import(
    actor: Actor, uploads: Sequence[Upload], name: str, *, now: dt.datetime
) -> Job:
    """Keep the files and queue their import; what could not be read is kept as its sentence."""
    bad = [
        {"name": each.name, "text": each.problem.message(), "code": each.problem.kind.code}
        for each in uploads
        if each.problem
    ]
    good = {f"{number:05}": each for number, each in enumerate(uploads) if not each.problem}
    token = secrets.token_hex(16)
    if good:
        files = {f"{key}.xml": each.data for key, each in good.items()}
        write_whole(_kept(token), packed(files))
    names = {key: each.name for key, each in good.items()}
    with transaction.atomic():
        return enqueue_job(
            actor, IMPORT, _("导入报文：%(name)s") % {"name": name}, now=now,
            file=token if good else "", names=names, unreadable=bad, source=name,
        )  # fmt: skip


def import_files(job: JobContext) -> dict[str, Any]:
    """Drafts of the kept files, then their checks and taxes."""
    actor = org.actor_for(job.user_id, job.book_id)
    token, names = job.parameters["file"], job.parameters["names"]
    path = _kept(token)
    if actor is None or (token and not path.exists()):
        raise Refused([IMPORT_IS_GONE.at("")])
    results: list[FileResult] = []
    if token:
        job.progress(0, len(names), _("读取报文"))
        results = import_messages(
            actor, _uploads(path, names), now=job.clock(), source=job.parameters["source"]
        )
        ids = [each.declaration_id for each in results if each.declaration_id]
        for done, pk in enumerate(ids):
            job.progress(done, len(ids), _("检查与计税"))
            refresh([pk], now=job.clock())
        path.unlink(missing_ok=True)
    files = [*job.parameters["unreadable"], *(_shown(each) for each in results)]
    entered = sum(1 for each in results if each.declaration_id)
    notice = _("导入报文：%(entered)s 份成为草稿，%(others)s 份没有导入") % {
        "entered": entered,
        "others": len(files) - entered,
    }
    return {
        "notice": notice,
        "text": notice,
        "link": reverse("declaration-import-result", args=[job.job_id]),
        "entered": entered,
        "count": len(files),
        "files": files[:MOST_SHOWN],
    }


def _uploads(path: Path, names: dict[str, str]) -> Iterator[Upload]:
    for member in members(path.read_bytes()):
        name = names[member.name.removesuffix(".xml")]
        yield Upload(name, member.data, member.problem)


def _shown(result: FileResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "id": result.declaration_id,
        "number": result.number,
        "text": "；".join(each.message() for each in result.problems)[:1000],
        "code": result.problems[0].kind.code if result.problems else "",
    }


def _kept(token: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "customs-imports" / token
