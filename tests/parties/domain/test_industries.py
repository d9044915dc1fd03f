import pytest

from guanzhang.parties.domain.industries import (
    children,
    descends,
    find_industry,
    industry,
    industry_of,
    industry_path,
)


def test_the_table_is_complete():
    sections = children("")
    assert "".join(s.code for s in sections) == "ABCDEFGHIJKLMNOPQRST"
    divisions = [d for s in sections for d in children(s.code)]
    assert [d.code for d in divisions] == [f"{n:02}" for n in range(1, 98)]
    assert all(industry(d.section) in sections for d in divisions)
    assert [g.code for d in divisions for g in children(d.code)] == (
        ["591", "592", "593", "594", "595", "596", "599", "701", "702", "703", "704", "709"]
    )


def test_tree():
    assert industry_path("51") == "批发和零售业 批发业"
    assert industry_path("F") == "批发和零售业"
    assert industry_path("98") == ""
    assert industry("F51") is industry("51") is industry(" f51 ")
    assert descends("51", "F")
    assert descends("F51", "51")
    assert descends("702", "70")
    assert descends("702", "K")
    assert not descends("F", "51")
    assert not descends("51", "52")
    assert not descends("51", "")
    assert not descends("98", "98")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("F5179", "51"),
        ("7010", "701"),
        ("70", "70"),
        ("c", "C"),
        ("9810", None),
        ("51799", None),
        ("U", None),
        ("", None),
    ],
)
def test_codes_of_classes_lie_in_their_division(code, found):
    got = industry_of(code)
    assert (got and got.code) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("51", "51"),
        ("Ｆ５１", "51"),
        ("批发业", "51"),
        ("批发", "51"),
        ("纺织行业", "17"),
        ("纺织服装", "18"),
        ("批发和零售业", "F"),
        ("制造业", "C"),
        ("教育", "83"),
        ("房地产业", "70"),
        ("电子设备制造", "39"),
        ("运输代理", "58"),
        ("金属制品厂", "33"),
        ("家具制造业（出口）", "21"),
        ("其他", None),
        ("外贸", None),
        ("业", None),
        ("", None),
    ],
)
def test_finding(text, code):
    found = find_industry(text)
    assert (found and found.code) == code


def test_every_industry_is_found_by_its_name():
    for section in children(""):
        for division in children(section.code):
            assert find_industry(division.name) == division
        alone = section.name not in {d.name for d in children(section.code)}
        assert find_industry(section.name) == section or not alone
