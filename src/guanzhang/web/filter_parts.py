"""Building blocks of column filters of a module's own: parts of a token, the search index, people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from guanzhang.kernel.actor import Actor
from guanzhang.org import queries as org

Rows = QuerySet[Any]
Narrow = Callable[[Rows, str, Actor], Rows]
Search = Callable[[str, Actor], Q]
ME = ("我", "me")
BLANK = ("空", "无数据", "empty", "blank")
FILLED = ("非空", "有数据", "filled")
NOTHING = Q(pk__in=[])


def parts_of(token: str) -> list[str]:
    """The alternatives of a token."""
    for sign in "，、；;":
        token = token.replace(sign, ",")
    return [part.strip() for part in token.split(",") if part.strip()]


def by_words(search: Search) -> Narrow:
    """Through a search index: parts of names, pinyin and codes; several parts are alternatives."""

    def narrow(rows: Rows, token: str, actor: Actor) -> Rows:
        wanted = NOTHING
        for part in parts_of(token):
            wanted |= search(part, actor)
        return rows.filter(wanted)

    return narrow


def by_index(column: str, search: Search) -> Narrow:
    """The search index finds candidates, the column itself decides."""

    def narrow(rows: Rows, token: str, actor: Actor) -> Rows:
        wanted = NOTHING
        for part in parts_of(token):
            if part.casefold() in BLANK:
                wanted |= Q(**{column: ""})
            elif part.casefold() in FILLED:
                wanted |= Q(**{f"{column}__gt": ""})
            else:
                text = part.lstrip("=")
                wanted |= search(text, actor) & Q(**{f"{column}__icontains": text})
        return rows.filter(wanted)

    return narrow


def by_owner(rows: Rows, token: str, actor: Actor) -> Rows:
    """Names of people, or 我; 空 for rows that nobody looks after."""
    wanted = NOTHING
    for part in parts_of(token):
        if part.casefold() in ME:
            wanted |= Q(owner_id=actor.user_id)
        elif part.casefold() in BLANK:
            wanted |= Q(owner=None)
        else:
            # First the few people, then their rows by index: never a join over all of them.
            people = org.memberships(actor.book_id).filter(user__name__icontains=part)
            wanted |= Q(owner_id__in=list(people.values_list("user_id", flat=True)))
    return rows.filter(wanted)
