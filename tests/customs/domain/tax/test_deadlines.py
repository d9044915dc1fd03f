"""Days of the law on the working calendar; fees; what is not known beyond the calendar."""

import datetime as dt
from decimal import Decimal

import pytest

from customs.domain.tax import cases
from guanzhang.customs.domain.tax import TaxKind, tariff_day
from guanzhang.customs.domain.tax.deadlines import (
    Urgency,
    complete_by,
    declare_by,
    deferral_interest,
    late_declaration_fee,
    late_payment_fee,
    pay_by,
    return_by,
    sold_after,
    summary_pay_by,
    urgency,
)
from guanzhang.reference import shipped

D = Decimal
REFERENCE = shipped.reference(dt.date(2026, 1, 5))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


DECLARE = {
    # entry → day 14, last free day. 2026-03-09 is a Monday.
    "day 15 is worked": ("2026-03-09", "2026-03-23", "2026-03-23"),
    "day 14 is a Sunday, day 15 a Monday": ("2026-03-08", "2026-03-22", "2026-03-22"),
    "day 15 is a Saturday": ("2026-03-06", "2026-03-20", "2026-03-22"),
    "day 15 in the national holiday": ("2026-09-17", "2026-10-01", "2026-10-07"),
}


@pytest.mark.parametrize("name", DECLARE)
def test_declare_by(name):
    moved_on, nominal, last = DECLARE[name]
    found = declare_by(day(moved_on), REFERENCE)
    assert (found.nominal, found.day, found.problems) == (day(nominal), day(last), ())
    assert nominal in found.working.zh
    assert (nominal == last) == ("顺延" not in found.working.zh)


def test_beyond_the_calendar_nothing_is_guessed():
    found = declare_by(dt.date(2026, 12, 20), REFERENCE)
    assert (found.nominal, found.day, found.safe_day) == (
        dt.date(2027, 1, 3), None, dt.date(2027, 1, 3),
    )  # fmt: skip
    assert cases.codes(found.problems) == ["CUS-876"]
    assert "2026-12-31" in found.problems[0].message()
    assert summary_pay_by(dt.date(2026, 12, 20), REFERENCE).day is None
    assert pay_by(dt.date(2026, 12, 20), REFERENCE).day is None


PAY = {
    "worked": ("2026-03-10", "2026-03-25", "2026-03-25"),
    "Saturday": ("2026-03-06", "2026-03-21", "2026-03-23"),
    "holiday": ("2026-09-18", "2026-10-03", "2026-10-08"),
    "Saturday that is worked": ("2026-09-25", "2026-10-10", "2026-10-10"),
}


@pytest.mark.parametrize("name", PAY)
def test_pay_by(name):
    declared_on, nominal, last = PAY[name]
    found = pay_by(day(declared_on), REFERENCE)
    assert (found.nominal, found.day, found.problems) == (day(nominal), day(last), ())


def test_before_the_customs_duty_law_the_payment_document_counts():
    reference = shipped.reference(dt.date(2024, 11, 29))
    unknown = pay_by(dt.date(2024, 11, 29), reference)
    assert (unknown.day, cases.codes(unknown.problems)) == (None, ["CUS-877"])
    known = pay_by(dt.date(2024, 11, 29), reference, issued_on=dt.date(2024, 12, 3))
    assert known.day == dt.date(2024, 12, 18)
    assert "填发" in known.working.zh
    new = pay_by(dt.date(2024, 12, 1), reference, issued_on=dt.date(2024, 12, 9))
    assert new.day == dt.date(2024, 12, 16)


def test_summary_payment_ends_with_the_fifth_working_day():
    # October 2026: the 8th, 9th, 10th (a worked Saturday), 12th and 13th
    assert summary_pay_by(dt.date(2026, 9, 30), REFERENCE).day == dt.date(2026, 10, 13)
    assert summary_pay_by(dt.date(2026, 5, 1), REFERENCE).day == dt.date(2026, 6, 5)


def test_days_that_nothing_moves():
    assert complete_by(dt.date(2026, 3, 7), REFERENCE).day == dt.date(2026, 3, 21)
    assert sold_after(dt.date(2026, 11, 30)).day == dt.date(2027, 2, 28)
    assert return_by(dt.date(2026, 8, 31)).day == dt.date(2027, 2, 28)


COLOURS = [
    (9, Urgency.CALM), (10, Urgency.NOTICE), (12, Urgency.NOTICE), (13, Urgency.WARNING),
    (14, Urgency.LAST), (15, Urgency.LATE),
]  # fmt: skip


@pytest.mark.parametrize(("count", "colour"), COLOURS)
def test_colours(count, colour):
    moved_on = dt.date(2026, 3, 9)
    limit = declare_by(moved_on, REFERENCE).safe_day
    assert urgency(moved_on + dt.timedelta(days=count), limit) is colour


def test_late_declaration_counts_from_the_day_after_the_limit():
    found = late_declaration_fee(D("71234"), day("2026-03-09"), day("2026-03-28"), REFERENCE)
    assert (found.first, found.last, found.days, found.amount) == (
        day("2026-03-24"), day("2026-03-28"), 5, D(178),
    )  # fmt: skip
    assert "178.085" in found.working[-1].zh
    moved = late_declaration_fee(D("71234"), day("2026-03-06"), day("2026-03-23"), REFERENCE)
    assert (moved.first, moved.days, moved.amount) == (day("2026-03-23"), 1, 0)


def test_declared_in_time_or_not_knowable():
    in_time = late_declaration_fee(D("71234"), day("2026-03-09"), day("2026-03-23"), REFERENCE)
    assert (in_time.days, in_time.amount, in_time.first) == (0, 0, None)
    unknown = late_declaration_fee(D("71234"), day("2026-12-20"), day("2027-01-09"), REFERENCE)
    assert (unknown.days, unknown.amount) == (None, None)
    assert cases.codes(unknown.problems) == ["CUS-876"]


def test_late_payment_per_tax():
    unpaid = {TaxKind.DUTY: D("5698.72"), TaxKind.VAT: D("10001.25")}
    found = late_payment_fee(unpaid, day("2026-03-10"), day("2026-04-04"), REFERENCE)
    assert (found[TaxKind.VAT].days, found[TaxKind.VAT].amount) == (10, D("50.01"))
    assert (found[TaxKind.DUTY].days, found[TaxKind.DUTY].amount) == (10, 0)  # 28.49
    assert found[TaxKind.VAT].first == day("2026-03-26")
    paid = late_payment_fee(unpaid, day("2026-03-10"), day("2026-03-25"), REFERENCE)
    assert {fee.amount for fee in paid.values()} == {D(0)}


def test_missing_parameters_are_said():
    bare = cases.replace(REFERENCE, parameters={})
    fee = late_declaration_fee(D(100_000), day("2026-03-09"), day("2026-03-28"), bare)
    assert (fee.amount, cases.codes(fee.problems)) == (None, ["CUS-874"])
    no_limit = cases.reference(late_payment_threshold=None)
    found = late_payment_fee(
        {TaxKind.VAT: D(100)}, day("2026-03-10"), day("2026-04-04"), no_limit
    )
    assert found[TaxKind.VAT].amount == D("0.50")
    assert cases.codes(found[TaxKind.VAT].problems) == ["CUS-874"]


def test_interest_and_the_day_of_the_tariff():
    assert deferral_interest(D("100000"), D("0.0005"), 90) == D("12.50")
    declared, arrived = dt.date(2026, 3, 1), dt.date(2026, 3, 9)
    assert tariff_day(declared, arrived, is_import=True) == arrived
    assert tariff_day(declared, arrived, is_import=False) == declared
    assert tariff_day(arrived, declared, is_import=True) == arrived
    assert tariff_day(declared, None, is_import=True) == declared
