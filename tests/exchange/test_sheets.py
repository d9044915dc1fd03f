"""The template and the rows to fix: what is written is read again, and nothing becomes a formula."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.conftest import NOW, counts, csv_bytes
from guanzhang.exchange import registry, sheets
from guanzhang.exchange.services.staged import work_on
from guanzhang.kernel.codes import usc_check_character
from guanzhang.parties.data import PartyData
from guanzhang.parties.models import CustomField, Party
from guanzhang.parties.services.parties import create_party

pytestmark = pytest.mark.django_db
KINDS = ("customers", "contacts", "transactions")


def template(desk, kind, rows=None):
    spec = registry.spec(kind)
    return sheets.write_template(str(spec.label), spec.fields(desk.actor), rows).read()


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_has_what_people_need(desk, kind):
    book = openpyxl.load_workbook(io.BytesIO(template(desk, kind)))
    fields = registry.spec(kind).fields(desk.actor)
    sheet = book.worksheets[0]
    header = [c.value for c in sheet[1]]
    assert header == [f"{f.label}*" if f.required else f.label for f in fields]
    assert [c.value for c in sheet[2]] == [f.key for f in fields]
    assert sheet.row_dimensions[2].hidden
    assert sheet.max_row == 4  # two samples
    lists = [s.title for s in book.worksheets[1:-1]]
    assert len(lists) == sum(bool(f.choices) for f in fields)
    assert book.sheetnames[-1] == "填写说明"
    assert all(len(title) <= 31 for title in book.sheetnames)
    assert not [c for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_samples_of_a_template_would_pass_and_are_not_imported(desk, kind):
    create_party(desk.actor, PartyData(name="甲", code="C0001"), now=NOW)
    content = template(desk, kind)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    samples = [[c.value for c in row] for row in sheet.iter_rows(min_row=3, max_row=4)]
    for row in samples:  # the same two rows further down are records like any other
        sheet.append([*row[:1], *row[1:]])
    file = io.BytesIO()
    book.save(file)
    batch = desk.check(kind, "模板.xlsx", file.getvalue())
    assert batch.facts["skipped"] == {"samples": 2}
    assert (batch.rows_in, batch.refused) == (2, 0)


def test_an_unfilled_template_holds_no_rows(desk):
    batch = desk.check("customers", "模板.xlsx", template(desk, "customers"))
    assert counts(batch) == (0, 0, 0, 0, 0)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20
)
MONEY = st.none() | st.decimals(0, 10**13, places=4, allow_nan=False)


@st.composite
def usc_codes(draw):
    body = draw(st.from_regex(r"9[1-3][1-6][0-9]{5}[0-9A-HJ-NP-RT-UW-Y]{9}", fullmatch=True))
    return body + usc_check_character(body)


CUSTOMERS = st.builds(
    PartyData,
    name=WORDS,
    short_name=st.just("") | WORDS,
    english_name=st.just("") | st.sampled_from(["=1+1", "+A(1)", "Ningbo Hengtong Co., Ltd."]),
    usc_code=st.just("") | usc_codes(),
    region=st.sampled_from(["", "330206", "310115", "110000"]),
    industry=st.sampled_from(["", "F51", "F", "G59"]),
    scale=st.sampled_from(["", "large", "micro"]),
    staff_count=st.none() | st.integers(0, 90_000),
    annual_revenue=MONEY,
    registered_capital=MONEY,
    established_on=st.none()
    | st.dates(min_value=NOW.date().replace(year=1990), max_value=NOW.date()),
    customs_credit=st.sampled_from(["", "AEO", "GENERAL"]),
    is_supplier=st.booleans(),
    note=st.just("") | st.sampled_from(["甲\n乙", "-1", "001", "1E5", "TRUE", "2026-01-02"]),
    custom=st.sampled_from(
        [{}, {"line": "欧线"}, {"limit": "12.5", "vip": True}, {"since": "2020-02-29"}]
    ),
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    people=st.lists(CUSTOMERS, min_size=1, max_size=6, unique_by=lambda p: p.usc_code or id(p))
)
def test_exported_and_imported_again_nothing_differs(desk, people):
    """The property: the template with the book's records, imported as it is, changes no record."""
    book_id = desk.actor.book_id
    Party.objects.all().delete()
    CustomField.objects.all().delete()
    for key, label, kind in (
        ("line", "航线", "text"),
        ("limit", "额度", "money"),
        ("vip", "会员", "flag"),
        ("since", "合作日", "date"),
    ):
        CustomField.objects.create(book_id=book_id, key=key, label=label, type=kind)
    for person in people:
        create_party(
            desk.actor, person, now=NOW, acknowledged=("PTY-106", "PTY-107", "PTY-143")
        )
    before = list(Party.objects.order_by("pk").values())
    spec = registry.spec("customers")
    rows = list(spec.existing(desk.actor, spec.fields(desk.actor)))
    assert len(rows) == len(people)
    batch = desk.run("customers", "客户.xlsx", template(desk, "customers", rows))
    assert counts(batch) == (len(people), 0, 0, len(people), 0)
    assert list(Party.objects.order_by("pk").values()) == before
    Party.objects.all().delete()
    restored = desk.run("customers", "客户.xlsx", template(desk, "customers", rows))
    assert counts(restored) == (len(people), len(people), 0, 0, 0)
    changed = ("id", "batch_id", "created_at", "updated_at")
    plain = [{k: v for k, v in row.items() if k not in changed} for row in before]
    after = Party.objects.order_by("code").values()
    assert [{k: v for k, v in row.items() if k not in changed} for row in after] == sorted(
        plain, key=lambda row: row["code"]
    )


def test_the_rows_to_fix_come_back_as_they_were_with_the_reason(desk):
    rows = [
        ["编号", "名称", "年营业收入（万元）"],
        ["C1", "甲", "1"],
        ["C2", "", "8万"],
        ["C3", "=丙", "x"],
        ["C4", "丁", "2"],
    ]
    batch = desk.check("customers", "客户.csv", csv_bytes(rows))
    work = work_on(desk.actor, batch, now=NOW)
    file, kind = sheets.write_annotated(
        batch.facts["layout"]["names"], "", work.staging.refused(), count=2
    )
    assert kind == "xlsx"
    sheet = openpyxl.load_workbook(file).active
    found = [[c.value for c in row] for row in sheet.iter_rows()]
    assert found[0] == ["编号", "名称", "年营业收入（万元）", "问题"]
    assert found[1][:3] == ["C2", None, "8万"]
    assert found[1][3].startswith("B3：名称必填，此格为空。；C3：年营业收入（万元）应为数字")
    assert found[2][:3] == ["C3", "=丙", "x"]
    assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert sheet["B2"].fill.fgColor.rgb == "FFFBE3DE"


def test_many_rows_to_fix_come_as_csv(desk, monkeypatch):
    monkeypatch.setattr(sheets, "ROWS_OF_A_WORKBOOK", 1)
    batch = desk.check(
        "customers", "客户.csv", csv_bytes([["编号", "名称"], ["C2", ""], ["C3", ""]])
    )
    work = work_on(desk.actor, batch, now=NOW)
    file, kind = sheets.write_annotated(["编号", "名称"], "", work.staging.refused(), count=2)
    assert kind == "csv"
    lines = file.read().decode("utf-8-sig").splitlines()
    assert lines == [
        "编号,名称,问题",
        "C2,,B2：名称必填，此格为空。",
        "C3,,B3：名称必填，此格为空。",
    ]
