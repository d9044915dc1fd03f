"""What the library of a client's goods remembers of a line, and what it is found by. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# Of one shipment only: its number, quantities, money, lots and the licences used up by it.
_ONCE = frozenset(
    {
        "GNo", "GQty", "FirstQty", "SecondQty", "DeclPrice", "DeclTotal", "ProduceDate",
        "ProdBatchNo", "ProdValidDt", "WorkUsd", "DecGoodsLimits", "other",
    }
)  # fmt: skip
KEY_LENGTHS = {"hs_code": 10, "name": 255, "article_no": 60}
LONGEST_SEARCH = 400


def remembered(row: Mapping[str, Any]) -> dict[str, Any]:
    """The elements of a goods line that are the same next time: code, name, elements, units, origin."""
    return {name: value for name, value in row.items() if name not in _ONCE}


def key_of(row: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """(HS code, name, article number) that make a goods one of the library; None if too little is said."""
    code, name = row.get("CodeTS", ""), row.get("GName", "")
    if not (code and name):
        return None
    article = row.get("ExgNo", "") or row.get("GoodsModel", "")
    return (
        code[: KEY_LENGTHS["hs_code"]],
        name[: KEY_LENGTHS["name"]],
        article[: KEY_LENGTHS["article_no"]],
    )


def search_text(
    key: tuple[str, str, str], row: Mapping[str, Any], spellings: Iterable[str]
) -> str:
    """Lower case words: code, article, name, its pinyin, English name, model, in order of use."""
    code, name, article = key
    words = [
        code,
        article,
        name,
        *spellings,
        row.get("DeclGoodsEname", ""),
        row.get("GModel", ""),
    ]
    return " ".join(dict.fromkeys(word.casefold() for word in words if word))[:LONGEST_SEARCH]
