"""The dry run: every row read, every cell checked, every key resolved; nothing written to the book."""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from guanzhang.exchange import files, reading
from guanzhang.exchange.domain.cells import Raw, Value, shown, unscaled
from guanzhang.exchange.domain.fields import Field
from guanzhang.exchange.domain.headers import column_index, column_letter
from guanzhang.exchange.domain.plan import Fault, Plan, plan_for
from guanzhang.exchange.models import Batch, CellProblem
from guanzhang.exchange.services.staged import (
    CHUNK,
    Progress,
    Work,
    silent,
    without_collector,
    work_on,
    wrong_state,
)
from guanzhang.exchange.services.suggesting import suggestion
from guanzhang.exchange.spec import Add, Importer, Refusal, Row, Update
from guanzhang.exchange.staging import RefusedRow, StagingWriter
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, Refused
from guanzhang.storage import bulk

KEPT_PROBLEMS = 20_000  # listed on the page; all are counted, all are in the annotated file
KEPT_NEIGHBOURS = 2_000  # refused rows whose neighbours are kept to show them in place
FIRST_CHANGES = 20


@dataclass(slots=True)
class Tally:
    """What the rows add up to: rows_in = added + updated + unchanged + refused."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def rows_in(self) -> int:
        return self.added + self.updated + self.unchanged + self.refused


@dataclass(slots=True)
class _Findings:
    """Everything a check learns, row by row."""

    work: Work
    tally: Tally = field(default_factory=Tally)
    counts: Counter[tuple[str, str, int | None]] = field(default_factory=Counter)
    examples: dict[tuple[str, str, int | None], tuple[str, Problem]] = field(
        default_factory=dict
    )
    kept: list[tuple[Any, ...]] = field(default_factory=list)
    accepted: Counter[str] = field(default_factory=Counter)  # currency → scaled amount
    turned_away: Counter[str] = field(default_factory=Counter)
    changes: list[dict[str, Any]] = field(default_factory=list)
    names: tuple[str, ...] = ()
    money: tuple[int, int] | None = None  # positions of currency and amount

    def note(self, row: int, cells: list[Raw], fault: Fault) -> None:
        """Count a problem; keep it while there is room."""
        problem = fault.problem
        key = (problem.kind.code, problem.path, fault.column)
        self.counts[key] += 1
        address = (
            f"{column_letter(fault.column)}{row}" if fault.column is not None else f"{row}"
        )
        self.examples.setdefault(key, (address, problem))
        if len(self.kept) < KEPT_PROBLEMS:
            self.kept.append(self._kept(row, cells, fault, address))

    def _kept(self, row: int, cells: list[Raw], fault: Fault, address: str) -> tuple[Any, ...]:
        problem, column = fault.problem, fault.column
        raw = cells[column] if column is not None and column < len(cells) else None
        header = self.names[column] if column is not None and column < len(self.names) else ""
        target = next((f for f in self.work.fields if f.key == problem.path), None)
        hint = suggestion(target, raw, problem) if target and problem.is_error else ""
        return (
            self.work.batch.pk, row, self.work.batch.facts["layout"]["sheet"][:60], address[:20], header[:120],
            problem.path[:60], shown(raw)[:300], problem.kind.code, problem.message("zh")[:500],
            problem.message("en")[:500], problem.kind.severity.value, hint[:300],
        )  # fmt: skip

    def add_up(self, values: list[Value], totals: Counter[str]) -> None:
        if self.money is not None:
            currency, amount = values[self.money[0]], values[self.money[1]]
            if isinstance(amount, int) and isinstance(currency, str):
                totals[currency] += amount


@without_collector()
def check_batch(
    actor: Actor, batch_id: int, *, now: dt.datetime, progress: Progress = silent
) -> Batch:
    """Check all rows of a batch and stage those that may go in; the batch is then "checked".

    Raises ``Refused`` when the file as a whole cannot be read; whatever ``progress`` raises ends the
    check and leaves the batch as it was.
    """
    batch = Batch.objects.get(pk=batch_id, book_id=actor.book_id)
    if batch.state not in (
        Batch.State.UPLOADED,
        Batch.State.CHECKING,
        Batch.State.CHECKED,
        Batch.State.FAILED,
    ):
        raise Refused([wrong_state(batch, "检查")])
    work = work_on(actor, batch, now=now)
    path = files.verify(batch.sha256, batch.number)
    at = work.run.positions
    money = (at[work.spec.money[0]], at[work.spec.money[1]]) if work.spec.money else None
    findings = _Findings(work, names=tuple(batch.facts["layout"]["names"]), money=money)
    importer = work.spec.start(work.run)
    writer = work.staging.write()
    try:
        skipped = _go_through(
            work, _raw_rows(batch, path), findings, importer, writer, progress
        )
    finally:
        writer.close()
    _write_down(batch, findings, importer, skipped, now)
    return batch


def _raw_rows(batch: Batch, path: Path) -> Iterator[list[Raw]]:
    """The raw rows of the chosen sheet, from its top."""
    facts = reading.FileFacts.from_json(batch.facts["file"])
    sheet = batch.facts["layout"]["sheet"]
    return reading.rows_of(path, facts, sheet, files.sheets_folder(batch.sha256))


def _go_through(
    work: Work,
    rows: Iterator[list[Raw]],
    findings: _Findings,
    importer: Importer,
    writer: StagingWriter,
    progress: Progress,
) -> Counter[str]:
    """Read, resolve and stage chunk by chunk; returns what was passed over: blanks, samples."""
    batch = work.batch
    layout, facts = batch.facts["layout"], reading.FileFacts.from_json(batch.facts["file"])
    plan = plan_for(
        work.definition, work.fields, findings.names,
        ordinal=work.spec.ordinal, epoch_1904=facts.epoch_1904,
    )  # fmt: skip
    total = facts.sheet(layout["sheet"]).rows - layout["first_row"] + 1
    skipped: Counter[str] = Counter()
    numbered = _data_rows(work, rows, skipped)
    context = _Context(writer)
    while chunk := list(islice(numbered, CHUNK)):
        _check_chunk(plan, chunk, findings, importer, context)
        progress(findings.tally.rows_in, max(total, findings.tally.rows_in), "检查各行")
    return skipped


def _data_rows(
    work: Work, rows: Iterator[list[Raw]], skipped: Counter[str]
) -> Iterator[tuple[int, list[Raw]]]:
    """The rows below the header with their numbers: without blank ones and a template's samples,
    with the cells a person has corrected."""
    layout = work.batch.facts["layout"]
    first = layout["first_row"] + bool(layout["from_template"])
    samples = _samples(work.fields, layout["names"]) if layout["from_template"] else ()
    patches = _patches(work.batch.facts.get("overrides", {}))
    for number, cells in enumerate(rows, 1):
        if number < first:
            continue
        if not any(cells):
            skipped["blank"] += 1
            continue
        if samples and number < first + len(samples) and _texts(cells) in samples:
            skipped["samples"] += 1
            continue
        if number in patches:
            for column, text in patches[number].items():
                cells.extend([None] * (column + 1 - len(cells)))
                cells[column] = text
        yield number, cells


def _samples(fields: tuple[Field, ...], names: list[str]) -> tuple[tuple[str, ...], ...]:
    """The two sample rows of a template with these headers."""
    by_label = {f.label: f for f in fields}
    return tuple(
        _texts(
            [
                by_label[n.rstrip("*")].examples[i] if n.rstrip("*") in by_label else ""
                for n in names
            ]
        )
        for i in (0, 1)
    )


def _texts(cells: list[Any]) -> tuple[str, ...]:
    texts = [shown(c).strip() for c in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _patches(overrides: Mapping[str, str]) -> dict[int, dict[int, str]]:
    patches: dict[int, dict[int, str]] = {}
    for address, text in overrides.items():
        letters = address.rstrip("0123456789")
        patches.setdefault(int(address[len(letters) :]), {})[column_index(letters)] = text
    return patches


@dataclass(slots=True)
class _Context:
    """The rows around refused ones, kept to show them where they stand."""

    writer: StagingWriter
    before: deque[tuple[int, list[Raw]]] = field(default_factory=lambda: deque(maxlen=2))
    wanted: int = 0  # how many of the next rows belong to a refused one
    kept: int = 0

    def pass_by(self, row: int, cells: list[Raw], *, refused: bool) -> None:
        if self.kept >= KEPT_NEIGHBOURS and not self.wanted:
            return
        if refused:
            self.writer.near(self.before)
            self.before.clear()
            self.kept, self.wanted = self.kept + 1, 2
        elif self.wanted:
            self.writer.near([(row, cells)])
            self.wanted -= 1
        else:
            self.before.append((row, cells))


def _check_chunk(
    plan: Plan,
    chunk: list[tuple[int, list[Raw]]],
    findings: _Findings,
    importer: Importer,
    context: _Context,
) -> None:
    readable: list[Row] = []
    bad: dict[int, list[Fault]] = {}
    parsed: dict[int, list[Value]] = {}
    for number, cells in chunk:
        values, faults = plan.parse(cells)
        if faults:
            parsed[number] = values
            for fault in faults:
                findings.note(number, cells, fault)
            errors = [f for f in faults if f.problem.is_error]
            if errors:
                bad[number] = errors
                continue
        readable.append((number, values))
    raw = dict(chunk)
    good = _resolve(readable, raw, plan, findings, importer, bad, parsed)
    context.writer.accept(good)
    refused = [
        RefusedRow(
            number,
            _ordinal(plan, parsed[number]),
            raw[number],
            [(f.column, f.problem.message("zh")) for f in faults],
        )
        for number, faults in sorted(bad.items())
    ]
    context.writer.refuse(refused)
    for number in bad:
        findings.add_up(parsed[number], findings.turned_away)
    findings.tally.refused += len(bad)
    for number, cells in chunk:
        context.pass_by(number, cells, refused=number in bad)


def _resolve(
    readable: list[Row],
    raw: dict[int, list[Raw]],
    plan: Plan,
    findings: _Findings,
    importer: Importer,
    bad: dict[int, list[Fault]],
    parsed: dict[int, list[Value]],
) -> list[Row]:
    """Ask the importer about the readable rows; those it refuses join ``bad``. Returns the others."""
    good: list[Row] = []
    tally = findings.tally
    for row, outcome in zip(readable, importer.resolve(readable), strict=True):
        number, values = row
        if isinstance(outcome, Refusal):
            faults = [Fault(plan.column_of.get(p.path), p) for p in outcome.problems]
            for fault in faults:
                findings.note(number, raw[number], fault)
            bad[number], parsed[number] = faults, values
            continue
        good.append(row)
        findings.add_up(values, findings.accepted)
        if isinstance(outcome, Add):
            tally.added += 1
        elif isinstance(outcome, Update):
            tally.updated += 1
            if len(findings.changes) < FIRST_CHANGES:
                findings.changes.append({"row": number, "columns": _shown(findings, outcome)})
        else:
            tally.unchanged += 1
    return good


def _shown(findings: _Findings, update: Update) -> dict[str, list[object]]:
    """The columns that change, before and after, without what not everybody may see."""
    masked = findings.work.spec.masked
    return {c: [masked(c, update.before[c]), masked(c, v)] for c, v in update.after.items()}


def _ordinal(plan: Plan, values: list[Value]) -> int | None:
    if plan.ordinal is None:
        return None
    value = values[plan.ordinal[0]]
    return value if isinstance(value, int) else None


def _write_down(
    batch: Batch,
    findings: _Findings,
    importer: Importer,
    skipped: Counter[str],
    now: dt.datetime,
) -> None:
    """The result of the check: counts, sums, problems; in one short transaction."""
    tally = findings.tally
    places = {f.key: f.places for f in findings.work.fields}
    money = findings.work.spec.money
    amount_places = places[money[1]] if money else 0
    batch.rows_in, batch.added, batch.updated = tally.rows_in, tally.added, tally.updated
    batch.unchanged, batch.refused = tally.unchanged, tally.refused
    batch.state, batch.failure = Batch.State.CHECKED, ""
    batch.facts |= {
        "totals": {c: unscaled(a, amount_places) for c, a in sorted(findings.accepted.items())},
        "refused_totals": {
            c: unscaled(a, amount_places) for c, a in sorted(findings.turned_away.items())
        },
        "skipped": dict(skipped),
        "also": importer.facts(),
        "changes": findings.changes,
        "problems": _grouped(findings),
        "problem_count": sum(findings.counts.values()),
        "checked_at": now.isoformat(),
    }
    columns = (
        "batch_id", "row", "sheet", "cell", "column", "field", "value", "code", "zh", "en",
        "severity", "suggestion",
    )  # fmt: skip
    with transaction.atomic():
        CellProblem.objects.filter(batch=batch).delete()
        bulk.insert_plain(CellProblem, columns, findings.kept)
        batch.save(
            update_fields=[
                "rows_in",
                "added",
                "updated",
                "unchanged",
                "refused",
                "state",
                "failure",
                "facts",
            ]
        )


def _grouped(findings: _Findings) -> list[dict[str, Any]]:
    """Problems by kind and column, the errors and the most frequent first."""
    labels = {f.key: f.label for f in findings.work.fields}
    rows = []
    for key, count in findings.counts.most_common():
        code, path, column = key
        address, problem = findings.examples[key]
        header = findings.names[column] if column is not None else ""
        rows.append(
            {
                "code": code,
                "field": labels.get(path, ""),
                "column": header,
                "count": count,
                "first": address,
                "zh": problem.message("zh"),
                "en": problem.message("en"),
                "severity": problem.kind.severity.value,
            }
        )
    return sorted(rows, key=lambda r: r["severity"] != "error")
