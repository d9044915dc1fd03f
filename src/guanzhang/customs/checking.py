"""Run the checks on a stored declaration: what they must know, read with few queries, and what people said.

The rules are pure (``domain.checks``); this is where their context comes from the database.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from guanzhang.customs.domain.checks import check
from guanzhang.customs.domain.checks.context import (
    AttachedFile,
    Context,
    Earlier,
    KnownMandate,
    KnownParty,
    PastPrice,
    Stage,
)
from guanzhang.customs.domain.declaration import Declaration as Facts
from guanzhang.customs.domain.declaration import read
from guanzhang.customs.domain.document import leaves
from guanzhang.customs.domain.states import State
from guanzhang.customs.domain.tax import TaxSheet
from guanzhang.customs.models import (
    Acknowledgement,
    Declaration,
    GoodsLine,
    Mandate,
    Settings,
    UsedGoods,
)
from guanzhang.customs.prints.declaration import unprintable
from guanzhang.customs.taxes import tax_of_facts
from guanzhang.kernel.actor import system_actor
from guanzhang.kernel.codes import normalise_code
from guanzhang.kernel.problem import Problem, Severity
from guanzhang.parties.queries import visible_parties
from guanzhang.reference.queries import reference_on
from guanzhang.storage import pinyin

PRICE_DAYS = 365
MOST_EARLIER = 500  # declarations of the client whose prices are looked at
MOST_SAME_BILL = 50
_OUT = (State.VOID.value, State.DELETED.value, State.REJECTED.value)
_UNTRIED = (State.DRAFT.value, State.REVIEW.value, State.SECOND_REVIEW.value, *_OUT)


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of a declaration, and what somebody said to it."""

    problem: Problem
    digest: str
    said: Acknowledgement | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still stands in the way: an error that two people have not overridden, a warning
        that nobody has acknowledged."""
        severity = self.problem.kind.severity
        if severity is Severity.NOTE:
            return False
        if severity is Severity.WARNING:
            return self.said is None
        return self.said is None or self.said.second_id is None


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found, in the order of the document."""

    rows: tuple[Finding, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(row.problem for row in self.rows)

    @property
    def open(self) -> tuple[Finding, ...]:
        return tuple(row for row in self.rows if row.is_open)

    @property
    def error_count(self) -> int:
        """Open errors."""
        return sum(row.problem.is_error for row in self.open)

    @property
    def warning_count(self) -> int:
        """Open warnings."""
        return len(self.open) - self.error_count

    def with_digest(self, digest: str) -> Finding | None:
        return next((row for row in self.rows if row.digest == digest), None)


def findings(
    row: Declaration, *, on: dt.date, stage: Stage = "declare", sheet: TaxSheet | None = None
) -> Findings:
    """What the checks and the tax sheet find in a stored declaration, as of ``on`` or its own day.

    ``sheet`` is its tax sheet where the caller has it already.
    """
    return _found(row, read(row.document), on, stage, sheet)


def findings_in(
    book_id: int,
    document: Mapping[str, Any],
    *,
    on: dt.date,
    row: Declaration | None = None,
    stage: Stage = "declare",
    sheet: TaxSheet | None = None,
) -> Findings:
    """The same for a document that is not saved: of the draft ``row``, or of none yet."""
    facts = read(document)
    stored = row or Declaration(book_id=book_id, client_no=facts.client_no)
    return _found(stored, facts, on, stage, sheet)


def _found(
    row: Declaration, facts: Facts, on: dt.date, stage: Stage, sheet: TaxSheet | None
) -> Findings:
    on = row.declared_on or on  # what has been declared is judged by its day
    sheet = sheet or tax_of_facts(facts, on=on)
    context = context_of(row, facts, on=on, stage=stage, tax_cny=sheet.total)
    texts = (text for _path, text in leaves(facts.document))
    return joined(row, (*check(facts, context), *sheet.problems, *unprintable(texts)))


def joined(row: Declaration, problems: Iterable[Problem]) -> Findings:
    """Problems with what people said to them: by code, place and facts, so another value asks again."""
    said = {a.finding: a for a in row.acknowledgements.all()} if row.pk else {}
    found: dict[str, Finding] = {}
    for problem in problems:
        digest = digest_of(problem)
        found.setdefault(digest, Finding(problem, digest, said.get(digest)))
    return Findings(tuple(found.values()))


def digest_of(problem: Problem) -> str:
    """The same finding, the same digest; any other value found there is another finding."""
    facts = [problem.kind.code, problem.path, sorted(problem.facts.items())]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def context_of(
    row: Declaration,
    facts: Facts,
    *,
    on: dt.date,
    stage: Stage = "declare",
    tax_cny: Decimal | None = None,
) -> Context:
    """What the rules know of the rest of the book; a dozen indexed queries at most."""
    return Context(
        reference=reference_on(on),
        on=on,
        stage=stage,
        parties=_parties(row.book_id, facts),
        agent=_agent(row.book_id),
        mandates=_mandates(row),
        prices=_prices(row, facts, on),
        codes_of_name=_codes_of_names(row, facts),
        earlier=_earlier(row, facts),
        client_no_used_by=_client_no_used_by(row, facts),
        tax_cny=tax_cny,
        attachments=_attachments(row) if row.pk else None,
        original_released_on=_released_on(row.book_id, facts.related_entry_no),
    )


def _parties(book_id: int, facts: Facts) -> tuple[KnownParty, ...]:
    companies = (facts.trader, facts.owner, facts.agent)
    uscs = {normalise_code(c.usc_code) for c in companies} - {""}
    customs = {normalise_code(c.customs_code) for c in companies} - {""}
    names = {c.name for c in companies} - {""}
    keys = [pinyin.sort_key(name) for name in names]
    rows = visible_parties(system_actor(book_id))
    found: dict[int, KnownParty] = {}
    # One query each: an OR over three columns would use no index. The sort key is an indexed name.
    for matching in (
        Q(usc_code__in=uscs),
        Q(customs_code__in=customs),
        Q(status__in=("active", "archived"), sort_key__in=keys, name__in=names),
    ):
        columns = ("pk", "usc_code", "customs_code", "name", "status")
        for pk, usc, code, name, status in rows.filter(matching).values_list(*columns):
            found[pk] = KnownParty(usc, code, name, is_active=status == "active")
    return tuple(found.values())


def _agent(book_id: int) -> KnownParty | None:
    own = Settings.objects.filter(book_id=book_id).first()
    if own is None or not (own.agent_usc or own.agent_code):
        return None
    return KnownParty(own.agent_usc, own.agent_code, own.agent_name)


def _mandates(row: Declaration) -> tuple[KnownMandate, ...] | None:
    if row.party_id is None:
        return None
    rows = Mandate.objects.filter(party_id=row.party_id, book_id=row.book_id)
    columns = ("number", "direction", "valid_from", "valid_to", "is_cancelled")
    return tuple(
        KnownMandate(*values)
        for values in rows.order_by("-valid_to").values_list(*columns)[:MOST_SAME_BILL]
    )


def _prices(
    row: Declaration, facts: Facts, on: dt.date
) -> dict[tuple[str, str, str], tuple[PastPrice, ...]]:
    """What the client paid or got for the same goods in the last twelve months."""
    codes = {line.hs_code for line in facts.goods} - {""}
    if row.party_id is None or not codes:
        return {}
    earlier = Declaration.objects.filter(
        book_id=row.book_id,
        party_id=row.party_id,
        direction="I" if facts.is_import else "E",
        declared_on__gte=on - dt.timedelta(days=PRICE_DAYS),
        declared_on__lte=on,
    ).exclude(Q(pk=row.pk) | Q(state__in=_UNTRIED))
    ids = list(
        earlier.order_by("-declared_on", "-pk").values_list("pk", flat=True)[:MOST_EARLIER]
    )
    lines = GoodsLine.objects.filter(declaration_id__in=ids, hs_code__in=codes)
    found: dict[tuple[str, str, str], list[PastPrice]] = {}
    price: Any
    for code, origin, name, price, currency, unit in lines.exclude(price=None).values_list(
        "hs_code", "origin", "name", "price", "currency", "unit"
    ):
        found.setdefault((code, origin, name), []).append(PastPrice(price, currency, unit))
    return {key: tuple(values) for key, values in found.items()}


def _codes_of_names(row: Declaration, facts: Facts) -> dict[str, tuple[str, ...]]:
    names = {line.name for line in facts.goods} - {""}
    if row.party_id is None or not names:
        return {}
    used = UsedGoods.objects.filter(
        party_id=row.party_id, direction="I" if facts.is_import else "E", name__in=names
    )
    found: dict[str, set[str]] = {}
    for name, code in used.values_list("name", "hs_code"):
        found.setdefault(name, set()).add(code)
    return {name: tuple(sorted(codes)) for name, codes in found.items()}


def _earlier(row: Declaration, facts: Facts) -> tuple[Earlier, ...]:
    """Other declarations with the same bill; the ones that this one belongs to are no doubles."""
    if not facts.bill_no:
        return ()
    rows = Declaration.objects.filter(book_id=row.book_id, bill_no=facts.bill_no[:32])
    # "  5" is text: without the cast SQLite's answer would be read as JSON, the number 5.
    rows = rows.annotate(kind=Cast(KT("document__DecHead__Type"), CharField()))
    rows = rows.exclude(pk__in=_family(row)).order_by("-pk")
    columns = (
        "number",
        "bill_no",
        "vehicle",
        "trader_code",
        "state",
        "kind",
    )
    return tuple(
        Earlier(number, bill, vehicle, trader, kind or "", is_void=state in _OUT)
        for number, bill, vehicle, trader, state, kind in rows.values_list(*columns)[
            :MOST_SAME_BILL
        ]
    )


def _family(row: Declaration) -> Sequence[int]:
    """The declaration and the amendments and withdrawals that say the same shipment again.

    The two steps of a two-step declaration are not left out: each is checked against the other.
    """
    again = ("amend", "withdraw")
    own = [pk for pk in (row.pk, row.amends_id if row.amend_kind in again else None) if pk]
    others = Declaration.objects.filter(amends_id__in=own, amend_kind__in=again)
    return [*own, *others.values_list("pk", flat=True)]


def _client_no_used_by(row: Declaration, facts: Facts) -> str:
    if not facts.client_no:
        return ""
    rows = Declaration.objects.filter(book_id=row.book_id, client_no=facts.client_no)
    return rows.exclude(pk=row.pk).values_list("number", flat=True).first() or ""


def _attachments(row: Declaration) -> tuple[AttachedFile, ...]:
    columns = ("kind", "name", "size", "pages")
    return tuple(AttachedFile(*v) for v in row.attachments.order_by("pk").values_list(*columns))


def _released_on(book_id: int, entry_no: str) -> dt.date | None:
    if not entry_no:
        return None
    rows = Declaration.objects.filter(book_id=book_id, entry_no=entry_no[:18])
    return rows.values_list("released_on", flat=True).first()
