"""The lists of this module: editions, assessment rates, the rows of one code table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guanzhang.kernel.actor import Actor
from guanzhang.reference import queries
from guanzhang.reference.domain.tables import TABLES, CodeTable
from guanzhang.reference.labels import COLUMN_LABELS, STATUS_LABELS
from guanzhang.reference.models import AssessmentRate, Code, Edition
from guanzhang.web.listing import BuiltinView, Choices, Column, ColumnKind, ListSpec

Rows = QuerySet[Any]


def _tables(actor: Actor) -> Choices:
    english = actor.language == "en"
    return [(t.key, t.en if english else t.zh) for t in TABLES.values()]


def _find_editions(rows: Rows, text: str, _actor: Actor) -> Rows:
    return rows.filter(
        Q(title__icontains=text) | Q(source__icontains=text) | Q(file_name__icontains=text)
    )


EDITIONS = ListSpec(
    key="editions",
    title=_("版本"),
    unit=_("版"),
    rows=lambda _actor: queries.editions(),
    columns=lambda _actor: (
        Column("title", _("名称"), link=True, width="18em"),
        Column("kind", _("种类"), ColumnKind.CHOICE, choices=lambda _a: Edition.Kind.choices),
        Column("table", _("代码表"), ColumnKind.CHOICE, choices=_tables),
        Column("effective_on", _("生效日期"), ColumnKind.DATE),
        Column("state", _("状态"), ColumnKind.CHOICE, choices=lambda _a: Edition.State.choices),
        Column("added", _("新增"), ColumnKind.NUMBER),
        Column("changed", _("变更"), ColumnKind.NUMBER),
        Column("removed", _("删除"), ColumnKind.NUMBER),
        Column("loaded_by", _("载入人")),
        Column("loaded_at", _("载入时间"), ColumnKind.DATETIME),
        Column("reviewed_by", _("复核人")),
        Column("reviewed_at", _("复核时间"), ColumnKind.DATETIME, shown=False),
        Column("source", _("来源"), shown=False),
        Column("source_date", _("来源日期"), ColumnKind.CODE, shown=False),
        Column("is_demo", _("演示数据"), ColumnKind.FLAG, shown=False),
    ),
    sort="-loaded_at",
    row_url=lambda row: reverse("edition", args=[row.pk]),
    search=_find_editions,
    search_hint=_("名称、来源、文件"),
    views=(
        BuiltinView(_("待复核"), "f.state=loaded"),
        BuiltinView(_("待生效"), "f.state=reviewed"),
        BuiltinView(_("税则"), "f.kind=tariff"),
        BuiltinView(_("代码表"), "f.kind=codes"),
    ),
    new_view="edition-new",
    new_action="reference.load",
    new_label=_("载入文件"),
    empty=_("还没有版本。运行 guanzhang init 装入随程序提供的代码表，再载入正式税则。"),
)


def _approved(rate: AssessmentRate) -> str:
    return rate.approved_by


def _find_rates(rows: Rows, text: str, _actor: Actor) -> Rows:
    return rows.filter(Q(currency__icontains=text) | Q(source__icontains=text))


RATES = ListSpec(
    key="assessment-rates",
    title=_("计征汇率的历史"),
    unit=_("条"),
    rows=lambda _actor: queries.rates(),
    columns=lambda _actor: (
        Column("month", _("月份"), ColumnKind.DATE, link=True),
        Column("currency", _("币制"), ColumnKind.CODE),
        Column("rate", _("汇率"), ColumnKind.NUMBER),
        Column("base_date", _("基准日"), ColumnKind.DATE),
        Column("entered_by", _("录入人")),
        Column("entered_at", _("录入时间"), ColumnKind.DATETIME, shown=False),
        Column("approved_by", _("复核人")),
        Column("approved_at", _("复核时间"), ColumnKind.DATETIME),
        Column("source", _("来源")),
    ),
    sort="-month",
    row_url=lambda row: reverse("assessment-rates") + f"?month={row.month:%Y-%m}",
    needs=("month",),
    search=_find_rates,
    search_hint=_("币制、来源"),
    export_action="reference.view",
    empty=_("还没有计征汇率。先录入本月的汇率，再请同事复核。"),
)


def _extra(name: str) -> Callable[[Code], object]:
    return lambda row: row.extra.get(name, "")


def _find_codes(rows: Rows, text: str, _actor: Actor) -> Rows:
    return rows.filter(
        Q(code__istartswith=text) | Q(name__icontains=text) | Q(initials__contains=text.lower())
    )


def code_list(table: CodeTable, on: dt.date, *, english: bool) -> ListSpec:
    """The list of one table as of a day, of every status."""
    return ListSpec(
        key=f"codes-{table.key}",
        title=table.en if english else table.zh,
        unit=_("个"),
        rows=lambda _actor: queries.codes_on(table.key, on),
        columns=lambda _actor: (
            Column("code", _("代码"), ColumnKind.CODE, link=True),
            Column("name", _("名称"), sort_path="initials", width="22em"),
            Column(
                "status", _("状态"), ColumnKind.CHOICE,
                choices=lambda _a: tuple(STATUS_LABELS.items()),
            ),
            *(
                Column(
                    f"extra_{name}", COLUMN_LABELS.get(name, name), value=_extra(name),
                    needs=("extra",), sortable=False, filterable=False,
                )
                for name in table.extra
            ),
            Column("valid_from", _("起"), ColumnKind.DATE),
            Column("valid_to", _("止（不含）"), ColumnKind.DATE, shown=False),
            Column("source", _("来源"), path="edition__source", shown=False),
        ),
        sort="code",
        row_url=lambda row: reverse("code-history", args=[table.key, row.pk]),
        search=_find_codes,
        search_hint=_("代码、名称、拼音首字母"),
        views=(
            BuiltinView(_("有效"), "f.status=active"),
            BuiltinView(_("待核实"), "f.status=verify"),
        ),
        export_action="reference.view",
        empty=_("这一天没有有效的代码。换一个日期，或载入这张表。"),
    )  # fmt: skip
