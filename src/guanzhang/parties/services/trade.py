"""Transactions entered by hand. Imported ones change only through their import."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from django.db import transaction
from django.http import Http404

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Problem, Refused, Severity
from guanzhang.org import queries as org
from guanzhang.org.scope import scope_q
from guanzhang.parties.checks import TOO_LARGE, check_transaction, line_amount
from guanzhang.parties.data import TransactionData, as_dict
from guanzhang.parties.models import Party, Transaction
from guanzhang.parties.services.base import locked_party, note_change, refuse
from guanzhang.trail.services import changes_between, next_number

MANUAL = "manual"
NOT_MANUAL = Kind(
    "PTY-180", Severity.ERROR,
    "这笔交易来自“{found}”，只能改手工录入的；请改正文件后重新导入，或撤销那批导入。",
    "This transaction comes from “{found}”; only manual ones can be changed. Correct the file and "
    "import it again, or undo that import.",
)  # fmt: skip
LINE_TAKEN = Kind(
    "PTY-181", Severity.ERROR,
    "单号 {found} 的第 {line} 行已有交易，请换行号或单号。",
    "Document {found} already has a line {line}; use another line or document number.",
)  # fmt: skip
_WIDE = Context(prec=80)
_LARGEST = Decimal(9 * 10**14)


def add_transaction(
    actor: Actor,
    party_id: int,
    data: TransactionData,
    *,
    now: dt.datetime,
    acknowledged: Collection[str] = (),
) -> Transaction:
    """Enter one line; without a document number it becomes M000001, M000002, …"""
    with transaction.atomic():
        party = locked_party(actor, party_id, "transaction.edit")
        row = Transaction(book_id=party.book_id, party=party, source=MANUAL)
        _write(actor, row, data.tidied(), acknowledged)
        row.save(force_insert=True)
        changes = {k: [None, v] for k, v in _facts(row).items() if v not in (None, "")}
        _note(actor, party, "transaction.added", row, changes, now)
        return row


def change_transaction(
    actor: Actor,
    transaction_id: int,
    data: TransactionData,
    *,
    now: dt.datetime,
    acknowledged: Collection[str] = (),
) -> Transaction:
    with transaction.atomic():
        party, row = _manual(actor, transaction_id)
        before = _facts(row)
        _write(actor, row, data.tidied(), acknowledged)
        if changes := changes_between(before, _facts(row)):
            row.save()
            _note(actor, party, "transaction.changed", row, changes, now)
        return row


def remove_transaction(actor: Actor, transaction_id: int, *, now: dt.datetime) -> None:
    with transaction.atomic():
        party, row = _manual(actor, transaction_id)
        changes = {k: [v, None] for k, v in _facts(row).items() if v not in (None, "")}
        _note(actor, party, "transaction.removed", row, changes, now)
        row.delete()


def _manual(actor: Actor, transaction_id: int) -> tuple[Party, Transaction]:
    """The line and its party, locked in the order party → line; 404 out of scope."""
    rows = Transaction.objects.filter(scope_q(actor, "transaction.edit", path="party__"))
    seen = rows.filter(pk=transaction_id).first()
    if seen is None:
        raise Http404
    if seen.source != MANUAL:
        raise Refused([NOT_MANUAL.at("source", found=seen.source)])
    party = locked_party(actor, seen.party_id, "transaction.edit")
    return party, Transaction.objects.select_for_update().get(pk=transaction_id)


def _write(
    actor: Actor, row: Transaction, data: TransactionData, acknowledged: Collection[str]
) -> None:
    found: list[Problem] = list(check_transaction(data, org.book(actor.book_id).currency))
    number = data.document_no or row.document_no
    twins = Transaction.objects.filter(
        book_id=actor.book_id, source=MANUAL, document_no=number, line_no=data.line_no
    ).exclude(pk=row.pk)
    if number and twins.exists():
        found.append(LINE_TAKEN.at("line_no", found=number, line=data.line_no))
    amount = line_amount(data) if data.amount is None else data.amount
    booked = None if amount is None else _WIDE.multiply(amount, data.exchange_rate)
    if booked is not None and abs(booked) >= _LARGEST:
        found.append(TOO_LARGE.at("amount", found=booked, expected=_LARGEST))
    refuse(found, acknowledged)
    assert amount is not None
    assert booked is not None
    for name, value in as_dict(data).items():
        setattr(row, name, value)
    row.amount = amount
    row.book_amount = booked.quantize(Decimal("0.0001"), ROUND_HALF_UP, context=_WIDE)
    row.document_no = number or f"M{next_number(actor.book_id, 'transaction.M'):06}"


def _facts(row: Transaction) -> dict[str, Any]:
    names = (
        "document_no", "line_no", "traded_on", "direction", "product_code", "product_name",
        "quantity", "unit", "unit_price", "currency", "amount", "exchange_rate", "book_amount",
        "country",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _note(
    actor: Actor,
    party: Party,
    action: str,
    row: Transaction,
    changes: dict[str, Any],
    now: dt.datetime,
) -> None:
    changes = {"document_no": [row.document_no, row.document_no], **changes}
    note_change(actor, party, action, now=now, fields=("transactions",), changes=changes)
