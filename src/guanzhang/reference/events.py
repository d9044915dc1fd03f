"""What this module announces, once in every book: reference data belongs to all of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EditionEffective:
    """An edition is in force. ``queries.changes_of(edition_id)`` says what it added, changed, ended."""

    edition_id: int
    kind: str  # codes, tariff, measures, rates, calendar, parameters
    table: str  # of ``codes``
    effective_on: dt.date
    added: int
    changed: int
    removed: int
