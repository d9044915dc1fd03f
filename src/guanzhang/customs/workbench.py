"""What the declarations ask of a person today: counts by state, deadlines, reviews, mail that failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from guanzhang.customs.domain.states import State
from guanzhang.customs.models import Declaration, Mandate, Message, Receipt
from guanzhang.customs.reach import reach_q
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import may
from guanzhang.org.scope import scope_q

TO_DECLARE = (
    State.DRAFT,
    State.REVIEW,
    State.SECOND_REVIEW,
    State.APPROVED,
    State.SENDING,
    State.STORED,
    State.REJECTED,
)  # fmt: skip - not with customs yet: the days to declare run
WITH_CUSTOMS = (
    State.DECLARED, State.ACCEPTED, State.SUSPENDED, State.EXAMINED, State.TAX_DUE,
    State.TAX_PAID, State.INSPECTION, State.INSPECTED, State.PICKED_UP, State.RELEASED,
)  # fmt: skip
MANDATE_DAYS = 30  # a mandate that ends within them wants renewing


@dataclass(frozen=True, slots=True)
class Band:
    """Deadlines from ``first`` to ``last`` (either may be open) and how many rows have one.

    ``level`` is how it is shown: over | today | soon | near.
    """

    level: str
    first: dt.date | None
    last: dt.date | None
    count: int

    @property
    def token(self) -> str:
        """As the list's filter writes it."""
        if self.first == self.last and self.first:
            return self.first.isoformat()
        return f"{self.first or ''}..{self.last or ''}"


def visible(actor: Actor, action: str = "declaration.view") -> QuerySet[Declaration]:
    """The declarations in the reader's scope."""
    return Declaration.objects.filter(reach_q(actor, action))


def state_counts(actor: Actor) -> dict[State, int]:
    """How many declarations stand in each state that still wants something; 0 where none."""
    rows = visible(actor).filter(state__in=(*TO_DECLARE, *WITH_CUSTOMS)).order_by()
    counts = dict(rows.values_list("state").annotate(n=Count("pk")))
    return {state: counts.get(state, 0) for state in (*TO_DECLARE, *WITH_CUSTOMS)}


def to_declare(actor: Actor) -> QuerySet[Declaration]:
    """Imports whose days run, the most urgent first."""
    rows = visible(actor).filter(state__in=TO_DECLARE).exclude(due_on=None)
    return rows.order_by("due_on", "pk")


def deadline_bands(actor: Actor, today: dt.date) -> list[Band]:
    """Deadlines over, on day 14 (today), day 13 and days 10 to 12; the last day is day 14."""
    day = dt.timedelta(days=1)
    bands = (
        ("over", None, today - day),
        ("today", today, today),
        ("soon", today + day, today + day),
        ("near", today + 2 * day, today + 4 * day),
    )
    return _counted(to_declare(actor), "due_on", bands)


def level_of(due_on: dt.date, today: dt.date) -> str:
    """The colour of a deadline: "" while there is time."""
    left = (due_on - today).days
    return (
        "over"
        if left < 0
        else "today"
        if left == 0
        else "soon"
        if left == 1
        else "near"
        if left <= 4
        else ""
    )


def tax_due(actor: Actor) -> QuerySet[Declaration]:
    """Declarations whose tax is not paid, the oldest first."""
    return visible(actor).filter(state=State.TAX_DUE).order_by("declared_on", "pk")


def tax_bands(actor: Actor, today: dt.date, pay_by: Callable[[dt.date], dt.date]) -> list[Band]:
    """Payment deadlines as bands of the day of declaration (``pay_by`` never runs backwards)."""
    days = [today - dt.timedelta(days=back) for back in range(40, -1, -1)]

    def last_with(left: int) -> dt.date | None:
        """The last day of declaration that must be paid in at most ``left`` days from today."""

        limit = today + dt.timedelta(days=left)
        fitting = [day for day in days if pay_by(day) <= limit]
        return fitting[-1] if fitting else None

    bands: list[tuple[str, dt.date | None, dt.date]] = []
    before: dt.date | None = None
    for level, left in (("over", -1), ("today", 0), ("soon", 1), ("near", 4)):
        last = last_with(left)
        if last is not None and last != before:
            bands.append((level, before and before + dt.timedelta(days=1), last))
            before = last
    return _counted(tax_due(actor), "declared_on", bands)


def _counted(
    rows: QuerySet[Declaration],
    column: str,
    bands: Sequence[tuple[str, dt.date | None, dt.date]],
) -> list[Band]:
    """Every band with its count, in one query."""

    def within(first: dt.date | None, last: dt.date) -> Q:
        found = Q(**{f"{column}__lte": last})
        return found & Q(**{f"{column}__gte": first}) if first else found

    counts = rows.order_by().aggregate(
        **{
            level: Count("pk", filter=within(first, last))
            for level, first, last in bands
        }
    ) if bands else {}  # fmt: skip
    return [Band(level, first, last, counts[level]) for level, first, last in bands]


def drafts_of(actor: Actor) -> QuerySet[Declaration]:
    """The actor's own drafts, the most urgent first, those without a deadline last."""
    rows = visible(actor).filter(owner_id=actor.user_id, state=State.DRAFT)
    return rows.order_by(F("due_on").asc(nulls_last=True), "-updated_at", "pk")


def reviews_for(actor: Actor) -> QuerySet[Declaration]:
    """What waits for a review this person may give: not their own work, not twice by one person."""
    if not may(actor, "declaration.review"):
        return Declaration.objects.none()
    rows = visible(actor, "declaration.review").filter(
        reviewable_q(actor.user_id), state__in=(State.REVIEW, State.SECOND_REVIEW)
    )
    return rows.order_by(F("due_on").asc(nulls_last=True), "updated_at", "pk")


def reviewable_q(user_id: int) -> Q:
    """Declarations in review that are not the user's own work, nor passed by the user already."""
    own = Q(owner_id=user_id) | _is(prepared_by_id=user_id)
    second = Q(state=State.SECOND_REVIEW) & ~_is(first_reviewer_id=user_id)
    return (Q(state=State.REVIEW) | second) & ~own


def _is(**column: int) -> Q:
    """The column is known and has this value: a row without one is not excluded by ``~``."""
    ((name, value),) = column.items()
    return Q(**{f"{name}__isnull": False, name: value})


def in_state(actor: Actor, state: State) -> QuerySet[Declaration]:
    return visible(actor).filter(state=state).order_by("updated_at", "pk")


def failed_messages(actor: Actor) -> QuerySet[Message]:
    """Messages that could not be written to the client's folder."""
    rows = Message.objects.filter(scope_q(actor, "declaration.send", path="declaration__"))
    return rows.filter(state=Message.State.FAILED).select_related("declaration").order_by("pk")


def stray_receipts(actor: Actor) -> QuerySet[Receipt]:
    """Receipts that fit no declaration or could not be read; they belong to the whole book."""
    if not may(actor, "declaration.send"):
        return Receipt.objects.none()
    lost = (Receipt.State.UNMATCHED, Receipt.State.UNREADABLE)
    return Receipt.objects.filter(book_id=actor.book_id, state__in=lost).order_by("-pk")


def ending_mandates(actor: Actor, today: dt.date) -> QuerySet[Mandate]:
    """Mandates that end within a month and have no successor yet."""
    until = today + dt.timedelta(days=MANDATE_DAYS)
    rows = Mandate.objects.filter(
        scope_q(actor, "mandate.edit", path="party__"), is_cancelled=False
    )
    followed = Mandate.objects.filter(
        book_id=actor.book_id, is_cancelled=False, valid_to__gt=until
    ).values("party_id")
    ending = rows.filter(kind=Mandate.Kind.LONG, valid_to__gte=today, valid_to__lte=until)
    return (
        ending.exclude(party_id__in=followed).select_related("party").order_by("valid_to", "pk")
    )
