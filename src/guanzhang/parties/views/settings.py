"""Tags and custom fields of the book."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.kernel.problem import Refused
from guanzhang.parties import queries, services
from guanzhang.parties.forms.details import FieldForm
from guanzhang.web.pages import actor_of, language_of, page
from guanzhang.web.problems import shown_problems


@page("party.settings", "GET")
def settings(request: HttpRequest) -> HttpResponse:
    return _settings(request)


@page("party.settings", "POST")
def new_tag(request: HttpRequest) -> HttpResponse:
    try:
        tag = services.add_tag(
            actor_of(request), request.POST.get("name", ""), now=timezone.now()
        )
    except Refused as refused:
        return _settings(request, refused, name=request.POST.get("name", ""))
    messages.success(request, _("标签“%(name)s”已添加。") % {"name": tag.name})
    return redirect("party-settings")


@page("party.settings", "POST")
def change_tag(request: HttpRequest, tag_pk: int) -> HttpResponse:
    """Rename a tag, or remove it (``delete=1``)."""
    actor, now = actor_of(request), timezone.now()
    if request.POST.get("delete"):
        services.remove_tag(actor, tag_pk, now=now)
        messages.success(request, _("标签已删除。"))
        return redirect("party-settings")
    try:
        services.rename_tag(actor, tag_pk, request.POST.get("name", ""), now=now)
    except Refused as refused:
        return _settings(request, refused)
    messages.success(request, _("标签已改名。"))
    return redirect("party-settings")


@page("party.settings", "GET", "POST")
def field(request: HttpRequest, field_pk: int = 0) -> HttpResponse:
    """Add (without ``field_pk``) or change a custom field."""
    actor, now = actor_of(request), timezone.now()
    row = queries.custom_fields(actor.book_id).filter(pk=field_pk).first() if field_pk else None
    if field_pk and row is None:
        raise Http404
    if request.method == "GET":
        names = ("label", "is_required", "in_list", "in_criteria")
        initial = {name: getattr(row, name) for name in names} if row else {}
        if row:
            initial["choices"] = "\n".join(row.choices)
        return _field_page(request, FieldForm(initial=initial, field=row), row)
    form = FieldForm(request.POST, field=row)
    if not form.is_valid():
        return _field_page(request, form, row)
    try:
        if row:
            services.change_field(actor, field_pk, form.as_data(row), now=now)
        else:
            services.add_field(actor, form.as_data(None), now=now)
    except Refused as refused:
        form.show(refused.problems, language_of(request))
        return _field_page(request, form, row)
    messages.success(request, _("字段“%(label)s”已保存。") % {"label": form.text("label")})
    return redirect("party-settings")


@page("party.settings", "POST")
def remove_field(request: HttpRequest, field_pk: int) -> HttpResponse:
    try:
        services.remove_field(actor_of(request), field_pk, now=timezone.now())
    except Refused as refused:
        return _settings(request, refused)
    messages.success(request, _("字段已删除。"))
    return redirect("party-settings")


def _settings(
    request: HttpRequest,
    refused: Refused | None = None,
    **more: Any,  # noqa: ANN401 - for the template
) -> HttpResponse:
    book_id = actor_of(request).book_id
    language: Any = language_of(request)
    context = {
        "tags": queries.tags_of_book(book_id).annotate(count=Count("parties")),
        "fields": queries.custom_fields(book_id),
        "found": shown_problems(refused.problems, language) if refused else [],
        **more,
    }
    return render(request, "parties/settings.html", context, status=422 if refused else 200)


def _field_page(request: HttpRequest, form: FieldForm, row: Any) -> HttpResponse:  # noqa: ANN401 - a field or None
    status = 422 if form.is_bound else 200
    return render(request, "parties/field_form.html", {"form": form, "row": row}, status=status)
