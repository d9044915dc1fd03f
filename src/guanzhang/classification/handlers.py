"""What classification does when something happens below: classify again, once for many events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.classification.models import Scheme
from guanzhang.kernel.actor import system_actor
from guanzhang.work.queries import has_queued
from guanzhang.work.services import enqueue_job

RUN = "classification.run"


def reclassify(book_id: int, _payload: Mapping[str, Any]) -> None:
    """Queue one run for the book unless one already waits; it will see this change too."""
    if not Scheme.objects.filter(book_id=book_id, is_active=True).exists():
        return
    if not has_queued(book_id, RUN):
        enqueue_job(system_actor(book_id), RUN, _("数据变动后重新分类"), now=timezone.now())
