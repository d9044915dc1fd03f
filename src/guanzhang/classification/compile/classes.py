"""Definitions as SQL expressions: the class of a row, and its score."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from guanzhang.analytics.domain.catalogue import PLACES
from guanzhang.classification.compile.conditions import ConditionCompiler
from guanzhang.classification.compile.expressions import (
    case_when,
    class_literal,
    is_null,
    ladder,
    literal,
    place_literal,
    start_of,
    times,
)
from guanzhang.classification.domain.criterion import FactRef, scaled
from guanzhang.classification.domain.explain import SHARE_PLACES, context_keys
from guanzhang.classification.domain.scheme import (
    Attribute,
    Banding,
    Bands,
    Definition,
    EachValue,
    Graded,
    Item,
    Limit,
    Method,
    Rule,
    Rules,
    Score,
    mapped_condition,
    numeric_column,
    weighted_points,
)
from guanzhang.classification.domain.tree import shape_of


class ClassCompiler(ConditionCompiler):
    """Compiles definitions over a source that has the facts, their ranks and the scores."""

    def class_code(self, definition: Definition, score: exp.Column) -> exp.Expr:
        match definition.body:
            case Attribute(ref, mapping, otherwise):
                name = self.frame.column(ref)
                if name is None:
                    return exp.null()
                entries = [
                    (mapped_condition(ref, entry, self.frame.catalogue), entry.class_code)
                    for entry in mapping
                ]
                whens = [(self.condition(when), class_literal(code)) for when, code in entries]
                missing = (is_null(self.column(name)), exp.null())
                return case_when([missing, *whens], class_literal(otherwise))
            case EachValue(ref, level):
                return self.each_value(ref, level)
            case Bands(banding, classes):
                return self.band(banding, [class_literal(code) for code in classes], exp.null())
            case Rules(rules, default):
                return self.rules(rules, class_literal(default))
            case Score() as body:
                return self.grade(body, definition, score)

    def each_value(self, ref: FactRef, level_code: str | None) -> exp.Expr:
        name = self.frame.column(ref)
        if name is None:
            return exp.null()
        level = shape_of(ref.fact).level(level_code or "")
        if level is None:
            return self.column(name)
        start = start_of(self.column(name), level.length)
        width = shape_of(ref.fact).width
        return exp.func("RPAD", start, literal(width), literal("0")) if width else start

    def rules(self, rules: Sequence[Rule], default: exp.Expr) -> exp.Expr:
        return case_when(
            [(self.condition(r.when), class_literal(r.class_code)) for r in rules], default
        )

    # Bands

    def band(
        self, banding: Banding, results: Sequence[exp.Expr], missing: exp.Expr
    ) -> exp.Expr:
        """The result of the band a row is in, highest band first; ``missing`` without data."""
        name = numeric_column(banding.ref, self.frame.window, self.frame.catalogue)
        if name is None:
            return missing
        first = (is_null(self.column(name)), missing)
        return ladder(first, self.cuts(banding, name, len(results)), results)

    def cuts(self, banding: Banding, name: str, bands: int) -> list[exp.Expr | None]:
        """For every band but the last: is the row in it, or above? None where that cannot be read."""
        rank, count, before, total = (self.column(key) for key in context_keys(name))
        match banding.method:
            case Method.FIXED:
                places = PLACES[self.frame.catalogue[banding.ref.fact].type]
                bounds = [scaled(cut, places) for cut in banding.cuts]
                value = self.column(name)
                return [
                    None
                    if bound is None
                    else exp.GTE(this=value.copy(), expression=literal(bound))
                    for bound in bounds
                ]
            case Method.QUANTILE:
                above = exp.paren(exp.Sub(this=rank, expression=literal(1)))
                return [
                    exp.LT(this=times(above, bands), expression=times(count, band))
                    for band in range(1, bands)
                ]
            case Method.SHARE:
                bounds = [scaled(cut, SHARE_PLACES) for cut in banding.cuts]
                scaled_before = times(before, 100 * 10**SHARE_PLACES)
                positive = exp.GT(this=total.copy(), expression=literal(0))
                return [
                    None
                    if bound is None
                    else exp.and_(
                        positive, exp.LT(this=scaled_before, expression=times(total, bound))
                    )
                    for bound in bounds
                ]

    # Score

    def total(self, body: Score) -> exp.Expr:
        """The score × 10⁴; NULL as soon as an item is unknown."""
        items = [exp.paren(self.item(item)) for item in body.items]
        if not items:
            return exp.null()
        result: exp.Expr = items[0]
        for item in items[1:]:
            result = exp.Add(this=result, expression=item)
        return result

    def item(self, item: Item) -> exp.Expr:
        def points(text: str) -> exp.Expr:
            found = weighted_points(item.weight, text)
            return exp.null() if found is None else literal(found)

        scale = item.scale
        if isinstance(scale, Graded):
            given = [points(text) for text in scale.points]
            return self.band(scale.banding, given, points(scale.missing))
        whens = [(self.condition(case.when), points(case.points)) for case in scale.cases]
        return case_when(whens, points(scale.otherwise))

    def grade(self, body: Score, definition: Definition, score: exp.Column) -> exp.Expr:
        order = {each.code: place for place, each in enumerate(definition.classes)}

        tests = [
            None if bound is None else exp.GTE(this=score, expression=literal(bound))
            for bound in (scaled(cut, 4) for cut in body.cuts)
        ]

        def graded(results: Sequence[exp.Expr]) -> exp.Expr:
            return ladder((is_null(score), exp.null()), tests, results).copy()

        limits = [limit for limit in body.limits if limit.class_code in order]
        if limits:
            place = graded([place_literal(order, code) for code in body.grades])
            result = self.limited(place, limits, list(order))
        else:
            result = graded([class_literal(code) for code in body.grades])
        return self.rules(body.vetoes, result)

    def limited(self, place: exp.Expr, limits: Sequence[Limit], codes: list[str]) -> exp.Expr:
        """The class at ``place`` after floors and caps; NULL where there is no place."""
        moved = place
        for is_floor, extreme, neutral in (
            (True, exp.Least, len(codes) - 1),
            (False, exp.Greatest, 0),
        ):
            bounds = [
                case_when(
                    [(self.condition(each.when), literal(codes.index(each.class_code)))],
                    literal(neutral),
                )
                for each in limits
                if each.is_floor is is_floor
            ]
            if bounds:
                moved = extreme(this=moved, expressions=bounds, ignore_nulls=True)
        named = [(literal(index), literal(code)) for index, code in enumerate(codes)]
        # LEAST and GREATEST pass over a NULL, so a missing place is looked at first.
        chosen = case_when(named, exp.null(), operand=moved)
        return case_when([(is_null(exp.paren(place.copy())), exp.null())], chosen)
