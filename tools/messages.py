"""Message catalogues without the gettext tools: ``compile``, ``update`` and ``check``.

Chinese is the source language, so only ``locale/en`` exists. ``update`` adds new sentences to
the catalogue, ``check`` fails when one has no English, ``compile`` writes the ``.mo`` files.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from guanzhang.analytics.domain.catalogue import CATALOGUE

SOURCE = Path(__file__).resolve().parent.parent / "src" / "guanzhang"
PO = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "lazy": None,  # the house alias of gettext_lazy
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}
# "%(name)s", "%%" and "{name}": what a translation must keep exactly.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|\{\w*\}")

Sentence = str | tuple[str, ...]  # a tuple is a singular with its plural


def sentences() -> dict[Sentence, str]:
    """Every sentence of the source with the file that holds it."""
    found: dict[Sentence, str] = {}
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            text = templatize(text)
        for _line, message, _comments, _context in extract(
            "python", io.BytesIO(text.encode()), keywords=KEYWORDS
        ):
            if message:
                found.setdefault(message, str(path.relative_to(SOURCE)))
    # The pure domain does not call gettext; pages translate the definitions of the facts.
    for fact in CATALOGUE.values():
        found.setdefault(fact.definition_zh, "analytics/domain/catalogue.py")
    return found


def catalogue() -> Catalog:
    if not PO.exists():
        return Catalog(locale="en", project="guanzhang")
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def english(known: Catalog, sentence: Sentence) -> tuple[str, ...]:
    """The English forms of ``sentence``, all of them; empty when one is missing."""
    message = known.get(sentence if isinstance(sentence, str) else sentence[0])
    if message is None or message.pluralizable is isinstance(sentence, str):
        return ()
    forms = _forms(message.string)
    return forms if all(forms) else ()


def odd_placeholders(message: Message) -> bool:
    """Whether an English form drops, adds or misspells a placeholder of its Chinese."""
    wanted = set(PLACEHOLDER.findall(_forms(message.id)[-1]))
    return any(
        form and set(PLACEHOLDER.findall(form)) != wanted for form in _forms(message.string)
    )


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def update() -> None:
    old, new = catalogue(), Catalog(locale="en", project="guanzhang", fuzzy=False)
    found = sentences()
    for sentence in sorted(found, key=str):
        forms = english(old, sentence)
        text: Sentence = forms if isinstance(sentence, tuple) else "".join(forms)
        new.add(sentence, text, locations=[(found[sentence], 1)])
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, new, width=0, sort_output=True, include_lineno=False, omit_header=False)
    print(f"{len(found)} sentences, {sum(not english(new, s) for s in found)} without English")


def check() -> int:
    known = catalogue()
    missing = [sentence for sentence in sentences() if not english(known, sentence)]
    odd = [message.id for message in known if message.id and odd_placeholders(message)]
    for sentence in missing:
        print(f"no English for: {sentence!r}")
    for one in odd:
        print(f"placeholders differ: {one!r}")
    print(f"messages: {len(missing)} missing, {len(odd)} with other placeholders")
    return 1 if missing or odd else 0


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
