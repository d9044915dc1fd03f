"""Which origins take the MFN rate, and who belongs to which agreement (data/*.csv, SOURCES.md)."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from guanzhang.customs.domain.tax.options import TaxOptions

_DATA = Path(__file__).parents[2] / "data"
UNKNOWN = "ZZZ"  # 国（地）别不详
SPECIAL = "13"  # 对最不发达国家特别优惠关税待遇: 特惠, not 协定


@cache
def mfn_origins() -> Mapping[str, dt.date]:
    """Origin → first day of its MFN treatment (``date.min`` when it lies before 2013)."""
    with (_DATA / "mfn_origins.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType(
            {
                row["code"]: dt.date.fromisoformat(row["since"])
                if row["since"]
                else dt.date.min
                for row in csv.DictReader(file)
            }
        )


@cache
def agreement_members() -> Mapping[str, frozenset[str]]:
    """Agreement code → its members. A code that is not in it is not known, not empty."""
    found: dict[str, set[str]] = {}
    with (_DATA / "agreement_members.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["agreement"], set()).add(row["country"])
    return MappingProxyType({code: frozenset(members) for code, members in found.items()})


def origin_class(origin: str, on: dt.date, options: TaxOptions) -> str:
    """``mfn``, ``general``, ``unknown`` (原产地不明), ``blank``, or ``ask`` when nobody has said."""
    if not origin:
        return "blank"
    if origin == UNKNOWN:
        return "unknown"
    if origin in options.origin_classes:
        return options.origin_classes[origin]
    since = mfn_origins().get(origin)
    return "mfn" if since is not None and since <= on else "ask"
