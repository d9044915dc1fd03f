"""From a document to rows: columns, goods lines, counts; the defaults of a new declaration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models.fields.json import KT
from django.utils import timezone

from guanzhang.customs.domain.columns import GOODS_COLUMNS, columns_of, plain_goods_of
from guanzhang.customs.domain.document import Document, digest, tidied
from guanzhang.customs.domain.states import State
from guanzhang.customs.models import Declaration, GoodsLine, Settings
from guanzhang.customs.services.base import settings_of
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.codes import normalise_code
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.parties.queries import visible_parties
from guanzhang.parties.search import find_parties
from guanzhang.storage.bulk import insert_plain
from guanzhang.trail.services import take_numbers

UNREADABLE = Kind(
    "CUS-933", Severity.ERROR,
    "提交的内容不是一份报关单（{found}）。请刷新页面后重试；从文件导入的请检查文件。",
    "What was sent is not a declaration ({found}). Reload the page, or look at the file, and try again.",
)  # fmt: skip
KNOWN_ALREADY = Kind(
    "CUS-934", Severity.ERROR,
    "客户端编号 {found} 已用于报关单 {number}，同一份报文不会登记两次。",
    "Client number {found} belongs to declaration {number}; the same message is not entered twice.",
)  # fmt: skip
AT_ONCE = 500  # codes in one IN (…)


def as_document(raw: Mapping[str, Any]) -> Document:
    """``raw`` as it is stored; refuses what has not the shape of a declaration."""
    try:
        return tidied(raw)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refused([UNREADABLE.at("", found=str(error)[:100])]) from error


def next_numbers(book_id: int, count: int, *, now: dt.datetime) -> Iterator[tuple[str, str]]:
    """(our number, client number) of ``count`` new declarations, without gaps; in a transaction."""
    year = timezone.localtime(now).year
    prefix = settings_of(book_id).sequence_prefix
    for number in take_numbers(book_id, f"declaration.{year}", count):
        yield f"D{year}-{number:06}", f"{prefix}{year}{number:08}"


def blank_declaration(actor: Actor, *, now: dt.datetime) -> Declaration:
    """An unsaved draft of the actor."""
    return Declaration(
        book_id=actor.book_id,
        owner_id=actor.user_id,
        department_id=actor.department_id,
        state=State.DRAFT.value,
        created_at=now,
        updated_at=now,
    )


def fill(row: Declaration, document: Document, *, client_no: str) -> None:
    """``document`` and every column read from it into ``row``; a missing client number is ours.

    Numbers that customs gave stay when the document has none.
    """
    sign = document.setdefault("DecSign", {})
    row.client_no = sign.setdefault("ClientSeqNo", client_no)[:18]
    for column, value in columns_of(document).items():
        if value or column not in ("seq_no", "entry_no"):
            setattr(row, column, value)
    row.document, row.sha256 = document, digest(document)


def store_goods(*rows: Declaration) -> None:
    """The goods lines of saved declarations that have none yet."""
    insert_plain(
        GoodsLine,
        ("declaration_id", *GOODS_COLUMNS),
        ((row.pk, *line) for row in rows for line in plain_goods_of(row.document)),
    )


def start_head(
    document: Document,
    actor: Actor,
    settings: Settings,
    party: Any,  # noqa: ANN401 - parties.Party or None
    *,
    is_import: bool,
) -> None:
    """Fill what a new declaration leaves empty: own company, client, who enters it."""
    defaults: dict[str, str] = {
        "AgentCodeScc": settings.agent_usc,
        "AgentCode": settings.agent_code,
        "AgentName": settings.agent_name,
        "CopCodeScc": settings.agent_usc,
        "CopCode": settings.agent_usc[8:17],  # its organisation code
        "CopName": settings.agent_name[:70],
        "InputerName": actor.name[:32],
    }
    if party is not None:
        for prefix, usc in (("Trade", "TradeCoScc"), ("Owner", "OwnerCodeScc")):
            defaults[usc] = party.usc_code
            defaults[f"{prefix}Code"] = party.customs_code
            defaults[f"{prefix}Name"] = party.name[:100]
    head = document.setdefault("DecHead", {})
    for name, value in defaults.items():
        if value:
            head.setdefault(name, value)
    head["IEFlag"] = "I" if is_import else "E"


def sign_like_before(document: Document, actor: Actor) -> None:
    """The actor's card number and the declarant, as in the declaration the actor made last."""
    names = ("TypistNo", "DeclareName")
    mine = Declaration.objects.filter(book_id=actor.book_id, owner_id=actor.user_id)
    # KT gives text: without it SQLite's "2500…" would be read as a number.
    last = (
        mine.order_by("-pk")
        .values_list(*(KT(f"document__DecHead__{n}") for n in names))
        .first()
    )
    head = document.setdefault("DecHead", {})
    for name, value in zip(names, last or (), strict=False):
        if value:
            head.setdefault(name, value)


class Clients:
    """The customers that documents name as trader, found with one query for all of them.

    By credit code, then customs code, then the whole name, always within the actor's reach.
    """

    def __init__(self, actor: Actor, documents: Sequence[Mapping[str, Any]]) -> None:
        self._actor = actor
        heads = [document.get("DecHead") or {} for document in documents]
        self._by_usc = self._found("usc_code", {h.get("TradeCoScc", "") for h in heads})
        self._by_customs = self._found("customs_code", {h.get("TradeCode", "") for h in heads})
        self._by_name: dict[str, int | None] = {}

    def find(self, document: Mapping[str, Any]) -> int | None:
        """The client of a document; None when there is none or it is not clear."""
        head = document.get("DecHead") or {}
        return (
            self._by_usc.get(normalise_code(head.get("TradeCoScc", "")))
            or self._by_customs.get(normalise_code(head.get("TradeCode", "")))
            or self._named(head.get("TradeName", ""))
        )

    def _found(self, field: str, codes: set[str]) -> dict[str, int]:
        known = sorted({normalise_code(code) for code in codes} - {""})
        found: dict[str, int] = {}
        for start in range(0, len(known), AT_ONCE):
            rows = visible_parties(self._actor).filter(
                **{f"{field}__in": known[start : start + AT_ONCE]}
            )
            found |= dict(rows.values_list(field, "pk"))
        return found

    def _named(self, name: str) -> int | None:
        if name and name not in self._by_name:
            hits = [p.pk for p in find_parties(self._actor, name, 5) if p.name == name]
            self._by_name[name] = hits[0] if len(hits) == 1 else None
        return self._by_name.get(name)
