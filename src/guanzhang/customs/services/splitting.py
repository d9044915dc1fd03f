"""Split a draft that has more lines than one declaration may have."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from guanzhang.customs.domain.goods_rows import split_document
from guanzhang.customs.models import Declaration
from guanzhang.customs.services.base import locked_declaration
from guanzhang.customs.services.declarations import create_declaration, save_document
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity

NOTHING_TO_SPLIT = Kind(
    "CUS-979", Severity.ERROR,
    "报关单 {number} 有 {found} 项，没有超过一份报关单的上限，不需要拆分。",
    "Declaration {number} has {found} lines, which one declaration may have; there is nothing to split.",
)  # fmt: skip


def split_declaration(
    actor: Actor, declaration_id: int, *, revision: int, now: dt.datetime
) -> list[Declaration]:
    """The draft keeps the first lines; each further part becomes a draft of its own.

    All or nothing. Raises ``Stale`` when somebody saved first. Client numbers are new, sums stay.
    """
    with transaction.atomic():
        row = locked_declaration(actor, declaration_id, "declaration.edit")
        first, *others = split_document(row.document)
        if not others:
            found = len(row.document.get("DecLists") or ())
            raise Refused([NOTHING_TO_SPLIT.at("DecLists", number=row.number, found=found)])
        parts = [save_document(actor, row.pk, first, revision=revision, now=now)]
        for number, part in enumerate(others, 2):
            facts = {"number": row.number, "n": number, "of": len(others) + 1}
            parts.append(
                create_declaration(
                    actor,
                    direction=row.direction,
                    party_id=row.party_id,
                    now=now,
                    document={key: value for key, value in part.items() if key != "DecSign"},
                    note=_("由 %(number)s 拆分，第 %(n)s 份，共 %(of)s 份") % facts,
                )
            )
        return parts
