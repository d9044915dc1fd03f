"""Marks of classes on the pages of classification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from guanzhang.web.marks import class_mark, class_swatch

register = template.Library()
LETTERS = 3  # a longer code is no letter to put in a frame


@register.simple_tag
def mark_of(each: Any, position: int | str = "", show: str = "") -> SafeString:  # noqa: ANN401 - Django's protocol
    """The mark of a class: letter and name, or a coloured square and the name.

    ``each`` has code, name and colour (and position) as attributes or keys; None and "" are 无数据.
    ``show="letter"`` leaves the name out where the letter says enough.
    """
    code, name = _of(each, "code"), _of(each, "name")
    if not code:
        return class_mark("")
    rank = position if position != "" else _of(each, "position")
    if len(code) > LETTERS:
        return class_swatch(name, _of(each, "colour"))
    return class_mark(
        code, "" if show == "letter" else bare_name(code, name), _of(each, "colour"), rank
    )


def bare_name(code: str, name: str) -> str:
    """「A 核心」 beside its letter is 「核心」; 「A 类」 stays whole."""
    rest = name.removeprefix(code).strip() if name.startswith(f"{code} ") else name
    return rest if len(rest) > 1 else name


def _of(each: Any, key: str) -> Any:  # noqa: ANN401 - Django's protocol
    if each is None:
        return ""
    return each.get(key, "") if isinstance(each, Mapping) else getattr(each, key, "")
