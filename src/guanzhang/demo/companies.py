"""Invented customers and suppliers of the demo company. Pure: a random source and a day go in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import TypeVar

from guanzhang.demo.declarations import district_of
from guanzhang.demo.shapes import DemoContact, DemoParty
from guanzhang.demo.words import (
    BANKS,
    BRAND_FIRST,
    BRAND_SECOND,
    GIVEN,
    NOT_OURS,
    PLACES,
    PORTS,
    ROADS,
    SUPPLIERS,
    SURNAMES,
    TITLES,
    TRADES,
    Place,
    Trade,
)
from guanzhang.kernel.codes import usc_check_character
from guanzhang.parties.domain.scale import SCALE_RULES, ScaleRule, enterprise_scale
from guanzhang.reference import shipped

Weighted = TypeVar("Weighted", Place, Trade)
ENTERPRISES, TRADERS, PERSONS = 272, 14, 15
TWINS = 4  # entered twice under another spelling, to be found and merged
_CAPITALS = (50, 100, 200, 500, 1000, 2000, 5000)
_FORMS = (("有限公司", 88), ("股份有限公司", 6), ("有限责任公司", 6))
_SOURCES = (
    ("referral", 30),
    ("old_customer", 22),
    ("exhibition", 16),
    ("cold_call", 14),
    ("website", 13),
    ("other", 5),
)
_CREDIT = (("GENERAL", 80), ("AEO", 6), ("CERTIFIED", 5), ("", 9))
_CAPACITY = (9, 30, 76)  # percent of the ranks above which a company is large, medium, small
_NOTES = (
    "单证由总部统一寄送，随附发票须加盖业务章。",
    "每月25日前对账，发票开增值税专用发票。",
    "要求报关前先传草单确认，规格型号由客户工厂核对。",
    "旺季拖车须提前两天预约。",
    "货物易碎，查验时要求派员陪同。",
)


@dataclass(frozen=True, slots=True)
class Founded:
    """A party with what the trade needs to know of it and no file holds."""

    party: DemoParty
    trade: Trade
    rank: int  # 1 = the most important customer


def customers(rng: Random, today: dt.date) -> list[Founded]:
    """All customers in random order; every rank from 1 occurs once."""
    brands = _brands(rng)
    total = ENTERPRISES + TRADERS + PERSONS
    ranks = list(range(1, total - PERSONS - TRADERS + 1))
    rng.shuffle(ranks)
    found = [
        _enterprise(rng, today, next(brands), number, ranks[number])
        for number in range(ENTERPRISES)
    ]
    found += [
        _trader(rng, today, next(brands), ENTERPRISES + n, ENTERPRISES + 1 + n)
        for n in range(TRADERS)
    ]
    found += [_person(rng, n, ENTERPRISES + TRADERS + 1 + n) for n in range(PERSONS)]
    found = _made_dirty(rng, found)
    rng.shuffle(found)
    return found + [_twin(rng, each) for each in _to_repeat(found)]


def suppliers(rng: Random, today: dt.date) -> list[DemoParty]:
    """Shipping lines, forwarders, warehouses and hauliers."""
    result = []
    for number, line in enumerate(SUPPLIERS):
        name, what, industry = line.split(":")
        place = next(p for p in PLACES if name.startswith(p.prefix))
        capital = Decimal(rng.choice(_CAPITALS))
        result.append(
            DemoParty(
                name=name,
                short_name=name.removeprefix(place.prefix)[:4],
                kind="enterprise",
                is_customer=False,
                is_supplier=True,
                industry=industry,
                region=place.region,
                usc_code=_usc_code("91", place.region, 9000 + number),
                registered_capital=capital,
                established_on=_founded_on(rng, today),
                source="other",
                owner="zhaohai",
                tags=(what,),
                note=f"{what}，按月结算。",
                contacts=(_contact(rng, "", 0, primary=True),),
                address=f"{place.address}{rng.choice(ROADS)}{rng.randrange(8, 900)}号",
                bank=f"{rng.choice(BANKS)}宁波分行",
                bank_account_no=_account_no(rng),
            )
        )
    return result


def _enterprise(
    rng: Random, today: dt.date, brand: tuple[str, str], number: int, rank: int
) -> Founded:
    place, trade = _weighted(rng, PLACES), _weighted(rng, TRADES)
    noun, form = rng.choice(trade.nouns), _picked(rng, _FORMS)
    name = f"{place.prefix}{brand[0]}{noun}{form}"
    party = DemoParty(
        name=name,
        short_name=f"{brand[0]}{noun}",
        kind="enterprise",
        is_customer=True,
        is_supplier=rng.randrange(100) < 2,
        industry=trade.industry,
        region=place.region,
        english_name=_english_name(place, brand[1], trade) if rng.randrange(100) < 65 else "",
        former_names=f"{place.prefix}{brand[0]}商贸有限公司" if rng.randrange(100) < 4 else "",
        usc_code=_usc_code("91", place.region, number),
        customs_code=_customs_code(place.region, rng.choice("29"), rng.choice("36"), number),
        customs_kind="processor"
        if trade.industry < "D" and rng.randrange(4) == 0
        else "consignee",
        customs_credit=_picked(rng, _CREDIT) if rank > 12 else rng.choice(("AEO", "GENERAL")),
        source=_picked(rng, _SOURCES),
        website=f"https://www.{brand[1]}.example" if rng.randrange(100) < 45 else "",
        note=rng.choice(_NOTES) if rng.randrange(100) < 25 else "",
        established_on=_founded_on(rng, today),
        owner=_owner(rng, place),
        custom=_custom(rng, today, rank),
        tags=_tags(rng, trade, rank),
        contacts=_contacts(rng, brand[1], rank),
        address_kind=rng.choice(("registered", "office")),
        address=f"{place.address}{rng.choice(ROADS)}{rng.randrange(1, 999)}号",
        bank=f"{rng.choice(BANKS)}{place.address.split('省')[-1][:2]}分行",
        bank_account_no=_account_no(rng),
    )
    return Founded(_sized(rng, party, rank), trade, rank)


def _trader(
    rng: Random, today: dt.date, brand: tuple[str, str], number: int, rank: int
) -> Founded:
    """个体工商户: on the register with a code that begins with 92, without a customs code."""
    place = rng.choice(
        [p for p in PLACES if p.region in ("330782", "330206", "330282", "330302")]
    )
    trade = rng.choice([t for t in TRADES if t.industry in ("C24", "C33", "F51", "C18")])
    party = DemoParty(
        name=f"{place.prefix}{brand[0]}{trade.nouns[0]}商行",
        short_name=f"{brand[0]}商行",
        kind="enterprise",
        is_customer=True,
        is_supplier=False,
        industry="F51",
        region=place.region,
        usc_code=_usc_code("92", place.region, 7000 + number),
        staff_count=rng.randrange(1, 5),
        annual_revenue=Decimal(rng.randrange(20, 380)),
        customs_kind="none",
        source=_picked(rng, _SOURCES),
        owner=_owner(rng, place),
        established_on=_founded_on(rng, today),
        tags=("小商户",),
        contacts=_contacts(rng, brand[1], rank),
        address=f"{place.address}国际商贸城{rng.randrange(1, 6)}区{rng.randrange(100, 999)}号",
    )
    return Founded(replace(party, scale=_scale(party)), trade, rank)


def _person(rng: Random, number: int, rank: int) -> Founded:
    """A private person who sends or receives goods; the identity number names no real region."""
    surname, given = rng.choice(list(SURNAMES)), rng.choice(list(GIVEN))
    birthday = dt.date(rng.randrange(1968, 2003), rng.randrange(1, 13), rng.randrange(1, 29))
    contact = _contact(rng, "", 0, primary=True)
    party = DemoParty(
        name=f"{surname}{given}",
        short_name="",
        kind="person",
        is_customer=True,
        is_supplier=False,
        id_card=_id_card(birthday, 100 + number * 3),
        region=_weighted(rng, PLACES).region,
        source=_picked(rng, _SOURCES),
        owner=_owner(rng, None),
        tags=("个人物品",),
        contacts=(
            replace(
                contact,
                name=f"{surname}{given}",
                title="",
                email="",
                wechat="",
                birthday=birthday,
            ),
        ),
    )
    return Founded(party, next(t for t in TRADES if t.industry == "F52"), rank)


def _sized(rng: Random, party: DemoParty, rank: int) -> DemoParty:
    """Staff, turnover and assets that fit the class its rank gives, and the class they make."""
    rule = _scale_rule(party.industry)
    share = rank * 100 // ENTERPRISES
    step = sum(share >= limit for limit in _CAPACITY) if rng.randrange(100) < 80 else 2
    values = {name: _within(rng, limits, step) for name, limits in rule.limits.items()}
    revenue = Decimal(values["revenue"])
    sized = replace(
        party,
        staff_count=values.get("staff", 20),
        annual_revenue=revenue,
        total_assets=(revenue * rng.randrange(40, 130) / 100).quantize(Decimal(1)),
        registered_capital=Decimal(
            _CAPITALS[min(6, max(0, 5 - 2 * step + rng.randrange(-1, 2)))]
        ),
    )
    return replace(sized, scale=_scale(sized))


def _within(rng: Random, limits: tuple[int, int, int], step: int) -> int:
    """A number of class ``step`` (0 large … 3 micro) for one indicator's lower limits."""
    if step == 0:
        return limits[0] * rng.randrange(100, 260) // 100
    low, high = (*limits, max(1, limits[2] // 5))[step], limits[step - 1]
    return rng.randrange(low, max(low + 1, high))


def _scale(party: DemoParty) -> str:
    scale = enterprise_scale(
        party.industry, party.annual_revenue, party.staff_count, party.total_assets
    )
    return scale.value if scale else ""


def _scale_rule(industry: str) -> ScaleRule:
    return next(rule for rule in SCALE_RULES if industry[1:] in rule.codes)


def _owner(rng: Random, place: Place | None) -> str:
    """业务二部 has the customers outside Zhejiang, 业务一部 the rest."""
    if place is not None and not place.region.startswith("33"):
        return "wangyan"
    return _picked(rng, (("zhoumin", 42), ("chenli", 40), ("liuyang", 12), ("wangyan", 6)))


def _custom(rng: Random, today: dt.date, rank: int) -> dict[str, str | bool]:
    values: dict[str, str | bool] = {"main_port": rng.choice(PORTS[:5] if rank % 3 else PORTS)}
    if rank < 90 or rng.randrange(100) < 30:
        values["annual_frame"] = rank < 60 or rng.randrange(2) == 0
    if values.get("annual_frame"):
        values["contract_until"] = (
            today + dt.timedelta(days=rng.randrange(-40, 400))
        ).isoformat()
    return values


def _tags(rng: Random, trade: Trade, rank: int) -> tuple[str, ...]:
    tags = []
    if rank <= 15:
        tags.append("重点客户")
    if trade.import_percent >= 60:
        tags.append("进口为主")
    if rng.randrange(100) < 8:
        tags.append("月结")
    if rng.randrange(100) < 5:
        tags.append("要求加急")
    if trade.industry == "F52":
        tags.append("跨境电商")
    return tuple(tags)


def _contacts(rng: Random, domain: str, rank: int) -> tuple[DemoContact, ...]:
    count = 1 + (rng.randrange(100) < 60) + (rank < 100 and rng.randrange(100) < 50)
    return tuple(_contact(rng, domain, n, primary=n == 0) for n in range(count))


def _contact(rng: Random, domain: str, number: int, *, primary: bool) -> DemoContact:
    surname, given = rng.choice(list(SURNAMES)), rng.choice(list(GIVEN))
    pinyin = f"{SURNAMES[surname]}.{GIVEN[given]}"
    mobile = f"1{rng.choice('3589')}{rng.randrange(10)}0000{rng.randrange(10_000):04}"
    has_birthday = rng.randrange(100) < 35
    return DemoContact(
        name=f"{surname}{given}",
        title=rng.choice(TITLES),
        mobile=mobile,
        email=f"{pinyin}@{domain}.example" if domain and number < 2 else "",
        wechat=f"wx_{pinyin.replace('.', '')}" if rng.randrange(2) else "",
        birthday=dt.date(rng.randrange(1970, 2000), rng.randrange(1, 13), rng.randrange(1, 29))
        if has_birthday
        else None,
        is_primary=primary,
    )


def _made_dirty(rng: Random, found: list[Founded]) -> list[Founded]:
    """Gaps as every grown customer file has them, and two who lost their credit with customs."""
    gaps: tuple[tuple[int, dict[str, object]], ...] = (
        (14, {"usc_code": ""}),
        (12, {"industry": "", "scale": ""}),
        (8, {"region": "", "address": ""}),
        (10, {"contacts": ()}),
        (9, {"owner": ""}),
        (12, {"annual_revenue": None, "scale": ""}),
        (2, {"customs_credit": "DISHONEST"}),
    )
    result = list(found)
    for count, blank in gaps:
        for index in rng.sample(range(40, ENTERPRISES), count):
            each = result[index]
            result[index] = replace(each, party=replace(each.party, **blank))  # type: ignore[arg-type]
    return result


def _to_repeat(found: list[Founded]) -> list[Founded]:
    big = [
        e
        for e in found
        if e.party.usc_code and e.party.name.startswith("宁波") and 20 < e.rank < 150
    ]
    return sorted(big, key=lambda e: e.rank)[:TWINS]


def _twin(rng: Random, each: Founded) -> Founded:
    """The same company once more, as a colleague without its licence at hand would enter it."""
    name = each.party.name.replace("宁波", "宁波市", 1)
    twin = DemoParty(
        name=name,
        short_name=each.party.short_name,
        kind="enterprise",
        is_customer=True,
        is_supplier=False,
        region="330200",
        source="cold_call",
        owner="chenli" if each.party.owner != "chenli" else "zhoumin",
        contacts=each.party.contacts[:1] or (_contact(rng, "", 0, primary=True),),
        note="电话咨询客户，资料待补。",
    )
    return Founded(twin, each.trade, ENTERPRISES - 20)


def _brands(rng: Random) -> Iterator[tuple[str, str]]:
    """Characters and pinyin of brands, each once."""
    pairs = [
        (f"{a}{b}", f"{BRAND_FIRST[a]}{BRAND_SECOND[b]}")
        for a in BRAND_FIRST
        for b in BRAND_SECOND
        if f"{a}{b}" not in NOT_OURS
    ]
    rng.shuffle(pairs)
    return iter(pairs)


def _english_name(place: Place, pinyin: str, trade: Trade) -> str:
    return f"{place.pinyin} {pinyin.capitalize()} {trade.english} Co., Ltd."


def _founded_on(rng: Random, today: dt.date) -> dt.date:
    return today - dt.timedelta(days=rng.randrange(500, 9_500))


def _customs_code(region: str, zone: str, kind: str, number: int) -> str:
    """District (its economic zone ``zone`` where it has one), kind of enterprise, serial."""
    district = f"{region[:4]}{zone}"
    known = district if district in shipped.tables()["district"] else district_of(region)
    return f"{known}{kind}{number:04}"


def _usc_code(kind: str, region: str, number: int) -> str:
    """A code that checks, in a range of organisation codes (MAYH…) that nobody was given."""
    organisation = f"MAYH{number:04}"
    code = f"{kind}{region}{organisation}{_organisation_check(organisation)}"
    return code + usc_check_character(code)


def _organisation_check(code: str) -> str:
    """The ninth character of an organisation code (GB 11714-1997)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    value = -sum(w * int(c, 36) for w, c in zip(weights, code, strict=True)) % 11
    return "X" if value == 10 else str(value)


def _id_card(birthday: dt.date, order: int) -> str:
    body = f"990101{birthday:%Y%m%d}{order:03}"
    total = sum(pow(2, 17 - i, 11) * int(c) for i, c in enumerate(body))
    return body + "10X98765432"[total % 11]


def _account_no(rng: Random) -> str:
    return f"6200{rng.randrange(10**15):015}"


def _weighted(rng: Random, choices: tuple[Weighted, ...]) -> Weighted:
    return rng.choices(choices, weights=[c.weight for c in choices])[0]


def _picked(rng: Random, choices: tuple[tuple[str, int], ...]) -> str:
    return rng.choices([c[0] for c in choices], weights=[c[1] for c in choices])[0]
