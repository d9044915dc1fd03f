"""Editions: loaded by one person, reviewed by another, valid from their day, half-open and without a gap."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from conftest import NOW
from guanzhang.kernel.problem import Refused
from guanzhang.org.queries import books
from guanzhang.reference import queries
from guanzhang.reference.models import Code, Edition, TariffRow
from guanzhang.reference.queries import changes_of, history_of_line, reference_on
from guanzhang.reference.services import (
    Heading,
    apply_due,
    install_shipped,
    propose_parameter,
    reject_edition,
    review_edition,
)
from guanzhang.trail.models import AuditRecord, Event
from guanzhang.work.models import Notice
from reference.files import demo_rows, file_of, load, whole_tariff

TODAY = timezone.localdate(NOW)
DAY = dt.timedelta(days=1)
TARIFF = Heading("tariff", dt.date(2027, 1, 1), "税委会公告", is_whole=False)
BEEF, FEET = "0202300090", "0207142200"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped_data")]


def row_of(code: str, **changes: str) -> dict[str, str]:
    return {**next(r for r in demo_rows() if r["hs_code"] == code), **changes}


def codes_of(problems) -> list[str]:
    return [p.kind.code for p in problems]


def test_an_edition_waits_for_its_review_and_for_its_day(cast):
    declarant, reviewer = cast.actor("declarant"), cast.actor("reviewer")
    data = file_of("tariff", [row_of(BEEF, mfn_rate="10")])
    edition = load(declarant, TARIFF, data, NOW).edition
    assert (edition.added, edition.changed, edition.removed) == (0, 1, 0)
    assert changes_of(edition.pk).changed == {BEEF: {"mfn_rate": ("12", "10")}}

    apply_due(NOW)
    assert Edition.objects.get(pk=edition.pk).state == Edition.State.LOADED
    review_edition(reviewer, edition.pk, now=NOW)
    apply_due(NOW)
    assert Edition.objects.get(pk=edition.pk).state == Edition.State.REVIEWED
    new_year = TARIFF.effective_on
    assert reference_on(new_year).tariff(BEEF).mfn.ad_valorem == Decimal("0.12")

    first_hour = dt.datetime(2027, 1, 1, 0, 5, tzinfo=NOW.tzinfo)
    apply_due(first_hour)
    apply_due(first_hour)  # twice does nothing more
    assert reference_on(new_year - DAY).tariff(BEEF).mfn.ad_valorem == Decimal("0.12")
    assert reference_on(new_year).tariff(BEEF).mfn.ad_valorem == Decimal("0.1")
    assert reference_on(new_year).tariff(FEET) is not None  # not in the file, still valid
    ranges = [(r.valid_from, r.valid_to) for r in history_of_line(BEEF)]
    assert ranges == [(new_year, None), (dt.date(2019, 2, 1), new_year)]
    assert changes_of(edition.pk).changed == {BEEF: {"mfn_rate": ("12", "10")}}
    announced = Event.objects.filter(kind="reference.EditionEffective")
    assert {e.book_id for e in announced} == {book.pk for book in books()}
    assert announced[0].payload["edition_id"] == edition.pk
    assert announced[0].payload["changed"] == 1


def test_what_is_due_takes_effect_with_the_review(cast):
    heading = replace(TARIFF, effective_on=TODAY)
    data = file_of("tariff", [row_of(BEEF, mfn_rate="10")])
    edition = load(cast.actor("declarant"), heading, data, NOW).edition
    found = review_edition(cast.actor("reviewer"), edition.pk, now=NOW)
    assert found.state == Edition.State.EFFECTIVE
    assert reference_on(TODAY).tariff(BEEF).mfn.ad_valorem == Decimal("0.1")
    assert reference_on(TODAY - DAY).tariff(BEEF).mfn.ad_valorem == Decimal("0.12")


def test_a_whole_edition_ends_what_it_does_not_hold_and_the_demo_with_it(cast):
    heading = replace(TARIFF, effective_on=TODAY, is_whole=True)
    loaded = load(cast.actor("declarant"), heading, file_of("tariff", whole_tariff(40)), NOW)
    review_edition(cast.actor("reviewer"), loaded.edition.pk, now=NOW)
    changes = changes_of(loaded.edition.pk)
    assert len(changes.added) == 40
    assert set(changes.removed) == {row["hs_code"] for row in demo_rows()}
    assert reference_on(TODAY).tariff(BEEF) is None
    assert reference_on(TODAY - DAY).tariff(BEEF) is not None
    assert not reference_on(TODAY).is_demo_tariff
    assert reference_on(TODAY - DAY).is_demo_tariff
    assert not TariffRow.objects.filter(valid_to=None, is_demo=True).exists()


def test_the_second_edition_of_a_day_replaces_the_first(cast):
    heading = replace(TARIFF, effective_on=TODAY)
    for rate in ("10", "9"):
        data = file_of("tariff", [row_of(BEEF, mfn_rate=rate)])
        edition = load(cast.actor("declarant"), heading, data, NOW).edition
        review_edition(cast.actor("reviewer"), edition.pk, now=NOW)
    assert reference_on(TODAY).tariff(BEEF).mfn.ad_valorem == Decimal("0.09")
    ranges = [(r.valid_from, r.valid_to) for r in history_of_line(BEEF)]
    assert ranges == [(TODAY, None), (dt.date(2019, 2, 1), TODAY)]


def test_an_earlier_edition_that_comes_late_ends_where_the_later_begins(cast):
    later, earlier = TODAY, TODAY - 100 * DAY
    for day, rate in ((later, "10"), (earlier, "11")):
        data = file_of("tariff", [row_of(BEEF, mfn_rate=rate)])
        heading = replace(TARIFF, effective_on=day)
        edition = load(cast.actor("declarant"), heading, data, NOW).edition
        review_edition(cast.actor("reviewer"), edition.pk, now=NOW)
    rows = history_of_line(BEEF)
    found = [(r.valid_from, r.valid_to, r.data["mfn_rate"]) for r in rows]
    assert found == [
        (later, None, "10"),
        (earlier, later, "11"),
        (dt.date(2019, 2, 1), earlier, "12"),
    ]


def test_ranges_never_overlap_and_leave_no_gap_after_many_editions(cast):
    """Whatever order editions come in: on every day a line is valid once, from its first day on."""
    days = [TODAY - n * DAY for n in (5, 90, 30, 5, 60, 0, 200)]
    for number, day in enumerate(days):
        data = file_of("tariff", [row_of(BEEF, mfn_rate=str(number + 1))])
        heading = replace(TARIFF, effective_on=day)
        edition = load(cast.actor("declarant"), heading, data, NOW).edition
        review_edition(cast.actor("reviewer"), edition.pk, now=NOW)
    rows = sorted(history_of_line(BEEF), key=lambda r: r.valid_from)
    assert rows[0].valid_from == dt.date(2019, 2, 1)
    assert rows[-1].valid_to is None
    for before, after in itertools.pairwise(rows):
        assert before.valid_to == after.valid_from > before.valid_from


def test_nobody_reviews_or_rejects_what_he_loaded(cast):
    for who in ("reviewer", "controller", "admin"):
        actor = cast.actor(who)
        data = file_of("tariff", [row_of(BEEF, mfn_rate="10")])
        edition = load(actor, replace(TARIFF, effective_on=TODAY), data, NOW).edition
        for decide in (
            lambda a=actor, e=edition: review_edition(a, e.pk, now=NOW),
            lambda a=actor, e=edition: reject_edition(a, e.pk, "不对", now=NOW),
        ):
            with pytest.raises(Refused) as refused:
                decide()
            assert codes_of(refused.value.problems) == ["REF-050"]
        edition.refresh_from_db()
        assert edition.state == Edition.State.LOADED
        assert edition.reviewed_by_id is None
    assert reference_on(TODAY).tariff(BEEF).mfn.ad_valorem == Decimal("0.12")


@pytest.mark.parametrize("who", ["sales", "declarant", "accountant", "auditor"])
def test_only_who_may_review_can(cast, who):
    data = file_of("tariff", [row_of(BEEF, mfn_rate="10")])
    edition = load(cast.actor("reviewer"), TARIFF, data, NOW).edition
    with pytest.raises(Refused) as refused:
        review_edition(cast.actor(who), edition.pk, now=NOW)
    assert codes_of(refused.value.problems) == ["REF-058"]


@pytest.mark.parametrize("who", ["sales", "accountant", "auditor"])
def test_only_who_may_load_can(cast, who):
    before = Edition.objects.count()
    with pytest.raises(Refused) as refused:
        load(cast.actor(who), TARIFF, file_of("tariff", [row_of(BEEF, mfn_rate="1")]), NOW)
    assert codes_of(refused.value.problems) == ["REF-058"]
    assert Edition.objects.count() == before


def test_a_rejection_needs_a_reason_and_ends_the_edition(cast):
    reviewer = cast.actor("reviewer")
    data = file_of("tariff", [row_of(BEEF, mfn_rate="10")])
    edition = load(cast.actor("declarant"), TARIFF, data, NOW).edition
    with pytest.raises(Refused) as refused:
        reject_edition(reviewer, edition.pk, " ", now=NOW)
    assert codes_of(refused.value.problems) == ["REF-052"]
    review_edition(reviewer, edition.pk, now=NOW)
    reject_edition(reviewer, edition.pk, "税率抄错", now=NOW)  # it waited for its day
    apply_due(dt.datetime(2027, 1, 2, tzinfo=NOW.tzinfo))
    assert reference_on(dt.date(2027, 1, 2)).tariff(BEEF).mfn.ad_valorem == Decimal("0.12")
    with pytest.raises(Refused) as refused:
        review_edition(reviewer, edition.pk, now=NOW)
    assert codes_of(refused.value.problems) == ["REF-051"]
    assert (
        AuditRecord.objects.filter(action="reference.rejected", reason="税率抄错").count() == 1
    )


def test_an_edition_that_lost_its_rows_does_not_hold_up_the_others(cast):
    """What cannot take effect is refused, and the worker goes on with the next."""
    editions = []
    for code in (BEEF, FEET):
        data = file_of("tariff", [row_of(code, mfn_rate="10")])
        edition = load(cast.actor("declarant"), TARIFF, data, NOW).edition
        editions.append(review_edition(cast.actor("reviewer"), edition.pk, now=NOW))
    Edition.objects.filter(pk=editions[0].pk).update(staged={"rows": []})
    apply_due(dt.datetime(2027, 1, 1, 0, 5, tzinfo=NOW.tzinfo))
    assert [Edition.objects.get(pk=e.pk).state for e in editions] == ["reviewed", "effective"]

    due = load(cast.actor("declarant"), replace(TARIFF, effective_on=TODAY), data, NOW).edition
    Edition.objects.filter(pk=due.pk).update(staged=None)
    with pytest.raises(Refused) as refused:
        review_edition(cast.actor("reviewer"), due.pk, now=NOW)
    assert codes_of(refused.value.problems) == ["REF-060"]
    assert Edition.objects.get(pk=due.pk).state == Edition.State.LOADED


def test_the_loader_is_told_of_the_decision(cast):
    data = file_of("tariff", [row_of(BEEF, mfn_rate="10")])
    edition = load(cast.actor("declarant"), TARIFF, data, NOW).edition
    reject_edition(cast.actor("reviewer"), edition.pk, "抄错", now=NOW)
    notice = Notice.objects.get(user_id=cast.users["declarant"].pk)
    assert notice.link == f"/reference/editions/{edition.pk}/"
    assert edition.title in notice.text


def test_a_file_that_says_nothing_new_is_refused(cast):
    with pytest.raises(Refused) as refused:
        load(cast.actor("declarant"), TARIFF, file_of("tariff", [row_of(BEEF)]), NOW)
    assert codes_of(refused.value.problems) == ["REF-057"]


def test_a_code_table_keeps_its_history_and_its_case(cast):
    heading = Heading("codes", TODAY, "海关总署参数表", table="license_doc", is_whole=False)
    rows = [
        {"code": "A", "name": "检验检疫", "status": "停用", "on_import": "1", "on_export": "0"},
        {"code": "%", "name": "新证件", "status": "", "on_import": "1", "on_export": "1"},
    ]
    data = file_of("codes", rows, "license_doc", encoding="gb18030")
    small_a = reference_on(TODAY).row("license_doc", "a")
    edition = load(cast.actor("declarant"), heading, data, NOW, "证件.csv").edition
    assert (edition.added, edition.changed) == (1, 1)
    review_edition(cast.actor("reviewer"), edition.pk, now=NOW)
    today = reference_on(TODAY)
    assert today.row("license_doc", "A").status == "inactive"
    assert today.row("license_doc", "a") == small_a
    assert today.row("license_doc", "%").extra == {"on_import": "1", "on_export": "1"}
    assert reference_on(TODAY - DAY).row("license_doc", "A").status == "active"
    assert [r.valid_to for r in queries.history_of_code("license_doc", "A")] == [None, TODAY]
    assert Code.objects.get(code="%").initials == "xzj"


def test_a_measure_ends_after_its_last_day(cast):
    heading = Heading("measures", TODAY, "商务部公告", is_whole=False)
    row = {
        "kind": "反倾销", "hs_prefix": "0207", "origin": "USA", "exporter": "",
        "rate": "18.8", "until": (TODAY + 9 * DAY).isoformat(), "source": "商务部公告2026年第1号",
    }  # fmt: skip
    edition = load(cast.actor("declarant"), heading, file_of("measures", [row]), NOW).edition
    review_edition(cast.actor("reviewer"), edition.pk, now=NOW)
    (measure,) = reference_on(TODAY).measures(FEET, "USA")
    assert (measure.kind, measure.rate.ad_valorem) == ("anti_dumping", Decimal("0.188"))
    assert reference_on(TODAY).measures(FEET, "BRA") == ()
    assert reference_on(TODAY).measures(BEEF, "USA") == ()
    assert reference_on(TODAY - DAY).measures(FEET, "USA") == ()
    assert len(reference_on(TODAY + 9 * DAY).measures(FEET, "USA")) == 1
    assert reference_on(TODAY + 10 * DAY).measures(FEET, "USA") == ()


def test_a_year_of_the_calendar_is_replaced_as_a_whole(cast):
    heading = Heading("calendar", TODAY, "国办通知")
    row = {"source": "国务院办公厅通知", "name": "元旦", "is_workday": "否"}
    days = [{**row, "day": day} for day in ("2027-01-01", "2027-10-01")]
    edition = load(cast.actor("declarant"), heading, file_of("calendar", days), NOW).edition
    assert reference_on(TODAY).is_workday(dt.date(2027, 1, 1)) is None
    review_edition(cast.actor("reviewer"), edition.pk, now=NOW)
    assert reference_on(TODAY).is_workday(dt.date(2027, 1, 1)) is False
    assert reference_on(TODAY).is_workday(dt.date(2027, 1, 4)) is True
    assert reference_on(TODAY).is_workday(dt.date(2026, 10, 5)) is False  # other years stay
    assert reference_on(TODAY).calendar_until == dt.date(2027, 12, 31)


def test_a_parameter_changes_from_its_day_after_another_person_agreed(cast):
    day = dt.date(2026, 6, 1)
    edition = propose_parameter(
        cast.actor("controller"), key="duty_threshold", value=Decimal("80.5"), valid_from=day,
        source="国务院规定", is_confirmed=True, now=NOW,
    )  # fmt: skip
    with pytest.raises(Refused):
        review_edition(cast.actor("controller"), edition.pk, now=NOW)
    assert reference_on(day).parameters["duty_threshold"] == 50
    review_edition(cast.actor("admin"), edition.pk, now=NOW)
    assert reference_on(day).parameters["duty_threshold"] == Decimal("80.5")
    assert reference_on(day - DAY).parameters["duty_threshold"] == 50
    assert reference_on(day).parameters["vat_threshold"] == 50


def test_the_cache_sees_an_edition_at_once_and_forgets_nothing_else(
    cast, django_assert_num_queries
):
    before = reference_on(TODAY)
    with django_assert_num_queries(1):
        assert reference_on(TODAY).tables is before.tables
    assert before.tariff(BEEF) is not None
    with django_assert_num_queries(0):
        before.tariff(BEEF)
    install_shipped(NOW)  # nothing new, nothing forgotten
    with django_assert_num_queries(1):
        assert reference_on(TODAY - DAY).tables is before.tables
