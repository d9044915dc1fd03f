"""A whole tariff: seconds to read, check, stage, review and put in force 13,000 ten-digit lines.

    python -m benchmarks tariff [--lines 13000] [--rounds 3]

Each round loads a workbook and a csv of invented lines over the edition before it, so that every
line is compared; the yardstick reads the same csv with ``csv.reader`` and inserts its rows with one
``executemany``. Then the look-ups: a line as of a day, the lookup box, the view of a day. Prints markdown.
"""
# ruff: noqa: E402 - Django is set up before its models are imported

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("GUANZHANG_HOME", tempfile.mkdtemp(prefix="guanzhang-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanzhang.config.settings")

import django

django.setup()

import xlsxwriter
from django.core.management import call_command
from django.utils import timezone

from guanzhang.exchange import files, reading
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.org import services as org
from guanzhang.org.queries import actor_for
from guanzhang.reference.columns import columns_of
from guanzhang.reference.lookups import LOOKUPS
from guanzhang.reference.queries import changes_of, reference_on
from guanzhang.reference.services import (
    Heading,
    install_shipped,
    load_file,
    review_edition,
)

GOODS = ("改良种用动物", "冷冻的牛肉", "不锈钢管材", "集成电路", "棉制针织服装", "其他化工产品")
Measured = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=13_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    book = org.create_book(company="基准", code="BENCH", name="基准")
    maker = system_actor(book.pk)
    user = org.create_user(
        maker, username="bench", name="复核", password="基准-Review-2026", roles={"admin": ""},
        department=book.departments.get(), now=timezone.now(),
    )  # fmt: skip
    reviewer = actor_for(user.pk, book.pk)
    assert reviewer is not None
    install_shipped(timezone.now())
    measured: Measured = {}
    day = timezone.localdate()
    for number in range(options.rounds):
        for name, write in (("xlsx", as_workbook), ("csv", as_csv)):
            # every figure moves with the round, so that all lines change
            content = write(options.lines, number * 2 + (name == "csv"))
            load(maker, reviewer, day, f"tariff.{name}", content, measured)
            if name == "csv":
                timed(measured, "yardstick", lambda content=content: yardstick(content))
            day -= dt.timedelta(days=1) if number else dt.timedelta(0)
    lookups(maker, options.lines, measured)
    report(options.lines, measured)


def rows_of(lines: int, turn: int) -> list[list[str]]:
    """The header of the template and so many invented lines, two to each eight digits."""
    fields = columns_of("tariff")
    table = [[field.label for field in fields]]
    for i in range(lines):
        pair = i // 2
        cells = {
            "hs_code": f"{i // 1000 % 60 + 10:02}{pair % 500:03}{i // 1000 % 10}00{i % 2 + 1}0",
            "name_zh": f"{GOODS[i % len(GOODS)]}{i:05}",
            "unit1": "035",
            "unit2": "011" if pair % 3 == 0 else "",
            "mfn_rate": str((pair + turn) % 26),
            "general_rate": str(pair % 26 + 40),
            "provisional_rate": "3" if i % 7 == 0 else "",
            "agreement_rates": "01=5;14=0" if i % 3 == 0 else "",
            "export_rebate_rate": "13",
            "vat_rate": "13",
            "supervision_conditions": "AB" if i % 5 == 0 else "",
            "inspection_category": "M/N" if i % 5 == 0 else "",
            "elements": "品牌类型;出口享惠情况;用途;品牌;型号",
        }
        table.append([cells.get(field.key, "") for field in fields])
    return table


def as_csv(lines: int, turn: int) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows_of(lines, turn))
    return text.getvalue().encode("gb18030")


def as_workbook(lines: int, turn: int) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("税则")
        for number, row in enumerate(rows_of(lines, turn)):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
    return file.getvalue()


def load(
    maker: Actor, reviewer: Actor, day: dt.date, name: str, content: bytes, measured: Measured
) -> None:
    heading = Heading("tariff", day, "基准测试", title=name)
    kind = Path(name).suffix[1:]
    started = time.perf_counter()
    stored = files.store([content])
    facts = reading.inspect(stored.path, name, files.sheets_folder(stored.sha256))
    loaded = load_file(maker, heading, name, stored.sha256, facts, now=timezone.now())
    assert loaded.edition is not None, loaded.findings[:3]
    middle = time.perf_counter()
    edition_id = loaded.edition.pk
    timed(measured, f"{kind}: the page of differences", lambda: changes_of(edition_id))
    again = time.perf_counter()
    review_edition(reviewer, edition_id, now=timezone.now())
    ended = time.perf_counter()
    measured.setdefault(f"{kind}: upload, read, check, stage", []).append(middle - started)
    measured.setdefault(f"{kind}: review and put in force", []).append(ended - again)
    measured.setdefault(f"{kind}: together", []).append(middle - started + ended - again)


def yardstick(content: bytes) -> None:
    """The csv read and inserted by hand, nothing checked."""
    rows = list(csv.reader(io.StringIO(content.decode("gb18030"))))[1:]
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "plain.sqlite3")
        marks = ",".join("?" * len(rows[0]))
        names = ",".join(f"c{i}" for i in range(len(rows[0])))
        database.execute(f"CREATE TABLE t ({names})")
        with database:
            database.executemany(f"INSERT INTO t VALUES ({marks})", rows)
        database.close()


def lookups(actor: Actor, lines: int, measured: Measured) -> None:
    today = timezone.localdate()
    for _ in range(200):
        timed(measured, "reference_on(day)", lambda: reference_on(today))
    codes = [row[0] for row in rows_of(min(lines, 2000), 0)[1:]]
    reference = reference_on(today)
    for code in codes:
        timed(measured, "a tariff line, first time", lambda code=code: reference.tariff(code))
    for code in codes:
        timed(measured, "a tariff line, again", lambda code=code: reference.tariff(code))
    sources = {source.key: source for source in LOOKUPS}
    for key, words in (
        ("tariff", ("1023", "牛肉", "bxggc")),
        ("port", ("CHN", "上海", "xg", "yokohama")),
    ):
        for word in words * 10:
            timed(
                measured,
                f"lookup box: {key}",
                lambda key=key, word=word: sources[key].find(actor, word, 12),
            )


def timed(measured: Measured, name: str, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    measured.setdefault(name, []).append(time.perf_counter() - started)


def report(lines: int, measured: Measured) -> None:
    print(f"## A tariff of {lines:,} ten-digit lines\n")
    print("| what | median | 95 % | runs |\n|---|---|---|---|")
    for name, seconds in measured.items():
        ordered = sorted(seconds)
        high = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        middle = statistics.median(ordered)
        print(f"| {name} | {shown(middle)} | {shown(high)} | {len(ordered)} |")


def shown(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.5 else f"{seconds * 1000:.2f} ms"


if __name__ == "__main__":
    main()
