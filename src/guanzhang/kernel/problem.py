"""Problems: what is wrong with a document, said as data.

Checks never raise; they return ``tuple[Problem, ...]``, complete and in document order, so that
a person can fix everything in one pass. Services raise ``Refused`` when a command meets an error.
A ``Kind`` carries its own wording in both languages: the rule and the sentence a user reads are
one line apart. Kinds are module-level names; ``tools/errors.py`` lists them in docs/errors.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

Language = Literal["zh", "en"]


class Severity(StrEnum):
    """How much a problem weighs."""

    ERROR = "error"  # 错误: the command is refused
    WARNING = "warning"  # 警告: the user must acknowledge it
    NOTE = "note"  # 提示: shown, never blocks


@dataclass(frozen=True, slots=True)
class Kind:
    """One rule. ``code`` is public and never reused; ``basis`` cites the rule's source.

    ``zh`` and ``en`` are ``str.format`` templates over the same named facts.
    """

    code: str
    severity: Severity
    zh: str
    en: str
    basis: str = ""

    def at(self, path: str, /, **facts: object) -> Problem:
        """The problem of this kind at ``path``; ``facts`` fill the wording."""
        return Problem(self, path, MappingProxyType({k: _shown(v) for k, v in facts.items()}))


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule at a place. ``path`` is in the document's own terms: "contacts[2].mobile"."""

    kind: Kind
    path: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def message(self, language: Language = "zh") -> str:
        """The sentence a user reads, in ``language``."""
        template = self.kind.en if language == "en" else self.kind.zh
        return template.format_map(self.facts)

    @property
    def is_error(self) -> bool:
        return self.kind.severity is Severity.ERROR


class Refused(Exception):  # noqa: N818 - reads as a sentence: "refused: ..."
    """A command was understood and refused. Nothing has been written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        assert self.problems, "Refused needs at least one problem to explain itself."
        super().__init__("; ".join(f"{p.kind.code} {p.path}" for p in self.problems))


class Stale(Exception):  # noqa: N818 - reads as a sentence: "stale: somebody saved first"
    """Somebody saved first: the given revision is not the stored one. Nothing has been written."""


def refuse_errors(problems: Iterable[Problem]) -> None:
    """Raise ``Refused`` with the errors among ``problems``, if there are any."""
    errors = [p for p in problems if p.is_error]
    if errors:
        raise Refused(errors)


def _shown(value: object) -> str:
    # str(Decimal("1E+3")) would show the exponent to a bookkeeper.
    return format(value, "f") if isinstance(value, Decimal) else str(value)
