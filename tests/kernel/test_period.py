import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.kernel.period import Period

periods = st.builds(Period, st.integers(1901, 2199), st.integers(1, 12))


@given(periods)
def test_neighbours_touch_and_undo_each_other(period):
    assert period.next().previous() == period
    assert period < period.next()
    assert period.next().first_day - period.last_day == dt.timedelta(days=1)


@given(periods)
def test_parse_undoes_print(period):
    assert Period.parse(str(period)) == period


@given(st.dates(dt.date(1901, 1, 1), dt.date(2199, 12, 31)))
def test_a_day_is_in_its_own_period_only(day):
    period = Period.of(day)
    assert day in period
    assert day not in period.next()
    assert day not in period.previous()
    assert period.first_day <= day <= period.last_day


def test_labels_and_bad_text():
    assert Period(2026, 3).label == "2026年03期"
    assert Period.parse("2026-1") == Period(2026, 1)
    for bad in ("2026", "2026-13", "2026-00", "26-11", "2026/11", ""):
        with pytest.raises(ValueError, match=r"period|month"):
            Period.parse(bad)
