"""恒通 belongs to 甲, 瑞丰 to 丙 (another department), 远客 to 丁's book."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pytest

from guanzhang.kernel.codes import usc_check_character
from guanzhang.parties import services
from guanzhang.parties.data import ContactData, PartyData
from guanzhang.parties.models import Party

HENGTONG = PartyData(
    name="宁波恒通进出口有限公司",
    short_name="恒通",
    english_name="Ningbo Hengtong Imp. & Exp. Co., Ltd.",
    former_names="宁波恒通商贸有限公司",
    usc_code="91330206MA2AXXXX0",
    industry="F51",
    region="330206",
    source="referral",
)


def usc(first: str) -> str:
    """The 17 characters with their check character."""
    return first + usc_check_character(first)


HENGTONG = replace(HENGTONG, usc_code=usc("91330206MA2AXXXX0"))


@dataclass(frozen=True)
class Parties:
    hengtong: Party
    ruifeng: Party
    stranger: Party


@pytest.fixture
def parties(cast, now) -> Parties:
    """One customer each for 甲, 丙 and the stranger; 恒通 with a contact and an account."""
    hengtong = services.create_party(cast.actor("sales"), HENGTONG, now=now)
    services.add_contact(
        cast.actor("sales"),
        hengtong.pk,
        ContactData(name="郑晓琳", title="关务", mobile="13912344127"),
        now=now,
    )
    ruifeng = services.create_party(
        cast.actor("colleague"),
        PartyData(name="瑞丰化工（宁波）有限公司", usc_code=usc("91330211MA2BXXXX1")),
        now=now,
    )
    stranger = services.create_party(
        cast.actor("stranger"), PartyData(name="远客贸易有限公司"), now=now
    )
    hengtong.refresh_from_db()
    return Parties(hengtong, ruifeng, stranger)


@pytest.fixture
def later(now) -> dt.datetime:
    return now + dt.timedelta(hours=1)
