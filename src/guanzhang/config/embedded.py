"""The worker as a thread of the serving process: on SQLite one process then does all the writing."""

from __future__ import annotations

import multiprocessing
import multiprocessing.util
import os
import signal
import threading

from guanzhang.config.wiring import JOBS, LISTENERS, REGULAR
from guanzhang.work.services import work_until

LAST_SECONDS = 25  # for the step of a job that is running when the server stops


def start_worker() -> None:
    """Start it now; stop it when the process ends."""
    stop = threading.Event()
    worker = threading.Thread(
        target=work_until, args=(stop, JOBS, LISTENERS, REGULAR), name="worker", daemon=True
    )

    def finish() -> None:
        stop.set()
        worker.join(LAST_SECONDS)

    # atexit is not run in the processes that granian starts; multiprocessing's finalizers are.
    multiprocessing.util.Finalize(None, finish, exitpriority=100)
    worker.start()


def end_with_parent() -> None:
    """End the serving process when the command that started it is gone, even killed."""
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(parent,), name="parent", daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    """A server whose parent was killed would keep the port and nobody could stop it."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
