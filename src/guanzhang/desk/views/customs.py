"""报关统计: volume, value, tax and error rate of what was declared, each figure open to its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from guanzhang.customs import statistics
from guanzhang.customs.links import rows_url, span_text
from guanzhang.customs.statistics import Figures, Span
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.dates import parse_date
from guanzhang.org import queries as org
from guanzhang.parties.todo import party_names
from guanzhang.reference.chapters import chapters
from guanzhang.reference.queries import reference_on
from guanzhang.trail.services import record
from guanzhang.web import charts
from guanzhang.web.day_words import span_of
from guanzhang.web.listing_spec import ColumnKind
from guanzhang.web.pages import actor_of, page
from guanzhang.web.sheets import SheetColumn, write_xlsx

PERIODS: Mapping[str, Promise] = {
    "近12个月": lazy("近12个月"),
    "本月": lazy("本月"),
    "上月": lazy("上月"),
    "本季": lazy("本季"),
    "上季": lazy("上季"),
    "今年": lazy("今年"),
    "去年": lazy("去年"),
    "近24个月": lazy("近24个月"),
}
DIRECTIONS = (("", lazy("进口和出口")), ("I", lazy("进口")), ("E", lazy("出口")))
GROUPS: Mapping[str, Promise] = {
    "month": lazy("按月"),
    "customer": lazy("按客户"),
    "office": lazy("按申报地海关"),
    "mode": lazy("按监管方式"),
    "country": lazy("按启运国/运抵国"),
    "chapter": lazy("按商品章"),
    "declarant": lazy("按制单人"),
}
_CODES = {"office": "customs_office", "mode": "trade_mode", "country": "country"}
_COLUMNS = (
    (lazy("分组"), ColumnKind.TEXT),
    (lazy("代码"), ColumnKind.CODE),
    (lazy("名称"), ColumnKind.TEXT),
    (lazy("票数"), ColumnKind.NUMBER),
    (lazy("项数"), ColumnKind.NUMBER),
    (lazy("货值（人民币）"), ColumnKind.MONEY),
    (lazy("税款（人民币）"), ColumnKind.MONEY),
    (lazy("退回次数"), ColumnKind.NUMBER),
    (lazy("退单次数"), ColumnKind.NUMBER),
    (lazy("差错率"), ColumnKind.PERCENT),
)
SHOWN = 12  # bars of a chart
LISTED = 200  # rows of a table; the export has them all


@dataclass(frozen=True, slots=True)
class Line:
    """One group with its name and the list of exactly its declarations."""

    name: str
    figures: Figures
    url: str


@page("report.view", "GET")
def customs_report(request: HttpRequest) -> HttpResponse:
    """All panels but the chapters, which count lines of goods and come after the page."""
    actor = actor_of(request)
    span, chosen = _span(request)
    total = statistics.total(actor, span)
    context: dict[str, Any] = {
        **chosen,
        "span": span,
        "total": total,
        "all_url": rows_url(**span_text(span)),
        "rejected_url": rows_url(**span_text(span), reject_count=">0"),
        "returned_url": rows_url(**span_text(span), return_count=">0"),
        "query": request.GET.urlencode(),
    }
    if total.declarations:
        groups = statistics.overview(actor, span)
        panels = [_panel(actor, span, key, groups[key]) for key in GROUPS if key in groups]
        context |= {"panels": panels[:-1], "people": panels[-1]}
    return render(request, "desk/customs_report.html", context)


@page("report.view", "GET")
def customs_chapters(request: HttpRequest) -> HttpResponse:
    """Partial: the panel of the chapters of the tariff."""
    span, _chosen = _span(request)
    actor = actor_of(request)
    panel = _panel(actor, span, "chapter", statistics.grouped(actor, span, "chapter"))
    return render(request, "desk/customs_panel.html", {"panel": panel})


@page("report.export", "POST")
def customs_export(request: HttpRequest) -> FileResponse:
    """Every group of every dimension in one sheet."""
    actor = actor_of(request)
    span, _chosen = _span(request)
    columns = [SheetColumn(str(label), kind) for label, kind in _COLUMNS]
    title = _("报关统计")
    notes = [
        (_("列表"), title),
        (_("导出人"), actor.name),
        (_("申报日期"), f"{span.since} – {span.last}"),
        (_("进出口"), str(dict(DIRECTIONS)[span.direction])),
    ]
    written = write_xlsx(columns, _sheet_rows(actor, span), title, notes)
    now = timezone.now()
    changes = {
        "rows": written.rows,
        "filter": request.GET.urlencode(),
        "sha256": written.sha256,
    }
    with transaction.atomic():
        record(
            actor, "list.exported", now=now, object_type="list", object_id="customs-report",
            label=title, changes=changes,
        )  # fmt: skip
    name = f"{title}_{timezone.localdate(now):%Y-%m-%d}.xlsx"
    return FileResponse(written.file, as_attachment=True, filename=name)


def _sheet_rows(actor: Actor, span: Span) -> Iterable[Sequence[object]]:
    for key, label in GROUPS.items():
        for line in _lines(actor, span, key, statistics.grouped(actor, span, key)):
            f = line.figures
            yield (
                str(label), f.key, line.name, f.declarations, f.lines, f.value, f.tax,
                f.returns, f.rejects, f.errors,
            )  # fmt: skip


def _span(request: HttpRequest) -> tuple[Span, dict[str, Any]]:
    """The span the URL asks for; what cannot be read is the last twelve months."""
    today = timezone.localdate()
    period = request.GET.get("period", "")
    period = period if period in PERIODS else "近12个月"
    direction = request.GET.get("direction", "")
    direction = direction if direction in dict(DIRECTIONS) else ""
    since = parse_date(request.GET.get("since", ""), today)
    until = parse_date(request.GET.get("until", ""), today)
    if since and until and since <= until:
        span = Span(since, until + dt.timedelta(days=1), direction)
    else:
        since = until = None
        named = span_of(period, today)
        assert named is not None
        span = Span(named.start, named.end or today + dt.timedelta(days=1), direction)
    chosen = {
        "period": period,
        "periods": PERIODS.items(),
        "direction": direction,
        "directions": DIRECTIONS,
        "since": since,
        "until": until,
        "chapters": urlencode(
            {"since": f"{span.since}", "until": f"{span.last}", "direction": span.direction}
        ),
    }
    return span, chosen


def _panel(actor: Actor, span: Span, key: str, groups: Sequence[Figures]) -> dict[str, Any]:
    """A panel: its chart, and the table that says the same."""
    lines = _lines(actor, span, key, groups)
    return {
        "key": key,
        "title": str(GROUPS[key]),
        "chart": _chart(key, lines),
        "lines": lines[:LISTED],
        "more": max(0, len(lines) - LISTED),
        "split": key != "chapter",  # returns and rejects belong to whole declarations
    }


def _chart(key: str, lines: Sequence[Line]) -> charts.Option:
    """Volume; of people, how often their work came back."""
    shown = list(lines)
    if key != "month":
        shown = sorted(lines, key=lambda each: -each.figures.declarations)[:SHOWN]
    is_rate = key == "declarant"
    return charts.bars(
        [_short(each.name) for each in shown],
        [
            charts.point(
                each.figures.errors if is_rate else each.figures.declarations, each.url
            )
            for each in shown
        ],
        colour="c1" if key == "month" else "c2" if is_rate else "seq-5",
        horizontal=key != "month",
        unit=_("差错率") if is_rate else _("票数"),
        fmt="gz:percent" if is_rate else "gz:number",
        labels=len(shown) <= SHOWN,
    )


def _lines(actor: Actor, span: Span, key: str, groups: Sequence[Figures]) -> list[Line]:
    names = _names(actor, span, key, [g.key for g in groups])
    return [Line(names.get(g.key) or _("未填"), g, _url(span, key, g.key)) for g in groups]


def _names(actor: Actor, span: Span, key: str, keys: Sequence[str]) -> dict[str, str]:
    """What the groups are called."""
    if key in _CODES:
        reference = reference_on(span.last)
        return {k: f"{reference.name(_CODES[key], k)} ({k})" for k in keys if k}
    if key == "customer":
        found = party_names(actor, [int(k) for k in keys if k])
        return {k: found.get(int(k), _("（不可见的客户）")) for k in keys if k}
    if key == "declarant":
        return {str(m.user_id): m.user.name for m in org.memberships(actor.book_id)}
    if key == "chapter":
        at = actor.language == "en"
        return {k: f"{k} {chapters()[k][at]}" if k in chapters() else k for k in keys if k}
    return {k: k for k in keys}


def _url(span: Span, key: str, value: str) -> str:
    """The declarations of one group: the span narrowed by the group's own filter."""
    if key == "month":
        first = dt.date.fromisoformat(f"{value}-01")
        after = (first + dt.timedelta(days=31)).replace(day=1)
        narrowed = Span(max(first, span.since), min(after, span.until), span.direction)
        return rows_url(**span_text(narrowed))
    return rows_url(**span_text(span), **{key: f"={value}" if value else "空"})


def _short(name: str) -> str:
    """A name that fits beside a bar."""
    for ending in ("有限责任公司", "股份有限公司", "有限公司"):
        name = name.removesuffix(ending)
    return name if len(name) <= 14 else name[:13] + "…"
