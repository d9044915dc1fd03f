"""From an uploaded file to an edition that waits for its review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanzhang.exchange import files, reading
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused
from guanzhang.org.domain.policy import may
from guanzhang.reference.columns import columns_of
from guanzhang.reference.domain import problems as kinds
from guanzhang.reference.domain.checks import CHECKS, Known
from guanzhang.reference.domain.difference import difference
from guanzhang.reference.domain.tables import TABLES
from guanzhang.reference.models import Edition, Parameter, Workday
from guanzhang.reference.queries import reference_on
from guanzhang.reference.reading import Finding, Progress, Row, Table, as_json, read_file
from guanzhang.reference.shapes import SHAPES
from guanzhang.trail.services import record
from guanzhang.work.models import Job
from guanzhang.work.services import enqueue_job

JOB = "reference.load"
LOAD = "reference.load"  # the right
_CODES = ("unit", "license_doc", "country", "currency", "fta_agreement")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a person says about the file: what it is, from when, from where."""

    kind: str
    effective_on: dt.date
    source: str
    title: str = ""
    table: str = ""  # of ``codes``
    source_date: str = ""
    is_whole: bool = True
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "effective_on": self.effective_on.isoformat(),
            "source": self.source,
            "title": self.title,
            "table": self.table,
            "source_date": self.source_date,
            "is_whole": self.is_whole,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Heading:
        day = dt.date.fromisoformat(data["effective_on"])
        return cls(**{**data, "effective_on": day})


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file: an edition, or everything that is wrong with it."""

    edition: Edition | None
    findings: tuple[Finding, ...] = ()


def receive_file(
    actor: Actor, heading: Heading, name: str, chunks: Iterable[bytes], *, now: dt.datetime
) -> Job:
    """Keep an uploaded file and queue its loading; raises ``Refused`` for a file that cannot be read."""
    _check_heading(actor, heading)
    name = PurePath(name.replace("\\", "/")).name[:255] or "file"
    stored = files.store(chunks)
    try:
        facts = reading.inspect(stored.path, name, files.sheets_folder(stored.sha256))
    except Refused:
        files.discard(stored)
        raise
    with transaction.atomic():
        return enqueue_job(
            actor, JOB, _("载入：%(file)s") % {"file": name}, now=now,
            heading=heading.to_json(), file_name=name, sha256=stored.sha256,
            facts=facts.to_json(),
        )  # fmt: skip


def load_file(
    actor: Actor,
    heading: Heading,
    name: str,
    sha256: str,
    facts: reading.FileFacts,
    *,
    now: dt.datetime,
    progress: Progress = lambda _done, _total, _step: None,
) -> Loaded:
    """Read and check the whole file; without an error it becomes an edition that waits for review.

    Raises ``Refused`` when the file has no usable header, or says nothing new.
    """
    _check_heading(actor, heading)
    files.verify(sha256, 0)
    fields = columns_of(heading.kind, heading.table)
    table = read_file(sha256, facts, fields, progress)
    progress(len(table.rows), len(table.rows), _("检查"))
    findings = (*table.findings, *_checked(table, heading))
    if any(f.problem.is_error for f in findings):
        return Loaded(None, findings)
    edition = stage_rows(
        actor, heading, table.rows, now=now, file_name=name, sha256=sha256, findings=findings
    )
    return Loaded(edition, findings)


def stage_rows(
    actor: Actor,
    heading: Heading,
    rows: Iterable[Row],
    *,
    now: dt.datetime,
    file_name: str = "",
    sha256: str = "",
    findings: Iterable[Finding] = (),
) -> Edition:
    """Keep checked rows as an edition that waits for another person. Raises ``Refused``."""
    _check_heading(actor, heading)
    shape = SHAPES[heading.kind]
    given = {shape.key(row): row for row in map(_complete(heading.kind), rows)}
    with transaction.atomic():
        valid = shape.valid(heading.table, heading.effective_on, given)
        diff = difference(valid, given, is_whole=heading.is_whole)
        if diff.is_empty:
            raise Refused([kinds.NOTHING_CHANGES.at("file", day=heading.effective_on)])
        edition = Edition.objects.create(
            kind=heading.kind,
            table=heading.table,
            title=(heading.title or _title(heading))[:120],
            effective_on=heading.effective_on,
            source=heading.source.strip()[:300],
            source_date=heading.source_date[:20],
            file_name=file_name,
            sha256=sha256,
            is_whole=heading.is_whole,
            added=len(diff.added),
            changed=len(diff.changed),
            removed=len(diff.removed),
            unchanged=diff.unchanged,
            staged={"rows": list(given.values()), "warnings": as_json(tuple(findings))},
            loaded_by_id=actor.user_id,
            loaded_by=actor.name[:60],
            loaded_at=now,
            note=heading.note[:500],
        )
        record(
            actor, "reference.loaded", now=now, object_type="edition", object_id=edition.pk,
            label=edition.title, changes=_summary(edition),
        )  # fmt: skip
    return edition


def known_on(day: dt.date, table: Table | None = None) -> Known:
    """What files are compared with on a day."""
    reference = reference_on(day)
    codes = {
        key: frozenset(c for c, row in reference.tables.get(key, {}).items() if row.status != "inactive")
        for key in _CODES
    }  # fmt: skip
    return Known(
        effective_on=day,
        codes=codes,
        parameters=frozenset(Parameter.objects.values_list("key", flat=True)),
        is_workday=reference.is_workday,
        years=frozenset(day.year for day in Workday.objects.dates("day", "year")),
        number=(lambda i: table.numbers[i]) if table else (lambda i: i + 1),
    )


def _checked(table: Table, heading: Heading) -> tuple[Finding, ...]:
    """The problems of the rows, without those of cells that could not be read at all."""
    known = known_on(heading.effective_on, table)
    unreadable = {f.cell for f in table.findings if f.problem.is_error}
    placed = map(table.placed, CHECKS[heading.kind](table.rows, known))
    return tuple(finding for finding in placed if finding.cell not in unreadable)


def _check_heading(actor: Actor, heading: Heading) -> None:
    if not may(actor, LOAD):
        raise Refused([kinds.NOT_ALLOWED.at("", found=LOAD)])
    found = []
    if not heading.source.strip():
        found.append(kinds.SOURCE_NEEDED.at("source"))
    if heading.kind == Edition.Kind.CODES and heading.table not in TABLES:
        found.append(kinds.UNKNOWN_TABLE.at("table", found=heading.table))
    if heading.is_whole and not SHAPES[heading.kind].may_be_whole:
        label = Edition.Kind(heading.kind).label
        found.append(kinds.CANNOT_BE_WHOLE.at("is_whole", kind=label))
    if found:
        raise Refused(found)


def _complete(kind: str) -> Any:  # noqa: ANN401 - a function of a row
    """A row of codes without a status is active."""
    if kind != Edition.Kind.CODES:
        return dict
    return lambda row: {**row, "status": row.get("status") or "active"}


def _title(heading: Heading) -> str:
    what = (
        TABLES[heading.table].zh
        if heading.kind == Edition.Kind.CODES
        else Edition.Kind(heading.kind).label
    )
    return f"{what} {heading.effective_on}"


def _summary(edition: Edition) -> dict[str, Any]:
    names = (
        "kind",
        "table",
        "effective_on",
        "source",
        "added",
        "changed",
        "removed",
        "unchanged",
    )
    return {name: getattr(edition, name) for name in names}
