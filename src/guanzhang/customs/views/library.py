"""One used goods, one template."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.domain.document import leaves
from guanzhang.customs.forms.layout import tables_by_element
from guanzhang.customs.forms.words import element_name, place_name
from guanzhang.customs.queries import template_for, templates_for, used_goods_for
from guanzhang.customs.services.library import forget_goods, remove_template
from guanzhang.kernel.problem import Language
from guanzhang.reference.queries import reference_on
from guanzhang.web.pages import actor_of, language_of, page

_ROW = re.compile(r"\[\d+\]")


@page("declaration.view", "GET")
def used_goods(request: HttpRequest, pk: int) -> HttpResponse:
    """What is remembered of one goods."""
    actor = actor_of(request)
    goods = used_goods_for(actor).select_related("party").filter(pk=pk).first()
    if goods is None:
        raise Http404
    language = _language(request)
    values = [
        (
            element_name(f"DecLists.{name}", goods.direction, language),
            _named(f"DecLists.{name}", value),
        )
        for name, value in goods.row.items()
        if isinstance(value, str)
    ]
    may_forget = used_goods_for(actor, "declaration.edit").filter(pk=pk).exists()
    context = {"goods": goods, "values": values, "may_forget": may_forget}
    return render(request, "customs/used_goods.html", context)


@page("declaration.edit", "POST")
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    forget_goods(actor_of(request), pk, now=timezone.now())
    messages.success(request, _("已从商品库删除，报关单不受影响。"))
    return redirect("used-goods")


@page("declaration.view", "GET")
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """What a template fills in."""
    actor = actor_of(request)
    found = template_for(actor, pk)
    language = _language(request)
    values = [
        (place_name(path, found.direction, language), _named(path, value))
        for path, value in leaves(found.document)
    ]
    context = {
        "template": found,
        "values": values,
        "may_edit": templates_for(actor, "declaration.edit").filter(pk=pk).exists(),
    }
    return render(request, "customs/template.html", context)


@page("declaration.edit", "POST")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    remove_template(actor_of(request), pk, now=timezone.now())
    messages.success(request, _("模板已删除。"))
    return redirect("templates")


def _named(path: str, value: str) -> str:
    """A code with its name: "011" → "件 (011)"."""
    table = tables_by_element().get(_ROW.sub("", path))
    row = reference_on(timezone.localdate()).row(table, value) if table else None
    return row.label if row else value


def _language(request: HttpRequest) -> Language:
    return "en" if language_of(request) == "en" else "zh"
