"""What lists, search and statistics read from a document: the columns of a declaration and its goods.

Pure. Text is cut to the length of its column, a number that a column cannot hold exactly is left out:
the document keeps every character, and the checks say what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from guanzhang.customs.domain.declaration import day, number

LARGEST = 2**63 - 1
_TEXTS: Mapping[str, tuple[str, int]] = {  # column: element of DecHead, length
    "seq_no": ("SeqNo", 18),
    "entry_no": ("EntryId", 18),
    "trader_name": ("TradeName", 100),
    "customs_office": ("CustomMaster", 4),
    "border_office": ("IEPort", 4),
    "trade_mode": ("TradeMode", 4),
    "traffic_mode": ("TrafMode", 1),
    "vehicle": ("TrafName", 80),
    "bill_no": ("BillNo", 32),
    "contract_no": ("ContrNo", 32),
    "country": ("TradeCountry", 3),
}
GOODS_COLUMNS = (
    "number", "hs_code", "name", "model", "quantity", "unit", "first_quantity", "price", "total",
    "currency", "origin",
)  # fmt: skip
_DECIMALS = tuple(
    (GOODS_COLUMNS.index(name), places)
    for name, places in (("quantity", 5), ("first_quantity", 5), ("price", 4), ("total", 4))
)


def columns_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Every column of a declaration that stands in its document.

    ``currency`` and ``total`` are the goods' when they share one currency, else "" and None; a total
    is known only when every line's is.
    """
    head: Mapping[str, str] = document.get("DecHead") or {}
    goods: list[Mapping[str, str]] = document.get("DecLists") or []
    found: dict[str, Any] = {
        column: head.get(element, "")[:length] for column, (element, length) in _TEXTS.items()
    }
    found["direction"] = "E" if head.get("IEFlag") == "E" else "I"
    found["trader_code"] = (head.get("TradeCoScc") or head.get("TradeCode", ""))[:18]
    found["goods_name"] = goods[0].get("GName", "")[:255] if goods else ""
    found["line_count"] = min(len(goods), 32_767)
    found["packages"] = _whole(head.get("PackNo", ""))
    found["gross_weight"] = kept(number(head.get("GrossWet", "")), 5)
    found["net_weight"] = kept(number(head.get("NetWt", "")), 5)
    found["moved_on"] = day(head.get("IEDate", ""))
    currencies = {row.get("TradeCurr", "") for row in goods}
    found["currency"] = next(iter(currencies))[:3] if len(currencies) == 1 else ""
    found["total"] = _total(goods) if found["currency"] else None
    return found


def goods_of(document: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The values of ``GOODS_COLUMNS`` of every line."""
    head: Mapping[str, str] = document.get("DecHead") or {}
    # On an export declaration the two countries stand in each other's place (domain.declaration).
    origin = "DestinationCountry" if head.get("IEFlag") == "E" else "OriginCountry"
    return [
        (
            place,
            row.get("CodeTS", "")[:10],
            row.get("GName", "")[:255],
            row.get("GModel", "")[:255],
            kept(number(row.get("GQty", "")), 5),
            row.get("GUnit", "")[:3],
            kept(number(row.get("FirstQty", "")), 5),
            kept(number(row.get("DeclPrice", "")), 4),
            kept(number(row.get("DeclTotal", "")), 4),
            row.get("TradeCurr", "")[:3],
            row.get(origin, "")[:3],
        )
        for place, row in enumerate(document.get("DecLists") or (), 1)
    ]


def plain_goods_of(document: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """``goods_of`` as it is stored: decimals as scaled integers (``storage.bulk``)."""
    rows = []
    for line in goods_of(document):
        values = list(line)
        for at, places in _DECIMALS:
            if values[at] is not None:
                values[at] = int(values[at].scaleb(places))
        rows.append(tuple(values))
    return rows


def kept(value: Decimal | None, places: int) -> Decimal | None:
    """``value`` when a column of ``places`` decimals holds it exactly, else None."""
    if value is None or abs(value.adjusted()) > 20 or len(value.as_tuple().digits) > 25:
        return None
    scaled = value.scaleb(places)
    return value if scaled == scaled.to_integral_value() and abs(scaled) <= LARGEST else None


def _whole(text: str) -> int | None:
    value = kept(number(text), 0)
    return None if value is None else int(value)


def _total(goods: list[Mapping[str, str]]) -> Decimal | None:
    totals = [number(row.get("DeclTotal", "")) for row in goods]
    known = [total for total in totals if total is not None]
    return kept(sum(known, Decimal(0)), 4) if len(known) == len(totals) else None
