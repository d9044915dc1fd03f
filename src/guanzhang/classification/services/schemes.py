"""Schemes and their drafts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from django.db import transaction

from guanzhang.classification.domain.notation import (
    definition_data,
    definition_of,
    fingerprint,
    parse_definition,
)
from guanzhang.classification.models import Scheme, SchemeVersion
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity, Stale
from guanzhang.trail.services import changes_between, record

ALWAYS = dt.date(1900, 1, 1)
CODE_TAKEN = Kind(
    "CLS-201",
    Severity.ERROR,
    "方案编码 {found} 已被使用，请换一个",
    "The scheme code {found} is taken; choose another",
)
NOT_A_DRAFT = Kind(
    "CLS-202",
    Severity.ERROR,
    "第 {found} 版已经发布，不能再改；请新建草稿",
    "Version {found} is published and cannot change; open a draft instead",
)
STILL_PRIMARY = Kind(
    "CLS-203",
    Severity.ERROR,
    "“{found}”是主方案，它的类别就是客户等级；请先把另一个方案设为主方案",
    "“{found}” is the primary scheme and its class is the customer's grade; make another scheme primary first",
)
NEVER_PUBLISHED = Kind(
    "CLS-204",
    Severity.ERROR,
    "“{found}”还没有发布过，不能作主方案；请先发布",
    "“{found}” was never published and cannot be primary; publish it first",
)


def install_starter_schemes(actor: Actor, *, now: dt.datetime) -> list[Scheme]:
    """The schemes that are ready on the first run, published from the beginning of time.

    Schemes whose code already exists are left alone, so that a second call adds nothing.
    """
    with transaction.atomic():
        known = set(Scheme.objects.filter(book_id=actor.book_id).values_list("code", flat=True))
        added = []
        for position, pack in enumerate(starter_packs()):
            if pack["code"] in known:
                continue
            scheme = _new_scheme(actor, pack, position)
            _new_version(
                actor,
                scheme,
                pack["definition"],
                now,
                state=SchemeVersion.State.PUBLISHED,
                effective_from=ALWAYS,
                published_at=now,
                publisher_name=actor.name,
                note="随程序提供",
            )
            added.append(scheme)
        if added:
            record(
                actor,
                "scheme.installed",
                now=now,
                object_type="scheme",
                changes={"codes": [s.code for s in added]},
            )
        return added


def starter_packs() -> list[dict[str, Any]]:
    """The packs of ``classification/data``, in the order of their file names."""
    folder = resources.files("guanzhang.classification") / "data"
    files = sorted(
        (f for f in folder.iterdir() if f.name.endswith(".json")), key=lambda f: f.name
    )
    return [json.loads(f.read_text(encoding="utf-8")) for f in files]


def create_scheme(
    actor: Actor,
    *,
    code: str,
    name: str,
    description: str,
    definition: Mapping[str, Any],
    now: dt.datetime,
) -> Scheme:
    """A new scheme with a first draft."""
    with transaction.atomic():
        if Scheme.objects.filter(book_id=actor.book_id, code=code).exists():
            raise Refused([CODE_TAKEN.at("code", found=code)])
        last = Scheme.objects.filter(book_id=actor.book_id).count()
        scheme = _new_scheme(
            actor, {"code": code, "name": name, "description": description}, last
        )
        _new_version(actor, scheme, definition, now)
        _record(actor, "scheme.created", scheme, now, {"name": name})
        return scheme


def open_draft(actor: Actor, scheme: Scheme, *, now: dt.datetime) -> SchemeVersion:
    """The draft of a scheme; made from the newest version when there is none."""
    with transaction.atomic():
        draft = scheme.versions.filter(state=SchemeVersion.State.DRAFT).first()
        if draft:
            return draft
        newest = scheme.versions.order_by("-number").first()
        assert newest is not None, "A scheme has at least one version."
        draft = _new_version(actor, scheme, newest.definition, now)
        _record(actor, "scheme.draft_opened", scheme, now, {"version": draft.number})
        return draft


def save_draft(
    actor: Actor,
    version_id: int,
    *,
    definition: Mapping[str, Any],
    note: str,
    revision: int,
    now: dt.datetime,
) -> SchemeVersion:
    """Store a draft as it stands, faults included; the trial of an older draft is forgotten.

    Raises ``Stale`` when somebody saved first, ``Refused`` when the version is not a draft or the
    JSON is not a definition at all.
    """
    with transaction.atomic():
        draft = _locked(actor, version_id)
        if draft.state != SchemeVersion.State.DRAFT:
            raise Refused([NOT_A_DRAFT.at("version", found=draft.number)])
        if draft.revision != revision:
            raise Stale
        parsed, problems = parse_definition(definition)
        if parsed is None:
            raise Refused(problems)
        mark = fingerprint(parsed)
        if mark != draft.fingerprint:
            draft.trial = None
        draft.definition, draft.fingerprint, draft.note = definition_data(parsed), mark, note
        draft.revision += 1
        draft.maker_id, draft.maker_name, draft.updated_at = actor.user_id, actor.name, now
        draft.save()
        return draft


def discard_draft(actor: Actor, version_id: int, *, now: dt.datetime) -> None:
    with transaction.atomic():
        draft = _locked(actor, version_id)
        if draft.state != SchemeVersion.State.DRAFT:
            raise Refused([NOT_A_DRAFT.at("version", found=draft.number)])
        _record(actor, "scheme.draft_discarded", draft.scheme, now, {"version": draft.number})
        draft.delete()


def describe_scheme(
    actor: Actor,
    scheme: Scheme,
    *,
    name: str,
    description: str,
    review_months: int,
    now: dt.datetime,
) -> None:
    """Rename a scheme, restate its question, or change how often it is reviewed."""
    new = {"name": name, "description": description, "review_months": review_months}
    old = {key: getattr(scheme, key) for key in new}
    if old == new:
        return
    with transaction.atomic():
        for key, value in new.items():
            setattr(scheme, key, value)
        scheme.save(update_fields=list(new))
        _record(actor, "scheme.described", scheme, now, changes_between(old, new))


def make_primary(actor: Actor, scheme: Scheme, *, now: dt.datetime) -> None:
    """From its next run on, this scheme's class is the customer's grade."""
    with transaction.atomic():
        if not scheme.versions.exclude(state=SchemeVersion.State.DRAFT).exists():
            raise Refused([NEVER_PUBLISHED.at("scheme", found=scheme.name)])
        others = Scheme.objects.filter(book_id=actor.book_id, is_primary=True).exclude(
            pk=scheme.pk
        )
        before = list(others.values_list("name", flat=True))
        others.update(is_primary=False)
        scheme.is_primary = True
        scheme.save(update_fields=["is_primary"])
        _record(actor, "scheme.made_primary", scheme, now, {"before": before})


def retire_scheme(actor: Actor, scheme: Scheme, *, now: dt.datetime) -> None:
    """Take a scheme out of use; its history stays."""
    with transaction.atomic():
        if scheme.is_primary:
            raise Refused([STILL_PRIMARY.at("scheme", found=scheme.name)])
        scheme.is_active = False
        scheme.save(update_fields=["is_active"])
        _record(actor, "scheme.retired", scheme, now, {})


def _locked(actor: Actor, version_id: int) -> SchemeVersion:
    return (
        SchemeVersion.objects.select_for_update()
        .select_related("scheme")
        .get(pk=version_id, scheme__book_id=actor.book_id)
    )


def _new_scheme(actor: Actor, pack: Mapping[str, Any], position: int) -> Scheme:
    return Scheme.objects.create(
        book_id=actor.book_id,
        code=pack["code"],
        name=pack["name"],
        description=pack.get("description", ""),
        is_primary=bool(pack.get("is_primary")),
        position=position,
        owner_id=actor.user_id or None,
    )


def _new_version(
    actor: Actor,
    scheme: Scheme,
    definition: Mapping[str, Any],
    now: dt.datetime,
    **fields: Any,  # noqa: ANN401
) -> SchemeVersion:
    parsed = definition_of(definition)
    newest = scheme.versions.order_by("-number").first()
    return SchemeVersion.objects.create(
        scheme=scheme,
        number=newest.number + 1 if newest else 1,
        definition=definition_data(parsed),
        fingerprint=fingerprint(parsed),
        maker_id=actor.user_id,
        maker_name=actor.name,
        created_at=now,
        updated_at=now,
        **fields,
    )


def _record(
    actor: Actor, action: str, scheme: Scheme, now: dt.datetime, changes: Mapping[str, object]
) -> None:
    record(
        actor,
        action,
        now=now,
        object_type="scheme",
        object_id=scheme.pk,
        label=scheme.name,
        changes=changes,
    )
