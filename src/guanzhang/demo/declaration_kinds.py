"""Clean declarations of many kinds: supervision modes, ways of transport, papers, up to fifty lines.

Pure, like ``clean_document`` which they start from. Each maker changes a plain declaration so that it
becomes one of its kind and still breaks no rule; ``any_clean_document`` picks one by its weight.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random

from guanzhang.customs.domain.document import Document, tidied
from guanzhang.demo.declarations import (
    AGENT,
    CLIENT,
    Article,
    Company,
    articles,
    clean_document,
    container_number,
    needs_papers,
)
from guanzhang.reference import shipped

Maker = Callable[[Random, dt.date, Document, bool], None]
_EXEMPT_FROM_RELATION = "99999"
_FEW, _MANY = 6, 50


def _processing(rng: Random, _on: dt.date, document: Document, _is_import: bool) -> None:  # noqa: FBT001
    """进料对口: a manual, no duty, an item of the manual for every line."""
    head = document["DecHead"]
    head |= {"TradeMode": "0615", "CutMode": "503", "PromiseItmes": _EXEMPT_FROM_RELATION}
    head["ManualNo"] = f"C3104{rng.randrange(10**7):07}"
    for number, row in enumerate(document["DecLists"], 1):
        row |= {"DutyMode": "3", "ContrItem": str(number)}


def _bonded(rng: Random, on: dt.date, document: Document, is_import: bool) -> None:  # noqa: FBT001
    """保税仓库货物: an account book and its list."""
    head = document["DecHead"]
    head |= {"TradeMode": "1233", "PromiseItmes": _EXEMPT_FROM_RELATION}
    head.pop("CutMode", None)
    head["ManualNo"] = f"T3104{rng.randrange(10**7):07}"
    serial = f"{rng.randrange(10**9):09}"
    letter = "I" if is_import else "E"
    document["DecLicenseDocus"] = [
        {"DocuCode": "a", "CertCode": f"QD3104{on:%y}{letter}{serial}"}
    ]
    for row in document["DecLists"]:
        row["DutyMode"] = "3"


def _samples(_rng: Random, _on: dt.date, document: Document, _is_import: bool) -> None:  # noqa: FBT001
    """货样广告品: no deal, so no contract."""
    head = document["DecHead"]
    head |= {"TradeMode": "3010", "CutMode": "299"}
    head.pop("ContrNo", None)
    for row in document["DecLists"]:
        row["DutyMode"] = "1"


def _temporary(rng: Random, on: dt.date, document: Document, is_import: bool) -> None:  # noqa: FBT001
    """暂时进出货物: the note says when they go back."""
    head = document["DecHead"]
    back = on + dt.timedelta(days=rng.randrange(60, 150))
    way = "复运出境" if is_import else "复运进境"
    head |= {"TradeMode": "2600", "CutMode": "299", "NoteS": f"预计{back:%Y%m%d}{way}"}
    for row in document["DecLists"]:
        row["DutyMode"] = "6"
    head["NoteS"] += f" 保证金编号BZ{rng.randrange(10**8):08}"


def _returned(rng: Random, on: dt.date, document: Document, is_import: bool) -> None:  # noqa: FBT001
    """退运货物: names the declaration that it reverses."""
    head = document["DecHead"]
    head |= {"TradeMode": "4561", "CutMode": "299"}
    year = (on - dt.timedelta(days=60)).year
    digit = "0" if is_import else "1"
    number = f"{head['CustomMaster']}{year}{digit}{rng.randrange(10**9):09}"
    document["DecFreeTxt"]["RelId"] = number
    for row in document["DecLists"]:
        row["DutyMode"] = "3"


def _wooden(_rng: Random, _on: dt.date, document: Document, _is_import: bool) -> None:  # noqa: FBT001
    """On wooden pallets with the mark of the plant protection convention."""
    document["DecHead"] |= {"WrapType": "93", "NoteS": "木质包装已加施IPPC标识"}
    document["DecHead"].pop("NoOtherPack", None)
    packages = document["DecHead"]["PackNo"]
    document["DecOtherPacks"] = [{"PackType": "22", "PackQty": packages}]


def _boxed(rng: Random, _on: dt.date, document: Document, _is_import: bool) -> None:  # noqa: FBT001
    """Each box with the lines and the weight in it."""
    head = document["DecHead"]
    if head["TrafMode"] != "2":
        return
    gross, count = Decimal(head["GrossWet"]), len(document["DecLists"])
    boxes = 1 + int(gross // 20_000)
    part = (gross / boxes).quantize(Decimal("0.1"))
    weights = [part] * (boxes - 1) + [gross - part * (boxes - 1)]
    numbers: dict[str, None] = {}
    while len(numbers) < boxes:
        numbers[container_number(rng)] = None
    document["DecContainers"] = [
        {
            "ContainerId": number, "ContainerMd": rng.choice(("11", "12")), "LclFlag": "0",
            "GoodsNo": ",".join(str(n) for n in range(1, count + 1)),
            "GoodsContaWt": format(weight.normalize(), "f"), "ContainerWt": "3800",
        }
        for number, weight in zip(numbers, weights, strict=True)
    ]  # fmt: skip


def _by_road(rng: Random, _on: dt.date, document: Document, _is_import: bool) -> None:  # noqa: FBT001
    """公路运输: a cargo list in place of a ship, no voyage."""
    head = document["DecHead"]
    head |= {"TrafMode": "4", "TrafName": f"{rng.randrange(10**15, 10**16)}"}
    head.pop("BillNo", None)
    document["DecFreeTxt"].pop("VoyNo", None)
    document.pop("DecContainers", None)


def _guaranteed(rng: Random, _on: dt.date, document: Document, _is_import: bool) -> None:  # noqa: FBT001
    """担保验放: the note has the number of the guarantee."""
    document["DecHead"] |= {
        "ChkSurety": "1",
        "NoteS": f"保函编号BH{rng.randrange(10**8):08}",
    }


def _split_units(_rng: Random, _on: dt.date, document: Document, _is_import: bool) -> None:  # noqa: FBT001
    """Sold by the tonne where the law counts kilograms."""
    for row in document["DecLists"]:
        if row["GUnit"] != "035" or "." in row["GQty"]:
            continue
        tonnes = Decimal(row["GQty"]) / 1000
        row |= {"GUnit": "070", "GQty": format(tonnes.normalize(), "f")}
        row["DeclPrice"] = format((Decimal(row["DeclPrice"]) * 1000).normalize(), "f")
        total = (tonnes * Decimal(row["DeclPrice"])).quantize(Decimal("0.01"))
        row["DeclTotal"] = format(total.normalize(), "f")


def _plain(_rng: Random, _on: dt.date, _document: Document, _is_import: bool) -> None:  # noqa: FBT001
    """一般贸易 as it comes."""


# name → (maker, weight, the directions that it has)
KINDS: Mapping[str, tuple[Maker, int, str]] = {
    "plain": (_plain, 40, "IE"),
    "boxed": (_boxed, 12, "IE"),
    "processing": (_processing, 10, "IE"),
    "wooden": (_wooden, 8, "IE"),
    "by_road": (_by_road, 6, "IE"),
    "tonnes": (_split_units, 6, "IE"),
    "bonded": (_bonded, 5, "I"),
    "samples": (_samples, 4, "IE"),
    "temporary": (_temporary, 3, "IE"),
    "returned": (_returned, 3, "IE"),
    "guaranteed": (_guaranteed, 3, "I"),
}


def clean_document_of(
    kind: str,
    rng: Random,
    on: dt.date,
    *,
    is_import: bool,
    client: Company = CLIENT,
    agent: Company = AGENT,
    declarant: tuple[str, str] = ("赵海", ""),
    lines: int = 0,
) -> Document:
    """A declaration of a kind of ``KINDS`` that breaks no rule."""
    document = clean_document(
        rng,
        on,
        is_import=is_import,
        client=client,
        agent=agent,
        declarant=declarant,
        lines=lines,
    )
    maker, _weight, _directions = KINDS[kind]
    maker(rng, on, document, is_import)
    return tidied(document)


def any_clean_document(
    rng: Random,
    on: dt.date,
    *,
    client: Company = CLIENT,
    agent: Company = AGENT,
    declarant: tuple[str, str] = ("赵海", ""),
    with_papers: bool = True,
) -> Document:
    """A clean declaration of any kind and direction; every fifth import needs inspection papers."""
    is_import = rng.random() < 0.5
    flag = "I" if is_import else "E"
    names = [name for name, (_maker, _weight, sides) in KINDS.items() if flag in sides]
    kind = rng.choices(names, [KINDS[name][1] for name in names])[0]
    lines = rng.choices((0, rng.randrange(_FEW, _MANY + 1)), (85, 15))[0]
    document = clean_document_of(
        kind,
        rng,
        on,
        is_import=is_import,
        client=client,
        agent=agent,
        declarant=declarant,
        lines=lines,
    )
    if with_papers and kind == "plain" and rng.random() < 0.3:
        return inspected(rng, document, is_import=is_import)
    return document


def inspected(rng: Random, document: Document, *, is_import: bool) -> Document:
    """The same with its first line replaced by goods under inspection or licence, and their papers."""
    wanted = [a for a in articles() if needs_papers(a, is_import=is_import) and not _is_odd(a)]
    if not wanted:
        return document
    article = rng.choice(wanted)
    row = _with_papers(document["DecLists"][0], article, is_import=is_import)
    tariff = article.tariff
    licences = []
    side = "on_import" if is_import else "on_export"
    for letter in tariff.supervision:
        known = shipped.tables()["license_doc"][letter]
        if letter != "A" and known.extra.get(side) == "1" and letter not in "689xyvte":
            licences.append(
                {"DocuCode": letter, "CertCode": f"26{letter}{rng.randrange(10**8):08}"}
            )
    lines = [row, *document["DecLists"][1:]]
    net = _net_of(lines)
    head = dict(document["DecHead"])
    if net is not None:
        gross = (net * Decimal("1.05")).quantize(Decimal("0.1")) + 1
        head |= {
            "NetWt": _text(max(net, Decimal(1))),
            "GrossWet": _text(max(gross, Decimal(1))),
        }
    changed = {**document, "DecHead": head, "DecLists": lines, "DecLicenseDocus": licences}
    changed.pop("DecContainers", None)
    return tidied(changed)


def _is_odd(article: Article) -> bool:
    """Goods whose declaration needs more than papers: quotas, cars, chemicals, modified seeds."""
    letters = article.tariff.supervision
    return bool(set(letters) & set("46t")) or article.goods.code[:2] in (
        "28",
        "29",
        "38",
        "87",
        "10",
    )


def _with_papers(
    row: Mapping[str, str], article: Article, *, is_import: bool
) -> dict[str, str]:
    tariff, code = article.tariff, article.goods.code
    quantity = Decimal(row["GQty"]).to_integral_value() or Decimal(1)
    kilos = (
        quantity
        if tariff.unit1 == "035"
        else (quantity * article.kilos).quantize(Decimal("0.001"))
    )
    price = Decimal(row["DeclPrice"])
    brand = "0" if "{b}" not in article.specification else "4" if is_import else "1"
    text = article.specification.format(b="无品牌" if brand == "0" else "KORVA牌", m="K20-300")
    changed = {
        **row, "CodeTS": code, "GName": article.name, "GModel": f"{brand}|{'3' if is_import else '0'}|{text}",
        "GQty": _text(quantity), "GUnit": tariff.unit1, "FirstQty": _text(quantity),
        "FirstUnit": tariff.unit1, "DeclTotal": _text((quantity * price).quantize(Decimal("0.01"))),
        "CiqCode": "101", "GoodsAttr": "19,13" if "L" in tariff.inspection else "19",
    }  # fmt: skip
    if code.startswith(("1201", "1005", "1205", "1507", "1514", "2304", "2306")):
        changed["GoodsAttr"] += ",17"
    for name in ("SecondUnit", "SecondQty"):
        changed.pop(name, None)
    if tariff.unit2:
        second = kilos if tariff.unit2 == "035" else quantity * 2
        changed |= {"SecondUnit": tariff.unit2, "SecondQty": _text(second)}
    return changed


def _net_of(rows: list[dict[str, str]]) -> Decimal | None:
    """The weight of lines that all count kilograms."""
    total = Decimal(0)
    for row in rows:
        for unit, quantity in (("FirstUnit", "FirstQty"), ("SecondUnit", "SecondQty")):
            if row.get(unit) == "035":
                total += Decimal(row[quantity])
                break
        else:
            return None
    return total


def _text(value: Decimal) -> str:
    return format(value.normalize(), "f")
