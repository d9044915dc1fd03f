"""How a Chinese label may be typed: by its characters, its pinyin or the initials, every reading."""

from __future__ import annotations

import functools
import itertools

from pypinyin import Style, pinyin

_MANY = 64  # readings multiply; a label has few characters with several


@functools.lru_cache(maxsize=512)
def spellings(label: str) -> tuple[str, ...]:
    """The label itself, its full pinyin and its initials in every reading, lower case, no blanks."""
    plain = label.casefold().replace(" ", "")
    likely = _readings(label, every=False)  # as read in its phrase: 重点 is zhong
    every = [reading for sign in label for reading in _readings(sign, every=True)]
    variants = [
        list(dict.fromkeys((first[0], *other)))
        for first, other in zip(likely, every, strict=True)
        if first[0].strip()
    ]
    full = ["".join(way) for way in itertools.islice(itertools.product(*variants), _MANY)]
    initials = {
        "".join(part[0] for part in way)
        for way in itertools.islice(itertools.product(*variants), _MANY)
    }
    return (
        plain,
        *(one.casefold() for one in full),
        *sorted(one.casefold() for one in initials),
    )


def matches(label: str, typed: str) -> bool:
    """Whether ``typed`` is part of the label, or begins one of its spellings."""
    wanted = typed.casefold().replace(" ", "")
    plain, *sounds = spellings(label)
    return not wanted or wanted in plain or any(sound.startswith(wanted) for sound in sounds)


def _readings(text: str, *, every: bool) -> list[list[str]]:
    """Per sign its likely reading, or every one; what is not Chinese stands for itself."""
    return pinyin(text, style=Style.NORMAL, heteronym=every, errors=list)  # type: ignore[arg-type]
