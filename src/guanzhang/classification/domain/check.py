"""What is wrong with a definition: all problems at once, each at its path in the JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from guanzhang.analytics.domain.catalogue import PLACES, FactType
from guanzhang.classification.domain import kinds
from guanzhang.classification.domain.check_condition import ConditionChecker, named
from guanzhang.classification.domain.criterion import (
    Catalogue,
    Condition,
    Figure,
    figure,
    literal,
    parts,
)
from guanzhang.classification.domain.scheme import (
    UNKNOWN,
    Attribute,
    Banding,
    Bands,
    ClassCode,
    Definition,
    EachValue,
    Graded,
    Item,
    Mapped,
    Method,
    Rule,
    Rules,
    Score,
    conditions,
)
from guanzhang.classification.domain.tree import descends, shape_of
from guanzhang.kernel.problem import Problem

MAX_BANDS = 100
MAX_NAME = 40
MAX_DEFINITION_NODES = 2000
_CODE = re.compile(r"[A-Za-z0-9_-]{1,30}", re.ASCII)
_HUNDRED = Decimal(100)
_LEAST_SHARE = Decimal("0.0001")
_NAMED_TYPES = (FactType.CHOICE, FactType.TREE, FactType.FLAG, FactType.TEXT)


def check_definition(definition: Definition, catalogue: Catalogue) -> tuple[Problem, ...]:
    """Every problem of ``definition`` over ``catalogue``, in the order of the document."""
    checker = _Checker(definition, catalogue)
    checker.definition_()
    return tuple(checker.problems)


class _Checker(ConditionChecker):
    def __init__(self, definition: Definition, catalogue: Catalogue) -> None:
        super().__init__(catalogue, definition.window)
        self.definition = definition
        self.codes = [each.code for each in definition.classes]
        self.used: set[ClassCode] = set()

    def definition_(self) -> None:
        self.window(self.definition.window, "window")
        self.classes()
        nodes = sum(len(parts(c)) for c in conditions(self.definition))
        if nodes > MAX_DEFINITION_NODES:
            self.found(kinds.TOO_LARGE, "body", found=nodes, limit=MAX_DEFINITION_NODES)
            return
        match self.definition.body:
            case Attribute() as body:
                self.attribute(body)
            case EachValue() as body:
                self.each_value(body)
                return
            case Bands() as body:
                self.banding(body.banding, len(body.classes), "body", "bands")
                self.class_codes(body.classes, "body.bands")
            case Rules() as body:
                self.rules(body)
            case Score() as body:
                self.score(body)
        for index, code in enumerate(self.codes):
            if code not in self.used:
                self.found(kinds.UNUSED_CLASS, f"classes[{index}]", found=code)

    def classes(self) -> None:
        classes = self.definition.classes
        if isinstance(self.definition.body, EachValue):
            if classes:
                self.found(kinds.CLASSES_NOT_WANTED, "classes")
            return
        if not classes:
            self.found(kinds.NO_CLASSES, "classes")
        for index, each in enumerate(classes):
            at = f"classes[{index}]"
            if not _CODE.fullmatch(each.code):
                self.found(kinds.BAD_CLASS_CODE, f"{at}.code", found=each.code)
            elif each.code in self.codes[:index]:
                self.found(kinds.DUPLICATE_CLASS, f"{at}.code", found=each.code)
            if not self.name(each.name, f"{at}.name"):
                continue
            if each.name in [other.name for other in classes[:index]]:
                self.found(kinds.DUPLICATE_CLASS, f"{at}.name", found=each.name)

    def name(self, name: str, path: str) -> bool:
        is_good = 1 <= len(name.strip()) <= MAX_NAME
        if not is_good:
            self.found(kinds.BAD_NAME, path, found=name[: MAX_NAME + 1], limit=MAX_NAME)
        return is_good

    def class_code(self, code: ClassCode, path: str) -> None:
        self.used.add(code)
        if code is not None and code not in self.codes:
            self.found(kinds.UNKNOWN_CLASS, path, found=code, choices=", ".join(self.codes))

    def class_codes(self, codes: Iterable[ClassCode], path: str) -> None:
        for index, code in enumerate(codes):
            self.class_code(code, f"{path}[{index}]")

    # By attribute

    def attribute(self, body: Attribute) -> None:
        fact = self.fact(body.ref, "body")
        if fact is not None and fact.type not in _NAMED_TYPES:
            self.found(kinds.NOT_NAMED, "body.fact", fact=named(fact))
            fact = None
        if not body.mapping:
            self.found(kinds.EMPTY_MAP, "body.map")
        for index, entry in enumerate(body.mapping):
            at = f"body.map[{index}]"
            self.count(None, len(entry.values), f"{at}.values")
            for place, value in enumerate(entry.values):
                if fact is not None:
                    self.value(value, fact, f"{at}.values[{place}]")
                    self.mapped_once(body, index, place)
            self.class_code(entry.class_code, f"{at}.class")
        self.class_code(body.otherwise, "body.else")
        if fact is not None and body.otherwise is None:
            flags = (("true", "true"), ("false", "false"))
            self.left_out(body.mapping, flags if fact.type is FactType.FLAG else fact.choices)

    def mapped_once(self, body: Attribute, index: int, place: int) -> None:
        value = body.mapping[index].values[place]
        fact = self.catalogue[body.ref.fact]

        def is_taken(earlier: str) -> bool:
            if fact.type is FactType.TREE and literal(earlier, fact) is not None:
                return descends(fact.code, value, earlier)
            return value == earlier

        before = [*body.mapping[:index], Mapped(body.mapping[index].values[:place], None)]
        for number, entry in enumerate(before, 1):
            if any(map(is_taken, entry.values)):
                self.found(
                    kinds.MAPPED_TWICE,
                    f"body.map[{index}].values[{place}]",
                    found=value,
                    earlier=number,
                )
                return

    def left_out(self, mapping: tuple[Mapped, ...], choices: Sequence[tuple[str, str]]) -> None:
        taken = {value for entry in mapping for value in entry.values}
        left = [name for code, name in choices if code not in taken]
        if left:
            self.found(kinds.VALUES_LEFT_OUT, "body.else", values="、".join(left))

    def each_value(self, body: EachValue) -> None:
        fact = self.fact(body.ref, "body")
        if fact is None:
            return
        if fact.type not in (FactType.CHOICE, FactType.TREE):
            self.found(kinds.NOT_NAMED, "body.fact", fact=named(fact))
        elif body.level is not None:
            levels = shape_of(fact.code).levels if fact.type is FactType.TREE else ()
            known = [level.code for level in levels]
            if body.level not in known:
                self.found(
                    kinds.UNKNOWN_LEVEL,
                    "body.level",
                    fact=named(fact),
                    found=body.level,
                    choices=", ".join(known) or "–",
                )

    # By bands

    def banding(self, banding: Banding, results: int, path: str, name: str) -> None:
        """The cuts of a banding and how many ``results`` (field ``name``) they must have."""
        fact = self.fact(banding.ref, path)
        if fact is not None and fact.type not in PLACES:
            self.found(kinds.NOT_NUMERIC, f"{path}.fact", fact=named(fact))
            fact = None
        if banding.method is Method.QUANTILE and banding.cuts:
            self.found(kinds.CUTS_NOT_WANTED, f"{path}.cuts")
        elif banding.method is Method.SHARE:
            self.ascending(banding.cuts, f"{path}.cuts")
        elif banding.method is Method.FIXED and fact is not None:
            for index, cut in enumerate(banding.cuts):
                self.value(cut, fact, f"{path}.cuts[{index}]")
            self.descending(banding.cuts, f"{path}.cuts")
        if banding.method is not Method.QUANTILE and results != len(banding.cuts) + 1:
            self.band_count(banding.cuts, results, f"{path}.{name}")
        elif not 2 <= results <= MAX_BANDS:
            self.found(kinds.BAD_BAND_COUNT, f"{path}.{name}", found=results, limit=MAX_BANDS)

    def band_count(self, cuts: Sequence[Figure], found: int, path: str) -> None:
        expected = len(cuts) + 1
        self.found(kinds.WRONG_BAND_COUNT, path, cuts=len(cuts), expected=expected, found=found)

    def ascending(self, cuts: Sequence[Figure], path: str) -> None:
        earlier: Decimal | None = None
        for index, cut in enumerate(cuts):
            at = f"{path}[{index}]"
            number = self.number(cut, at, places=4, low=_LEAST_SHARE, high=_HUNDRED)
            if number is not None and earlier is not None and number <= earlier:
                self.found(kinds.NOT_ASCENDING, at, found=number, earlier=earlier)
            earlier = number if number is not None else earlier

    def descending(self, cuts: Sequence[Figure], path: str) -> None:
        """The order of cuts whose values are checked already."""
        earlier: Decimal | None = None
        for index, cut in enumerate(cuts):
            number = figure(cut)
            if number is not None and earlier is not None and number >= earlier:
                self.found(
                    kinds.NOT_DESCENDING, f"{path}[{index}]", found=number, earlier=earlier
                )
            earlier = number if number is not None else earlier

    # By rules

    def rules(self, body: Rules) -> None:
        if not body.rules:
            self.found(kinds.NO_RULES, "body.rules")
        self.rule_list(body.rules, "body.rules")
        self.class_code(body.default, "body.default")

    def rule_list(self, rules: Sequence[Rule], path: str) -> None:
        self.conditions([rule.when for rule in rules], path)
        for index, rule in enumerate(rules):
            self.class_code(rule.class_code, f"{path}[{index}].class")

    def conditions(self, listed: Sequence[Condition], path: str) -> None:
        """Conditions of which the first that holds wins."""
        earlier: list[tuple[int, Condition]] = []
        for index, when in enumerate(listed):
            if not self.condition(when, f"{path}[{index}].when") or self.prover.never(when):
                continue
            taken = next((n for n, other in earlier if self.prover.implies(when, other)), None)
            if taken is not None:
                self.found(kinds.UNREACHABLE, f"{path}[{index}]", earlier=taken)
            earlier.append((index + 1, when))

    # By score

    def score(self, body: Score) -> None:
        if not body.items:
            self.found(kinds.NO_ITEMS, "body.items")
        weights = [self.item(item, index) for index, item in enumerate(body.items)]
        known = [weight for weight in weights if weight is not None]
        if weights and len(known) == len(weights) and sum(known) != _HUNDRED:
            self.found(kinds.WEIGHTS_NOT_100, "body.items", found=sum(known))
        for index, cut in enumerate(body.cuts):
            at = f"body.cuts[{index}]"
            self.number(cut, at, places=4, low=Decimal(0), high=_HUNDRED)
        self.descending(body.cuts, "body.cuts")
        if len(body.grades) != len(body.cuts) + 1:
            self.band_count(body.cuts, len(body.grades), "body.grades")
        self.class_codes(body.grades, "body.grades")
        self.rule_list(body.vetoes, "body.vetoes")
        for index, limit in enumerate(body.limits):
            at = f"body.limits[{index}]"
            self.condition(limit.when, f"{at}.when")
            self.class_code(
                limit.class_code, f"{at}.{'at_least' if limit.is_floor else 'at_most'}"
            )

    def item(self, item: Item, index: int) -> Decimal | None:
        """Checks an item; gives its weight if that is readable."""
        at = f"body.items[{index}]"
        assert isinstance(self.definition.body, Score)
        earlier = [other.name for other in self.definition.body.items[:index]]
        if self.name(item.name, f"{at}.name") and item.name in earlier:
            self.found(kinds.DUPLICATE_ITEM, f"{at}.name", found=item.name)
        weight = self.number(
            item.weight, f"{at}.weight", places=2, low=Decimal("0.01"), high=_HUNDRED
        )
        scale = item.scale
        if isinstance(scale, Graded):
            self.banding(scale.banding, len(scale.points), at, "points")
            given = [
                self.points(text, f"{at}.points[{i}]") for i, text in enumerate(scale.points)
            ]
            last, field = scale.missing, "missing"
        else:
            self.count(None, len(scale.cases), f"{at}.cases")
            self.conditions([case.when for case in scale.cases], f"{at}.cases")
            given = [
                self.points(case.points, f"{at}.cases[{i}].points")
                for i, case in enumerate(scale.cases)
            ]
            last, field = scale.otherwise, "else"
        if last != UNKNOWN:
            given.append(self.points(last, f"{at}.{field}"))
        if given and len(set(given)) == 1 and given[0] is not None:
            self.found(kinds.POINTS_ALL_EQUAL, at, points=given[0])
        return weight

    def points(self, text: Figure, path: str) -> Decimal | None:
        return self.number(text, path, places=0, low=Decimal(0), high=_HUNDRED)
