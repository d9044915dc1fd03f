"""What a draft would change: who enters, leaves and moves between two outcomes of the same customers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Pair = tuple[str, str]  # (class now, class in the draft); "" = 无数据


@dataclass(frozen=True, slots=True)
class Placement:
    """One customer's class under a definition. ``amount`` is the stored integer (4 places) or None."""

    party_id: int
    class_code: str
    amount: int | None


class SetHash:
    """SHA-256 of "who is in which class"; feed it placements in the order of ``party_id``."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, party_id: int, class_code: str) -> None:
        self._hash.update(f"{party_id}:{class_code}\n".encode())

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


@dataclass(frozen=True, slots=True)
class Cell:
    """How many customers go from one class to another, and the amount they stand for."""

    members: int
    amount: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A preview of one draft on one snapshot. Publishing compares ``set_hash``."""

    snapshot_id: int
    as_of: str
    fingerprint: str
    set_hash: str
    seconds: str
    cells: Mapping[Pair, Cell] = field(default_factory=dict)

    def members(self, class_code: str, *, now: bool) -> int:
        side = 0 if now else 1
        return sum(c.members for pair, c in self.cells.items() if pair[side] == class_code)

    def amount(self, class_code: str, *, now: bool) -> int:
        side = 0 if now else 1
        return sum(c.amount for pair, c in self.cells.items() if pair[side] == class_code)

    def moves(self, order: list[str]) -> tuple[Cell, Cell, Cell]:
        """Promoted, demoted, other moves (into or out of 无数据, or a class the other side lacks)."""
        up = down = other = Cell(0, 0)
        rank = {code: place for place, code in enumerate(order)}
        for (old, new), cell in self.cells.items():
            if old == new:
                continue
            if old in rank and new in rank:
                if rank[new] < rank[old]:
                    up = _plus(up, cell)
                else:
                    down = _plus(down, cell)
            else:
                other = _plus(other, cell)
        return up, down, other

    def to_json(self) -> dict[str, Any]:
        return {
            "snapshot_id": self.snapshot_id,
            "as_of": self.as_of,
            "fingerprint": self.fingerprint,
            "set_hash": self.set_hash,
            "seconds": self.seconds,
            "cells": [[old, new, c.members, c.amount] for (old, new), c in self.cells.items()],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Trial:
        cells = {
            (old, new): Cell(members, amount) for old, new, members, amount in data["cells"]
        }
        return cls(
            data["snapshot_id"],
            data["as_of"],
            data["fingerprint"],
            data["set_hash"],
            data["seconds"],
            cells,
        )


def compare(
    now: Iterable[tuple[int, str]], draft: Iterable[Placement]
) -> tuple[dict[Pair, Cell], str]:
    """Cross two outcomes of the same customers, both in the order of ``party_id``.

    Returns the matrix and the hash of the draft's member set. A customer that one side lacks
    counts as 无数据 there.
    """
    members: Counter[Pair] = Counter()
    amounts: Counter[Pair] = Counter()
    seen = SetHash()
    current = iter(now)
    head = next(current, None)
    for place in draft:
        while head is not None and head[0] < place.party_id:
            head = next(current, None)
        old = head[1] if head is not None and head[0] == place.party_id else ""
        pair = (old, place.class_code)
        members[pair] += 1
        amounts[pair] += place.amount or 0
        seen.add(place.party_id, place.class_code)
    return {pair: Cell(n, amounts[pair]) for pair, n in members.items()}, seen.hexdigest()


@dataclass(frozen=True, slots=True)
class Transition:
    """A membership that has to be opened, closed or both. None = not in the scheme at all."""

    party_id: int
    old: str | None
    new: str | None
    score: int | None = None


def transitions(
    open_rows: Iterable[tuple[int, str]], outcome: Iterable[tuple[int, str, int | None]]
) -> Iterable[Transition]:
    """The differences between the open memberships and a new outcome, by ``party_id``, in one merge."""
    rows = iter(open_rows)
    head = next(rows, None)
    for party_id, class_code, score in outcome:
        while head is not None and head[0] < party_id:
            yield Transition(head[0], head[1], None)
            head = next(rows, None)
        if head is not None and head[0] == party_id:
            if head[1] != class_code:
                yield Transition(party_id, head[1], class_code, score)
            head = next(rows, None)
        else:
            yield Transition(party_id, None, class_code, score)
    while head is not None:
        yield Transition(head[0], head[1], None)
        head = next(rows, None)


def _plus(a: Cell, b: Cell) -> Cell:
    return Cell(a.members + b.members, a.amount + b.amount)
