"""Who does which job and who listens to which event: whole, explicit, in order."""

from __future__ import annotations

from guanzhang.work.registry import Handler
from guanzhang.work.services import Listener

JOBS: dict[str, Handler] = {}

LISTENERS: dict[str, tuple[tuple[str, Listener], ...]] = {}
