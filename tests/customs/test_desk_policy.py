"""政策更新: an edition is shown with what it touches, and told once to those whose it is."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from customs.desk_stories import Story, at, entered
from guanzhang.config.wiring import JOBS, LISTENERS
from guanzhang.customs import policy
from guanzhang.customs.models import Declaration
from guanzhang.customs.policy_news import TOLD, tell_edition
from guanzhang.kernel.actor import system_actor
from guanzhang.reference import shipped as shipped_data
from guanzhang.reference.services import Heading, review_edition, stage_rows
from guanzhang.trail.models import AuditRecord
from guanzhang.work.models import Notice
from guanzhang.work.services import work_once

pytestmark = pytest.mark.usefixtures("shipped")
TODAY = timezone.localdate
DAY = dt.timedelta(days=1)
BEARING, VALVE = "8482102000", "8481804090"


@pytest.fixture
def goods(cast, now, example_client):
    """One open draft and one old declaration of bearings, one open draft of valves, one that is over."""
    day = TODAY() - 2 * DAY
    stories = {
        "draft": Story(cast, day, seed=1, code=BEARING),
        "valve": Story(cast, day, seed=2, code=VALVE),
        "over": Story(cast, day - 60 * DAY, seed=3, code=BEARING).declared("LJPR"),
        "sales": Story(
            cast, day, seed=4, code=BEARING, maker="sales", is_import=False
        ).submitted(),
    }
    rows = {r.document["DecHead"]["BillNo"]: r for r in entered(cast, now, *stories.values())}
    return {k: rows[s.document["DecHead"]["BillNo"]] for k, s in stories.items()}


def tariff(cast, changes, on):
    rows = [
        {**row, **changes[row["hs_code"]]}
        for row in shipped_data.rows_in("demo_tariff")
        if row["hs_code"] in changes
    ]
    heading = Heading("tariff", on, "测试", title="税则调整", is_whole=False)
    return stage_rows(cast.actor("declarant"), heading, rows, now=at(TODAY() - 5 * DAY))


def reviewed(cast, edition, now):
    return review_edition(cast.actor("reviewer"), edition.pk, now=now)


def test_an_edition_touches_open_drafts_and_used_goods_not_what_is_over(
    cast, goods, example_client
):
    edition = tariff(cast, {BEARING: {"mfn_rate": "6"}}, TODAY() + 20 * DAY)
    actor = cast.actor("admin")
    assert policy.updates_for(actor, TODAY()) == []  # nobody has reviewed it
    assert policy.editions_to_review(cast.actor("reviewer")) == [edition]
    assert policy.editions_to_review(cast.actor("declarant")) == []
    reviewed(cast, edition, timezone.now())
    (update,) = policy.updates_for(actor, TODAY())
    assert update.is_upcoming
    assert set(update.draft_keys) == {goods["draft"].pk, goods["sales"].pk}
    assert update.party_ids == {example_client.pk}
    assert update.change(BEARING).fields["mfn_rate"] == ("8", "6")
    assert set(policy.update_of(cast.actor("sales"), edition.pk, TODAY()).draft_keys) == {
        goods["sales"].pk
    }
    assert policy.update_of(actor, 1, TODAY()) is None  # came with the program


def test_the_page_shows_old_and_new_values(as_user, cast, goods, example_client):
    edition = tariff(
        cast, {BEARING: {"mfn_rate": "6"}, VALVE: {"vat_rate": "9"}}, TODAY() - DAY
    )
    reviewed(cast, edition, timezone.now())
    client = as_user("admin")
    listed = client.get(reverse("policy-updates")).content.decode()
    assert "税则调整" in listed
    page = client.get(reverse("policy-update", args=[edition.pk])).content.decode()
    for text in (
        "最惠国",
        "<b>6</b>",
        "<b>9</b>",
        goods["draft"].number,
        goods["valve"].number,
    ):
        assert text in page, text
    assert goods["over"].number not in page
    assert example_client.name in page
    assert client.get(reverse("policy-update", args=[999999])).status_code == 404
    assert (
        goods["draft"].number
        not in as_user("stranger")
        .get(reverse("policy-update", args=[edition.pk]))
        .content.decode()
    )


def test_an_edition_in_force_is_told_once_and_the_drafts_are_checked_again(cast, goods):
    draft = goods["draft"]
    elements = shipped_data.demo_tariff()[BEARING].elements
    longer = ";".join((*elements[:-1], "精度等级", elements[-1]))
    edition = tariff(cast, {BEARING: {"elements": longer}}, TODAY())
    Declaration.objects.filter(pk=draft.pk).update(error_count=99)
    Notice.objects.all().delete()
    reviewed(cast, edition, timezone.now())
    while work_once(JOBS, LISTENERS):
        pass
    draft.refresh_from_db()
    assert draft.error_count is not None
    assert draft.error_count != 99
    link = reverse("policy-update", args=[edition.pk])
    told = Notice.objects.filter(link=link)
    assert {n.user_id for n in told} == {
        cast.users["declarant"].pk, cast.users["sales"].pk, cast.users["admin"].pk,
    }  # fmt: skip
    by_user = {n.user_id: n.text for n in told}
    assert "1 份未申报报关单" in by_user[cast.users["declarant"].pk]
    assert "1 家客户" in by_user[cast.users["admin"].pk]
    again = tell_edition(system_actor(cast.book.pk), edition.pk, now=timezone.now())
    assert again == {"drafts": 2, "customers": 1, "told": 0}
    assert told.count() == 3
    assert AuditRecord.objects.filter(action=TOLD, book_id=cast.book.pk).count() == 1


def test_a_measure_touches_goods_of_its_origin_only(cast, goods):
    origin = goods["draft"].goods.get().origin
    other = "NZL"
    for country, touched in ((origin, True), (other, False)):
        row = {
            "kind": "anti_dumping", "hs_prefix": BEARING[:8], "origin": country, "exporter": "",
            "rate": "20", "until": "", "source": "测试",
        }  # fmt: skip
        heading = Heading("measures", TODAY() + DAY, "测试", title=country, is_whole=False)
        edition = stage_rows(cast.actor("declarant"), heading, [row], now=at(TODAY()))
        reviewed(cast, edition, timezone.now())
        update = policy.update_of(cast.actor("admin"), edition.pk, TODAY())
        assert (goods["draft"].pk in update.draft_keys) is touched


def test_a_changed_code_touches_the_drafts_that_hold_it(cast, goods):
    held = goods["draft"].document["DecHead"]["CustomMaster"]
    row = {"code": held, "name": "改名海关", "status": "active"}
    heading = Heading(
        "codes", TODAY() + DAY, "测试", title="关区", table="customs_office", is_whole=False
    )
    edition = stage_rows(cast.actor("declarant"), heading, [row], now=at(TODAY()))
    reviewed(cast, edition, timezone.now())
    update = policy.update_of(cast.actor("admin"), edition.pk, TODAY())
    expected = {
        r.pk
        for r in goods.values()
        if r.state != "closed" and held in (r.customs_office, r.border_office)
    }
    assert set(update.draft_keys) == expected
    assert goods["draft"].pk in expected
    assert update.draft_keys[goods["draft"].pk] == {held}


def test_currencies_without_a_rate_this_month_are_named(cast, goods):
    found = policy.missing_rates(cast.actor("declarant"), TODAY())
    open_rows = [goods[name] for name in ("draft", "valve", "sales")]
    used = {line.currency for row in open_rows for line in row.goods.all()} - {"CNY"}
    assert found == sorted(used)
    assert policy.missing_rates(cast.actor("accountant"), TODAY()) == []
