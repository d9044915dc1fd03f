"""What is exported is what was seen: same rows, order and columns; typed; never a formula; recorded."""

import csv
import datetime as dt
import hashlib
import io
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone

from guanzhang.parties.models import Party
from guanzhang.trail.models import AuditRecord
from guanzhang.web import listing_export, sheets
from guanzhang.web.listing_spec import ColumnKind as K
from guanzhang.web.sheets import SheetColumn, write_csv, write_xlsx
from guanzhang.work.models import Job, Notice
from guanzhang.work.registry import JobContext
from guanzhang.work.services import work_once
from web.samples import make_parties, tag_some


@pytest.fixture
def parties(cast):
    parties = make_parties(cast.book, 70)
    tag_some(cast.book, parties)
    names = [
        "=1+1",
        "+86 574",
        "@SUM(A1)",
        "-2+3",
        "\t=cmd",
        '=HYPERLINK("http://x")',
        "http://example.com",
        "007",
    ]
    for party, name in zip(parties, names, strict=False):
        party.name = name
    Party.objects.bulk_update(parties, ["name"])
    return parties


def body(response):
    return b"".join(response.streaming_content)


def sheet_of(data):
    return openpyxl.load_workbook(io.BytesIO(data))


QUERY = "f.amount_12m=非空&sort=-amount_12m&cols=code,name,amount_12m,orders_12m,last_traded_on,grade,region,tags,updated_at,is_supplier"


def test_xlsx_holds_exactly_what_is_on_the_screen(as_user, parties):
    client = as_user("admin")
    screen = client.get(f"/sample/?{QUERY}&size=200")
    response = client.post(f"/sample/?{QUERY}", {"export": "xlsx"})
    assert response["Content-Disposition"].startswith(
        "attachment; filename*=utf-8''%E5%AE%A2%E6%88%B7_"
    )
    book = sheet_of(body(response))
    data = book.worksheets[0]
    header, *rows = data.iter_rows(values_only=True)
    assert list(header) == [str(c.label) for c in screen.context["found"].visible]
    assert [row[0] for row in rows] == [cell.cells[0].html for cell in screen.context["rows"]]
    by_code = {p.code: p for p in Party.objects.filter(book__code="YH")}
    for row in rows:
        party = by_code[row[0]]
        assert row[1] == party.name
        assert Decimal(repr(row[2])) == party.amount_12m
        assert row[3] == party.orders_12m
        assert (row[4].date() if row[4] else None) == party.last_traded_on
        assert row[5] == (party.grade or None)
        assert row[9] == "否"
    total = sum((Decimal(repr(row[2])) for row in rows), Decimal(0))
    assert f"{total:,.2f}" in [cell["html"] for cell in screen.context["footer"]]
    assert data.freeze_panes == "A2"
    money = {cell.number_format for cell in data["C"][1:]}
    assert money == {"#,##0.00;[Red]-#,##0.00;"}
    assert any(
        cell.value == 0 for cell in data["C"][1:]
    )  # a zero stays a number under a format that is blank


def test_no_cell_of_an_export_is_a_formula_or_a_link(as_user, parties):
    data = body(as_user("admin").post("/sample/?cols=name,code", {"export": "xlsx"}))
    book = sheet_of(data)
    cells = [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    names = {cell.value: cell for cell in book.worksheets[0]["A"]}
    assert names["=1+1"].data_type == "s"
    assert names["=1+1"].quotePrefix
    assert names["007"].data_type == "s"
    assert not any(cell.hyperlink for cell in cells)


def test_the_second_sheet_says_what_the_file_is(as_user, cast, parties):
    data = body(
        as_user("accountant").post("/sample/?f.grade=A,B&q=宁波&sort=code", {"export": "xlsx"})
    )
    book = sheet_of(data)
    assert book.sheetnames == ["客户", "导出说明"]
    facts = dict(book["导出说明"].iter_rows(values_only=True))
    rows = book["客户"].max_row - 1
    assert facts["列表"] == "客户"
    assert facts["条件"] == "搜索“宁波”；等级 = 核心 / = 重点"
    assert facts["排序"] == "编号 升序"
    assert facts["导出人"] == "乙（accountant）"
    assert facts["行数"] == str(rows) != "0"
    csv_file = body(
        as_user("accountant").post("/sample/?f.grade=A,B&q=宁波&sort=code", {"export": "csv"})
    )
    assert (
        facts["数据 SHA-256（同一数据的 csv，不含 BOM）"]
        == hashlib.sha256(csv_file.removeprefix(b"\xef\xbb\xbf")).hexdigest()
    )


def test_csv_is_utf8_with_bom_and_guarded(as_user, parties):
    data = body(
        as_user("admin").post(
            "/sample/?cols=code,name,amount_12m,last_traded_on&sort=code", {"export": "csv"}
        )
    )
    assert data.startswith("\ufeff编号,客户名称,近12个月交易额 ¥,最近交易\r\n".encode())
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:9]] == [
        "'=1+1",
        "'+86 574",
        "'@SUM(A1)",
        "'-2+3",
        "'\t=cmd",
        '\'=HYPERLINK("http://x")',
        "http://example.com",
        "007",
    ]
    by_code = {p.code: p for p in parties}
    for code, _name, amount, day in rows[1:]:
        party = by_code[code]
        assert amount == ("" if party.amount_12m is None else f"{party.amount_12m:.2f}")
        assert day == (str(party.last_traded_on) if party.last_traded_on else "")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "-1"),
        ("-1.50", "-1.50"),
        ("-1+1", "'-1+1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\0=x", "'\0=x"),
        (" =x", "' =x"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        ("恒通", "恒通"),
        ("1=1", "1=1"),
        ("", ""),
        ("1-2", "1-2"),
        ("--1", "'--1"),
    ],
)
def test_injection_table(text, written):
    data = (
        write_csv([SheetColumn("名称"), SheetColumn("后")], [[text, "x"]])
        .file.read()
        .decode("utf-8-sig")
    )
    _header, row = csv.reader(io.StringIO(data, newline=""))
    assert row == [written, "x"]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (K.MONEY, Decimal("1234.5000"), "1234.50"),
        (K.MONEY, Decimal("-0.0001"), "-0.0001"),
        (K.MONEY, Decimal("0.0000"), "0.00"),
        (K.NUMBER, Decimal("12.500000"), "12.5"),
        (K.NUMBER, Decimal("-0"), "0"),
        (K.NUMBER, Decimal(100), "100"),
        (K.NUMBER, 12, "12"),
        (K.FLAG, True, "是"),
        (K.DATE, dt.date(2026, 11, 23), "2026-11-23"),
        (K.DATETIME, dt.datetime(2026, 11, 23, 2, 30, tzinfo=dt.UTC), "2026-11-23 10:30:00"),
        (K.TEXT, None, ""),
    ],
)
def test_csv_values(kind, value, text):
    data = (
        write_csv([SheetColumn("x", kind), SheetColumn("y")], [[value, "z"]])
        .file.read()
        .decode("utf-8-sig")
    )
    assert data == f"x,y\r\n{text},z\r\n"


def test_a_number_longer_than_a_spreadsheet_keeps_goes_as_text():
    book = sheet_of(
        write_xlsx(
            [SheetColumn("x", K.NUMBER)], [[Decimal("1234567890123456.78")], [Decimal(5)]], "表"
        ).file.read()
    )
    cells = book.worksheets[0]["A"]
    assert (cells[1].value, cells[1].data_type) == ("1234567890123456.78", "s")
    assert (cells[2].value, cells[2].data_type) == (5, "n")


def test_more_rows_than_a_sheet_holds_continue_on_the_next(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    written = write_xlsx([SheetColumn("x", K.NUMBER)], ([n] for n in range(7)), "客户[1]/*")
    book = sheet_of(written.file.read())
    assert book.sheetnames == ["客户 1", "客户 1 2", "客户 1 3", "导出说明"]
    values = [
        row[0]
        for sheet in book.worksheets[:3]
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert values == list(range(7))
    assert written.rows == 7


def test_every_export_is_in_the_trail_with_its_conditions_and_count(as_user, cast, parties):
    data = body(as_user("admin").post("/sample/?f.grade=A", {"export": "csv"}))
    entry = AuditRecord.objects.get(action="list.exported")
    assert (entry.book_id, entry.actor_id, entry.object_id) == (
        cast.book.pk,
        cast.users["admin"].pk,
        "sample",
    )
    assert entry.changes["filter"] == "等级 = 核心"
    assert (
        entry.changes["rows"]
        == data.count(b"\r\n") - 1
        == Party.objects.filter(book__code="YH", grade="A").count()
    )
    assert (
        entry.changes["sha256"]
        == hashlib.sha256(data.removeprefix(b"\xef\xbb\xbf")).hexdigest()
    )


@pytest.mark.parametrize("who", ["declarant", "reviewer"])
def test_without_the_right_there_is_no_button_and_no_file(as_user, parties, who):
    client = as_user(who)
    assert 'name="export"' not in client.get("/sample/").content.decode()
    response = client.post("/sample/", {"export": "xlsx"})
    assert response.status_code == 403
    assert "会计" in response.content.decode()
    assert not AuditRecord.objects.filter(action="list.exported").exists()


@pytest.mark.parametrize("who", ["sales", "stranger"])
def test_an_export_holds_only_the_rows_of_the_exporter(as_user, cast, parties, who):
    make_parties(cast.other_book, 3, owner=cast.users["stranger"])
    data = body(as_user(who).post("/sample/?cols=code", {"export": "csv"})).decode("utf-8-sig")
    actor = cast.actor(who)
    mine = Party.objects.filter(book_id=actor.book_id)
    mine = mine.filter(owner_id=actor.user_id) if who == "sales" else mine
    assert sorted(data.split()[1:]) == sorted(mine.values_list("code", flat=True))


def test_ticked_rows_are_exported_alone_within_what_one_may_see(as_user, cast, parties):
    mine = Party.objects.filter(book=cast.book).order_by("pk")[:3]
    foreign = Party.objects.filter(book=cast.other_book).first()
    ids = [*(p.pk for p in mine), *([foreign.pk] if foreign else [])]
    data = body(as_user("admin").post("/sample/?cols=code", {"export": "xlsx", "ids": ids}))
    book = sheet_of(data)
    codes = [row[0].value for row in list(book.worksheets[0])[1:]]
    assert sorted(codes) == sorted(p.code for p in mine)
    facts = dict(book["导出说明"].iter_rows(values_only=True))
    assert facts["条件"] == f"选中的 {len(ids)} 行"


# --- as a job -----------------------------------------------------------------------------------------


@pytest.fixture
def queued(as_user, parties, monkeypatch, settings, tmp_path):
    monkeypatch.setattr(listing_export, "EXPORT_DIRECTLY", 20)
    settings.HOME = tmp_path
    client = as_user("accountant")
    response = client.post(
        "/sample/?f.grade=A,B,C,D&sort=code", {"export": "xlsx"}, follow=True
    )
    assert "已改为后台导出" in response.content.decode()
    return client, Job.objects.get()


def run(job):
    """Let the worker do the job; what it says of itself afterwards."""
    work_once({listing_export.JOB: listing_export.export_list}, {})
    job.refresh_from_db()
    return job


def test_a_long_export_becomes_a_job_with_a_notice_and_a_file(queued, cast):
    client, job = queued
    assert (job.kind, job.user_id) == ("web.export", cast.users["accountant"].pk)
    result = run(job).result
    wanted = Party.objects.filter(book__code="YH").exclude(grade="").count()
    assert result["rows"] == wanted
    notice = Notice.objects.get(user_id=job.user_id)
    assert notice.link == f"/exports/{job.pk}/"
    data = body(client.get(notice.link))
    assert sheet_of(data).worksheets[0].max_row == wanted + 1
    assert AuditRecord.objects.get(action="list.exported").changes["rows"] == wanted


def test_the_file_is_its_owners_for_a_day(queued, as_user):
    _client, job = queued
    run(job)
    assert as_user("admin").get(f"/exports/{job.pk}/").status_code == 404
    assert as_user("stranger").get(f"/exports/{job.pk}/").status_code == 404
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - dt.timedelta(hours=25))
    assert as_user("accountant").get(f"/exports/{job.pk}/").status_code == 404


def test_a_right_lost_while_waiting_refuses_the_job(queued, cast):
    _client, job = queued
    cast.users["accountant"].memberships.get().grants.update(role="declarant")
    with pytest.raises(listing_export.Refused) as refused:
        listing_export.export_list(JobContext(job.pk, job.book_id, job.user_id, job.parameters))
    assert refused.value.problems[0].kind.code == "WEB-002"
    assert not Notice.objects.exists()
    assert not list(listing_export.export_folder().iterdir())


def test_a_list_nobody_wired_refuses_more_rows_than_an_answer_may_hold(
    as_user, parties, monkeypatch
):
    monkeypatch.setattr(listing_export, "EXPORT_DIRECTLY", 20)
    monkeypatch.setattr("web.sample_wiring.LISTS", ())
    response = as_user("admin").post("/sample/", {"export": "xlsx"})
    assert response.status_code == 409
    assert "WEB-001" in response.content.decode()
    assert not Job.objects.exists()
