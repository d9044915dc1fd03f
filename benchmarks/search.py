"""Search among a million Chinese company names: how long a look-up and a list page take.

    python -m benchmarks search [--rows 1000000] [--keep] [--cpu]

Names, codes and 信用代码 are generated from a fixed seed; SQLite in the data folder, or PostgreSQL with
GUANZHANG_DATABASE_URL. Prints markdown. Everything is measured through the functions the pages
call, warm, one client. ``--keep`` uses what an earlier run left in GUANZHANG_HOME;
``--cpu`` counts processor time instead, for SQLite on a machine with busy neighbours.
"""
# ruff: noqa: E402 - Django is set up before its models are imported

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("GUANZHANG_HOME", tempfile.mkdtemp(prefix="guanzhang-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanzhang.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.http import QueryDict

from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.kernel.codes import usc_check_character
from guanzhang.org import queries as org
from guanzhang.org import services
from guanzhang.parties.lists import CUSTOMERS
from guanzhang.parties.models import Party
from guanzhang.parties.search import find_parties, index_parties
from guanzhang.storage import pinyin
from guanzhang.storage.bulk import chunks, insert_plain
from guanzhang.web.keyset import read_page
from guanzhang.web.listing_query import count_up_to, find, read_columns

CITIES = [
    "宁波",
    "杭州",
    "上海",
    "深圳",
    "广州",
    "苏州",
    "青岛",
    "厦门",
    "天津",
    "大连",
    "东莞",
    "佛山",
    "温州",
    "义乌",
    "无锡",
    "南京",
    "北京",
    "成都",
    "重庆",
    "武汉",
    "西安",
    "长沙",
    "郑州",
    "合肥",
    "福州",
    "泉州",
    "嘉兴",
    "绍兴",
    "台州",
    "金华",
    "常州",
    "南通",
    "徐州",
    "烟台",
    "潍坊",
    "济南",
    "沈阳",
    "长春",
    "石家庄",
    "哈尔滨",
]
REGIONS = ("330206", "330100", "310115", "440305", "440106", "320505", "370202", "350203")
BRAND = (
    "恒瑞鑫盛华德信远宏兴泰丰立嘉永顺益润达隆昌利安福源汇通海天中金亿联博创新诚佳美星光明辉耀凯祥和正大东方南洋北辰龙腾飞"
    "翔宇航领先卓越精万众合力同启云栖森林木田园山水江河湖泊松柏梅兰竹菊"
)
TRADES = [
    "进出口",
    "国际贸易",
    "贸易",
    "机械设备",
    "化工",
    "电子科技",
    "纺织品",
    "服饰",
    "五金制品",
    "塑料制品",
    "食品",
    "医疗器械",
    "汽车零部件",
    "光电科技",
    "新材料",
    "家居用品",
    "国际物流",
    "供应链管理",
    "电器",
    "模具",
    "仪器仪表",
    "建材",
    "农产品",
    "矿产品",
    "钢铁",
]
FORMS = ("有限公司",) * 5 + ("有限责任公司", "股份有限公司", "集团有限公司", "厂", "商行")
USC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
QUERIES = 200
STAFF = 3000  # owners; so one of them looks after some hundred customers


def companies(rows: int) -> Iterator[tuple[str, str]]:
    """(name, 信用代码), the same at every run."""
    draw = random.Random(20261123)
    weights = [1 / (i + 1) for i in range(len(CITIES))]
    for number in range(rows):
        city = draw.choices(CITIES, weights)[0]
        brand = "".join(draw.choice(BRAND) for _ in range(draw.choice((2, 2, 2, 3))))
        trade, form = draw.choice(TRADES), draw.choice(FORMS)
        shape = draw.random()
        name = (
            f"{city}{brand}{trade}{form}" if shape < 0.7 else f"{brand}{trade}（{city}）{form}"
        )
        first = f"91{draw.choice(REGIONS)}MA" + scattered(number)
        yield name, first + usc_check_character(first)


def scattered(number: int) -> str:
    """Seven characters, different for every number and in no visible order."""
    value, text = number * 12_345_678_901 % 31**7, ""
    for _ in range(7):
        value, digit = divmod(value, 31)
        text += USC_ALPHABET[digit]
    return text


def load(rows: int) -> int:
    """Fill a fresh book; returns its id."""
    call_command("migrate", verbosity=0)
    book = services.create_book(company="一百万", code="M1", name="一百万")
    seller = services.create_user(
        system_actor(book.pk), username="seller", name="业务员", password="晴天-Trade-7251",
        roles={"sales": ""}, department=None, now=django.utils.timezone.now(),
    )  # fmt: skip
    columns = (
        "book_id", "code", "name", "usc_code", "region", "industry", "owner_id", "sort_key",
        "completeness", "amount_12m", "orders_12m", "grade", "lifecycle", "last_traded_on",
        "created_at", "updated_at",
    )  # fmt: skip
    draw = random.Random(7)
    started = time.perf_counter()

    def row(i: int, name: str, usc: str) -> tuple[object, ...]:
        traded = draw.random() < 0.6
        day = f"{draw.randrange(2022, 2027)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
        return (
            book.pk, f"C{i:07}", name, usc, usc[2:8], draw.choice(("F51", "C26", "C38", "G58", "")),
            seller.pk if draw.randrange(STAFF) == 0 else None, pinyin.sort_key(name),
            draw.randrange(20, 101), draw.randrange(10**10) if traded else None,
            draw.randrange(1, 200) if traded else None, draw.choice("AABBBCCCCCD") if traded else "",
            draw.choice(("active", "new", "dormant", "lost")) if traded else "prospect",
            day if traded else None, f"{day} 08:00:00", f"{day} 08:00:00",
        )  # fmt: skip

    with transaction.atomic():
        numbered = enumerate(companies(rows), 1)
        for part in chunks((row(i, *company) for i, company in numbered), 20_000):
            insert_plain(Party, columns, part)
    written = time.perf_counter()
    ids = Party.objects.filter(book=book).order_by("pk").values_list("pk", flat=True)
    with transaction.atomic():
        for part in chunks(ids.iterator(20_000), 20_000):
            index_parties(part)
    indexed = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(
        f"{rows:,} parties written in {written - started:.0f} s, indexed in {indexed - written:.0f} s"
    )
    return int(book.pk)


def samples() -> dict[str, list[str]]:
    """Queries of each kind, cut out of names that exist."""
    draw = random.Random(1)
    parties = list(Party.objects.filter(pk__in=[p * 97 + 1 for p in range(1, 5000)])[:3000])
    spelled = {p.pk: pinyin.spellings(p.name)[0] for p in parties}

    def of(make: Callable[[Party], str]) -> list[str]:
        return [make(draw.choice(parties)) for _ in range(QUERIES)]

    def part(name: str, size: int) -> str:
        at = draw.randrange(max(1, len(name) - size + 1))
        return name[at : at + size]

    def brand(party: Party) -> int:
        return 2 if party.name[:2] in CITIES else 0

    return {
        "1 character": of(lambda p: part(p.name, 1)),
        "2 characters": of(lambda p: part(p.name, 2)),
        "2 characters, brand": of(lambda p: p.name[brand(p) : brand(p) + 2]),
        "3–5 characters": of(lambda p: part(p.name, draw.randrange(3, 6))),
        "whole name": of(lambda p: p.name),
        "two words": of(lambda p: f"{p.name[:2]} {p.name[-6:-4]}"),
        "2 initials": of(lambda p: spelled[p.pk][0][:2]),
        "4–6 initials": of(lambda p: part(spelled[p.pk][0], draw.randrange(4, 7))),
        "pinyin, 1 syllable": of(lambda p: spelled[p.pk][1][brand(p)]),
        "pinyin, 2 syllables": of(lambda p: "".join(spelled[p.pk][1][brand(p) : brand(p) + 2])),
        "pinyin, whole name": of(lambda p: "".join(spelled[p.pk][1])),
        "code": of(lambda p: p.code),
        "信用代码, whole": of(lambda p: p.usc_code),
        "信用代码, last 6": of(lambda p: p.usc_code[-6:]),
        "very frequent": ["有限公司", "公司", "贸易", "宁波", "进出口有限公司", "yxgs", "国际", "gs"] * 25,
        "nothing there": ["鑫鑫鑫鑫", "桥隆贸易", "zzzz", "qxqx", "hengrx", "限波", "公有限", "gxy"] * 25,
    }  # fmt: skip


def first_page(actor: Actor, text: str) -> int:
    """The customers list for this search, as the page reads it: rows, then the count."""
    found = find(CUSTOMERS, actor, QueryDict(f"q={text}"), chosen=())
    page = read_page(read_columns(found, found.rows), found.keys, 50, after="", before="")
    if page.has_next:
        count_up_to(found.rows, CUSTOMERS.unfiltered_limit)
    return len(page.rows)


def measured(
    ask: Callable[[str], object], queries: list[str], clock: Callable[[], float]
) -> tuple[float, float, float]:
    """p50, p95 and the worst, in milliseconds."""
    ask(queries[0])
    times = []
    for query in queries:
        started = clock()
        ask(query)
        times.append((clock() - started) * 1000)
    cuts = statistics.quantiles(times, n=20)
    return statistics.median(times), cuts[18], max(times)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--keep", action="store_true", help="use what is loaded already")
    arguments.add_argument("--cpu", action="store_true", help="processor time")
    given = arguments.parse_args()
    clock = time.thread_time if given.cpu else time.perf_counter
    book = org.the_book("M1") if given.keep else None
    book_id = book.pk if book else load(given.rows)
    wide = system_actor(book_id)
    seller = org.people(book_id).get()
    narrow = org.actor_for(seller.pk, book_id)
    assert narrow is not None
    count = Party.objects.filter(owner=seller).count()
    print(
        f"\n{connection.vendor}, p50 / p95 / worst in ms; 业务员 looks after {count:,} of them\n"
    )
    print("| query | look-up, all | look-up, own | list page, all | list page, own |")
    print("|---|---|---|---|---|")
    for kind, queries in samples().items():
        cells = [
            measured(lambda text: find_parties(wide, text, 12), queries, clock),
            measured(lambda text: find_parties(narrow, text, 12), queries, clock),
            measured(lambda text: first_page(wide, text), queries[:60], clock),
            measured(lambda text: first_page(narrow, text), queries[:60], clock),
        ]
        shown = " | ".join(f"{a:.1f} / {b:.1f} / {c:.0f}" for a, b, c in cells)
        print(f"| {kind} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
