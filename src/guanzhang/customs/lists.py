"""The lists of this module: declarations, the review queue, mandates, used goods."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanzhang.customs import queries
from guanzhang.customs.domain.amending import AmendKind
from guanzhang.customs.domain.states import State
from guanzhang.customs.filters import (
    by_amend_kind,
    by_chapter,
    by_index,
    by_key,
    by_reviewer,
    by_words,
    of_client,
)
from guanzhang.customs.models import Declaration, Mandate
from guanzhang.customs.search import search_q
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.choice import Choice
from guanzhang.org import queries as org
from guanzhang.parties.queries import visible_parties
from guanzhang.parties.search import search_q as party_q
from guanzhang.reference.queries import reference_on
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
CODE, MONEY, NUMBER, DATE = (
    ColumnKind.CODE, ColumnKind.MONEY, ColumnKind.NUMBER, ColumnKind.DATE,
)  # fmt: skip
_TO_DECLARE = "draft,review,review2,approved,sending,stored,rejected"


def _choices(choice: type[Choice]) -> Callable[[Actor], Choices]:
    return lambda actor: choice.options(actor.language)


def _people(actor: Actor) -> Choices:
    return [("我", _("我")), *((user.name, user.name) for user in org.people(actor.book_id))]


def _names(table: str, column: str) -> Callable[[Sequence[Model], Actor], Mapping[Any, str]]:
    """Names of the codes in a column, "一般贸易 (0110)"."""

    def read(rows: Sequence[Model], _actor: Actor) -> dict[Any, str]:
        today = reference_on(timezone.localdate())
        codes = {getattr(row, column) for row in rows} - {""}
        found = {code: today.row(table, code) for code in codes}
        return {code: row.label for code, row in found.items() if row}

    return read


_TABLES = {  # column: code table
    "trade_mode": "trade_mode",
    "customs_office": "customs_office",
    "border_office": "customs_office",
    "traffic_mode": "traf_mode",
    "country": "country",
    "currency": "currency",
}


def _declaration(row: Any) -> str:  # noqa: ANN401 - a declaration, perhaps with few columns
    return reverse("declaration", args=[row.pk])


def _review(row: Any) -> str:  # noqa: ANN401 - a declaration, perhaps with few columns
    return reverse("declaration-review", args=[row.pk])


# --- declarations ---------------------------------------------------------------------------

_NUMBER = Column("number", _("编号"), CODE, link=True, filter=by_index("number"))
_DIRECTION = Column(
    "direction",
    _("进出口"),
    ColumnKind.CHOICE,
    choices=lambda _actor: Declaration.Direction.choices,
)
_STATE = Column(
    "state", _("状态"), ColumnKind.CHOICE, choices=_choices(State), needs=("state",),
    template="customs/state_cell.html",
)  # fmt: skip
_CLIENT = Column(
    "party", _("客户"), path="party__name", sort_path="party__sort_key", filter=of_client,
    width="13em",
)  # fmt: skip
_DUE = Column(
    "due_on", _("申报期限"), DATE, template="customs/due_cell.html", needs=("due_on", "state")
)
_GRADE = Column("grade", _("客户等级"), ColumnKind.GRADE, path="party__grade", shown=False)
_OWNER = Column(
    "owner",
    _("制单人"),
    ColumnKind.CHOICE,
    path="owner__name",
    filter=by_owner,
    choices=_people,
)
_COUNTS = (
    Column("error_count", _("错误"), NUMBER, template="customs/count_cell.html", needs=("error_count",)),
    Column("warning_count", _("警告"), NUMBER, template="customs/count_cell.html", needs=("warning_count",)),
)  # fmt: skip
_COLUMNS = (
    _NUMBER,
    _STATE,
    _DUE,
    _DIRECTION,
    _CLIENT,
    Column("goods_name", _("品名"), filter=by_words, width="11em"),
    Column("line_count", _("项数"), NUMBER),
    Column("trade_mode", _("监管方式"), CODE),
    Column("currency", _("币制"), CODE),
    Column("total", _("总价"), MONEY),
    Column("tax_cny", _("税款（元）"), MONEY, total=True),
    Column("entry_no", _("海关编号"), CODE, filter=by_index("entry_no")),
    Column("customs_office", _("申报地海关"), CODE),
    Column("declared_on", _("申报日期"), DATE),
    *_COUNTS,
    _OWNER,
    Column("updated_at", _("更新时间"), ColumnKind.DATETIME),
    Column("trader_name", _("境内收发货人"), filter=by_words, shown=False),
    Column("trader_code", _("收发货人代码"), CODE, filter=by_index("trader_code"), shown=False),
    Column("bill_no", _("提运单号"), CODE, filter=by_index("bill_no"), shown=False),
    Column("contract_no", _("合同协议号"), CODE, filter=by_index("contract_no"), shown=False),
    Column("seq_no", _("统一编号"), CODE, filter=by_index("seq_no"), shown=False),
    Column("client_no", _("客户端编号"), CODE, shown=False),
    Column("border_office", _("进出境关别"), CODE, shown=False),
    Column("traffic_mode", _("运输方式"), CODE, shown=False),
    Column("vehicle", _("运输工具"), shown=False),
    Column("country", _("启运国/运抵国"), CODE, shown=False),
    Column("packages", _("件数"), NUMBER, shown=False),
    Column("gross_weight", _("毛重（千克）"), NUMBER, shown=False),
    Column("net_weight", _("净重（千克）"), NUMBER, shown=False),
    Column("value_cny", _("计税价格（元）"), MONEY, total=True, shown=False),
    Column("moved_on", _("进出口日期"), DATE, shown=False),
    Column("released_on", _("放行日期"), DATE, shown=False),
    Column("closed_on", _("结关日期"), DATE, shown=False),
    Column("return_count", _("退回次数"), NUMBER, shown=False),
    Column("reject_count", _("退单次数"), NUMBER, shown=False),
    Column(
        "amend_kind", _("修撤"), ColumnKind.CHOICE, choices=_choices(AmendKind),
        filter=by_amend_kind, shown=False,
    ),
    Column("department", _("部门"), path="department__name", shown=False),
    _GRADE,
    Column("created_at", _("制单时间"), ColumnKind.DATETIME, shown=False),
    # What figures count by, so that they can open exactly their rows.
    Column("chapter", _("含商品编号"), value=lambda _row: "", needs=("pk",), filter=by_chapter, sortable=False, shown=False),
    Column("reviewer", _("待审人"), value=lambda _row: "", needs=("pk",), filter=by_reviewer, sortable=False, shown=False),
    Column("party_id", _("客户号"), CODE, filter=by_key("party_id"), shown=False),
    Column("owner_id", _("制单人号"), CODE, filter=by_key("owner_id"), shown=False),
)  # fmt: skip

SUBMIT = BatchAction(
    "submit", _("送审"), "send-horizontal", "declaration.edit", "declaration-submit-batch"
)
PASS = BatchAction(
    "pass", _("审核通过"), "check-check", "declaration.review", "declaration-pass-batch"
)
RETURN = BatchAction(
    "return", _("退回"), "undo-2", "declaration.review", "declaration-return-batch",
    "customs/batch_return.html",
)  # fmt: skip
SEND = BatchAction("send", _("发送"), "upload", "declaration.send", "declaration-send-batch")
PRINT = BatchAction(
    "print", _("打印"), "printer", "declaration.view", "declaration-print-batch"
)

DECLARATIONS = ListSpec(
    key="declarations",
    title=_("报关单"),
    unit=_("票"),
    rows=queries.declarations_for,
    columns=lambda _actor: _COLUMNS,
    sort="-updated_at",
    row_url=_declaration,
    search=lambda rows, text, actor: rows.filter(search_q(text, actor)),
    search_hint=_("编号、海关编号、提单号、合同号、收发货人、品名"),
    views=(
        BuiltinView(_("我的草稿"), "f.owner=我&f.state=draft"),
        BuiltinView(_("待审"), "f.state=review,review2&sort=due_on"),
        BuiltinView(_("退单"), "f.state=rejected"),
        BuiltinView(_("待缴税"), "f.state=tax_due&sort=declared_on"),
        BuiltinView(_("即将超期"), f"f.state={_TO_DECLARE}&f.due_on=<=未来5天&sort=due_on"),
    ),
    batch=(SUBMIT, PASS, RETURN, SEND, PRINT),
    export_action="declaration.export",
    new_view="declaration-new",
    new_action="declaration.edit",
    new_label=_("新建报关单"),
    empty=_("还没有报关单。可以新建一票，或导入单一窗口的报文和发票箱单。"),
    empty_view="declaration-new",
    empty_label=_("新建报关单"),
    labels={column: _names(table, column) for column, table in _TABLES.items()},
)

REVIEW_QUEUE = replace(
    DECLARATIONS,
    key="review-queue",
    title=_("待审核"),
    rows=queries.review_queue,
    columns=lambda _actor: (
        _NUMBER,
        _STATE,
        _DUE,
        replace(_GRADE, shown=True),
        _CLIENT,
        _DIRECTION,
        *(c for c in _COLUMNS if c.key in ("goods_name", "line_count", "trade_mode", "total")),
        *_COUNTS,
        Column("return_count", _("退回次数"), NUMBER),
        _OWNER,
        Column("updated_at", _("送审时间"), ColumnKind.DATETIME),
    ),
    sort="due_on,grade,updated_at",
    row_url=_review,
    views=(
        BuiltinView(_("待初审"), "f.state=review"),
        BuiltinView(_("待复审"), "f.state=review2"),
        BuiltinView(_("今天到期"), "f.due_on=<=今天"),
        BuiltinView(_("被退回过"), "f.return_count=>0"),
    ),
    batch=(PASS, RETURN, PRINT),
    new_view="",
    new_action="",
    empty=_("没有等待审核的报关单。"),
    empty_view="declarations",
    empty_label=_("回到报关单"),
)


# --- mandates -------------------------------------------------------------------------------


def _of_client_words(rows: Rows, text: str, actor: Actor) -> Rows:
    clients = visible_parties(actor).filter(party_q(text, actor)).order_by()
    return rows.filter(
        Q(number__startswith=text.strip()) | Q(party_id__in=clients.values("pk"))
    )


MANDATES = ListSpec(
    key="mandates",
    title=_("代理报关委托"),
    unit=_("份"),
    rows=queries.mandates_for,
    columns=lambda _actor: (
        Column("number", _("委托协议编号"), CODE, link=True),
        _CLIENT,
        Column("kind", _("类型"), ColumnKind.CHOICE, choices=lambda _a: Mandate.Kind.choices),
        Column(
            "direction", _("进出口"), ColumnKind.CHOICE,
            choices=lambda _a: [*Declaration.Direction.choices, ("", _("进出口"))],
        ),
        Column("valid_from", _("生效"), DATE),
        Column("valid_to", _("截止"), DATE, template="customs/valid_cell.html", needs=("valid_to", "is_cancelled")),
        Column("is_cancelled", _("已撤销"), ColumnKind.FLAG),
        Column("note", _("备注")),
        Column("created_at", _("登记时间"), ColumnKind.DATETIME, shown=False),
    ),
    sort="-valid_to",
    row_url=lambda row: reverse("mandate", args=[row.pk]),
    search=_of_client_words,
    search_hint=_("客户名称、拼音、编号，或协议编号"),
    views=(
        BuiltinView(_("有效"), "f.valid_to=>=今天&f.is_cancelled=否"),
        BuiltinView(_("一个月内到期"), "f.valid_to=未来31天&f.is_cancelled=否&sort=valid_to"),
        BuiltinView(_("已过期"), "f.valid_to=<今天"),
    ),
    export_action="declaration.export",
    new_view="mandate-new",
    new_action="mandate.edit",
    new_label=_("登记委托"),
    empty=_("还没有登记委托。报关前需要客户的代理报关委托书，登记后检查会核对协议编号和有效期。"),
    empty_view="mandate-new",
    empty_label=_("登记委托"),
)  # fmt: skip


# --- goods library --------------------------------------------------------------------------


def _find_goods(rows: Rows, text: str, actor: Actor) -> Rows:
    """Words of the goods; or the client's. A whole beginning of an HS code is an index seek."""
    if text.isascii() and text.isdigit() and len(text) >= 4:
        return rows.filter(hs_code__startswith=text)
    wanted = Q()
    for word in text.casefold().split():
        wanted &= Q(search__contains=word)
    clients = visible_parties(actor).filter(party_q(text, actor)).order_by()
    return rows.filter(wanted | Q(party_id__in=clients.values("pk")))


USED_GOODS = ListSpec(
    key="used-goods",
    title=_("商品库"),
    unit=_("种"),
    rows=queries.used_goods_for,
    columns=lambda _actor: (
        Column("name", _("商品名称"), link=True, width="12em"),
        Column("hs_code", _("商品编号"), CODE),
        Column("article_no", _("货号"), CODE),
        _CLIENT,
        Column(
            "direction", _("进出口"), ColumnKind.CHOICE,
            choices=lambda _a: Declaration.Direction.choices,
        ),
        Column("model", _("规格型号"), value=lambda row: row.row.get("GModel", ""), needs=("row",), width="16em"),
        Column("unit", _("单位"), CODE, value=lambda row: row.row.get("GUnit", ""), needs=("row",)),
        Column("last_price", _("最近单价"), NUMBER),
        Column("currency", _("币制"), CODE),
        Column("uses", _("使用次数"), NUMBER),
        Column("used_on", _("最近使用"), DATE),
    ),
    sort="-used_on",
    row_url=lambda row: reverse("used-goods-one", args=[row.pk]),
    search=_find_goods,
    search_hint=_("品名、拼音首字母、商品编号、货号、客户"),
    views=(BuiltinView(_("进口"), "f.direction=I"), BuiltinView(_("出口"), "f.direction=E")),
    export_action="declaration.export",
    empty=_("商品库还是空的。报关单审核通过后，品名、申报要素、单位和单价会自动记在客户名下。"),
    empty_view="declarations",
    empty_label=_("回到报关单"),
    labels={"currency": _names("currency", "currency")},
)  # fmt: skip

TEMPLATES = ListSpec(
    key="templates",
    title=_("报关模板"),
    unit=_("个"),
    rows=queries.templates_for,
    columns=lambda _actor: (
        Column("name", _("模板名称"), link=True, width="16em"),
        _CLIENT,
        Column(
            "direction", _("进出口"), ColumnKind.CHOICE,
            choices=lambda _a: Declaration.Direction.choices,
        ),
        Column("updated_at", _("保存时间"), ColumnKind.DATETIME),
    ),
    sort="name",
    row_url=lambda row: reverse("template", args=[row.pk]),
    search=lambda rows, text, actor: rows.filter(
        Q(name__icontains=text)
        | Q(party_id__in=visible_parties(actor).filter(party_q(text, actor)).order_by().values("pk"))
    ),
    search_hint=_("模板名称或客户"),
    views=(BuiltinView(_("通用"), "f.party=空"),),
    empty=_("还没有模板。打开一票常做的报关单，选“存为模板”，下次从它开始。"),
    empty_view="declarations",
    empty_label=_("回到报关单"),
)  # fmt: skip

LISTS = (DECLARATIONS, REVIEW_QUEUE, MANDATES, USED_GOODS, TEMPLATES)
