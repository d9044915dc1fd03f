"""What is computed from a saved declaration: its deadline, its search text, tax, open problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from guanzhang.customs.checking import findings
from guanzhang.customs.domain.tax.deadlines import declare_by
from guanzhang.customs.models import Declaration
from guanzhang.customs.search import index_declarations
from guanzhang.customs.taxes import store_tax, tax_of
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
    today = timezone.localdate(now)
    sheet = tax_of(row, on=today)
    store_tax(row, sheet)
    found = findings(row, on=today, sheet=sheet)
    row.error_count, row.warning_count = found.error_count, found.warning_count
    row.save(update_fields=["due_on", "error_count", "warning_count"])
    index_declarations([row])


def refresh(ids: Iterable[int], *, now: dt.datetime) -> int:
    """Tax and checks of declarations that came in bulk; a transaction each. Returns how many."""
    count = 0
    for pk in ids:
        with transaction.atomic():
            row = Declaration.objects.select_for_update(of=("self",)).filter(pk=pk).first()
            if row is not None:
                write_figures(row, now=now)
                count += 1
    return count
