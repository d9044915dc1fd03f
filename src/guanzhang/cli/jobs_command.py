"""``guanzhang jobs list|cancel|retry``."""

from __future__ import annotations

import argparse
import sys

from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.work import queries, services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list | cancel | retry")
    listed = verbs.add_parser("list", help=_("排队和进行中的作业"))
    listed.add_argument("--all", action="store_true", help=_("也列出最近结束的"))
    for name, purpose in (
        ("cancel", _("取消一个作业")),
        ("retry", _("重试失败或已取消的作业")),
    ):
        verb = verbs.add_parser(name, help=purpose)
        verb.add_argument("job", type=int, help=_("作业号"))


def run(options: argparse.Namespace) -> int:
    if options.verb == "list":
        return show(with_ended=options.all)
    job = queries.job(options.job)
    if job is None:
        print(_("没有作业 %(job)s") % {"job": options.job}, file=sys.stderr)
        return 1
    if options.verb == "retry":
        services.retry_job(job.pk)
        print(_("已重新排队：%(title)s") % {"title": job.title})
        return 0
    if job.finished_at:
        text = _("作业 %(job)s 已经结束（%(state)s），不能取消")
        print(text % {"job": job.pk, "state": job.get_state_display()}, file=sys.stderr)
        return 1
    services.cancel_job(job.pk, now=timezone.now())
    print(_("已取消，或将在下一步停下：%(title)s") % {"title": job.title})
    return 0


def show(*, with_ended: bool) -> int:
    jobs = list(queries.recent()[:50] if with_ended else queries.queue())
    if not jobs:
        print(_("没有作业"))
    for job in jobs:
        done = f"{job.done}/{job.total}" if job.total else str(job.done or "")
        when = timezone.localtime(job.created_at).strftime("%Y-%m-%d %H:%M")
        line = f"{job.pk:>6}  {job.get_state_display()}  {when}  {job.title}  {done}  {job.step or job.error}"
        print(line.rstrip())
    return 0
