"""Criteria (分类标准) as data, and what they mean.

A condition is a small tree of ``Test`` under ``All``, ``Some`` and ``Not``. ``holds`` is its meaning;
``guanzhang.classification.compile`` says the same in SQL, and a property test keeps the two equal.

A missing fact satisfies no test except ``is_unknown``. So ``Test`` on a missing fact is False and
``Not(Test)`` on it is True: there is no third truth value. A test that cannot be read (unknown fact,
operator of another type, "abc" for a number) satisfies nothing either; ``check`` names it.

Values are kept as written (canonical text: "5000000", "0.95", "2026-01-31", "true", "330200") and
read against the type of their fact by ``literal``. Ratios are fractions; percent is for display.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TypeAlias

from guanzhang.analytics.domain.catalogue import PLACES, WINDOW_NAMES, Fact, FactType, column
from guanzhang.classification.domain.tree import descends, is_node
from guanzhang.kernel.choice import Choice

Catalogue: TypeAlias = Mapping[str, Fact]
# Column of the facts table → stored value; None or absent is 无数据.
Row: TypeAlias = Mapping[str, object]
Literal: TypeAlias = int | str | bool | dt.date
Figure: TypeAlias = str  # a number as written; canonical when it can be read as one

MAX_DEPTH = 8
MAX_NODES = 200
MAX_DAYS = 36_500
LARGEST = 2**63 - 1  # of the BIGINT a scaled value is kept in


class Window(Choice):
    """The stretch of time that a windowed fact is taken over; the days are in ``kernel.dates``."""

    ALL = "all", WINDOW_NAMES["all"], "all time"
    MONTHS_3 = "3m", WINDOW_NAMES["3m"], "the last 3 months"
    MONTHS_6 = "6m", WINDOW_NAMES["6m"], "the last 6 months"
    MONTHS_12 = "12m", WINDOW_NAMES["12m"], "the last 12 months"
    THIS_YEAR = "ytd", WINDOW_NAMES["ytd"], "this year"
    LAST_YEAR = "ly", WINDOW_NAMES["ly"], "the same part of last year"


class Op(Choice):
    """How a test compares. 以上, 以下, 以内 include the bound, 超过 does not (民法典 §1259)."""

    AT_LEAST = ">=", "≥", "≥"
    MORE_THAN = ">", ">", ">"
    AT_MOST = "<=", "≤", "≤"
    LESS_THAN = "<", "<", "<"
    EQUALS = "==", "=", "="
    DIFFERS = "!=", "≠", "≠"
    BETWEEN = "between", "介于", "between"  # both ends included
    IN = "in", "属于", "is one of"
    NOT_IN = "not_in", "不属于", "is none of"
    WITHIN = "within", "位于", "lies within"  # tree: at or below any of the nodes
    HAS = "has", "带有", "has"  # tags: at least one of them
    HAS_NONE = "has_none", "不带", "has none of"
    IS_KNOWN = "is_known", "有数据", "is known"
    IS_UNKNOWN = "is_unknown", "无数据", "is unknown"
    WITHIN_LAST = "within_last", "以内", "within the last"  # 0 ≤ age in days ≤ N
    BEFORE_LAST = "before_last", "超过", "more than"  # age in days > N


_ORDERED = (
    Op.AT_LEAST,
    Op.MORE_THAN,
    Op.AT_MOST,
    Op.LESS_THAN,
    Op.EQUALS,
    Op.DIFFERS,
    Op.BETWEEN,
)
_NAMED = (Op.EQUALS, Op.DIFFERS, Op.IN, Op.NOT_IN)
_KNOWN = (Op.IS_KNOWN, Op.IS_UNKNOWN)
_DATED = (Op.WITHIN_LAST, Op.BEFORE_LAST)
OPS_BY_TYPE: Mapping[FactType, tuple[Op, ...]] = MappingProxyType(
    {
        FactType.MONEY: _ORDERED + _KNOWN,
        FactType.NUMBER: _ORDERED + _KNOWN,
        FactType.RATIO: _ORDERED + _KNOWN,
        FactType.DATE: _ORDERED + _DATED + _KNOWN,
        FactType.CHOICE: _NAMED + _KNOWN,
        FactType.TREE: (Op.WITHIN, *_NAMED, *_KNOWN),
        FactType.FLAG: (Op.EQUALS, Op.DIFFERS, *_KNOWN),
        FactType.TEXT: _NAMED + _KNOWN,
        FactType.TAGS: (Op.HAS, Op.HAS_NONE, *_KNOWN),
    }
)
SEVERAL = frozenset({Op.IN, Op.NOT_IN, Op.WITHIN, Op.HAS, Op.HAS_NONE})  # one value or more


def value_count(op: Op) -> int | None:
    """How many values ``op`` takes; None = one or more."""
    if op in SEVERAL:
        return None
    return 0 if op in _KNOWN else 2 if op is Op.BETWEEN else 1


@dataclass(frozen=True, slots=True)
class FactRef:
    """A fact as a criterion names it; without ``window`` the scheme's own window applies."""

    fact: str
    window: str | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of one fact with written values."""

    __test__ = False  # not a pytest class

    ref: FactRef
    op: Op
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class All:
    """且: every part holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """或: at least one part holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """非: the part does not hold."""

    of: Condition


Condition: TypeAlias = Test | All | Some | Not


@dataclass(frozen=True, slots=True)
class Frame:
    """What a condition is read against: the facts there are, the day, and the default window."""

    catalogue: Catalogue
    as_of: dt.date
    window: str = Window.MONTHS_12.value

    def column(self, ref: FactRef) -> str | None:
        return resolve(ref, self.window, self.catalogue)


def resolve(ref: FactRef, default_window: str, catalogue: Catalogue) -> str | None:
    """The column of the facts table that ``ref`` reads; None if there is no such fact."""
    fact = catalogue.get(ref.fact)
    if fact is None:
        return None
    return column(ref.fact, (ref.window or default_window) if fact.windowed else "")


def holds(condition: Condition, row: Row, frame: Frame) -> bool:
    """Does ``row`` satisfy ``condition``? This is the meaning of criteria."""
    match condition:
        case Test():
            return _passes(condition, row, frame)
        case All(of):
            return all(holds(part, row, frame) for part in of)
        case Some(of):
            return any(holds(part, row, frame) for part in of)
        case Not(of):
            return not holds(of, row, frame)


def operands(test: Test, catalogue: Catalogue) -> tuple[Literal, ...] | None:
    """The values of ``test`` as they are stored; None if it cannot be read and so satisfies nothing.

    Days of ``within_last`` and ``before_last`` come as an int.
    """
    fact = catalogue.get(test.ref.fact)
    count = value_count(test.op)
    if fact is None or test.op not in OPS_BY_TYPE[fact.type]:
        return None
    if len(test.values) != count if count is not None else not test.values:
        return None
    read = days if test.op in _DATED else lambda text: literal(text, fact)
    found = tuple(value for value in map(read, test.values) if value is not None)
    return found if len(found) == len(test.values) else None


def literal(text: str, fact: Fact) -> Literal | None:
    """``text`` as a stored value of ``fact``: scaled integer, date, bool or text; None if unreadable."""
    match fact.type:
        case FactType.MONEY | FactType.NUMBER | FactType.RATIO:
            return scaled(text, PLACES[fact.type])
        case FactType.DATE:
            return _date(text)
        case FactType.FLAG:
            return {"true": True, "false": False}.get(text)
        case FactType.TREE:
            return text if is_node(fact.code, text) else None
        case FactType.CHOICE | FactType.TEXT | FactType.TAGS:
            return text or None


def figure(text: str) -> Decimal | None:
    """The number ``text`` writes in ASCII digits, without exponent or separators; else None."""
    return Decimal(text) if re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", text, re.ASCII) else None


def scaled(text: str, places: int) -> int | None:
    """``text`` × 10^places as an integer that fits BIGINT; None if it is no such number."""
    number = figure(text)
    if number is None:
        return None
    numerator, denominator = number.as_integer_ratio()
    quotient, remainder = divmod(numerator * 10**places, denominator)
    return quotient if remainder == 0 and abs(quotient) <= LARGEST else None


def canonical(text: str) -> str:
    """The one way to write a number ("05.50" → "5.5"); anything else unchanged."""
    number = figure(text)
    if number is None:
        return text
    whole, _, rest = f"{number:f}".partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    rest = rest.rstrip("0")
    digits = digits.lstrip("0") or "0"
    shown = f"{digits}.{rest}" if rest else digits
    return shown if shown == "0" else sign + shown


def days(text: str) -> int | None:
    """A whole number of days from 0 to a hundred years."""
    number = int(text) if re.fullmatch(r"\d{1,5}", text, re.ASCII) else None
    return number if number is not None and number <= MAX_DAYS else None


def depth(condition: Condition) -> int:
    """1 for a test, one more for every group or Not around it."""
    match condition:
        case Test():
            return 1
        case All(of) | Some(of):
            return 1 + max(map(depth, of), default=0)
        case Not(of):
            return 1 + depth(of)


def parts(condition: Condition) -> list[Condition]:
    """``condition`` and everything inside it, in reading order."""
    match condition:
        case Test():
            return [condition]
        case All(of) | Some(of):
            return [condition, *(node for part in of for node in parts(part))]
        case Not(of):
            return [condition, *parts(of)]


def refs_of(condition: Condition) -> frozenset[FactRef]:
    """The facts ``condition`` reads."""
    return frozenset(node.ref for node in parts(condition) if isinstance(node, Test))


def _passes(test: Test, row: Row, frame: Frame) -> bool:
    name = frame.column(test.ref)
    actual = None if name is None else row.get(name)
    if test.op in _KNOWN:
        return (actual is None) is (test.op is Op.IS_UNKNOWN)
    values = operands(test, frame.catalogue)
    if actual is None or values is None:
        return False
    match test.op:
        case Op.EQUALS | Op.IN:
            return actual in values
        case Op.DIFFERS | Op.NOT_IN:
            return actual not in values
        case Op.WITHIN:
            return any(descends(test.ref.fact, str(actual), str(value)) for value in values)
        case Op.HAS | Op.HAS_NONE:
            tags = actual if isinstance(actual, list | tuple) else ()
            return any(value in tags for value in values) is (test.op is Op.HAS)
        case _:
            return _in_order(test.op, actual, values, frame.as_of)


def _in_order(op: Op, actual: object, values: tuple[Literal, ...], as_of: dt.date) -> bool:
    if isinstance(actual, dt.date) and isinstance(values[0], int):
        age = (as_of - actual).days
        return 0 <= age <= values[0] if op is Op.WITHIN_LAST else age > values[0]
    sides = [(actual > value) - (actual < value) for value in values]  # type: ignore[operator]
    match op:
        case Op.AT_LEAST:
            return sides[0] >= 0
        case Op.MORE_THAN:
            return sides[0] > 0
        case Op.AT_MOST:
            return sides[0] <= 0
        case Op.LESS_THAN:
            return sides[0] < 0
        case Op.BETWEEN:
            return sides[0] >= 0 >= sides[1]
        case _:
            return False


def _date(text: str) -> dt.date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
