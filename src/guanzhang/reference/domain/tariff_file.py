"""The tariff file: its columns as text, and the line that a row of texts writes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from guanzhang.reference.domain.tariff import Rate, TariffLine, parse_rate

# Columns of rates as ``parse_rate`` reads them, with their Chinese names.
RATES: Mapping[str, str] = {
    "mfn_rate": "最惠国税率",
    "general_rate": "普通税率",
    "provisional_rate": "进口暂定税率",
    "special_rate": "特惠税率",
    "quota_rate": "配额税率",
    "export_rate": "出口税率",
    "export_provisional_rate": "出口暂定税率",
    "consumption_tax": "消费税率",
}
# Plain percentages.
PERCENTS: Mapping[str, str] = {"export_rebate_rate": "出口退税率", "vat_rate": "增值税率"}
COLUMNS = (
    "hs_code", "name_zh", "unit1", "unit2", *RATES, "agreement_rates", *PERCENTS,
    "supervision_conditions", "inspection_category", "elements",
)  # fmt: skip


def line_of(row: Mapping[str, str], *, is_demo: bool = False) -> TariffLine:
    """The tariff line of a checked row; raises ``ValueError`` for a rate that cannot be read."""
    rate = {key: parse_rate(row.get(key, "")) for key in RATES}
    elements = row.get("elements", "")
    return TariffLine(
        hs_code=row["hs_code"],
        name=row["name_zh"],
        unit1=row.get("unit1", ""),
        unit2=row.get("unit2", ""),
        mfn=rate["mfn_rate"],
        general=rate["general_rate"],
        provisional=rate["provisional_rate"],
        special=rate["special_rate"],
        agreements=parse_agreements(row.get("agreement_rates", "")),
        quota=rate["quota_rate"],
        export=rate["export_rate"],
        export_provisional=rate["export_provisional_rate"],
        rebate=fraction(row.get("export_rebate_rate", "")),
        vat=fraction(row.get("vat_rate", "")),
        consumption=rate["consumption_tax"],
        supervision=row.get("supervision_conditions", ""),
        inspection=row.get("inspection_category", ""),
        elements=tuple(elements.split(";")) if elements else (),
        is_demo=is_demo,
    )


def parse_agreements(text: str) -> Mapping[str, Rate]:
    """``14=5;15=0`` → rates by the code of the agreement; raises ``ValueError``."""
    rates: dict[str, Rate] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        code, separator, written = part.partition("=")
        rate = parse_rate(written)
        if not separator or not code.strip() or rate is None or code.strip() in rates:
            raise ValueError(part)
        rates[code.strip()] = rate
    return MappingProxyType(rates)


def fraction(text: str) -> Decimal | None:
    """``13`` → 0.13; None when empty. Raises ``ValueError`` for anything but a plain percentage."""
    compact = text.strip().removesuffix("%")
    if not compact:
        return None
    if not compact.replace(".", "", 1).isdecimal() or not compact.isascii():
        raise ValueError(text)
    return Decimal(compact) / 100
