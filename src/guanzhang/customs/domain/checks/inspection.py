"""Inspection and quarantine: the block of a line, goods attributes, dangerous chemicals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    PRACTICE,
    SPECIFICATION,
    UNCONFIRMED,
    WARNING,
    Problems,
    as_warning,
    line_of,
)
from guanzhang.customs.domain.declaration import Declaration, Goods
from guanzhang.kernel.problem import Kind, Problem
from guanzhang.reference.domain.tariff import TariffLine

INSPECTION = Kind(
    "CUS-G12",
    ERROR,
    "第 {line} 项：{hs} 的检验检疫类别为 {category}，应填检验检疫内容（{found} 未填），请补填。",
    "Line {line}: {hs} is in inspection category {category}; fill in the inspection block ({found} "
    "missing).",
    "进出口商品检验法第5、11、15条",
)
COMPULSORY = Kind(
    "CUS-G12b",
    WARNING,
    "第 {line} 项：{hs} 在 3C 类别（L）内，货物属性应选 11、12 或 13，请补选。",
    "Line {line}: {hs} is in category L (3C); choose goods attribute 11, 12 or 13.",
    PRACTICE,
)
MEDICAL = Kind(
    "CUS-G13",
    WARNING,
    "第 {line} 项：“{found}”可能是医疗器械，货物属性应选 34 至 38，请补选。",
    "Line {line}: “{found}” may be a medical device; choose goods attribute 34 to 38.",
    PRACTICE,
)
DANGEROUS = Kind(
    "CUS-G14",
    ERROR,
    "第 {line} 项：货物属性为危险化学品（31/32），“{field}”（{element}）必填，请填写。",
    "Line {line}: a dangerous chemical (31/32) needs “{element}” ({field}); fill it in.",
    SPECIFICATION,
)
CONTRADICTION = Kind(
    "CUS-G14",
    ERROR,
    "第 {line} 项：货物属性为危险化学品（31/32），又声明非危险化学品，请改正其一。",
    "Line {line}: the attribute says dangerous chemical (31/32) and the flag says it is none; correct "
    "one.",
    SPECIFICATION,
)
CHEMICAL = Kind(
    "CUS-G14",
    ERROR,
    "第 {line} 项：{hs} 属于第 28、29 章等化工品，应说明是否危险化学品：选货物属性 31、32、33 或非危险化学品标志。",
    "Line {line}: {hs} is a chemical; say whether it is dangerous: attribute 31, 32, 33 or the flag.",
    SPECIFICATION,
)
USED = Kind(
    "CUS-G15",
    WARNING,
    "第 {line} 项：“{found}”是旧机电，货物属性应选 21 并提供旧机电证件，请核对。",
    "Line {line}: “{found}” is used machinery; choose attribute 21 and add its licence.",
    UNCONFIRMED,
)
MODIFIED = Kind(
    "CUS-G16",
    WARNING,
    "第 {line} 项：{hs} 类商品货物属性应选 16（转基因）或 17（非转基因），请补选。",
    "Line {line}: goods of {hs} need attribute 16 (genetically modified) or 17 (not).",
    PRACTICE,
)
_USED_GOODS = re.compile("旧|二手|翻新")
_MACHINES = frozenset({"84", "85", "87", "90"})
_CHEMICALS = frozenset({"28", "29", "38"})
_MEDICAL = re.compile("医用|医疗|手术|注射器|血压计|超声诊断|心电|导尿|义齿|助听器|体温计")
_MEDICAL_ATTRIBUTES = frozenset({"34", "35", "36", "37", "38"})
_MODIFIED = ("1201", "1005", "1205", "1507", "1514", "2304", "2306")
_IMPORT_LETTERS, _EXPORT_LETTERS = frozenset("MPRLV"), frozenset("NQSW")
_NOT_INSPECTED_ALONE = frozenset("L")


def inspection(declaration: Declaration, context: Context) -> Problems:
    """G12, G12b."""
    wanted = _IMPORT_LETTERS if declaration.is_import else _EXPORT_LETTERS
    for line in declaration.goods:
        tariff = context.reference.tariff(line.hs_code)
        letters = wanted & set(category(tariff, is_import=declaration.is_import))
        if not letters:
            continue
        facts = {"line": line_of(line.path), "hs": line.hs_code}
        if "L" in letters and not {"11", "12", "13"} & set(line.attributes):
            yield COMPULSORY.at(f"{line.path}.GoodsAttr", **facts)
        if letters - _NOT_INSPECTED_ALONE and (missing := _missing(line)):
            yield INSPECTION.at(
                f"{line.path}.{missing[0]}",
                category="".join(sorted(letters)),
                found="、".join(missing),
                **facts,
            )


def category(tariff: TariffLine | None, *, is_import: bool) -> str:
    """The letters of the inspection category for a direction; "M.P/N.Q" is import / export."""
    if tariff is None or not tariff.inspection:
        return ""
    first, _, second = tariff.inspection.partition("/")
    return (first if is_import else second).replace(".", "")


def _missing(line: Goods) -> list[str]:
    """Elements of the inspection block of a line that are blank."""
    return [name for name in ("CiqCode", "GoodsAttr") if not line.raw.get(name)]


def attributes(declaration: Declaration, context: Context) -> Problems:
    """G13–G16."""
    for line in declaration.goods:
        given, number, path = set(line.attributes), line_of(line.path), f"{line.path}.GoodsAttr"
        yield from _dangers(line, given, context)
        if not declaration.is_import:
            continue
        chapter = line.hs_code[:2]
        match = _MEDICAL.search(line.name)
        if match and not given & _MEDICAL_ATTRIBUTES:
            yield MEDICAL.at(path, line=number, found=match[0])
        if chapter in _MACHINES and "21" not in given and _USED_GOODS.search(line.name):
            yield USED.at(path, line=number, found=line.name)
        if line.hs_code.startswith(_MODIFIED) and not given & {"16", "17"}:
            yield MODIFIED.at(path, line=number, hs=line.hs_code)


def _dangers(line: Goods, given: set[str], context: Context) -> Iterator[Problem]:
    number = line_of(line.path)
    if given & {"31", "32"}:
        if line.is_not_dangerous:
            yield CONTRADICTION.at(f"{line.path}.NoDangFlag", line=number)
        for element, field, value in (
            ("Uncode", "UN编码", line.un_code),
            ("DangName", "危险货物名称", line.dangerous_name),
            ("DangPackType", "危包类别", line.dangerous_pack),
            ("DangPackSpec", "危包规格", line.dangerous_spec),
        ):
            if not value:
                yield DANGEROUS.at(
                    f"{line.path}.{element}", line=number, field=field, element=element
                )
    elif line.hs_code[:2] in _CHEMICALS and not line.is_not_dangerous and "33" not in given:
        # Only goods under inspection are asked; which codes these are, the tariff says.
        tariff = context.reference.tariff(line.hs_code)
        if tariff is not None and "M" in tariff.inspection:
            yield as_warning(
                CHEMICAL.at(f"{line.path}.GoodsAttr", line=number, hs=line.hs_code)
            )
