"""What a copy of a declaration does not take over: everything that belongs to one shipment. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guanzhang.customs.domain.document import Document

# Numbers given by customs or by us, days, the means of transport, papers of that one shipment.
_HEAD = frozenset(
    {
        "SeqNo", "EntryId", "PreEntryId", "PDate", "IEDate", "DespDate", "CmplDschrgDt", "BillNo",
        "BLNo", "TrafName", "LicenseNo", "CorrelationNo", "CorrelationReasonFlag", "TgdNo",
        "InputerName", "TypistNo", "ApprNo",
    }
)  # fmt: skip
_TEXT = frozenset({"VoyNo", "RelId", "RelManNo"})
_GOODS = frozenset({"DecGoodsLimits"})
_BLOCKS = frozenset(
    {
        "DecContainers", "DecLicenseDocus", "DecSign", "DecMarkLobs", "TrnHead", "TrnList",
        "TrnContainers", "TrnContaGoodsList", "SddTax", "EdocRealation", "EcoRelation",
    }
)  # fmt: skip


def copied(document: Mapping[str, Any]) -> Document:
    """The content of ``document`` for the next shipment; the original is not touched."""
    found: Document = {key: value for key, value in document.items() if key not in _BLOCKS}
    found["DecHead"] = _without(document.get("DecHead") or {}, _HEAD)
    found["DecFreeTxt"] = _without(document.get("DecFreeTxt") or {}, _TEXT)
    found["DecLists"] = [_without(row, _GOODS) for row in document.get("DecLists") or ()]
    return found


def _without(row: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
