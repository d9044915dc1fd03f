"""我的待办: what to do first, then what happened; every line says why it is there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.classification import queries as classes
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import may
from guanzhang.parties import todo
from guanzhang.parties.queries import open_services
from guanzhang.web.pages import actor_of, page
from guanzhang.work.queries import jobs_of_book

SHOWN = 8  # lines of one group; the rest is one click away
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
    title: str
    count: int
    url: str
    tasks: list[Task]


@page("home.view", "GET")
def home(request: HttpRequest) -> HttpResponse:
    actor, today = actor_of(request), timezone.localdate()
    figures, standing = todo.figures(actor), _primary(actor, today)
    classified = sum(row.members for row in standing["counts"]) if standing else 0
    groups = [g for g in (_due(actor, today), _moves(actor, today), _incomplete(actor)) if g.count]
    context: dict[str, Any] = {
        "today": today,
        "figures": figures,
        "groups": groups,
        "tasks": sum(g.count for g in groups),
        "standing": standing,
        "customers": classified or figures.parties,
        "jobs": _jobs(actor),
        "first_use": figures.parties == 0,
        "can_import": may(actor, "import.run"),
        "can_create": may(actor, "party.create"),
    }
    return render(request, "desk/home.html", context)


def _due(actor: Actor, today: dt.date) -> TaskGroup:
    """Promised next steps whose day has come."""
    due = open_services(actor, today)
    tasks = []
    for each in due[:SHOWN]:
        late = (today - each.next_due_on).days if each.next_due_on else 0
        badge = _("今天") if late == 0 else _("逾期 %(n)s 天") % {"n": late}
        why = each.next_action or each.content
        tasks.append(Task("phone", each.party.name, _party_url(each.party_id), why, badge, late > 0, _("联系")))
    return TaskGroup(_("到期跟进"), due.count(), reverse("service-records"), tasks)


def _moves(actor: Actor, today: dt.date) -> TaskGroup:
    """Customers whose grade changed lately."""
    scheme = classes.primary_scheme(actor.book_id)
    if scheme is None or not may(actor, "class.view"):
        return TaskGroup(_("等级升降"), 0, "", [])
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
        before = each.old_class
        up = _rank(order, each.class_code) < _rank(order, before)
        why = _("%(old)s → %(new)s，自 %(day)s 起") % {
            "old": labels.get(before, before), "new": labels.get(each.class_code, each.class_code),
            "day": each.valid_from,
        }
        badge = _("升") if up else _("降")
        icon = "arrow-up-right" if up else "arrow-down-right"
        url = _party_url(each.party_id)
        tasks.append(Task(icon, names.get(each.party_id, ""), url, why, badge, not up, _("看原因")))
    return TaskGroup(_("等级升降"), moved.count(), reverse("class-moves"), tasks)


def _incomplete(actor: Actor) -> TaskGroup:
    """Customers of whom too little is known, the biggest first."""
    rows = todo.incomplete_customers(actor, INCOMPLETE)
    tasks = [
        Task(
            "file-exclamation-point", p.name, _party_url(p.pk), todo.missing_text(p),
            _("完整度 %(n)s%%") % {"n": p.completeness}, False, _("补资料"),
        )
        for p in rows[:SHOWN]
    ]
    return TaskGroup(_("资料缺失"), rows.count(), reverse("customers") + f"?f.completeness=<{INCOMPLETE}", tasks)


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
    return {"scheme": scheme, "standing": standing, "counts": classes.class_counts(standing, actor)}


def _jobs(actor: Actor) -> list[Any]:
    return list(jobs_of_book(actor.book_id, actor.user_id).filter(state__in=("queued", "running"))[:5])
