"""The customs half of the demo company: rates, tariff changes, mandates, two years of declarations.

What is long over is told in one piece (``enter_past``); what is under way was brought there step by
step by the services themselves, by the people who would do it, at their time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from random import Random

from guanzhang.customs.models import Settings
from guanzhang.customs.services.mandates import MandateData, add_mandate
from guanzhang.customs.services.past import enter_past
from guanzhang.demo.clearance import PASTS, Shipment, Team, pasts, shipments
from guanzhang.demo.declarations import AGENT
from guanzhang.demo.receipts import CHINA
from guanzhang.demo.shapes import DemoData
from guanzhang.demo.trade import exchange_rate
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.kernel.dates import add_months
from guanzhang.org import queries as org
from guanzhang.org.models import Book, User
from guanzhang.reference.services.rates import approve_rate, enter_rate, proposed_base_date

SOURCE = "演示数据，不可用于真实申报"
CURRENCIES = ("USD", "EUR", "JPY")
RECENT = 24  # days; what was declared since then goes through the services one by one


def team_of(book: Book, users: Mapping[str, User]) -> Team:
    """The people of the customs department, as they act."""

    def actor(username: str) -> Actor:
        found = org.actor_for(users[username].pk, book.pk)
        assert found is not None
        return found

    return Team(
        declarants=(actor("zhaohai"), actor("linxue")),
        reviewers=(actor("sunhui"), actor("yaojun")),
        agent=AGENT,
    )


def set_up(book: Book) -> None:
    """Our own company as declarations name it; no folders: nothing is sent from a demo."""
    Settings.objects.create(
        book=book,
        agent_usc=AGENT.usc_code,
        agent_code=AGENT.customs_code,
        agent_name=AGENT.name,
    )


def add_rates(team: Team, today: dt.date) -> None:
    """The assessment rate of every month, entered by one and approved by another on its base day."""
    entering, approving = team.declarants[0], team.reviewers[0]
    for back in range(25, -1, -1):
        month = add_months(today.replace(day=1), -back)
        base = proposed_base_date(month) or month - dt.timedelta(days=10)
        at = dt.datetime.combine(base, dt.time(16, 40), CHINA)
        for currency in CURRENCIES:
            rate, _warnings = enter_rate(
                entering, month=month, currency=currency, rate=exchange_rate(currency, month),
                base_date=base, source=SOURCE, now=at,
            )  # fmt: skip
            approve_rate(approving, rate.pk, now=at + dt.timedelta(minutes=35))


def add_mandates(
    team: Team, ids: Mapping[str, int], chosen: Sequence[Shipment], today: dt.date
) -> None:
    """A long mandate for every client, by year; a few end soon."""
    first: dict[str, dt.date] = {}
    for shipment in chosen:
        first.setdefault(shipment.client.usc_code, shipment.day)
    for count, (usc, day) in enumerate(first.items()):
        begin = day - dt.timedelta(days=3 + count % 20)
        years = 3 if count % 9 else 0  # every ninth ends within the next weeks
        end = add_months(begin, 12 * years) if years else today + dt.timedelta(days=5 + count % 40)
        data = MandateData(
            party_id=ids[usc], number=f"{begin:%Y}{count + 1:013}", kind="long",
            valid_from=begin, valid_to=end,
        )  # fmt: skip
        at = dt.datetime.combine(begin, dt.time(10, 20), CHINA)
        add_mandate(team.declarants[count % 2], data, now=at)


def choose(rng: Random, data: DemoData, today: dt.date) -> tuple[list[Shipment], list[Shipment]]:
    """Shipments that are over, and those of the last weeks."""
    everything = shipments(data)
    limit = today - dt.timedelta(days=RECENT)
    over = [each for each in everything if each.day < limit]
    recent = [each for each in everything if limit <= each.day < today]
    chosen = rng.sample(over, min(PASTS, len(over)))
    return sorted(chosen, key=lambda each: (each.day, each.entry_no)), recent


def add_pasts(
    rng: Random, book: Book, chosen: Sequence[Shipment], team: Team, today: dt.date, now: dt.datetime
) -> None:
    told = pasts(rng, chosen, team, today)
    enter_past(system_actor(book.pk), told, now=now, source="两年的报关单")
