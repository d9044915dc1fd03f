"""Origin: trade agreements and trade measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    WARNING,
    Problems,
    as_warning,
    line_of,
)
from guanzhang.customs.domain.declaration import Declaration, Goods, Licence
from guanzhang.kernel.problem import Kind, Problem

AGREEMENT = Kind(
    "CUS-G18",
    ERROR,
    "第 {line} 项：享受协定税率应有原产地证明（随附单证 Y），请补填单证行。",
    "Line {line}: an agreement rate needs the proof of origin (document Y); add its row.",
    "关税法第11、12条",
)
AGREEMENT_ORIGIN = Kind(
    "CUS-G18",
    ERROR,
    "第 {line} 项：享受协定税率应填“优惠贸易协定项下原产地”，请补填。",
    "Line {line}: an agreement rate needs the origin under the agreement; fill it in.",
    "海关总署公告2021年第34号",
)
AGREEMENT_LINE = Kind(
    "CUS-G18",
    ERROR,
    "随附单证 Y 没有对应任何商品项，请填写单证与商品的对应关系。",
    "Document Y belongs to no line; map the certificate to the lines.",
    "海关总署公告2021年第34号",
)
NOT_A_MEMBER = Kind(
    "CUS-G18",
    ERROR,
    "第 {line} 项：原产国 {found} 不是优惠贸易协定 {agreement} 的成员，请核对。",
    "Line {line}: the origin {found} is not a member of agreement {agreement}; check them.",
    "关税法第11、12条",
)
NOT_DIRECT = Kind(
    "CUS-G18",
    ERROR,
    "第 {line} 项：享受协定税率须直接运输，启运国 {found} 与原产国 {origin} 不同，请备齐未再加工证明。",
    "Line {line}: an agreement rate needs direct transport; the goods of {origin} come from {found}. "
    "Have the proof of non-manipulation ready.",
    "关税法第12条",
)
MEASURE = Kind(
    "CUS-G19",
    WARNING,
    "第 {line} 项：{hs} 原产于 {origin} 适用{name}，税率 {rate}，请核对税款和出口商（排除须填单证 0）。",
    "Line {line}: {hs} of {origin} is under {name}, rate {rate}; check tax and exporter (an exclusion "
    "is document 0).",
    "关税法第16至19条",
)
NO_ORIGIN = Kind(
    "CUS-G19",
    WARNING,
    "第 {line} 项：{hs} 有贸易救济措施而原产国不明（{origin}），将按较高税率计征，请补原产地证明。",
    "Line {line}: there are trade measures on {hs} and the origin is not known ({origin}): the higher "
    "rate applies. Prove the origin.",
    "关税法第19条",
)
_MEASURES = {
    "anti_dumping": "反倾销税",
    "countervailing": "反补贴税",
    "safeguard": "保障措施关税",
    "additional": "加征关税",
}


def agreements(declaration: Declaration, context: Context) -> Problems:
    """G18: document Y, its mapping to lines, the origin under the agreement, direct transport."""
    proofs = [licence for licence in declaration.licences if licence.kind == "Y"]
    mapped = {
        row.get("DecGNo", ""): row.get("CertType", "")[1:]
        for row in declaration.document.get("EcoRelation") or ()
        if row.get("CertType", "").startswith("Y")
    }
    yield from _unmapped(proofs, mapped)
    for line in declaration.goods:
        number = line_of(line.path)
        agreement = mapped.get(number)
        if line.agreement_origin and not proofs:
            yield AGREEMENT.at(f"{line.path}.RcepOrigPlaceCode", line=number)
        if agreement is None or not proofs:
            continue
        if not line.agreement_origin:
            yield AGREEMENT_ORIGIN.at(f"{line.path}.RcepOrigPlaceCode", line=number)
        yield from _member(line, agreement, declaration, context)


def _unmapped(proofs: list[Licence], mapped: Mapping[str, str]) -> Iterator[Problem]:
    if proofs and not mapped:
        yield AGREEMENT_LINE.at(f"{proofs[0].path}.CertCode")


def _member(
    line: Goods, agreement: str, declaration: Declaration, context: Context
) -> Iterator[Problem]:
    number = line_of(line.path)
    members = context.agreement_members.get(agreement)
    if members is not None and line.origin and line.origin not in members:
        yield NOT_A_MEMBER.at(
            f"{line.path}.OriginCountry", line=number, found=line.origin, agreement=agreement
        )
    elif line.origin and declaration.shipping_country not in (*(members or ()), line.origin):
        # Transit with proof is allowed, so nobody is stopped here.
        yield as_warning(
            NOT_DIRECT.at(
                "DecHead.TradeCountry",
                line=number,
                found=declaration.shipping_country,
                origin=line.origin,
            )
        )


def measures(declaration: Declaration, context: Context) -> Problems:
    """G19."""
    if not declaration.is_import or any(x.kind == "0" for x in declaration.licences):
        return
    for line in declaration.goods:
        facts = {"line": line_of(line.path), "hs": line.hs_code, "origin": line.origin}
        path = f"{line.path}.OriginCountry"
        is_known = line.origin not in ("", "ZZZ")
        found = context.reference.measures(line.hs_code, line.origin)
        if not is_known and found:
            yield NO_ORIGIN.at(path, **facts)
            continue
        for measure in found:
            yield MEASURE.at(
                path, name=_MEASURES.get(measure.kind, measure.kind), rate=measure.rate, **facts
            )
