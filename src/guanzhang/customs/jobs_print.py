"""Many declarations printed to one file in the background; its owner fetches it within a day."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.services import printing
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.org import queries as people
from guanzhang.org.domain.policy import may
from guanzhang.web.listing_export import export_folder
from guanzhang.work.models import Job
from guanzhang.work.registry import JobContext
from guanzhang.work.services import enqueue_job

PRINT = "customs.print"
NO_RIGHT = Kind(
    "CUS-998",
    Severity.ERROR,
    "您已没有查看报关单的权限，打印没有执行；需要的话请管理员加上",
    "You may no longer see declarations; nothing was printed. Ask the administrator",
)  # fmt: skip


def queue_print(actor: Actor, ids: list[int], *, now: Any) -> Job:  # noqa: ANN401 - a datetime
    """Queue the print of ``ids``, which the actor may all see."""
    with transaction.atomic():
        title = _("打印报关单 %(count)s 份") % {"count": len(ids)}
        return enqueue_job(actor, PRINT, title, now=now, ids=ids)


def print_batch(job: JobContext) -> dict[str, Any]:
    """Print the declarations of a queued batch under the rights the person has now."""
    actor = people.actor_for(job.user_id, job.book_id)
    if actor is None or not may(actor, "declaration.view"):
        raise Refused([NO_RIGHT.at("")])
    rows = printing.chosen_rows(actor, job.parameters["ids"])
    job.progress(0, len(rows))
    paper = printing.batch_paper(
        actor, rows, now=job.clock(), progress=lambda done: job.progress(done, len(rows))
    )
    path = export_folder() / f"{secrets.token_hex(16)}.pdf"
    with path.open("xb") as file:
        file.write(paper.content)
    path.chmod(0o600)
    return {
        "notice": _("%(count)s 份报关单已打印成一个文件，24 小时内可下载。")
        % {"count": len(rows)},
        "link": reverse("declaration-print-file", args=[job.job_id]),
        "file": path.name,
        "name": paper.name,
        "sha256": paper.sha256,
        "day": timezone.localdate(job.clock()).isoformat(),
    }
