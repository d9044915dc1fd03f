"""What depends on all customers: ranks and running sums for everybody, or for one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from guanzhang.classification.compile.expressions import (
    as_named,
    facts_table,
    field,
    filtered,
    literal,
)
from guanzhang.classification.domain.criterion import Catalogue
from guanzhang.classification.domain.explain import context_keys
from guanzhang.classification.domain.scheme import (
    Definition,
    Method,
    bandings,
    needed_columns,
    numeric_column,
    ranked_columns,
)


def context_sql(
    definition: Definition, party_id: int, catalogue: Catalogue, table: str = "facts"
) -> exp.Select | None:
    """One row with the context of one customer, as ``explain`` needs it; None if it needs none."""
    columns = ranked_columns(definition, catalogue)
    if not columns:
        return None
    is_mine = exp.EQ(this=field("party_id", None), expression=literal(party_id))
    mine = exp.select(exp.Star()).from_(table).where(is_mine)
    found: list[exp.Expr] = []
    for column in columns:
        other, own = field(column), field(column, "me")
        higher = exp.GT(this=other, expression=own)
        tied = exp.EQ(this=other.copy(), expression=own.copy())
        above = exp.or_(higher.copy(), exp.and_(tied, _comes_before()))
        total = exp.Sum(this=other.copy())
        rank = exp.Add(this=filtered(exp.Count(this=exp.Star()), higher), expression=literal(1))
        before = exp.Coalesce(this=filtered(total.copy(), above), expressions=[literal(0)])
        numbers = (rank, exp.Count(this=other.copy()), before, total)
        found += [
            as_named(n, key) for n, key in zip(numbers, context_keys(column), strict=True)
        ]
    return (
        exp.select(*found)
        .from_(facts_table(table))
        .join(mine.subquery("me"), join_type="CROSS")
    )


def ranked_facts(
    definitions: Mapping[str, Definition], catalogue: Catalogue, table: str
) -> exp.Select:
    """The needed columns of ``table`` with the ranks and sums of those cut by rank or share.

    The windows run over the ranked columns alone and are joined back by key: carrying twenty other
    columns through each sort takes twice as long (measured at 1,000,000 rows).
    """
    needed: set[str] = set()
    methods: dict[str, set[Method]] = {}
    for each in definitions.values():
        needed |= needed_columns(each, catalogue)
        for banding in bandings(each):
            column = numeric_column(banding.ref, each.window, catalogue)
            if column is not None and banding.method is not Method.FIXED:
                methods.setdefault(column, set()).add(banding.method)
    windows: list[exp.Expr] = []
    totals: list[exp.Expr] = []
    for column, wanted in sorted(methods.items()):
        rank, count, before, total = context_keys(column)
        if Method.QUANTILE in wanted:
            windows.append(as_named(_rank(column), rank))
            totals.append(as_named(exp.Count(this=field(column)), count))
        if Method.SHARE in wanted:
            windows.append(as_named(_before(column), before))
            totals.append(as_named(exp.Sum(this=field(column)), total))
    others = sorted(needed - methods.keys())
    columns = [field(name) for name in ("party_id", *(() if others else sorted(methods)))]
    ranks = exp.select(*columns, *windows).from_(facts_table(table))
    whole = exp.select(*totals).from_(facts_table(table)).subquery("t")
    if not others:
        return exp.select(exp.Star()).from_(ranks.subquery("r")).join(whole, join_type="CROSS")
    kept = [field(name) for name in ("party_id", *sorted(needed))]
    added = [field(each.alias, "r") for each in windows]
    added += [field(each.alias, "t") for each in totals]
    same = exp.EQ(this=field("party_id", "r"), expression=field("party_id"))
    return (
        exp.select(*kept, *added)
        .from_(facts_table(table))
        .join(ranks.subquery("r"), on=same)
        .join(whole, join_type="CROSS")
    )


def _rank(column: str) -> exp.Expr:
    return exp.Window(this=exp.Rank(), order=_order(column))


def _before(column: str) -> exp.Expr:
    """The sum of all values before this row, highest first, equal values by customer code."""
    summed = exp.Window(
        this=exp.Sum(this=field(column)),
        order=_order(column, "party_code", "party_id"),
        spec=exp.WindowSpec(
            kind="ROWS",
            start="UNBOUNDED",
            start_side="PRECEDING",
            end=literal(1),
            end_side="PRECEDING",
        ),
    )
    return exp.Coalesce(this=summed, expressions=[literal(0)])


def _order(highest: str, *rising: str) -> exp.Order:
    """By the value from the highest down, customers without one last; then by the rest."""
    first = exp.Ordered(this=field(highest), desc=True, nulls_first=False)
    then = (exp.Ordered(this=field(each), desc=False, nulls_first=False) for each in rising)
    return exp.Order(expressions=[first, *then])


def _comes_before() -> exp.Expr:
    """Does the other customer come before mine where values are equal?"""
    code, own_code = field("party_code"), field("party_code", "me")
    other, own = field("party_id"), field("party_id", "me")
    tied = exp.and_(code.eq(own_code), exp.LT(this=other, expression=own))
    return exp.or_(exp.LT(this=code.copy(), expression=own_code.copy()), tied)
