"""How the book works in customs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.forms.plain import SettingsForm, initial_of
from guanzhang.customs.queries import settings_for
from guanzhang.customs.services.settings import data_of, save_settings
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.web.pages import actor_of, language_of, page
from guanzhang.web.problems import shown_problems


@page("declaration.setup", "GET", "POST")
def settings(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if request.method == "GET":
        stored = data_of(settings_for(actor))
        return _page(request, SettingsForm(initial=initial_of(stored)))
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        save_settings(actor, form.as_data(), now=timezone.now())
    except Refused as refused:
        return _page(request, form, form.show(refused.problems, language_of(request)))
    messages.success(request, _("报关设置已保存。"))
    return redirect("declaration-settings")


def _page(
    request: HttpRequest, form: SettingsForm, rest: list[Problem] | None = None
) -> HttpResponse:
    language: Any = language_of(request)
    problems = shown_problems(rest or [], language)
    context = {"form": form, "problems": problems}
    status = 422 if form.is_bound else 200
    return render(request, "customs/settings.html", context, status=status)
