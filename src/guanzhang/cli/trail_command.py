"""``guanzhang trail verify``: does the chain of audit records hold?"""

from __future__ import annotations

import argparse
import json
import re
import sys

from django.utils.translation import gettext as _

from guanzhang.org import queries as org
from guanzhang.trail import queries as trail

ANCHOR = re.compile(r"(\d+):([0-9a-f]{8,64})")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verify")
    verify = verbs.add_parser("verify", help=_("逐条校验；不符时指出第一条，退出码 1"))
    verify.add_argument("--book", default="", help=_("只校验这个账套，默认全部"))
    verify.add_argument("--json", action="store_true", help=_("输出 JSON"))
    verify.add_argument(
        "--anchor",
        type=anchor,
        help=_("以前记下的链首，如 812:3fa94c01；连末尾被截断也能发现（须同时给 --book）"),
    )


def anchor(text: str) -> tuple[int, str]:
    found = ANCHOR.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError(_("链首写作 序号:校验码，校验码至少 8 位"))
    return int(found[1]), found[2]


def run(options: argparse.Namespace) -> int:
    names = {book.pk: book.code for book in org.books()}
    chains = sorted({*trail.chains(), *names})
    if options.book:
        chains = [pk for pk, code in names.items() if code == options.book]
        if not chains:
            known = "、".join(names.values())
            text = _("没有账套 %(code)s；现有：%(known)s")
            print(text % {"code": options.book, "known": known}, file=sys.stderr)
            return 1
    elif options.anchor:
        print(_("--anchor 须同时给 --book"), file=sys.stderr)
        return 2
    results = [verdict(pk, names.get(pk) or unnamed(pk), options.anchor) for pk in chains]
    if options.json:
        print(json.dumps(results, ensure_ascii=False, indent=1))
    else:
        for result in results:
            print(sentence(result))
    return 0 if all(result["intact"] for result in results) else 1


def unnamed(book_id: int) -> str:
    """What to call a chain without a book: the installation's own, or of a book that was removed."""
    return (
        _("（已删除的账套 %(number)s）") % {"number": book_id} if book_id else _("（本安装）")
    )


def verdict(book_id: int, code: str, noted: tuple[int, str] | None) -> dict[str, object]:
    """One chain, as it goes into JSON."""
    good, fault = trail.verify(book_id)
    sequence, digest = trail.head(book_id)
    result: dict[str, object] = {
        "book": code,
        "intact": fault is None,
        "records": good,
        "head": f"{sequence}:{digest}" if sequence else None,
        "fault": None,
    }
    if fault:
        result["fault"] = {
            "sequence": fault.sequence,
            "found": fault.found,
            "expected": fault.expected,
        }
    elif noted and not trail.holds_anchor(book_id, *noted):
        result["intact"] = False
        result["fault"] = {
            "sequence": noted[0],
            "found": _("没有这一条，或校验码不同"),
            "expected": f"{noted[0]}:{noted[1]}",
        }
    return result


def sentence(result: dict[str, object]) -> str:
    book = result["book"]
    fault = result["fault"]
    if isinstance(fault, dict):
        text = _("%(book)s：第 %(sequence)s 条与链不符。找到 %(found)s，应为 %(expected)s")
        return text % {**fault, "book": book}
    if not result["head"]:
        return _("%(book)s：还没有留痕") % {"book": book}
    text = _("%(book)s：%(records)s 条完整，链首 %(head)s")
    return text % {**result, "book": book}
