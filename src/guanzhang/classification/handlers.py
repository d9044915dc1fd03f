"""What classification does when something happens below: classify again, once for many events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.classification.models import Run, Scheme
from guanzhang.kernel.actor import system_actor
from guanzhang.work.queries import has_queued
from guanzhang.work.services import enqueue_daily, enqueue_job

RUN = "classification.run"


def reclassify(book_id: int, _payload: Mapping[str, Any]) -> None:
    """Queue one run for the book unless one already waits; it will see this change too."""
    if not Scheme.objects.filter(book_id=book_id, is_active=True).exists():
        return
    if not has_queued(book_id, RUN):
        enqueue_job(system_actor(book_id), RUN, _("数据变动后重新分类"), now=timezone.now())


def classify_daily(now: dt.datetime) -> None:
    """Queue the day's run of every book that has not had one: days pass, versions come into force."""
    today = timezone.localdate(now)
    books = Scheme.objects.filter(is_active=True).order_by().values_list("book_id", flat=True)
    for book_id in books.distinct():
        last = Run.objects.filter(version__scheme__book_id=book_id).aggregate(on=Max("as_of"))[
            "on"
        ]
        if last is None or last < today:
            enqueue_daily(book_id, RUN, _("每日重新分类"), now=now)
