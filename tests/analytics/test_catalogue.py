"""The list of facts that criteria choose from."""

import datetime as dt

import pytest

from guanzhang.analytics.domain.catalogue import (
    CATALOGUE,
    CHOICES,
    WINDOWS,
    FactType,
    Group,
    column,
    columns_of,
    fact_of,
)
from guanzhang.analytics.domain.meaning import quotient
from guanzhang.analytics.domain.spans import comparison, halves
from guanzhang.kernel.dates import window


def test_every_fact_is_named_defined_and_grouped():
    for code, fact in CATALOGUE.items():
        assert fact.code == code
        assert code.replace("_", "").isalpha()
        assert fact.definition_zh.endswith("。")
        assert fact.group in set(Group)
        assert (fact.type is FactType.CHOICE) == (
            code in CHOICES or code in ("owner", "department")
        )
        assert fact.choices == tuple(CHOICES[code].options() if code in CHOICES else ())
    for names in ([f.zh for f in CATALOGUE.values()], [f.en for f in CATALOGUE.values()]):
        assert len(set(names)) == len(names)


def test_columns_and_facts_lead_to_each_other():
    assert column("amount", "12m") == "amount__12m"
    assert columns_of(CATALOGUE["kind"]) == ("kind",)
    assert columns_of(CATALOGUE["amount"]) == tuple(f"amount__{w}" for w in WINDOWS)
    for fact in CATALOGUE.values():
        for name in columns_of(fact):
            found, code = fact_of(name, CATALOGUE)
            assert found is fact
            assert column(found.code, code) == name
    for name in ("amount", "kind__12m", "amount__2m", "", "__12m"):
        with pytest.raises(KeyError):
            fact_of(name, CATALOGUE)


SPANS = """
as of       window  days                      growth against            earlier half              later half
2026-11-23  3m      2026-08-24 至 2026-11-23  2026-05-24 至 2026-08-23  2026-08-24 至 2026-10-08  2026-10-09 至 2026-11-23
2026-11-23  6m      2026-05-24 至 2026-11-23  2025-11-24 至 2026-05-23  2026-05-24 至 2026-08-23  2026-08-24 至 2026-11-23
2026-11-23  12m     2025-11-24 至 2026-11-23  2024-11-24 至 2025-11-23  2025-11-24 至 2026-05-25  2026-05-26 至 2026-11-23
2026-11-23  ytd     2026-01-01 至 2026-11-23  2025-01-01 至 2025-11-23  2026-01-01 至 2026-06-13  2026-06-14 至 2026-11-23
2026-11-23  ly      2025-01-01 至 2025-11-23  2024-01-01 至 2024-11-23  2025-01-01 至 2025-06-13  2025-06-14 至 2025-11-23
2024-02-29  ly      2023-01-01 至 2023-02-28  2022-01-01 至 2022-02-28  2023-01-01 至 2023-01-30  2023-01-31 至 2023-02-28
2026-01-01  ytd     2026-01-01 至 2026-01-01  2025-01-01 至 2025-01-01  -                         -
2026-11-23  all     至 2026-11-23             -                         -                         -
"""


@pytest.mark.parametrize("line", SPANS.strip().splitlines()[1:])
def test_the_days_that_are_compared(line):
    day, code, *expected = (part.strip() for part in line.split("  ") if part.strip())
    as_of = dt.date.fromisoformat(day)
    split = halves(code, as_of) or (None, None)
    spans = (window(code, as_of), comparison(code, as_of), *split)
    assert [span.shown() if span else "-" for span in spans] == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "scale", "expected"),
    [
        (1, 2, 1, 1),
        (-1, 2, 1, -1),
        (1, 3, 10_000, 3333),
        (2, 3, 1_000_000, 666_667),
        (5, 0, 1, None),
        (5, -1, 1, None),
        (2**63 - 1, 1, 1, 2**63 - 1),
        (2**63, 1, 1, None),
        (-(2**63), 1, 1, -(2**63)),
    ],
)
def test_quotients_round_half_away_from_zero(numerator, denominator, scale, expected):
    assert quotient(numerator, denominator, scale) == expected
