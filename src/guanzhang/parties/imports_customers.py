"""Import customers and suppliers. Key: the code, else the 统一社会信用代码; a name alone never joins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.domain.cells import Value, unscaled
from guanzhang.exchange.domain.fields import Field, FieldKind
from guanzhang.exchange.spec import UNCHANGED, Add, Outcome, Refusal, Row, Run, Update
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem
from guanzhang.org.domain.policy import may
from guanzhang.org.queries import memberships, people
from guanzhang.org.scope import scope_q
from guanzhang.parties.checks import check_party
from guanzhang.parties.data import PartyData
from guanzhang.parties.imports_shared import (
    default_owner,
    derive,
    fresh_code,
    hidden_among,
    touch,
)
from guanzhang.parties.models import Party
from guanzhang.parties.services.base import field_specs
from guanzhang.parties.services.parties import NO_HANDOVER
from guanzhang.storage import bulk
from guanzhang.storage.bulk import chunks

AMOUNTS = ("annual_revenue", "total_assets", "registered_capital")
TEXTS = (
    "code", "kind", "name", "short_name", "english_name", "former_names", "usc_code", "customs_code",
    "id_card", "industry", "region", "scale", "customs_credit", "customs_kind", "source", "website",
    "note",
)  # fmt: skip
OTHERS = ("is_customer", "is_supplier", "staff_count", *AMOUNTS, "established_on")
DIRECT = (*TEXTS, *OTHERS)  # fields whose column has the same name
CUSTOM = "custom."
COLUMNS = (*DIRECT, "custom", "owner_id", "department_id")
_FRESH: dict[str, Any] = dict.fromkeys(TEXTS, "") | {
    "kind": "enterprise", "is_customer": True, "is_supplier": False,
    "staff_count": None, "established_on": None, **dict.fromkeys(AMOUNTS), "custom": {},
}  # fmt: skip


class CustomerImporter:
    """One run over a file of customers."""

    model = Party
    columns = ("book_id", "batch_id", "created_at", "updated_at", *COLUMNS)

    def __init__(self, run: Run) -> None:
        self.run = run
        self.at = run.positions
        owner_id, department_id = default_owner(run.actor)
        self.fresh = _FRESH | {"owner_id": owner_id, "department_id": department_id}
        if "source" not in run.mapped:
            self.fresh["source"] = "import"
        self.specs = field_specs(run.book_id)
        self.hands_over = may(run.actor, "party.assign")
        self.department_of = dict(
            memberships(run.book_id).values_list("user_id", "department_id")
        )
        self.direct = [name for name in DIRECT if name in run.mapped]
        self.seen: dict[tuple[str, str], int] = {}
        self.committing = False

    def prepare(self, _rows: Sequence[Row]) -> None:
        self.committing = True

    def resolve(self, rows: Sequence[Row]) -> list[Outcome]:
        by_code, by_usc = self._existing(rows)
        hidden = hidden_among(
            self.run.actor, [r["id"] for r in (*by_code.values(), *by_usc.values())]
        )
        outcomes = [self._one(row, by_code, by_usc, hidden) for row in rows]
        if self.committing:
            self._number(outcomes)
        return outcomes

    def finish(self, updated: Sequence[int]) -> None:
        touch(updated, self.run)
        added = Party.objects.filter(book_id=self.run.book_id, batch_id=self.run.batch_id)
        derive([*added.values_list("pk", flat=True), *updated])

    def facts(self) -> dict[str, Any]:
        return {}

    def _existing(
        self, rows: Sequence[Row]
    ) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
        """The book's parties that have a code or a credit code of these rows."""
        codes = {str(c) for c in self._column(rows, "code")}
        usc_codes = {str(c) for c in self._column(rows, "usc_code")}
        by_code: dict[str, dict[str, Any]] = {}
        by_usc: dict[str, dict[str, Any]] = {}
        parties = Party.objects.filter(book_id=self.run.book_id).exclude(
            batch_id=self.run.batch_id
        )
        for name, keys in (("code", codes), ("usc_code", usc_codes)):
            for part in chunks(sorted(keys), 500):
                found = parties.filter(Q(**{f"{name}__in": part}))
                for values in bulk.plain_rows(found, ["id", *COLUMNS]):
                    record = dict(zip(("id", *COLUMNS), values, strict=True))
                    by_code[record["code"]] = record
                    if record["usc_code"]:
                        by_usc[record["usc_code"]] = record
        return by_code, by_usc

    def _column(self, rows: Sequence[Row], field: str) -> Iterator[Value]:
        position = self.at[field]
        return (values[position] for _number, values in rows if values[position] is not None)

    def _one(
        self,
        row: Row,
        by_code: dict[str, dict[str, Any]],
        by_usc: dict[str, dict[str, Any]],
        hidden: set[int],
    ) -> Outcome:
        number, values = row
        code, usc_code = (
            str(values[self.at["code"]] or ""),
            str(values[self.at["usc_code"]] or ""),
        )
        if not code and not usc_code:
            return Refusal((kinds.NO_KEY.at("code", expected="编号或统一社会信用代码"),))
        if problem := self._twice(number, code, usc_code):
            return Refusal((problem,))
        old = by_code.get(code) if code else by_usc.get(usc_code)
        holder = by_usc.get(usc_code) if usc_code else None
        if holder and (old is None or holder["id"] != old["id"]):
            whose = "其他负责人的客户" if holder["id"] in hidden else holder["code"]
            facts = {"field": "统一社会信用代码", "found": usc_code, "expected": whose}
            return Refusal((kinds.TAKEN.at("usc_code", **facts),))
        if old and old["id"] in hidden:
            return Refusal((kinds.OUT_OF_SCOPE.at("code", found=code or usc_code),))
        new = self._merged(values, old or self.fresh)
        on = timezone.localdate(self.run.now)
        problems = [p for p in check_party(self._data(new), self.specs, on) if p.is_error]
        if old and new["owner_id"] != old["owner_id"] and not self.hands_over:
            problems.append(NO_HANDOVER.at("owner", found=self._owner(old)))
        if problems:
            return Refusal(tuple(problems))
        if old is None:
            stamps = (self.run.book_id, self.run.batch_id, self.run.now, self.run.now)
            return Add((*stamps, *(new[c] for c in COLUMNS)))
        changed = [c for c in COLUMNS if new[c] != old[c]]
        if not changed:
            return UNCHANGED
        return Update(old["id"], {c: old[c] for c in changed}, {c: new[c] for c in changed})

    def _twice(self, number: int, code: str, usc_code: str) -> Problem | None:
        for field, key in (("code", code), ("usc_code", usc_code)):
            if key and (earlier := self.seen.setdefault((field, key), number)) != number:
                return kinds.DUPLICATE_ROW.at(field, row=earlier, found=key)
        return None

    def _merged(self, values: Sequence[Value], old: dict[str, Any]) -> dict[str, Any]:
        """``old`` with what the row says; an empty cell keeps what is there, unless it is to clear it."""
        new = dict(old)
        clears = self.run.options.get("blank_clears", False)
        for name in self.direct:
            value = values[self.at[name]]
            if value is not None:
                new[name] = value
            elif clears and name not in ("code", "name", "kind", "is_customer", "is_supplier"):
                new[name] = "" if name in TEXTS else None
        self._assign(values, new)
        custom = dict(old["custom"])
        for spec in self.specs:
            key = CUSTOM + spec.key
            if key in self.run.mapped:
                value = values[self.at[key]]
                if value is not None:
                    custom[spec.key] = unscaled(value, 4) if type(value) is int else value
                elif clears:
                    custom.pop(spec.key, None)
        new["custom"] = custom
        return new

    def _assign(self, values: Sequence[Value], new: dict[str, Any]) -> None:
        """Owner and department; without a department of its own a row follows its new owner."""
        for name, column in (("owner", "owner_id"), ("department", "department_id")):
            value = values[self.at[name]]
            if name in self.run.mapped and value is not None:
                moved = new[column] != int(str(value))
                new[column] = int(str(value))
                if name == "owner" and moved:
                    new["department_id"] = self.department_of.get(new[column])

    def _owner(self, old: dict[str, Any]) -> str:
        owner = people(self.run.book_id).filter(pk=old["owner_id"] or 0).first()
        return owner.name if owner else "无"

    def _data(self, new: dict[str, Any]) -> PartyData:
        """The record as the checks of the form see it."""
        known: dict[str, Any] = {
            n: new[n] for n in (*TEXTS, "is_customer", "is_supplier", "staff_count")
        }
        for name in AMOUNTS:
            known[name] = None if new[name] is None else Decimal(new[name]).scaleb(-4)
        day = new["established_on"]
        known["established_on"] = dt.date.fromisoformat(day) if day else None
        return PartyData(**known, custom=new["custom"])

    def _number(self, outcomes: list[Outcome]) -> None:
        """Give the new customers without a code theirs, in order of the file."""
        at, role = self.columns.index("code"), self.columns.index("is_customer")
        for i, outcome in enumerate(outcomes):
            if isinstance(outcome, Add) and not outcome.values[at]:
                values = outcome.values
                code = fresh_code(self.run.book_id, is_customer=values[role])
                outcomes[i] = Add((*values[:at], code, *values[at + 1 :]))


def existing_customers(actor: Actor, fields: Sequence[Field]) -> Iterator[list[str]]:
    """The actor's customers as rows of a template, to be edited in a spreadsheet and imported again."""
    parties = Party.objects.filter(scope_q(actor, "party.export"), status=Party.Status.ACTIVE)
    ids = list(parties.order_by("code").values_list("pk", flat=True))
    for part in chunks(ids, 500):
        rows = bulk.plain_rows(Party.objects.filter(pk__in=part).order_by("code"), COLUMNS)
        for values in rows:
            record = dict(zip(COLUMNS, values, strict=True))
            yield [_shown(f, record) for f in fields]


def _shown(field: Field, record: dict[str, Any]) -> str:
    if field.key.startswith(CUSTOM):
        value = record["custom"].get(field.key.removeprefix(CUSTOM))
    elif field.key in ("owner", "department"):
        value = record[f"{field.key}_id"]
    else:
        value = record[field.key]
    if value is None or value == "":
        return ""
    if field.kind is FieldKind.FLAG:
        return "是" if value else "否"
    if field.kind is FieldKind.CHOICE:
        return dict(field.choices).get(str(value), str(value))
    if field.kind is FieldKind.DECIMAL and isinstance(value, int):
        return unscaled(value, field.places)
    return str(value)
