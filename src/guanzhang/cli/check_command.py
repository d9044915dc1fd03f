"""``guanzhang check FILE``: all checks of a declaration message or workbook. Needs no database."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from guanzhang.customs.domain.checks import Context, check, fixes, with_fixes
from guanzhang.customs.domain.declaration import Declaration, read
from guanzhang.customs.domain.document import value_at
from guanzhang.customs.domain.xml import read_message, write_message
from guanzhang.customs.forms.words import place_name
from guanzhang.customs.sheets import read_workbook
from guanzhang.kernel.problem import Language, Problem, Severity
from guanzhang.reference import shipped

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help=_("报关单报文（xml）或本程序导出的工作簿（xlsx）")
    )
    parser.add_argument("--json", action="store_true", help=_("输出 JSON"))
    parser.add_argument(
        "--on",
        type=dt.date.fromisoformat,
        default=None,
        help=_("申报日期，如 2026-01-31，默认今天"),
    )
    parser.add_argument(
        "--stage",
        choices=("save", "declare"),
        default="declare",
        help=_("必填要求：save 暂存，declare 申报（默认）"),
    )
    parser.add_argument(
        "--fix", type=Path, default=None, help=_("把可以自动修正的改好，另存为此报文")
    )


def run(options: argparse.Namespace) -> int:
    """Print every problem; 1 when one of them is an error or the file cannot be read."""
    try:
        document, noticed = read_document(options.file)
    except OSError as error:
        text = _("读不到文件 %(file)s：%(error)s")
        print(text % {"file": options.file, "error": error.strerror}, file=sys.stderr)
        return 1
    on = options.on or timezone.localdate()
    declaration = read(document)
    context = Context(shipped.reference(on), on, stage=options.stage)
    problems = (*noticed, *check(declaration, context))
    if options.fix is not None:
        repairs = fixes(declaration, context)
        options.fix.write_bytes(write_message(with_fixes(document, repairs)))
        print(
            _("已修正 %(count)s 处，写入 %(file)s")
            % {"count": len(repairs), "file": options.fix},
            file=sys.stderr,
        )
    if options.json:
        print(
            json.dumps(
                _answer(options.file, document, on, problems), ensure_ascii=False, indent=1
            )
        )
    else:
        _print(declaration, problems, is_demo=context.reference.is_demo_tariff)
    return 1 if any(problem.is_error for problem in problems) else 0


def read_document(path: Path) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    """The document of a file and what was noticed while reading it. Raises ``Refused``, ``OSError``."""
    if path.suffix.lower() == ".xlsx":
        if not path.is_file():
            raise FileNotFoundError(2, _("文件不存在"), str(path))
        return read_workbook(path)
    message = read_message(path.read_bytes())
    return message.document, message.problems


def language() -> Language:
    return "en" if translation.get_language() == "en" else "zh"


def _counts(problems: tuple[Problem, ...]) -> dict[Severity, int]:
    return {s: sum(p.kind.severity is s for p in problems) for s in _ORDER}


def _print(declaration: Declaration, problems: tuple[Problem, ...], *, is_demo: bool) -> None:
    words = {
        Severity.ERROR: _("错误"),
        Severity.WARNING: _("警告"),
        Severity.NOTE: _("提示"),
    }
    direction = "I" if declaration.is_import else "E"
    for severity in _ORDER:
        for problem in problems:
            if problem.kind.severity is severity:
                place = place_name(problem.path, direction, language()) or _("整单")
                line = f"{words[severity]} {problem.kind.code} {place}"
                print(f"{line}\n    {problem.message(language())}")
    if is_demo:
        print(_("税则为演示数据：按税则的检查只作警告。"))
    counts = _counts(problems)
    print(
        _("共 %(lines)s 项商品：错误 %(errors)s，警告 %(warnings)s，提示 %(notes)s。")
        % {
            "lines": len(declaration.goods),
            "errors": counts[Severity.ERROR],
            "warnings": counts[Severity.WARNING],
            "notes": counts[Severity.NOTE],
        }
    )


def _answer(
    path: Path, document: Mapping[str, Any], on: dt.date, problems: tuple[Problem, ...]
) -> dict[str, Any]:
    counts = _counts(problems)
    return {
        "file": path.name,
        "on": on.isoformat(),
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "notes": counts[Severity.NOTE],
        "problems": [
            {
                "code": problem.kind.code,
                "severity": problem.kind.severity.value,
                "path": problem.path,
                "value": value_at(document, problem.path),
                "message": problem.message(language()),
                "basis": problem.kind.basis,
            }
            for problem in problems
        ],
    }
