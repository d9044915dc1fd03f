"""Filters of list columns that mean more than their text: the search index, clients, people, goods."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from guanzhang.customs.domain.states import State
from guanzhang.customs.models import GoodsLine
from guanzhang.customs.search import search_q
from guanzhang.customs.workbench import reviewable_q
from guanzhang.kernel.actor import Actor
from guanzhang.parties.queries import visible_parties
from guanzhang.parties.search import search_q as party_q
from guanzhang.web import filter_parts as indexed
from guanzhang.web.filter_parts import BLANK, FILLED, ME, NOTHING, Narrow, Rows, parts_of
from guanzhang.web.filter_tokens import BadToken

by_words = indexed.by_words(search_q)


def by_index(column: str) -> Narrow:
    """Part of a number of the declaration."""
    return indexed.by_index(column, search_q)


def of_client(rows: Rows, token: str, actor: Actor) -> Rows:
    """Names, pinyin or codes of clients; 空 for none."""
    wanted = NOTHING
    for part in parts_of(token):
        if part.casefold() in BLANK:
            wanted |= Q(party=None)
        elif part.casefold() in FILLED:
            wanted |= Q(party__isnull=False)
        else:
            clients = visible_parties(actor).filter(party_q(part, actor)).order_by()
            wanted |= Q(party_id__in=clients.values("pk"))
    return rows.filter(wanted)


def by_key(column: str) -> Narrow:
    """The number of a record, as links from figures write it."""

    def narrow(rows: Rows, token: str, _actor: Actor) -> Rows:
        wanted = NOTHING
        for part in parts_of(token):
            text = part.lstrip("=")
            if text.casefold() in BLANK:
                wanted |= Q(**{f"{column}__isnull": True})
            elif text.isdecimal() and len(text) < 19:
                wanted |= Q(**{column: int(text)})
            else:
                raise BadToken(
                    str(_("应为内部号码，如 12，现为“%(found)s”。") % {"found": part})
                )
        return rows.filter(wanted)

    return narrow


def by_reviewer(rows: Rows, token: str, actor: Actor) -> Rows:
    """我: what I may review, neither made nor passed by me."""
    if token.strip().casefold() not in ME:
        raise BadToken(str(_("只能写“我”，现为“%(found)s”。") % {"found": token.strip()}))
    in_review = (State.REVIEW, State.SECOND_REVIEW)  # said once more, for the index on states
    return rows.filter(reviewable_q(actor.user_id), state__in=in_review)


def by_chapter(rows: Rows, token: str, _actor: Actor) -> Rows:
    """Declarations with goods of these chapters or codes, by the beginning of the HS code; 空: without."""
    wanted = NOTHING
    for part in parts_of(token):
        text = part.lstrip("=")
        lines = GoodsLine.objects.filter(declaration=OuterRef("pk"))
        if text.casefold() in BLANK:
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
    wanted, any_wanted = NOTHING, False
    for part in parts_of(token):
        if part.startswith(("!=", "≠")):
            rows = rows.exclude(amend_kind=part.lstrip("!=≠").strip())
            continue
        any_wanted = True
        is_blank = part.casefold() in BLANK
        is_filled = part.casefold() in FILLED
        wanted |= (
            Q(amend_kind="")
            if is_blank
            else Q(amend_kind__gt="")
            if is_filled
            else Q(amend_kind=part.lstrip("="))
        )
    return rows.filter(wanted) if any_wanted else rows
