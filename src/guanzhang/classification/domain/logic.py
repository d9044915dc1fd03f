"""What can be proven about conditions without looking at customers.

Sound, not complete: "implies" is only said when every customer bears it out, and may go unsaid when
it is true. Good enough to catch the usual mistakes: 交易额 ≥ 100万 before 交易额 ≥ 500万, a range with
its ends crossed, two regions at once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import combinations

from guanzhang.classification.domain.criterion import (
    LARGEST,
    All,
    Catalogue,
    Condition,
    Literal,
    Not,
    Op,
    Some,
    Test,
    operands,
    resolve,
)
from guanzhang.classification.domain.tree import descends

_COMPLEMENT = {Op.IS_KNOWN: Op.IS_UNKNOWN, Op.IS_UNKNOWN: Op.IS_KNOWN}


@dataclass(frozen=True, slots=True)
class _Range:
    """Whole numbers from low to high: scaled values, days of the calendar, or days of age."""

    axis: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class _Names:
    """One of these codes, or (``is_excluded``) any other one."""

    codes: frozenset[Literal]
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class _Below:
    """At or below one of these tree nodes."""

    nodes: tuple[str, ...]


class Prover:
    """Answers questions about conditions over one catalogue; remembers what it has answered."""

    def __init__(self, catalogue: Catalogue, window: str) -> None:
        self.catalogue = catalogue
        self.window = window
        self._implied: dict[tuple[int, int], bool] = {}
        self._never: dict[int, bool] = {}
        self._always: dict[int, bool] = {}
        self._kept: list[Condition] = []  # an id is only good as long as its object lives

    def implies(self, a: Condition, b: Condition) -> bool:
        """Does every customer who satisfies ``a`` surely satisfy ``b``?"""
        key = (id(a), id(b))
        if key not in self._implied:
            self._kept += (a, b)
            self._implied[key] = a == b or self._proves(a, b)
        return self._implied[key]

    def never(self, condition: Condition) -> bool:
        """Can surely no customer satisfy it?"""
        key = id(condition)
        if key not in self._never:
            self._kept.append(condition)
            self._never[key] = self._is_empty(condition)
        return self._never[key]

    def always(self, condition: Condition) -> bool:
        """Does surely every customer satisfy it?"""
        key = id(condition)
        if key not in self._always:
            self._kept.append(condition)
            self._always[key] = self._is_whole(condition)
        return self._always[key]

    def _proves(self, a: Condition, b: Condition) -> bool:
        if self.never(a) or self.always(b):
            return True
        if isinstance(b, All):
            return all(self.implies(a, part) for part in b.of)
        if isinstance(a, Some):
            return all(self.implies(part, b) for part in a.of)
        if isinstance(b, Some) and any(self.implies(a, part) for part in b.of):
            return True
        if isinstance(a, All):
            return any(self.implies(part, b) for part in a.of)
        if isinstance(b, Not):
            return self.implies(b.of, a.of) if isinstance(a, Not) else self._clash(a, b.of)
        return isinstance(a, Test) and isinstance(b, Test) and self._covers(a, b)

    def _is_empty(self, condition: Condition) -> bool:
        match condition:
            case Test():
                values = self._values(condition)
                if condition.op in _COMPLEMENT:
                    return False
                return values is None or (
                    isinstance(values, _Range) and values.low > values.high
                )
            case All(of):
                return any(map(self.never, of)) or any(
                    self._clash(p, q) for p, q in combinations(of, 2)
                )
            case Some(of):
                return all(map(self.never, of))
            case Not(of):
                return self.always(of)

    def _is_whole(self, condition: Condition) -> bool:
        match condition:
            case Test():
                return False
            case All(of):
                return all(map(self.always, of))
            case Some(of):
                return any(map(self.always, of)) or any(
                    self.implies(self._negation(p), q) for p, q in combinations(of, 2)
                )
            case Not(of):
                return self.never(of)

    def _negation(self, condition: Condition) -> Condition:
        if isinstance(condition, Not):
            return condition.of
        if isinstance(condition, Test) and condition.op in _COMPLEMENT:
            return Test(condition.ref, _COMPLEMENT[condition.op])
        return Not(condition)

    def _clash(self, p: Condition, q: Condition) -> bool:
        """Can surely nobody satisfy both?"""
        if isinstance(p, Not):
            return self.implies(q, p.of)
        if isinstance(q, Not):
            return self.implies(p, q.of)
        if not (isinstance(p, Test) and isinstance(q, Test) and self._same_column(p, q)):
            return False
        if {p.op, q.op} & _COMPLEMENT.keys():
            return p.op is not q.op and Op.IS_UNKNOWN in (p.op, q.op)
        return _disjoint(p.ref.fact, self._values(p), self._values(q))

    def _covers(self, a: Test, b: Test) -> bool:
        """Does ``b`` accept every value that ``a`` accepts?"""
        if not self._same_column(a, b):
            return False
        if b.op is Op.IS_KNOWN:
            return a.op is not Op.IS_UNKNOWN
        if {a.op, b.op} & _COMPLEMENT.keys():
            return a.op is b.op
        if {a.op, b.op} <= {Op.HAS, Op.HAS_NONE}:
            fewer, more = (a, b) if a.op is Op.HAS else (b, a)
            return a.op is b.op and set(fewer.values) <= set(more.values)
        return _within(a.ref.fact, self._values(a), self._values(b))

    def _same_column(self, a: Test, b: Test) -> bool:
        column = resolve(a.ref, self.window, self.catalogue)
        return column is not None and column == resolve(b.ref, self.window, self.catalogue)

    def _values(self, test: Test) -> _Range | _Names | _Below | tuple[Literal, ...] | None:
        """What a readable test accepts; tags and the like stay a plain tuple; None = nothing."""
        values = operands(test, self.catalogue)
        if values is None:
            return None
        match test.op:
            case Op.WITHIN:
                return _Below(tuple(map(str, values)))
            case Op.WITHIN_LAST:
                return _Range("age", 0, _whole(values[0]))
            case Op.BEFORE_LAST:
                return _Range("age", _whole(values[0]) + 1, LARGEST)
            case Op.EQUALS | Op.DIFFERS | Op.IN | Op.NOT_IN:
                return _Names(frozenset(values), test.op in (Op.DIFFERS, Op.NOT_IN))
            case Op.HAS | Op.HAS_NONE | Op.IS_KNOWN | Op.IS_UNKNOWN:
                return values
            case _:
                return _range(test.op, _whole(values[0]), _whole(values[-1]))


def _range(op: Op, low: int, high: int) -> _Range:
    """The values a comparison accepts. Stored values are whole, so > 5 is ≥ 6."""
    return {
        Op.AT_LEAST: _Range("value", low, LARGEST),
        Op.MORE_THAN: _Range("value", low + 1, LARGEST),
        Op.AT_MOST: _Range("value", -LARGEST - 1, low),
        Op.LESS_THAN: _Range("value", -LARGEST - 1, low - 1),
        Op.BETWEEN: _Range("value", low, high),
    }[op]


def _whole(value: Literal) -> int:
    return value.toordinal() if isinstance(value, dt.date) else int(value)


def _in_range(codes: frozenset[Literal], wanted: _Range) -> list[bool]:
    return [
        wanted.axis == "value" and wanted.low <= _whole(code) <= wanted.high for code in codes
    ]


def _within(fact: str, a: object, b: object) -> bool:
    match a, b:
        case _Range(), _Range():
            return a.axis == b.axis and b.low <= a.low and a.high <= b.high
        case _Names(is_excluded=False), _Range():
            return all(_in_range(a.codes, b))
        case _Range(axis="value"), _Names(is_excluded=True):
            return not any(_in_range(b.codes, a))
        case _Names(), _Names():
            if a.is_excluded:
                return b.is_excluded and b.codes <= a.codes
            return a.codes.isdisjoint(b.codes) if b.is_excluded else a.codes <= b.codes
        case _Names(is_excluded=False), _Below():
            return all(_is_below(fact, str(code), b) for code in a.codes)
        case _Below(), _Below():
            return all(_is_below(fact, node, b) for node in a.nodes)
        case _:
            return False


def _disjoint(fact: str, a: object, b: object) -> bool:
    match a, b:
        case _Range(), _Range():
            return a.axis == b.axis and (a.high < b.low or b.high < a.low)
        case _Names(is_excluded=False), _Range(axis="value"):
            return not any(_in_range(a.codes, b))
        case _Range(axis="value"), _Names(is_excluded=False):
            return not any(_in_range(b.codes, a))
        case _Names(), _Names():
            if a.is_excluded and b.is_excluded:
                return False
            if a.is_excluded or b.is_excluded:
                narrow, wide = (b, a) if a.is_excluded else (a, b)
                return narrow.codes <= wide.codes
            return a.codes.isdisjoint(b.codes)
        case _Names(is_excluded=False), _Below():
            return not any(_is_below(fact, str(code), b) for code in a.codes)
        case _Below(), _Names(is_excluded=False):
            return not any(_is_below(fact, str(code), a) for code in b.codes)
        case _Below(), _Below():
            return not any(
                descends(fact, p, q) or descends(fact, q, p) for p in a.nodes for q in b.nodes
            )
        case _:
            return False


def _is_below(fact: str, code: str, wanted: _Below) -> bool:
    return any(descends(fact, code, node) for node in wanted.nodes)
