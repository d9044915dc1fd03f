"""政策更新: what an edition of the reference data touches here: open drafts, used goods, clients.

An edition touches goods by their tariff code, trade measures also by their origin, and a
declaration by the codes in its head. What waits to be declared is touched; what customs has is not.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT

from guanzhang.customs.models import Declaration, GoodsLine, UsedGoods
from guanzhang.customs.workbench import TO_DECLARE, visible
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import may
from guanzhang.org.scope import scope_q
from guanzhang.reference import queries as reference
from guanzhang.reference.domain.difference import Difference, Fields

RECENT = 92  # days for which an edition in force still is news
AT_ONCE = 400  # keys of one IN (…)
KINDS = ("tariff", "measures", "codes")
# Elements of DecHead that hold a code of a table.
_HEAD: Mapping[str, tuple[str, ...]] = {
    "trade_mode": ("TradeMode",),
    "cut_mode": ("CutMode",),
    "traf_mode": ("TrafMode",),
    "trans_mode": ("TransMode",),
    "wrap_type": ("WrapType",),
    "customs_office": ("CustomMaster", "IEPort"),
    "country": ("TradeCountry", "TradeAreaCode"),
    "port": ("DespPortCode", "DistinatePort"),
    "domestic_port_partial": ("EntyPortCode",),
}
_LINE = {"unit": "unit", "country": "origin", "currency": "currency"}  # columns of goods


@dataclass(frozen=True, slots=True)
class Change:
    """One key of an edition: how it changes, and in which columns from what to what."""

    key: str
    how: str  # added | changed | removed
    fields: Fields


@dataclass(frozen=True)
class Update:
    """An edition with what it changes and whom of the reader's it touches."""

    edition: Any  # reference's Edition: id, title, kind, table, effective_on, state
    difference: Difference
    is_upcoming: bool
    draft_keys: Mapping[int, frozenset[str]]  # declaration id → keys that touch it
    used_keys: Mapping[int, frozenset[str]]  # id of used goods → keys that touch it
    used_parties: Mapping[int, int]  # id of used goods → party

    @cached_property
    def party_ids(self) -> frozenset[int]:
        return frozenset(self.used_parties.values())

    @property
    def is_touching(self) -> bool:
        return bool(self.draft_keys or self.used_keys)

    def change(self, key: str) -> Change:
        fields = self.difference.changed.get(key, {})
        how = "changed" if key in self.difference.changed else "removed"
        return Change(key, "added" if key in self._added else how, fields)

    @cached_property
    def _added(self) -> frozenset[str]:
        return frozenset(self.difference.added)

    @cached_property
    def touching_keys(self) -> Counter[str]:
        """Keys that touch something, with how many drafts and used goods."""
        found: Counter[str] = Counter()
        for keys in (*self.draft_keys.values(), *self.used_keys.values()):
            found.update(keys)
        return found


def updates_for(actor: Actor, today: dt.date) -> list[Update]:
    """Editions that lie ahead or took effect lately and change something, the latest first."""
    since = today - dt.timedelta(days=RECENT)
    rows = reference.editions().filter(
        kind__in=KINDS, state__in=("reviewed", "effective"), effective_on__gte=since
    )
    # What came with the program is nobody's news; a person stands behind every other edition.
    rows = rows.exclude(loaded_by_id=0).order_by("-effective_on", "-pk")
    goods = Goods(actor)
    return [_update(goods, each, today) for each in rows]


def update_of(actor: Actor, edition_id: int, today: dt.date) -> Update | None:
    """One edition of these kinds; None when there is no such one."""
    news = reference.editions().filter(kind__in=KINDS).exclude(loaded_by_id=0)
    found = news.filter(pk=edition_id).first()
    return _update(Goods(actor), found, today) if found else None


def editions_to_review(actor: Actor) -> list[Any]:
    """Loaded editions that this person may review: not their own."""
    if not may(actor, "reference.review"):
        return []
    return list(reference.waiting_editions().exclude(loaded_by_id=actor.user_id))


def missing_rates(actor: Actor, today: dt.date) -> list[str]:
    """Currencies of open imports and exports that have no approved rate this month."""
    if not may(actor, "reference.load"):
        return []
    lines = GoodsLine.objects.filter(
        declaration__in=visible(actor).filter(state__in=TO_DECLARE)
    )
    used = lines.order_by().exclude(currency__in=("", "CNY")).values_list("currency", flat=True)
    month = today.replace(day=1)
    return sorted(c for c in set(used.distinct()) if reference.approved_rate(c, month) is None)


def drafts_of(actor: Actor, update: Update) -> QuerySet[Declaration]:
    """The touched drafts with their clients, the most urgent first."""
    rows = visible(actor).filter(pk__in=list(update.draft_keys))
    return rows.select_related("party", "owner").defer("document").order_by("due_on", "pk")


def used_goods_of(actor: Actor, update: Update) -> QuerySet[UsedGoods]:
    rows = _library(actor).filter(pk__in=list(update.used_keys))
    return rows.select_related("party").order_by("hs_code", "party__sort_key", "pk")


# --- finding what is touched ----------------------------------------------------------------------


class Goods:
    """The goods of open drafts and of the library that a person may see, read once for all editions."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    @cached_property
    def open_drafts(self) -> QuerySet[Declaration]:
        return visible(self.actor).filter(state__in=TO_DECLARE).order_by()

    @cached_property
    def lines(self) -> Mapping[str, list[tuple[int, str]]]:
        """HS code → (declaration, origin) of every line of an open draft."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        rows = GoodsLine.objects.filter(declaration__in=self.open_drafts).order_by()
        for code, declaration, origin in rows.values_list(
            "hs_code", "declaration_id", "origin"
        ):
            found[code].append((declaration, origin))
        return found

    @cached_property
    def used_codes(self) -> frozenset[str]:
        return frozenset(
            _library(self.actor).order_by().values_list("hs_code", flat=True).distinct()
        )

    def used(self, codes: Iterable[str]) -> Iterable[tuple[int, int, str, str]]:
        """(id, party, HS code, origin) of the used goods with one of ``codes``."""
        wanted = sorted(self.used_codes & set(codes))
        for start in range(0, len(wanted), AT_ONCE):
            rows = _library(self.actor).filter(hs_code__in=wanted[start : start + AT_ONCE])
            columns = (
                "pk",
                "party_id",
                "hs_code",
                "direction",
                "row__OriginCountry",
                "row__DestinationCountry",
            )
            for pk, party, code, direction, first, second in rows.order_by().values_list(
                *columns
            ):
                # On an export the two countries stand in each other's place.
                yield pk, party, code, (second if direction == "E" else first) or ""


def _library(actor: Actor) -> QuerySet[UsedGoods]:
    return UsedGoods.objects.filter(scope_q(actor, "declaration.view", path="party__"))


Touch = Callable[[str, str], frozenset[str]]  # (HS code, origin) → the keys that touch it


def _update(goods: Goods, edition: Any, today: dt.date) -> Update:  # noqa: ANN401 - an Edition
    diff = reference.changes_of(edition.pk)
    drafts: dict[int, set[str]] = defaultdict(set)
    used: dict[int, frozenset[str]] = {}
    parties: dict[int, int] = {}
    if edition.kind == "codes":
        _by_head(goods, edition.table, diff, drafts)
    else:
        touch = _by_code(diff) if edition.kind == "tariff" else _by_measure(diff)
        for code, rows in goods.lines.items():
            for declaration, origin in rows:
                if keys := touch(code, origin):
                    drafts[declaration] |= keys
        codes = [code for code in goods.used_codes if touch(code, ANY)]
        for pk, party, code, origin in goods.used(codes):
            if keys := touch(code, origin):
                used[pk], parties[pk] = keys, party
    return Update(
        edition,
        diff,
        edition.effective_on > today,
        {pk: frozenset(keys) for pk, keys in drafts.items()},
        used,
        parties,
    )


ANY = "*"  # whatever the origin


def _by_code(diff: Difference) -> Touch:
    keys = diff.keys

    def touch(code: str, _origin: str) -> frozenset[str]:
        return frozenset((code,)) if code in keys else frozenset()

    return touch


def _by_measure(diff: Difference) -> Touch:
    """Keys are "kind|prefix|origin|exporter"."""
    by_place: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key in diff.keys:
        _kind, prefix, origin, _exporter = key.split("|", 3)
        by_place[prefix, origin].add(key)
        by_place[prefix, ANY].add(key)

    def touch(code: str, origin: str) -> frozenset[str]:
        found: set[str] = set()
        for length in range(2, len(code) + 1):
            found |= by_place.get((code[:length], origin), set())
        return frozenset(found)

    return touch


def _by_head(goods: Goods, table: str, diff: Difference, drafts: dict[int, set[str]]) -> None:
    """Drafts whose head, or one of whose lines, holds a changed or ended code; new codes touch nothing."""
    keys = [*diff.changed, *diff.removed]
    for element in _HEAD.get(table, ()):
        path = f"document__DecHead__{element}"
        for start in range(0, len(keys), AT_ONCE):
            held = Q(**{f"{path}__in": keys[start : start + AT_ONCE]})
            # KT gives text: without it SQLite's "2225" would be read as a number.
            for pk, code in goods.open_drafts.filter(held).values_list("pk", KT(path)):
                drafts[pk].add(code)
    if column := _LINE.get(table):
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            rows = GoodsLine.objects.filter(
                declaration__in=goods.open_drafts, **{f"{column}__in": part}
            )
            for pk, code in rows.order_by().values_list("declaration_id", column):
                drafts[pk].add(code)
