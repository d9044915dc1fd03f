"""A small text table, as golden tests write rows::

    | code | name | balance |
    | 1002 | 银行 |  100.00 |

Cells hold no ``|`` and no line break, and lose the blanks around them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence


def parse_table(text: str) -> list[dict[str, str]]:
    """The rows under the header, each as {column: cell}; lines without ``|`` are skipped.

    Raises ``ValueError`` when a row has more or fewer cells than the header.
    """
    lines = [_cells(line) for line in text.splitlines() if line.strip().startswith("|")]
    if not lines:
        return []
    header, *rows = lines
    for row in rows:
        if len(row) != len(header):
            raise ValueError(
                f"{row} has {len(row)} cells, the header {header} has {len(header)}."
            )
    return [dict(zip(header, row, strict=True)) for row in rows]


def print_table(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> str:
    """The rows as an aligned table ending in a line break; a Chinese character is two wide."""
    table = [list(columns), *([str(row.get(c, "")) for c in columns] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    return "".join(
        "|"
        + "|".join(f" {c}{' ' * (w - _width(c))} " for c, w in zip(line, widths, strict=True))
        + "|\n"
        for line in table
    )


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in inner.split("|")]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
