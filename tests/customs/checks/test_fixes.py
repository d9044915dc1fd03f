"""Repairs: each takes its problem away, changes nothing else, and has nothing more to do afterwards."""

import datetime as dt
from dataclasses import replace
from random import Random

import pytest

from customs.checks.bases import base, changed, context
from customs.checks.defects import DEFECTS
from guanzhang.customs.domain.checks import Fix, check, fixes, with_fixes
from guanzhang.customs.domain.declaration import read
from guanzhang.customs.domain.document import differences
from guanzhang.demo.declaration_kinds import any_clean_document

CASES = [
    ("I", "DecLists[1].GNo=7", [Fix("DecLists[1].GNo", "7", "2", "CUS-G24")]),
    (
        "I",
        "DecLists[1].GName=塑料垫圈（密封）",
        [Fix("DecLists[1].GName", "塑料垫圈（密封）", "塑料垫圈(密封)", "CUS-G07")],
    ),
    (
        "I",
        "DecHead.ContrNo=ＤＥＭＯ-１",
        [Fix("DecHead.ContrNo", "ＤＥＭＯ-１", "DEMO-1", "CUS-G07")],
    ),
    (
        "I",
        "DecHead.GrossWet=1,180.5",
        [Fix("DecHead.GrossWet", "1,180.5", "1180.5", "CUS-F03")],
    ),
    ("I", "DecHead.GrossWet=１８０", [Fix("DecHead.GrossWet", "１８０", "180", "CUS-F03")]),
    (
        "I",
        "DecContainers[0].ContainerId=csqu 305438-3",
        [Fix("DecContainers[0].ContainerId", "csqu 305438-3", "CSQU3054383", "CUS-W06")],
    ),
    (
        "I",
        "DecContainers[0].GoodsNo=1，2",
        [Fix("DecContainers[0].GoodsNo", "1，2", "1,2", "CUS-W07")],
    ),
    (
        "I",
        "DecLists[0].TradeCurr=502;DecLists[1].TradeCurr=502",
        [
            Fix("DecLists[0].TradeCurr", "502", "USD", "CUS-H04"),
            Fix("DecLists[1].TradeCurr", "502", "USD", "CUS-H04"),
        ],
    ),
    (
        "I",
        "DecLists[1].OriginCountry=304",
        [Fix("DecLists[1].OriginCountry", "304", "DEU", "CUS-H04")],
    ),
    ("I", "DecLists[1].FirstUnit=007", [Fix("DecLists[1].FirstUnit", "007", "035", "CUS-G02")]),
    (
        "I",
        "DecLists[1].FirstUnit=;DecLists[1].FirstQty=",
        [
            Fix("DecLists[1].FirstUnit", "", "035", "CUS-G02"),
            Fix("DecLists[1].FirstQty", "", "120.5", "CUS-G03"),
        ],
    ),
    (
        "I",
        "DecLists[1].GUnit=070;DecLists[1].GQty=0.1205;DecLists[1].FirstQty=;DecLists[1].DeclTotal=",
        [
            Fix("DecLists[1].FirstQty", "", "120.5", "CUS-G03"),
            # 0.1205 × 10 = 1.205: half a cent goes up
            Fix("DecLists[1].DeclTotal", "", "1.21", "CUS-T04"),
        ],
    ),
    ("I", "DecLists[1].DeclPrice=", [Fix("DecLists[1].DeclPrice", "", "10", "CUS-T04")]),
    (
        "I",
        "DecHead.TransMode=2;DecHead.InsurMark=1;DecHead.InsurRate=0.3;DecHead.InsurCurr=USD",
        [Fix("DecHead.InsurCurr", "USD", "", "CUS-T02")],
    ),
    (
        "I",
        "DecLists[1].DestinationCountry=",
        [Fix("DecLists[1].DestinationCountry", "", "CHN", "CUS-G17")],
    ),
    (
        "E",
        "DecLists[1].DestinationCountry=",
        [],
    ),  # the origin of an export is for a person to say
    ("I", "", []),
]


@pytest.mark.parametrize(("flag", "change", "expected"), CASES, ids=lambda v: str(v)[:50])
def test_what_is_offered(flag, change, expected):
    document = changed(base("import" if flag == "I" else "export"), change)
    assert list(fixes(read(document), context())) == expected
    repaired = with_fixes(document, expected)
    assert differences(document, repaired) == {f.path: (f.old, f.new) for f in expected}
    assert fixes(read(repaired), context()) == ()
    left = {(p.kind.code, p.path) for p in check(read(repaired), context())}
    assert not left & {(f.code, f.path) for f in expected}


def test_a_demonstration_tariff_overwrites_no_unit():
    document = changed(base("import"), "DecLists[1].FirstUnit=007")
    firm = context()
    demo = replace(firm, reference=replace(firm.reference, is_demo_tariff=True))
    assert fixes(read(document), demo) == ()


def test_a_fix_of_another_value_is_not_made():
    document = base("import")
    assert with_fixes(document, [Fix("DecHead.GrossWet", "181", "182", "CUS-F03")]) == document
    assert with_fixes(document, [Fix("DecLists[9].GNo", "", "10", "CUS-G24")]) == document


def test_the_given_document_stays_as_it_is():
    document = changed(base("import"), "DecLists[1].GNo=7")
    before = changed(document, "")
    with_fixes(document, fixes(read(document), context()))
    assert document == before


def test_no_repair_makes_an_error():
    on = dt.date(2026, 3, 6)
    for number, defect in enumerate(DEFECTS):
        document = any_clean_document(Random(number), on)
        if defect(Random(number), document) is None:
            continue
        facts = read(document)
        before = {(p.kind.code, p.path) for p in check(facts, context(on=on)) if p.is_error}
        repaired = read(with_fixes(document, fixes(facts, context(on=on))))
        after = {(p.kind.code, p.path) for p in check(repaired, context(on=on)) if p.is_error}
        assert after <= before, defect.__name__
