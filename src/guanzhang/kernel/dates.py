"""Days: half-open ranges, the windows that facts are measured over, and typed dates."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from guanzhang.kernel.period import Period
from guanzhang.kernel.problem import Language

BEGINNING = dt.date.min  # the start of a range that has no start


@dataclass(frozen=True, slots=True)
class DateRange:
    """The days from ``start`` up to but not including ``end``; ``end`` None = without end.

    A range is never empty: ``start < end``. ``BEGINNING`` as ``start`` = without start.
    """

    start: dt.date
    end: dt.date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.start >= self.end:
            raise ValueError(f"A range from {self.start} cannot end before {self.end}.")

    @classmethod
    def inclusive(cls, first: dt.date, last: dt.date | None) -> DateRange:
        """The range as a person says it: both days belong to it."""
        return cls(first, None if last is None else last + dt.timedelta(days=1))

    @property
    def last_day(self) -> dt.date | None:
        """The last day inside; None = without end."""
        return None if self.end is None else self.end - dt.timedelta(days=1)

    @property
    def days(self) -> int | None:
        """How many days it holds; None = without end."""
        return None if self.end is None else (self.end - self.start).days

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: DateRange) -> bool:
        """Whether some day is in both."""
        return self.intersection(other) is not None

    def intersection(self, other: DateRange) -> DateRange | None:
        """The days in both; None if there are none."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        end = min(ends) if ends else None
        return None if end is not None and start >= end else DateRange(start, end)

    def shown(self, language: Language = "zh") -> str:
        """Inclusive, as a person reads it: ``2026-01-01 至 2026-12-31``, ``至 2026-12-31``."""
        both, since, until, always = (
            ("{0} to {1}", "from {0}", "to {1}", "any day")
            if language == "en"
            else ("{0} 至 {1}", "{0} 起", "至 {1}", "不限")
        )
        has_start, has_end = self.start != BEGINNING, self.end is not None
        template = {
            (True, True): both,
            (True, False): since,
            (False, True): until,
            (False, False): always,
        }[has_start, has_end]
        return template.format(self.start, self.last_day)


WINDOWS: Mapping[str, str] = MappingProxyType(
    {
        "all": "全部",
        "3m": "近3个月",
        "6m": "近6个月",
        "12m": "近12个月",
        "ytd": "本年",
        "ly": "上年同期",
    }
)
_MONTHS = {"3m": 3, "6m": 6, "12m": 12}


def window(code: str, as_of: dt.date) -> DateRange:
    """The days that a fact is measured over, as of ``as_of``, which is always included.

    * ``all``: everything up to and including ``as_of``.
    * ``3m`` ``6m`` ``12m``: ends after ``as_of``; starts n months before that end, on the same day
      of the month, or on the month's last day where it has no such day. So the 12 months as of
      2026-11-23 are 2025-11-24 … 2026-11-23, and as of 2024-02-28 (end 02-29) they are
      2023-02-28 … 2024-02-28.
    * ``ytd``: 1 January … ``as_of``.
    * ``ly``: 1 January of the year before … the same month and day of that year (02-29 → 02-28).

    Raises ``ValueError`` for another code.
    """
    end = as_of + dt.timedelta(days=1)
    if code == "all":
        return DateRange(BEGINNING, end)
    if code in _MONTHS:
        return DateRange(add_months(end, -_MONTHS[code]), end)
    if code == "ytd":
        return DateRange(dt.date(as_of.year, 1, 1), end)
    if code == "ly":
        return DateRange.inclusive(dt.date(as_of.year - 1, 1, 1), add_months(as_of, -12))
    raise ValueError(f"No window {code!r}; there are {', '.join(WINDOWS)}.")


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month ``months`` later (or earlier), clamped to the month's last day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


_TIME = re.compile(r"(?:T|\s+|(?<=日))\d{1,2}:\d{2}.*$", re.ASCII)
_FULL = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})",
        r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日?",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    )
)
_SHORT = re.compile(r"(\d{1,2})(?:-|/|月)(\d{1,2})日?", re.ASCII)


def parse_date(text: str, today: dt.date) -> dt.date | None:
    """The day a person typed or a file holds; None if it is not a day from 1900 to 2199.

    Takes 2026-11-23, 2026/11/23, 2026.11.23, 20261123, 2026年11月23日, 11-23 · 11/23 · 11月23日 (in
    the year of ``today``), 今天, 月末 (last day of today's month); full-width digits too. A time of
    day behind it is ignored.
    """
    typed = _TIME.sub("", unicodedata.normalize("NFKC", text).strip()).strip()
    if typed == "今天":
        return today
    if typed == "月末":
        return Period.of(today).last_day
    for pattern in _FULL:
        if match := pattern.fullmatch(typed):
            return _day(int(match["y"]), int(match["m"]), int(match["d"]))
    if match := _SHORT.fullmatch(typed):
        return _day(today.year, int(match[1]), int(match[2]))
    return None


def _day(year: int, month: int, day: int) -> dt.date | None:
    if not 1900 <= year <= 2199:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
