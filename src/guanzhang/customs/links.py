"""Addresses of the list of declarations, filtered to exactly the rows that a figure counts."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from guanzhang.customs.domain.states import State
from guanzhang.customs.statistics import REPEATS, Span

# What pages group and count by → the column of the list that filters by it.
COLUMNS = {
    "customer": "party_id",
    "office": "customs_office",
    "mode": "trade_mode",
    "country": "country",
    "chapter": "chapter",
    "declarant": "owner_id",
}


def rows_url(sort: str = "", **tokens: str) -> str:
    """The list with one filter token per column, written as a person would."""
    query = {f"f.{COLUMNS.get(key, key)}": token for key, token in tokens.items() if token}
    if sort:
        query["sort"] = sort
    return reverse("declarations") + (f"?{urlencode(query)}" if query else "")


def span_text(span: Span) -> dict[str, str]:
    """The tokens that keep what ``statistics.declared`` keeps."""
    return {
        "declared_on": f"{span.since}..{span.last}",
        "direction": span.direction,
        "amend_kind": ",".join(f"!={kind}" for kind in REPEATS),
    }


def states_text(*states: State) -> str:
    return ",".join(states)
