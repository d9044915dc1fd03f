"""Create, change, archive, assign and tag parties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Problem, Refused, Severity, Stale
from guanzhang.org import queries as org
from guanzhang.org.domain.policy import Scope, may, scope_of
from guanzhang.org.models import Membership
from guanzhang.org.scope import scope_q
from guanzhang.parties.checks import check_party
from guanzhang.parties.completeness import Around, completeness
from guanzhang.parties.data import PartyData
from guanzhang.parties.masking import masked
from guanzhang.parties.models import Party, Tag
from guanzhang.parties.search import index_parties
from guanzhang.parties.services.base import (
    PLAIN_FIELDS,
    around,
    data_of,
    field_specs,
    locked_party,
    note_change,
    refuse,
)
from guanzhang.storage import pinyin
from guanzhang.trail.services import changes_between, next_number

CODE_TAKEN = Kind(
    "PTY-140", Severity.ERROR,
    "编号 {found} 已被使用，请换一个，或留空自动编号。",
    "Code {found} is taken; choose another, or leave it empty for a number.",
)  # fmt: skip
USC_TAKEN = Kind(
    "PTY-141", Severity.ERROR,
    "统一社会信用代码 {found} 已登记在“{other}”（{code}）名下，请直接使用该单位，不要重复登记。",
    "Credit code {found} already belongs to “{other}” ({code}); use that party instead of a second one.",
)  # fmt: skip
USC_TAKEN_UNSEEN = Kind(
    "PTY-142", Severity.ERROR,
    "统一社会信用代码 {found} 已由其他负责人登记，请联系管理员转交。",
    "Credit code {found} is registered by somebody else; ask an administrator to hand it over.",
)  # fmt: skip
NAME_TAKEN = Kind(
    "PTY-143", Severity.WARNING,
    "已有同名单位（{code}）。确实是两家请保留，否则请使用原有的。",
    "There is a party of the same name ({code}). Keep this one only if they really are two.",
)  # fmt: skip
NOT_A_MEMBER = Kind(
    "PTY-144", Severity.ERROR,
    "负责人不是本账套的在职用户，请重新选择。",
    "The owner is not an active user of this book; choose another.",
)  # fmt: skip
OTHER_OWNER = Kind(
    "PTY-145", Severity.ERROR,
    "您只能登记由自己负责的客户；登记后可以转交他人。",
    "You can only enter customers of your own; hand it over afterwards.",
)  # fmt: skip
CODE_FIXED = Kind(
    "PTY-146", Severity.ERROR,
    "编号 {expected} 登记后不能清空。", "Code {expected} cannot be cleared once given.",
)  # fmt: skip
NO_HANDOVER = Kind(
    "PTY-147", Severity.ERROR,
    "更换负责人需要“转交”的权限，请由管理员或财务主管转交。现负责人：{found}。",
    "Changing the owner needs the right to hand over; ask an administrator. The owner is {found}.",
)  # fmt: skip
OUT_OF_REACH = Kind(
    "PTY-148", Severity.ERROR,
    "这一行不存在，或您没有这项权限；它没有改动。",
    "This row does not exist or is out of your reach; it was not changed.",
)  # fmt: skip
NAMES = ("name", "short_name", "english_name", "former_names", "code", "usc_code")


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of a batch."""

    party_id: int
    label: str
    text: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def is_done(self) -> bool:
        return not self.problems


def create_party(
    actor: Actor,
    data: PartyData,
    *,
    now: dt.datetime,
    acknowledged: Collection[str] = (),
    batch_id: int | None = None,
) -> Party:
    """Enter a customer or supplier; without a code it is numbered C00001 (suppliers S00001).

    Without an owner the actor is the owner. Refuses errors, and warnings whose codes are not in
    ``acknowledged``.
    """
    with transaction.atomic():
        data = _with_owner(actor, data.tidied())
        known = refuse(_problems(actor, data, now), acknowledged)
        party = Party(book_id=actor.book_id, batch_id=batch_id, created_at=now, updated_at=now)
        party.code = data.code or _next_code(actor.book_id, data)
        _write(party, replace(data, code=party.code), Around())
        _save(party)
        index_parties([party.pk])
        after = _facts(party)
        changes = {
            k: v for k, v in changes_between(dict.fromkeys(after), after).items() if v[1]
        }
        note_change(
            actor, party, "party.created", now=now, fields=PLAIN_FIELDS,
            changes=_secret(changes), reason=_acknowledged(known),
        )  # fmt: skip
        return party


def change_party(
    actor: Actor,
    party_id: int,
    data: PartyData,
    *,
    revision: int,
    now: dt.datetime,
    acknowledged: Collection[str] = (),
) -> Party:
    """Write ``data`` over a party that still has ``revision``; ``Stale`` when somebody saved first.

    Nothing is written when nothing differs.
    """
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.edit")
        if party.revision != revision:
            raise Stale
        old = data_of(party)
        data = _with_owner(actor, data.tidied(), party)
        problems = _problems(actor, data, now, party)
        if not data.code:
            problems.append(CODE_FIXED.at("code", expected=party.code))
        known = refuse(problems, acknowledged)
        before = _facts(party)
        _write(party, data, around(party))
        changes = changes_between(before, dict.fromkeys(before) | _facts(party))
        if not changes:
            return party
        party.revision += 1
        party.updated_at = now
        _save(party)
        if any(getattr(old, name) != getattr(data, name) for name in NAMES):
            index_parties([party.pk])
        note_change(
            actor, party, "party.changed", now=now, fields=changes,
            changes=_secret(changes), reason=_acknowledged(known),
        )  # fmt: skip
        return party


def problems_of(
    actor: Actor, data: PartyData, *, now: dt.datetime, party: Party | None = None
) -> list[Problem]:
    """What ``create_party`` or, for ``party``, ``change_party`` would find, warnings included."""
    return _problems(actor, _with_owner(actor, data.tidied(), party), now, party)


def archive_party(actor: Actor, party_id: int, *, now: dt.datetime, reason: str = "") -> Party:
    """Put a party away: out of lists and look-ups, nothing is deleted."""
    return _set_status(actor, party_id, Party.Status.ARCHIVED, "party.archived", now, reason)


def restore_party(actor: Actor, party_id: int, *, now: dt.datetime, reason: str = "") -> Party:
    return _set_status(actor, party_id, Party.Status.ACTIVE, "party.restored", now, reason)


def archive_parties(actor: Actor, ids: Iterable[int], *, now: dt.datetime) -> list[RowResult]:
    """Archive each of ``ids``; one transaction, one result per row."""
    with transaction.atomic():
        return [
            _row(actor, pk, "party.archive", lambda party: _put_away(actor, party, now))
            for pk in ids
        ]


def assign_parties(
    actor: Actor, ids: Iterable[int], owner_id: int, *, now: dt.datetime
) -> list[RowResult]:
    """Make ``owner_id`` and that person's department responsible; one result per row.

    Refuses an owner who does not work in the book.
    """
    with transaction.atomic():
        member = _member(actor, owner_id)
        if member is None:
            raise Refused([NOT_A_MEMBER.at("owner_id")])

        def assign(party: Party) -> str:
            before = _facts(party)
            party.owner, party.department = member.user, member.department
            changes = changes_between(before, _facts(party))
            if not changes:
                return _("已由 %(name)s 负责，未变") % {"name": member.user.name}
            party.revision += 1
            party.updated_at = now
            party.completeness = completeness(data_of(party), around(party)).percent
            party.save(
                update_fields=["owner", "department", "revision", "updated_at", "completeness"]
            )
            note_change(
                actor, party, "party.assigned", now=now, fields=changes, changes=changes
            )
            return _("已转交 %(name)s") % {"name": member.user.name}

        return [_row(actor, pk, "party.assign", assign) for pk in ids]


def tag_parties(
    actor: Actor, ids: Iterable[int], tag_ids: Sequence[int], *, now: dt.datetime
) -> list[RowResult]:
    """Put tags on each of ``ids``; one result per row."""
    return _tag(actor, ids, tag_ids, now, puts_on=True)


def untag_parties(
    actor: Actor, ids: Iterable[int], tag_ids: Sequence[int], *, now: dt.datetime
) -> list[RowResult]:
    """Take tags off each of ``ids``; one result per row."""
    return _tag(actor, ids, tag_ids, now, puts_on=False)


def _tag(
    actor: Actor, ids: Iterable[int], tag_ids: Sequence[int], now: dt.datetime, *, puts_on: bool
) -> list[RowResult]:
    with transaction.atomic():
        tags = list(Tag.objects.filter(book_id=actor.book_id, pk__in=tag_ids).order_by("name"))

        def change(party: Party) -> str:
            before = sorted(party.tags.values_list("name", flat=True))
            if puts_on:
                party.tags.add(*tags)
            else:
                party.tags.remove(*tags)
            after = sorted(party.tags.values_list("name", flat=True))
            if before == after:
                return _("标签未变")
            action = "party.tagged" if puts_on else "party.untagged"
            note_change(
                actor,
                party,
                action,
                now=now,
                fields=("tags",),
                changes={"tags": [before, after]},
            )
            return _("标签：%(names)s") % {"names": _("、").join(after) or _("无")}

        return [_row(actor, pk, "party.edit", change) for pk in ids]


def _row(actor: Actor, party_id: int, action: str, do: Callable[[Party], str]) -> RowResult:
    """One row of a batch: a party out of reach fails alone, and says nothing about itself."""
    try:
        party = locked_party(actor, party_id, action)
    except Http404:
        return RowResult(party_id, label="", problems=(OUT_OF_REACH.at(str(party_id)),))
    return RowResult(party.pk, label=party.name, text=do(party))


def restore_parties(actor: Actor, ids: Iterable[int], *, now: dt.datetime) -> list[RowResult]:
    """Take each of ``ids`` out of the archive; one transaction, one result per row."""

    def take_out(party: Party) -> str:
        if party.status != Party.Status.ACTIVE:
            _change_status(actor, party, Party.Status.ACTIVE, "party.restored", now, "")
        return _("已恢复")

    with transaction.atomic():
        return [_row(actor, pk, "party.archive", take_out) for pk in ids]


def _put_away(actor: Actor, party: Party, now: dt.datetime) -> str:
    if party.status == Party.Status.ARCHIVED:
        return _("早已归档，未变")
    _change_status(actor, party, Party.Status.ARCHIVED, "party.archived", now, "")
    return _("已归档")


def _set_status(
    actor: Actor, party_id: int, status: str, action: str, now: dt.datetime, reason: str
) -> Party:
    with transaction.atomic():
        party = locked_party(actor, party_id, "party.archive")
        if party.status != status:
            _change_status(actor, party, status, action, now, reason)
        return party


def _change_status(
    actor: Actor, party: Party, status: str, action: str, now: dt.datetime, reason: str
) -> None:
    changes = {"status": [party.status, status]}
    party.status = status
    party.revision += 1
    party.updated_at = now
    party.save(update_fields=["status", "revision", "updated_at"])
    note_change(
        actor, party, action, now=now, fields=("status",), changes=changes, reason=reason
    )


def _with_owner(actor: Actor, data: PartyData, party: Party | None = None) -> PartyData:
    """A new party without an owner belongs to who enters it; the department follows the owner."""
    if party is None and data.owner_id is None and not actor.is_system:
        data = replace(data, owner_id=actor.user_id)
    moved = party is None or party.owner_id != data.owner_id
    chosen = party is not None and party.department_id != data.department_id
    if not moved or chosen or (party is None and data.department_id is not None):
        return data
    member = _member(actor, data.owner_id)
    return replace(data, department_id=member.department_id if member else None)


def _problems(
    actor: Actor, data: PartyData, now: dt.datetime, party: Party | None = None
) -> list[Problem]:
    """What is wrong with tidied data on its own, and beside the other rows of the book."""
    found = list(check_party(data, field_specs(actor.book_id), timezone.localdate(now)))
    others = Party.objects.filter(book_id=actor.book_id)
    if party is not None:
        others = others.exclude(pk=party.pk)
    if data.code and others.filter(code=data.code).exists():
        found.append(CODE_TAKEN.at("code", found=data.code))
    if data.usc_code and (other := others.filter(usc_code=data.usc_code).first()):
        found.append(_usc_taken(actor, other))
    if data.name and (party is None or party.name != data.name):
        found += _same_name(actor, data.name, others)
    if party is None or party.owner_id != data.owner_id:
        found += _owner_faults(actor, data, party)
    if data.department_id is not None:
        departments = org.departments(actor.book_id)
        if not departments.filter(pk=data.department_id).exists():
            found.append(NOT_A_MEMBER.at("department_id"))
    return found


def _usc_taken(actor: Actor, other: Party) -> Problem:
    """Names the other party only to somebody who may see it."""
    if Party.objects.filter(scope_q(actor, "party.view"), pk=other.pk).exists():
        return USC_TAKEN.at("usc_code", found=other.usc_code, other=other.name, code=other.code)
    return USC_TAKEN_UNSEEN.at("usc_code", found=other.usc_code)


def _same_name(actor: Actor, name: str, others: Any) -> list[Problem]:  # noqa: ANN401 - a queryset
    # By sort key, because that is indexed and the name is not.
    twins = others.filter(
        scope_q(actor, "party.view"),
        status__in=Party.Status.values,
        sort_key=pinyin.sort_key(name),
        name=name,
    )
    return [NAME_TAKEN.at("name", code=twin.code) for twin in twins.order_by("code")[:1]]


def _owner_faults(actor: Actor, data: PartyData, party: Party | None) -> list[Problem]:
    """Who enters a party may give it to whom he could still see it with; later that is a hand-over."""
    member = _member(actor, data.owner_id)
    if data.owner_id is not None and member is None:
        return [NOT_A_MEMBER.at("owner_id")]
    if party is not None:
        owner = party.owner.name if party.owner else "无"
        return [] if may(actor, "party.assign") else [NO_HANDOVER.at("owner_id", found=owner)]
    scope = scope_of(actor, "party.edit")
    within = member is not None and member.department_id in actor.department_ids
    if (
        scope is Scope.ALL
        or data.owner_id == actor.user_id
        or (scope is Scope.DEPARTMENT and within)
    ):
        return []
    return [OTHER_OWNER.at("owner_id")]


def _member(actor: Actor, user_id: int | None) -> Membership | None:
    """The active membership of a user in the actor's book; None for nobody and for strangers."""
    members = org.memberships(actor.book_id).filter(is_active=True, user__is_active=True)
    return members.filter(user_id=user_id).first() if user_id is not None else None


def _next_code(book_id: int, data: PartyData) -> str:
    letter, series = ("C", "party") if data.is_customer else ("S", "party.supplier")
    while True:
        code = f"{letter}{next_number(book_id, series):05}"
        if not Party.objects.filter(book_id=book_id, code=code).exists():
            return code


def _write(party: Party, data: PartyData, beside: Around) -> None:
    for name in PLAIN_FIELDS:
        setattr(party, name, getattr(data, name))
    party.custom = dict(data.custom)
    party.owner_id, party.department_id = data.owner_id, data.department_id
    party.sort_key = pinyin.sort_key(data.name)
    party.completeness = completeness(data, beside).percent


def _save(party: Party) -> None:
    """Two people entering the same code at once: the second meets the constraint, not the check."""
    try:
        with transaction.atomic():
            party.save()
    except IntegrityError as error:
        if "usc" in str(error):
            raise Refused([USC_TAKEN_UNSEEN.at("usc_code", found=party.usc_code)]) from error
        if "code" in str(error):
            raise Refused([CODE_TAKEN.at("code", found=party.code)]) from error
        raise


def _facts(party: Party) -> dict[str, Any]:
    """The party as the trail shows it: people and departments by name, custom fields one by one."""
    facts = {name: getattr(party, name) for name in PLAIN_FIELDS}
    facts |= {f"custom.{key}": value for key, value in party.custom.items()}
    facts["owner"] = party.owner.name if party.owner else None
    facts["department"] = party.department.name if party.department else None
    return facts


def _secret(changes: dict[str, list[Any]]) -> dict[str, Any]:
    return {k: [masked(k, old), masked(k, new)] for k, (old, new) in changes.items()}


def _acknowledged(codes: Sequence[str]) -> str:
    """What the trail says when somebody saved in spite of warnings."""
    return _("已核对提示 %(codes)s，仍然保存") % {"codes": _("、").join(codes)} if codes else ""
