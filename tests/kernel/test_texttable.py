import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.kernel.texttable import parse_table, print_table

COLUMNS = ["code", "名称", "balance"]
cells = st.text(
    st.characters(exclude_characters="|", exclude_categories=["C", "Zl", "Zp"]), max_size=8
).map(str.strip)
rows = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, cells)), max_size=5)


@given(rows)
def test_parse_undoes_print(rows):
    assert parse_table(print_table(rows, COLUMNS)) == rows


def test_chinese_is_two_wide():
    rows = [{"code": "1002", "名称": "银行存款"}, {"code": "22", "名称": "税", "balance": 5}]
    assert print_table(rows, COLUMNS) == (
        "| code | 名称     | balance |\n"
        "| 1002 | 银行存款 |         |\n"
        "| 22   | 税       | 5       |\n"
    )


def test_ragged_rows_are_refused_and_other_lines_skipped():
    assert parse_table("title\n| a |\n\n| 1 |\n") == [{"a": "1"}]
    assert parse_table("") == []
    with pytest.raises(ValueError, match="2 cells"):
        parse_table("| a |\n| 1 | 2 |")
