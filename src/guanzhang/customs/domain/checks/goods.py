"""Goods: tariff code, units and quantities, origin, duty treatment, the order of the lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import (
    CHINA,
    COUNTED,
    DOZEN,
    ERROR,
    FORM_RULES,
    MULTIPLES,
    NO_CROSSING,
    PRACTICE,
    RETURNS,
    UNCONFIRMED,
    WARNING,
    WEIGHTS,
    Problems,
    line_of,
)
from guanzhang.customs.domain.declaration import Declaration, Goods
from guanzhang.kernel.problem import Kind, Problem

HS_FORM = Kind(
    "CUS-G01",
    ERROR,
    "第 {line} 项：商品编号应为 10 位数字，现为“{found}”，请改正。",
    "Line {line}: a commodity code has 10 digits, found “{found}”; correct it.",
    "海关总署公告2019年第18号第34条",
)
HS_UNKNOWN = Kind(
    "CUS-G01",
    ERROR,
    "第 {line} 项：商品编号 {found} 不在 {on} 的税则中，请查税则后改正。",
    "Line {line}: the tariff of {on} has no code {found}; look it up and correct it.",
    "海关总署公告2019年第18号第34条",
)
LEGAL_UNIT = Kind(
    "CUS-G02",
    ERROR,
    "第 {line} 项：法定第{which}单位应为 {expected} {name}，现为“{found}”，请改正。",
    "Line {line}: legal unit {which} is {expected} {name} by the tariff, found “{found}”; correct it.",
    FORM_RULES,
)
NO_SECOND_UNIT = Kind(
    "CUS-G02",
    ERROR,
    "第 {line} 项：{hs} 没有法定第二单位，现填 {found}，请删除第二单位和数量。",
    "Line {line}: {hs} has no second legal unit, found {found}; remove the second unit and quantity.",
    FORM_RULES,
)
SECOND_QUANTITY = Kind(
    "CUS-G02",
    ERROR,
    "第 {line} 项：法定第二单位为 {unit}，第二数量必填，请填写。",
    "Line {line}: there is a second legal unit, {unit}; fill in the second quantity.",
    FORM_RULES,
)
SAME_UNIT = Kind(
    "CUS-G03",
    ERROR,
    "第 {line} 项：成交单位与法定单位相同（{unit}），数量应相等，成交 {deal}、法定 {found}，请改正。",
    "Line {line}: deal and legal unit are the same ({unit}), so the quantities are equal: deal {deal}, "
    "legal {found}.",
    FORM_RULES,
)
CONVERSION = Kind(
    "CUS-G04",
    WARNING,
    "第 {line} 项：成交 {deal} {unit} 换算为 {expected} {legal}，法定数量填为 {found}，请核对。",
    "Line {line}: {deal} {unit} make {expected} {legal}, the legal quantity is {found}; check it.",
    PRACTICE,
)
COUNTRY = Kind(
    "CUS-G17",
    ERROR,
    "第 {line} 项：“{field}”（{element}）必填，请填写。",
    "Line {line}: “{element}” ({field}) is required; fill it in.",
    FORM_RULES,
)
FROM_CHINA = Kind(
    "CUS-G17b",
    WARNING,
    "第 {line} 项：进口货物原产国为中国，请确认是退运、复进口或国货复进口。",
    "Line {line}: imported goods of Chinese origin; confirm that they return or are re-imported.",
    PRACTICE,
)
DUTY = Kind(
    "CUS-G20",
    WARNING,
    "第 {line} 项：征免方式 {found} 与征免性质 {nature} 一般不搭配，常用 {expected}，请核对。",
    "Line {line}: the treatment {found} does not normally go with the nature of levy {nature}; usual "
    "{expected}. Check both.",
    UNCONFIRMED,
)
GUARANTEED = Kind(
    "CUS-G20",
    WARNING,
    "第 {line} 项：征免方式为保证金或保函（{found}），备注应填担保编号，请补填。",
    "Line {line}: the treatment is a deposit or guarantee ({found}); the note gives its number.",
    UNCONFIRMED,
)
SAME_GOODS = Kind(
    "CUS-G22",
    WARNING,
    "第 {line} 项与第 {other} 项的编号、品名、规格、原产国、单价都相同，应合并，请核对。",
    "Line {line} has code, name, model, origin and price of line {other}; merge them or confirm.",
    PRACTICE,
)
SEVERAL_GOODS = Kind(
    "CUS-G23",
    WARNING,
    "第 {line} 项的规格型号写了几种货物（“{found}”），要素不同的应分项申报，请核对。",
    "Line {line} describes several goods (“{found}”); goods whose elements differ are separate lines.",
    PRACTICE,
)
ORDER = Kind(
    "CUS-G24",
    ERROR,
    "第 {line} 项的项号应为 {line}，现为“{found}”，请改为从 1 起连续编号。",
    "Line {line} must be numbered {line}, found “{found}”; number the lines from 1 without gaps.",
    FORM_RULES,
)
MANY_LINES = Kind(
    "CUS-G24b",
    WARNING,
    "共 {found} 项，一份报关单最多 {limit} 项，请拆分。",
    "There are {found} lines; a declaration holds at most {limit}. Split it.",
    UNCONFIRMED,
)
OTHER_CODE = Kind(
    "CUS-G26",
    WARNING,
    "第 {line} 项：该客户以前把“{name}”归入 {expected}，现为 {found}，请核对归类。",
    "Line {line}: this client declared “{name}” as {expected} before, now as {found}; check the "
    "classification.",
    PRACTICE,
)
PROVINCE = Kind(
    "CUS-G27",
    WARNING,
    "第 {line} 项：境内目的地/货源地 {district} 与行政区划 {found} 不在同一省份，请核对。",
    "Line {line}: the domestic district {district} and the place {found} are in different provinces; "
    "check them.",
    PRACTICE,
)
NEUTRAL = Kind(
    "CUS-G28",
    WARNING,
    "第 {line} 项为中性包装，原产国仍应按实际原产地填写，现为 {found}，请确认。",
    "Line {line} has neutral packing; the origin is still the real one. Confirm {found}.",
    UNCONFIRMED,
)

_HS = re.compile(r"\d{10}", re.ASCII)
_SEVERAL = re.compile(r"[;；]\s*\d+[、.)]|①.*②|^1[、.)].*2[、.)]")
_GUARANTEE = re.compile(r"(保函|保证金|担保).{0,8}?[0-9A-Za-z]{4,}")
_EXEMPT = frozenset(
    [
        "401",
        "403",
        "405",
        "406",
        "408",
        "409",
        "412",
        "413",
        "423",
        "426",
        "428",
        "601",
        "602",
        "603",
        "606",
        "608",
        "609",
        "789",
    ]
)
_SLACK = Decimal("0.00005")


def commodity_codes(declaration: Declaration, context: Context) -> Problems:
    """G01."""
    for line in declaration.goods:
        path = f"{line.path}.CodeTS"
        if line.hs_code and not _HS.fullmatch(line.hs_code):
            yield HS_FORM.at(path, line=line_of(line.path), found=line.hs_code)
        elif line.hs_code and context.reference.tariff(line.hs_code) is None:
            yield HS_UNKNOWN.at(
                path, line=line_of(line.path), found=line.hs_code, on=context.on
            )


def legal_units(declaration: Declaration, context: Context) -> Problems:
    """G02."""
    for line in declaration.goods:
        tariff = context.reference.tariff(line.hs_code)
        if tariff is None:
            continue
        number = line_of(line.path)
        for which, element, found, expected in (
            (1, "FirstUnit", line.first_unit, tariff.unit1),
            (2, "SecondUnit", line.second_unit, tariff.unit2),
        ):
            if expected and found != expected and (found or which == 2):
                yield LEGAL_UNIT.at(
                    f"{line.path}.{element}",
                    line=number,
                    which=which,
                    expected=expected,
                    name=context.reference.name("unit", expected),
                    found=found,
                )
        if not tariff.unit2 and (line.second_unit or line.second_quantity is not None):
            yield NO_SECOND_UNIT.at(
                f"{line.path}.SecondUnit", line=number, hs=line.hs_code, found=line.second_unit
            )


def second_quantities(declaration: Declaration, context: Context) -> Problems:
    """G02: a unit without its quantity, whatever the tariff says."""
    for line in declaration.goods:
        if line.second_unit and not line.raw.get("SecondQty"):
            unit = context.reference.name("unit", line.second_unit)
            yield SECOND_QUANTITY.at(
                f"{line.path}.SecondQty", line=line_of(line.path), unit=unit
            )


def quantities(declaration: Declaration, context: Context) -> Problems:
    """G03, G04."""
    for line in declaration.goods:
        deal = line.quantity
        if deal is None or not line.unit:
            continue
        for element, unit, found in (
            ("FirstQty", line.first_unit, line.first_quantity),
            ("SecondQty", line.second_unit, line.second_quantity),
        ):
            if found is None:
                continue
            path = f"{line.path}.{element}"
            if unit == line.unit:
                if found != deal:
                    name = context.reference.name("unit", unit)
                    yield SAME_UNIT.at(
                        path, line=line_of(line.path), unit=name, deal=deal, found=found
                    )
                continue
            factor = conversion(line.unit, unit)
            if factor is not None and abs(deal * factor - found) > max(
                _SLACK, found * Decimal("0.0001")
            ):
                yield CONVERSION.at(
                    path,
                    line=line_of(line.path),
                    deal=deal,
                    unit=context.reference.name("unit", line.unit),
                    expected=(deal * factor).normalize(),
                    legal=context.reference.name("unit", unit),
                    found=found,
                )


def conversion(unit: str, other: str) -> Decimal | None:
    """How many ``other`` one ``unit`` is; None where that depends on the goods."""
    if unit in WEIGHTS and other in WEIGHTS:
        return WEIGHTS[unit] / WEIGHTS[other]
    if unit == DOZEN and other in COUNTED:
        return Decimal(12)
    if other == DOZEN and unit in COUNTED:
        return Decimal(1) / 12
    base, many = MULTIPLES.get(unit, (unit, 1))
    other_base, other_many = MULTIPLES.get(other, (other, 1))
    if base == other_base and (unit in MULTIPLES or other in MULTIPLES):
        return Decimal(many) / other_many
    return None


def origins(declaration: Declaration, context: Context) -> Problems:
    """G17, G17b."""
    for line in declaration.goods:
        number = line_of(line.path)
        for element, field in (
            ("OriginCountry", "原产国"),
            ("DestinationCountry", "最终目的国"),
        ):
            if context.stage == "declare" and not line.raw.get(element):
                yield COUNTRY.at(
                    f"{line.path}.{element}", line=number, field=field, element=element
                )
        if _is_home_again(line, declaration):
            yield FROM_CHINA.at(f"{line.path}.OriginCountry", line=number)


def _is_home_again(line: Goods, declaration: Declaration) -> bool:
    return (
        declaration.is_import
        and line.origin == CHINA
        and declaration.trade_mode not in RETURNS
        and declaration.traffic_mode not in NO_CROSSING
    )


def treatments(declaration: Declaration, _context: Context) -> Problems:
    """G20."""
    nature = declaration.levy_kind
    for line in declaration.goods:
        number, path = line_of(line.path), f"{line.path}.DutyMode"
        expected = _treatments(nature)
        if line.duty_mode in ("6", "7"):
            if not _GUARANTEE.search(declaration.note):
                yield GUARANTEED.at(path, line=number, found=line.duty_mode)
        elif line.duty_mode and expected and line.duty_mode not in expected:
            yield DUTY.at(
                path,
                line=number,
                found=line.duty_mode,
                nature=nature,
                expected="/".join(expected),
            )


def _treatments(nature: str) -> str:
    if nature == "101":
        return "1"
    if nature in ("502", "503"):
        return "3"
    return "345" if nature in _EXEMPT else ""


def same_goods(declaration: Declaration, _context: Context) -> Problems:
    """G22, G23."""
    seen: dict[tuple[object, ...], str] = {}
    for line in declaration.goods:
        number = line_of(line.path)
        key = (line.hs_code, line.name, line.model, line.origin, line.price, line.manual_item)
        if line.hs_code and line.name and line.price is not None:
            if key in seen:
                yield SAME_GOODS.at(line.path, line=number, other=seen[key])
            seen.setdefault(key, number)
        if found := _SEVERAL.search(line.model):
            yield SEVERAL_GOODS.at(f"{line.path}.GModel", line=number, found=found[0][:20])


def line_numbers(declaration: Declaration, context: Context) -> Problems:
    """G24, G24b."""
    for place, line in enumerate(declaration.goods, 1):
        if line.number != str(place):
            yield ORDER.at(f"{line.path}.GNo", line=place, found=line.number)
    if (count := len(declaration.goods)) > context.limits.most_lines:
        yield MANY_LINES.at("", found=count, limit=context.limits.most_lines)


def used_codes(declaration: Declaration, context: Context) -> Problems:
    """G26."""
    if not context.codes_of_name:
        return
    for line in declaration.goods:
        before = context.codes_of_name.get(line.name)
        if before and line.hs_code and line.hs_code not in before:
            yield OTHER_CODE.at(
                f"{line.path}.CodeTS",
                line=line_of(line.path),
                name=line.name,
                expected=" ".join(before),
                found=line.hs_code,
            )


def places(declaration: Declaration, _context: Context) -> Problems:
    """G27, G28."""
    for line in declaration.goods:
        yield from _place(line)


def _place(line: Goods) -> Iterator[Problem]:
    number = line_of(line.path)
    if len(line.district) == 5 and len(line.place) >= 6 and line.district[:2] != line.place[:2]:
        yield PROVINCE.at(
            f"{line.path}.DestCode", line=number, district=line.district, found=line.place
        )
    if "中性包装" in line.model or "中性包装" in line.name:
        yield NEUTRAL.at(f"{line.path}.OriginCountry", line=number, found=line.origin)
