"""Definitions (分类方案的标准): how customers are divided into classes. Four kinds, one language.

A definition is what a version of a scheme stores, as plain JSON (``notation`` reads and writes it)::

    {"kind": "attribute" | "bands" | "rules" | "score",
     "window": "12m",                     default window: all 3m 6m 12m ytd ly
     "classes": [{"code": "A", "name": "A 类", "colour": 1, "meaning": "…"}],   best first; colour 0–6
     "body": …}                           by kind, below

    attribute, by a map: {"mode": "map", "fact": "scale", "map": [{"values": ["L"], "class": "L"}],
                         "else": null}    first match wins; a tree value covers all below it
    attribute, by value: {"mode": "each", "fact": "region", "level": "province"}
                         the classes are the values (no "classes" then); "level" only for trees
    bands:  {"fact": "amount", "window": "6m", "method": "share", "cuts": ["80", "95"],
             "bands": ["A", "B", "C"]}    from the highest value down; one cut fewer than bands
        fixed     cuts descend; a value equal to a cut belongs above it
        quantile  no cuts; band = (rank − 1) × k ÷ n, equal values share a rank
        share     cuts ascend, in percent of the net total; a customer belongs above a cut while
                  the share of all customers before it is below the cut; equal values go by
                  customer code; if the total is not positive everybody is in the last band
    rules:  {"rules": [{"when": condition, "class": "A"}], "default": null}   first match wins
    score:  {"items": [item], "cuts": ["85", "70", "50"], "grades": ["A", "B", "C", "D"],
             "vetoes": [{"when": condition, "class": "D"}],                   before the score
             "limits": [{"when": condition, "at_least": "B"}, {"when": condition, "at_most": "C"}]}
        item  {"name": "交易额", "weight": "40", "fact": "amount", "method": "fixed",
               "cuts": ["1000000"], "points": ["100", "20"], "missing": "unknown"}
           or {"name": "海关信用", "weight": "10", "cases": [{"when": condition, "points": "100"}],
               "else": "0"}

    condition: {"all": [condition]} | {"some": [condition]} | {"not": condition}
             | {"fact": "amount", "window": "3m", "op": ">=", "value": "50000"}
             | {"fact": "region", "op": "within", "values": ["330000", "310000"]}
             | {"fact": "tags", "op": "is_unknown"}

``null`` as a class is 无数据. "window" of a fact may be left out. Numbers are text. ``missing`` and
``else`` of an item are points or "unknown", which makes the whole score unknown. Points are whole
numbers 0–100, weights have at most two places and sum to 100, so a score has at most four places
and is never rounded. A floor (``at_least``) and a cap (``at_most``) move the grade in the order of
the classes; where both hold the cap wins; an unknown score stays 无数据.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from guanzhang.analytics.domain.catalogue import PLACES, FactType
from guanzhang.classification.domain.criterion import (
    Catalogue,
    Condition,
    FactRef,
    Figure,
    Op,
    Some,
    Test,
    refs_of,
    resolve,
    scaled,
)
from guanzhang.kernel.choice import Choice

UNKNOWN: Literal["unknown"] = "unknown"
ClassCode: TypeAlias = str | None  # None = 无数据


class SchemeKind(Choice):
    """The kinds of definition there are."""

    ATTRIBUTE = "attribute", "按属性", "by attribute"
    BANDS = "bands", "按分段", "by bands"
    RULES = "rules", "按规则", "by rules"
    SCORE = "score", "按评分", "by score"


class Method(Choice):
    """How one number is cut into bands."""

    FIXED = "fixed", "固定界限", "fixed thresholds"
    QUANTILE = "quantile", "按名次等分", "equal parts by rank"
    SHARE = "share", "按累计占比", "cumulative share"


@dataclass(frozen=True, slots=True)
class ClassDef:
    """One class of a scheme. ``colour`` is a place in the palette, 0 for grey."""

    code: str
    name: str
    colour: int = 0
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """These values of the fact belong to this class."""

    values: tuple[str, ...]
    class_code: ClassCode


@dataclass(frozen=True, slots=True)
class Attribute:
    """By a map from values to classes; the first entry that matches wins."""

    ref: FactRef
    mapping: tuple[Mapped, ...]
    otherwise: ClassCode = None


@dataclass(frozen=True, slots=True)
class EachValue:
    """Every value, or every tree node of ``level``, is a class of its own."""

    ref: FactRef
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Banding:
    """One number and how it is cut, highest first."""

    ref: FactRef
    method: Method
    cuts: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Bands:
    """A class for each band."""

    banding: Banding
    classes: tuple[ClassCode, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition and the class of those who satisfy it."""

    when: Condition
    class_code: ClassCode


@dataclass(frozen=True, slots=True)
class Rules:
    """An ordered list; the first rule that holds decides, ``default`` takes the rest."""

    rules: tuple[Rule, ...]
    default: ClassCode


@dataclass(frozen=True, slots=True)
class Graded:
    """Points for each band of a number; ``missing`` for customers without it."""

    banding: Banding
    points: tuple[Figure, ...]
    missing: Figure


@dataclass(frozen=True, slots=True)
class Case:
    """Points of those who satisfy a condition."""

    when: Condition
    points: Figure


@dataclass(frozen=True, slots=True)
class Cases:
    """Points of the first case that holds."""

    cases: tuple[Case, ...]
    otherwise: Figure


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a score card; ``weight`` in percent."""

    name: str
    weight: Figure
    scale: Graded | Cases


@dataclass(frozen=True, slots=True)
class Limit:
    """Whoever satisfies ``when`` gets at least (floor) or at most (cap) this class."""

    when: Condition
    class_code: str
    is_floor: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Weighted points, cut into grades; vetoes come first, limits last."""

    items: tuple[Item, ...]
    cuts: tuple[Figure, ...]
    grades: tuple[ClassCode, ...]
    vetoes: tuple[Rule, ...] = ()
    limits: tuple[Limit, ...] = ()


Body: TypeAlias = Attribute | EachValue | Bands | Rules | Score


@dataclass(frozen=True, slots=True)
class Definition:
    """The whole standard of a scheme. ``classes`` go from best to least."""

    classes: tuple[ClassDef, ...]
    body: Body
    window: str = "12m"

    @property
    def kind(self) -> SchemeKind:
        match self.body:
            case Attribute() | EachValue():
                return SchemeKind.ATTRIBUTE
            case Bands():
                return SchemeKind.BANDS
            case Rules():
                return SchemeKind.RULES
            case Score():
                return SchemeKind.SCORE

    def class_named(self, code: ClassCode) -> ClassDef | None:
        return next((each for each in self.classes if each.code == code), None)


def bandings(definition: Definition) -> tuple[Banding, ...]:
    """Every banding in the definition, in order."""
    match definition.body:
        case Bands(banding):
            return (banding,)
        case Score(items):
            return tuple(i.scale.banding for i in items if isinstance(i.scale, Graded))
        case _:
            return ()


def conditions(definition: Definition) -> tuple[Condition, ...]:
    """Every condition in the definition, in order, each whole."""
    match definition.body:
        case Rules(rules):
            return tuple(rule.when for rule in rules)
        case Score() as score:
            cases = (i.scale.cases for i in score.items if isinstance(i.scale, Cases))
            return (
                *(rule.when for rule in score.vetoes),
                *(case.when for group in cases for case in group),
                *(limit.when for limit in score.limits),
            )
        case _:
            return ()


def needed_refs(definition: Definition) -> frozenset[FactRef]:
    """Every fact the definition reads, as written (an absent window stays absent)."""
    refs = {banding.ref for banding in bandings(definition)}
    if isinstance(definition.body, Attribute | EachValue):
        refs.add(definition.body.ref)
    return frozenset(refs).union(*(refs_of(c) for c in conditions(definition)))


def needed_columns(definition: Definition, catalogue: Catalogue) -> frozenset[str]:
    """The columns of the facts table the definition reads; unknown facts have none."""
    found = (resolve(ref, definition.window, catalogue) for ref in needed_refs(definition))
    return frozenset(column for column in found if column is not None)


def numeric_column(ref: FactRef, window: str, catalogue: Catalogue) -> str | None:
    """The column of a numeric fact; None for any other, which therefore has no bands."""
    fact = catalogue.get(ref.fact)
    is_numeric = fact is not None and fact.type in PLACES
    return resolve(ref, window, catalogue) if is_numeric else None


def mapped_condition(ref: FactRef, entry: Mapped, catalogue: Catalogue) -> Condition:
    """Who belongs to a map entry: a tree node covers what lies below it, other values are equal."""
    fact = catalogue.get(ref.fact)
    if fact is not None and fact.type is FactType.FLAG:
        return Some(tuple(Test(ref, Op.EQUALS, (value,)) for value in entry.values))
    is_tree = fact is not None and fact.type is FactType.TREE
    return Test(ref, Op.WITHIN if is_tree else Op.IN, entry.values)


def ranked_columns(definition: Definition, catalogue: Catalogue) -> tuple[str, ...]:
    """The columns whose bands depend on all customers (cut by rank or by share), sorted."""
    found = {
        numeric_column(banding.ref, definition.window, catalogue)
        for banding in bandings(definition)
        if banding.method is not Method.FIXED
    }
    return tuple(sorted(column for column in found if column is not None))


def weighted_points(weight: Figure, points: Figure) -> int | None:
    """weight × points ÷ 100, × 10⁴: exact, as weights have two places and points none."""
    hundredths, whole = scaled(weight, 2), scaled(points, 0)
    return None if hundredths is None or whole is None else hundredths * whole
