"""Conditions as boolean SQL expressions that are never NULL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlglot import exp

from guanzhang.classification.compile.expressions import field, is_null, literal, start_of
from guanzhang.classification.domain.criterion import (
    All,
    Condition,
    FactRef,
    Frame,
    Literal,
    Not,
    Op,
    Some,
    Test,
    operands,
)
from guanzhang.classification.domain.tree import significant_prefix

_COMPARISONS: Mapping[Op, type[exp.Binary]] = {
    Op.AT_LEAST: exp.GTE,
    Op.MORE_THAN: exp.GT,
    Op.AT_MOST: exp.LTE,
    Op.LESS_THAN: exp.LT,
    Op.EQUALS: exp.EQ,
    Op.DIFFERS: exp.NEQ,
}


def condition_sql(condition: Condition, frame: Frame, table: str | None = None) -> exp.Expr:
    """A boolean over a row of facts, never NULL. ``table`` qualifies the columns.

    Plain enough to be rendered for SQLite and PostgreSQL too, but tags need lists (not SQLite).
    """
    return ConditionCompiler(frame, table).condition(condition)


class ConditionCompiler:
    """Compiles against one frame; columns are qualified with ``table``."""

    def __init__(self, frame: Frame, table: str | None) -> None:
        self.frame = frame
        self.table = table

    def column(self, name: str) -> exp.Column:
        return field(name, self.table)

    def condition(self, condition: Condition) -> exp.Expr:
        match condition:
            case Test():
                return self.test(condition)
            case All(of):
                return exp.and_(*map(self.condition, of), copy=False) if of else exp.true()
            case Some(of):
                return exp.or_(*map(self.condition, of), copy=False) if of else exp.false()
            case Not(of):
                return exp.not_(self.condition(of), copy=False)

    def test(self, test: Test) -> exp.Expr:
        name = self.frame.column(test.ref)
        if test.op in (Op.IS_KNOWN, Op.IS_UNKNOWN):
            if name is None:
                return exp.convert(test.op is Op.IS_UNKNOWN)
            missing = is_null(self.column(name))
            return missing if test.op is Op.IS_UNKNOWN else exp.not_(missing, copy=False)
        values = operands(test, self.frame.catalogue)
        if name is None or values is None:
            return exp.false()
        compared = self.comparison(test, self.column(name), values)
        known = exp.not_(is_null(self.column(name)), copy=False)
        return exp.and_(compared, known, copy=False)

    def comparison(self, test: Test, column: exp.Column, values: Sequence[Literal]) -> exp.Expr:
        match test.op:
            case Op.IN | Op.NOT_IN:
                found = exp.In(this=column, expressions=[literal(value) for value in values])
                return found if test.op is Op.IN else exp.not_(found, copy=False)
            case Op.WITHIN:
                nodes = [self.below(test.ref, column, str(value)) for value in values]
                return exp.or_(*nodes, copy=False)
            case Op.HAS | Op.HAS_NONE:
                listed = exp.Array(expressions=[literal(value) for value in values])
                overlap = exp.ArrayOverlaps(this=column, expression=listed)
                return overlap if test.op is Op.HAS else exp.not_(overlap, copy=False)
            case Op.BETWEEN:
                return exp.Between(this=column, low=literal(values[0]), high=literal(values[1]))
            case Op.WITHIN_LAST | Op.BEFORE_LAST:
                first = literal(self.frame.as_of - dt.timedelta(days=int(str(values[0]))))
                if test.op is Op.BEFORE_LAST:
                    return exp.LT(this=column, expression=first)
                return exp.Between(this=column, low=first, high=literal(self.frame.as_of))
            case _:
                return _COMPARISONS[test.op](this=column, expression=literal(values[0]))

    def below(self, ref: FactRef, column: exp.Column, node: str) -> exp.Expr:
        prefix = significant_prefix(ref.fact, node)
        if not prefix:
            return exp.true()
        return exp.EQ(this=start_of(column, len(prefix)), expression=literal(prefix))
