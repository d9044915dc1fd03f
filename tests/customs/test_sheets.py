"""A declaration as a workbook: out and back without a loss, and clear words for what is none."""

import datetime as dt
from random import Random

import openpyxl
import pytest

from customs.checks.bases import base, changed
from guanzhang.customs.domain.document import tidied
from guanzhang.customs.domain.message import every_block
from guanzhang.customs.sheets import HEADER, read_workbook, sheet_name, write_workbook
from guanzhang.demo.declaration_kinds import any_clean_document
from guanzhang.kernel.problem import Refused


def saved(tmp_path, document):
    path = tmp_path / "declaration.xlsx"
    with write_workbook(document) as file:
        path.write_bytes(file.read())
    return path


def full_document():
    """A value in every element of every block, two rows where there are many, children included."""

    def row(block, tag):
        found = {name: f"{name[:8]}{tag}" for name in block.elements}
        for child in block.children:
            found[child.key] = [row(child, f"{tag}.{n}") for n in (1, 2)]
        found["other"] = [["Extra", f"={tag}"], ["More", "0012"]]
        return found

    document = {"Version": "4.8"}
    for block in every_block():
        if block.key in ("DecGoodsLimits", "DecGoodsLimitVins"):
            continue
        document[block.key] = [row(block, n) for n in (1, 2)] if block.many else row(block, 1)
    return tidied(document)


def test_every_element_comes_back(tmp_path):
    document = full_document()
    assert read_workbook(saved(tmp_path, document)) == (document, ())


@pytest.mark.parametrize("seed", range(5))
def test_clean_declarations_come_back(tmp_path, seed):
    document = any_clean_document(Random(seed), dt.date(2026, 3, 6))
    assert read_workbook(saved(tmp_path, document)) == (document, ())


def test_codes_stay_text_and_formulas_stay_words(tmp_path):
    document = changed(base("import"), "DecHead.MarkNo==1+1;DecHead.TradeMode=0110")
    path = saved(tmp_path, tidied(document))
    cells = {
        (row[0].value, row[1].value): row[3]
        for row in openpyxl.load_workbook(path)[HEADER].iter_rows(min_row=2)
    }
    assert cells["DecHead", "TradeMode"].value == "0110"
    assert cells["DecHead", "MarkNo"].data_type == "s"
    assert read_workbook(path)[0]["DecHead"]["MarkNo"] == "=1+1"


def test_sheets_have_names_of_their_own():
    names = [sheet_name(block) for block in every_block() if block.many]
    assert len(names) == len(set(names))
    assert HEADER not in names


def test_numbers_and_blank_rows_of_a_person(tmp_path):
    path = saved(tmp_path, tidied(base("import")))
    book = openpyxl.load_workbook(path)
    sheet = book["商品"]
    names = [cell.value for cell in sheet[2]]
    sheet.cell(3, names.index("GQty") + 1, 3)
    sheet.cell(6, names.index("CodeTS") + 1, "3926909090")
    sheet.cell(6, names.index("DeclTotal") + 1, 12.5)
    book.save(path)
    document, problems = read_workbook(path)
    assert problems == ()
    assert [row["GNo"] for row in document["DecLists"]] == ["1", "2", "3"]
    assert document["DecLists"][0]["GQty"] == "3"
    assert document["DecLists"][2] == {"CodeTS": "3926909090", "DeclTotal": "12.5", "GNo": "3"}


def test_what_is_not_known_is_said(tmp_path):
    path = saved(tmp_path, tidied(base("import")))
    book = openpyxl.load_workbook(path)
    book["商品"].cell(2, 60, "Colour")
    book["商品"].cell(3, 60, "red")
    book[HEADER].append(["DecHead", "Weight", "", "7"])
    book.save(path)
    document, problems = read_workbook(path)
    assert document == tidied(base("import"))
    assert [(p.kind.code, p.facts["found"]) for p in problems] == [
        ("CUS-996", "DecHead.Weight"),
        ("CUS-996", "Colour"),
    ]


def test_a_row_of_a_line_that_is_not_there(tmp_path):
    document = changed(
        base("import"),
        "DecLists[0].DecGoodsLimits[0].GoodsNo=1;DecLists[0].DecGoodsLimits[0].LicTypeCode=411",
    )
    path = saved(tmp_path, tidied(document))
    book = openpyxl.load_workbook(path)
    book["产品资质"].cell(3, 1, "8.1")
    book.save(path)
    found, problems = read_workbook(path)
    assert found == tidied(base("import"))
    assert [(p.kind.code, p.facts["row"]) for p in problems] == [("CUS-997", "3")]


def test_another_workbook_is_refused(tmp_path):
    path = tmp_path / "prices.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "报价"
    book.active.append(["品名", "单价"])
    book.save(path)
    with pytest.raises(Refused) as refused:
        read_workbook(path)
    assert [p.kind.code for p in refused.value.problems] == ["CUS-995"]
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(Refused):
        read_workbook(path)
