import pytest
from django.db import DatabaseError, connection, transaction

from guanzhang.kernel.actor import system_actor
from guanzhang.trail import queries, services
from guanzhang.trail.models import AuditRecord


def write(book_id, action, now, **facts):
    with transaction.atomic():
        return services.record(system_actor(book_id), action, now=now, **facts)


def test_records_are_numbered_without_gaps_and_chained(db, now):
    first = write(7, "party.created", now, label="恒通", changes={"name": [None, "恒通"]})
    second = write(7, "party.updated", now, label="恒通")
    assert (first.sequence, second.sequence) == (1, 2)
    assert second.previous == first.digest
    assert queries.verify(7) == (2, None)


def test_a_rolled_back_record_leaves_no_gap(db, now):
    with pytest.raises(RuntimeError), transaction.atomic():
        services.record(system_actor(7), "party.created", now=now)
        raise RuntimeError
    assert write(7, "party.created", now).sequence == 1


@pytest.mark.parametrize("statement", ["UPDATE trail_auditrecord SET reason='x'", "DELETE FROM trail_auditrecord"])
def test_the_database_refuses_to_change_a_record(db, now, statement):
    write(7, "party.created", now)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_verify_names_the_record_that_was_tampered_with(db, now):
    for _ in range(3):
        write(7, "party.updated", now)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER trail_auditrecord_no_update")
        else:
            cursor.execute("ALTER TABLE trail_auditrecord DISABLE TRIGGER USER")
    AuditRecord.objects.filter(sequence=2).update(actor_name="别人")
    good, fault = queries.verify(7)
    assert good == 1
    assert fault.sequence == 2
