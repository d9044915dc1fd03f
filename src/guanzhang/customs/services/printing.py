"""Papers of declarations and mandates as PDF; what was approved is printed once and kept.

A draft is printed anew with its watermark each time. The official form of an approved declaration is
stored by its hash on the first print and given again byte for byte, whatever tables say later.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from guanzhang.customs import queries
from guanzhang.customs.domain.declaration import read
from guanzhang.customs.domain.form import WATERMARKS, Facts
from guanzhang.customs.domain.states import State, state_of
from guanzhang.customs.models import Declaration, Mandate, Receipt, Settings
from guanzhang.customs.prints import mandate as mandate_paper
from guanzhang.customs.prints.copies import store_copy, stored_copy
from guanzhang.customs.prints.declaration import (
    EDITION,
    declaration_pdf,
    printed_form,
)
from guanzhang.customs.prints.goods_list import goods_list
from guanzhang.customs.prints.notice import TITLES, notice_paper
from guanzhang.customs.prints.sheet import sheet_pdf
from guanzhang.customs.prints.tax import tax_paper
from guanzhang.customs.services.base import audit, settings_of
from guanzhang.customs.taxes import tax_of
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.reference.queries import reference_on

MOST_AT_ONCE = 50  # declarations of a batch that is printed while the person waits
MOST_OF_ALL = 2000
NOT_ALL = Kind(
    "CUS-992",
    Severity.ERROR,
    "选择的 {expected} 份报关单只找到 {found} 份，没有打印；请刷新列表后重新选择",
    "Only {found} of the {expected} declarations chosen were found; nothing was printed. Reload the list and choose again",
)  # fmt: skip
TOO_MANY = Kind(
    "CUS-993",
    Severity.ERROR,
    "一次最多打印 {expected} 份报关单，选择了 {found} 份；请分批打印",
    "At most {expected} declarations are printed at a time; {found} were chosen. Print them in parts",
)  # fmt: skip
NOTHING = Kind(
    "CUS-994",
    Severity.ERROR,
    "没有选择报关单；请先在列表里勾选",
    "No declaration was chosen; tick some in the list first",
)  # fmt: skip
_NOTICES = {
    "release": (State.RELEASED.value, State.PICKED_UP.value),
    "inspection": (State.INSPECTION.value,),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF with its file name; ``sha256`` of its bytes."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def declaration_paper(actor: Actor, declaration_id: int, *, now: dt.datetime) -> Paper:
    """The official form; 404 outside the actor's reach."""
    row = queries.declaration_for(actor, declaration_id)
    return Paper(f"报关单_{row.entry_no or row.number}.pdf", _form_bytes(actor, row, now=now))


def other_paper(actor: Actor, declaration_id: int, kind: str, *, now: dt.datetime) -> Paper:
    """A paper of ``OTHERS`` about a declaration; 404 when there is no such or nothing to say."""
    row = queries.declaration_for(actor, declaration_id)
    if kind not in OTHERS:
        raise Http404
    title, make = OTHERS[kind]
    return Paper(f"{title}_{row.number}.pdf", make(actor, row, now))


def mandate_only(actor: Actor, mandate_id: int) -> Paper:
    """The letter and agreement of a mandate, without a shipment."""
    mandate = queries.mandate_for(actor, mandate_id)
    content = _mandate_bytes(mandate, settings_of(actor.book_id))
    return Paper(f"代理报关委托书_{mandate.number}.pdf", content)


def chosen_rows(
    actor: Actor, ids: Sequence[int], *, most: int = MOST_OF_ALL
) -> list[Declaration]:
    """The declarations of a batch in the order chosen; refuses none, too many, or one not found."""
    ids = list(dict.fromkeys(ids))
    if not ids:
        raise Refused([NOTHING.at("ids")])
    if len(ids) > most:
        raise Refused([TOO_MANY.at("ids", found=len(ids), expected=most)])
    found = queries.declarations_for(actor).in_bulk(ids)
    if len(found) < len(ids):
        raise Refused([NOT_ALL.at("ids", found=len(found), expected=len(ids))])
    return [found[each] for each in ids]


def batch_paper(
    actor: Actor,
    rows: Sequence[Declaration],
    *,
    now: dt.datetime,
    progress: Callable[[int], None] | None = None,
) -> Paper:
    """The forms of ``rows`` one after the other in one file, each with its own pages x/y."""
    writer = PdfWriter()
    for done, row in enumerate(rows, 1):
        writer.append(
            PdfReader(io.BytesIO(_form_bytes(actor, row, now=now))), import_outline=False
        )
        if progress:
            progress(done)
    writer.add_metadata({"/Title": f"报关单 {len(rows)} 份"})
    out = io.BytesIO()
    writer.write(out)
    return Paper(f"报关单_{len(rows)}份_{timezone.localdate(now):%Y%m%d}.pdf", out.getvalue())


def _form_bytes(actor: Actor, row: Declaration, *, now: dt.datetime) -> bytes:
    facts = _facts(row)
    if facts.watermark:
        return _new_form(row, facts, now)
    key = _key(row, facts)
    if found := stored_copy(key):
        return found
    content = _new_form(row, facts, now)
    with transaction.atomic():
        digest = store_copy(key, content)
        audit(
            actor, row, "declaration.printed", now=now, changes={"sha256": digest, "key": key}
        )
    return content


def _new_form(row: Declaration, facts: Facts, now: dt.datetime) -> bytes:
    return declaration_pdf(printed_form(row.document, reference_on(_day(row, now)), facts))


def _key(row: Declaration, facts: Facts) -> str:
    """What makes a print the same: declaration, document, numbers, edition of the layout."""
    what = [EDITION, row.pk, row.sha256, {k: str(v) for k, v in asdict(facts).items()}]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _facts(row: Declaration) -> Facts:
    return Facts(
        number=row.number,
        revision=row.revision,
        entry_no=row.entry_no,
        declared_on=row.declared_on,
        watermark=WATERMARKS.get(state_of(row.state), ""),
    )


def _day(row: Declaration, now: dt.datetime) -> dt.date:
    """The day whose tables name the codes: that of the declaration, today before."""
    return row.declared_on or timezone.localdate(now)


# --- other papers ---------------------------------------------------------------------------------------


def _goods_bytes(_actor: Actor, row: Declaration, now: dt.datetime) -> bytes:
    return sheet_pdf(goods_list(row.document, reference_on(_day(row, now)), _facts(row)))


def _tax_bytes(_actor: Actor, row: Declaration, now: dt.datetime) -> bytes:
    taxes = tax_of(row, on=_day(row, now))
    reference = reference_on(taxes.on)
    return sheet_pdf(tax_paper(row.document, taxes, reference, _facts(row)))


def _mandate_for(actor: Actor, row: Declaration, now: dt.datetime) -> bytes:
    """With the mandate of the client that is valid on the day, if there is one; else lines to fill."""
    day = _day(row, now)
    mandate = _valid_mandate(actor, row, row.party_id, day) if row.party_id else None
    return _mandate_bytes(mandate, settings_of(row.book_id), row, day)


def _valid_mandate(
    actor: Actor, row: Declaration, party_id: int, day: dt.date
) -> Mandate | None:
    valid = queries.mandates_for(actor).filter(
        party_id=party_id,
        is_cancelled=False,
        valid_from__lte=day,
        valid_to__gte=day,
        direction__in=("", row.direction),
    )
    return valid.order_by("-valid_to", "-pk").select_related("party").first()


def _mandate_bytes(
    mandate: Mandate | None,
    settings: Settings,
    row: Declaration | None = None,
    day: dt.date | None = None,
) -> bytes:
    party: Any = mandate.party if mandate else row.party if row else None
    declaration = read(row.document) if row else None
    trader = declaration.trader if declaration else None
    client = mandate_paper.Company(
        name=party.name if party else trader.name if trader else "",
        usc_code=party.usc_code if party else trader.usc_code if trader else "",
        customs_code=party.customs_code if party else trader.customs_code if trader else "",
    )
    broker = mandate_paper.Company(settings.agent_name, settings.agent_usc, settings.agent_code)
    facts = mandate_paper.Mandate()
    if mandate:
        is_long = mandate.kind == Mandate.Kind.LONG
        facts = mandate_paper.Mandate(mandate.number, is_long, mandate.valid_to)
    shipment = None
    if declaration and day:
        shipment = mandate_paper.shipment_of(declaration, reference_on(day))
    return mandate_paper.mandate_pdf(
        facts, client, broker, shipment, origin=row.number if row else ""
    )


def _notice(kind: str) -> Callable[[Actor, Declaration, dt.datetime], bytes]:
    def make(_actor: Actor, row: Declaration, now: dt.datetime) -> bytes:
        event = row.events.filter(after__in=_NOTICES[kind]).order_by("-pk").first()
        if event is None:
            raise Http404
        receipt: Receipt | None = event.receipt
        note = event.note or (receipt.note if receipt else "")
        at = timezone.localtime((receipt and receipt.noticed_at) or event.at)
        reference = reference_on(_day(row, now))
        return sheet_pdf(
            notice_paper(kind, row.document, reference, _facts(row), at=at, note=note)
        )

    return make


OTHERS: dict[str, tuple[str, Callable[[Actor, Declaration, dt.datetime], bytes]]] = {
    "goods": ("商品清单", _goods_bytes),
    "tax": ("税款预估表", _tax_bytes),
    "mandate": ("代理报关委托书", _mandate_for),
    "release": (TITLES["release"], _notice("release")),
    "inspection": (TITLES["inspection"], _notice("inspection")),
}
