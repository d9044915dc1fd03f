"""Every reading of the health page in each of its states."""

import contextlib
import datetime as dt
from typing import NamedTuple

import pytest
from django.db import OperationalError, connection

from guanzhang.classification import services as classification
from guanzhang.kernel.actor import system_actor
from guanzhang.ops import health
from guanzhang.ops.health import State
from guanzhang.ops.views import health as views
from guanzhang.work.services import enqueue_job, work_once


def reading(cast, now, label):
    return next(r for r in health.readings(cast.actor("admin"), now) if r.label == label)


def test_all_readings_are_made(cast, now):
    labels = [r.label for r in health.readings(cast.actor("admin"), now)]
    assert labels[:7] == [
        "数据库",
        "断电保护",
        "数据库结构",
        "磁盘",
        "作业队列",
        "业务事件",
        "留痕链",
    ]


def test_the_database_is_named_with_its_version(cast, now):
    name = {"sqlite": "SQLite 3.", "postgresql": "PostgreSQL "}[connection.vendor]
    assert reading(cast, now, "数据库").value.startswith(name)


GOOD = {
    "sqlite": ({"journal_mode": "wal", "synchronous": "2"}, {"synchronous": "1"}),
    "postgresql": (
        {"fsync": "on", "synchronous_commit": "remote_apply", "full_page_writes": "on"},
        {"fsync": "off"},
    ),
}


@pytest.mark.parametrize("vendor", GOOD)
def test_durability_is_judged(now, monkeypatch, vendor):
    """The database's answers are given here; what it really answers is the next test."""
    good, worse = GOOD[vendor]
    answers = dict(good)

    class Database:
        def cursor(self):
            return contextlib.nullcontext(self)

        def execute(self, sql):
            self.name = sql.split()[1]

        def fetchone(self):
            return (answers[self.name],)

    database = Database()
    database.vendor = vendor
    monkeypatch.setattr(health, "connection", database)
    assert {each.name: each.live for each in health.durability()} == good
    assert health._durable(system_actor(1), now).state is State.GOOD
    answers.update(worse)
    bad = health._durable(system_actor(1), now)
    assert bad.state is State.BAD
    name, wanted = next(iter(worse)), {"sqlite": "2", "postgresql": "on"}[vendor]
    assert bad.advice == f"断电时可能丢失已保存的数据；应为 {name}={wanted}"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the server decides on PostgreSQL")
def test_sqlite_keeps_commits_through_a_power_cut(db):
    live = {d.name: d.live for d in health.durability()}
    assert live == {"journal_mode": "wal", "synchronous": "2"}


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("free", "state"),
    [(50, State.GOOD), (20, State.GOOD), (19, State.WARN), (5, State.WARN), (4, State.BAD)],
)
def test_the_disk(cast, now, monkeypatch, free, state):
    usage = Usage(100 * 2**30, (100 - free) * 2**30, free * 2**30)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _path: usage)
    found = reading(cast, now, "磁盘")
    assert (found.state, found.value) == (state, f"剩余 {free}.0 GB，{free}%")


@pytest.mark.parametrize(("minutes", "state"), [(5, State.GOOD), (6, State.WARN)])
def test_a_job_that_waits_too_long(cast, now, minutes, state):
    enqueue_job(cast.actor("sales"), "x", "等", now=now)
    found = reading(cast, now + dt.timedelta(minutes=minutes), "作业队列")
    assert (found.state, found.value) == (
        state,
        f"1 个作业在排队或进行；最久已等 {minutes} 分钟",
    )


def test_an_unknown_chain_is_not_a_good_one(cast, now):
    assert reading(cast, now, "留痕链").state is State.UNKNOWN


@pytest.mark.parametrize(
    ("result", "age", "state"),
    [
        ({"intact": True, "text": "好"}, 0, State.GOOD),
        ({"intact": True, "text": "好"}, 31, State.WARN),
        ({"intact": False, "text": "第 3 条不符"}, 0, State.BAD),
    ],
)
def test_the_last_verification(cast, now, result, age, state):
    enqueue_job(cast.actor("admin"), health.VERIFY, "校验", now=now)
    work_once({health.VERIFY: lambda _job: result}, {}, lambda: now)
    assert reading(cast, now + dt.timedelta(days=age), "留痕链").state is state


def test_pending_migrations_are_named(cast, now, monkeypatch):
    monkeypatch.setattr(health, "pending_migrations", lambda: ["org.0002_more"])
    found = reading(cast, now, "数据库结构")
    assert (found.state, found.value) == (State.BAD, "1 个迁移未执行")
    assert "guanzhang init" in found.advice
    assert "org.0002_more" in found.advice


def test_nothing_is_pending_in_the_test_database(db):
    assert health.pending_migrations() == []


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        ([], "good"),
        ([State.GOOD, State.UNKNOWN], "good"),
        ([State.GOOD, State.WARN], "warn"),
        ([State.WARN, State.BAD, State.GOOD], "bad"),
    ],
)
def test_the_whole_is_as_good_as_its_worst_part(states, worst):
    assert health.worst([health.Reading("x", "y", state) for state in states]) == worst


def test_healthz_answers_anybody_and_says_nothing(db, client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_healthz_is_503_without_a_database(db, client, monkeypatch):
    class Away:
        def cursor(self):
            raise OperationalError("connection refused at 10.0.0.5")

    monkeypatch.setattr(views, "connection", Away())
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"database unreachable")


def test_nothing_computed_yet_is_unknown_not_good(cast, now):
    assert reading(cast, now, "数据快照").state is State.UNKNOWN
    assert reading(cast, now, "客户分类").state is State.UNKNOWN


def test_the_age_of_snapshot_and_classification(cast, now):
    actor = system_actor(cast.book.pk)
    classification.install_starter_schemes(actor, now=now)
    classification.run_schemes(actor, as_of=now.date(), now=now)
    for hours, state, text in ((1, State.GOOD, "1 小时前"), (49, State.WARN, "2 天前")):
        later = now + dt.timedelta(hours=hours)
        found = reading(cast, later, "客户分类")
        assert (found.state, found.value) == (state, f"最旧的结果 {text}，截至 2026-11-23")
        snapshot = reading(cast, later, "数据快照")
        assert (snapshot.state, snapshot.value) == (State.GOOD, f"{text}，0 家客户，0 笔交易")
