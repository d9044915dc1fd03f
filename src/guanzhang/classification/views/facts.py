"""The catalogue of facts: what can be said about a customer, exactly."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanzhang.analytics.domain.catalogue import FactType, Group, choices_in
from guanzhang.analytics.queries import catalogue_for
from guanzhang.classification import queries
from guanzhang.classification.domain.criterion import Window
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.reading import unit_of
from guanzhang.classification.domain.scheme import needed_refs
from guanzhang.classification.models import Scheme
from guanzhang.kernel.actor import Actor
from guanzhang.web.pages import actor_of, page

TYPES = {
    FactType.MONEY: gettext_lazy("金额"),
    FactType.NUMBER: gettext_lazy("数量"),
    FactType.RATIO: gettext_lazy("比率"),
    FactType.DATE: gettext_lazy("日期"),
    FactType.CHOICE: gettext_lazy("选项"),
    FactType.TREE: gettext_lazy("目录"),
    FactType.FLAG: gettext_lazy("是否"),
    FactType.TEXT: gettext_lazy("文本"),
    FactType.TAGS: gettext_lazy("标签"),
}


@page("scheme.view", "GET")
def fact_list(request: HttpRequest) -> HttpResponse:
    """Every fact by group: definition, unit, windows, and which schemes read it."""
    actor = actor_of(request)
    used = _used(actor)
    groups: dict[str, list[dict[str, Any]]] = {}
    for fact in catalogue_for(actor.book_id).values():
        groups.setdefault(fact.group, []).append(
            {
                "fact": fact,
                "name": fact.en if actor.language == "en" else fact.zh,
                "type": TYPES[fact.type],
                "unit": unit_of(fact, actor.language),
                "choices": _("、").join(
                    name for _code, name in choices_in(fact, actor.language)
                ),
                "definition": _(fact.definition_zh),
                "schemes": used.get(fact.code, []),
            }
        )
    named = [
        (next((g.label(actor.language) for g in Group if g.value == key), _("其他")), facts)
        for key, facts in groups.items()
    ]
    windows = [window.label(actor.language) for window in Window]
    return render(request, "classification/facts.html", {"groups": named, "windows": windows})


def _used(actor: Actor) -> dict[str, list[Scheme]]:
    """Fact → schemes whose version in force reads it."""
    found: dict[str, list[Scheme]] = {}
    for standing in queries.standings(actor, timezone.localdate()):
        if standing.version:
            refs = needed_refs(definition_of(standing.version.definition))
            for code in {ref.fact for ref in refs}:
                found.setdefault(code, []).append(standing.scheme)
    return found
