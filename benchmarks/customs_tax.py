"""The taxes of a declaration of 50 lines: the time of one sheet, all working included.

    python -m benchmarks customs_tax
    python -m benchmarks customs_tax --lines 50 --rounds 400

Every line has freight and insurance to share, a duty, a consumption tax with both parts, VAT, and one of
five an anti-dumping duty: the slowest usual case. Beside it stands the plain case (CIF, duty and
VAT). The time on the clock includes what other programs take of a shared machine. Prints Markdown.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import time
from dataclasses import replace
from decimal import Decimal

from guanzhang.customs.domain.declaration import Declaration, read
from guanzhang.customs.domain.tax import tax_sheet
from guanzhang.reference import shipped
from guanzhang.reference.domain.tariff import Measure, TariffLine, parse_rate
from guanzhang.reference.domain.view import Reference

ON = dt.date(2026, 3, 18)
CODE = "2208300000"
GOAL = 5.0  # milliseconds for 50 lines


def declaration(lines: int, **head: str) -> Declaration:
    """Whisky in ``lines`` lines of different amounts, every fifth from Japan."""
    rows = [
        {
            "GNo": str(i + 1), "CodeTS": CODE, "GName": "威士忌酒", "DeclTotal": f"{1000 + 37 * i}.{i % 90 + 10}",
            "TradeCurr": "USD", "OriginCountry": "JPN" if i % 5 == 0 else "GBR", "DutyMode": "1",
            "FirstQty": str(100 + i), "FirstUnit": "095", "SecondQty": str(95 + i), "SecondUnit": "035",
        }
        for i in range(lines)
    ]  # fmt: skip
    return read({"DecHead": {"IEFlag": "I", "TradeMode": "0110", **head}, "DecLists": rows})


def reference(*, is_plain: bool) -> Reference:
    line = TariffLine(
        CODE, "威士忌酒", "095", "035", mfn=parse_rate("10"), general=parse_rate("180"),
        vat=Decimal("0.13"), consumption=None if is_plain else parse_rate("20+1CNY/035"),
    )  # fmt: skip
    measure = Measure(
        "anti_dumping", CODE[:6], "JPN", "", parse_rate("35.5") or line.mfn, "bench"
    )
    rates = {"USD": Decimal("7.1875"), "EUR": Decimal("7.9012")}
    return replace(
        shipped.reference(ON),
        find_tariff={CODE: line}.get,
        find_rate=lambda currency, _month: rates.get(currency),
        find_measures=lambda _hs, origin: () if is_plain or origin == "GBR" else (measure,),
    )


def milliseconds(
    found: Declaration, data: Reference, rounds: int
) -> tuple[list[float], list[float]]:
    """(processor time, time on the clock) of every round, sorted, after one that is not counted."""
    assert tax_sheet(found, data, on=ON).total is not None
    worked, spans = [], []
    for _ in range(rounds):
        start, began = time.perf_counter(), time.process_time()
        tax_sheet(found, data, on=ON)
        worked.append((time.process_time() - began) * 1000)
        spans.append((time.perf_counter() - start) * 1000)
    return sorted(worked), sorted(spans)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=400)
    options = parser.parse_args()
    full = {"TransMode": "3", "FeeMark": "3", "FeeRate": "512.33", "FeeCurr": "EUR",
            "InsurMark": "1", "InsurRate": "0.3"}  # fmt: skip
    cases = {
        "freight, insurance, duty, remedy, consumption tax, VAT": (full, False),
        "CIF, duty, VAT": ({"TransMode": "1"}, True),
    }
    print(f"Tax sheet of {options.lines} lines, {options.rounds} rounds, one core:\n")
    print(
        "| case | processor, median ms | p95 ms | clock, median ms | p95 ms |\n|---|---:|---:|---:|---:|"
    )
    for name, (head, is_plain) in cases.items():
        found = declaration(options.lines, **head)
        times = milliseconds(found, reference(is_plain=is_plain), options.rounds)
        cells = (f"{statistics.median(t):.2f} | {t[int(len(t) * 0.95)]:.2f}" for t in times)
        print(f"| {name} | {' | '.join(cells)} |")
    print(f"\nGoal for 50 lines: {GOAL:.0f} ms.")


if __name__ == "__main__":
    main()
