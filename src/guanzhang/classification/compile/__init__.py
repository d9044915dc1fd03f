"""Criteria and definitions as SQL: the second interpreter, proven equal to the first by tests.

The facts table has ``party_id``, ``party_code`` and a column per fact and window; money, numbers and
ratios are BIGINT scaled integers, so every comparison is between whole numbers and nothing is ever
rounded. A condition is never NULL: each leaf also says that its fact is known. Any number of
definitions becomes one SELECT that looks at each customer once; ranks and cumulative sums are window
functions, computed once however many definitions use them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlglot import exp

from guanzhang.classification.compile.classes import ClassCompiler
from guanzhang.classification.compile.conditions import condition_sql
from guanzhang.classification.compile.expressions import ALIAS, as_named, facts_table, field
from guanzhang.classification.compile.ranks import context_sql, ranked_facts
from guanzhang.classification.domain.criterion import Catalogue, Frame
from guanzhang.classification.domain.scheme import Definition, Score, ranked_columns

__all__ = ["condition_sql", "context_sql", "outcome_sql", "outcomes_sql", "score_column"]


def outcome_sql(
    definition: Definition, catalogue: Catalogue, as_of: dt.date, table: str = "facts"
) -> exp.Select:
    """``party_id, class_code[, class_code_score]`` for every row of ``table``. See ``outcomes_sql``."""
    return outcomes_sql({"class_code": definition}, catalogue, as_of, table)


def outcomes_sql(
    definitions: Mapping[str, Definition],
    catalogue: Catalogue,
    as_of: dt.date,
    table: str = "facts",
) -> exp.Select:
    """One row per row of ``table``: ``party_id`` and a VARCHAR column per key, NULL = 无数据.

    A score definition also has ``score_column(key)``, BIGINT with four places.
    """
    source: exp.Expr = facts_table(table)
    if any(ranked_columns(each, catalogue) for each in definitions.values()):
        source = ranked_facts(definitions, catalogue, table).subquery(ALIAS)
    compilers = {
        key: ClassCompiler(Frame(catalogue, as_of, each.window), ALIAS)
        for key, each in definitions.items()
    }
    scores = {
        key: compilers[key].total(each.body)
        for key, each in definitions.items()
        if isinstance(each.body, Score)
    }
    if scores:
        inner = exp.select(exp.Star()).from_(source)
        for key, total in scores.items():
            inner = inner.select(
                as_named(exp.cast(total, "BIGINT"), score_column(key)), copy=False
            )
        source = inner.subquery(ALIAS)
    outer = exp.select(field("party_id")).from_(source)
    for key, each in definitions.items():
        score = field(score_column(key))
        class_code = exp.cast(compilers[key].class_code(each, score), "VARCHAR")
        outer = outer.select(as_named(class_code, key), copy=False)
        if key in scores:
            outer = outer.select(score, copy=False)
    return outer


def score_column(key: str) -> str:
    """The column of the score that belongs to the class in column ``key``."""
    return f"{key}_score"
