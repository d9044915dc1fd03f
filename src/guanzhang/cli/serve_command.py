"""``guanzhang serve``: one process with several threads, and the worker beside them."""

from __future__ import annotations

import argparse
import errno
import ipaddress
import multiprocessing
import os
import socket
import sys

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils.translation import gettext as _
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from guanzhang.cli.readiness import is_ready

THREADS = 4  # Python runs one at a time anyway; these wait for the database
LAST_SECONDS = 30  # a request or job in flight may take this long after SIGTERM


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help=_("监听地址，默认只供本机"))
    parser.add_argument("--port", type=int, default=8000, help=_("端口，默认 8000"))
    parser.add_argument(
        "--no-worker",
        action="store_true",
        help=_("不在本进程里运行作业（另有 guanzhang worker）"),
    )


def run(options: argparse.Namespace) -> int:
    if not is_ready() or not is_free(options.host, options.port):
        return 1
    call_command("collectstatic", interactive=False, verbosity=0)
    connections.close_all()  # the serving process opens its own
    serve(options.host, options.port, with_worker=not options.no_worker)
    return 0


def serve(host: str, port: int, *, with_worker: bool) -> None:
    """Serve until SIGTERM or Ctrl+C; returns when the last request and job have ended."""
    os.environ["GUANZHANG_WORKER"] = "1" if with_worker else "0"
    allow_host(host)
    multiprocessing.set_start_method(
        "spawn", force=True
    )  # no forked locks, same on every system
    server = Server(
        "guanzhang.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=LAST_SECONDS,
        log_level=LogLevels.error,
    )
    shown = f"[{host}]" if ":" in host else host
    print(
        _("关账正在运行：http://%(host)s:%(port)s/    停止：Ctrl+C")
        % {"host": shown, "port": port}
    )
    sys.stdout.flush()
    server.serve()
    print(_("已停止。"))


def is_free(host: str, port: int) -> bool:
    """Whether the port can be had; the server itself would share it with a second server silently."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            why = (
                _("已被占用")
                if error.errno == errno.EADDRINUSE
                else os.strerror(error.errno or 0)
            )
            text = _(
                "不能在 %(host)s 的端口 %(port)s 上监听：%(why)s。请用 --port 换一个端口。"
            )
            print(text % {"host": host, "port": port, "why": why}, file=sys.stderr)
            return False
    return True


def allow_host(host: str) -> None:
    """Answer requests for the address we listen on; names of the outside have to be set."""
    if host in settings.ALLOWED_HOSTS or os.environ.get("GUANZHANG_HOSTS"):
        return
    try:
        everywhere = ipaddress.ip_address(host).is_unspecified
    except ValueError:
        everywhere = False
    if everywhere:
        text = _(
            "提示：从别的机器访问，须用环境变量 GUANZHANG_HOSTS 写明所用的域名或地址，如 GUANZHANG_HOSTS=gz.example.cn"
        )
        print(text, file=sys.stderr)
        return
    os.environ["GUANZHANG_HOSTS"] = ",".join([*settings.ALLOWED_HOSTS, host])
