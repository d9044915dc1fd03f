"""``guanzhang worker``: the worker as a process of its own, beside ``serve --no-worker``."""

from __future__ import annotations

import argparse
import signal
import threading
from types import FrameType

from django.utils.translation import gettext as _

from guanzhang.cli.readiness import is_ready
from guanzhang.config.wiring import JOBS, LISTENERS, REGULAR
from guanzhang.work.services import work_until


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: it takes its settings from the environment."""


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 - the shape of a command
    if not is_ready():
        return 1
    stop = threading.Event()

    def finish(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    print(_("作业程序正在运行。停止：Ctrl+C"), flush=True)
    work_until(stop, JOBS, LISTENERS, REGULAR)
    print(_("已停止。"))
    return 0
