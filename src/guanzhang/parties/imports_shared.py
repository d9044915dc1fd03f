"""What the three imports share: finding customers by key, derived columns, and taking a batch back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q

from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.spec import Run
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem
from guanzhang.org.domain.policy import Scope, scope_of
from guanzhang.org.scope import scope_q
from guanzhang.parties.completeness import Around, completeness
from guanzhang.parties.models import Party
from guanzhang.parties.search import index_parties, unindex_parties
from guanzhang.parties.services.base import data_of
from guanzhang.storage import bulk, pinyin
from guanzhang.storage.bulk import chunks
from guanzhang.trail.services import next_number

AT_ONCE = 500
LISTED = 50  # reasons told at once
ACTION = "import.run"


@dataclass(slots=True)
class Customers:
    """Parties of a book by code or 统一社会信用代码, learned as they are asked for."""

    actor: Actor
    by_key: dict[str, int | None] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)  # outside the actor's scope

    def learn(self, keys: Iterable[str]) -> None:
        """Look up the keys that are not known yet, many at once."""
        fresh = sorted({k for k in keys if k not in self.by_key})
        for part in chunks(fresh, AT_ONCE):
            self.by_key |= dict.fromkeys(part)
            parties = Party.objects.filter(book_id=self.actor.book_id)
            wanted = Q(code__in=part)
            if usc_codes := [k for k in part if len(k) == 18]:
                wanted |= Q(usc_code__in=usc_codes)
            rows = list(parties.filter(wanted).values_list("pk", "code", "usc_code"))
            self.by_key |= {usc: pk for pk, _code, usc in rows if usc in self.by_key}
            self.by_key |= {code: pk for pk, code, _usc in rows if code in self.by_key}
            self.hidden |= hidden_among(self.actor, [pk for pk, _code, _usc in rows])

    def find(self, key: str) -> int | None:
        return self.by_key.get(key)

    def forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            del self.by_key[key]

    def hide(self, ids: set[int]) -> None:
        """Learn which of these parties lie outside the actor's scope."""
        self.hidden |= hidden_among(self.actor, sorted(ids))


def hidden_among(actor: Actor, ids: Sequence[int]) -> set[int]:
    """Those of a book's parties that lie outside the actor's scope."""
    if scope_of(actor, ACTION) is Scope.ALL or not ids:
        return set()
    mine = Party.objects.filter(scope_q(actor, ACTION), pk__in=ids)
    return set(ids) - set(mine.values_list("pk", flat=True))


def default_owner(actor: Actor) -> tuple[int | None, int | None]:
    """(owner, department) of a customer whose file does not say: a salesperson's own."""
    if actor.is_system or scope_of(actor, ACTION) is Scope.ALL:
        return None, None
    return actor.user_id, actor.department_id


def fresh_code(book_id: int, *, is_customer: bool) -> str:
    """A code nobody has yet, as the form gives them; inside the caller's transaction."""
    letter, series = ("C", "party") if is_customer else ("S", "party.supplier")
    while True:
        code = f"{letter}{next_number(book_id, series):05}"
        if not Party.objects.filter(book_id=book_id, code=code).exists():
            return code


def derive(ids: Iterable[int]) -> None:
    """Sort key, completeness and search text of parties whose rows were written in bulk."""
    for part in chunks(ids, 2_000):
        parties = Party.objects.filter(pk__in=part).annotate(
            contact_count=Count("contacts", distinct=True),
            telephone_count=Count(
                "contacts",
                filter=~Q(contacts__mobile="") | ~Q(contacts__phone=""),
                distinct=True,
            ),
            address_count=Count("addresses", distinct=True),
        )
        changes = []
        for party in parties:
            around = Around(
                bool(party.contact_count),
                bool(party.telephone_count),
                bool(party.address_count),
            )
            columns = {
                "sort_key": pinyin.sort_key(party.name),
                "completeness": completeness(data_of(party), around).percent,
            }
            changes.append((party.pk, columns))
        bulk.update_plain(Party, changes)
        index_parties(part)


def touch(ids: Iterable[int], run: Run) -> None:
    """A new revision of parties that a batch changed."""
    for part in chunks(ids, AT_ONCE):
        Party.objects.filter(pk__in=part).update(revision=F("revision") + 1, updated_at=run.now)


# ---- undo


def party_dependants(run: Run) -> list[Problem]:
    """Why the parties that a batch created cannot go: somebody changed them or wrote about them."""
    mine = Party.objects.filter(book_id=run.book_id, batch_id=run.batch_id)
    found = [
        kinds.UNDO_CHANGED.at("", found=f"{code} {name}", why="客户资料")
        for code, name in mine.filter(revision__gt=1).values_list("code", "name")[:LISTED]
    ]
    for relation in Party._meta.related_objects:  # noqa: SLF001 - Django's documented API
        model = relation.related_model
        if model is Party or model._meta.model_name in DERIVED:  # noqa: SLF001
            continue
        found += _references(run, mine, relation)
    return found[:LISTED]


DERIVED = frozenset({"searchtext"})  # made from the party itself, gone with it


def _references(run: Run, mine: Any, relation: Any) -> list[Problem]:  # noqa: ANN401 - Django relation
    """Rows of one table that speak of the batch's parties and do not come from the batch."""
    name = relation.field.name
    model = relation.related_model
    if relation.many_to_many:
        name, model = relation.field.m2m_reverse_field_name(), relation.through
    rows = model._default_manager.filter(**{f"{name}__in": mine})  # noqa: SLF001 - Django's documented API
    columns = {f.name for f in model._meta.concrete_fields}  # noqa: SLF001
    if "batch_id" in columns:
        rows = rows.exclude(batch_id=run.batch_id)
    counted = rows.values(f"{name}__code", f"{name}__name").annotate(n=Count("pk"))
    label = relation.related_model._meta.verbose_name  # noqa: SLF001
    return [
        kinds.UNDO_BLOCKED.at(
            "",
            found=f"{row[f'{name}__code']} {row[f'{name}__name']}",
            why=f"{label} {row['n']} 条",
        )
        for row in counted.order_by(f"{name}__code")[:LISTED]
    ]


def remove_parties(run: Run) -> int:
    """Delete the parties that a batch created, with what hangs on them; returns how many."""
    ids = list(
        Party.objects.filter(book_id=run.book_id, batch_id=run.batch_id).values_list(
            "pk", flat=True
        )
    )
    for part in chunks(ids, AT_ONCE):
        unindex_parties(part)
        Party.objects.filter(pk__in=part).delete()
    return len(ids)
