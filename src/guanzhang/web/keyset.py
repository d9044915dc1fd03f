"""Pages of a sorted list by keys, not by numbers: the next page starts after the last row seen.

A million rows cost the same as a thousand, and a row added meanwhile shifts nothing. Rows without a
value (NULL, or blank text) come last in either direction, on SQLite and PostgreSQL alike: the list is
read as two pieces, the rows that have the first sort value and those that have none, so that an index on
it can be used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import CharField, F, Model, Q, QuerySet, TextField
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.db.models.lookups import GreaterThan, LessThan

from guanzhang.web.filter_q import is_nullable, model_field

Rows = QuerySet[Any]
SALT = "guanzhang.web.keyset"


@dataclass(frozen=True, slots=True)
class SortKey:
    """One step of the order: an ORM path and its direction."""

    path: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.path}" if self.descending else self.path


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in the order: its sort values, its primary key, and its number from the start."""

    values: tuple[Any, ...]
    pk: Any
    number: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page; ``start`` is the number of the first (1, 51 …) as counted along the way."""

    rows: list[Any]
    start: int
    has_previous: bool
    has_next: bool
    before: str  # cursor of the first row
    after: str  # cursor of the last row


def in_order(rows: Rows, keys: Sequence[SortKey]) -> Iterator[Rows]:
    """All rows in order, as one or two querysets to be read one after the other."""
    for piece in _pieces(rows, keys):
        yield piece.rows.order_by(*_ordering(piece, rows.model, backward=False))


def read_page(
    rows: Rows, keys: Sequence[SortKey], size: int, *, after: str = "", before: str = ""
) -> Page:
    """The page after or before a cursor, or the first one; a cursor of another order is ignored."""
    signature = ",".join(map(str, keys))
    start = _read(after, signature) or None
    end = _read(before, signature) if start is None else None
    if end is not None:
        found = slice_from(rows, keys, end, size + 1, backward=True)
        more, found = len(found) > size, found[:size][::-1]
        if (
            len(found) < size and not more
        ):  # less than a page is left before: show the first page whole
            return read_page(rows, keys, size)
        first = max(1, end.number - len(found))
        return _page(found, keys, signature, first, has_previous=more, has_next=True)
    found = slice_from(rows, keys, start, size + 1, backward=False)
    more = len(found) > size
    first = start.number + 1 if start else 1
    return _page(
        found[:size], keys, signature, first, has_previous=start is not None, has_next=more
    )


def slice_from(
    rows: Rows, keys: Sequence[SortKey], place: Place | None, limit: int, *, backward: bool
) -> list[Any]:
    """At most ``limit`` rows beyond ``place`` (None: from the end one starts at), in walking order."""
    found: list[Any] = []
    pieces = _pieces(rows, keys)
    home = _home(pieces, place) if place else None
    if place and home:
        here = pieces.index(home)
        pieces = pieces[: here + 1] if backward else pieces[here:]
    for piece in reversed(pieces) if backward else pieces:
        if len(found) >= limit:
            break
        rest = (
            piece.rows.filter(_beyond(piece, place, backward=backward))
            if place and piece is home
            else piece.rows
        )
        found += rest.order_by(*_ordering(piece, rows.model, backward=backward))[
            : limit - len(found)
        ]
    return found


def rows_before(rows: Rows, keys: Sequence[SortKey], place: Place) -> list[Rows]:
    """The rows that come before ``place``, unordered and in pieces, for counting."""
    pieces = _pieces(rows, keys)
    home = _home(pieces, place)
    here = pieces.index(home)
    return [piece.rows for piece in pieces[:here]] + [
        home.rows.filter(_beyond(home, place, backward=True))
    ]


def place_of(row: Model, keys: Sequence[SortKey], number: int = 0) -> Place:
    return Place(tuple(value_at(row, key.path) for key in keys), row.pk, number)


def value_at(row: Any, path: str) -> Any:  # noqa: ANN401 - a model instance and one of its values
    """The value at an ORM path of a loaded row; None where a relation is empty."""
    for name in path.split("__"):
        if row is None:
            return None
        row = getattr(row, name)
    return row


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows with a first sort value (``keys`` are all keys), or without one (it is no key any more)."""

    rows: Rows
    keys: tuple[SortKey, ...]
    down: bool  # direction of the tie-breaking primary key
    skipped: int = 0  # sort values of a place that are not compared here


def _pieces(rows: Rows, keys: Sequence[SortKey]) -> list[_Piece]:
    first = keys[0]
    whole = _Piece(rows, tuple(keys), first.descending)
    field = model_field(rows.model, first.path)
    missing = (
        Q(**{f"{first.path}__isnull": True}) if is_nullable(rows.model, first.path) else None
    )
    if isinstance(field, (CharField, TextField)):
        blank = Q(**{first.path: ""})
        missing = blank if missing is None else missing | blank
        present = Q(**{f"{first.path}__gt": ""})
    elif missing is None:
        return [whole]
    else:
        present = Q(**{f"{first.path}__isnull": False})
    return [
        _Piece(rows.filter(present), tuple(keys), first.descending),
        _Piece(rows.filter(missing), tuple(keys[1:]), first.descending, skipped=1),
    ]


def _home(pieces: Sequence[_Piece], place: Place) -> _Piece:
    """The piece a place lies in."""
    return pieces[-1] if place.values[0] in (None, "") else pieces[0]


def _ordering(piece: _Piece, model: type[Model], *, backward: bool) -> list[OrderBy]:
    """The first key of the first piece has no NULL there, so its plain order may use an index."""
    steps: list[OrderBy] = []
    for position, key in enumerate(piece.keys):
        plain = (position == 0 and not piece.skipped) or not is_nullable(model, key.path)
        nulls: dict[str, bool] = (
            {} if plain else {"nulls_first" if backward else "nulls_last": True}
        )
        down = key.descending != backward
        steps.append(F(key.path).desc(**nulls) if down else F(key.path).asc(**nulls))
    return [*steps, F("pk").desc() if piece.down != backward else F("pk").asc()]


def _beyond(piece: _Piece, place: Place, *, backward: bool) -> Any:  # noqa: ANN401 - Q or lookup
    """The condition "beyond ``place``" inside its piece."""
    values = place.values[piece.skipped :]
    down = piece.down != backward
    if len(piece.keys) == 1 and not piece.skipped:
        # One comparison of pairs: the database seeks in the index instead of reading its way there.
        lookup = _PairBelow if down else _PairAbove
        return lookup(Tuple(F(piece.keys[0].path), F("pk")), (values[0], place.pk))
    # a beyond, or a equal and b beyond, or … and the primary key beyond
    found, equal = Q(pk__in=[]), Q()
    for key, value in zip(piece.keys, values, strict=True):
        step = _step(key, value, backward=backward)
        if step is not None:
            found |= equal & step
        equal &= Q(**{f"{key.path}__isnull": True}) if value is None else Q(**{key.path: value})
    return found | (equal & Q(**{"pk__lt" if down else "pk__gt": place.pk}))


class _PairAbove(TupleGreaterThan):
    """(a, id) > (x, y). Django spells pairs out for SQLite, which has compared them since 3.15."""

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:  # noqa: ANN401 - Django's protocol
        return GreaterThan.as_sql(self, compiler, connection)


class _PairBelow(TupleLessThan):
    def as_sqlite(self, compiler: Any, connection: Any) -> Any:  # noqa: ANN401 - Django's protocol
        return LessThan.as_sql(self, compiler, connection)


def _step(key: SortKey, value: Any, *, backward: bool) -> Q | None:  # noqa: ANN401 - a column's value
    """Strictly beyond ``value`` in one key, where NULL is the last value in either direction."""
    null = Q(**{f"{key.path}__isnull": True})
    if value is None:
        return ~null if backward else None
    beyond = Q(**{f"{key.path}__{'lt' if key.descending != backward else 'gt'}": value})
    return beyond if backward else beyond | null


def _page(
    found: list[Any],
    keys: Sequence[SortKey],
    signature: str,
    start: int,
    *,
    has_previous: bool,
    has_next: bool,
) -> Page:
    def cursor(row: Model, number: int) -> str:
        return _write(place_of(row, keys, number), signature)

    if not found:
        return Page([], start, has_previous, has_next=False, before="", after="")
    return Page(
        found,
        start,
        has_previous,
        has_next,
        before=cursor(found[0], start),
        after=cursor(found[-1], start + len(found) - 1),
    )


# A cursor is signed: nobody can make the list compare a column with a value of another type.
def _write(place: Place, signature: str) -> str:
    body = [signature, place.number, place.pk, [_tagged(value) for value in place.values]]
    return signing.dumps(body, salt=SALT, compress=False)


def _read(cursor: str, signature: str) -> Place | None:
    if not cursor:
        return None
    try:
        signed_for, number, pk, values = signing.loads(cursor, salt=SALT)
        if signed_for != signature:
            return None
        return Place(tuple(_untagged(value) for value in values), pk, number)
    except (signing.BadSignature, ValueError):
        return None


def _tagged(value: Any) -> Any:  # noqa: ANN401 - a column's value
    if isinstance(value, Decimal):
        return {"n": str(value)}
    if isinstance(value, dt.datetime):
        return {"t": value.isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    return value


def _untagged(value: Any) -> Any:  # noqa: ANN401 - a column's value
    if not isinstance(value, dict):
        return value
    ((tag, text),) = value.items()
    match tag:
        case "n":
            return Decimal(text)
        case "t":
            return dt.datetime.fromisoformat(text)
        case _:
            return dt.date.fromisoformat(text)
