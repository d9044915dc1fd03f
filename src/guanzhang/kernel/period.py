"""Accounting periods (会计期间): calendar months, in order."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

_TEXT = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One month of one year. Periods sort in time."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12:
            raise ValueError(f"No month {self.month}.")

    @classmethod
    def of(cls, day: dt.date) -> Period:
        """The period that ``day`` falls in."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Period:
        """``2026-11`` → November 2026. Raises ``ValueError`` for anything else."""
        match = _TEXT.fullmatch(text.strip())
        if not match:
            raise ValueError(f"{text!r} is not a period like 2026-11.")
        return cls(int(match[1]), int(match[2]))

    def __contains__(self, day: dt.date) -> bool:
        return (day.year, day.month) == (self.year, self.month)

    def next(self) -> Period:
        return Period(self.year + self.month // 12, self.month % 12 + 1)

    def previous(self) -> Period:
        return (
            Period(self.year, self.month - 1) if self.month > 1 else Period(self.year - 1, 12)
        )

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def label(self) -> str:
        """As it stands on Chinese books: ``2026年11期``."""
        return f"{self.year}年{self.month:02}期"

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"
