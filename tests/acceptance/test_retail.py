"""The first promise end to end: a real file of trade goes in, classes with reasons come out.

A small excerpt of our own making always runs; the whole UCI Online Retail file runs where the
reference folder beside the project holds it; that it adds nothing twice and undoes without a trace is
in tests/exchange/test_real_file.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
WHOLE = ROOT.parent / "shared" / "data" / "online_retail.csv.gz"
MAPPING = DATA / "online_retail_mapping.json"


@pytest.fixture
def guanzhang(tmp_path):
    """Run the command line in a home of its own, on SQLite."""
    environment = {
        **{k: v for k, v in os.environ.items() if k != "GUANZHANG_DATABASE_URL"},
        "GUANZHANG_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "guanzhang.config.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "guanzhang.cli.main", *words]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    run("init", "--company", "试用公司", "--admin", "boss", "--password", "晴天-Trade-7251")
    return run


def imported(run, file: Path) -> dict:
    return json.loads(
        run("import", "transactions", str(file), "--mapping", str(MAPPING), "--json")
    )


def classified(run, *words: str) -> dict:
    return json.loads(
        run(
            "classify",
            "run",
            "ABC",
            "--window",
            "all",
            "--as-of",
            "2011-12-10",
            "--json",
            *words,
        )
    )


def members(answer: dict) -> dict[str, int]:
    return {row["code"]: row["members"] for row in answer["classes"]}


def test_an_excerpt_is_imported_once_classified_and_explained(guanzhang):
    file = DATA / "retail_excerpt.csv"
    first = imported(guanzhang, file)
    assert first["rows_in"] == first["added"] + first["refused"]
    assert first["refused"] > 0
    again = imported(guanzhang, file)
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, first["added"])
    answer = classified(guanzhang)
    assert answer["total"]["members"] == first["also"]["customers"]
    assert Decimal(answer["total"]["amount"]) == Decimal(first["totals"]["GBP"]).quantize(
        Decimal("0.01")
    )
    assert sum(members(answer).values()) == answer["total"]["members"]
    best = answer["first"][0]
    assert best["class"] == "A"
    why = json.loads(
        guanzhang(
            "classify",
            "why",
            best["customer"],
            "ABC",
            "--window",
            "all",
            "--as-of",
            "2011-12-10",
            "--json",
        )
    )
    assert why["class"] == "A"
    assert why["reasons"][0]["children"]
    assert "完整" in guanzhang("trail", "verify")


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE.exists(), reason=f"the Online Retail file is not at {WHOLE}")
def test_the_whole_file_gives_the_published_figures(guanzhang):
    first = imported(guanzhang, WHOLE)
    assert (first["rows_in"], first["added"], first["refused"]) == (541_909, 406_829, 135_080)
    assert first["also"]["customers"] == 4_372
    assert Decimal(first["totals"]["GBP"]).quantize(Decimal("0.01")) == Decimal("8300065.81")
    answer = classified(guanzhang)
    assert members(answer) == {"A": 1_171, "B": 1_436, "C": 1_765, "": 0}
    assert answer["total"] == {"members": 4_372, "amount": "8300065.81"}
    assert answer["first"][0] == {"customer": "14646", "class": "A", "amount": "279489.02"}
