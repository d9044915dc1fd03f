"""Trade measures on a line: anti-dumping, countervailing, safeguard, additional (关税法 16 to 19)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from guanzhang.customs.domain.declaration import Goods
from guanzhang.customs.domain.tax import problems as kinds
from guanzhang.customs.domain.tax.amounts import ZERO
from guanzhang.customs.domain.tax.choice import Cost, label
from guanzhang.customs.domain.tax.claims import Claim
from guanzhang.customs.domain.tax.sheet import Column, RateChoice, TaxKind, Words
from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain.tariff import Measure, Rate, TariffLine
from guanzhang.reference.domain.view import Reference

_KINDS = {str(kind.value): kind for kind in TaxKind}
EVERY_ORIGIN = ""  # asks Reference.measures for the measures on a code whatever the origin


@dataclass(frozen=True, slots=True)
class Remedy:
    """A measure that applies to a line; ``rate`` None = which rate applies is not known."""

    kind: TaxKind
    rate: Rate | None
    words: Words


def remedies_of(
    line: Goods, exporter: str, claim: Claim, reference: Reference
) -> tuple[list[Remedy], list[Problem]]:
    """The measures on the declared origin, one rate per measure.

    A measure is one kind of one source. The exporter's own rate comes before that of "every
    other"; a longer HS prefix before a shorter one. An exclusion (document 0) lifts additional duties.
    """
    found: list[Remedy] = []
    problems: list[Problem] = []
    groups: dict[tuple[str, str], list[Measure]] = {}
    for measure in reference.measures(line.hs_code, line.origin):
        groups.setdefault((measure.kind, measure.source), []).append(measure)
    for (name, source), group in groups.items():
        kind = _KINDS[name]
        if kind is TaxKind.ADDITIONAL and claim.is_excluded:
            continue
        chosen = _rate_for(group, exporter)
        if chosen is None:
            facts = {
                "line": line.number,
                "kind": kind.zh,
                "source": source,
                "name": exporter or "—",
            }
            problems.append(kinds.EXPORTER.at(f"{line.path}.OriginCountry", **facts))
            words = Words(
                f"{kind.zh}：{source}，税率未知", f"{kind.en}: {source}, rate unknown"
            )
            found.append(Remedy(kind, None, words))
            continue
        who = chosen.exporter
        words = Words(
            f"{kind.zh} {label(chosen.rate)}：{source}" + (f"，{who}" if who else ""),
            f"{kind.en} {label(chosen.rate)}: {source}" + (f", {who}" if who else ""),
        )
        found.append(Remedy(kind, chosen.rate, words))
    found.sort(key=lambda remedy: list(TaxKind).index(remedy.kind))
    return found, problems


def proof_needed(line: Goods, claim: Claim, reference: Reference) -> list[Problem]:
    """A note when other origins of such goods bear measures and nothing proves this one."""
    measures = reference.measures(line.hs_code, EVERY_ORIGIN)
    if not measures:
        return []
    origins = sorted({measure.origin for measure in measures})
    if line.origin in origins or not line.origin or claim.certificate:
        return []
    facts = {"line": line.number, "origins": "、".join(origins), "origin": line.origin}
    return [kinds.PROOF.at(f"{line.path}.OriginCountry", **facts)]


def unproven(
    line: Goods,
    tariff: TariffLine,
    choice: RateChoice,
    reference: Reference,
    cost: Cost,
) -> tuple[RateChoice, list[Remedy], list[Problem]]:
    """Art. 19: the higher of (highest measure + the chosen rate) and the general rate.

    The highest measure is that of the origin whose kinds add up highest, each at its highest rate.
    Without measures on such goods nothing changes.
    """
    heaviest = _heaviest(reference.measures(line.hs_code, EVERY_ORIGIN), cost)
    if not heaviest or choice.rate is None:
        return choice, [], []
    costs = [cost(rate) for rate in (choice.rate, *(m.rate for m in heaviest))]
    general = cost(tariff.general) if tariff.general is not None else None
    together = " + ".join(label(m.rate) for m in heaviest)
    known = [each for each in costs if each is not None]
    path = f"{line.path}.OriginCountry"
    if len(known) == len(costs) and general is not None and general > sum(known):
        words = Words(
            f"原产地未证明：普通税率 {label(tariff.general)} 高于 {label(choice.rate)} + {together}"
            "（关税法第十九条）",
            f"Origin not proven: the general rate {label(tariff.general)} is higher than "
            f"{label(choice.rate)} + {together} (art. 19)",
        )
        chosen = RateChoice(Column.GENERAL, tariff.general, "19", words)
        facts = {"line": line.number, "chosen": label(tariff.general)}
        return chosen, [], [kinds.UNPROVEN.at(path, **facts)]
    words = Words(
        f"{choice.words.zh}；原产地未证明，另加最高的贸易措施 {together}（关税法第十九条）",
        f"{choice.words.en}; origin not proven: plus the highest measures {together} (art. 19)",
    )
    remedies = [
        Remedy(
            _KINDS[m.kind],
            m.rate,
            Words(
                f"{_KINDS[m.kind].zh} {label(m.rate)}：{m.source}（关税法第十九条）",
                f"{_KINDS[m.kind].en} {label(m.rate)}: {m.source} (art. 19)",
            ),
        )
        for m in heaviest
    ]
    facts = {"line": line.number, "chosen": f"{label(choice.rate)} + {together}"}
    chosen = RateChoice(choice.column, choice.rate, "19", words)
    return chosen, remedies, [kinds.UNPROVEN.at(path, **facts)]


def _heaviest(measures: Iterable[Measure], cost: Cost) -> list[Measure]:
    """Of the origin that pays most: each measure (kind and source) at its highest rate."""
    by_origin: dict[str, dict[tuple[str, str], Measure]] = {}
    for measure in measures:
        own = by_origin.setdefault(measure.origin, {})
        key = (measure.kind, measure.source)
        if key not in own or _weight(measure, cost) > _weight(own[key], cost):
            own[key] = measure
    if not by_origin:
        return []

    def total(origin: str) -> Decimal:
        return sum((_weight(each, cost) for each in by_origin[origin].values()), ZERO)

    return list(by_origin[max(sorted(by_origin), key=total)].values())


def _weight(measure: Measure, cost: Cost) -> Decimal:
    """The duty of the line under a measure; by its percentage alone when it cannot be computed."""
    found = cost(measure.rate)
    return measure.rate.ad_valorem if found is None else found


def _rate_for(group: list[Measure], exporter: str) -> Measure | None:
    """The row of a measure for an exporter; None when it has rates only for others."""
    wanted = _plain(exporter)
    own = [m for m in group if m.exporter and _plain(m.exporter) == wanted]
    others = [m for m in group if not m.exporter]
    return max(own or others, key=lambda m: len(m.hs_prefix), default=None)


def _plain(name: str) -> str:
    """A company name without case, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())
