"""``guanzhang classify run SCHEME`` and ``guanzhang classify why CUSTOMER SCHEME``."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import sys

from django.utils import timezone

from guanzhang.analytics.domain.catalogue import WINDOWS
from guanzhang.classification import queries, services
from guanzhang.classification.domain.explain import Outcome, Reason
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.scheme import Definition
from guanzhang.classification.services.running import as_rows, yuan
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.org.queries import the_book
from guanzhang.parties.queries import party_with_code


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="动作")
    run = verbs.add_parser("run", help="按方案计算每一类的家数与金额")
    run.add_argument("scheme", help="方案编码，如 ABC")
    run.add_argument("--record", action="store_true", help="把结果记为客户的类别（默认只计算）")
    run.add_argument("--top", type=int, default=10, help="列出金额最大的几家")
    why = verbs.add_parser("why", help="说明一个客户为什么在这一类")
    why.add_argument("customer", help="客户编号")
    why.add_argument("scheme", help="方案编码")
    for each in (run, why):
        each.add_argument(
            "--as-of", type=dt.date.fromisoformat, default=None, help="截至日，默认今天"
        )
        each.add_argument(
            "--window", choices=sorted(WINDOWS), default=None, help="统计区间，默认用方案自己的"
        )
        each.add_argument("--book", default="", help="账套编码，默认第一个")
        each.add_argument("--json", action="store_true", help="输出 JSON，金额为字符串")


def run(args: argparse.Namespace) -> int:
    book = the_book(args.book)
    if book is None:
        return _fail(f"没有账套“{args.book}”。先运行 guanzhang init 或 guanzhang demo。")
    actor = system_actor(book.pk)
    scheme = queries.scheme_named(book.pk, args.scheme)
    if scheme is None:
        known = (
            "、".join(queries.schemes(actor).values_list("code", flat=True)) or "（没有方案）"
        )
        return _fail(f"没有方案“{args.scheme}”。现有：{known}")
    return _run(args, actor, scheme) if args.verb == "run" else _why(args, actor, scheme)


def _run(args: argparse.Namespace, actor: Actor, scheme: queries.Scheme) -> int:
    now = timezone.now()
    as_of = args.as_of or timezone.localdate(now)
    version, definition = _definition(scheme, as_of, args.window)
    if args.record:
        if args.window:
            return _fail("--record 与 --window 不能同用：记录的类别总按方案自己的区间。")
        services.run_schemes(actor, as_of=as_of, now=now, codes=[scheme.code])
    result = services.compute_scheme(
        actor.book_id, definition, as_of=as_of, now=now, top=args.top
    )
    rows = as_rows(result, queries.class_names(scheme, list(result.counts), definition))
    amount = yuan(sum(stored for _members, stored in result.counts.values()))
    total = {"members": sum(m for m, _stored in result.counts.values()), "amount": amount}
    answer = {
        "scheme": scheme.code,
        "name": scheme.name,
        "version": version.number,
        "fingerprint": version.fingerprint,
        "as_of": as_of.isoformat(),
        "window": definition.window,
        "snapshot": result.snapshot.pk,
        "content_hash": result.snapshot.content_hash,
        "classes": rows,
        "total": total,
        "first": [{"customer": c, "class": k, "amount": yuan(a)} for c, k, a in result.first],
        "recorded": bool(args.record),
        "seconds": round(result.seconds, 3),
    }
    if args.json:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
        return 0
    print(
        f"{scheme.name}（{scheme.code}）第 {version.number} 版，截至 {as_of}，区间 {definition.window}"
    )
    for row in [*rows, {"code": "", "name": "合计", **total}]:
        print(
            f"  {row['code']:<8} {row['name']:<10} {row['members']:>9,} 家 {row['amount']:>20}"
        )
    return 0


def _why(args: argparse.Namespace, actor: Actor, scheme: queries.Scheme) -> int:
    """The recorded class with its reasons; computed on the spot where none is recorded, or for
    another day or window."""
    party = party_with_code(actor, args.customer)
    if party is None:
        return _fail(f"没有编号为“{args.customer}”的客户。")
    now = timezone.now()
    recorded = None
    if args.as_of is None and args.window is None:
        recorded = services.explain_party(actor, scheme, party.pk)
    if recorded:
        version, definition, as_of = recorded.version, recorded.definition, recorded.run.as_of
        outcome: Outcome | None = recorded.outcome
    else:
        as_of = args.as_of or timezone.localdate(now)
        version, definition = _definition(scheme, as_of, args.window)
        outcome = services.explain_definition(actor, definition, party.pk, as_of=as_of, now=now)
    if outcome is None:
        return _fail(f"{party.name} 不在分类范围内：只有在用的客户参加分类。")
    code = outcome.class_code or ""
    name = queries.class_names(scheme, [code], definition).get(code, "无数据")
    if args.json:
        answer = {
            "customer": party.code,
            "name": party.name,
            "scheme": scheme.code,
            "version": version.number,
            "fingerprint": version.fingerprint,
            "as_of": as_of.isoformat(),
            "window": definition.window,
            "class": outcome.class_code,
            "class_name": name,
            "since": recorded.membership.valid_from.isoformat() if recorded else None,
            "score": None if outcome.score is None else str(outcome.score),
            "reasons": [dataclasses.asdict(r) for r in outcome.reasons],
        }
        print(json.dumps(answer, ensure_ascii=False, indent=1, default=str))
        return 0
    print(
        f"{party.name}（{party.code}）在“{scheme.name}”第 {version.number} 版中属于：{code} {name}"
    )
    since = f"，自 {recorded.membership.valid_from} 起" if recorded else "（现算，未记录）"
    print(f"截至 {as_of}{since}")
    for reason in outcome.reasons:
        _print_reason(reason, 1)
    return 0


def _print_reason(reason: Reason, depth: int) -> None:
    """One leaf a line: ✓ or ✗, the standard, the value found, the points."""
    mark = "✓" if reason.passed else "✗"
    actual = f"，现值 {reason.actual}" if reason.actual else ""
    points = f"，得 {reason.points.normalize():f} 分" if reason.points is not None else ""
    print(f"{'  ' * depth}{mark} {reason.label}{actual}{points}")
    for child in reason.children:
        _print_reason(child, depth + 1)


def _definition(
    scheme: queries.Scheme, as_of: dt.date, window: str | None
) -> tuple[queries.SchemeVersion, Definition]:
    """The version in force on a day (else the newest), in another window when one is given."""
    version = queries.version_on(scheme, as_of) or queries.versions_of(scheme).first()
    assert version is not None, "A scheme has at least one version."
    definition = definition_of(version.definition)
    return version, dataclasses.replace(definition, window=window) if window else definition


def _fail(text: str) -> int:
    print(text, file=sys.stderr)
    return 1
