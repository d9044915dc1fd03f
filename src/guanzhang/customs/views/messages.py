"""Messages that went out, receipts that came back: lists, single ones, what people do with them."""

from __future__ import annotations

from django.contrib import messages as toasts
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.domain.states import State
from guanzhang.customs.jobs import EXCHANGE
from guanzhang.customs.lists_messages import KINDS, MESSAGES, RECEIPTS, channels, operations
from guanzhang.customs.models import Message, Receipt
from guanzhang.customs.queries import declaration_for, may_do
from guanzhang.customs.queries_messages import message_for, messages_for, receipt_for
from guanzhang.customs.services.applying import match_receipt
from guanzhang.customs.services.exchanging import upload_receipts
from guanzhang.customs.services.receiving import MAX_FILE, Received
from guanzhang.customs.services.sending import (
    AGAIN,
    archive_of,
    mark_taken,
    retry_message,
    send,
)
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.org.domain.policy import may
from guanzhang.web.listing import BatchResult, batch_results, chosen_ids, render_list
from guanzhang.web.listing_near import neighbours
from guanzhang.web.pages import actor_of, page
from guanzhang.web.problems import shown_problems
from guanzhang.work.services import enqueue_job


@page("declaration.view", "GET", "POST")
def message_list(request: HttpRequest) -> HttpResponseBase:
    return render_list(
        request, MESSAGES, template="customs/messages.html",
        context={"may_send": may(actor_of(request), "declaration.send")},
    )  # fmt: skip


@page("declaration.view", "GET", "POST")
def receipt_list(request: HttpRequest) -> HttpResponseBase:
    return render_list(request, RECEIPTS)


@page("declaration.view", "GET")
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: where it stands, its XML, what can be done."""
    return _show_message(request, message_for(actor_of(request), pk))


@page("declaration.view", "GET")
def message_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The ZIP as it is written for the client, so that everything works without one."""
    row = message_for(actor_of(request), pk)
    response = HttpResponse(archive_of(row), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{row.name}.zip"'
    return response


@page("declaration.send", "POST")
def message_retry(request: HttpRequest, pk: int) -> HttpResponse:
    row = message_for(actor_of(request), pk, "declaration.send")
    try:
        again = retry_message(actor_of(request), pk, now=timezone.now())
    except Refused as refused:
        return _show_message(request, row, refused.problems)
    toasts.success(request, _("报文 %(name)s 将重新写出") % {"name": again.name})
    return redirect("message", again.pk)


@page("declaration.send", "POST")
def message_taken(request: HttpRequest, pk: int) -> HttpResponse:
    """A person has put the file into the client by hand."""
    row = message_for(actor_of(request), pk, "declaration.send")
    try:
        mark_taken(actor_of(request), pk, now=timezone.now())
    except Refused as refused:
        return _show_message(request, row, refused.problems)
    toasts.success(request, _("报文 %(name)s 已标记为客户端已取走") % {"name": row.name})
    return redirect("message", pk)


@page("declaration.send", "POST")
def retry_batch(request: HttpRequest) -> HttpResponse:
    """Send the selected messages again."""
    actor, now, results = actor_of(request), timezone.now(), []
    rows = messages_for(actor, "declaration.send").filter(pk__in=chosen_ids(request))
    for row in rows.order_by("pk"):
        url = reverse("message", args=[row.pk])
        try:
            retry_message(actor, row.pk, now=now)
            results.append(BatchResult(row.name, (), url, _("将重新写出")))
        except Refused as refused:
            results.append(BatchResult(row.name, refused.problems, url))
    return batch_results(request, _("重发"), results)


@page("declaration.send", "POST")
def send_batch(request: HttpRequest) -> HttpResponse:
    """Send the selected approved declarations."""
    actor, now, results = actor_of(request), timezone.now(), []
    for pk in chosen_ids(request):
        try:
            row = declaration_for(actor, pk, "declaration.send")
        except Http404:
            continue
        url = reverse("declaration", args=[pk])
        try:
            sent = send(actor, pk, now=now)
            results.append(BatchResult(row.number, (), url, sent.name))
        except Refused as refused:
            results.append(BatchResult(row.number, refused.problems, url))
    return batch_results(request, _("发送"), results)


@page("declaration.send", "POST")
def exchange(request: HttpRequest) -> HttpResponse:
    """Look into the folders now, not only at the next minute."""
    actor = actor_of(request)
    job = enqueue_job(actor, EXCHANGE, _("与客户端交换文件"), now=timezone.now())
    return redirect("job", job.pk)


@page("declaration.view", "GET")
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """One receipt: what it says, what it did, its content."""
    return _show_receipt(request, receipt_for(actor_of(request), pk))


@page("declaration.send", "POST")
def receipt_match(request: HttpRequest, pk: int) -> HttpResponse:
    """A person says which declaration a receipt belongs to."""
    actor, row = actor_of(request), receipt_for(actor_of(request), pk)
    chosen = request.POST.get("declaration_id", "")
    if not chosen.isdecimal():
        return _show_receipt(request, row, missing=True)
    target = declaration_for(actor, int(chosen), "declaration.send")
    try:
        found = match_receipt(actor, pk, target.pk, now=timezone.now())
    except Refused as refused:
        return _show_receipt(request, row, refused.problems)
    facts = {"number": target.number, "state": found.get_state_display()}
    toasts.success(request, _("已对应到报关单 %(number)s：%(state)s") % facts)
    return redirect("receipt", pk)


@page("declaration.send", "GET", "POST")
def receipts_upload(request: HttpRequest) -> HttpResponse:
    """Receipts from the client's inbox by hand: XML files or a ZIP of them."""
    results: list[dict[str, object]] = []
    missing = False
    if request.method == "POST":
        files = [
            (each.name or "file", each.read(MAX_FILE + 1))
            for each in request.FILES.getlist("file")
        ]
        missing = not files
        found = upload_receipts(actor_of(request), files, now=timezone.now())
        results = [_shown(each, actor_of(request).language) for each in found]
    context = {"results": results, "missing": missing}
    status = 422 if missing else 200
    return render(request, "customs/receipts_upload.html", context, status=status)


def _shown(received: Received, language: str) -> dict[str, object]:
    problems = [received.problem] if received.problem else []
    return {
        "name": received.name,
        "rows": received.rows,
        "is_new": received.is_new,
        "problems": shown_problems(problems, "en" if language == "en" else "zh"),
    }


def _show_message(
    request: HttpRequest, row: Message, problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    actor = actor_of(request)
    sends = may_do(actor, "declaration.send", row.declaration)
    context = {
        "row": row,
        "operation": dict(operations(actor)).get(row.operation, row.operation),
        "found": problems,
        "may_retry": sends and row.state in AGAIN and row.declaration.state == State.SENDING,
        "may_take": sends and row.state != Message.State.TAKEN,
        "near": neighbours(request, MESSAGES, row),
    }
    status = 422 if problems else 200
    return render(request, "customs/message.html", context, status=status)


def _show_receipt(
    request: HttpRequest,
    row: Receipt,
    problems: tuple[Problem, ...] = (),
    *,
    missing: bool = False,
) -> HttpResponse:
    actor = actor_of(request)
    open_states = (Receipt.State.UNMATCHED, Receipt.State.RECEIVED)
    context = {
        "row": row,
        "kind": dict(KINDS).get(row.kind, row.kind),
        "channel": dict(channels(actor)).get(row.channel, row.channel),
        "found": problems,
        "missing": missing,
        "may_match": may(actor, "declaration.send")
        and row.declaration_id is None
        and row.state in open_states,
        "near": neighbours(request, RECEIPTS, row),
    }
    status = 422 if problems or missing else 200
    return render(request, "customs/receipt.html", context, status=status)
