"""Apply schemes to a snapshot and write down who is in which class from when."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from guanzhang.analytics.domain.catalogue import Fact, column
from guanzhang.analytics.engine import Row, Warehouse
from guanzhang.analytics.models import Snapshot
from guanzhang.analytics.queries import catalogue_for
from guanzhang.analytics.services import current_snapshot, open_snapshot
from guanzhang.classification import queries
from guanzhang.classification.compile import outcomes_sql, score_column
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.scheme import (
    Definition,
    Score,
    needed_columns,
    ranked_columns,
)
from guanzhang.classification.domain.trial import SetHash, Transition, transitions
from guanzhang.classification.models import Membership, Run, Scheme, SchemeVersion
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.parties import services as parties
from guanzhang.storage.bulk import chunks, insert_rows

Progress = Callable[[int, int | None, str], None]
BACKDATED = Kind(
    "CLS-210",
    Severity.ERROR,
    "截至日 {found} 早于已记录的最近一次分类 {expected}；历史不能被覆盖，请选更晚的日期，或只计算不记录",
    "As-of day {found} is before the last recorded run {expected}; history is not overwritten: choose a later day or compute without recording",
)
NO_VERSION = Kind(
    "CLS-211",
    Severity.ERROR,
    "方案“{found}”在 {expected} 没有生效的版本，请先发布",
    "Scheme “{found}” has no version in force on {expected}; publish one first",
)
STANDING = (
    "lifecycle",
    "amount__12m",
    "frequency__12m",
    "last_traded_on",
    "days_since_contact",
)


@dataclass(slots=True)
class Result:
    """One scheme computed over one snapshot. ``counts``: class → [members, stored amount]."""

    definition: Definition
    snapshot: Snapshot
    as_of: dt.date
    counts: dict[str, list[int]]
    first: list[tuple[str, str, int]] = field(
        default_factory=list
    )  # (code, class, amount), largest first
    seconds: float = 0.0


def compute_scheme(
    book_id: int, definition: Definition, *, as_of: dt.date, now: dt.datetime, top: int = 10
) -> Result:
    """Members and totals per class of a definition, writing nothing but the snapshot it needs.

    Amounts are of the fact ``amount`` in the definition's own window.
    """
    started = time.perf_counter()
    snapshot = current_snapshot(book_id, as_of, now=now)
    catalogue = catalogue_for(book_id)
    with open_outcomes(snapshot, {"x": definition}, catalogue, as_of) as warehouse:
        amount = amount_column(definition)
        counts = {
            code or "": [members, total or 0]
            for code, members, total in warehouse.rows(
                f"SELECT x, count(*), sum({amount})::BIGINT FROM outcomes JOIN facts USING (party_id) GROUP BY x"
            )
        }
        first = [
            (code, class_code or "", total)
            for code, class_code, total in warehouse.rows(
                f"SELECT party_code, x, {amount} FROM outcomes JOIN facts USING (party_id) "
                f"WHERE {amount} IS NOT NULL ORDER BY {amount} DESC, party_code LIMIT {int(top)}"
            )
        ]
    return Result(definition, snapshot, as_of, counts, first, time.perf_counter() - started)


def open_outcomes(
    snapshot: Snapshot,
    definitions: Mapping[str, Definition],
    catalogue: Mapping[str, Fact],
    as_of: dt.date,
    extra: Iterable[str] = (),
) -> Warehouse:
    """A warehouse with the table ``facts`` and the table ``outcomes``: party_id and one column per key.

    All facts of all definitions are computed in one pass, all classes in one select. ``extra``
    names further columns of ``facts``; the amount of every definition's own window is always there.
    """
    columns = set(extra)
    for definition in definitions.values():
        columns |= needed_columns(definition, catalogue) | {amount_column(definition)}
    warehouse = open_snapshot(snapshot, as_of=as_of, catalogue=catalogue)
    warehouse.materialise(sorted(columns))
    warehouse.keep("outcomes", outcomes_sql(definitions, catalogue, as_of))
    return warehouse


def amount_column(definition: Definition) -> str:
    """The amount that a scheme's classes are totalled in: of its own window."""
    return column("amount", definition.window)


def flat(parts: Iterable[list[Row]]) -> Iterator[Row]:
    """The rows of a stream one by one."""
    for part in parts:
        yield from part


def run_schemes(
    actor: Actor,
    *,
    as_of: dt.date,
    now: dt.datetime,
    codes: Sequence[str] = (),
    progress: Progress | None = None,
) -> list[Run]:
    """Classify everybody in all active schemes (or those named) as of a day, and record it.

    Schemes without a version in force are passed over; naming one is refused. Each scheme is one
    transaction: memberships, run and standing change together or not at all.
    """
    schemes = [
        s
        for s in queries.schemes(actor)
        if (s.code in codes if codes else queries.version_on(s, as_of))
    ]
    versions = {s.pk: _version_for(s, as_of) for s in schemes}
    for scheme in schemes:
        _refuse_backdated(scheme, as_of)
    if not schemes:
        return []
    definitions = {f"s{s.pk}": definition_of(versions[s.pk].definition) for s in schemes}
    snapshot = current_snapshot(actor.book_id, as_of, now=now)
    catalogue = catalogue_for(actor.book_id)
    runs = []
    with open_outcomes(snapshot, definitions, catalogue, as_of, STANDING) as warehouse:
        for done, scheme in enumerate(schemes):
            if progress:
                progress(done, len(schemes), scheme.name)
            with transaction.atomic():
                runs.append(
                    record_run(
                        actor,
                        scheme,
                        versions[scheme.pk],
                        warehouse,
                        f"s{scheme.pk}",
                        snapshot,
                        as_of,
                        now,
                    )
                )
    _prepare_reasons(definitions.values(), catalogue, snapshot, as_of)
    return runs


def _prepare_reasons(
    definitions: Iterable[Definition],
    catalogue: Mapping[str, Fact],
    snapshot: Snapshot,
    as_of: dt.date,
) -> None:
    """Write down what explaining one customer will need of all, so that nobody waits for it."""
    with open_snapshot(snapshot, as_of=as_of, catalogue=catalogue) as warehouse:
        for ranked in {tuple(ranked_columns(d, catalogue)) for d in definitions}:
            if ranked:
                warehouse.recall(ranked)


def record_run(
    actor: Actor,
    scheme: Scheme,
    version: SchemeVersion,
    warehouse: Warehouse,
    key: str,
    snapshot: Snapshot,
    as_of: dt.date,
    now: dt.datetime,
) -> Run:
    """Write the differences between the open memberships and column ``key`` of ``outcomes``."""
    started = time.perf_counter()
    definition = definition_of(version.definition)
    amount = amount_column(definition)
    counted: Counter[str] = Counter()
    amounts: Counter[str] = Counter()
    seen = SetHash()

    def outcome() -> Iterator[tuple[int, str, int | None]]:
        score = score_column(key) if isinstance(definition.body, Score) else "NULL"
        statement = (
            f"SELECT party_id, coalesce({key}, ''), {score}, coalesce({amount}, 0) "
            "FROM outcomes JOIN facts USING (party_id) ORDER BY party_id"
        )
        for party_id, class_code, points, value in flat(warehouse.stream(statement)):
            counted[class_code] += 1
            amounts[class_code] += value
            seen.add(party_id, class_code)
            yield party_id, class_code, points

    open_rows = (
        Membership.objects.filter(scheme=scheme, valid_to=None)
        .order_by("party_id")
        .values_list("party_id", "class_code")
        .iterator(10_000)
    )
    changes = list(transitions(open_rows, outcome()))
    same = Run.objects.filter(version=version, snapshot_id=snapshot.pk, as_of=as_of).last()
    if same and not changes and same.set_hash == seen.hexdigest():
        same.created_at = now  # the same answer again: it is only younger
        same.save(update_fields=["created_at"])
        if scheme.is_primary:  # perhaps only since a moment ago
            _write_standing(actor.book_id, warehouse, key, scheme, as_of)
        return same
    run = Run.objects.create(
        version=version,
        snapshot_id=snapshot.pk,
        as_of=as_of,
        set_hash=seen.hexdigest(),
        parties=sum(counted.values()),
        entered=sum(1 for c in changes if c.old is None),
        left=sum(1 for c in changes if c.new is None),
        moved=sum(1 for c in changes if c.old is not None and c.new is not None),
        counts={
            code: [n, str(Decimal(amounts[code]).scaleb(-4))] for code, n in counted.items()
        },
        seconds=time.perf_counter() - started,
        created_at=now,
        user_name=actor.name,
    )
    _write_memberships(scheme, run, version, changes, as_of)
    if scheme.is_primary:
        _write_standing(actor.book_id, warehouse, key, scheme, as_of)
    return run


def _write_memberships(
    scheme: Scheme,
    run: Run,
    version: SchemeVersion,
    changes: Sequence[Transition],
    as_of: dt.date,
) -> None:
    """Close what ended, open what began. A class that began today and changes today is replaced."""
    touched = [c.party_id for c in changes if c.old is not None]
    for part in chunks(touched, 500):
        rows = Membership.objects.filter(scheme=scheme, valid_to=None, party_id__in=part)
        rows.filter(valid_from__gte=as_of).delete()
        rows.update(valid_to=as_of)
    insert_rows(
        Membership,
        (
            "scheme",
            "party_id",
            "class_code",
            "score",
            "valid_from",
            "valid_to",
            "version_id",
            "snapshot_id",
            "run_id",
        ),
        (
            (
                scheme.pk,
                c.party_id,
                c.new,
                None if c.score is None else Decimal(c.score).scaleb(-4),
                as_of,
                None,
                version.pk,
                run.snapshot_id,
                run.pk,
            )
            for c in changes
            if c.new is not None
        ),
    )


def _write_standing(
    book_id: int, warehouse: Warehouse, key: str, scheme: Scheme, as_of: dt.date
) -> None:
    """Grade and key figures go down into parties, for lists and for the modules below."""
    since = dict(
        Membership.objects.filter(scheme=scheme, valid_to=None).values_list(
            "party_id", "valid_from"
        )
    )
    statement = (
        f"SELECT party_id, {key}, lifecycle, amount__12m, frequency__12m, last_traded_on, days_since_contact "
        "FROM outcomes JOIN facts USING (party_id) ORDER BY party_id"
    )
    parties.record_standing(
        book_id,
        as_of,
        (
            parties.Standing(
                party_id=party_id,
                grade=grade or "",
                grade_since=since.get(party_id),
                lifecycle=lifecycle or "",
                amount_12m=None if amount is None else Decimal(amount).scaleb(-4),
                orders_12m=None if orders is None else orders // 10_000,
                last_traded_on=traded,
                last_contact_on=None
                if days is None
                else as_of - dt.timedelta(days=days // 10_000),
            )
            for party_id, grade, lifecycle, amount, orders, traded, days in flat(
                warehouse.stream(statement)
            )
        ),
    )


def _version_for(scheme: Scheme, as_of: dt.date) -> SchemeVersion:
    version = queries.version_on(scheme, as_of)
    if version is None:
        raise Refused([NO_VERSION.at("scheme", found=scheme.name, expected=as_of)])
    return version


def _refuse_backdated(scheme: Scheme, as_of: dt.date) -> None:
    last = queries.latest_run(scheme)
    if last and last.as_of > as_of:
        raise Refused([BACKDATED.at("as_of", found=as_of, expected=last.as_of)])


def as_rows(result: Result, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The result for people and for JSON: amounts are exact strings in yuan and cents."""
    order = [c.code for c in result.definition.classes]
    order += sorted(set(result.counts) - set(order) - {""})
    rows = []
    for code in [*order, ""]:
        members, amount = result.counts.get(code, [0, 0])
        name = "无数据" if code == "" else names.get(code, code)
        rows.append({"code": code, "name": name, "members": members, "amount": yuan(amount)})
    return rows


def yuan(stored: int) -> str:
    """A stored amount (4 places) as text with two decimals, rounded half up."""
    return str((Decimal(stored).scaleb(-4)).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP"))
