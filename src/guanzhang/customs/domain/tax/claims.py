"""What the documents of a declaration claim for each line: agreement, quota, exclusion.

An origin document stands in 随附单证 as kind ``Y`` with ``<agreement>number``; which lines it covers
stands in EcoRelation as ``Y`` + agreement (Y22) with the line's number, or in the line's own
优惠贸易协定项下原产地.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guanzhang.customs.domain.declaration import Declaration, Goods
from guanzhang.customs.domain.tax import problems as kinds
from guanzhang.kernel.problem import Problem

_AGREEMENT = re.compile(r"\s*[<＜](\w{2})[>＞]\s*(.*)")
QUOTA_KINDS = ("t", "q")  # 关税配额证明, 国别关税配额证明
EXCLUSION = "0"  # 反制措施排除代码


@dataclass(frozen=True, slots=True)
class Claim:
    """What one line claims. ``agreement`` is "" without a claim; ``place`` its origin under it."""

    agreement: str = ""
    place: str = ""
    certificate: str = ""
    in_quota: bool = False
    is_excluded: bool = False  # from additional and counter duties


class Claims:
    """The claims of all lines of ``declaration``."""

    def __init__(self, declaration: Declaration) -> None:
        self.problems: list[Problem] = []
        self._relations = _relations(declaration.document)
        self._kinds = {licence.kind for licence in declaration.licences}
        self._agreements = _agreements(declaration)
        self._related_kinds = {kind for row in self._relations.values() for kind in row}
        self._check_coverage(declaration)

    def of(self, line: Goods) -> Claim:
        """What ``line`` claims."""
        related = self._relations.get(line.number, {})
        agreement, certificate = self._agreement_of(line, related)
        return Claim(
            agreement,
            (line.agreement_origin or line.origin) if agreement else "",
            certificate,
            in_quota=any(self._covers(kind, related) for kind in QUOTA_KINDS),
            is_excluded=self._covers(EXCLUSION, related),
        )

    def _agreement_of(self, line: Goods, related: Mapping[str, str]) -> tuple[str, str]:
        for kind, number in related.items():
            if kind.startswith("Y"):
                code = kind[1:] or next(iter(self._agreements), "")
                return code, number
        if line.agreement_origin and len(self._agreements) == 1:
            return next(iter(self._agreements.items()))
        return "", ""

    def _covers(self, kind: str, related: Mapping[str, str]) -> bool:
        """A document of a kind covers the lines related to it, or all when no line is."""
        if kind in self._related_kinds:
            return kind in related
        return kind in self._kinds

    def _check_coverage(self, declaration: Declaration) -> None:
        if not self._agreements:
            return
        claimed = {self.of(line).agreement for line in declaration.goods}
        for licence in declaration.licences:
            match = _AGREEMENT.match(licence.number) if licence.kind == "Y" else None
            if match and match[1] not in claimed:
                path = f"{licence.path}.CertCode"
                self.problems.append(kinds.AGREEMENT_LINE.at(path, number=licence.number))


def _agreements(declaration: Declaration) -> dict[str, str]:
    """Agreement code → certificate number, of the documents of kind Y."""
    found = (_AGREEMENT.match(lic.number) for lic in declaration.licences if lic.kind == "Y")
    return {match[1]: match[2] for match in found if match}


def _relations(document: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Line number → {kind of document: its number}."""
    found: dict[str, dict[str, str]] = {}
    for row in document.get("EcoRelation") or ():
        number = row.get("DecGNo", "").lstrip("0")
        found.setdefault(number, {})[row.get("CertType", "")] = row.get("EcoCertNo", "")
    return found
