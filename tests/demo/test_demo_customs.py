"""The customs half of the demo company: every state is there, and each got there as the rules allow."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from random import Random

import pytest
from django.db.models import Count, F, Q

from guanzhang.customs.domain.document import digest
from guanzhang.customs.domain.flow import FAILED, TARGETS
from guanzhang.customs.domain.states import State
from guanzhang.customs.models import (
    Declaration,
    Event,
    Mandate,
    Message,
    Receipt,
    Revision,
    UsedGoods,
)
from guanzhang.demo import editions, generate, services
from guanzhang.demo.customs import SEED, add_customs, choose
from guanzhang.kernel.actor import system_actor
from guanzhang.org import services as people
from guanzhang.org.models import User
from guanzhang.parties.models import Party
from guanzhang.reference.models import AssessmentRate, Edition
from guanzhang.reference.queries import reference_on
from guanzhang.reference.services import install_shipped
from guanzhang.trail.queries import verify

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
TODAY = NOW.date()


def load():
    """The company without its trade and its classes, which customs does not need."""
    install_shipped(NOW)
    data = generate.generate(generate.SEED, TODAY)
    book = people.create_book(company="远航", code=generate.CODE, name="远航", is_demo=True)
    users = services._add_people(book, data, NOW)
    ids = services._add_parties(system_actor(book.pk), data, users, NOW)
    count = add_customs(book, data, users, ids, TODAY, NOW, lambda _text: None)
    return book, count


def test_two_thousand_declarations_in_all_states(db):
    """One load for all that is asserted of it."""
    book, count = load()
    rows = Declaration.objects.filter(book=book)
    assert 1_950 <= count <= 2_050
    assert rows.count() >= count
    assert_every_state_is_there(rows)
    assert_clients_and_people(rows)
    assert_events_lead_from_state_to_state(rows)
    assert_what_is_approved_was_reviewed_by_another(rows)
    assert_money(rows)
    assert_mail(book)
    assert_reference(book)
    held, broken = verify(book.pk)
    assert broken is None
    assert held > 600
    assert_what_the_demo_brought_is_taken_back(book)


def assert_every_state_is_there(rows):
    states = Counter(rows.values_list("state", flat=True))
    assert set(states) == {state.value for state in State}
    assert states["archived"] > 1_500
    numbers = sorted(rows.values_list("number", flat=True))
    for year in {number[1:5] for number in numbers}:  # without gaps
        own = [int(n[6:]) for n in numbers if n[1:5] == year]
        assert own == list(range(1, len(own) + 1))
    old = rows.filter(created_at__lt=NOW - dt.timedelta(days=30))
    assert not old.filter(
        state__in=("draft", "review", "review2", "approved", "sending")
    ).exists()
    assert rows.filter(state="draft", return_count__gt=0).exists()
    assert rows.filter(state="draft", error_count__gt=0).exists()
    assert not rows.filter(created_at__gt=NOW).exists()
    kinds = Counter(rows.values_list("trade_mode", flat=True))
    assert len(kinds) >= 5
    assert Counter(rows.values_list("amend_kind", flat=True))["amend"] >= 2
    assert rows.filter(amend_kind="withdraw", state="closed").exists()


def assert_clients_and_people(rows):
    assert not rows.filter(party=None).exists()
    wrong = rows.exclude(trader_name=F("party__name")).exclude(trader_code=F("party__usc_code"))
    assert not wrong.exists()
    owners = set(rows.values_list("owner__username", flat=True))
    assert owners == {"zhaohai", "linxue"}
    clients = rows.values("party").distinct()
    mandated = Mandate.objects.filter(party__in=clients).values("party").distinct()
    assert mandated.count() == clients.count()
    used = UsedGoods.objects.filter(party__in=clients)
    assert used.count() > 1_000
    assert Party.objects.filter(pk__in=clients).count() > 150


def assert_events_lead_from_state_to_state(rows):
    """Each event begins where the one before it ended; the last one ends where the row stands."""
    events = {}
    for event in Event.objects.filter(declaration__in=rows).order_by("pk"):
        events.setdefault(event.declaration_id, []).append(event)
    assert len(events) == rows.count()
    for row in rows.defer("document"):
        mine = events[row.pk]
        assert mine[0].action == "created"
        moves = [e for e in mine if e.after]
        here = "draft"
        for event in moves:
            assert event.before == here, (row.number, event.action)
            here = event.after
        assert here == row.state, row.number
        assert [e.at for e in mine] == sorted(e.at for e in mine), row.number


def assert_what_is_approved_was_reviewed_by_another(rows):
    reviewed = rows.exclude(first_reviewer_id=None)
    assert reviewed.count() > 1_900
    assert not reviewed.filter(first_reviewer_id=F("owner_id")).exists()
    assert not reviewed.filter(second_reviewer_id=F("first_reviewer_id")).exists()
    assert rows.exclude(second_reviewer_id=None).exists()
    beyond = rows.exclude(declared_on=None).annotate(
        approvals=Count("revisions", filter=Q(revisions__step="approved")),
        sendings=Count("revisions", filter=Q(revisions__step="sent")),
    )
    assert not beyond.filter(approvals=0).exists()
    assert not beyond.filter(sendings=0, amend_kind="").exists()
    for revision in Revision.objects.filter(declaration__in=rows)[:300]:
        assert revision.sha256 == digest(revision.document)
    for row in rows[:300]:
        assert row.sha256 == digest(row.document)


def assert_money(rows):
    declared = rows.exclude(declared_on=None).filter(amend_kind="")
    assert not declared.filter(value_cny=None).exists()
    paid = declared.filter(direction="I", trade_mode="0110", tax_cny__gt=0).count()
    assert paid > 400
    for row in declared.order_by("pk")[:200]:
        values = [line.value_cny for line in row.goods.all()]
        assert row.value_cny == sum(values)
    assert not rows.filter(state="tax_due").exclude(tax_cny__gt=Decimal(0)).exists()


def assert_mail(book):
    receipts = Receipt.objects.filter(book=book)
    assert receipts.filter(state="unmatched").count() == 1
    assert receipts.filter(state="unreadable").count() == 1
    assert Message.objects.filter(declaration__book=book, state="failed").count() == 1
    assert receipts.filter(state="applied").count() > 9_000
    channels = set(receipts.values_list("channel", flat=True))
    assert {"L", "J", "T", "C", "P", "R", "E", "D", "H", "SpK"} <= channels
    assert channels <= {*TARGETS, FAILED, ""}


def assert_reference(book):
    month = TODAY.replace(day=1)
    rates = AssessmentRate.objects.all()
    assert rates.count() == editions.MONTHS * len(editions.CURRENCIES)
    assert not rates.filter(approved_by_id=F("entered_by_id")).exists()
    assert not rates.filter(approved_at=None).exists()
    assert reference_on(TODAY).exchange_rate("USD", month) is not None
    states = Counter(Edition.objects.exclude(loaded_by_id=0).values_list("kind", "state"))
    assert states == {
        ("tariff", "effective"): 1, ("tariff", "reviewed"): 1, ("measures", "loaded"): 1,
    }  # fmt: skip
    lately, before = reference_on(TODAY), reference_on(TODAY - dt.timedelta(days=30))
    assert str(lately.tariff("8482102000").mfn) == "7"
    assert str(before.tariff("8482102000").mfn) == "8"
    assert lately.tariff("8482102000").is_demo


def assert_what_the_demo_brought_is_taken_back(book):
    members = list(User.objects.filter(memberships__book=book).values_list("pk", flat=True))
    editions.take_back(members)
    assert not AssessmentRate.objects.exists()
    assert not Edition.objects.exclude(loaded_by_id=0).exists()
    assert str(reference_on(TODAY).tariff("8482102000").mfn) == "8"


def test_the_reference_data_of_a_real_company_is_left_alone(db):
    assert editions.may_write()
    people.create_book(company="真实公司", code="01", name="真实公司")
    assert not editions.may_write()


@pytest.mark.parametrize("day", [dt.date(2026, 11, 23), dt.date(2027, 3, 1)])
def test_the_same_day_gives_the_same_shipments(day):
    data = generate.generate(generate.SEED, day)
    first, again = (choose(Random(SEED), data, day) for _ in range(2))
    assert first == again
    assert len(first[0]) == 1_880
    assert len(first[1]) > 90
