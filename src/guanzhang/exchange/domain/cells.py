"""One cell: from what the file holds to what is stored, or to the reason why not.

A raw cell is a text or None; numbers and dates of a workbook arrive written out in full ("17850",
"0.1", "2026-11-23"). A reader returns ``(value, problem)``: the value is a text, an integer (decimals
scaled by the field's places), True/False or None for empty; the problem's path is the field's key.
A value may come with a problem that is only a note.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.domain.fields import Field, FieldKind
from guanzhang.kernel.dates import parse_date
from guanzhang.kernel.problem import Problem

Raw = str | None
Value = str | int | bool | None
Read = tuple[Value, Problem | None]
Reader = Callable[[Raw], Read]

# What no text of a file can begin with marks what a workbook could not say.
ERROR_MARK = "\x00"  # "\x00#N/A": an Excel error
NO_RESULT = ERROR_MARK + "="  # a formula without its stored result
IMPRECISE = ERROR_MARK + "~"  # "\x00~9.1330206E+17": a number of more than 15 digits
LARGEST = 2**63 - 1
CLEANERS = ("integer", "upper", "compact", "digits")
DATE_ORDERS = ("auto", "ymd", "dmy", "mdy")

_NUMBER = re.compile(r"([+-]?)(?:(\d+)|(\d{1,3}(?:,\d{3})+))?(?:\.(\d*))?(-?)", re.ASCII)
_INTEGRAL = re.compile(r"-?\d+\.0*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BREAKS = re.compile(r"[\r\n\t]+")
_DAY_FIRST_OR_LAST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})(?:\D.*)?", re.ASCII)
_MONTH_NAME = re.compile(
    r"(?:(\d{1,2})[- ])?([A-Za-z]{3})[a-z]*[-., ]+(?:(\d{1,2}),? +)?(\d{4})"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YES = frozenset({"是", "y", "yes", "true", "1", "√", "✓", "有", "对", "t"})
_NO = frozenset({"否", "n", "no", "false", "0", "×", "✗", "无", "非", "f"})
_FORMULA = re.compile(r"[=＝@＠]\s*\S|[-+＋－].*[(!|]")
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?", re.ASCII)
_ANY_DAY = dt.date(
    1900, 1, 1
)  # parse_date wants one for dates without a year, which are not read


@dataclass(frozen=True, slots=True)
class Habits:
    """How one column of one file writes things."""

    clean: tuple[str, ...] = ()
    date_order: str = "auto"
    epoch_1904: bool = False


def reader_for(field: Field, habits: Habits) -> Reader:
    """The reader of ``field`` for a column with ``habits``."""
    read = _READERS[field.kind]

    def reader(raw: Raw) -> Read:
        text = (raw or "").strip()
        if not text:
            return _empty(field)
        if text[0] == ERROR_MARK:
            return None, _marked(field, text)
        for step in habits.clean:
            text = _cleaned(step, text)
        return read(field, text, habits) if text else _empty(field)

    return reader


def shown(raw: Raw) -> str:
    """A raw cell as a person sees it in the sheet."""
    return (
        ""
        if raw is None or raw == NO_RESULT
        else raw.removeprefix(IMPRECISE).removeprefix(ERROR_MARK)
    )


def scaled(text: str, places: int) -> int | None:
    """``1,234.5`` with 4 places → 12345000; brackets and a trailing minus are negative.

    Full-width characters are forgiven. None if it is not a number or has more places than that.
    """
    parts = _parts(text)
    if parts is None or len(parts[2]) > places or len(parts[1]) > 19:
        return None
    negative, whole, fraction = parts
    number = int(whole + fraction.ljust(places, "0"))
    return -number if negative else number


def unscaled(number: int, places: int) -> str:
    """12345000 with 4 places → ``1234.5``; the way a number is shown in a sheet."""
    digits = str(abs(number)).rjust(places + 1, "0")
    whole, fraction = (
        (digits[:-places], digits[-places:].rstrip("0")) if places else (digits, "")
    )
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def divided_half_up(number: int, divisor: int) -> int:
    """``number / divisor`` rounded half away from zero (四舍五入), in integers."""
    quotient = (abs(number) * 2 + divisor) // (divisor * 2)
    return -quotient if number < 0 else quotient


def _empty(field: Field) -> Read:
    return None, kinds.REQUIRED.at(field.key, field=field.label) if field.required else None


def _marked(field: Field, raw: str) -> Problem:
    if raw == NO_RESULT:
        return kinds.NO_CACHED_VALUE.at(field.key, field=field.label)
    if raw.startswith(IMPRECISE):
        return kinds.PRECISION_LOST.at(field.key, field=field.label, found=shown(raw))
    return kinds.EXCEL_ERROR.at(field.key, field=field.label, found=shown(raw))


def _cleaned(step: str, text: str) -> str:
    match step:
        case "integer":  # "17850.0" → "17850", as spreadsheets and data frames write codes
            return text.partition(".")[0] if _INTEGRAL.fullmatch(text) else text
        case "upper":
            return text.upper()
        case "compact":
            return "".join(text.split())
        case _:
            return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit())


def _clip(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _read_text(field: Field, raw: str, _habits: Habits) -> Read:
    if match := _CONTROL.search(raw):
        return None, kinds.CONTROL_CHARACTER.at(
            field.key, field=field.label, position=match.start() + 1
        )
    text = raw if field.multiline else _BREAKS.sub(" ", raw)
    if field.read is not None:
        understood = field.read(text)
        if understood is None:
            return None, kinds.NOT_RECOGNISED.at(
                field.key, field=field.label, found=_clip(text), expected=field.expected
            )
        text = understood
    if len(text) > field.max_length:
        return None, kinds.TOO_LONG.at(
            field.key, field=field.label, found=len(text), expected=field.max_length
        )
    if field.check is not None:
        found = [p for p in field.check(text, field.key) if p.is_error]
        if found:
            return None, found[0]
    if text[0] in "=＝@＠+-＋－" and _FORMULA.match(text):
        return text, kinds.LOOKS_LIKE_FORMULA.at(
            field.key, field=field.label, found=_clip(text)
        )
    return text, None


def _read_decimal(field: Field, text: str, _habits: Habits) -> Read:
    parts = _parts(text)
    if parts is None:
        return None, kinds.NOT_A_NUMBER.at(field.key, field=field.label, found=_clip(text))
    negative, whole, fraction = parts
    if len(fraction) > field.places:
        kind = kinds.TOO_MANY_PLACES if field.places else kinds.NOT_AN_INTEGER
        facts = {"expected": field.places} if field.places else {}
        return None, kind.at(field.key, field=field.label, found=_clip(text), **facts)
    # a number of thousands of digits is not even tried
    number = int(whole + fraction.ljust(field.places, "0")) if len(whole) < 20 else LARGEST + 1
    if number > LARGEST:
        return None, kinds.OUT_OF_RANGE.at(field.key, field=field.label, found=_clip(text))
    return -number if negative else number, None


def _read_integer(field: Field, text: str, habits: Habits) -> Read:
    value, problem = _read_decimal(field, text, habits)
    if problem is None and isinstance(value, int) and abs(value) >= 2**31:
        return None, kinds.OUT_OF_RANGE.at(field.key, field=field.label, found=_clip(text))
    return value, problem


def _parts(text: str) -> tuple[bool, str, str] | None:
    """(negative, digits before the point, digits behind it without trailing zeros)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("−", "-")
    text = text.strip()
    bracketed = text.startswith("(") and text.endswith(")")
    if bracketed:
        text = text[1:-1].strip()
    match = _NUMBER.fullmatch(text.replace(" ", ""))
    if match is None or not any(match.group(2, 3, 4)):
        return None
    sign, plain, grouped, fraction, trailing = match.groups()
    minuses = (sign == "-") + (trailing == "-") + bracketed
    if minuses > 1:
        return None
    whole = plain or (grouped or "").replace(",", "") or "0"
    return minuses == 1, whole, (fraction or "").rstrip("0")


def _read_date(field: Field, raw: str, habits: Habits) -> Read:
    text = unicodedata.normalize("NFKC", raw)
    day = None
    if _SERIAL.fullmatch(text):
        day = _serial(int(text[:5]), habits)
    elif text[:4].isdigit():
        day = parse_date(text, _ANY_DAY)
    elif match := _DAY_FIRST_OR_LAST.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        order = (
            habits.date_order if habits.date_order in ("dmy", "mdy") else _order(first, second)
        )
        if order is None:
            return None, kinds.AMBIGUOUS_DATE.at(
                field.key, field=field.label, found=_clip(text)
            )
        day = _day(year, second, first) if order == "dmy" else _day(year, first, second)
    elif match := _MONTH_NAME.match(text):
        day = _named(match)
    if day is None:
        return None, kinds.NOT_A_DATE.at(field.key, field=field.label, found=_clip(text))
    return day.isoformat(), None


def _order(first: int, second: int) -> str | None:
    """dmy or mdy where the numbers leave no choice; None where both are possible."""
    if first > 12 or first == second:
        return "dmy"
    return "mdy" if second > 12 else None


def _named(match: re.Match[str]) -> dt.date | None:
    month = match[2].lower()
    number = match[1] or match[3]
    if month not in _MONTHS or number is None:
        return None
    return _day(int(match[4]), _MONTHS.index(month) + 1, int(number))


def _serial(number: int, habits: Habits) -> dt.date:
    """The day of a five-digit Excel serial number, in the 1904 or the 1900 system (1927 to 2173)."""
    epoch = dt.date(1904, 1, 1) if habits.epoch_1904 else dt.date(1899, 12, 30)
    return epoch + dt.timedelta(days=number)


def _day(year: int, month: int, day: int) -> dt.date | None:
    if not 1900 <= year <= 2199:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _read_choice(field: Field, raw: str, _habits: Habits) -> Read:
    text = unicodedata.normalize("NFKC", raw).strip()
    wanted = text.casefold()
    for code, label in field.choices:
        if wanted in (code.casefold(), label.casefold()):
            return code, None
    if field.read is not None and (understood := field.read(text)) is not None:
        return understood, None
    labels = [label for _code, label in field.choices]
    expected = "、".join(labels[:12]) + ("…" if len(labels) > 12 else "")
    return None, kinds.NOT_A_CHOICE.at(
        field.key, field=field.label, found=_clip(text), expected=expected
    )


def _read_flag(field: Field, raw: str, _habits: Habits) -> Read:
    text = unicodedata.normalize("NFKC", raw).strip().casefold()
    if text in _YES:
        return True, None
    if text in _NO:
        return False, None
    return None, kinds.NOT_A_FLAG.at(field.key, field=field.label, found=_clip(text))


_READERS: dict[FieldKind, Callable[[Field, str, Habits], Read]] = {
    FieldKind.TEXT: _read_text,
    FieldKind.CODE: _read_text,
    FieldKind.INTEGER: _read_integer,
    FieldKind.DECIMAL: _read_decimal,
    FieldKind.DATE: _read_date,
    FieldKind.CHOICE: _read_choice,
    FieldKind.FLAG: _read_flag,
}
