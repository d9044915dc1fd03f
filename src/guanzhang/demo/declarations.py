"""Declarations without a fault, as documents: for the demo company, and clean cases for the checks.

Pure: a random source and a day go in, and equal sources give equal documents. Everything in them is
invented but the codes, which are those of the shipped tables and the demo tariff. ``clean_document``
makes one; ``CLIENT`` and ``AGENT`` are companies to make it for.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from guanzhang.customs.domain.document import Document, new_document, tidied
from guanzhang.demo.words import GOODS, REFERENCE, Goods
from guanzhang.reference import shipped
from guanzhang.reference.domain.tariff import TariffLine

KILOGRAM = "035"
_DISTRICTS = {  # where the district of a place does not follow from its region
    "310115": "31229", "310112": "31119", "320583": "32239", "440606": "44229", "120116": "12079",
    "500112": "50129", "331002": "33119",
}  # fmt: skip
# Yuan for one unit, about: only to make amounts of a likely size.
_ABOUT = {
    "USD": Decimal("7.1"),
    "EUR": Decimal("8.1"),
    "JPY": Decimal("0.047"),
    "CNY": Decimal(1),
}
_BRANDS = ("KORVA", "LINDEX-T", "MERANO", "TOSKA", "VELDRA", "HANSEL", "NORIKO", "PAXON")
_SHIPS = ("YONG HAI 8", "EASTERN PINE", "MEISHAN EXPRESS", "BLUE CORMORANT", "HANSA LINDE")
_BUYERS = ("HOLDINGS LTD", "TRADING GMBH", "IMPORT BV", "INDUSTRIES CO LTD", "SUPPLY INC")


@dataclass(frozen=True, slots=True)
class Company:
    """A company as a declaration names it. ``region`` is its GB/T 2260 code."""

    name: str
    usc_code: str
    customs_code: str
    region: str


@dataclass(frozen=True, slots=True)
class Country:
    """A trading partner: its code, a port of it, and the currency it usually pays in."""

    code: str
    port: str
    currency: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Where goods cross: customs office, way of transport, domestic port, where they lie."""

    office: str
    traffic: str  # 2 sea, 5 air
    port: str
    place: str


@dataclass(frozen=True, slots=True)
class Article:
    """Something that is declared. ``kilos`` is the net weight of one legal unit."""

    goods: Goods
    name: str
    kilos: Decimal
    specification: str  # the elements after the first two, {b} brand, {m} model

    @property
    def tariff(self) -> TariffLine:
        return shipped.demo_tariff()[self.goods.code]


CLIENT = Company("宁波示例进出口有限公司", "91330206MAYH98013P", "3302939001", "330206")
AGENT = Company("宁波远航报关有限公司", "91330206MAYH990168", "3302980099", "330206")
COUNTRIES: Mapping[str, Country] = {
    c.code: c
    for c in (
        Country("USA", "USA264", "USD"), Country("DEU", "DEU063", "EUR"),
        Country("NLD", "NLD066", "EUR"), Country("JPN", "JPN570", "JPY"),
        Country("KOR", "KOR003", "USD"), Country("THA", "THA005", "USD"),
        Country("VNM", "VNM012", "USD"), Country("AUS", "AUS225", "USD"),
        Country("CHL", "CHL123", "USD"), Country("ITA", "ITA075", "EUR"),
        Country("FRA", "FRA902", "EUR"), Country("MYS", "MYS105", "USD"),
        Country("CAN", "CAN465", "USD"), Country("BRA", "BRA099", "USD"),
        Country("ARE", "ARE018", "USD"), Country("MEX", "MEX042", "USD"),
        Country("POL", "POL006", "EUR"), Country("IND", "IND018", "USD"),
        Country("SAU", "SAU009", "USD"),
    )
}  # fmt: skip
_SELLERS = ("JPN", "DEU", "KOR", "USA", "THA", "ITA", "FRA", "AUS", "CHL", "MYS", "CAN")
_BUYING = ("USA", "DEU", "NLD", "MEX", "VNM", "IND", "BRA", "ARE", "POL", "AUS", "SAU", "JPN")
GATES = (
    Gate("3104", "2", "380101", "北仑港区二期堆场"),
    Gate("3116", "2", "380101", "梅山港区堆场"),
    Gate("3106", "2", "380101", "大榭港区堆场"),
    Gate("3115", "5", "380201", "栎社机场国际货站"),
    Gate("2248", "2", "310101", "洋山港区四期堆场"),
    Gate("2225", "2", "310101", "外高桥港区堆场"),
    Gate("2233", "5", "310201", "浦东机场货运站"),
)
_WEIGHTS = (46, 16, 8, 6, 10, 8, 6)


@cache
def articles() -> tuple[Article, ...]:
    """What the demo company declares, each with its price range and its tariff line."""
    by_code = {g.code: g for g in GOODS}
    with (REFERENCE / "declared.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Article(by_code[r["code"]], r["name"], Decimal(r["kilos"]), r["specification"])
            for r in csv.DictReader(file)
        )


def needs_papers(article: Article, *, is_import: bool) -> bool:
    """Whether goods want a licence or an inspection in the direction: not for plain declarations."""
    line = article.tariff
    imported, _, exported = line.inspection.partition("/")
    letters = set(line.supervision)
    if is_import:
        return bool(imported or letters & set("14679AOPQtxyv"))
    return bool(exported or letters & set("348Bxy"))


def district_of(region: str) -> str:
    """The district (国内地区) of a place: its own, or the "other" of its city."""
    own = _DISTRICTS.get(region, f"{region[:4]}9")
    known = shipped.tables()["district"]
    if own in known:
        return own
    return next(code for code in known if code[:2] == region[:2])


def clean_document(
    rng: Random,
    on: dt.date,
    *,
    is_import: bool,
    client: Company = CLIENT,
    agent: Company = AGENT,
    declarant: tuple[str, str] = ("赵海", ""),
    choice: Sequence[Article] = (),
    lines: int = 0,
    gate: Gate | None = None,
) -> Document:
    """A declaration of ``on`` that breaks no rule.

    ``choice`` are the articles to take from (default: all that need no papers), ``lines`` how many
    (default: one to five). Equal articles of one client always cost about the same.
    """
    fitting = [a for a in choice or articles() if not needs_papers(a, is_import=is_import)]
    country = COUNTRIES[rng.choice(_SELLERS if is_import else _BUYING)]
    gate = gate or rng.choices(GATES, _WEIGHTS)[0]
    currency = rng.choices((country.currency, "USD", "CNY"), (60, 32, 8))[0]
    count = min(lines or rng.choice((1, 1, 2, 2, 3, 4, 5)), len(fitting))
    chosen = rng.sample(fitting, count)
    rows, kilos = [], Decimal(0)
    for article in chosen:
        row, net = _line(rng, article, client, country, currency, is_import=is_import)
        rows.append(row)
        kilos += net
    document = new_document(is_import=is_import)
    document["DecHead"] |= _companies(client, agent, declarant[0])
    document["DecHead"] |= _movement(rng, on, country, gate, is_import=is_import)
    document["DecHead"] |= _weights(rng, kilos)
    document["DecHead"] |= _terms(rng, rows, currency, is_import=is_import)
    document["DecHead"]["ContrNo"] = (
        f"{client.usc_code[12:16]}{on:%y%m}-{rng.randrange(1000):03}"
    )
    document["DecLists"] = rows
    document["DecFreeTxt"] = {"VoyNo": f"{rng.randrange(1000):03}{'WENS'[on.day % 4]}"}
    if declarant[1]:
        document["DecFreeTxt"]["DecNo"] = declarant[1]
    if gate.traffic == "2" and kilos > 2000:
        document["DecContainers"] = _containers(rng, kilos, count)
    return tidied(document)


def _companies(client: Company, agent: Company, declarant: str) -> dict[str, str]:
    return {
        "TradeCoScc": client.usc_code, "TradeCode": client.customs_code,
        "TradeName": client.name, "OwnerCodeScc": client.usc_code,
        "OwnerCode": client.customs_code, "OwnerName": client.name,
        "AgentCodeScc": agent.usc_code, "AgentCode": agent.customs_code,
        "AgentName": agent.name, "CopCodeScc": agent.usc_code, "CopCode": agent.usc_code[8:17],
        "CopName": agent.name, "InputerName": declarant, "DeclareName": declarant,
    }  # fmt: skip


def _movement(
    rng: Random, on: dt.date, country: Country, gate: Gate, *, is_import: bool
) -> dict[str, str]:
    """Way of transport, offices, ports, countries, who is on the other side."""
    other = f"{rng.choice(_BRANDS)} {rng.choice(_BUYERS)}"
    head = {
        "CustomMaster": gate.office, "IEPort": gate.office, "EntyPortCode": gate.port,
        "TrafMode": gate.traffic, "TradeMode": "0110", "CutMode": "101",
        "TradeAreaCode": country.code, "TradeCountry": country.code,
        "DistinatePort": country.port, "MarkNo": "N/M", "NoOtherPack": "1",
        "TypistNo": "2500000000017",
        "OverseasConsignorEname" if is_import else "OverseasConsigneeEname": other,
        "PromiseItmes": "00000" if is_import else "99999",
    }  # fmt: skip
    if gate.traffic == "5":
        serial = rng.randrange(10**6, 10**7)
        head["TrafName"] = f"CA{rng.randrange(100, 999)}"
        head["BillNo"] = f"999{serial}{serial % 7}_{rng.randrange(10**7, 10**8)}"
    else:
        head["TrafName"] = rng.choice(_SHIPS)
        head["BillNo"] = f"YHSU{rng.randrange(10**8, 10**9)}"
    if is_import:
        head["IEDate"] = f"{on - dt.timedelta(days=rng.randrange(1, 7)):%Y%m%d}"
        head["GoodsPlace"] = gate.place
        head["DespPortCode"] = country.port
    return head


def _weights(rng: Random, kilos: Decimal) -> dict[str, str]:
    """Cartons of a likely size around the net weight."""
    gross = (kilos * Decimal(rng.randrange(103, 112)) / 100).quantize(Decimal("0.1")) + 1
    packages = max(1, math.ceil(gross / rng.randrange(9, 26)))
    return {
        "WrapType": "22", "PackNo": str(packages), "GrossWet": _text(max(gross, Decimal(1))),
        "NetWt": _text(max(kilos, Decimal(1))),
    }  # fmt: skip


def _terms(
    rng: Random, rows: Sequence[Mapping[str, str]], currency: str, *, is_import: bool
) -> dict[str, str]:
    """Price terms with the freight and insurance that they ask for."""
    total = sum(Decimal(row["DeclTotal"]) for row in rows)
    terms = rng.choices(("1", "3", "2"), (60, 30, 10) if is_import else (25, 65, 10))[0]
    head = {"TransMode": terms}
    insured, freighted = ("32", "3") if is_import else ("1", "12")
    if terms in insured:
        head |= {"InsurMark": "1", "InsurRate": "0.3"}
    if terms in freighted:
        share = Decimal(rng.randrange(2, 7)) / 100
        head |= {"FeeMark": "3", "FeeCurr": currency}
        head["FeeRate"] = _text(max(Decimal(1), (total * share).quantize(Decimal(1))))
    return head


def _line(
    rng: Random,
    article: Article,
    client: Company,
    country: Country,
    currency: str,
    *,
    is_import: bool,
) -> tuple[dict[str, str], Decimal]:
    """One line of goods and its net weight in kilograms."""
    line, goods = article.tariff, article.goods
    own = Random(f"{client.usc_code}{goods.code}{is_import}")  # noqa: S311 - its price stays its price
    dollars = Decimal(own.randrange(goods.low * 100, goods.high * 100 + 1)).scaleb(-2)
    dollars *= Decimal(rng.randrange(94, 107)) / 100
    price = (dollars * _ABOUT["USD"] / _ABOUT[currency]).quantize(Decimal("0.0001"))
    worth = Decimal(rng.randrange(3_000, 42_000))
    quantity = Decimal(max(1, int(worth / dollars)))
    kilos = (
        quantity
        if line.unit1 == KILOGRAM
        else (quantity * article.kilos).quantize(Decimal("0.001"))
    )
    kilos = max(kilos, Decimal("0.001"))
    total = (quantity * price).quantize(Decimal("0.01"))
    origin, destination = (country.code, "CHN") if is_import else ("CHN", country.code)
    row = {
        "CodeTS": goods.code, "GName": article.name,
        "GModel": _specification(article, own, is_import=is_import),
        "GQty": _text(quantity), "GUnit": line.unit1, "FirstQty": _text(quantity),
        "FirstUnit": line.unit1, "DeclPrice": _text(price), "DeclTotal": _text(total),
        "TradeCurr": currency, "DutyMode": "1",
        "DistrictCode": district_of(client.region), "DestCode": client.region,
        # The message swaps the two on exports (source: the import specification).
        "OriginCountry": origin if is_import else destination,
        "DestinationCountry": destination if is_import else origin,
    }  # fmt: skip
    if line.unit2:
        row["SecondUnit"] = line.unit2
        row["SecondQty"] = _text(_second(line.unit2, quantity, kilos))
    return row, kilos


def _second(unit: str, quantity: Decimal, kilos: Decimal) -> Decimal:
    """The second legal quantity: kilograms, or a likely number of the other unit."""
    match unit:
        case "035":
            return kilos
        case "061":  # kilowatts: motors of four
            return quantity * 4
        case "095":  # litres of oil
            return (kilos / Decimal("0.88")).quantize(Decimal("0.01"))
        case _:
            return quantity * 20


def _specification(article: Article, own: Random, *, is_import: bool) -> str:
    """Kind of brand, preference on export (3 = not applicable on import), then the elements."""
    kind = own.choice(("0", "4") if is_import else ("0", "1"))
    if "{b}" not in article.specification:
        kind = "0"
    brand = "无品牌" if kind == "0" else f"{own.choice(_BRANDS)}牌"
    model = f"{own.choice('ABDKLT')}{own.randrange(10, 99)}-{own.randrange(100, 999)}"
    text = article.specification.format(b=brand, m=model)
    return f"{kind}|{'3' if is_import else '0'}|{text}"


def _containers(rng: Random, kilos: Decimal, lines: int) -> list[dict[str, Any]]:
    """Forty-foot boxes for the weight, each with all lines."""
    count = max(1, math.ceil(kilos / 24_000))
    numbers = ",".join(str(n) for n in range(1, lines + 1))
    return [
        {
            "ContainerId": container_number(rng), "ContainerMd": "11", "GoodsNo": numbers,
            "LclFlag": "0", "ContainerWt": "3800",
        }
        for _ in range(count)
    ]  # fmt: skip


def container_number(rng: Random) -> str:
    """A number of an invented owner whose check digit is right (ISO 6346)."""
    while True:
        text = f"YHDU{rng.randrange(10**6):06}"
        digit = sum(_value(c) << place for place, c in enumerate(text)) % 11
        if digit != 10:
            return f"{text}{digit}"


def _value(character: str) -> int:
    """Letters count from 10 and skip the multiples of 11."""
    if character.isdigit():
        return int(character)
    value = 10
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        if value % 11 == 0:
            value += 1
        if letter == character:
            return value
        value += 1
    raise ValueError(character)


def _text(value: Decimal) -> str:
    """As the message writes numbers: no exponent, no idle zeros."""
    return format(value.normalize(), "f")
