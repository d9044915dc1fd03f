"""Taxes of a declaration: valuation, choice of the rate, every tax with its working, deadlines."""

from guanzhang.customs.domain.tax.assembly import tax_sheet
from guanzhang.customs.domain.tax.options import TaxOptions, tariff_day
from guanzhang.customs.domain.tax.sheet import (
    Column,
    LineTax,
    RateChoice,
    Tax,
    TaxKind,
    TaxSheet,
    Total,
    Treatment,
    Words,
)

__all__ = [
    "Column",
    "LineTax",
    "RateChoice",
    "Tax",
    "TaxKind",
    "TaxOptions",
    "TaxSheet",
    "Total",
    "Treatment",
    "Words",
    "tariff_day",
    "tax_sheet",
]
