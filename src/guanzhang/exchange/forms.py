"""Shape of what the pages send: the mapping as a form has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from guanzhang.exchange.domain.cells import CLEANERS, DATE_ORDERS
from guanzhang.exchange.domain.fields import Field, FieldKind, Option
from guanzhang.exchange.domain.mapping import Definition, Source

CONSTANT = "="  # the choice "a fixed value" among the columns


def definition_from(
    posted: Mapping[str, Sequence[str]],
    kind: str,
    fields: Sequence[Field],
    options: Sequence[Option],
) -> Definition:
    """The mapping that the fields ``column.KEY times.KEY constant.KEY clean.KEY dates.KEY`` describe."""
    sources = {f.key: source for f in fields if (source := source_from(posted, f))}
    chosen = {o.key: _one(posted, f"option.{o.key}") == "on" for o in options}
    return Definition(kind, sources, chosen, _one(posted, "sheet"))


def source_from(posted: Mapping[str, Sequence[str]], field: Field) -> Source | None:
    """Where one field comes from; None when it is not imported."""
    column = _one(posted, f"column.{field.key}")
    if column == CONSTANT:
        constant = _one(posted, f"constant.{field.key}").strip()
        return Source(constant=constant) if constant else None
    if not column:
        return None
    times = _one(posted, f"times.{field.key}")
    columns = (column, times) if times and field.kind is FieldKind.DECIMAL else (column,)
    clean = tuple(c for c in posted.get(f"clean.{field.key}", ()) if c in CLEANERS)
    dates = _one(posted, f"dates.{field.key}")
    return Source(columns, clean=clean, dates=dates if dates in DATE_ORDERS else "auto")


def _one(posted: Mapping[str, Sequence[str]], key: str) -> str:
    return next(iter(posted.get(key, ())), "")


def corrections_from(posted: Sequence[tuple[str, str]]) -> dict[str, str]:
    """``cell.F23`` fields with something in them, by cell."""
    pairs = (
        (key.removeprefix("cell."), text.strip())
        for key, text in posted
        if key.startswith("cell.")
    )
    return {cell: text[:2000] for cell, text in pairs if text}
