"""Weights, packages, containers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    FORM_RULES,
    KILO,
    PRACTICE,
    UNCONFIRMED,
    WARNING,
    WOOD,
    Problems,
    kilos_of,
    line_of,
)
from guanzhang.customs.domain.declaration import Container, Declaration
from guanzhang.kernel.problem import Kind, Problem

NET_ABOVE_GROSS = Kind(
    "CUS-W01",
    ERROR,
    "净重 {net} 千克大于毛重 {gross} 千克，请核对装箱单。",
    "The net weight {net} kg exceeds the gross weight {gross} kg; compare the packing list.",
    "海关总署公告2019年第18号第25、26条",
)
NO_WEIGHT = Kind(
    "CUS-W01",
    ERROR,
    "重量应大于 0，现为 {found}；不足 1 千克的填 1。",
    "A weight is greater than 0, found {found}; below one kilogram write 1.",
    "海关总署公告2019年第18号第25、26条",
)
NET_SUM = Kind(
    "CUS-W02",
    ERROR,
    "各项净重合计 {found} 千克与表头净重 {expected} 千克不符，请核对各项法定数量和净重。",
    "The lines weigh {found} kg together, the header says {expected} kg net; check both.",
    FORM_RULES,
)
LINE_WEIGHT = Kind(
    "CUS-W03",
    ERROR,
    "第 {line} 项的法定数量 {found} 千克应等于净重 {expected} 千克，请改正。",
    "Line {line}: the legal quantity {found} kg must equal the net weight {expected} kg; correct it.",
    FORM_RULES,
)
PACKAGES = Kind(
    "CUS-W04",
    ERROR,
    "件数应为不小于 1 的整数，现为 {found}，请改正。",
    "The number of packages is a whole number from 1, found {found}; correct it.",
    "海关总署公告2019年第18号第24条",
)
BULK_PACKAGES = Kind(
    "CUS-W04",
    ERROR,
    "包装种类为裸装或散装时件数填 1，现为 {found}，请改正。",
    "Nude or bulk cargo is one package, found {found}; correct it.",
    "海关总署公告2019年第18号第24条",
)
WOOD_NOTE = Kind(
    "CUS-W05",
    WARNING,
    "包装含木质材料（{found}），备注应注明 IPPC 标识或熏蒸/热处理情况，请补填。",
    "There is wood packing ({found}); the note says whether it has the IPPC mark or was fumigated. "
    "Add it.",
    PRACTICE,
)
BOX_NUMBER = Kind(
    "CUS-W06",
    ERROR,
    "集装箱号 {found} 不正确：应为 3 位字母、U/J/Z、6 位数字和 1 位校验码，请核对。",
    "The container number {found} is wrong: 3 letters, U, J or Z, 6 digits and a check digit; check it.",
    "ISO 6346",
)
BOX_CHECK = Kind(
    "CUS-W06",
    ERROR,
    "集装箱号 {found} 校验不符：末位应为 {expected}，请核对；自备箱、铁路箱可复核放行。",
    "The container number {found} does not check: its last digit should be {expected}. Check it; "
    "shipper-owned and rail boxes may be overridden.",
    "ISO 6346",
)
BOX_TWICE = Kind(
    "CUS-W06",
    ERROR,
    "集装箱号 {found} 重复，请删除一行。",
    "The container {found} is listed twice; remove one row.",
    "ISO 6346",
)
BOX_LINES = Kind(
    "CUS-W07",
    ERROR,
    "集装箱 {box} 的商品项号“{found}”不正确：只能是 1 至 {count} 的项号，用半角逗号分隔，请改正。",
    "Container {box}: the line numbers “{found}” are wrong; write numbers from 1 to {count} with "
    "commas.",
    FORM_RULES,
)
UNBOXED = Kind(
    "CUS-W07b",
    WARNING,
    "第 {line} 项不在任何集装箱的商品项号中，请核对。",
    "Line {line} is in no container; check the line numbers of the containers.",
    PRACTICE,
)
BOX_WEIGHTS = Kind(
    "CUS-W08",
    WARNING,
    "各箱货重合计 {found} 千克与毛重 {expected} 千克相差较大，请核对。",
    "The containers hold {found} kg together, the gross weight is {expected} kg; check them.",
    PRACTICE,
)
NO_BOX = Kind(
    "CUS-W08",
    WARNING,
    "集装箱规格填为“非集装箱”（N），却有集装箱号 {found}，请核对。",
    "The type says “no container” (N) but there is the number {found}; check it.",
    PRACTICE,
)
PAYLOAD = Kind(
    "CUS-W09",
    WARNING,
    "集装箱 {box} 的箱货重量 {found} 千克超过 {limit} 千克，请核对。",
    "Container {box} holds {found} kg, more than {limit} kg; check it.",
    UNCONFIRMED,
)
BULK_WEIGHT = Kind(
    "CUS-W10",
    WARNING,
    "散货毛重 {found} 千克与舱单 {expected} 千克相差超过 {limit}%，请核对。",
    "The bulk cargo weighs {found} kg, the manifest says {expected} kg: more than {limit} % apart.",
    UNCONFIRMED,
)

_BOX = re.compile(r"([A-Z]{3}[UJZ])(\d{6})(\d)", re.ASCII)
_LINES = re.compile(r"\d+(?:,\d+)*", re.ASCII)
_WOOD_WORDS = re.compile("IPPC|熏蒸|热处理|无木质|木质包装", re.IGNORECASE)
_FUMIGATION = "20000017"
# 10 to 38 without the multiples of 11
_LETTERS = dict(
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True)
)


def container_check(body: str) -> str:
    """The check digit of the ten characters of a container number (ISO 6346)."""
    values = (_LETTERS[c] if c in _LETTERS else int(c) for c in body)
    return str(sum(value << i for i, value in enumerate(values)) % 11 % 10)


def header_weights(declaration: Declaration, _context: Context) -> Problems:
    """W01."""
    gross, net = declaration.gross_weight, declaration.net_weight
    for element, weight in (("GrossWet", gross), ("NetWt", net)):
        if weight is not None and weight <= 0:
            yield NO_WEIGHT.at(f"DecHead.{element}", found=weight)
    if gross is not None and net is not None and net > gross > 0:
        yield NET_ABOVE_GROSS.at("DecHead.NetWt", net=net, gross=gross)


def net_weights(declaration: Declaration, context: Context) -> Problems:
    """W02 for several lines, W03 for one."""
    net = declaration.net_weight
    if net is None or not declaration.goods:
        return
    kilos = [kilos_of(line) for line in declaration.goods]
    known = [k for k in kilos if k is not None]
    if len(known) < len(kilos):
        return
    found = sum(known, Decimal(0))
    if len(kilos) == 1:
        yield from _only_line(declaration, net, found)
        return
    limits = context.limits
    # Below one kilogram the header says 1.
    if net == 1 and found < 1:
        return
    if abs(found - net) > max(net * limits.weight_share, limits.weight_least):
        yield NET_SUM.at("DecHead.NetWt", found=found, expected=net)


def _only_line(declaration: Declaration, net: Decimal, found: Decimal) -> Iterator[Problem]:
    line = declaration.goods[0]
    tolerance = Decimal("0.5") if net == net.to_integral_value() else Decimal("0.01")
    if abs(found - net) <= tolerance or (net == 1 and found < 1):
        return
    for element, unit in (("FirstQty", line.first_unit), ("SecondQty", line.second_unit)):
        if unit == KILO:
            yield LINE_WEIGHT.at(
                f"{line.path}.{element}", line=line_of(line.path), found=found, expected=net
            )
            return
    yield NET_SUM.at("DecHead.NetWt", found=found, expected=net)


def packages(declaration: Declaration, _context: Context) -> Problems:
    """W04."""
    found = declaration.packages
    if found is None:
        return
    if found < 1 or found != found.to_integral_value():
        yield PACKAGES.at("DecHead.PackNo", found=found)
    elif declaration.packing in ("00", "01") and found != 1:
        yield BULK_PACKAGES.at("DecHead.PackNo", found=found)


def wood(declaration: Declaration, context: Context) -> Problems:
    """W05."""
    kinds = (declaration.packing, *declaration.other_packs)
    found = next((kind for kind in kinds if kind in WOOD), "")
    if not found or _WOOD_WORDS.search(declaration.note):
        return
    if any(file.kind == _FUMIGATION for file in context.attachments or ()):
        return
    yield WOOD_NOTE.at("DecHead.NoteS", found=context.reference.name("wrap_type", found))


def containers(declaration: Declaration, _context: Context) -> Problems:
    """W06, W07."""
    seen: set[str] = set()
    count = len(declaration.goods)
    for box in declaration.containers:
        yield from _box_number(box, seen)
        if box.goods_numbers and not _are_lines(box.goods_numbers, count):
            yield BOX_LINES.at(
                f"{box.path}.GoodsNo", box=box.number, found=box.goods_numbers, count=count
            )


def _box_number(box: Container, seen: set[str]) -> Iterator[Problem]:
    path = f"{box.path}.ContainerId"
    if not box.number:
        return
    if box.number in seen:
        yield BOX_TWICE.at(path, found=box.number)
    seen.add(box.number)
    match = _BOX.fullmatch(box.number)
    if not match:
        yield BOX_NUMBER.at(path, found=box.number)
    elif match[3] != (expected := container_check(box.number[:10])):
        yield BOX_CHECK.at(path, found=box.number, expected=expected)


def _are_lines(text: str, count: int) -> bool:
    return bool(_LINES.fullmatch(text)) and all(1 <= int(n) <= count for n in text.split(","))


def boxed_lines(declaration: Declaration, _context: Context) -> Problems:
    """W07b; not asked while no container says what it holds."""
    named = [box.goods_numbers for box in declaration.containers if box.goods_numbers]
    if not named:
        return
    numbers = {n.strip() for text in named for n in text.split(",")}
    for line in declaration.goods:
        if (number := line_of(line.path)) not in numbers:
            yield UNBOXED.at(f"{line.path}.GNo", line=number)


def box_weights(declaration: Declaration, context: Context) -> Problems:
    """W08, W09."""
    limits, gross = context.limits, declaration.gross_weight
    boxes = declaration.containers
    for box in boxes:
        if box.spec == "N" and box.number:
            yield NO_BOX.at(f"{box.path}.ContainerMd", found=box.number)
        is_large = _is_large(box.spec, context)
        limit = limits.large_box_payload if is_large else limits.small_box_payload
        if box.spec and box.goods_weight is not None and box.goods_weight > limit:
            yield PAYLOAD.at(
                f"{box.path}.GoodsContaWt", box=box.number, found=box.goods_weight, limit=limit
            )
    weights = [box.goods_weight for box in boxes if box.goods_weight is not None]
    if boxes and gross and len(weights) == len(boxes):
        found = sum(weights, Decimal(0))
        if abs(found - gross) > max(gross * limits.weight_share, limits.weight_least):
            yield BOX_WEIGHTS.at("DecHead.GrossWet", found=found, expected=gross)


def _is_large(spec: str, context: Context) -> bool:
    row = context.reference.row("container_spec", spec)
    return row is not None and row.extra.get("size_class") == "L"


def bulk_weight(declaration: Declaration, context: Context) -> Problems:
    """W10."""
    manifest, gross = context.manifest, declaration.gross_weight
    if declaration.packing != "00" or manifest is None or gross is None:
        return
    expected = manifest.gross_weight
    if expected and abs(gross - expected) > expected * context.limits.bulk_share:
        limit = (context.limits.bulk_share * 100).normalize()
        yield BULK_WEIGHT.at("DecHead.GrossWet", found=gross, expected=expected, limit=limit)
