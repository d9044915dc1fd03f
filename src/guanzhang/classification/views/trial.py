"""Trial of a draft: who moves, the money touched, one customer tried, and publishing what was seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from guanzhang.analytics.queries import catalogue_for, labels_for
from guanzhang.classification import queries, services
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.reading import lines_of
from guanzhang.classification.domain.scheme import ClassDef, Definition
from guanzhang.classification.domain.trial import Cell, Trial
from guanzhang.classification.domain.wording import Wording
from guanzhang.classification.forms import PublishForm
from guanzhang.classification.models import SchemeVersion
from guanzhang.classification.views.scope import (
    draft_or_404,
    is_big,
    job_of,
    party_of,
    scheme_of,
)
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.org.domain.policy import may
from guanzhang.parties.queries import visible_parties
from guanzhang.web.pages import actor_of, page
from guanzhang.work.services import enqueue_job

TRIAL, PUBLISH = "classification.trial", "classification.publish"
SHOWN = 200  # customers of one cell


@page("scheme.edit", "GET", "POST")
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the last trial of the draft as it stands; POST runs one."""
    actor, scheme = actor_of(request), scheme_of(request, pk)
    draft = queries.draft_of(scheme)
    if draft is None:
        messages.info(request, _("没有草稿可试算；先按“编辑”开一稿"))
        return redirect("scheme", pk)
    if request.method == "GET":
        return _page(request, draft)
    if is_big(actor):
        title = _("试算“%(name)s”第 %(n)s 版") % {"name": scheme.name, "n": draft.number}
        now = timezone.now()
        enqueue_job(actor, TRIAL, title, now=now, version_id=draft.pk, scheme_id=scheme.pk)
        return redirect("scheme-trial", pk)
    try:
        services.run_trial(actor, draft.pk, now=timezone.now())
    except Refused as refused:
        return _page(request, draft, problems=refused.problems)
    return redirect("scheme-trial", pk)


@page("scheme.publish", "POST")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the draft in force if it still gives the set of the trial; else say what moved."""
    actor, draft = actor_of(request), draft_or_404(request, pk)
    now = timezone.now()
    form = PublishForm(request.POST, today=timezone.localdate(now))
    if not form.is_valid():
        return _page(request, draft, form=form)
    effective_on, note = form.cleaned_data["effective_on"], form.cleaned_data["note"]
    if is_big(actor):
        title = _("发布“%(name)s”第 %(n)s 版") % {"name": draft.scheme.name, "n": draft.number}
        parameters = {
            "version_id": draft.pk,
            "effective_on": effective_on.isoformat(),
            "note": note,
        }
        enqueue_job(actor, PUBLISH, title, now=now, **parameters)
        return redirect("scheme", pk)
    try:
        services.publish_version(actor, draft.pk, effective_on=effective_on, note=note, now=now)
    except Refused as refused:
        return _page(request, draft, form=form, problems=refused.problems)
    values = {"name": draft.scheme.name, "n": draft.number, "day": effective_on}
    messages.success(request, _("%(name)s 第 %(n)s 版已发布，%(day)s 起生效") % values)
    return redirect("scheme", pk)


@page("scheme.edit", "GET")
def trial_cell(request: HttpRequest, pk: int) -> HttpResponse:
    """The customers behind one number of the matrix, the largest first."""
    actor, draft = actor_of(request), draft_or_404(request, pk)
    found = _trial_of(draft)
    if found is None:
        return redirect("scheme-trial", pk)
    old, new = request.GET.get("old", ""), request.GET.get("new", "")
    cell = found.cells.get((old, new), Cell(0, 0))
    ids = services.trial_members(actor, draft, old, new, SHOWN) if cell.members else []
    parties = visible_parties(actor, "class.view").in_bulk(ids)
    marks = {each["code"]: each for each in _Matrix(draft, found).marks}
    context = {
        "scheme": draft.scheme,
        "draft": draft,
        "old": marks.get(old),
        "new": marks.get(new),
        "cell": cell,
        "amount": _yuan(cell.amount),
        "parties": [parties[each] for each in ids if each in parties],
    }
    whole = not request.htmx  # type: ignore[attr-defined]
    template = "trial_cell_page" if whole else "trial_cell"
    return render(request, f"classification/{template}.html", context)


@page("scheme.edit", "GET")
def try_party(request: HttpRequest, pk: int) -> HttpResponse:
    """One customer against the draft, with the reasons: ``?party=42``."""
    actor, draft = actor_of(request), draft_or_404(request, pk)
    asked = request.GET.get("party", "")
    if not asked.isdigit():
        return render(request, "classification/try_party.html", {"nobody": True})
    party = party_of(request, int(asked))
    now = timezone.now()
    outcome = services.explain_draft(
        actor, draft, party.pk, as_of=timezone.localdate(now), now=now
    )
    definition = definition_of(draft.definition)
    context: dict[str, Any] = {"party": party, "outcome": outcome, "draft": draft}
    if outcome is not None:
        wording = Wording(
            catalogue_for(actor.book_id),
            actor.language,
            definition.window,
            labels_for(actor.book_id, actor.language),
        )
        code = outcome.class_code or ""
        context["lines"] = lines_of(outcome.reasons, wording)
        context["now"] = queries.current_class(draft.scheme, party.pk)
        context["then"] = _marked(
            queries.ordered_classes(actor.book_id, definition, [code])
        ).get(code)
    return render(request, "classification/try_party.html", context)


def _page(
    request: HttpRequest,
    draft: SchemeVersion,
    *,
    form: PublishForm | None = None,
    problems: Iterable[Problem] = (),
) -> HttpResponse:
    actor, today = actor_of(request), timezone.localdate()
    scheme = draft.scheme
    found = _trial_of(draft)
    listed = tuple(problems)
    context = {
        "scheme": scheme,
        "draft": draft,
        "base": queries.version_on(scheme, today),
        "step": 3,
        "trial": found,
        "matrix": _Matrix(draft, found) if found else None,
        "job": job_of(actor, TRIAL, PUBLISH),
        "form": form or PublishForm(today=today, initial={"note": draft.note}),
        "found": listed,
        "may_publish": may(actor, "scheme.publish"),
        "here": reverse("scheme-trial", args=[scheme.pk]),
    }
    status = 409 if listed else 422 if form is not None else 200
    return render(request, "classification/scheme_trial.html", context, status=status)


def _trial_of(draft: SchemeVersion) -> Trial | None:
    """The preview of the draft as it stands; None when it was changed since."""
    if draft.trial is None:
        return None
    found = Trial.from_json(draft.trial)
    return found if found.fingerprint == draft.fingerprint else None


def _yuan(stored: int) -> Decimal:
    return Decimal(stored).scaleb(-4)


def _marked(classes: Iterable[ClassDef]) -> dict[str, dict[str, Any]]:
    return {
        each.code: {
            "code": each.code, "name": each.name, "colour": each.colour, "position": place
        }
        for place, each in enumerate(classes)
    }  # fmt: skip


class _Matrix:
    """The cells of a trial as rows (now) and columns (draft), with money and movement."""

    def __init__(self, draft: SchemeVersion, trial: Trial) -> None:
        self.trial = trial
        self.url = reverse("trial-members", args=[draft.scheme_id])
        definition = definition_of(draft.definition)
        present = {code for pair in trial.cells for code in pair}
        book_id = draft.scheme.book_id
        classes = queries.ordered_classes(book_id, definition, present)
        base = queries.class_names(draft.scheme, present, _base(draft))
        self.rank = {each.code: place for place, each in enumerate(definition.classes)}
        self.marks = [
            {
                **mark,
                "name": base.get(mark["code"], mark["name"])
                if mark["code"] not in self.rank
                else mark["name"],
            }
            for mark in _marked(classes).values()
        ]

    def columns(self) -> list[dict[str, Any]]:
        """Classes the draft gives somebody or defines, with their totals."""
        return [
            mark | {"members": self.trial.members(mark["code"], now=False)}
            for mark in self.marks
            if mark["code"] in self.rank
            or not mark["code"]
            or self.trial.members(mark["code"], now=False)
        ]

    def rows(self) -> list[dict[str, Any]]:
        """One row per class of today, each with its cells in the order of ``columns``."""
        columns = self.columns()
        return [
            mark
            | {
                "members": members,
                "cells": [self.cell(mark["code"], column["code"]) for column in columns],
            }
            for mark in self.marks
            if (members := self.trial.members(mark["code"], now=True))
            or mark["code"] in self.rank
        ]

    def cell(self, old: str, new: str) -> dict[str, Any]:
        found = self.trial.cells.get((old, new))
        move = "same" if old == new else ""
        if found and old != new and old in self.rank and new in self.rank:
            move = "hi" if self.rank[new] < self.rank[old] else "lo"
        url = f"{self.url}?{urlencode({'old': old, 'new': new})}"
        return {"members": found.members if found else 0, "move": move, "url": url}

    def total(self) -> int:
        return sum(cell.members for cell in self.trial.cells.values())

    def movement(self) -> dict[str, Any]:
        """Promoted, demoted, otherwise changed, unchanged; and the money of all who move."""
        up, down, other = self.trial.moves(list(self.rank))
        moved = up.members + down.members + other.members
        amount = up.amount + down.amount + other.amount
        return {
            "up": up.members, "down": down.members, "other": other.members, "moved": moved,
            "same": self.total() - moved, "amount": _yuan(amount),
        }  # fmt: skip

    def money(self) -> list[dict[str, Any]]:
        """Amount per class now and under the draft, and the difference; they sum to zero."""
        rows = []
        for mark in self.marks:
            before = self.trial.amount(mark["code"], now=True)
            after = self.trial.amount(mark["code"], now=False)
            if before or after:
                amounts = {"before": _yuan(before), "after": _yuan(after)}
                rows.append(mark | amounts | {"change": _yuan(after - before)})
        return rows

    def money_total(self) -> Decimal:
        return _yuan(sum(cell.amount for cell in self.trial.cells.values()))


def _base(draft: SchemeVersion) -> Definition | None:
    """The definition in force beside which the draft was tried, for the names of its classes."""
    as_of = dt.date.fromisoformat(Trial.from_json(draft.trial or {}).as_of)
    current = queries.version_on(draft.scheme, as_of)
    return definition_of(current.definition) if current else None
