"""``guanzhang import``: the same import without a browser."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from exchange.conftest import csv_bytes
from guanzhang.cli import import_command
from guanzhang.parties.models import Party, Transaction

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent.parent / "data"
RETAIL = [
    "transactions",
    str(DATA / "retail_excerpt.csv"),
    "--mapping",
    str(DATA / "online_retail_mapping.json"),
]


def guanzhang_import(*words):
    parser = argparse.ArgumentParser()
    import_command.add_arguments(parser)
    return import_command.run(parser.parse_args(words))


def test_the_result_is_json_with_amounts_as_texts(cast, capsys):
    assert guanzhang_import(*RETAIL, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert [facts[k] for k in ("rows_in", "added", "updated", "unchanged", "refused")] == [
        60,
        52,
        0,
        0,
        8,
    ]
    assert facts["totals"] == {"GBP": "2138"}
    assert facts["state"] == "committed"
    assert facts["also"] == {"customers": 7}
    assert Transaction.objects.filter(book=cast.book).count() == 52


def test_the_result_is_text_for_people(cast, capsys):
    assert guanzhang_import(*RETAIL) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "批次 1 已导入：读入 60 行 = 新增 52 + 更新 0 + 不变 0 + 不能导入 8"
    assert lines[1] == "  合计 GBP 2138"
    assert lines[2].startswith("  EXC-030 8 处，如 G5：客户编号必填")


def test_a_dry_run_writes_nothing(cast, capsys):
    assert guanzhang_import(*RETAIL, "--dry-run", "--json") == 0
    assert json.loads(capsys.readouterr().out)["state"] == "checked"
    assert not Transaction.objects.exists()


def test_strict_wants_every_row(cast, capsys):
    assert guanzhang_import(*RETAIL, "--strict", "--json") == 1
    assert json.loads(capsys.readouterr().out)["state"] == "checked"
    assert not Transaction.objects.exists()


def test_a_chosen_book_and_a_mapping_found_by_itself(cast, tmp_path, capsys):
    file = tmp_path / "客户.csv"
    file.write_bytes(csv_bytes([["编号", "名称"], ["C1", "恒通"]]))
    assert guanzhang_import("customers", str(file), "--book", "BJ") == 0
    assert Party.objects.get().book == cast.other_book


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (["aliens", "x.csv"], 2, "没有“aliens”这种导入"),
        (["customers", "没有.csv"], 2, "文件不存在"),
        ([*RETAIL, "--book", "ZZ"], 2, "没有编码为“ZZ”的账套"),
        ([*RETAIL[:3], "没有.json"], 2, "读不出来"),
        ([*RETAIL[:3], str(DATA / "retail_excerpt.csv")], 2, "读不出来"),
        (["customers", str(DATA / "online_retail_mapping.json")], 1, "EXC-003"),
        (["customers", *RETAIL[1:]], 1, "EXC-022"),
    ],
)
def test_what_was_wrong_is_said_and_the_exit_code_tells(cast, capsys, words, exit_code, said):
    assert guanzhang_import(*words) == exit_code
    assert said in capsys.readouterr().err
    assert not Party.objects.exists()
