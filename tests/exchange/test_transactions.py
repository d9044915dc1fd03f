"""Transactions: keys by ordinal, amounts to the last digit, customers on the way, all or nothing."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from exchange.conftest import NOW, codes, counts, csv_bytes
from guanzhang.exchange import sheets
from guanzhang.exchange.domain.mapping import definition_from_json
from guanzhang.exchange.models import Batch, Change
from guanzhang.exchange.services.checking import check_batch
from guanzhang.exchange.services.staged import work_on
from guanzhang.exchange.services.uploads import propose_mapping, receive_file, set_mapping
from guanzhang.kernel.problem import Refused
from guanzhang.parties.data import PartyData
from guanzhang.parties.models import Party, Transaction
from guanzhang.parties.services.parties import create_party
from guanzhang.storage import bulk
from guanzhang.trail.models import AuditRecord

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent.parent / "data"
MAPPING = json.loads((DATA / "online_retail_mapping.json").read_text(encoding="utf-8"))
EXCERPT = (DATA / "retail_excerpt.csv").read_bytes()
HEAD = ["单号", "交易日期", "客户编号", "数量", "单价", "金额", "币制", "汇率"]
LINE = ["S1", "2026-11-20", "C1", "2", "10.5", "21", "CNY", ""]


def retail(desk, content=EXCERPT):
    batch = receive_file(desk.actor, "transactions", "retail.csv", [content], now=NOW)
    set_mapping(desk.actor, batch.pk, definition_from_json(MAPPING), now=NOW)
    return check_batch(desk.actor, batch.pk, now=NOW)


@pytest.fixture
def customer(desk):
    return create_party(desk.actor, PartyData(name="恒通", code="C1"), now=NOW)


def run(desk, *rows):
    return desk.run("transactions", "交易.csv", csv_bytes([HEAD, *rows]))


def check(desk, *rows):
    return desk.check("transactions", "交易.csv", csv_bytes([HEAD, *rows]))


# ---- a retailer's file, as the whole one is


def test_the_excerpt_adds_up(desk):
    batch = desk.commit(retail(desk))
    assert counts(batch) == (60, 52, 0, 0, 8)
    assert batch.facts["totals"] == {"GBP": "2138"}
    assert batch.facts["refused_totals"] == {"GBP": "195.51"}
    assert batch.facts["also"] == {"customers": 7}
    assert [(p["code"], p["column"], p["count"]) for p in batch.facts["problems"]] == [
        ("EXC-030", "CustomerID", 8)
    ]
    assert Party.objects.count() == 7
    assert sorted(Party.objects.values_list("code", "name"))[0] == ("90001", "客户 90001")
    assert sum(Transaction.objects.values_list("amount", flat=True)) == Decimal(2138)


def test_the_excerpt_twice_adds_nothing_and_undo_leaves_nothing(desk):
    first = desk.commit(retail(desk))
    again = desk.commit(retail(desk))
    assert counts(again) == (60, 0, 0, 52, 8)
    assert again.facts["also"] == {"customers": 0}
    desk.undo(again)
    assert Transaction.objects.count() == 52
    desk.undo(first)
    assert not Transaction.objects.exists()
    assert not Party.objects.exists()
    assert not Change.objects.exists()


def test_lines_are_counted_over_all_rows_also_refused_ones(desk):
    desk.commit(retail(desk))
    lines = Transaction.objects.filter(document_no="700001").order_by("line_no")
    assert list(lines.values_list("line_no", flat=True)) == [1, 2, 3, 5, 6, 7]


def test_corrected_rows_uploaded_alone_keep_their_line_numbers(desk):
    batch = desk.commit(retail(desk))
    work = work_on(desk.actor, batch, now=NOW)
    names = batch.facts["layout"]["names"]
    file, kind = sheets.write_annotated(names, "行号", work.staging.refused(), count=8)
    assert kind == "xlsx"
    content = _with_customers(file.read(), "90001")
    fixed = receive_file(desk.actor, "transactions", "修好.xlsx", [content], now=NOW)
    proposal = propose_mapping(desk.actor, fixed)
    sources = dict(definition_from_json(MAPPING).sources) | {
        "line_no": proposal.definition.sources["line_no"]
    }
    chosen = definition_from_json(
        MAPPING | {"fields": {k: s.to_json() for k, s in sources.items()}}
    )
    set_mapping(desk.actor, fixed.pk, chosen, now=NOW)
    fixed = desk.commit(check_batch(desk.actor, fixed.pk, now=NOW))
    assert counts(fixed) == (8, 8, 0, 0, 0)
    lines = Transaction.objects.filter(document_no="700001").order_by("line_no")
    assert list(lines.values_list("line_no", flat=True)) == [1, 2, 3, 4, 5, 6, 7]


def _with_customers(content, code):
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    at = [c.value for c in sheet[1]].index("CustomerID") + 1
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, at).value = code
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# ---- amounts and keys


def test_money_to_the_last_digit(desk, customer):
    run(desk, ["S1", "2026-11-20", "C1", "3", "0.3333", "0.9999", "USD", "7.123456"])
    line = Transaction.objects.get()
    assert (line.amount, line.exchange_rate) == (Decimal("0.9999"), Decimal("7.123456"))
    assert line.book_amount == Decimal("7.1227")  # 7.1227436544, rounded half up to four places
    assert (line.quantity, line.unit_price) == (Decimal(3), Decimal("0.3333"))
    assert line.traded_on == dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("amount", "rate", "result"),
    [
        ("0.0001", "0.5", "0.0001"),
        ("-0.0001", "0.5", "-0.0001"),
        ("0.0003", "0.5", "0.0002"),
        ("-2", "1.000001", "-2.0000"),
    ],
)
def test_half_a_unit_is_rounded_away_from_zero(desk, customer, amount, rate, result):
    run(desk, ["S1", "2026-11-20", "C1", "", "", amount, "USD", rate])
    assert Transaction.objects.get().book_amount == Decimal(result)


def test_a_product_of_two_columns_is_exact_and_then_rounded(desk, customer):
    mapping = {"source": {"constant": "x"}, "document_no": "单号", "traded_on": "交易日期", "customer": "客户编号",
               "currency": "币制", "amount": {"multiply": ["数量", "单价"]}}  # fmt: skip
    rows = [HEAD, ["S1", "2026-11-20", "C1", "0.333333", "3.000015", "", "CNY", ""]]
    desk.run("transactions", "交易.csv", csv_bytes(rows), mapping)
    assert Transaction.objects.get().amount == Decimal("1.0000")  # 1.000003999995


def test_every_rule_of_a_line(desk, customer):
    batch = check(
        desk,
        LINE,
        ["S2", "2026-02-30", "C1", "2", "10.5", "21", "CNY", ""],
        ["S3", "2026-11-20", "C9", "2", "10.5", "21", "CNY", ""],
        ["S4", "2026-11-20", "C1", "2", "10.5", "21", "USD", ""],
        ["S5", "2026-11-20", "C1", "2", "10.5", "21", "USD", "0"],
        ["S6", "2026-11-20", "C1", "2", "10.5", "21", "CNY", "7"],
        ["S7", "2026-11-20", "C1", "二", "10.5", "8万", "人民币", ""],
        ["", "2026-11-20", "C1", "2", "10.5", "21", "XYZ", ""],
    )
    assert counts(batch) == (8, 1, 0, 0, 7)
    assert codes(batch) == [
        ("EXC-036", "B3"), ("EXC-062", "C4"), ("EXC-063", "H5"), ("PTY-126", "H6"), ("PTY-127", "H7"),
        ("EXC-032", "D8"), ("EXC-032", "F8"), ("EXC-030", "A9"), ("EXC-038", "G9"),
    ]  # fmt: skip
    assert batch.problems.get(cell="F8").suggestion == "80000"


def test_a_second_import_is_an_update_of_the_same_line(desk, customer):
    run(desk, LINE, LINE)
    changed = ["S1", "2026-11-20", "C1", "3", "10.5", "31.5", "CNY", ""]
    batch = check(desk, LINE, changed)
    assert counts(batch) == (2, 0, 1, 1, 0)
    assert batch.facts["changes"] == [
        {"row": 3, "columns": {"quantity": [2_000_000, 3_000_000], "amount": [210_000, 315_000], "book_amount": [210_000, 315_000]}}
    ]  # fmt: skip
    desk.commit(batch)
    amounts = Transaction.objects.order_by("line_no").values_list("amount", flat=True)
    assert list(amounts) == [Decimal(21), Decimal("31.5")]
    desk.undo(batch)
    assert list(amounts.all()) == [Decimal(21), Decimal(21)]


def test_a_line_number_in_the_file_is_the_key(desk, customer):
    head = [*HEAD, "行号"]
    rows = [head, [*LINE, "2"], [*LINE, "1"], [*LINE, "2"], [*LINE, ""]]
    batch = desk.run("transactions", "交易.csv", csv_bytes(rows))
    assert counts(batch) == (4, 2, 0, 0, 2)
    assert codes(batch) == [("EXC-061", "A4"), ("EXC-030", "I5")]
    assert sorted(Transaction.objects.values_list("line_no", flat=True)) == [1, 2]


def test_the_credit_code_finds_the_customer_and_makes_one(desk):
    usc = "91330206MA281KQ70R"
    create_party(
        desk.actor,
        PartyData(name="恒通", code="C1", usc_code=usc),
        now=NOW,
        acknowledged=("PTY-106",),
    )
    other = "91310115MA1K3ABC1G"
    mapping = {"source": {"constant": "x"}, "document_no": "单号", "traded_on": "交易日期", "customer": "客户编号",
               "customer_name": "客户名称", "currency": "币制", "amount": "金额", "options": {"create_customers": True}}  # fmt: skip
    head = [*HEAD, "客户名称"]
    rows = [
        head,
        ["S1", "2026-11-20", usc, "", "", "1", "CNY", "", "不用"],
        ["S2", "2026-11-20", other, "", "", "1", "CNY", "", "上海瑞丰"],
    ]
    desk.run("transactions", "交易.csv", csv_bytes(rows), mapping)
    assert sorted(Party.objects.values_list("name", "usc_code")) == [
        ("上海瑞丰", other),
        ("恒通", usc),
    ]
    assert Transaction.objects.filter(party__code="C1").count() == 1


def test_the_source_of_manual_entries_is_not_for_files(desk, customer):
    batch = desk.upload("transactions", "交易.csv", csv_bytes([HEAD, LINE]))
    definition = propose_mapping(desk.actor, batch).definition.to_json()
    definition["fields"]["source"] = {"constant": "manual"}
    with pytest.raises(Refused) as refused:
        set_mapping(desk.actor, batch.pk, definition_from_json(definition), now=NOW)
    assert refused.value.problems[0].kind.code == "EXC-023"


def test_a_salesperson_touches_only_lines_of_his_customers(desk_of, cast):
    admin, sales = desk_of("admin"), desk_of("sales")
    for code, who in (("C1", "colleague"), ("C2", "sales")):
        create_party(
            admin.actor, PartyData(name=code, code=code, owner_id=cast.users[who].pk), now=NOW
        )
    run(admin, LINE)
    mine = ["S1", "2026-11-20", "C2", "2", "10.5", "21", "CNY", ""]
    batch = check(sales, LINE, mine, ["S9", "2026-11-20", "C2", "2", "10.5", "21", "CNY", ""])
    assert codes(batch) == [("EXC-064", "C2")]
    stolen = desk_of("sales").check("transactions", "交易.csv", csv_bytes([HEAD, mine]))
    assert codes(stolen) == [("EXC-064", "A2")]


# ---- all or nothing


@pytest.mark.parametrize("row", [1, 26, 52])
def test_a_crash_at_any_row_leaves_nothing(desk, monkeypatch, row):
    batch = retail(desk)
    monkeypatch.setattr("guanzhang.exchange.services.committing.CHUNK", 5)
    written = 0
    real = bulk.insert_plain

    def failing(model, columns, rows):
        nonlocal written
        if model is Transaction:
            written += len(rows)
            if written >= row:
                raise OSError("the disk is gone")
        real(model, columns, rows)

    monkeypatch.setattr(bulk, "insert_plain", failing)
    with pytest.raises(OSError, match="the disk is gone"):
        desk.commit(batch)
    assert not Transaction.objects.exists()
    assert not Party.objects.exists()
    assert not AuditRecord.objects.filter(action="import.committed").exists()
    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED
    monkeypatch.setattr(bulk, "insert_plain", real)
    assert counts(desk.commit(batch)) == (60, 52, 0, 0, 8)


def test_chunks_do_not_change_the_outcome(desk, monkeypatch):
    monkeypatch.setattr("guanzhang.exchange.services.checking.CHUNK", 4)
    monkeypatch.setattr("guanzhang.exchange.services.committing.CHUNK", 3)
    desk.commit(retail(desk))
    again = desk.commit(retail(desk))
    assert counts(again) == (60, 0, 0, 52, 8)


def test_a_deleted_or_altered_line_stops_the_undo(desk):
    batch = desk.commit(retail(desk))
    Transaction.objects.filter(batch_id=batch.pk).first().delete()
    with pytest.raises(Refused) as refused:
        desk.undo(batch)
    assert "导入时 52 条，现有 51 条" in refused.value.problems[0].message("zh")
    other = desk.commit(retail(desk, EXCERPT.replace(b"70000", b"80000")))
    line = Transaction.objects.filter(batch_id=other.pk).first()
    Transaction.objects.filter(pk=line.pk).update(amount=line.amount + 1)
    with pytest.raises(Refused) as refused:
        desk.undo(other)
    assert any("金额合计与导入时不同" in p.message("zh") for p in refused.value.problems)
