"""Export of a list: the columns, order, filter and sort on the screen, to the last row.

Up to 50,000 rows go straight into the answer; more become a job whose file waits for its owner for a day.
Every export is in the audit trail with its conditions, its row count and the digest of its data.
"""

from __future__ import annotations

import datetime as dt
import itertools
import logging
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.org import queries as people
from guanzhang.org.domain.policy import may
from guanzhang.trail.services import record
from guanzhang.web import errors, sheets
from guanzhang.web.keyset import in_order
from guanzhang.web.listing_cells import exported
from guanzhang.web.listing_page import EXPORT_DIRECTLY
from guanzhang.web.listing_query import Found, count_up_to, find, read_columns
from guanzhang.web.listing_spec import ColumnKind, ListSpec
from guanzhang.web.listing_state import chosen_ids
from guanzhang.web.pages import SIGNED_IN, actor_of, page
from guanzhang.web.wired import wired
from guanzhang.work import queries as work
from guanzhang.work.registry import JobContext
from guanzhang.work.services import enqueue_job

log = logging.getLogger("guanzhang.web")
JOB = "web.export"
KEPT = dt.timedelta(hours=24)
CHUNK = 1000
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
TOO_LONG = Kind(
    "WEB-001",
    Severity.ERROR,
    "共有 {found} 行以上，这个列表一次最多导出 {most} 行；请先用筛选缩小范围",
    "There are more than {found} rows and this list exports at most {most} at a time; narrow the filter first",
)
NOT_ALLOWED = Kind(
    "WEB-002",
    Severity.ERROR,
    "您已没有导出“{title}”的权限，导出没有执行；需要的话请管理员加上",
    "You may no longer export {title}; nothing was exported. Ask the administrator",
)
NO_LIST = Kind(
    "WEB-003",
    Severity.ERROR,
    "没有列表“{found}”，导出没有执行；请重新打开列表再导出",
    "There is no list {found}; nothing was exported. Open the list again and export from there",
)


def export(request: HttpRequest, spec: ListSpec) -> HttpResponseBase:
    """Answer a POST with ``export=xlsx|csv``: the file, or word that a job makes it.

    With ``ids`` only those rows, which the person ticked.
    """
    actor = actor_of(request)
    if not spec.export_action or not may(actor, spec.export_action):
        return errors.forbidden(request, spec.export_action or "report.export")
    form = "csv" if request.POST.get("export") == "csv" else "xlsx"
    found = find(spec, actor, request.GET)
    if ids := chosen_ids(request):
        found = found.only(ids)
    count, exact = count_up_to(found.rows, EXPORT_DIRECTLY)
    if not exact:
        return _as_job(request, found, form)
    now = timezone.now()
    written = write(found, form, now=now)
    _record(found, form, written, now)
    name = f"{spec.title}_{timezone.localdate(now):%Y-%m-%d}.{form}"
    log.info("export %s: %s rows for user %s", spec.key, count, actor.user_id)
    return FileResponse(
        written.file, as_attachment=True, filename=name, content_type=TYPES[form]
    )


def write(
    found: Found, form: str, *, now: dt.datetime, progress: Callable[[int], None] | None = None
) -> sheets.Written:
    """The file of everything found, with its notes."""
    columns = [
        sheets.SheetColumn(str(column.label), _sheet_kind(column.kind))
        for column in found.visible
    ]
    rows = _all_rows(found, progress)
    if form == "csv":
        return sheets.write_csv(columns, rows)
    title = str(found.spec.title)
    notes = [
        (_("列表"), title),
        (_("账套"), people.book(found.actor.book_id).name),
        (_("条件"), found.in_words()),
        (_("排序"), found.order_in_words() or _("默认")),
        (_("列"), _("、").join(column.label for column in columns)),
        (_("导出人"), f"{found.actor.name}（{found.actor.username}）"),
        (_("导出时间"), f"{timezone.localtime(now):%Y-%m-%d %H:%M:%S %z} {settings.TIME_ZONE}"),
        (_("数据截至"), f"{timezone.localtime(now):%Y-%m-%d %H:%M:%S}"),
        (_("数据范围"), _("导出人有权看到的记录")),
    ]
    return sheets.write_xlsx(columns, rows, title, notes)


def _all_rows(found: Found, progress: Callable[[int], None] | None) -> Iterator[list[object]]:
    """Every row in order, read in pieces so that labels cost one query per piece."""
    rows = read_columns(found, found.rows)
    done = 0
    for piece in in_order(rows, found.keys):
        stream = piece.iterator(CHUNK)
        while chunk := list(itertools.islice(stream, CHUNK)):
            yield from exported(chunk, found.visible, found)
            done += len(chunk)
            if progress:
                progress(done)


def _sheet_kind(kind: ColumnKind) -> ColumnKind:
    return (
        kind
        if kind.is_number or kind in (ColumnKind.DATE, ColumnKind.DATETIME)
        else ColumnKind.TEXT
    )


def _record(found: Found, form: str, written: sheets.Written, now: dt.datetime) -> None:
    with transaction.atomic():
        record(
            found.actor,
            "list.exported",
            now=now,
            object_type="list",
            object_id=found.spec.key,
            label=str(found.spec.title),
            changes={
                "rows": written.rows,
                "filter": found.in_words(),
                "columns": [c.key for c in found.visible],
                "format": form,
                "sha256": written.sha256,
            },
        )


# --- as a job -------------------------------------------------------------------------------------------


def _as_job(request: HttpRequest, found: Found, form: str) -> HttpResponse:
    spec = found.spec
    if list_of(spec.key) is None:
        raise Refused(
            [TOO_LONG.at("rows", found=f"{EXPORT_DIRECTLY:,}", most=f"{EXPORT_DIRECTLY:,}")]
        )
    query = request.GET.urlencode()
    chosen = [column.key for column in found.visible]
    with transaction.atomic():
        enqueue_job(
            found.actor,
            JOB,
            _("导出{title}").format(title=spec.title),
            now=timezone.now(),
            list=spec.key,
            query=query,
            columns=chosen,
            format=form,
        )
    messages.info(
        request,
        _("超过 5 万行，已改为后台导出；完成后会在“消息”里给出下载链接，24 小时内有效。"),
    )
    return redirect(f"{request.path}?{query}" if query else request.path)


def list_of(key: str) -> ListSpec | None:
    """A list of the wiring by its key."""
    return next((spec for spec in wired("LISTS") if spec.key == key), None)


def export_list(job: JobContext) -> dict[str, Any]:
    """Write the file of a queued export, under the rights the person has now."""
    wanted = job.parameters
    spec = list_of(wanted["list"])
    actor = people.actor_for(job.user_id, job.book_id)
    if spec is None:
        raise Refused([NO_LIST.at("list", found=wanted["list"])])
    if actor is None or not may(actor, spec.export_action):
        raise Refused([NOT_ALLOWED.at("list", title=spec.title)])
    found = find(spec, actor, QueryDict(wanted["query"]), chosen=wanted["columns"])
    total = found.rows.count()
    written = write(
        found,
        wanted["format"],
        now=job.clock(),
        progress=lambda done: job.progress(done, total),
    )
    folder = export_folder()
    _forget_old_files(folder, job.clock())
    path = folder / f"{secrets.token_hex(16)}.{wanted['format']}"
    with written.file as source, path.open("xb") as target:
        shutil.copyfileobj(source, target)
    path.chmod(0o600)
    _record(found, wanted["format"], written, job.clock())
    return {
        "notice": _("“{title}”已导出 {rows} 行，24 小时内可下载。").format(
            title=spec.title, rows=f"{written.rows:,}"
        ),
        "link": reverse("export-file", args=[job.job_id]),
        "file": path.name,
        "rows": written.rows,
        "sha256": written.sha256,
        "title": str(spec.title),
    }


@page(SIGNED_IN, "GET")
def export_file(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """The finished file, for the person who ordered it, within a day."""
    actor = actor_of(request)
    mine = work.jobs_of_book(actor.book_id, actor.user_id).filter(kind=JOB, state="done")
    job = get_object_or_404(mine.filter(finished_at__gte=timezone.now() - KEPT), pk=job_id)
    result = job.result or {}
    path = export_folder() / Path(str(result.get("file", ""))).name
    if not path.is_file():
        raise Http404
    form = path.suffix.removeprefix(".")
    name = f"{result['title']}_{timezone.localdate(job.created_at):%Y-%m-%d}.{form}"
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=name, content_type=TYPES[form]
    )


def export_folder() -> Path:
    folder = Path(settings.HOME) / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _forget_old_files(folder: Path, now: dt.datetime) -> None:
    for file in folder.iterdir():
        if file.is_file() and file.stat().st_mtime < (now - KEPT).timestamp():
            file.unlink(missing_ok=True)
