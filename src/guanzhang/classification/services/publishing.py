"""Trial and publish: what was previewed is what is published, or nothing is."""

from __future__ import annotations

import datetime as dt
import time
from itertools import islice

from django.db import transaction
from django.utils import timezone

from guanzhang.analytics.models import Snapshot
from guanzhang.analytics.queries import catalogue_for
from guanzhang.analytics.services import current_snapshot
from guanzhang.classification import queries
from guanzhang.classification.domain.check import check_definition
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.scheme import Definition
from guanzhang.classification.domain.trial import Placement, SetHash, Trial, compare
from guanzhang.classification.models import SchemeVersion
from guanzhang.classification.services.running import (
    STANDING,
    amount_column,
    flat,
    open_outcomes,
    record_run,
)
from guanzhang.classification.services.schemes import NOT_A_DRAFT, _locked, _record
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity, Stale, refuse_errors

NO_TRIAL = Kind(
    "CLS-220",
    Severity.ERROR,
    "这一稿还没有试算；请先试算，看清谁会变动，再发布",
    "This draft has no trial; run one, look at who moves, then publish",
)
SET_MOVED = Kind(
    "CLS-221",
    Severity.ERROR,
    "试算之后数据变了：试算的成员集是 {expected}…，现在会得到 {found}…；请重新试算后再发布",
    "The data moved since the trial: previewed {expected}…, publishing now would give {found}…; run the trial again",
)
TOO_EARLY = Kind(
    "CLS-222",
    Severity.ERROR,
    "生效日期 {found} 早于现行版本的生效日期 {expected}；请选更晚的日期",
    "Effective date {found} is not after that of the version in force, {expected}; choose a later day",
)
IN_THE_PAST = Kind(
    "CLS-223",
    Severity.ERROR,
    "生效日期 {found} 早于今天 {expected}，已过去的日子按当时的标准分类；请选今天或以后",
    "Effective date {found} is before today, {expected}; past days keep the standard of their time: choose today or later",
)


def run_trial(actor: Actor, version_id: int, *, now: dt.datetime) -> Trial:
    """Compute a draft beside the version in force on today's data; keeps only the preview."""
    with transaction.atomic():
        version = _locked(actor, version_id)
        if version.state != SchemeVersion.State.DRAFT:
            raise Refused([NOT_A_DRAFT.at("version", found=version.number)])
    draft = definition_of(version.definition)
    catalogue = catalogue_for(actor.book_id)
    refuse_errors(check_definition(draft, catalogue))
    started = time.perf_counter()
    as_of = timezone.localdate(now)
    snapshot = current_snapshot(actor.book_id, as_of, now=now)
    current = queries.version_on(version.scheme, as_of)
    definitions = {"draft": draft}
    if current:
        definitions["current"] = definition_of(current.definition)
    amount = amount_column(draft)
    with open_outcomes(snapshot, definitions, catalogue, as_of) as warehouse:
        statement = "SELECT party_id, coalesce({0}, '') FROM outcomes ORDER BY party_id"
        now_rows = flat(warehouse.stream(statement.format("current"))) if current else ()
        placements = (
            Placement(party_id, class_code, value)
            for party_id, class_code, value in flat(
                warehouse.stream(
                    f"SELECT party_id, coalesce(draft, ''), {amount} "
                    "FROM outcomes JOIN facts USING (party_id) ORDER BY party_id"
                )
            )
        )
        cells, set_hash = compare(now_rows, placements)
    trial = Trial(
        snapshot.pk,
        as_of.isoformat(),
        version.fingerprint,
        set_hash,
        f"{time.perf_counter() - started:.2f}",
        cells,
    )
    with transaction.atomic():
        saved = SchemeVersion.objects.filter(
            pk=version.pk, fingerprint=version.fingerprint
        ).update(trial=trial.to_json())
        if not saved:
            raise Stale
    return trial


def trial_members(
    actor: Actor, version: SchemeVersion, old: str, new: str, limit: int = 200
) -> list[int]:
    """Ids of the customers in one cell of a version's trial, largest amount first."""
    assert version.trial is not None
    trial = Trial.from_json(version.trial)
    as_of = dt.date.fromisoformat(trial.as_of)
    snapshot = Snapshot.objects.get(pk=trial.snapshot_id, book_id=actor.book_id)
    draft = definition_of(version.definition)
    current = queries.version_on(version.scheme, as_of)
    definitions: dict[str, Definition] = {"draft": draft}
    if current:
        definitions["current"] = definition_of(current.definition)
    was = "coalesce(current, '')" if current else "''"
    amount = amount_column(draft)
    statement = (
        f"SELECT party_id, {was}, coalesce(draft, '') FROM outcomes JOIN facts USING (party_id) "
        f"ORDER BY {amount} DESC NULLS LAST, party_id"
    )
    with open_outcomes(snapshot, definitions, catalogue_for(actor.book_id), as_of) as warehouse:
        rows = flat(warehouse.stream(statement))
        found = (party_id for party_id, before, after in rows if (before, after) == (old, new))
        return list(islice(found, limit))


def publish_version(
    actor: Actor,
    version_id: int,
    *,
    effective_on: dt.date,
    now: dt.datetime,
    note: str | None = None,
) -> SchemeVersion:
    """Freeze a draft and put it in force; refuses unless its member set is the previewed one.

    The old version's range closes where the new one opens. When it takes effect today or earlier
    everybody is classified in the same transaction. ``note`` replaces what the draft said of itself.
    """
    with transaction.atomic():
        version = _locked(actor, version_id)
        if version.state != SchemeVersion.State.DRAFT:
            raise Refused([NOT_A_DRAFT.at("version", found=version.number)])
        definition = definition_of(version.definition)
        catalogue = catalogue_for(actor.book_id)
        refuse_errors(check_definition(definition, catalogue))
        if version.trial is None:
            raise Refused([NO_TRIAL.at("trial")])
        trial = Trial.from_json(version.trial)
        as_of = timezone.localdate(now)
        if effective_on < as_of:
            raise Refused([IN_THE_PAST.at("effective_on", found=effective_on, expected=as_of)])
        snapshot = current_snapshot(actor.book_id, as_of, now=now)
        with open_outcomes(
            snapshot, {"draft": definition}, catalogue, as_of, STANDING
        ) as warehouse:
            seen = SetHash()
            members = "SELECT party_id, coalesce(draft, '') FROM outcomes ORDER BY party_id"
            for party_id, class_code in flat(warehouse.stream(members)):
                seen.add(party_id, class_code)
            if seen.hexdigest() != trial.set_hash:
                raise Refused(
                    [
                        SET_MOVED.at(
                            "trial", found=seen.hexdigest()[:8], expected=trial.set_hash[:8]
                        )
                    ]
                )
            _supersede(version, effective_on)
            version.state = SchemeVersion.State.PUBLISHED
            version.effective_from, version.published_at = effective_on, now
            version.publisher_id, version.publisher_name = actor.user_id, actor.name
            version.note = version.note if note is None else note
            version.save()
            if effective_on <= as_of:
                record_run(
                    actor, version.scheme, version, warehouse, "draft", snapshot, as_of, now
                )
        _record(
            actor,
            "scheme.published",
            version.scheme,
            now,
            {
                "version": version.number,
                "fingerprint": version.fingerprint,
                "set_hash": trial.set_hash,
                "effective_on": effective_on,
                "note": version.note,
            },
        )
        return version


def _supersede(version: SchemeVersion, effective_on: dt.date) -> None:
    """Close the range of the version in force at the day the new one opens."""
    last = (
        version.scheme.versions.filter(state=SchemeVersion.State.PUBLISHED, effective_to=None)
        .select_for_update()
        .first()
    )
    if last is None:
        return
    assert last.effective_from is not None
    if effective_on < last.effective_from:
        raise Refused(
            [TOO_EARLY.at("effective_on", found=effective_on, expected=last.effective_from)]
        )
    last.effective_to = effective_on
    last.state = SchemeVersion.State.SUPERSEDED
    last.save(update_fields=["effective_to", "state"])
