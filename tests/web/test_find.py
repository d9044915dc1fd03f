"""Lookup and palette: what is found, by whom, and how it may be typed."""

import re

import pytest

from guanzhang.parties.models import Party
from guanzhang.web.spelling import matches, spellings
from web.samples import make_parties


@pytest.fixture
def parties(cast):
    make_parties(cast.other_book, 4, owner=cast.users["stranger"])
    return make_parties(cast.book, 30)


def options(response):
    return re.findall(r'role="option"[^>]*data-value="(\d+)"', response.content.decode())


@pytest.mark.parametrize(
    ("label", "typed", "found"),
    [
        ("我的待办", "待办", True),
        ("我的待办", "wddb", True),
        ("我的待办", "wodedaiban", True),
        ("我的待办", "wodedb", False),
        ("重点客户", "zdkh", True),
        ("重点客户", "cdkh", True),
        ("重点客户", "chongdian", True),
        ("客户", "KH", True),
        ("客户", "户客", False),
        ("Settings", "sett", True),
        ("客户 A", "kha", True),
        ("消息", "", True),
    ],
)
def test_a_label_may_be_typed_in_every_reading(label, typed, found):
    assert matches(label, typed) is found


def test_spellings_are_lower_case_without_blanks():
    assert spellings("新建 Customer") == ("新建customer", "xinjiancustomer", "xjcustomer")


def test_lookup_answers_options_with_code_and_hint(as_user, parties):
    response = as_user("admin").get("/lookup/sample-parties/?q=恒通&for=look-to")
    page = response.content.decode()
    assert len(options(response)) == 3
    assert 'id="look-to-1"' in page
    assert '<span class="code">C00001</span>' in page
    assert page.count('aria-selected="true"') == 1


def test_lookup_finds_only_what_the_person_may_see(as_user, cast, parties):
    mine = set(
        map(str, Party.objects.filter(owner=cast.users["sales"]).values_list("pk", flat=True))
    )
    found = set(options(as_user("sales").get("/lookup/sample-parties/?q=")))
    assert found
    assert found <= mine
    assert len(options(as_user("stranger").get("/lookup/sample-parties/?q="))) == 4


def test_an_unknown_source_is_not_there(as_user):
    assert as_user("admin").get("/lookup/nothing/?q=x").status_code == 404


def test_the_name_of_the_box_cannot_leave_its_attribute(as_user, parties):
    page = as_user("admin").get('/lookup/sample-parties/?q=&for="><b>').content.decode()
    assert 'id="option-1"' in page
    assert "<b>" not in page


def test_palette_finds_records_pages_and_actions(as_user, parties):
    page = as_user("admin").get("/palette/?q=恒通").content.decode()
    assert 'data-url="/sample/' in page
    assert "客户" in page
    pages = as_user("admin").get("/palette/?q=xx").content.decode()  # 消息
    assert 'data-url="/notices/"' in pages
    assert (
        'data-prefer="theme:dark"'
        in as_user("admin").get("/palette/?q=shense").content.decode()
    )
    assert (
        "没有与“没有这个”匹配" in as_user("admin").get("/palette/?q=没有这个").content.decode()
    )


def test_palette_in_english_still_knows_the_chinese_names(as_user, cast, parties):
    cast.users["admin"].language = "en"
    cast.users["admin"].save()
    assert 'data-url="/notices/"' in as_user("admin").get("/palette/?q=消息").content.decode()


def test_palette_shows_no_records_of_others(as_user, parties):
    page = as_user("stranger").get("/palette/?q=宁波").content.decode()
    assert page.count('class="cut"') <= 4
