"""政策更新: editions of the reference data with what they touch here, from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs import policy
from guanzhang.customs.domain.states import state_of
from guanzhang.customs.policy import Change, Update
from guanzhang.parties.todo import party_names
from guanzhang.reference.columns import MEASURES, labels_of
from guanzhang.reference.queries import reference_on
from guanzhang.web.pages import actor_of, page

SHOWN = 200  # rows of one table
KEYS = 60  # changed keys shown that touch nothing here


@page("declaration.view", "GET")
def policy_updates(request: HttpRequest) -> HttpResponse:
    """Every edition that is news, with how much it touches."""
    actor, today = actor_of(request), timezone.localdate()
    rows = [_summary(each) for each in policy.updates_for(actor, today)]
    context = {
        "today": today,
        "rows": rows,
        "waiting": policy.editions_to_review(actor),
        "days": policy.RECENT,
    }
    return render(request, "customs/policy_updates.html", context)


@page("declaration.view", "GET")
def policy_update(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition: its changes, the drafts, goods and customers they touch."""
    actor, today = actor_of(request), timezone.localdate()
    update = policy.update_of(actor, pk, today)
    if update is None:
        raise Http404
    labels = labels_of(update.edition.kind, update.edition.table)
    names = _Names(update)
    drafts = policy.drafts_of(actor, update)
    goods = policy.used_goods_of(actor, update)
    party_ids = update.party_ids | {d.party_id for d in drafts[:SHOWN] if d.party_id}
    parties = party_names(actor, sorted(party_ids))
    context: dict[str, Any] = {
        **_summary(update),
        "changes": [
            {"change": c, "lines": _lines(c, labels), "name": names.of(c.key), "count": n}
            for c, n in _changes(update)
        ],
        "drafts": [
            {
                "row": row,
                "url": reverse("declaration", args=[row.pk]),
                "state": state_of(row.state).label(actor.language),
                "keys": [names.of(k) for k in sorted(update.draft_keys[row.pk])],
            }
            for row in drafts[:SHOWN]
        ],
        "goods": [
            {"row": row, "party": parties.get(row.party_id, ""), "url": _card(row.party_id)}
            for row in goods[:SHOWN]
        ],
        "customers": [
            {
                "name": name,
                "url": _card(party_id),
                "goods": sum(1 for p in update.used_parties.values() if p == party_id),
            }
            for party_id, name in sorted(parties.items(), key=lambda pair: pair[1])
        ],
        "shown": SHOWN,
    }
    return render(request, "customs/policy_update.html", context)


def _summary(update: Update) -> dict[str, Any]:
    diff = update.difference
    return {
        "update": update,
        "edition": update.edition,
        "kind": update.edition.get_kind_display(),
        "url": reverse("policy-update", args=[update.edition.pk]),
        "edition_url": reverse("edition", args=[update.edition.pk]),
        "counts": (len(diff.added), len(diff.changed), len(diff.removed)),
        "draft_count": len(update.draft_keys),
        "goods_count": len(update.used_keys),
        "party_count": len(update.party_ids),
    }


def _changes(update: Update) -> list[tuple[Change, int]]:
    """What touches something first, then the rest up to a limit."""
    touching = update.touching_keys
    first = [(update.change(key), n) for key, n in touching.most_common(SHOWN)]
    others = [key for key in sorted(update.difference.keys) if key not in touching]
    return [*first, *((update.change(key), 0) for key in others[:KEYS])]


def _lines(change: Change, labels: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(column, before, after) in the words of the file."""
    return [
        (labels.get(column, column), old, new) for column, (old, new) in change.fields.items()
    ]


class _Names:
    """What the keys of an edition are called."""

    def __init__(self, update: Update) -> None:
        self.kind, self.table = update.edition.kind, update.edition.table
        self.reference = reference_on(update.edition.effective_on)

    def of(self, key: str) -> str:
        if self.kind == "codes":
            return f"{key} {self.reference.name(self.table, key)}"
        if self.kind == "measures":
            kind, prefix, origin, exporter = key.split("|", 3)
            country = self.reference.name("country", origin)
            words = [MEASURES.get(kind, kind), prefix, country, exporter]
            return " · ".join(word for word in words if word)
        line = self.reference.tariff(key)
        return f"{key} {line.name}" if line else _("%(code)s（已不在税则中）") % {"code": key}


def _card(party_id: int) -> str:
    return reverse("customer", args=[party_id])
