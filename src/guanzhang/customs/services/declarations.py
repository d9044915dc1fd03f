"""Write declarations: create, save, copy, void."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from guanzhang.customs.domain.copying import copied
from guanzhang.customs.domain.document import Document, new_document
from guanzhang.customs.domain.states import Action, state_of
from guanzhang.customs.models import Declaration, Revision
from guanzhang.customs.queries import declaration_for
from guanzhang.customs.services.base import (
    BASELINE,
    add_event,
    audit,
    bounded_changes,
    keep_revision,
    locked_declaration,
    move,
    need_reason,
    settings_of,
    state_change,
)
from guanzhang.customs.services.figures import write_figures
from guanzhang.customs.services.storing import (
    KNOWN_ALREADY,
    Clients,
    as_document,
    blank_declaration,
    fill,
    next_numbers,
    sign_like_before,
    start_head,
    store_goods,
)
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Problem, Refused, Severity, Stale
from guanzhang.org.domain.policy import may
from guanzhang.parties.queries import party_for

NOT_A_DRAFT = Kind(
    "CUS-935", Severity.ERROR,
    "报关单 {number} 现在是“{found}”，只有草稿可以修改。您录入的内容另存为未保存版本，没有丢失。",
    "Declaration {number} is “{found_en}”; only drafts can be changed. What you typed is kept as an unsaved version.",
)  # fmt: skip
UNSAVED = "unsaved"  # step of the revision that keeps what met a newer one


class Overtaken(Stale):
    """Somebody saved first. ``row`` is what stands now; ``kept`` is what was to be saved, kept."""

    def __init__(self, row: Declaration, kept: Revision) -> None:
        super().__init__(row.number)
        self.row, self.kept = row, kept


def create_declaration(
    actor: Actor,
    *,
    direction: str,
    party_id: int | None,
    now: dt.datetime,
    document: Mapping[str, Any] | None = None,
    note: str = "",
) -> Declaration:
    """A new draft of the actor for a client in the actor's reach (404 otherwise), numbered.

    ``document`` (a template, a form) is filled up with what the book's settings and the client say;
    without ``party_id`` the client is found by the trader's codes or name. Refuses a client number
    that another declaration has.
    """
    if not may(actor, "declaration.edit"):
        raise Http404
    party = party_for(actor, party_id) if party_id else None
    is_import = direction != Declaration.Direction.EXPORT
    raw = new_document(is_import=is_import) if document is None else document
    head = as_document(raw)
    with transaction.atomic():
        start_head(head, actor, settings_of(actor.book_id), party, is_import=is_import)
        sign_like_before(head, actor)
        row = blank_declaration(actor, now=now)
        row.party_id = party.pk if party else None
        row.number, client_no = next(next_numbers(actor.book_id, 1, now=now))
        fill(row, head, client_no=client_no)
        if row.party_id is None:
            row.party_id = Clients(actor, [head]).find(head)
        refuse_known(row)
        row.save()
        store_goods(row)
        write_figures(row, now=now)
        add_event(actor, row, "created", note=note, now=now)
        audit(actor, row, "declaration.created", now=now, reason=note)
        return row


def save_document(
    actor: Actor,
    declaration_id: int,
    document: Mapping[str, Any],
    *,
    revision: int,
    now: dt.datetime,
    autosave: bool = False,
) -> Declaration:
    """Write ``document`` over a draft that still has ``revision``.

    Raises ``Overtaken`` (a ``Stale``) when somebody saved first and ``Refused`` when it is no draft
    any more; in both cases what was to be saved is kept as a revision. Equal content writes nothing.
    ``autosave`` leaves the audit record to the next real save or step, which then covers it.
    """
    new = as_document(document)
    failed: Exception
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.edit")
        before, before_sha = row.document, row.sha256
        is_draft = state_of(row.state).is_editable
        fits = is_draft and row.revision == revision
        probe = _with_numbers(row, new)
        if fits or (is_draft and probe == before):
            _save(actor, row, probe, now=now, autosave=autosave, changed=probe != before)
            return row
        row.document, row.sha256 = before, before_sha
        kept = _keep_unsaved(actor, row, probe, now=now)
        failed = Overtaken(row, kept) if is_draft else Refused([_not_a_draft(row)])
    raise failed


def copy_declaration(actor: Actor, declaration_id: int, *, now: dt.datetime) -> Declaration:
    """A new draft with the content of another declaration, without what belongs to one shipment only."""
    source = declaration_for(actor, declaration_id)
    return create_declaration(
        actor,
        direction=source.direction,
        party_id=source.party_id,
        now=now,
        document=copied(source.document),
        note=_("复制自 %(number)s") % {"number": source.number},
    )


def void_declaration(
    actor: Actor, declaration_id: int, *, reason: str, now: dt.datetime
) -> Declaration:
    """Put a draft or a rejected declaration out of use; it keeps its number and its history."""
    need_reason(reason, zh="作废原因", en="the reason")
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.edit")
        settle(actor, row, now=now)
        before = row.state
        move(actor, row, Action.VOID, now=now, note=reason)
        row.save(update_fields=["state", "updated_at"])
        audit(
            actor, row, "declaration.voided", now=now, reason=reason,
            changes=state_change(before, row.state),
        )  # fmt: skip
        return row


def settle(actor: Actor, row: Declaration, *, now: dt.datetime) -> None:
    """Write the audit record that autosaves left open, in the name of who typed."""
    baseline = row.revisions.filter(step=BASELINE).order_by("-pk").first()
    if baseline is None:
        return
    author = replace(actor, user_id=baseline.user_id, name=baseline.user_name)
    if changes := bounded_changes(baseline.document, row.document):
        audit(
            author, row, "declaration.changed", now=now, changes=changes, reason=_("自动保存")
        )
    row.revisions.filter(step=BASELINE).delete()


def refuse_known(row: Declaration) -> None:
    """Refuse a client number that another declaration of the book already has."""
    same = Declaration.objects.filter(book_id=row.book_id, client_no=row.client_no)
    other = same.exclude(pk=row.pk).values_list("number", flat=True).first()
    if other:
        raise Refused(
            [KNOWN_ALREADY.at("DecSign.ClientSeqNo", found=row.client_no, number=other)]
        )


def _with_numbers(row: Declaration, new: Document) -> Document:
    """Our client number is not the form's to change; customs' numbers stay once they are known."""
    new = {**new, "DecSign": {**new.get("DecSign", {}), "ClientSeqNo": row.client_no}}
    known = {"SeqNo": row.seq_no, "EntryId": row.entry_no}
    head = new.get("DecHead", {})
    new["DecHead"] = {
        **head,
        **{name: value for name, value in known.items() if value and not head.get(name)},
    }
    return as_document(new)


def _save(
    actor: Actor,
    row: Declaration,
    new: Document,
    *,
    now: dt.datetime,
    autosave: bool,
    changed: bool,
) -> None:
    """``new`` into the row, its goods, its figures and the trail."""
    baseline = row.revisions.filter(step=BASELINE).order_by("-pk").first()
    if baseline and baseline.user_id != actor.user_id and (changed or not autosave):
        settle(actor, row, now=now)
        baseline = None
    before = baseline.document if baseline else row.document
    if changed:
        if autosave and baseline is None:
            keep_revision(actor, row, BASELINE, now=now)
        fill(row, new, client_no=row.client_no)
        if row.party_id is None:
            row.party_id = Clients(actor, [new]).find(new)
        row.revision += 1
        row.updated_at = now
        row.save()
        row.goods.all().delete()
        store_goods(row)
        write_figures(row, now=now)
    if autosave:
        return
    row.revisions.filter(step=BASELINE).delete()
    if changes := bounded_changes(before, row.document):
        audit(actor, row, "declaration.changed", now=now, changes=changes)


def _keep_unsaved(
    actor: Actor, row: Declaration, new: Document, *, now: dt.datetime
) -> Revision:
    """One row per person however often the page tries again."""
    row.revisions.filter(step=UNSAVED, user_id=actor.user_id).delete()
    return keep_revision(actor, row, UNSAVED, now=now, document=new)


def _not_a_draft(row: Declaration) -> Problem:
    state = state_of(row.state)
    return NOT_A_DRAFT.at("", number=row.number, found=state.zh, found_en=state.en)
