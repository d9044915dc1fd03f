"""Every rule on cases that a person can read: golden/*.txt, compared with everything that is found."""

from collections import defaultdict
from pathlib import Path

import pytest

from customs.checks.bases import base, changed, context
from guanzhang.customs.domain.checks import check
from guanzhang.customs.domain.checks.rules import ELSEWHERE, RULES
from guanzhang.customs.domain.declaration import read
from guanzhang.kernel.texttable import parse_table

GOLDEN = Path(__file__).parent / "golden"
BASES = {"I": "import", "E": "export"}
REMARK = "CUS-G29"  # on every line of an export; asked for only in its own cases


def cases():
    for path in sorted(GOLDEN.glob("*.txt")):
        lines = [x for x in path.read_text("utf-8").splitlines() if not x.startswith("|---")]
        for row in parse_table("\n".join(lines)):
            yield pytest.param(row, id=f"{path.stem}-{row['code']}-{row['case']}")


def found_in(row):
    document = changed(base(BASES[row["base"]]), row["change"])
    known = [name.strip() for name in row["knows"].split("+")]
    problems = check(read(document), context(*known))
    return [
        f"{p.kind.code.removeprefix('CUS-')}@{p.path}"
        for p in problems
        if p.kind.code != REMARK or row["code"] == "G29"
    ]


@pytest.mark.parametrize("row", list(cases()))
def test_finds_exactly(row):
    expected = row["found"].split() if row["found"] != "-" else []
    assert sorted(found_in(row)) == sorted(expected)


def test_every_rule_has_a_case_that_fails_and_one_that_passes():
    failing, passing = defaultdict(int), defaultdict(int)
    for param in cases():
        row = param.values[0]
        codes = {one.partition("@")[0] for one in row["found"].split()}
        for code in codes:
            failing[code] += 1
        if row["code"] not in codes:
            passing[row["code"]] += 1
    codes = {code for rule in RULES for code in rule.codes}
    assert codes - set(failing) == set()
    # What a form rule lets pass, the clean declarations show.
    assert {c for c in codes if c[0] != "F"} - set(passing) == set()
    assert not codes & set(ELSEWHERE)
