"""The stretches of days that windowed facts compare."""

from __future__ import annotations

import datetime as dt

from guanzhang.kernel.dates import DateRange, add_months, window

_MONTHS = {"3m": 3, "6m": 6, "12m": 12}


def comparison(code: str, as_of: dt.date) -> DateRange | None:
    """What ``growth`` over a window is measured against; None for ``all``, which has nothing before it.

    n months: the n months before them (环比). ``ytd``: the same days of last year, ``ly``: those of
    the year before last (同比).
    """
    if code in _MONTHS:
        end = as_of + dt.timedelta(days=1)
        months = _MONTHS[code]
        return DateRange(add_months(end, -2 * months), add_months(end, -months))
    if code == "ytd":
        return window("ly", as_of)
    if code == "ly":
        return window("ly", add_months(as_of, -12))
    return None


def halves(code: str, as_of: dt.date) -> tuple[DateRange, DateRange] | None:
    """The earlier and the later half of a window by days, the earlier one longer if they are odd.

    None for ``all``, which has no beginning, and for a window of a single day.
    """
    whole = window(code, as_of)
    if code == "all" or whole.days is None or whole.days < 2:
        return None
    middle = whole.start + dt.timedelta(days=(whole.days + 1) // 2)
    return DateRange(whole.start, middle), DateRange(middle, whole.end)
