"""``check``: all problems of a declaration at once, in the order of the document."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.rules import RULES
from guanzhang.customs.domain.checks.shared import as_warning
from guanzhang.customs.domain.declaration import Declaration, wide
from guanzhang.customs.domain.message import blocks
from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain.tariff import TariffLine

_PLACE = re.compile(r"([A-Za-z]+)(?:\[(\d+)\])?(?:\.([A-Za-z_]+))?")
_Order = tuple[int, int, int]


def check(declaration: Declaration, context: Context) -> tuple[Problem, ...]:
    """Every problem: those of the whole first, then block by block, row by row, field by field."""
    context = _with_remembered_tariff(context)
    is_demo = context.reference.is_demo_tariff
    found: dict[tuple[str, str, str], Problem] = {}
    with wide():
        for rule in RULES:
            for problem in rule.run(declaration, context):
                one = as_warning(problem) if is_demo and rule.reads_tariff else problem
                found.setdefault((one.path, one.kind.code, one.message()), one)
    return tuple(sorted(found.values(), key=_order))


def _with_remembered_tariff(context: Context) -> Context:
    # A dozen rules ask for the same line of the tariff, which may stand in a database.
    seen: dict[str, TariffLine | None] = {}
    find = context.reference.find_tariff

    def remembered(hs_code: str) -> TariffLine | None:
        if hs_code not in seen:
            seen[hs_code] = find(hs_code)
        return seen[hs_code]

    return replace(context, reference=replace(context.reference, find_tariff=remembered))


def _order(problem: Problem) -> _Order:
    match = _PLACE.match(problem.path)
    if not match:
        return (-1, 0, 0)
    block = _blocks().get(match[1], len(_blocks()))
    element = _elements().get((match[1], match[3] or ""), -1)
    return (block, int(match[2] or 0), element)


@cache
def _blocks() -> dict[str, int]:
    return {key: number for number, key in enumerate(blocks())}


@cache
def _elements() -> dict[tuple[str, str], int]:
    return {
        (key, name): number
        for key, block in blocks().items()
        for number, name in enumerate(block.elements)
    }
