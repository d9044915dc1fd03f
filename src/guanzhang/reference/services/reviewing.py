"""The second person: review or reject an edition, and put reviewed editions in force on their day."""

from __future__ import annotations

import datetime as dt
import logging
import secrets

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.kernel.problem import Refused
from guanzhang.org.domain.policy import may
from guanzhang.org.queries import books
from guanzhang.reference.domain import problems as kinds
from guanzhang.reference.domain.difference import difference
from guanzhang.reference.events import EditionEffective
from guanzhang.reference.models import Edition
from guanzhang.reference.services.stamps import next_applied_at
from guanzhang.reference.shapes import SHAPES
from guanzhang.trail.services import announce, record
from guanzhang.work.services import notify

log = logging.getLogger("guanzhang.reference")
REVIEW = "reference.review"
State = Edition.State


def review_edition(
    actor: Actor, edition_id: int, *, now: dt.datetime, note: str = ""
) -> Edition:
    """Another person than the loader agrees; what is due takes effect at once. Raises ``Refused``."""
    with transaction.atomic():
        edition = _waiting(actor, edition_id, State.LOADED)
        edition.state = State.REVIEWED
        _sign(edition, actor, now)
        edition.note = (note or edition.note)[:500]
        edition.save()
        record(
            actor, "reference.reviewed", now=now, object_type="edition",
            object_id=edition.pk, label=edition.title, reason=note,
        )  # fmt: skip
        if edition.effective_on <= timezone.localdate(now):
            _apply(edition, now)
        _tell_loader(edition, actor, now, _("%(who)s 复核通过：%(title)s"))
    return edition


def reject_edition(actor: Actor, edition_id: int, reason: str, *, now: dt.datetime) -> Edition:
    """Send an edition back, also one that is reviewed and waits for its day. Raises ``Refused``."""
    if not reason.strip():
        raise Refused([kinds.REASON_NEEDED.at("reason")])
    with transaction.atomic():
        edition = _waiting(actor, edition_id, State.LOADED, State.REVIEWED)
        edition.state = State.REJECTED
        _sign(edition, actor, now)
        edition.note = reason.strip()[:500]
        edition.save()
        record(
            actor, "reference.rejected", now=now, object_type="edition",
            object_id=edition.pk, label=edition.title, reason=reason.strip(),
        )  # fmt: skip
        _tell_loader(edition, actor, now, _("%(who)s 退回：%(title)s"))
    return edition


def apply_due(now: dt.datetime) -> None:
    """Put every reviewed edition in force whose day has come, oldest day first; idempotent."""
    due = Edition.objects.filter(
        state=State.REVIEWED, effective_on__lte=timezone.localdate(now)
    ).order_by("effective_on", "pk")
    for pk in list(due.values_list("pk", flat=True)):
        try:
            _apply_one(pk, now)
        except Refused:  # the others and the worker's other duties go on
            log.exception("edition %s cannot take effect", pk)


def _apply_one(pk: int, now: dt.datetime) -> None:
    with transaction.atomic():
        waiting = Edition.objects.select_for_update().filter(pk=pk, state=State.REVIEWED)
        edition = waiting.first()
        if edition is not None:
            _apply(edition, now)


def _apply(edition: Edition, now: dt.datetime) -> None:
    """Write the rows against what is valid now, keep what changed, announce it in every book."""
    if not edition.staged or not edition.staged.get("rows"):
        raise Refused([kinds.NO_LONGER_READABLE.at("edition", title=edition.title)])
    shape = SHAPES[edition.kind]
    given = {shape.key(row): row for row in edition.staged["rows"]}
    valid = shape.valid(edition.table, edition.effective_on, given)
    diff = difference(valid, given, is_whole=edition.is_whole)
    shape.write(edition, given, diff)
    edition.added, edition.changed = len(diff.added), len(diff.changed)
    edition.removed, edition.unchanged = len(diff.removed), diff.unchanged
    edition.staged = diff.to_json()
    edition.state = State.EFFECTIVE
    edition.applied_at, edition.stamp = next_applied_at(now), secrets.token_hex(16)
    edition.save()
    event = EditionEffective(
        edition_id=edition.pk,
        kind=edition.kind,
        table=edition.table,
        effective_on=edition.effective_on,
        added=edition.added,
        changed=edition.changed,
        removed=edition.removed,
    )
    for book in books():
        announce(book.pk, event, now=now)
    record(
        system_actor(0), "reference.effective", now=now, object_type="edition",
        object_id=edition.pk, label=edition.title,
        changes={"added": edition.added, "changed": edition.changed, "removed": edition.removed},
    )  # fmt: skip


def _waiting(actor: Actor, edition_id: int, *states: str) -> Edition:
    """The locked edition, if this person may decide on it."""
    if not may(actor, REVIEW):
        raise Refused([kinds.NOT_ALLOWED.at("", found=REVIEW)])
    edition = Edition.objects.select_for_update().get(pk=edition_id)
    if edition.state not in states:
        expected = "、".join(str(State(state).label) for state in states)
        facts = {"found": edition.get_state_display(), "expected": expected}
        raise Refused([kinds.WRONG_STATE.at("state", title=edition.title, **facts)])
    if edition.loaded_by_id == actor.user_id:
        raise Refused([kinds.SAME_PERSON.at("reviewed_by", who=edition.loaded_by)])
    return edition


def _sign(edition: Edition, actor: Actor, now: dt.datetime) -> None:
    edition.reviewed_by_id, edition.reviewed_by = actor.user_id, actor.name[:60]
    edition.reviewed_at = now


def _tell_loader(edition: Edition, actor: Actor, now: dt.datetime, text: str) -> None:
    words = text % {"who": actor.name, "title": edition.title}
    link = reverse("edition", args=[edition.pk])
    notify(edition.loaded_by_id, actor.book_id, words, now=now, link=link)
