"""What an edition would change: its rows against those that are valid, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Row = Mapping[str, str]
Fields = Mapping[str, tuple[str, str]]  # column → (before, after)


@dataclass(frozen=True, slots=True)
class Difference:
    """Keys that come, keys whose row changes and in which columns, keys that end."""

    added: tuple[str, ...] = ()
    changed: Mapping[str, Fields] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.removed)

    @property
    def keys(self) -> frozenset[str]:
        """Every key it touches."""
        return frozenset((*self.added, *self.changed, *self.removed))

    def to_json(self) -> dict[str, object]:
        changed = {
            key: {c: list(v) for c, v in row.items()} for key, row in self.changed.items()
        }
        return {"added": list(self.added), "changed": changed, "removed": list(self.removed)}


def difference(
    valid: Mapping[str, Row], given: Mapping[str, Row], *, is_whole: bool
) -> Difference:
    """Compare ``given`` with what is ``valid``; only a whole edition ends what it does not hold."""
    added: list[str] = []
    changed: dict[str, Fields] = {}
    for key, row in given.items():
        before = valid.get(key)
        if before is None:
            added.append(key)
        elif fields := changed_fields(before, row):
            changed[key] = fields
    removed = tuple(key for key in valid if key not in given) if is_whole else ()
    unchanged = len(given) - len(added) - len(changed)
    return Difference(tuple(added), changed, removed, unchanged)


def changed_fields(before: Row, after: Row) -> Fields:
    """The columns that differ; a missing column is an empty one."""
    names = dict.fromkeys((*before, *after))
    return {
        name: (before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    }
