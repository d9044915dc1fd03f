"""Import of declaration messages: how many a second, beside parsing alone.

    python -m benchmarks customs_xml
    python -m benchmarks customs_xml --declarations 1000 --lines 50 --rounds 3

Each round imports a ZIP of fresh messages end to end into SQLite (read and check the archive, parse
every message safely, keep unknown elements, number, columns, goods lines, history, audit, commit) and,
in the same run, parses the same bytes alone with the standard library, and reads them into documents.
Checks and taxes run afterwards in the background and are measured by their own benchmarks.
One core; processor time beside the clock, since the machine is shared. Prints Markdown.
"""
# ruff: noqa: E402 - Django is set up before its models are imported

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

os.environ.setdefault("GUANZHANG_HOME", tempfile.mkdtemp(prefix="guanzhang-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanzhang.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.utils import timezone

from guanzhang.customs.domain.archive import members, packed
from guanzhang.customs.domain.xml import read_message, write_message
from guanzhang.customs.models import Declaration, GoodsLine
from guanzhang.customs.services.importing import import_messages, uploads_in
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.org import queries, services
from guanzhang.reference.services import install_shipped

GOAL = 150  # declarations of 50 lines a second and core, end to end
Times = dict[str, list[tuple[float, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--declarations", type=int, default=600)
    parser.add_argument("--lines", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    install_shipped(timezone.now())
    actor = somebody()
    times: Times = {}
    size = 0
    for number in range(options.rounds):
        data = archive(options.declarations, options.lines, number)
        size = len(data)
        timed(times, "parsing alone", lambda data=data: parse_alone(data))
        timed(times, "reading into documents", lambda data=data: read_alone(data))
        timed(times, "import, end to end", lambda data=data: whole(actor, data))
    expected = options.declarations * options.rounds
    assert Declaration.objects.count() == expected
    assert GoodsLine.objects.count() == expected * options.lines
    report(times, options.declarations, options.lines, options.rounds, size)


def somebody() -> Actor:
    book = services.create_book(company="基准", code="BENCH", name="基准")
    user = services.create_user(
        system_actor(book.pk), username="bench", name="基准", password="晴天-Regen-7251",
        roles={"declarant": ""}, department=book.departments.get(), now=timezone.now(),
    )  # fmt: skip
    actor = queries.actor_for(user.pk, book.pk)
    assert actor is not None
    return actor


def archive(count: int, lines: int, number: int) -> bytes:
    """A ZIP of messages from a fixed seed, about 23 values a line and 45 in the head."""
    dice = random.Random(number)
    files = {}
    for place in range(count):
        document = {
            "Version": "4.8",
            "DecHead": head(dice),
            "DecLists": [line(dice, each + 1) for each in range(lines)],
            "DecContainers": [{"ContainerId": "CSQU3054383", "ContainerMd": "21", "GoodsNo": "1"}],
            "DecFreeTxt": {"VoyNo": f"{dice.randrange(999):03}E"},
            "DecSign": {"OperType": "G", "ClientSeqNo": f"BM{number:04}{place:010}"},
        }  # fmt: skip
        files[f"{place:05}.xml"] = write_message(document)
    return packed(files)


def head(dice: random.Random) -> dict[str, str]:
    code = f"{dice.randrange(10**10):010}"
    return {
        "IEFlag": "I", "AgentCode": "3190989999", "AgentName": "示例报关有限公司", "BillNo": f"BL{code}",
        "ContrNo": f"C-{code}", "CustomMaster": "2225", "CutMode": "101", "DistinatePort": "HKG003",
        "GrossWet": "1800.5", "IEDate": "20260105", "IEPort": "2225", "NetWt": "1620.25",
        "OwnerCode": "3190949999", "OwnerName": "示例进口有限公司", "PackNo": "60", "TradeCountry": "DEU",
        "TradeMode": "0110", "TradeCode": "3190949999", "TrafMode": "2", "TrafName": "DEMO VESSEL",
        "TradeName": f"示例进口{dice.randrange(400)}有限公司", "TransMode": "1", "EntryType": "M",
        "DeclTrnRel": "0", "EdiId": "1", "WrapType": "22", "CopCode": "DEMA00013",
        "CopName": "示例报关有限公司", "PromiseItmes": "00000", "TradeAreaCode": "DEU", "MarkNo": "N/M",
        "DespPortCode": "DEU063", "EntyPortCode": "310301", "GoodsPlace": "示例监管仓库",
        "NoOtherPack": "1", "OverseasConsignorEname": "DEMO GMBH", "InputerName": "示例录入员乙",
    }  # fmt: skip


def line(dice: random.Random, number: int) -> dict[str, str]:
    quantity, price = dice.randrange(1, 5000), dice.randrange(100, 99999)
    return {
        "GNo": str(number), "CodeTS": f"{dice.randrange(10**9, 10**10)}", "GName": f"塑料垫圈{number}号",
        "GModel": f"0|3|密封用|聚氨酯|无品牌|型号{dice.randrange(9999)}", "GQty": str(quantity),
        "GUnit": "035", "FirstQty": str(quantity), "FirstUnit": "035", "SecondQty": f"{quantity}.5",
        "SecondUnit": "007", "DeclPrice": f"{price / 100:.4f}", "DeclTotal": f"{quantity * price / 100:.2f}",
        "TradeCurr": "USD", "OriginCountry": "DEU", "DestinationCountry": "CHN", "DistrictCode": "31222",
        "DutyMode": "1", "GoodsAttr": "19,38", "CiqName": "塑料垫圈", "Purpose": "99",
    }  # fmt: skip


def parse_alone(data: bytes) -> None:
    for member in members(data):
        ET.fromstring(member.data)


def read_alone(data: bytes) -> None:
    for member in members(data):
        read_message(member.data)


def whole(actor: Actor, data: bytes) -> None:
    results = import_messages(actor, uploads_in("bench.zip", data), now=timezone.now())
    assert all(each.declaration_id for each in results)


def timed(times: Times, name: str, work: Callable[[], Any]) -> None:
    start, began = time.perf_counter(), time.process_time()
    work()
    spent = time.perf_counter() - start, time.process_time() - began
    times.setdefault(name, []).append(spent)


def report(times: Times, count: int, lines: int, rounds: int, size: int) -> None:
    print(f"{count} messages of {lines} lines, {rounds} rounds, ZIP of {size / 1e6:.1f} MB:\n")
    print(
        "| step | ms a declaration, processor | clock | a second and core | of parsing alone |"
    )
    print("|---|---:|---:|---:|---:|")
    base = statistics.median(cpu for _, cpu in times["parsing alone"])
    for name, spans in times.items():
        clock = statistics.median(wall for wall, _ in spans)
        cpu = statistics.median(cpu for _, cpu in spans)
        cells = f"{cpu / count * 1000:.2f} | {clock / count * 1000:.2f} | {count / cpu:.0f}"
        print(f"| {name} | {cells} | {cpu / base:.1f} × |")
    print(f"\nGoal: {GOAL} declarations of 50 lines a second and core, end to end.")


if __name__ == "__main__":
    main()
