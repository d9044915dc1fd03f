"""Exact decimals: what cannot be kept exactly is refused, never rounded."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.storage.fields import LARGEST, FixedField

MONEY = FixedField(places=4)


@pytest.mark.parametrize(
    ("value", "integer"),
    [
        ("12.34", 123_400),
        ("-0.0001", -1),
        ("0", 0),
        (7, 70_000),
        (Decimal("1E+3"), 10_000_000),
        ("1.50000000000000000000000000000000000000", 15_000),
        ("922337203685477.5807", LARGEST),
    ],
)
def test_an_amount_is_kept_as_an_integer(value, integer):
    assert MONEY.to_integer(value) == integer
    assert MONEY.from_integer(integer) == Decimal(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0.00001", "小数超过 4 位"),
        (
            "1.000000000000000000000000000001",
            "小数超过 4 位",
        ),  # 31 digits: more than the usual context
        (0.1, "小数超过 4 位"),
        ("922337203685477.5808", "超出可存范围"),
        ("1E+400", "超出可存范围"),
        ("Infinity", "超出可存范围"),
        ("NaN", "超出可存范围"),
        ("sNaN", "超出可存范围"),
        ("一百", "不是数字"),
        ("", "不是数字"),
    ],
)
def test_what_cannot_be_kept_is_refused(value, message):
    with pytest.raises(ValidationError, match=message):
        MONEY.to_integer(value)


@pytest.mark.parametrize("value", ["一百", "1,000"])
def test_a_form_value_that_is_no_number_is_a_validation_error(value):
    with pytest.raises(ValidationError, match="不是数字"):
        MONEY.to_python(value)


@given(st.integers(-LARGEST, LARGEST))
def test_every_integer_comes_back(integer):
    assert MONEY.to_integer(MONEY.from_integer(integer)) == integer
