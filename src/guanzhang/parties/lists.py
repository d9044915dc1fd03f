"""The lists of this module: customers, suppliers, archived parties, transactions, service records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.choice import Choice
from guanzhang.org import queries as org
from guanzhang.parties import labels, queries
from guanzhang.parties.checks import parse_number
from guanzhang.parties.domain.choices import CustomsKind, Direction, PartyKind, Source
from guanzhang.parties.domain.customs_credit import CustomsCredit
from guanzhang.parties.domain.scale import Scale
from guanzhang.parties.filters import (
    by_code,
    by_tree,
    by_words,
    in_custom,
    industry_codes,
    of_codes,
    of_party,
    of_source,
    region_codes,
)
from guanzhang.parties.models import CustomField, Party, ServiceRecord
from guanzhang.parties.search import search_q
from guanzhang.parties.services.trade import MANUAL
from guanzhang.web.filter_parts import by_owner
from guanzhang.web.listing import (
    BatchAction,
    BuiltinView,
    Choices,
    Column,
    ColumnKind,
    ListSpec,
)

Rows = QuerySet[Any]
_CUSTOM_KINDS = {
    CustomField.Type.NUMBER: ColumnKind.NUMBER,
    CustomField.Type.MONEY: ColumnKind.MONEY,
    CustomField.Type.FLAG: ColumnKind.FLAG,
}


# --- choices --------------------------------------------------------------------------------


def _choices(choice: type[Choice]) -> Callable[[Actor], Choices]:
    return lambda actor: choice.options(actor.language)


def _grades(actor: Actor) -> Choices:
    return [(grade, grade) for grade in queries.grades_in_use(actor.book_id)]


def _people(actor: Actor) -> Choices:
    return [("我", _("我")), *((user.name, user.name) for user in org.people(actor.book_id))]


# --- customers ------------------------------------------------------------------------------


def _region_of(row: Party) -> str:
    return labels.short_region(row.region)


def _industry_of(row: Party) -> str:
    return labels.industry_label(row.industry)


def _tags_of(row: Party) -> list[str]:
    return [tag.name for tag in row.tags.all()]


def _name(label: str | Promise) -> tuple[Column, ...]:
    return (
        Column("code", _("编号"), ColumnKind.CODE, filter=by_code("code")),
        Column("name", label, link=True, sort_path="sort_key", filter=by_words, width="15em"),
    )


_STANDING = (
    Column("grade", _("等级"), ColumnKind.GRADE, choices=_grades),
    Column(
        "lifecycle", _("生命周期"), ColumnKind.CHOICE, choices=lambda _actor: labels.LIFECYCLES
    ),
)
_REGION = Column(
    "region", _("地区"), value=_region_of, path="region", needs=("region",),
    filter=by_tree("region", region_codes),
)  # fmt: skip
_INDUSTRY = Column(
    "industry", _("行业"), value=_industry_of, path="industry", needs=("industry",),
    filter=by_tree("industry", industry_codes),
)  # fmt: skip
_TRADE = (
    Column("amount_12m", _("近12月交易额"), ColumnKind.MONEY, total=True),
    Column("orders_12m", _("笔数"), ColumnKind.NUMBER, total=True),
    Column("last_traded_on", _("最近交易"), ColumnKind.DATE),
    Column("last_contact_on", _("最近联系"), ColumnKind.DATE),
)
_OWNER = Column(
    "owner",
    _("负责人"),
    ColumnKind.CHOICE,
    path="owner__name",
    filter=by_owner,
    choices=_people,
)
_PERCENT = Column(
    "completeness", _("完整度"), ColumnKind.NUMBER, path="completeness",
    template="parties/percent_cell.html", needs=("completeness",),
)  # fmt: skip
_MORE = (
    Column("short_name", _("简称"), shown=False, filter=by_words),
    Column("english_name", _("英文名"), shown=False, filter=by_words),
    Column("usc_code", _("统一社会信用代码"), ColumnKind.CODE, shown=False, filter=by_code("usc_code")),
    Column("customs_code", _("海关注册编码"), ColumnKind.CODE, shown=False),
    Column("kind", _("类型"), ColumnKind.CHOICE, choices=_choices(PartyKind), shown=False),
    Column("scale", _("规模"), ColumnKind.CHOICE, choices=_choices(Scale), shown=False),
    Column("customs_credit", _("海关信用等级"), ColumnKind.CHOICE, choices=_choices(CustomsCredit), shown=False),
    Column("customs_kind", _("海关备案类型"), ColumnKind.CHOICE, choices=_choices(CustomsKind), shown=False),
    Column("source", _("客户来源"), ColumnKind.CHOICE, choices=_choices(Source), shown=False),
    Column("department", _("部门"), path="department__name", shown=False),
    Column("contact", _("主要联系人"), value=lambda row: row.pk, needs=("pk",), shown=False, sortable=False),
    Column("tags", _("标签"), ColumnKind.TAGS, path="tags__name", value=_tags_of, sortable=False, needs=("pk",), shown=False),
    Column("staff_count", _("从业人数"), ColumnKind.NUMBER, shown=False),
    Column("annual_revenue", _("年营业收入（万元）"), ColumnKind.MONEY, shown=False),
    Column("registered_capital", _("注册资本（万元）"), ColumnKind.MONEY, shown=False),
    Column("established_on", _("成立日期"), ColumnKind.DATE, shown=False),
    Column("grade_since", _("等级起始"), ColumnKind.DATE, shown=False),
    Column("created_at", _("登记时间"), ColumnKind.DATETIME, shown=False),
    Column("updated_at", _("更新时间"), ColumnKind.DATETIME, shown=False),
)  # fmt: skip


def _custom_columns(actor: Actor) -> list[Column]:
    """Custom fields that may stand in a list; they are read from JSON, so they are not sorted."""
    return [
        Column(
            f"custom_{field.key}",
            field.label,
            _CUSTOM_KINDS.get(CustomField.Type(field.type), ColumnKind.TEXT),
            value=_custom_value(field.key, field.type),
            needs=("custom",),
            filter=in_custom(field.key),
            sortable=False,
            shown=False,
        )
        for field in queries.custom_fields(actor.book_id)
        if field.in_list
    ]


def _custom_value(key: str, kind: str) -> Callable[[Party], object]:
    numeric = kind in (CustomField.Type.NUMBER, CustomField.Type.MONEY)

    def read(row: Party) -> object:
        value = row.custom.get(key)
        return parse_number(str(value)) if numeric and value is not None else value

    return read


def _customer_columns(actor: Actor) -> Sequence[Column]:
    return (
        *_name(_("客户名称")), *_STANDING, _REGION, _INDUSTRY, *_TRADE, _OWNER, _PERCENT, *_MORE,
        *_custom_columns(actor),
    )  # fmt: skip


def _supplier_columns(actor: Actor) -> Sequence[Column]:
    return (
        *_name(_("供应商名称")), _REGION, _INDUSTRY, *_TRADE, _OWNER, _PERCENT, *_MORE,
        *_custom_columns(actor),
    )  # fmt: skip


def _found(rows: Rows, text: str, actor: Actor) -> Rows:
    return rows.filter(search_q(text, actor))


def _contact_names(rows: Sequence[Model], _actor: Actor) -> dict[Any, str]:
    names = queries.primary_contacts([row for row in rows if isinstance(row, Party)])
    return {row.pk: names.get(row.pk, "") for row in rows}


def _card(row: Any) -> str:  # noqa: ANN401 - a party, perhaps with few columns
    return reverse("customer", args=[row.pk])


_BATCH = (
    BatchAction("assign", _("转负责人"), "user-round-cog", "party.assign", "customers-assign", "parties/batch_assign.html"),
    BatchAction("tag", _("打标签"), "tag", "party.edit", "customers-tag", "parties/batch_tag.html"),
    BatchAction("archive", _("归档"), "archive", "party.archive", "customers-archive"),
)  # fmt: skip
_VIEWS = (
    BuiltinView(_("我的"), "f.owner=我"),
    BuiltinView(_("资料缺失"), "f.completeness=<80&sort=completeness"),
    BuiltinView(_("沉睡"), "f.lifecycle=dormant"),
    BuiltinView(_("本月新增"), "f.created_at=本月&sort=-created_at"),
)

CUSTOMERS = ListSpec(
    key="customers",
    title=_("客户"),
    unit=_("家"),
    rows=lambda actor: queries.visible_parties(actor).filter(
        status=Party.Status.ACTIVE, is_customer=True
    ),
    columns=_customer_columns,
    sort="-amount_12m",
    row_url=_card,
    search=_found,
    search_hint=_("名称、拼音、编号、信用代码"),
    views=_VIEWS,
    batch=_BATCH,
    export_action="party.export",
    new_view="customer-new",
    new_action="party.create",
    new_label=_("新建客户"),
    empty=_("还没有客户。可以从 Excel 导入已有的客户表，或逐个新建。"),
    empty_view="imports",
    empty_label=_("导入客户"),
    prefetch=("tags",),
    labels={"contact": _contact_names},
)

SUPPLIERS = replace(
    CUSTOMERS,
    key="suppliers",
    title=_("供应商"),
    rows=lambda actor: queries.visible_parties(actor).filter(
        status=Party.Status.ACTIVE, is_supplier=True
    ),
    columns=_supplier_columns,
    sort="code",
    views=(
        BuiltinView(_("我的"), "f.owner=我"),
        BuiltinView(_("资料缺失"), "f.completeness=<80"),
    ),
    new_view="supplier-new",
    new_label=_("新建供应商"),
    empty=_("还没有供应商。船公司、车队、仓库等合作单位可以登记在这里。"),
    empty_view="supplier-new",
    empty_label=_("新建供应商"),
)

ARCHIVED = replace(
    CUSTOMERS,
    key="archived-parties",
    title=_("已归档"),
    rows=lambda actor: queries.visible_parties(actor).filter(status=Party.Status.ARCHIVED),
    sort="-updated_at",
    views=(),
    batch=(
        BatchAction(
            "restore", _("恢复"), "archive-restore", "party.archive", "customers-restore"
        ),
    ),
    new_view="",
    new_action="",
    empty=_("没有归档的单位。"),
    empty_view="customers",
    empty_label=_("回到客户"),
)


# --- transactions ---------------------------------------------------------------------------


def _find_lines(rows: Rows, text: str, actor: Actor) -> Rows:
    """By the whole document number, or by the words of the party."""
    parties = Party.objects.filter(search_q(text, actor)).values("pk")
    return rows.filter(Q(document_no=text.strip()) | Q(party__in=parties))


_PARTY = Column(
    "party", _("往来单位"), path="party__name", sort_path="party__sort_key", filter=of_party,
    link=True, width="14em",
)  # fmt: skip

TRANSACTIONS = ListSpec(
    key="transactions",
    title=_("交易"),
    unit=_("行"),
    rows=queries.transactions,
    columns=lambda _actor: (
        Column("traded_on", _("日期"), ColumnKind.DATE),
        Column("document_no", _("单号"), ColumnKind.CODE),
        Column("line_no", _("行"), ColumnKind.NUMBER, shown=False),
        Column(
            "party_code",
            _("单位编号"),
            ColumnKind.CODE,
            path="party__code",
            filter=of_codes,
            shown=False,
        ),
        _PARTY,
        Column("direction", _("方向"), ColumnKind.CHOICE, choices=_choices(Direction)),
        Column("product_name", _("商品"), width="12em"),
        Column("product_code", _("商品编码"), ColumnKind.CODE, shown=False),
        Column("quantity", _("数量"), ColumnKind.NUMBER),
        Column("unit", _("单位（计量）"), shown=False),
        Column("unit_price", _("单价"), ColumnKind.NUMBER, shown=False),
        Column("currency", _("币制"), ColumnKind.CODE),
        Column("amount", _("金额"), ColumnKind.MONEY),
        Column("exchange_rate", _("汇率"), ColumnKind.NUMBER, shown=False),
        Column("book_amount", _("本位币金额"), ColumnKind.MONEY, total=True),
        Column("country", _("国别")),
        Column("source", _("来源"), filter=of_source),
    ),
    sort="-traded_on",
    row_url=lambda row: f"{reverse('customer', args=[row.party_id])}?tab=trade",
    needs=("party_id",),
    labels={"source": lambda _rows, _actor: {MANUAL: str(_("手工"))}},
    search=_find_lines,
    search_hint=_("单位名称、拼音、编号，或完整单号"),
    views=(
        BuiltinView(_("本月"), "f.traded_on=本月"),
        BuiltinView(_("出口"), "f.direction=export"),
        BuiltinView(_("进口"), "f.direction=import"),
        BuiltinView(_("退货"), "f.amount=<0"),
    ),
    export_action="transaction.export",
    empty=_("还没有交易。从 Excel 或系统导出的文件导入后，客户的交易额和分类就有了依据。"),
    empty_view="imports",
    empty_label=_("导入交易"),
)


# --- service records ------------------------------------------------------------------------


def _find_records(rows: Rows, text: str, actor: Actor) -> Rows:
    parties = Party.objects.filter(search_q(text, actor)).values("pk")
    return rows.filter(Q(party__in=parties) | Q(content__icontains=text))


SERVICE_RECORDS = ListSpec(
    key="service-records",
    title=_("服务记录"),
    unit=_("条"),
    rows=queries.service_records,
    columns=lambda _actor: (
        Column("happened_at", _("时间"), ColumnKind.DATETIME),
        _PARTY,
        Column(
            "kind", _("方式"), ColumnKind.CHOICE,
            choices=lambda _actor: ServiceRecord.Kind.choices,
        ),
        Column("content", _("内容"), template="parties/cut_cell.html", needs=("content",), width="20em"),
        Column("result", _("结果"), template="parties/cut_cell.html", needs=("result",)),
        Column("next_action", _("下一步"), template="parties/cut_cell.html", needs=("next_action",)),
        Column("next_due_on", _("下一步日期"), ColumnKind.DATE, template="parties/day_cell.html", needs=("next_due_on",)),
        Column("closed_at", _("办结"), ColumnKind.DATE, template="parties/closed_cell.html", needs=("closed_at",)),
        Column("user_name", _("记录人")),
    ),
    sort="-happened_at",
    row_url=lambda row: f"{reverse('customer', args=[row.party_id])}?tab=service",
    needs=("party_id",),
    search=_find_records,
    search_hint=_("单位名称、拼音、编号，或内容"),
    views=(
        BuiltinView(_("未办结"), "f.closed_at=空&sort=next_due_on"),
        BuiltinView(_("已到期"), "f.closed_at=空&f.next_due_on=<=今天&sort=next_due_on"),
        BuiltinView(_("投诉"), "f.kind=complaint"),
    ),
    export_action="party.export",
    empty=_("还没有服务记录。打开客户，在“服务记录”里写下一次电话或拜访。"),
    empty_view="customers",
    empty_label=_("选择客户"),
)  # fmt: skip
