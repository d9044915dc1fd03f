"""The customs half of the demo company: rates, tariff changes, mandates, two years of declarations.

What is long over is told in one piece (``enter_past``); what is under way was brought there step by
step by the services themselves, by the people who would do it, at their time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from random import Random

from django.utils.translation import gettext as _

from guanzhang.customs.services.mandates import MandateData, add_mandate
from guanzhang.customs.services.past import enter_past
from guanzhang.customs.services.settings import SettingsData, save_settings
from guanzhang.demo import editions
from guanzhang.demo.clearance import PASTS, Shipment, Team, pasts, shipments
from guanzhang.demo.declarations import AGENT
from guanzhang.demo.receipts import CHINA
from guanzhang.demo.shapes import DemoData
from guanzhang.demo.underway import Underway, bring_under_way
from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.kernel.dates import add_months
from guanzhang.org import queries as org
from guanzhang.org.models import Book, User

SEED = 20_260_303
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
        administrator=actor("zhengqiang"),
        agent=AGENT,
    )


def set_up(team: Team, now: dt.datetime) -> None:
    """Our own company as declarations name it; no folders: nothing is sent from a demo."""
    data = SettingsData(
        agent_usc=AGENT.usc_code, agent_code=AGENT.customs_code, agent_name=AGENT.name
    )
    save_settings(team.administrator, data, now=now)


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
        end = (
            add_months(begin, 12 * years)
            if years
            else today + dt.timedelta(days=5 + count % 40)
        )
        data = MandateData(
            party_id=ids[usc], number=f"{begin:%Y}{count + 1:013}", kind="long",
            valid_from=begin, valid_to=end,
        )  # fmt: skip
        at = dt.datetime.combine(begin, dt.time(10, 20), CHINA)
        add_mandate(team.declarants[count % 2], data, now=at)


def choose(
    rng: Random, data: DemoData, today: dt.date
) -> tuple[list[Shipment], list[Shipment]]:
    """Shipments that are over, and those of the last weeks."""
    everything = shipments(data)
    limit = today - dt.timedelta(days=RECENT)
    over = [each for each in everything if each.day < limit]
    recent = [each for each in everything if limit <= each.day < today]
    chosen = rng.sample(over, min(PASTS, len(over)))
    return sorted(chosen, key=lambda each: (each.day, each.entry_no)), recent


def add_customs(
    book: Book,
    data: DemoData,
    users: Mapping[str, User],
    ids: Mapping[int, int],
    today: dt.date,
    now: dt.datetime,
    progress: Callable[[str], None],
) -> int:
    """Everything of customs; ``ids`` leads from the place of a party in ``data`` to its key.

    Returns how many declarations there are.
    """
    rng = Random(SEED)  # noqa: S311 - the point is that it repeats
    team = team_of(book, users)
    parties = {data.parties[place].usc_code: pk for place, pk in ids.items()}
    progress(_("报关：参数和委托"))
    set_up(team, now)
    if editions.may_write():
        editions.add_rates(team, today)
        editions.add_editions(team, today)
    over, recent = choose(rng, data, today)
    add_mandates(team, parties, [*over, *recent], today)
    progress(_("报关：两年的报关单"))
    told = pasts(rng, over, team, today)
    past = enter_past(system_actor(book.pk), told, now=now, source=_("两年的报关单"))
    progress(_("报关：在办的报关单"))
    work = Underway(rng, team, parties, book.pk)
    return len(past) + bring_under_way(work, recent, today, now)
