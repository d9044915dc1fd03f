"""The goods declaration message of the Single Window: XML to document and back.

Nothing is lost on the way: what the message table does not know is kept in ``other`` of its row as
(name, text) pairs and reported. A nested unknown element is kept leaf by leaf under its path:
``Outer[0]/Inner``, where the number counts the nested unknown elements of that row.
Text is stored as ``document.clean`` gives it: trimmed, NFC, line breaks as spaces.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from guanzhang.customs.domain import file_problems as kinds
from guanzhang.customs.domain.document import OTHER, POSITIONAL, Document, Row, clean
from guanzhang.customs.domain.message import NAMESPACE, VERSION, Block, blocks
from guanzhang.customs.domain.plainxml import MAX_BYTES, local_name, parse
from guanzhang.kernel.problem import Problem, Refused

ROOT = "DecMessage"
ENVELOPE = "DxpMsg"
_ALIASES = {"DecContainers": ("DecContainer",)}  # other names met for the element of a row
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INDEXED = re.compile(r"^([^/\[]+)\[(\d+)\]/(.+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Read:
    """What a message says, and what was noticed while reading it (warnings and notes only)."""

    document: Document
    problems: tuple[Problem, ...]


def read_message(data: bytes) -> Read:
    """The document of a message, bare or in its exchange envelope.

    Raises ``Refused`` for what cannot be read: broken, dangerous, too large, no declaration.
    """
    parsed = parse(data, name="报文")
    root, problems = parsed.root, parsed.problems
    if local_name(root.tag) == ENVELOPE:
        inner = parse(unwrapped(root), name="报文")
        root, problems = inner.root, (*problems, *inner.problems)
    if local_name(root.tag) != ROOT:
        raise Refused([kinds.NOT_A_DECLARATION.at("", found=local_name(root.tag)[:60])])
    reader = _Reader()
    document = reader.document(root)
    return Read(document, (*problems, *reader.problems))


def unwrapped(root: Element) -> bytes:
    """What an exchange envelope carries; raises ``Refused``."""
    for element in root.iter():
        if local_name(element.tag) == "Data":
            text = "".join((element.text or "").split())
            if not text or len(text) > MAX_BYTES * 4 // 3 + 4:
                break
            try:
                return base64.b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                break
    raise Refused([kinds.BAD_ENVELOPE.at("")])


@dataclass(slots=True)
class _Reader:
    """Collects the document and what was noticed, block by block."""

    problems: list[Problem] = field(default_factory=list)
    found: Document = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # tag -> local name

    def document(self, root: Element) -> Document:
        version = root.get("Version") or root.get("version") or ""
        if not clean(version):
            self.problems.append(kinds.NO_VERSION.at("Version", found=VERSION))
        self._stray(root, "", allowed=("Version", "version"))
        last = -1
        for child in root:
            last = self._block(child, last)
        rows = self._in_order(self.found.get("DecLists") or [])
        ordered: Document = {"Version": clean(version) or VERSION}
        for key in blocks():
            if key == "DecLists":
                ordered[key] = rows
            elif self.found.get(key):
                ordered[key] = self.found[key]
        if self.found.get(OTHER):
            ordered[OTHER] = self.found[OTHER]
        return ordered

    def _name(self, element: Element) -> str:
        name = self.names.get(element.tag)
        if name is None:
            name = self.names[element.tag] = local_name(element.tag)
        return name

    def _block(self, element: Element, last: int) -> int:
        """Read a child of the root; returns the greater of ``last`` and its place in the order."""
        name = self._name(element)
        places = _places()
        if name not in places:
            if not self._bare_row(element, name):
                self._other(self.found, element, "")
            return last
        block, place = blocks()[name], places[name]
        if place < last:
            before = list(blocks())[last]
            self._misplaced(name, before, "之后", "after")
        self._read(block, element)
        return max(place, last)

    def _read(self, block: Block, element: Element) -> None:
        """A block whose element carries its key, wherever it stood."""
        if not block.many:
            self._single(block, element)
            return
        rows = self.found.setdefault(block.key, [])
        if block.is_bare:
            self._append(block, element, rows)
            return
        if rows:
            both = {"what_zh": "各行已合并", "what_en": "their rows were put together"}
            self.problems.append(kinds.BLOCK_TWICE.at(block.key, name=block.key, **both))
        self._rows(block, element, rows, block.key)

    def _single(self, block: Block, element: Element) -> None:
        if not self.found.get(block.key):
            self.found[block.key] = self._row(block, element, block.key)
            return
        if not self._row_is_empty(element):
            facts = {
                "what_zh": "采用第一个，另一个已另行保留",
                "what_en": "the first stands, the other is kept aside",
            }
            self.problems.append(kinds.BLOCK_TWICE.at(block.key, name=block.key, **facts))
            self._keep(self.found, element)

    def _rows(self, block: Block, element: Element, rows: list[Row], path: str) -> None:
        """The rows inside the element that encloses a block."""
        accepted = (block.item, *_ALIASES.get(block.key, ()))
        self._stray(element, path)
        for child in element:
            name = self._name(child)
            if name in accepted:
                self._append(block, child, rows)
            else:
                self._other(self.found, child, path)

    def _append(self, block: Block, element: Element, rows: list[Row]) -> None:
        path = f"{block.key}[{len(rows)}]"
        if row := self._row(block, element, path):
            rows.append(row)

    def _row(self, block: Block, element: Element, path: str) -> Row:
        row: Row = {}
        known = block.elements
        self._stray(element, path)
        for child in element:
            name = self._name(child)
            if len(child):
                self._nested(block, row, child, path)
            elif name in known:
                if value := clean(child.text, is_positional=name in POSITIONAL):
                    if name in row:
                        self._again(row, name, value, path)
                    else:
                        row[name] = value
                if child.attrib:
                    self._stray(child, f"{path}.{name}")
            else:
                self._other(row, child, path)
        return row

    def _nested(self, block: Block, row: Row, element: Element, path: str) -> None:
        """An element with elements inside a row: a block of the row, a strayed block, or unknown."""
        name = self._name(element)
        inner = next((each for each in block.children if each.key == name), None)
        if inner is not None:
            rows = row.setdefault(inner.key, [])
            self._inner_rows(inner, element, rows, f"{path}.{inner.key}")
            if not rows:
                del row[inner.key]
        elif name in _places():
            self._misplaced(name, block.item, "里面", "inside")
            self._read(blocks()[name], element)
        else:
            self._other(row, element, path)

    def _inner_rows(self, block: Block, element: Element, rows: list[Row], path: str) -> None:
        self._stray(element, path)
        for child in element:
            if self._name(child) != block.item:
                self._other(self.found, child, path)
            elif row := self._row(block, child, f"{path}[{len(rows)}]"):
                rows.append(row)

    def _bare_row(self, element: Element, name: str) -> bool:
        """A row that stands under the root without the element that should enclose it."""
        for block in blocks().values():
            if block.many and name in (block.item, *_ALIASES.get(block.key, ())):
                self._misplaced(name, ROOT, "之下，缺少外层", "directly under")
                self._append(block, element, self.found.setdefault(block.key, []))
                return True
        return False

    def _again(self, row: Row, name: str, value: str, path: str) -> None:
        row.setdefault(OTHER, []).append([name, value])
        facts = {"name": name, "kept": row[name][:40], "found": value[:40]}
        self.problems.append(kinds.TWICE.at(f"{path}.{name}", **facts))

    def _other(self, row: Row, element: Element, path: str) -> None:
        """Keep an unknown element with everything in it, and say so."""
        name = self._name(element)
        leaves = self._keep(row, element)
        found = "；".join(text for _, text in leaves)[:60]
        at = f"{path}.{name}" if path else name
        self.problems.append(kinds.UNKNOWN_ELEMENT.at(at[:80], name=name[:60], found=found))

    def _keep(self, row: Row, element: Element) -> list[list[str]]:
        kept = row.get(OTHER) or []
        start = 1 + max((int(m[2]) for n, _ in kept if (m := _INDEXED.match(n))), default=-1)
        leaves = list(self._leaves(element, "", start))
        if leaves:
            row[OTHER] = [*kept, *leaves]
        return leaves

    def _leaves(self, element: Element, above: str, number: int) -> Iterator[list[str]]:
        name = f"{above}{self._name(element)}"
        self._stray(element, name)
        if not len(element):
            if text := clean(element.text):
                yield [name, text]
            return
        nested = 0
        for child in element:
            yield from self._leaves(child, f"{name}[{number}]/", nested)
            nested += 1 if len(child) else 0

    def _misplaced(self, name: str, found: str, zh: str, en: str) -> None:
        facts = {"name": name, "found": found, "where_zh": zh, "where_en": en}
        self.problems.append(kinds.MISPLACED.at(name, **facts))

    def _stray(self, element: Element, path: str, allowed: tuple[str, ...] = ()) -> None:
        """Say what is not kept: attributes, and text between elements."""
        extra = [f'{k}="{v}"' for k, v in element.attrib.items() if k not in allowed and v]
        if len(element):
            texts = (element.text, *(child.tail for child in element))
            extra += [text.strip() for text in texts if text and not text.isspace()]
        if extra:
            facts = {"name": self._name(element)[:60], "found": " ".join(extra)[:60]}
            self.problems.append(kinds.NOT_KEPT.at(path[:80], **facts))

    @staticmethod
    def _row_is_empty(element: Element) -> bool:
        return not any(clean(each.text) for each in element.iter() if not len(each))

    def _in_order(self, rows: list[Row]) -> list[Row]:
        """The goods by their numbers 1..n, since other blocks refer to them."""
        numbers = [row.get("GNo", "") for row in rows]
        wanted = [str(number) for number in range(1, len(rows) + 1)]
        if numbers == wanted:
            return rows
        facts = {"found": "、".join(n or "—" for n in numbers)[:80], "count": len(rows)}
        if sorted(numbers) == sorted(wanted):
            facts |= {
                "what_zh": "已按项号排列",
                "what_en": "they were put in order",
            }
            rows = sorted(rows, key=lambda row: int(row["GNo"]))
        else:
            facts |= {
                "what_zh": "已按文件中的顺序重新编号",
                "what_en": "they were numbered in the order of the file",
            }
            rows = [{**row, "GNo": number} for row, number in zip(rows, wanted, strict=True)]
        self.problems.append(kinds.RENUMBERED.at("DecLists", **facts))
        return rows


@cache
def _places() -> dict[str, int]:
    return {key: place for place, key in enumerate(blocks())}


def write_message(document: Document) -> bytes:
    """The message of a document: UTF-8 without mark, in the order of the table, nothing empty.

    The same document gives the same bytes.
    """
    version = quoteattr(_legal(str(document.get("Version") or VERSION)))
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<{ROOT} Version={version} xmlns="{NAMESPACE}">\n',
    ]
    for key, block in blocks().items():
        value = document.get(key)
        if value:
            parts.append(_block_text(block, value if block.many else [value]))
            parts.append("\n")
    parts.append(_others_text(document.get(OTHER) or ()))
    parts.append(f"</{ROOT}>\n")
    return "".join(parts).encode()


def _block_text(block: Block, rows: Iterable[Row]) -> str:
    inner = "".join(_row_text(block, row) for row in rows)
    if not block.many or block.is_bare or not inner:
        return inner
    return f"<{block.key}>{inner}</{block.key}>"


def _row_text(block: Block, row: Row) -> str:
    parts = [f"<{name}>{_text(row[name])}</{name}>" for name in block.elements if row.get(name)]
    parts += [
        _block_text(child, row[child.key]) for child in block.children if row.get(child.key)
    ]
    if row.get(OTHER):
        parts.append(_others_text(row[OTHER]))
    return f"<{block.item}>{''.join(parts)}</{block.item}>" if parts else ""


def _others_text(pairs: Iterable[Any]) -> str:
    """Unknown elements as they were: leaves by name, nested ones put together by their path."""
    parts = []

    def outer(pair: tuple[str, str]) -> tuple[str, str]:
        match = _INDEXED.match(pair[0])
        return (match[1], match[2]) if match else ("", "")

    for (found, _), group in groupby(((str(n), str(t)) for n, t in pairs), key=outer):
        if name := _element_name(found):
            inside = [(path.partition("]/")[2], text) for path, text in group]
            parts.append(f"<{name}>{_others_text(inside)}</{name}>")
        else:
            for leaf, text in group:
                tag = _element_name(leaf)
                parts.append(f"<{tag}>{_text(text)}</{tag}>")
    return "".join(parts)


def _element_name(name: str) -> str:
    """A name that may stand in a tag, whatever somebody put into a document."""
    text = re.sub(r"[^\w.-]", "_", name)
    return f"_{text}" if text and not re.match(r"[^\W\d]", text) else text


def _text(value: str) -> str:
    return escape(_legal(value), {"\r": "&#13;"})


def _legal(value: str) -> str:
    return value if value.isprintable() else _ILLEGAL.sub(" ", value)
