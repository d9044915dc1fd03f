import datetime as dt

from django.db import transaction

from guanzhang.classification import handlers, services
from guanzhang.kernel.actor import system_actor
from guanzhang.work.models import Job


def queued(book):
    return list(
        Job.objects.filter(book_id=book.pk, kind=handlers.RUN).values_list("state", flat=True)
    )


def test_the_days_run_is_queued_once_and_again_the_next_day(cast, now):
    actor = system_actor(cast.book.pk)
    services.install_starter_schemes(actor, now=now)
    handlers.classify_daily(now)
    handlers.classify_daily(now + dt.timedelta(minutes=1))
    assert queued(cast.book) == ["queued"]
    services.run_schemes(actor, as_of=now.date(), now=now)
    Job.objects.update(state="done")
    handlers.classify_daily(now + dt.timedelta(hours=2))
    assert queued(cast.book) == ["done"]
    handlers.classify_daily(now + dt.timedelta(days=1))
    assert sorted(queued(cast.book)) == ["done", "queued"]


def test_a_run_that_failed_is_not_queued_again_every_minute(cast, now):
    services.install_starter_schemes(system_actor(cast.book.pk), now=now)
    handlers.classify_daily(now)
    Job.objects.update(state="failed")
    handlers.classify_daily(now + dt.timedelta(minutes=1))
    assert queued(cast.book) == ["failed"]


def test_a_book_without_schemes_is_left_alone(cast, now):
    handlers.classify_daily(now)
    with transaction.atomic():
        handlers.reclassify(cast.other_book.pk, {})
    assert queued(cast.book) == queued(cast.other_book) == []


def test_many_changes_queue_one_run(cast, now):
    services.install_starter_schemes(system_actor(cast.book.pk), now=now)
    for _ in range(5):
        handlers.reclassify(cast.book.pk, {})
    assert queued(cast.book) == ["queued"]
