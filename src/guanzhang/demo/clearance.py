"""Two years of declarations of the demo company's clients, and what happened to each. Pure.

A declaration belongs to a document of the trade (``trade.py``): its number is customs' number, its day
the day of declaration, its client the customer, its goods what the customer trades in.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from guanzhang.customs.domain.document import Document
from guanzhang.customs.domain.states import Action
from guanzhang.customs.services.past import Moment, Past
from guanzhang.demo import receipts
from guanzhang.demo.declaration_kinds import KINDS, inspected
from guanzhang.demo.declarations import (
    GATES,
    Article,
    Company,
    articles,
    clean_document,
    needs_papers,
)
from guanzhang.demo.receipts import CHINA
from guanzhang.demo.shapes import DemoData
from guanzhang.kernel.actor import Actor

PASTS = 1_880  # finished declarations of two years
ARCHIVED_AFTER = 60  # days
_OFFICES = {gate.office: gate for gate in GATES}
_KINDS = (  # percent of each kind among what is over
    ("plain", 62), ("inspected", 12), ("boxed", 6), ("wooden", 4), ("processing", 7), ("bonded", 2),
    ("samples", 3), ("temporary", 2), ("returned", 1), ("guaranteed", 1),
)  # fmt: skip
_RETURNS = (  # what reviewers find: element, what stood there, what the note says
    ("ContrNo", "待补", "合同协议号与发票不一致，请核对后重新送审"),
    ("PackNo", "1", "件数与装箱单不符"),
    ("GoodsPlace", "待定", "货物存放地点未填清楚"),
    ("TrafName", "TBN", "船名待定，请按舱单填写"),
)
_REJECTS = (
    "退单：毛重与舱单数据不符",
    "退单：提运单号与舱单不符",
    "不受理：商品规格型号申报不规范",
)
_INSPECTIONS = ("查验完毕，单货相符", "查验完毕，取样送检合格", "外形查验，未见异常")


@dataclass(frozen=True, slots=True)
class Shipment:
    """A document of the trade that is declared: customs' number, day, client, its goods."""

    entry_no: str
    day: dt.date
    is_import: bool
    client: Company
    goods: tuple[Article, ...]

    @property
    def seq_no(self) -> str:
        """The Single Window's number."""
        return f"{'I' if self.is_import else 'E'}{self.day:%Y}{int(self.entry_no[9:]):013}"


@dataclass(frozen=True, slots=True)
class Team:
    """Who prepares, who reviews."""

    declarants: Sequence[Actor]
    reviewers: Sequence[Actor]
    administrator: Actor
    agent: Company


def shipments(data: DemoData) -> list[Shipment]:
    """Every document that could be declared through the two districts we know, by day."""
    known = {a.goods.code: a for a in articles()}
    traded: dict[tuple[int, bool], set[str]] = defaultdict(set)
    first: dict[str, Any] = {}
    for line in data.transactions:
        is_import = line.direction == "import"
        if line.product_code in known:
            traded[line.party, is_import].add(line.product_code)
        if line.document_no.isdigit() and line.document_no[:4] in _OFFICES:
            first.setdefault(line.document_no, line)
    found = []
    for entry_no, line in first.items():
        party = data.parties[line.party]
        if not (party.usc_code and party.customs_code and party.region):
            continue
        is_import = line.direction == "import"
        goods = tuple(
            known[code]
            for code in sorted(traded[line.party, is_import])
            if not needs_papers(known[code], is_import=is_import)
        )
        client = Company(party.name, party.usc_code, party.customs_code, party.region)
        found.append(Shipment(entry_no, line.traded_on, is_import, client, goods))
    return sorted(found, key=lambda each: (each.day, each.entry_no))


def document_of(
    rng: Random, shipment: Shipment, team: Team, maker: Actor, *, is_varied: bool = False
) -> Document:
    """The declaration of a shipment, without a fault; ``is_varied``: of any kind, not only plain trade."""
    document = clean_document(
        rng,
        shipment.day,
        is_import=shipment.is_import,
        client=shipment.client,
        agent=team.agent,
        declarant=(maker.name, ""),
        choice=shipment.goods,
        gate=_OFFICES[shipment.entry_no[:4]],
    )
    if not is_varied:
        return document
    kind = rng.choices([k for k, _weight in _KINDS], [w for _k, w in _KINDS])[0]
    if kind == "inspected":
        return inspected(rng, document, is_import=shipment.is_import)
    maker_of, _weight, sides = KINDS[kind]
    if ("I" if shipment.is_import else "E") in sides:
        maker_of(rng, shipment.day, document, shipment.is_import)
    return document


def pasts(
    rng: Random, chosen: Sequence[Shipment], team: Team, today: dt.date
) -> Iterator[Past]:
    """The whole story of each shipment, from the draft to where it stands ``today``."""
    for count, shipment in enumerate(chosen, 1):
        yield _Story(rng, shipment, team, today, count).told()


class _Story:
    """What happens to one shipment, minute by minute."""

    def __init__(
        self, rng: Random, shipment: Shipment, team: Team, today: dt.date, count: int
    ) -> None:
        self.rng, self.shipment, self.today = rng, shipment, today
        self.maker = team.declarants[rng.randrange(len(team.declarants))]
        self.reviewer = team.reviewers[rng.randrange(len(team.reviewers))]
        self.document = document_of(rng, shipment, team, self.maker, is_varied=True)
        self.client_no = f"YH{shipment.day:%Y}{count:08}"
        self.document["DecSign"] = {"ClientSeqNo": self.client_no}
        self.moments: list[Moment] = []
        self.at = _moment(_workday_before(shipment.day), 9, rng.randrange(60))
        self.begun = self.at

    def told(self) -> Past:
        rng, chance = self.rng, self.rng.randrange(1000)
        begun_with = self.document
        if chance < 130:
            begun_with = self._returned_once()
        elif chance >= 992:
            self._voided()
            return Past(begun_with, self.maker, self.begun, self.moments)
        self._approved_and_sent()
        self._declared(_moment(self.shipment.day, 8 + rng.randrange(4), rng.randrange(60)))
        if 130 <= chance < 165:
            self._rejected_and_again()
        self._accepted()
        if chance >= 985:
            self._customs("D", hours=20, note="应企业申请删除报关单")
        else:
            self._released_and_closed(chance)
        return Past(begun_with, self.maker, self.begun, self.moments)

    def _returned_once(self) -> Document:
        """A slip, found in review; returns the document with it."""
        element, wrong, note = self.rng.choice(_RETURNS)
        head = self.document["DecHead"]
        slipped = {**self.document, "DecHead": {**head, element: wrong}}
        self._do(self.maker, Action.SUBMIT, minutes=40)
        self._do(self.reviewer, Action.RETURN, minutes=55, note=note)
        self.at += dt.timedelta(minutes=35)
        self.moments.append(Moment(self.at, self.maker, document=self.document))
        return slipped

    def _voided(self) -> None:
        self._do(self.maker, Action.VOID, minutes=90, note="客户取消出运")

    def _approved_and_sent(self) -> None:
        self._do(self.maker, Action.SUBMIT, minutes=30 + self.rng.randrange(60))
        self._do(self.reviewer, Action.PASS, minutes=25 + self.rng.randrange(90))
        self._do(self.maker, Action.SEND, minutes=5 + self.rng.randrange(30))
        if sum(m.action is Action.SEND for m in self.moments) > 1:
            return  # the Single Window has it already and says the same once more
        self.at += dt.timedelta(minutes=4)
        file = receipts.stored(self.client_no, self.client_no, self.shipment.seq_no, self.at)
        self.moments.append(Moment(self.at, receipt=file))

    def _declared(self, at: dt.datetime) -> None:
        self.at = max(self.at + dt.timedelta(minutes=10), at)
        self.moments.append(Moment(self.at, self.maker, Action.MARK_DECLARED))

    def _rejected_and_again(self) -> None:
        self._customs("E", hours=0, minutes=3, note=self.rng.choice(_REJECTS))
        self._do(self.maker, Action.REOPEN, minutes=20)
        head = dict(self.document["DecHead"])
        head["MarkNo"] = "N/M 已按舱单核对"
        self.document = {**self.document, "DecHead": head}
        self.at += dt.timedelta(minutes=15)
        self.moments.append(Moment(self.at, self.maker, document=self.document))
        self._approved_and_sent()
        self._declared(self.at)

    def _accepted(self) -> None:
        self._customs("L", hours=0, minutes=1)

    def _released_and_closed(self, chance: int) -> None:
        """Examined, taxed, inspected, released, closed and put away, as far as time allows."""
        self._customs("J", hours=0, minutes=2)
        if self.shipment.is_import and self.document["DecLists"][0]["DutyMode"] == "1":
            self._customs("T", hours=0, minutes=6)
            self._do(self.maker, Action.PAY_TAX, minutes=60 * self.rng.randrange(2, 150))
        if chance % 100 < 6:
            self._customs("C", hours=3)
            note = self.rng.choice(_INSPECTIONS)
            self._do(self.maker, Action.END_INSPECTION, minutes=60 * 20, note=note)
        self._customs("P", hours=1)
        self._customs("R", hours=20 + self.rng.randrange(50))
        if (self.today - self.shipment.day).days > ARCHIVED_AFTER:
            self._do(self.maker, Action.ARCHIVE, minutes=60 * 24 * 25)

    def _do(self, who: Actor, action: Action, *, minutes: int, note: str = "") -> None:
        self.at += dt.timedelta(minutes=minutes)
        self.moments.append(Moment(self.at, who, action, note=note))

    def _customs(self, channel: str, *, hours: int, minutes: int = 5, note: str = "") -> None:
        self.at += dt.timedelta(hours=hours, minutes=minutes)
        shipment = self.shipment
        file = receipts.business(
            shipment.seq_no, shipment.entry_no, channel, self.at, note, f"{shipment.day}"
        )
        self.moments.append(Moment(self.at, receipt=file))


def _moment(day: dt.date, hour: int, minute: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), CHINA)


def _workday_before(day: dt.date) -> dt.date:
    before = day - dt.timedelta(days=1)
    return before - dt.timedelta(days=max(0, before.weekday() - 4))
