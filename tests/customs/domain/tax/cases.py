"""Declarations and reference data for tests of the tax sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from guanzhang.customs.domain.declaration import Declaration, read
from guanzhang.reference import shipped
from guanzhang.reference.domain.tariff import Measure, TariffLine, parse_rate
from guanzhang.reference.domain.view import Reference

ON = dt.date(2026, 3, 18)
HS = "8471300000"
RATES = {"USD": Decimal("7.1875"), "EUR": Decimal("7.9012"), "JPY": Decimal("0.046123")}


def tariff(hs: str = HS, **columns: str) -> TariffLine:
    """A tariff line; columns as the tariff file writes them, 8 % MFN and 13 % VAT by default."""
    given = {"mfn": "8", "general": "40", **columns}
    rates = {
        key: parse_rate(given.pop(key))
        for key in ("mfn", "general", "provisional", "special", "quota", "export",
                    "export_provisional", "consumption")
        if key in given
    }  # fmt: skip
    vat = given.pop("vat", "13")
    agreements = {
        code: parse_rate(text)
        for code, text in (p.split("=") for p in given.pop("agreements", "").split(";") if p)
    }
    return TariffLine(
        hs_code=hs, name="货", unit1="035", vat=Decimal(vat) / 100 if vat else None,
        agreements=agreements, **rates, **given,
    )  # fmt: skip


def reference(
    *lines: TariffLine,
    on: dt.date = ON,
    rates: Mapping[str, Decimal] = RATES,
    measures: tuple[Measure, ...] = (),
    **parameters: str | None,
) -> Reference:
    """The shipped tables with other tariff lines, rates, measures and parameters (None removes one)."""
    base = shipped.reference(on)
    known = {line.hs_code: line for line in lines or (tariff(),)}
    values = dict(base.parameters)
    for key, text in parameters.items():
        values.pop(key, None)
        if text is not None:
            values[key] = Decimal(text)
    return replace(
        base,
        find_tariff=known.get,
        find_measures=lambda hs, origin: tuple(
            m for m in measures if hs.startswith(m.hs_prefix) and origin in ("", m.origin)
        ),
        find_rate=lambda currency, _month: rates.get(currency),
        parameters=values,
        is_demo_tariff=False,
    )


def document(*lines: Mapping[str, Any], **head: str) -> dict[str, Any]:
    """An import document, CIF by default. Every line is USD 1,000 of 10 kg from Germany."""
    rows = [
        {
            "GNo": str(number), "CodeTS": HS, "GName": "货", "DeclTotal": "1000", "TradeCurr": "USD",
            "OriginCountry": "DEU", "DestinationCountry": "CHN", "DutyMode": "1",
            "FirstQty": "10", "FirstUnit": "035", **line,
        }
        for number, line in enumerate(lines or ({},), 1)
    ]  # fmt: skip
    base = {"IEFlag": "I", "TransMode": "1", "TradeMode": "0110", "CutMode": "101"}
    return {"DecHead": {**base, **head}, "DecLists": rows}


def declaration(*lines: Mapping[str, Any], **head: str) -> Declaration:
    """The typed view of ``document``."""
    return read(document(*lines, **head))


def with_documents(
    found: dict[str, Any],
    licences: tuple[tuple[str, str], ...] = (),
    relations: tuple[tuple[str, str, str], ...] = (),
) -> Declaration:
    """The document with 随附单证 (kind, number) and EcoRelation (line, kind, number)."""
    found["DecLicenseDocus"] = [{"DocuCode": k, "CertCode": n} for k, n in licences]
    found["EcoRelation"] = [
        {"DecGNo": line, "CertType": kind, "EcoCertNo": number}
        for line, kind, number in relations
    ]
    return read(found)


def codes(problems: tuple[Any, ...]) -> list[str]:
    return [problem.kind.code for problem in problems]
