"""Many rows at once, past the costs of the ORM: executemany on SQLite, COPY on PostgreSQL.

Rows come in one of two forms. Python values: dates, decimals. Plain values are what is stored: scaled
integers, "2026-11-23", True, text; JSON as Python data; they are equal on SQLite and PostgreSQL and can
stand in a JSON image of a record, so imports compare and undo with them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DateField, DateTimeField, Field, JSONField, Model, QuerySet

Item = TypeVar("Item")
Row = Sequence[Any]
AnyField: TypeAlias = "Field[Any, Any]"
AT_ONCE = 500  # keys in one IN (…): below every database's limit of parameters
CHUNK = 5000  # rows in one executemany


def insert_rows(model: type[Model], names: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows of Python values in the order of ``names`` (attnames or names); returns how many.

    No ``save()``; columns that are not named get their defaults. The caller's transaction makes it
    all or nothing.
    """
    fields = _named(model, names)

    def convert(row: Row) -> Row:
        return [f.get_db_prep_save(v, connection) for f, v in zip(fields, row, strict=True)]

    return _insert(model, fields, rows, convert)


def insert_plain(model: type[Model], names: Sequence[str], rows: Iterable[Row]) -> int:
    """``insert_rows`` of plain values."""
    fields = _named(model, names)
    return _insert(model, fields, rows, _json_to_text(fields))


def update_plain(model: type[Model], changes: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Set plain columns of records: (id, {attname: value}) pairs."""
    by_columns: dict[tuple[str, ...], list[Row]] = {}
    for key, values in changes:
        by_columns.setdefault(tuple(values), []).append((*values.values(), key))
    with connection.cursor() as cursor:
        for names, rows in by_columns.items():
            fields = _named(model, names)
            sets = ", ".join(f"{_quoted(f)} = %s" for f in fields)
            sql = f"UPDATE {_table(model)} SET {sets} WHERE id = %s"  # noqa: S608 - names of the model
            convert = _json_to_text(fields)
            cursor.executemany(sql, [(*convert(row[:-1]), row[-1]) for row in rows])


def plain_rows(rows: QuerySet[Any], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """The plain values of ``names`` (attnames) of a queryset, without building objects."""
    try:
        sql, parameters = rows.values_list(*names).query.sql_with_params()
    except EmptyResultSet:
        return []
    convert = _to_plain(rows.model, names)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return [convert(row) for row in found] if convert else found


def refresh_statistics() -> None:
    """Tell the planner how the tables look now; after many new rows it would plan for the old ones.

    A sample on both databases, a matter of a second. May run inside or outside a transaction.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 1000")
        cursor.execute("ANALYZE")


def chunks(rows: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of at most ``size`` rows."""
    source = iter(rows)
    while part := list(islice(source, size)):
        yield part


def _insert(
    model: type[Model],
    fields: Sequence[AnyField],
    rows: Iterable[Row],
    convert: Callable[[Row], Row],
) -> int:
    assert connection.in_atomic_block, "A bulk insert belongs to a transaction."
    others = [f for f in _concrete(model) if not f.primary_key and f not in fields]
    constants = [f.get_db_prep_save(f.get_default(), connection) for f in others]
    ready = ([*convert(row), *constants] for row in rows)
    columns = ", ".join(_quoted(f) for f in (*fields, *others))
    target = f"{_table(model)} ({columns})"
    count = 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {target} FROM STDIN") as copy:
                for row in ready:
                    copy.write_row(row)
                    count += 1
            return count
        marks = ", ".join(["%s"] * (len(fields) + len(others)))
        statement = f"INSERT INTO {target} VALUES ({marks})"  # noqa: S608 - names of the model
        for part in chunks(ready, CHUNK):
            cursor.executemany(statement, part)
            count += len(part)
    return count


def _concrete(model: type[Model]) -> Sequence[AnyField]:
    return model._meta.concrete_fields  # noqa: SLF001 - Django's documented API


def _named(model: type[Model], names: Sequence[str]) -> list[AnyField]:
    fields = {f.name: f for f in _concrete(model)} | {f.attname: f for f in _concrete(model)}
    return [fields[name] for name in names]


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's documented API


def _quoted(field: AnyField) -> str:
    return connection.ops.quote_name(str(field.column))


def _json_to_text(fields: Sequence[AnyField]) -> Callable[[Row], Row]:
    """Only JSON differs from its plain value on the way in."""
    at = [(i, f) for i, f in enumerate(fields) if isinstance(f, JSONField)]
    if not at:
        return lambda row: row

    def convert(row: Row) -> Row:
        values = list(row)
        for i, field in at:
            values[i] = field.get_db_prep_save(values[i], connection)
        return values

    return convert


def _to_plain(
    model: type[Model], names: Sequence[str]
) -> Callable[[Row], tuple[Any, ...]] | None:
    """Days come as dates, JSON comes as text (or already read, on PostgreSQL)."""
    fields = {f.attname: f for f in _concrete(model)}
    steps: list[tuple[int, Callable[[Any], Any]]] = []
    for i, name in enumerate(names):
        field = fields.get(name)
        if isinstance(field, DateField) and not isinstance(field, DateTimeField):
            steps.append((i, _day))
        elif isinstance(field, JSONField):
            steps.append((i, _loaded))
    if not steps:
        return None

    def convert(row: Row) -> tuple[Any, ...]:
        values = list(row)
        for i, step in steps:
            if values[i] is not None:
                values[i] = step(values[i])
        return tuple(values)

    return convert


def _loaded(value: Any) -> Any:  # noqa: ANN401 - JSON
    return json.loads(value) if isinstance(value, str) else value


def _day(value: Any) -> Any:  # noqa: ANN401 - a date
    return value.isoformat()
