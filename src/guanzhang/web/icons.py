"""Lucide icons as inline SVG, taken once from the wheel and kept."""

from __future__ import annotations

import functools
import re

import lucide
from django.utils.safestring import SafeString, mark_safe

_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>\s*$", re.DOTALL)
_RENAMED = {"circle-help": "circle-question-mark"}
_SIZES = {"": "", "s": " gz-i-s", "l": " gz-i-l"}


@functools.cache
def icon_svg(name: str, size: str = "") -> SafeString:
    """The icon ``name`` of lucide, decorative; ``size`` is "", "s" (14 px) or "l" (20 px).

    Raises ``lucide.IconDoesNotExist`` for a name that is not there: a typo is found by the first
    test that renders the page.
    """
    drawn = lucide._render_icon(_RENAMED.get(name, name), size=None)  # noqa: SLF001 - its only door
    match = _INSIDE.search(drawn)
    assert match, name
    inside = re.sub(r"\s*\n\s*", "", match[1])
    return mark_safe(  # noqa: S308 - markup of the icon package, no input of a person
        f'<svg class="gz-i{_SIZES[size]}" viewBox="0 0 24 24" aria-hidden="true">{inside}</svg>'
    )
