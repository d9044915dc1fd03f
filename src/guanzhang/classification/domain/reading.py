"""Reasons and conditions laid out for reading: one line per step, with its depth and its joint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from guanzhang.analytics.domain.catalogue import PLACES, Fact, fact_of
from guanzhang.classification.domain.criterion import All, Condition, FactRef, Not, Some, Test
from guanzhang.classification.domain.explain import Reason
from guanzhang.classification.domain.wording import Wording
from guanzhang.kernel.problem import Language

Shape: TypeAlias = Literal["test", "all", "some", "not"]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table of reasons. ``joint`` is 且 or 或 or nothing.

    ``passed`` None where there is nothing to judge: a scored item has its points instead.
    """

    depth: int
    joint: str
    label: str
    passed: bool | None
    is_group: bool = False
    actual: str = ""
    standard: str = ""
    points: Decimal | None = None


def lines_of(reasons: Iterable[Reason], wording: Wording) -> list[Line]:
    """An explanation in reading order, each step on a line, what needs no line of its own merged.

    A group of one test is one line; a scored item shows only the band or case that decided; a
    banding ends at the band the customer is in.
    """
    reader = _Reader(wording)
    return [line for reason in reasons for line in reader.lines(reason, 0, "")]


class _Reader:
    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.joints = (wording.say("且", "and"), wording.say("或", "or"))
        self.negation = wording.say("非", "not")
        self.rest = wording.say("其余", "the rest")

    def lines(self, reason: Reason, depth: int, joint: str) -> Iterator[Line]:
        parts = reason.children
        if reason.points is not None:
            yield from self.scored(reason, depth)
        elif not parts:
            yield self.leaf(reason, depth, joint)
        elif len(parts) == 1 and not parts[0].children:
            head = self.negation if reason.operator == self.negation else f"{reason.label} ·"
            yield self.leaf(parts[0], depth, joint, head=head, passed=reason.passed)
        elif reason.actual and not reason.operator:
            yield Line(depth, joint, reason.label, None, is_group=True, actual=reason.actual)
            for step in _until_passed(parts):
                yield self.leaf(step, depth + 1, "")
        else:
            yield from self.group(reason, depth, joint)

    def group(self, reason: Reason, depth: int, joint: str) -> Iterator[Line]:
        """Parts under a heading; a rule and the group that is its whole condition are one."""
        inner = reason
        if len(reason.children) == 1 and reason.children[0].operator in self.joints:
            inner = reason.children[0]
        word = inner.operator if inner.operator in self.joints else ""
        label = reason.label if inner is reason else f"{reason.label} · {inner.label}"
        yield Line(depth, joint, label, reason.passed, is_group=True)
        for index, part in enumerate(inner.children):
            yield from self.lines(part, depth + 1, word if index else "")

    def scored(self, reason: Reason, depth: int) -> Iterator[Line]:
        """An item of a score card, or the total: one line, and the condition of its case if long."""
        decided = next((part for part in reason.children if part.passed), None)
        long = decided is not None and bool(decided.children)
        actual = reason.actual or (decided.actual if decided else "")
        standard = "" if long else self.standard(decided) if decided else self.rest
        yield Line(
            depth,
            "",
            reason.label,
            None,
            actual=actual,
            standard=standard,
            points=reason.points,
        )
        if decided is not None and long:
            yield from self.lines(decided, depth + 1, "")

    def leaf(
        self,
        reason: Reason,
        depth: int,
        joint: str,
        *,
        head: str = "",
        passed: bool | None = None,
    ) -> Line:
        is_test = bool(reason.column and reason.operator)
        name = (
            column_name(reason.column, self.wording)
            if is_test and reason.column
            else reason.label
        )
        return Line(
            depth,
            joint,
            f"{head} {name}".strip(),
            reason.passed if passed is None else passed,
            actual=reason.actual,
            standard=self.standard(reason) if is_test or reason.threshold else "",
        )

    def standard(self, reason: Reason) -> str:
        return f"{reason.operator} {reason.threshold}".strip() or reason.label


def _until_passed(steps: Iterable[Reason]) -> Iterator[Reason]:
    for step in steps:
        yield step
        if step.passed:
            return


def column_name(name: str, wording: Wording) -> str:
    """近12个月交易额 for ``amount__12m``; the column itself when no fact stands behind it."""
    try:
        fact, window = fact_of(name, wording.catalogue)
    except KeyError:
        return name
    return wording.ref(FactRef(fact.code, window or None))


def unit_of(fact: Fact, language: Language) -> str:
    """The unit a number of this fact is typed in: 元, 天, % for ratios; "" where there is none."""
    if fact.type not in PLACES:
        return ""
    return (
        Wording({fact.code: fact}, language).number(fact, Decimal(0)).removeprefix("0").strip()
    )


@dataclass(frozen=True, slots=True)
class Node:
    """A condition as nested boxes with their brackets: a phrase, or a group of nodes."""

    shape: Shape
    text: str = ""
    parts: tuple[Node, ...] = ()


def boxes_of(condition: Condition, wording: Wording) -> Node:
    """The condition as boxes; a group of one is just its part, for there is nothing to bracket."""
    node = _box(condition, wording)
    while node.shape in ("all", "some") and len(node.parts) == 1:
        node = node.parts[0]
    return node


def _box(condition: Condition, wording: Wording) -> Node:
    match condition:
        case Test():
            return Node("test", wording.test(condition))
        case All(of):
            return Node("all", parts=tuple(_box(part, wording) for part in of))
        case Some(of):
            return Node("some", parts=tuple(_box(part, wording) for part in of))
        case Not(of):
            return Node("not", parts=(_box(of, wording),))


def placed_conditions(condition: Condition, path: str) -> Iterator[tuple[str, Condition]]:
    """``condition`` and everything inside it, each with its path in the JSON."""
    yield path, condition
    if isinstance(condition, All | Some):
        key = "all" if isinstance(condition, All) else "some"
        for index, part in enumerate(condition.of):
            yield from placed_conditions(part, f"{path}.{key}[{index}]")
    elif isinstance(condition, Not):
        inner = [*placed_conditions(condition.of, f"{path}.not")]
        yield from inner[1:]  # the place of a negated condition is that of its "not"
