"""Which rate of the tariff a line takes: 关税法 arts. 10 to 14, paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from guanzhang.customs.domain.tax.sheet import Column, RateChoice, Words
from guanzhang.reference.domain.tariff import Rate, TariffLine
from guanzhang.reference.domain.view import Reference

_PER_UNIT = re.compile(r"([A-Z]{3})/(\d{3})")
Cost = Callable[[Rate], Decimal | None]  # duty of this line at a rate; None = cannot be known


@dataclass(frozen=True, slots=True)
class Basis:
    """What a rate is chosen by.

    ``origin_class``: mfn, general, unknown, blank or ask. ``agreement``: the code of an agreement
    whose rules the line meets, with its ``agreement_rate``. ``is_special``: 特惠 claimed and met.
    """

    origin_class: str = "mfn"
    agreement: str = ""
    agreement_name: str = ""
    agreement_rate: Rate | None = None
    is_special: bool = False
    in_quota: bool = False


def choose_rate(tariff: TariffLine, basis: Basis, cost: Cost | None = None) -> RateChoice:
    """The import rate. Its ``rate`` is None when the tariff or the origin leaves it open.

    ``cost`` compares rates of which one is specific; without it they count as not comparable.
    """
    if basis.in_quota:
        return _quota(tariff)
    if basis.is_special and tariff.special is not None:
        return _special(tariff, tariff.special, cost)
    if basis.agreement_rate is not None:
        return _agreement(tariff, basis, basis.agreement_rate, cost)
    match basis.origin_class:
        case "mfn":
            return _mfn(tariff)
        case "general":
            return _general(tariff, "原产地不适用最惠国、协定、特惠税率", "other origin")
        case "unknown":
            return _general(tariff, "原产地不明", "unknown origin")
        case "blank":
            words = Words("没有原产国，税率未定", "No country of origin: the rate is open")
            return RateChoice(Column.NONE, None, "", words)
        case _:
            return _not_confirmed(tariff)


def _not_confirmed(tariff: TariffLine) -> RateChoice:
    words = Words(
        f"原产地待遇未确认：最惠国 {label(tariff.mfn)}，普通 {label(tariff.general)}",
        f"Treatment of the origin not confirmed: MFN {label(tariff.mfn)}, general {label(tariff.general)}",
    )
    return RateChoice(Column.NONE, None, "12", words)


def choose_export_rate(tariff: TariffLine) -> RateChoice | None:
    """The export rate (art. 13 para 5); None when the tariff puts no duty on this export."""
    if tariff.export_provisional is not None:
        rate = tariff.export_provisional
        words = Words(
            f"出口税率{_of(tariff.export)}，有出口暂定税率 {label(rate)}：适用暂定税率（关税法第十三条第五款）",
            f"Export rate{_of(tariff.export)} with a provisional export rate {label(rate)}: the provisional one "
            "(art. 13 para 5)",
        )
        return RateChoice(Column.PROVISIONAL, rate, "13-5", words)
    if tariff.export is not None:
        words = Words(
            f"出口税率 {label(tariff.export)}（关税法第十条第二款）",
            f"Export rate {label(tariff.export)} (art. 10 para 2)",
        )
        return RateChoice(Column.EXPORT, tariff.export, "10-2", words)
    return None


def label(rate: Rate | None) -> str:
    """A rate as people write it: ``8%``, ``1CNY/035``, ``20%+1CNY/035``; ``—`` when unknown."""
    if rate is None:
        return "—"
    text = str(rate)
    if not rate.is_specific:
        return f"{text}%"
    return text.replace("+", "%+", 1)


def with_units(text: str, reference: Reference) -> str:
    """Rates in ``text`` as people read them: ``1CNY/035`` → ``1元/千克``, ``2USD/095`` → ``2 USD/升``."""

    def named(found: re.Match[str]) -> str:
        unit = reference.name("unit", found[2])
        return f"元/{unit}" if found[1] == "CNY" else f" {found[1]}/{unit}"

    return _PER_UNIT.sub(named, text)


def lower(first: Rate, second: Rate, cost: Cost | None) -> bool | None:
    """Whether ``first`` is at most ``second`` for this line; None when that cannot be known."""
    if not (first.is_specific or second.is_specific):
        return first.ad_valorem <= second.ad_valorem
    if cost is None:
        return None
    one, other = cost(first), cost(second)
    return None if one is None or other is None else one <= other


def _quota(tariff: TariffLine) -> RateChoice:
    """Art. 14. A within-quota code of its own carries the quota rate in its MFN column."""
    quota = tariff.quota if tariff.quota is not None else tariff.mfn
    if tariff.provisional is not None:
        rate = tariff.provisional
        words = Words(
            f"关税配额内（税率 {label(quota)}），有暂定税率 {label(rate)}：适用暂定税率（关税法第十四条）",
            f"Within the tariff quota ({label(quota)}) with a provisional rate {label(rate)}: "
            "the provisional one (art. 14)",
        )
        return RateChoice(Column.PROVISIONAL, rate, "14", words)
    words = Words(
        f"关税配额内：适用关税配额税率 {label(quota)}（关税法第十四条）",
        f"Within the tariff quota: quota rate {label(quota)} (art. 14)",
    )
    return RateChoice(Column.QUOTA, quota, "14", words)


def _mfn(tariff: TariffLine) -> RateChoice:
    mfn, provisional = tariff.mfn, tariff.provisional
    if provisional is not None:
        words = Words(
            f"最惠国税率 {label(mfn)}，有暂定税率 {label(provisional)}：适用暂定税率"
            "（关税法第十二条第一款、第十三条第一款）",
            f"MFN {label(mfn)} with a provisional rate {label(provisional)}: the provisional one "
            "(art. 12 para 1, art. 13 para 1)",
        )
        return RateChoice(Column.PROVISIONAL, provisional, "13-1", words)
    words = Words(
        f"适用最惠国税率 {label(mfn)}（关税法第十二条第一款）",
        f"MFN rate {label(mfn)} (art. 12 para 1)",
    )
    return RateChoice(Column.MFN, mfn, "12-1", words)


def _general(tariff: TariffLine, why: str, why_en: str) -> RateChoice:
    ignored = tariff.provisional is not None
    article = "13-4" if ignored else "12-4"
    words = Words(
        f"{why}：适用普通税率 {label(tariff.general)}（关税法第十二条第四款"
        + ("，暂定税率不适用：第十三条第四款）" if ignored else "）"),
        f"{why_en.capitalize()}: general rate {label(tariff.general)} (art. 12 para 4"
        + ("; no provisional rate: art. 13 para 4)" if ignored else ")"),
    )
    return RateChoice(Column.GENERAL, tariff.general, article, words)


def _agreement(tariff: TariffLine, basis: Basis, rate: Rate, cost: Cost | None) -> RateChoice:
    """Art. 13 para 2: the lower of agreement and provisional; a lower MFN without provisional."""
    name = basis.agreement_name or basis.agreement
    mfn, provisional = tariff.mfn, tariff.provisional
    if provisional is not None:
        return _lower_of(
            (Column.AGREEMENT, rate), (Column.PROVISIONAL, provisional), "13-2", cost,
            Words(f"协定（{name}）", f"Agreement {name}"),
        )  # fmt: skip
    if mfn is not None and mfn != rate:
        keeps = lower(rate, mfn, cost)
        if keeps is None:
            return _open(rate, mfn, "13-2")
        if not keeps:
            words = Words(
                f"最惠国税率 {label(mfn)} 低于协定（{name}）税率 {label(rate)} 且无暂定税率："
                "适用最惠国税率（关税法第十三条第二款）",
                f"MFN {label(mfn)} is lower than the rate of agreement {name} ({label(rate)}) and "
                "there is no provisional rate: MFN (art. 13 para 2)",
            )
            return RateChoice(Column.MFN, mfn, "13-2", words)
    words = Words(
        f"符合协定（{name}）的原产地规定：适用协定税率 {label(rate)}（关税法第十二条第二款）",
        f"Meets the rules of agreement {name}: agreement rate {label(rate)} (art. 12 para 2)",
    )
    return RateChoice(Column.AGREEMENT, rate, "12-2", words)


def _special(tariff: TariffLine, rate: Rate, cost: Cost | None) -> RateChoice:
    """Art. 13 para 3: the lower of special and provisional."""
    if tariff.provisional is not None:
        return _lower_of(
            (Column.SPECIAL, rate), (Column.PROVISIONAL, tariff.provisional), "13-3", cost,
            Words("特惠", "Special preference"),
        )  # fmt: skip
    words = Words(
        f"符合特惠的原产地规定：适用特惠税率 {label(rate)}（关税法第十二条第三款）",
        f"Meets the rules of special preference: rate {label(rate)} (art. 12 para 3)",
    )
    return RateChoice(Column.SPECIAL, rate, "12-3", words)


def _lower_of(
    first: tuple[Column, Rate],
    second: tuple[Column, Rate],
    article: str,
    cost: Cost | None,
    name: Words,
) -> RateChoice:
    is_first = lower(first[1], second[1], cost)
    if is_first is None:
        return _open(first[1], second[1], article)
    column, rate = first if is_first else second
    paragraph = {"13-2": "二", "13-3": "三"}[article]
    words = Words(
        f"{name.zh}税率 {label(first[1])}，有暂定税率 {label(second[1])}：从低适用{column.zh} "
        f"{label(rate)}（关税法第十三条第{paragraph}款）",
        f"{name.en} rate {label(first[1])} with a provisional rate {label(second[1])}: the lower, "
        f"{label(rate)} (art. 13 para {article[-1]})",
    )
    return RateChoice(column, rate, article, words)


def _open(first: Rate, second: Rate, article: str) -> RateChoice:
    words = Words(
        f"须在 {label(first)} 与 {label(second)} 中从低适用，缺数量或汇率，比不出",
        f"The lower of {label(first)} and {label(second)} applies; they cannot be compared",
    )
    return RateChoice(Column.NONE, None, article, words)


def _of(rate: Rate | None) -> str:
    return f" {label(rate)}" if rate is not None else ""
