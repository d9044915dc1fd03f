"""Review: who may do what in which state, findings, remarks, batches, two people at once."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.http import Http404

from customs.ready import agree, clean, codes
from guanzhang.customs.checking import findings
from guanzhang.customs.domain.states import Action, State
from guanzhang.customs.models import (
    Acknowledgement,
    Declaration,
    Event,
    Message,
    Remark,
    Revision,
    Settings,
    UsedGoods,
)
from guanzhang.customs.queries import approved_revision, changes_since, review_queue
from guanzhang.customs.services import findings as said
from guanzhang.customs.services import review
from guanzhang.customs.services.declarations import (
    create_declaration,
    save_document,
    void_declaration,
)
from guanzhang.customs.services.review import RemarkAt
from guanzhang.customs.services.steps import record_step
from guanzhang.kernel.problem import Refused
from guanzhang.parties import services as parties_services
from guanzhang.parties.data import PartyData
from guanzhang.trail.models import AuditRecord
from guanzhang.work.models import Notice


def actions(row):
    return list(
        AuditRecord.objects.filter(object_type="declaration", object_id=str(row.pk))
        .order_by("sequence")
        .values_list("action", flat=True)
    )


# --- states × actions × roles ---------------------------------------------------------------------

# What each command leads to from each state; "-" is a refusal. Rows in the order of State.
TABLE = """
state       submit  pass      return  recall  void  mark_stored  mark_declared  reopen  pay_tax   end_inspection  archive
draft       review  -         -       -       void  -            -              -       -         -               -
review      -       approved  draft   draft   -     -            -              -       -         -               -
review2     -       approved  draft   draft   -     -            -              -       -         -               -
approved    -       -         draft   draft   -     -            declared       -       -         -               -
sending     -       -         -       draft   -     stored       declared       -       -         -               -
stored      -       -         -       -       -     -            declared       draft   -         -               -
declared    -       -         -       -       -     -            -              -       -         -               -
accepted    -       -         -       -       -     -            -              -       -         -               -
suspended   -       -         -       -       -     -            -              -       -         -               -
rejected    -       -         -       -       void  -            -              draft   -         -               -
examined    -       -         -       -       -     -            -              -       -         -               -
tax_due     -       -         -       -       -     -            -              -       tax_paid  -               -
tax_paid    -       -         -       -       -     -            -              -       -         -               -
inspection  -       -         -       -       -     -            -              -       -         inspected       -
inspected   -       -         -       -       -     -            -              -       -         -               -
picked_up   -       -         -       -       -     -            -              -       -         -               -
released    -       -         -       -       -     -            -              -       -         -               -
closed      -       -         -       -       -     -            -              -       -         -               archived
archived    -       -         -       -       -     -            -              -       -         -               -
deleted     -       -         -       -       -     -            -              -       -         -               -
void        -       -         -       -       -     -            -              -       -         -               -
"""
EDIT, REVIEW, SEND = "declaration.edit", "declaration.review", "declaration.send"
COMMANDS = {
    "submit": (EDIT, lambda a, pk, now: review.submit(a, pk, now=now)),
    "pass": (REVIEW, lambda a, pk, now: review.pass_review(a, pk, now=now)),
    "return": (REVIEW, lambda a, pk, now: review.return_for_changes(a, pk, note="改", now=now)),
    "recall": (EDIT, lambda a, pk, now: review.recall(a, pk, now=now)),
    "void": (EDIT, lambda a, pk, now: void_declaration(a, pk, reason="重做", now=now)),
    "mark_stored": (SEND, lambda a, pk, now: record_step(a, pk, Action.MARK_STORED, now=now)),
    "mark_declared": (
        SEND,
        lambda a, pk, now: record_step(a, pk, Action.MARK_DECLARED, now=now),
    ),
    "reopen": (EDIT, lambda a, pk, now: record_step(a, pk, Action.REOPEN, now=now)),
    "pay_tax": (SEND, lambda a, pk, now: record_step(a, pk, Action.PAY_TAX, now=now)),
    "end_inspection": (
        SEND,
        lambda a, pk, now: record_step(a, pk, Action.END_INSPECTION, now=now),
    ),
    "archive": (SEND, lambda a, pk, now: record_step(a, pk, Action.ARCHIVE, now=now)),
}
# Whom each right reaches a declaration that 己 made in 华东 with.
REACH = {
    EDIT: {"manager", "declarant", "reviewer", "admin"},
    REVIEW: {"reviewer", "admin"},
    SEND: {"declarant", "reviewer", "admin"},
}
ROLES = (
    "sales", "colleague", "manager", "declarant", "reviewer", "accountant", "controller", "admin",
    "auditor", "stranger",
)  # fmt: skip


def expected():
    header, *rows = (line.split() for line in TABLE.strip().splitlines())
    for state, *cells in rows:
        for command, cell in zip(header[1:], cells, strict=True):
            yield state, command, cell


def outcome_of(actor, command, pk, now):
    try:
        with transaction.atomic():
            row = COMMANDS[command][1](actor, pk, now)
            state = Declaration.objects.get(pk=pk).state
            assert row.state == state
            transaction.set_rollback(True)
            return state
    except Http404:
        return "404"
    except Refused:
        return "-"


def test_the_table_has_every_state():
    assert {state for state, _command, _cell in expected()} == {s.value for s in State}


def test_every_action_in_every_state_by_every_role(cast, ready, now):
    actors = {who: cast.actor(who) for who in ROLES}
    declarant = cast.users["declarant"].pk
    wrong = []
    for state, command, cell in expected():
        Declaration.objects.filter(pk=ready.pk).update(
            state=state, prepared_by_id=declarant, approved_sha256=ready.sha256
        )
        before = (Event.objects.count(), AuditRecord.objects.count(), Revision.objects.count())
        for who, actor in actors.items():
            right = COMMANDS[command][0]
            wanted = cell if who in REACH[right] else "404"
            found = outcome_of(actor, command, ready.pk, now)
            if found != wanted:
                wrong.append((state, command, who, found, wanted))
        after = (Event.objects.count(), AuditRecord.objects.count(), Revision.objects.count())
        assert before == after
    assert wrong == []


# --- ways through ---------------------------------------------------------------------------------

SEQUENCES = {
    "straight": """
        declarant submit          review
        reviewer  pass            approved
        declarant mark_declared   declared
    """,
    "returned once": """
        declarant submit          review
        reviewer  return          draft
        reviewer  pass            -
        declarant submit          review
        reviewer  pass            approved
        declarant mark_declared   declared
    """,
    "recalled after approval": """
        declarant submit          review
        reviewer  pass            approved
        declarant recall          draft
        declarant mark_declared   -
        declarant submit          review
        admin     pass            approved
    """,
    "rejected by customs": """
        declarant submit          review
        reviewer  pass            approved
        declarant mark_declared   declared
        customs   rejected        rejected
        declarant reopen          draft
        declarant submit          review
        reviewer  pass            approved
        reviewer  mark_declared   declared
        customs   tax_due         tax_due
        declarant pay_tax         tax_paid
        customs   inspection      inspection
        declarant end_inspection  inspected
        customs   closed          closed
        declarant archive         archived
        declarant reopen          -
    """,
    "made by a reviewer": """
        reviewer  submit          review
        reviewer  pass            -
        admin     pass            approved
    """,
    "given up": """
        declarant submit          review
        reviewer  return          draft
        declarant void            void
        declarant submit          -
    """,
}  # fmt: skip


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_way_through(cast, ready, now, name):
    for line in SEQUENCES[name].strip().splitlines():
        who, command, wanted = line.split()
        if who == "customs":
            Declaration.objects.filter(pk=ready.pk).update(state=command)
            continue
        try:
            COMMANDS[command][1](cast.actor(who), ready.pk, now)
            found = Declaration.objects.get(pk=ready.pk).state
        except Refused:
            found = "-"
        assert (line, found) == (line, wanted)
    told = ready.events.order_by("pk").values_list("before", "after")
    pairs = [pair for pair in told if pair[0]]
    gaps = [(a[1], b[0]) for a, b in pairwise(pairs) if a[1] != b[0]]
    by_customs = {"rejected", "tax_due", "inspection", "closed"}
    assert all(after in by_customs for _before, after in gaps)


# --- maker ≠ reviewer -----------------------------------------------------------------------------


def changed(row, text="改过"):
    row.refresh_from_db()
    head = {**row.document["DecHead"], "NoteS": text}
    return {**row.document, "DecHead": head}


@pytest.mark.parametrize("autosave", [False, True])
def test_who_changed_anything_does_not_pass_it(cast, ready, now, autosave):
    save_document(
        cast.actor("reviewer"), ready.pk, changed(ready), revision=ready.revision, now=now,
        autosave=autosave,
    )  # fmt: skip
    review.submit(cast.actor("declarant"), ready.pk, now=now)
    with pytest.raises(Refused) as refused:
        review.pass_review(cast.actor("reviewer"), ready.pk, now=now)
    assert codes(refused) == ["CUS-936"]
    assert Declaration.objects.get().state == "review"


def test_who_made_it_does_not_pass_it_when_another_sends_it_to_review(
    cast, shipped, example_client, now
):
    row = create_declaration(
        cast.actor("reviewer"),
        direction="I",
        party_id=example_client.pk,
        now=now,
        document=clean(now),
    )
    agree(cast, row, now)
    review.submit(cast.actor("declarant"), row.pk, now=now)
    with pytest.raises(Refused) as refused:
        review.pass_review(cast.actor("reviewer"), row.pk, now=now)
    assert codes(refused) == ["CUS-936"]


def test_the_second_review_takes_a_second_reviewer(cast, ready, now):
    Settings.objects.create(book=cast.book, second_review=True)
    review.submit(cast.actor("declarant"), ready.pk, now=now)
    row = review.pass_review(cast.actor("reviewer"), ready.pk, now=now)
    assert (row.state, row.approved_sha256) == ("review2", "")
    for who, code in (("reviewer", "CUS-937"), ("declarant", None)):
        with pytest.raises(Refused if code else Http404) as refused:
            review.pass_review(cast.actor(who), ready.pk, now=now)
        if code:
            assert codes(refused) == [code]
    row = review.pass_review(cast.actor("admin"), ready.pk, now=now)
    assert (row.state, row.approved_sha256) == ("approved", row.sha256)
    assert row.first_reviewer_id == cast.users["reviewer"].pk
    assert row.second_reviewer_id == cast.users["admin"].pk
    steps = Revision.objects.order_by("pk").values_list("step", "user_name")
    assert list(steps) == [("submitted", "己"), ("approved", "壬")]


def test_who_reviewed_does_not_send_where_the_two_are_apart(cast, ready, now):
    Settings.objects.create(book=cast.book, separate_sender=True)
    review.submit(cast.actor("declarant"), ready.pk, now=now)
    review.pass_review(cast.actor("reviewer"), ready.pk, now=now)
    with pytest.raises(Refused) as refused:
        record_step(cast.actor("reviewer"), ready.pk, Action.MARK_DECLARED, now=now)
    assert codes(refused) == ["CUS-950"]
    row = record_step(cast.actor("declarant"), ready.pk, Action.MARK_DECLARED, now=now)
    assert (row.state, row.declared_on) == ("declared", now.date())
    assert row.sender_id == cast.users["declarant"].pk


# --- what is passed is what was seen --------------------------------------------------------------


def test_what_changed_behind_the_reviewers_back_is_not_passed(cast, ready, now):
    declarant = cast.actor("declarant")
    seen = review.submit(declarant, ready.pk, now=now).sha256
    review.recall(declarant, ready.pk, now=now)
    save_document(declarant, ready.pk, changed(ready), revision=ready.revision, now=now)
    review.submit(declarant, ready.pk, now=now)
    with pytest.raises(Refused) as refused:
        review.pass_review(cast.actor("reviewer"), ready.pk, seen=seen, now=now)
    assert codes(refused) == ["CUS-940"]


def test_a_change_after_approval_wants_a_new_review(cast, ready, now):
    declarant = cast.actor("declarant")
    review.submit(declarant, ready.pk, now=now)
    review.pass_review(cast.actor("reviewer"), ready.pk, now=now)
    with pytest.raises(Refused) as refused:
        save_document(declarant, ready.pk, changed(ready), revision=ready.revision, now=now)
    assert codes(refused) == ["CUS-935"]
    row = review.recall(declarant, ready.pk, now=now)
    assert (row.approved_sha256, row.first_reviewer_id) == ("", None)
    row = save_document(
        declarant, ready.pk, changed(ready, "又改"), revision=row.revision, now=now
    )
    row = review.submit(declarant, ready.pk, now=now)
    changes = changes_since(approved_revision(row), row)
    assert [(c.path, c.before, c.after) for c in changes] == [
        ("DecHead.NoteS", ready.document["DecHead"].get("NoteS", ""), "又改")
    ]


# --- findings -------------------------------------------------------------------------------------


def broken(cast, ready, now, **head):
    document = {**ready.document, "DecHead": {**ready.document["DecHead"], **head}}
    return save_document(
        cast.actor("declarant"), ready.pk, document, revision=ready.revision, now=now
    )


def test_open_findings_are_refused_all_at_once(cast, ready, now):
    row = broken(cast, ready, now, GrossWet="1.00000", PackNo="0")
    found = findings(row, on=now.date())
    assert found.error_count == row.error_count > 0
    with pytest.raises(Refused) as refused:
        review.submit(cast.actor("declarant"), ready.pk, now=now)
    assert list(refused.value.problems) == [f.problem for f in found.open]
    row.refresh_from_db()
    assert (row.state, Revision.objects.count()) == ("draft", 0)


def test_a_warning_needs_a_reason_and_another_value_asks_again(cast, ready, now):
    declarant = cast.actor("declarant")
    warning = next(f for f in findings(ready, on=now.date()).rows if f.said)
    assert Acknowledgement.objects.get(finding=warning.digest).reason == "已与客户核对"
    assert "declaration.acknowledged" in actions(ready)
    Acknowledgement.objects.all().delete()
    with pytest.raises(Refused) as refused:
        said.acknowledge(declarant, ready.pk, [warning.digest], reason="  ", now=now)
    assert codes(refused) == ["CUS-932"]
    with pytest.raises(Refused) as refused:
        review.submit(declarant, ready.pk, now=now)
    assert warning.problem.kind.code in codes(refused)
    with pytest.raises(Refused) as refused:
        said.acknowledge(
            declarant, ready.pk, [warning.digest, "0" * 64], reason="核对", now=now
        )
    assert codes(refused) == ["CUS-941"]
    assert not Acknowledgement.objects.exists()


def test_an_error_takes_two_people_to_override(cast, ready, now):
    declarant, reviewer, admin = (cast.actor(w) for w in ("declarant", "reviewer", "admin"))
    row = broken(cast, ready, now, GrossWet="1.00000")
    agree(cast, row, now)
    errors = [f for f in findings(row, on=now.date()).open if f.problem.is_error]
    assert errors
    digest = errors[0].digest
    with pytest.raises(Refused) as refused:
        said.acknowledge(declarant, row.pk, [digest], reason="没问题", now=now)
    assert codes(refused) == ["CUS-942"]
    with pytest.raises(Refused) as refused:
        said.confirm_override(reviewer, row.pk, digest, now=now)
    assert codes(refused) == ["CUS-945"]
    for error in errors:
        said.override(reviewer, row.pk, error.digest, reason="海关口头同意", now=now)
    with pytest.raises(Refused) as refused:
        review.submit(declarant, row.pk, now=now)
    assert codes(refused) == sorted({e.problem.kind.code for e in errors})
    with pytest.raises(Refused) as refused:
        said.confirm_override(reviewer, row.pk, digest, now=now)
    assert codes(refused) == ["CUS-944"]
    with pytest.raises(Http404):
        said.confirm_override(declarant, row.pk, digest, now=now)
    for error in errors:
        found = said.confirm_override(admin, row.pk, error.digest, now=now)
    assert found.error_count == 0
    kept = Acknowledgement.objects.get(finding=digest)
    assert (kept.user_name, kept.second_name, kept.is_override) == ("庚", "壬", True)
    assert review.submit(declarant, row.pk, now=now).state == "review"


def test_findings_are_not_dealt_with_after_the_review(cast, ready, now):
    review.submit(cast.actor("declarant"), ready.pk, now=now)
    review.pass_review(cast.actor("reviewer"), ready.pk, now=now)
    with pytest.raises(Refused) as refused:
        said.acknowledge(cast.actor("declarant"), ready.pk, [], reason="晚了", now=now)
    assert codes(refused) == ["CUS-946"]


# --- return, recall, queue, batch -----------------------------------------------------------------


def test_a_return_carries_remarks_at_fields_and_tells_the_maker(cast, ready, now):
    review.submit(cast.actor("declarant"), ready.pk, now=now)
    with pytest.raises(Refused) as refused:
        review.return_for_changes(cast.actor("reviewer"), ready.pk, note=" ", now=now)
    assert codes(refused) == ["CUS-932"]
    row = review.return_for_changes(
        cast.actor("reviewer"), ready.pk, note="数量不符", now=now,
        remarks=[RemarkAt("DecLists[1].GQty", "箱单是 20"), RemarkAt("", " ")],
    )  # fmt: skip
    assert (row.state, row.return_count, row.first_reviewer_id) == ("draft", 1, None)
    remark = Remark.objects.get()
    assert (remark.path, remark.text, remark.user_name) == (
        "DecLists[1].GQty",
        "箱单是 20",
        "庚",
    )
    assert remark.value == ready.document["DecLists"][1]["GQty"]
    texts = Notice.objects.filter(user_id=cast.users["declarant"].pk).values_list(
        "text", flat=True
    )
    assert list(texts) == [f"报关单 {ready.number} 被退回：数量不符"]
    assert actions(row)[-1] == "declaration.returned"
    assert AuditRecord.objects.last().reason == "数量不符"
    review.resolve_remark(cast.actor("declarant"), row.pk, remark.pk, now=now)
    remark.refresh_from_db()
    assert remark.resolved_by == "己"


def test_the_reviewer_is_told_and_not_the_maker(cast, ready, now):
    review.submit(cast.actor("declarant"), ready.pk, now=now)
    told = Notice.objects.values_list("user_id", "text")
    assert list(told) == [(cast.users["reviewer"].pk, f"报关单 {ready.number} 待审核")]


def test_a_message_that_waits_is_dropped_by_a_recall_and_one_that_is_out_stops_it(
    cast, ready, now
):
    declarant = cast.actor("declarant")
    message = Message.objects.create(
        declaration=ready, name="m1", operation="G", revision=1, xml="<x/>", sha256="0" * 64,
        user_id=declarant.user_id, user_name="己", created_at=now,
    )  # fmt: skip
    Declaration.objects.filter(pk=ready.pk).update(state="sending")
    review.recall(declarant, ready.pk, now=now)
    message.refresh_from_db()
    assert (message.state, message.error) == ("failed", "发送前撤回")
    Declaration.objects.filter(pk=ready.pk).update(state="sending")
    Message.objects.update(state="written")
    with pytest.raises(Refused) as refused:
        review.recall(declarant, ready.pk, now=now)
    assert codes(refused) == ["CUS-938"]
    assert Declaration.objects.get().state == "sending"


def test_approval_fills_the_clients_library(cast, ready, now):
    review.submit(cast.actor("declarant"), ready.pk, now=now)
    assert not UsedGoods.objects.exists()
    review.pass_review(cast.actor("reviewer"), ready.pk, now=now)
    names = {line["GName"] for line in ready.document["DecLists"]}
    assert set(UsedGoods.objects.values_list("name", flat=True)) == names


def test_the_queue_is_ordered_by_deadline_then_grade_then_age(cast, clients, now):
    def waiting(due, grade, minutes):
        row = create_declaration(cast.actor("declarant"), direction="I", party_id=None, now=now)
        party = parties_services.create_party(
            cast.actor("admin"), PartyData(name=f"客户{minutes}"), now=now
        )
        type(party).objects.filter(pk=party.pk).update(grade=grade)
        at = now.replace(minute=minutes)
        Declaration.objects.filter(pk=row.pk).update(
            state="review", due_on=due, party=party, updated_at=at
        )
        return row.number

    day = now.date()
    last = waiting(None, "A", 1)
    young = waiting(day, "B", 9)
    old = waiting(day, "B", 5)
    good = waiting(day, "A", 20)
    soon = waiting(day.replace(day=1), "D", 30)
    numbers = list(review_queue(cast.actor("reviewer")).values_list("number", flat=True))
    assert numbers == [soon, good, old, young, last]
    assert not review_queue(cast.actor("declarant")).exists()


def test_a_batch_answers_for_each_row(cast, ready, example_client, now):
    own = create_declaration(
        cast.actor("reviewer"), direction="I", party_id=example_client.pk, now=now,
        document=clean(now, seed=5),
    )  # fmt: skip
    agree(cast, own, now, "reviewer")
    results = review.submit_many(
        cast.actor("reviewer"), [ready.pk, own.pk, ready.pk, 999_999], now=now
    )
    assert [(r.label, r.text) for r in results] == [
        (ready.number, "已送审"), (own.number, "已送审"), ("", ""),
    ]  # fmt: skip
    assert [p.kind.code for p in results[2].problems] == ["CUS-939"]
    Declaration.objects.filter(pk=ready.pk).update(prepared_by_id=cast.users["declarant"].pk)
    results = review.pass_many(cast.actor("reviewer"), [ready.pk, own.pk], now=now)
    assert [[p.kind.code for p in r.problems] for r in results] == [[], ["CUS-936"]]
    states = dict(Declaration.objects.values_list("pk", "state"))
    assert states == {ready.pk: "approved", own.pk: "review"}
    results = review.return_many(
        cast.actor("admin"), [ready.pk, own.pk], note="重核单价", now=now
    )
    assert all(not r.problems for r in results)
    assert set(Declaration.objects.values_list("state", "return_count")) == {("draft", 1)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["pass", "return", "recall"])
def test_two_people_act_at_once_and_one_of_them_is_told(cast, ready, now, second):
    review.submit(cast.actor("declarant"), ready.pk, now=now)
    who = {"pass": "admin", "return": "admin", "recall": "declarant"}[second]
    start, outcomes = threading.Barrier(2), {}

    def act(name, actor, command):
        start.wait()
        try:
            outcomes[name] = COMMANDS[command][1](actor, ready.pk, now).state
        except Refused:
            outcomes[name] = "-"
        finally:
            connection.close()

    jobs = [("one", cast.actor("reviewer"), "pass"), ("two", cast.actor(who), second)]
    threads = [threading.Thread(target=act, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = Declaration.objects.get().state
    moves = Event.objects.filter(declaration=ready, before="review").count()
    if second == "pass":
        assert sorted(outcomes.values()) == ["-", "approved"]
        assert (state, moves) == ("approved", 1)
    else:
        # Passed first and taken back then, or taken back first and then not to be passed.
        assert outcomes["two"] == state == "draft"
        assert outcomes["one"] in ("approved", "-")
        assert moves == 1


def test_an_actor_of_another_department_reaches_nothing(cast, ready, now):
    far = replace(cast.actor("manager"), department_ids=frozenset(), user_id=0)
    with pytest.raises(Http404):
        review.submit(far, ready.pk, now=now)
