"""Read parties and what belongs to them, always within the reader's scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, ForeignKey, Max, QuerySet, Sum
from django.db.models.functions import ExtractYear
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.exchange.queries import changes_of
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import may
from guanzhang.org.scope import scope_q
from guanzhang.parties import labels
from guanzhang.parties.completeness import Completeness, completeness
from guanzhang.parties.masking import masked
from guanzhang.parties.models import (
    Attachment,
    Contact,
    CustomField,
    Party,
    ServiceRecord,
    StandingDay,
    Tag,
    Transaction,
)
from guanzhang.parties.services.base import around, data_of
from guanzhang.storage.fields import FixedField
from guanzhang.trail.queries import history_of

if TYPE_CHECKING:
    from guanzhang.exchange.models import Change
    from guanzhang.trail.models import AuditRecord

HISTORY = 200  # entries shown of one party
SITTING = dt.timedelta(minutes=15)
_NOTHING: tuple[Any, ...] = (None, "", [])
_DERIVED = ("sort_key", "completeness", "updated_at", "revision", "batch_id")
_COLUMNS = {f.attname: f for f in Party._meta.concrete_fields}  # noqa: SLF001 - Django's documented API


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: what happened when, and where to read more."""

    at: dt.datetime | dt.date
    title: str
    text: str = ""
    who: str = ""
    amount: Decimal | None = None

    @property
    def is_day(self) -> bool:
        return not isinstance(self.at, dt.datetime)

    @property
    def sort_key(self) -> dt.datetime:
        if isinstance(self.at, dt.datetime):
            return self.at
        return timezone.make_aware(dt.datetime.combine(self.at, dt.time.max))


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an audit record; ``before`` is "" when there was nothing to change."""

    label: str
    before: str
    after: str
    is_new: bool  # a value where none was, or a fact that has no before


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of a party: who, when, what, from what to what."""

    at: dt.datetime
    who: str
    action: str
    changes: tuple[FieldChange, ...]
    reason: str = ""

    @property
    def is_addition(self) -> bool:
        """Nothing was there before: one line says it all."""
        return all(change.is_new for change in self.changes)


@dataclass(frozen=True, slots=True)
class YearOfTrade:
    year: int
    amount: Decimal
    documents: int
    lines: int


def visible_parties(actor: Actor, action: str = "party.view") -> QuerySet[Party]:
    """All parties that ``actor`` may reach with ``action``, archived ones too."""
    return Party.objects.filter(scope_q(actor, action))


def standing_day(book_id: int) -> dt.date | None:
    """The day as of which grades and key figures were last worked out; None before the first run."""
    return StandingDay.objects.filter(book_id=book_id).values_list("on", flat=True).first()


def party_for(actor: Actor, party_id: int, action: str = "party.view") -> Party:
    """One party within scope, with owner and department; 404 otherwise."""
    rows = visible_parties(actor, action).select_related("owner", "department")
    party = rows.filter(pk=party_id).first()
    if party is None:
        raise Http404
    return party


def party_with_code(actor: Actor, code: str) -> Party | None:
    return visible_parties(actor).filter(code=code).first()


def may_do(actor: Actor, action: str, party: Party) -> bool:
    """Whether ``action`` reaches this very party: what a page offers is what its view accepts."""
    return may(actor, action) and visible_parties(actor, action).filter(pk=party.pk).exists()


def may_reveal(actor: Actor) -> bool:
    return may(actor, "party.reveal")


def transactions(actor: Actor, action: str = "transaction.view") -> QuerySet[Transaction]:
    """Lines of trade with the parties in scope."""
    rows = Transaction.objects.filter(book_id=actor.book_id)
    return rows.filter(scope_q(actor, action, path="party__"))


def service_records(actor: Actor, action: str = "service.view") -> QuerySet[ServiceRecord]:
    rows = ServiceRecord.objects.filter(book_id=actor.book_id)
    return rows.filter(scope_q(actor, action, path="party__"))


def open_services(actor: Actor, until: dt.date | None = None) -> QuerySet[ServiceRecord]:
    """Records that wait for their next step, the most urgent first; due by ``until`` when given."""
    rows = service_records(actor).filter(closed_at=None)
    rows = rows.filter(next_due_on__lte=until) if until else rows
    return rows.select_related("party").order_by("next_due_on", "pk")


def attachment_for(actor: Actor, party_id: int, attachment_id: int) -> Attachment:
    found = Attachment.objects.filter(
        scope_q(actor, "party.view", path="party__"), party_id=party_id, pk=attachment_id
    ).first()
    if found is None:
        raise Http404
    return found


def tags_of_book(book_id: int) -> QuerySet[Tag]:
    return Tag.objects.filter(book_id=book_id).order_by("name")


def custom_fields(book_id: int) -> QuerySet[CustomField]:
    return CustomField.objects.filter(book_id=book_id).order_by("position", "pk")


def custom_labels(book_id: int) -> dict[str, str]:
    return dict(custom_fields(book_id).values_list("key", "label"))


def completeness_of(party: Party) -> Completeness:
    return completeness(data_of(party), around(party))


def grades_in_use(book_id: int) -> list[str]:
    """The grades that active parties have; one index seek per grade, however many parties."""
    rows = Party.objects.filter(book_id=book_id, status=Party.Status.ACTIVE).order_by("grade")
    found: list[str] = []
    last = ""
    while len(found) < 30:
        grade = rows.filter(grade__gt=last).values_list("grade", flat=True).first()
        if grade is None:
            return found
        found.append(grade)
        last = grade
    return found


def primary_contacts(parties: Sequence[Party]) -> dict[int, str]:
    """Party id → name of the primary contact."""
    rows = Contact.objects.filter(party__in=parties, is_primary=True)
    return dict(rows.values_list("party_id", "name"))


def trade_by_year(actor: Actor, party: Party) -> list[YearOfTrade]:
    """Amounts in the book's currency per calendar year, the newest first."""
    rows = (
        transactions(actor)
        .filter(party=party)
        .annotate(year=ExtractYear("traded_on"))
        .values("year")
        .annotate(
            amount=Sum("book_amount"),
            documents=Count("document_no", distinct=True),
            lines=Count("pk"),
        )
        .order_by("-year")
    )
    return [YearOfTrade(**row) for row in rows]


def timeline(actor: Actor, party: Party, limit: int = 12) -> list[Entry]:
    """What happened with a party lately: service, trade, changes and imports, newest first."""
    entries: list[Entry] = []
    if may(actor, "service.view"):
        entries += [
            _served(r)
            for r in service_records(actor).filter(party=party).order_by("-happened_at")[:limit]
        ]
    if may(actor, "transaction.view"):
        entries += _traded(transactions(actor).filter(party=party), limit)
    told = history_of(actor.book_id, "party", party.pk).exclude(action__startswith="service.")
    told = told.exclude(action__startswith="transaction.")
    entries += _recorded(told[: 4 * limit], custom_labels(actor.book_id))
    entries += [
        Entry(
            change.batch.committed_at or change.batch.created_at,
            _("导入更新"),
            change.batch.file_name,
        )
        for change in changes_of("party", party.pk)[:limit]
    ]
    return sorted(entries, key=lambda entry: entry.sort_key, reverse=True)[:limit]


def history(actor: Actor, party: Party) -> list[HistoryEntry]:
    """Who changed what, from what to what; audit records and imports together, newest first."""
    custom = custom_labels(actor.book_id)
    entries = [
        HistoryEntry(
            r.at,
            r.actor_name,
            str(labels.action_label(r.action)),
            _changes(r.changes, r.action, custom),
            r.reason,
        )
        for r in history_of(actor.book_id, "party", party.pk)[:HISTORY]
    ]
    entries += [_imported(change, custom) for change in changes_of("party", party.pk)[:HISTORY]]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:HISTORY]


def _served(record: ServiceRecord) -> Entry:
    return Entry(
        record.happened_at,
        str(record.get_kind_display()),
        record.content,
        record.user_name,
    )


def _traded(rows: QuerySet[Transaction], limit: int) -> Iterable[Entry]:
    """One entry per document and day, its lines added up."""
    documents = (
        rows.values("document_no", "traded_on")
        .annotate(amount=Sum("book_amount"), lines=Count("pk"), last=Max("pk"))
        .order_by("-traded_on", "-last")[:limit]
    )
    for row in documents:
        text = _("%(n)s 行") % {"n": row["lines"]} if row["lines"] > 1 else ""
        yield Entry(row["traded_on"], row["document_no"], text, amount=row["amount"])


def _recorded(records: QuerySet[AuditRecord], custom: Mapping[str, str]) -> Iterable[Entry]:
    """What one person did in one sitting is one entry."""
    sitting: list[AuditRecord] = []
    for record in records:
        last = sitting[-1] if sitting else record
        if record.actor_id != last.actor_id or last.at - record.at > SITTING:
            yield _sat(sitting, custom)
            sitting = []
        sitting.append(record)
    if sitting:
        yield _sat(sitting, custom)


def _sat(sitting: Sequence[AuditRecord], custom: Mapping[str, str]) -> Entry:
    newest = sitting[0]
    actions = list(dict.fromkeys(str(labels.action_label(r.action)) for r in sitting))
    text = ""
    if newest.action == "party.changed" and len(sitting) == 1:
        names = [
            str(labels.field_label(name, newest.action, custom)) for name in newest.changes
        ]
        text = _("、").join(names)
    return Entry(newest.at, _("、").join(actions), text, newest.actor_name)


def _imported(change: Change, custom: Mapping[str, str]) -> HistoryEntry:
    """An import keeps images of the stored columns; derived ones are nobody's news."""
    batch = change.batch
    pairs = {
        name: [_from_image(name, change.before.get(name)), _from_image(name, value)]
        for name, value in change.after.items()
        if name not in _DERIVED
    }
    old, new = pairs.pop("custom", [{}, {}])
    for key, value in (new or {}).items():
        if (before := (old or {}).get(key)) != value:
            pairs[f"custom.{key}"] = [before, value]
    return HistoryEntry(
        batch.committed_at or batch.created_at,
        batch.file_name,
        _("导入更新"),
        _changes(pairs, "party.imported", custom),
        _("第 %(number)s 批") % {"number": batch.number},
    )


def _from_image(name: str, value: Any) -> Any:  # noqa: ANN401 - a stored column
    """A plain stored value as Python has it: 12340000 → 1234.0000, a user's id → the name."""
    field = _COLUMNS.get(name)
    if isinstance(field, FixedField) and isinstance(value, int):
        return field.from_integer(value)
    if isinstance(field, ForeignKey) and value is not None:
        return str(field.related_model._default_manager.filter(pk=value).first() or value)  # noqa: SLF001
    return value


def _changes(
    changes: Mapping[str, Any], action: str, custom: Mapping[str, str]
) -> tuple[FieldChange, ...]:
    rows = []
    for name, value in changes.items():
        label = str(labels.field_label(name, action, custom))
        if isinstance(value, list) and len(value) == 2:
            if all(v in _NOTHING for v in value):
                continue
            before, after = (labels.shown_value(name, masked(name, v), action) for v in value)
            is_new = value[0] in _NOTHING
            rows.append(FieldChange(label, "" if is_new else before, after, is_new))
        else:
            rows.append(
                FieldChange(label, "", labels.shown_value(name, value, action), is_new=True)
            )
    return tuple(rows)
