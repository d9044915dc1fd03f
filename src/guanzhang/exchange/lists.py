"""The list of imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guanzhang.exchange import registry
from guanzhang.exchange.models import Batch
from guanzhang.exchange.queries import batches
from guanzhang.kernel.actor import Actor
from guanzhang.org.queries import memberships
from guanzhang.web.listing_spec import BuiltinView, Choices, Column, ColumnKind, ListSpec


def _kinds(_actor: Actor) -> Choices:
    return [(key, spec.label) for key, spec in registry.specs().items()]


def _people(actor: Actor) -> Choices:
    """Everybody who is or was in the book, and the program itself."""
    return [
        ("0", _("系统")),
        *((str(m.user_id), m.user.name) for m in memberships(actor.book_id)),
    ]


def _states(_actor: Actor) -> Choices:
    return list(Batch.State.choices)


def _columns(_actor: Actor) -> Sequence[Column]:
    return (
        Column("number", _("批次"), ColumnKind.NUMBER, link=True, width="6em"),
        Column("kind", _("内容"), ColumnKind.CHOICE, choices=_kinds),
        Column("file_name", _("文件"), link=True),
        Column("state", _("状态"), ColumnKind.CHOICE, choices=_states),
        Column("rows_in", _("读入行数"), ColumnKind.NUMBER),
        Column("added", _("新增"), ColumnKind.NUMBER),
        Column("updated", _("更新"), ColumnKind.NUMBER),
        Column("unchanged", _("不变"), ColumnKind.NUMBER),
        Column("refused", _("未导入"), ColumnKind.NUMBER),
        Column("user_id", _("导入人"), ColumnKind.CHOICE, choices=_people, sortable=False),
        Column("created_at", _("上传时间"), ColumnKind.DATETIME),
        Column("committed_at", _("导入时间"), ColumnKind.DATETIME, shown=False),
    )


def _search(rows: QuerySet[Any], text: str, _actor: Actor) -> QuerySet[Any]:
    return rows.filter(file_name__icontains=text)


IMPORTS_LIST = ListSpec(
    key="imports",
    title=_("导入"),
    rows=batches,
    columns=_columns,
    sort="-created_at",
    row_url=lambda batch: reverse("import", args=[batch.pk]),
    search=_search,
    search_hint=_("文件名"),
    views=(
        BuiltinView(_("待处理"), "f.state=uploaded,checked,failed"),
        BuiltinView(_("已导入"), "f.state=committed"),
    ),
    new_view="import-new",
    new_action="import.run",
    new_label=_("导入文件"),
    empty=_("还没有导入过文件。下载模板填写，或直接上传现有的客户表、交易表。"),
    empty_view="import-new",
    empty_label=_("导入文件"),
    unit=_("批"),
)
