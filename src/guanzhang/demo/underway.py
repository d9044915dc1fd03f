"""Declarations of the last weeks, brought to where they stand by the services, one step at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from django.db.models import F

from guanzhang.customs.checking import findings
from guanzhang.customs.domain.document import Document
from guanzhang.customs.domain.states import Action
from guanzhang.customs.models import Declaration, Settings
from guanzhang.customs.services.amendments import amend, record_answer
from guanzhang.customs.services.applying import apply_receipts
from guanzhang.customs.services.declarations import (
    create_declaration,
    save_document,
    void_declaration,
)
from guanzhang.customs.services.findings import acknowledge
from guanzhang.customs.services.receiving import receive
from guanzhang.customs.services.review import (
    RemarkAt,
    pass_review,
    return_for_changes,
    submit,
)
from guanzhang.customs.services.sending import send
from guanzhang.customs.services.settings import data_of, save_settings
from guanzhang.customs.services.steps import record_step
from guanzhang.demo import receipts
from guanzhang.demo.clearance import Shipment, Team, document_of
from guanzhang.demo.receipts import CHINA
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.work.models import Notice

SUMMARY = {"Type": "SW5", "NoteS": "涉证:否 涉检:否 涉税:是"}  # first of two steps
ACKNOWLEDGED = "已与客户核对原始单证，情况属实"
NOTES = ("合同协议号请按发票更正", "毛重与装箱单不一致，请核对", "规格型号缺品牌，请补全")


@dataclass(slots=True)
class Case:
    """One declaration under way. ``at`` is the time of the last step."""

    row: Declaration
    shipment: Shipment
    maker: Actor
    reviewer: Actor
    at: dt.datetime

    def later(self, **by: int) -> dt.datetime:
        self.at += dt.timedelta(**by)
        return self.at


class Underway:
    """Makes cases and takes them further; every method is what one person or customs does."""

    def __init__(self, rng: Random, team: Team, parties: dict[str, int], book_id: int) -> None:
        self.rng, self.team, self.parties, self.book_id = rng, team, parties, book_id
        self.count = 0

    def draft(
        self,
        shipment: Shipment,
        at: dt.datetime,
        *,
        moved_on: dt.date | None = None,
        is_summary: bool = False,
    ) -> Case:
        """Entered by one of the declarants; ``moved_on`` is the day of entry of an import."""
        maker = self.team.declarants[self.count % 2]
        reviewer = self.team.reviewers[self.count // 2 % 2]
        self.count += 1
        document = document_of(self.rng, shipment, self.team, maker)
        if shipment.is_import and moved_on:
            document["DecHead"]["IEDate"] = f"{moved_on:%Y%m%d}"
        if is_summary:
            document["DecHead"] |= SUMMARY
        row = create_declaration(
            maker,
            direction="I" if shipment.is_import else "E",
            party_id=self.parties[shipment.client.usc_code],
            document=document,
            now=at,
        )
        return Case(row, shipment, maker, reviewer, at)

    def changed(self, case: Case, element: str, value: str) -> None:
        """The maker writes one element of the head; "" clears it."""
        case.row.refresh_from_db()
        document: Document = {**case.row.document}
        head = {**document["DecHead"], element: value}
        document["DecHead"] = {name: text for name, text in head.items() if text}
        case.row = save_document(
            case.maker,
            case.row.pk,
            document,
            revision=case.row.revision,
            now=case.later(minutes=12),
        )

    def in_review(self, case: Case) -> Case:
        """Warnings are acknowledged with a reason; an error would stop the demo, and should."""
        at = case.later(minutes=20)
        try:
            submit(case.maker, case.row.pk, now=at)
        except Refused:
            row = Declaration.objects.get(pk=case.row.pk)
            found = findings(row, on=at.astimezone(CHINA).date()).open
            warnings = [f.digest for f in found if not f.problem.is_error]
            acknowledge(case.maker, row.pk, warnings, reason=ACKNOWLEDGED, now=at)
            submit(case.maker, row.pk, now=at)
        return case

    def returned(self, case: Case) -> Case:
        self.in_review(case)
        note = NOTES[self.count % len(NOTES)]
        return_for_changes(
            case.reviewer, case.row.pk, note=note, now=case.later(minutes=40),
            remarks=[RemarkAt("DecHead.ContrNo", note)],
        )  # fmt: skip
        return case

    def approved(self, case: Case) -> Case:
        self.in_review(case)
        pass_review(case.reviewer, case.row.pk, now=case.later(minutes=45))
        return case

    def sending(self, case: Case) -> Case:
        self.approved(case)
        send(case.maker, case.row.pk, now=case.later(minutes=15))
        return case

    def stored(self, case: Case) -> Case:
        self.sending(case)
        row = Declaration.objects.get(pk=case.row.pk)
        stem = row.messages.order_by("-pk").values_list("name", flat=True)[0]
        at = case.later(minutes=4)
        self._arrived(receipts.stored(stem, row.client_no, case.shipment.seq_no, at), at)
        apply_receipts(self.book_id, now=at)
        return case

    def declared(self, case: Case) -> Case:
        self.stored(case)
        day = case.shipment.day
        noon = dt.datetime.combine(day, dt.time(9 + self.count % 6, 20), CHINA)
        case.at = max(case.at + dt.timedelta(minutes=9), noon)
        record_step(case.maker, case.row.pk, Action.MARK_DECLARED, now=case.at, on=day)
        return case

    def through(self, case: Case, channels: Sequence[str]) -> Case:
        """Customs answers: a receipt per channel; "$" pays the tax, "!" ends the inspection."""
        self.declared(case)
        for channel in channels:
            if channel not in PEOPLE:
                self._arrived(*self._answer(case, channel))
                continue
            apply_receipts(self.book_id, now=case.at)
            action, hours, note = PEOPLE[channel]
            record_step(case.maker, case.row.pk, action, now=case.later(hours=hours), note=note)
        apply_receipts(self.book_id, now=case.at)
        return case

    def _answer(self, case: Case, channel: str) -> tuple[receipts.Receipt, dt.datetime]:
        at = case.later(minutes=7)
        shipment = case.shipment
        day = f"{shipment.day}"
        return receipts.business(shipment.seq_no, shipment.entry_no, channel, at, "", day), at

    def _arrived(self, file: receipts.Receipt, at: dt.datetime) -> None:
        name, data = file
        receive(self.book_id, name, data, now=at)


PEOPLE: Mapping[str, tuple[Action, int, str]] = {
    "$": (Action.PAY_TAX, 20, "电子支付"),
    "!": (Action.END_INSPECTION, 6, "查验完毕，单货相符"),
}
# What the declarations of the last weeks went through, and how many of them: L 入库 J 审结 T 缴税
# C 查验 H 挂起 P 放行 R 结关 E 退单 D 删单, Sp… 概要申报.
CLEARED: Sequence[tuple[Sequence[str], int]] = (
    ("LJPR", 16), ("LJT$PR", 8), ("LJP", 9), ("LJT$P", 4), ("LJT", 8), ("LJT$", 3), ("LJC", 4),
    ("LJC!", 2), ("LJ", 4), ("LH", 2), ("L", 5), ("", 4), ("E", 4), ("LD", 1),
    (("SpL", "SpJ", "SpK"), 2),
)  # fmt: skip
AGES = (15, 14, 13, 13, 12, 11, 10, 10, 9, 7, 6, 5, 4, 3, 3, 2, 2, 1, 1, 1)  # days since entry


def bring_under_way(
    work: Underway, recent: Sequence[Shipment], today: dt.date, now: dt.datetime
) -> int:
    """Everything that is not over; returns how many declarations that are."""
    cases = _with_customs(work, recent)
    _not_declared(work, recent, today)
    _amendments(work, cases, now)
    _second_reviews(work, recent, today)
    _strays(work, today)
    # What people were told more than a day ago they have read.
    told = Notice.objects.filter(
        book_id=work.book_id, created_at__lt=now - dt.timedelta(days=1)
    )
    told.update(read_at=F("created_at"))
    return work.count


def _with_customs(work: Underway, recent: Sequence[Shipment]) -> list[Case]:
    """The oldest of the recent ones are furthest."""
    plan = [channels for channels, count in CLEARED for _ in range(count)]
    found = []
    for channels, shipment in zip(plan, _fitting(recent, plan), strict=False):
        day = shipment.day - dt.timedelta(days=1 + 2 * (shipment.day.weekday() == 0))
        at = dt.datetime.combine(day, dt.time(9, work.count * 7 % 60), CHINA)
        case = work.draft(shipment, at, is_summary="SpL" in channels)
        found.append(work.through(case, channels))
    return found


def _fitting(recent: Sequence[Shipment], plan: Sequence[Sequence[str]]) -> Iterator[Shipment]:
    """For each way through customs a shipment that can have gone it: only imports pay."""
    left = list(recent)
    for channels in plan:
        wanted = next(
            (s for s in left if s.is_import or not {"T", "SpL"} & set(channels)), None
        )
        if wanted is None:
            return
        left.remove(wanted)
        yield wanted


def _not_declared(work: Underway, recent: Sequence[Shipment], today: dt.date) -> None:
    """Drafts, reviews and what waits to be sent; imports at every colour of their deadline."""
    imports = [s for s in recent if s.is_import]
    exports = [s for s in recent if not s.is_import]
    ways: Sequence[Callable[[Case], object]] = (
        lambda case: work.changed(case, "ContrNo", ""),
        work.in_review,
        work.returned,
        lambda _case: None,
        work.approved,
        work.in_review,
        work.sending,
        lambda _case: None,
    )
    for count, age in enumerate(AGES):
        moved_on = today - dt.timedelta(days=age)
        begun = min(moved_on + dt.timedelta(days=1), today - dt.timedelta(days=1))
        case = work.draft(
            _again(imports, count, begun), _morning(begun, count), moved_on=moved_on
        )
        ways[count % len(ways)](case)
    for count in range(14):
        begun = today - dt.timedelta(days=count // 3 + 1)
        case = work.draft(_again(exports, 40 + count, begun), _morning(begun, 60 + count))
        if count == 13:
            reason = "客户取消出运"
            void_declaration(case.maker, case.row.pk, reason=reason, now=case.later(hours=2))
        elif count in (5, 9, 11):
            work.stored(case)
        else:
            ways[(count + 3) % len(ways)](case)


def _amendments(work: Underway, cases: Sequence[Case], now: dt.datetime) -> None:
    """One amendment that customs agreed to, one under way, one just begun; one withdrawal."""
    closed = [c for c in cases if Declaration.objects.get(pk=c.row.pk).state == "closed"]
    reason = "客户补正规格型号"
    for count, (case, kind) in enumerate(
        zip(closed, ("amend", "amend", "amend", "withdraw"), strict=False)
    ):
        at = min(case.later(hours=30), now)
        row = amend(case.maker, case.row.pk, kind=kind, reason=reason, now=at)
        if count == 0:
            continue
        asked = Case(row, case.shipment, case.maker, case.reviewer, at)
        if kind == "amend":
            work.changed(asked, "NoteS", "规格型号按客户补正")
        work.approved(asked)
        record_step(asked.maker, row.pk, Action.MARK_DECLARED, now=asked.later(minutes=30))
        if count > 1:
            record_answer(
                asked.maker, row.pk, accepted=True, note="海关同意", now=asked.later(hours=5)
            )


def _second_reviews(work: Underway, recent: Sequence[Shipment], today: dt.date) -> None:
    """Since the day before yesterday the company wants two reviews; a few wait for the second."""
    begun = today - dt.timedelta(days=2)
    settings = data_of(Settings.objects.get(book_id=work.book_id))
    wanted = replace(settings, second_review=True)
    save_settings(work.team.administrator, wanted, now=_morning(begun, 0))
    for count in range(4):
        shipment = _again(recent, 70 + count, begun)
        moved_on = begun - dt.timedelta(days=2 + count)
        case = work.approved(
            work.draft(shipment, _morning(begun, 90 + count), moved_on=moved_on)
        )
        if count == 3:
            other = next(r for r in work.team.reviewers if r is not case.reviewer)
            pass_review(other, case.row.pk, now=case.later(minutes=50))


def _strays(work: Underway, today: dt.date) -> None:
    """A receipt of a declaration that is not ours, one that nobody can read, one that says no."""
    at = _morning(today - dt.timedelta(days=1), 33)
    strange = f"3104{today:%Y}0999999999"
    for name, data in (
        receipts.business(f"E{today:%Y}0000999999999", strange, "P", at, "", f"{today}"),
        ("Receipt_0931.xml", b"<DEC_RESULT><ENTRY_ID>3104"),
    ):
        receive(work.book_id, name, data, now=at)
    sent = Declaration.objects.filter(book_id=work.book_id, state="sending").order_by("pk")
    for row in sent[:1]:
        stem = row.messages.values_list("name", flat=True)[0]
        name, data = receipts.failed(stem, row.client_no, at)
        receive(work.book_id, name, data, now=at)
    apply_receipts(work.book_id, now=at)


def _again(sources: Sequence[Shipment], count: int, day: dt.date) -> Shipment:
    """A new shipment like an earlier one; its number is nobody's yet."""
    source = sources[count % len(sources)]
    serial = 700_000_000 + count
    return replace(source, entry_no=f"{source.entry_no[:9]}{serial}", day=day)


def _morning(day: dt.date, count: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9 + count % 7, count * 11 % 60), CHINA)
