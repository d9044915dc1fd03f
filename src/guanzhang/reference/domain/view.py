"""Reference data as of one day: what checks and taxes read. Knows nothing of databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from guanzhang.reference.domain.tables import TABLES, CodeRow
from guanzhang.reference.domain.tariff import Measure, TariffLine


@dataclass(frozen=True)
class Reference:
    """All tables as they are valid on ``on``.

    ``tables`` maps table keys to rows by code (codes are text and case-sensitive). ``find_tariff``,
    ``find_measures`` and ``find_rate`` may read a database; what is unknown is None or empty.
    """

    on: dt.date
    tables: Mapping[str, Mapping[str, CodeRow]]
    find_tariff: Callable[[str], TariffLine | None]
    find_measures: Callable[[str, str], tuple[Measure, ...]] = lambda _hs, _origin: ()
    # (currency, first day of the month) → CNY for one unit
    find_rate: Callable[[str, dt.date], Decimal | None] = lambda _currency, _month: None
    parameters: Mapping[str, Decimal] = field(default_factory=dict)  # "duty_threshold" → 50
    workdays: Mapping[dt.date, bool] = field(
        default_factory=dict
    )  # days that differ from the week
    calendar_from: dt.date | None = (
        None  # before it, if it is given, nobody has entered holidays
    )
    calendar_until: dt.date | None = None  # beyond it nobody knows the holidays
    is_demo_tariff: bool = False

    def row(self, table: str, code: str) -> CodeRow | None:
        """The row of a code, active or not; None if the table does not hold it."""
        return self.tables.get(table, {}).get(code)

    def name(self, table: str, code: str) -> str:
        """The name of a code; the code itself where it is not known."""
        found = self.row(table, code)
        return found.name if found else code

    def tariff(self, hs_code: str) -> TariffLine | None:
        return self.find_tariff(hs_code)

    def measures(self, hs_code: str, origin: str) -> tuple[Measure, ...]:
        """The trade measures on a code of ``origin``; with "" those of every origin."""
        return self.find_measures(hs_code, origin)

    def exchange_rate(self, currency: str, month: dt.date) -> Decimal | None:
        """CNY for one unit in the month of ``month``; None when nobody has entered it."""
        if currency == "CNY":
            return Decimal(1)
        return self.find_rate(currency, month.replace(day=1))

    def is_workday(self, day: dt.date) -> bool | None:
        """Whether customs works that day; None outside the known calendar."""
        if day in self.workdays:
            return self.workdays[day]
        if self.calendar_until is None or day > self.calendar_until:
            return None
        if self.calendar_from is not None and day < self.calendar_from:
            return None
        return day.weekday() < 5

    def is_complete(self, table: str) -> bool:
        found = TABLES.get(table)
        return bool(found and found.is_complete)
