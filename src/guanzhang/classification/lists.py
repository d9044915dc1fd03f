"""The lists of classification: the members of a class, and who moved between classes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db.models import DateField, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guanzhang.classification import queries
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.scheme import ClassDef, EachValue
from guanzhang.classification.models import Membership, Scheme
from guanzhang.kernel.actor import Actor
from guanzhang.parties.lists import CUSTOMERS
from guanzhang.parties.queries import visible_parties
from guanzhang.web.listing import Choices, Column, ColumnKind, ListSpec, Mark


def members_spec(scheme: Scheme, each: ClassDef) -> ListSpec:
    """The customers of one class, with the columns of the customer list and since when they are in it."""

    def rows(actor: Actor) -> QuerySet[Any]:
        here = Membership.objects.filter(scheme=scheme, valid_to=None, party_id=OuterRef("pk"))
        since = Subquery(here.values("valid_from")[:1], output_field=DateField())
        return queries.members_of(scheme, each.code, actor).annotate(class_since=since)

    def columns(actor: Actor) -> list[Column]:
        code, name, *others = CUSTOMERS.columns(actor)
        return [code, name, Column("class_since", _("归入日期"), ColumnKind.DATE), *others]

    return replace(
        CUSTOMERS,
        key="class-members",
        title=f"{scheme.name} · {each.name}",
        rows=rows,
        columns=columns,
        views=(),
        batch=(),
        new_view="",
        new_action="",
        empty=_("这一类没有您能看到的客户"),
        empty_view="",
    )


def moves_spec(scheme: Scheme, since: dt.date, until: dt.date) -> ListSpec:
    """Customers whose class changed in [since, until): from, to, and when."""

    def rows(actor: Actor) -> QuerySet[Any]:
        party = visible_parties(actor, "class.view").filter(pk=OuterRef("party_id"))
        return queries.moved(actor, scheme, since, until).annotate(
            party_code=Subquery(party.values("code")[:1]),
            party_name=Subquery(party.values("name")[:1]),
        )

    return ListSpec(
        key="class-moves",
        title=_("升降"),
        unit=_("次"),
        rows=rows,
        columns=lambda _actor: (
            Column("party_name", _("客户"), link=True),
            Column("party_code", _("编号"), ColumnKind.CODE),
            Column(
                "old_class", _("原来"), ColumnKind.GRADE,
                choices=lambda a: class_choices(scheme, a), marks=lambda a: class_marks(scheme, a),
            ),
            Column(
                "class_code", _("现在"), ColumnKind.GRADE,
                choices=lambda a: class_choices(scheme, a), marks=lambda a: class_marks(scheme, a),
            ),
            Column("valid_from", _("日期"), ColumnKind.DATE),
            Column("score", _("得分"), ColumnKind.NUMBER, shown=False),
            Column("version_id", _("版本号"), ColumnKind.NUMBER, shown=False, filterable=False),
        ),
        sort="-valid_from",
        row_url=lambda row: reverse("party-why", args=[row.party_id, scheme.pk]),
        needs=("party_id",),
        search=_find,
        search_hint=_("客户名称、编号"),
        export_action="party.export",
        empty=_("这段时间没有客户换过类别；换一个方案或日期再看"),
    )  # fmt: skip


def _find(rows: QuerySet[Any], text: str, _actor: Actor) -> QuerySet[Any]:
    return rows.filter(Q(party_name__icontains=text) | Q(party_code__istartswith=text))


def classes_seen(scheme: Scheme) -> list[ClassDef]:
    """The classes of all versions, those of the newest first and in order, 无数据 last."""
    versions = list(queries.versions_of(scheme))
    definitions = [definition_of(version.definition) for version in versions]
    codes = {each.code for definition in definitions for each in definition.classes}
    if any(isinstance(definition.body, EachValue) for definition in definitions):
        rows = Membership.objects.filter(scheme=scheme)
        codes |= set(rows.order_by().values_list("class_code", flat=True).distinct())
    return queries.classes_in(scheme, versions[0], codes)


def class_choices(scheme: Scheme, _actor: Actor) -> Choices:
    return [(each.code, each.name) for each in classes_seen(scheme)]


def class_marks(scheme: Scheme, _actor: Actor) -> dict[str, Mark]:
    return {
        each.code: Mark(each.name, each.colour, place)
        for place, each in enumerate(classes_seen(scheme))
    }
