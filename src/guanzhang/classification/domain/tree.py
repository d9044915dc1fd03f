"""Trees written in their codes: region 330206 lies below 330200 and 330000, industry F51 below F.

A tree fact holds one code. An ancestor's *significant prefix* is all that has to be known about the
tree: a code descends from an ancestor exactly when it starts with that prefix. Both interpreters use
this rule, so no table of nodes is needed to evaluate a criterion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Level:
    """A storey of a tree: ``length`` leading characters name a node of it."""

    code: str
    zh: str
    en: str
    length: int


@dataclass(frozen=True, slots=True)
class TreeShape:
    """How the codes of one tree are built; ``width`` > 0 means padded with zeros to that width."""

    pattern: str
    width: int
    levels: tuple[Level, ...]

    def level(self, code: str) -> Level | None:
        return next((level for level in self.levels if level.code == code), None)


# GB/T 2260 (regions, six digits in three pairs) and GB/T 4754-2017 (section letter + division).
_SHAPES = {
    "region": TreeShape(
        r"\d{6}",
        6,
        (
            Level("province", "省级", "province", 2),
            Level("city", "地级", "city", 4),
            Level("district", "县级", "district", 6),
        ),
    ),
    "industry": TreeShape(
        r"[A-T](\d{2,4})?",
        0,
        (Level("section", "门类", "section", 1), Level("division", "大类", "division", 3)),
    ),
}
TREE_SHAPES: Mapping[str, TreeShape] = MappingProxyType(_SHAPES)
_ANY = TreeShape(r".+", 0, ())


def shape_of(fact: str) -> TreeShape:
    """The shape of a tree fact; a tree nobody described has plain prefixes and no levels."""
    return TREE_SHAPES.get(fact, _ANY)


def is_node(fact: str, code: str) -> bool:
    """Is ``code`` written as the codes of this tree are? (Whether it exists, the tables know.)"""
    return re.fullmatch(shape_of(fact).pattern, code, re.ASCII) is not None


def significant_prefix(fact: str, code: str) -> str:
    """What every descendant of ``code`` starts with: 330000 → 33, 330200 → 3302, F51 → F51."""
    if shape_of(fact).width == 0:
        return code
    prefix = code
    while prefix.endswith("00"):
        prefix = prefix[:-2]
    return prefix


def descends(fact: str, code: str, ancestor: str) -> bool:
    """Does ``code`` lie at or below ``ancestor``?"""
    return code.startswith(significant_prefix(fact, ancestor))


def at_level(fact: str, code: str, level: Level) -> str:
    """The ancestor of ``code`` on ``level``; a coarser code stays where it is (330000 is no city)."""
    return code[: level.length].ljust(shape_of(fact).width, "0")
