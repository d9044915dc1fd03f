"""Queue, progress, cancellation, retry, notices; and what happens when a worker disappears."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import OperationalError, connection, transaction

from guanzhang.kernel.actor import system_actor
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.trail.services import next_number
from guanzhang.work import queries, services
from guanzhang.work.models import Job, Notice
from guanzhang.work.registry import JobContext
from guanzhang.work.services import (
    LOST_AFTER,
    cancel_job,
    claim_job,
    enqueue_job,
    retry_job,
    run_job,
    work_once,
    work_until,
)

NO_FILE = Kind("TEST-1", Severity.ERROR, "没有文件 {name}", "No file {name}")


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


@pytest.fixture
def queue(cast, now):
    """``queue("kind", n=3)`` → the stored job of 甲."""

    def put(kind="count", **parameters):
        return enqueue_job(cast.actor("sales"), kind, "数一数", now=now, **parameters)

    return put


def run(handlers, clock, stop=None):
    return work_once(handlers, {}, clock, stop)


def test_a_job_runs_with_its_parameters_and_tells_its_owner(queue, clock, cast):
    job = queue(n=3)
    given = []

    def count(context):
        given.append((context.book_id, context.user_id, context.parameters))
        context.progress(1, 3, "第一步")
        context.progress(3, 3)  # within half a second: not written
        return {"counted": 3}

    assert run({"count": count}, clock)
    assert not run({"count": count}, clock)
    user = cast.users["sales"].pk
    assert given == [(cast.book.pk, user, {"n": 3})]
    job.refresh_from_db()
    assert (job.state, job.result, job.step) == ("done", {"counted": 3}, "第一步")
    assert (job.done, job.total, job.attempts) == (3, 3, 1)
    assert job.started_at == job.finished_at == clock.now
    notice = queries.unread_notices(user, cast.book.pk).get()
    assert notice.text == "作业完成：数一数"
    assert notice.link.endswith(f"/{job.pk}/")


def test_the_notice_says_and_leads_where_the_job_says(queue, clock):
    queue()
    run({"count": lambda _context: {"link": "/imports/7/", "notice": "导入完成，7 行"}}, clock)
    notice = Notice.objects.get()
    assert (notice.text, notice.link) == ("导入完成，7 行", "/imports/7/")


def test_the_system_reads_no_notices(cast, clock):
    enqueue_job(system_actor(cast.book.pk), "count", "夜间", now=clock.now)
    run({"count": lambda _context: None}, clock)
    assert not Notice.objects.exists()


def test_a_job_belongs_to_the_transaction_that_wants_it(queue, clock):
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert not run({}, clock)


def test_jobs_run_oldest_first(queue, clock):
    order = []
    for n in (1, 2, 3):
        queue(n=n)
    while run({"count": lambda context: order.append(context.parameters["n"])}, clock):
        pass
    assert order == [1, 2, 3]


def refuse(_context):
    raise Refused([NO_FILE.at("file", name="a.xlsx"), NO_FILE.at("file", name="b.xlsx")])


def crash(_context):
    raise ZeroDivisionError("零")


@pytest.mark.parametrize(
    ("handlers", "error"),
    [
        ({"count": refuse}, "没有文件 a.xlsx；没有文件 b.xlsx"),
        ({"count": crash}, "ZeroDivisionError: 零"),
        ({}, "KeyError: 'count'"),
    ],
)
def test_a_failure_is_kept_and_told(queue, clock, cast, handlers, error):
    job = queue()
    assert run(handlers, clock)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", error)
    assert Notice.objects.get().text == "作业失败：数一数"
    assert not run(handlers, clock), "a failed job is not tried again by itself"


def test_a_queued_job_is_cancelled_at_once(queue, clock):
    job = queue()
    cancel_job(job.pk, now=clock.now)
    job.refresh_from_db()
    assert (job.state, job.finished_at) == ("cancelled", clock.now)
    assert not run({}, clock)


def test_a_running_job_is_cancelled_at_its_next_sign_of_progress(queue, clock):
    job = queue()
    reached = []

    def count(context):
        context.progress(1, 9)
        cancel_job(job.pk, now=clock.now)
        clock.pass_(seconds=1)
        context.progress(2, 9)
        reached.append("beyond")

    run({"count": count}, clock)
    job.refresh_from_db()
    assert (job.state, job.done, reached) == ("cancelled", 2, [])
    assert not Notice.objects.exists(), "who cancels need not be told"


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_a_finished_job_cannot_be_cancelled(queue, clock, state):
    job = queue()
    Job.objects.update(state=state)
    cancel_job(job.pk, now=clock.now)
    job.refresh_from_db()
    assert (job.state, job.cancel_wanted) == (state, False)


def test_a_failed_job_can_be_retried(queue, clock):
    job = queue(n=1)
    run({"count": crash}, clock)
    retry_job(job.pk)
    run({"count": lambda context: dict(context.parameters)}, clock)
    job.refresh_from_db()
    assert (job.state, job.error, job.result, job.attempts) == ("done", "", {"n": 1}, 1)


@pytest.mark.parametrize(
    ("state", "shown"), [("queued", "排队"), ("running", "进行中"), ("done", "完成")]
)
def test_only_failed_and_cancelled_jobs_are_retried(queue, clock, state, shown):
    job = queue()
    Job.objects.update(state=state, attempts=2)
    with pytest.raises(Refused) as refused:
        retry_job(job.pk)
    assert f"作业“数一数”现在是“{shown}”" in refused.value.problems[0].message()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (state, 2)


def test_a_job_without_beats_is_taken_over_and_the_old_run_writes_nothing(queue, clock):
    job = queue()
    first = claim_job(clock)
    clock.pass_(seconds=LOST_AFTER.total_seconds())
    assert claim_job(clock) is None, "three minutes are not over"
    clock.pass_(seconds=1)
    second = claim_job(clock)
    assert (second.pk, second.attempts) == (job.pk, 2)

    def late(context):
        context.progress(1, 1)
        raise AssertionError("the older run went on")

    run_job(first, {"count": late}, clock)
    run_job(first, {"count": lambda _context: {"by": "first"}}, clock)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result) == ("running", 2, None)
    run_job(second, {"count": lambda _context: {"by": "second"}}, clock)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"by": "second"})
    assert Notice.objects.count() == 1


def test_progress_is_a_beat(queue, clock):
    queue()
    claimed = claim_job(clock)
    context = JobContext(claimed.pk, 1, 1, {}, clock, attempt=1)
    for minute in range(10):
        clock.pass_(minutes=1)
        context.progress(minute)
        assert claim_job(clock) is None


def test_a_job_that_breaks_its_worker_three_times_is_given_up(queue, clock):
    job = queue()
    for _ in range(3):
        assert claim_job(clock)
        clock.pass_(minutes=4)
    assert claim_job(clock) is None
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "运行了 3 次都中途中断，已停止重试")
    assert Notice.objects.get().text == "作业失败：数一数"


def test_a_lost_job_that_is_not_wanted_any_more_is_not_run_again(queue, clock):
    job = queue()
    claim_job(clock)
    cancel_job(job.pk, now=clock.now)
    clock.pass_(minutes=4)
    assert claim_job(clock) is None
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_stopping_worker_hands_its_job_back(queue, clock):
    job = queue()
    stop = threading.Event()

    def count(context):
        stop.set()
        context.progress(1)

    run({"count": count}, clock, stop)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)


def test_notices_are_read_per_book(cast, now):
    user = cast.users["sales"].pk
    services.notify(user, cast.book.pk, "字" * 400, now=now)
    services.notify(user, cast.other_book.pk, "别处", now=now)
    assert len(Notice.objects.first().text) == 300
    assert services.read_notices(user, cast.book.pk, now=now) == 1
    assert services.read_notices(user, cast.book.pk, now=now) == 0
    assert queries.unread_notices(user, cast.other_book.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_only_computes_still_beats(queue, clock, monkeypatch):
    monkeypatch.setattr(services, "BEAT", 0.05)
    job = queue()
    seen = []

    def compute(_context):
        for _ in range(100):
            clock.pass_(minutes=1)
            time.sleep(0.05)
            job.refresh_from_db()
            if job.beat_at > job.started_at + dt.timedelta(minutes=3):
                seen.append(job.beat_at)
                break

    run({"count": compute}, clock)
    assert seen


@pytest.mark.django_db(transaction=True)
def test_four_workers_run_each_job_once(cast, queue, clock):
    for n in range(30):
        queue(n=n)
    ran, start = [], threading.Barrier(4)

    def worker():
        start.wait()
        while run({"count": lambda context: ran.append(context.parameters["n"])}, clock):
            pass
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ran) == list(range(30))
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}


def loop_with(regular, handlers):
    """Run the loop until a handler sets ``stop``; at most ten seconds."""
    stop = handlers.pop("stop")
    thread = threading.Thread(target=work_until, args=(stop, handlers, {}, regular, 0.01))
    thread.start()
    thread.join(10)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_the_loop_works_until_it_is_stopped(queue, caplog):
    job, stop = queue(), threading.Event()
    loop_with((), {"stop": stop, "count": lambda _context: stop.set()})
    job.refresh_from_db()
    assert job.state == "done"
    assert not caplog.records


@pytest.mark.django_db(transaction=True)
def test_the_loop_queues_what_is_due_at_once_and_then_once_a_minute(queue):
    stop, asked = threading.Event(), []

    def due(now):
        asked.append(now)
        queue()

    loop_with((due,), {"stop": stop, "count": lambda _context: stop.wait(0.3) or stop.set()})
    assert Job.objects.get().state == "done"
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_a_regular_duty_that_fails_stops_no_job(queue, monkeypatch):
    monkeypatch.setattr(services, "RETRY_SECONDS", 0)
    job, stop = queue(), threading.Event()

    def broken(_now):
        raise ValueError("kaputt")

    loop_with((broken,), {"stop": stop, "count": lambda _context: stop.set()})
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.django_db(transaction=True)
def test_the_end_of_a_job_is_written_even_when_the_database_fails_at_that_moment(
    queue, clock, monkeypatch
):
    monkeypatch.setattr(services, "END_WAITS", (0.0, 0.0))
    job, write, failures = queue(), services._end, [1, 2]

    def end(*given, **outcome):
        if failures.pop() if failures else None:
            raise OperationalError("database is locked")
        write(*given, **outcome)

    monkeypatch.setattr(services, "_end", end)
    run({"count": lambda _context: {"n": 1}}, clock)
    job.refresh_from_db()
    assert (job.state, job.attempts, failures) == ("done", 1, [])


WORKER = """
import sys, threading, time, datetime as dt
import django
from django.conf import settings
database, home, ahead, mode = sys.argv[1:]
settings.DATABASES["default"]["NAME"] = database
django.setup()
from django.db import transaction
from django.utils import timezone
from guanzhang.trail.services import next_number
from guanzhang.work.services import work_once

def count(context):
    with transaction.atomic():
        next_number(context.book_id, "effect")
        print("working", flush=True)
        if mode == "hang":
            time.sleep(60)

clock = lambda: timezone.now() + dt.timedelta(minutes=int(ahead))
work_once({"count": count}, {}, clock)
"""


def start_worker(ahead, mode, home):
    settings = connection.settings_dict
    environment = os.environ | {
        "GUANZHANG_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "guanzhang.config.settings",
    }
    command = [sys.executable, "-c", WORKER, str(settings["NAME"]), str(home), str(ahead), mode]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_nothing_half_done_and_its_job_is_run_again(
    queue, tmp_path, cast
):
    job = queue()
    victim = start_worker(0, "hang", tmp_path)
    assert victim.stdout.readline() == "working\n"
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("running", 1)
    assert start_worker(0, "go", tmp_path).communicate(timeout=60)[0] == "", (
        "it might still live"
    )
    assert start_worker(4, "go", tmp_path).communicate(timeout=60)[0] == "working\n"
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    with transaction.atomic():
        assert next_number(cast.book.pk, "effect") == 2, "the killed run left its number behind"
