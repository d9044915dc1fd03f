"""The lookup box: by code, name and initials, best first, only what may be used."""

from __future__ import annotations

import time

import pytest
from django.urls import reverse
from django.utils import timezone

from conftest import NOW
from guanzhang.reference.domain.tables import TABLES
from guanzhang.reference.lookups import LOOKUPS
from guanzhang.reference.queries import search_codes, search_tariff
from guanzhang.reference.services import Heading, review_edition
from reference.files import file_of, load, whole_tariff

SOURCES = {source.key: source for source in LOOKUPS}
TODAY = NOW.date()
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped_data")]


def found(table: str, text: str) -> list[str]:
    return [row.code for row in search_codes(table, text, TODAY)]


@pytest.mark.parametrize(
    ("table", "typed", "first"),
    [
        ("trade_mode", "0110", "0110"),
        ("trade_mode", "一般贸易", "0110"),
        ("trade_mode", "ybmy", "0110"),
        ("country", "us", "USA"),
        ("country", "zg", "CHN"),
        ("country", "germ", "DEU"),
        ("currency", "USD", "USD"),
        ("unit", "千克", "035"),
        ("license_doc", "A", "A"),
        ("license_doc", "a", "a"),
        ("receipt_channel", "d", "d"),
    ],
)
def test_the_best_answer_comes_first(table, typed, first):
    assert found(table, typed)[0] == first


def test_what_nobody_has_verified_is_not_offered():
    assert "0139" not in found("trade_mode", "0139")
    assert [
        row.code for row in search_codes("trade_mode", "0139", TODAY, with_inactive=True)
    ] == ["0139"]


def test_nothing_is_found_for_nonsense_or_an_unknown_table():
    assert found("unit", "没有这个单位") == []
    assert found("nonsense", "1") == []


def test_every_table_has_a_source_and_the_box_answers(as_user, cast):
    assert set(SOURCES) == {*TABLES, "tariff"}
    client = as_user("sales")
    page = client.get(reverse("lookup", args=["trade_mode"]), {"q": "ybmy"})
    assert page.status_code == 200
    assert "0110" in page.content.decode()
    page = client.get(reverse("lookup", args=["tariff"]), {"q": "鸡爪"})
    assert "0207142200" in page.content.decode()


def test_the_palette_leads_to_a_tariff_line(cast):
    (hit, *_rest) = SOURCES["tariff"].find(cast.actor("sales"), "0207142200", 5)
    assert hit.url == reverse("tariff-line", args=["0207142200"])
    assert hit.text == "冻的鸡爪"


def test_the_box_answers_from_a_whole_tariff_within_50_ms(cast):
    heading = Heading("tariff", timezone.localdate(), "税委会公告")
    loaded = load(
        cast.actor("declarant"), heading, file_of("tariff", whole_tariff(13_000)), NOW
    )
    review_edition(cast.actor("reviewer"), loaded.edition.pk, now=timezone.now())
    actor = cast.actor("sales")
    assert search_tariff("1000", timezone.localdate())[0].hs_code.startswith("1000")
    for key, typed in (
        ("tariff", "12"),
        ("tariff", "牛肉"),
        ("tariff", "bxggc"),
        ("port", "shanghai"),
        ("port", "sh"),
    ):
        SOURCES[key].find(actor, typed, 12)
        seconds = []
        for _ in range(5):
            started = time.perf_counter()
            SOURCES[key].find(actor, typed, 12)
            seconds.append(time.perf_counter() - started)
        assert sorted(seconds)[2] < 0.05, (key, typed, seconds)
