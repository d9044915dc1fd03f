"""Licences: supervision conditions, the documents that meet them, the export rebate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from guanzhang.customs.domain.checks.context import Context, Permit
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    NOTE,
    PRACTICE,
    Problems,
    line_of,
)
from guanzhang.customs.domain.declaration import Declaration, Goods
from guanzhang.kernel.problem import Kind, Problem

SUPERVISION = Kind(
    "CUS-G10",
    ERROR,
    "第 {line} 项：{hs} 的监管条件 {letter}（{name}）没有对应的随附单证，请补填单证或填写免证理由。",
    "Line {line}: {hs} is under supervision condition {letter} ({name}) but there is no such document; "
    "add it or the reason for exemption.",
    "海关法第24、40条",
)
PROHIBITED = Kind(
    "CUS-G10",
    ERROR,
    "第 {line} 项：{hs} 的监管条件为 {letter}（{name}），禁止进出口，请停止申报并核对归类。",
    "Line {line}: {hs} is prohibited by supervision condition {letter} ({name}); stop and check the "
    "classification.",
    "海关法第24、40条",
)
NUMBER = Kind(
    "CUS-G11",
    ERROR,
    "随附单证 {letter} 的编号“{found}”不正确：不能为空，也不能含空格和中文，请核对。",
    "The number “{found}” of document {letter} is wrong: it may not be empty nor hold blanks or "
    "Chinese characters.",
    PRACTICE,
)
EXPIRED = Kind(
    "CUS-G11",
    ERROR,
    "证件 {number} 的有效期为 {first} 至 {last}，{on} 不在有效期内，请更换或延期。",
    "The document {number} is valid from {first} to {last}, not on {on}; renew or replace it.",
    PRACTICE,
)
USED_UP = Kind(
    "CUS-G11",
    ERROR,
    "证件 {number} 剩余 {expected}，本单需要 {found}，请减少数量或换证。",
    "The document {number} has {expected} left, this declaration needs {found}; reduce the quantity or "
    "use another.",
    PRACTICE,
)
REBATE = Kind(
    "CUS-G29",
    NOTE,
    "第 {line} 项：{hs} 的出口退税率为 {found}%。",
    "Line {line}: the export rebate of {hs} is {found} %.",
    PRACTICE,
)
NO_REBATE = Kind(
    "CUS-G29",
    NOTE,
    "第 {line} 项：{hs} 的出口退税率为 0，出口可能视同内销征税，请提醒客户。",
    "Line {line}: {hs} has no export rebate; the sale may be taxed like one at home. Tell the client.",
    PRACTICE,
)

_FORBIDDEN = {"6": "on_import", "9": "on_import", "8": "on_export"}
_INSPECTED = frozenset("A")  # met by the inspection block, not by a document row
_IN_HEADER = frozenset("1423G5xy")  # entered as 许可证号
_CONDITIONAL = frozenset("6")  # only for used goods
_ONLY_OF_MODE: Mapping[str, frozenset[str]] = {
    "x": frozenset({"0214", "0615", "0715"}),
    "v": frozenset({"0214", "0615", "0715"}),
    "y": frozenset({"4019"}),
    "e": frozenset(),
}
_EXEMPTION = re.compile("免证|免于|免办|不属于|非管制|无需.{0,6}证|JE00000")
_NUMBER = re.compile(r"[\x21-\x7e]+", re.ASCII)
_USED_GOODS = re.compile("旧|二手|翻新")


def supervision(declaration: Declaration, context: Context) -> Problems:
    """G10."""
    given = {licence.kind for licence in declaration.licences}
    is_exempt = bool(_EXEMPTION.search(declaration.note))
    side = "on_import" if declaration.is_import else "on_export"
    for line in declaration.goods:
        tariff = context.reference.tariff(line.hs_code)
        if tariff is None or not tariff.supervision:
            continue
        for letter in tariff.supervision:
            row = context.reference.row("license_doc", letter)
            if row is not None and row.extra.get(side) == "0":
                continue
            yield from _condition(
                line, letter, row.name if row else letter, declaration, given, exempt=is_exempt
            )


def _condition(
    line: Goods,
    letter: str,
    name: str,
    declaration: Declaration,
    given: set[str],
    *,
    exempt: bool,
) -> Iterator[Problem]:
    facts = {"line": line_of(line.path), "hs": line.hs_code, "letter": letter, "name": name}
    path = f"{line.path}.CodeTS"
    if letter in _FORBIDDEN:
        if letter not in _CONDITIONAL or _is_used(line):
            yield PROHIBITED.at(path, **facts)
        return
    modes = _ONLY_OF_MODE.get(letter)
    if letter in _INSPECTED or (modes is not None and declaration.trade_mode not in modes):
        return
    if letter == "4" and given & {"x", "y"}:
        return
    has_number = letter in _IN_HEADER and declaration.licence_no
    has_permit = any(limit.get("LicenceNo") for limit in line.raw.get("DecGoodsLimits", ()))
    if letter not in given and not has_number and not exempt and not has_permit:
        yield SUPERVISION.at(path, **facts)


def _is_used(line: Goods) -> bool:
    return "21" in line.attributes or bool(_USED_GOODS.search(line.name))


def permits(declaration: Declaration, context: Context) -> Problems:
    """G11."""
    known = {(p.kind, p.number): p for p in context.permits}
    for licence in declaration.licences:
        path = f"{licence.path}.CertCode"
        if not _NUMBER.fullmatch(licence.number):
            yield NUMBER.at(path, letter=licence.kind, found=licence.number)
        permit = known.get((licence.kind, licence.number))
        if permit is not None:
            yield from _permit(path, permit, declaration, context)
    by_number = {p.number: p for p in context.permits}
    if declaration.licence_no and (permit := by_number.get(declaration.licence_no)):
        yield from _permit("DecHead.LicenseNo", permit, declaration, context)


def _permit(
    path: str, permit: Permit, declaration: Declaration, context: Context
) -> Iterator[Problem]:
    first, last = permit.valid_from, permit.valid_to
    if (first and context.on < first) or (last and context.on > last):
        yield EXPIRED.at(
            path, number=permit.number, first=first or "–", last=last or "–", on=context.on
        )
    if permit.remaining is None or not permit.hs_prefixes:
        return
    needed = sum(
        (_quantity_in(line, permit.unit) or Decimal(0))
        for line in declaration.goods
        if line.hs_code.startswith(permit.hs_prefixes)
    )
    if needed > permit.remaining:
        yield USED_UP.at(path, number=permit.number, expected=permit.remaining, found=needed)


def _quantity_in(line: Goods, unit: str) -> Decimal | None:
    for quantity, found in (
        (line.quantity, line.unit),
        (line.first_quantity, line.first_unit),
        (line.second_quantity, line.second_unit),
    ):
        if found == unit:
            return quantity
    return None


def rebates(declaration: Declaration, context: Context) -> Problems:
    """G29."""
    if declaration.is_import or declaration.trade_mode not in ("0110", "0615", "9710", "9810"):
        return
    for line in declaration.goods:
        tariff = context.reference.tariff(line.hs_code)
        if tariff is None or tariff.rebate is None:
            continue
        facts = {"line": line_of(line.path), "hs": line.hs_code}
        if tariff.rebate:
            percent = format((tariff.rebate * 100).normalize(), "f")
            yield REBATE.at(f"{line.path}.CodeTS", found=percent, **facts)
        else:
            yield NO_REBATE.at(f"{line.path}.CodeTS", **facts)
