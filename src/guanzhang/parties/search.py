"""Find parties among a million, by names, codes and pinyin (see ``storage.gram_search``).

A look-up takes the first hits. Who sees few parties gets those looked through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.codes import normalise_code
from guanzhang.org.domain.policy import Scope, scope_of
from guanzhang.org.scope import scope_q
from guanzhang.parties.models import Party, SearchText
from guanzhang.storage import pinyin
from guanzhang.storage.bulk import chunks
from guanzhang.storage.gram_search import FEW, GramIndex
from guanzhang.storage.search_text import (
    LINE,
    SYLLABLE,
    Word,
    document,
    split_former_names,
    words,
)

NARROW = 5_000  # parties in a scope that are simply looked through
_CHUNK = 2000
_INDEX = GramIndex(SearchText, "party", "parties_search")


def search_q(text: str, actor: Actor, action: str = "party.view") -> Q:
    """Parties whose names, codes or pinyin hold every word of ``text``; all for no word.

    A condition on ``Party``, to be added to rows that are within the actor's scope for ``action``.
    """
    asked = words(text)
    if not asked:
        return Q()
    found = _INDEX.candidates(actor.book_id, asked, FEW + 1)
    if len(found) <= FEW:
        return Q(pk__in=found)
    if scope_of(actor, action) is not Scope.ALL:
        own = _looked_through(Party.objects.filter(scope_q(actor, action)), asked)
        if own is not None:
            return Q(pk__in=list(own))
    return _INDEX.among_many(actor.book_id, asked)


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
            old = list(_INDEX.texts_of(part).items())
            if connection.vendor == "sqlite":
                books = dict(Party.objects.filter(pk__in=part).values_list("pk", "book_id"))
                _INDEX.forget([(pk, books[pk], text) for pk, text in old])
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
    return dict(_INDEX.holding(asked).filter(party_id__in=keys).values_list("party_id", "text"))


def _first(
    book_id: int, mine: QuerySet[Party], asked: Sequence[Word], limit: int, *, opening: bool
) -> list[Party]:
    """Up to ``limit`` hits of a wide scope: the largest customers of the first that the index has."""
    if opening and asked[0].opening() is None:
        return []
    largest = mine.order_by(F("amount_12m").desc(nulls_last=True), "code")
    for most in (8 * limit, FEW + 1):
        ids = _INDEX.candidates(book_id, asked, most, opening=opening)
        hits = list(largest.filter(pk__in=ids)[:limit])
        if len(hits) >= limit or len(ids) < most:
            return hits
    return list(mine.filter(_INDEX.among_many(book_id, asked)).order_by("code")[:limit])


def _exact(mine: QuerySet[Party], text: str) -> list[Party]:
    """By the whole code or 信用代码, as typed or in capitals; one index seek each."""
    code = normalise_code(text)
    found = list(mine.filter(code__in={text.strip(), code})[:2])
    return found or list(mine.filter(usc_code=code)[:2] if len(code) == 18 else ())


def _index(ids: Sequence[int]) -> int:
    return _INDEX.write(
        (party.pk, party.book_id, search_text(party))
        for party in Party.objects.filter(pk__in=ids)
    )
