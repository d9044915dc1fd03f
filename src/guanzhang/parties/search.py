"""Find parties among a million: an index of grams gives candidates, the stored text decides.

Nothing is ranked over everything that matches. A look-up takes the first hits. A list takes the
hits one by one when they are few; when they are many the index answers inside the list's own query,
which starts from the hits, or, when they are very many, walks in its own order and soon meets some.
Who sees few parties gets those looked through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Replace
from django.db.models.sql.compiler import SQLCompiler

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.codes import normalise_code
from guanzhang.org.domain.policy import Scope, scope_of
from guanzhang.org.scope import scope_q
from guanzhang.parties.models import Party, SearchText
from guanzhang.parties.search_text import (
    LINE,
    SYLLABLE,
    Gram,
    Word,
    document,
    grams,
    split_former_names,
    words,
)
from guanzhang.storage import pinyin
from guanzhang.storage.bulk import chunks

FEW = 2000  # hits that are still taken one by one
MANY = 30_000  # hits from which a list is walked in its order instead of starting from them
MOST = 200_000  # hits from which each row's own text is looked at on the walk, not the index
NARROW = 5_000  # parties in a scope that are simply looked through
_CHUNK = 2000
# The two indexes: exact token, opening token, and, or; how to ask; what gives the keys.
_DIALECT = {
    "sqlite": ('"{}"', '"{}"*', " AND ", " OR "),
    "postgresql": ("'{}'", "'{}':*", " & ", " | "),
}
_MATCH = {"sqlite": "parties_search MATCH %s", "postgresql": "grams @@ %s::tsquery"}
_KEYS = {
    "sqlite": "SELECT rowid FROM parties_search WHERE parties_search MATCH %s",
    "postgresql": "SELECT party_id FROM parties_searchtext WHERE grams @@ %s::tsquery",
}


def search_q(text: str, actor: Actor, action: str = "party.view") -> Q:
    """Parties whose names, codes or pinyin hold every word of ``text``; all for no word.

    A condition on ``Party``, to be added to rows that are within the actor's scope for ``action``.
    """
    asked = words(text)
    if not asked:
        return Q()
    found = _candidates(actor.book_id, asked, FEW + 1)
    if len(found) <= FEW:
        return Q(pk__in=found)
    if scope_of(actor, action) is not Scope.ALL:
        own = _looked_through(Party.objects.filter(scope_q(actor, action)), asked)
        if own is not None:
            return Q(pk__in=list(own))
    return _among_many(actor.book_id, asked)


def filter_parties(parties: QuerySet[Party], text: str, actor: Actor) -> QuerySet[Party]:
    """Those of ``parties`` that ``search_q`` means; their order stays."""
    return parties.filter(search_q(text, actor))


def find_parties(
    actor: Actor,
    text: str,
    limit: int = 20,
    *,
    action: str = "party.view",
    only: Q | None = None,
) -> list[Party]:
    """The first hits for a look-up: exact codes first, then names that begin with the text, then others.

    ``only`` narrows further (``Q(is_customer=True)``). No text, the parties changed last. Only what
    a look-up shows is loaded: code, name, 信用代码, region, amount.
    """
    rows = Party.objects.only("code", "name", "usc_code", "region", "amount_12m")
    mine = rows.filter(scope_q(actor, action), status=Party.Status.ACTIVE)
    if only is not None:
        mine = mine.filter(only)
    asked = words(text)
    if not asked:
        return list(mine.order_by("-updated_at", "-pk")[:limit])
    found = {party.pk: party for party in _exact(mine, text)}
    wide = scope_of(actor, action) is Scope.ALL
    own = None if wide else _own_hits(mine, asked)
    if own is not None:
        return list((found | {party.pk: party for party in own}).values())[:limit]
    for opening in (True, False):
        if len(found) < limit:
            hits = _first(actor.book_id, mine, asked, limit, opening=opening)
            found |= {party.pk: party for party in hits if party.pk not in found}
    return list(found.values())[:limit]


def index_parties(ids: Iterable[int]) -> int:
    """Bring the index up to date with the rows of these parties; returns how many texts changed.

    For bulk work: call it once after the rows are written, in their transaction.
    """
    changed = 0
    with transaction.atomic():
        for part in chunks(ids, _CHUNK):
            changed += _index(part)
    return changed


def unindex_parties(ids: Iterable[int]) -> None:
    """Take parties out of the index; to be called before their rows are deleted."""
    with transaction.atomic():
        for part in chunks(ids, _CHUNK):
            old = list(_texts(part).items())
            if connection.vendor == "sqlite":
                books = dict(Party.objects.filter(pk__in=part).values_list("pk", "book_id"))
                _forget([(pk, books[pk], text) for pk, text in old])
            SearchText.objects.filter(party_id__in=part).delete()


def search_text(party: Party) -> str:
    """The document a party is found by."""
    names = [party.name, party.short_name, *split_former_names(party.former_names)]
    spelled = [
        spelling
        for i, name in enumerate(names)
        if name and not any(name in other for other in names[:i])
        for spelling in pinyin.spellings(name)
    ]
    return document([*names, party.english_name], [party.code, party.usc_code], spelled)


def _own_hits(mine: QuerySet[Party], asked: Sequence[Word]) -> list[Party] | None:
    """All hits of a narrow scope, those that begin with the text first; None when it is not narrow."""
    texts = _looked_through(mine, asked)
    if texts is None:
        return None
    start = LINE + asked[0].text

    def rank(party: Party) -> tuple[bool, Decimal, str]:
        opens = start in texts[party.pk].replace(SYLLABLE, "")
        return not opens, -(party.amount_12m or Decimal(0)), party.code

    return sorted(mine.filter(pk__in=texts), key=rank)


def _looked_through(mine: QuerySet[Party], asked: Sequence[Word]) -> dict[int, str] | None:
    """The hits of a narrow scope with their texts; None when it is not narrow."""
    keys = list(mine.values_list("pk", flat=True)[: NARROW + 1])
    if len(keys) > NARROW:
        return None
    return dict(_holding(asked).filter(party_id__in=keys).values_list("party_id", "text"))


def _first(
    book_id: int, mine: QuerySet[Party], asked: Sequence[Word], limit: int, *, opening: bool
) -> list[Party]:
    """Up to ``limit`` hits of a wide scope: the largest customers of the first that the index has."""
    if opening and asked[0].opening() is None:
        return []
    largest = mine.order_by(F("amount_12m").desc(nulls_last=True), "code")
    for most in (8 * limit, FEW + 1):
        ids = _candidates(book_id, asked, most, opening=opening)
        hits = list(largest.filter(pk__in=ids)[:limit])
        if len(hits) >= limit or len(ids) < most:
            return hits
    return list(mine.filter(_among_many(book_id, asked)).order_by("code")[:limit])


class _Indexed(Func):
    """A condition on a party's key: the index has it under ``match``."""

    output_field = BooleanField()

    def __init__(self, match: str, *, walks: bool) -> None:
        super().__init__(F("pk"))
        self.match, self.walks = match, walks

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
        return f"{plus}{key} IN ({_KEYS[connection.vendor]})", (*parameters, self.match)


def _among_many(book_id: int, asked: Sequence[Word]) -> Q:
    """The condition for more than a few hits, in the form that is cheapest for their number."""
    match = _expression(book_id, asked, None)
    with connection.cursor() as cursor:
        some = f"{_KEYS[connection.vendor]} LIMIT %s"
        cursor.execute(f"SELECT count(*) FROM ({some}) AS found", [match, MOST])  # noqa: S608 - constants
        count = cursor.fetchone()[0]
    if count >= MOST:
        return Q(Exists(_holding(asked).filter(party=OuterRef("pk"))))
    found = Q(_Indexed(match, walks=count >= MANY))
    # One gram that is the whole word needs no second look.
    loose = [word for word in asked if len(word.alternatives()[0]) > 1]
    return found & Q(Exists(_holding(loose).filter(party=OuterRef("pk")))) if loose else found


def _exact(mine: QuerySet[Party], text: str) -> list[Party]:
    """By the whole code or 信用代码, as typed or in capitals; one index seek each."""
    code = normalise_code(text)
    found = list(mine.filter(code__in={text.strip(), code})[:2])
    return found or list(mine.filter(usc_code=code)[:2] if len(code) == 18 else ())


def _holding(asked: Iterable[Word]) -> QuerySet[SearchText]:
    """The texts that hold every word."""
    rows = SearchText.objects.annotate(
        spoken=Replace(F("text"), Value(SYLLABLE), Value(""), output_field=TextField())
    )
    for word in asked:
        field = "spoken" if word.is_spelled else "text"
        rows = rows.filter(**{f"{field}__contains": _part(word)})
    return rows


def _part(word: Word, *, opens: bool = False) -> str:
    """What the text of a hit contains; a line that begins with the word, if it ``opens``."""
    return LINE + word.text if word.is_start or opens else word.text


def _candidates(
    book_id: int, asked: Sequence[Word], limit: int, *, opening: bool = False
) -> list[int]:
    """Ids of at most ``limit`` parties of the book whose text holds the words, in no useful order.

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
        index = (
            "parties_search CROSS JOIN parties_searchtext ON party_id = parties_search.rowid"
        )
    else:
        index = "parties_searchtext"
    tests.insert(0, _MATCH[connection.vendor])
    match = _expression(book_id, asked, first)
    statement = f"SELECT party_id FROM {index} WHERE {' AND '.join(tests)} LIMIT %s"  # noqa: S608 - constants
    with connection.cursor() as cursor:
        cursor.execute(statement, [match, *parts, limit])
        return [row[0] for row in cursor.fetchall()]


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


def _texts(ids: Sequence[int]) -> dict[int, str]:
    rows = SearchText.objects.filter(party_id__in=ids)
    return dict(rows.values_list("party_id", "text"))


def _index(ids: Sequence[int]) -> int:
    old = _texts(ids)
    fresh, stale = [], []
    for party in Party.objects.filter(pk__in=ids):
        text = search_text(party)
        if old.get(party.pk) != text:
            fresh.append((party.pk, party.book_id, text))
            if party.pk in old:
                stale.append((party.pk, party.book_id, old[party.pk]))
    if connection.vendor == "sqlite":
        _forget(stale)
        _remember(fresh)
    else:
        _remember_postgresql(fresh)
    return len(fresh)


def _forget(rows: Sequence[tuple[int, int, str]]) -> None:
    """FTS5 without content must be told what to take out: the grams of the old text."""
    statement = (
        "INSERT INTO parties_search (parties_search, rowid, grams) VALUES ('delete', %s, %s)"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(pk, _tokens(book, text)) for pk, book, text in rows])


def _remember(rows: Sequence[tuple[int, int, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO parties_searchtext (party_id, text) VALUES (%s, %s) "
            "ON CONFLICT (party_id) DO UPDATE SET text = excluded.text",
            [(pk, text) for pk, _, text in rows],
        )
        cursor.executemany(
            "INSERT INTO parties_search (rowid, grams) VALUES (%s, %s)",
            [(pk, _tokens(book, text)) for pk, book, text in rows],
        )


def _remember_postgresql(rows: Sequence[tuple[int, int, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO parties_searchtext (party_id, text, grams) "
            "VALUES (%s, %s, array_to_tsvector(%s)) ON CONFLICT (party_id) "
            "DO UPDATE SET text = excluded.text, grams = excluded.grams",
            [(pk, text, _tokens(book, text).split()) for pk, book, text in rows],
        )


def _tokens(book_id: int, text: str) -> str:
    return " ".join((f"@{book_id}", *sorted(grams(text))))
