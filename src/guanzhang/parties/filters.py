"""Filters of list columns that mean more than their text: trees, people, words of the search index."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanzhang.kernel.actor import Actor
from guanzhang.parties.domain import industries, regions
from guanzhang.parties.models import Party
from guanzhang.parties.search import search_q
from guanzhang.parties.services.trade import MANUAL
from guanzhang.web import filter_parts as indexed
from guanzhang.web.filter_parts import BLANK, FILLED, NOTHING, Narrow, Rows, parts_of
from guanzhang.web.filter_tokens import BadToken

by_words = indexed.by_words(search_q)


def by_code(column: str) -> Narrow:
    """Part of a code of the party itself."""
    return indexed.by_index(column, search_q)


def by_tree(column: str, codes_below: Callable[[str], list[str]]) -> Narrow:
    """A node of a tree by name or code means everything below it, too."""

    def narrow(rows: Rows, token: str, _actor: Actor) -> Rows:
        wanted = NOTHING
        for part in parts_of(token):
            if part.casefold() in BLANK:
                wanted |= Q(**{column: ""})
            elif part.casefold() in FILLED:
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


def in_custom(key: str) -> Narrow:
    def narrow(rows: Rows, token: str, _actor: Actor) -> Rows:
        wanted = NOTHING
        for part in parts_of(token):
            if part.casefold() in BLANK:
                wanted |= ~Q(custom__has_key=key)
            elif part.casefold() in FILLED:
                wanted |= Q(custom__has_key=key)
            elif part in ("是", "否"):
                wanted |= Q(**{f"custom__{key}": part == "是"})
            else:
                wanted |= Q(**{f"custom__{key}__icontains": part})
        return rows.filter(wanted)

    return narrow


def of_party(rows: Rows, token: str, actor: Actor) -> Rows:
    wanted = NOTHING
    for part in parts_of(token):
        wanted |= search_q(part, actor)
    return rows.filter(party__in=Party.objects.filter(wanted).values("pk"))


def of_codes(rows: Rows, token: str, actor: Actor) -> Rows:
    """By whole codes of parties, through their index."""
    codes = [part.lstrip("=").strip() for part in parts_of(token)]
    parties = Party.objects.filter(book_id=actor.book_id, code__in=codes)
    return rows.filter(party__in=parties.values("pk"))


def of_source(rows: Rows, token: str, _actor: Actor) -> Rows:
    wanted = NOTHING
    for part in parts_of(token):
        by_hand = part in (MANUAL, "手工", "手工录入")
        wanted |= Q(source=MANUAL) if by_hand else Q(source__icontains=part.lstrip("="))
    return rows.filter(wanted)
