"""A cell that was pasted or read from a sheet as the value of an element: one way for both.

Numbers lose separators and full-width signs, names of codes become codes, text is cleaned. What does
not fit is a problem and stays out; nothing is cut to fit.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from guanzhang.customs.domain.declaration import number
from guanzhang.customs.domain.document import clean
from guanzhang.customs.domain.message import Element
from guanzhang.kernel.problem import Kind, Problem, Severity
from guanzhang.reference.domain.tables import CodeRow
from guanzhang.reference.domain.view import Reference

NOT_A_NUMBER = Kind(
    "CUS-971", Severity.ERROR,
    "“{found}”不是数字，请改成 1234.56 这样的写法",
    "“{found}” is not a number; write it as 1234.56",
)  # fmt: skip
TOO_FINE = Kind(
    "CUS-972", Severity.ERROR,
    "“{found}”有 {places} 位小数，{label}最多 {expected} 位",
    "“{found}” has {places} decimals; {label} takes at most {expected}",
)  # fmt: skip
TOO_LONG = Kind(
    "CUS-973", Severity.ERROR,
    "“{found}”有 {length} 个字，{label}最多 {expected} 个",
    "“{found}” has {length} characters; {label} takes at most {expected}",
)  # fmt: skip
UNKNOWN_CODE = Kind(
    "CUS-974", Severity.ERROR,
    "“{found}”在{label}代码表里找不到唯一的一项，请填代码或完整名称",
    "“{found}” is not exactly one entry of the {label} table; give the code or the full name",
)  # fmt: skip
_LABELLED = re.compile(r"^(?P<name>.+?)\s*[(（](?P<code>[0-9A-Za-z]+)[)）]$")
_SEPARATORS = re.compile(r"[,，'’\s\u00a0]")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says: the value as a document holds it, or why it cannot be one."""

    value: str
    problem: Problem | None = None


def read_cell(
    text: str, element: Element, *, table: str, reference: Reference, path: str, label: str
) -> Cell:
    """The value of ``text`` for ``element``; empty text is no value and no problem.

    ``table`` is the code table of the element, "" for none; ``path`` and ``label`` name the place in
    the problem.
    """
    cleaned = clean(text)
    if not cleaned:
        return Cell("")
    if table:
        code = resolve(reference, table, cleaned)
        if code is None:
            return Cell("", UNKNOWN_CODE.at(path, found=_short(cleaned), label=label))
        return Cell(code)
    if element.kind in ("decimal", "integer"):
        return _read_number(cleaned, element, path, label)
    if element.kind == "date":
        cleaned = re.sub(r"[-./年月日]", "", cleaned)[:8]
    if element.length and len(cleaned) > element.length:
        problem = TOO_LONG.at(
            path, found=_short(cleaned), length=len(cleaned), label=label, expected=element.length
        )  # fmt: skip
        return Cell("", problem)
    return Cell(cleaned)


def resolve(reference: Reference, table: str, text: str) -> str | None:
    """The code that ``text`` means in a table: the code itself, "名称 (代码)", the name, or the one
    active row whose name begins with it. None when there is none or more than one."""
    rows = reference.tables.get(table, {})
    wanted = unicodedata.normalize("NFKC", text).strip()
    for code in (wanted, wanted.upper()):
        if code in rows:
            return code
    labelled = _LABELLED.match(wanted)
    if labelled and labelled["code"] in rows:
        return labelled["code"]
    active = [row for row in rows.values() if row.status == "active"]
    same = [row.code for row in active if _is_called(row, wanted)]
    if len(same) == 1:
        return same[0]
    telling = not same and len(wanted) > 1  # one sign begins too much by chance
    begun = [row.code for row in active if telling and row.name.startswith(wanted)]
    return begun[0] if len(begun) == 1 else None


def plain_number(text: str) -> str:
    """A typed or printed number as plain digits: "１，２３４．５" → "1234.5". Not checked."""
    plain = unicodedata.normalize("NFKC", text)
    plain = _SEPARATORS.sub("", plain).replace("−", "-").replace("–", "-")
    return plain.removeprefix("+")


def _read_number(text: str, element: Element, path: str, label: str) -> Cell:
    plain = plain_number(text)
    value = number(plain)
    if value is None:
        return Cell("", NOT_A_NUMBER.at(path, found=_short(text)))
    places = len(plain.partition(".")[2].rstrip("0"))
    if places > element.scale:
        problem = TOO_FINE.at(
            path, found=_short(text), places=places, label=label, expected=element.scale
        )  # fmt: skip
        return Cell("", problem)
    if "." in plain and not places:
        plain = plain.partition(".")[0]
    return Cell(plain)


def _is_called(row: CodeRow, wanted: str) -> bool:
    return unicodedata.normalize("NFKC", row.name).casefold() == wanted.casefold()


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
