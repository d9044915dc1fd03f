"""Code 128: the bars of a number, as ISO/IEC 15417 draws them. Pure arithmetic, no image."""

from __future__ import annotations

_START_B, _START_C, _STOP = 104, 105, 106
# Widths of bar, gap, bar, gap, bar, gap of the symbols 0 … 105, then the seven of stop.
_WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 "
    "122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 "
    "321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 "
    "211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 "
    "213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 "
    "121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 "
    "241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 "
    "412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 "
    "211214 211232 2331112"
)
_SYMBOLS = tuple(_WIDTHS.split())


def symbols(text: str) -> tuple[int, ...]:
    """The symbol values of ``text`` with start, check and stop.

    An even number of digits takes set C (two digits a symbol), everything else set B. Raises
    ``ValueError`` for a character outside printable ASCII or an empty text.
    """
    if not text or not all(" " <= char <= "~" for char in text):
        raise ValueError(f"Code 128 B holds printable ASCII, not {text!r}.")
    if text.isdigit() and len(text) % 2 == 0:
        start, values = _START_C, [int(text[at : at + 2]) for at in range(0, len(text), 2)]
    else:
        start, values = _START_B, [ord(char) - 32 for char in text]
    check = (start + sum(place * value for place, value in enumerate(values, 1))) % 103
    return (start, *values, check, _STOP)


def bars(text: str) -> tuple[tuple[int, int], ...]:
    """(left edge, width) of every bar in modules, without quiet zones; raises as ``symbols``."""
    found, at = [], 0
    for value in symbols(text):
        for place, width in enumerate(map(int, _SYMBOLS[value])):
            if place % 2 == 0:
                found.append((at, width))
            at += width
    return tuple(found)
