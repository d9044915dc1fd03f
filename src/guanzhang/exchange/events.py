"""What this module announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchCommitted:
    """A file has been imported. Rows it added carry ``batch_id``; rows it changed are in its Changes."""

    batch_id: int
    kind: str
    added: int
    updated: int


@dataclass(frozen=True, slots=True)
class BatchUndone:
    """The import is gone again: its rows are deleted, what it changed is as before."""

    batch_id: int
    kind: str
    removed: int
    restored: int
