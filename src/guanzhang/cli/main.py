"""``guanzhang``: the command line. Thin: every command calls the service a page calls.

Exit codes: 0 done, 1 refused or not possible, 2 wrong usage. Chinese, unless the locale is English.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

import django
from django.core.management import execute_from_command_line
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from guanzhang.kernel.problem import Refused

# name → (module with add_arguments(parser) and run(options) -> exit code, help)
COMMANDS = {
    "init": ("guanzhang.cli.init_command", lazy("建库或升级，建立第一家公司和管理员")),
    "serve": ("guanzhang.cli.serve_command", lazy("启动网站和作业程序")),
    "worker": ("guanzhang.cli.worker_command", lazy("单独运行作业程序")),
    "demo": ("guanzhang.cli.demo_command", lazy("装入演示公司并启动")),
    "import": ("guanzhang.cli.import_command", lazy("导入文件")),
    "check": ("guanzhang.cli.check_command", lazy("检查报关单报文或工作簿")),
    "tax": ("guanzhang.cli.tax_command", lazy("计算报关单的税款，列出计算过程")),
    "classify": ("guanzhang.cli.classify_command", lazy("运行分类，说明原因")),
    "trail": ("guanzhang.cli.trail_command", lazy("校验留痕链")),
    "jobs": ("guanzhang.cli.jobs_command", lazy("查看、取消、重试作业")),
    "manage": ("", lazy("Django 的管理命令，供开发和维护")),
}


class Parser(argparse.ArgumentParser):
    """Says how to go on after a wrong use."""

    def error(self, message: str) -> NoReturn:
        hint = _("用法有误：%(message)s\n查看用法：%(command)s --help") % {
            "message": message,
            "command": self.prog,
        }
        self.exit(2, f"{hint}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanzhang.config.settings")
    django.setup()
    if given[:1] == ["manage"]:
        execute_from_command_line(["guanzhang manage", *given[1:]])
        return 0
    with translation.override(language()):
        options = parser_for(given).parse_args(given)
        run = importlib.import_module(COMMANDS[options.command][0]).run
        try:
            code: int = run(options)
        except Refused as refused:
            english = translation.get_language() == "en"
            for problem in refused.problems:
                print(
                    problem.kind.code,
                    problem.message("en" if english else "zh"),
                    file=sys.stderr,
                )
            return 1
        except DatabaseError as error:
            text = _("数据库不能用：%(error)s\n新装或升级后请先运行 guanzhang init。")
            print(text % {"error": str(error).strip()}, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
        return code


def language() -> str:
    """English for people whose locale is English, otherwise Chinese."""
    chosen = next(
        (
            os.environ[name]
            for name in ("LC_ALL", "LC_MESSAGES", "LANG")
            if os.environ.get(name)
        ),
        "",
    )
    return "en" if chosen.startswith("en") else "zh-hans"


def parser_for(given: Sequence[str]) -> Parser:
    """All commands by name; the arguments of only the one that is asked for, so that it starts fast."""
    parser = Parser(prog="guanzhang", description=_("关账：报关、记账与客户分类"))
    parser.add_argument(
        "--version", action="version", version=f"guanzhang {version('guanzhang')}"
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar=_("命令"), title=_("命令")
    )
    asked = next((word for word in given if not word.startswith("-")), "")
    for name, (module, purpose) in COMMANDS.items():
        command = commands.add_parser(name, help=str(purpose), description=str(purpose))
        if name == asked:
            importlib.import_module(module).add_arguments(command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
