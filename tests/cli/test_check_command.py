"""``guanzhang check``: every problem with its code and place, JSON, exit codes; no database."""

import json

import pytest

from customs.checks.bases import base, changed
from guanzhang.cli.main import main
from guanzhang.customs.domain.document import tidied
from guanzhang.customs.domain.xml import read_message, write_message
from guanzhang.customs.sheets import write_workbook


@pytest.fixture
def message(tmp_path):
    def write(change=""):
        path = tmp_path / "declaration.xml"
        path.write_bytes(write_message(tidied(changed(base("import"), change))))
        return path

    return write


def test_a_clean_message(message, capsys):
    assert main(["check", str(message()), "--on", "2026-01-06"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "共 2 项商品：错误 0，警告 0，提示 0。"


def test_errors_first_with_code_place_and_words(message, capsys):
    path = message("DecHead.EntyPortCode=3103;DecLists[1].DeclTotal=1250")
    assert main(["check", str(path), "--on", "2026-01-06"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "错误 CUS-T04 第2项 总价",
        "    第 2 项：数量 120.5 × 单价 10 = 1205.00，总价填为 1250，请核对三者。",
    ]
    assert lines[2].startswith("警告 CUS-H04b")
    assert lines[-1] == "共 2 项商品：错误 1，警告 1，提示 0。"


def test_json(message, capsys):
    path = message("DecLists[1].DeclTotal=1250")
    assert main(["check", str(path), "--on", "2026-01-06", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["file"], answer["on"], answer["errors"]) == (
        "declaration.xml",
        "2026-01-06",
        1,
    )
    assert answer["problems"][0] == {
        "code": "CUS-T04",
        "severity": "error",
        "path": "DecLists[1].DeclTotal",
        "value": "1250",
        "message": "第 2 项：数量 120.5 × 单价 10 = 1205.00，总价填为 1250，请核对三者。",
        "basis": "行业惯例",
    }


def test_the_day_decides(message, capsys):
    path = message()
    assert main(["check", str(path), "--on", "2026-01-20", "--json"]) == 0
    assert [p["code"] for p in json.loads(capsys.readouterr().out)["problems"]] == ["CUS-U04"]


def test_saving_asks_less(message):
    path = message("DecHead.GrossWet=")
    assert main(["check", str(path), "--on", "2026-01-06"]) == 1
    assert main(["check", str(path), "--on", "2026-01-06", "--stage", "save"]) == 0


def test_a_workbook(tmp_path, capsys):
    path = tmp_path / "declaration.xlsx"
    with write_workbook(tidied(changed(base("import"), "DecHead.PackNo=0"))) as file:
        path.write_bytes(file.read())
    assert main(["check", str(path), "--on", "2026-01-06"]) == 1
    assert "CUS-W04 件数" in capsys.readouterr().out


def test_repairs_are_written_to_another_file(message, tmp_path, capsys):
    path = message("DecLists[1].TradeCurr=502;DecLists[0].TradeCurr=502")
    before = path.read_bytes()
    target = tmp_path / "fixed.xml"
    assert main(["check", str(path), "--on", "2026-01-06", "--fix", str(target)]) == 0
    assert path.read_bytes() == before
    fixed = read_message(target.read_bytes()).document
    assert [row["TradeCurr"] for row in fixed["DecLists"]] == ["USD", "USD"]
    assert "已修正 2 处" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["missing.xml", "missing.xlsx"])
def test_a_file_that_is_not_there(name, tmp_path, capsys):
    assert main(["check", str(tmp_path / name)]) == 1
    assert "读不到文件" in capsys.readouterr().err


def test_a_broken_message_is_refused(tmp_path, capsys):
    path = tmp_path / "broken.xml"
    path.write_text("<DecMessage><DecHead>")
    assert main(["check", str(path)]) == 1
    assert "CUS-901" in capsys.readouterr().err


def test_english(message, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    path = message("DecLists[1].DeclTotal=1250")
    assert main(["check", str(path), "--on", "2026-01-06"]) == 1
    assert (
        "Line 2: quantity 120.5 × price 10 = 1205.00, but the total is 1250"
        in capsys.readouterr().out
    )
