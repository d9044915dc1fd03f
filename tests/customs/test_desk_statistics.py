"""Statistics: every grouping adds up, every figure opens exactly what it counts, under every role."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.db.models import Q
from django.urls import reverse

from customs.desk_stories import Story, entered, opened
from guanzhang.customs import statistics
from guanzhang.customs.links import rows_url, span_text
from guanzhang.customs.models import Declaration
from guanzhang.customs.services.amendments import amend
from guanzhang.customs.statistics import DIMENSIONS, Span
from guanzhang.demo.declarations import Company
from guanzhang.desk.views.customs import _url
from guanzhang.trail.models import AuditRecord

pytestmark = pytest.mark.usefixtures("shipped")
ROLES = (
    "sales",
    "manager",
    "declarant",
    "reviewer",
    "accountant",
    "controller",
    "admin",
    "auditor",
)
YEAR = Span(dt.date(2025, 12, 1), dt.date(2026, 12, 1))


@pytest.fixture
def declared(cast, now, example_client, clients):
    other = Company(
        clients.hengtong.name,
        clients.hengtong.usc_code,
        clients.hengtong.customs_code,
        "330206",
    )
    day = now.date()
    rows = entered(
        cast,
        now,
        Story(cast, day - dt.timedelta(days=300), seed=1, code="8482102000").declared("LJPR"),
        Story(cast, day - dt.timedelta(days=40), seed=2, is_import=False).declared("LJPR"),
        Story(cast, day - dt.timedelta(days=40), seed=3, client=other)
        .returned()
        .declared("LJ"),
        Story(cast, day - dt.timedelta(days=3), seed=4, maker="sales", client=other).declared(
            "E"
        ),
        Story(
            cast, day - dt.timedelta(days=2), seed=5, maker="sales", is_import=False
        ).declared("L"),
        Story(cast, day - dt.timedelta(days=500), seed=6).declared("LJPR"),  # before the year
        Story(cast, day, seed=8).approved(),  # not declared
    )
    Declaration.objects.filter(pk=rows[0].pk).update(party=None)
    return rows


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("direction", ["", "I", "E"])
def test_groups_add_up_and_open_exactly_what_they_count(cast, declared, who, direction):
    actor = cast.actor(who)
    span = Span(YEAR.since, YEAR.until, direction)
    mine = Declaration.objects.filter(declared_on__range=(span.since, span.last))
    if who in ("sales", "manager"):
        own = Q(owner=cast.users["sales"]) | Q(party__owner=cast.users["sales"])
        mine = mine.filter(own) if who == "sales" else mine
    mine = mine.filter(direction=direction) if direction else mine
    total = statistics.total(actor, span)
    assert total.declarations == mine.count()
    assert total.lines == sum(row.line_count for row in mine)
    assert opened(actor, rows_url(**span_text(span))).count() == total.declarations
    together = statistics.overview(actor, span)
    assert set(together) == set(DIMENSIONS) - {"chapter"}
    for key in DIMENSIONS:
        groups = statistics.grouped(actor, span, key)
        assert together.get(key, groups) == groups
        for group in groups:
            found = opened(actor, _url(span, key, group.key))
            assert found.count() == group.declarations, (key, group.key)
        assert sum(g.lines for g in groups) == total.lines, key
        if key != "chapter":
            assert sum(g.declarations for g in groups) == total.declarations, key
            assert sum(g.returns for g in groups) == total.returns
            assert sum(g.rejects for g in groups) == total.rejects


def test_the_errors_are_returns_and_rejects_per_declaration(cast, declared):
    actor = cast.actor("controller")
    total = statistics.total(actor, YEAR)
    assert (total.declarations, total.returns, total.rejects) == (5, 1, 1)
    assert total.errors == Decimal("0.4")
    people = {g.key: g for g in statistics.grouped(actor, YEAR, "declarant")}
    sales = people[str(cast.users["sales"].pk)]
    assert (sales.declarations, sales.rejects, sales.errors) == (2, 1, Decimal("0.5"))
    assert (
        statistics.total(actor, Span(dt.date(2020, 1, 1), dt.date(2020, 2, 1))).errors is None
    )


def test_an_amendment_is_not_counted_twice(cast, now, declared):
    before = statistics.total(cast.actor("admin"), YEAR)
    row = amend(cast.actor("declarant"), declared[2].pk, kind="amend", reason="补正", now=now)
    Declaration.objects.filter(pk=row.pk).update(declared_on=now.date())
    assert statistics.total(cast.actor("admin"), YEAR) == before


def test_the_statistics_never_read_a_document(cast, declared):
    rows = statistics.declared(cast.actor("admin"), YEAR).order_by()
    plan = rows.values("customs_office").annotate(**statistics._sums()).explain()
    if "SEARCH" in plan:  # SQLite
        assert "COVERING INDEX declaration_figures" in plan


def test_the_page_shows_the_figures_and_exports_every_group(as_user, cast, declared, now):
    client = as_user("controller")
    query = "?since=2025-12-01&until=2026-11-30"
    page = client.get(reverse("customs-report") + query).content.decode()
    assert "报关统计" in page
    assert "一般贸易 (0110)" in page
    assert "40.0%" in page
    chapters = client.get(reverse("customs-chapters") + query).content.decode()
    assert "85 " in chapters or "84 " in chapters
    answer = client.post(reverse("customs-export") + query)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert sum(r[3] for r in rows if r[0] == "按月") == 5
    assert AuditRecord.objects.get(action="list.exported").object_id == "customs-report"


def test_without_declarations_the_page_says_what_to_do(as_user, cast):
    page = (
        as_user("controller").get(reverse("customs-report") + "?period=去年").content.decode()
    )
    assert "这段时间没有已申报的报关单" in page
    assert as_user("controller").get(
        reverse("customs-report") + "?period=x&direction=Q&since=foo&until=bar"
    ).status_code == 200  # fmt: skip
