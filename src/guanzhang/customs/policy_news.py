"""Tell people once what an edition in force touches of theirs, and check their drafts again."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs import policy
from guanzhang.customs.models import Declaration
from guanzhang.customs.policy import Update
from guanzhang.customs.services.figures import write_figures
from guanzhang.customs.services.findings import recount
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.parties.queries import visible_parties
from guanzhang.trail.queries import history_of
from guanzhang.trail.services import record
from guanzhang.work.registry import JobContext
from guanzhang.work.services import enqueue_job, notify

JOB = "customs.policy"
TOLD = "policy.told"


def edition_effective(book_id: int, payload: Mapping[str, Any]) -> None:
    """Listener of ``reference.EditionEffective``: the work is a job, for a tariff touches much."""
    if payload["kind"] in policy.KINDS:
        enqueue_job(
            system_actor(book_id), JOB, _("政策更新：复查未申报报关单"), now=timezone.now(),
            edition=payload["edition_id"],
        )  # fmt: skip


def apply_policy(job: JobContext) -> dict[str, Any]:
    """``customs.policy``: check the touched drafts again, then tell their owners and the customers'."""
    return tell_edition(
        system_actor(job.book_id),
        int(job.parameters["edition"]),
        now=job.clock(),
        progress=job.progress,
    )


def tell_edition(
    actor: Actor,
    edition_id: int,
    *,
    now: dt.datetime,
    progress: Any = lambda _done, _total, _step: None,  # noqa: ANN401 - of a job
) -> dict[str, Any]:
    """Check and tell; the second time it checks again and tells nobody. Returns what was touched."""
    today = timezone.localdate(now)
    update = policy.update_of(actor, edition_id, today)
    if update is None:
        return {"drafts": 0, "customers": 0}
    touched = sorted(update.draft_keys)
    for done, pk in enumerate(touched):
        progress(done, len(touched), _("复查报关单"))
        with transaction.atomic():
            row = Declaration.objects.select_for_update().filter(pk=pk).first()
            if row is not None:
                write_figures(row, now=now)
                recount(row, now=now)
    told = _tell(actor, update, now)
    return {"drafts": len(touched), "customers": len(update.party_ids), "told": told}


def _tell(actor: Actor, update: Update, now: dt.datetime) -> int:
    """One notice per person: of their drafts, of their customers, or of both."""
    edition = update.edition
    with transaction.atomic():
        if history_of(actor.book_id, "edition", edition.pk).filter(action=TOLD).exists():
            return 0
        drafts = _count(policy.drafts_of(actor, update).values_list("owner_id", flat=True))
        parties = visible_parties(actor).filter(pk__in=list(_party_ids(actor, update)))
        customers = _count(parties.values_list("owner_id", flat=True))
        link = reverse("policy-update", args=[edition.pk])
        people = sorted({*drafts, *customers})
        for user_id in people:
            text = _words(edition, drafts[user_id], customers[user_id])
            notify(user_id, actor.book_id, text, now=now, link=link)
        record(
            actor, TOLD, now=now, object_type="edition", object_id=edition.pk, label=edition.title,
            changes={"drafts": len(update.draft_keys), "customers": sum(customers.values()),
                     "people": len(people)},
        )  # fmt: skip
    return len(people)


def _party_ids(actor: Actor, update: Update) -> set[int]:
    """Clients whose used goods or whose drafts are touched."""
    clients = policy.drafts_of(actor, update).exclude(party=None)
    return {*update.party_ids, *clients.values_list("party_id", flat=True)}


def _count(ids: Any) -> Counter[int]:  # noqa: ANN401 - a values list
    return Counter(pk for pk in ids if pk)


def _words(edition: Any, drafts: int, customers: int) -> str:  # noqa: ANN401 - an Edition
    said = {"title": edition.title, "day": edition.effective_on, "n": drafts, "m": customers}
    if drafts and customers:
        return (
            _(
                "政策更新：%(title)s 自 %(day)s 生效，涉及您的 %(n)s 份未申报报关单和 %(m)s 家客户"
            )
            % said
        )
    if drafts:
        return _("政策更新：%(title)s 自 %(day)s 生效，涉及您的 %(n)s 份未申报报关单") % said
    return _("政策更新：%(title)s 自 %(day)s 生效，涉及您的 %(m)s 家客户") % said
