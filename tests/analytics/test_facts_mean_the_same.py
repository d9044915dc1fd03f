"""One meaning, two interpreters: every fact and window, in Python and in SQL."""

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.plain import Plain
from guanzhang.analytics.compile import facts_sql, render
from guanzhang.analytics.domain.catalogue import CATALOGUE, WINDOWS, columns_of
from guanzhang.analytics.domain.meaning import Company, Customer, Service, Trade, facts_of
from guanzhang.analytics.domain.spans import comparison, halves
from guanzhang.analytics.engine import Warehouse
from guanzhang.kernel.dates import BEGINNING, window

COLUMNS = [column for fact in CATALOGUE.values() for column in columns_of(fact)]
DAYS = [
    dt.date(2026, 11, 23), dt.date(2024, 2, 29), dt.date(2025, 2, 28), dt.date(2026, 1, 1),
    dt.date(2025, 3, 31), dt.date(2026, 12, 31), dt.date(2024, 3, 1), dt.date(2026, 1, 2),
]  # fmt: skip

WIDE = (2**63 - 1) // (2 * 10**6 + 2)  # beyond it a ratio needs 128 bits


def edges(as_of):
    """The days at which some window or threshold turns, and their neighbours."""
    turns = {
        as_of,
        as_of - dt.timedelta(90),
        as_of - dt.timedelta(180),
        as_of - dt.timedelta(365),
    }
    for code in WINDOWS:
        for span in (
            window(code, as_of),
            comparison(code, as_of),
            *(halves(code, as_of) or ()),
        ):
            if span is not None:
                turns |= {span.end, span.start} - {BEGINNING}
    return sorted({day + dt.timedelta(n) for day in turns for n in (-1, 0, 1)})


@st.composite
def books(draw):
    as_of = draw(st.sampled_from(DAYS))
    day = st.one_of(
        st.sampled_from(edges(as_of)),
        st.integers(-40, 1200).map(lambda n: as_of - dt.timedelta(n)),
    )
    amount = st.one_of(
        st.integers(-50_000, 200_000),
        st.sampled_from(
            [0, 1, -1, 3, 10**12, 2**62, -(2**62), 2**63 - 1, WIDE, WIDE + 1, -WIDE]
        ),
    )
    trade = st.builds(
        Trade, st.sampled_from(["D1", "D2", "D3", "甲-4"]), day, amount,
        st.sampled_from(["", "import", "export", "domestic"]), st.sampled_from(["", "茶", "0901", "P'3"]),
    )  # fmt: skip
    service = st.builds(
        lambda on, kind, open_, closed: Service(on, kind, open_ or kind == "complaint", closed),
        day, st.sampled_from(["call", "visit", "complaint", "note"]), st.booleans(),
        st.none() | day,
    )  # fmt: skip
    customer = st.builds(
        Customer,
        st.fixed_dictionaries(
            {
                "kind": st.sampled_from(["enterprise", "person"]),
                "industry": st.sampled_from([None, "F51", "C"]),
                "region": st.sampled_from([None, "330206"]),
                "scale": st.none(), "customs_credit": st.sampled_from([None, "AEO"]),
                "customs_kind": st.none(), "source": st.none(),
                "staff_count": st.sampled_from([None, 0, 120_000]),
                "annual_revenue": st.sampled_from([None, 1, 50_000_000]),
                "registered_capital": st.none(), "owner": st.just("7"), "department": st.none(),
                "tags": st.lists(st.sampled_from(["重点", "新"]), unique=True).map(sorted),
            }
        ),
        st.none() | day | st.just(dt.date(2000, 2, 29)),
        st.lists(trade, max_size=14).map(tuple),
        st.lists(service, max_size=4).map(tuple),
    )  # fmt: skip
    return as_of, dict(enumerate(draw(st.lists(customer, min_size=1, max_size=5)), 11))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(books())
def test_python_and_duckdb_agree_on_every_fact_and_window(book):
    as_of, customers = book
    company = Company.of(customers.values(), as_of)
    expected = {pk: facts_of(each, company, as_of) for pk, each in customers.items()}
    assert set(expected[11]) == set(COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        Plain(customers, {pk: c.profile["tags"] for pk, c in customers.items()}).write(
            Path(folder)
        )
        with Warehouse(Path(folder), as_of, threads=1) as warehouse:
            found = answers(warehouse, COLUMNS)
        with Warehouse(Path(folder), as_of, party_ids=(11,), threads=1) as warehouse:
            alone = answers(warehouse, COLUMNS)
    assert found == expected
    assert alone == {11: expected[11]}


@settings(max_examples=25, deadline=None)
@given(books(), st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=3))
def test_a_few_columns_are_the_same_as_among_all(book, columns):
    """The statement leaves out what is not asked: filters that the WHERE already makes, passes."""
    as_of, customers = book
    company = Company.of(customers.values(), as_of)
    with tempfile.TemporaryDirectory() as folder:
        Plain(customers, {pk: c.profile["tags"] for pk, c in customers.items()}).write(
            Path(folder)
        )
        with Warehouse(Path(folder), as_of, threads=1) as warehouse:
            found = answers(warehouse, list(dict.fromkeys(columns)))
    for pk, each in customers.items():
        expected = facts_of(each, company, as_of)
        assert found[pk] == {name: expected[name] for name in columns}


def answers(warehouse, columns):
    return {
        row[0]: dict(zip(columns, row[2:], strict=True))
        for row in warehouse.rows(warehouse.facts_sql(columns))
    }


def test_the_statement_can_be_said_to_spark():
    sql = facts_sql(COLUMNS, dt.date(2026, 11, 23), CATALOGUE)
    spark = render(sql, "spark")
    assert "INT128" not in spark
    assert "HUGEINT" not in spark
    assert "DECIMAL(38, 0)" in spark
    assert render(sql, "duckdb").count("FILTER") == sql.count("FILTER")
