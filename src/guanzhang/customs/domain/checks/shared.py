"""What several groups of rules share: severities, sources, classes of codes, units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache

from guanzhang.customs.domain.declaration import Declaration, Goods, Party
from guanzhang.kernel.problem import Kind, Problem, Severity

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
FORM_RULES = "海关总署公告2019年第18号（报关单填制规范）"
SPECIFICATION = "单一窗口货物申报接口规范"
PRACTICE = "行业惯例"
UNCONFIRMED = "未见原文，仅作提醒"

Problems = Iterable[Problem]

KILO = "035"
# kilograms in one unit
WEIGHTS: Mapping[str, Decimal] = {
    KILO: Decimal(1),
    "036": Decimal("0.001"),
    "070": Decimal(1000),
    "047": Decimal(100),
    "071": Decimal("1016.0469088"),
    "072": Decimal("907.18474"),
    "075": Decimal("0.5"),
    "076": Decimal("0.45359237"),
}
# unit → (base unit, how many of it)
MULTIPLES: Mapping[str, tuple[str, int]] = {
    "038": ("007", 10_000),
    "040": ("019", 100),
    "041": ("012", 100),
    "042": ("016", 100),
    "043": ("007", 100),
    "044": ("020", 100),
    "049": ("013", 100),
    "050": ("008", 1_000),
    "051": ("017", 1_000),
    "052": ("140", 1_000),
    "053": ("013", 1_000),
    "054": ("007", 1_000),
    "055": ("012", 100_000_000),
    "056": ("007", 100_000_000),
    "057": ("006", 10_000),
    "058": ("010", 1_000),
    "059": ("010", 10_000),
    "063": ("095", 1_000),
    "143": ("012", 1_000),
    "144": ("025", 10_000),
    "145": ("139", 10_000),
    "146": ("139", 1_000),
    "147": ("030", 1_000),
}
COUNTED = frozenset({"007", "008", "011", "012", "020"})  # 个 只 件 支 片: what 打 may count
DOZEN = "127"

NO_CROSSING = frozenset("0178WXYZHTPS9")  # transport modes of goods that cross no border
PROCESSING = frozenset(
    [
        "0200",
        "0214",
        "0245",
        "0255",
        "0258",
        "0265",
        "0300",
        "0314",
        "0320",
        "0345",
        "0400",
        "0420",
        "0444",
        "0445",
        "0446",
        "0456",
        "0466",
        "0544",
        "0545",
        "0615",
        "0642",
        "0644",
        "0654",
        "0657",
        "0664",
        "0700",
        "0715",
        "0744",
        "0815",
        "0844",
        "0845",
        "0864",
        "0865",
        "4400",
        "4600",
    ]
)
BONDED = frozenset(
    [
        "1200",
        "1210",
        "1215",
        "1233",
        "1234",
        "1239",
        "1371",
        "5000",
        "5010",
        "5014",
        "5015",
        "5033",
        "5034",
        "5072",
        "5073",
        "5100",
        "5200",
        "5300",
        "5335",
        "5361",
        "6033",
        "6072",
        "6073",
    ]
)
INLAND_SALES = frozenset(["0245", "0345", "0446", "0644", "0744", "0844", "0845"])
RETURNS = frozenset(
    [
        "0265",
        "0300",
        "0466",
        "0664",
        "0700",
        "0864",
        "0865",
        "1300",
        "1371",
        "1427",
        "2600",
        "2700",
        "3100",
        "4200",
        "4400",
        "4500",
        "4561",
        "4600",
        "5361",
        "9639",
    ]
)
DEALS = frozenset(["0110", "0130", "0214", "0513", "0615", "0715", "1523", "4019"])
WOOD = frozenset({"23", "33", "92", "93"})
CHINA = "CHN"
NUMBER_OF_ENTRY = re.compile(r"(\d{4})(\d{4})([01IE])(\d{9})", re.ASCII)


def line_of(path: str) -> str:
    """The 项号 that a path of goods stands for, counted from 1."""
    return str(int(path[path.index("[") + 1 : path.index("]")]) + 1)


def parties_of(declaration: Declaration) -> tuple[tuple[str, str, str, Party], ...]:
    """(elements of the three columns, party) of the header's companies."""
    return (
        ("TradeCoScc", "TradeCode", "TradeName", declaration.trader),
        ("OwnerCodeScc", "OwnerCode", "OwnerName", declaration.owner),
        ("AgentCodeScc", "AgentCode", "AgentName", declaration.agent),
    )


def type_digit(declaration: Declaration) -> str:
    """Character 3 of Type: "5" outline, "6" complete, otherwise in one pass."""
    return declaration.kind[2:3]


def kilos_of(line: Goods) -> Decimal | None:
    """The net weight of a line where one of its units is a weight; None otherwise."""
    for quantity, unit in (
        (line.first_quantity, line.first_unit),
        (line.second_quantity, line.second_unit),
        (line.quantity, line.unit),
    ):
        if quantity is not None and unit == KILO:
            return quantity
    if line.quantity is not None and line.unit in WEIGHTS:
        return line.quantity * WEIGHTS[line.unit]
    return None


def total_of(declaration: Declaration) -> Decimal | None:
    """The sum of line totals in their one currency; None where a total or the currency is not one."""
    totals = [line.total for line in declaration.goods]
    if not totals or len(declaration.currencies) != 1:
        return None
    return sum((t for t in totals if t is not None), Decimal(0)) if None not in totals else None


@cache
def kind_with(kind: Kind, severity: Severity) -> Kind:
    return replace(kind, severity=severity)


def as_warning(problem: Problem) -> Problem:
    """The same problem, not blocking: for facts that nobody has confirmed."""
    return (
        replace(problem, kind=kind_with(problem.kind, WARNING)) if problem.is_error else problem
    )


def as_note(problem: Problem) -> Problem:
    return replace(problem, kind=kind_with(problem.kind, NOTE))
