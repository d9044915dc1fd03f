"""恒通 is 甲's client, 瑞丰 丙's, 远客 the stranger's; a declaration that has no fault."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from customs.ready import agree, clean
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.customs.services.mandates import MandateData, add_mandate
from guanzhang.demo.declarations import CLIENT
from guanzhang.kernel.codes import usc_check_character
from guanzhang.parties import services as parties_services
from guanzhang.parties.data import PartyData
from guanzhang.parties.models import Party
from guanzhang.reference.services import install_shipped


def usc(first: str) -> str:
    """The 17 characters with their check character."""
    return first + usc_check_character(first)


@dataclass(frozen=True)
class Clients:
    hengtong: Party
    ruifeng: Party
    stranger: Party


@pytest.fixture
def clients(cast, now) -> Clients:
    def make(who: str, **facts: str) -> Party:
        return parties_services.create_party(cast.actor(who), PartyData(**facts), now=now)

    return Clients(
        make(
            "sales", name="宁波恒通进出口有限公司", usc_code=usc("91330206MA2AXXXX0"),
            customs_code="3302960001",
        ),
        make(
            "colleague", name="瑞丰化工（宁波）有限公司", usc_code=usc("91330211MA2BXXXX1"),
            customs_code="3302960002",
        ),
        make("stranger", name="远客贸易有限公司"),
    )  # fmt: skip


@pytest.fixture
def later(now) -> dt.datetime:
    return now + dt.timedelta(hours=1)


@pytest.fixture
def shipped(db, now):
    """The reference data that ships with the program."""
    install_shipped(now)


@pytest.fixture
def example_client(cast, now) -> Party:
    """The client of ``ready.clean``, with a mandate for this year and the next."""
    admin = cast.actor("admin")
    party = parties_services.create_party(
        admin,
        PartyData(name=CLIENT.name, usc_code=CLIENT.usc_code, customs_code=CLIENT.customs_code),
        now=now,
    )
    mandate = MandateData(
        party_id=party.pk, number="33020260000000001", kind="long",
        valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2027, 12, 31),
    )  # fmt: skip
    add_mandate(admin, mandate, now=now)
    return party


@pytest.fixture
def ready(cast, shipped, example_client, now):
    """己's import for the example client, with nothing left to say to it."""
    row = create_declaration(
        cast.actor("declarant"), direction="I", party_id=example_client.pk, now=now,
        document=clean(now),
    )  # fmt: skip
    agree(cast, row, now)
    return row
