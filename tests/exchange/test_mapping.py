"""Which column is what: proposed, remembered, written as JSON, refused when it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.conftest import NOW, csv_bytes
from guanzhang.exchange.domain.cells import CLEANERS, DATE_ORDERS
from guanzhang.exchange.domain.headers import column_index, column_letter, find_header
from guanzhang.exchange.domain.mapping import (
    Definition,
    Source,
    definition_from_json,
    plain_header,
    signature,
)
from guanzhang.exchange.models import Mapping
from guanzhang.exchange.services.uploads import propose_mapping, set_mapping
from guanzhang.kernel.problem import Refused

NAMES = st.text(min_size=1, max_size=8)
SOURCES = st.builds(
    Source,
    st.tuples(NAMES) | st.tuples(NAMES, NAMES),
    clean=st.lists(st.sampled_from(CLEANERS), unique=True).map(tuple),
    dates=st.sampled_from(DATE_ORDERS),
) | st.builds(Source, constant=st.text(max_size=8))


@given(
    st.builds(
        Definition,
        st.just("customers"),
        st.dictionaries(NAMES, SOURCES),
        st.dictionaries(NAMES, st.booleans()),
        st.text(max_size=5),
    )
)
def test_a_mapping_survives_json(definition):
    assert definition_from_json(json.loads(json.dumps(definition.to_json()))) == definition


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"fields": []},
        {"version": 9, "fields": {}},
        {"fields": {}, "options": {"x": 1}},
        {"fields": {"name": "名称"}},
        {"fields": {"name": {}}},
        {"fields": {"name": {"column": 3}}},
        {"fields": {"name": {"multiply": ["a", "b", "c"]}}},
        {"fields": {"name": {"column": "a", "clean": ["rm -rf"]}}},
        {"fields": {"name": {"column": "a", "dates": "ydm"}}},
    ],
)
def test_json_of_another_shape_is_refused(data):
    with pytest.raises(Refused) as refused:
        definition_from_json(data)
    assert [p.kind.code for p in refused.value.problems] == ["EXC-024"]


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("名称*", "名称"),
        (" 客户 名称 ", "客户名称"),
        ("名称（必填）", "名称"),
        ("ＮＡＭＥ：", "name"),
        ("年营业收入（万元）", "年营业收入(万元)"),
    ],
)
def test_a_header_is_compared_without_decoration(header, plain):
    assert plain_header(header) == plain


def test_the_added_column_of_problems_does_not_change_the_layout():
    assert signature(["编号", "名称*"]) == signature(["编号", "名称", "问题"])
    assert signature(["编号", "名称"]) == signature(["编号", "名称", "行号", "问题"], ["行号"])
    assert signature(["编号", "名称"]) != signature(["名称", "编号"])


@pytest.mark.parametrize(
    ("index", "letters"),
    [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")],
)
def test_columns_have_letters(index, letters):
    assert column_letter(index) == letters
    assert column_index(letters) == index


@pytest.mark.parametrize(
    ("rows", "merged", "row", "names", "first"),
    [
        ([["编号", "名称"], ["1", "甲"]], (), 1, ("编号", "名称"), 2),
        ([[], ["客户表"], ["编号", "名称"], ["1", "甲"]], (), 3, ("编号", "名称"), 4),
        ([["x", "y", "z"], ["1", "甲", "2"]], (), 1, ("x", "y", "z"), 2),
        ([["编号", None, "名称"], ["1", None, "甲"]], (), 1, ("编号", "", "名称"), 2),
        ([["编号", "编号"], ["1", "甲"]], (), 1, ("编号", "编号 (2)"), 2),
        (
            [["编号", "名称", None], ["编号", "甲方", "乙方"], ["1", "a", "b"]],
            ((0, 0, 1, 0), (0, 1, 0, 2)),
            1,
            ("编号", "甲方", "乙方"),
            3,
        ),
    ],
)
def test_the_header_is_found(rows, merged, row, names, first):
    header = find_header(rows, {"编号", "名称"}, merged)
    assert (header.row, header.names, header.first_row) == (row, names, first)


def test_a_sheet_of_nothing_has_no_header():
    assert find_header([[], [None], ["", " "]], {"编号"}) is None
    assert find_header([], {"编号"}) is None


# ---- proposals


def proposal(desk, *header, kind="customers"):
    batch = desk.upload(kind, "x.csv", csv_bytes([header, ["1"] * len(header)]))
    found = propose_mapping(desk.actor, batch)
    return {
        k: (s.columns or (f"={s.constant}",), found.how[k])
        for k, s in found.definition.sources.items()
    }


@pytest.mark.django_db
def test_labels_keys_aliases_and_similar_labels_are_found(desk):
    assert proposal(
        desk, "名称*", "code", "税号", "统一社会信用代", "年营业收入 (万元)", "爱好"
    ) == {
        "code": (("code",), "exact"),
        "name": (("名称*",), "exact"),
        "usc_code": (("税号",), "exact"),
        "annual_revenue": (("年营业收入 (万元)",), "exact"),
    }
    assert proposal(desk, "客户编号", "客户全称", "统一社会信用代码号", "联系电话") == {
        "code": (("客户编号",), "exact"),
        "usc_code": (("统一社会信用代码号",), "similar"),
    }


@pytest.mark.django_db
def test_defaults_are_proposed_where_no_column_fits(desk):
    found = proposal(
        desk, "InvoiceNo", "InvoiceDate", "CustomerID", "Amount", kind="transactions"
    )
    assert found["source"] == (("=excel",), "default")
    assert found["currency"] == (("=CNY",), "default")
    assert found["document_no"] == (("InvoiceNo",), "exact")


@pytest.mark.django_db
def test_a_mapping_is_remembered_by_the_layout_of_the_file(desk):
    rows = [["甲", "乙"], ["C1", "恒通"]]
    batch = desk.upload("customers", "旧系统.csv", csv_bytes(rows))
    definition = Definition(
        "customers",
        {"code": Source(("甲",), clean=("upper",)), "name": Source(("乙",))},
        {"blank_clears": True},
    )
    set_mapping(desk.actor, batch.pk, definition, name="旧系统 2026", now=NOW)
    assert Mapping.objects.get().name == "旧系统 2026"
    again = propose_mapping(desk.actor, desk.upload("customers", "下个月.csv", csv_bytes(rows)))
    assert again.definition == definition
    assert set(again.how.values()) == {"remembered"}
    other = propose_mapping(
        desk.actor, desk.upload("customers", "别的.csv", csv_bytes([["甲", "丙"], ["1", "2"]]))
    )
    assert other.definition.sources == {}


@pytest.mark.django_db
def test_everything_wrong_with_a_mapping_is_told_at_once(desk):
    batch = desk.upload("transactions", "x.csv", csv_bytes([["单号", "日期"], ["1", "2"]]))
    sources = {
        "document_no": Source(("单",)),
        "colour": Source(("单号",)),
        "traded_on": Source(("单号", "日期")),
        "currency": Source(constant="元宝"),
    }
    with pytest.raises(Refused) as refused:
        set_mapping(
            desk.actor, batch.pk, Definition("transactions", sources, {"magic": True}), now=NOW
        )
    assert [(p.kind.code, p.path) for p in refused.value.problems] == [
        ("EXC-020", "document_no"), ("EXC-022", "colour"), ("EXC-024", "traded_on"), ("EXC-023", "currency"),
        ("EXC-021", "source"), ("EXC-021", "customer"), ("EXC-021", "amount"), ("EXC-025", "magic"),
    ]  # fmt: skip
    batch.refresh_from_db()
    assert batch.mapping is None


def test_the_mapping_of_the_retail_file_is_a_mapping():
    path = Path(__file__).parent.parent / "data" / "online_retail_mapping.json"
    definition = definition_from_json(json.loads(path.read_text(encoding="utf-8")))
    assert definition.sources["amount"].columns == ("Quantity", "UnitPrice")
    assert definition.sources["customer"].clean == ("integer",)
    assert definition.options == {"create_customers": True}
