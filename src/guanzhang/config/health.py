"""Checks of the health page that need modules above it: how old are snapshot and classification?"""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from guanzhang.analytics import queries as analytics
from guanzhang.classification import queries as classification
from guanzhang.kernel.actor import Actor
from guanzhang.ops.health import Reading, State

OLD = dt.timedelta(days=2)


def snapshot_age(actor: Actor, now: dt.datetime) -> Reading:
    """The newest frozen input of figures and grades."""
    newest = next(iter(analytics.snapshots(actor.book_id)), None)
    if newest is None:
        advice = _("第一次运行分类时会自动建立")
        return Reading(_("数据快照"), _("还没有"), State.UNKNOWN, advice)
    value = _("%(age)s，%(parties)s 家客户，%(transactions)s 笔交易") % {
        "age": _age(now - newest.created_at),
        "parties": f"{newest.parties:,}",
        "transactions": f"{newest.transactions:,}",
    }
    return Reading(_("数据快照"), value)


def classification_age(actor: Actor, now: dt.datetime) -> Reading:
    """The oldest among the newest runs of the schemes in force: a figure may be that old."""
    schemes = list(classification.schemes(actor).filter(is_active=True))
    runs = classification.latest_runs(schemes)
    url = reverse("schemes")
    if not runs:
        advice = _("在“分类方案”发布一个方案，或安装起步方案")
        return Reading(_("客户分类"), _("还没有运行"), State.UNKNOWN, advice, url)
    oldest = min(runs.values(), key=lambda run: run.created_at)
    age = now - oldest.created_at
    value = _("最旧的结果 %(age)s，截至 %(day)s") % {"age": _age(age), "day": oldest.as_of}
    if age > OLD:
        advice = _("在“分类方案”点“重新分类”，并查看作业是否失败")
        return Reading(_("客户分类"), value, State.WARN, advice, url)
    return Reading(_("客户分类"), value, url=url)


def _age(age: dt.timedelta) -> str:
    if age < dt.timedelta(hours=1):
        return _("%(n)s 分钟前") % {"n": int(age.total_seconds() // 60)}
    if age < dt.timedelta(days=1):
        return _("%(n)s 小时前") % {"n": int(age.total_seconds() // 3600)}
    return _("%(n)s 天前") % {"n": age.days}
