"""代理报关委托书 with 委托报关协议: filled from the client, the broker, the mandate and one declaration.

The wording follows the form in public use; what nobody knows stays a line to be written on.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from guanzhang.customs.domain.declaration import Declaration
from guanzhang.customs.domain.form import Names
from guanzhang.customs.prints import engine
from guanzhang.reference.domain.view import Reference

EDITION = "M1"  # of the layout: raise it with every change that changes the bytes of a print
_SERVICES = (
    "填单申报", "申请、联系和配合实施检验检疫", "辅助查验", "代缴税款", "设立手册（账册）",
    "核销手册（账册）", "领取海关相关单证", "其他",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """Who signs: empty facts are written by hand."""

    name: str = ""
    usc_code: str = ""
    customs_code: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Mandate:
    """The facts of a mandate. ``is_long``: for many declarations until ``valid_to``."""

    number: str = ""
    is_long: bool | None = None
    valid_to: dt.date | None = None
    services: str = ""  # letters of the services, "ABD"; "" is chosen by hand


@dataclass(frozen=True, slots=True)
class Shipment:
    """What the agreement says about one shipment; all empty for a mandate on its own."""

    goods: str = ""
    hs_code: str = ""
    total: str = ""
    moved_on: str = ""
    bill_no: str = ""
    trade_mode: str = ""
    amount: str = ""
    packing: str = ""
    origin: str = ""


def shipment_of(declaration: Declaration, reference: Reference) -> Shipment:
    """The main goods of a declaration: its first line, and how many more there are."""
    names = Names(reference)
    head = declaration.document.get("DecHead") or {}
    goods = declaration.goods
    more = f" 等 {len(goods)} 项" if len(goods) > 1 else ""
    first = goods[0] if goods else None
    currencies = declaration.currencies
    totals = [line.total for line in goods]
    total = sum(t for t in totals if t is not None)
    known = bool(goods) and None not in totals and len(currencies) == 1
    return Shipment(
        goods=first.name + more if first else "",
        hs_code=first.hs_code if first else "",
        total=f"{currencies[0]} {total:f}" if known else "",
        moved_on=head.get("IEDate", ""),
        bill_no=declaration.bill_no,
        trade_mode=names.both("trade_mode", declaration.trade_mode),
        amount=f"毛重 {head['GrossWet']} 千克" if head.get("GrossWet") else "",
        packing=f"{head.get('PackNo', '')} {names.both('wrap_type', declaration.packing)}".strip(),
        origin=_origin(declaration, names),
    )


def mandate_pdf(
    mandate: Mandate,
    client: Company,
    broker: Company,
    shipment: Shipment | None = None,
    *,
    origin: str = "",
) -> bytes:
    """The bytes of the letter and the agreement; equal facts give equal bytes."""
    data = _data(mandate, client, broker, shipment or Shipment())
    texts = [asdict(client), asdict(broker), asdict(shipment or Shipment())]
    small = engine.joined(origin, f"版式 {EDITION}")
    return engine.pdf("mandate", data | {"origin": small, "note": engine.missing_note(texts)})


def _data(
    mandate: Mandate, client: Company, broker: Company, goods: Shipment
) -> dict[str, Any]:
    choice = {True: "B", False: "A", None: ""}[mandate.is_long]
    until = mandate.valid_to
    days = (f"{until:%Y}", f"{until:%m}", f"{until:%d}") if until else ("", "", "")
    listed = "、".join(
        f"{letter}、{name}" for letter, name in zip("ABCDEFGH", _SERVICES, strict=True)
    )
    letter: tuple[tuple[bool, list[str | dict[str, Any]]], ...] = (
        (False, [_blank(broker.name, 70), "："]),
        (
            True,
            [
                "我单位现", _blank(choice, 12), "（A、逐票　B、长期）委托贵公司代理",
                _blank(mandate.services, 34), f"等通关事宜（{listed}），详见《委托报关协议》。",
            ],
        ),
        (
            True,
            [
                "我单位保证遵守海关有关法律、法规和规章，保证所提供的情况真实、完整，单货相符，",
                "没有侵犯他人知识产权的行为；否则愿承担相应的法律责任。",
            ],
        ),
        (
            True,
            [
                "本委托书有效期自签字之日起至", _blank(days[0], 14), "年", _blank(days[1], 9), "月",
                _blank(days[2], 9), "日止。",
            ],
        ),
    )  # fmt: skip
    return {
        "title": "代理报关委托书",
        "agreement": "委托报关协议",
        "watermark": "",
        "number": mandate.number,
        "letter": [
            {"indent": indent, "parts": [_part(piece) for piece in parts]}
            for indent, parts in letter
        ],
        "client": _client_rows(client, goods),
        "broker": _broker_rows(broker),
        "wishes": "",
        "promise": "委托方保证填写的内容真实，所附单证齐全有效，并对此承担责任。",
        "promise_back": "被委托方按委托内容和海关规定如实申报，妥善保管委托方的单证，并对此承担责任。",
        "phone": client.phone,
        "broker_phone": broker.phone,
    }


def _client_rows(client: Company, goods: Shipment) -> list[dict[str, str]]:
    return _rows(
        ("委托方", client.name),
        ("统一社会信用代码", client.usc_code),
        ("海关备案编码", client.customs_code),
        ("主要货物名称", goods.goods),
        ("HS 编码", goods.hs_code),
        ("货物总价", goods.total),
        ("进出口日期", goods.moved_on),
        ("提(运)单号", goods.bill_no),
        ("监管方式", goods.trade_mode),
        ("数(重)量", goods.amount),
        ("包装情况", goods.packing),
        ("原产地/货源地", goods.origin),
    )


def _broker_rows(broker: Company) -> list[dict[str, str]]:
    boxes = "□合同　□发票　□装箱清单　□提(运)单　□加工贸易手册　□许可证件　□其他"
    return _rows(
        ("被委托方", broker.name),
        ("统一社会信用代码", broker.usc_code),
        ("海关备案编码", broker.customs_code),
        ("报关单编码", ""),
        ("收到单证日期", ""),
        ("收到单证情况", boxes),
        ("报关收费", "人民币：　　　　　　元"),
    )


def _rows(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"label": label, "text": text} for label, text in pairs]


def _blank(text: str, width: int) -> dict[str, Any]:
    """A value, or a line of ``width`` mm to write it on."""
    return {"kind": "blank", "text": text, "width": width}


def _part(piece: str | dict[str, Any]) -> dict[str, Any]:
    return {"kind": "text", "text": piece} if isinstance(piece, str) else piece


def _origin(declaration: Declaration, names: Names) -> str:
    table = "country" if declaration.is_import else "district"
    codes = [
        line.origin if declaration.is_import else line.district for line in declaration.goods
    ]
    return "、".join(names.both(table, code) for code in dict.fromkeys(filter(None, codes)))
