"""恒通 is 甲's client, 瑞丰 丙's, 远客 the stranger's; a declaration that has no fault."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from guanzhang.kernel.codes import usc_check_character
from guanzhang.parties import services as parties_services
from guanzhang.parties.data import PartyData
from guanzhang.parties.models import Party


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
