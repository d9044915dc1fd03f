"""What can be found by typing: parties, regions, industries, people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guanzhang.kernel.actor import Actor
from guanzhang.org import queries as org
from guanzhang.parties import labels
from guanzhang.parties.domain import industries, regions
from guanzhang.parties.search import find_parties
from guanzhang.storage import pinyin
from guanzhang.web.lookup import Hit, LookupSource
from guanzhang.web.spelling import matches


def _parties(actor: Actor, text: str, limit: int, only: Q) -> list[Hit]:
    return [
        Hit(
            party.pk,
            party.code,
            party.name,
            " · ".join(filter(None, [labels.short_region(party.region), party.usc_code])),
            reverse("customer", args=[party.pk]),
        )
        for party in find_parties(actor, text, limit, only=only)
    ]


def _customers(actor: Actor, text: str, limit: int) -> list[Hit]:
    return _parties(actor, text, limit, Q(is_customer=True))


def _suppliers(actor: Actor, text: str, limit: int) -> list[Hit]:
    return _parties(actor, text, limit, Q(is_supplier=True))


def _regions(_actor: Actor, text: str, limit: int) -> list[Hit]:
    """By code, name or pinyin; an address gives the region it names."""
    named = regions.find_region(text)
    found = [*([named.code] if named else []), *_spelled(_region_names(), text)]
    if not text.strip():
        found = [place.code for place in regions.children("")]
    return [Hit(c, c, regions.region_path(c)) for c in list(dict.fromkeys(found))[:limit]]


def _industries(_actor: Actor, text: str, limit: int) -> list[Hit]:
    """Divisions of GB/T 4754 by code, name or pinyin; a class such as 5179 gives its division."""
    named = industries.find_industry(text) if text.strip() else None
    first = [f"{named.section}{named.code}"] if named and named.code != named.section else []
    found = list(dict.fromkeys([*first, *_spelled(_industry_names(), text)]))[:limit]
    return [
        Hit(code, code, labels.industry_label(code), industries.industry_path(code[0]))
        for code in found
    ]


def _spelled(names: Sequence[tuple[str, str]], text: str) -> list[str]:
    """Codes whose code, name, first letters or pinyin hold the text, those that begin so first."""
    typed = "".join(text.casefold().split())
    hits = [
        (code, name)
        for code, name in names
        if typed in name or code.casefold().startswith(typed)
    ]
    hits.sort(key=lambda hit: not any(part.startswith(typed) for part in hit[1].split()))
    return [code for code, _name in hits]


@cache
def _region_names() -> list[tuple[str, str]]:
    return [(place.code, _spellings(place.name)) for place in _below("")]


@cache
def _industry_names() -> list[tuple[str, str]]:
    return [
        (f"{i.section}{i.code}", _spellings(i.name))
        for section in industries.children("")
        for i in industries.children(section.code)
    ]


def _below(code: str) -> Iterator[regions.Region]:
    for place in regions.children(code):
        yield place
        yield from _below(place.code)


def _spellings(name: str) -> str:
    read = pinyin.spellings(name)
    return " ".join([name, *(initials for initials, _ in read), *("".join(s) for _, s in read)])


def _people(actor: Actor, text: str, limit: int) -> list[Hit]:
    """Colleagues of the book, as future owners."""
    members = org.memberships(actor.book_id).filter(is_active=True, user__is_active=True)
    return [
        Hit(m.user_id, m.user.username, m.user.name, m.department.name if m.department else "")
        for m in members
        if not text.strip() or matches(m.user.name, text) or text.strip() in m.user.username
    ][:limit]


LOOKUPS = (
    LookupSource("customers", "party.view", _customers, _("客户"), "users"),
    LookupSource("suppliers", "party.view", _suppliers, _("供应商"), "truck"),
    LookupSource("regions", "party.view", _regions, _("地区"), in_palette=False),
    LookupSource("industries", "party.view", _industries, _("行业"), in_palette=False),
    LookupSource("people", "party.view", _people, _("同事"), in_palette=False),
)
