"""The import specs of the program, as config.wiring lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.utils.module_loading import import_string

from guanzhang.exchange.spec import ImportSpec
from guanzhang.web.wired import WIRING


def specs() -> Mapping[str, ImportSpec]:
    """Every kind of import by its key, in order. Looked up late: wiring stands above this module."""
    return cast("Mapping[str, ImportSpec]", import_string(f"{WIRING}.IMPORTS"))


def spec(kind: str) -> ImportSpec:
    """The spec of ``kind``; raises ``KeyError`` for another word."""
    return specs()[kind]
