"""The shape of a goods declaration message: its blocks, their elements, lengths and order.

The elements keep the names of the Single Window, official mis-spellings included
(EdocRealation, PromiseItmes, GrossWet …): a form field, a stored value, a problem's path and the
message all say the same word. The table of elements is ``data/message.csv``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Kind = Literal["text", "decimal", "integer", "date", "datetime", "blob"]
NAMESPACE = "http://www.chinaport.gov.cn/dec"
VERSION = "4.8"  # of messages that we write; those read keep theirs
_TABLE = Path(__file__).parent.parent / "data" / "message.csv"


@dataclass(frozen=True, slots=True)
class Element:
    """One element. ``length`` counts characters, of a decimal all digits; 0 = no limit is known."""

    name: str
    label: str
    kind: Kind
    length: int
    scale: int
    on_save: bool
    on_declare: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the message.

    ``key`` is its place in a document and the element that encloses it in XML; ``item`` is the
    element of one row (equal to ``key`` when rows stand bare under the root). ``many``: a document
    holds a list of rows, otherwise one mapping. ``children`` are blocks inside a row.
    """

    key: str
    item: str
    label: str
    many: bool
    elements: Mapping[str, Element]
    children: tuple[Block, ...] = ()

    @property
    def is_bare(self) -> bool:
        return self.many and self.key == self.item


# (key, item, many) in the order of the message; the third column of the CSV is found by `table`.
_ORDER: tuple[tuple[str, str, str, str, bool], ...] = (
    # key, item, rows of the CSV, label, many
    ("DecHead", "DecHead", "DecHead", "表头", False),
    ("DecLists", "DecList", "DecList", "商品", True),
    ("DecContainers", "Container", "DecContainer", "集装箱", True),
    ("DecLicenseDocus", "LicenseDocu", "DecLicenseDocus", "随附单证", True),
    ("DecRequestCerts", "DecRequestCert", "DecRequestCert", "申请单证", True),
    ("DecOtherPacks", "DecOtherPack", "DecOtherPack", "其他包装", True),
    ("DecCopLimits", "DecCopLimit", "DecCopLimit", "企业资质", True),
    ("DecUsers", "DecUser", "DecUser", "使用人", True),
    ("DecMarkLobs", "DecMarkLob", "DecMarkLob", "标记号码附件", True),
    ("DecFreeTxt", "DecFreeTxt", "DecFreeTxt", "自由文本", False),
    ("DecSign", "DecSign", "DecSign", "签名", False),
    ("TrnHead", "TrnHead", "TrnHead", "转关单表头", False),
    ("TrnList", "TrnList", "TrnList", "转关提单", False),
    ("TrnContainers", "TrnContainer", "TrnContainer", "转关集装箱", True),
    ("TrnContaGoodsList", "TrnContaGoods", "TrnContaGoodsList", "转关集装箱商品", True),
    ("DecSupplementLists", "DecSupplement", "DecSupplement", "补充申报", True),
    ("DecCopPromises", "DecCopPromise", "DecCopPromise", "企业承诺", True),
    ("DecTpAccess", "DecTpAccess", "DecTpAccess", "两段准入", False),
    ("DecRoyaltyFee", "DecRoyaltyFee", "DecRoyaltyFee", "特许权使用费", False),
    ("SddTax", "SddTax", "SddTax", "报税单", False),
    ("DecRisk", "DecRisk", "DecRisk", "风险评估", False),
    ("DecControlModels", "DecControlModel", "DecControlModel", "禁限管制要素", True),
    ("EdocRealation", "EdocRealation", "EdocRealation", "电子随附单据", True),
    ("EcoRelation", "EcoRelation", "EcoRelation", "随附单证对应", True),
)


@cache
def blocks() -> Mapping[str, Block]:
    """Every block of a document by its key, in the order of the message."""
    table = _read_table()
    vins = Block(
        "DecGoodsLimitVins",
        "DecGoodsLimitVin",
        "许可证车辆",
        many=True,
        elements=table["DecGoodsLimitVin"],
    )
    limits = Block(
        "DecGoodsLimits",
        "DecGoodsLimit",
        "产品资质",
        many=True,
        elements=table["DecGoodsLimit"],
        children=(vins,),
    )
    return {
        key: Block(key, item, label, many, table[rows], (limits,) if key == "DecLists" else ())
        for key, item, rows, label, many in _ORDER
    }


def every_block() -> Iterator[Block]:
    """Blocks with the blocks inside them."""
    waiting = list(blocks().values())
    while waiting:
        block = waiting.pop(0)
        yield block
        waiting = [*block.children, *waiting]


def _read_table() -> dict[str, dict[str, Element]]:
    found: dict[str, dict[str, Element]] = {}
    with _TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["block"], {})[row["element"]] = Element(
                name=row["element"],
                label=row["label"],
                kind=row["kind"],  # type: ignore[arg-type]
                length=int(row["length"] or 0),
                scale=int(row["scale"] or 0),
                on_save=row["on_save"] == "1",
                on_declare=row["on_declare"] == "1",
            )
    return found
