"""The fonts of a print: which characters they hold, and what to print for those they do not.

A character without a glyph would leave a blank box on paper and nobody would know what stood there.
It is printed as its code point, "[U+1F600]", and reported.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn as carrier

FOLDER = carrier.serif_path().parent
# Letters of other European alphabets that the typesetter's own serif has and the Chinese font lacks.
_EUROPEAN = (
    "104-10F 114-119 11C-127 12C-142 145-146 149-14B 150-151 154-167 16E-191 193-19F 1A2-1AE 1B1-1CC "
    "1DD-1F7 1FA-24F 384-38A 38C 38E-390 3AA-3B0 3CA-3CE 3D0-3E1 3F0-3F6 3F8-3F9 3FB 3FD-400 402-40F "
    "450 452-477 48C-4C4 4C7-4CC 4D0-4F9 1E00-1E3D 1E40-1E9F 1EFA-1EFF 20A2-20A4 20B1 20B9 20BF"
)
BREAK = "\u200b"  # where a long word may be broken; never in a document, see `printable`
WIDE = "\u3000"  # parts of one cell
_LONG_WORD = 12
_BREAK_AFTER = frozenset("|/;:_-)]")


@cache
def held() -> frozenset[int]:
    """The code points that a print has a glyph for."""
    return _code_points(carrier.serif_path()) | european()


def european() -> frozenset[int]:
    """The code points that come from the typesetter's own serif."""
    found: set[int] = set()
    for part in _EUROPEAN.split():
        first, _, last = part.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


def printable(text: str) -> tuple[str, frozenset[str]]:
    """``text`` as it can be printed, and the characters that had to be written as code points."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(char if char.isprintable() or char == WIDE else " " for char in text)
    if text.isascii():
        return text, frozenset()
    missing = frozenset(char for char in text if ord(char) not in held())
    if missing:
        text = "".join(f"[U+{ord(c):04X}]" if c in missing else c for c in text)
    return text, missing


def breakable(text: str) -> str:
    """The same text with ``BREAK`` inside long words, so that none runs out of its cell."""
    found: list[str] = []
    word = 0
    for char in text:
        found.append(char)
        if char == " " or char > "\u2e7f":  # blanks and hanzi break by themselves
            word = 0
        else:
            word += 1
            if word > _LONG_WORD or (word > 2 and char in _BREAK_AFTER):
                found.append(BREAK)
    return "".join(found)


def missing_of(texts: Iterable[str]) -> frozenset[str]:
    """All characters of ``texts`` that the font lacks."""
    return frozenset().union(*(printable(text)[1] for text in texts), frozenset())


def _code_points(path: Path) -> frozenset[int]:
    """Read the character map (``cmap``, formats 4 and 12) of an OpenType file."""
    data = path.read_bytes()
    tables = struct.unpack_from(">H", data, 4)[0]
    for at in range(12, 12 + 16 * tables, 16):
        if data[at : at + 4] == b"cmap":
            start = struct.unpack_from(">I", data, at + 8)[0]
            break
    else:
        raise ValueError(f"{path.name} has no character map.")
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", data, start + 2)[0]):
        offset = struct.unpack_from(">I", data, start + 4 + 8 * number + 4)[0]
        found |= _sub_map(data, start + offset)
    return frozenset(found)


def _sub_map(data: bytes, at: int) -> set[int]:
    found: set[int] = set()
    kind = struct.unpack_from(">H", data, at)[0]
    if kind == 12:
        groups = struct.unpack_from(">I", data, at + 12)[0]
        for group in range(groups):
            first, last, _glyph = struct.unpack_from(">III", data, at + 16 + 12 * group)
            found.update(range(first, last + 1))
    elif kind == 4:
        half = struct.unpack_from(">H", data, at + 6)[0] // 2
        ends = struct.unpack_from(f">{half}H", data, at + 14)
        starts = struct.unpack_from(f">{half}H", data, at + 16 + 2 * half)
        for first, last in zip(starts, ends, strict=True):
            found.update(range(first, min(last, 0xFFFE) + 1))
    return found
