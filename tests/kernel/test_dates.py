import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.kernel.dates import (
    BEGINNING,
    WINDOWS,
    DateRange,
    add_months,
    parse_date,
    window,
)

D = dt.date
TODAY = D(2026, 11, 23)
days = st.dates(D(1950, 1, 1), D(2100, 12, 31))
ranges = st.builds(
    lambda start, length: DateRange(start, start + dt.timedelta(length) if length else None),
    days,
    st.integers(0, 3000),
)


@given(st.lists(days, min_size=2, max_size=8, unique=True), days)
def test_ranges_that_follow_each_other_partition_the_days(cuts, day):
    first, *rest = sorted(cuts)
    parts, start = [], first
    for cut in rest:
        parts.append(DateRange(start, cut))
        start = cut
    parts.append(DateRange(start))
    assert sum(day in part for part in parts) == (day >= first)
    assert not any(a.overlaps(b) for a in parts for b in parts if a is not b)


@given(ranges, ranges, days)
def test_intersection_holds_exactly_the_common_days(one, other, day):
    common = one.intersection(other)
    assert (common is not None and day in common) == (day in one and day in other)
    assert common == other.intersection(one)
    assert one.overlaps(other) == (common is not None)


def test_an_empty_range_is_refused():
    with pytest.raises(ValueError, match="cannot end"):
        DateRange(TODAY, TODAY)


def test_last_day_and_length():
    year = DateRange.inclusive(D(2024, 1, 1), D(2024, 12, 31))
    assert (year.end, year.last_day, year.days) == (D(2025, 1, 1), D(2024, 12, 31), 366)
    assert (DateRange(TODAY).last_day, DateRange(TODAY).days) == (None, None)


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (
            DateRange(D(2026, 1, 1), D(2027, 1, 1)),
            "2026-01-01 至 2026-12-31",
            "2026-01-01 to 2026-12-31",
        ),
        (DateRange(D(2026, 1, 1)), "2026-01-01 起", "from 2026-01-01"),
        (DateRange(BEGINNING, D(2027, 1, 1)), "至 2026-12-31", "to 2026-12-31"),
        (DateRange(BEGINNING), "不限", "any day"),
    ],
)
def test_ranges_are_shown_inclusive(days, zh, en):
    assert (days.shown(), days.shown("en")) == (zh, en)


@pytest.mark.parametrize(
    ("code", "as_of", "first", "last"),
    [
        ("all", "2026-11-23", "0001-01-01", "2026-11-23"),
        ("3m", "2026-11-23", "2026-08-24", "2026-11-23"),
        ("6m", "2026-11-23", "2026-05-24", "2026-11-23"),
        ("12m", "2026-11-23", "2025-11-24", "2026-11-23"),
        ("12m", "2026-12-31", "2026-01-01", "2026-12-31"),
        ("12m", "2024-02-29", "2023-03-01", "2024-02-29"),
        ("12m", "2024-02-28", "2023-02-28", "2024-02-28"),
        ("6m", "2026-08-30", "2026-02-28", "2026-08-30"),
        ("3m", "2026-01-31", "2025-11-01", "2026-01-31"),
        ("ytd", "2026-11-23", "2026-01-01", "2026-11-23"),
        ("ytd", "2026-01-01", "2026-01-01", "2026-01-01"),
        ("ytd", "2026-12-31", "2026-01-01", "2026-12-31"),
        ("ly", "2026-11-23", "2025-01-01", "2025-11-23"),
        ("ly", "2026-12-31", "2025-01-01", "2025-12-31"),
        ("ly", "2024-02-29", "2023-01-01", "2023-02-28"),
        ("ly", "2025-02-28", "2024-01-01", "2024-02-28"),
        ("ly", "2026-01-01", "2025-01-01", "2025-01-01"),
    ],
)
def test_windows(code, as_of, first, last):
    got = window(code, D.fromisoformat(as_of))
    assert (str(got.start), str(got.last_day)) == (first, last)


@given(st.sampled_from(sorted(WINDOWS)), days)
def test_every_window_but_last_years_ends_with_its_day(code, as_of):
    got = window(code, as_of)
    assert (as_of in got) == (code != "ly")
    assert as_of + dt.timedelta(days=1) not in got


@given(st.sampled_from(["3m", "6m", "12m"]), days)
def test_a_window_moves_forward_with_its_day(code, as_of):
    later = window(code, as_of + dt.timedelta(days=1))
    assert window(code, as_of).start <= later.start


def test_an_unknown_window_is_refused():
    with pytest.raises(ValueError, match="No window '2m'"):
        window("2m", TODAY)


def test_months_are_added_on_the_calendar():
    assert add_months(D(2024, 1, 31), 1) == D(2024, 2, 29)
    assert add_months(D(2026, 1, 15), -1) == D(2025, 12, 15)
    assert add_months(D(2026, 11, 30), 15) == D(2028, 2, 29)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-03", D(2026, 11, 3)),
        ("2026-11-3", D(2026, 11, 3)),
        ("20261103", D(2026, 11, 3)),
        ("2026.11.03", D(2026, 11, 3)),
        ("2026/11/3", D(2026, 11, 3)),
        ("2026年11月3日", D(2026, 11, 3)),
        ("２０２６－１１－０３", D(2026, 11, 3)),
        (" 2026-11-03 ", D(2026, 11, 3)),
        ("11-03", D(2026, 11, 3)),
        ("2/28", D(2026, 2, 28)),
        ("11月3日", D(2026, 11, 3)),
        ("今天", TODAY),
        ("月末", D(2026, 11, 30)),
        ("2010-12-01 08:26:00", D(2010, 12, 1)),
        ("2010-12-01T08:26:00Z", D(2010, 12, 1)),
        ("2010/12/1 8:26", D(2010, 12, 1)),
        ("2010年12月1日8:26", D(2010, 12, 1)),
        ("2026-02-30", None),
        ("2-29", None),
        ("2026-13-01", None),
        ("2026-11/03", None),
        ("2026113", None),
        ("20261301", None),
        ("0216-11-03", None),
        ("11.03", None),
        ("45000", None),
        ("明年", None),
        ("", None),
    ],
)
def test_typed_dates(typed, day):
    assert parse_date(typed, TODAY) == day


@given(
    st.dates(D(1900, 1, 1), D(2199, 12, 31)),
    st.sampled_from(
        ["%Y-%m-%d", "%Y%m%d", "%Y.%m.%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y-%m-%d 23:59:59"]
    ),
)
def test_parse_undoes_print(day, form):
    assert parse_date(day.strftime(form), TODAY) == day
