"""Previous and next of a record in the list its reader came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from guanzhang.web.keyset import place_of, rows_before, slice_from
from guanzhang.web.listing_query import count_up_to, find
from guanzhang.web.listing_spec import ListSpec
from guanzhang.web.pages import actor_of

KEY = "lists"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where ``row`` stands in the list; urls are "" at its ends."""

    previous_url: str
    next_url: str
    list_url: str
    position_text: str  # "第 2 / 20 家"


def remember(request: HttpRequest, spec: ListSpec, url: str, query: str) -> None:
    """Keep the list as last seen in the session; written only when it changed."""
    seen = request.session.get(KEY, {})
    if seen.get(spec.key) != [url, query]:
        request.session[KEY] = {**seen, spec.key: [url, query]}


def neighbours(request: HttpRequest, spec: ListSpec, row: Any) -> Neighbours | None:  # noqa: ANN401 - a row of the list
    """The rows around ``row`` in the list as last seen; None when the list does not hold it."""
    seen = request.session.get(KEY, {}).get(spec.key)
    if not seen or spec.row_url is None:
        return None
    url, query = seen
    found = find(spec, actor_of(request), QueryDict(query), chosen=())
    here = found.rows.filter(pk=row.pk).first()
    if here is None:
        return None
    place = place_of(here, found.keys)
    before = slice_from(found.rows, found.keys, place, 1, backward=True)
    after = slice_from(found.rows, found.keys, place, 1, backward=False)
    number = 1 + sum(
        count_up_to(piece, spec.unfiltered_limit)[0]
        for piece in rows_before(found.rows, found.keys, place)
    )
    count, exact = count_up_to(found.rows, spec.unfiltered_limit)
    if number > spec.unfiltered_limit:
        text = _("回到列表")
    else:
        whole = f"{count:,}" if exact else f"{count:,}+"
        text = _("第 {number} / {whole} {unit}").format(
            number=f"{number:,}", whole=whole, unit=spec.unit or _("行")
        )
    return Neighbours(
        previous_url=spec.row_url(before[0]) if before else "",
        next_url=spec.row_url(after[0]) if after else "",
        list_url=f"{url}?{query}" if query else url,
        position_text=text,
    )
