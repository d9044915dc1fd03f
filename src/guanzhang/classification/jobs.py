"""Classification as long work."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.classification.services import publish_version, run_schemes, run_trial
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.org.queries import actor_for
from guanzhang.work.registry import JobContext


def run(job: JobContext) -> dict[str, Any]:
    """``classification.run``: everybody in all schemes as of today, or as of ``as_of``."""
    parameters = job.parameters
    as_of = (
        dt.date.fromisoformat(parameters["as_of"])
        if "as_of" in parameters
        else timezone.localdate()
    )
    codes = parameters.get("codes", [])
    runs = run_schemes(
        _actor(job), as_of=as_of, now=timezone.now(), codes=codes, progress=job.progress
    )
    moved = sum(r.moved for r in runs)
    text = _("已按 %(n)s 个方案分类，%(moved)s 家换了类别") % {"n": len(runs), "moved": moved}
    return {
        "runs": [r.pk for r in runs],
        "moved": moved,
        "text": text,
        "link": reverse("schemes"),
    }


def trial(job: JobContext) -> dict[str, Any]:
    """``classification.trial``: preview a draft over a book that is too big to wait for."""
    found = run_trial(_actor(job), job.parameters["version_id"], now=timezone.now())
    link = reverse("scheme-trial", args=[job.parameters["scheme_id"]])
    return {"set_hash": found.set_hash, "link": link}


def publish(job: JobContext) -> dict[str, Any]:
    """``classification.publish``: publish a draft that is too big to wait for."""
    version = publish_version(
        _actor(job),
        job.parameters["version_id"],
        effective_on=dt.date.fromisoformat(job.parameters["effective_on"]),
        now=timezone.now(),
        note=job.parameters.get("note"),
    )
    return {"version": version.number, "link": reverse("scheme", args=[version.scheme_id])}


def _actor(job: JobContext) -> Actor:
    return actor_for(job.user_id, job.book_id) or system_actor(job.book_id)
