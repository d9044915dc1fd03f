"""Records leave the book in a template: that is an export, and recorded as one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from guanzhang.exchange.spec import ImportSpec
from guanzhang.kernel.actor import Actor
from guanzhang.trail.services import record


def record_export(actor: Actor, spec: ImportSpec, *, rows: int, now: dt.datetime) -> None:
    with transaction.atomic():
        record(
            actor,
            "import.template_exported",
            now=now,
            object_type="import",
            object_id=spec.key,
            label=str(spec.label),
            changes={"rows": rows},
        )
