"""Classification of 100,000 and 1,000,000 customers: the product against what one could do instead.

    python -m benchmarks classification                    100,000 customers × 2,000,000 lines
    python -m benchmarks classification --million          and 1,000,000 × 20,000,000
    python -m benchmarks classification --customers 20000 --lines 400000 --rounds 3

The data are made from seeds, the same on every machine. Every measurement is a fresh process; the
rounds go through all contenders in turn, so that a busy neighbour hits all alike; medians are shown
with the range. First of all the results are compared row by row. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.contenders import AS_OF, COMPARED, CONTENDERS, RESULT, SCHEMES
from guanzhang.analytics.domain.catalogue import CATALOGUE, columns_of
from guanzhang.analytics.engine import MEMORY, Warehouse, connect
from guanzhang.analytics.snapshots import write_files

SUBSET = 2_000  # customers that the object loop goes through
NAMES = {
    "scan": "reading the columns (limit)",
    "guanzhang": "**Guanzhang**, five schemes",
    "hand_written": "DuckDB by hand, same prepared columns",
    "hand_written_distinct": "DuckDB by hand, COUNT(DISTINCT)",
    "polars": "Polars by hand, same prepared columns",
    "pandas": "pandas by hand, same prepared columns",
    "objects": "Python objects, a query per customer",
    "starters": "Guanzhang, all starter schemes",
    **{f"only_{name}": f"Guanzhang, only {name}" for name in SCHEMES},
}


@dataclass(frozen=True)
class Size:
    customers: int
    lines: int

    def __str__(self) -> str:
        return f"{self.customers:,} customers × {self.lines:,}"


@dataclass
class Figures:
    """Seconds and megabytes of every run of every contender at one size."""

    seconds: dict[str, list[float]]
    megabytes: dict[str, list[float]]
    snapshot_seconds: float
    snapshot_megabytes: float
    lookups: dict[str, list[tuple[float, float]]]

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])


def make(size: Size, folder: Path) -> float:
    """Write the snapshot with the product's own code; returns the seconds that took."""
    n, m = size.customers, size.lines
    traders = n * 9 // 10  # one in ten has never traded
    engine = connect(folder / "spill")
    views = {
        "raw_parties": f"""
            SELECT i + 1 AS id, 'C' || lpad((i + 1)::VARCHAR, 8, '0') AS code,
              CASE WHEN hash(i, 1) % 10 < 9 THEN 'enterprise' ELSE 'person' END AS kind,
              'F51' AS industry,
              CASE hash(i, 2) % 4 WHEN 0 THEN '330206' WHEN 1 THEN '310115' WHEN 2 THEN '440304' ELSE '' END AS region,
              CASE hash(i, 3) % 3 WHEN 0 THEN 'small' WHEN 1 THEN 'micro' ELSE '' END AS scale,
              (hash(i, 4) % 500)::BIGINT AS staff_count, (hash(i, 5) % 100000)::BIGINT * 10000 AS annual_revenue,
              NULL::BIGINT AS registered_capital, DATE '2000-01-01' + (hash(i, 6) % 9000)::INT AS established_on,
              CASE hash(i, 7) % 20 WHEN 0 THEN 'AEO' WHEN 1 THEN 'DISHONEST' ELSE 'GENERAL' END AS customs_credit,
              'consignee' AS customs_kind, 'referral' AS source, '{{}}' AS custom,
              (hash(i, 8) % 20)::BIGINT AS owner_id, (hash(i, 8) % 4)::BIGINT AS department_id,
              true AS is_customer, 'active' AS status FROM range({n}) t(i)""",
        # two lines to a document; u² makes few customers large and most of them small
        "raw_transactions": f"""
            SELECT i + 1 AS id, 1 + floor({traders} * pow((hash(i // 2, 11) % 1000003) / 1000003.0, 2))::BIGINT AS party_id,
              'import' AS source, 'D' || (i // 2) AS document_no,
              DATE '2024-01-01' + (hash(i // 2, 12) % 1070)::INT AS traded_on,
              CASE hash(i, 13) % 4 WHEN 0 THEN 'import' WHEN 1 THEN 'export' WHEN 2 THEN 'domestic' ELSE '' END AS direction,
              'P' || (hash(i, 14) % 500) AS product_code, '' AS product_name,
              CASE WHEN hash(i, 15) % 50 = 0 THEN -1 ELSE 1 END * (1 + hash(i, 16) % 10000000)::BIGINT * 100 AS book_amount
            FROM range({m}) t(i)""",
        "raw_service": f"""
            SELECT 1 + (hash(i, 21) % {n})::BIGINT AS party_id,
              CASE hash(i, 22) % 5 WHEN 0 THEN 'complaint' WHEN 1 THEN 'note' ELSE 'call' END AS kind,
              TIMESTAMP '2025-01-01' + INTERVAL 1 HOUR * (hash(i, 23) % 16000)::INT AS happened_at,
              '' AS next_action, NULL::DATE AS next_due_on, NULL::TIMESTAMP AS closed_at FROM range({n}) t(i)""",
        "raw_tags": "SELECT 1::BIGINT AS id, '战略客户' AS name",
        "raw_tag_parties": f"SELECT 1::BIGINT AS tag_id, 1 + i * 97 AS party_id FROM range({n // 100}) t(i)",
    }  # fmt: skip
    for name, sql in views.items():
        engine.execute(f"CREATE VIEW {name} AS {sql}")
    started = time.perf_counter()
    write_files(engine, folder, ())
    seconds = time.perf_counter() - started
    _write_subset(engine, folder)
    engine.close()
    return seconds


def _write_subset(engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Every n-th customer with its lines, in an indexed SQLite file, for the object loop."""
    [step] = engine.execute(f"SELECT count(*) // {SUBSET} FROM parties").fetchone() or [1]
    chosen = f"party_id % {max(step, 1)} = 0"
    database = sqlite3.connect(folder / "subset.sqlite3")
    for name, columns in (
        ("parties", "party_id, party_code, region"),
        ("transactions", "party_id, document_id, traded_on::VARCHAR, amount, direction"),
    ):
        rows = engine.execute(f"SELECT {columns} FROM {name} WHERE {chosen}").fetchall()
        database.execute(f"CREATE TABLE {name} ({columns.replace('::VARCHAR', '')})")
        marks = ", ".join("?" * len(columns.split(",")))
        database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        database.execute(f"CREATE INDEX {name}_by_party ON {name} (party_id)")
    database.commit()


def once(name: str, folder: Path, result: Path | None = None) -> tuple[float, float]:
    """One run of a contender in a fresh process: (seconds, peak megabytes)."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.contenders",
        name,
        str(folder),
        str(result or ""),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    said = json.loads(done.stdout.splitlines()[-1])
    return said["seconds"], said["megabytes"]


def compare(folder: Path) -> str:
    """Every contender's classes against ours, row by row; stops the benchmark if one differs."""
    for name in COMPARED:
        once(name, folder, folder / f"result_{name}.parquet")
    columns = ", ".join(RESULT)
    ours = f"(SELECT {columns} FROM '{folder}/result_guanzhang.parquet')"
    engine = duckdb.connect()
    for name in COMPARED[1:]:
        theirs = f"(SELECT {columns} FROM '{folder}/result_{name}.parquet')"
        for one, other in ((ours, theirs), (theirs, ours)):
            rows = engine.execute(f"FROM {one} EXCEPT ALL FROM {other} LIMIT 3").fetchall()
            if rows:
                raise SystemExit(f"{name} differs from the product: {rows}")
    [n] = engine.execute(f"SELECT count(*) FROM {ours}").fetchone() or [0]
    return f"All of {', '.join(COMPARED)} gave the same five classes for all {n:,} customers."


def look_up(folder: Path, size: Size, times: int = 30) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds (wall, processor) to open a snapshot and read one customer: few facts and all."""
    few = [
        "amount__12m",
        "frequency__12m",
        "days_since_traded",
        "lifecycle",
        "growth__12m",
        "amount_share__12m",
    ]
    every = [name for fact in CATALOGUE.values() for name in columns_of(fact)]
    taken: dict[str, list[tuple[float, float]]] = {}
    for n in range(times):
        for label, columns in (("six facts", few), (f"all {len(every)} columns", every)):
            started, busy = time.perf_counter(), time.process_time()
            party_id = 1 + n * 7919 % size.customers
            with Warehouse(folder, AS_OF, party_ids=(party_id,), threads=1) as warehouse:
                assert len(warehouse.rows(warehouse.facts_sql(columns))) == 1
            spent = (time.perf_counter() - started, time.process_time() - busy)
            taken.setdefault(label, []).append((spent[0] * 1000, spent[1] * 1000))
    return taken


def taking_part(size: Size) -> list[str]:
    """All contenders; of the schemes one by one, at a million customers, only the slowest."""
    small = size.lines < 10_000_000
    return [n for n in CONTENDERS if small or n == "only_segment" or not n.startswith("only_")]


def measure(size: Size, rounds: int, folder: Path) -> Figures:
    figures = Figures({}, {}, make(size, folder), 0.0, {})
    with closing(sqlite3.connect(folder / "subset.sqlite3")) as subset:
        [objects] = subset.execute("SELECT count(*) FROM parties").fetchone()
    figures.snapshot_megabytes = sum(f.stat().st_size for f in folder.glob("*.parquet")) / 1e6
    print(compare(folder), flush=True)
    for _round in range(rounds):
        for name in taking_part(size):
            seconds, megabytes = once(name, folder)
            if name == "objects":
                seconds *= size.customers / objects
            figures.seconds.setdefault(name, []).append(seconds)
            figures.megabytes.setdefault(name, []).append(megabytes)
    figures.lookups = look_up(folder, size)
    return figures


def table(size: Size, figures: Figures, rounds: int) -> str:
    """Seconds, ratio and memory of every contender."""
    hand = figures.median("hand_written")
    lines = [
        f"### {size} lines, {rounds} round(s), medians (range)\n",
        "| contender | seconds | ÷ by hand | peak MB |",
        "|---|---|---|---|",
    ]
    for name in figures.seconds:
        each, median = figures.seconds[name], figures.median(name)
        note = f" (extrapolated from {SUBSET:,} customers)" if name == "objects" else ""
        memory = (
            "–" if name == "objects" else f"{statistics.median(figures.megabytes[name]):,.0f}"
        )
        lines.append(
            f"| {NAMES[name]}{note} | {median:.2f} ({min(each):.2f}–{max(each):.2f}) "
            f"| {median / hand:.2f} | {memory} |"
        )
    single = max(figures.median(n) for n in figures.seconds if n.startswith("only_"))
    five, starters = figures.median("guanzhang"), figures.median("starters")
    lines += [
        "",
        f"* Guanzhang ÷ DuckDB by hand: **{five / hand:.2f}** (goal ≤ 1.3)",
        f"* five schemes ÷ the slowest of them alone: **{five / single:.2f}** (goal < 1.5)",
        f"* all starter schemes ÷ the slowest of the five alone: {starters / single:.2f}",
        f"* making the snapshot of rows already in DuckDB: {figures.snapshot_seconds:.1f} s",
        f"* its size: {figures.snapshot_megabytes:,.0f} MB of Parquet",
    ]
    for label, taken in figures.lookups.items():
        wall = sorted(ms for ms, _busy in taken)
        busy = statistics.median(ms for _wall, ms in taken)
        lines.append(
            f"* one customer, {label}, snapshot opened anew: p50 {statistics.median(wall):.0f} ms, "
            f"p95 {wall[int(len(wall) * 0.95)]:.0f} ms, of the processor {busy:.0f} ms (goal < 50 ms)"
        )
    return "\n".join(lines)


def growth(measured: dict[Size, Figures]) -> str:
    """How time grows from the smaller to the larger size."""
    small, large = sorted(measured, key=lambda s: s.lines)
    lines = [
        f"### Growth from {small} to {large}, {large.lines / small.lines:.0f} times the rows\n",
        "| contender | times the seconds |",
        "|---|---|",
    ]
    for name in measured[large].seconds:
        if name != "objects":  # it is extrapolated in a straight line anyway
            ratio = measured[large].median(name) / measured[small].median(name)
            lines.append(f"| {NAMES[name]} | {ratio:.1f} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks classification")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--million", action="store_true", help="measure 1,000,000 × 20,000,000 too"
    )
    parser.add_argument(
        "--folder", type=Path, help="where to put the data (default: a temporary folder)"
    )
    options = parser.parse_args(arguments)
    sizes = [Size(options.customers, options.lines)]
    if options.million:
        sizes.append(Size(1_000_000, 20_000_000))
    root = Path(tempfile.mkdtemp(prefix="guanzhang-bench-", dir=options.folder))
    print(f"## Classification ({os.cpu_count()} processors, engine limited to {MEMORY})\n")
    measured = {}
    try:
        for size in sizes:
            folder = root / str(size.customers)
            folder.mkdir()
            measured[size] = measure(size, options.rounds, folder)
            print("\n" + table(size, measured[size], options.rounds) + "\n", flush=True)
        if len(sizes) > 1:
            print(growth(measured))
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main(sys.argv[1:])
