"""Invoice and packing list: the columns are guessed, the lines joined, what is wrong has its address."""

import datetime as dt

from guanzhang.customs.domain.invoice import Table, guess, lines_of
from guanzhang.reference import shipped

REFERENCE = shipped.reference(dt.date(2026, 11, 23))
TABLES = {"GUnit": "unit", "OriginCountry": "country", "TradeCurr": "currency"}
INVOICE = [
    "Item No.",
    "HS Code",
    "Description of Goods",
    "Qty",
    "单位",
    "Unit Price",
    "Amount",
    "原产国",
]
PACKING = ["Item No.", "CTNS", "N.W.(KG)", "G.W.(KG)"]


def read(rows, packing=None):
    invoice = Table("发票", list(enumerate(rows, 5)), guess(INVOICE))
    box = Table("箱单", list(enumerate(packing, 3)), guess(PACKING)) if packing else None
    return lines_of(
        invoice,
        box,
        reference=REFERENCE,
        tables=TABLES,
        labels={},
        defaults={"TradeCurr": "USD", "OriginCountry": "CHN"},
    )


def test_the_columns_are_guessed():
    assert guess(INVOICE) == {
        "ExgNo": 0, "CodeTS": 1, "GName": 2, "GQty": 3, "GUnit": 4, "DeclPrice": 5, "DeclTotal": 6,
        "OriginCountry": 7,
    }  # fmt: skip
    assert guess(PACKING) == {"ExgNo": 0, "packages": 1, "net_weight": 2, "gross_weight": 3}


def test_lines_of_both_papers_meet_by_their_article_number():
    found = read(
        [
            ["A1", "8483409000", "减速机", "24", "个", "612.5", "14,700.00", "日本"],
            ["A2", "8481901000", "阀芯", "2000", "个", "0.82", "", "日本"],
            ["", "", "TOTAL", "2024", "", "", "16,340.00", ""],
        ],
        [["A2", "4", "96", "100.5"], ["A1", "12", "300", "330"], ["B9", "1", "5", "6"]],
    )
    first, second = found.rows
    assert first["DeclTotal"] == "14700"
    assert (first["GUnit"], first["FirstUnit"], first["FirstQty"]) == ("007", "007", "24")
    assert (second["DeclTotal"], second["TradeCurr"], second["OriginCountry"]) == (
        "1640",
        "USD",
        "JPN",
    )
    assert (second["FirstUnit"], second["FirstQty"]) == (
        "035",
        "96",
    )  # kilograms of the packing list
    assert [(p.kind.code, p.path) for p in found.problems] == [("CUS-975", "箱单!5")]
    assert found.head == {"NetWt": "401", "GrossWet": "436.5", "PackNo": "17"}


def test_lines_without_numbers_meet_by_their_order_or_not_at_all():
    rows = [["", "8481901000", "阀芯", "10", "个", "1", "10", "日本"]]
    assert read(rows, [["", "1", "2.5", "3"]]).rows[0]["FirstQty"] == "2.5"
    apart = read(rows, [["", "1", "2.5", "3"], ["", "1", "2.5", "3"]])
    assert "FirstQty" not in apart.rows[0]
    assert [p.kind.code for p in apart.problems] == ["CUS-976"]


def test_a_bad_cell_has_its_address_and_the_line_stays():
    found = read([["A1", "8483409000", "减速机", "vierzig", "台", "2", "9", "火星"]])
    assert [(p.kind.code, p.path) for p in found.problems] == [
        ("CUS-971", "发票!D5"), ("CUS-974", "发票!H5"),
    ]  # fmt: skip
    assert found.rows[0]["GName"] == "减速机"
    assert "GQty" not in found.rows[0]
    assert (
        "OriginCountry" not in found.rows[0]
    )  # a default is not put over what could not be read


def test_a_total_that_is_not_the_product_is_told():
    found = read([["A1", "8483409000", "减速机", "3", "台", "2", "7", "日本"]])
    assert [(p.kind.code, p.path) for p in found.problems] == [("CUS-977", "发票!5")]
    assert found.rows[0]["DeclTotal"] == "7"  # what the paper says is not changed
