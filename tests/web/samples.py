"""A list, a chart page and a form of our own, so that the kit is tested without the modules above it."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from django import forms
from django.http import Http404
from django.shortcuts import render
from django.urls import include, path, reverse

from guanzhang.org.models import User
from guanzhang.org.scope import scope_q
from guanzhang.parties.models import Party, Tag
from guanzhang.web import charts
from guanzhang.web.listing import (
    BatchAction,
    BatchResult,
    BuiltinView,
    Column,
    ColumnKind,
    ListSpec,
    Mark,
    batch_results,
    chosen_ids,
    neighbours,
    render_list,
)
from guanzhang.web.lookup import Hit, LookupSource
from guanzhang.web.pages import actor_of, page

NOW = dt.datetime(2026, 11, 23, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
MARKS = {
    "A": Mark("核心", 1, 0),
    "B": Mark("重点", 2, 1),
    "C": Mark("普通", 3, 2),
    "D": Mark("观察", 4, 3),
}
REGIONS = (
    ("330206", "宁波 北仑"),
    ("330211", "宁波 镇海"),
    ("330282", "宁波 慈溪"),
    ("330106", "杭州 西湖"),
)
WORDS = (
    "宁波恒通进出口有限公司",
    "瑞丰化工（宁波）有限公司",
    "慈溪海纳电器有限公司",
    "杭州云栖医疗器械有限公司",
    "宁波鼎新模具钢有限公司",
    "宁波启明光电有限公司",
    "宁波港联国际贸易有限公司",
    "余姚精工塑模有限公司",
    "象山蓝湾食品有限公司",
    "宁波万里汽车部件有限公司",
    "奉化联创气动元件有限公司",
    "宁波美尚化妆品有限公司",
)


def make_parties(book, count, owner=None, seed=7):
    """Customers with every kind of gap: no amount, no day, no region, equal values, red letters."""
    chance = random.Random(seed)
    users = list(User.objects.filter(memberships__book=book)) if owner is None else [owner]
    parties = []
    for i in range(count):
        amount = (
            None
            if chance.random() < 0.15
            else Decimal(chance.randrange(-200000, 9000000)) / 100
        )
        amount = Decimal(0) if chance.random() < 0.05 else amount
        parties.append(
            Party(
                book=book,
                code=f"C{i + 1:05d}",
                name=WORDS[i % len(WORDS)] + (f" {i // 12}" if i >= 12 else ""),
                sort_key=f"{i % 12:02d}",
                owner=chance.choice(users),
                created_at=NOW,
                updated_at=NOW,
                region=chance.choice(["", *(code for code, _ in REGIONS)]),
                grade=chance.choice(["A", "B", "C", "D", ""]),
                amount_12m=amount,
                orders_12m=None if chance.random() < 0.2 else chance.randrange(0, 40),
                last_traded_on=None
                if chance.random() < 0.2
                else dt.date(2026, 11, 23) - dt.timedelta(chance.randrange(400)),
                completeness=chance.randrange(0, 101),
            )
        )
    Party.objects.bulk_create(parties)
    return list(Party.objects.filter(book=book).order_by("pk"))


def columns(actor):
    return (
        Column("code", "编号", ColumnKind.CODE),
        Column("name", "客户名称", link=True, sort_path="sort_key"),
        Column("grade", "等级", ColumnKind.GRADE, marks=lambda _a: MARKS),
        Column("region", "地区", ColumnKind.CHOICE, choices=lambda _a: REGIONS),
        Column("owner", "负责人", path="owner__name"),
        Column("amount_12m", "近12个月交易额 ¥", ColumnKind.MONEY, total=True),
        Column("orders_12m", "笔数", ColumnKind.NUMBER, total=True),
        Column("last_traded_on", "最近交易", ColumnKind.DATE),
        Column("updated_at", "更新时间", ColumnKind.DATETIME, shown=False),
        Column("is_supplier", "供应商", ColumnKind.FLAG, shown=False),
        Column(
            "tags",
            "标签",
            ColumnKind.TAGS,
            path="tags__name",
            sortable=False,
            needs=("pk",),
            value=lambda row: sorted(tag.name for tag in row.tags.all()),
        ),
        Column(
            "usc_code", "信用代码", ColumnKind.CODE, masked=lambda a: not a.has_role("admin")
        ),
        Column("initial", "首字", value=lambda row: row.name[:1], needs=("name",), shown=False),
    )


SAMPLE = ListSpec(
    key="sample",
    title="客户",
    unit="家",
    rows=lambda actor: Party.objects.filter(scope_q(actor, "party.view"), status="active"),
    columns=columns,
    sort="-amount_12m",
    row_url=lambda row: reverse("sample-row", args=[row.pk]),
    search=lambda rows, text, _actor: rows.filter(name__icontains=text),
    search_hint="名称、拼音、编号、信用代码",
    views=(BuiltinView("A/B 级", "f.grade=A,B"), BuiltinView("没有交易", "f.amount_12m=空")),
    batch=(BatchAction("owner", "转负责人", "user-round-cog", "party.assign", "sample-batch"),),
    export_action="party.export",
    prefetch=("tags",),
    empty="还没有客户。从 Excel 导入，或新建一个。",
    empty_view="sample-new",
    empty_label="新建客户",
    new_view="sample-new",
    new_action="party.create",
    new_label="新建客户",
)


@page("party.view", "GET", "POST")
def sample_list(request):
    return render_list(request, SAMPLE)


@page("party.view", "GET")
def sample_row(request, pk):
    row = SAMPLE.rows(actor_of(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return render(
        request, "samples/row.html", {"row": row, "near": neighbours(request, SAMPLE, row)}
    )


@page("party.assign", "POST")
def sample_batch(request):
    ids = chosen_ids(request)
    rows = SAMPLE.rows(actor_of(request)).filter(pk__in=ids)
    return batch_results(request, "转负责人", [BatchResult(row.name) for row in rows])


class SampleForm(forms.Form):
    name = forms.CharField(label="名称", max_length=20, help_text="营业执照上的全称")
    amount = forms.DecimalField(label="额度", required=False)
    kind = forms.ChoiceField(label="类型", choices=[("enterprise", "企业"), ("person", "个人")])
    active = forms.BooleanField(label="在用", required=False)
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea)


@page("party.create", "GET", "POST")
def sample_new(request):
    form = SampleForm(request.POST or None)
    status = 422 if request.method == "POST" and not form.is_valid() else 200
    return render(request, "samples/form.html", {"form": form}, status=status)


@page("report.view", "GET")
def sample_charts(request):
    names = ["A 核心", "B 重点", "C 普通", "D 观察", "无数据"]
    amounts = [
        Decimal("3842610.00"),
        Decimal("2706480.00"),
        Decimal("1318950.00"),
        Decimal("238160.00"),
        None,
    ]
    rows = list(zip(names, amounts, strict=True))
    context = {
        "rows": rows,
        "bars": charts.bars(
            names,
            [charts.point(a, url=reverse("sample")) for a in amounts],
            unit="万元",
            fmt="gz:money",
        ),
        "pareto": charts.pareto(
            names[:4], amounts[:4], [0.47, 0.81, 0.97, 1.0], unit="交易额", share_label="累计"
        ),
        "tree": charts.treemap(
            [
                {"name": n, "value": a, "colour": f"c{i + 1}", "url": reverse("sample")}
                for i, (n, a) in enumerate(rows[:4])
            ]
        ),
        "heat": charts.heat(
            ["F1", "F2", "F3"],
            ["R3", "R2", "R1"],
            [
                (x, y, (x + 2 * y) % 7, f"{x * 3 + y} 家", "")
                for x in range(3)
                for y in range(3)
            ],
        ),
        "sankey": charts.sankey(
            [("l-A", "A", "c1", 18), ("l-B", "B", "c2", 53)],
            [("r-A", "A", "c1", 18), ("r-B", "B", "c2", 54)],
            [
                ("l-A", "r-A", 15, ""),
                ("l-A", "r-B", 3, ""),
                ("l-B", "r-A", 3, ""),
                ("l-B", "r-B", 50, ""),
            ],
        ),
    }
    return render(request, "samples/charts.html", context)


def find_parties(actor, text, limit):
    rows = Party.objects.filter(scope_q(actor, "party.view"))
    rows = rows.filter(name__icontains=text) if text else rows
    return [
        Hit(p.pk, p.code, p.name, p.get_kind_display(), reverse("sample-row", args=[p.pk]))
        for p in rows.order_by("code")[:limit]
    ]


SAMPLE_LOOKUP = LookupSource("sample-parties", "party.view", find_parties, "客户", "users")

urlpatterns = [
    path("sample/", sample_list, name="sample"),
    path("sample/new/", sample_new, name="sample-new"),
    path("sample/charts/", sample_charts, name="sample-charts"),
    path("sample/batch/", sample_batch, name="sample-batch"),
    path("sample/<int:pk>/", sample_row, name="sample-row"),
    path("", include("guanzhang.web.urls")),
]
handler404 = "guanzhang.web.errors.not_found"
handler500 = "guanzhang.web.errors.server_error"


def tag_some(book, parties):
    tag = Tag.objects.create(book=book, name="重点跟进")
    other = Tag.objects.create(book=book, name="危化品")
    tag.parties.add(*parties[::5])
    other.parties.add(*parties[::10])
