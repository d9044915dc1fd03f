"""Each (event, listener) takes effect exactly once, whatever fails on the way."""

import dataclasses
import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from guanzhang.trail.delivery import deliver_events, retry_delivery
from guanzhang.trail.models import Counter, Delivery, Event
from guanzhang.trail.queries import failed_deliveries
from guanzhang.trail.services import announce, next_number


@dataclasses.dataclass(frozen=True)
class PartyChanged:
    party_id: int
    fields: tuple[str, ...] = ()


PartyChanged.__module__ = "guanzhang.parties.events"
KIND = "parties.PartyChanged"


class Clock:
    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now

    def pass_(self, **span):
        self.now += dt.timedelta(**span)


@pytest.fixture
def clock(now):
    return Clock(now)


def announce_one(now, party_id=5):
    with transaction.atomic():
        return announce(7, PartyChanged(party_id, ("name",)), now=now)


def effects():
    """How often the listener below has taken effect in the database."""
    return dict(
        Counter.objects.filter(series__startswith="effect").values_list("series", "last")
    )


def listener(name, failures=0):
    """Writes one row's worth of effect, then fails the first ``failures`` times."""
    left = [failures]

    def call(book_id, payload):
        next_number(book_id, f"effect-{name}-{payload['party_id']}")
        if left[0]:
            left[0] -= 1
            raise ConnectionError("对方没有回答")

    return call


def test_an_event_reaches_every_listener_once_with_its_payload(db, clock):
    announce_one(clock.now)
    seen = []
    listeners = {
        KIND: (
            ("a", lambda book, payload: seen.append(("a", book, payload))),
            ("b", lambda book, payload: seen.append(("b", book, payload))),
        )
    }
    payload = {"party_id": 5, "fields": ["name"]}
    assert deliver_events(listeners, clock) == 2
    assert deliver_events(listeners, clock) == 0
    assert seen == [("a", 7, payload), ("b", 7, payload)]


def test_a_rolled_back_event_never_happened(db, clock):
    with transaction.atomic():
        announce(7, PartyChanged(5), now=clock.now)
        transaction.set_rollback(True)
    assert not Event.objects.exists()


@pytest.mark.parametrize("failures", [1, 2, 7])
def test_a_listener_that_fails_takes_effect_once_in_the_end(db, clock, failures):
    announce_one(clock.now)
    listeners = {KIND: (("weak", listener("weak", failures)), ("strong", listener("strong")))}
    for attempt in range(failures):
        deliver_events(listeners, clock)
        assert effects() == {"effect-strong-5": 1}, "the failed try left something behind"
        failed = failed_deliveries(7).get()
        assert (failed.attempts, failed.error) == (attempt + 1, "ConnectionError: 对方没有回答")
        assert deliver_events(listeners, clock) == 0, "it must wait before the next try"
        clock.pass_(seconds=2**attempt)
    assert deliver_events(listeners, clock) == 1
    clock.pass_(days=1)
    assert deliver_events(listeners, clock) == 0
    assert effects() == {"effect-weak-5": 1, "effect-strong-5": 1}
    assert not failed_deliveries(7).exists()


def test_a_failing_event_does_not_hold_up_the_next_one(db, clock):
    announce_one(clock.now, 1)
    announce_one(clock.now, 2)

    def picky(book_id, payload):
        if payload["party_id"] == 1:
            raise ValueError("不要一号")
        next_number(book_id, "effect-2")

    deliver_events({KIND: (("picky", picky),)}, clock)
    assert effects() == {"effect-2": 1}


def test_the_wait_never_exceeds_an_hour(db, clock):
    announce_one(clock.now)
    deliver_events({KIND: (("weak", listener("weak", 99)),)}, clock)
    Delivery.objects.update(attempts=4000, next_try_at=clock.now)
    deliver_events({KIND: (("weak", listener("weak", 99)),)}, clock)
    assert Delivery.objects.get().next_try_at == clock.now + dt.timedelta(hours=1)


def test_a_person_can_have_it_tried_at_once(db, clock):
    announce_one(clock.now)
    listeners = {KIND: (("weak", listener("weak", 1)),)}
    deliver_events(listeners, clock)
    failed = failed_deliveries(7).get()
    assert not retry_delivery(8, failed.pk, now=clock.now), "another book's delivery"
    assert retry_delivery(7, failed.pk, now=clock.now)
    deliver_events(listeners, clock)
    assert effects() == {"effect-weak-5": 1}
    assert not retry_delivery(7, failed.pk, now=clock.now), "it is done"


def test_a_listener_that_was_removed_stays_visible(db, clock):
    announce_one(clock.now)
    deliver_events({KIND: (("gone", listener("gone", 1)),)}, clock)
    clock.pass_(hours=1)
    deliver_events({}, clock)
    assert "no longer has gone" in failed_deliveries(7).get().error


def test_two_kinds_may_use_one_name_for_different_listeners(db, clock):
    announce_one(clock.now)
    listeners = {
        KIND: (("desk", listener("right")),),
        "other.Kind": (("desk", listener("wrong")),),
    }
    deliver_events(listeners, clock)
    assert effects() == {"effect-right-5": 1}


def test_an_event_nobody_waits_for_is_not_looked_at_again(db, clock, django_assert_num_queries):
    announce_one(clock.now)
    assert deliver_events({}, clock) == 0
    assert Event.objects.get().is_planned
    with django_assert_num_queries(2):
        deliver_events({}, clock)


@pytest.mark.django_db(transaction=True)
def test_four_workers_deliver_each_event_once(clock):
    for number in range(25):
        announce_one(clock.now, number)
    listeners = {KIND: (("a", listener("a")), ("b", listener("b")))}
    start = threading.Barrier(4)

    def worker():
        start.wait()
        while deliver_events(listeners, clock, limit=7):
            pass
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert effects() == {f"effect-{name}-{n}": 1 for name in "ab" for n in range(25)}
