"""The lists of messages that went out and of receipts that came back."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanzhang.customs.domain.flow import FAILED, STORED
from guanzhang.customs.models import Declaration, Message, Receipt
from guanzhang.customs.queries_messages import messages_for, receipts_for
from guanzhang.customs.search import search_q
from guanzhang.kernel.actor import Actor
from guanzhang.reference.queries import reference_on
from guanzhang.web.listing import (
    BatchAction,
    BuiltinView,
    Choices,
    Column,
    ColumnKind,
    ListSpec,
)

Rows = QuerySet[Any]
CODE = ColumnKind.CODE
_TECHNICAL = ((STORED, _("单一窗口已接收")), (FAILED, _("单一窗口未接收")))
KINDS = (
    ("import", _("导入回执")),
    ("business", _("海关回执")),
    ("signing", _("读卡或签名")),
    ("agreement", _("委托协议")),
    ("bonded", _("核注清单")),
)


def operations(_actor: Actor) -> Choices:
    """Operations of a message, by the code table."""
    table = reference_on(timezone.localdate()).tables["sign_oper_type"]
    return [(row.code, row.label) for row in table.values()]


def channels(_actor: Actor) -> Choices:
    """Channels of receipts, by the code table, and the two of technical receipts."""
    table = reference_on(timezone.localdate()).tables["receipt_channel"]
    return [*_TECHNICAL, *((row.code, row.label) for row in table.values())]


def _of_declarations(rows: Rows, text: str, actor: Actor, *others: str) -> Rows:
    wanted = Q(name__icontains=text)
    for name in others:
        wanted |= Q(**{f"{name}__startswith": text.strip()})
    mine = Declaration.objects.filter(search_q(text, actor), book_id=actor.book_id)
    return rows.filter(wanted | Q(declaration__in=mine.values("pk")))


MESSAGES = ListSpec(
    key="messages",
    title=_("报文"),
    unit=_("份"),
    rows=messages_for,
    columns=lambda _actor: (
        Column("name", _("报文"), CODE, link=True),
        Column("state", _("状态"), ColumnKind.CHOICE, choices=lambda _a: Message.State.choices,
               template="customs/message_state.html", needs=("state",)),
        Column("declaration", _("报关单"), CODE, path="declaration__number"),
        Column("trader", _("境内收发货人"), path="declaration__trader_name", width="13em"),
        Column("operation", _("操作"), ColumnKind.CHOICE, choices=operations),
        Column("error", _("问题"), width="18em"),
        Column("attempts", _("写出次数"), ColumnKind.NUMBER),
        Column("user_name", _("发单人")),
        Column("created_at", _("生成时间"), ColumnKind.DATETIME),
        Column("written_at", _("写出时间"), ColumnKind.DATETIME),
        Column("revision", _("版次"), ColumnKind.NUMBER, shown=False),
    ),
    sort="-created_at",
    row_url=lambda row: reverse("message", args=[row.pk]),
    search=_of_declarations,
    search_hint=_("报文名、报关单的编号、客户或品名"),
    views=(
        BuiltinView(_("待写出"), "f.state=waiting"),
        BuiltinView(_("失败"), "f.state=failed"),
        BuiltinView(_("已写出"), "f.state=written"),
    ),
    batch=(
        BatchAction("retry", _("重发"), "rotate-cw", "declaration.send", "message-retry-batch"),
    ),
    export_action="declaration.export",
    empty=_("还没有报文。报关单审核通过后选“发送”，报文会在这里排队写入单一窗口客户端的目录。"),
    empty_view="declarations",
    empty_label=_("去报关单"),
)  # fmt: skip

RECEIPTS = ListSpec(
    key="receipts",
    title=_("回执"),
    unit=_("条"),
    rows=receipts_for,
    columns=lambda _actor: (
        Column("name", _("文件"), link=True, width="16em"),
        Column("state", _("状态"), ColumnKind.CHOICE, choices=lambda _a: Receipt.State.choices,
               template="customs/receipt_state.html", needs=("state",)),
        Column("channel", _("回执"), ColumnKind.CHOICE, choices=channels),
        Column("declaration", _("报关单"), CODE, path="declaration__number"),
        Column("entry_no", _("海关编号"), CODE),
        Column("seq_no", _("统一编号"), CODE),
        Column("noticed_at", _("通知时间"), ColumnKind.DATETIME),
        Column("note", _("内容"), width="16em"),
        Column("problem", _("问题"), width="16em"),
        Column("received_at", _("收到时间"), ColumnKind.DATETIME),
        Column("kind", _("类别"), ColumnKind.CHOICE, choices=lambda _a: KINDS, shown=False),
        Column("client_no", _("客户端编号"), CODE, shown=False),
        Column("applied_at", _("处理时间"), ColumnKind.DATETIME, shown=False),
    ),
    sort="-received_at",
    row_url=lambda row: reverse("receipt", args=[row.pk]),
    search=lambda rows, text, actor: _of_declarations(
        rows, text, actor, "entry_no", "seq_no", "client_no"
    ),
    search_hint=_("文件名、海关编号、统一编号、客户端编号或报关单"),
    views=(
        BuiltinView(_("待对应"), "f.state=unmatched"),
        BuiltinView(_("无法读取"), "f.state=unreadable"),
        BuiltinView(_("退单"), "f.channel=E,Y,Z,SpE"),
        BuiltinView(_("查验"), "f.channel=C,S,SpC"),
        BuiltinView(_("放行"), "f.channel=P,I,F,K,B"),
    ),
    export_action="declaration.export",
    new_view="receipts-upload",
    new_action="declaration.send",
    new_label=_("上传回执"),
    empty=_("还没有回执。设好回执目录后会自动读取，也可以把客户端 InBox 里的文件传上来。"),
    empty_view="receipts-upload",
    empty_label=_("上传回执"),
)  # fmt: skip

LISTS = (MESSAGES, RECEIPTS)
