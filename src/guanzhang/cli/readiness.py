"""What must hold before a server or a worker starts."""

from __future__ import annotations

import sys

from django.utils.translation import gettext as _

from guanzhang.ops import health
from guanzhang.org import queries as org


def is_ready() -> bool:
    """Whether database and program fit together and there is a company; says what to do if not."""
    if pending := health.pending_migrations():
        text = _(
            "数据库结构比程序旧（%(count)s 个迁移未执行，第一个是 %(first)s），没有启动。\n"
            "请先运行：guanzhang init"
        )
        print(text % {"count": len(pending), "first": pending[0]}, file=sys.stderr)
        return False
    if newer := health.unknown_migrations():
        text = _(
            "数据库结构比程序新（如 %(first)s），没有启动。\n"
            "旧程序会损坏新数据，请换用新版本的程序。"
        )
        print(text % {"first": newer[0]}, file=sys.stderr)
        return False
    if org.the_book() is None:
        text = _("还没有公司，没有启动。\n新建公司：guanzhang init    先看演示：guanzhang demo")
        print(text, file=sys.stderr)
        return False
    for each in health.durability():
        if not each.is_good:
            text = _(
                "警告：数据库的 %(name)s 是 %(live)s，断电时可能丢失已保存的数据；应为 %(wanted)s"
            )
            facts = {"name": each.name, "live": each.live, "wanted": each.wanted}
            print(text % facts, file=sys.stderr)
    return True
