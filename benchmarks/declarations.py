"""List and search among a million declarations: how long the pages and the look-up take.

    python -m benchmarks declarations [--rows 1000000] [--keep] [--cpu]

Documents are clean declarations of one to five lines, the rest is drawn from a fixed seed; SQLite in
the data folder, or PostgreSQL with GUANZHANG_DATABASE_URL. Prints markdown. Everything is measured
through the functions the pages call, warm, one client. ``--keep`` uses what an earlier run left in
GUANZHANG_HOME; ``--cpu`` counts processor time instead, for a machine with busy neighbours. About
4 GB and a quarter of an hour for a million rows.
"""
# ruff: noqa: E402 - Django is set up before its models are imported

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("GUANZHANG_HOME", tempfile.mkdtemp(prefix="guanzhang-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanzhang.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.http import QueryDict
from django.utils import timezone

from benchmarks.search import measured
from guanzhang.customs.domain.columns import columns_of
from guanzhang.customs.domain.document import digest
from guanzhang.customs.lists import DECLARATIONS
from guanzhang.customs.models import Declaration
from guanzhang.customs.search import find_declarations, index_declarations
from guanzhang.demo.declarations import clean_document
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.org import queries as org
from guanzhang.org import services
from guanzhang.parties.data import PartyData
from guanzhang.parties.services import create_party
from guanzhang.storage import pinyin
from guanzhang.storage.bulk import chunks, insert_plain, refresh_statistics
from guanzhang.web.keyset import read_page
from guanzhang.web.listing_query import count_up_to, find, read_columns

CLIENTS = 400
POOL = 400  # different documents
STAFF = 30  # people among whom the declarations are spread
QUERIES = 60
STATES = (
    "closed", "archived", "released", "draft", "review", "approved", "declared", "accepted",
    "tax_due", "rejected", "inspection", "void",
)  # fmt: skip
WEIGHTS = (900, 40, 20, 6, 4, 3, 4, 4, 4, 3, 2, 10)
LONG_OVER = 1000  # days of history
FIRST = ("宁波", "杭州", "上海", "深圳", "苏州", "青岛", "厦门", "天津", "东莞", "义乌")
BRANDS = "恒通瑞丰远航金桥东海华盛宏达鑫源美联新力博雅中泰嘉禾"
TRADES = ("进出口", "国际贸易", "机电", "化工", "纺织", "供应链", "医疗器械", "食品")


def load(rows: int) -> int:
    """Fill a fresh book; returns its id."""
    call_command("migrate", verbosity=0)
    now = timezone.now()
    book = services.create_book(company="一百万票", code="M1", name="一百万票")
    system = system_actor(book.pk)
    users = [
        services.create_user(
            system, username=f"u{n}", name=f"业务员{n}", password="晴天-Trade-7251",
            roles={"sales": ""}, department=None, now=now,
        )
        for n in range(STAFF)
    ]  # fmt: skip
    draw = random.Random(11)
    parties = []
    for n in range(CLIENTS):
        name = f"{draw.choice(FIRST)}{''.join(draw.sample(BRANDS, 2))}{draw.choice(TRADES)}有限公司"
        parties.append(
            create_party(
                system,
                PartyData(name=f"{name[:-4]}{n}有限公司"),
                now=now,
                acknowledged=("PTY-143",),
            )
        )
    started = time.perf_counter()
    with transaction.atomic():
        for part in chunks(_rows(rows, book.pk, users, parties, draw, now), 5_000):
            insert_plain(Declaration, _COLUMNS, part)
    written = time.perf_counter()
    ids = Declaration.objects.order_by("pk").values_list("pk", flat=True)
    with transaction.atomic():
        for keys in chunks(ids.iterator(5_000), 5_000):
            index_declarations(Declaration.objects.filter(pk__in=keys), are_new=True)
    refresh_statistics()
    indexed = time.perf_counter()
    print(
        f"{rows:,} declarations written in {written - started:.0f} s, indexed in {indexed - written:.0f} s"
    )
    return int(book.pk)


_READ = (
    "direction", "border_office", "trade_mode", "traffic_mode", "vehicle", "country", "goods_name",
    "line_count", "currency", "customs_office",
)  # fmt: skip
_COLUMNS = (
    "book_id", "number", "client_no", "party_id", "owner_id", "state", "document", "sha256",
    "seq_no", "entry_no", "trader_name", "trader_code", "bill_no", "contract_no", *_READ, "total",
    "tax_cny", "declared_on", "due_on", "moved_on", "error_count", "warning_count", "created_at",
    "updated_at",
)  # fmt: skip


def _rows(
    count: int,
    book_id: int,
    users: list[Any],
    parties: list[Any],
    draw: random.Random,
    now: dt.datetime,
) -> Iterator[tuple[Any, ...]]:
    pool = []
    for n in range(POOL):
        document = clean_document(random.Random(n), now.date(), is_import=n % 3 > 0)
        pool.append((document, columns_of(document), digest(document)))
    for i in range(1, count + 1):
        document, columns, sha = pool[draw.randrange(POOL)]
        party = parties[draw.randrange(CLIENTS)]
        day = now.date() - dt.timedelta(days=LONG_OVER * (count - i) // count)
        state = draw.choices(STATES, WEIGHTS)[0]
        is_declared = state not in ("draft", "review", "approved", "void")
        entry = f"{columns['customs_office']}{day.year}{draw.randrange(10**10):010}"
        bill = f"{draw.choice(('COSU', 'MAEU', 'OOLU', 'EGLV'))}{draw.randrange(10**10):010}"
        moment = f"{day} {draw.randrange(24):02}:{draw.randrange(60):02}:00"
        yield (
            book_id, f"D{day.year}-{i:07}", f"M1{i:012}", party.pk,
            users[draw.randrange(STAFF)].pk, state, document, sha,
            f"I{draw.randrange(10**17):017}" if is_declared else "", entry if is_declared else "",
            party.name, "", bill, f"HT{day:%y%m}-{draw.randrange(10**4):04}",
            *(columns[name] for name in _READ), draw.randrange(10**9),
            draw.randrange(10**8) if is_declared else None, str(day) if is_declared else None,
            str(day + dt.timedelta(days=10)), str(day), 0, 0, moment, moment,
        )  # fmt: skip


def searches() -> dict[str, list[str]]:
    """Queries of each kind, cut out of rows that exist."""
    draw = random.Random(1)
    last = Declaration.objects.order_by("-pk").values_list("pk", flat=True).first() or 1
    keys = [draw.randrange(1, last + 1) for _ in range(400)]
    rows = list(Declaration.objects.filter(pk__in=keys, entry_no__gt="")[:200])
    spelled = {row.trader_name: pinyin.spellings(row.trader_name)[0] for row in rows}

    def of(make: Callable[[Declaration], str]) -> list[str]:
        return [make(draw.choice(rows)) for _ in range(QUERIES)]

    return {
        "entry number, whole": of(lambda r: r.entry_no),
        "entry number, last 6": of(lambda r: r.entry_no[-6:]),
        "our number": of(lambda r: r.number),
        "bill, whole": of(lambda r: r.bill_no),
        "bill, first 8": of(lambda r: r.bill_no[:8]),
        "contract": of(lambda r: r.contract_no),
        "trader, 2 characters": of(lambda r: r.trader_name[2:4]),
        "trader, 4 characters": of(lambda r: r.trader_name[2:6]),
        "trader, initials": of(lambda r: spelled[r.trader_name][0][:5]),
        "goods": of(lambda r: r.goods_name[:4]),
        "goods, pinyin": of(lambda r: "".join(pinyin.spellings(r.goods_name)[0][1][:2])),
        "trader and goods": of(lambda r: f"{r.trader_name[2:4]} {r.goods_name[:2]}"),
        "very frequent": ["有限公司", "宁波", "COSU", "HT26"] * (QUERIES // 4),
        "nothing there": ["鑫鑫鑫鑫", "ZZZU9999999", "999999999999999999", "qxqx"] * (QUERIES // 4),
    }  # fmt: skip


def pages() -> dict[str, list[str]]:
    """List pages as links and people ask for them."""
    parties = Declaration.objects.order_by("pk").values_list("party_id", flat=True)[:QUERIES]
    month = f"{timezone.localdate():%Y-%m}"
    found = {str(view.name): [view.query] * QUERIES for view in DECLARATIONS.views}
    found |= {
        f"sort {sort}": [f"sort={sort}"] * QUERIES
        for sort in ("-updated_at", "number", "-number", "-declared_on", "declared_on")
    }
    return found | {
        "one client": [f"f.party_id={pk}&sort=-declared_on" for pk in parties],
        "this month": [f"f.declared_on={month}&sort=-declared_on"] * QUERIES,
        "state and client": [f"f.party_id={pk}&f.state=closed" for pk in parties],
    }


def page_of(actor: Actor, query: str) -> int:
    """The list for this query, as the page reads it: rows, then the count."""
    found = find(DECLARATIONS, actor, QueryDict(query), chosen=())
    page = read_page(read_columns(found, found.rows), found.keys, 50, after="", before="")
    if page.has_next:
        count_up_to(found.rows, DECLARATIONS.unfiltered_limit)
    return len(page.rows)


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
    own_user = org.people(book_id).first()
    own = org.actor_for(own_user.pk, book_id) if own_user else None
    assert own is not None
    count = Declaration.objects.count()
    print(f"\n{count:,} declarations, {connection.vendor}, p50 / p95 / worst in ms\n")
    print("| search | look-up, all | list, all | list, own |\n|---|---|---|---|")
    for kind, queries in searches().items():
        asked = [f"q={query}" for query in queries]
        cells = [
            measured(lambda text: find_declarations(wide, text, 12), queries, clock),
            measured(lambda text: page_of(wide, text), asked, clock),
            measured(lambda text: page_of(own, text), asked, clock),
        ]
        _line(kind, cells)
    print("\n| list | all | own |\n|---|---|---|")
    for kind, queries in pages().items():
        _line(
            kind,
            [
                measured(lambda q, who=who: page_of(who, q), queries, clock)
                for who in (wide, own)
            ],
        )  # type: ignore[misc]


def _line(kind: str, cells: list[tuple[float, float, float]]) -> None:
    shown = " | ".join(f"{a:.1f} / {b:.1f} / {c:.0f}" for a, b, c in cells)
    print(f"| {kind} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
