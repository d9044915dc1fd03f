"""Terms of a filter as a query condition, and in words.

Unknown satisfies no test: ``!=A`` finds rows with another value, not rows without one; 空 finds those.
"""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Field, IntegerField, Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.kernel.dates import DateRange
from guanzhang.storage.fields import FixedField
from guanzhang.web.filter_tokens import BadToken, Op, Term, Value
from guanzhang.web.listing_spec import ColumnKind

_WIDE = str.maketrans("()&", "（）＆")
NOTHING = Q(pk__in=[])
_LOOKUP = {Op.LT: "lt", Op.LE: "lte", Op.GT: "gt", Op.GE: "gte"}


def condition(model: type[Model], kind: ColumnKind, path: str, terms: Sequence[Term]) -> Q:
    """Exclusions hold together, the other terms are alternatives."""
    maker = _Maker(kind, path, model_field(model, path))
    wanted, refused = Q(), Q()
    for term in terms:
        if term.op is Op.NOT:
            refused &= maker.term(term)
        else:
            wanted |= maker.term(term)
    return wanted & refused


def model_field(model: type[Model], path: str) -> Field[Any, Any] | None:
    """The model field at the end of an ORM path; None for an annotation."""
    found: Any = None
    for name in path.split("__"):
        options = (found.related_model if found is not None else model)._meta  # noqa: SLF001 - its API
        field_names = {f.name: f for f in options.get_fields()} | {
            f.attname: f for f in options.concrete_fields
        }
        found = options.pk if name == "pk" else field_names.get(name)
        if found is None:
            return None
    return found if isinstance(found, Field) else None


def is_nullable(model: type[Model], path: str) -> bool:
    """Whether the value at ``path`` can be NULL: by itself, through a relation, or as an annotation."""
    parts = path.split("__")
    fields = [model_field(model, "__".join(parts[: i + 1])) for i in range(len(parts))]
    return any(field is None or field.null for field in fields)


class _Maker:
    def __init__(self, kind: ColumnKind, path: str, field: Field[Any, Any] | None) -> None:
        self.kind, self.path, self.field = kind, path, field
        self.textual = kind in (
            ColumnKind.TEXT,
            ColumnKind.CODE,
            ColumnKind.CHOICE,
            ColumnKind.GRADE,
            ColumnKind.TAGS,
        )

    def term(self, term: Term) -> Q:
        match term.op:
            case Op.EMPTY:
                return self._empty()
            case Op.FILLED:
                return ~self._empty()
            case Op.IS:
                return self._is(term.value)
            case Op.NOT:
                return ~self._is(term.value) & ~self._empty()
            case Op.HAS:
                return self._has(str(term.value))
            case Op.BETWEEN:
                low = self._compare(Op.GE, term.value) if term.value is not None else Q()
                high = self._compare(Op.LE, term.upper) if term.upper is not None else Q()
                return low & high & (Q() if term.value is not None else self._not_blank())
            case _:
                return self._compare(term.op, term.value)

    def _empty(self) -> Q:
        missing = self._q("isnull", value=True)
        stored_text = self.field is None or self.field.empty_strings_allowed
        return missing | self._q("exact", "") if self.textual and stored_text else missing

    def _not_blank(self) -> Q:
        return ~self._empty() if self.textual else Q()

    def _is(self, value: Value) -> Q:
        if isinstance(value, DateRange):
            return self._within(value)
        if isinstance(value, tuple):
            return self._q("in", list(value))
        if isinstance(value, Decimal):
            return self._number(Op.IS, value)
        if isinstance(value, str):
            return self._q("iexact", value)
        return self._q("exact", value)

    def _has(self, text: str) -> Q:
        """Contains, whichever width its punctuation was stored in."""
        spelled = {text, unicodedata.normalize("NFKC", text), text.translate(_WIDE)}
        found = Q()
        for one in sorted(spelled):
            found |= self._q("icontains", one)
        return found

    def _compare(self, op: Op, value: Value) -> Q:
        if isinstance(value, DateRange):
            return self._days(op, value)
        if isinstance(value, Decimal):
            return self._number(op, value)
        return self._q(_LOOKUP[op], value) & self._not_blank()

    def _days(self, op: Op, span: DateRange) -> Q:
        """Before a span, up to its end, after it, from its start."""
        end = span.end or dt.date(2200, 1, 1)
        bound, lookup = {
            Op.LT: (span.start, "lt"),
            Op.LE: (end, "lt"),
            Op.GT: (end, "gte"),
            Op.GE: (span.start, "gte"),
        }[op]
        return self._q(lookup, self._moment(bound))

    def _within(self, span: DateRange) -> Q:
        return self._days(Op.GE, span) & self._days(Op.LE, span)

    def _moment(self, day: dt.date) -> dt.date | dt.datetime:
        if self.kind is ColumnKind.DATETIME or isinstance(self.field, DateTimeField):
            return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
        return day

    def _number(self, op: Op, number: Decimal) -> Q:
        if isinstance(self.field, FixedField):
            try:
                self.field.to_integer(number)
            except ValidationError as error:
                raise BadToken(
                    _("{found} 的小数太多，最多 {places} 位。").format(
                        found=number, places=self.field.places
                    )
                ) from error
        elif isinstance(self.field, IntegerField):
            return self._whole(op, number)
        return self._q("exact" if op is Op.IS else _LOOKUP[op], number)

    def _whole(self, op: Op, number: Decimal) -> Q:
        """A whole-number column against 10.5: from 11 on, below 11, and never equal."""
        if number == number.to_integral_value():
            return self._q("exact" if op is Op.IS else _LOOKUP[op], int(number))
        if op is Op.IS:
            return NOTHING
        above = op in (Op.GE, Op.GT)
        return self._q(
            "gte" if above else "lte", math.ceil(number) if above else math.floor(number)
        )

    def _q(self, lookup: str, value: object) -> Q:
        return Q(**{f"{self.path}__{lookup}": value})


def in_words(label: str, terms: Sequence[Term], names: Mapping[str, str]) -> str:
    """``客户等级 是 A、B``: what the export and the chips say. ``names`` maps codes to labels."""
    wanted = [_said(term, names) for term in terms if term.op is not Op.NOT]
    refused = [_shown(term.value, names) for term in terms if term.op is Op.NOT]
    parts = [f"{label} {' / '.join(wanted)}"] if wanted else []
    if refused:
        parts.append(
            _("{label} 不是 {values}").format(label=label, values=_("、").join(refused))
        )
    return _("；").join(parts)


def _said(term: Term, names: Mapping[str, str]) -> str:
    match term.op:
        case Op.EMPTY:
            return _("空")
        case Op.FILLED:
            return _("非空")
        case Op.HAS:
            return _("含“{text}”").format(text=term.value)
        case Op.BETWEEN:
            low = _shown(term.value, names) if term.value is not None else ""
            high = _shown(term.upper, names, last=True) if term.upper is not None else ""
            return f"{low}..{high}"
        case Op.IS:
            return "= " + _shown(term.value, names)
        case _:
            last = term.op in (Op.LE, Op.GT)
            return f"{term.op.value} {_shown(term.value, names, last=last)}"


def _shown(value: Value, names: Mapping[str, str], *, last: bool | None = None) -> str:
    if isinstance(value, tuple):
        return _("、").join(names.get(code) or code for code in value)
    if isinstance(value, DateRange):
        if last is not None and value.last_day is not None:
            return str(value.last_day if last else value.start)
        return (
            str(value.start)
            if value.start == value.last_day
            else f"{value.start}..{value.last_day}"
        )
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return format(value, "f") if isinstance(value, Decimal) else str(value)
