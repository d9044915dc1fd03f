"""Two years of documents for each invented customer: what is handled, when, and for how much.

An amount is what the customer pays us: our fees in yuan, and for customers of our trading business
the goods as well, in the currency of the contract. Exchange rates are the demo's own, one a month.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from guanzhang.demo.companies import Founded
from guanzhang.demo.shapes import DemoTransaction
from guanzhang.demo.words import COUNTRIES, COUNTRY_CURRENCY, FEES, GOODS, Fee, Goods
from guanzhang.kernel.dates import add_months

MONTHS = 24
FESTIVALS = tuple(  # 春节
    map(
        dt.date.fromisoformat,
        [
            "2022-02-01",
            "2023-01-22",
            "2024-02-10",
            "2025-01-29",
            "2026-02-17",
            "2027-02-06",
            "2028-01-26",
            "2029-02-13",
            "2030-02-03",
            "2031-01-23",
        ],
    )
)
PATHS = (  # how a customer develops, in percent of all
    ("steady", 38),
    ("growing", 12),
    ("declining", 10),
    ("seasonal", 11),
    ("dormant", 8),
    ("lost", 8),
    ("returned", 3),
    ("new", 6),
    ("prospect", 4),
)
# Yuan for one unit, in ten-thousandths, and how far each calendar month lies above or below.
_RATES = {"USD": 70_800, "EUR": 80_400, "JPY": 468}
_DRIFT = (40, 65, 20, -35, -60, -25, 10, 55, 80, 30, -20, -45)
_TOP_AMOUNT = 2_600_000  # yuan a year of the first rank
_TOP_ORDERS = 135  # documents a year of the first rank
_OFFICES = {"3302": "3104", "3310": "2931", "3307": "2921", "3101": "2225"}


@dataclass(frozen=True, slots=True)
class Habit:
    """How one customer trades. ``amount`` yuan and ``orders`` documents a year at normal pace."""

    path: str
    amount: int
    orders: float
    import_percent: int
    buys_goods: bool
    price_percent: int
    goods: tuple[Goods, ...]
    first: dt.date
    last: dt.date
    gap: tuple[dt.date, dt.date] | None


def exchange_rate(currency: str, day: dt.date) -> Decimal:
    """The demo's rate of the month: yuan for one unit, four to six places."""
    if currency == "CNY":
        return Decimal(1)
    base = _RATES[currency]
    drift = _DRIFT[(day.month - 1 + day.year % 5) % 12]
    return Decimal(base * 100 + base * drift // 40).scaleb(-6)


def trade_of(rng: Random, founded: list[Founded], today: dt.date) -> list[DemoTransaction]:
    """The lines of all documents of all customers, by day and document."""
    documents = []
    for number, each in enumerate(founded):
        habit = _habit(rng, each, today)
        documents += [(day, number, each, habit) for day in _days(rng, habit, today)]
    documents.sort(key=lambda d: (d[0], d[1]))
    serial = itertools.count(1)
    return [
        line
        for day, number, each, habit in documents
        for line in _document(rng, day, number, each, habit, serial)
    ]


def _habit(rng: Random, each: Founded, today: dt.date) -> Habit:
    start = add_months(today + dt.timedelta(days=1), -MONTHS)
    path = _path(rng, each.rank)
    first, last, gap = _stretch(rng, path, start, today)
    luck = rng.randrange(60, 150)
    amount = int(_TOP_AMOUNT * (3 / (each.rank + 2)) ** 1.18 * luck / 100)
    own = tuple(g for g in GOODS if g.industry == each.trade.industry)
    orders = max(2.2, _TOP_ORDERS / each.rank**0.62 * rng.randrange(70, 130) / 100)
    return Habit(
        path=path,
        amount=amount,
        orders=orders,
        import_percent=_leaning(rng, each.trade.import_percent),
        buys_goods=amount / orders > 5_000 or rng.randrange(100) < 42,
        price_percent=rng.randrange(86, 116) - (6 if each.rank < 40 else 0),
        goods=(*rng.sample(own, min(len(own), 2 + rng.randrange(4))), rng.choice(GOODS)),
        first=first,
        last=last,
        gap=gap,
    )


def _path(rng: Random, rank: int) -> str:
    """Most of the leading customers are steady or growing; a few sink, so that there is news."""
    if rank <= 24:
        return ("steady", "growing", "steady", "declining", "growing", "seasonal")[rank % 6]
    return rng.choices([p[0] for p in PATHS], weights=[p[1] for p in PATHS])[0]


def _leaning(rng: Random, industry_percent: int) -> int:
    """Few firms are truly mixed: most lean hard to the side of their industry."""
    if rng.randrange(100) < 22:
        return rng.randrange(35, 66)
    return (
        rng.randrange(86, 101) if rng.randrange(100) < industry_percent else rng.randrange(15)
    )


def _stretch(
    rng: Random, path: str, start: dt.date, today: dt.date
) -> tuple[dt.date, dt.date, tuple[dt.date, dt.date] | None]:
    """The first and last day a customer trades, and a gap in between."""

    def ago(low: int, high: int) -> dt.date:
        return today - dt.timedelta(days=rng.randrange(low, high))

    if path == "dormant":
        return start, ago(105, 320), None
    if path == "lost":
        return start, ago(390, 640), None
    if path == "returned":
        return start, today, (ago(460, 640), ago(12, 70))
    if path == "new":
        return ago(6, 88), today, None
    late = rng.randrange(100) < 28
    return (ago(200, 700) if late else start), today, None


def _days(rng: Random, habit: Habit, today: dt.date) -> Iterator[dt.date]:
    """The days of the documents, month by month, on working days."""
    if habit.path == "prospect":
        return
    made, end = 0, today + dt.timedelta(days=1)
    for back in range(MONTHS, 0, -1):
        begin, until = add_months(end, -back), add_months(end, 1 - back)
        pace = habit.orders / 12 * _pace(habit.path, MONTHS - back, begin)
        for _ in range(int(pace + rng.random())):
            day = begin + dt.timedelta(days=rng.randrange((until - begin).days))
            day -= dt.timedelta(days=max(0, day.weekday() - 4))
            inside = habit.first <= day <= habit.last
            if inside and not (habit.gap and habit.gap[0] <= day < habit.gap[1]):
                made += 1
                yield day
    # The day that makes the path what it is: the first of a new, the last of a lost customer.
    for day in (
        habit.last,
        *(habit.gap or ()),
        *((habit.first,) if habit.path == "new" else ()),
    ):
        if day < today or not made:
            yield min(day, today - dt.timedelta(days=3))


def _pace(path: str, month: int, begin: dt.date) -> float:
    """The pace of month 0 … 23 against the normal one."""
    middle = begin + dt.timedelta(days=15)
    to_festival = min(
        ((f - middle).days for f in FESTIVALS if f >= middle - dt.timedelta(10)), default=200
    )
    if path == "seasonal":
        return 3.2 if 10 < to_festival <= 85 else 0.35 if to_festival <= 10 else 0.55
    season = 1.3 if 10 < to_festival <= 50 else 0.6 if to_festival <= 10 else 1.0
    if path == "growing":
        return season * (0.35 + 1.3 * month / MONTHS)
    if path == "declining":
        return season * (1.65 - 1.4 * month / MONTHS)
    return season


def _document(
    rng: Random, day: dt.date, number: int, each: Founded, habit: Habit, serial: Iterator[int]
) -> list[DemoTransaction]:
    """The lines of one declaration or order; now and then followed by a return."""
    direction = "import" if rng.randrange(100) < habit.import_percent else "export"
    if each.party.kind == "enterprise" and rng.randrange(100) < 3:
        direction = "domestic"
    country = rng.choice(COUNTRIES[direction]) if direction in COUNTRIES else ""
    worth = max(180, int(habit.amount / habit.orders * rng.randrange(45, 170) / 100))
    items: list[tuple[str, str, str, Decimal, Decimal, str]] = []
    if habit.buys_goods and direction != "domestic" and rng.randrange(100) < 88:
        items += _goods_lines(rng, habit, direction, worth, country, day)
        worth = max(420, worth // 12)
    items += _fee_lines(rng, direction, min(worth, 16_000), habit)
    document_no = _document_no(each, direction, day, next(serial))
    lines = [
        DemoTransaction(
            number,
            document_no,
            line_no,
            day,
            direction,
            code,
            name,
            quantity,
            unit,
            price,
            currency,
            quantity * price,
            exchange_rate(currency, day),
            country,
        )
        for line_no, (code, name, unit, quantity, price, currency) in enumerate(items, 1)
    ]
    return lines + _return_of(rng, lines)


def _goods_lines(
    rng: Random, habit: Habit, direction: str, worth: int, country: str, day: dt.date
) -> list[tuple[str, str, str, Decimal, Decimal, str]]:
    """One to three commodities worth about ``worth`` yuan together."""
    fitting = [g for g in habit.goods if g.direction == direction] or list(habit.goods)
    chosen = rng.sample(fitting, min(len(fitting), rng.choice((1, 2, 2, 3, 4))))
    currency = rng.choices(
        (COUNTRY_CURRENCY.get(country, "USD"), "USD", "CNY"), weights=(60, 30, 10)
    )[0]
    rate, dollar = exchange_rate(currency, day), exchange_rate("USD", day)
    result = []
    for goods in chosen:
        dollars = Decimal(rng.randrange(goods.low * 100, goods.high * 100 + 1)).scaleb(-2)
        price = (dollars * dollar / rate).quantize(
            Decimal(1) if currency == "JPY" else Decimal("0.01")
        )
        quantity = max(1, int(Decimal(worth) / len(chosen) / (price * rate)))
        result.append((goods.code, goods.name, goods.unit, Decimal(quantity), price, currency))
    return result


def _fee_lines(
    rng: Random, direction: str, worth: int, habit: Habit
) -> list[tuple[str, str, str, Decimal, Decimal, str]]:
    """Our services for one document, about ``worth`` yuan together."""
    if direction == "domestic":
        return [
            _fee(rng, FEES["CC"], rng.randrange(3, 30), habit),
            _fee(rng, FEES["GL"], 1, habit),
        ]
    lines = [_fee(rng, FEES["BG"], 1, habit)]
    containers = max(0, (worth - 300 + 800) // 2300)
    if containers:
        lines += [
            _fee(rng, FEES["TC"], containers, habit),
            _fee(rng, FEES["GZ"], containers, habit),
        ]
    extras = {
        "import": (("HD", 45), ("BJ", 18), ("CY", 9), ("CC", 8), ("XK", 3)),
        "export": (("DC", 35), ("CZ", 22), ("DZ", 25), ("CY", 5)),
    }[direction]
    for code, percent in extras:
        if rng.randrange(100) < percent:
            lines.append(
                _fee(rng, FEES[code], rng.randrange(2, 12) if code == "CC" else 1, habit)
            )
    return lines


def _fee(
    rng: Random, fee: Fee, quantity: int, habit: Habit
) -> tuple[str, str, str, Decimal, Decimal, str]:
    price = rng.randrange(fee.low, fee.high + 1, 10) * habit.price_percent // 100
    return (fee.code, fee.name, fee.unit, Decimal(quantity), Decimal(price), "CNY")


def _return_of(rng: Random, lines: list[DemoTransaction]) -> list[DemoTransaction]:
    """Once in about eighty documents a part of the first line is given back."""
    if rng.randrange(80):
        return []
    line = lines[0]
    quantity = -max(
        Decimal(1), (line.quantity * rng.randrange(5, 40) / 100).quantize(Decimal(1))
    )
    name = f"退回：{line.product_name}"
    return [
        DemoTransaction(
            line.party,
            f"TH{line.document_no}",
            1,
            line.traded_on,
            line.direction,
            line.product_code,
            name,
            quantity,
            line.unit,
            line.unit_price,
            line.currency,
            quantity * line.unit_price,
            line.exchange_rate,
            line.country,
        )
    ]


def _document_no(each: Founded, direction: str, day: dt.date, serial: int) -> str:
    """A declaration number (office, year, 1 import / 0 export, serial) or an order of our own."""
    if direction == "domestic":
        return f"YH{day:%y%m}-{serial:05}"
    office = _OFFICES.get(each.party.region[:4], "3104")
    return f"{office}{day:%Y}{1 if direction == 'import' else 0}{serial:09}"
