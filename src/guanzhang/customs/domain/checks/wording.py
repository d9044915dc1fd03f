"""What the goods are called: names, declaration elements, brands, characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    FORM_RULES,
    PRACTICE,
    UNCONFIRMED,
    WARNING,
    Problems,
    line_of,
)
from guanzhang.customs.domain.declaration import Declaration, Goods
from guanzhang.kernel.problem import Kind, Problem
from guanzhang.reference.domain.tariff import TariffLine

ELEMENT_COUNT = Kind(
    "CUS-G05",
    ERROR,
    "第 {line} 项：{hs} 的申报要素有 {expected} 个（{names}），规格型号填了 {found} 个，请补齐，空要素保留“|”。",
    "Line {line}: {hs} has {expected} elements ({names}), the model gives {found}; complete them and "
    "keep the bar of an empty one.",
    "海关总署公告2019年第18号第35条",
)
BRAND_TYPE = Kind(
    "CUS-G05",
    ERROR,
    "第 {line} 项：规格型号第 1 个要素“品牌类型”应为 0 至 4，现为“{found}”，请改正。",
    "Line {line}: the first element, the brand type, is 0 to 4, found “{found}”; correct it.",
    "海关总署公告2019年第18号第35条",
)
PREFERENCE = Kind(
    "CUS-G05",
    ERROR,
    "第 {line} 项：规格型号第 2 个要素“出口享惠情况”应为 {expected}，现为“{found}”，请改正。",
    "Line {line}: the second element, the preference abroad, is {expected}, found “{found}”; correct it.",
    "海关总署公告2019年第18号第35条",
)
LENGTH = Kind(
    "CUS-G06",
    ERROR,
    "第 {line} 项：“{field}”（{element}）有 {found} 个字符，最多 {limit} 个，请缩短。",
    "Line {line}: “{element}” ({field}) has {found} characters, at most {limit} are allowed; shorten it.",
    FORM_RULES,
)
BYTES = Kind(
    "CUS-G06b",
    WARNING,
    "第 {line} 项：“{field}”（{element}）按 GB18030 有 {found} 字节，部分系统最多 {limit} 字节，请缩短或确认。",
    "Line {line}: “{element}” ({field}) has {found} bytes in GB18030, some systems take {limit}; "
    "shorten or confirm it.",
    UNCONFIRMED,
)
SIGNS = Kind(
    "CUS-G07",
    WARNING,
    "第 {line} 项：“{field}”（{element}）含有全角标点或数字“{found}”，请改为半角。",
    "Line {line}: “{element}” ({field}) has full-width signs or digits “{found}”; write them half-width.",
    "海关总署公告2019年第18号（末段）",
)
HEADER_SIGNS = Kind(
    "CUS-G07",
    WARNING,
    "“{field}”（{element}）含有全角标点或数字“{found}”，请改为半角。",
    "“{element}” ({field}) has full-width signs or digits “{found}”; write them half-width.",
    "海关总署公告2019年第18号（末段）",
)
STRANGE = Kind(
    "CUS-G07",
    WARNING,
    "第 {line} 项：“{field}”（{element}）含有换行、表情或控制字符，请删除。",
    "Line {line}: “{element}” ({field}) has line breaks, emoji or control characters; remove them.",
    "海关总署公告2019年第18号（末段）",
)
NO_BRAND_TYPE = Kind(
    "CUS-G08",
    WARNING,
    "第 {line} 项：品牌类型为 0（无品牌），要素“{element}”却填了“{found}”，请核对。",
    "Line {line}: the brand type is 0 (no brand) but “{element}” names “{found}”; check them.",
    PRACTICE,
)
BRAND_MISSING = Kind(
    "CUS-G08",
    WARNING,
    "第 {line} 项：品牌类型为 {kind}（有品牌），要素“{element}”却填“{found}”，请核对。",
    "Line {line}: the brand type is {kind} (a brand) but “{element}” says “{found}”; check them.",
    PRACTICE,
)
GENERIC = Kind(
    "CUS-G09",
    WARNING,
    "第 {line} 项：商品名称“{found}”过于笼统，请写明具体品名。",
    "Line {line}: the name “{found}” is too general; say what the goods are.",
    PRACTICE,
)
CONTROLLED = Kind(
    "CUS-G25",
    WARNING,
    "第 {line} 项：“{found}”可能属于两用物项或出口管制，请核查管制清单并确认许可证。",
    "Line {line}: “{found}” may be under export control; look at the list and the licence.",
    "出口管制法第12、19、20条",
)
PROTECTED = Kind(
    "CUS-G30",
    WARNING,
    "第 {line} 项：品牌“{found}”已在海关备案保护，委托人不是权利人或被许可人，请取得授权文件。",
    "Line {line}: the brand “{found}” is recorded for customs protection and the client is neither "
    "holder nor licensee; get the licence.",
    "海关法第44、91条",
)

_GENERIC = frozenset(
    [
        "配件",
        "零件",
        "货物",
        "商品",
        "产品",
        "样品",
        "物品",
        "零部件",
        "其他",
        "其它",
        "材料",
        "设备",
        "机器",
        "工具",
        "礼品",
        "日用品",
        "杂货",
        "配套件",
        "备件",
        "服装",
        "食品",
        "玩具",
        "家具",
        "文具",
        "百货",
        "五金",
        "塑料制品",
        "零配件",
        "附件",
    ]
)
_FULL_WIDTH = re.compile("[\uff01-\uff5e\u3000]+")
_STRANGE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\ufe0f\U0001f000-\U0001faff]"
)
_NO_BRAND = frozenset(
    {"", "无", "无品牌", "无牌", "NOBRAND", "NO BRAND", "N/A", "NONE", "/", "-"}
)
_BRAND_ELEMENT = "品牌"
_LIMIT = 255
# Words of the public export-control announcements; a reminder, not the list.
_CONTROLLED = re.compile(
    "镓|锗|锑|石墨|稀土|钐|钆|铽|镝|镥|钪|钨|碲|铋|钼|铟|钬|铒|铥|铕|镱|高氯酸|离心机|无人机|激光测距|红外成像|放射性|炭疽|蓖麻毒素"
)
_BYTES_OF_TWO = _LIMIT // 4  # shorter texts cannot be too long in any encoding
_TEXTS = (("GName", "商品名称"), ("GModel", "规格型号"))
_HEADER_TEXTS = (
    ("ContrNo", "合同协议号"),
    ("BillNo", "提运单号"),
    ("TrafName", "运输工具名称"),
    ("ManualNo", "备案号"),
    ("LicenseNo", "许可证号"),
    ("MarkNo", "标记唛码"),
    ("NoteS", "备注"),
)


def elements(declaration: Declaration, context: Context) -> Problems:
    """G05."""
    for line in declaration.goods:
        tariff = context.reference.tariff(line.hs_code)
        if line.model:
            yield from _elements(line, tariff)


def _elements(line: Goods, tariff: TariffLine | None) -> Iterator[Problem]:
    path, number, given = f"{line.path}.GModel", line_of(line.path), line.elements
    if tariff is not None and tariff.elements and len(given) != len(tariff.elements):
        names = "、".join(tariff.elements)
        yield ELEMENT_COUNT.at(
            path,
            line=number,
            hs=line.hs_code,
            expected=len(tariff.elements),
            names=names,
            found=len(given),
        )


def brand_and_preference(declaration: Declaration, _context: Context) -> Problems:
    """G05: the first two elements, which every code has."""
    expected = "3" if declaration.is_import else "0/1/2"
    for line in declaration.goods:
        if not line.model:
            continue
        path, number, given = f"{line.path}.GModel", line_of(line.path), line.elements
        if given[0] not in tuple("01234"):
            yield BRAND_TYPE.at(path, line=number, found=given[0])
        preference = given[1] if len(given) > 1 else ""
        if preference not in expected.split("/"):
            yield PREFERENCE.at(path, line=number, expected=expected, found=preference)


def lengths(declaration: Declaration, _context: Context) -> Problems:
    """G06, G06b."""
    for line in declaration.goods:
        for element, field in _TEXTS:
            text = line.raw.get(element, "")
            if len(text) <= _BYTES_OF_TWO:
                continue
            facts = {"line": line_of(line.path), "field": field, "element": element}
            path = f"{line.path}.{element}"
            if len(text) > _LIMIT:
                yield LENGTH.at(path, found=len(text), limit=_LIMIT, **facts)
            elif (size := len(text.encode("gb18030", "replace"))) > _LIMIT:
                yield BYTES.at(path, found=size, limit=_LIMIT, **facts)


def characters(declaration: Declaration, _context: Context) -> Problems:
    """G07."""
    head = declaration.document.get("DecHead") or {}
    for element, field in _HEADER_TEXTS:
        if (text := head.get(element)) and (match := _FULL_WIDTH.search(text)):
            if element in ("MarkNo", "NoteS") and not _has_digits(match[0]):
                continue  # running Chinese text has Chinese punctuation
            yield HEADER_SIGNS.at(
                f"DecHead.{element}", field=field, element=element, found=match[0]
            )
    for line in declaration.goods:
        for element, field in _TEXTS:
            text = line.raw.get(element, "")
            facts = {"line": line_of(line.path), "field": field, "element": element}
            if match := _FULL_WIDTH.search(text):
                yield SIGNS.at(f"{line.path}.{element}", found=match[0], **facts)
            if _STRANGE.search(text):
                yield STRANGE.at(f"{line.path}.{element}", **facts)


def _has_digits(text: str) -> bool:
    return any("\uff10" <= c <= "\uff19" for c in text)


def brands(declaration: Declaration, context: Context) -> Problems:
    """G08, G30."""
    for line in declaration.goods:
        tariff = context.reference.tariff(line.hs_code)
        found = _brand(line, tariff)
        if found is None:
            continue
        element, brand = found
        path, number = f"{line.path}.GModel", line_of(line.path)
        is_named = brand.upper() not in _NO_BRAND
        kind = line.elements[0]
        if kind == "0" and is_named:
            yield NO_BRAND_TYPE.at(path, line=number, element=element, found=brand)
        elif kind in ("1", "2", "3", "4") and not is_named:
            yield BRAND_MISSING.at(path, line=number, kind=kind, element=element, found=brand)
        owners = context.protected_brands.get(brand.upper().removesuffix("牌"))
        if owners is not None and is_named and declaration.trader.usc_code not in owners:
            yield PROTECTED.at(path, line=number, found=brand)


def _brand(line: Goods, tariff: TariffLine | None) -> tuple[str, str] | None:
    """(name of the element, the brand given); None where the code asks for none."""
    if tariff is None or len(line.elements) != len(tariff.elements):
        return None
    for name, text in zip(tariff.elements, line.elements, strict=True):
        if name.startswith(_BRAND_ELEMENT) and name != "品牌类型":
            return name, text.strip()
    return None


def names(declaration: Declaration, context: Context) -> Problems:
    """G09, G25."""
    for line in declaration.goods:
        name, number = line.name.strip(), line_of(line.path)
        if name in _GENERIC:
            yield GENERIC.at(f"{line.path}.GName", line=number, found=name)
        if declaration.is_import:
            continue
        match = _CONTROLLED.search(name)
        listed = any(line.hs_code.startswith(prefix) for prefix in context.controlled_hs)
        if match or (listed and line.hs_code):
            found = match[0] if match else line.hs_code
            path = f"{line.path}.{'GName' if match else 'CodeTS'}"
            if not _is_licensed(declaration):
                yield CONTROLLED.at(path, line=number, found=found)


def _is_licensed(declaration: Declaration) -> bool:
    return any(licence.kind in ("3", "G") for licence in declaration.licences)
