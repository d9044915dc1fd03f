"""The quantity of a line in the unit that a rate is charged by."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from guanzhang.customs.domain.declaration import Goods
from guanzhang.customs.domain.tax.amounts import EXACT, product

# unit → (what it measures, how much of its smallest unit); only exact metric relations.
_METRIC = {
    "036": ("mass", Decimal(1)),  # 克
    "035": ("mass", Decimal(1000)),  # 千克
    "070": ("mass", Decimal(1_000_000)),  # 吨
    "096": ("volume", Decimal(1)),  # 毫升
    "095": ("volume", Decimal(1000)),  # 升
    "063": ("volume", Decimal(1_000_000)),  # 千升
}


def quantity_in(line: Goods, unit: str) -> Decimal | None:
    """How much of ``unit`` the line declares; None when no declared unit leads to it.

    A quantity in that very unit comes first, the statutory ones before the commercial one.
    """
    declared = list(_quantities(line))
    for quantity, own in declared:
        if own == unit:
            return quantity
    wanted = _METRIC.get(unit)
    for quantity, own in declared:
        found = _METRIC.get(own)
        if wanted and found and found[0] == wanted[0]:
            return EXACT.divide(product(quantity, found[1]), wanted[1])
    return None


def kilograms(line: Goods) -> Decimal | None:
    """The weight of a line; None when it declares no quantity in a unit of weight."""
    return quantity_in(line, "035")


def _quantities(line: Goods) -> Iterator[tuple[Decimal, str]]:
    for quantity, unit in (
        (line.first_quantity, line.first_unit),
        (line.second_quantity, line.second_unit),
        (line.quantity, line.unit),
    ):
        if quantity is not None and unit:
            yield quantity, unit
