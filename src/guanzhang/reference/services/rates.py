"""Assessment rates (计征汇率): entered by one person, approved by another; only then are they used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, Refused, refuse_errors
from guanzhang.org.domain.policy import may
from guanzhang.reference.domain import problems as kinds
from guanzhang.reference.domain.checks import check_rates
from guanzhang.reference.domain.months import base_date
from guanzhang.reference.models import AssessmentRate
from guanzhang.reference.queries import reference_on
from guanzhang.reference.services.loading import LOAD, known_on
from guanzhang.reference.services.reviewing import REVIEW
from guanzhang.reference.shapes import plain
from guanzhang.trail.services import changes_between, record

_NAMES = ("rate", "base_date", "source")


def proposed_base_date(month: dt.date) -> dt.date | None:
    """The base day of a month by the rule; None where the working calendar does not reach."""
    return base_date(month, reference_on(month).is_workday)


def enter_rate(
    actor: Actor,
    *,
    month: dt.date,
    currency: str,
    rate: Decimal,
    base_date: dt.date,
    source: str,
    now: dt.datetime,
) -> tuple[AssessmentRate, tuple[Problem, ...]]:
    """Enter or correct a rate that waits for approval; returns it with its warnings.

    Raises ``Refused`` for what is wrong, and for a rate that is approved already.
    """
    _allowed(actor, LOAD)
    month = month.replace(day=1)
    row = {
        "month": month.isoformat(),
        "currency": currency,
        "rate": plain(rate),
        "base_date": base_date.isoformat(),
    }
    found = [
        Problem(p.kind, p.path.partition(".")[2], p.facts) for p in check_rates([row], known_on(month))
    ]  # fmt: skip
    if not source.strip():
        found.append(kinds.SOURCE_NEEDED.at("source"))
    refuse_errors(found)
    with transaction.atomic():
        kept = (
            AssessmentRate.objects.select_for_update()
            .filter(month=month, currency=currency)
            .first()
        ) or AssessmentRate(month=month, currency=currency)
        if kept.approved_at:
            facts = {"month": f"{month:%Y-%m}", "currency": currency, "who": kept.approved_by}
            raise Refused([kinds.ALREADY_APPROVED.at("rate", **facts)])
        before = {name: getattr(kept, name) for name in _NAMES} if kept.pk else {}
        kept.rate, kept.base_date, kept.source = rate, base_date, source.strip()[:300]
        kept.entered_by_id, kept.entered_by = actor.user_id, actor.name[:60]
        kept.entered_at = now
        kept.save()
        after = {name: getattr(kept, name) for name in _NAMES}
        _record(actor, "reference.rate_entered", kept, now, changes_between(before, after))
    return kept, tuple(found)


def approve_rate(actor: Actor, rate_id: int, *, now: dt.datetime) -> AssessmentRate:
    """Another person agrees; from now on the rate is used. Raises ``Refused``."""
    _allowed(actor, REVIEW)
    with transaction.atomic():
        rate = AssessmentRate.objects.select_for_update().get(pk=rate_id)
        if rate.approved_at:
            raise Refused(
                [kinds.ALREADY_APPROVED.at("rate", **_facts(rate), who=rate.approved_by)]
            )
        if rate.entered_by_id == actor.user_id:
            raise Refused([kinds.SAME_PERSON.at("approved_by", who=rate.entered_by)])
        rate.approved_by_id, rate.approved_by = actor.user_id, actor.name[:60]
        rate.approved_at = now
        rate.save()
        _record(actor, "reference.rate_approved", rate, now, {"rate": rate.rate})
    return rate


def withdraw_rate(
    actor: Actor, rate_id: int, reason: str, *, now: dt.datetime
) -> AssessmentRate:
    """Take an approval back, so that the rate can be corrected; it is not used until approved again."""
    _allowed(actor, REVIEW)
    if not reason.strip():
        raise Refused([kinds.REASON_NEEDED.at("reason")])
    with transaction.atomic():
        rate = AssessmentRate.objects.select_for_update().get(pk=rate_id)
        if not rate.approved_at:
            raise Refused([kinds.NOT_APPROVED.at("rate", **_facts(rate))])
        rate.approved_by_id, rate.approved_by, rate.approved_at = None, "", None
        rate.save()
        changes = {"rate": rate.rate}
        _record(actor, "reference.rate_withdrawn", rate, now, changes, reason.strip())
    return rate


def _allowed(actor: Actor, action: str) -> None:
    if not may(actor, action):
        raise Refused([kinds.NOT_ALLOWED.at("", found=action)])


def _facts(rate: AssessmentRate) -> dict[str, str]:
    return {"month": f"{rate.month:%Y-%m}", "currency": rate.currency}


def _record(
    actor: Actor,
    action: str,
    rate: AssessmentRate,
    now: dt.datetime,
    changes: Mapping[str, object],
    reason: str = "",
) -> None:
    record(
        actor, action, now=now, object_type="assessment_rate", object_id=rate.pk,
        label=f"{rate.month:%Y-%m} {rate.currency}", changes=changes, reason=reason,
    )  # fmt: skip
