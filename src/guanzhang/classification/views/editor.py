"""The editor of a draft: the page with all it needs, autosave, and the live check."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.analytics.domain.catalogue import Fact, FactType, Group, choices_in
from guanzhang.analytics.queries import catalogue_for
from guanzhang.classification import queries, services
from guanzhang.classification.domain.criterion import OPS_BY_TYPE, Window, value_count
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.reading import unit_of
from guanzhang.classification.domain.scheme import Definition, Method, SchemeKind
from guanzhang.classification.domain.tree import shape_of
from guanzhang.classification.models import SchemeVersion
from guanzhang.classification.services.preview import Counts
from guanzhang.classification.views.nodes import find_nodes, node_name
from guanzhang.classification.views.scope import scheme_of
from guanzhang.classification.views.words import colour_names, editor_words
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Problem, Refused, Severity, Stale
from guanzhang.org.queries import departments, people
from guanzhang.parties.queries import tags_of_book
from guanzhang.web.pages import actor_of, page

NOT_JSON = Kind(
    "CLS-230", Severity.ERROR,
    "收到的内容不是方案的标准，请重新载入本页后再试",
    "What arrived is not a definition; reload the page and try again",
)  # fmt: skip
DRAFT_GONE = Kind(
    "CLS-231", Severity.ERROR,
    "这一稿已被发布或删除，不能再保存；请从方案页重新开始编辑",
    "This draft has been published or discarded and cannot be saved; start again from the scheme page",
)  # fmt: skip
# The scripts of the editor, in the order they build on each other.
SCRIPTS = [
    f"classification/{name}.js"
    for name in (
        "dom", "model", "values", "conditions", "lists", "bodies", "scores", "showing", "editor"
    )
]  # fmt: skip
ICONS = (
    "brackets", "check", "chevron-down", "chevron-up", "circle-check", "circle-x", "cloud",
    "cloud-check", "cloud-off", "grip-vertical", "pencil", "plus", "refresh-cw", "triangle-alert", "x",
)  # fmt: skip


@page("scheme.edit", "GET", "POST")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the draft in the editor; POST opens a draft of the newest version first."""
    actor, scheme = actor_of(request), scheme_of(request, pk)
    if request.method == "POST":
        services.open_draft(actor, scheme, now=timezone.now())
        return redirect("scheme-edit", pk)
    draft = queries.draft_of(scheme)
    if draft is None:
        messages.info(request, _("没有草稿；按“编辑”从现行版本开一稿"))
        return redirect("scheme", pk)
    standing = queries.standing_of(scheme, timezone.localdate())
    context = {
        "scheme": scheme,
        "draft": draft,
        "base": standing.version,
        "step": 2,
        "data": _page_data(actor, draft, standing.version),
        "icons": ICONS,
        "scripts": SCRIPTS,
    }
    return render(request, "classification/scheme_edit.html", context)


@page("scheme.edit", "POST")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away; a scheme that has nothing else is retired with it."""
    actor, scheme = actor_of(request), scheme_of(request, pk)
    draft = queries.draft_of(scheme)
    if draft is None:
        return redirect("scheme", pk)
    if scheme.versions.count() == 1:
        services.retire_scheme(actor, scheme, now=timezone.now())
        messages.success(request, _("%(name)s 还没有发布过，已停用") % {"name": scheme.name})
        return redirect("schemes")
    services.discard_draft(actor, draft.pk, now=timezone.now())
    messages.success(request, _("已删除第 %(n)s 版草稿") % {"n": draft.number})
    return redirect("scheme", pk)


@page("scheme.edit", "POST")
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Autosave: JSON ``{definition, note, revision, version}`` in, the new revision out; 409 when late."""
    actor, scheme = actor_of(request), scheme_of(request, pk)
    sent = _json(request)
    draft = queries.draft_of(scheme)
    if sent is None or not isinstance(sent.get("revision"), int):
        return _refused(actor, [NOT_JSON.at("body")])
    if draft is None or draft.pk != sent.get("version"):
        return _refused(actor, [DRAFT_GONE.at("version")])
    try:
        saved = services.save_draft(
            actor,
            draft.pk,
            definition=sent.get("definition", {}),
            note=str(sent.get("note", ""))[:300],
            revision=sent["revision"],
            now=timezone.now(),
        )
    except Stale:
        draft.refresh_from_db()
        answer = {
            "stale": True,
            "maker": draft.maker_name,
            "saved_at": _time(draft),
            "revision": draft.revision,
        }
        return JsonResponse(answer, status=409)
    except Refused as refused:
        return _refused(actor, refused.problems)
    return JsonResponse({"revision": saved.revision, "saved_at": _time(saved)})


@page("scheme.edit", "POST")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wrong with a definition and how it reads; with ``count`` also whom it touches."""
    actor = actor_of(request)
    scheme_of(request, pk)
    sent = _json(request)
    if sent is None:
        return _refused(actor, [NOT_JSON.at("body")])
    found = services.preview(actor, sent.get("definition"))
    answer: dict[str, Any] = {
        "problems": [_problem(p, actor) for p in found.problems],
        "lines": [{"section": title, "lines": lines} for title, lines in found.sections],
        "countable": found.definition is not None,
    }
    if sent.get("count") and found.definition is not None:
        now = timezone.now()
        counts = services.count_definition(
            actor, found.definition, as_of=timezone.localdate(now), now=now
        )
        answer["counts"] = _counts(counts)
    return JsonResponse(answer)


@page("scheme.view", "GET")
def tree_nodes(request: HttpRequest) -> HttpResponse:
    """Nodes of a tree fact for the value picker: ``?fact=region&q=宁波``."""
    found = find_nodes(request.GET.get("fact", ""), request.GET.get("q", "").strip()[:60])
    return JsonResponse({"nodes": found})


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "as_of": counts.as_of.isoformat(),
        "seconds": f"{counts.seconds:.1f}",
        "total": counts.total,
        "classes": [
            {"code": each.code, "name": each.name, "colour": each.colour, "members": n}
            for each, n in counts.classes
        ],
        "conditions": dict(counts.conditions),
        "taken": dict(counts.taken),
        "known": [{"name": name, "known": n} for name, n in counts.known],
    }


def _json(request: HttpRequest) -> dict[str, Any] | None:
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return sent if isinstance(sent, dict) else None


def _refused(actor: Actor, problems: Iterable[Problem]) -> JsonResponse:
    return JsonResponse(
        {"stale": False, "problems": [_problem(p, actor) for p in problems]}, status=409
    )


def _problem(problem: Problem, actor: Actor) -> dict[str, str]:
    return {
        "code": problem.kind.code,
        "path": problem.path,
        "severity": problem.kind.severity.value,
        "text": problem.message(actor.language),
    }


def _time(version: SchemeVersion) -> str:
    return timezone.localtime(version.updated_at).strftime("%H:%M:%S")


# What the scripts need ---------------------------------------------------------------------------


def _page_data(
    actor: Actor, draft: SchemeVersion, base: SchemeVersion | None
) -> dict[str, Any]:
    """Everything the editor knows, as JSON of the page."""
    catalogue = catalogue_for(actor.book_id)
    language = actor.language
    definitions = [definition_of(each.definition) for each in (draft, base) if each]
    return {
        "version": draft.pk,
        "definition": draft.definition,
        "base": base.definition if base else None,
        "revision": draft.revision,
        "saved_at": _time(draft),
        "facts": _facts(actor, catalogue),
        "labels": _labels(catalogue, definitions),
        "windows": Window.options(language),
        "kinds": SchemeKind.options(language),
        "methods": Method.options(language),
        "colours": colour_names(),
        "ops": {
            fact_type.value: [(op.value, op.label(language), value_count(op)) for op in ops]
            for fact_type, ops in OPS_BY_TYPE.items()
        },
        "urls": {
            "save": reverse("scheme-save", args=[draft.scheme_id]),
            "check": reverse("scheme-check", args=[draft.scheme_id]),
            "nodes": reverse("tree-nodes"),
        },
        "words": editor_words(),
    }


def _facts(actor: Actor, catalogue: Mapping[str, Fact]) -> list[dict[str, Any]]:
    """The facts with their choices; people, departments and tags are those of the book."""
    own = {
        "owner": [(str(user.pk), user.name) for user in people(actor.book_id)],
        "department": [(str(each.pk), each.name) for each in departments(actor.book_id)],
        "tags": [(tag.name, tag.name) for tag in tags_of_book(actor.book_id)],
    }
    return [
        _fact(fact, own.get(fact.code) or choices_in(fact, actor.language), actor)
        for fact in catalogue.values()
    ]


def _fact(fact: Fact, choices: Iterable[tuple[str, str]], actor: Actor) -> dict[str, Any]:
    english = actor.language == "en"
    group = next((g.label(actor.language) for g in Group if g.value == fact.group), fact.group)
    levels = shape_of(fact.code).levels if fact.type is FactType.TREE else ()
    return {
        "code": fact.code,
        "name": fact.en if english else fact.zh,
        "type": fact.type.value,
        "unit": unit_of(fact, actor.language),
        "windowed": fact.windowed,
        "group": group,
        "meaning": _(fact.definition_zh),
        "choices": list(choices),
        "levels": [(level.code, level.en if english else level.zh) for level in levels],
    }


def _labels(
    catalogue: Mapping[str, Fact], definitions: Iterable[Definition]
) -> dict[str, dict[str, str]]:
    """Names of the tree nodes that the definitions mention, by fact."""
    found: dict[str, dict[str, str]] = {}
    for definition in definitions:
        for fact, value in queries.mentioned_values(definition):
            known = catalogue.get(fact)
            if known is not None and known.type is FactType.TREE:
                found.setdefault(fact, {})[value] = node_name(fact, value)
    return found
