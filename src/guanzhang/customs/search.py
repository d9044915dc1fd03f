"""Find declarations among a million: by our number, customs' numbers, bill, contract, trader, goods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db import connection
from django.db.models import Q, QuerySet

from guanzhang.customs.models import Declaration, SearchText
from guanzhang.customs.reach import reach_q
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import Scope, scope_of
from guanzhang.storage import pinyin
from guanzhang.storage.bulk import chunks
from guanzhang.storage.gram_search import FEW, GramIndex
from guanzhang.storage.search_text import document, words

CHUNK = 500
NARROW = 5_000  # declarations in a scope that are simply looked through
MOST_NAMES = 6  # names of goods that a declaration is found by
_INDEX = GramIndex(SearchText, "declaration", "customs_search")
_CODES = ("number", "entry_no", "seq_no", "bill_no", "contract_no", "trader_code")
# A number typed whole is one seek; our number, and those that customs and carriers give.
_EXACT = ("number", "entry_no", "seq_no", "bill_no", "contract_no")


def search_q(text: str, actor: Actor, action: str = "declaration.view") -> Q:
    """Declarations whose numbers, names or pinyin hold every word of ``text``; all for no word.

    A condition on ``Declaration``, to be added to rows within the actor's scope for ``action``.
    """
    asked = words(text)
    if not asked:
        return Q()
    found = _INDEX.candidates(actor.book_id, asked, FEW + 1)
    if len(found) <= FEW:
        return Q(pk__in=found)
    if scope_of(actor, action) is not Scope.ALL:
        mine = Declaration.objects.filter(reach_q(actor, action))
        keys = list(mine.values_list("pk", flat=True)[: NARROW + 1])
        if len(keys) <= NARROW:
            held = _INDEX.holding(asked).filter(declaration_id__in=keys)
            return Q(pk__in=list(held.values_list("declaration_id", flat=True)))
    return _INDEX.among_many(actor.book_id, asked)


def find_declarations(actor: Actor, text: str, limit: int = 12) -> list[Declaration]:
    """The first hits for a look-up: exact numbers first, then the newest of the first that are found.

    Without text, those changed last.
    """
    mine = Declaration.objects.filter(reach_q(actor, "declaration.view")).defer("document")
    asked = words(text)
    if not asked:
        return list(mine.order_by("-updated_at", "-pk")[:limit])
    found = {row.pk: row for row in _exact(mine, text)}
    if len(found) < limit:
        ids = _INDEX.candidates(actor.book_id, asked, FEW)
        hits = mine.filter(pk__in=ids).order_by("-updated_at", "-pk")[:limit]
        found |= {row.pk: row for row in hits if row.pk not in found}
    return list(found.values())[:limit]


def index_declarations(rows: Iterable[Declaration], *, are_new: bool = False) -> int:
    """Bring the index up to date with these rows; in their transaction. Returns how many changed."""
    texts = ((row.pk, row.book_id, search_text(row)) for row in rows)
    return _INDEX.write(texts, are_new=are_new)


def unindex_declarations(book_id: int) -> None:
    """Take all declarations of a book out of the index, before their rows are deleted."""
    texts = SearchText.objects.filter(declaration__book_id=book_id)
    if connection.vendor == "sqlite":
        columns = ("declaration_id", "declaration__book_id", "text")
        for part in chunks(texts.values_list(*columns), CHUNK):
            _INDEX.forget(part)
    texts.delete()


def search_text(row: Declaration) -> str:
    """The text a declaration is found by."""
    goods = [line.get("GName", "") for line in row.document.get("DecLists") or ()]
    names = [row.trader_name, *list(dict.fromkeys(filter(None, goods)))[:MOST_NAMES]]
    spelled = [spelling for name in names if name for spelling in _spelled(name)]
    return document(names, [getattr(row, code) for code in _CODES], spelled)


def _exact(mine: QuerySet[Declaration], text: str) -> list[Declaration]:
    typed = text.strip()
    for column in _EXACT:
        spelled = {typed, typed.upper()}
        if found := list(mine.filter(**{f"{column}__in": spelled}).order_by("-pk")[:5]):
            return found
    return []


@lru_cache(maxsize=20_000)
def _spelled(name: str) -> Sequence[tuple[str, tuple[str, ...]]]:
    return tuple(pinyin.spellings(name))
