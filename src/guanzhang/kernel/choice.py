"""Choice: an enumeration whose members carry their Chinese and English names.

>>> class Colour(Choice):
...     RED = "red", "红", "Red"
>>> Colour.RED == "red", Colour.RED.zh, Colour.parse("红")
(True, '红', <Colour.RED: 'red'>)
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from guanzhang.kernel.problem import Language


class Choice(StrEnum):
    """A stored code with its names. The code is the value; names may be reworded at any time."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str, en: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh = zh
        member.en = en
        return member

    def label(self, language: Language = "zh") -> str:
        """The name a person reads."""
        return self.en if language == "en" else self.zh

    @classmethod
    def options(cls, language: Language = "zh") -> list[tuple[str, str]]:
        """(code, name) pairs in order of definition, as forms and model fields take them."""
        return [(str(member.value), member.label(language)) for member in cls]

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The member with this code or name, as import files spell it; None if there is none."""
        wanted = text.strip().casefold()
        for member in cls:
            if wanted in (member.value.casefold(), member.zh.casefold(), member.en.casefold()):
                return member
        return None
