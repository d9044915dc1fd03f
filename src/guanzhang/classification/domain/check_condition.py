"""What is wrong with a condition: every fault at its path, in reading order."""

from __future__ import annotations

from decimal import Decimal

from guanzhang.analytics.domain.catalogue import PLACES, Fact, FactType
from guanzhang.classification.domain import kinds
from guanzhang.classification.domain.criterion import (
    LARGEST,
    MAX_DAYS,
    MAX_DEPTH,
    MAX_NODES,
    OPS_BY_TYPE,
    All,
    Catalogue,
    Condition,
    FactRef,
    Not,
    Op,
    Some,
    Test,
    Window,
    days,
    depth,
    figure,
    literal,
    parts,
    scaled,
    value_count,
)
from guanzhang.classification.domain.logic import Prover
from guanzhang.kernel.problem import Kind, Problem

MAX_VALUES = 500


def check_condition(
    condition: Condition,
    catalogue: Catalogue,
    window: str = Window.MONTHS_12.value,
    path: str = "",
) -> tuple[Problem, ...]:
    """All problems of a condition that stands alone, such as the filter of a list."""
    checker = ConditionChecker(catalogue, window)
    checker.condition(condition, path)
    return tuple(checker.problems)


class ConditionChecker:
    """Collects the problems of conditions, facts, values and numbers over one catalogue."""

    def __init__(self, catalogue: Catalogue, window: str) -> None:
        self.catalogue = catalogue
        self.problems: list[Problem] = []
        self.prover = Prover(catalogue, window)

    def found(self, kind: Kind, path: str, **facts: object) -> None:
        self.problems.append(kind.at(path, **facts))

    def condition(self, condition: Condition, path: str) -> bool:
        """Checks a whole condition; True if it has no error."""
        before = len(self.problems)
        nodes = len(parts(condition))
        if nodes > MAX_NODES:
            self.found(kinds.TOO_LARGE, path, found=nodes, limit=MAX_NODES)
        if depth(condition) > MAX_DEPTH:
            self.found(kinds.TOO_DEEP, path, limit=MAX_DEPTH)
        self.node(condition, path)
        is_sound = len(self.problems) == before
        if is_sound and self.prover.never(condition):
            self.found(kinds.NEVER_HOLDS, path)
        return is_sound

    def node(self, condition: Condition, path: str) -> None:
        match condition:
            case Test():
                self.test(condition, path)
            case Not(of):
                self.node(of, join(path, "not"))
            case All(of) | Some(of):
                at = join(path, "all" if isinstance(condition, All) else "some")
                if not of:
                    self.found(kinds.EMPTY_GROUP, at)
                for index, part in enumerate(of):
                    self.node(part, f"{at}[{index}]")

    def test(self, test: Test, path: str) -> None:
        fact = self.fact(test.ref, path)
        if fact is None:
            return
        if test.op not in OPS_BY_TYPE[fact.type]:
            listed = ", ".join(op.value for op in OPS_BY_TYPE[fact.type])
            self.found(
                kinds.WRONG_OPERATOR,
                join(path, "op"),
                fact=named(fact),
                op=test.op.value,
                choices=listed,
            )
            return
        count = value_count(test.op)
        is_single = count == 1 and len(test.values) == 1
        at = join(path, "value" if count == 1 else "values")
        self.count(count, len(test.values), at)
        for index, text in enumerate(test.values):
            where = at if is_single else f"{at}[{index}]"
            if test.op in (Op.WITHIN_LAST, Op.BEFORE_LAST):
                if days(text) is None:
                    self.found(kinds.NOT_DAYS, where, found=text, limit=MAX_DAYS)
            else:
                self.value(text, fact, where)
        if test.op is Op.BETWEEN and len(test.values) == 2 and self.prover.never(test):
            low, high = test.values
            if literal(low, fact) is not None and literal(high, fact) is not None:
                self.found(kinds.BOUNDS_REVERSED, at, low=low, high=high)

    def count(self, wanted: int | None, found: int, path: str) -> None:
        """``wanted`` None stands for one or more."""
        if found != wanted if wanted is not None else not 1 <= found <= MAX_VALUES:
            expected = f"1–{MAX_VALUES}" if wanted is None else wanted
            self.found(kinds.WRONG_VALUE_COUNT, path, expected=expected, found=found)

    def fact(self, ref: FactRef, path: str) -> Fact | None:
        """The fact ``ref`` names, if there is one; also checks the window."""
        fact = self.catalogue.get(ref.fact)
        if fact is None:
            self.found(kinds.UNKNOWN_FACT, join(path, "fact"), fact=ref.fact)
        elif ref.window is not None and not fact.windowed:
            self.found(
                kinds.NOT_WINDOWED, join(path, "window"), fact=named(fact), window=ref.window
            )
        if ref.window is not None:
            self.window(ref.window, join(path, "window"))
        return fact

    def window(self, window: str, path: str) -> None:
        known = [option.value for option in Window]
        if window not in known:
            self.found(kinds.NO_SUCH_OPTION, path, found=window, choices=", ".join(known))

    def value(self, text: str, fact: Fact, path: str) -> None:
        """A value written for ``fact``."""
        if not text:
            self.found(kinds.BLANK_VALUE, path)
        elif fact.type in PLACES:
            places = PLACES[fact.type]
            high = Decimal(LARGEST).scaleb(-places)
            self.number(text, path, places=places, low=-high, high=high)
        elif literal(text, fact) is None:
            match fact.type:
                case FactType.DATE:
                    self.found(kinds.NOT_A_DATE, path, found=text)
                case FactType.FLAG:
                    self.found(kinds.NOT_A_FLAG, path, found=text)
                case _:
                    self.found(kinds.NOT_A_NODE, path, found=text, fact=named(fact))
        elif fact.choices and text not in dict(fact.choices):
            listed = "、".join(f"{name} {code}" for code, name in fact.choices)
            self.found(kinds.UNKNOWN_VALUE, path, fact=named(fact), found=text, choices=listed)

    def number(
        self, text: str, path: str, *, places: int, low: Decimal, high: Decimal
    ) -> Decimal | None:
        """The number ``text`` writes if it lies in [low, high] with at most ``places`` decimals."""
        number = figure(text)
        if number is None:
            kind = kinds.NOT_A_NUMBER if text else kinds.BLANK_VALUE
            self.found(kind, path, found=text)
        elif not low <= number <= high:
            self.found(kinds.OUT_OF_RANGE, path, found=text, low=low, high=high)
        elif scaled(text, places) is None:
            self.found(kinds.TOO_PRECISE, path, found=text, places=places)
        else:
            return number
        return None


def named(fact: Fact) -> str:
    """The fact as a message shows it in either language."""
    return f"{fact.zh} {fact.code}"


def join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
