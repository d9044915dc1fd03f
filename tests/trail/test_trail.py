import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from guanzhang.kernel.actor import system_actor
from guanzhang.trail import queries, services
from guanzhang.trail.models import AuditRecord, Counter


def write(book_id, action, now, **facts):
    with transaction.atomic():
        return services.record(system_actor(book_id), action, now=now, **facts)


def test_records_are_numbered_without_gaps_and_chained(db, now):
    first = write(7, "party.created", now, label="恒通", changes={"name": [None, "恒通"]})
    second = write(7, "party.updated", now, label="恒通")
    assert (first.sequence, second.sequence) == (1, 2)
    assert second.previous == first.digest
    assert queries.verify(7) == (2, None)


# jsonb turns 1e20 into an integer and refuses NUL; the digest must survive what the database does.
HOSTILE = {
    "none": None,
    "yes": True,
    "whole": 2**70,
    "large": 1e20,
    "tenth": 0.1,
    "money": Decimal("1E+3"),
    "day": dt.date(2026, 11, 23),
    "set": {"b", "a"},
    "pair": ("1", 2),
    "nul": "a\0b",
    "rare": "𠮷野家\u2028",
    "deep": {1: [{"x": Decimal("0.10")}]},
}


def test_whatever_is_recorded_verifies_after_the_database_gave_it_back(db, now):
    write(7, "party.updated", now, label="恒\0通", reason="\0", changes=HOSTILE)
    assert queries.verify(7) == (1, None)
    stored = AuditRecord.objects.get(book_id=7)
    assert stored.changes["money"] == "1000"
    assert stored.changes["set"] == ["a", "b"]
    assert stored.changes["deep"] == {"1": [{"x": "0.10"}]}
    assert stored.object_label == "恒\ufffd通"


def test_changes_between_names_only_what_differs():
    before = {"name": "恒通", "credit": Decimal("1.50"), "same": 1}
    after = {"name": "恒通", "credit": Decimal("2.50"), "same": 1, "new": None}
    assert services.changes_between(before, after) == {"credit": ["1.50", "2.50"]}


def test_books_have_their_own_chains(db, now):
    write(7, "party.created", now)
    write(8, "party.created", now)
    assert queries.chains() == [7, 8]
    assert (queries.verify(7), queries.verify(8)) == ((1, None), (1, None))


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_and_no_twins_under_threads(now):
    """Eight threads, a third of them roll back; what is left is 1 … n and verifies."""

    def clerk(number):
        for turn in range(6):
            with transaction.atomic():
                services.record(system_actor(7), "party.updated", now=now)
                transaction.set_rollback((number + turn) % 3 == 0)
        connection.close()

    threads = [threading.Thread(target=clerk, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert queries.verify(7) == (32, None)


def test_a_rolled_back_record_leaves_no_gap(db, now):
    with transaction.atomic():
        services.record(system_actor(7), "party.created", now=now)
        transaction.set_rollback(True)
    assert write(7, "party.created", now).sequence == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE trail_auditrecord SET reason='x'", "DELETE FROM trail_auditrecord"]
)
def test_the_database_refuses_to_change_a_record(db, now, statement):
    write(7, "party.created", now)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def strip_triggers():
    """What somebody with full rights on the database would do first."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER trail_auditrecord_no_update")
            cursor.execute("DROP TRIGGER trail_auditrecord_no_delete")
        else:
            cursor.execute("ALTER TABLE trail_auditrecord DISABLE TRIGGER USER")


TAMPERING = {
    "actor_name": "别人",
    "actor_id": 99,
    "action": "party.created",
    "object_label": "瑞丰",
    "changes": {"name": ["a", "c"]},
    "reason": "因为",
    "ip": "10.0.0.1",
    "at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    "algorithm": "none",
    "digest": "0" * 64,
    "previous": "0" * 64,
}


@pytest.mark.parametrize("column", TAMPERING)
def test_verify_names_the_record_that_was_tampered_with(db, now, column):
    for _ in range(3):
        write(7, "party.updated", now, label="恒通", changes={"name": ["a", "b"]})
    strip_triggers()
    AuditRecord.objects.filter(sequence=2).update(**{column: TAMPERING[column]})
    good, fault = queries.verify(7)
    assert (good, fault.sequence) == (1, 2)


@pytest.mark.parametrize(
    ("cut", "good"), [([2], 1), ([1], 0), ([3], 2), ([2, 3], 1), ([1, 2, 3], 0)]
)
def test_verify_notices_deleted_records_even_at_the_end(db, now, cut, good):
    for _ in range(3):
        write(7, "party.updated", now)
    strip_triggers()
    AuditRecord.objects.filter(sequence__in=cut).delete()
    found, fault = queries.verify(7)
    assert (found, fault.sequence) == (good, good + 1)


def test_a_cut_end_with_the_counter_turned_back_shows_against_a_noted_head(db, now):
    for _ in range(3):
        write(7, "party.updated", now)
    sequence, digest = queries.head(7)
    assert queries.holds_anchor(7, sequence, digest[:16])
    strip_triggers()
    AuditRecord.objects.filter(sequence=3).delete()
    Counter.objects.filter(book_id=7).update(last=2)
    assert queries.verify(7) == (2, None)  # the chain alone cannot know
    assert not queries.holds_anchor(7, sequence, digest[:16])


def test_a_chain_made_again_without_the_key_does_not_verify(db, now, settings):
    write(7, "party.updated", now)
    settings.TRAIL_KEY = "the key of somebody who has only the database"
    assert queries.verify(7)[0] == 0


def test_a_record_outside_a_transaction_is_a_mistake(transactional_db, now):
    with pytest.raises(AssertionError, match="belongs to the transaction"):
        services.record(system_actor(7), "party.updated", now=now)
