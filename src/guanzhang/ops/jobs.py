"""Long work of this module."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from guanzhang.ops.health import VERIFY
from guanzhang.org import queries as org
from guanzhang.org.domain.policy import may
from guanzhang.trail import queries as trail
from guanzhang.work.registry import JobContext
from guanzhang.work.services import enqueue_daily, notify


def verify_daily(now: dt.datetime) -> None:
    """Queue the day's walk of every book's chain: a change of the past is found by itself."""
    for book in org.books():
        enqueue_daily(book.pk, VERIFY, _("每日校验留痕链"), now=now)


def verify_trail(job: JobContext) -> dict[str, Any]:
    """Walk the book's chain of audit records and say whether it holds."""
    total, _digest = trail.head(job.book_id)
    good, fault = trail.verify(job.book_id, lambda count: job.progress(count, total))
    if fault:
        text = _("第 %(sequence)s 条留痕与链不符：找到 %(found)s，应为 %(expected)s") % {
            "sequence": fault.sequence,
            "found": fault.found,
            "expected": fault.expected,
        }
        _warn(job, text)
        return {"intact": False, "records": good, "text": text}
    sequence, digest = trail.head(job.book_id)
    text = _("%(count)s 条留痕完整，链首 %(head)s") % {
        "count": good,
        "head": f"{sequence}:{digest[:16]}",
    }
    return {"intact": True, "records": good, "text": text, "head": f"{sequence}:{digest}"}


def _warn(job: JobContext, text: str) -> None:
    """Tell everybody who may read the trail; who ordered the job hears of its end anyway."""
    for person in org.people(job.book_id).exclude(pk=job.user_id):
        actor = org.actor_for(person.pk, job.book_id)
        if actor and may(actor, "trail.view"):
            link = reverse("job", args=[job.job_id])
            notify(person.pk, job.book_id, text, now=job.clock(), link=link)
