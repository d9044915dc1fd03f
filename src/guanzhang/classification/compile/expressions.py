"""Small pieces of SQL that the compiler is built of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlglot import exp

from guanzhang.classification.domain.criterion import Literal
from guanzhang.classification.domain.scheme import ClassCode

ALIAS = "f"  # of whatever stands for the facts in a SELECT


def filtered(aggregate: exp.Expr, condition: exp.Expr) -> exp.Filter:
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition))


def case_when(
    whens: Sequence[tuple[exp.Expr, exp.Expr]],
    otherwise: exp.Expr,
    operand: exp.Expr | None = None,
) -> exp.Expr:
    if not whens:
        return otherwise
    ifs = [exp.If(this=when, true=then) for when, then in whens]
    return exp.Case(this=operand, ifs=ifs, default=otherwise)


def ladder(
    first: tuple[exp.Expr, exp.Expr],
    tests: Sequence[exp.Expr | None],
    results: Sequence[exp.Expr],
) -> exp.Expr:
    """The result of the first test that holds, the last one if none does; NULL where none is left."""
    padded = [*results, *([exp.null()] * (len(tests) + 1 - len(results)))]
    pairs = zip(tests, padded, strict=False)
    whens = [(test.copy(), result) for test, result in pairs if test is not None]
    return case_when([first, *whens], padded[len(tests)])


def class_literal(code: ClassCode) -> exp.Expr:
    return exp.null() if code is None else literal(code)


def place_literal(order: Mapping[str, int], code: ClassCode) -> exp.Expr:
    return exp.null() if code is None or code not in order else literal(order[code])


def start_of(column: exp.Column, length: int) -> exp.Expr:
    return exp.Substring(this=column, start=literal(1), length=literal(length))


def times(value: exp.Expr, factor: int) -> exp.Expr:
    return exp.Mul(this=value.copy(), expression=literal(factor))


def is_null(value: exp.Expr) -> exp.Is:
    return exp.Is(this=value, expression=exp.null())


def literal(value: Literal) -> exp.Expr:
    if isinstance(value, bool):
        return exp.convert(value)
    if isinstance(value, int):
        return exp.Literal.number(value)
    # A day is written as text: every engine reads it so, and SQLite keeps days as text.
    return exp.Literal.string(value.isoformat() if isinstance(value, dt.date) else value)


def field(name: str, table: str | None = ALIAS) -> exp.Column:
    return exp.column(name, table=table, quoted=True)


def as_named(value: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(value, name, quoted=True)


def facts_table(table: str) -> exp.Expr:
    return exp.alias_(exp.to_table(table), ALIAS, table=True)
