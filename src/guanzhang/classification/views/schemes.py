"""All schemes, one scheme, and what is done with a scheme as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.analytics.queries import catalogue_for, labels_for
from guanzhang.classification import queries, services
from guanzhang.classification.domain.diff import diff
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.scheme import ClassDef, SchemeKind
from guanzhang.classification.domain.wording import Wording
from guanzhang.classification.forms import NewSchemeForm, SchemeForm
from guanzhang.classification.models import Scheme, SchemeVersion
from guanzhang.classification.queries import Standing
from guanzhang.classification.views.outline import outline_of
from guanzhang.classification.views.scope import job_of, members_url, scheme_of
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.org.domain.policy import Scope, may, scope_of
from guanzhang.web.pages import actor_of, page
from guanzhang.work.queries import has_queued
from guanzhang.work.services import enqueue_job

RUN = "classification.run"
SEGMENTS = 6  # of a distribution bar; the rest is 其他


@page("scheme.view", "GET")
def scheme_list(request: HttpRequest) -> HttpResponse:
    """Every scheme with the question it answers and how it divides the customers one may see."""
    actor, today = actor_of(request), timezone.localdate()
    standings = queries.standings(actor, today)
    counts = queries.member_counts(standings, actor)
    context = {
        "rows": [
            _row(actor, each, counts.get(each.scheme.pk, {}), today) for each in standings
        ],
        "job": job_of(actor, RUN),
        "may_edit": may(actor, "scheme.edit"),
        "may_run": may(actor, "class.run"),
        "limited": scope_of(actor, "class.view") is not Scope.ALL,
    }
    return render(request, "classification/schemes.html", context)


def _row(
    actor: Actor, standing: Standing, counts: Mapping[str, int], today: dt.date
) -> dict[str, Any]:
    shown = standing.version or standing.draft
    definition = definition_of(shown.definition) if shown else None
    total = sum(counts.values())
    classes = queries.classes_of(standing, counts)
    return {
        "scheme": standing.scheme,
        "version": standing.version,
        "draft": standing.draft,
        "run": standing.run,
        "age": (today - standing.run.as_of).days if standing.run else None,
        "kind": definition.kind.label(actor.language) if definition else "",
        "segments": _segments(classes, counts, total) if total else [],
        "members": total,
        "unknown": counts.get("", 0),
        "unknown_url": members_url(standing.scheme.pk, ""),
    }


def _segments(
    classes: list[ClassDef], counts: Mapping[str, int], total: int
) -> list[dict[str, Any]]:
    """Parts of the bar in the order of the classes; of many, the largest and the rest as one."""
    present = [each for each in classes if counts.get(each.code)]
    if len(present) > SEGMENTS + 1:
        largest = sorted(present, key=lambda c: -counts[c.code])[:SEGMENTS]
        kept = [each for each in present if each in largest]
    else:
        kept = present
    rest = total - sum(counts[each.code] for each in kept)
    parts = [(each.name, each.colour, counts[each.code]) for each in kept]
    if rest:
        parts.append((_("其他"), 0, rest))
    return [
        {"name": name, "colour": colour, "members": n, "width": f"{n / total * 100:.2f}%"}
        for name, colour, n in parts
    ]


@page("scheme.view", "GET")
def scheme_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One scheme in words, its classes with their members, its versions and runs."""
    actor, today = actor_of(request), timezone.localdate()
    scheme = scheme_of(request, pk)
    standing = queries.standing_of(scheme, today)
    shown = standing.version or standing.draft
    assert shown is not None, "A scheme has at least one version."
    definition = definition_of(shown.definition)
    wording = Wording(
        catalogue_for(actor.book_id),
        actor.language,
        definition.window,
        labels_for(actor.book_id, actor.language),
    )
    everybody = scope_of(actor, "class.view") is Scope.ALL
    context = {
        "scheme": scheme,
        "standing": standing,
        "shown": shown,
        "kind": definition.kind.label(actor.language),
        "outline": outline_of(definition, wording),
        "classes": _class_rows(actor, standing),
        "versions": [_version(each, today) for each in queries.versions_of(scheme)],
        "compared": _compared(request, actor, scheme),
        "runs": queries.runs_of(scheme)[:8] if everybody else [],
        "limited": not everybody,
        "job": job_of(actor, RUN, "classification.publish"),
        "form": SchemeForm(
            initial={
                "name": scheme.name,
                "description": scheme.description,
                "review_months": scheme.review_months,
            }
        ),
        "may_edit": may(actor, "scheme.edit"),
        "may_publish": may(actor, "scheme.publish"),
        "may_run": may(actor, "class.run"),
    }
    return render(request, "classification/scheme.html", context)


def _class_rows(actor: Actor, standing: Standing) -> dict[str, Any]:
    counted = queries.class_counts(standing, actor)
    amounts = queries.class_amounts(standing.scheme, actor) if counted else {}
    rows = [
        {
            "code": each.definition.code,
            "name": each.definition.name,
            "colour": each.definition.colour,
            "meaning": each.definition.meaning,
            "position": place,
            "members": each.members,
            "share": each.share,
            "amount": amounts.get(each.definition.code),
            "url": members_url(standing.scheme.pk, each.definition.code),
        }
        for place, each in enumerate(counted)
    ]
    known = [amount for amount in amounts.values() if amount is not None]
    return {
        "rows": rows,
        "members": sum(each.members for each in counted),
        "amount": sum(known) if known else None,
    }


def _version(version: SchemeVersion, today: dt.date) -> dict[str, Any]:
    """A version with its phase by the calendar: what is replaced tomorrow is in force today."""
    since, until = version.effective_from, version.effective_to
    if version.state == SchemeVersion.State.DRAFT:
        phase = "draft"
    elif since and since > today:
        phase = "waiting"
    elif until and until <= today:
        phase = "over"
    else:
        phase = "current"
    last = until - dt.timedelta(days=1) if until else None
    always = since is None or since.year <= 1900
    return {"version": version, "phase": phase, "always": always, "last_day": last}


def _compared(request: HttpRequest, actor: Actor, scheme: Scheme) -> dict[str, Any] | None:
    """The changes between the two versions named in the URL (``?old=3&new=4``)."""
    asked = {request.GET.get("old", ""), request.GET.get("new", "")}
    numbers = sorted(int(n) for n in asked if n.isdigit())
    if len(numbers) != 2:
        return None
    found = {v.number: v for v in scheme.versions.filter(number__in=numbers)}
    if len(found) != 2:
        return None
    old, new = (found[number] for number in numbers)
    changes = diff(
        definition_of(old.definition),
        definition_of(new.definition),
        catalogue_for(actor.book_id),
        actor.language,
        labels_for(actor.book_id, actor.language),
    )
    rows = [
        {"kind": c.kind.value, "label": c.kind.label(actor.language), "section": c.section,
         "before": c.before, "after": "" if c.kind.value == "moved" else c.after}
        for c in changes
    ]  # fmt: skip
    return {"old": old, "new": new, "changes": rows}


@page("scheme.edit", "GET", "POST")
def new_scheme(request: HttpRequest) -> HttpResponse:
    """A scheme from a blank or a copy; then straight into the editor."""
    actor = actor_of(request)
    form = NewSchemeForm(actor, request.POST or None, initial={"start": SchemeKind.RULES.value})
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            scheme = services.create_scheme(
                actor,
                code=values["code"],
                name=values["name"],
                description=values["description"],
                definition=form.definition(),
                now=timezone.now(),
            )
        except Refused as refused:
            problems = refused.problems
        else:
            return redirect("scheme-edit", scheme.pk)
    context = {"form": form, "found": problems}
    status = 422 if request.method == "POST" else 200
    return render(request, "classification/scheme_new.html", context, status=status)


@page("scheme.edit", "POST")
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, question and review cycle."""
    scheme = scheme_of(request, pk)
    form = SchemeForm(request.POST)
    if form.is_valid():
        services.describe_scheme(
            actor_of(request), scheme, now=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("已保存 %(name)s") % {"name": scheme.name})
    else:
        wrong = _("；").join(str(e) for errors in form.errors.values() for e in errors)
        messages.error(request, _("没有保存：%(reason)s") % {"reason": wrong})
    return redirect("scheme", pk)


@page("scheme.publish", "POST")
def make_primary(request: HttpRequest, pk: int) -> HttpResponse:
    """Its class becomes the customers' grade; the run that writes it is queued."""
    actor, scheme = actor_of(request), scheme_of(request, pk)
    now = timezone.now()
    services.make_primary(actor, scheme, now=now)
    title = _("按新的主方案更新客户等级")
    enqueue_job(actor, RUN, title, now=now, codes=[scheme.code])
    messages.success(
        request, _("%(name)s 已设为主方案，客户等级正在更新") % {"name": scheme.name}
    )
    return redirect("scheme", pk)


@page("scheme.publish", "POST")
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of use; its history stays readable in the trail and in memberships."""
    scheme = scheme_of(request, pk)
    services.retire_scheme(actor_of(request), scheme, now=timezone.now())
    messages.success(request, _("已停用 %(name)s") % {"name": scheme.name})
    return redirect("schemes")


@page("class.run", "POST")
def classify(request: HttpRequest) -> HttpResponse:
    """Queue a run of all schemes, or of the one named; a second click finds the first."""
    actor = actor_of(request)
    pk = request.POST.get("scheme", "")
    scheme = scheme_of(request, int(pk)) if pk.isdigit() else None
    if has_queued(actor.book_id, RUN):
        messages.info(request, _("已有一次重新分类在排队"))
    elif scheme:
        title = _("按“%(name)s”重新分类") % {"name": scheme.name}
        enqueue_job(actor, RUN, title, now=timezone.now(), codes=[scheme.code])
    else:
        enqueue_job(actor, RUN, _("全部方案重新分类"), now=timezone.now())
    return redirect(reverse("scheme", args=[scheme.pk]) if scheme else "schemes")
