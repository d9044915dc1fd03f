"""Tell the next person that a declaration waits, or what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from guanzhang.customs.models import Declaration
from guanzhang.kernel.actor import Actor
from guanzhang.org import queries as org
from guanzhang.org.domain.policy import Role
from guanzhang.work.services import notify


def tell(
    row: Declaration,
    users: Iterable[int | None],
    text: str,
    *,
    now: dt.datetime,
    by: Actor,
    **facts: object,
) -> None:
    """Leave ``text`` (with %(number)s and ``facts``) for ``users``, but for who did it."""
    link = reverse("declaration", args=[row.pk])
    for user_id in sorted({user for user in users if user} - {by.user_id}):
        notify(user_id, row.book_id, text % {"number": row.number, **facts}, now=now, link=link)


def tell_reviewers(
    actor: Actor,
    row: Declaration,
    *,
    now: dt.datetime,
    first: int | None = None,
    text: str = "",
) -> None:
    """Who reviews next: who reviewed it before, else the reviewers of its department, else all."""
    text = text or _("报关单 %(number)s 待审核")
    if first:
        tell(row, (first,), text, now=now, by=actor)
        return
    members = org.memberships(row.book_id).filter(
        grants__role=Role.REVIEWER.value, is_active=True, user__is_active=True
    )
    others = set(members.values_list("user_id", "department_id"))
    near = {user for user, department in others if department == row.department_id}
    skipped = {row.prepared_by_id, row.first_reviewer_id, actor.user_id}
    wanted = (near - skipped) or ({user for user, _department in others} - skipped)
    tell(row, wanted, text, now=now, by=actor)
