"""The list of the trade's checks is complete; wording and severity; vectors; order; speed of thought."""

import csv
import json
import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customs.checks.bases import HERE, base, changed, context
from guanzhang.customs.domain.checks import (
    check,
    codes,
    confirmations,
    documents,
    form,
    goods,
    header,
    inspection,
    licences,
    manuals,
    modes,
    origin,
    parties,
    special,
    terms,
    timing,
    transport,
    weights,
    wording,
)
from guanzhang.customs.domain.checks.parties import organisation_check
from guanzhang.customs.domain.checks.rules import ELSEWHERE, RULES
from guanzhang.customs.domain.checks.weights import container_check
from guanzhang.customs.domain.declaration import read
from guanzhang.kernel.problem import Kind, Severity

GIVEN = Path("/work/shared/domain/customs/checks.csv")
GROUPS = (
    codes, confirmations, documents, form, goods, header, inspection, licences, manuals, modes, origin,
    parties, special, terms, timing, transport, weights, wording,
)  # fmt: skip
# The trade's list as it was given, with its severity.
OUR_LIST = HERE / "list.csv"
LEVELS = {"B": Severity.ERROR, "W": Severity.WARNING, "I": Severity.NOTE}
OURS = {"F", "H21"}  # beyond the list: form of the message, number of the Single Window


def kinds():
    return [kind for group in GROUPS for kind in vars(group).values() if isinstance(kind, Kind)]


def the_list():
    with OUR_LIST.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["severity"] for row in csv.DictReader(file)}


def test_our_list_is_the_given_one():
    if not GIVEN.exists():
        pytest.skip("the list of the trade is not on this machine")
    with GIVEN.open(encoding="utf-8", newline="") as file:
        assert {row["code"]: row["severity"] for row in csv.DictReader(file)} == the_list()


def test_every_code_is_checked_or_has_its_place():
    checked = {code for rule in RULES for code in rule.codes}
    assert set(the_list()) - checked - set(ELSEWHERE) == set()
    beyond = checked - set(the_list())
    assert {code for code in beyond if code[0] not in OURS and code not in OURS} == set()


def test_rules_name_the_codes_that_their_group_has():
    named = {code for rule in RULES for code in rule.codes}
    assert {kind.code.removeprefix("CUS-") for kind in kinds()} == named


@pytest.mark.parametrize("kind", kinds(), ids=lambda k: k.code)
def test_wording(kind):
    code = kind.code.removeprefix("CUS-")
    if code in the_list():
        assert kind.severity is LEVELS[the_list()[code]]
    assert kind.basis
    assert kind.zh.endswith("。")
    assert kind.en.endswith(".")
    fields = {name for _, name, _, _ in string.Formatter().parse(kind.zh) if name}
    if kind.zh.startswith("第 "):
        assert "line" in fields


def test_rules_that_read_the_tariff_only_warn_while_it_is_a_demonstration():
    document = changed(
        base("import"), "DecLists[1].CodeTS=3926909099;DecLists[1].FirstUnit=007"
    )
    firm = context()
    demo = replace(firm, reference=replace(firm.reference, is_demo_tariff=True))
    levels = [
        {p.kind.code: p.kind.severity for p in check(read(document), knows)}
        for knows in (firm, demo)
    ]
    assert [level["CUS-G01"] for level in levels] == [Severity.ERROR, Severity.WARNING]


def test_problems_come_in_the_order_of_the_document():
    document = changed(
        base("import"),
        "DecLists[1].GNo=7;DecLists[0].DeclTotal=1;DecHead.GrossWet=1;DecHead.BillNo=;"
        "DecContainers[0].ContainerId=X",
    )
    paths = [p.path for p in check(read(document), context("no mandate", "tax due"))]
    assert paths == [
        "",
        "DecHead.BillNo",
        "DecHead.NetWt",
        "DecHead.TradeCoScc",
        "DecLists[0].DeclTotal",
        "DecLists[1].GNo",
        "DecContainers[0].ContainerId",
    ]


def test_an_empty_document_is_full_of_problems_and_nothing_else():
    for document in ({}, {"DecHead": {}}, {"DecLists": [{}, {}]}, {"DecHead": {"IEFlag": "E"}}):
        problems = check(read(document), context())
        assert any(p.kind.code == "CUS-F01" for p in problems)
        for problem in problems:
            assert problem.message("zh")
            assert problem.message("en")


VECTORS = json.loads((HERE / "vectors.json").read_text("utf-8"))
PLACES = {
    "uscc": ("DecHead.CopCodeScc={}", "CUS-H01"),
    "iso6346": ("DecContainers[0].ContainerId={}", "CUS-W06"),
    "customs_reg_code": ("DecHead.TradeCode={}", "CUS-H02"),
    "awb": ("DecHead.TrafMode=5;DecHead.BillNo={}", "CUS-H13"),
}


@pytest.mark.parametrize(
    ("kind", "vector"), [(k, v) for k in PLACES for v in VECTORS[k]], ids=lambda v: str(v)[:40]
)
def test_given_vectors(kind, vector):
    change, code = PLACES[kind]
    problems = check(read(changed(base("import"), change.format(vector["v"]))), context())
    assert (code not in {p.kind.code for p in problems}) == vector["ok"]


def test_given_entry_numbers():
    for vector in VECTORS["entry_id"]:
        element = "DecHead.SeqNo" if "type" in vector else "DecHead.EntryId"
        problems = check(read(changed(base("import"), f"{element}={vector['v']}")), context())
        assert [p for p in problems if p.kind.code in ("CUS-H05", "CUS-H21")] == []


def test_given_models():
    for vector in VECTORS["gmodel"]:
        model = vector["v"].replace("|", "¦")
        change = f"DecLists[0].GModel={model};DecLists[0].CodeTS={vector.get('hs', '')}"
        problems = check(read(changed(base("import"), change)), context())
        assert ("CUS-G05" not in {p.kind.code for p in problems}) == vector["ok"]


@pytest.mark.parametrize("code", ["8471301000", "3117980008"])
def test_kind_of_company_is_its_sixth_character(code):
    found = check(read(changed(base("import"), f"DecHead.AgentCode={code}")), context())
    is_broker = code[5] == "8"
    assert ("CUS-H02b" in {p.kind.code for p in found}) == (not is_broker)


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8))
def test_organisation_code_agrees_with_the_formula(body):
    values = ["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(c) for c in body]
    rest = sum(v * w for v, w in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    assert organisation_check(body) == {1: "X", 0: "0"}.get(rest, str(11 - rest))


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3),
    st.integers(0, 999_999),
    st.integers(4, 9),
    st.integers(1, 9),
)
def test_a_mistyped_digit_of_a_container_changes_its_check_value(owner, serial, place, step):
    body = f"{owner}U{serial:06}"
    other = f"{body[:place]}{(int(body[place]) + step) % 10}{body[place + 1 :]}"
    # The remainder 10 is written 0, so a number and its neighbour may share that one.
    assert container_check(body) != container_check(other) or container_check(body) == "0"


@given(st.text(max_size=300), st.integers(0, 60))
def test_no_text_anywhere_makes_a_rule_fail(text, place):
    document = changed(base("import"), "")
    names = sorted(
        {**document["DecHead"], "Type": "", "ManualNo": "", "SeqNo": "", "EntryId": ""}
    )
    document["DecHead"][names[place % len(names)]] = text
    for row in (document["DecLists"][0], document["DecContainers"][0]):
        names = sorted(row)
        row[names[place % len(names)]] = text
    for problem in check(read(document), context()):
        assert problem.message("zh")
