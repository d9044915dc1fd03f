"""The review page: the form to read with what changed, findings, remarks, verdict, steps, history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.checking import findings
from guanzhang.customs.domain.amending import AmendKind, why_not
from guanzhang.customs.domain.states import Action, State, actions_in, state_of
from guanzhang.customs.forms.words import form_words, place_name
from guanzhang.customs.models import Declaration
from guanzhang.customs.queries import (
    amended_values,
    approved_revision,
    changes_since,
    declaration_for,
    may_do,
    open_amendment,
    review_queue,
)
from guanzhang.customs.services.amendments import amend, record_answer
from guanzhang.customs.services.declarations import void_declaration
from guanzhang.customs.services.review import (
    RemarkAt,
    makers_of,
    pass_review,
    recall,
    resolve_remark,
    return_for_changes,
    submit,
)
from guanzhang.customs.services.sending import send
from guanzhang.customs.services.steps import RIGHTS, record_step
from guanzhang.customs.views.files import file_rows
from guanzhang.customs.views.paper import paper_of
from guanzhang.customs.views.payload import numbered
from guanzhang.customs.views.state import day_of, found_of, is_editable, today
from guanzhang.customs.views.timeline import timeline_of
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.org.domain.policy import may
from guanzhang.reference.queries import reference_on
from guanzhang.web.pages import actor_of, page
from guanzhang.web.problems import shown_problems

SCRIPTS = ["customs/core.js", "customs/found.js", "customs/review.js"]
ICONS = ("circle-check", "circle-x", "clock", "info", "triangle-alert", "x", "message-square")
_IN_REVIEW = (State.REVIEW, State.SECOND_REVIEW)


@dataclass(frozen=True, slots=True)
class Step:
    """A button of the page. ``reason`` is the label of what must be written with it."""

    act: str
    label: str
    icon: str
    question: str = ""
    reason: str = ""
    day: str = ""  # label of a day that goes with it
    primary: bool = False
    danger: bool = False


@page("declaration.view", "GET")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The declaration to read and to judge."""
    return _show(request, declaration_for(actor_of(request), pk))


@page("declaration.review", "POST")
def verdict(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass or return, then go on with the next of the queue."""
    actor, now, sent = actor_of(request), timezone.now(), request.POST
    row = declaration_for(actor, pk, "declaration.review")
    following = _next(actor, row)
    remarks = [
        RemarkAt(path, text)
        for path, text in zip(sent.getlist("path"), sent.getlist("text"), strict=False)
    ]
    try:
        if sent.get("verdict") == "pass":
            row = pass_review(
                actor, pk, now=now, seen=sent.get("seen", ""), note=sent.get("note", "")
            )
            messages.success(request, _("%(number)s 已通过") % {"number": row.number})
        else:
            row = return_for_changes(
                actor, pk, note=sent.get("note", ""), remarks=remarks, now=now
            )
            messages.success(request, _("%(number)s 已退回") % {"number": row.number})
    except Refused as refused:
        found = shown_problems(refused.problems, actor.language)
        return _show(request, row, found=found, remarks=remarks, status=422)
    if following is None:
        messages.info(request, _("没有其他待审的报关单"))
    return redirect("declaration-review", following.pk if following else pk)


@page("declaration.edit", "POST")
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """A step of the life of a declaration; the services know who may take it and when."""
    actor = actor_of(request)
    row = declaration_for(actor, pk)
    try:
        target = _take(request, actor, pk)
    except Refused as refused:
        found = shown_problems(refused.problems, actor.language)
        return _show(request, row, found=found, status=422)
    done = declaration_for(actor, target)
    label = state_of(done.state).label(actor.language)
    messages.success(
        request, _("%(number)s：%(state)s") % {"number": done.number, "state": label}
    )
    edits = state_of(done.state) is State.DRAFT
    return redirect("declaration" if edits else "declaration-review", target)


@page("declaration.edit", "POST")
def remark_done(request: HttpRequest, pk: int, remark_pk: int) -> HttpResponse:
    resolve_remark(actor_of(request), pk, remark_pk, now=timezone.now())
    return redirect("declaration", pk)


def _take(request: HttpRequest, actor: Actor, pk: int) -> int:
    """Do what was asked; answers which declaration to show then."""
    act, note, now = request.POST.get("act", ""), request.POST.get("note", ""), timezone.now()
    if act == "submit":
        submit(actor, pk, now=now)
    elif act == "recall":
        recall(actor, pk, now=now, note=note)
    elif act == "send":
        send(actor, pk, now=now)
    elif act == "void":
        void_declaration(actor, pk, reason=note, now=now)
    elif act in ("accepted", "refused"):
        record_answer(actor, pk, accepted=act == "accepted", note=note, now=now)
    elif AmendKind.parse(act):
        return amend(actor, pk, kind=act, reason=note, now=now).pk
    elif (action := Action.parse(act)) in RIGHTS:
        assert action is not None
        record_step(actor, pk, action, now=now, note=note)
    return pk


def _show(
    request: HttpRequest,
    row: Declaration,
    *,
    found: list[dict[str, Any]] | None = None,
    remarks: list[RemarkAt] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    on, reference = today(), reference_on(day_of(row, today()))
    state = state_of(row.state)
    seen = findings(row, on=on)
    shown = found_of(actor, row, row.document, on=on, found=seen)
    earlier, changes = _changes(row)
    open_remarks = list(row.remarks.filter(resolved_at=None).order_by("pk"))
    by_path: dict[str, tuple[str, ...]] = {}
    for each in open_remarks:
        by_path[each.path] = (*by_path.get(each.path, ()), each.text)
    marks = {f.problem.path: "e" if f.problem.is_error else "w" for f in reversed(seen.open)}
    judges = state in _IN_REVIEW and may_do(actor, "declaration.review", row)
    own = judges and actor.user_id in makers_of(row)
    following = _next(actor, row)
    context = {
        "row": row,
        "may_export": may(actor, "declaration.export"),
        "title": _("进口报关单") if row.direction == "I" else _("出口报关单"),
        "state_label": state.label(actor.language),
        "state": state,
        "paper": paper_of(
            numbered(row), row.direction, actor, reference, changes=changes, marks=marks,
            remarks=by_path,
        ),
        "earlier": earlier,
        "changed": len(changes),
        "judges": judges and not own,
        "own_work": own,
        "steps": _steps(actor, row, state),
        "queue": _queue(actor, row),
        "next_url": reverse("declaration-review", args=[following.pk]) if following else "",
        "remarks": [
            {"row": r, "where": place_name(r.path, row.direction, actor.language)}
            for r in row.remarks.order_by("-pk")
        ],
        "typed_remarks": [
            {"path": r.path, "text": r.text, "where": place_name(r.path, row.direction, actor.language)}
            for r in remarks or ()
        ],
        "timeline": timeline_of(row, actor, reference),
        "files": file_rows(row),
        "found": found,
        "note": request.POST.get("note", ""),
        "may_edit": is_editable(actor, row),
        "print_url": _address("declaration-print", row.pk),
        "amendments": row.amendments.order_by("pk"),
        "data": _data(actor, row, shown, state),
        "scripts": SCRIPTS,
        "icons": ICONS,
    }  # fmt: skip
    return render(request, "customs/review.html", context, status=status)


def _data(
    actor: Actor, row: Declaration, shown: dict[str, Any], state: State
) -> dict[str, Any]:
    says = state in (State.DRAFT, *_IN_REVIEW) and may_do(actor, "declaration.edit", row)
    return {
        "document": {},
        "direction": row.direction,
        "editable": False,
        "names": {},
        "today": today().isoformat(),
        "may_override": says,
        "words": form_words() | {"remark_at": _("批注：{place}"), "remark_add": _("加入退回内容"), "remark_text": _("要改什么"), "remove": _("删除")},
        "urls": {"acknowledge": reverse("declaration-answer", args=[row.pk]) if says else ""},
        "found": shown,
    }  # fmt: skip


def _changes(row: Declaration) -> tuple[Any, dict[str, tuple[str, str]]]:
    """What to compare with and the differences: the original of an amendment, what was approved
    last, or else what was sent to review before this time."""
    if row.amends_id:
        found = amended_values(row)
        earlier: Any = row.amends
    else:
        earlier = approved_revision(row)
        if earlier is not None and earlier.sha256 == row.sha256 and row.approved_sha256:
            earlier = (
                row.revisions.filter(step="approved", pk__lt=earlier.pk).order_by("-pk").first()
            )
        earlier = (
            earlier
            or row.revisions.filter(step="submitted")
            .exclude(sha256=row.sha256)
            .order_by("-pk")
            .first()
        )
        found = changes_since(earlier, row)
    return earlier, {c.path: (c.before, c.after) for c in found if not c.path.endswith(".GNo")}


def _queue(actor: Actor, row: Declaration) -> dict[str, int] | None:
    """Where this one stands among those that wait for the actor."""
    ids = list(review_queue(actor).values_list("pk", flat=True)[:1000])
    return {"place": ids.index(row.pk) + 1, "of": len(ids)} if row.pk in ids else None


def _next(actor: Actor, row: Declaration) -> Declaration | None:
    """The one after this in the queue, or its first."""
    ids = list(review_queue(actor).values_list("pk", flat=True)[:1000])
    others = [pk for pk in ids if pk != row.pk]
    if not others:
        return None
    after = ids[ids.index(row.pk) + 1 :] if row.pk in ids else []
    return Declaration.objects.filter(pk=(after or others)[0]).first()


def _steps(actor: Actor, row: Declaration, state: State) -> list[Step]:
    """What this person may do here and now."""
    edits, sends = (
        may_do(actor, "declaration.edit", row),
        may_do(actor, "declaration.send", row),
    )
    rights = {
        action: edits if RIGHTS[action] == "declaration.edit" else sends for action in RIGHTS
    }
    rights |= {
        Action.SUBMIT: edits,
        Action.RECALL: edits,
        Action.VOID: edits,
        Action.SEND: sends,
    }
    known = _known_steps()
    found = [known[a] for a in actions_in(state) if rights.get(a) and a in known]
    if row.amends_id and row.amend_kind != "complete" and state is State.DECLARED and sends:
        found += [
            Step("accepted", _("海关同意"), "circle-check", reason=_("海关答复")),
            Step("refused", _("海关不同意"), "circle-x", reason=_("海关答复")),
        ]
    if edits and state.is_with_customs and open_amendment(row) is None:
        is_amendment = row.amends_id is not None
        found += [
            Step(kind.value, kind.label(actor.language), "file-pen-line", reason=_("申请原因"))
            for kind in AmendKind
            if why_not(state, row.document, kind, is_amendment=is_amendment) is None
        ]
    return found


def _known_steps() -> dict[Action, Step]:
    return {
        Action.SUBMIT: Step("submit", _("送审"), "send", primary=True),
        Action.RECALL: Step("recall", _("撤回"), "undo-2", question=_("撤回后回到草稿，审核须重新进行。继续？")),
        Action.SEND: Step("send", _("发送"), "send", primary=True, question=_("把这份报关单的报文交给单一窗口客户端？")),
        Action.MARK_STORED: Step("stored", _("标记已暂存"), "archive"),
        Action.MARK_DECLARED: Step("declared", _("标记已申报"), "check", question=_("确认已在单一窗口完成申报？")),
        Action.REOPEN: Step("reopen", _("重新制单"), "pencil-line"),
        Action.PAY_TAX: Step("pay_tax", _("登记缴税"), "wallet-cards", question=_("确认税款已经缴清？")),
        Action.END_INSPECTION: Step("end_inspection", _("查验完成"), "check"),
        Action.ARCHIVE: Step("archive", _("归档"), "archive"),
        Action.VOID: Step("void", _("作废"), "ban", reason=_("作废原因"), danger=True),
    }  # fmt: skip


def _address(name: str, pk: int) -> str:
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""
