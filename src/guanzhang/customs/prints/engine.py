"""Set a page: a layout and its data make the bytes of a PDF, the same bytes every time.

Data go in as JSON and are never read as markup. The fonts are loaded once; every thread keeps its own
compiler warm. No system font, no package and no clock takes part, so that equal data give equal bytes.
"""

from __future__ import annotations

import json
import threading
from functools import cache
from pathlib import Path
from typing import Any

import typst

from guanzhang.customs.prints import fonts

LAYOUTS = Path(__file__).parent / "layouts"
_local = threading.local()


def pdf(layout: str, data: dict[str, Any]) -> bytes:
    """The PDF of ``layouts/<layout>.typ`` over ``data``. Every text of ``data`` is printed as it is."""
    text = json.dumps(_prepared(data), ensure_ascii=False)
    made = _compiler().compile(
        input=str(LAYOUTS / f"{layout}.typ"),
        format="pdf",
        sys_inputs={"data": text},
        timestamp=0,
        pdf_tags=False,
    )
    assert isinstance(made, bytes)
    return made


def missing(data: object) -> tuple[str, ...]:
    """The characters of ``data`` that are printed as code points, in order."""
    return tuple(sorted(fonts.missing_of(_texts(data))))


def missing_note(texts: object) -> str:
    """The line of small print that names those characters; "" when there are none."""
    named = "、".join(f"U+{ord(char):04X}" for char in missing(texts))
    return f"字库未收的字以编码印出：{named}" if named else ""


def joined(*parts: str) -> str:
    """Parts of one line of small print."""
    return fonts.WIDE.join(filter(None, parts))


def _compiler() -> typst.Compiler:
    if not hasattr(_local, "compiler"):
        _local.compiler = typst.Compiler(
            root=str(LAYOUTS), font_paths=_fonts(), ignore_system_fonts=True
        )
    compiler: typst.Compiler = _local.compiler
    return compiler


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(fonts.FOLDER)]
    )


def _prepared(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return fonts.breakable(fonts.printable(value)[0])
    if isinstance(value, dict):
        return {key: _prepared(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_prepared(each) for each in value]
    return value


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [text for each in value for text in _texts(each)]
    return []
