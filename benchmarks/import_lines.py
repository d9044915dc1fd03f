"""Import of transactions: lines per second, beside the same rows put into SQLite by hand.

    python -m benchmarks import_lines [--lines 541909] [--rounds 3] [--file retail.csv.gz]

Each round runs the product (receive, map, check every cell, resolve every key, commit, search index,
audit) and the yardstick in turn, on empty books: csv.reader, a line of Decimal arithmetic and one
``executemany`` into a table with the same indexes, same journal, same synchronous. Without the retail
file a file of its shape is generated from a fixed seed. Prints markdown; ratios are what counts.
"""
# ruff: noqa: E402 - Django is set up before its models are imported

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
import random
import sqlite3
import statistics
import tempfile
import time
from decimal import Decimal
from itertools import islice
from pathlib import Path

os.environ.setdefault("GUANZHANG_HOME", tempfile.mkdtemp(prefix="guanzhang-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanzhang.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from guanzhang.exchange.domain.mapping import Definition, Source, definition_from_json
from guanzhang.exchange.models import Batch
from guanzhang.exchange.services.checking import check_batch
from guanzhang.exchange.services.committing import commit_batch
from guanzhang.exchange.services.undoing import undo_batch
from guanzhang.exchange.services.uploads import receive_file, set_mapping
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.org import services

RETAIL = Path("/work/shared/data/online_retail.csv.gz")
MAPPING = Path(__file__).parent.parent / "tests" / "data" / "online_retail_mapping.json"
DIRTY = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=541_909)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--file", type=Path, default=RETAIL)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    book = services.create_book(company="基准", code="BENCH", name="基准", currency="GBP")
    actor = system_actor(book.pk)
    content, lines, origin = retail(options.file, options.lines)
    measured: dict[str, list[float]] = {}
    batch = None
    for _round in range(options.rounds):
        batch = product(actor, content, measured)
        yardstick(content, measured)
    assert batch is not None
    dirty(actor, measured)
    report(lines, origin, batch, measured)


def retail(path: Path, lines: int) -> tuple[bytes, int, str]:
    """The first ``lines`` of the retail file, or as many of its shape; compressed as uploads are."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(islice(csv.reader(file), lines + 1))
        origin = path.name
    else:
        rows, origin = generated(lines), "generated, seed 2011"
    writer.writerows(rows)
    return gzip.compress(text.getvalue().encode(), 6), len(rows) - 1, origin


def generated(lines: int) -> list[list[str]]:
    dice = random.Random(2011)
    head = [
        "InvoiceNo",
        "StockCode",
        "Description",
        "Quantity",
        "InvoiceDate",
        "UnitPrice",
        "CustomerID",
        "Country",
    ]
    goods = [(f"{20000 + i}", f"ARTICLE NUMBER {i} IN A BOX") for i in range(4000)]
    rows, document = [head], 536_365
    while len(rows) <= lines:
        document += 1
        customer = "" if dice.random() < 0.25 else f"{12000 + dice.randrange(4400)}.0"
        day = f"20{10 + dice.randrange(2)}-{1 + dice.randrange(12):02}-{1 + dice.randrange(28):02} 08:26:00"
        for code, name in dice.sample(goods, 1 + dice.randrange(40)):
            price = f"{dice.randrange(20, 2000) / 100:.2f}"
            rows.append(
                [
                    str(document),
                    code,
                    name,
                    str(dice.randrange(1, 48)),
                    day,
                    price,
                    customer,
                    "United Kingdom",
                ]
            )
    return rows[: lines + 1]


def timed(measured: dict[str, list[float]], name: str, work):
    start, cpu = time.perf_counter(), time.process_time()
    result = work()
    measured.setdefault(name, []).append(time.perf_counter() - start)
    measured.setdefault(f"{name} cpu", []).append(time.process_time() - cpu)
    return result


def product(actor: Actor, content: bytes, measured: dict[str, list[float]]) -> Batch:
    """One whole import, then the same file again, then both undone."""
    definition = definition_from_json(json.loads(MAPPING.read_text(encoding="utf-8")))

    def begun() -> Batch:
        batch = receive_file(
            actor, "transactions", "retail.csv.gz", [content], now=timezone.now()
        )
        return set_mapping(actor, batch.pk, definition, now=timezone.now())

    batch = timed(measured, "receive", begun)
    timed(measured, "check", lambda: check_batch(actor, batch.pk, now=timezone.now()))
    done = timed(measured, "commit", lambda: commit_batch(actor, batch.pk, now=timezone.now()))
    for kind in ("", " cpu"):
        whole = sum(measured[step + kind][-1] for step in ("receive", "check", "commit"))
        measured.setdefault(f"whole{kind}", []).append(whole)

    def again() -> Batch:
        second = begun()
        check_batch(actor, second.pk, now=timezone.now())
        return commit_batch(actor, second.pk, now=timezone.now())

    second = timed(measured, "again", again)
    assert (second.added, second.updated) == (0, 0), "A second import must not change anything."
    undo_batch(actor, second.pk, now=timezone.now())
    timed(measured, "undo", lambda: undo_batch(actor, batch.pk, now=timezone.now()))
    return done


def yardstick(content: bytes, measured: dict[str, list[float]]) -> None:
    """What any program must do: read, compute, insert, make durable."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'parties_transaction' AND type IN ('table', 'index') "
            "AND sql IS NOT NULL ORDER BY type DESC"
        )
        schema = [sql for (sql,) in cursor.fetchall()]
    path = Path(os.environ["GUANZHANG_HOME"]) / "yardstick.sqlite3"
    path.unlink(missing_ok=True)
    file = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "cache_size=-65536",
        "foreign_keys=OFF",
    ):
        file.execute(f"PRAGMA {pragma}")
    for sql in schema:
        file.execute(sql)

    def insert() -> None:
        columns = (
            "book_id, source, document_no, line_no, traded_on, direction, product_code, product_name, "
            "quantity, unit, unit_price, currency, amount, exchange_rate, book_amount, country, batch_id, party_id"
        )
        marks = ", ".join(["?"] * 18)
        file.execute("BEGIN IMMEDIATE")
        file.executemany(
            f"INSERT INTO parties_transaction ({columns}) VALUES ({marks})", plain(content)
        )
        file.execute("COMMIT")

    timed(measured, "raw", insert)
    file.close()


def plain(content: bytes):
    parties: dict[str, int] = {}
    counts: dict[str, int] = {}
    with gzip.open(io.BytesIO(content), "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for document, code, name, quantity, day, price, customer, country in reader:
            line = counts[document] = counts.get(document, 0) + 1
            if not customer:
                continue
            party = parties.setdefault(customer, len(parties) + 1)
            amount = int((Decimal(quantity) * Decimal(price)).scaleb(4))
            yield (
                1, "online_retail", document, line, day[:10], "", code, name, int(quantity) * 1_000_000, "",
                int(Decimal(price).scaleb(6)), "GBP", amount, 1_000_000, amount, country, 1, party,
            )  # fmt: skip


def dirty(actor: Actor, measured: dict[str, list[float]]) -> None:
    """Check 100,000 customers of which every second row has something wrong."""
    dice = random.Random(7)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["编号", "名称", "统一社会信用代码", "年营业收入（万元）", "成立日期", "规模"]
    )
    for i in range(DIRTY):
        bad = dice.randrange(10)
        writer.writerow(
            [
                f"D{i:06}",
                "" if bad == 0 else f"宁波第{i}进出口有限公司",
                f"91330206MA{dice.randrange(10**7):07}X" if bad == 1 else "",
                f"{i}万" if bad == 2 else f"{i}.5",
                "2026-02-30" if bad == 3 else "2015-06-18",
                "小微" if bad == 4 else "小型",
            ]
        )
    batch = receive_file(
        actor, "customers", "客户.csv", [text.getvalue().encode()], now=timezone.now()
    )
    fields = {"code": "编号", "name": "名称", "usc_code": "统一社会信用代码", "annual_revenue": "年营业收入（万元）",
              "established_on": "成立日期", "scale": "规模"}  # fmt: skip
    definition = Definition("customers", {k: Source((v,)) for k, v in fields.items()})
    set_mapping(actor, batch.pk, definition, now=timezone.now())
    done = timed(measured, "dirty", lambda: check_batch(actor, batch.pk, now=timezone.now()))
    assert done.rows_in == DIRTY
    assert done.refused > DIRTY * 0.4


def report(lines: int, origin: str, batch: Batch, measured: dict[str, list[float]]) -> None:
    middle = {name: statistics.median(seconds) for name, seconds in measured.items()}
    ratios = [a / b for a, b in zip(measured["whole"], measured["raw"], strict=True)]
    cpu_ratios = [
        a / b for a, b in zip(measured["whole cpu"], measured["raw cpu"], strict=True)
    ]
    made = batch.facts["also"].get("customers", 0)
    print(f"### Import of {lines:,} lines ({origin}), {len(ratios)} interleaved rounds\n")
    print(
        f"{batch.added:,} added, {batch.refused:,} refused, {made:,} customers created; "
        f"{connection.vendor}\n"
    )
    print("| step | median s | range | lines/s | CPU s | lines per CPU s |")
    print("|---|---|---|---|---|---|")
    for name, label in (
        ("receive", "receive, detect encoding, map"),
        ("check", "check every cell, resolve keys, stage"),
        ("commit", "commit: one transaction, search index, audit"),
        ("whole", "**whole import**"),
        ("raw", "yardstick: csv + executemany, unchecked"),
        ("again", "the same file again: nothing changes"),
        ("undo", "undo"),
        ("dirty", f"check of {DIRTY:,} dirty customers"),
    ):
        seconds, cpu = measured[name], middle[f"{name} cpu"]
        count = DIRTY if name == "dirty" else lines
        print(
            f"| {label} | {middle[name]:.2f} | {min(seconds):.2f}–{max(seconds):.2f} "
            f"| {count / middle[name]:,.0f} | {cpu:.2f} | {count / cpu:,.0f} |"
        )
    print(
        f"\nWhole import ÷ yardstick: {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f}–{max(ratios):.2f}); in CPU time {statistics.median(cpu_ratios):.2f}"
    )


if __name__ == "__main__":
    main()
