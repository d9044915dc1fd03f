"""Is the installation well? Each check is a ``Reading``; other modules add theirs in wiring.HEALTH."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanzhang.kernel.actor import Actor
from guanzhang.trail import queries as trail
from guanzhang.web.wired import wired
from guanzhang.work import queries as work

VERIFY = "trail.verify"  # the job kind
FREE_WARN, FREE_BAD = 0.20, 0.05  # of the disk
WAITS_WARN = dt.timedelta(minutes=5)


class State(StrEnum):
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reading:
    """One line of the health page. ``advice`` says what to do when the state is not good."""

    label: str | Promise
    value: str
    state: State = State.GOOD
    advice: str = ""
    url: str = ""


Check = Callable[[Actor, dt.datetime], Reading]


def readings(actor: Actor, now: dt.datetime) -> list[Reading]:
    """All checks, ours first, then those of the modules above."""
    others: tuple[Check, ...] = wired("HEALTH")
    ours = (_database, _durable, _migrations, _disk, _queue, _failures, _chain)
    return [check(actor, now) for check in (*ours, *others)]


@dataclass(frozen=True, slots=True)
class Durability:
    """One setting of the database that keeps a commit through a power cut."""

    name: str
    live: str
    wanted: str
    is_good: bool


def durability() -> list[Durability]:
    """What the database really does, asked of the database."""
    if connection.vendor == "sqlite":
        ask, wanted = "PRAGMA {}", {"journal_mode": ("wal",), "synchronous": ("2", "3")}
    else:
        on = ("on", "local", "remote_write", "remote_apply")
        ask, wanted = (
            "SHOW {}",
            dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), on),
        )
    found = []
    with connection.cursor() as cursor:
        for name, good in wanted.items():
            cursor.execute(ask.format(name))
            live = str(cursor.fetchone()[0])
            found.append(Durability(name, live, good[0], live in good))
    return found


def pending_migrations() -> list[str]:
    """ "module.0002_name" of every migration that has not been run."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def unknown_migrations() -> list[str]:
    """Migrations in the database that this program does not have: it is older than its data."""
    loader = MigrationExecutor(connection).loader
    ours = loader.migrated_apps
    return [
        f"{app}.{name}"
        for app, name in sorted(loader.applied_migrations)
        if app in ours and (app, name) not in loader.disk_migrations
    ]


def _database(_actor: Actor, _now: dt.datetime) -> Reading:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            name = "SQLite"
        else:
            cursor.execute("SHOW server_version")
            name = "PostgreSQL"
        return Reading(_("数据库"), f"{name} {cursor.fetchone()[0]}")


def _durable(_actor: Actor, _now: dt.datetime) -> Reading:
    found = durability()
    shown = " · ".join(f"{each.name}={each.live}" for each in found)
    if all(each.is_good for each in found):
        return Reading(_("断电保护"), shown)
    wanted = " · ".join(f"{each.name}={each.wanted}" for each in found if not each.is_good)
    advice = _("断电时可能丢失已保存的数据；应为 %(wanted)s") % {"wanted": wanted}
    return Reading(_("断电保护"), shown, State.BAD, advice)


def _migrations(_actor: Actor, _now: dt.datetime) -> Reading:
    pending = pending_migrations()
    if pending:
        advice = _("请在服务器上运行 guanzhang init：%(names)s") % {
            "names": _("、").join(pending)
        }
        text = _("%(count)s 个迁移未执行") % {"count": len(pending)}
        return Reading(_("数据库结构"), text, State.BAD, advice)
    if newer := unknown_migrations():
        advice = _("程序比数据旧，请换回新版本的程序：%(names)s") % {
            "names": _("、").join(newer)
        }
        return Reading(_("数据库结构"), _("比程序新"), State.BAD, advice)
    return Reading(_("数据库结构"), _("与程序一致"))


def _disk(_actor: Actor, _now: dt.datetime) -> Reading:
    usage = shutil.disk_usage(settings.HOME)
    share = usage.free / usage.total
    value = _("剩余 %(free).1f GB，%(share).0f%%") % {
        "free": usage.free / 2**30,
        "share": share * 100,
    }
    if share < FREE_BAD:
        return Reading(_("磁盘"), value, State.BAD, _("磁盘写满后无法保存；请立即清理或扩容"))
    if share < FREE_WARN:
        return Reading(_("磁盘"), value, State.WARN, _("请尽快清理或扩容"))
    return Reading(_("磁盘"), value)


def _queue(_actor: Actor, now: dt.datetime) -> Reading:
    count, since = work.queue().count(), work.oldest_waiting()
    value = ngettext("%(count)s 个作业在排队或进行", "%(count)s 个作业在排队或进行", count) % {
        "count": count
    }
    if since is None:
        return Reading(_("作业队列"), value)
    minutes = int((now - since).total_seconds() // 60)
    value += _("；最久已等 %(minutes)s 分钟") % {"minutes": minutes}
    if now - since > WAITS_WARN:
        advice = _(
            "没有作业程序在运行，或前面的作业太长；请检查 guanzhang serve 或 guanzhang worker"
        )
        return Reading(_("作业队列"), value, State.WARN, advice)
    return Reading(_("作业队列"), value)


def _failures(actor: Actor, _now: dt.datetime) -> Reading:
    count = trail.failed_deliveries(actor.book_id).count()
    if count:
        text = _("%(count)s 条业务事件处理失败") % {"count": count}
        return Reading(_("业务事件"), text, State.WARN, _("原因见下方，可立即重试"))
    return Reading(_("业务事件"), _("没有失败"))


def _chain(actor: Actor, now: dt.datetime) -> Reading:
    last = work.jobs_of_book(actor.book_id).filter(kind=VERIFY, state="done").first()
    if last is None:
        return Reading(_("留痕链"), _("从未校验"), State.UNKNOWN, _("在“留痕”页点“校验”"))
    result = last.result or {}
    days = (now - last.finished_at).days if last.finished_at else 0
    if not result.get("intact"):
        return Reading(
            _("留痕链"), str(result.get("text", "")), State.BAD, _("请立即联系审计员")
        )
    value = _("%(days)s 天前校验：%(text)s") % {"days": days, "text": result.get("text", "")}
    return Reading(_("留痕链"), value, State.WARN if days > 30 else State.GOOD)


def worst(found: list[Reading]) -> Literal["good", "warn", "bad"]:
    """The state of the whole."""
    states = {reading.state for reading in found}
    return "bad" if State.BAD in states else "warn" if State.WARN in states else "good"


def problems(found: list[Reading]) -> Iterator[Reading]:
    return (reading for reading in found if reading.state in (State.WARN, State.BAD))
