"""Spans of days as people say them: 本月, 上季, 近90天, 2026-11, or one day."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

from guanzhang.kernel.dates import DateRange, add_months, parse_date

_LAST_DAYS = re.compile(r"(?:近|最近|last\s*)(\d{1,4})\s*(?:天|日|days?)", re.IGNORECASE)
_NEXT_DAYS = re.compile(r"(?:未来|今后|next\s*)(\d{1,4})\s*(?:天|日|days?)", re.IGNORECASE)
_LAST_MONTHS = re.compile(r"(?:近|最近|last\s*)(\d{1,3})\s*(?:个月|月|months?)", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})月?")
_YEAR = re.compile(r"(\d{4})年?")
_QUARTER = re.compile(r"(?:(\d{4})年?\s*)?(?:第?([1-4一二三四])季度?|[Qq]([1-4]))")
_ORDINAL = {"一": 1, "二": 2, "三": 3, "四": 4}


def span_of(text: str, today: dt.date) -> DateRange | None:
    """The half-open span ``text`` names as of ``today``; None when it names none."""
    said = unicodedata.normalize("NFKC", text).strip()
    word = _WORDS.get(said.casefold())
    if word:
        return word(today)
    for pattern, make in _PATTERNS:
        if match := pattern.fullmatch(said):
            return make(match, today)
    day = parse_date(said, today)
    return DateRange.inclusive(day, day) if day else None


def _days(first: dt.date, count: int) -> DateRange:
    return DateRange(first, first + dt.timedelta(days=count))


def _month(day: dt.date, shift: int = 0) -> DateRange:
    first = add_months(day.replace(day=1), shift)
    return DateRange(first, add_months(first, 1))


def _quarter(day: dt.date, shift: int = 0) -> DateRange:
    first = add_months(dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3 * shift)
    return DateRange(first, add_months(first, 3))


def _year(year: int) -> DateRange | None:
    return (
        DateRange(dt.date(year, 1, 1), dt.date(year + 1, 1, 1))
        if 1900 <= year <= 2199
        else None
    )


def _week(day: dt.date, shift: int = 0) -> DateRange:
    return _days(day - dt.timedelta(days=day.weekday()) + dt.timedelta(weeks=shift), 7)


def _last_days(match: re.Match[str], today: dt.date) -> DateRange | None:
    """近7天 ends today and has seven days."""
    count = int(match[1])
    return _days(today - dt.timedelta(days=count - 1), count) if count else None


def _next_days(match: re.Match[str], today: dt.date) -> DateRange | None:
    """未来7天 begins today and has seven days."""
    count = int(match[1])
    return _days(today, count) if count else None


def _last_months(match: re.Match[str], today: dt.date) -> DateRange | None:
    end = today + dt.timedelta(days=1)
    return DateRange(add_months(end, -int(match[1])), end) if int(match[1]) else None


def _named_month(match: re.Match[str], today: dt.date) -> DateRange | None:  # noqa: ARG001 - one shape
    year, month = int(match[1]), int(match[2])
    return (
        _month(dt.date(year, month, 1)) if 1900 <= year <= 2199 and 1 <= month <= 12 else None
    )


def _named_quarter(match: re.Match[str], today: dt.date) -> DateRange:
    year = int(match[1] or today.year)
    number = _ORDINAL.get(match[2] or "", 0) or int(match[2] or match[3])
    return _quarter(dt.date(min(max(year, 1900), 2199), 3 * number, 1))


_Word = Callable[[dt.date], DateRange | None]
_SAID: tuple[tuple[str, _Word], ...] = (
    ("今天 今日 today", lambda t: _days(t, 1)),
    ("昨天 昨日 yesterday", lambda t: _days(t - dt.timedelta(days=1), 1)),
    ("明天 明日 tomorrow", lambda t: _days(t + dt.timedelta(days=1), 1)),
    ("本周 这周 this-week", _week),
    ("上周 last-week", lambda t: _week(t, -1)),
    ("下周 next-week", lambda t: _week(t, 1)),
    ("本月 当月 this-month", _month),
    ("上月 上个月 last-month", lambda t: _month(t, -1)),
    ("下月 下个月 next-month", lambda t: _month(t, 1)),
    ("本季 本季度 this-quarter", _quarter),
    ("上季 上季度 last-quarter", lambda t: _quarter(t, -1)),
    ("今年 本年 this-year", lambda t: _year(t.year)),
    ("去年 上年 last-year", lambda t: _year(t.year - 1)),
    ("明年 next-year", lambda t: _year(t.year + 1)),
)
_WORDS: dict[str, _Word] = {
    word.replace("-", " "): make for words, make in _SAID for word in words.split()
}
_Make = Callable[[re.Match[str], dt.date], DateRange | None]
_PATTERNS: tuple[tuple[re.Pattern[str], _Make], ...] = (
    (_LAST_DAYS, _last_days),
    (_NEXT_DAYS, _next_days),
    (_LAST_MONTHS, _last_months),
    (_MONTH, _named_month),
    (_YEAR, lambda match, _today: _year(int(match[1]))),
    (_QUARTER, _named_quarter),
)
