"""Message catalogues without the gettext tools: ``compile``, ``update`` and ``check``.

Chinese is the source language, so only ``locale/en`` exists. ``update`` adds new sentences to
the catalogue, ``check`` fails when one has no English, ``compile`` writes the ``.mo`` files.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "guanzhang"
PO = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "pgettext": ((1, "c"), 2),
    "ngettext": (1, 2),
}


def sentences() -> dict[str, str]:
    """Every sentence of the source with the file that holds it."""
    found: dict[str, str] = {}
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            text = templatize(text)
        for _line, message, _comments, _context in extract(
            "python", io.BytesIO(text.encode()), keywords=KEYWORDS
        ):
            for one in message if isinstance(message, tuple) else (message,):
                if one:
                    found.setdefault(one, str(path.relative_to(SOURCE)))
    return found


def catalogue() -> Catalog:
    if not PO.exists():
        return Catalog(locale="en", project="guanzhang")
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def update() -> None:
    old, new = catalogue(), Catalog(locale="en", project="guanzhang", fuzzy=False)
    for sentence, place in sorted(sentences().items()):
        known = old.get(sentence)
        new.add(sentence, known.string if known else "", locations=[(place, 1)])
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, new, width=0, sort_output=True, include_lineno=False, omit_header=False)
    print(f"{len(new)} sentences, {sum(1 for m in new if m.id and not m.string)} without English")


def check() -> int:
    known = catalogue()
    missing = [s for s in sentences() if not (known.get(s) and known.get(s).string)]
    for sentence in missing:
        print(f"no English for: {sentence!r}")
    print(f"messages: {len(missing)} missing")
    return 1 if missing else 0


def compile_all() -> None:
    target = PO.with_suffix(".mo")
    if PO.exists():
        with target.open("wb") as file:
            write_mo(file, catalogue())
    print("messages: compiled")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["compile"]:
            compile_all()
        case ["update"]:
            update()
        case ["check"]:
            sys.exit(check())
        case _:
            sys.exit("usage: messages.py compile | update | check")
