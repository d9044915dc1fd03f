"""What is computed from a saved declaration: its deadline, its search text, tax, open problems."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from guanzhang.customs.checking import findings
from guanzhang.customs.domain.tax.deadlines import declare_by
from guanzhang.customs.models import Declaration
from guanzhang.customs.search import index_declarations
from guanzhang.reference.queries import reference_on


def set_deadline(row: Declaration, *, now: dt.datetime) -> None:
    """The last day to declare an import without 滞报金; an export has none here."""
    if row.direction != Declaration.Direction.IMPORT or row.moved_on is None:
        row.due_on = None
        return
    deadline = declare_by(row.moved_on, reference_on(timezone.localdate(now)))
    # Beyond the known calendar nobody knows the rest days: the earliest possible day warns in time.
    row.due_on = deadline.day or deadline.nominal


def write_figures(row: Declaration, *, now: dt.datetime) -> None:
    """Everything that is computed from a stored declaration whose goods are written."""
    set_deadline(row, now=now)
    found = findings(row, on=timezone.localdate(now))
    row.error_count, row.warning_count = found.error_count, found.warning_count
    row.save(update_fields=["due_on", "error_count", "warning_count"])
    index_declarations([row])
