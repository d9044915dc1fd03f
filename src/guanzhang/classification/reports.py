"""The structure of the customers (客户结构) as of a day: computed in one pass, within the reader's scope.

Every figure is a sum over the same table ``base``, so the parts of each panel add up to the totals
exactly, whoever reads it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from guanzhang.analytics.domain.catalogue import column
from guanzhang.analytics.engine import Warehouse
from guanzhang.analytics.models import Snapshot
from guanzhang.analytics.queries import catalogue_for
from guanzhang.analytics.services import current_snapshot
from guanzhang.classification import queries
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.models import Scheme, SchemeVersion
from guanzhang.classification.services.running import flat, open_outcomes
from guanzhang.kernel.actor import Actor
from guanzhang.org.domain.policy import Scope, scope_of
from guanzhang.parties.queries import visible_parties

BANDS = 5
GROUPS = {
    "all": "''",
    "class": "class",
    "region": "coalesce(substr(region, 1, 2) || '0000', '')",
    "industry": "coalesce(substr(industry, 1, 1), '')",
    "heat": "r || '-' || f",
}  # how customers are grouped in each panel; the same expression counts and drills


@dataclass(frozen=True, slots=True)
class Group:
    """Customers that share a value. ``amount`` is the stored integer (4 places); shares are fractions."""

    code: str
    members: int
    traded: int  # with a known amount
    amount: int
    documents: int
    amount_share: float
    member_share: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """One of the largest customers."""

    party_id: int
    code: str
    amount: int
    cumulative_share: float
    class_code: str


@dataclass(frozen=True, slots=True)
class HeatCell:
    """Recency band × frequency band, 5 is best."""

    recency: int
    frequency: int
    members: int
    amount: int


@dataclass(frozen=True, slots=True)
class Band:
    """The range of values in one band, in stored units."""

    band: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Structure:
    """All panels of the report. ``total`` counts everybody in the reader's scope."""

    scheme: Scheme
    version: SchemeVersion
    snapshot: Snapshot
    as_of: dt.date
    window: str
    total: Group
    top10_share: float
    hhi: int  # Herfindahl index, 0–10,000
    classes: list[Group]
    ranking: list[Ranked]
    heat: list[HeatCell]
    recency_bands: list[Band]
    frequency_bands: list[Band]
    regions: list[Group]
    industries: list[Group]


@dataclass(frozen=True, slots=True)
class Member:
    """One customer behind a figure. Amount in stored units (4 places), None = 无数据."""

    party_id: int
    code: str
    amount: int | None
    documents: int | None
    class_code: str


@dataclass(frozen=True, slots=True)
class Members:
    """The customers behind one figure: the first rows, and the totals over all of them."""

    rows: list[Member]
    total: Group


def structure(
    actor: Actor,
    scheme: Scheme,
    window: str,
    *,
    as_of: dt.date,
    now: dt.datetime,
    top: int = 20,
) -> Structure | None:
    """The report of one scheme over one window; None while the scheme has no version in force."""
    version = queries.version_on(scheme, as_of)
    if version is None:
        return None
    with _open_base(actor, version, window, as_of, now) as (warehouse, snapshot):
        total = _groups(warehouse, "all")[0]
        ranking, top10, hhi = _ranking(warehouse, top, total.amount)
        return Structure(
            scheme,
            version,
            snapshot,
            as_of,
            window,
            total,
            top10,
            hhi,
            classes=_groups(warehouse, "class", total),
            ranking=ranking,
            heat=[HeatCell(*row) for row in warehouse.rows(_HEAT)],
            recency_bands=[Band(*row) for row in warehouse.rows(_RANGE.format("r", "days"))],
            frequency_bands=[
                Band(*row) for row in warehouse.rows(_RANGE.format("f", "documents"))
            ],
            regions=_groups(warehouse, "region", total),
            industries=_groups(warehouse, "industry", total),
        )


def members_behind(
    actor: Actor,
    scheme: Scheme,
    window: str,
    by: str,
    code: str,
    *,
    as_of: dt.date,
    now: dt.datetime,
    limit: int = 500,
) -> Members | None:
    """The customers that a figure of the report counts. ``by`` is a key of ``GROUPS``.

    Uses the report's own table and grouping, so that the rows add up to the figure exactly.
    """
    version = queries.version_on(scheme, as_of)
    if version is None:
        return None
    key = GROUPS[by]
    with _open_base(actor, version, window, as_of, now) as (warehouse, _snapshot):
        groups = [g for g in _groups(warehouse, by) if g.code == code]
        statement = (
            f"SELECT {key}, party_id, party_code, amount, documents // 10000, class FROM base "
            "ORDER BY amount DESC NULLS LAST, party_code"
        )
        rows = (Member(*row[1:]) for row in flat(warehouse.stream(statement)) if row[0] == code)
        found = list(islice(rows, limit))
    return Members(found, groups[0] if groups else Group(code, 0, 0, 0, 0, 0.0, 0.0))


@contextmanager
def _open_base(
    actor: Actor, version: SchemeVersion, window: str, as_of: dt.date, now: dt.datetime
) -> Iterator[tuple[Warehouse, Snapshot]]:
    """The table ``base`` over today's snapshot, as the report and its drills share it."""
    catalogue = catalogue_for(actor.book_id)
    snapshot = current_snapshot(actor.book_id, as_of, now=now)
    definition = definition_of(version.definition)
    with open_outcomes(
        snapshot, {"x": definition}, catalogue, as_of, _columns(window)
    ) as warehouse:
        _create_base(warehouse, actor, window)
        yield warehouse, snapshot


def _columns(window: str) -> list[str]:
    return [
        column("amount", window),
        column("frequency", window),
        "days_since_traded",
        "region",
        "industry",
    ]


def _create_base(warehouse: Warehouse, actor: Actor, window: str) -> None:
    """One row per visible customer: class, amount, documents, days, bands of recency and frequency.

    A band is ``((rank - 1) × 5) ÷ n`` with equal values on the same rank, as criteria count it.
    """
    visible = ""
    if scope_of(actor, "report.view") is not Scope.ALL:
        ids = visible_parties(actor, "report.view").values_list("pk", flat=True)
        listed = ", ".join(f"({int(pk)})" for pk in ids) or "(NULL)"
        warehouse.keep("visible", f"SELECT * FROM (VALUES {listed}) AS v(party_id)")
        visible = "JOIN visible USING (party_id)"
    warehouse.keep(
        "base",
        f"""
        WITH seen AS (
            SELECT f.party_id, f.party_code, f.region, f.industry, coalesce(o.x, '') AS class,
                   f.amount__{window} AS amount,
                   CASE WHEN f.amount__{window} IS NULL THEN NULL ELSE f.frequency__{window} END AS documents,
                   CASE WHEN f.amount__{window} IS NULL THEN NULL ELSE f.days_since_traded END AS days
            FROM facts f JOIN outcomes o USING (party_id) {visible}
        ), ranked AS (
            SELECT *, count(amount) OVER () AS n,
                   rank() OVER (ORDER BY days NULLS LAST) AS r_rank,
                   rank() OVER (ORDER BY documents DESC NULLS LAST) AS f_rank
            FROM seen
        )
        SELECT *, CASE WHEN days IS NULL THEN NULL ELSE {BANDS} - ((r_rank - 1) * {BANDS}) // n END AS r,
               CASE WHEN documents IS NULL THEN NULL ELSE {BANDS} - ((f_rank - 1) * {BANDS}) // n END AS f
        FROM ranked
        """,
    )


_HEAT = """
    SELECT r, f, count(*), coalesce(sum(amount), 0)::BIGINT FROM base
    WHERE r IS NOT NULL AND f IS NOT NULL GROUP BY r, f ORDER BY r DESC, f DESC
"""
_RANGE = "SELECT {0}, min({1}), max({1}) FROM base WHERE {0} IS NOT NULL GROUP BY {0} ORDER BY {0} DESC"


def _groups(warehouse: Warehouse, by: str, total: Group | None = None) -> list[Group]:
    """Groups by an expression of ``GROUPS``, largest amount first, unknown last."""
    rows = warehouse.rows(
        f"""SELECT {GROUPS[by]} AS k, count(*), count(amount), coalesce(sum(amount), 0)::BIGINT,
                   coalesce(sum(documents), 0)::BIGINT // 10000
            FROM base GROUP BY k ORDER BY k = '', 4 DESC, k"""
    )
    rows = rows or [("", 0, 0, 0, 0)]
    whole_amount = total.amount if total else rows[0][3]
    whole_members = total.members if total else rows[0][1]
    return [
        Group(
            k,
            n,
            traded,
            amount,
            documents,
            _share(amount, whole_amount),
            _share(n, whole_members),
        )
        for k, n, traded, amount, documents in rows
    ]


def _ranking(warehouse: Warehouse, top: int, whole: int) -> tuple[list[Ranked], float, int]:
    """The largest customers with their cumulative share, the share of ten, and the HHI."""
    rows = warehouse.rows(
        f"SELECT party_id, party_code, amount, class FROM base WHERE amount IS NOT NULL "
        f"ORDER BY amount DESC, party_code LIMIT {max(int(top), 10)}"
    )
    ranking, cumulative, ten = [], 0, 0
    for place, (party_id, code, amount, class_code) in enumerate(rows):
        cumulative += amount
        if place < 10:
            ten = cumulative
        if place < top:
            ranking.append(
                Ranked(party_id, code, amount, _share(cumulative, whole), class_code)
            )
    squares = warehouse.rows(
        "SELECT coalesce(sum(amount::HUGEINT * amount), 0)::VARCHAR FROM base WHERE amount > 0"
    )
    index = int(squares[0][0]) * 10_000 // (whole * whole) if whole > 0 else 0
    return ranking, _share(ten, whole), index


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
