"""Bad files: every error in one pass, at its sheet and cell; whole tariffs of 13,000 lines."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import time
from dataclasses import replace

import pytest
import xlsxwriter

from conftest import NOW
from guanzhang.kernel.problem import Refused
from guanzhang.reference.columns import TARIFF as COLUMNS
from guanzhang.reference.models import Edition, TariffRow
from guanzhang.reference.queries import changes_of, reference_on
from guanzhang.reference.services import Heading, review_edition
from reference.files import csv_bytes, demo_rows, file_of, load, whole_tariff

TARIFF = Heading("tariff", dt.date(2026, 11, 23), "税委会公告", is_whole=False)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped_data")]


def workbook(rows, sheet: str = "税则") -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write(number, column, cell)
    return file.getvalue()


def table(*changes: dict[str, str]) -> list[list[str]]:
    """The header and one line per change of a good line."""
    good = next(r for r in demo_rows() if r["hs_code"] == "0202300090")
    rows = [{**good, **change} for change in changes]
    return [[f.label for f in COLUMNS], *([r.get(f.key, "") for f in COLUMNS] for r in rows)]


def found_in(findings, severity: str = "error") -> list[tuple[str, str]]:
    return [
        (f.cell, f.problem.kind.code)
        for f in findings
        if f.problem.kind.severity.value == severity
    ]


def test_all_errors_come_at_once_each_with_its_cell(cast):
    rows = table(
        {"hs_code": "202300090"},
        {"hs_code": "0202300091", "unit1": "999", "mfn_rate": "十二"},
        {"hs_code": "0202300092", "supervision_conditions": "7Aé", "mfn_rate": "-3"},
        {"hs_code": "0202300093", "inspection_category": "X/Y", "vat_rate": "九"},
        {"hs_code": "0202300094", "agreement_rates": "14:5", "export_rebate_rate": "120"},
        {"hs_code": "0202300094", "general_rate": "5CNY/999"},
        {"hs_code": "7700000000", "unit1": ""},
        {"hs_code": "0202300095", "agreement_rates": "14=-5"},
    )
    before = Edition.objects.count()
    loaded = load(cast.actor("declarant"), TARIFF, workbook(rows), NOW, "税则.xlsx")
    assert loaded.edition is None
    assert sorted(found_in(loaded.findings)) == sorted([
        ("税则!A2", "REF-010"),
        ("税则!C3", "REF-011"), ("税则!E3", "REF-013"),
        ("税则!P4", "REF-012"), ("税则!E4", "REF-014"),
        ("税则!Q5", "REF-016"), ("税则!O5", "REF-015"),
        ("税则!M6", "REF-017"), ("税则!N6", "REF-015"),
        ("税则!A7", "REF-003"), ("税则!F7", "REF-023"),
        ("税则!A8", "REF-010"), ("税则!C8", "EXC-030"),
        ("税则!M9", "REF-014"),
    ])  # fmt: skip
    assert Edition.objects.count() == before


def test_a_doubtful_line_only_warns(cast):
    rows = table(
        {"hs_code": "0202300090", "vat_rate": "6", "export_rebate_rate": "9"},
        {"hs_code": "0202300091", "unit1": "011", "mfn_rate": "11"},
        {
            "hs_code": "0203290090",
            "mfn_rate": "",
            "general_rate": "",
            "agreement_rates": "99=1",
        },
    )
    loaded = load(cast.actor("declarant"), TARIFF, csv_bytes(rows[0], rows[1:]), NOW)
    assert loaded.edition is not None
    assert sorted(found_in(loaded.findings, "warning")) == sorted([
        ("N2", "REF-022"), ("O2", "REF-021"), ("C3", "REF-019"), ("E3", "REF-019"),
        ("E4", "REF-020"), ("F4", "REF-020"), ("M4", "REF-018"),
    ])  # fmt: skip
    assert len(loaded.edition.staged["warnings"]) == 7


def test_columns_that_are_not_known_are_named_and_left(cast):
    rows = table({"hs_code": "0202300090", "mfn_rate": "10"})
    lines = [[*row, "x"] for row in rows]
    lines[0][-1] = "内部备注"
    loaded = load(cast.actor("declarant"), TARIFF, csv_bytes(lines[0], lines[1:]), NOW)
    assert found_in(loaded.findings, "note") == [("", "REF-002")]
    assert "内部备注" in loaded.findings[0].problem.message("zh")
    assert "内部备注" not in loaded.edition.staged["rows"][0]


def test_the_messages_name_what_was_found_and_what_is_expected(cast):
    rows = table({"hs_code": "0202300090", "unit1": "999"})
    loaded = load(cast.actor("declarant"), TARIFF, csv_bytes(rows[0], rows[1:]), NOW)
    (finding,) = (f for f in loaded.findings if f.problem.is_error)
    assert finding.problem.message("zh") == (
        "计量单位“999”不在计量单位代码表中。请改用 3 位代码，如 035（千克）。"
    )


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("空.csv", b"", "EXC-001"),
        ("只有表头.csv", csv_bytes([f.label for f in COLUMNS], []), "EXC-002"),
        ("坏.xlsx", b"PK\x03\x04broken", "EXC-006"),
        ("旧.xls", b"\xd0\xcf\x11\xe0", "EXC-004"),
        ("图.csv", b"a,b\n\xff\xff\xff\n", "EXC-009"),
        ("没有列.csv", csv_bytes(["商品编号", "名称"], [["0202300090", "牛肉"]]), "REF-001"),
        ("截断.csv.gz", gzip.compress(b"a,b\n" * 5000)[:40], "EXC-011"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_whole(cast, name, data, code):
    before = Edition.objects.count()
    with pytest.raises(Refused) as refused:
        load(cast.actor("declarant"), TARIFF, data, NOW, name)
    assert [p.kind.code for p in refused.value.problems] == [code]
    assert Edition.objects.count() == before


def test_what_the_header_of_the_form_lacks_is_said(cast):
    heading = Heading("codes", TARIFF.effective_on, " ", table="nonsense")
    with pytest.raises(Refused) as refused:
        load(cast.actor("declarant"), heading, file_of("tariff", demo_rows()), NOW)
    assert [p.kind.code for p in refused.value.problems] == ["REF-053", "REF-056"]
    rates = Heading("rates", TARIFF.effective_on, "x", is_whole=True)
    with pytest.raises(Refused) as refused:
        load(cast.actor("declarant"), rates, file_of("tariff", demo_rows()), NOW)
    assert [p.kind.code for p in refused.value.problems] == ["REF-059"]


@pytest.mark.parametrize(
    ("kind", "row", "expected"),
    [
        ("measures", {"kind": "反倾销", "hs_prefix": "x", "origin": "ZZZ9", "rate": "-1", "source": "s",
                      "until": "2020-01-01"}, ["REF-031", "REF-032", "REF-014", "REF-038"]),
        ("rates", {"month": "2026-12-01", "currency": "XXX", "rate": "0", "base_date": "2026-11-18",
                   "source": "s"}, ["REF-033", "REF-034"]),
        ("calendar", {"day": "2027-05-01", "is_workday": "否", "source": "s"}, ["REF-036"]),
        ("parameters", {"key": "nonsense", "value": "-1", "source": "s"}, ["REF-037", "REF-039"]),
        ("codes", {"code": "a b", "name": "n"}, ["REF-030"]),
        ("rates", {"month": "三月", "currency": "USD", "rate": "7", "base_date": "", "source": "s"},
         ["EXC-036", "EXC-030"]),
    ],
)  # fmt: skip
def test_every_kind_of_file_is_checked(cast, kind, row, expected):
    heading = Heading(
        kind,
        TARIFF.effective_on,
        "来源",
        table="unit" if kind == "codes" else "",
        is_whole=False,
    )
    loaded = load(cast.actor("declarant"), heading, file_of(kind, [row], heading.table), NOW)
    assert loaded.edition is None
    assert sorted(code for _cell, code in found_in(loaded.findings)) == sorted(expected)


def test_a_whole_tariff_of_13000_lines_loads_compares_and_takes_effect(cast):
    heading = replace(TARIFF, is_whole=True)
    rows = whole_tariff(13_000)
    started = time.perf_counter()
    data = gzip.compress(file_of("tariff", rows, encoding="gb18030"), 1)
    loaded = load(cast.actor("declarant"), heading, data, NOW, "税则2026.csv.gz")
    assert found_in(loaded.findings) == []
    review_edition(cast.actor("reviewer"), loaded.edition.pk, now=NOW)
    assert time.perf_counter() - started < 60
    assert TariffRow.objects.filter(valid_to=None).count() == 13_000
    changes = changes_of(loaded.edition.pk)
    assert (len(changes.added), len(changes.removed)) == (13_000, len(demo_rows()))
    reference = reference_on(heading.effective_on)
    assert all(reference.tariff(row["hs_code"]).name == row["name_zh"] for row in rows[::997])
    assert not reference.is_demo_tariff

    corrected = [{**row, "mfn_rate": "1"} for row in rows[:100]]
    partial = replace(heading, effective_on=dt.date(2027, 1, 1), is_whole=False)
    loaded = load(cast.actor("controller"), partial, file_of("tariff", corrected), NOW)
    different = sum(row["mfn_rate"] != "1" for row in rows[:100])
    found = changes_of(loaded.edition.pk)
    assert (len(found.changed), found.unchanged, found.removed) == (
        different,
        100 - different,
        (),
    )
