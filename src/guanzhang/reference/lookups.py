"""Lookup sources: one per code table, named as the table, and the tariff. They answer as of today."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanzhang.kernel.actor import Actor
from guanzhang.reference.domain.tables import TABLES, CodeRow
from guanzhang.reference.queries import search_codes, search_tariff
from guanzhang.web.lookup import Hit, LookupSource

VIEW = "reference.view"
_HINTS = ("name_en", "applies_to", "note")  # extra columns that tell a code's neighbours apart


def _finder(table: str) -> Callable[[Actor, str, int], list[Hit]]:
    def find(_actor: Actor, text: str, limit: int) -> list[Hit]:
        rows = search_codes(table, text, timezone.localdate(), limit=limit)
        return [Hit(row.code, row.code, row.name, _hint(row)) for row in rows]

    return find


def _hint(row: CodeRow) -> str:
    return next((row.extra[name] for name in _HINTS if row.extra.get(name)), "")


def _tariff(_actor: Actor, text: str, limit: int) -> list[Hit]:
    lines = search_tariff(text, timezone.localdate(), limit=limit)
    return [
        Hit(
            line.hs_code,
            line.hs_code,
            line.name,
            f"{line.unit1}/{line.unit2}" if line.unit2 else line.unit1,
            reverse("tariff-line", args=[line.hs_code]),
        )
        for line in lines
    ]


LOOKUPS = (
    *(
        LookupSource(key, VIEW, _finder(key), table.zh, in_palette=False)
        for key, table in TABLES.items()
    ),
    LookupSource("tariff", VIEW, _tariff, _("税则"), "book-open"),
)
