"""The lists of users, audit records and jobs."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guanzhang.kernel.actor import Actor
from guanzhang.ops import queries
from guanzhang.ops.wording import ACTIONS, OBJECTS, action_label, object_label
from guanzhang.org import queries as org
from guanzhang.org.domain.policy import Role, Scope
from guanzhang.trail import queries as trail
from guanzhang.web.labels import ROLE_LABELS, SCOPE_LABELS
from guanzhang.web.listing import BuiltinView, Choices, Column, ColumnKind, ListSpec

STATES = (
    ("queued", _("排队")),
    ("running", _("进行中")),
    ("done", _("完成")),
    ("failed", _("失败")),
    ("cancelled", _("已取消")),
)


def people_choices(actor: Actor) -> Choices:
    """Everybody who is or was in the book, and the program itself."""
    people = org.memberships(actor.book_id)
    return [("0", _("系统")), *((str(m.user_id), m.user.name) for m in people)]


def role_names(membership: Any) -> str:  # noqa: ANN401 - a row of org
    """「业务员（本部门及下级）、会计」"""
    return _("、").join(
        _("%(role)s（%(scope)s）")
        % {"role": ROLE_LABELS[Role(g.role)], "scope": SCOPE_LABELS[Scope(g.scope)]}
        if g.scope
        else str(ROLE_LABELS[Role(g.role)])
        for g in membership.grants.all()
    )


def _find_users(rows: QuerySet[Any], text: str, _actor: Actor) -> QuerySet[Any]:
    return rows.filter(Q(user__username__icontains=text) | Q(user__name__icontains=text))


def _with_role(rows: QuerySet[Any], token: str, _actor: Actor) -> QuerySet[Any]:
    return rows.filter(grants__role__in=token.split(",")).distinct()


USERS = ListSpec(
    key="users",
    title=_("用户"),
    unit=_("人"),
    rows=lambda actor: org.memberships(actor.book_id),
    columns=lambda _actor: (
        Column("username", _("用户名"), ColumnKind.CODE, path="user__username", link=True),
        Column("name", _("姓名"), path="user__name"),
        Column(
            "roles",
            _("角色"),
            ColumnKind.CHOICE,
            choices=lambda _actor: [(role.value, str(ROLE_LABELS[role])) for role in Role],
            value=role_names,
            filter=_with_role,
        ),
        Column("department", _("部门"), path="department__name"),
        Column("is_active", _("启用"), ColumnKind.FLAG),
        Column("last_login", _("上次登录"), ColumnKind.DATETIME, path="user__last_login"),
    ),
    sort="username",
    row_url=lambda row: reverse("user", args=[row.user_id]),
    needs=("user_id",),
    search=_find_users,
    search_hint=_("用户名、姓名"),
    views=(BuiltinView(_("在用"), "f.is_active=1"), BuiltinView(_("停用"), "f.is_active=0")),
    new_view="user-new",
    new_action="user.edit",
    new_label=_("新建用户"),
    empty=_("还没有用户"),
)

TRAIL = ListSpec(
    key="trail",
    title=_("留痕"),
    unit=_("条"),
    rows=queries.audit_for,
    columns=lambda _actor: (
        Column("at", _("时间"), ColumnKind.DATETIME, link=True),
        Column("actor_id", _("操作人"), ColumnKind.CHOICE, choices=people_choices),
        Column(
            "action",
            _("操作"),
            ColumnKind.CHOICE,
            choices=lambda _actor: [(key, action_label(key)) for key in ACTIONS],
        ),
        Column(
            "object_type",
            _("对象类别"),
            ColumnKind.CHOICE,
            choices=lambda _actor: [(key, object_label(key)) for key in OBJECTS],
        ),
        Column("object_label", _("对象")),
        Column("reason", _("原因")),
        Column("ip", _("来源地址"), ColumnKind.CODE, shown=False),
        Column("sequence", _("序号"), ColumnKind.NUMBER, shown=False),
    ),
    sort="-at",
    row_url=lambda row: reverse("trail-record", args=[row.pk]),
    search=lambda rows, text, _actor: trail.search(rows, text),
    search_hint=_("操作人、对象、操作、原因"),
    views=(
        BuiltinView(_("登录"), "f.action=login.accepted,login.refused"),
        BuiltinView(_("登录被拒"), "f.action=login.refused"),
        BuiltinView(_("用户与权限"), "f.object_type=user"),
    ),
    export_action="trail.export",
    empty=_("还没有留痕；从现在起，每一次修改都会记在这里"),
)

JOBS = ListSpec(
    key="jobs",
    title=_("作业"),
    unit=_("个"),
    rows=queries.jobs_for,
    columns=lambda _actor: (
        Column("title", _("作业"), link=True),
        Column("state", _("状态"), ColumnKind.CHOICE, choices=lambda _actor: STATES),
        Column("user_id", _("发起人"), ColumnKind.CHOICE, choices=people_choices),
        Column("created_at", _("提交"), ColumnKind.DATETIME),
        Column("started_at", _("开始"), ColumnKind.DATETIME),
        Column("finished_at", _("结束"), ColumnKind.DATETIME),
        Column("error", _("失败原因")),
        Column("kind", _("类别"), ColumnKind.CODE, shown=False),
    ),
    sort="-created_at",
    row_url=lambda row: reverse("job", args=[row.pk]),
    search=lambda rows, text, _actor: rows.filter(title__icontains=text),
    search_hint=_("作业名称"),
    views=(
        BuiltinView(_("未完成"), "f.state=queued,running"),
        BuiltinView(_("失败"), "f.state=failed"),
    ),
    empty=_("还没有作业；导入、重新分类、大的导出会在这里排队"),
)
