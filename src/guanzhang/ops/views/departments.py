"""The tree of departments."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.kernel.problem import Problem, Refused
from guanzhang.ops.forms import DepartmentForm
from guanzhang.org import queries as org
from guanzhang.org import services
from guanzhang.org.domain.policy import may
from guanzhang.web.pages import actor_of, page


@page("user.view", "GET")
def department_list(request: HttpRequest) -> HttpResponse:
    """The tree, in order of codes within each level, with the people directly in each."""
    actor = actor_of(request)
    people = org.members_per_department(actor.book_id)
    rows = [
        {
            "department": node,
            "depth": node.path.count("/") - 2,
            "people": people.get(node.pk, 0),
        }
        for node in _in_tree_order(list(org.departments(actor.book_id)))
    ]
    context = {"rows": rows, "editable": may(actor, "department.edit")}
    return render(request, "ops/departments.html", context)


@page("department.edit", "GET", "POST")
def new_department(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    root = org.departments(actor.book_id).first()
    initial = {"parent": request.GET.get("parent") or (root.pk if root else None)}
    form = DepartmentForm(actor.book_id, request.POST or None, initial=initial)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            services.open_department(actor, **form.cleaned_data, now=timezone.now())
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(
                request, _("已新建部门 %(name)s") % {"name": form.cleaned_data["name"]}
            )
            return redirect("departments")
    return _form(request, form, problems, None)


@page("department.edit", "GET", "POST")
def department(request: HttpRequest, department_id: int) -> HttpResponse:
    """Rename, or move with everything below."""
    actor = actor_of(request)
    node = org.departments(actor.book_id).filter(pk=department_id).first()
    if node is None:
        raise Http404
    form = DepartmentForm(
        actor.book_id,
        request.POST or None,
        below=node.path,
        is_root=node.parent_id is None,
        initial={"code": node.code, "name": node.name, "parent": node.parent_id},
    )
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and form.is_valid():
        values = {"parent": None} | form.cleaned_data
        try:
            services.change_department(actor, node, **values, now=timezone.now())
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, _("已保存 %(name)s") % {"name": node.name})
            return redirect("departments")
    return _form(request, form, problems, node)


def _form(
    request: HttpRequest,
    form: DepartmentForm,
    problems: tuple[Problem, ...],
    node: Any,  # noqa: ANN401 - a row of org, or None for a new one
) -> HttpResponse:
    context = {"form": form, "found": problems, "node": node}
    status = 422 if request.method == "POST" else 200
    return render(request, "ops/department.html", context, status=status)


def _in_tree_order(nodes: list[Any]) -> list[Any]:
    """Parents before children, siblings by code."""
    below: dict[int | None, list[Any]] = {}
    for node in sorted(nodes, key=lambda n: n.code):
        below.setdefault(node.parent_id, []).append(node)

    def walk(parent: int | None) -> list[Any]:
        return [found for node in below.get(parent, []) for found in [node, *walk(node.pk)]]

    return walk(None)
