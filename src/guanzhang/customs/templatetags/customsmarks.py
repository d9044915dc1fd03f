"""Colours of states and days in lists of declarations."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from guanzhang.customs.domain.states import State, state_of
from guanzhang.customs.workbench import TO_DECLARE, level_of

register = template.Library()
_TONES: dict[str, str] = {
    **dict.fromkeys((State.REJECTED, State.DELETED, State.SUSPENDED), "err"),
    **dict.fromkeys(
        (State.TAX_DUE, State.INSPECTION, State.REVIEW, State.SECOND_REVIEW), "warn"
    ),
    **dict.fromkeys((State.RELEASED, State.PICKED_UP, State.CLOSED, State.APPROVED), "ok"),
    **dict.fromkeys((State.VOID, State.ARCHIVED, State.DRAFT), "line"),
}
_LEVELS = {"over": "err", "today": "err", "soon": "warn", "near": "info"}
MANDATE_NEAR = 30  # days before its end in which a mandate is coloured


@register.filter
def state_tone(state: str) -> str:
    """The kind of chip of a state: ok, warn, err, line or info."""
    return _TONES.get(state, "info")


@register.filter
def state_label(state: str) -> str:
    """The name of a state in the reader's language."""
    english = (get_language() or "").startswith("en")
    return state_of(state).label("en" if english else "zh")


@register.filter
def due_tone(row: Any) -> str:  # noqa: ANN401 - a declaration, perhaps with few columns
    """How urgent the last day to declare is; plain once it is declared."""
    if row.due_on is None or row.state not in TO_DECLARE:
        return "line"
    return _LEVELS.get(level_of(row.due_on, timezone.localdate()), "line")


@register.filter
def valid_tone(row: Any) -> str:  # noqa: ANN401 - a mandate
    """Red once a mandate has ended, amber in its last month."""
    left = (row.valid_to - timezone.localdate()).days
    if left < 0 or row.is_cancelled:
        return "err"
    return "warn" if left <= MANDATE_NEAR else "ok"
