"""The goods a client has declared before, and the declarations it starts from (模板)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs import queries
from guanzhang.customs.domain.columns import kept
from guanzhang.customs.domain.copying import copied
from guanzhang.customs.domain.declaration import number
from guanzhang.customs.domain.usedgoods import key_of, remembered, search_text
from guanzhang.customs.models import Declaration, Template, UsedGoods
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.org.domain.policy import may
from guanzhang.storage import pinyin
from guanzhang.trail.services import record

NO_NAME = Kind(
    "CUS-1001", Severity.ERROR,
    "请填写模板名称。", "Give the template a name.",
)  # fmt: skip
NAME_TAKEN = Kind(
    "CUS-1002", Severity.ERROR,
    "该客户已有名为“{found}”的模板，请换一个名称，或先删除旧模板。",
    "This client already has a template “{found}”; choose another name or delete the old one.",
)  # fmt: skip


def remember_goods(row: Declaration, *, now: dt.datetime) -> int:
    """Bring the client's library up to date with an approved declaration; returns how many goods."""
    if row.party_id is None:
        return 0
    lines: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for line in row.document.get("DecLists") or ():
        if key := key_of(line):
            lines[key] = line
    day = timezone.localdate(now)
    known = {
        (goods.hs_code, goods.name, goods.article_no): goods
        for goods in UsedGoods.objects.select_for_update().filter(
            party_id=row.party_id,
            direction=row.direction,
            hs_code__in={key[0] for key in lines},
        )
    }
    fresh, again = [], []
    for key, line in lines.items():
        goods = known.get(key)
        if goods is None:
            goods = UsedGoods(
                book_id=row.book_id, party_id=row.party_id, direction=row.direction,
                hs_code=key[0], name=key[1], article_no=key[2], uses=0,
            )  # fmt: skip
            fresh.append(goods)
        else:
            again.append(goods)
        goods.uses += 1
        goods.row = remembered(line)
        goods.search = search_text(key, line, _spoken(key[1]))
        goods.last_price = kept(number(line.get("DeclPrice", "")), 4)
        goods.currency = line.get("TradeCurr", "")[:3]
        goods.used_on = day
    # Two declarations of one client approved at once may both find it new; one row is enough.
    UsedGoods.objects.bulk_create(fresh, ignore_conflicts=True)
    UsedGoods.objects.bulk_update(
        again, ["uses", "row", "search", "last_price", "currency", "used_on"]
    )
    return len(lines)


def forget_goods(actor: Actor, goods_id: int, *, now: dt.datetime) -> None:
    """Take goods out of a client's library; declarations are not touched."""
    with transaction.atomic():
        goods = queries.used_goods_for(actor, "declaration.edit").filter(pk=goods_id).first()
        if goods is None:
            raise Http404
        label = f"{goods.hs_code} {goods.name}"
        goods.delete()
        record(
            actor, "goods.forgotten", now=now, object_type="used_goods", object_id=goods_id,
            label=label,
        )  # fmt: skip


def save_template(
    actor: Actor, declaration_id: int, *, name: str, now: dt.datetime
) -> Template:
    """Keep the content of a declaration as a template of its client (of the book, without one)."""
    source = queries.declaration_for(actor, declaration_id, "declaration.edit")
    name = name.strip()[:80]
    if not name:
        raise Refused([NO_NAME.at("name")])
    taken = Refused([NAME_TAKEN.at("name", found=name)])
    same = Template.objects.filter(book_id=actor.book_id, party=source.party, name__iexact=name)
    try:
        with transaction.atomic():
            if same.exists():
                raise taken
            template = Template.objects.create(
                book_id=actor.book_id,
                party_id=source.party_id,
                name=name,
                direction=source.direction,
                document=copied(source.document),
                user_id=actor.user_id,
                updated_at=now,
            )
            record(
                actor, "template.created", now=now, object_type="template",
                object_id=template.pk, label=name, reason=source.number,
            )  # fmt: skip
    except IntegrityError as error:
        raise taken from error
    return template


def remove_template(actor: Actor, template_id: int, *, now: dt.datetime) -> None:
    with transaction.atomic():
        template = queries.template_for(actor, template_id, "declaration.edit")
        name = template.name
        template.delete()
        record(
            actor, "template.removed", now=now, object_type="template", object_id=template_id,
            label=name,
        )  # fmt: skip


def start_from_template(
    actor: Actor, template_id: int, *, now: dt.datetime, party_id: int | None = None
) -> Declaration:
    """A new draft from a template; ``party_id`` for a template of no client."""
    if not may(actor, "declaration.edit"):
        raise Http404
    template = queries.template_for(actor, template_id)
    return create_declaration(
        actor,
        direction=template.direction,
        party_id=template.party_id or party_id,
        now=now,
        document=template.document,
        note=_("由模板“%(name)s”开始") % {"name": template.name},
    )


def _spoken(name: str) -> Iterable[str]:
    for initials, syllables in pinyin.spellings(name):
        yield initials
        yield "".join(syllables)
