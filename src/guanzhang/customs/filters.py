"""Filters of list columns that mean more than their text: the search index, clients, people, goods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from guanzhang.customs.domain.states import State
from guanzhang.customs.models import GoodsLine
from guanzhang.customs.search import search_q
from guanzhang.customs.workbench import reviewable_q
from guanzhang.kernel.actor import Actor
from guanzhang.org import queries as org
from guanzhang.parties.queries import visible_parties
from guanzhang.parties.search import search_q as party_q
from guanzhang.web.filter_tokens import BadToken

Rows = QuerySet[Any]
Narrow = Callable[[Rows, str, Actor], Rows]
ME = ("我", "me")
_BLANK = ("空", "无数据", "empty", "blank")
_FILLED = ("非空", "有数据", "filled")
_NOTHING = Q(pk__in=[])


def parts_of(token: str) -> list[str]:
    """The alternatives of a token."""
    for sign in "，、；;":
        token = token.replace(sign, ",")
    return [part.strip() for part in token.split(",") if part.strip()]


def by_index(column: str) -> Narrow:
    """The search index finds candidates, the column itself decides."""

    def narrow(rows: Rows, token: str, actor: Actor) -> Rows:
        wanted = _NOTHING
        for part in parts_of(token):
            if part.casefold() in _BLANK:
                wanted |= Q(**{column: ""})
            elif part.casefold() in _FILLED:
                wanted |= Q(**{f"{column}__gt": ""})
            else:
                text = part.lstrip("=")
                wanted |= search_q(text, actor) & Q(**{f"{column}__icontains": text})
        return rows.filter(wanted)

    return narrow


def by_words(rows: Rows, token: str, actor: Actor) -> Rows:
    """Through the search index: names, their pinyin and numbers; several parts are alternatives."""
    wanted = _NOTHING
    for part in parts_of(token):
        wanted |= search_q(part, actor)
    return rows.filter(wanted)


def of_client(rows: Rows, token: str, actor: Actor) -> Rows:
    """Names, pinyin or codes of clients; 空 for none."""
    wanted = _NOTHING
    for part in parts_of(token):
        if part.casefold() in _BLANK:
            wanted |= Q(party=None)
        elif part.casefold() in _FILLED:
            wanted |= Q(party__isnull=False)
        else:
            clients = visible_parties(actor).filter(party_q(part, actor)).order_by()
            wanted |= Q(party_id__in=clients.values("pk"))
    return rows.filter(wanted)


def by_key(column: str) -> Narrow:
    """The number of a record, as links from figures write it."""

    def narrow(rows: Rows, token: str, _actor: Actor) -> Rows:
        wanted = _NOTHING
        for part in parts_of(token):
            text = part.lstrip("=")
            if text.casefold() in _BLANK:
                wanted |= Q(**{f"{column}__isnull": True})
            elif text.isdecimal() and len(text) < 19:
                wanted |= Q(**{column: int(text)})
            else:
                raise BadToken(
                    str(_("应为内部号码，如 12，现为“%(found)s”。") % {"found": part})
                )
        return rows.filter(wanted)

    return narrow


def by_owner(rows: Rows, token: str, actor: Actor) -> Rows:
    """Names of people, or 我."""
    wanted = _NOTHING
    for part in parts_of(token):
        if part.casefold() in ME:
            wanted |= Q(owner_id=actor.user_id)
        else:
            # First the few people, then their rows by index: never a join over all of them.
            people = org.memberships(actor.book_id).filter(user__name__icontains=part)
            wanted |= Q(owner_id__in=list(people.values_list("user_id", flat=True)))
    return rows.filter(wanted)


def by_reviewer(rows: Rows, token: str, actor: Actor) -> Rows:
    """我: what I may review, neither made nor passed by me."""
    if token.strip().casefold() not in ME:
        raise BadToken(str(_("只能写“我”，现为“%(found)s”。") % {"found": token.strip()}))
    in_review = (State.REVIEW, State.SECOND_REVIEW)  # said once more, for the index on states
    return rows.filter(reviewable_q(actor.user_id), state__in=in_review)


def by_chapter(rows: Rows, token: str, _actor: Actor) -> Rows:
    """Declarations with goods of these chapters or codes, by the beginning of the HS code; 空: without."""
    wanted = _NOTHING
    for part in parts_of(token):
        text = part.lstrip("=")
        lines = GoodsLine.objects.filter(declaration=OuterRef("pk"))
        if text.casefold() in _BLANK:
            wanted |= Q(Exists(lines.filter(hs_code="")))
        elif text.isascii() and text.isdigit():
            wanted |= Q(Exists(lines.filter(hs_code__startswith=text)))
        else:
            raise BadToken(
                str(_("应为商品编号开头的数字，如 85，现为“%(found)s”。") % {"found": part})
            )
    return rows.filter(wanted)


def by_amend_kind(rows: Rows, token: str, _actor: Actor) -> Rows:
    """Kinds of linked documents; ``!=amend`` leaves ordinary declarations in, they are no amendment."""
    wanted, any_wanted = _NOTHING, False
    for part in parts_of(token):
        if part.startswith(("!=", "≠")):
            rows = rows.exclude(amend_kind=part.lstrip("!=≠").strip())
            continue
        any_wanted = True
        is_blank = part.casefold() in _BLANK
        is_filled = part.casefold() in _FILLED
        wanted |= (
            Q(amend_kind="")
            if is_blank
            else Q(amend_kind__gt="")
            if is_filled
            else Q(amend_kind=part.lstrip("="))
        )
    return rows.filter(wanted) if any_wanted else rows
