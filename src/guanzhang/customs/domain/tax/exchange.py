"""计征汇率 of a sheet: looked up once per currency, a missing one said once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from guanzhang.customs.domain.tax import problems as kinds
from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain.view import Reference


class Exchange:
    """The assessment rates of the month of ``day``."""

    def __init__(self, reference: Reference, day: dt.date) -> None:
        self._reference = reference
        self.month = day.replace(day=1)
        self.found: dict[str, Decimal | None] = {"CNY": Decimal(1)}
        self.problems: list[Problem] = []

    def rate(self, currency: str, path: str) -> Decimal | None:
        """CNY for one unit; None when nobody has entered it: then ``path`` is where it was needed."""
        if currency not in self.found:
            rate = self._reference.exchange_rate(currency, self.month)
            self.found[currency] = rate
            if rate is None:
                month = f"{self.month:%Y-%m}"
                self.problems.append(kinds.EXCHANGE.at(path, month=month, currency=currency))
        return self.found[currency]

    @property
    def used(self) -> dict[str, Decimal]:
        """The foreign rates that the sheet used, by currency."""
        return {c: rate for c, rate in self.found.items() if rate is not None and c != "CNY"}
