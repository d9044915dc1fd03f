"""The base day of the assessment rate of a month (README of the rule: order 272, arts. 13-14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

_WEDNESDAY = 2
_LONGEST = 14  # days; no closed time of the market is longer


def third_wednesday(month: dt.date) -> dt.date:
    """The third Wednesday of the month in which ``month`` lies."""
    first = month.replace(day=1)
    return first + dt.timedelta(days=(_WEDNESDAY - first.weekday()) % 7 + 14)


def base_date(month: dt.date, is_workday: Callable[[dt.date], bool | None]) -> dt.date | None:
    """The third Wednesday of the month before ``month``, or the next trading day when it is closed.

    The interbank market trades on weekdays that are worked, never on a Saturday or Sunday, worked or
    not. None when the calendar does not reach that far: nobody knows the holidays.
    """
    previous = month.replace(day=1) - dt.timedelta(days=1)
    wanted = third_wednesday(previous)
    for ahead in range(_LONGEST):
        day = wanted + dt.timedelta(days=ahead)
        works = is_workday(day)
        if works is None:
            return None
        if works and day.weekday() < 5:
            return day
    return None
