"""What is found by which words, by whom; the index against the meaning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.kernel.actor import system_actor
from guanzhang.org.scope import scope_q
from guanzhang.parties import search, services
from guanzhang.parties.data import PartyData
from guanzhang.parties.models import Party, SearchText
from guanzhang.parties.search import (
    filter_parties,
    find_parties,
    index_parties,
    search_text,
    unindex_parties,
)
from guanzhang.storage import gram_search, pinyin
from guanzhang.storage.search_text import document, grams, plain, words
from parties.conftest import HENGTONG, usc

NAMES = [
    PartyData("重庆长江轮船有限公司", short_name="重庆长江"),
    PartyData("西安先锋机械有限责任公司"),
    PartyData("宁波乐士实业股份有限公司", english_name="Lux Industrial"),
    PartyData("３Ｍ中国（上海）投资有限公司", english_name="3M China"),
    PartyData("Sunrise Trading GmbH", kind="enterprise"),
    PartyData("王小明", kind="person"),
    PartyData("余姚精工塑模有限公司", former_names="余姚第二塑料厂；余姚塑模厂"),
]
# query → names that must be found, in any order; the first of the look-up when there is only one
TABLE = [
    ("恒通", ["宁波恒通进出口有限公司"]),
    ("通进", ["宁波恒通进出口有限公司"]),
    ("恒通进出口", ["宁波恒通进出口有限公司"]),
    ("恒通商贸", ["宁波恒通进出口有限公司"]),  # former name
    ("nbht", ["宁波恒通进出口有限公司"]),
    ("NBHT", ["宁波恒通进出口有限公司"]),
    ("htjck", ["宁波恒通进出口有限公司"]),
    ("ningbohengtong", ["宁波恒通进出口有限公司"]),
    ("hengtong", ["宁波恒通进出口有限公司"]),
    ("hengto", ["宁波恒通进出口有限公司"]),
    ("ningbohengtongjinchukouyouxiangongsi", ["宁波恒通进出口有限公司"]),
    ("C00001", ["宁波恒通进出口有限公司"]),
    ("c00001", ["宁波恒通进出口有限公司"]),
    ("91330206MA2A", ["宁波恒通进出口有限公司"]),
    (HENGTONG.usc_code, ["宁波恒通进出口有限公司"]),
    (HENGTONG.usc_code[-6:].lower(), ["宁波恒通进出口有限公司"]),
    ("Hengtong Exp", ["宁波恒通进出口有限公司"]),
    ("ｈｅｎｇｔｏｎｇ", ["宁波恒通进出口有限公司"]),
    ("cqcj", ["重庆长江轮船有限公司"]),
    ("zqcj", ["重庆长江轮船有限公司"]),  # 重 read zhong
    ("chongqing", ["重庆长江轮船有限公司"]),
    ("xian", ["西安先锋机械有限责任公司"]),
    ("xianxianfeng", ["西安先锋机械有限责任公司"]),
    ("lux", ["宁波乐士实业股份有限公司"]),
    ("3m", ["３Ｍ中国（上海）投资有限公司".replace("３Ｍ", "3M")]),
    ("3M中国", ["3M中国（上海）投资有限公司"]),
    ("中国上海", ["3M中国（上海）投资有限公司"]),  # brackets do not matter
    ("sunrise", ["Sunrise Trading GmbH"]),
    ("trading sun", ["Sunrise Trading GmbH"]),
    ("王", ["王小明"]),
    ("wxm", ["王小明"]),
    ("塑料厂", ["余姚精工塑模有限公司"]),
    ("余姚 精工", ["余姚精工塑模有限公司"]),
    ("宁波 lux", ["宁波乐士实业股份有限公司"]),
    (
        "宁波",
        ["宁波恒通进出口有限公司", "宁波乐士实业股份有限公司", "瑞丰化工（宁波）有限公司"],
    ),
    ("nb", ["宁波恒通进出口有限公司", "宁波乐士实业股份有限公司"]),
    ("不存在", []),
    ("zzzz", []),
    ("恒通 瑞丰", []),
    ("%", None),  # no word: everything
    ("' OR 1=1 --", []),
    ('"恒通" OR 瑞丰*', []),
]


@pytest.fixture
def many(cast, parties, now):
    for data in NAMES:
        services.create_party(cast.actor("admin"), data, now=now)
    return parties


def names(rows) -> list[str]:
    return sorted(party.name for party in rows)


def test_the_table_of_queries(cast, many):
    admin = cast.actor("admin")
    mine = Party.objects.filter(book=cast.book)
    for query, expected in TABLE:
        wanted = names(mine) if expected is None else sorted(expected)
        assert names(filter_parties(mine, query, cast.actor("admin"))) == wanted, query
        assert names(find_parties(admin, query)) == wanted, query


@pytest.mark.parametrize(
    ("many_from", "most_from"), [(99, 99), (0, 99), (0, 0)], ids=["start", "walk", "look"]
)
def test_many_hits_are_found_inside_the_query_of_the_list(
    cast, many, monkeypatch, many_from, most_from
):
    monkeypatch.setattr(search, "FEW", 0)
    monkeypatch.setattr(gram_search, "MANY", many_from)
    monkeypatch.setattr(gram_search, "MOST", most_from)
    mine = Party.objects.filter(book=cast.book)
    for query, expected in TABLE:
        if expected:
            assert names(filter_parties(mine, query, cast.actor("admin"))) == sorted(
                expected
            ), query
            found = names(find_parties(cast.actor("admin"), query, 1))
            assert len(found) == 1, query
            assert set(found) <= set(expected), query


def test_who_may_not_see_a_party_does_not_find_it(cast, many):
    for who, expected in [
        ("sales", ["宁波恒通进出口有限公司"]),
        ("manager", ["宁波恒通进出口有限公司"]),
        ("colleague", ["瑞丰化工（宁波）有限公司"]),
        ("stranger", []),
        (
            "declarant",
            ["宁波恒通进出口有限公司", "宁波乐士实业股份有限公司", "瑞丰化工（宁波）有限公司"],
        ),
    ]:
        assert names(find_parties(cast.actor(who), "宁波")) == sorted(expected), who
    assert find_parties(cast.actor("colleague"), HENGTONG.usc_code) == []
    assert names(find_parties(cast.actor("stranger"), "远客")) == ["远客贸易有限公司"]


@pytest.mark.parametrize("few", [0, 2000])
def test_a_list_of_few_parties_is_looked_through(cast, many, monkeypatch, few):
    monkeypatch.setattr(search, "FEW", few)
    sales = cast.actor("sales")
    mine = Party.objects.filter(scope_q(sales, "party.view"))
    assert names(filter_parties(mine, "宁波", sales)) == ["宁波恒通进出口有限公司"]
    assert names(filter_parties(mine, "nbht hengtong", sales)) == ["宁波恒通进出口有限公司"]
    assert names(filter_parties(mine, "瑞丰", sales)) == []


def test_a_narrow_scope_that_is_not_so_narrow(cast, many, monkeypatch):
    monkeypatch.setattr(search, "NARROW", 0)
    assert names(find_parties(cast.actor("sales"), "宁波")) == ["宁波恒通进出口有限公司"]
    assert find_parties(cast.actor("colleague"), "恒通") == []


def test_exact_code_first_then_what_begins_so(cast, many, now):
    admin = cast.actor("admin")
    services.create_party(admin, PartyData("上海恒通物流有限公司", code="HT"), now=now)
    services.create_party(admin, PartyData("恒通（青岛）有限公司", code="Q-7"), now=now)
    assert [p.code for p in find_parties(admin, "恒通")][0:2] == [
        "C00001",
        "Q-7",
    ]  # short name 恒通
    assert find_parties(admin, "ht")[0].code == "HT"


def test_archived_parties_are_not_looked_up_but_found_in_their_list(cast, many, later):
    services.archive_party(cast.actor("sales"), many.hengtong.pk, now=later)
    assert find_parties(cast.actor("admin"), "恒通") == []
    archived = Party.objects.filter(book=cast.book, status="archived")
    assert names(filter_parties(archived, "恒通", cast.actor("admin"))) == [
        "宁波恒通进出口有限公司"
    ]


def test_a_renamed_party_is_found_by_its_new_name_only(cast, many, later):
    data = replace(HENGTONG, code="C00001", name="宁波安达国际物流有限公司", short_name="安达",
                   english_name="", former_names="", owner_id=cast.users["sales"].pk,
                   department_id=many.hengtong.department_id)  # fmt: skip
    services.change_party(cast.actor("sales"), many.hengtong.pk, data, revision=1, now=later)
    assert names(find_parties(cast.actor("admin"), "安达")) == ["宁波安达国际物流有限公司"]
    assert find_parties(cast.actor("admin"), "恒通") == []


def test_bulk_rows_are_indexed_once_and_leave_without_a_trace(cast, now):
    Party.objects.bulk_create(
        Party(
            book=cast.book, code=f"B{i}", name=f"批量{i}号公司", created_at=now, updated_at=now
        )
        for i in range(30)
    )
    ids = list(Party.objects.values_list("pk", flat=True))
    assert (index_parties(ids), index_parties(ids)) == (30, 0)
    admin = cast.actor("admin")
    assert names(find_parties(admin, "批量7号")) == ["批量7号公司"]
    unindex_parties(ids)
    Party.objects.all().delete()
    assert not SearchText.objects.exists()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM parties_search WHERE parties_search MATCH '\"批量\"'"
            )
            assert cursor.fetchone() == (0,)


def test_no_text_gives_what_changed_last(cast, many, later):
    services.archive_party(cast.actor("sales"), many.hengtong.pk, now=later)
    services.restore_party(cast.actor("sales"), many.hengtong.pk, now=later)
    assert find_parties(cast.actor("admin"), " ", 1)[0].pk == many.hengtong.pk


def test_plain_text():
    assert plain("ＡＢＣ（宁波） Co., Ltd.") == "abc宁波 co ltd"
    assert plain("Café d'Or") == "cafe dor"
    assert [w.text for w in words("a a b " + "长" * 100)] == ["a", "b", "长" * 80]
    assert len(words("一 二 三 四 五 六 七 八")) == 6


LETTERS = st.text(alphabet="宁波恒通进出口有限公司重庆长abn3m ", min_size=1, max_size=12)


@given(LETTERS, st.data())
def test_the_grams_of_a_word_are_among_those_of_every_text_that_holds_it(name, data):
    text = document([name], [], pinyin.spellings(name))
    line = (
        plain(name).replace(" ", "") if not plain(name).isascii() else plain(name).split(" ")[0]
    )
    if not line:
        return
    start = data.draw(st.integers(0, len(line) - 1))
    part = line[start : data.draw(st.integers(start + 1, len(line)))]
    kept = grams(text)
    for word in words(part):
        if word.is_start and not line.startswith(word.text):
            continue
        assert any(
            all(
                g.text in kept or (g.opens and any(k.startswith(g.text) for k in kept))
                for g in way
            )
            for way in word.alternatives()
        ), (text, word)


@given(st.text(alphabet="宁波恒通进出口西安先锋重庆长江", min_size=1, max_size=8), st.data())
def test_pinyin_from_any_syllable_on_is_a_candidate(name, data):
    (initials, syllables), *_ = pinyin.spellings(name)
    kept = grams(document([name], [], [(initials, syllables)]))
    start = data.draw(st.integers(0, len(syllables) - 1))
    spoken = "".join(syllables[start:])
    query = spoken[: data.draw(st.integers(3, max(3, len(spoken))))]
    if len(query) < 3:
        return
    gram = words(query)[0].alternatives()[1][0]
    assert any(k == gram.text or (gram.opens and k.startswith(gram.text)) for k in kept)


def test_the_document_of_a_party(cast, parties):
    text = search_text(parties.hengtong)
    assert "\n宁波恒通进出口有限公司\n" in text
    assert "\n'ning'bo'heng'tong'" in text
    assert f"\n{HENGTONG.usc_code.lower()}\n" in text
    assert "13912344127" not in text
    assert system_actor(cast.book.pk).is_system
    assert usc("91330211MA2BXXXX1").lower() in search_text(parties.ruifeng)
