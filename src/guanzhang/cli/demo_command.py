"""``guanzhang demo``: the demo company, ready to look at."""

from __future__ import annotations

import argparse

from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.cli import serve_command
from guanzhang.demo import services
from guanzhang.ops.lists import role_names
from guanzhang.org import queries as org
from guanzhang.org.domain.demo import PASSWORD


def add_arguments(parser: argparse.ArgumentParser) -> None:
    serve_command.add_arguments(parser)
    parser.add_argument("--no-serve", action="store_true", help=_("只装入，不启动网站"))
    parser.add_argument("--wipe", action="store_true", help=_("删除演示公司及其全部数据"))


def run(options: argparse.Namespace) -> int:
    """Load the demo company if it is not there, say how to log in, and serve."""
    will_serve = not (options.no_serve or options.wipe)
    if will_serve and not serve_command.is_free(options.host, options.port):
        return 1
    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    if options.wipe:
        deleted = services.wipe_demo(now=now)
        print(_("已删除演示公司，共 %(count)s 行。") % {"count": f"{deleted:,}"})
        return 0
    if not services.has_demo():
        print(_("正在装入演示公司，不到一分钟…"), flush=True)
    book = services.load_demo(today=timezone.localdate(now), now=now, progress=tell)
    print(
        _("演示公司：%(company)s。所有登录的密码都是 %(password)s")
        % {
            "company": book.company.name,
            "password": PASSWORD,
        }
    )
    for member in org.memberships(book.pk):
        print(f"  {member.user.username:<12} {member.user.name}  {role_names(member)}")
    return serve_command.run(options) if will_serve else 0


def tell(done: int, total: int, step: str) -> None:
    print(f"  [{done}/{total}] {step}", flush=True)
