"""Loading a file as the worker does it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from guanzhang.exchange.reading import FileFacts
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.kernel.problem import Refused
from guanzhang.org.queries import actor_for
from guanzhang.reference.domain import problems as kinds
from guanzhang.reference.reading import as_json
from guanzhang.reference.services import Heading, load_file
from guanzhang.work.registry import JobContext


def load(job: JobContext) -> dict[str, Any]:
    """``reference.load``: read and check one file; the result names the edition, or all problems."""
    parameters = job.parameters
    loaded = load_file(
        _actor(job),
        Heading.from_json(parameters["heading"]),
        parameters["file_name"],
        parameters["sha256"],
        FileFacts.from_json(parameters["facts"]),
        now=job.clock(),
        progress=job.progress,
    )
    name = {"file": parameters["file_name"]}
    if loaded.edition is not None:
        return {
            "edition": loaded.edition.pk,
            "link": reverse("edition", args=[loaded.edition.pk]),
            "notice": _("已载入，等待复核：%(file)s") % name,
        }
    errors = sum(f.problem.is_error for f in loaded.findings)
    return {
        "problems": as_json(loaded.findings),
        "errors": errors,
        "count": len(loaded.findings),
        "link": reverse("reference-load", args=[job.job_id]),
        "notice": _("没有载入，有 %(n)s 处错误：%(file)s") % (name | {"n": errors}),
    }


def _actor(job: JobContext) -> Actor:
    """The person who uploaded the file, with the rights of now."""
    if job.user_id == 0:
        return system_actor(job.book_id)
    actor = actor_for(job.user_id, job.book_id)
    if actor is None:
        raise Refused([kinds.NOT_ALLOWED.at("", found="reference.load")])
    return actor
