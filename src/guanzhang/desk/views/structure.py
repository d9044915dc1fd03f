"""客户结构: who makes up the business, in one page, each figure open to the customers behind it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from guanzhang.analytics.domain.catalogue import WINDOW_NAMES
from guanzhang.classification import queries, reports
from guanzhang.classification.domain.criterion import Window
from guanzhang.classification.reports import BANDS, Group, Structure
from guanzhang.kernel.actor import Actor
from guanzhang.parties.domain.industries import industry
from guanzhang.parties.domain.regions import region
from guanzhang.parties.todo import party_names
from guanzhang.trail.services import record
from guanzhang.web import charts
from guanzhang.web.listing_spec import ColumnKind
from guanzhang.web.pages import actor_of, page
from guanzhang.web.sheets import SheetColumn, write_xlsx


@page("report.view", "GET")
def structure_report(request: HttpRequest) -> HttpResponse:
    """The report of one scheme and one window, chosen in the URL."""
    actor = actor_of(request)
    schemes = list(queries.schemes(actor))
    chosen = _choice(request, schemes)
    if chosen is None:
        return render(request, "desk/structure_empty.html")
    scheme, window = chosen
    today = timezone.localdate()
    report = reports.structure(actor, scheme, window, as_of=today, now=timezone.now())
    if report is None or report.total.members == 0:
        return render(request, "desk/structure_empty.html")
    panels = _Panels(actor, report)
    context: dict[str, Any] = {
        "report": report,
        "schemes": schemes,
        "scheme": scheme,
        "window": window,
        "windows": [(each.value, each.label(actor.language)) for each in Window],
        "classes": panels.classes(),
        "ranking": panels.ranking(),
        "pareto": panels.pareto(),
        "heat": panels.heat(),
        "heat_rows": panels.heat_rows(),
        "regions": panels.groups("region", report.regions),
        "region_chart": panels.bar_chart("region", report.regions),
        "industries": panels.groups("industry", report.industries),
        "industry_chart": panels.bar_chart("industry", report.industries),
        "amount": _yuan(report.total.amount),
        "all_url": panels.url("all", ""),
    }
    return render(request, "desk/structure.html", context)


@page("report.view", "GET")
def structure_members(request: HttpRequest) -> HttpResponse:
    """The customers behind one figure; they add up to it."""
    _actor, found, names, title = _behind(request, limit=500)
    rows = [
        {
            "name": names.get(m.party_id, m.code),
            "url": reverse("customer", args=[m.party_id]),
            "code": m.code,
            "amount": None if m.amount is None else _yuan(m.amount),
            "documents": m.documents,
            "class_code": m.class_code,
        }
        for m in found.rows
    ]
    context = {
        "title": title,
        "rows": rows,
        "total": found.total,
        "amount": _yuan(found.total.amount),
        "query": request.GET.urlencode(),
        "back": reverse("structure-report") + "?" + _kept(request),
    }
    return render(request, "desk/structure_members.html", context)


@page("report.export", "POST")
def structure_export(request: HttpRequest) -> FileResponse:
    """The customers behind one figure as xlsx, all of them."""
    actor, found, names, title = _behind(request, limit=1_000_000)
    kinds = (
        ColumnKind.CODE,
        ColumnKind.TEXT,
        ColumnKind.TEXT,
        ColumnKind.MONEY,
        ColumnKind.NUMBER,
    )
    labels = (_("客户编号"), _("客户名称"), _("类别"), _("交易额"), _("笔数"))
    columns = [SheetColumn(label, kind) for label, kind in zip(labels, kinds, strict=True)]
    rows = (
        (
            m.code,
            names.get(m.party_id, m.code),
            m.class_code or _("无数据"),
            None if m.amount is None else _yuan(m.amount),
            m.documents,
        )
        for m in found.rows
    )
    now = timezone.now()
    notes = [
        (_("列表"), title),
        (_("导出人"), actor.name),
        (_("条件"), request.GET.urlencode()),
    ]
    written = write_xlsx(columns, rows, title, notes)
    with transaction.atomic():
        record(
            actor,
            "list.exported",
            now=now,
            object_type="list",
            object_id="structure",
            label=title,
            changes={
                "rows": written.rows,
                "filter": request.GET.urlencode(),
                "sha256": written.sha256,
            },
        )
    name = f"{title}_{timezone.localdate(now):%Y-%m-%d}.xlsx"
    return FileResponse(written.file, as_attachment=True, filename=name)


def _behind(
    request: HttpRequest, limit: int
) -> tuple[Actor, reports.Members, Mapping[int, str], str]:
    actor = actor_of(request)
    chosen = _choice(request, list(queries.schemes(actor)))
    by, code = request.GET.get("by", ""), request.GET.get("code", "")
    if chosen is None or by not in reports.GROUPS:
        raise Http404
    scheme, window = chosen
    found = reports.members_behind(
        actor,
        scheme,
        window,
        by,
        code,
        as_of=timezone.localdate(),
        now=timezone.now(),
        limit=limit,
    )
    if found is None:
        raise Http404
    names = party_names(actor, [m.party_id for m in found.rows])
    return actor, found, names, _group_title(scheme, by, code)


def _choice(
    request: HttpRequest, schemes: list[queries.Scheme]
) -> tuple[queries.Scheme, str] | None:
    if not schemes:
        return None
    wanted = request.GET.get("scheme", "")
    primary = next((s for s in schemes if s.is_primary), schemes[0])
    scheme = next((s for s in schemes if s.code == wanted), primary)
    window = request.GET.get("window", "12m")
    return scheme, window if window in WINDOW_NAMES else "12m"


def _kept(request: HttpRequest) -> str:
    return urlencode({k: request.GET[k] for k in ("scheme", "window") if k in request.GET})


def _group_title(scheme: queries.Scheme, by: str, code: str) -> str:
    match by:
        case "class":
            return (
                f"{scheme.name} · {queries.class_names(scheme, [code]).get(code, _('无数据'))}"
            )
        case "region":
            return f"{_('地区')} · {_region_name(code)}"
        case "industry":
            return f"{_('行业')} · {_industry_name(code)}"
        case "heat":
            recency, _dash, frequency = code.partition("-")
            return _("最近 R%(r)s × 频次 F%(f)s") % {"r": recency, "f": frequency}
        case _all:
            return _("全部客户")


def _region_name(code: str) -> str:
    found = region(code) if code else None
    return found.name if found else code or _("无数据")


def _industry_name(code: str) -> str:
    found = industry(code) if code else None
    return found.name if found else code or _("无数据")


def _yuan(stored: int) -> Decimal:
    return Decimal(stored).scaleb(-4)


class _Panels:
    """The panels of one report: rows for the tables, options for the charts, links for both."""

    def __init__(self, actor: Actor, report: Structure) -> None:
        self.actor, self.report = actor, report
        standing = queries.Standing(report.scheme, report.version, None, None)
        codes = [g.code for g in report.classes]
        self.defined = {c.code: c for c in queries.classes_of(standing, codes)}
        self.order = list(self.defined)
        self.names = party_names(actor, [r.party_id for r in report.ranking])

    def url(self, by: str, code: str) -> str:
        query = {
            "scheme": self.report.scheme.code,
            "window": self.report.window,
            "by": by,
            "code": code,
        }
        return reverse("structure-members") + "?" + urlencode(query)

    def classes(self) -> list[dict[str, Any]]:
        """Classes in their own order, 无数据 last."""
        groups = sorted(self.report.classes, key=lambda g: self.order.index(g.code))
        return [
            {
                "group": g,
                "amount": _yuan(g.amount),
                "definition": self.defined[g.code],
                "position": self.order.index(g.code),
                "url": self.url("class", g.code),
            }
            for g in groups
        ]

    def groups(self, by: str, groups: list[Group]) -> list[dict[str, Any]]:
        name = _region_name if by == "region" else _industry_name
        return [
            {
                "name": name(g.code),
                "group": g,
                "amount": _yuan(g.amount),
                "url": self.url(by, g.code),
            }
            for g in groups
        ]

    def bar_chart(self, by: str, groups: list[Group]) -> charts.Option:
        """The twelve largest; the rest is in the table."""
        rows = self.groups(by, [g for g in groups if g.code and g.amount > 0][:12])
        return charts.bars(
            [row["name"] for row in rows],
            [charts.point(row["amount"], row["url"]) for row in rows],
            colour="seq-5",
            fmt="gz:money",
            horizontal=True,
            labels=False,
        )

    def ranking(self) -> list[dict[str, Any]]:
        return [
            {
                "place": place,
                "name": self.names.get(r.party_id, r.code),
                "url": reverse("customer", args=[r.party_id]),
                "amount": _yuan(r.amount),
                "share": r.cumulative_share,
                "definition": self.defined.get(r.class_code),
            }
            for place, r in enumerate(self.report.ranking, start=1)
        ]

    def pareto(self) -> charts.Option:
        rows = self.ranking()
        return charts.pareto(
            [_short(row["name"]) for row in rows],
            [charts.point(row["amount"], row["url"]) for row in rows],
            [row["share"] for row in rows],
            unit=_("交易额"),
            share_label=_("累计占比"),
        )

    def heat(self) -> charts.Option:
        """R5 on top, F5 on the right; the step is the share of the largest amount in a cell."""
        cells = {(c.recency, c.frequency): c for c in self.report.heat}
        most = max((c.amount for c in self.report.heat), default=0) or 1
        drawn, tips = [], []
        for y, r in enumerate(range(BANDS, 0, -1)):
            for x, f in enumerate(range(1, BANDS + 1)):
                cell = cells.get((r, f))
                members = cell.members if cell else 0
                amount = cell.amount if cell else 0
                step = 0 if not members else 1 + min(5, max(0, amount) * 5 // most)
                drawn.append((x, y, step, str(members or ""), self.url("heat", f"{r}-{f}")))
                tips.append(
                    _("R%(r)s F%(f)s：%(n)s 家，%(amount)s")
                    % {
                        "r": r,
                        "f": f,
                        "n": members,
                        "amount": f"{_yuan(amount):,.2f}",
                    }
                )
        return charts.heat(
            [f"F{f}" for f in range(1, BANDS + 1)],
            [f"R{r} {self._days(r)}" for r in range(BANDS, 0, -1)],
            drawn,
            tip=tips,
        )

    def heat_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "r": c.recency,
                "f": c.frequency,
                "days": self._days(c.recency),
                "members": c.members,
                "amount": _yuan(c.amount),
                "url": self.url("heat", f"{c.recency}-{c.frequency}"),
            }
            for c in self.report.heat
        ]

    def _days(self, recency: int) -> str:
        band = next((b for b in self.report.recency_bands if b.band == recency), None)
        if band is None:
            return ""
        low, high = band.low // 10_000, band.high // 10_000
        return (
            _("%(low)s–%(high)s 天") % {"low": low, "high": high}
            if low != high
            else _("%(n)s 天") % {"n": low}
        )


def _short(name: str) -> str:
    """A name that fits under a bar."""
    for ending in ("有限责任公司", "股份有限公司", "有限公司"):
        name = name.removesuffix(ending)
    return name if len(name) <= 8 else name[:7] + "…"
