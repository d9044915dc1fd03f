"""Merging and splitting of goods lines: whatever the lines are, every sum stays what it was."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from guanzhang.customs.domain.goods_rows import (
    ADDED,
    merge_equal,
    shares,
    split_document,
    text_of,
)

NUMBERS = st.decimals(min_value=0, max_value=10**9, places=4).map(text_of)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"CodeTS": st.sampled_from(["8481804090", "8482102000"]), "TradeCurr": st.just("USD")},
        optional={
            "GName": st.sampled_from(["阀", "轴承"]), "DeclPrice": st.sampled_from(["1", "2.5"]),
            "GQty": NUMBERS, "FirstQty": NUMBERS, "DeclTotal": NUMBERS,
        },
    ),
    max_size=140,
)  # fmt: skip


def total(rows, name):
    return sum((Decimal(row[name]) for row in rows if row.get(name)), Decimal(0))


@given(ROWS)
def test_merging_keeps_every_sum(rows):
    merged = merge_equal(rows)
    for name in ADDED:
        assert total(merged.rows, name) == total(rows, name)
    assert sorted(i for each in merged.sources for i in each) == list(range(len(rows)))
    assert merge_equal(merged.rows).saved == 0


def test_only_lines_that_agree_in_everything_else_are_merged():
    row = {
        "CodeTS": "8481804090",
        "GName": "阀",
        "DeclPrice": "2",
        "GQty": "3",
        "DeclTotal": "6",
    }
    rows = [
        {**row, "GNo": "1"},
        {**row, "GNo": "2", "GQty": "0.5", "DeclTotal": "1"},
        {**row, "GNo": "3", "DeclPrice": "2.1"},
        {**row, "GNo": "4", "GName": "阀门"},
        {**row, "GNo": "5", "DecGoodsLimits": [{"LicTypeCode": "411"}]},
        {**row, "GNo": "6", "GQty": "x"},
        {k: v for k, v in row.items() if k != "GQty"},
    ]
    merged = merge_equal(rows)
    assert merged.sources == ((0, 1), (2,), (3,), (4,), (5,), (6,))
    assert merged.rows[0]["GQty"] == "3.5"
    assert merged.rows[0]["DeclTotal"] == "7"


@given(
    st.decimals(min_value=0, max_value=10**12, places=5),
    st.lists(st.decimals(min_value=0, max_value=10**6, places=2), min_size=1, max_size=9),
)
def test_shares_add_up_and_are_fair(whole, weights):
    found = shares(whole, weights, 5)
    assert sum(found) == whole
    assert all(share >= 0 for share in found)
    if sum(weights):
        for share, weight in zip(found, weights, strict=True):
            assert abs(share - whole * weight / sum(weights)) <= Decimal("0.00002")


@given(ROWS, st.integers(min_value=0, max_value=5000), NUMBERS)
def test_splitting_keeps_every_sum(rows, packages, weight):
    document = {
        "DecHead": {
            "IEFlag": "I", "PackNo": str(packages), "GrossWet": weight, "NetWt": weight, "FeeMark": "3",
            "FeeRate": "2860.55", "InsurMark": "1", "InsurRate": "0.3", "NoteS": "N/M",
        },
        "DecLists": rows,
    }  # fmt: skip
    parts = split_document(document)
    lines = [line for part in parts for line in part["DecLists"]]
    heads = [part["DecHead"] for part in parts]
    assert all(len(part["DecLists"]) <= 50 for part in parts)
    assert len(lines) == len(rows)
    for name in ADDED:
        assert total(lines, name) == total(rows, name)
    for name in ("PackNo", "GrossWet", "NetWt", "FeeRate"):
        assert total(heads, name) == total([document["DecHead"]], name)
    assert {head["InsurRate"] for head in heads} == {"0.3"}  # a rate is not shared
    if packages >= len(parts):
        assert all(int(head["PackNo"]) >= 1 for head in heads)


def test_numbers_of_lines_follow_their_lines():
    rows = [{"CodeTS": "8481804090", "GName": f"第{n}", "DeclTotal": "1"} for n in range(1, 61)]
    rows[55]["DecGoodsLimits"] = [{"GoodsNo": "56", "LicTypeCode": "411", "LicenceNo": "A"}]
    document = {
        "DecHead": {"IEFlag": "I"},
        "DecLists": rows,
        "DecContainers": [
            {"ContainerId": "A", "GoodsNo": "1,50,51"},
            {"ContainerId": "B", "GoodsNo": "60"},
            {"ContainerId": "C"},
        ],
        "EcoRelation": [{"DecGNo": "52", "EcoGNo": "1"}, {"DecGNo": "2", "EcoGNo": "2"}],
    }
    first, second = split_document(document)
    assert [line["GNo"] for line in second["DecLists"]] == [str(n) for n in range(1, 11)]
    assert [(c["ContainerId"], c.get("GoodsNo")) for c in first["DecContainers"]] == [
        ("A", "1,50"), ("C", None),
    ]  # fmt: skip
    assert [(c["ContainerId"], c.get("GoodsNo")) for c in second["DecContainers"]] == [
        ("A", "1"), ("B", "10"), ("C", None),
    ]  # fmt: skip
    assert first["EcoRelation"] == [{"DecGNo": "2", "EcoGNo": "2"}]
    assert second["EcoRelation"] == [{"DecGNo": "2", "EcoGNo": "1"}]
    assert second["DecLists"][5]["DecGoodsLimits"][0]["GoodsNo"] == "6"


def test_what_fits_is_left_alone():
    document = {"DecHead": {"IEFlag": "I", "PackNo": "3"}, "DecLists": [{"GName": "阀"}] * 50}
    assert len(split_document(document)) == 1
    assert split_document(document)[0]["DecHead"]["PackNo"] == "3"
