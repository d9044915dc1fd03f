"""The customers of a class, and who moved between classes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from guanzhang.classification import queries
from guanzhang.classification.forms import MovesForm
from guanzhang.classification.lists import classes_seen, members_spec, moves_spec
from guanzhang.classification.models import Scheme
from guanzhang.classification.views.scope import scheme_of
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.dates import add_months
from guanzhang.web.listing import render_list
from guanzhang.web.pages import actor_of, page

USUAL_MONTHS = 3


@page("class.view", "GET", "POST")
def class_members(request: HttpRequest, pk: int, code: str = "") -> HttpResponseBase:
    """Everybody in one class that the reader may see; "" is 无数据."""
    scheme = scheme_of(request, pk)
    classes = classes_seen(scheme)
    found = next((each for each in classes if each.code == code), None)
    if found is None:
        raise Http404
    context = {
        "scheme": scheme,
        "each": found,
        "position": classes.index(found),
        "run": queries.latest_run(scheme),
    }
    template = "classification/class_members.html"
    return render_list(request, members_spec(scheme, found), template=template, context=context)


@page("class.view", "GET")
def class_moves(request: HttpRequest) -> HttpResponse:
    """The form of 升降: a scheme and a range; with both it leads to the list."""
    actor, today = actor_of(request), timezone.localdate()
    listed = list(queries.schemes(actor))
    if not listed:
        return render(request, "classification/class_moves_none.html")
    asked = request.GET.get("scheme", "")
    scheme = next((each for each in listed if str(each.pk) == asked), None)
    if scheme is None:
        scheme = next((each for each in listed if each.is_primary), listed[0])
    form = MovesForm(request.GET or None, today=today)
    if request.GET and not form.is_valid():
        context = {"form": form, "schemes": listed, "scheme": scheme}
        return render(request, "classification/class_moves_none.html", context, status=422)
    since = form.cleaned_data["since"] if form.is_bound else add_months(today, -USUAL_MONTHS)
    until = form.cleaned_data["until"] if form.is_bound else today
    return redirect("class-moves", scheme.pk, since.isoformat(), until.isoformat())


@page("class.view", "GET", "POST")
def class_moves_list(request: HttpRequest, pk: int, since: str, until: str) -> HttpResponseBase:
    """Who moved from ``since`` to ``until`` (both included), with the matrix of how many."""
    actor, scheme = actor_of(request), scheme_of(request, pk)
    try:
        first, last = dt.date.fromisoformat(since), dt.date.fromisoformat(until)
    except ValueError:
        raise Http404 from None
    end = last + dt.timedelta(days=1)
    form = MovesForm(initial={"since": first, "until": last}, today=timezone.localdate())
    context = {
        "scheme": scheme,
        "schemes": list(queries.schemes(actor)),
        "form": form,
        "form_url": reverse("class-moves"),
        "matrix": _matrix(actor, scheme, first, end),
    }
    template = "classification/class_moves.html"
    spec = moves_spec(scheme, first, end)
    return render_list(request, spec, template=template, context=context)


def _matrix(
    actor: Actor, scheme: Scheme, since: dt.date, end: dt.date
) -> dict[str, Any] | None:
    """From (rows) to (columns) how many customers; None when nobody moved."""
    counted = queries.moves(queries.moved(actor, scheme, since, end))
    if not counted:
        return None
    classes = classes_seen(scheme)
    order = {each.code: place for place, each in enumerate(classes)}
    froms = sorted({old for old, _ in counted}, key=lambda code: order[code])
    tos = sorted({new for _, new in counted}, key=lambda code: order[code])
    marks = {
        each.code: {
            "code": each.code,
            "name": each.name,
            "colour": each.colour,
            "position": order[each.code],
        }
        for each in classes
    }
    rows = [
        marks[old]
        | {
            "cells": [
                {"n": counted.get((old, new), 0), "move": _move(old, new, order)} for new in tos
            ],
            "total": sum(n for (each, _), n in counted.items() if each == old),
        }
        for old in froms
    ]
    return {
        "columns": [marks[new] for new in tos],
        "rows": rows,
        "total": sum(counted.values()),
    }


def _move(old: str, new: str, order: dict[str, int]) -> str:
    """Up (hi), down (lo), or neither when one side is 无数据."""
    if not old or not new or old == new:
        return ""
    return "hi" if order[new] < order[old] else "lo"
