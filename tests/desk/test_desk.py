"""The home page and the structure report: figures add up, and every figure opens what it counts."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from guanzhang.classification import queries, reports, services
from guanzhang.kernel.actor import system_actor
from guanzhang.parties.models import Party, ServiceRecord, Transaction
from guanzhang.trail.models import AuditRecord

ROLES = (
    "sales",
    "colleague",
    "manager",
    "declarant",
    "reviewer",
    "accountant",
    "controller",
    "admin",
    "auditor",
)
TODAY = timezone.localdate


def party(cast, code, owner, region, industry, amounts):
    now = timezone.now()
    made = Party.objects.create(
        book=cast.book, code=code, name=f"客户{code}", sort_key=code, region=region, industry=industry,
        owner=cast.users[owner], department_id=cast.actor(owner).department_id, completeness=40,
        created_at=now, updated_at=now,
    )  # fmt: skip
    for number, amount in enumerate(amounts):
        Transaction.objects.create(
            book=cast.book, party=made, source="test", document_no=f"{code}-{number}",
            traded_on=TODAY() - dt.timedelta(days=3 * number + 1),
            amount=Decimal(amount), book_amount=Decimal(amount),
        )  # fmt: skip
    return made


@pytest.fixture
def traded(cast):
    rows = [
        party(cast, "P1", "sales", "330206", "F51", ["60000.10", "1.05"]),
        party(cast, "P2", "sales", "310115", "C26", ["12000"]),
        party(cast, "P3", "colleague", "330100", "F51", ["40000", "-500.5", "20000"]),
        party(cast, "P4", "colleague", "", "", []),
        party(cast, "P5", "manager", "440305", "", ["7", "8", "9"]),
    ]
    actor = system_actor(cast.book.pk)
    services.install_starter_schemes(actor, now=timezone.now())
    services.run_schemes(actor, as_of=TODAY(), now=timezone.now())
    return rows


def structure_for(cast, who, code="GRADE", window="12m"):
    actor = cast.actor(who)
    scheme = queries.scheme_named(cast.book.pk, code)
    return (
        actor,
        scheme,
        reports.structure(actor, scheme, window, as_of=TODAY(), now=timezone.now()),
    )


@pytest.mark.parametrize("who", ROLES)
def test_every_panel_adds_up_and_opens_exactly_what_it_counts(cast, traded, who):
    actor, scheme, report = structure_for(cast, who)
    visible = Party.objects.filter(book=cast.book)
    if who in ("sales", "colleague"):
        visible = visible.filter(owner=cast.users[who])
    if who == "manager":
        visible = visible.filter(department_id__in=actor.department_ids)
    mine = Transaction.objects.filter(party__in=visible)
    assert report.total.members == visible.count()
    assert Decimal(report.total.amount).scaleb(-4) == sum(t.book_amount for t in mine)
    for by, groups in (
        ("class", report.classes),
        ("region", report.regions),
        ("industry", report.industries),
    ):
        assert sum(g.members for g in groups) == report.total.members
        assert sum(g.amount for g in groups) == report.total.amount
        for group in groups:
            found = reports.members_behind(
                actor, scheme, "12m", by, group.code, as_of=TODAY(), now=timezone.now()
            )
            assert len(found.rows) == group.members
            assert sum(m.amount or 0 for m in found.rows) == group.amount
    heat = sum(c.members for c in report.heat)
    assert heat == report.total.traded


def test_the_ranking_is_sorted_and_its_shares_grow_to_the_whole(cast, traded):
    _actor, _scheme, report = structure_for(cast, "controller")
    amounts = [r.amount for r in report.ranking]
    assert amounts == sorted(amounts, reverse=True)
    assert report.ranking[-1].cumulative_share == pytest.approx(1)
    assert report.ranking[0].code == "P1"
    shares = [Decimal(a) / report.total.amount for a in amounts]
    assert report.hhi == int(sum(s * s for s in shares) * 10_000)


def test_the_page_shows_the_figures_and_the_drill_exports_them(as_user, cast, traded):
    client = as_user("controller")
    page = client.get(reverse("structure-report") + "?scheme=ABC&window=12m").content.decode()
    assert "131,524.65" in page  # 60,001.15 + 12,000 + 59,499.50 + 24
    drill = reverse("structure-members") + "?scheme=ABC&window=12m&by=region&code=330000"
    assert "119,500.65" in client.get(drill).content.decode()
    answer = client.post(drill.replace("members", "export"))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [(r[0], Decimal(str(r[3]))) for r in rows] == [
        ("P1", Decimal("60001.15")),
        ("P3", Decimal("59499.5")),
    ]
    assert AuditRecord.objects.filter(action="list.exported", object_id="structure").exists()


def test_a_made_up_group_or_scheme_is_not_found(as_user, cast, traded):
    client = as_user("controller")
    assert client.get(reverse("structure-members") + "?by=passwords").status_code == 404
    assert client.get(reverse("structure-report") + "?scheme=NONE&window=x").status_code == 200


def test_without_customers_the_pages_say_what_to_do_next(as_user):
    client = as_user("controller")
    assert reverse("imports") in client.get(reverse("structure-report")).content.decode()
    assert "先导入客户和交易" in client.get(reverse("home")).content.decode()


def test_home_lists_what_is_due_within_the_scope(as_user, cast, traded):
    for made in traded[:4:3]:  # P1 of 甲, P4 of 丙
        ServiceRecord.objects.create(
            book=cast.book, party=made, kind="call", happened_at=timezone.now(), content="约定回访",
            next_action=f"回访{made.code}", next_due_on=TODAY() - dt.timedelta(days=2),
            user_id=cast.users["sales"].pk, user_name="甲", created_at=timezone.now(),
        )  # fmt: skip
    mine = as_user("sales").get(reverse("home")).content.decode()
    assert "回访P1" in mine
    assert "回访P4" not in mine
    assert "逾期 2 天" in mine
    everything = as_user("controller").get(reverse("home")).content.decode()
    assert "回访P4" in everything
