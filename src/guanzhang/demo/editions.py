"""What changes in the reference data while the demo company works: a tariff that took effect lately, one that
lies ahead, a trade measure that waits for its review; and the assessment rates of every month.

Reference data belongs to the whole installation. So nothing of this is written where a real company works
too, and everything is taken back with the demo.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q

from guanzhang.demo.clearance import Team
from guanzhang.demo.receipts import CHINA
from guanzhang.demo.trade import exchange_rate
from guanzhang.kernel.dates import add_months
from guanzhang.org.models import Book
from guanzhang.reference import shipped
from guanzhang.reference.models import AssessmentRate, Edition, MeasureRow, TariffRow
from guanzhang.reference.services import (
    Heading,
    apply_due,
    approve_rate,
    enter_rate,
    proposed_base_date,
    review_edition,
    stage_rows,
)

SOURCE = "演示数据，不可用于真实申报"
CURRENCIES = ("USD", "EUR", "JPY")
MONTHS = 26
# HS code → what changes, in the words of the tariff file.
_LATELY: Mapping[str, Mapping[str, str]] = {
    "8482102000": {"mfn_rate": "7", "provisional_rate": "4"},
    "8481804090": {"provisional_rate": "3"},
    "8501520000": {"mfn_rate": "4"},
    "8708301000": {"export_rebate_rate": "10"},
    "3926909090": {"export_rebate_rate": "10"},
    "7318159090": {"export_rebate_rate": "9"},
    "6109100021": {"export_rebate_rate": "10"},
    "3907400000": {"mfn_rate": "6"},
}
_AHEAD: Mapping[str, Mapping[str, str]] = {
    "8483409000": {"mfn_rate": "7"},
    "9403200000": {"export_rebate_rate": "9"},
    "8541410000": {"elements": "品牌类型;出口享惠情况;用途;类型;封装形式;额定功率;品牌;型号"},
    "9026809000": {"provisional_rate": "0", "vat_rate": "13", "mfn_rate": "1"},
}
_MEASURE = {
    "kind": "anti_dumping", "hs_prefix": "39074000", "origin": "KOR", "exporter": "",
    "rate": "12.5", "until": "", "source": SOURCE,
}  # fmt: skip


def may_write() -> bool:
    """Whether no real company would meet the demo's reference data."""
    return not Book.objects.filter(company__is_demo=False).exists()


def add_rates(team: Team, today: dt.date) -> None:
    """The assessment rate of every month, entered by one and approved by another on its base day."""
    entering, approving = team.declarants[0], team.reviewers[0]
    for back in range(MONTHS - 1, -1, -1):
        month = add_months(today.replace(day=1), -back)
        base = proposed_base_date(month) or month - dt.timedelta(days=10)
        at = _moment(base, 16, 40)
        for currency in CURRENCIES:
            rate, _warnings = enter_rate(
                entering, month=month, currency=currency, rate=exchange_rate(currency, month),
                base_date=base, source=SOURCE, now=at,
            )  # fmt: skip
            approve_rate(approving, rate.pk, now=at + dt.timedelta(minutes=35))


def add_editions(team: Team, today: dt.date) -> None:
    """Three editions: in force for nine days, ahead by three weeks, and waiting for their review."""
    loading, reviewing = team.declarants[0], team.reviewers[0]
    lately, ahead = today - dt.timedelta(days=9), today + dt.timedelta(days=21)
    changed = _loaded(
        team, "演示税则调整（一）", lately, _LATELY, today - dt.timedelta(days=14)
    )
    review_edition(
        reviewing, changed.pk, now=_moment(today - dt.timedelta(days=12), 10, 5), note="已核对"
    )
    apply_due(_moment(lately, 0, 5))
    coming = _loaded(team, "演示税则调整（二）", ahead, _AHEAD, today - dt.timedelta(days=4))
    review_edition(
        reviewing, coming.pk, now=_moment(today - dt.timedelta(days=3), 9, 30), note="已核对"
    )
    heading = Heading(
        "measures", ahead, SOURCE, title="聚碳酸酯反倾销措施（演示）", is_whole=False
    )
    stage_rows(loading, heading, [_MEASURE], now=_moment(today - dt.timedelta(days=1), 15, 20))


def take_back(user_ids: Sequence[int]) -> int:
    """Remove the rates and editions these people brought, as if they had never been; returns how many rows."""
    rates = AssessmentRate.objects.filter(entered_by_id__in=user_ids, source=SOURCE)
    gone = rates.delete()[0]
    editions = Edition.objects.filter(loaded_by_id__in=user_ids, source=SOURCE)
    for edition in editions.order_by("-effective_on", "-pk"):
        for model, key in ((TariffRow, ("hs_code",)), (MeasureRow, ("hs_prefix", "origin"))):
            rows = model._default_manager.filter(edition=edition)  # noqa: SLF001 - its manager
            ended = Q(pk__in=[])
            for values in rows.values_list(*key):
                ended |= Q(**dict(zip(key, values, strict=True)))
            gone += rows.delete()[0]
            before = model._default_manager.filter(ended, valid_to=edition.effective_on)  # noqa: SLF001
            before.update(valid_to=None)
        gone += edition.delete()[0]
    return gone


def _loaded(
    team: Team, title: str, day: dt.date, changes: Mapping[str, Mapping[str, str]], on: dt.date
) -> Edition:
    """Loaded by a declarant; marked as what it is, so that nothing takes it for the official tariff."""
    lines: Iterable[Mapping[str, str]] = shipped.rows_in("demo_tariff")
    rows = [{**r, **changes[r["hs_code"]]} for r in lines if r["hs_code"] in changes]
    heading = Heading("tariff", day, SOURCE, title=title, is_whole=False)
    edition = stage_rows(team.declarants[0], heading, rows, now=_moment(on, 14, 10))
    Edition.objects.filter(pk=edition.pk).update(is_demo=True)
    return edition


def _moment(day: dt.date, hour: int, minute: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), CHINA)
