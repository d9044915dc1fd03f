"""H04: every coded field holds a code of its table, in use on the day and for the direction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import (
    ERROR,
    FORM_RULES,
    PRACTICE,
    WARNING,
    Problems,
    as_note,
)
from guanzhang.customs.domain.declaration import Declaration
from guanzhang.customs.domain.message import blocks
from guanzhang.kernel.problem import Kind, Problem
from guanzhang.reference.domain.tables import TABLES, CodeRow

UNKNOWN = Kind(
    "CUS-H04",
    ERROR,
    "“{field}”（{element}）的代码 {found} 不在“{table}”代码表中，请从代码表选择。",
    "“{element}” ({field}): the table “{table}” has no code {found}; choose one from the table.",
    FORM_RULES,
)
NOT_IN_USE = Kind(
    "CUS-H04",
    ERROR,
    "“{field}”（{element}）的代码 {found} {name} 在 {on} 已停用，请改用有效代码。",
    "“{element}” ({field}): the code {found} {name} is not in use on {on}; choose a valid one.",
    FORM_RULES,
)
WRONG_DIRECTION = Kind(
    "CUS-H04",
    ERROR,
    "“{field}”（{element}）的代码 {found} {name} 不适用于本报关单的进出口方向，请核对。",
    "“{element}” ({field}): the code {found} {name} does not apply to this direction; check it.",
    FORM_RULES,
)
UNKNOWN_IN_PART = Kind(
    "CUS-H04b",
    WARNING,
    "“{field}”（{element}）的代码 {found} 不在“{table}”代码表中；该表不完整，请核对后确认。",
    "“{element}” ({field}): the table “{table}”, which is incomplete, has no code {found}; "
    "check it and confirm.",
    PRACTICE,
)
OLD_IN_PART = Kind(
    "CUS-H04b",
    WARNING,
    "“{field}”（{element}）的代码 {found} {name} 在 {on} 已停用；该表不完整，请核对后改用有效代码。",
    "“{element}” ({field}): the code {found} {name} is not in use on {on}; its table is incomplete, "
    "so check it and choose a valid one.",
    PRACTICE,
)
TO_VERIFY = Kind(
    "CUS-H04b",
    WARNING,
    "“{field}”（{element}）的代码 {found} {name} 尚未核实是否仍可使用，请核对后确认。",
    "“{element}” ({field}): nobody has verified yet that the code {found} {name} may be used; "
    "check it and confirm.",
    PRACTICE,
)

# block key → element → table
FIELDS: Mapping[str, Mapping[str, str]] = {
    "DecHead": {
        "CustomMaster": "customs_office",
        "IEPort": "customs_office",
        "PurpOrgCode": "customs_office",
        "CutMode": "cut_mode",
        "DistinatePort": "port",
        "DespPortCode": "port",
        "EntyPortCode": "domestic_port_partial",
        "FeeMark": "fee_mark",
        "FeeCurr": "currency",
        "InsurMark": "fee_mark",
        "InsurCurr": "currency",
        "OtherMark": "fee_mark",
        "OtherCurr": "currency",
        "TradeCountry": "country",
        "TradeAreaCode": "country",
        "TradeMode": "trade_mode",
        "TrafMode": "traf_mode",
        "TransMode": "trans_mode",
        "EntryType": "entry_type",
        "WrapType": "wrap_type",
    },
    "DecLists": {
        "DutyMode": "duty_mode",
        "FirstUnit": "unit",
        "SecondUnit": "unit",
        "GUnit": "unit",
        "OriginCountry": "country",
        "DestinationCountry": "country",
        "RcepOrigPlaceCode": "country",
        "TradeCurr": "currency",
        "UseTo": "use_to",
        "DistrictCode": "district",
        "GoodsAttr": "goods_attr",
    },
    "DecContainers": {"ContainerMd": "container_spec"},
    "DecLicenseDocus": {"DocuCode": "license_doc"},
    "DecRequestCerts": {"AppCertCode": "request_cert"},
    "DecOtherPacks": {"PackType": "wrap_type"},
    "DecRoyaltyFee": {"Curr": "currency"},
    "EdocRealation": {"EdocCode": "edoc_type"},
}
_MANY = frozenset({"GoodsAttr"})  # several codes with commas
# Of these so few rows are known that only the form of a code can be looked at.
_FORMS: Mapping[str, re.Pattern[str]] = {
    "domestic_port_partial": re.compile(r"\d{6}(?:\d{2})?", re.ASCII)
}


def coded_fields(declaration: Declaration, context: Context) -> Problems:
    """H04, H04b."""
    direction = "on_import" if declaration.is_import else "on_export"
    tables = context.reference.tables
    for place, element, code, table in _coded(declaration.document):
        row = tables.get(table, {}).get(code)
        if row is not None and row.status == "active" and row.extra.get(direction) != "0":
            continue
        problem = _fault(place, element, code, table, row, context)
        if problem is not None:
            yield problem


def _coded(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(place of the row, element, code, table) of every coded value."""
    for key, fields in FIELDS.items():
        given = document.get(key)
        if not given:
            continue
        rows = given if blocks()[key].many else (given,)
        for number, row in enumerate(rows):
            place = f"{key}[{number}]" if blocks()[key].many else key
            for element, table in fields.items():
                if value := row.get(element):
                    for code in value.split(",") if element in _MANY else (value,):
                        yield place, element, code.strip(), table


def _fault(
    place: str, element: str, code: str, table: str, row: CodeRow | None, context: Context
) -> Problem | None:
    key = place.partition("[")[0]
    label = blocks()[key].elements[element].label
    path = f"{place}.{element}"
    facts = {"field": label, "element": element, "found": code}
    if not context.reference.tables.get(table):
        return None  # nobody has loaded the table
    is_complete = context.reference.is_complete(table)
    if row is None:
        if table in _FORMS and _FORMS[table].fullmatch(code):
            return None
        return (UNKNOWN if is_complete else UNKNOWN_IN_PART).at(
            path, table=TABLES[table].zh, **facts
        )
    if row.status == "verify":
        problem = TO_VERIFY.at(path, name=row.name, **facts)
        return problem if is_complete else as_note(problem)
    if row.status != "active":
        kind = NOT_IN_USE if is_complete else OLD_IN_PART
        return kind.at(path, name=row.name, on=context.on, **facts)
    return WRONG_DIRECTION.at(path, name=row.name, **facts)
