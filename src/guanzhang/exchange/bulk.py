"""Many rows at once: insert, read and update with plain values, past the costs of the ORM.

Plain values are what is stored: scaled integers, "2026-11-23", True, text; JSON as Python data. They
are equal on SQLite and PostgreSQL and can stand in a JSON image of a record. (`storage.bulk` is for
Python values: dates and decimals.)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DateField, DateTimeField, Field, JSONField, Model, QuerySet

AT_ONCE = 500  # keys in one IN (…): below every database's limit of parameters


def insert_rows(
    model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows of plain ``columns`` (attnames); the others get their defaults."""
    fields = _fields(model)
    others = [f for f in fields.values() if not f.primary_key and f.attname not in columns]
    constants = [f.get_db_prep_save(f.get_default(), connection) for f in others]
    names = [_quoted(f) for f in (*(fields[c] for c in columns), *others)]
    convert = _to_database(fields, columns)
    ready = [(*convert(row), *constants) for row in rows]
    target = f"{_table(model)} ({', '.join(names)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {target} FROM STDIN") as copy:
                for row in ready:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {target} VALUES ({marks})", ready)  # noqa: S608 - names of the model


def update_rows(model: type[Model], changes: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Set plain columns of records: (id, {attname: value}) pairs."""
    fields = _fields(model)
    by_columns: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for key, values in changes:
        by_columns.setdefault(tuple(values), []).append((*values.values(), key))
    with connection.cursor() as cursor:
        for columns, rows in by_columns.items():
            convert = _to_database(fields, columns)
            sets = ", ".join(f"{_quoted(fields[c])} = %s" for c in columns)
            sql = f"UPDATE {_table(model)} SET {sets} WHERE id = %s"  # noqa: S608 - names of the model
            cursor.executemany(sql, [(*convert(row[:-1]), row[-1]) for row in rows])


def plain_rows(rows: QuerySet[Any], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """The plain values of ``columns`` (attnames) of a queryset, without building objects."""
    try:
        sql, parameters = rows.values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        return []
    convert = _from_database(_fields(rows.model), columns)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return [convert(row) for row in found] if convert else found


def _fields(model: type[Model]) -> dict[str, Field[Any, Any]]:
    return {f.attname: f for f in model._meta.concrete_fields}  # noqa: SLF001 - Django's documented API


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's documented API


def _quoted(field: Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))


def _to_database(
    fields: Mapping[str, Field[Any, Any]], columns: Sequence[str]
) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Only JSON differs from its plain value on the way in."""
    at = [i for i, c in enumerate(columns) if isinstance(fields[c], JSONField)]
    if not at:
        return lambda row: row

    def convert(row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for i in at:
            values[i] = fields[columns[i]].get_db_prep_save(values[i], connection)
        return values

    return convert


def _from_database(
    fields: Mapping[str, Field[Any, Any]], columns: Sequence[str]
) -> Callable[[Sequence[Any]], tuple[Any, ...]] | None:
    """Days come as dates, JSON comes as text (or already read, on PostgreSQL)."""
    steps: list[tuple[int, Callable[[Any], Any]]] = []
    for i, name in enumerate(columns):
        field = fields.get(name)
        if isinstance(field, DateField) and not isinstance(field, DateTimeField):
            steps.append((i, _day))
        elif isinstance(field, JSONField):
            steps.append((i, _loaded))
    if not steps:
        return None

    def convert(row: Sequence[Any]) -> tuple[Any, ...]:
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
