"""Assessment rates: two persons on every path, the base day of the rule, nothing estimated."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from conftest import NOW
from guanzhang.kernel.problem import Refused
from guanzhang.reference import shipped
from guanzhang.reference.domain.months import base_date
from guanzhang.reference.models import AssessmentRate
from guanzhang.reference.queries import reference_on
from guanzhang.reference.services import (
    Heading,
    approve_rate,
    enter_rate,
    proposed_base_date,
    review_edition,
    withdraw_rate,
)
from guanzhang.trail.models import AuditRecord
from reference.files import file_of, load

MONTH = dt.date(2026, 12, 1)
VECTORS = Path("/work/shared/domain/customs/test_vectors.json")
database = [pytest.mark.django_db, pytest.mark.usefixtures("shipped_data")]


def enter(actor, rate="7.1234", **changes):
    values = {
        "month": MONTH, "currency": "USD", "rate": Decimal(rate), "base_date": dt.date(2026, 11, 18),
        "source": "中国外汇交易中心", "now": NOW, **changes,
    }  # fmt: skip
    return enter_rate(actor, **values)


def codes_of(problems) -> list[str]:
    return [p.kind.code for p in problems]


class TestRates:
    pytestmark = database

    def test_only_an_approved_rate_is_used(self, cast):
        rate, warnings = enter(cast.actor("declarant"))
        assert warnings == ()
        assert reference_on(MONTH).exchange_rate("USD", MONTH) is None
        approve_rate(cast.actor("reviewer"), rate.pk, now=NOW)
        assert reference_on(MONTH).exchange_rate("USD", dt.date(2026, 12, 31)) == Decimal(
            "7.1234"
        )
        assert reference_on(MONTH).exchange_rate("EUR", MONTH) is None
        assert reference_on(MONTH).exchange_rate("USD", dt.date(2026, 11, 30)) is None
        assert reference_on(MONTH).exchange_rate("CNY", MONTH) == 1
        actions = AuditRecord.objects.filter(object_type="assessment_rate").order_by("pk")
        assert [a.action for a in actions] == [
            "reference.rate_entered",
            "reference.rate_approved",
        ]

    @pytest.mark.parametrize("who", ["reviewer", "controller", "admin"])
    def test_nobody_approves_what_he_entered(self, cast, who):
        rate, _warnings = enter(cast.actor(who))
        with pytest.raises(Refused) as refused:
            approve_rate(cast.actor(who), rate.pk, now=NOW)
        assert codes_of(refused.value.problems) == ["REF-050"]
        assert AssessmentRate.objects.get().approved_at is None

    def test_a_correction_counts_as_entered_by_its_person(self, cast):
        enter(cast.actor("declarant"))
        rate, _warnings = enter(cast.actor("reviewer"), "7.2")
        with pytest.raises(Refused) as refused:
            approve_rate(cast.actor("reviewer"), rate.pk, now=NOW)
        assert codes_of(refused.value.problems) == ["REF-050"]
        approve_rate(cast.actor("admin"), rate.pk, now=NOW)
        assert reference_on(MONTH).exchange_rate("USD", MONTH) == Decimal("7.2")

    def test_an_approved_rate_is_corrected_only_after_its_approval_is_withdrawn(self, cast):
        rate, _warnings = enter(cast.actor("declarant"))
        approve_rate(cast.actor("reviewer"), rate.pk, now=NOW)
        with pytest.raises(Refused) as refused:
            enter(cast.actor("declarant"), "7.2")
        assert codes_of(refused.value.problems) == ["REF-054"]
        with pytest.raises(Refused) as refused:
            approve_rate(cast.actor("admin"), rate.pk, now=NOW)
        assert codes_of(refused.value.problems) == ["REF-054"]
        withdraw_rate(cast.actor("reviewer"), rate.pk, "抄错一位", now=NOW)
        with pytest.raises(Refused) as refused:
            withdraw_rate(cast.actor("reviewer"), rate.pk, "再撤", now=NOW)
        assert codes_of(refused.value.problems) == ["REF-055"]
        enter(cast.actor("declarant"), "7.2")
        approve_rate(cast.actor("reviewer"), rate.pk, now=NOW)
        assert reference_on(MONTH).exchange_rate("USD", MONTH) == Decimal("7.2")

    @pytest.mark.parametrize("who", ["sales", "accountant", "auditor"])
    def test_only_who_may_enter_can(self, cast, who):
        with pytest.raises(Refused) as refused:
            enter(cast.actor(who))
        assert codes_of(refused.value.problems) == ["REF-058"]
        assert not AssessmentRate.objects.exists()

    def test_a_declarant_does_not_approve(self, cast):
        rate, _warnings = enter(cast.actor("reviewer"))
        with pytest.raises(Refused) as refused:
            approve_rate(cast.actor("declarant"), rate.pk, now=NOW)
        assert codes_of(refused.value.problems) == ["REF-058"]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"currency": "XXX"}, "REF-033"),
            ({"currency": "CNY"}, "REF-033"),
            ({"rate": "0"}, "REF-034"),
            ({"rate": "-7"}, "REF-034"),
            ({"source": " "}, "REF-053"),
        ],
    )
    def test_a_wrong_rate_is_refused(self, cast, changes, code):
        with pytest.raises(Refused) as refused:
            enter(cast.actor("declarant"), **{"rate": "7", **changes})
        assert codes_of(refused.value.problems) == [code]
        assert not AssessmentRate.objects.exists()

    def test_another_base_day_only_warns(self, cast):
        _rate, warnings = enter(cast.actor("declarant"), base_date=dt.date(2026, 11, 19))
        assert codes_of(warnings) == ["REF-035"]
        assert "2026-11-18" in warnings[0].message("zh")

    def test_a_reviewed_file_brings_approved_rates(self, cast):
        rows = [
            {"month": "2026-12-01", "currency": c, "rate": r, "base_date": "2026-11-18", "source": "交易中心"}
            for c, r in (("USD", "7.1"), ("JPY", "0.04712345"))
        ]  # fmt: skip
        heading = Heading("rates", NOW.date(), "交易中心", is_whole=False)
        edition = load(cast.actor("declarant"), heading, file_of("rates", rows), NOW).edition
        assert reference_on(MONTH).exchange_rate("JPY", MONTH) is None
        review_edition(cast.actor("reviewer"), edition.pk, now=NOW)
        assert reference_on(MONTH).exchange_rate("JPY", MONTH) == Decimal("0.04712345")
        kept = AssessmentRate.objects.get(currency="USD")
        assert (kept.entered_by, kept.approved_by) == ("己", "庚")

    def test_the_base_day_is_proposed_from_the_calendar_and_never_guessed(self):
        assert proposed_base_date(MONTH) == dt.date(2026, 11, 18)
        assert proposed_base_date(dt.date(2027, 3, 1)) is None


def test_a_closed_wednesday_gives_the_next_trading_day():
    """The third Wednesday of February 2026 is in the Spring Festival; a worked Saturday does not count."""
    assert base_date(dt.date(2026, 3, 1), shipped.reference(MONTH).is_workday) == dt.date(
        2026, 2, 24
    )


@pytest.mark.skipif(not VECTORS.exists(), reason="the shared test vectors are not here")
def test_the_given_vectors_of_base_days():
    is_workday = shipped.reference(MONTH).is_workday
    for vector in json.loads(VECTORS.read_text(encoding="utf-8"))["rate_base_date"]:
        month = dt.date.fromisoformat(vector["month"] + "-01")
        assert base_date(month, is_workday) == dt.date.fromisoformat(vector["base_date"])
