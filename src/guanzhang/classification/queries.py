"""Read schemes, classes, and who is in them, within the reader's scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from guanzhang.analytics.queries import labels_for
from guanzhang.classification.domain.criterion import Test, parts
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.scheme import (
    Attribute,
    ClassDef,
    Definition,
    EachValue,
    conditions,
)
from guanzhang.classification.models import Membership, Run, Scheme, SchemeVersion
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import Scope, scope_of
from guanzhang.parties.models import Party
from guanzhang.parties.queries import visible_parties

__all__ = [
    "UNKNOWN_CLASS",
    "ClassCount",
    "PartyClass",
    "Scheme",
    "SchemeVersion",
    "Standing",
    "class_amounts",
    "class_counts",
    "class_names",
    "classes_in",
    "classes_of",
    "classes_of_party",
    "current_class",
    "draft_of",
    "history_of_party",
    "latest_run",
    "latest_runs",
    "member_counts",
    "members_of",
    "mentioned_values",
    "moved",
    "moves",
    "open_members",
    "ordered_classes",
    "primary_scheme",
    "runs_of",
    "scheme_named",
    "schemes",
    "standing_of",
    "standings",
    "stays_of_party",
    "version_on",
    "versions_of",
]  # Scheme and SchemeVersion are the records that other modules hold

UNKNOWN_CLASS = ClassDef("", "无数据", 0, "")


@dataclass(frozen=True, slots=True)
class Standing:
    """A scheme as it stands: its version in force and the last run of it."""

    scheme: Scheme
    version: SchemeVersion | None
    draft: SchemeVersion | None
    run: Run | None

    @property
    def definition(self) -> Definition | None:
        return definition_of(self.version.definition) if self.version else None


@dataclass(frozen=True, slots=True)
class ClassCount:
    """Members of one class that the reader may see."""

    definition: ClassDef
    members: int
    share: float


@dataclass(frozen=True, slots=True)
class PartyClass:
    """The class of one customer in one scheme."""

    scheme: Scheme
    version: SchemeVersion
    definition: ClassDef
    position: int
    classes: int
    membership: Membership
    previous: ClassDef | None


def schemes(actor: Actor) -> QuerySet[Scheme]:
    return Scheme.objects.filter(book_id=actor.book_id, is_active=True).order_by(
        "position", "pk"
    )


def scheme_named(book_id: int, code: str) -> Scheme | None:
    return Scheme.objects.filter(book_id=book_id, code=code, is_active=True).first()


def standing_of(scheme: Scheme, on: dt.date) -> Standing:
    version = version_on(scheme, on)
    return Standing(scheme, version, draft_of(scheme), latest_run(scheme))


def version_on(scheme: Scheme, on: dt.date) -> SchemeVersion | None:
    """The version in force on a day; half-open ranges, so exactly one or none."""
    return (
        scheme.versions.filter(effective_from__lte=on)
        .exclude(effective_to__lte=on)
        .exclude(state=SchemeVersion.State.DRAFT)
        .first()
    )


def draft_of(scheme: Scheme) -> SchemeVersion | None:
    return scheme.versions.filter(state=SchemeVersion.State.DRAFT).first()


def versions_of(scheme: Scheme) -> QuerySet[SchemeVersion]:
    return scheme.versions.order_by("-number")


def latest_run(scheme: Scheme) -> Run | None:
    return (
        Run.objects.filter(version__scheme=scheme)
        .select_related("version")
        .order_by("-pk")
        .first()
    )


def latest_runs(listed: Collection[Scheme]) -> dict[int, Run]:
    """The last run of each scheme, by scheme id."""
    runs = Run.objects.filter(version__scheme__in=listed)
    newest = runs.order_by().values("version__scheme").annotate(last=Max("pk")).values("last")
    return {
        run.version.scheme_id: run
        for run in Run.objects.filter(pk__in=newest).select_related("version")
    }


def primary_scheme(book_id: int) -> Scheme | None:
    return Scheme.objects.filter(book_id=book_id, is_primary=True, is_active=True).first()


def open_members(scheme: Scheme, actor: Actor) -> QuerySet[Membership]:
    """Current memberships of customers the actor may see."""
    return _within_scope(Membership.objects.filter(scheme=scheme, valid_to=None), actor)


def _within_scope(rows: QuerySet[Membership], actor: Actor) -> QuerySet[Membership]:
    if scope_of(actor, "class.view") is Scope.ALL:
        return rows
    return rows.filter(party_id__in=visible_parties(actor, "class.view").values("pk"))


def standings(actor: Actor, on: dt.date) -> list[Standing]:
    """All schemes of the book as they stand, in order, with a fixed number of queries."""
    listed = list(schemes(actor))
    versions: dict[int, list[SchemeVersion]] = {}
    for version in SchemeVersion.objects.filter(scheme__in=listed).order_by("number"):
        versions.setdefault(version.scheme_id, []).append(version)
    run_of = latest_runs(listed)
    return [
        Standing(
            scheme,
            next((v for v in versions.get(scheme.pk, ()) if _in_force(v, on)), None),
            next((v for v in versions.get(scheme.pk, ()) if v.state == "draft"), None),
            run_of.get(scheme.pk),
        )
        for scheme in listed
    ]


def _in_force(version: SchemeVersion, on: dt.date) -> bool:
    since, until = version.effective_from, version.effective_to
    return (
        version.state != "draft"
        and since is not None
        and since <= on
        and (until is None or on < until)
    )


def member_counts(standings: Iterable[Standing], actor: Actor) -> dict[int, dict[str, int]]:
    """Scheme → class → members that the reader may see, of the last run of each scheme."""
    ran = [each for each in standings if each.run]
    if scope_of(actor, "class.view") is Scope.ALL:
        return {
            each.scheme.pk: {code: int(n) for code, (n, _amount) in each.run.counts.items()}
            for each in ran
            if each.run
        }
    rows = Membership.objects.filter(scheme__in=[each.scheme for each in ran], valid_to=None)
    found: dict[int, dict[str, int]] = {each.scheme.pk: {} for each in ran}
    grouped = (
        _within_scope(rows, actor).values("scheme_id", "class_code").annotate(n=Count("pk"))
    )
    for row in grouped.order_by():
        found[row["scheme_id"]][row["class_code"]] = row["n"]
    return found


def class_amounts(scheme: Scheme, actor: Actor) -> dict[str, Decimal | None]:
    """Class → 近12个月交易额 of the customers in it that the reader may see; None where nobody traded."""
    inside = Membership.objects.filter(scheme=scheme, valid_to=None, party_id=OuterRef("pk"))
    rows = (
        visible_parties(actor, "class.view")
        .annotate(class_code=Subquery(inside.values("class_code")[:1]))
        .exclude(class_code=None)
        .values("class_code")
        .annotate(amount=Sum("amount_12m"))
        .order_by()
    )
    return {row["class_code"]: row["amount"] for row in rows}


def class_counts(standing: Standing, actor: Actor) -> list[ClassCount]:
    """Members per class, best class first, 无数据 last; only what the actor may see is counted."""
    if standing.run is None:
        return []
    counted = member_counts([standing], actor)[standing.scheme.pk]
    total = sum(counted.values()) or 1
    return [
        ClassCount(each, counted.get(each.code, 0), counted.get(each.code, 0) / total)
        for each in classes_of(standing, counted)
    ]


def classes_of(standing: Standing, present: Collection[str]) -> list[ClassDef]:
    """The classes in order: as defined, or the values present when each value is a class."""
    definition = standing.definition
    return (
        []
        if definition is None
        else ordered_classes(standing.scheme.book_id, definition, present)
    )


def ordered_classes(
    book_id: int, definition: Definition, present: Collection[str]
) -> list[ClassDef]:
    """The classes of a definition, the codes of ``present`` it does not define behind them, 无数据 last."""
    known = list(definition.classes)
    extra = sorted(set(present) - {c.code for c in known} - {""})
    names = _names(book_id, definition, extra)
    derived = [ClassDef(code, names.get(code, code), 1 + i % 6) for i, code in enumerate(extra)]
    return [*known, *derived, replace(UNKNOWN_CLASS, name=_("无数据"))]


def classes_in(
    scheme: Scheme, version: SchemeVersion, present: Collection[str]
) -> list[ClassDef]:
    """The classes of one version in order, with the codes of ``present`` it does not define."""
    return ordered_classes(scheme.book_id, definition_of(version.definition), present)


def class_names(
    scheme: Scheme, codes: Iterable[str], definition: Definition | None = None
) -> dict[str, str]:
    """Names people know for class codes; where each value is a class, the value's own label."""
    if definition is None:
        newest = versions_of(scheme).first()
        definition = definition_of(newest.definition) if newest else None
    return _names(scheme.book_id, definition, codes) if definition else {}


def _names(book_id: int, definition: Definition, codes: Iterable[str]) -> dict[str, str]:
    names = {c.code: c.name for c in definition.classes}
    if isinstance(definition.body, EachValue):
        label, fact = labels_for(book_id), definition.body.ref.fact
        names |= {code: label(fact, code) or code for code in codes if code}
    return names


def members_of(scheme: Scheme, class_code: str, actor: Actor) -> QuerySet[Party]:
    """The customers of a class that the actor may see, as a query on parties."""
    inside = Membership.objects.filter(scheme=scheme, valid_to=None, class_code=class_code)
    return visible_parties(actor, "class.view").filter(pk__in=inside.values("party_id"))


def classes_of_party(actor: Actor, party_id: int) -> list[PartyClass]:
    """The class of one customer in every scheme that has placed it, with the class before."""
    listed = list(schemes(actor))
    histories: dict[int, list[Membership]] = {}
    rows = Membership.objects.filter(scheme__in=listed, party_id=party_id)
    for row in rows.order_by("-valid_from", "-pk"):
        histories.setdefault(row.scheme_id, []).append(row)
    newest = [(s, histories[s.pk][:2]) for s in listed if s.pk in histories]
    versions = SchemeVersion.objects.in_bulk({m.version_id for _, h in newest for m in h})
    found = [_stays(scheme, history, versions)[0] for scheme, history in newest]
    return [each for each in found if each.membership.valid_to is None]


def stays_of_party(scheme: Scheme, party_id: int) -> list[PartyClass]:
    """Every class a customer has had in a scheme, newest first, each with the one before."""
    history = list(history_of_party(scheme, party_id))
    return _stays(
        scheme, history, SchemeVersion.objects.in_bulk({m.version_id for m in history})
    )


def _stays(
    scheme: Scheme, history: Sequence[Membership], versions: Mapping[int, SchemeVersion]
) -> list[PartyClass]:
    """``history`` is newest first; so is the answer."""
    codes = {m.class_code for m in history}
    orders = {
        pk: ordered_classes(scheme.book_id, definition_of(versions[pk].definition), codes)
        for pk in {m.version_id for m in history}
    }
    stays: list[PartyClass] = []
    previous: ClassDef | None = None
    for membership in reversed(history):
        classes = orders[membership.version_id]
        own = next(each for each in classes if each.code == membership.class_code)
        stays.append(
            PartyClass(
                scheme,
                versions[membership.version_id],
                own,
                classes.index(own),
                len(classes) - 1,
                membership,
                previous,
            )
        )
        previous = own
    return stays[::-1]


def current_class(scheme: Scheme, party_id: int) -> PartyClass | None:
    """The class a customer is in now; None when no run has placed it."""
    stays = stays_of_party(scheme, party_id)
    return stays[0] if stays and stays[0].membership.valid_to is None else None


def runs_of(scheme: Scheme) -> QuerySet[Run]:
    """All runs of a scheme, newest first; their counts are of the whole book."""
    return Run.objects.filter(version__scheme=scheme).select_related("version").order_by("-pk")


def mentioned_values(definition: Definition) -> list[tuple[str, str]]:
    """(fact, value) pairs that a definition names in its conditions or its map."""
    tests = [
        (node.ref.fact, value)
        for condition in conditions(definition)
        for node in parts(condition)
        if isinstance(node, Test)
        for value in node.values
    ]
    body = definition.body
    if isinstance(body, Attribute):
        tests += [(body.ref.fact, v) for entry in body.mapping for v in entry.values]
    return tests


def moved(actor: Actor, scheme: Scheme, since: dt.date, until: dt.date) -> QuerySet[Membership]:
    """Memberships that began in [since, until) where another class ended, with ``old_class``.

    Customers that entered the scheme for the first time are not moves.
    """
    ended = Membership.objects.filter(
        scheme=scheme, party_id=OuterRef("party_id"), valid_to=OuterRef("valid_from")
    )
    # What ended is few, what began may be everybody (the first run of a scheme): start from the few.
    closed = Membership.objects.filter(scheme=scheme, valid_to__gte=since, valid_to__lt=until)
    began = Membership.objects.filter(
        scheme=scheme,
        valid_from__gte=since,
        valid_from__lt=until,
        party_id__in=closed.values("party_id"),
    ).annotate(old_class=Subquery(ended.values("class_code")[:1]))
    changed = began.filter(~Q(old_class=None) & ~Q(old_class=F("class_code")))
    return _within_scope(changed, actor)


def moves(rows: QuerySet[Any]) -> Mapping[tuple[str, str], int]:
    """(from, to) → how many of ``moved`` went that way."""
    counted = rows.values("old_class", "class_code").annotate(n=Count("pk")).order_by()
    return {(row["old_class"], row["class_code"]): row["n"] for row in counted}


def history_of_party(scheme: Scheme, party_id: int) -> QuerySet[Membership]:
    return Membership.objects.filter(scheme=scheme, party_id=party_id).order_by(
        "-valid_from", "-pk"
    )
