"""Many declarations at once, for imports and the demonstration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.http import Http404

from guanzhang.customs.domain.document import Document
from guanzhang.customs.models import Declaration, Event
from guanzhang.customs.search import index_declarations
from guanzhang.customs.services.figures import set_deadline
from guanzhang.customs.services.storing import (
    AT_ONCE,
    KNOWN_ALREADY,
    Clients,
    as_document,
    blank_declaration,
    fill,
    next_numbers,
    store_goods,
)
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.org.domain.policy import may
from guanzhang.storage.bulk import chunks
from guanzhang.trail.services import record

CHUNK = 200  # declarations in one insert


def enter_declarations(
    actor: Actor,
    documents: Iterable[Mapping[str, Any]],
    *,
    now: dt.datetime,
    source: str = "",
) -> list[Declaration]:
    """Drafts of ``documents`` as they are, all or none; clients are found by the trader's codes or name.

    Refuses client numbers that are known already, or twice among the documents, and names them all.
    Checks and taxes are left to ``services.figures.refresh``: until then ``error_count`` is unknown.
    One audit record tells of all of them; ``source`` is the file they came from.
    """
    if not may(actor, "declaration.edit"):
        raise Http404
    entered: list[Declaration] = []
    with transaction.atomic():
        for part in chunks(documents, CHUNK):
            entered += _enter(actor, [as_document(raw) for raw in part], source, now=now)
        if entered:
            numbers = [entered[0].number, entered[-1].number]
            record(
                actor, "declaration.entered", now=now, object_type="declaration",
                label=source, changes={"count": len(entered), "numbers": numbers},
            )  # fmt: skip
    return entered


def _enter(
    actor: Actor, documents: Sequence[Document], source: str, *, now: dt.datetime
) -> list[Declaration]:
    clients = Clients(actor, documents)
    rows = []
    numbers = next_numbers(actor.book_id, len(documents), now=now)
    for document, (number, client_no) in zip(documents, numbers, strict=True):
        row = blank_declaration(actor, now=now)
        row.number = number
        row.error_count = row.warning_count = None
        fill(row, document, client_no=client_no)
        row.party_id = clients.find(document)
        set_deadline(row, now=now)
        rows.append(row)
    _refuse_known(actor.book_id, rows)
    Declaration.objects.bulk_create(rows)
    store_goods(*rows)
    index_declarations(rows, are_new=True)
    Event.objects.bulk_create(
        Event(
            declaration=row,
            at=now,
            action="created",
            note=source[:500],
            user_id=actor.user_id,
            user_name=actor.name,
        )
        for row in rows
    )
    return rows


def _refuse_known(book_id: int, rows: Sequence[Declaration]) -> None:
    seen: dict[str, str] = {}
    found: list[Problem] = []
    for row in rows:
        if other := seen.get(row.client_no):
            found.append(_known(row, other))
        seen[row.client_no] = row.number
    for part in chunks(seen, AT_ONCE):
        known = Declaration.objects.filter(book_id=book_id, client_no__in=part)
        found += [
            KNOWN_ALREADY.at("DecSign.ClientSeqNo", found=client_no, number=number)
            for client_no, number in known.values_list("client_no", "number")
        ]
    if found:
        raise Refused(found)


def _known(row: Declaration, other: str) -> Problem:
    return KNOWN_ALREADY.at("DecSign.ClientSeqNo", found=row.client_no, number=other)
