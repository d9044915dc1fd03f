"""The little language of the filter row, read into terms.

    >=100    <5    !=3       compare; ≥ ≤ ≠ and full-width signs too; 万 and 亿 after a number
    10..20   10..  ..20      from – to, both included
    空   非空                 no value, some value
    A, B   A、B              either; exclusions (!=) hold together
    本月 上季 近90天 2026-11   a span of days; also compared: <本月
    恒通   =恒通              text: contains, is exactly

A token that cannot be read raises ``BadToken`` saying what was found and what would do.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from django.utils.translation import gettext as _

from guanzhang.kernel.dates import DateRange
from guanzhang.web.day_words import span_of
from guanzhang.web.listing_spec import ColumnKind

MOST = 200  # alternatives in one token


class BadToken(ValueError):  # noqa: N818 - reads as a sentence
    """A filter that cannot be read; its text is the message at the filter."""


class Op(StrEnum):
    IS = "="
    NOT = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    BETWEEN = ".."
    HAS = "~"
    EMPTY = "empty"
    FILLED = "filled"


Scalar = Decimal | DateRange | str | bool
Value = Scalar | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Term:
    """One alternative. BETWEEN uses ``value`` and ``upper``, either may be open (None)."""

    op: Op
    value: Value = None
    upper: Value = None


_EMPTY = frozenset({"空", "无数据", "empty", "blank"})
_FILLED = frozenset({"非空", "有数据", "filled", "not empty", "!空", "!empty"})
_SIGNS = {"≥": ">=", "≤": "<=", "≠": "!=", "<>": "!="}
_PUNCTUATION = str.maketrans("，；＝！＞＜", ",;=!><")
_SIGN = re.compile(r"(>=|<=|!=|=|>|<)\s*(.*)", re.DOTALL)
_RANGE = re.compile(r"(.*?)\s*(?:\.{2,3}|~|至)\s*(.*)", re.DOTALL)
_GROUPED = re.compile(r"[<>=!]*-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_NUMBER = re.compile(r"([+-]?)\s*[¥￥]?\s*(\d+(?:\.\d*)?|\.\d+)\s*(万|亿|%)?", re.ASCII)
_TIMES = {
    "万": Decimal(10_000),
    "亿": Decimal(100_000_000),
    "%": Decimal("0.01"),
    None: Decimal(1),
}
_YES = frozenset({"是", "有", "yes", "true", "1", "y"})
_NO = frozenset({"否", "无", "no", "false", "0", "n"})
_COMPARABLE = (
    ColumnKind.NUMBER,
    ColumnKind.MONEY,
    ColumnKind.PERCENT,
    ColumnKind.DATE,
    ColumnKind.DATETIME,
    ColumnKind.CODE,
)


def read_token(
    kind: ColumnKind, token: str, *, today: dt.date, choices: Sequence[tuple[str, str]] = ()
) -> tuple[Term, ...]:
    """The alternatives of ``token`` for a column of ``kind``; ``choices`` are (code, label).

    Raises ``BadToken``.
    """
    # The words of a name stay as typed: （宁波） and (宁波) are told apart only where they are stored.
    is_words = kind in (ColumnKind.TEXT, ColumnKind.TAGS)
    text = (
        token.translate(_PUNCTUATION) if is_words else unicodedata.normalize("NFKC", token)
    ).strip()
    if kind.is_number and _GROUPED.fullmatch(text):
        raise BadToken(
            _(
                "“{found}”有两种读法：千分位请去掉逗号（{plain}）；几个值请在逗号后加空格或用顿号。"
            ).format(found=token.strip(), plain=text.replace(",", ""))
        )
    parts = [part.strip() for part in re.split(r"[,、;]", text) if part.strip()]
    if not parts:
        raise BadToken(_("没有写条件。"))
    if len(parts) > MOST:
        raise BadToken(
            _("一次最多写 {most} 个值，现有 {found} 个。").format(most=MOST, found=len(parts))
        )
    reader = _Reader(kind, today, choices)
    return tuple(reader.term(part) for part in parts)


@dataclass(frozen=True, slots=True)
class _Reader:
    kind: ColumnKind
    today: dt.date
    choices: Sequence[tuple[str, str]]

    def term(self, part: str) -> Term:
        lowered = part.casefold()
        if lowered in _EMPTY:
            return Term(Op.EMPTY)
        if lowered in _FILLED:
            return Term(Op.FILLED)
        for sign, plain in _SIGNS.items():
            part = part.replace(sign, plain, 1) if part.startswith(sign) else part
        if match := _SIGN.fullmatch(part):
            return self._signed(Op(match[1]), match[2].strip(), part)
        if self.kind in _COMPARABLE and (match := _RANGE.fullmatch(part)):
            return self._between(match[1].strip(), match[2].strip(), part)
        if self.kind in (ColumnKind.TEXT, ColumnKind.CODE, ColumnKind.TAGS):
            return Term(Op.HAS, part)
        return Term(Op.IS, self._value(part))

    def _signed(self, op: Op, text: str, part: str) -> Term:
        if not text:
            raise BadToken(_("“{found}”后面缺少值。").format(found=part))
        if op in (Op.IS, Op.NOT):
            if text.casefold() in _EMPTY:
                return Term(Op.EMPTY if op is Op.IS else Op.FILLED)
            return Term(op, self._value(text))
        if self.kind not in _COMPARABLE:
            raise BadToken(
                _("“{found}”：这一列不能比大小，只能写值、=、!=、空、非空。").format(found=part)
            )
        return Term(op, self._value(text))

    def _between(self, low: str, high: str, part: str) -> Term:
        if not low and not high:
            raise BadToken(
                _("“{found}”两头都空，请至少写一头，如 10..20、10..、..20。").format(found=part)
            )
        first = self._value(low) if low else None
        last = self._value(high) if high else None
        if low and high and _starts_later(first, last):
            raise BadToken(
                _("“{found}”前大后小，请写成 {turned}。").format(
                    found=part, turned=f"{high}..{low}"
                )
            )
        return Term(Op.BETWEEN, first, last)

    def _value(self, text: str) -> Value:
        match self.kind:
            case ColumnKind.NUMBER | ColumnKind.MONEY | ColumnKind.PERCENT:
                return _number(self.kind, text)
            case ColumnKind.DATE | ColumnKind.DATETIME:
                return self._span(text)
            case ColumnKind.CHOICE | ColumnKind.GRADE:
                return self._codes(text)
            case ColumnKind.FLAG:
                return _flag(text)
            case _:
                return text

    def _span(self, text: str) -> DateRange:
        span = span_of(text, self.today)
        if span is None:
            raise BadToken(
                _(
                    "“{found}”不是日期。可写 2026-11-23、2026-11、2026、今天、本月、上季、今年、近90天。"
                ).format(found=text)
            )
        return span

    def _codes(self, text: str) -> tuple[str, ...]:
        wanted = text.casefold()
        exact = [
            code
            for code, label in self.choices
            if wanted in (code.casefold(), label.casefold())
        ]
        if exact:
            return tuple(exact)
        near = [code for code, label in self.choices if wanted in label.casefold()]
        if near:
            return tuple(near)
        if not self.choices:
            return (text,)
        some = _("、").join(label or code for code, label in self.choices[:8])
        raise BadToken(_("没有“{found}”。可选：{some}。").format(found=text, some=some))


def _number(kind: ColumnKind, text: str) -> Decimal:
    match = _NUMBER.fullmatch(text)
    if not match or (match[3] == "%") != (kind is ColumnKind.PERCENT):
        hint = (
            _("可写 5%、>=5%、5%..10%、空。")
            if kind is ColumnKind.PERCENT
            else _("可写 100、>=100、10..20、10万、空。")
        )
        raise BadToken(_("“{found}”不是数字。").format(found=text) + hint)
    try:
        number = Decimal(match[1] + match[2]) * _TIMES[match[3]]
    except InvalidOperation as error:
        raise BadToken(_("“{found}”不是数字。").format(found=text)) from error
    if abs(number) >= Decimal(10) ** 14:
        raise BadToken(_("“{found}”太大，最多 14 位整数。").format(found=text))
    return number


def _flag(text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise BadToken(_("“{found}”不是“是”或“否”。").format(found=text))


def _starts_later(first: Value, last: Value) -> bool:
    if isinstance(first, DateRange) and isinstance(last, DateRange):
        return first.start > last.start
    if isinstance(first, Decimal) and isinstance(last, Decimal):
        return first > last
    return isinstance(first, str) and isinstance(last, str) and first > last
