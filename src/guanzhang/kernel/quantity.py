"""Quantity: an exact decimal amount of one unit (千克, 台, 票)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering


@total_ordering
@dataclass(frozen=True, slots=True)
class Quantity:
    """So many of a unit, as declared. Units never mix and are never converted silently."""

    amount: Decimal
    unit: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Quantity needs a Decimal, not {type(self.amount).__name__}.")
        if not self.amount.is_finite():
            raise ValueError(f"Quantity must be finite, not {self.amount}.")

    def __add__(self, other: Quantity) -> Quantity:
        self._same_unit(other)
        return Quantity(self.amount + other.amount, self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        self._same_unit(other)
        return Quantity(self.amount - other.amount, self.unit)

    def __neg__(self) -> Quantity:
        return Quantity(-self.amount, self.unit)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Quantity) -> bool:
        self._same_unit(other)
        return self.amount < other.amount

    def __str__(self) -> str:
        return f"{self.amount:,f} {self.unit}"

    def _same_unit(self, other: Quantity) -> None:
        if self.unit != other.unit:
            raise ValueError(f"Cannot combine {self.unit} with {other.unit}.")
