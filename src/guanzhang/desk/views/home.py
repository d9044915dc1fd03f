"""我的待办: what to do first, then what happened; every line says why it is there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.classification import queries as classes
from guanzhang.desk.views.workbench import panels_for
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import Scope, may, scope_of
from guanzhang.parties import todo
from guanzhang.parties.queries import open_services
from guanzhang.web.pages import actor_of, page
from guanzhang.work.queries import jobs_of_book

SHOWN = 8  # lines of one group; the rest is one click away
CUSTOMS_SHOWN = 4  # the workbench shows more
MOST = 999  # counting further would tell nobody anything
MOVED_DAYS = 31
INCOMPLETE = 60  # percent


@dataclass(frozen=True, slots=True)
class Task:
    """One line: whom it is about, why, how urgent, and the one thing to do."""

    icon: str
    party: str
    url: str
    why: str
    badge: str
    urgent: bool
    action: str


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """Lines of one kind. Counting stops at ``MOST``; ``more`` says that it did."""

    title: str
    count: int
    more: bool
    url: str
    tasks: list[Task]


@page("home.view", "GET")
def home(request: HttpRequest) -> HttpResponse:
    actor, today = actor_of(request), timezone.localdate()
    standing = _primary(actor, today)
    found = [
        *_customs(actor, today), _due(actor, today), _moves(actor, today), _incomplete(actor),
    ]  # fmt: skip
    groups = [group for group in found if group.count]
    context: dict[str, Any] = {
        "today": today,
        "groups": groups,
        "tasks": sum(g.count for g in groups),
        "more": any(g.more for g in groups),
        "standing": standing,
        "customers": sum(row.members for row in standing["counts"]) if standing else None,
        "amount": _amount(actor, standing),
        "jobs": _jobs(actor),
        "first_use": not todo.has_parties(actor),
        "can_import": may(actor, "import.run"),
        "can_create": may(actor, "party.create"),
    }
    return render(request, "desk/home.html", context)


def _amount(actor: Actor, standing: dict[str, Any] | None) -> Decimal | None:
    """近12个月交易额 of the customers in scope: the run's own total for who sees everybody."""
    if standing and standing["standing"].run and scope_of(actor, "class.view") is Scope.ALL:
        run = standing["standing"].run
        return sum((Decimal(amount) for _members, amount in run.counts.values()), Decimal(0))
    return (
        todo.figures(actor).amount_12m
        if scope_of(actor, "party.view") is not Scope.ALL
        else None
    )


def _group(title: str, url: str, rows: QuerySet[Any], tasks: list[Task]) -> TaskGroup:
    count = rows[: MOST + 1].count()
    return TaskGroup(title, min(count, MOST), count > MOST, url, tasks)


def _customs(actor: Actor, today: dt.date) -> list[TaskGroup]:
    """What the declarations ask of those who prepare, review or send them, as on their workbench."""
    if not may(actor, "declaration.edit"):
        return []
    return [
        TaskGroup(
            panel.title,
            min(panel.count, MOST),
            panel.count > MOST,
            panel.url,
            [
                Task(
                    panel.icon,
                    row.party or row.number,
                    row.url,
                    " · ".join(filter(None, (row.number, row.goods, row.why))),
                    row.badge or row.direction,
                    row.level in ("err", "warn"),
                    row.action,
                )
                for row in panel.rows[:CUSTOMS_SHOWN]
            ],
        )
        for panel in panels_for(actor, today)
    ]


def _due(actor: Actor, today: dt.date) -> TaskGroup:
    """Promised next steps whose day has come."""
    due = open_services(actor, today)
    tasks = []
    for each in due[:SHOWN]:
        late = (today - each.next_due_on).days if each.next_due_on else 0
        badge = _("今天") if late == 0 else _("逾期 %(n)s 天") % {"n": late}
        why = each.next_action or each.content
        tasks.append(
            Task(
                "phone",
                each.party.name,
                _party_url(each.party_id),
                why,
                badge,
                late > 0,
                _("联系"),
            )
        )
    return _group(_("到期跟进"), reverse("service-records"), due, tasks)


def _moves(actor: Actor, today: dt.date) -> TaskGroup:
    """Customers whose grade changed lately."""
    scheme = classes.primary_scheme(actor.book_id)
    if scheme is None or not may(actor, "class.view"):
        return TaskGroup(_("等级升降"), 0, more=False, url="", tasks=[])
    since, until = today - dt.timedelta(days=MOVED_DAYS), today + dt.timedelta(days=1)
    moved = classes.moved(actor, scheme, since, until).order_by("-valid_from", "party_id")
    shown = list(moved[:SHOWN])
    names = todo.party_names(actor, [m.party_id for m in shown])
    version = classes.version_on(scheme, today)
    ordered = classes.classes_in(scheme, version, []) if version else []
    labels = {c.code: c.name for c in ordered}
    order = [c.code for c in ordered]
    tasks = []
    for each in shown:
        before = str(vars(each)["old_class"])  # annotated by moved()
        up = _rank(order, each.class_code) < _rank(order, before)
        why = _("%(old)s → %(new)s，自 %(day)s 起") % {
            "old": labels.get(before, before),
            "new": labels.get(each.class_code, each.class_code),
            "day": each.valid_from,
        }
        badge = _("升") if up else _("降")
        icon = "arrow-up-right" if up else "arrow-down-right"
        url = _party_url(each.party_id)
        tasks.append(
            Task(icon, names.get(each.party_id, ""), url, why, badge, not up, _("看原因"))
        )
    return _group(_("等级升降"), reverse("class-moves"), moved, tasks)


def _incomplete(actor: Actor) -> TaskGroup:
    """Customers of whom too little is known, the biggest first."""
    rows = todo.incomplete_customers(actor, INCOMPLETE)
    tasks = [
        Task(
            "file-exclamation-point",
            p.name,
            _party_url(p.pk),
            todo.missing_text(p),
            _("完整度 %(n)s%%") % {"n": p.completeness},
            urgent=False,
            action=_("补资料"),
        )
        for p in rows[:SHOWN]
    ]
    return _group(
        _("资料缺失"), reverse("customers") + f"?f.completeness=<{INCOMPLETE}", rows, tasks
    )


def _rank(order: list[str], code: str) -> int:
    return order.index(code) if code in order else len(order)


def _party_url(party_id: int) -> str:
    return reverse("customer", args=[party_id])


def _primary(actor: Actor, today: dt.date) -> dict[str, Any] | None:
    """The distribution of the primary scheme among the customers the reader may see."""
    scheme = classes.primary_scheme(actor.book_id)
    if scheme is None or not may(actor, "class.view"):
        return None
    standing = classes.standing_of(scheme, today)
    return {
        "scheme": scheme,
        "standing": standing,
        "counts": classes.class_counts(standing, actor),
    }


def _jobs(actor: Actor) -> list[Any]:
    return list(
        jobs_of_book(actor.book_id, actor.user_id).filter(state__in=("queued", "running"))[:5]
    )
