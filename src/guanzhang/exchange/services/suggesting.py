"""What a refused cell probably should have been. Only proposed: a person accepts it or not."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import fuzz, process

from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.domain.cells import Habits, Raw, reader_for, shown
from guanzhang.exchange.domain.fields import Field, FieldKind
from guanzhang.kernel.problem import Problem

NEAR = 50  # of 100: of two characters one is right
_AMOUNT = re.compile(r"([-+]?[\d,]+(?:\.\d+)?)\s*([万亿千百]?)")
_UNITS = {"": 0, "百": 2, "千": 3, "万": 4, "亿": 8}
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "Z": "2", "S": "5"})


def suggestion(field: Field, raw: Raw, problem: Problem) -> str:
    """A text that the field would accept instead of ``raw``; "" when nothing is likely."""
    text = unicodedata.normalize("NFKC", shown(raw)).strip()
    if not text:
        return ""
    proposed = _proposed(field, text, problem)
    if not proposed or proposed == text:
        return ""
    value, still = reader_for(field, Habits())(proposed)
    return proposed if value is not None and not (still and still.is_error) else ""


def _proposed(field: Field, text: str, problem: Problem) -> str:
    if field.kind is FieldKind.CHOICE:
        labels = [label for _code, label in field.choices]
        best = process.extract(text, labels, scorer=fuzz.WRatio, score_cutoff=NEAR, limit=2)
        is_clear = len(best) == 1 or (len(best) == 2 and best[0][1] > best[1][1])
        return str(best[0][0]) if is_clear else ""
    if problem.kind is kinds.NOT_A_NUMBER:
        return _number(text)
    if problem.kind is kinds.TOO_MANY_PLACES:
        return ""  # rounding is the person's decision
    if problem.kind.code in ("PTY-002",):
        return text.upper().translate(_LOOKALIKES)
    if field.key in ("mobile", "phone"):
        return "".join(c for c in text if c.isdigit())
    if problem.kind is kinds.NOT_A_DATE:
        digits = re.findall(r"\d+", text)
        return "-".join(digits[:3]) if len(digits) == 3 and len(digits[0]) == 4 else ""
    return ""


def _number(text: str) -> str:
    """8万 → 80000; ¥1,200.50元 → 1200.50."""
    match = _AMOUNT.search(text.replace("¥", "").replace(" ", ""))
    if match is None:
        return ""
    digits = match[1].replace(",", "")
    whole, _, fraction = digits.partition(".")
    shift = _UNITS[match[2]]
    moved = fraction.ljust(shift, "0")
    rest = moved[shift:]
    return f"{whole}{moved[:shift]}" + (f".{rest}" if rest else "")
