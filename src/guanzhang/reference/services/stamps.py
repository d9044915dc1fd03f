"""The order in which editions were written, so that a cache sees every change."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max

from guanzhang.reference.models import Edition

_TICK = dt.timedelta(microseconds=1)


def next_applied_at(now: dt.datetime) -> dt.datetime:
    """``now``, or a moment after the last edition that was written: the newest is always the last."""
    last = Edition.objects.aggregate(last=Max("applied_at"))["last"]
    return now if last is None or now > last else last + _TICK
