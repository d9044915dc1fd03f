"""What an import can read: fields and options, declared by the module that owns the records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from guanzhang.kernel.problem import Problem


class FieldKind(StrEnum):
    """How a cell is read and stored. Stored values are text, integers or True/False."""

    TEXT = "text"
    CODE = "code"  # text; a number in the sheet loses its ".0"
    INTEGER = "integer"
    DECIMAL = "decimal"  # an integer scaled by the field's places
    DATE = "date"  # "2026-11-23"
    CHOICE = "choice"  # the code of a choice
    FLAG = "flag"  # True or False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an import.

    ``label`` is Chinese, as the template's header spells it. ``choices`` are (code, label) pairs.
    ``read`` turns a text that no choice matches, or any text of a CODE or TEXT field, into what is
    stored; None means it is not recognised, and ``expected`` says what would be. ``check`` returns
    the problems of a code. ``default`` is proposed as a fixed value when no column fits.
    """

    key: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    max_length: int = 200
    places: int = 4
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    examples: tuple[str, str] = ("", "")
    aliases: tuple[str, ...] = ()
    default: str = ""
    multiline: bool = False
    read: Callable[[str], str | None] | None = None
    expected: str = ""
    check: Callable[[str, str], tuple[Problem, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A yes/no choice of the whole import."""

    key: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Ordinal:
    """``field`` without a column counts the rows that share the fields ``within``: 1, 2, 3 …"""

    field: str
    within: tuple[str, ...]
