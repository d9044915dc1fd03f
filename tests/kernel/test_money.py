from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.kernel.money import (
    CENT,
    CURRENCIES,
    Money,
    apportion,
    format_money,
    labelled_money,
    total,
    zero,
)

cents = st.integers(-10_000_000, 10_000_000).map(lambda n: Money(Decimal(n) * CENT))
weights = st.lists(st.decimals(0, 10_000, places=3), min_size=1, max_size=30).filter(
    lambda w: sum(w) > 0
)


@given(cents, weights)
def test_parts_add_up_to_the_whole(whole, weights):
    assert total(apportion(whole, weights)) == whole


@given(cents, weights)
def test_no_part_is_a_cent_or_more_from_its_exact_share(whole, weights):
    sum_of_weights = sum(map(Fraction, weights))
    for part, weight in zip(apportion(whole, weights), weights, strict=True):
        exact = Fraction(whole.amount) * Fraction(weight) / sum_of_weights
        assert abs(Fraction(part.amount) - exact) < Fraction(CENT)


def test_missing_cents_go_to_the_parts_that_lost_most_then_to_the_earlier():
    amounts = [p.amount for p in apportion(Money(Decimal("1.00")), [Decimal(1)] * 3)]
    assert amounts == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    by_two = [p.amount for p in apportion(Money(Decimal("0.01")), [Decimal(1), Decimal(2)])]
    assert by_two == [Decimal("0.00"), Decimal("0.01")]


@pytest.mark.parametrize("bad", [[], [Decimal(0)], [Decimal(2), Decimal(-1)]])
def test_weights_without_a_positive_sum_are_refused(bad):
    with pytest.raises(ValueError, match="non-negative weights"):
        apportion(Money(Decimal(1)), bad)


def test_a_fraction_of_a_cent_cannot_be_apportioned():
    with pytest.raises(ValueError, match="whole number of units"):
        apportion(Money(Decimal("0.001")), [Decimal(1)])


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6), st.integers(1, 10**6))
def test_ratio_rounded_is_the_exact_fraction_rounded_half_up(amount, numerator, denominator):
    got = (
        Money(Decimal(amount) * CENT).ratio(Decimal(numerator), Decimal(denominator)).rounded()
    )
    exact = Fraction(abs(amount) * numerator, denominator)
    whole, half = divmod(2 * exact.numerator + exact.denominator, 2 * exact.denominator)
    assert half >= 0
    assert abs(got.amount) == Decimal(whole) * CENT


def test_sums_keep_every_digit_past_pythons_default_28():
    big, small = Money(Decimal(10) ** 30), Money(Decimal("0.0001"))
    assert (big + small).amount == Decimal("1000000000000000000000000000000.0001")
    assert big + small - big == small


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", "CNY", "0.01"),
        ("-0.005", "CNY", "-0.01"),
        ("0.5", "JPY", "1"),
        ("1.2345", "KWD", "1.235"),
    ],
)
def test_rounded_uses_the_coin_of_the_currency(amount, currency, rounded):
    assert Money(Decimal(amount), currency).rounded() == Money(Decimal(rounded), currency)


def test_currencies_do_not_mix():
    yuan, dollar = Money(Decimal(1)), Money(Decimal(1), "USD")
    for act in (
        lambda: yuan + dollar,
        lambda: yuan - dollar,
        lambda: yuan < dollar,
        lambda: total([yuan, dollar]),
    ):
        with pytest.raises(ValueError, match="Cannot combine CNY with USD"):
            act()
    assert yuan != dollar


def test_only_finite_decimals_are_money():
    with pytest.raises(TypeError):
        Money(0.1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal("NaN"))


def test_comparison_sign_and_emptiness():
    assert zero("USD") == total([], "USD") == Money(Decimal("0.00"), "USD")
    assert not zero()
    assert max(Money(Decimal(2)), -Money(Decimal(3)), Money(Decimal(1)) * 5).amount == 5
    assert Money(Decimal("1.0")) >= Money(Decimal("1.00"))


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1234567.5", "CNY", "1,234,567.50"),
        ("-1234.565", "CNY", "-1,234.57"),
        ("0", "CNY", "0.00"),
        ("-0.00", "CNY", "0.00"),
        ("-0.004", "CNY", "0.00"),
        ("-0.4", "JPY", "0"),
        ("1234.5", "JPY", "1,235"),
        ("1234.5678", "KWD", "1,234.568"),
        ("1E+3", "USD", "1,000.00"),
        ("7", "XXX", "7.00"),
    ],
)
def test_format(amount, currency, shown):
    assert format_money(Decimal(amount), currency) == shown


def test_only_what_shows_as_zero_is_blank():
    assert format_money(Decimal("-0.004"), blank_zero=True) == ""
    assert format_money(Decimal("0.4"), "JPY", blank_zero=True) == ""
    assert format_money(Decimal("0.005"), blank_zero=True) == "0.01"


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12)
)
def test_a_shown_zero_never_has_a_sign(amount):
    shown = format_money(amount)
    assert shown.startswith("-") == (shown.strip("-0.,") != "" and amount < 0)


def test_labels():
    assert labelled_money(Decimal("-1200")) == "-¥1,200.00"
    assert labelled_money(Decimal(1200), "USD") == "USD 1,200.00"


def test_the_currency_table():
    assert len(CURRENCIES) >= 30
    for code, currency in CURRENCIES.items():
        assert code == currency.code
        assert len(code) == 3
        assert currency.zh
        assert currency.en.isprintable()
        assert Money(Decimal(1), code).rounded().amount == 1
    assert {c: CURRENCIES[c].digits for c in ("CNY", "JPY", "KRW", "VND", "KWD")} == {
        "CNY": 2,
        "JPY": 0,
        "KRW": 0,
        "VND": 0,
        "KWD": 3,
    }
