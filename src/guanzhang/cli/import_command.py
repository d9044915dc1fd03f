"""``guanzhang import KIND FILE --mapping M.json``: the import of the pages, from the command line.

Exit codes: 0 done (also with refused rows) · 1 the whole file was refused, or rows were with
``--strict`` · 2 the command itself was wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone

from guanzhang.exchange import registry
from guanzhang.exchange.domain.mapping import Definition, definition_from_json
from guanzhang.exchange.queries import batch_facts
from guanzhang.exchange.services.checking import check_batch
from guanzhang.exchange.services.committing import commit_batch
from guanzhang.exchange.services.uploads import propose_mapping, receive_file, set_mapping
from guanzhang.kernel.actor import system_actor
from guanzhang.kernel.problem import Refused
from guanzhang.org.queries import the_book

READ_AT_ONCE = 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``guanzhang import``."""
    parser.add_argument("kind", metavar="KIND", help="customers、contacts 或 transactions")
    parser.add_argument("file", metavar="FILE", type=Path, help=".xlsx、.csv 或 .csv.gz")
    parser.add_argument(
        "--mapping", type=Path, metavar="M.json", help="对应方案；不给时自动对应列"
    )
    parser.add_argument(
        "--book", default="", metavar="CODE", help="账套编码；不给时用第一个账套"
    )
    parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
    parser.add_argument("--strict", action="store_true", help="有一行不能导入就整批不导入")
    parser.add_argument("--json", action="store_true", help="结果以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Check and commit one file; returns the exit code."""
    book = the_book(args.book)
    if args.kind not in registry.specs():
        return _wrong(f"没有“{args.kind}”这种导入；可用：{'、'.join(registry.specs())}")
    if book is None:
        return _wrong(
            f"没有编码为“{args.book}”的账套" if args.book else "还没有账套，请先建立账套"
        )
    if not args.file.is_file():
        return _wrong(f"文件不存在：{args.file}")
    try:
        definition = _definition(args.mapping, args.kind) if args.mapping else None
    except (OSError, ValueError) as error:
        return _wrong(f"对应方案 {args.mapping} 读不出来：{error}")
    try:
        facts = _import(args, book.pk, definition)
    except Refused as refused:
        for problem in refused.problems:
            sys.stderr.write(f"{problem.kind.code} {problem.path} {problem.message('zh')}\n")
        return 1
    sys.stdout.write(
        json.dumps(facts, ensure_ascii=False, indent=1) if args.json else _text(facts)
    )
    sys.stdout.write("\n")
    return 1 if args.strict and facts["refused"] else 0


def _definition(path: Path, kind: str) -> Definition:
    data = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(data, dict):
        data.setdefault("kind", kind)
    return definition_from_json(data)


def _import(
    args: argparse.Namespace, book_id: int, definition: Definition | None
) -> dict[str, Any]:
    actor = system_actor(book_id)
    started = time.monotonic()
    batch = receive_file(
        actor, args.kind, args.file.name, _chunks(args.file), now=timezone.now()
    )
    chosen = definition or propose_mapping(actor, batch).definition
    set_mapping(actor, batch.pk, chosen, now=timezone.now())
    line = _ProgressLine()
    batch = check_batch(actor, batch.pk, now=timezone.now(), progress=line)
    if not args.dry_run and not (args.strict and batch.refused):
        batch = commit_batch(actor, batch.pk, now=timezone.now(), progress=line)
    line.end()
    return batch_facts(batch) | {"seconds": f"{time.monotonic() - started:.2f}"}


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(READ_AT_ONCE):
            yield chunk


def _wrong(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 2


def _text(facts: dict[str, Any]) -> str:
    counts = {
        key: f"{facts[key]:,}"
        for key in ("rows_in", "added", "updated", "unchanged", "refused")
    }
    head = (
        "批次 {number} {state_label}：读入 {rows_in} 行 = "
        "新增 {added} + 更新 {updated} + 不变 {unchanged} + 不能导入 {refused}"
    )
    lines = [head.format_map(facts | counts)]
    lines += [f"  合计 {currency} {amount}" for currency, amount in facts["totals"].items()]
    lines += [
        f"  {p['code']} {p['count']:,} 处，如 {p['first']}：{p['zh']}"
        for p in facts["problems"]
    ]
    return "\n".join([*lines, f"  用时 {facts['seconds']} 秒"])


class _ProgressLine:
    """One line on stderr that is written over; nothing when stderr is not a terminal."""

    def __init__(self) -> None:
        self.shows = sys.stderr.isatty()
        self.last = 0.0

    def __call__(self, done: int, total: int | None, step: str) -> None:
        now = time.monotonic()
        if self.shows and now - self.last > 0.2:
            self.last = now
            of = f" / {total:,}" if total else ""
            sys.stderr.write(f"\r{step} {done:,}{of} 行 ")
            sys.stderr.flush()

    def end(self) -> None:
        if self.shows:
            sys.stderr.write("\r\033[K")
