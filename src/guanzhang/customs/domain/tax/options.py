"""What a person may decide about a computation that neither declaration nor tariff says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

OriginClass = Literal["mfn", "general"]


@dataclass(frozen=True, slots=True)
class TaxOptions:
    """Defaults are what a declaration without special facts needs.

    ``declared_on``: day of 完成申报, whose month's exchange rate applies; None = the day of the
    sheet. (The day of the *tariff* differs from it for goods declared before arrival, art. 20.)
    ``freight_by``: how a freight total is shared out. ``origin_classes``: confirmed treatment of
    origins that the MFN table does not hold. ``unproven``: line numbers whose origin the
    importer cannot prove (art. 19).
    """

    declared_on: dt.date | None = None
    freight_by: Literal["value", "weight"] = "value"
    origin_classes: Mapping[str, OriginClass] = field(
        default_factory=lambda: MappingProxyType({})
    )
    unproven: frozenset[str] = frozenset()


def tariff_day(declared_on: dt.date, moved_on: dt.date | None, *, is_import: bool) -> dt.date:
    """The day whose rates apply (关税法 art. 20): 完成申报, or for goods declared before arrival the
    day on which their means of transport declares entry."""
    if is_import and moved_on and moved_on > declared_on:
        return moved_on
    return declared_on
