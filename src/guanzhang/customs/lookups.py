"""What can be found by typing: declarations by any of their numbers, goods of the library."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guanzhang.customs.domain.states import state_of
from guanzhang.customs.queries import used_goods_for
from guanzhang.customs.search import find_declarations
from guanzhang.kernel.actor import Actor
from guanzhang.web.lookup import Hit, LookupSource


def _declarations(actor: Actor, text: str, limit: int) -> list[Hit]:
    return [
        Hit(
            row.pk,
            row.number,
            row.trader_name or row.goods_name,
            " · ".join(
                filter(
                    None,
                    (state_of(row.state).label(actor.language), row.entry_no, row.bill_no),
                )
            ),
            reverse("declaration", args=[row.pk]),
        )
        for row in find_declarations(actor, text, limit)
    ]


def _used_goods(actor: Actor, text: str, limit: int) -> list[Hit]:
    """Goods of all libraries in reach, by the beginning of an HS code or by words."""
    rows = used_goods_for(actor).select_related("party")
    typed = text.strip()
    if typed.isascii() and typed.isdigit():
        rows = rows.filter(hs_code__startswith=typed)
    else:
        for word in typed.casefold().split():
            rows = rows.filter(search__contains=word)
    return [
        Hit(
            goods.pk,
            goods.hs_code,
            goods.name,
            goods.party.name,
            reverse("used-goods-one", args=[goods.pk]),
        )
        for goods in rows.order_by("-used_on", "-uses", "pk")[:limit]
    ]


LOOKUPS = (
    LookupSource("declarations", "declaration.view", _declarations, _("报关单"), "file-text"),
    LookupSource(
        "used-goods", "declaration.view", _used_goods, _("商品库"), "package", in_palette=False
    ),
)
