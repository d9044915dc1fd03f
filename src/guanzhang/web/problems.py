"""Problems as the panel shows them, from values or from what is already words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from guanzhang.kernel.problem import Language, Problem

_ORDER = {"error": 0, "warning": 1, "note": 2}


def shown_problems(
    found: Iterable[Problem | Mapping[str, Any]] | None, language: Language = "zh"
) -> list[dict[str, Any]]:
    """Dictionaries with code, path, text, basis, severity; errors first, else in their order."""
    rows = [_shown(one, language) for one in found or ()]
    return sorted(rows, key=lambda row: _ORDER.get(row["severity"], 0))


def _shown(one: Problem | Mapping[str, Any], language: Language) -> dict[str, Any]:
    if isinstance(one, Problem):
        return {
            "code": one.kind.code,
            "path": one.path,
            "text": one.message(language),
            "basis": one.kind.basis,
            "severity": one.kind.severity.value,
        }
    return {"code": "", "path": "", "basis": "", "severity": "error", **one}
