"""报关工作台: what the declarations ask of the person who looks, the most urgent first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from guanzhang.customs import policy, workbench
from guanzhang.customs.domain.states import State, state_of
from guanzhang.customs.domain.tax.deadlines import pay_by
from guanzhang.customs.links import rows_url, states_text
from guanzhang.customs.workbench import Band
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import may
from guanzhang.reference.queries import reference_on
from guanzhang.web.pages import actor_of, page

Row = Any  # a declaration: its table is private to customs
SHOWN = 8  # rows of one panel; the list has them all
_LEVELS = {"over": "err", "today": "err", "soon": "warn", "near": "info", "": ""}
_DECLARE_BANDS: dict[str, Promise] = {
    "over": lazy("已超期"),
    "today": lazy("第 14 天（今天）"),
    "soon": lazy("第 13 天"),
    "near": lazy("第 10–12 天"),
}
_TAX_BANDS: dict[str, Promise] = {
    "over": lazy("已逾期"),
    "today": lazy("今天到期"),
    "soon": lazy("明天到期"),
    "near": lazy("4 天内到期"),
}


@dataclass(frozen=True, slots=True)
class Work:
    """One declaration that wants something: why, how urgent, and what to do."""

    number: str
    url: str
    party: str
    goods: str
    direction: str
    why: str
    badge: str
    level: str  # css: err | warn | info | ""
    action: str


@dataclass(frozen=True, slots=True)
class Bin:
    """A band of deadlines with its name and the list behind it."""

    label: str
    level: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Work of one kind; ``url`` opens all of it."""

    key: str
    title: str
    icon: str
    count: int
    url: str
    rows: Sequence[Work]
    bins: Sequence[Bin] = ()
    empty: str = ""


@page("declaration.view", "GET")
def customs_desk(request: HttpRequest) -> HttpResponse:
    actor, today = actor_of(request), timezone.localdate()
    counts = workbench.state_counts(actor)
    context: dict[str, Any] = {
        "today": today,
        "panels": panels_for(actor, today),
        "states": [
            {
                "state": state,
                "label": state.label(actor.language),
                "count": n,
                "url": _in(state),
            }
            for state, n in counts.items()
            if n
        ],
        "most": max(counts.values(), default=0) or 1,
        "to_declare": sum(counts[s] for s in workbench.TO_DECLARE),
        "with_customs": sum(counts[s] for s in workbench.WITH_CUSTOMS),
        "to_declare_url": rows_url(state=states_text(*workbench.TO_DECLARE)),
        "with_customs_url": rows_url(state=states_text(*workbench.WITH_CUSTOMS)),
        "rates": policy.missing_rates(actor, today),
        "editions": policy.editions_to_review(actor),
        "updates": policy.updates_for(actor, today)[:SHOWN],
        "mandates": workbench.ending_mandates(actor, today)[:SHOWN],
        "failed": workbench.failed_messages(actor)[:SHOWN],
        "stray": workbench.stray_receipts(actor)[:SHOWN],
        "may_send": may(actor, "declaration.send"),
        "may_edit": may(actor, "declaration.edit"),
        "may_load": may(actor, "reference.load"),
    }
    return render(request, "desk/workbench.html", context)


def panels_for(actor: Actor, today: dt.date) -> list[Panel]:
    """The panels that concern the actor, in the order of urgency."""
    makers: list[Callable[[Actor, dt.date], Panel]] = [_deadlines]
    if may(actor, "declaration.review"):
        makers.append(_reviews)
    makers += [_rejected, _tax, _inspections]
    if may(actor, "declaration.send"):
        makers.append(_approved)
    if may(actor, "declaration.edit"):
        makers.append(_drafts)
    return [make(actor, today) for make in makers]


def _deadlines(actor: Actor, today: dt.date) -> Panel:
    rows = workbench.to_declare(actor)
    bands = workbench.deadline_bands(actor, today)
    states = states_text(*workbench.TO_DECLARE)
    bins = [
        _bin(_DECLARE_BANDS, b, rows_url("due_on", state=states, due_on=b.token)) for b in bands
    ]
    urgent = rows.filter(due_on__lte=bands[-1].last) if bands[-1].last else rows
    return Panel(
        "deadlines",
        _("申报期限"),
        "clock",
        sum(b.count for b in bands),
        rows_url("due_on", state=states, due_on=f"..{bands[-1].last}"),
        [_work(r, today, _state(r, actor), _("去处理")) for r in _seen(urgent)],
        bins,
        _("没有临近期限的进口报关单。"),
    )


def _reviews(actor: Actor, today: dt.date) -> Panel:
    rows = workbench.reviews_for(actor)
    return _panel(
        "reviews", _("待我审核"), "clipboard-check", rows, today, _("审核"),
        url=rows_url("due_on", state=states_text(State.REVIEW, State.SECOND_REVIEW), reviewer="我"),
        why=lambda r: _state(r, actor), empty=_("没有等待您审核的报关单。"),
    )  # fmt: skip


def _rejected(actor: Actor, today: dt.date) -> Panel:
    return _panel(
        "rejected", _("退单"), "circle-x", workbench.in_state(actor, State.REJECTED), today,
        _("修改"), url=_in(State.REJECTED), why=_reject_note, empty=_("没有退单。"),
    )  # fmt: skip


def _tax(actor: Actor, today: dt.date) -> Panel:
    reference = reference_on(today)

    def due(declared_on: dt.date) -> dt.date:
        return pay_by(declared_on, reference).safe_day

    rows = workbench.tax_due(actor)
    bands = workbench.tax_bands(actor, today, due)
    bins = [
        _bin(_TAX_BANDS, b, rows_url("declared_on", state=State.TAX_DUE, declared_on=b.token))
        for b in bands
    ]
    works = []
    for row in _seen(rows):
        day = due(row.declared_on) if row.declared_on else None
        why = (
            _("税款 %(n)s 元") % {"n": f"{row.tax_cny:,.2f}"} if row.tax_cny else _("税款未计")
        )
        works.append(_work(row, today, why, _("登记缴税"), day))
    return Panel(
        "tax", _("待缴税"), "receipt", rows.count(), _in(State.TAX_DUE), works, bins,
        _("没有待缴税的报关单。"),
    )  # fmt: skip


def _inspections(actor: Actor, today: dt.date) -> Panel:
    return _panel(
        "inspection", _("查验"), "scan-search", workbench.in_state(actor, State.INSPECTION), today,
        _("看通知"), url=_in(State.INSPECTION),
        why=lambda r: _("自 %(day)s") % {"day": timezone.localdate(r.updated_at)},
        empty=_("没有正在查验的报关单。"),
    )  # fmt: skip


def _approved(actor: Actor, today: dt.date) -> Panel:
    return _panel(
        "approved", _("已审核，待发送"), "send", workbench.in_state(actor, State.APPROVED), today,
        _("发送"), url=_in(State.APPROVED), why=lambda r: _state(r, actor),
        empty=_("没有等待发送的报关单。"),
    )  # fmt: skip


def _drafts(actor: Actor, today: dt.date) -> Panel:
    def why(row: Row) -> str:
        if row.return_count:
            return _("审单退回 %(n)s 次") % {"n": row.return_count}
        if row.error_count:
            return _("错误 %(n)s 处") % {"n": row.error_count}
        return (
            _("警告 %(n)s 处") % {"n": row.warning_count} if row.warning_count else _("可送审")
        )

    return _panel(
        "drafts", _("我的草稿"), "file-pen-line", workbench.drafts_of(actor), today, _("继续"),
        url=rows_url("due_on", state=State.DRAFT, owner="我"), why=why,
        empty=_("您没有草稿。"),
    )  # fmt: skip


def _panel(
    key: str,
    title: str,
    icon: str,
    rows: QuerySet[Any],
    today: dt.date,
    action: str,
    *,
    url: str,
    why: Callable[[Row], str],
    empty: str,
) -> Panel:
    works = [_work(row, today, why(row), action) for row in _seen(rows)]
    return Panel(key, title, icon, rows.count(), url, works, (), empty)


def _seen(rows: QuerySet[Any]) -> list[Row]:
    """The first rows without their documents."""
    return list(rows.select_related("party").defer("document")[:SHOWN])


def _work(
    row: Row, today: dt.date, why: str, action: str, due_on: dt.date | None = None
) -> Work:
    due_on = due_on or (row.due_on if state_of(row.state) in workbench.TO_DECLARE else None)
    return Work(
        number=row.number,
        url=reverse("declaration", args=[row.pk]),
        party=row.party.name if row.party else row.trader_name,
        goods=row.goods_name,
        direction=row.get_direction_display(),
        why=why,
        badge=_badge(due_on, today),
        level=_LEVELS[workbench.level_of(due_on, today)] if due_on else "",
        action=action,
    )


def _badge(due_on: dt.date | None, today: dt.date) -> str:
    """The deadline in words: a colour alone says nothing to many."""
    if due_on is None:
        return ""
    left = (due_on - today).days
    if left < 0:
        return _("超期 %(n)s 天") % {"n": -left}
    return _("今天截止") if left == 0 else _("还有 %(n)s 天") % {"n": left}


def _bin(labels: dict[str, Promise], band: Band, url: str) -> Bin:
    return Bin(str(labels[band.level]), _LEVELS[band.level], band.count, url)


def _state(row: Row, actor: Actor) -> str:
    return state_of(row.state).label(actor.language)


def _reject_note(row: Row) -> str:
    """What customs said last."""
    note = (
        row.events.filter(after=State.REJECTED).order_by("-pk").values_list("note", flat=True)
    )
    return note.first() or _("未说明原因")


def _in(state: State) -> str:
    return rows_url(state=state)
