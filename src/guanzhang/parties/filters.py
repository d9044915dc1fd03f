"""Filters of list columns that mean more than their text: trees, people, words of the search index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from guanzhang.kernel.actor import Actor
from guanzhang.org import queries as org
from guanzhang.parties.domain import industries, regions
from guanzhang.parties.models import Party
from guanzhang.parties.search import search_q
from guanzhang.parties.services.trade import MANUAL
from guanzhang.web.filter_tokens import BadToken

Rows = QuerySet[Any]
ME = ("我", "me")
_BLANK = ("空", "无数据", "empty", "blank")
_FILLED = ("非空", "有数据", "filled")


def _parts(token: str) -> list[str]:
    for sign in "，、；;":
        token = token.replace(sign, ",")
    return [part.strip() for part in token.split(",") if part.strip()]


def by_words(rows: Rows, token: str, actor: Actor) -> Rows:
    """Through the search index: parts of names, pinyin and codes; several parts are alternatives."""
    wanted = Q(pk__in=[])
    for part in _parts(token):
        wanted |= search_q(part, actor)
    return rows.filter(wanted)


def by_code(column: str) -> Callable[[Rows, str, Actor], Rows]:
    """The index finds candidates, the column itself decides."""

    def narrow(rows: Rows, token: str, actor: Actor) -> Rows:
        wanted = Q(pk__in=[])
        for part in _parts(token):
            if part.casefold() in _BLANK:
                wanted |= Q(**{column: ""})
            elif part.casefold() in _FILLED:
                wanted |= Q(**{f"{column}__gt": ""})
            else:
                text = part.lstrip("=")
                wanted |= search_q(text, actor) & Q(**{f"{column}__icontains": text})
        return rows.filter(wanted)

    return narrow


def by_tree(
    column: str, codes_below: Callable[[str], list[str]]
) -> Callable[[Rows, str, Actor], Rows]:
    """A node of a tree by name or code means everything below it, too."""

    def narrow(rows: Rows, token: str, _actor: Actor) -> Rows:
        wanted = Q(pk__in=[])
        for part in _parts(token):
            if part.casefold() in _BLANK:
                wanted |= Q(**{column: ""})
            elif part.casefold() in _FILLED:
                wanted |= Q(**{f"{column}__gt": ""})
            elif codes := codes_below(part):
                wanted |= Q(**{f"{column}__in": codes})
            else:
                raise BadToken(str(_("没有“%(found)s”，请写名称或代码。") % {"found": part}))
        return rows.filter(wanted)

    return narrow


def region_codes(text: str) -> list[str]:
    """``宁波`` → its code and those of all its districts; [] for no region."""
    found = regions.find_region(text)
    return _below(found.code) if found else []


def _below(code: str) -> list[str]:
    return [code, *(deep for place in regions.children(code) for deep in _below(place.code))]


def industry_codes(text: str) -> list[str]:
    """``批发业`` → ``F51`` and its groups, as they are stored; a section with all its divisions."""
    found = industries.find_industry(text)
    return _stored_below(found) if found else []


def _stored_below(node: industries.Industry) -> list[str]:
    own = node.code if node.code == node.section else f"{node.section}{node.code}"
    return [own, *(c for child in industries.children(node.code) for c in _stored_below(child))]


def by_owner(rows: Rows, token: str, actor: Actor) -> Rows:
    """Names of people, or 我; 空 for parties that nobody looks after."""
    wanted = Q(pk__in=[])
    for part in _parts(token):
        if part.casefold() in ME:
            wanted |= Q(owner_id=actor.user_id)
        elif part.casefold() in _BLANK:
            wanted |= Q(owner=None)
        else:
            # First the few people, then their parties by index: never a join over all parties.
            people = org.memberships(actor.book_id).filter(user__name__icontains=part)
            wanted |= Q(owner_id__in=list(people.values_list("user_id", flat=True)))
    return rows.filter(wanted)


def in_custom(key: str) -> Callable[[Rows, str, Actor], Rows]:
    def narrow(rows: Rows, token: str, _actor: Actor) -> Rows:
        wanted = Q(pk__in=[])
        for part in _parts(token):
            if part.casefold() in _BLANK:
                wanted |= ~Q(custom__has_key=key)
            elif part.casefold() in _FILLED:
                wanted |= Q(custom__has_key=key)
            elif part in ("是", "否"):
                wanted |= Q(**{f"custom__{key}": part == "是"})
            else:
                wanted |= Q(**{f"custom__{key}__icontains": part})
        return rows.filter(wanted)

    return narrow


def of_party(rows: Rows, token: str, actor: Actor) -> Rows:
    wanted = Q(pk__in=[])
    for part in _parts(token):
        wanted |= search_q(part, actor)
    return rows.filter(party__in=Party.objects.filter(wanted).values("pk"))


def of_codes(rows: Rows, token: str, actor: Actor) -> Rows:
    """By whole codes of parties, through their index."""
    codes = [part.lstrip("=").strip() for part in _parts(token)]
    parties = Party.objects.filter(book_id=actor.book_id, code__in=codes)
    return rows.filter(party__in=parties.values("pk"))


def of_source(rows: Rows, token: str, _actor: Actor) -> Rows:
    wanted = Q(pk__in=[])
    for part in _parts(token):
        by_hand = part in (MANUAL, "手工", "手工录入")
        wanted |= Q(source=MANUAL) if by_hand else Q(source__icontains=part.lstrip("="))
    return rows.filter(wanted)
