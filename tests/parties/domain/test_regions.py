"""Regions. ``golden/addresses.txt`` holds addresses and what they are read as; rewrite it with
``GOLDEN=update pytest tests/parties/domain/test_regions.py`` and read the diff."""

import os
import timeit
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.parties.domain import regions
from guanzhang.parties.domain.regions import (
    children,
    descends,
    find_region,
    leading_region,
    lineage,
    region,
    region_at,
    region_of_usc,
    region_path,
)

GOLDEN = Path(__file__).parent / "golden" / "addresses.txt"
EVERY = [r for p in children("") for r in (p, *regions._children().get(p.code, ()))]
EVERY += [d for r in EVERY if r.level == "city" for d in children(r.code)]
codes = st.sampled_from([r.code for r in EVERY])


def test_the_table():
    assert len(children("")) == 34
    assert len(EVERY) == len(regions._regions()) == 3341
    for r in EVERY:
        assert len(r.code) == 6
        assert r.level == "province" or r in children(r.parent)
        assert r.name not in ("市辖区", "县")
    counts = {level: sum(r.level == level for r in EVERY) for level in ("province", "city")}
    assert counts == {"province": 34, "city": 333}


def test_paths_and_levels():
    assert region_path("330206") == "浙江省 宁波市 北仑区"
    assert region_path("110105") == "北京市 朝阳区"
    assert region_path("419001") == "河南省 济源市"
    assert region_path("810000") == "香港特别行政区"
    assert region_path("330299") == region_path("") == ""
    assert region_at("330206", "city") == region("330200")
    assert region_at("330206", "province") == region("330000")
    assert region_at("110105", "city") == region("110000")
    assert region_at("330200", "district") == region("330200")
    assert region_at("000000", "city") is None


@given(codes, codes)
def test_descending_is_being_in_the_lineage(inner, outer):
    assert descends(inner, outer) == (region(outer) in lineage(inner))


def test_unknown_codes_lie_nowhere():
    assert not descends("330299", "330200")
    assert not descends("330206", "")
    assert descends("330206", "330206")


@pytest.mark.parametrize("province", children(""), ids=lambda r: r.name)
def test_every_region_is_found_by_its_own_path(province):
    for r in EVERY:
        if descends(r.code, province.code):
            assert find_region(region_path(r.code)) == r
            assert find_region(region_path(r.code).replace(" ", "")) == r
            assert find_region(r.code) == r


def test_addresses():
    addresses = [line.partition(" → ")[0] for line in GOLDEN.read_text("utf-8").splitlines()]
    got = ""
    for address in addresses:
        found = find_region(address)
        got += f"{address} → {region_path(found.code) if found else '?'}\n"
    if os.environ.get("GOLDEN") == "update":
        GOLDEN.write_text(got, "utf-8")
    else:
        assert got == GOLDEN.read_text("utf-8")


@given(st.text(max_size=40))
def test_any_text_is_an_address(text):
    find_region(text)


def test_finding_is_fast():
    address = "浙江省宁波市北仑区新碶街道明州路301号恒通大厦1502室"
    find_region(address)
    seconds = min(timeit.repeat(lambda: find_region(address), number=200, repeat=5)) / 200
    assert seconds < 50e-6


@pytest.mark.parametrize(
    ("digits", "code"),
    [
        ("330206", "330206"),
        ("330201", "330200"),  # the city's own bureau
        ("330204", "330200"),  # 江东区, abolished in 2016
        ("330000", "330000"),
        ("310115", "310115"),
        ("110100", "110000"),
        ("371202", "370116"),  # 莱城区, now a district of 济南
        ("371299", "370100"),
        ("220381", "220184"),  # 公主岭, now run by 长春
        ("542221", "540500"),
        ("710000", "710000"),
        ("999999", None),
        ("3302O6", None),
    ],
)
def test_region_of_a_credit_code(digits, code):
    found = region_of_usc(f"91{digits}MA2AF12345")
    assert (found and found.code) == code


def test_former_codes_lead_to_present_ones():
    for old, now in regions._former().items():
        assert region(old) is None
        assert region(now) is not None


def test_region_names_at_the_start():
    assert leading_region("浙江省宁波市") == 3
    assert leading_region("宁波恒通") == 2
    assert leading_region("义乌瑞丰") == 2
    assert leading_region("长安汽车") == 0
    assert leading_region("恒通宁波") == leading_region("") == 0
