"""Declarations with which nothing is wrong, and what tests say to their findings."""

from __future__ import annotations

import random

from guanzhang.customs.checking import findings
from guanzhang.customs.services.findings import acknowledge
from guanzhang.demo.declarations import clean_document


def clean(now, seed=1, *, is_import=True, **options):
    """A document of the day of ``now`` that breaks no rule; two lines."""
    options = {"lines": 2, **options}
    return clean_document(random.Random(seed), now.date(), is_import=is_import, **options)


def agree(cast, row, now, who="declarant"):
    """Acknowledge every open warning; errors stay."""
    warnings = [f.digest for f in findings(row, on=now.date()).open if not f.problem.is_error]
    if warnings:
        acknowledge(cast.actor(who), row.pk, warnings, reason="已与客户核对", now=now)
    row.refresh_from_db()


def codes(refused):
    """The codes of a refusal, each once."""
    return sorted({problem.kind.code for problem in refused.value.problems})
