"""Find records among a million: an index of grams gives candidates, the stored text decides.

A ``GramIndex`` is made of two tables of a module: one of texts (its model: a one-to-one key to the
record and ``text``), and on SQLite an FTS5 table of their grams, on PostgreSQL a ``tsvector`` column
``grams`` with a GIN index beside the text (``make_index`` in a migration). Nothing is ranked over
everything that matches. A list takes the hits one by one when they are few; when they are many the
index answers inside the list's own query, which starts from the hits, or, when they are very many,
walks in its own order and soon meets some.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    Exists,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Replace
from django.db.models.sql.compiler import SQLCompiler

from guanzhang.storage.search_text import LINE, SYLLABLE, Gram, Word, grams

FEW = 2000  # hits that are still taken one by one
MANY = 30_000  # hits from which a list is walked in its order instead of starting from them
MOST = 200_000  # hits from which each row's own text is looked at on the walk, not the index
# The two indexes: exact token, opening token, and, or.
_DIALECT = {
    "sqlite": ('"{}"', '"{}"*', " AND ", " OR "),
    "postgresql": ("'{}'", "'{}':*", " & ", " | "),
}
_FTS5 = """
CREATE VIRTUAL TABLE {index} USING fts5(
    grams, content='', columnsize=0, detail=none, prefix='4 5 6',
    tokenize="ascii tokenchars '~^@'"
)
"""


class GramIndex:
    """The index of one kind of record.

    ``texts`` is the model of its texts, ``record`` the name of its key to the record ("party"),
    ``index`` the FTS5 table of SQLite.
    """

    def __init__(self, texts: type[Model], record: str, index: str) -> None:
        self.texts, self.record, self.index = texts, record, index
        self.table = texts._meta.db_table  # noqa: SLF001 - Django's documented API
        self.key = f"{record}_id"

    def candidates(
        self, book_id: int, asked: Sequence[Word], limit: int, *, opening: bool = False
    ) -> list[int]:
        """Ids of at most ``limit`` records of the book whose text holds the words, in no useful order.

        ``opening``: with a line that begins with the first word.
        """
        sqlite = connection.vendor == "sqlite"
        holds = "instr" if sqlite else "strpos"
        tests = [
            f"{holds}(replace(text, '{SYLLABLE * 2}', ''), %s) > 0"
            if word.is_spelled
            else f"{holds}(text, %s) > 0"
            for word in asked
        ]
        parts = [_part(word, opens=opening and i == 0) for i, word in enumerate(asked)]
        first = asked[0].opening() if opening else None
        if sqlite:
            # CROSS keeps the planner from turning the order round.
            source = f"{self.index} CROSS JOIN {self.table} ON {self.key} = {self.index}.rowid"
            tests.insert(0, f"{self.index} MATCH %s")
        else:
            source = self.table
            tests.insert(0, "grams @@ %s::tsquery")
        match = _expression(book_id, asked, first)
        statement = f"SELECT {self.key} FROM {source} WHERE {' AND '.join(tests)} LIMIT %s"  # noqa: S608 - names of the model
        with connection.cursor() as cursor:
            cursor.execute(statement, [match, *parts, limit])
            return [row[0] for row in cursor.fetchall()]

    def among_many(self, book_id: int, asked: Sequence[Word]) -> Q:
        """The condition for more than a few hits, in the form that is cheapest for their number."""
        match = _expression(book_id, asked, None)
        with connection.cursor() as cursor:
            some = f"{self.keys()} LIMIT %s"
            cursor.execute(f"SELECT count(*) FROM ({some}) AS found", [match, MOST])  # noqa: S608 - names of the model
            count = cursor.fetchone()[0]
        if count >= MOST:
            return Q(Exists(self._same(asked)))
        found = Q(_Indexed(self.keys(), match, walks=count >= MANY))
        # One gram that is the whole word needs no second look.
        loose = [word for word in asked if len(word.alternatives()[0]) > 1]
        return found & Q(Exists(self._same(loose))) if loose else found

    def condition(self, book_id: int, asked: Sequence[Word]) -> Q:
        """Records whose text holds every word: their keys when they are few, else the index itself."""
        found = self.candidates(book_id, asked, FEW + 1)
        return Q(pk__in=found) if len(found) <= FEW else self.among_many(book_id, asked)

    def holding(self, asked: Iterable[Word]) -> QuerySet[Any]:
        """The texts that hold every word."""
        rows = self.texts._default_manager.annotate(  # noqa: SLF001 - Django's documented API
            spoken=Replace(F("text"), Value(SYLLABLE), Value(""), output_field=TextField())
        )
        for word in asked:
            field = "spoken" if word.is_spelled else "text"
            rows = rows.filter(**{f"{field}__contains": _part(word)})
        return rows

    def keys(self) -> str:
        """The statement that gives the keys of an index expression."""
        if connection.vendor == "sqlite":
            return f"SELECT rowid FROM {self.index} WHERE {self.index} MATCH %s"  # noqa: S608 - names of the model
        return f"SELECT {self.key} FROM {self.table} WHERE grams @@ %s::tsquery"  # noqa: S608 - names of the model

    def texts_of(self, ids: Sequence[int]) -> dict[int, str]:
        rows = self.texts._default_manager.filter(**{f"{self.key}__in": ids})  # noqa: SLF001
        return dict(rows.values_list(self.key, "text"))

    def write(self, rows: Iterable[tuple[int, int, str]], *, are_new: bool = False) -> int:
        """Index (id, book, text) of records; returns how many texts changed. In a transaction.

        ``are_new``: none of them has a text yet, so nobody has to look.
        """
        wanted = list(rows)
        old = {} if are_new else self.texts_of([pk for pk, _book, _text in wanted])
        fresh = [row for row in wanted if old.get(row[0]) != row[2]]
        if connection.vendor == "sqlite":
            self.forget([(pk, book, old[pk]) for pk, book, _text in fresh if pk in old])
            self._remember(fresh)
        else:
            self._remember_postgresql(fresh)
        return len(fresh)

    def forget(self, rows: Sequence[tuple[int, int, str]]) -> None:
        """FTS5 without content must be told what to take out: the grams of the old text. SQLite only."""
        statement = (
            f"INSERT INTO {self.index} ({self.index}, rowid, grams) VALUES ('delete', %s, %s)"  # noqa: S608 - names of the model
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                statement, [(pk, _tokens(book, text)) for pk, book, text in rows]
            )

    def _same(self, asked: Iterable[Word]) -> QuerySet[Any]:
        return self.holding(asked).filter(**{self.key: OuterRef("pk")})

    def _remember(self, rows: Sequence[tuple[int, int, str]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.table} ({self.key}, text) VALUES (%s, %s) "  # noqa: S608 - names of the model
                f"ON CONFLICT ({self.key}) DO UPDATE SET text = excluded.text",
                [(pk, text) for pk, _, text in rows],
            )
            cursor.executemany(
                f"INSERT INTO {self.index} (rowid, grams) VALUES (%s, %s)",  # noqa: S608 - names of the model
                [(pk, _tokens(book, text)) for pk, book, text in rows],
            )

    def _remember_postgresql(self, rows: Sequence[tuple[int, int, str]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.table} ({self.key}, text, grams) "  # noqa: S608 - names of the model
                f"VALUES (%s, %s, array_to_tsvector(%s)) ON CONFLICT ({self.key}) "
                "DO UPDATE SET text = excluded.text, grams = excluded.grams",
                [(pk, text, _tokens(book, text).split()) for pk, book, text in rows],
            )


def make_index(editor: Any, table: str, index: str) -> None:  # noqa: ANN401 - a schema editor
    """For a migration: the index beside the table of texts; see ``GramIndex``."""
    if editor.connection.vendor == "sqlite":
        editor.execute(_FTS5.format(index=index))
        return
    editor.execute(f"ALTER TABLE {table} ADD COLUMN grams tsvector")
    # Enough frequent grams in the statistics for the planner to know 有限 from 恒通.
    editor.execute(f"ALTER TABLE {table} ALTER COLUMN grams SET STATISTICS 1000")
    editor.execute(f"CREATE INDEX {table}_grams ON {table} USING gin (grams)")


def drop_index(editor: Any, table: str, index: str) -> None:  # noqa: ANN401 - a schema editor
    if editor.connection.vendor == "sqlite":
        editor.execute(f"DROP TABLE {index}")
        return
    editor.execute(f"DROP INDEX {table}_grams")
    editor.execute(f"ALTER TABLE {table} DROP COLUMN grams")


class _Indexed(Func):
    """A condition on a record's key: the index has it under ``match``."""

    output_field = BooleanField()

    def __init__(self, keys: str, match: str, *, walks: bool) -> None:
        super().__init__(F("pk"))
        self.keys, self.match, self.walks = keys, match, walks

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        *_template: str | None,
        **_context: Any,  # noqa: ANN401 - Django's protocol
    ) -> tuple[str, tuple[str | int, ...]]:
        key, parameters = compiler.compile(self.get_source_expressions()[0])
        # The plus keeps SQLite from starting at the hits instead of walking in the list's order.
        plus = "+" if self.walks and connection.vendor == "sqlite" else ""
        return f"{plus}{key} IN ({self.keys})", (*parameters, self.match)


def _part(word: Word, *, opens: bool = False) -> str:
    """What the text of a hit contains; a line that begins with the word, if it ``opens``."""
    return LINE + word.text if word.is_start or opens else word.text


def _expression(book_id: int, asked: Sequence[Word], first: Gram | None) -> str:
    """The query in the language of the index."""
    exact, opens, both, either = _DIALECT[connection.vendor]

    def spelled(gram: Gram) -> str:
        return (opens if gram.opens else exact).format(gram.text)

    needed = [exact.format(f"@{book_id}")]
    if first:
        needed.append(spelled(first))
    for word in asked:
        ways = [both.join(map(spelled, way)) for way in word.alternatives() if way]
        needed.append("(" + either.join(f"({way})" for way in ways) + ")")
    return both.join(needed)


def _tokens(book_id: int, text: str) -> str:
    return " ".join((f"@{book_id}", *sorted(grams(text))))
