"""The workbench: each count opens exactly its rows, each role sees what concerns it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from customs.desk_stories import Story, entered, opened
from guanzhang.customs import workbench
from guanzhang.customs.models import Declaration, Message, Receipt
from guanzhang.customs.services.receiving import receive
from guanzhang.desk.views.workbench import panels_for

pytestmark = pytest.mark.usefixtures("shipped")
TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


@pytest.fixture
def desk(cast, now, example_client):
    today = TODAY()
    ages = (20, 16, 15, 14, 13, 12, 10, 9, 5)
    stories = [
        Story(cast, today - DAY, seed=n, moved_on=today - age * DAY)
        for n, age in enumerate(ages, 1)
    ]
    stories += [
        Story(cast, today - DAY, seed=21, maker="sales"),
        Story(cast, today - DAY, seed=22).submitted(),
        Story(cast, today - DAY, seed=23, maker="reviewer").submitted(),
        Story(cast, today - DAY, seed=24).approved(),
        Story(cast, today - DAY, seed=25).returned(),
        Story(cast, today - 2 * DAY, seed=26).declared("LJT"),
        Story(cast, today - 15 * DAY, seed=27).declared("LJT"),
        Story(cast, today - 30 * DAY, seed=28).declared("LJT"),
        Story(cast, today - 2 * DAY, seed=29).declared("LJC"),
        Story(cast, today - 2 * DAY, seed=30).declared("E"),
        Story(cast, today - 9 * DAY, seed=31).declared("LJPR"),
    ]
    rows = {row.document["DecHead"]["BillNo"]: row for row in entered(cast, now, *stories)}
    return {story.seed: rows[story.document["DecHead"]["BillNo"]] for story in stories}


@pytest.mark.parametrize(
    "who", ["sales", "declarant", "reviewer", "admin", "accountant", "auditor", "manager"]
)
def test_every_count_opens_exactly_its_rows(cast, desk, who):
    actor, today = cast.actor(who), TODAY()
    panels = {panel.key: panel for panel in panels_for(actor, today)}
    for key, panel in panels.items():
        assert opened(actor, panel.url).count() == panel.count, key
        assert len(panel.rows) == min(panel.count, 8)
        for each in panel.bins:
            assert opened(actor, each.url).count() == each.count, (key, each.label)
    for state, count in workbench.state_counts(actor).items():
        assert opened(actor, f"?f.state={state}").count() == count
    assert ("reviews" in panels) == (who in ("reviewer", "admin"))
    assert ("drafts" in panels) == (who not in ("accountant", "auditor"))
    assert ("approved" in panels) == (who in ("declarant", "reviewer", "admin"))


def test_the_deadlines_have_the_colours_of_their_day(cast, desk):
    today = TODAY()
    bands = {b.level: b for b in workbench.deadline_bands(cast.actor("admin"), today)}
    left = [
        (row.due_on - today).days
        for row in Declaration.objects.filter(state__in=workbench.TO_DECLARE).exclude(
            due_on=None
        )
    ]
    assert bands["over"].count == sum(n < 0 for n in left) > 0
    assert bands["today"].count == sum(n == 0 for n in left)
    assert bands["soon"].count == sum(n == 1 for n in left)
    assert bands["near"].count == sum(2 <= n <= 4 for n in left) > 0
    levels = [workbench.level_of(today + n * DAY, today) for n in (-1, 0, 1, 2, 4, 5)]
    assert levels == ["over", "today", "soon", "near", "near", ""]


def test_nobody_is_asked_to_review_their_own_work(cast, desk):
    mine = {row.pk for row in workbench.reviews_for(cast.actor("reviewer"))}
    assert mine == {desk[22].pk}
    everybody = {row.pk for row in workbench.reviews_for(cast.actor("admin"))}
    assert everybody == {desk[22].pk, desk[23].pk}
    assert not workbench.reviews_for(cast.actor("declarant")).exists()


def test_payment_is_due_fifteen_days_after_the_declaration(cast, desk):
    today = TODAY()
    bands = workbench.tax_bands(cast.actor("admin"), today, lambda day: day + 15 * DAY)
    assert {b.level: b.count for b in bands} == {"over": 1, "today": 1, "soon": 0, "near": 0}
    assert [b.token for b in bands][1] == (today - 15 * DAY).isoformat()


def test_failed_messages_and_stray_receipts_are_shown_to_those_who_send(
    as_user, cast, desk, now
):
    message = Message.objects.order_by("pk").first()
    Message.objects.filter(pk=message.pk).update(state="failed", error="目录不存在")
    receive(cast.book.pk, "strange.xml", b"<DEC_RESULT><ENTRY_ID>3104", now=now)
    assert Receipt.objects.get(name="strange.xml").state == "unreadable"
    page = as_user("declarant").get(reverse("customs-desk")).content.decode()
    assert "目录不存在" in page
    assert "strange.xml" in page
    assert "strange.xml" not in as_user("sales").get(reverse("customs-desk")).content.decode()
    assert not workbench.stray_receipts(cast.actor("stranger")).exists()


def test_another_company_sees_nothing(as_user, cast, desk):
    page = as_user("stranger").get(reverse("customs-desk"))
    assert page.status_code == 200
    assert "D2026" not in page.content.decode()


def test_home_lists_the_declarations_that_want_something(as_user, desk):
    page = as_user("declarant").get(reverse("home")).content.decode()
    assert "申报期限" in page
    assert "我的草稿" in page
    assert "申报期限" not in as_user("accountant").get(reverse("home")).content.decode()


def test_the_customer_card_has_the_figures_of_the_client(as_user, cast, desk, example_client):
    panel = as_user("admin").get(reverse("party-declarations", args=[example_client.pk]))
    text = panel.content.decode()
    assert "33020260000000001" in text
    assert ">6 票<" in text  # declared in twelve months: seeds 26 to 31
    assert (
        reverse("party-declarations", args=[example_client.pk])
        in as_user("admin").get(reverse("customer", args=[example_client.pk])).content.decode()
    )
    assert (
        as_user("sales")
        .get(reverse("party-declarations", args=[example_client.pk]))
        .status_code
        == 404
    )
