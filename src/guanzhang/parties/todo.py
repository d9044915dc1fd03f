"""What the customers ask of a person today, and the few figures above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum
from django.utils.translation import gettext as _

from guanzhang.kernel.actor import Actor
from guanzhang.parties.labels import MISSING
from guanzhang.parties.models import Party
from guanzhang.parties.queries import completeness_of, visible_parties

Status = Party.Status


@dataclass(frozen=True, slots=True)
class Figures:
    """Totals over the active parties in the reader's scope; None = 无数据."""

    parties: int  # suppliers too: the index does not tell them apart
    amount_12m: Decimal | None


def figures(actor: Actor) -> Figures:
    """Counted one by one: for the customers of a person or a department, not for a million."""
    rows = visible_parties(actor).filter(status=Status.ACTIVE)
    found = rows.aggregate(n=Count("pk"), amount=Sum("amount_12m"))
    return Figures(found["n"], found["amount"])


def has_parties(actor: Actor) -> bool:
    return visible_parties(actor).exists()


def party_names(actor: Actor, party_ids: Sequence[int]) -> dict[int, str]:
    """Names of those of ``party_ids`` that the actor may see."""
    return dict(visible_parties(actor).filter(pk__in=list(party_ids)).values_list("pk", "name"))


def incomplete_customers(actor: Actor, below: int) -> QuerySet[Party]:
    """Active customers whose file is less than ``below`` percent complete, the largest first."""
    rows = visible_parties(actor).filter(status=Status.ACTIVE).exclude(amount_12m=None)
    # The sum keeps the index on completeness out: walking down the amounts finds the first lines
    # at once, sorting everybody who is incomplete does not.
    return (
        rows.alias(percent=F("completeness") + 0)
        .filter(percent__lt=below)
        .order_by("-amount_12m", "-pk")
    )


def missing_text(party: Party) -> str:
    """What is missing from a file, in words."""
    return _("、").join(str(MISSING[item]) for item in completeness_of(party).missing)
