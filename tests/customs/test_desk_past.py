"""Declarations with their whole past: the same rows as step by step, and nothing that cannot have been."""

import pytest

from customs.desk_stories import Story, entered
from guanzhang.customs.domain.states import Action
from guanzhang.customs.models import Declaration, Event, GoodsLine, Receipt, Revision, UsedGoods
from guanzhang.kernel.problem import Refused
from guanzhang.trail.models import AuditRecord

pytestmark = pytest.mark.usefixtures("shipped")


def test_a_whole_life_leaves_events_revisions_receipts_and_figures(cast, now, example_client):
    story = Story(cast, now.date(), seed=7).returned()
    story = story.declared("LJT").does(Action.PAY_TAX)
    (row,) = entered(cast, now, story)
    row.refresh_from_db()
    assert (row.state, row.return_count, row.party_id) == ("tax_paid", 1, example_client.pk)
    assert (row.entry_no, row.seq_no) == ("310420261000000007", "I20260000000000007")
    assert row.declared_on == now.date()
    assert row.prepared_by_id == row.owner_id == cast.users["declarant"].pk
    assert row.first_reviewer_id == cast.users["reviewer"].pk
    assert row.approved_sha256 == row.sha256
    actions = list(row.events.order_by("pk").values_list("action", flat=True))
    assert actions == [
        "created", "submit", "return", "submit", "pass", "send", "declared", "L", "J", "T", "pay_tax",
    ]  # fmt: skip
    steps = list(row.revisions.order_by("pk").values_list("step", flat=True))
    assert steps == ["submitted", "submitted", "approved", "sent", "declared", "accepted"]
    assert row.receipts.filter(state=Receipt.State.APPLIED).count() == 3
    assert row.messages.get().state == "taken"
    assert row.value_cny is None  # no rate of the month has been entered
    assert row.goods.count() == row.line_count
    used = UsedGoods.objects.filter(party=example_client)
    assert sum(u.uses for u in used) == row.line_count
    assert AuditRecord.objects.filter(action="declaration.entered").count() == 1


def test_used_goods_count_every_declaration_and_keep_the_last_price(cast, now, example_client):
    stories = [Story(cast, now.date(), seed=n, code="8482102000").approved() for n in (1, 2, 3)]
    rows = entered(cast, now, *stories)
    entered(cast, now, Story(cast, now.date(), seed=4, code="8482102000").approved())
    used = UsedGoods.objects.get(party=example_client)
    assert (used.uses, used.hs_code) == (4, "8482102000")
    last = Declaration.objects.exclude(pk__in=[r.pk for r in rows]).get()
    assert used.last_price == GoodsLine.objects.get(declaration=last).price


def test_a_past_that_no_declaration_can_have_is_refused_whole(cast, now, example_client):
    good = Story(cast, now.date(), seed=1).approved()
    bad = Story(cast, now.date(), seed=2).does(Action.PASS, "reviewer")
    with pytest.raises(Refused) as refused:
        entered(cast, now, good, bad)
    assert refused.value.problems[0].kind.code == "CUS-931"
    for model in (Declaration, Event, Revision, Receipt, UsedGoods):
        assert not model.objects.exists(), model
    assert not AuditRecord.objects.filter(action="declaration.entered").exists()
