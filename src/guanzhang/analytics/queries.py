"""Read facts: of some customers at once, the list of facts of a book, the names of codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from django.conf import settings
from django.utils.translation import gettext_noop

from guanzhang.analytics.domain.catalogue import CATALOGUE, CHOICES, Fact, FactType, Group
from guanzhang.analytics.domain.meaning import Value
from guanzhang.analytics.engine import Warehouse
from guanzhang.analytics.models import Snapshot
from guanzhang.analytics.snapshots import CUSTOM
from guanzhang.kernel.problem import Language
from guanzhang.org import queries as org
from guanzhang.parties.domain.industries import industry
from guanzhang.parties.domain.regions import region
from guanzhang.parties.models import CustomField

Labels = Callable[[str, str], str | None]  # (fact code, value) → name; None where there is none

_CUSTOM_TYPES = {
    CustomField.Type.TEXT: FactType.TEXT,
    CustomField.Type.NUMBER: FactType.NUMBER,
    CustomField.Type.MONEY: FactType.MONEY,
    CustomField.Type.DATE: FactType.DATE,
    CustomField.Type.CHOICE: FactType.CHOICE,
    CustomField.Type.FLAG: FactType.FLAG,
}


def snapshots_folder() -> Path:
    return Path(settings.HOME) / "snapshots"


def folder_of(snapshot: Snapshot) -> Path:
    """Where the Parquet files of a snapshot are."""
    return snapshots_folder() / snapshot.folder


def catalogue_for(book_id: int) -> Mapping[str, Fact]:
    """The facts of a book: those everybody has, then its custom fields that may be criteria."""
    fields = CustomField.objects.filter(book_id=book_id, in_criteria=True).order_by(
        "position", "pk"
    )
    custom = {f"{CUSTOM}{field.key}": _custom_fact(field) for field in fields}
    return MappingProxyType({**CATALOGUE, **custom})


def facts_of(
    snapshot: Snapshot,
    party_ids: Collection[int],
    columns: Iterable[str],
    as_of: dt.date,
    catalogue: Mapping[str, Fact] = CATALOGUE,
) -> dict[int, dict[str, Value]]:
    """Stored values of ``columns`` by customer id; a customer who is not in the snapshot is absent.

    Point look-up: reads only the row groups with these customers. Raises ``KeyError`` for an unknown
    column.
    """
    names = tuple(dict.fromkeys(columns))
    if not party_ids:
        return {}
    with Warehouse(
        folder_of(snapshot), as_of, catalogue=catalogue, party_ids=party_ids, threads=1
    ) as warehouse:
        rows = warehouse.rows(warehouse.facts_sql(names))
    return {row[0]: dict(zip(names, row[2:], strict=True)) for row in rows}


def labels_for(book_id: int, language: Language = "zh") -> Labels:
    """Names of the values of tree and choice facts, of owners and departments of a book."""
    people = {str(user.pk): user.name for user in org.people(book_id)}
    departments = {str(each.pk): each.name for each in org.departments(book_id)}
    names = {fact: dict(kind.options(language)) for fact, kind in CHOICES.items()}

    def label(fact: str, code: str) -> str | None:
        if fact == "owner":
            return people.get(code)
        if fact == "department":
            return departments.get(code)
        if fact == "region":
            place = region(code)
            return place.name if place else None
        if fact == "industry":
            trade = industry(code)
            return trade.name if trade else None
        return names[fact].get(code) if fact in names else None

    return label


def snapshots(book_id: int) -> list[Snapshot]:
    """The snapshots of a book, newest first."""
    return list(Snapshot.objects.filter(book_id=book_id).order_by("-pk"))


def _custom_fact(field: CustomField) -> Fact:
    kind = _CUSTOM_TYPES[CustomField.Type(field.type)]
    return Fact(
        code=f"{CUSTOM}{field.key}",
        zh=field.label,
        en=field.label,
        type=kind,
        unit_zh="元" if kind is FactType.MONEY else "",
        windowed=False,
        group=Group.CUSTOM,
        definition_zh=gettext_noop("客户档案的自定义字段，未填或无法识别为无数据。"),
        choices=tuple((choice, choice) for choice in field.choices),
    )
