"""How long all checks of a declaration of 50 lines take, in this process and after the first one.

    python -m benchmarks customs_checks
    python -m benchmarks customs_checks --lines 20 --rounds 500

Goal: p95 at most 20 ms for 50 lines. Every round checks another declaration, read anew from its
document, so that nothing is remembered from the one before. "With a fault on every line" spoils the
name, the total and the code of every line: problems and their sentences cost more than silence.
"""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import statistics
import time
from random import Random

from guanzhang.customs.domain.checks import Context, check
from guanzhang.customs.domain.checks.rules import RULES
from guanzhang.customs.domain.declaration import read
from guanzhang.demo.declaration_kinds import clean_document_of
from guanzhang.reference import shipped

ON = dt.date(2026, 3, 6)
GOAL = 20  # milliseconds


def spoiled(document):
    found = copy.deepcopy(document)
    for row in found["DecLists"]:
        row["GName"] += "（新）"
        row["DeclTotal"] = "1"
        row["CodeTS"] = row["CodeTS"][:8]
    return found


def milliseconds(documents, context):
    taken, problems = [], 0
    for document in documents:
        started = time.perf_counter()
        problems += len(check(read(document), context))
        taken.append((time.perf_counter() - started) * 1000)
    return taken, problems


def shown(name, taken, problems):
    ordered = sorted(taken)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(
        f"| {name} | {statistics.median(taken):.2f} | {p95:.2f} | {ordered[-1]:.2f} "
        f"| {problems / len(taken):.1f} |"
    )
    return p95


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=300)
    options = parser.parse_args()
    documents = [
        clean_document_of(
            "boxed", Random(seed), ON, is_import=seed % 2 == 0, lines=options.lines
        )
        for seed in range(options.rounds)
    ]
    # The articles of the demo company may be fewer than asked for: lines are repeated up to the number.
    for document in documents:
        rows = document["DecLists"]
        while len(rows) < options.lines:
            rows.append({**rows[len(rows) % 20], "GName": f"甲{len(rows)}"})
        for number, row in enumerate(rows, 1):
            row["GNo"] = str(number)
    context = Context(shipped.reference(ON), ON)
    started = time.perf_counter()
    check(read(documents[0]), context)
    first = (time.perf_counter() - started) * 1000
    print(
        f"{len(RULES)} rules, {options.lines} lines, {options.rounds} declarations; first call {first:.1f} ms\n"
    )
    print("| declarations | median ms | p95 ms | slowest ms | problems each |")
    print("|---|---:|---:|---:|---:|")
    clean = shown("without a fault", *milliseconds(documents, context))
    faulty = shown(
        "with a fault on every line", *milliseconds(map(spoiled, documents), context)
    )
    verdict = "met" if max(clean, faulty) <= GOAL else "MISSED"
    print(f"\nGoal p95 ≤ {GOAL} ms: {verdict}.")


if __name__ == "__main__":
    main()
