import inspect

import pytest

from guanzhang.kernel.choice import Choice
from guanzhang.parties.domain import choices
from guanzhang.parties.domain.customs_credit import CustomsCredit, parse_customs_credit
from guanzhang.parties.domain.scale import Scale

LISTS = [
    c
    for _, c in inspect.getmembers(choices, inspect.isclass)
    if issubclass(c, Choice) and len(c)
]


@pytest.mark.parametrize("choice", [*LISTS, CustomsCredit, Scale], ids=lambda c: c.__name__)
def test_codes_and_names_are_distinct_and_short(choice):
    for names in ([m.value for m in choice], [m.zh for m in choice], [m.en for m in choice]):
        assert len(set(names)) == len(names)
    for member in choice:
        assert member.value.isascii()
        assert len(member.value) <= 20
        assert not member.zh.isascii()
        assert member.en.isascii()
        assert (
            choice.parse(member.zh) is choice.parse(member.en) is choice(member.value) is member
        )


def test_the_lists_that_others_store():
    assert [c.__name__ for c in LISTS] == [
        "CustomsKind",
        "Direction",
        "PartyKind",
        "ServiceKind",
        "Source",
    ]
    assert [d.value for d in choices.Direction] == ["import", "export", "domestic"]
    assert [c.value for c in CustomsCredit] == [
        "AEO",
        "CERTIFIED",
        "GENERAL",
        "DISHONEST",
        "SEVERE",
    ]


def test_customs_credit_by_earlier_names():
    assert parse_customs_credit("高级认证企业") is CustomsCredit.AEO
    assert parse_customs_credit("aeo") is CustomsCredit.AEO
    assert parse_customs_credit("认证企业") is CustomsCredit.CERTIFIED
    assert parse_customs_credit(" 一般信用企业 ") is CustomsCredit.GENERAL
    assert parse_customs_credit("注册登记和备案企业") is CustomsCredit.GENERAL
    assert parse_customs_credit("失信") is CustomsCredit.DISHONEST
    assert parse_customs_credit("优秀") is None
    assert CustomsCredit.AEO.rank < CustomsCredit.GENERAL.rank < CustomsCredit.SEVERE.rank
