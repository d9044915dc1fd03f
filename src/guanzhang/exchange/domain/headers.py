"""Where the header of a sheet is, and what its columns are called."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from guanzhang.exchange.domain.cells import Raw, shown
from guanzhang.exchange.domain.mapping import plain_header

LOOKED_AT = 15  # rows; titles and notes above the header are rarely more
Range = tuple[int, int, int, int]  # first row, first column, last row, last column; from 0


@dataclass(frozen=True, slots=True)
class Header:
    """``names`` per column, "" where there is none; data begins at ``first_row`` (1 = the top row)."""

    row: int
    names: tuple[str, ...]
    first_row: int

    @property
    def named(self) -> tuple[str, ...]:
        return tuple(n for n in self.names if n)


def find_header(
    top: Sequence[Sequence[Raw]], known: Collection[str], merged: Sequence[Range] = ()
) -> Header | None:
    """The header among the ``top`` rows of a sheet; None if they hold nothing.

    It is the row with most cells that are ``known`` (as ``plain_header`` writes them), or else the
    first of those with most texts. A merged cell counts for all its columns; when merged cells
    make the header two rows high, the lower text names the column, the upper one a group.
    """
    rows = [[shown(c).strip() for c in row] for row in top[:LOOKED_AT]]
    for first, left, last, right in merged:
        _fill(rows, first, left, last, right)
    best = max(range(len(rows)), key=lambda i: (*_score(rows[i], known), -i), default=None)
    if best is None or not any(rows[best]):
        return None
    bottom = _bottom(best, rows, merged)
    upper = rows[best] if bottom > best else []
    width = max(len(rows[bottom]), len(upper))
    names: list[str] = []
    for column in range(width):
        lower = rows[bottom][column] if column < len(rows[bottom]) else ""
        group = upper[column] if column < len(upper) else ""
        names.append(_fresh(names, lower or group, group))
    return Header(best + 1, tuple(names), bottom + 2)


def is_key_row(cells: Sequence[Raw], keys: Collection[str]) -> bool:
    """Whether a row is the hidden row of field keys that a template has below its header."""
    texts = [shown(c).strip() for c in cells if shown(c).strip()]
    return len(texts) >= 2 and all(t in keys for t in texts)


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A → 0, AA → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _score(row: Sequence[str], known: Collection[str]) -> tuple[int, int]:
    texts = [plain_header(c) for c in row if c]
    hits = len({t for t in texts if t in known})
    distinct = len(set(texts)) if not hits else 0
    return hits, distinct


def _fill(rows: list[list[str]], first: int, left: int, last: int, right: int) -> None:
    if first >= len(rows) or left >= len(rows[first]):
        return
    text = rows[first][left]
    for row in rows[first : last + 1]:
        row.extend([""] * (right + 1 - len(row)))
        for column in range(left, right + 1):
            row[column] = row[column] or text


def _bottom(best: int, rows: Sequence[Sequence[str]], merged: Sequence[Range]) -> int:
    """The last row of a header whose cells are merged with the rows below."""
    lasts = [last for first, _l, last, _r in merged if first <= best <= last]
    return min(max([best, *lasts]), len(rows) - 1)


def _fresh(names: Sequence[str], name: str, group: str) -> str:
    """``name``, told apart from an equal one before it by its group or a number."""
    if not name or name not in names:
        return name
    if group and group != name and f"{group}/{name}" not in names:
        return f"{group}/{name}"
    number = 2
    while f"{name} ({number})" in names:
        number += 1
    return f"{name} ({number})"
