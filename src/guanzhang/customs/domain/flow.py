"""What receipts do to the state of a declaration.

Receipts arrive in any order and more than once. One step is ``next_by_receipt``: forwards only. A
whole trail is ``state_after``: the steps in the order of their notices, whatever the order of their
arrival, so that the same receipts always end in the same state.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guanzhang.customs.domain.states import State

STORED = "stored"  # channel of a technical receipt: the Single Window has taken the message
FAILED = "failed"  # … or has not

# Channel → where it leads. Channels that are missing here are told and recorded, nothing more.
TARGETS: Mapping[str, State] = {
    STORED: State.STORED,
    "L": State.ACCEPTED, "SpL": State.ACCEPTED,
    "H": State.SUSPENDED,
    "E": State.REJECTED, "Y": State.REJECTED, "Z": State.REJECTED, "SpE": State.REJECTED,
    "G": State.EXAMINED, "J": State.EXAMINED, "W": State.EXAMINED, "SpJ": State.EXAMINED,
    "T": State.TAX_DUE,
    "C": State.INSPECTION, "S": State.INSPECTION, "SpC": State.INSPECTION,
    "SpK": State.PICKED_UP,
    "B": State.RELEASED, "K": State.RELEASED, "I": State.RELEASED, "F": State.RELEASED,
    "P": State.RELEASED,
    "R": State.CLOSED,
    "A": State.DELETED, "D": State.DELETED,
}  # fmt: skip

_WAY = (  # forwards; a receipt never leads back on it
    State.APPROVED, State.SENDING, State.STORED, State.DECLARED, State.ACCEPTED,
    State.SUSPENDED, State.EXAMINED, State.TAX_DUE, State.TAX_PAID, State.INSPECTION,
    State.INSPECTED, State.PICKED_UP, State.RELEASED, State.CLOSED, State.ARCHIVED,
)  # fmt: skip
_RANK: Mapping[State, int] = {state: rank for rank, state in enumerate(_WAY)}
# Of two notices in the same second the later step of the usual way counts; the side steps last.
_TIES: Mapping[State, int] = {**_RANK, State.REJECTED: 90, State.DELETED: 91}


def next_by_receipt(state: State, channel: str) -> State | None:
    """Where a receipt leads from ``state``; None when it changes nothing there.

    Forwards only. A rejection stops everything that is not released; after it, a newer receipt of
    customs counts again (declared anew outside this program). Drafts, declarations in review and
    void ones are not moved: nobody has approved what customs would then be said to have.
    """
    target = TARGETS.get(channel)
    if target is None or target is state:
        return None
    if state is State.REJECTED:
        return None if target is State.STORED else target
    if state not in _RANK:  # with its makers, deleted, void
        return None
    if target is State.DELETED:
        before_release = _RANK[state] < _RANK[State.RELEASED]
        return target if channel == "D" or before_release else None
    if target is State.REJECTED:
        return target if _RANK[state] < _RANK[State.RELEASED] else None
    return target if _RANK[target] > _RANK[state] else None


@dataclass(frozen=True, slots=True)
class Step:
    """A receipt (``channel``) or what a person noted (``noted``), at its time."""

    at: dt.datetime
    channel: str = ""
    noted: State | None = None


def state_after(start: State, steps: Iterable[Step]) -> State:
    """Where ``steps`` lead from ``start`` in the order of their times; equal sets, equal ends."""
    state = start
    for step in sorted(steps, key=_order):
        if step.noted is None:
            state = next_by_receipt(state, step.channel) or state
        elif _RANK.get(step.noted, -1) > _RANK.get(state, 99):
            state = step.noted
    return state


def _order(step: Step) -> tuple[dt.datetime, int, str]:
    target = step.noted or TARGETS.get(step.channel)
    return step.at, _TIES.get(target, -1) if target else -1, step.channel
