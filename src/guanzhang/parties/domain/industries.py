"""Industries (国民经济行业分类): the sections and divisions of GB/T 4754-2017.

Groups (three digits) stand in the table only where 企业规模 depends on them: below 59 and 70.
Source and edition: ``reference/SOURCES.md``.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Industry:
    """A section ("F"), division ("51") or group ("701"); ``parent`` is a code, "" for a section."""

    code: str
    name: str
    section: str
    parent: str


def industry(code: str) -> Industry | None:
    """The industry of this code; a section letter in front (F51) is forgiven."""
    return _industries().get(_plain(code))


def children(code: str) -> tuple[Industry, ...]:
    """What is directly below ``code``, by code; the sections for ""."""
    parent = _plain(code)
    return tuple(i for i in _industries().values() if i.parent == parent)


def industry_path(code: str) -> str:
    """``51`` → ``批发和零售业 批发业``; "" for an unknown code."""
    found = industry(code)
    if found is None:
        return ""
    return f"{industry_path(found.parent)} {found.name}".lstrip()


def descends(code: str, ancestor: str) -> bool:
    """Whether ``code`` is ``ancestor`` or lies in it; False for unknown codes."""
    inner, outer = industry(code), industry(ancestor)
    if inner is None or outer is None:
        return False
    return inner.code.startswith(outer.code) or inner.section == outer.code


def industry_of(code: str) -> Industry | None:
    """The deepest industry in the table that a code of GB/T 4754 lies in: F5179 → 51, 7010 → 701."""
    plain = _plain(code)
    if not plain.isascii() or len(plain) > 4 or not (plain.isdigit() or len(plain) == 1):
        return None
    known = (industry(plain[:size]) for size in range(len(plain), 0, -1))
    return next((found for found in known if found), None)


def find_industry(text: str) -> Industry | None:
    """The industry that a code or a name means; None if nothing or several fit.

    In this order: a code, also of a class in a division; an exact name, with or without 业; the only
    division whose name the text is part of; the longest name in the text.
    """
    wanted = _spoken(unicodedata.normalize("NFKC", text).strip())
    names = _names()
    if found := industry_of(wanted) or names.get(wanted):
        return found
    if len(wanted) < 2:
        return None
    around = {i.code: i for name, i in names.items() if wanted in name and i.section != i.code}
    if len(around) == 1:
        return next(iter(around.values()))
    inside = [name for name in names if name in wanted and len(name) > 1]
    return names[max(inside, key=len)] if inside else None


def _plain(code: str) -> str:
    upper = code.strip().upper()
    return upper[1:] if len(upper) > 1 and upper[0].isalpha() else upper


def _spoken(name: str) -> str:
    """A name as people shorten it: 纺织业 and 纺织行业 are 纺织."""
    return name.removesuffix("业").removesuffix("行")


@cache
def _industries() -> Mapping[str, Industry]:
    path = Path(__file__).with_name("reference") / "industries.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Industry(**row) for row in csv.DictReader(file)}


@cache
def _names() -> Mapping[str, Industry]:
    """Spoken name → industry; a section gives way to the division of the same name (教育)."""
    return {_spoken(i.name): i for i in _industries().values() if len(i.code) < 3}
