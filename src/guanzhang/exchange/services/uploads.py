"""From an upload to a mapping: receive a file, propose which column is what, remember the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import Any

from django.db import transaction
from rapidfuzz import fuzz, process

from guanzhang.exchange import files, reading, registry
from guanzhang.exchange.domain import problems as kinds
from guanzhang.exchange.domain.cells import Raw, shown
from guanzhang.exchange.domain.fields import Field
from guanzhang.exchange.domain.headers import LOOKED_AT, Header, find_header, is_key_row
from guanzhang.exchange.domain.mapping import (
    Definition,
    Source,
    check_definition,
    definition_from_json,
    exact_sources,
    plain_header,
    signature,
)
from guanzhang.exchange.models import Batch, Mapping
from guanzhang.exchange.spec import ImportSpec
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Refused, refuse_errors
from guanzhang.trail.services import next_number, record

SIMILAR = 82  # of 100: below, two labels are not taken for the same
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """The header of one sheet, what its first rows hold, and where data begins."""

    sheet: str
    header: Header
    samples: tuple[tuple[str, ...], ...]  # per column, the first different values
    from_template: bool  # the hidden row of field keys is there

    @property
    def columns(self) -> tuple[str, ...]:
        return self.header.named

    def to_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "row": self.header.row,
            "names": list(self.header.names),
            "first_row": self.header.first_row,
            "from_template": self.from_template,
        }


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping to begin with, and how each field was found: remembered exact similar default."""

    definition: Definition
    how: dict[str, str]
    layout: Layout


def receive_file(
    actor: Actor, kind: str, name: str, chunks: Iterable[bytes], *, now: dt.datetime
) -> Batch:
    """Store an upload and open a batch for it. Raises ``Refused`` for a file that cannot be read;
    then neither a batch nor the file remains."""
    spec = registry.spec(kind)
    name = PurePath(name.replace("\\", "/")).name[:255] or "file"
    stored = files.store(chunks)
    try:
        facts = reading.inspect(stored.path, name, files.sheets_folder(stored.sha256))
        _layout(spec.fields(actor), stored.sha256, facts, "", name)
    except Refused:
        files.discard(stored)
        raise
    with transaction.atomic():
        batch = Batch.objects.create(
            book_id=actor.book_id,
            kind=kind,
            number=next_number(actor.book_id, "import"),
            file_name=name,
            sha256=stored.sha256,
            size=stored.size,
            facts={"file": facts.to_json()},
            user_id=actor.user_id,
            created_at=now,
        )
        record(
            actor,
            "import.uploaded",
            now=now,
            object_type="batch",
            object_id=batch.pk,
            label=name,
            changes={"kind": kind, "sha256": stored.sha256, "size": stored.size},
        )
    return batch


def propose_mapping(actor: Actor, batch: Batch, sheet: str = "") -> Proposal:
    """Remembered mapping of this layout, else exact, else similar labels, else default values."""
    spec = registry.spec(batch.kind)
    fields = spec.fields(actor)
    layout = layout_of(actor, batch, sheet)
    columns = layout.columns
    remembered = _remembered(batch, columns, _added_labels(spec, fields))
    sources: dict[str, Source] = {}
    options: dict[str, bool] = {}
    if remembered:
        keys = {f.key for f in fields}
        sources = {k: s for k, s in remembered.sources.items() if k in keys}
        options = {o.key: remembered.options.get(o.key, False) for o in spec.options}
    how = dict.fromkeys(sources, "remembered")
    used = {name for source in sources.values() for name in source.columns}
    for key, source in exact_sources(fields, [c for c in columns if c not in used]).items():
        if key not in sources and not (remembered and not _added(spec, key)):
            sources[key], how[key] = source, "exact"
            used.update(source.columns)
    if not remembered:
        for key, source in _similar(fields, sources, columns).items():
            sources[key], how[key] = source, "similar"
        for field in fields:
            if field.default and field.key not in sources:
                sources[field.key], how[field.key] = Source(constant=field.default), "default"
    ordered = {f.key: sources[f.key] for f in fields if f.key in sources}
    return Proposal(Definition(batch.kind, ordered, options, layout.sheet), how, layout)


def set_mapping(
    actor: Actor, batch_id: int, definition: Definition, *, now: dt.datetime, name: str = ""
) -> Batch:
    """Fix how the file is read; a ``name`` keeps the mapping for the next file of this layout.

    Raises ``Refused`` with everything that is wrong with the mapping.
    """
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch_id, book_id=actor.book_id)
        if batch.state not in (Batch.State.UPLOADED, Batch.State.CHECKED, Batch.State.FAILED):
            facts = {"found": batch.get_state_display(), "wanted": "改动对应列"}
            raise Refused([kinds.WRONG_STATE.at("state", batch=batch.number, **facts)])
        spec = registry.spec(batch.kind)
        layout = layout_of(actor, batch, definition.sheet)
        fields = spec.fields(actor)
        problems = check_definition(
            definition, fields, spec.options, layout.columns, spec.ordinal
        )
        refuse_errors(problems)
        if batch.facts.get("layout", {}).get("sheet") not in (None, layout.sheet):
            batch.facts.pop("overrides", None)  # they were cells of another sheet
        batch.mapping = definition.to_json()
        batch.facts["layout"] = layout.to_json()
        batch.facts["mapping_name"] = name
        batch.save(update_fields=["mapping", "facts"])
        if name:
            added = _added_labels(spec, fields)
            kept = {**definition.to_json(), "signature": signature(layout.columns, added)}
            Mapping.objects.update_or_create(
                book_id=batch.book_id,
                kind=batch.kind,
                name=name[:60],
                defaults={"definition": kept, "updated_at": now},
            )
    return batch


def layout_of(actor: Actor, batch: Batch, sheet: str = "") -> Layout:
    """The header and samples of one sheet of a batch's file; raises ``Refused`` if it has no rows."""
    spec = registry.spec(batch.kind)
    facts = reading.FileFacts.from_json(batch.facts["file"])
    return _layout(spec.fields(actor), batch.sha256, facts, sheet, batch.file_name)


def _layout(
    fields: Sequence[Field], sha256: str, facts: reading.FileFacts, sheet: str, name: str
) -> Layout:
    chosen = facts.sheet(sheet)
    path, folder = files.stored_path(sha256), files.sheets_folder(sha256)
    top: list[list[Raw]] = list(islice(reading.rows_of(path, facts, chosen.name, folder), 200))
    known = {plain_header(n) for f in fields for n in (f.label, f.key, *f.aliases)}
    merged = [m for m in chosen.merged if m[0] < LOOKED_AT]
    header = find_header(top, known, merged)
    if header is None:
        raise Refused([kinds.EMPTY_FILE.at("file")])
    rows = top[header.first_row - 1 :]
    from_template = bool(rows) and is_key_row(rows[0], {f.key for f in fields})
    if not any(any(row) for row in rows[from_template:]):
        raise Refused([kinds.HEADER_ONLY.at("file", found=chosen.name or name)])
    samples = []
    for column in range(len(header.names)):
        cells = (shown(r[column]).strip() for r in rows[from_template:] if column < len(r))
        samples.append(tuple(islice(dict.fromkeys(c for c in cells if c), SAMPLES)))
    return Layout(chosen.name, header, tuple(samples), from_template)


def _remembered(
    batch: Batch, columns: Sequence[str], added: Sequence[str]
) -> Definition | None:
    """The newest mapping that was saved for a file of the same layout."""
    wanted = signature(columns, added)
    kept = Mapping.objects.filter(book_id=batch.book_id, kind=batch.kind).order_by(
        "-updated_at"
    )
    for mapping in kept:
        if mapping.definition.get("signature") == wanted:
            return definition_from_json(mapping.definition)
    return None


def _added(spec: ImportSpec, key: str) -> bool:
    """Whether the annotated file adds a column for this field."""
    return spec.ordinal is not None and key == spec.ordinal.field


def _added_labels(spec: ImportSpec, fields: Sequence[Field]) -> list[str]:
    return [f.label for f in fields if _added(spec, f.key)]


def _similar(
    fields: Sequence[Field], sources: dict[str, Source], columns: Sequence[str]
) -> dict[str, Source]:
    """Labels that are nearly a header, best pairs first, each column once."""
    used = {name for source in sources.values() for name in source.columns}
    free = {name: plain_header(name) for name in columns if name not in used}
    pairs = []
    for field in fields:
        if field.key in sources:
            continue
        for label in (field.label, *field.aliases):
            for _text, score, name in process.extract(
                plain_header(label), free, scorer=fuzz.ratio, score_cutoff=SIMILAR
            ):
                pairs.append((score, field.key, name))
    found: dict[str, Source] = {}
    taken: set[str] = set()
    for _score, key, name in sorted(pairs, key=lambda p: -p[0]):
        if key not in found and name not in taken:
            found[key] = Source((name,))
            taken.add(name)
    return found
