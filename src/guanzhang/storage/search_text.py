"""The text a record is found by, and the grams an index of it needs. Pure.

A document is lines of plain characters: names in one word without punctuation, english words, code,
信用代码, first letters of the pinyin, and one line of whole pinyin with ``'`` before each syllable.
A query is words; every word must occur. What an index returns is only a candidate: it is checked
again with ``LIKE`` on the document, so the grams may be few but must never miss.

    恒通      grams 恒通                     a word of Chinese: pairs of characters
    nbht     grams nbh bht, or ~nbht…      letters and digits: triples, or pinyin from a syllable on
    nb       gram  ^nb                     one or two letters: only the beginning of a line
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

SYLLABLE = "'"
LINE = "\n"
_LONGEST_PINYIN = (
    12  # letters of a gram; long enough to tell hangzhou heng… from hangzhou xing…
)
_MOST_GRAMS = 5  # of one word; the others only repeat what these already narrow down
_MOST_WORDS = 6
_LONGEST_WORD = 80
_FORMER = re.compile(r"[、,，;；/\n]+")
_RUN = re.compile(r"[a-z0-9]+|[^a-z0-9]+")
# Every company has one, so its pinyin tells nothing and would make every xian find every 有限.
_LEGAL_FORMS = tuple(
    tuple(form.split())
    for form in (
        "gu fen you xian gong si",
        "you xian ze ren gong si",
        "ji tuan you xian gong si",
        "you xian gong si",
    )
)


@dataclass(frozen=True, slots=True)
class Gram:
    """A token of the index; ``opens`` means that tokens beginning with it are meant too."""

    text: str
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query, as plain characters."""

    text: str

    @property
    def is_start(self) -> bool:
        """One or two letters or digits: looked for at the beginning of lines only."""
        return len(self.text) <= 2 and self.text.isascii()

    @property
    def is_spelled(self) -> bool:
        """May be pinyin, so the syllable marks of the document do not count."""
        return len(self.text) > 2 and self.text.isascii() and not self.text.isdigit()

    def alternatives(self) -> tuple[tuple[Gram, ...], ...]:
        """Grams to ask an index for: all of the first tuple, or all of the second, …"""
        if self.is_start:
            return ((Gram(f"^{self.text}"),),)
        every = [Gram(gram) for run in _RUN.findall(self.text) for gram in _inner(run)]
        found: tuple[tuple[Gram, ...], ...] = (tuple(_spread(every)),)
        if self.is_spelled:
            head = self.text[:_LONGEST_PINYIN]
            found += ((Gram(f"~{head}", opens=len(self.text) < _LONGEST_PINYIN),),)
        return found

    def opening(self) -> Gram | None:
        """The gram of documents with a line that begins with this word; None for one character."""
        return Gram(f"^{self.text[:2]}") if len(self.text) > 1 else None


def plain(text: str) -> str:
    """Half-width, lower case, letters and digits only, single blanks: ＡＢＣ（宁波） → abc宁波."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(c if c.isalnum() else " " if c.isspace() else "" for c in folded)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def words(query: str) -> tuple[Word, ...]:
    """The words of a query; at most six, each at most eighty characters.

    A legal form spelled out at the end, or begun, is dropped as it is in documents.
    """
    found = dict.fromkeys(_without_form(part)[:_LONGEST_WORD] for part in plain(query).split())
    return tuple(Word(text) for text in list(found)[:_MOST_WORDS])


def split_former_names(text: str) -> list[str]:
    """Former names as people list them: 、 , ; / or a new line between them."""
    return [name.strip() for name in _FORMER.split(text) if name.strip()]


def document(
    names: Iterable[str],
    codes: Iterable[str],
    spellings: Iterable[tuple[str, Sequence[str]]],
) -> str:
    """The text of a record. ``spellings`` are readings of its names: first letters and syllables."""
    lines: dict[str, None] = {}
    for name in names:
        words_of_name = plain(name).split()
        joined = "".join(words_of_name)
        lines |= dict.fromkeys(words_of_name if joined.isascii() else [joined])
    lines |= dict.fromkeys("".join(plain(code).split()) for code in codes)
    for initials, syllables in spellings:
        lines[initials] = None
        tail = next((len(f) for f in _LEGAL_FORMS if tuple(syllables[-len(f) :]) == f), 0)
        lines["".join(SYLLABLE + s for s in syllables[: len(syllables) - tail])] = None
    lines.pop("", None)
    return LINE + LINE.join(lines) + LINE if lines else ""


def grams(text: str) -> set[str]:
    """Every token that the index keeps for a document."""
    found: set[str] = set()
    for line in text.split(LINE):
        if line.startswith(SYLLABLE):
            found.update(_pinyin_grams(line[1:].split(SYLLABLE)))
        elif line:
            found.add(f"^{line[:1]}")
            found.add(f"^{line[:2]}")
            for run in _RUN.findall(line):
                found.update(_inner(run))
                if not run.isascii():
                    found.update(run)
    return found


def _without_form(word: str) -> str:
    """Without youxiangongsi at its end, or what one types on the way to it: youx, youxi, …"""
    for form in map("".join, _LEGAL_FORMS):
        for size in range(len(form), 3, -1):
            if len(word) > size and word.endswith(form[:size]):
                return word[:-size]
    return word


def _inner(run: str) -> Iterator[str]:
    """Triples of letters and digits, pairs of other characters; a single character is itself."""
    if run.isascii():
        return (run[i : i + 3] for i in range(len(run) - 2))
    return iter([run]) if len(run) == 1 else ("".join(pair) for pair in pairwise(run))


def _pinyin_grams(syllables: Sequence[str]) -> Iterator[str]:
    for i in range(len(syllables)):
        yield "~" + "".join(syllables[i : i + _LONGEST_PINYIN])[:_LONGEST_PINYIN]


def _spread(found: Sequence[Gram]) -> Iterator[Gram]:
    """A few of them from all over the word, the last one included: codes differ at their ends."""
    steps = min(len(found), _MOST_GRAMS) - 1
    if steps <= 0:
        return iter(found[:1])
    return (found[i * (len(found) - 1) // steps] for i in range(steps + 1))
