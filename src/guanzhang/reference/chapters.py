"""Short names of the chapters, for browsing."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from guanzhang.reference.shipped import DATA


@cache
def chapters() -> Mapping[str, tuple[str, str]]:
    """Chapter → its Chinese and English name."""
    with (DATA / "chapters.csv").open(encoding="utf-8", newline="") as file:
        return {row["chapter"]: (row["zh"], row["en"]) for row in csv.DictReader(file)}
