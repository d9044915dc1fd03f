"""A declaration as a workbook that the program reads back."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils import timezone

from guanzhang.customs.domain.document import leaves
from guanzhang.customs.queries import declaration_for
from guanzhang.customs.sheets import write_workbook
from guanzhang.trail.services import record
from guanzhang.web.listing_export import TYPES
from guanzhang.web.pages import actor_of, page


@page("declaration.export", "POST")
def workbook(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every element of the document as xlsx; recorded in the trail."""
    actor = actor_of(request)
    row = declaration_for(actor, pk, "declaration.export")
    file = write_workbook(row.document)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    with transaction.atomic():
        record(
            actor,
            "list.exported",
            now=timezone.now(),
            object_type="declaration",
            object_id=row.pk,
            label=row.number,
            changes={"rows": sum(1 for _leaf in leaves(row.document)), "sha256": digest},
        )
    return FileResponse(
        file, as_attachment=True, filename=f"{row.number}.xlsx", content_type=TYPES["xlsx"]
    )
