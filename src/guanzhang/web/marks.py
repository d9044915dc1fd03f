"""Marks of classes: a letter whose frame fills up with rank, so the order survives greyscale."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

_DEFAULT = {"A": (1, 0), "B": (2, 1), "C": (3, 2), "D": (4, 3)}


def class_mark(
    code: str, name: str = "", colour: int | str = "", position: int | str = "", size: str = ""
) -> SafeString:
    """``colour`` 0–6 is a place in the palette, ``position`` the rank, 0 the best.

    Without them A to D have their usual place, everything else is grey.
    """
    large = " lg" if size == "lg" else ""
    if not code:
        return format_html(
            '<span class="gz-grade{}" data-k="0" data-lv="0"><i aria-hidden="true">–</i>'
            '<span class="none">{}</span></span>',
            large,
            name or gettext("无数据"),
        )
    usual_colour, usual_position = _DEFAULT.get(code, (0, 3))
    k = int(colour) if colour not in ("", None) else usual_colour
    if len(code) > 2:  # a word does not fit into the frame of a letter
        return class_swatch(name or code, k)
    rank = int(position) if position not in ("", None) else usual_position
    level = max(1, 4 - rank)
    return format_html(
        '<span class="gz-grade{}" data-k="{}" data-lv="{}"><i>{}</i>{}</span>',
        large,
        k if 0 <= k <= 6 else 0,
        level,
        code,
        name.removeprefix(code).strip(),
    )


def class_swatch(name: str, colour: int | str = 0) -> SafeString:
    k = int(colour or 0)
    return format_html(
        '<span class="gz-cls" data-k="{}">{}</span>', k if 0 <= k <= 6 else 0, name
    )
