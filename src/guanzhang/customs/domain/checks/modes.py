"""The supervision mode against the manual and the nature of levy."""

from __future__ import annotations

from collections.abc import Mapping

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import (
    UNCONFIRMED,
    WARNING,
    Problems,
)
from guanzhang.customs.domain.declaration import Declaration
from guanzhang.kernel.problem import Kind

MANUAL_MODE = Kind(
    "CUS-H08",
    WARNING,
    "备案号 {found} 的首字母 {letter} 与监管方式 {mode} 不符，应为 {expected} 开头，请核对。",
    "The manual {found} begins with {letter}; the supervision mode {mode} goes with {expected}. "
    "Check both.",
    UNCONFIRMED,
)
MANUAL_MISSING = Kind(
    "CUS-H08",
    WARNING,
    "监管方式 {mode} 一般需要备案号（{expected} 开头），现为空，请补填。",
    "The supervision mode {mode} normally needs a manual number beginning with {expected}; fill it in.",
    UNCONFIRMED,
)
PAIR = Kind(
    "CUS-H09",
    WARNING,
    "监管方式 {mode} 与征免性质“{found}”一般不能搭配，常用：{expected}，请核对。",
    "The supervision mode {mode} does not normally go with the nature of levy “{found}”; usual: "
    "{expected}. Check both.",
    UNCONFIRMED,
)
_MANUALS: Mapping[str, str] = {
    **dict.fromkeys(
        ["0214", "0255", "0258", "0265", "0300", "0245", "0345", "0845", "0865", "4400"], "BE"
    ),
    **dict.fromkeys(
        [
            "0615",
            "0654",
            "0657",
            "0664",
            "0700",
            "0644",
            "0744",
            "0844",
            "0864",
            "4600",
            "0715",
        ],
        "CE",
    ),
    **dict.fromkeys(["2025", "2225", "0500"], "Z"),
    "0320": "D",
    **dict.fromkeys(
        ["5014", "5015", "5000", "5100", "5300", "5335", "5361", "5034", "5033", "5010"], "HTE"
    ),
}


def _natures() -> Mapping[str, frozenset[str]]:
    exempt = (
        "401 402 403 405 406 407 408 409 412 413 417 418 419 422 423 426 428 601 602 603 605 606 608"
        " 609 610 611 666 686 698 701 702 703 704 705 706 707 708 789 799 801 802 803 811 815 818"
        " 819 888 898 899 901 902 903 904 905 906 907 908 909 910 911 912 913 915 916 917 918 919"
        " 921 922 926 927 928 930 931 939 997 998 999 491 492 493 494 496 497 499 591 592"
    )
    table = {
        "0110": f"101 118 119 299 {exempt}",
        "0214": "502",
        "0245": "101 299",
        "0320": "501",
        "0420": "501 601 602 603",
        "0446": "101",
        "0615": "503",
        "0715": "503",
        "1500": "101",
        "1523": "101",
        "9800": "101",
        "2025": "601 602 603 789",
        "2225": "601 602 603 789",
        "2600": "299",
        "2700": "299 707 922 926 931",
        "3010": "101 299",
        "3339": "299 101",
        "3422": "101",
        "3511": "201 801 802",
        "3612": "201 801 802",
        "4019": "506 101",
        "9739": "299 101",
        "9900": "299 101",
        "0255": "502 -",
        "0654": "503 -",
    }
    table |= dict.fromkeys(
        ["0265", "0300", "0865", "0864", "0664", "0700", "1300", "1427", "3100"], "299"
    )
    table |= dict.fromkeys(["4400", "4500", "4561", "4600"], "299")
    table |= dict.fromkeys(["0644", "0744", "0844", "9700", "9500", "9639"], "101")
    table |= dict.fromkeys(["5034", "1233", "1200", "6033"], "-")
    table |= dict.fromkeys(["9610", "9710", "9810", "1039"], "101 -")
    return {
        mode: frozenset("" if n == "-" else n for n in natures.split())
        for mode, natures in table.items()
    }


NATURES = _natures()  # supervision mode → natures of levy; "" = left blank


def manual_and_mode(declaration: Declaration, _context: Context) -> Problems:
    """H08."""
    expected = _MANUALS.get(declaration.trade_mode)
    if expected is None:
        return
    facts = {"mode": declaration.trade_mode, "expected": "/".join(expected)}
    found = declaration.manual_no
    if not found:
        yield MANUAL_MISSING.at("DecHead.ManualNo", **facts)
    elif found[0] not in expected:
        yield MANUAL_MODE.at("DecHead.ManualNo", found=found, letter=found[0], **facts)


def mode_and_nature(declaration: Declaration, _context: Context) -> Problems:
    """H09."""
    natures = NATURES.get(declaration.trade_mode)
    if natures is None or declaration.levy_kind in natures:
        return
    shown = sorted(natures - {""})[:6]
    yield PAIR.at(
        "DecHead.CutMode",
        mode=declaration.trade_mode,
        found=declaration.levy_kind,
        expected=" ".join(shown) or "-",
    )
