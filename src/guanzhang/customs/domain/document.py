"""A declaration as a document: what the form edits, the database keeps and the message carries.

``{"Version": "4.8", "DecHead": {"IEFlag": "I", …}, "DecLists": [{"GNo": "1", …}, …], …}``: blocks by
the keys of ``message.blocks()``, values as the text of the message, never empty, so that nothing is
rounded or lost on its way through. Elements that the message table does not know stand in ``other``
of their row as (name, text) pairs, kept and given back.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from guanzhang.customs.domain.message import VERSION, Block, blocks

Document = dict[str, Any]
Row = dict[str, Any]
OTHER = "other"
POSITIONAL = frozenset({"Type"})  # of DecHead: "  5" is the first of two steps
_PATH = re.compile(r"([A-Za-z]+)(?:\[(\d+)\])?")


def new_document(*, is_import: bool) -> Document:
    """An empty declaration with what is the same on nearly all of them."""
    head = {
        "IEFlag": "I" if is_import else "E",
        "EntryType": "M",
        "DeclTrnRel": "0",
        "EdiId": "1",
    }
    head["PromiseItmes"] = "99999"
    return {"Version": VERSION, "DecHead": head, "DecLists": []}


def tidied(document: Mapping[str, Any]) -> Document:
    """The same document as it is stored: known blocks in order, trimmed NFC text, nothing empty.

    Rows of goods are numbered 1..n in their order. A row without any value is dropped.
    """
    found: Document = {"Version": str(document.get("Version") or VERSION)}
    for key, block in blocks().items():
        value = document.get(key)
        if block.many:
            rows = [row for each in value or () if (row := _tidied_row(block, each))]
            if key == "DecLists":
                rows = [{**row, "GNo": str(number)} for number, row in enumerate(rows, 1)]
            if rows or key == "DecLists":
                found[key] = rows
        elif isinstance(value, Mapping) and (row := _tidied_row(block, value)):
            found[key] = row
    if others := _others(document):  # blocks that the message table does not know
        found[OTHER] = others
    return found


def _tidied_row(block: Block, row: Mapping[str, Any]) -> Row:
    found: Row = {}
    for name in block.elements:
        value = row.get(name)
        if value is None:
            continue
        if text := clean(value, is_positional=name in POSITIONAL):
            found[name] = text
    for child in block.children:
        if rows := [r for each in row.get(child.key) or () if (r := _tidied_row(child, each))]:
            found[child.key] = rows
    if others := _others(row):
        found[OTHER] = others
    only_a_number = found.keys() <= {"GNo"} and "GNo" in found
    return {} if only_a_number and block.key == "DecLists" else found


def _others(row: Mapping[str, Any]) -> list[list[str]]:
    return [[str(n), text] for n, t in row.get(OTHER) or () if (text := clean(t))]


def clean(value: object, *, is_positional: bool = False) -> str:
    """Text as it is stored: NFC, trimmed, without control characters.

    In a positional value the blanks before the first character stand for something and stay.
    """
    if value is None:
        return ""
    text = str(value)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():  # rare; the test is many times faster than the work
        text = "".join(c if c.isprintable() else " " for c in text)
    return text.rstrip() if is_positional else text.strip()


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON: equal content, equal digest."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def value_at(document: Mapping[str, Any], path: str) -> str:
    """The text at ``DecHead.GrossWet`` or ``DecLists[2].GQty`` (rows count from 0); "" if none."""
    here: Any = document
    for name, index in _PATH.findall(path):
        here = here.get(name) if isinstance(here, Mapping) else None
        if index and isinstance(here, list):
            here = here[int(index)] if int(index) < len(here) else None
    return here if isinstance(here, str) else ""


def leaves(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every value with its path, in the order of the message; ``other`` elements by their name."""
    for key, block in blocks().items():
        value = document.get(key)
        if block.many:
            for number, row in enumerate(value or ()):
                yield from _leaves_of(block, row, f"{key}[{number}]")
        elif value:
            yield from _leaves_of(block, value, key)
    yield from ((name, text) for name, text in document.get(OTHER) or ())


def _leaves_of(block: Block, row: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name in block.elements:
        if name in row:
            yield f"{path}.{name}", row[name]
    for child in block.children:
        for number, inner in enumerate(row.get(child.key) or ()):
            yield from _leaves_of(child, inner, f"{path}.{child.key}[{number}]")
    for name, text in row.get(OTHER) or ():
        yield f"{path}.{name}", text


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, tuple[str, str]]:
    """``{path: (old, new)}`` of every value that is not the same; "" where there is none."""
    old, new = dict(leaves(before)), dict(leaves(after))
    paths = dict.fromkeys((*old, *new))
    return {
        path: (old.get(path, ""), new.get(path, ""))
        for path in paths
        if old.get(path, "") != new.get(path, "")
    }
