"""征免: what the duty treatment of a line leaves to pay."""

from __future__ import annotations

from decimal import Decimal

from guanzhang.customs.domain.declaration import Goods
from guanzhang.customs.domain.tax import problems as kinds
from guanzhang.customs.domain.tax.amounts import ONE, ZERO
from guanzhang.customs.domain.tax.sheet import TaxKind, Treatment
from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain.view import Reference

_TREATMENTS = {
    "": Treatment.LEVIED,
    "1": Treatment.LEVIED,
    "2": Treatment.HALVED,
    "3": Treatment.EXEMPT,
    "6": Treatment.SECURED,
    "7": Treatment.SECURED,
    "8": Treatment.HALVED,  # the other half of what was halved before
    "9": Treatment.REFUND,
}
_GENERAL_LEVY = "101"  # 一般征税
_HALF = Decimal("0.5")
_HALVED_KINDS = frozenset({TaxKind.DUTY, TaxKind.EXPORT, TaxKind.VAT})


def treatment_of(
    line: Goods, levy_kind: str, reference: Reference
) -> tuple[Treatment, list[Problem]]:
    """The treatment of a line. 5 (随征免性质) under 一般征税 is full tax; else a certificate decides."""
    mode = line.duty_mode
    path = f"{line.path}.DutyMode"
    found = _TREATMENTS.get(mode, Treatment.UNKNOWN)
    if mode == "5" and levy_kind == _GENERAL_LEVY:
        return Treatment.LEVIED, []
    if not mode:
        return found, [kinds.MODE_BLANK.at(path, line=line.number)]
    if found is Treatment.HALVED:
        return found, [kinds.HALVED.at(path, line=line.number)]
    if found is Treatment.UNKNOWN:
        facts = {
            "line": line.number,
            "mode": reference.name("duty_mode", mode),
            "levy": reference.name("cut_mode", levy_kind) or "—",
        }
        return found, [kinds.MODE_UNKNOWN.at(path, **facts)]
    return found, []


def factor(treatment: Treatment, kind: TaxKind) -> Decimal | None:
    """The share of a tax that is paid now: 1, ½, 0; None = a certificate decides."""
    match treatment:
        case Treatment.LEVIED:
            return ONE
        case Treatment.HALVED:
            return _HALF if kind in _HALVED_KINDS else ONE
        case Treatment.UNKNOWN:
            return None
        case Treatment.EXEMPT | Treatment.SECURED | Treatment.REFUND:
            return ZERO
