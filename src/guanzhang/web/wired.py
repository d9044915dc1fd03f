"""The one place where the kit looks upward: tables of ``config.wiring``, by name, when asked.

``LOOKUPS`` and ``LISTS`` are declared above the web module, in the installation's wiring, and only the
running program knows them. Reading them by name keeps the modules' order: nothing here imports up.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

WIRING = "guanzhang.config.wiring"


def wired(table: str) -> Any:  # noqa: ANN401 - the caller knows its table
    """The table ``table`` of the wiring; an empty tuple where the installation has none."""
    return getattr(import_module(WIRING), table, ())
