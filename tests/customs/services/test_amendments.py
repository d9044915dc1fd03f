"""Amendment, withdrawal and two-step completion: when, linked how, and what customs' answer does."""

from __future__ import annotations

import pytest
from django.http import Http404

from customs.ready import codes
from guanzhang.customs.checking import findings
from guanzhang.customs.domain.amending import AmendKind, why_not
from guanzhang.customs.domain.states import State
from guanzhang.customs.models import Declaration, GoodsLine, Revision
from guanzhang.customs.queries import amended_values, open_amendment
from guanzhang.customs.services.amendments import amend, record_answer
from guanzhang.customs.services.declarations import save_document, void_declaration
from guanzhang.kernel.problem import Refused
from guanzhang.trail.models import AuditRecord
from guanzhang.work.models import Notice

ENTRY = "310420260000000001"


@pytest.fixture
def accepted(ready):
    """己's import, accepted by customs under its entry number."""
    document = {**ready.document, "DecHead": {**ready.document["DecHead"], "EntryId": ENTRY}}
    Declaration.objects.filter(pk=ready.pk).update(
        state="accepted", entry_no=ENTRY, document=document
    )
    ready.refresh_from_db()
    return ready


def stated(row, state):
    Declaration.objects.filter(pk=row.pk).update(state=state)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", AmendKind)
def test_only_what_customs_has_is_amended(state, kind):
    with_customs = {
        "accepted", "suspended", "examined", "tax_due", "tax_paid", "inspection", "inspected",
        "picked_up", "released", "closed",
    }  # fmt: skip
    possible = state.value in with_customs
    if kind is AmendKind.COMPLETE:
        possible = possible and state is not State.CLOSED
    summary = {"DecHead": {"Type": "  5"}}
    assert (why_not(state, summary, kind, is_amendment=False) is None) == possible


def test_a_completion_follows_only_a_first_step():
    whole = {"DecHead": {"Type": ""}}
    assert why_not(State.PICKED_UP, whole, AmendKind.COMPLETE, is_amendment=False)


def test_an_amendment_is_a_draft_linked_to_its_original(cast, accepted, now):
    row = amend(
        cast.actor("declarant"),
        accepted.pk,
        kind="amend",
        reason="数量录错",
        reason_code="01",
        now=now,
    )
    assert (row.number, row.state, row.amends_id, row.amend_kind) == (
        "D2026-000002", "draft", accepted.pk, "amend",
    )  # fmt: skip
    assert (row.entry_no, row.party_id) == ("", accepted.party_id)
    assert row.client_no != accepted.client_no
    assert row.goods.count() == 2
    assert row.events.get().note == f"修改申请 {accepted.number}：[01] 数量录错"
    assert accepted.events.last().action == "amend_started"
    assert amended_values(row) == []
    assert open_amendment(accepted) == row
    accepted.refresh_from_db()
    assert (accepted.state, accepted.document["DecHead"]["EntryId"]) == ("accepted", ENTRY)


def test_one_at_a_time_and_again_once_it_is_over(cast, accepted, now):
    actor = cast.actor("declarant")
    first = amend(actor, accepted.pk, kind="amend", reason="数量录错", now=now)
    with pytest.raises(Refused) as refused:
        amend(actor, accepted.pk, kind="withdraw", reason="退运", now=now)
    assert codes(refused) == ["CUS-1004"]
    assert refused.value.problems[0].facts["other"] == first.number
    void_declaration(actor, first.pk, reason="不改了", now=now)
    assert (
        amend(actor, accepted.pk, kind="withdraw", reason="退运", now=now).amend_kind
        == "withdraw"
    )


def test_a_reason_is_needed_and_an_amendment_is_not_amended(cast, accepted, now):
    actor = cast.actor("declarant")
    with pytest.raises(Refused) as refused:
        amend(actor, accepted.pk, kind="amend", reason=" ", now=now)
    assert codes(refused) == ["CUS-932"]
    row = stated(amend(actor, accepted.pk, kind="amend", reason="改", now=now), "accepted")
    with pytest.raises(Refused) as refused:
        amend(actor, row.pk, kind="amend", reason="改", now=now)
    assert codes(refused) == ["CUS-1003"]
    assert Declaration.objects.count() == 2
    with pytest.raises(Http404):
        amend(cast.actor("accountant"), accepted.pk, kind="amend", reason="改", now=now)


def changed(cast, row, now, quantity):
    rows = [dict(line) for line in row.document["DecLists"]]
    rows[0] = {**rows[0], "GQty": quantity}
    return save_document(
        cast.actor("declarant"), row.pk, {**row.document, "DecLists": rows},
        revision=row.revision, now=now,
    )  # fmt: skip


def test_accepted_the_amendment_becomes_the_content_of_its_original(cast, accepted, now):
    old = accepted.document["DecLists"][0]["GQty"]
    row = amend(cast.actor("declarant"), accepted.pk, kind="amend", reason="数量录错", now=now)
    row = changed(cast, row, now, "7")
    assert [(c.path, c.before, c.after) for c in amended_values(row)] == [
        ("DecLists[0].GQty", old, "7")
    ]
    row = record_answer(
        cast.actor("declarant"),
        stated(row, "declared").pk,
        accepted=True,
        note="同意修改",
        now=now,
    )
    accepted.refresh_from_db()
    assert (row.state, accepted.state, accepted.revision) == ("closed", "accepted", 2)
    assert accepted.document["DecLists"][0]["GQty"] == "7"
    assert accepted.document["DecHead"]["EntryId"] == accepted.entry_no == ENTRY
    assert accepted.document["DecSign"]["ClientSeqNo"] == accepted.client_no
    assert GoodsLine.objects.get(declaration=accepted, number=1).quantity == 7
    before = Revision.objects.get(declaration=accepted, step="before")
    assert before.document["DecLists"][0]["GQty"] == old
    record = AuditRecord.objects.get(action="declaration.amended")
    assert record.changes == {"DecLists[0].GQty": [old, "7"]}
    row = Declaration.objects.select_related("amends").get(pk=row.pk)
    assert [(c.before, c.after) for c in amended_values(row)] == [(old, "7")]


def test_an_accepted_withdrawal_deletes_its_original(cast, accepted, now):
    row = amend(cast.actor("declarant"), accepted.pk, kind="withdraw", reason="退运", now=now)
    record_answer(
        cast.actor("declarant"), stated(row, "declared").pk, accepted=True, note="同意", now=now
    )
    accepted.refresh_from_db()
    assert accepted.state == "deleted"
    last = accepted.events.last()
    assert (last.action, last.before, last.after) == ("withdrawn", "accepted", "deleted")


def test_refused_both_stay_as_they_are(cast, accepted, now):
    content = accepted.sha256
    row = amend(cast.actor("declarant"), accepted.pk, kind="withdraw", reason="退运", now=now)
    row = record_answer(
        cast.actor("reviewer"),
        stated(row, "declared").pk,
        accepted=False,
        note="理由不足",
        now=now,
    )
    accepted.refresh_from_db()
    assert (row.state, row.reject_count) == ("rejected", 1)
    assert (accepted.state, accepted.sha256) == ("accepted", content)
    assert Notice.objects.get(user_id=row.owner_id).text == f"{row.number} 的海关答复：理由不足"


def test_no_answer_before_it_is_declared(cast, accepted, now):
    row = amend(cast.actor("declarant"), accepted.pk, kind="amend", reason="改", now=now)
    for pk in (row.pk, accepted.pk):
        with pytest.raises(Refused) as refused:
            record_answer(cast.actor("declarant"), pk, accepted=True, note="同意", now=now)
        assert codes(refused) == ["CUS-1005"]


def test_the_second_step_of_a_two_step_import(cast, accepted, now):
    head = {**accepted.document["DecHead"], "Type": "  5"}
    Declaration.objects.filter(pk=accepted.pk).update(
        document={**accepted.document, "DecHead": head}, state="picked_up"
    )
    row = amend(
        cast.actor("declarant"), accepted.pk, kind="complete", reason="完整申报", now=now
    )
    row.refresh_from_db()
    assert row.document["DecHead"]["Type"] == "  6"
    missing = [p for p in findings(row, on=now.date()).problems if p.kind.code == "CUS-S04"]
    assert missing == []  # its first step is known
    assert (row.amend_kind, row.due_on) == ("complete", accepted.due_on)
