"""``guanzhang tax FILE``: the taxes of a declaration file with the working of every figure.

Uses the installation's reference data, or what ships with the program where there is no database.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.cli.check_command import language, read_document
from guanzhang.customs.domain.declaration import read
from guanzhang.customs.domain.document import tidied
from guanzhang.customs.domain.tax import (
    LineTax,
    TaxOptions,
    TaxSheet,
    Words,
    tariff_day,
    tax_sheet,
)
from guanzhang.customs.domain.tax.amounts import money, shown
from guanzhang.customs.domain.tax.choice import label
from guanzhang.kernel.problem import Kind, Problem, Refused, Severity
from guanzhang.reference import shipped
from guanzhang.reference.domain.view import Reference
from guanzhang.reference.queries import reference_on

NOT_A_DOCUMENT = Kind(
    "CUS-883",
    Severity.ERROR,
    "文件 {file} 不是报关单的 JSON 文档：{found}。应为含 DecHead 和 DecLists 的对象。",
    "{file} is not the JSON document of a declaration: {found}. An object with DecHead and DecLists "
    "is expected.",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``guanzhang tax``."""
    parser.add_argument(
        "file", type=Path, help=_("报关单：报文（xml）、工作簿（xlsx）或 JSON 文档")
    )
    parser.add_argument("--json", action="store_true", help=_("输出 JSON"))
    parser.add_argument(
        "--on",
        type=dt.date.fromisoformat,
        default=None,
        help=_("申报日期，如 2026-01-31，默认今天"),
    )
    parser.add_argument(
        "--rate",
        type=_rate,
        action="append",
        default=[],
        metavar="USD=7.1234",
        help=_("计征汇率：1 单位外币折合人民币，可多次给出；优先于系统中的汇率"),
    )
    parser.add_argument(
        "--by-weight", action="store_true", help=_("运费按重量分摊（默认按货值）")
    )


def run(options: argparse.Namespace) -> int:
    """Print the sheet; 1 when the file cannot be read or part of the tax is unknown."""
    try:
        document = _document(options.file)
    except OSError as error:
        text = _("读不到文件 %(file)s：%(error)s")
        print(text % {"file": options.file, "error": error.strerror}, file=sys.stderr)
        return 1
    declared = options.on or timezone.localdate()
    facts = read(document)
    day = tariff_day(declared, facts.moved_on, is_import=facts.is_import)
    reference = _with_rates(_reference(day), dict(options.rate))
    chosen = TaxOptions(
        declared_on=declared, freight_by="weight" if options.by_weight else "value"
    )
    sheet = tax_sheet(facts, reference, on=day, options=chosen)
    if options.json:
        print(json.dumps(_answer(options.file, sheet), ensure_ascii=False, indent=1))
    else:
        print("\n".join(_text(sheet)))
    return 0 if sheet.total is not None else 1


def _rate(text: str) -> tuple[str, Decimal]:
    currency, separator, number = text.partition("=")
    try:
        rate = Decimal(number)
    except InvalidOperation:
        rate = Decimal(0)
    if not separator or not rate.is_finite() or rate <= 0:
        raise argparse.ArgumentTypeError(_("汇率应形如 USD=7.1234，现为 %s") % text)
    return currency.strip().upper(), rate


def _document(path: Path) -> Mapping[str, Any]:
    """The document of a file. Raises ``Refused`` for another kind of file, ``OSError``."""
    if path.suffix.lower() != ".json":
        return read_document(path)[0]
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
        if isinstance(found, dict) and isinstance(found.get("DecHead"), dict):
            return tidied(found)
        reason = _("没有 DecHead")
    except (ValueError, RecursionError) as error:
        reason = str(error)
    except (AttributeError, TypeError):
        reason = _("行的形状不对")
    raise Refused([NOT_A_DOCUMENT.at("", file=path.name, found=reason)])


def _reference(day: dt.date) -> Reference:
    """The installation's data of a day; the shipped data where nothing has been loaded."""
    if not _has_database():
        return shipped.reference(day)
    try:
        found = reference_on(day)
    except DatabaseError:
        return shipped.reference(day)
    return found if found.tables else shipped.reference(day)


def _has_database() -> bool:
    """Whether there is one: asking SQLite for a file that is not there would make it."""
    name = str(connection.settings_dict["NAME"])
    return connection.vendor != "sqlite" or name.startswith("file:") or Path(name).is_file()


def _with_rates(reference: Reference, given: Mapping[str, Decimal]) -> Reference:
    known = reference.find_rate

    def find(currency: str, month: dt.date) -> Decimal | None:
        if currency in given:
            return given[currency]
        try:
            return known(currency, month)
        except DatabaseError:
            return None

    return replace(reference, find_rate=find)


# -- words -----------------------------------------------------------------------------------------


def _say(words: Words) -> str:
    return words.text(language())


def _amount(amount: Decimal | None) -> str:
    return _("未知") if amount is None else f"{amount:,.2f}"


def _text(sheet: TaxSheet) -> Iterator[str]:
    if sheet.is_demo:
        yield _("注意：税率取自演示税则，不是官方数据，不能作为缴税依据。")
    rates = "".join(f"  {code} {shown(rate)}" for code, rate in sheet.rates.items())
    yield _("税率日期 %(day)s%(rates)s") % {"day": sheet.on, "rates": rates}
    for line in sheet.lines:
        yield ""
        yield from _line_text(line)
    yield ""
    yield f"{_('计税价格')}  {_amount(sheet.value_cny)}"
    for total in sheet.totals:
        name = total.kind.label(language())
        charged = total.charged if total.is_known else None
        yield f"{name}  {_amount(charged)}  ({_say(total.words)})"
    yield f"{_('应缴合计')}  {_amount(sheet.total)}"
    if sheet.total is None and sheet.lines:
        yield f"{_('其中已知')}  {_amount(sheet.known_total)}"
    if sheet.secured:
        yield f"{_('另有担保')}  {_amount(sheet.secured)}"
    if sheet.problems:
        yield ""
        yield _("未知与假设")
        for problem in sheet.problems:
            yield f"  {problem.kind.code} {problem.message(language())}"


def _line_text(line: LineTax) -> Iterator[str]:
    treatment = line.treatment.label(language())
    yield f"[{line.number}] {line.hs_code} {line.name} {line.origin} · {treatment}"
    for step in line.value_steps:
        yield f"    {_say(step)}"
    if line.choice:
        yield f"    {_say(line.choice.words)}"
    for tax in line.taxes:
        for step in tax.steps:
            yield f"    {_say(step)}"


def _answer(path: Path, sheet: TaxSheet) -> dict[str, Any]:
    return {
        "file": path.name,
        "on": sheet.on.isoformat(),
        "is_demo_tariff": sheet.is_demo,
        "rates": {code: shown(rate) for code, rate in sheet.rates.items()},
        "value_cny": _number(sheet.value_cny),
        "total": _number(sheet.total),
        "known_total": _number(sheet.known_total),
        "secured": _number(sheet.secured),
        "totals": {
            str(total.kind): {
                "amount": _number(total.amount),
                "charged": _number(total.charged),
                "is_known": total.is_known,
                "words": _say(total.words),
            }
            for total in sheet.totals
        },
        "lines": [_line_answer(line) for line in sheet.lines],
        "problems": [_problem(problem) for problem in sheet.problems],
    }


def _line_answer(line: LineTax) -> dict[str, Any]:
    return {
        "number": line.number,
        "hs_code": line.hs_code,
        "value_cny": _number(line.value_cny),
        "value_steps": [_say(step) for step in line.value_steps],
        "column": str(line.choice.column) if line.choice else None,
        "article": line.choice.article if line.choice else None,
        "why": _say(line.choice.words) if line.choice else None,
        "treatment": str(line.treatment),
        "payable": _number(line.payable),
        "taxes": [
            {
                "kind": str(tax.kind),
                "base": _number(tax.base),
                "rate": label(tax.rate) if tax.rate is not None else None,
                "amount": _number(tax.amount),
                "payable": _number(tax.payable),
                "steps": [_say(step) for step in tax.steps],
            }
            for tax in line.taxes
        ],
    }


def _problem(problem: Problem) -> dict[str, str]:
    kind = problem.kind
    return {
        "code": kind.code,
        "severity": kind.severity.value,
        "path": problem.path,
        "message": problem.message(language()),
        "basis": kind.basis,
    }


def _number(amount: Decimal | None) -> str | None:
    return None if amount is None else money(amount)
