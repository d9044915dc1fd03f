"""Import contacts. Key: the customer's code and the name; a mobile number tells namesakes apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.domain.cells import Value
from guanzhang.exchange.spec import UNCHANGED, Add, Outcome, Refusal, Row, Run, Update
from guanzhang.kernel.problem import Problem
from guanzhang.parties.checks import check_contact
from guanzhang.parties.data import ContactData
from guanzhang.parties.imports_shared import AT_ONCE, Customers, derive, touch
from guanzhang.parties.models import Contact
from guanzhang.storage import bulk
from guanzhang.storage.bulk import chunks

TEXTS = ("name", "title", "mobile", "phone", "email", "wechat", "note")
COLUMNS = (*TEXTS, "birthday", "is_primary")
_FRESH: dict[str, Any] = dict.fromkeys(TEXTS, "") | {"birthday": None, "is_primary": False}


class ContactImporter:
    """One run over a file of contacts."""

    model = Contact
    columns = ("party_id", "batch_id", *COLUMNS)

    def __init__(self, run: Run) -> None:
        self.run = run
        self.at = run.positions
        self.customers = Customers(run.actor)
        self.fields = [name for name in COLUMNS if name in run.mapped]
        self.seen: dict[tuple[int, str], dict[str, int]] = {}  # customer, name → mobile → row
        self.primary: dict[int, int] = {}  # customer → row that makes one the primary contact

    def prepare(self, rows: Sequence[Row]) -> None:
        """Nothing has to be there before."""

    def resolve(self, rows: Sequence[Row]) -> list[Outcome]:
        position = self.at["customer"]
        self.customers.learn(str(values[position]) for _number, values in rows)
        found = {self.customers.find(str(values[position])) for _number, values in rows}
        known = self._existing(sorted(pk for pk in found if pk))
        return [self._one(row, known) for row in rows]

    def finish(self, updated: Sequence[int]) -> None:
        """The customers count as changed, and may be more complete than before."""
        added = Contact.objects.filter(batch_id=self.run.batch_id)
        parties = set(added.values_list("party_id", flat=True))
        for part in chunks(updated, AT_ONCE):
            parties |= set(
                Contact.objects.filter(pk__in=part).values_list("party_id", flat=True)
            )
        touch(sorted(parties), self.run)
        derive(sorted(parties))

    def facts(self) -> dict[str, Any]:
        return {}

    def _existing(self, parties: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
        known: dict[int, list[dict[str, Any]]] = {pk: [] for pk in parties}
        names = ("id", "party_id", *COLUMNS)
        for part in chunks(parties, AT_ONCE):
            rows = Contact.objects.filter(party_id__in=part).exclude(batch_id=self.run.batch_id)
            for values in bulk.plain_rows(rows, names):
                record = dict(zip(names, values, strict=True))
                known[record["party_id"]].append(record)
        return known

    def _one(self, row: Row, known: dict[int, list[dict[str, Any]]]) -> Outcome:
        number, values = row
        key = str(values[self.at["customer"]])
        party = self.customers.find(key)
        if party is None:
            return Refusal((kinds.CUSTOMER_NOT_FOUND.at("customer", found=key),))
        if party in self.customers.hidden:
            return Refusal((kinds.OUT_OF_SCOPE.at("customer", found=key),))
        name, mobile = str(values[self.at["name"]]), str(values[self.at["mobile"]] or "")
        if problem := self._twice(number, party, name, mobile):
            return Refusal((problem,))
        old = _same(known[party], name, mobile)
        new = self._merged(values, old or _FRESH)
        problems = [
            p for p in check_contact(_data(new), timezone.localdate(self.run.now)) if p.is_error
        ]
        if problem := self._second_primary(number, party, new, old, known[party]):
            problems.append(problem)
        if problems:
            return Refusal(tuple(problems))
        if old is None:
            return Add((party, self.run.batch_id, *(new[c] for c in COLUMNS)))
        changed = [c for c in COLUMNS if new[c] != old[c]]
        if not changed:
            return UNCHANGED
        return Update(old["id"], {c: old[c] for c in changed}, {c: new[c] for c in changed})

    def _twice(self, number: int, party: int, name: str, mobile: str) -> Problem | None:
        """The same person again: the same number, or one of the two rows without a number."""
        rows = self.seen.setdefault((party, name), {})
        clash = mobile if mobile in rows else "" if "" in rows else next(iter(rows), None)
        if clash is not None and (clash == mobile or not clash or not mobile):
            return kinds.DUPLICATE_ROW.at("name", row=rows[clash], found=name)
        rows[mobile] = number
        return None

    def _merged(self, values: Sequence[Value], old: dict[str, Any]) -> dict[str, Any]:
        new = {c: old[c] for c in COLUMNS}
        clears = self.run.options.get("blank_clears", False)
        for name in self.fields:
            value = values[self.at[name]]
            if value is not None:
                new[name] = value
            elif clears and name not in ("name", "is_primary"):
                new[name] = "" if name in TEXTS else None
        return new

    def _second_primary(
        self,
        number: int,
        party: int,
        new: dict[str, Any],
        old: dict[str, Any] | None,
        others: list[dict[str, Any]],
    ) -> Problem | None:
        if not new["is_primary"]:
            return None
        own = old["id"] if old else None
        for other in others:
            if other["is_primary"] and other["id"] != own:
                return kinds.PRIMARY_TAKEN.at("is_primary", found=other["name"])
        first = self.primary.setdefault(party, number)
        if first != number:
            return kinds.DUPLICATE_ROW.at("is_primary", row=first, found="主要联系人")
        return None


def _same(contacts: Sequence[dict[str, Any]], name: str, mobile: str) -> dict[str, Any] | None:
    """The contact a row means: same name and mobile, or the only one of that name if a mobile is missing."""
    namesakes = [c for c in contacts if c["name"] == name]
    exact = [c for c in namesakes if c["mobile"] == mobile]
    if exact:
        return exact[0]
    if len(namesakes) == 1 and (not mobile or not namesakes[0]["mobile"]):
        return namesakes[0]
    return None


def _data(new: dict[str, Any]) -> ContactData:
    birthday = dt.date.fromisoformat(new["birthday"]) if new["birthday"] else None
    return ContactData(**{c: new[c] for c in COLUMNS if c != "birthday"}, birthday=birthday)
