"""The official form as a PDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from guanzhang.customs.domain import code128
from guanzhang.customs.domain.declaration import read
from guanzhang.customs.domain.form import STATEMENT, Facts, Form, form
from guanzhang.customs.prints import engine
from guanzhang.kernel.problem import Kind, Problem, Severity
from guanzhang.reference.domain.view import Reference

EDITION = "D1"  # of the layout: raise it with every change that changes the bytes of a print
UNPRINTABLE = Kind(
    "CUS-990",
    Severity.WARNING,
    "打印字库没有字符 {found}，打印件上印的是它的编码；请核对，必要时改用字库内的字",
    "The print font lacks {found}; the paper shows its code instead. Check it, or use another character",
)  # fmt: skip


def declaration_pdf(form_: Form) -> bytes:
    """The bytes of a form: equal forms under one edition give equal bytes."""
    return engine.pdf("declaration", _data(form_))


def printed_form(document: Mapping[str, Any], reference: Reference, facts: Facts) -> Form:
    """The form of a document."""
    return form(read(document), reference, facts)


def unprintable(texts: Iterable[str]) -> tuple[Problem, ...]:
    """One warning that names every character the papers can only show by its code."""
    if not (lost := engine.missing(list(texts))):
        return ()
    names = "、".join(f"{char} (U+{ord(char):04X})" for char in lost)
    return (UNPRINTABLE.at("", found=names),)


def _data(form_: Form) -> dict[str, Any]:
    data = asdict(form_)
    text = form_.barcode
    is_codable = bool(text) and all(" " <= char <= "~" for char in text)
    bars = code128.bars(text) if is_codable else ()
    del data["facts"]
    return data | {
        "barcode": {"text": text, "bars": [list(bar) for bar in bars]},
        "statement": STATEMENT,
        "origin": engine.joined(form_.origin, f"版式 {EDITION}"),
        "note": engine.missing_note(form_.texts()),
    }
