"""The customer card: overview, trade, service, history; revealing what is masked; archive."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.org.domain.policy import may
from guanzhang.parties import labels, queries, services
from guanzhang.parties.forms.details import ServiceForm
from guanzhang.parties.lists import ARCHIVED, CUSTOMERS, SUPPLIERS
from guanzhang.parties.masking import masked
from guanzhang.parties.models import CustomField, Party
from guanzhang.web.listing import neighbours
from guanzhang.web.pages import actor_of, language_of, page
from guanzhang.web.problems import shown_problems

TABS = {
    "": (lazy("概览"), "party.view"),
    "trade": (lazy("交易"), "transaction.view"),
    "service": (lazy("服务记录"), "service.view"),
    "history": (lazy("变更历史"), "party.view"),
}
LINES = 100  # transactions and service records shown on the card; the list has them all
REVEALED = ("id_card", "mobile", "phone", "wechat", "account_no")


@page("party.view", "GET")
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """One party on a page; ``?tab=`` chooses what is below its head."""
    party = queries.party_for(actor_of(request), pk)
    return show_card(request, party, request.GET.get("tab", ""))


@page("party.reveal", "POST")
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The overview with nothing masked, for this one answer; who looked is in the trail."""
    party = services.reveal_party(actor_of(request), pk, REVEALED, now=timezone.now())
    return show_card(request, party, "", revealed=True)


@page("party.archive", "POST")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Archive a party, or take it out of the archive (``restore=1``)."""
    actor, now = actor_of(request), timezone.now()
    if request.POST.get("restore"):
        party = services.restore_party(actor, pk, now=now)
        messages.success(request, _("“%(name)s”已恢复。") % {"name": party.name})
    else:
        party = services.archive_party(actor, pk, now=now)
        messages.success(request, _("“%(name)s”已归档，可以随时恢复。") % {"name": party.name})
    return redirect("customer", pk)


@page("party.edit", "POST")
def add_file(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    party = queries.party_for(actor, pk, "party.edit")
    upload = request.FILES.get("file")
    size = upload.size if upload else 0
    content = upload.read(services.LARGEST_FILE + 1) if upload and size else b""
    try:
        row = services.add_attachment(
            actor,
            pk,
            (upload.name if upload else "") or _("未选择文件"),
            content,
            now=timezone.now(),
        )
    except Refused as refused:
        found = shown_problems(refused.problems, _language(request))
        return show_card(request, party, "", status=422, found=found)
    messages.success(request, _("附件“%(name)s”已保存。") % {"name": row.name})
    return redirect(reverse("customer", args=[pk]) + "#files")


@page("party.view", "GET")
def file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """The bytes, always as a download and never run in the browser."""
    row = queries.attachment_for(actor_of(request), pk, file_pk)
    stream = services.stored_path(row.sha256).open("rb")
    response = FileResponse(
        stream, as_attachment=True, filename=row.name, content_type=row.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@page("party.edit", "POST")
def remove_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    services.remove_attachment(actor_of(request), pk, file_pk, now=timezone.now())
    messages.success(request, _("附件已删除。"))
    return redirect(reverse("customer", args=[pk]) + "#files")


def show_card(
    request: HttpRequest,
    party: Party,
    tab: str,
    *,
    revealed: bool = False,
    status: int = 200,
    **more: Any,  # noqa: ANN401 - for the template
) -> HttpResponse:
    """The card with one tab open."""
    actor = actor_of(request)
    open_tabs = [(k, label) for k, (label, action) in TABS.items() if may(actor, action)]
    tab = tab if tab in dict(open_tabs) else ""
    below = {"": _overview, "trade": _trade, "service": _service, "history": _history}[tab]
    context = {
        "party": party,
        "tab": tab,
        "tabs": open_tabs,
        "region": labels.region_label(party.region),
        "neighbours": _neighbours(request, party),
        "editable": queries.may_do(actor, "party.edit", party),
        "archivable": queries.may_do(actor, "party.archive", party),
        "serves": queries.may_do(actor, "service.edit", party),
        "trades": queries.may_do(actor, "transaction.edit", party),
        "standing_on": queries.standing_day(actor.book_id),
        "lifecycle": dict(labels.LIFECYCLES).get(party.lifecycle, ""),
        **below(actor, party, revealed),
        **more,
    }
    return render(request, "parties/customer.html", context, status=status)


def _neighbours(request: HttpRequest, party: Party) -> Any:  # noqa: ANN401 - the kit's
    if party.status == Party.Status.ARCHIVED:
        return neighbours(request, ARCHIVED, party)
    return neighbours(request, CUSTOMERS if party.is_customer else SUPPLIERS, party)


def _overview(actor: Actor, party: Party, revealed: bool) -> dict[str, Any]:  # noqa: FBT001 - one of the four tabs
    found = queries.completeness_of(party)

    def seen(field: str, value: str) -> str:
        return value if revealed else str(masked(field, value))

    contacts = [
        {
            "row": c,
            "mobile": seen("mobile", c.mobile),
            "phone": seen("phone", c.phone),
            "wechat": seen("wechat", c.wechat),
        }
        for c in party.contacts.order_by("-is_primary", "pk")
    ]
    accounts = [
        {"row": a, "number": seen("account_no", a.account_no)}
        for a in party.bank_accounts.order_by("pk")
    ]
    hidden = bool(accounts or party.id_card) or any(
        row["mobile"] or row["phone"] for row in contacts
    )
    return {
        "facts": _facts(party, seen("id_card", party.id_card)),
        "contacts": contacts,
        "accounts": accounts,
        "addresses": [
            {"row": a, "region": labels.region_label(a.region)}
            for a in party.addresses.order_by("pk")
        ],
        "party_tags": party.tags.order_by("name"),
        "custom": _custom(actor, party),
        "files": party.attachments.order_by("-created_at", "-pk"),
        "missing": [labels.MISSING[key] for key in found.missing],
        "percent": found.percent,
        "revealed": revealed,
        "revealable": hidden and not revealed and queries.may_do(actor, "party.reveal", party),
        "timeline": queries.timeline(actor, party),
        "panels": _panels(actor, party),
    }


# What the modules above show on the card of a customer: a partial view and the right to see it.
_PANELS = (("party-classes", "class.view"), ("party-declarations", "declaration.view"))


def _panels(actor: Actor, party: Party) -> list[str]:
    """Addresses of the panels, of the modules that are installed."""
    found = []
    for view, action in _PANELS:
        if party.is_customer and may(actor, action):
            with suppress(NoReverseMatch):
                found.append(reverse(view, args=[party.pk]))
    return found


def _facts(party: Party, id_card: str) -> list[tuple[Any, object, str]]:
    """(label, value, kind) of what the file says, in the order of the form."""
    person = party.kind == Party.Kind.PERSON
    lines = [
        (lazy("类型"), labels.choice_label("kind", party.kind), ""),
        (lazy("简称"), party.short_name, ""),
        (lazy("英文名"), party.english_name, ""),
        (lazy("曾用名"), _("、").join(party.former_names.split("\n")), ""),
        (lazy("身份证号"), id_card, "code") if person else (lazy("统一社会信用代码"), party.usc_code, "code"),
        (lazy("海关注册编码"), party.customs_code, "code"),
        (lazy("海关备案类型"), labels.choice_label("customs_kind", party.customs_kind), ""),
        (lazy("海关信用等级"), labels.choice_label("customs_credit", party.customs_credit), ""),
        (lazy("行业"), labels.industry_full(party.industry), ""),
        (lazy("地区"), labels.region_label(party.region), ""),
        (lazy("规模"), labels.choice_label("scale", party.scale), ""),
        (lazy("从业人数"), party.staff_count, "number"),
        (lazy("年营业收入（万元）"), party.annual_revenue, "money"),
        (lazy("资产总额（万元）"), party.total_assets, "money"),
        (lazy("注册资本（万元）"), party.registered_capital, "money"),
        (lazy("成立日期"), party.established_on, "day"),
        (lazy("客户来源"), labels.choice_label("source", party.source), ""),
        (lazy("网址"), party.website, "link" if party.website.startswith(("http://", "https://")) else ""),
    ]  # fmt: skip
    # What only some parties have is not shown as missing.
    optional = {
        lazy("简称"),
        lazy("英文名"),
        lazy("曾用名"),
        lazy("网址"),
        lazy("资产总额（万元）"),
    }
    names = {str(label) for label in optional}
    return [line for line in lines if line[1] not in (None, "") or str(line[0]) not in names]


def _custom(actor: Actor, party: Party) -> list[tuple[str, object, str]]:
    shown = []
    for field in queries.custom_fields(actor.book_id):
        value = party.custom.get(field.key)
        if isinstance(value, bool):
            value = _("是") if value else _("否")
        shown.append(
            (field.label, value, "money" if field.type == CustomField.Type.MONEY else "")
        )
    return shown


def _trade(actor: Actor, party: Party, _revealed: bool) -> dict[str, Any]:  # noqa: FBT001 - one of the four tabs
    rows = queries.transactions(actor).filter(party=party).order_by("-traded_on", "-pk")
    lines = list(rows[: LINES + 1])
    return {
        "years": queries.trade_by_year(actor, party),
        "lines": lines[:LINES],
        "more_lines": len(lines) > LINES,
        "limit": LINES,
        "directions": dict(labels.CHOICES["direction"].options(labels.language())),
    }


def _service(actor: Actor, party: Party, _revealed: bool) -> dict[str, Any]:  # noqa: FBT001 - one of the four tabs
    rows = queries.service_records(actor).filter(party=party).select_related("contact")
    records = list(rows.order_by("-happened_at", "-pk")[: LINES + 1])
    return {
        "open_records": rows.filter(closed_at=None).order_by("next_due_on", "pk")[:LINES],
        "records": records[:LINES],
        "more_records": len(records) > LINES,
        "limit": LINES,
        "today": timezone.localdate(),
        "form": ServiceForm(party=party, initial={"kind": "call"}),
    }


def _history(actor: Actor, party: Party, _revealed: bool) -> dict[str, Any]:  # noqa: FBT001 - one of the four tabs
    return {"history": queries.history(actor, party), "limit": queries.HISTORY}


def _language(request: HttpRequest) -> Any:  # noqa: ANN401 - a Language
    return language_of(request)
