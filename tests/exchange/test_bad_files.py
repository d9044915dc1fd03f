"""What strangers upload: each file gets one clear problem, and nothing of it stays."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from exchange.conftest import codes, counts, csv_bytes, nothing_stored, xlsx_bytes, zip_bytes
from guanzhang.exchange import reading
from guanzhang.exchange.services.uploads import propose_mapping, set_mapping
from guanzhang.kernel.problem import Refused
from guanzhang.parties.models import Party

pytestmark = pytest.mark.django_db
ROWS = [["编号", "名称"], ["C1", "宁波恒通"], ["C2", "上海瑞丰"]]
XLSX = xlsx_bytes(ROWS)
HUGE = "<row><c><v>1</v></c></row>" * 10_000_000  # 260 MB unpacked, a few hundred KB packed


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {i.filename: archive.read(i) for i in archive.infolist()}


def wide_sheet():
    """Two cells that span the largest sheet there is: 17 thousand million empty cells."""
    parts = parts_of(XLSX)
    parts["xl/worksheets/sheet1.xml"] = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    return zip_bytes(parts)


def entity_bomb():
    parts = parts_of(XLSX)
    parts["xl/workbook.xml"] = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        + parts["xl/workbook.xml"].replace(b"<?xml version='1.0' encoding='UTF-8'?>", b"")
    )
    return zip_bytes(parts)


def outside_file():
    parts = parts_of(XLSX)
    parts["xl/workbook.xml"] = (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + parts["xl/workbook.xml"]
    )
    return zip_bytes(parts)


def lying_zip():
    """A gzip of zeros that unpacks beyond a gigabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"a,b\n" * 262_144
    return b"".join([*(packer.compress(block) for _ in range(1030)), packer.flush()])


BAD = {
    "empty": ("客户.csv", b"", "EXC-001", "文件是空的"),
    "blank": ("客户.csv", b"\r\n , , \r\n", "EXC-001", "文件是空的"),
    "empty workbook": ("客户.xlsx", xlsx_bytes([]), "EXC-001", "文件是空的"),
    "empty archive": ("客户.csv.gz", gzip.compress(b""), "EXC-001", "文件是空的"),
    "header only": ("客户.csv", "编号,名称\n".encode(), "EXC-002", "只有表头"),
    "header only xlsx": ("客户.xlsx", xlsx_bytes([["编号", "名称"]]), "EXC-002", "只有表头"),
    "pdf": ("客户.pdf", b"%PDF-1.7 ...", "EXC-003", "客户.pdf"),
    "pdf called xlsx": ("客户.xlsx", b"%PDF-1.7 ...", "EXC-003", "内容须与扩展名一致"),
    "csv called xlsx": ("客户.xlsx", csv_bytes(ROWS), "EXC-003", "内容须与扩展名一致"),
    "xlsx called csv": ("客户.csv", XLSX, "EXC-003", "内容须与扩展名一致"),
    "gz called csv": ("客户.csv", gzip.compress(b"a,b\n1,2\n"), "EXC-003", "内容须与扩展名一致"),
    "no name": ("", csv_bytes(ROWS), "EXC-003", "只接受"),
    "xls": ("客户.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "EXC-004", "另存为 .xlsx"),
    "encrypted": ("客户.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "EXC-004", "密码"),
    "xlsm by name": ("客户.xlsm", XLSX, "EXC-005", "宏"),
    "macros inside": ("客户.xlsx", zip_bytes(parts_of(XLSX) | {"xl/vbaProject.bin": b"x"}), "EXC-005", "宏"),
    "cut off": ("客户.xlsx", XLSX[:-200], "EXC-006", "已损坏"),
    "not a workbook": ("客户.xlsx", zip_bytes({"a.txt": b"hello"}), "EXC-006", "已损坏"),
    "broken xml": (
        "客户.xlsx", zip_bytes(parts_of(XLSX) | {"xl/workbook.xml": b"<a"}), "EXC-006", "已损坏",
    ),
    "entity bomb": ("客户.xlsx", entity_bomb(), "EXC-006", "已损坏"),
    "outside entity": ("客户.xlsx", outside_file(), "EXC-006", "已损坏"),
    "zip bomb": ("客户.xlsx", zip_bytes(parts_of(XLSX) | {"xl/worksheets/sheet1.xml": HUGE}), "EXC-007", "200 MB"),
    "many parts": ("客户.xlsx", zip_bytes({f"{i}.xml": b"" for i in range(2001)}), "EXC-007", "2000"),
    "too many bytes": ("客户.xlsx", XLSX + bytes(21 * 1024 * 1024), "EXC-007", "20 MB"),
    "linked": (
        "客户.xlsx", zip_bytes(parts_of(XLSX) | {"xl/externalLinks/externalLink1.xml": b"<a/>"}),
        "EXC-008", "断开链接",
    ),
    "latin 1": ("客户.csv", "code;name\n1;Mëgåñ Çà Öçü\n".encode("latin-1"), "EXC-009", "CSV UTF-8"),
    "binary": ("客户.csv", b"a,b\n1,2\n3," + bytes(21), "EXC-009", "第 3 行"),
    "open quote": ("客户.csv", '编号,名称\n1,"恒通\n2,瑞丰\n'.encode(), "EXC-010", "引号"),
    "swallowed": ("客户.csv", ('编号,名称\n1,"恒' + "通" * 40_000 + "\n").encode(), "EXC-010", "引号"),
    "cut gzip": ("客户.csv.gz", gzip.compress(csv_bytes(ROWS) * 1000)[:-20], "EXC-011", "不完整"),
    "damaged gzip": (
        "客户.csv.gz", gzip.compress(csv_bytes(ROWS))[:12] + b"\xff" * 20 + struct.pack("<II", 1, 1),
        "EXC-011", "不完整",
    ),
    "largest sheet": ("客户.xlsx", wide_sheet(), "EXC-012", "限额"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_gets_one_clear_problem_and_leaves_nothing(desk, case):
    name, content, code, words = BAD[case]
    with pytest.raises(Refused) as refused:
        desk.upload("customers", name, content)
    (problem,) = refused.value.problems
    assert problem.kind.code == code
    assert words in problem.message("zh")
    assert nothing_stored()
    assert not Party.objects.exists()


def test_a_gzip_bomb_is_stopped_at_a_gigabyte(desk, monkeypatch):
    monkeypatch.setattr(reading, "UNPACKED_CSV", 64 * reading.MB)  # the same, sooner
    with pytest.raises(Refused) as refused:
        desk.upload("customers", "客户.csv.gz", lying_zip())
    assert refused.value.problems[0].kind.code == "EXC-007"
    assert nothing_stored()


def test_the_reader_of_workbooks_is_limited_and_alone():
    source = Path(reading.sheetreader.__file__).read_text(encoding="utf-8")
    assert "guanzhang" not in source.replace('"""', "")
    assert reading.sheetreader.MEMORY == 512 * reading.MB


# ---- files that look bad and are good


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_usual_encoding_is_read(desk, encoding):
    batch = desk.run("customers", "客户.csv", csv_bytes(ROWS, encoding))
    assert counts(batch) == (2, 2, 0, 0, 0)
    assert sorted(Party.objects.values_list("name", flat=True)) == ["上海瑞丰", "宁波恒通"]


def test_a_rare_character_of_gb18030_survives(desk):
    desk.run(
        "customers",
        "客户.csv",
        csv_bytes([ROWS[0], ["C1", "𠮷野家餐饮（上海）有限公司"]], "gb18030"),
    )
    assert Party.objects.get().name == "𠮷野家餐饮（上海）有限公司"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_delimiter_is_read(desk, delimiter):
    assert counts(
        desk.check("customers", "客户.csv", csv_bytes(ROWS, delimiter=delimiter))
    ) == (2, 2, 0, 0, 0)


def test_gzip_and_windows_line_ends(desk):
    content = gzip.compress("编号,名称\r\n\r\nC1,宁波恒通\r\n".encode())
    batch = desk.check("customers", "客户.csv.gz", content)
    assert counts(batch) == (1, 1, 0, 0, 0)
    assert batch.facts["skipped"] == {"blank": 1}


def test_formula_text_in_a_csv_is_data_and_flagged(desk):
    batch = desk.run(
        "customers", "客户.csv", csv_bytes([ROWS[0], ["C1", '=HYPERLINK("http://x")']])
    )
    assert counts(batch) == (1, 1, 0, 0, 0)
    assert codes(batch) == [("EXC-050", "B2")]
    assert Party.objects.get().name == '=HYPERLINK("http://x")'


def test_a_name_of_two_thousand_characters_is_refused_at_its_cell(desk):
    batch = desk.check(
        "customers", "客户.csv", csv_bytes([ROWS[0], ["C1", "长" * 2000], ["C2", "短"]])
    )
    assert counts(batch) == (2, 1, 0, 0, 1)
    assert codes(batch) == [("EXC-031", "B2")]
    assert batch.problems.get().zh == "名称最多 200 个字，现有 2000 个字。请缩短。"


def test_a_wrong_check_digit_is_refused_at_its_cell(desk):
    rows = [["编号", "名称", "统一社会信用代码"], ["C1", "宁波恒通", "91330206MA281KQ70A"]]
    batch = desk.check("customers", "客户.xlsx", xlsx_bytes(rows))
    assert codes(batch) == [("PTY-005", "C2")]
    problem = batch.problems.get()
    assert (problem.sheet, problem.column, problem.value) == (
        "客户",
        "统一社会信用代码",
        "91330206MA281KQ70A",
    )
    assert "末位应为 R，现为 A" in problem.zh


def test_unknown_columns_are_named_not_guessed(desk):
    batch = desk.upload("customers", "客户.csv", csv_bytes([["甲", "乙"], ["1", "2"]]))
    with pytest.raises(Refused) as refused:
        desk.map(batch, {"name": "丙", "code": "甲"})
    (problem,) = refused.value.problems
    assert problem.message("zh") == "文件里没有名为“丙”的列；现有：甲、乙。请重新选择对应的列。"
    with pytest.raises(Refused) as refused:
        desk.map(batch)
    assert [p.kind.code for p in refused.value.problems] == ["EXC-021"]
    assert desk.upload("customers", "x.csv", csv_bytes(ROWS)).mapping is None


def test_a_row_with_more_cells_than_the_header_is_refused(desk):
    batch = desk.check("customers", "客户.csv", "编号,名称\nC1,恒通, 宁波\nC2,瑞丰,\n".encode())
    assert counts(batch) == (2, 1, 0, 0, 1)
    assert codes(batch) == [("EXC-045", "2")]


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_both_date_systems_give_the_same_day(desk, epoch):
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    rows = [["编号", "名称", "成立日期"], ["C1", "宁波恒通", dt.date(2015, 6, 18)]]
    content = xlsx_bytes(rows, book=book)
    desk.run("customers", "客户.xlsx", content)
    assert Party.objects.get().established_on == dt.date(2015, 6, 18)


@pytest.mark.parametrize(("epoch", "serial"), [(None, 42173), (CALENDAR_MAC_1904, 40711)])
def test_a_bare_serial_number_is_a_day_of_the_file_s_system(desk, epoch, serial):
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    desk.run(
        "customers",
        "客户.xlsx",
        xlsx_bytes([["编号", "名称", "成立日期"], ["C1", "恒通", serial]], book=book),
    )
    assert str(Party.objects.get().established_on) == "2015-06-18"


def test_titles_above_and_merged_cells_in_the_header(desk):
    rows = [
        ["客户一览表"],
        ["编号", "名称", "企业情况", None],
        [None, None, "成立日期", "从业人数"],
        ["C1", "宁波恒通", "2015-06-18", 35],
    ]
    merge = ("A1:D1", "A2:A3", "B2:B3", "C2:D2")
    batch = desk.run("customers", "客户.xlsx", xlsx_bytes(rows, merge=merge))
    assert counts(batch) == (1, 1, 0, 0, 0)
    party = Party.objects.get()
    assert (party.code, party.name, party.staff_count) == ("C1", "宁波恒通", 35)
    assert str(party.established_on) == "2015-06-18"


def test_formulas_are_read_as_stored_errors_and_missing_results_are_told(desk):
    parts = parts_of(
        xlsx_bytes(
            [["编号", "名称", "从业人数"], ["C1", "甲", 1], ["C2", "乙", 2], ["C3", "丙", 3]]
        )
    )
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    sheet = sheet.replace('<c r="C2" t="n"><v>1</v></c>', '<c r="C2"><f>5*7</f><v>35</v></c>')
    sheet = sheet.replace('<c r="C3" t="n"><v>2</v></c>', '<c r="C3"><f>A9</f></c>')
    sheet = sheet.replace('<c r="C4" t="n"><v>3</v></c>', '<c r="C4" t="e"><v>#N/A</v></c>')
    batch = desk.check(
        "customers", "客户.xlsx", zip_bytes(parts | {"xl/worksheets/sheet1.xml": sheet})
    )
    assert counts(batch) == (3, 1, 0, 0, 2)
    assert codes(batch) == [("EXC-041", "C3"), ("EXC-040", "C4")]
    assert batch.facts["file"]["sheets"][0]["formulas"] == ["C2"]
    desk.commit(batch)
    assert Party.objects.get().staff_count == 35


def test_codes_kept_as_numbers_lose_no_digit_unseen(desk):
    rows = [
        ["编号", "名称", "备注"],
        [10001, "宁波恒通", 0.1],
        [9133020600000000000, "上海瑞丰", None],
    ]
    batch = desk.check("customers", "客户.xlsx", xlsx_bytes(rows))
    assert codes(batch) == [("EXC-042", "A3")]
    desk.commit(batch)
    party = Party.objects.get()
    assert (party.code, party.note) == ("10001", "0.1")


def test_of_several_sheets_one_is_imported_and_can_be_chosen(desk):
    book = openpyxl.Workbook()
    book.create_sheet("第二张").append(["编号", "名称"])
    book["第二张"].append(["C9", "余姚同发"])
    content = xlsx_bytes(ROWS, book=book)
    batch = desk.upload("customers", "客户.xlsx", content)
    assert [s["name"] for s in batch.facts["file"]["sheets"]] == ["客户", "第二张"]
    proposal = propose_mapping(desk.actor, batch, "第二张")
    assert proposal.definition.sheet == "第二张"
    set_mapping(desk.actor, batch.pk, proposal.definition, now=batch.created_at)
    assert counts(desk.commit(desk.recheck(batch))) == (1, 1, 0, 0, 0)
    assert Party.objects.get().name == "余姚同发"
    with pytest.raises(Refused) as refused:
        propose_mapping(desk.actor, batch, "没有")
    assert (
        refused.value.problems[0].message("zh")
        == "工作簿里没有名为“没有”的工作表；现有：客户、第二张。请重新选择。"
    )
