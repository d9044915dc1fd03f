"""Which class a customer is in, and why, leaf by leaf. This is the meaning of definitions.

``classify`` is the reference on small data; ``guanzhang.classification.compile`` does the same in
SQL. Bands by rank or share depend on all customers: what one customer needs to know of the others is
its *context*, four whole numbers per ranked column (``context_keys``), which SQL fetches in one pass.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import TypeAlias

from guanzhang.analytics.domain.catalogue import PLACES
from guanzhang.classification.domain.criterion import (
    All,
    Catalogue,
    Condition,
    Frame,
    Not,
    Op,
    Row,
    Some,
    Test,
    holds,
    scaled,
)
from guanzhang.classification.domain.scheme import (
    Attribute,
    Banding,
    Bands,
    Cases,
    ClassCode,
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
    ranked_columns,
    weighted_points,
)
from guanzhang.classification.domain.sentence import Lines
from guanzhang.classification.domain.tree import at_level, shape_of
from guanzhang.classification.domain.wording import Labels, Wording, grouped, no_labels, percent
from guanzhang.kernel.problem import Language

Context: TypeAlias = Mapping[str, object]  # context key → whole number; see ``context_keys``
SHARE_PLACES = 4  # of a cut in percent


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of an explanation. ``passed`` says whether it held; ``children`` why.

    ``points`` is what it adds to the score. ``column`` is the fact behind a leaf.
    """

    label: str
    passed: bool
    actual: str = ""
    operator: str = ""
    threshold: str = ""
    points: Decimal | None = None
    column: str | None = None
    children: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The class of one customer (None = 无数据), its score if there is one, and the reasons."""

    class_code: ClassCode
    score: Decimal | None = None
    reasons: tuple[Reason, ...] = ()


def context_keys(column: str) -> tuple[str, str, str, str]:
    """Names of: rank (1 = highest, equal values share it) · how many customers have a value · the
    sum of the values before this customer (equal values by customer code) · the sum of all."""
    return (f"{column}__rank", f"{column}__count", f"{column}__before", f"{column}__total")


def classify(
    definition: Definition, rows: Iterable[Row], catalogue: Catalogue, as_of: dt.date
) -> dict[int, Outcome]:
    """The outcome of every row, by ``party_id``. Rows are rows of the facts table."""
    listed = list(rows)
    contexts = contexts_of(definition, listed, catalogue)
    return {
        party_id: explain(definition, row, contexts[party_id], catalogue, as_of)
        for row in listed
        for party_id in (_party(row)[1],)
    }


def contexts_of(
    definition: Definition, rows: Sequence[Row], catalogue: Catalogue
) -> dict[int, Context]:
    """The context of every row, by ``party_id``."""
    contexts: dict[int, dict[str, object]] = {_party(row)[1]: {} for row in rows}
    for column in ranked_columns(definition, catalogue):
        known = sorted(
            (-value, *_party(row)) for row in rows if isinstance(value := row.get(column), int)
        )
        total, before, rank = -sum(value for value, _, _ in known), 0, 1
        for value, tied in groupby(known, key=lambda each: each[0]):
            group = list(tied)
            for _, _, party_id in group:
                numbers = (rank, len(known), before, total)
                contexts[party_id].update(zip(context_keys(column), numbers, strict=True))
                before -= value
            rank += len(group)
    return dict(contexts)


def explain(
    definition: Definition,
    row: Row,
    context: Context,
    catalogue: Catalogue,
    as_of: dt.date,
    *,
    language: Language = "zh",
    labels: Labels = no_labels,
) -> Outcome:
    """The outcome of one customer from its row of facts and its context."""
    frame = Frame(catalogue, as_of, definition.window)
    wording = Wording(catalogue, language, definition.window, labels)
    return _Explainer(definition, row, context, frame, wording).outcome()


def explain_condition(
    condition: Condition, row: Row, frame: Frame, wording: Wording | None = None
) -> Reason:
    """Why a row satisfies a condition or does not."""
    words = wording or Wording(frame.catalogue, window=frame.window)
    nothing = Definition((), Rules((), None), frame.window)
    return _Explainer(nothing, row, {}, frame, words).condition(condition)


class _Explainer:
    def __init__(
        self, definition: Definition, row: Row, context: Context, frame: Frame, wording: Wording
    ) -> None:
        self.definition = definition
        self.row = row
        self.context = context
        self.frame = frame
        self.wording = wording
        self.lines = Lines(definition, wording)
        self.say = wording.say

    def outcome(self) -> Outcome:
        match self.definition.body:
            case Attribute() as body:
                return self.attribute(body)
            case EachValue() as body:
                return self.each_value(body)
            case Bands(banding, classes):
                index, reason = self.band(banding, len(classes))
                return Outcome(_at(classes, index), None, (reason,))
            case Rules(rules, default):
                class_code, reasons = self.first(rules)
                if reasons and reasons[-1].passed:
                    return Outcome(class_code, None, reasons)
                rest = Reason(self.lines.rest(default), passed=True)
                return Outcome(default, None, (*reasons, rest))
            case Score() as body:
                return self.score(body)

    # Conditions

    def condition(self, condition: Condition) -> Reason:
        match condition:
            case Test():
                return self.test(condition)
            case All(of):
                parts = tuple(map(self.condition, of))
                label = self.say("以下全部符合", "all of the following hold")
                passed = all(part.passed for part in parts)
                return Reason(label, passed, operator=self.say("且", "and"), children=parts)
            case Some(of):
                parts = tuple(map(self.condition, of))
                label = self.say("以下至少一项符合", "at least one of the following holds")
                passed = any(part.passed for part in parts)
                return Reason(label, passed, operator=self.say("或", "or"), children=parts)
            case Not(of):
                part = self.condition(of)
                label = self.say("以下不成立", "the following does not hold")
                operator = self.say("非", "not")
                return Reason(label, not part.passed, operator=operator, children=(part,))

    def test(self, test: Test) -> Reason:
        column = self.frame.column(test.ref)
        return Reason(
            self.wording.test(test),
            holds(test, self.row, self.frame),
            self.actual(test.ref.fact, column),
            self.wording.operator(test.op),
            self.wording.threshold(test),
            column=column,
        )

    def actual(self, fact: str, column: str | None) -> str:
        known = self.frame.catalogue.get(fact)
        if known is None or column is None:
            return self.wording.unknown()
        return self.wording.found(known, self.row.get(column))

    def first(self, rules: Sequence[Rule]) -> tuple[ClassCode, tuple[Reason, ...]]:
        """The class of the first rule that holds, and the reasons up to and including it."""
        reasons: list[Reason] = []
        for number, rule in enumerate(rules, 1):
            why = self.condition(rule.when)
            name = self.lines.class_name(rule.class_code)
            label = self.say(f"第 {number} 条 → {name}", f"rule {number} → {name}")
            reasons.append(Reason(label, why.passed, children=(why,)))
            if why.passed:
                return rule.class_code, tuple(reasons)
        return None, tuple(reasons)

    # Values

    def attribute(self, body: Attribute) -> Outcome:
        column = self.frame.column(body.ref)
        value = None if column is None else self.row.get(column)
        actual = self.actual(body.ref.fact, column)
        if value is None:
            return Outcome(
                None, None, (Reason(self.wording.ref(body.ref), passed=False, actual=actual),)
            )
        reasons: list[Reason] = []
        for entry in body.mapping:
            condition = mapped_condition(body.ref, entry, self.frame.catalogue)
            passed = holds(condition, self.row, self.frame)
            label = self.lines.mapped(body.ref.fact, entry)
            reasons.append(
                Reason(label, passed, actual, self.wording.operator(Op.IN), column=column)
            )
            if passed:
                return Outcome(entry.class_code, None, tuple(reasons))
        rest = Reason(
            self.lines.rest(body.otherwise), passed=True, actual=actual, column=column
        )
        return Outcome(body.otherwise, None, (*reasons, rest))

    def each_value(self, body: EachValue) -> Outcome:
        column = self.frame.column(body.ref)
        value = None if column is None else self.row.get(column)
        reason = Reason(
            self.lines.each_value(body),
            value is not None,
            self.actual(body.ref.fact, column),
            column=column,
        )
        if value is None:
            return Outcome(None, None, (reason,))
        level = shape_of(body.ref.fact).level(body.level or "")
        code = str(value) if level is None else at_level(body.ref.fact, str(value), level)
        return Outcome(code, None, (reason,))

    # Bands

    def band(self, banding: Banding, count: int) -> tuple[int | None, Reason]:
        """Which of ``count`` bands, 0 = highest, the customer is in; None without data."""
        column = numeric_column(banding.ref, self.frame.window, self.frame.catalogue)
        value = None if column is None else self.row.get(column)
        name = self.wording.ref(banding.ref)
        if column is None or not isinstance(value, int):
            return None, self.missing(name, column)
        if banding.method is Method.FIXED:
            steps = self.fixed(banding, value, column)
        else:
            numbers = [self.context.get(key) for key in context_keys(column)]
            known = [number for number in numbers if isinstance(number, int)]
            if len(known) < len(numbers):
                return None, self.missing(name, column)
            steps = (
                self.by_rank(count, known[0], known[1])
                if banding.method is Method.QUANTILE
                else self.by_share(banding, known[2], known[3])
            )
        index = next((i for i, step in enumerate(steps) if step.passed), len(steps))
        shown = self.actual(banding.ref.fact, column)
        steps_taken = tuple(steps)
        return index, Reason(
            name, passed=True, actual=shown, column=column, children=steps_taken
        )

    def missing(self, label: str, column: str | None) -> Reason:
        return Reason(label, passed=False, actual=self.wording.unknown(), column=column)

    def fixed(self, banding: Banding, value: int, column: str) -> list[Reason]:
        fact = self.frame.catalogue[banding.ref.fact]
        steps = []
        for cut in banding.cuts:
            bound = scaled(cut, PLACES[fact.type])
            shown = self.wording.value(fact, cut)
            steps.append(
                Reason(
                    f"{self.wording.ref(banding.ref)} ≥ {shown}",
                    bound is not None and value >= bound,
                    self.wording.found(fact, value),
                    "≥",
                    shown,
                    column=column,
                )
            )
        return steps

    def by_rank(self, bands: int, rank: int, count: int) -> list[Reason]:
        actual = self.say(f"第 {rank} 名（共 {count} 家）", f"no. {rank} of {count}")
        steps = []
        for band in range(1, bands):
            last = -(-band * count // bands)
            label = self.say(
                f"排在前 {band}/{bands}（第 {last} 名以内）",
                f"among the first {band}/{bands} (up to no. {last})",
            )
            threshold = self.say(f"第 {last} 名", f"no. {last}")
            passed = (rank - 1) * bands < band * count
            steps.append(Reason(label, passed, actual, "≤", threshold))
        return steps

    def by_share(self, banding: Banding, before: int, total: int) -> list[Reason]:
        if total > 0:
            hundredths = (
                before * 10_000 // total
            )  # rounded down: 79.999 % must not read as 80 %
            actual = f"{grouped(Decimal(hundredths).scaleb(-2))}%"
        else:
            actual = self.say("合计不为正", "the total is not positive")
        steps = []
        for cut in banding.cuts:
            bound = scaled(cut, SHARE_PLACES)
            label = self.say(
                f"此前累计占比 < {percent(cut)}", f"cumulative share before < {percent(cut)}"
            )
            share = before * 100 * 10**SHARE_PLACES
            passed = bound is not None and total > 0 and share < bound * total
            steps.append(Reason(label, passed, actual, "<", percent(cut)))
        return steps

    # Score

    def score(self, body: Score) -> Outcome:
        vetoed, vetoes = self.first(body.vetoes)
        items = [self.item(item) for item in body.items]
        earned = [points for points, _ in items if points is not None]
        total = sum(earned) if items and len(earned) == len(items) else None
        class_code, grading = self.grade(body, total)
        class_code, limits = self.limited(class_code, body.limits)
        is_vetoed = bool(vetoes) and vetoes[-1].passed
        reasons = (*vetoes, *(reason for _, reason in items), grading, *limits)
        return Outcome(vetoed if is_vetoed else class_code, _points(total), reasons)

    def item(self, item: Item) -> tuple[int | None, Reason]:
        """The points an item adds to the score, × 10⁴, and why."""
        if isinstance(item.scale, Graded):
            index, why = self.band(item.scale.banding, len(item.scale.points))
            points = item.scale.missing if index is None else _at(item.scale.points, index)
            steps = why.children
        else:
            points, steps = self.cases(item.scale)
            why = steps[0] if len(steps) == 1 else Reason("", passed=True)
        earned = weighted_points(item.weight, points or "")
        shown = f"{self.lines.points(points or '')} × {percent(item.weight)}"
        label = f"{item.name}{self.say('：', ': ')}{shown}"
        return earned, replace(
            why, label=label, passed=earned is not None, points=_points(earned), children=steps
        )

    def cases(self, scale: Cases) -> tuple[str, tuple[Reason, ...]]:
        """The points of the first case that holds, and the cases looked at."""
        tried: list[Reason] = []
        for case in scale.cases:
            tried.append(self.condition(case.when))
            if tried[-1].passed:
                return case.points, tuple(tried)
        return scale.otherwise, tuple(tried)

    def grade(self, body: Score, total: int | None) -> tuple[ClassCode, Reason]:
        label = self.say("总分", "total score")
        if total is None:
            return None, self.missing(label, None)
        score = Decimal(total).scaleb(-4)
        steps = []
        for cut in body.cuts:
            bound = scaled(cut, 4)
            passed = bound is not None and total >= bound
            steps.append(Reason(f"{label} ≥ {cut}", passed, grouped(score), "≥", cut))
        index = next((i for i, step in enumerate(steps) if step.passed), len(steps))
        reason = Reason(
            label, passed=True, actual=grouped(score), points=score, children=tuple(steps)
        )
        return _at(body.grades, index), reason

    def limited(
        self, class_code: ClassCode, limits: Sequence[Limit]
    ) -> tuple[ClassCode, list[Reason]]:
        """The class after floors and caps; a cap wins over a floor."""
        order = {each.code: place for place, each in enumerate(self.definition.classes)}
        reasons: list[Reason] = []
        floors: list[int] = []
        caps: list[int] = []
        for limit in limits:
            why = self.condition(limit.when)
            word = (
                self.say("至少", "at least") if limit.is_floor else self.say("至多", "at most")
            )
            label = f"{word} {self.lines.class_name(limit.class_code)}"
            reasons.append(Reason(label, why.passed, children=(why,)))
            if why.passed and limit.class_code in order:
                (floors if limit.is_floor else caps).append(order[limit.class_code])
        if class_code not in order:
            return class_code, reasons
        place = max([min([order[class_code], *floors]), *caps])
        return self.definition.classes[place].code, reasons


def _at(listed: Sequence[str | None], index: int | None) -> str | None:
    return listed[index] if index is not None and index < len(listed) else None


def _points(stored: int | None) -> Decimal | None:
    return None if stored is None else Decimal(stored).scaleb(-4)


def _party(row: Row) -> tuple[str, int]:
    code, party_id = row["party_code"], row["party_id"]
    assert isinstance(party_id, int)
    return str(code), party_id
