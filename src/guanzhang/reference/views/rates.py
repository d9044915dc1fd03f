"""Assessment rates of a month, the working calendar, the parameters."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.kernel.dates import add_months
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.org.domain.policy import may
from guanzhang.reference import queries, services
from guanzhang.reference.domain.parameters import PARAMETERS, parameter_name
from guanzhang.reference.forms import ParameterForm, RateForm
from guanzhang.reference.lists import RATES
from guanzhang.reference.models import AssessmentRate
from guanzhang.reference.views.asof import as_of, day_of
from guanzhang.web.listing import render_list
from guanzhang.web.pages import actor_of, language_of, page

SOURCE = "中国外汇交易中心人民币汇率中间价"  # what most months come from


@page("reference.view", "GET", "POST")
def rate_list(request: HttpRequest) -> HttpResponseBase:
    """All rates of all months."""
    return render_list(request, RATES)


@page("reference.view", "GET")
def month_rates(request: HttpRequest) -> HttpResponse:
    """The rates of ``?month=2026-11``; of the current month for none."""
    return _month_page(request, _month(request.GET.get("month", "")))


@page("reference.load", "POST")
def enter(request: HttpRequest) -> HttpResponse:
    """Enter a rate, or correct one that waits for its approval."""
    form = RateForm(request.POST)
    month = _month(request.POST.get("month", ""))
    if not form.is_valid():
        return _month_page(request, month, form)
    try:
        rate, warnings = services.enter_rate(
            actor_of(request), **form.cleaned_data, now=timezone.now()
        )
    except Refused as refused:
        return _month_page(
            request, month, form, form.show(refused.problems, language_of(request))
        )
    language: Any = language_of(request)
    for warning in warnings:
        messages.warning(request, warning.message(language))
    facts = {"currency": rate.currency, "month": f"{rate.month:%Y-%m}"}
    messages.success(request, _("%(month)s %(currency)s 的汇率已录入，等待复核。") % facts)
    return redirect(_address(rate.month))


@page("reference.review", "POST")
def approve(request: HttpRequest, rate_id: int) -> HttpResponse:
    rate = _rate(rate_id)
    try:
        services.approve_rate(actor_of(request), rate_id, now=timezone.now())
    except Refused as refused:
        return _month_page(request, rate.month, found=refused.problems)
    messages.success(
        request, _("%(currency)s 的汇率已复核，可以使用。") % {"currency": rate.currency}
    )
    return redirect(_address(rate.month))


@page("reference.review", "POST")
def withdraw(request: HttpRequest, rate_id: int) -> HttpResponse:
    rate = _rate(rate_id)
    try:
        reason = request.POST.get("reason", "")
        services.withdraw_rate(actor_of(request), rate_id, reason, now=timezone.now())
    except Refused as refused:
        return _month_page(request, rate.month, found=refused.problems)
    messages.success(
        request, _("%(currency)s 的复核已撤回，改正后须再复核。") % {"currency": rate.currency}
    )
    return redirect(_address(rate.month))


@page("reference.view", "GET")
def calendar(request: HttpRequest) -> HttpResponse:
    """The days of a year that differ from the week: holidays, and weekend days that are worked."""
    years = queries.calendar_years()
    asked = request.GET.get("year", "")
    year = (
        int(asked) if asked.isdecimal() and int(asked) in years else timezone.localdate().year
    )
    days = queries.workdays_of(year)
    holidays = [
        {"name": name, "days": list(group)}
        for name, group in groupby((d for d in days if not d.is_workday), key=lambda d: d.name)
    ]
    context = {
        "year": year,
        "years": years,
        "holidays": holidays,
        "worked": [d for d in days if d.is_workday],
        "sources": list(dict.fromkeys(d.source for d in days)),
        "until": queries.reference_on(timezone.localdate()).calendar_until,
        "may_load": may(actor_of(request), "reference.load"),
    }
    return render(request, "reference/calendar.html", context)


@page("reference.view", "GET")
def parameter_list(request: HttpRequest) -> HttpResponse:
    """Every parameter as of a day, with its earlier and later values."""
    language = language_of(request)
    rows = [
        {
            "row": row,
            "name": parameter_name(row.key).name(language),
            "unit": parameter_name(row.key).unit(language),
            "history": queries.history_of_parameter(row.key),
        }
        for row in queries.parameters_on(day_of(request))
    ]
    context = {
        **as_of(request),
        "rows": rows,
        "may_load": may(actor_of(request), "reference.load"),
    }
    return render(request, "reference/parameters.html", context)


@page("reference.load", "GET", "POST")
def parameter(request: HttpRequest, key: str) -> HttpResponse:
    """Propose a new value from a day on; another person reviews it."""
    if key not in PARAMETERS:
        raise Http404
    now = queries.parameters_on(timezone.localdate()).filter(key=key).first()
    form = ParameterForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    found: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        try:
            edition = services.propose_parameter(
                actor_of(request), key=key, **form.cleaned_data, now=timezone.now()
            )
        except Refused as refused:
            found = form.show(refused.problems, language_of(request))
        else:
            messages.success(request, _("已提交，等待另一人复核。"))
            return redirect("edition", edition.pk)
    language = language_of(request)
    name = parameter_name(key)
    context = {
        "form": form, "found": found, "key": key, "name": name.name(language),
        "unit": name.unit(language), "now": now,
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "reference/parameter.html", context, status=status)


def _month_page(
    request: HttpRequest,
    month: dt.date,
    form: RateForm | None = None,
    found: Any = (),  # noqa: ANN401 - problems
) -> HttpResponse:
    actor, base = actor_of(request), services.proposed_base_date(month)
    initial = {"month": f"{month:%Y-%m}", "base_date": base, "source": SOURCE}
    currency = form["currency"].value() if form else ""
    rows = queries.rates_of(month)
    context = {
        "month": month,
        "previous": add_months(month, -1),
        "next": add_months(month, 1),
        "base": base,
        "rows": rows,
        "missing": queries.usual_currencies(month),
        "form": form or RateForm(initial=initial),
        "currency": currency,
        "found": found,
        "may_enter": may(actor, "reference.load"),
        "may_approve": may(actor, "reference.review"),
        "me": actor.user_id,
    }
    bad = bool(found) or bool(form and form.errors)
    return render(request, "reference/rates.html", context, status=422 if bad else 200)


def _month(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return timezone.localdate().replace(day=1)


def _rate(rate_id: int) -> AssessmentRate:
    rate = queries.rates().filter(pk=rate_id).first()
    if rate is None:
        raise Http404
    return rate


def _address(month: dt.date) -> str:
    return f"{reverse('assessment-rates')}?month={month:%Y-%m}"
