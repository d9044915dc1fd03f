"""Contacts, addresses, accounts, service records and transactions: one small form page each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from guanzhang.kernel.problem import Refused
from guanzhang.parties import labels, queries, services
from guanzhang.parties.forms.details import (
    AccountForm,
    AddressForm,
    ContactForm,
    ServiceForm,
    TransactionForm,
    initial_of,
)
from guanzhang.parties.forms.fields import WARNINGS, DataForm
from guanzhang.parties.models import Party
from guanzhang.web.pages import actor_of, language_of, page
from guanzhang.web.problems import shown_problems


@dataclass(frozen=True, slots=True)
class Detail:
    """How one kind of detail is entered, changed and removed."""

    related: str
    form: type[Any]
    new: Promise
    edit: Promise
    added: Promise
    add: Callable[..., Any]
    change: Callable[..., Any]
    remove: Callable[..., Any]


DETAILS: dict[str, Detail] = {
    "contacts": Detail(
        "contacts", ContactForm, lazy("添加联系人"), lazy("修改联系人"), lazy("联系人已保存。"),
        services.add_contact, services.change_contact, services.remove_contact,
    ),
    "addresses": Detail(
        "addresses", AddressForm, lazy("添加地址"), lazy("修改地址"), lazy("地址已保存。"),
        services.add_address, services.change_address, services.remove_address,
    ),
    "accounts": Detail(
        "bank_accounts", AccountForm, lazy("添加银行账户"), lazy("修改银行账户"), lazy("银行账户已保存。"),
        services.add_account, services.change_account, services.remove_account,
    ),
}  # fmt: skip


@page("party.edit", "GET", "POST")
def detail(request: HttpRequest, pk: int, kind: str, row_pk: int = 0) -> HttpResponse:
    """Add (without ``row_pk``) or change one contact, address or account."""
    actor = actor_of(request)
    party = queries.party_for(actor, pk, "party.edit")
    what = DETAILS[kind]
    row = getattr(party, what.related).filter(pk=row_pk).first() if row_pk else None
    if row_pk and row is None:
        raise Http404
    title = what.edit if row else what.new
    if request.method == "GET":
        form = what.form(initial=initial_of(row, what.form)) if row else what.form()
        return _page(request, party, form, title, kind=kind)
    form = what.form(request.POST)
    if not form.is_valid():
        return _page(request, party, form, title, kind=kind)
    data, now = form.as_data(row), timezone.now()
    try:
        if row:
            what.change(actor, pk, row_pk, data, now=now)
        else:
            what.add(actor, pk, data, now=now)
    except Refused as refused:
        rest = form.show(refused.problems, language_of(request))
        return _page(request, party, form, title, rest, kind=kind)
    messages.success(request, str(what.added))
    return redirect(reverse("customer", args=[pk]) + f"#{kind}")


@page("party.edit", "POST")
def remove_detail(request: HttpRequest, pk: int, kind: str, row_pk: int) -> HttpResponse:
    DETAILS[kind].remove(actor_of(request), pk, row_pk, now=timezone.now())
    messages.success(request, _("已删除，变更历史里有记录。"))
    return redirect(reverse("customer", args=[pk]) + f"#{kind}")


@page("service.edit", "GET", "POST")
def new_service(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a call or visit; the quick form of the card posts here too."""
    actor, now = actor_of(request), timezone.now()
    party = queries.party_for(actor, pk, "service.edit")
    form = ServiceForm(request.POST or None, party=party, initial={"kind": "call"})
    title = lazy("添加服务记录")
    if request.method == "GET" or not form.is_valid():
        return _page(request, party, form, title, tab="service")
    try:
        services.record_service(actor, pk, form.as_data(now), now=now)
    except Refused as refused:
        rest = form.show(refused.problems, language_of(request))
        return _page(request, party, form, title, rest, tab="service")
    messages.success(request, _("服务记录已保存。"))
    return redirect(_tab(pk, "service"))


@page("service.edit", "POST")
def close_service(request: HttpRequest, record_pk: int) -> HttpResponse:
    """Close an open record with its result."""
    row = services.close_service(
        actor_of(request), record_pk, request.POST.get("result", ""), now=timezone.now()
    )
    messages.success(request, _("已办结。"))
    return redirect(_tab(row.party_id, "service"))


@page("transaction.edit", "GET", "POST")
def transaction(request: HttpRequest, pk: int, line_pk: int = 0) -> HttpResponse:
    """Enter or change a line of trade by hand."""
    actor, now = actor_of(request), timezone.now()
    party = queries.party_for(actor, pk, "transaction.edit")
    rows = queries.transactions(actor, "transaction.edit").filter(party=party, pk=line_pk)
    row = rows.first() if line_pk else None
    if line_pk and row is None:
        raise Http404
    title = lazy("修改交易") if row else lazy("记一笔交易")
    if request.method == "GET":
        initial = (
            TransactionForm.initial_of(row) if row else {"traded_on": timezone.localdate(now)}
        )
        return _page(request, party, TransactionForm(initial=initial), title, tab="trade")
    form = TransactionForm(request.POST)
    if not form.is_valid():
        return _page(request, party, form, title, tab="trade")
    known = request.POST.getlist(WARNINGS)
    try:
        if row:
            services.change_transaction(
                actor, line_pk, form.as_data(), now=now, acknowledged=known
            )
        else:
            services.add_transaction(actor, pk, form.as_data(), now=now, acknowledged=known)
    except Refused as refused:
        rest = form.show(refused.problems, language_of(request))
        return _page(request, party, form, title, rest, tab="trade")
    messages.success(request, _("交易已保存。"))
    return redirect(_tab(pk, "trade"))


@page("transaction.edit", "POST")
def remove_transaction(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    services.remove_transaction(actor_of(request), line_pk, now=timezone.now())
    messages.success(request, _("交易已删除，变更历史里有记录。"))
    return redirect(_tab(pk, "trade"))


def _tab(pk: int, tab: str) -> str:
    return f"{reverse('customer', args=[pk])}?tab={tab}"


def _page(
    request: HttpRequest,
    party: Party,
    form: DataForm,
    title: Promise,
    rest: list[Any] | None = None,
    *,
    tab: str = "",
    kind: str = "",
) -> HttpResponse:
    language: Any = language_of(request)
    region = str(form["region"].value() or "") if "region" in form.fields else ""
    context = {
        "party": party,
        "form": form,
        "title": title,
        "kind": kind,
        "back": _tab(party.pk, tab) if tab else reverse("customer", args=[party.pk]),
        "region_label": labels.region_label(region),
        "warnings": shown_problems([p for p in rest or () if not p.is_error], language),
        "problems": shown_problems([p for p in rest or () if p.is_error], language),
        "acknowledged": request.POST.getlist(WARNINGS),
    }
    status = 422 if form.is_bound else 200
    return render(request, "parties/detail_form.html", context, status=status)
