"""放行通知 and 查验通知: what a receipt said, on paper, for the warehouse and the client."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from guanzhang.customs.domain.declaration import read
from guanzhang.customs.domain.form import Cell, Facts, GoodsColumn, Names
from guanzhang.customs.prints.goods_list import head_cells
from guanzhang.customs.prints.sheet import Sheet, row
from guanzhang.reference.domain.view import Reference

TITLES = {"release": "放行通知", "inspection": "查验通知"}
_SENTENCES = {
    "release": "上述货物已由海关放行，请凭此办理提货或装运手续。",
    "inspection": "上述货物被海关布控查验，请按约定时间备齐单证、到场配合，并告知货物存放位置。",
}
_COLUMNS = (
    GoodsColumn("项号", 10),
    GoodsColumn("商品编号", 26),
    GoodsColumn("商品名称", 80),
    GoodsColumn("成交数量", 34, "right"),
    GoodsColumn("原产国(地区)", 36),
)


def notice_paper(
    kind: str,
    document: Mapping[str, Any],
    reference: Reference,
    facts: Facts,
    *,
    at: dt.datetime,
    note: str,
) -> Sheet:
    """The notice of ``kind`` (a key of ``TITLES``); ``at`` is local time, ``note`` what was said."""
    declaration = read(document)
    names = Names(reference)
    head: Mapping[str, str] = document.get("DecHead") or {}
    boxes = "；".join(box.number for box in declaration.containers if box.number)
    return Sheet(
        title=TITLES[kind],
        fields=(
            *head_cells(declaration, facts),
            names.cell("申报地海关", "customs_office", declaration.customs_office),
            names.cell("监管方式", "trade_mode", declaration.trade_mode),
            Cell("货物存放地点", head.get("GoodsPlace", ""), width=2),
            Cell("回执时间", f"{at:%Y-%m-%d %H:%M}"),
            Cell("回执内容", note, width=3),
            Cell("集装箱号", boxes, width=4),
        ),
        columns=_COLUMNS,
        rows=tuple(
            row(
                line.number,
                line.hs_code,
                line.name,
                names.amount(line.raw.get("GQty", ""), line.raw.get("GUnit", "")),
                names.both("country", line.origin),
            )
            for line in declaration.goods
        ),
        paragraphs=(
            _SENTENCES[kind],
            "本通知由报关系统按收到的海关回执生成，不代替海关签发的单证。",
        ),
        signatures=("经办人", "联系电话", "日期"),
        origin=facts.origin,
        landscape=False,
    )
