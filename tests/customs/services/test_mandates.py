"""Mandates and settings."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.http import Http404

from customs.ready import codes
from guanzhang.customs.models import Mandate, Settings
from guanzhang.customs.queries import mandates_for, settings_for
from guanzhang.customs.services.mandates import (
    MandateData,
    add_mandate,
    cancel_mandate,
    change_mandate,
)
from guanzhang.customs.services.settings import SettingsData, data_of, save_settings
from guanzhang.kernel.problem import Refused
from guanzhang.trail.models import AuditRecord


@pytest.fixture
def data(clients):
    return MandateData(
        party_id=clients.hengtong.pk, number="33020260000000009", kind="long",
        valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2026, 12, 31), note=" 年度 ",
    )  # fmt: skip


def test_a_mandate_is_registered_corrected_and_cancelled(cast, data, now):
    actor = cast.actor("declarant")
    mandate = add_mandate(actor, data, now=now)
    assert (mandate.note, mandate.is_cancelled, mandate.book_id) == (
        "年度",
        False,
        cast.book.pk,
    )
    change_mandate(actor, mandate.pk, replace(data, valid_to=dt.date(2027, 6, 30)), now=now)
    change_mandate(actor, mandate.pk, replace(data, valid_to=dt.date(2027, 6, 30)), now=now)
    with pytest.raises(Refused) as refused:
        cancel_mandate(actor, mandate.pk, reason="", now=now)
    assert codes(refused) == ["CUS-932"]
    cancel_mandate(actor, mandate.pk, reason="客户换代理", now=now)
    with pytest.raises(Http404):
        change_mandate(actor, mandate.pk, data, now=now)
    told = AuditRecord.objects.filter(object_type="mandate").order_by("sequence")
    assert [t.action for t in told] == [
        "mandate.created",
        "mandate.changed",
        "mandate.cancelled",
    ]
    assert told[1].changes == {"valid_to": ["2026-12-31", "2027-06-30"]}
    assert told[2].reason == "客户换代理"


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"number": "123"}, ["CUS-947"]),
        ({"number": "３３０２０２６００００００００09"}, ["CUS-947"]),
        ({"valid_to": dt.date(2025, 12, 31)}, ["CUS-949"]),
        ({"number": "x", "valid_to": dt.date(2025, 12, 31)}, ["CUS-947", "CUS-949"]),
    ],
)  # fmt: skip
def test_a_wrong_mandate_is_refused(cast, data, now, wrong, found):
    with pytest.raises(Refused) as refused:
        add_mandate(cast.actor("declarant"), replace(data, **wrong), now=now)
    assert codes(refused) == found
    assert not Mandate.objects.exists()


def test_a_number_is_registered_once_and_hides_strangers_names(cast, clients, data, now):
    add_mandate(cast.actor("admin"), replace(data, party_id=clients.ruifeng.pk), now=now)
    for who, name in (("declarant", clients.ruifeng.name), ("sales", "其他客户")):
        with pytest.raises(Refused) as refused:
            add_mandate(cast.actor(who), data, now=now)
        assert codes(refused) == ["CUS-948"]
        assert refused.value.problems[0].facts["other"] == name


def test_scope_of_mandates(cast, clients, data, now):
    for who in ("accountant", "auditor", "controller", "colleague", "stranger"):
        with pytest.raises(Http404):
            add_mandate(cast.actor(who), data, now=now)
    mandate = add_mandate(cast.actor("sales"), data, now=now)
    assert list(mandates_for(cast.actor("auditor"))) == [mandate]
    assert not mandates_for(cast.actor("colleague")).exists()
    assert not mandates_for(cast.actor("stranger")).exists()


def test_settings_are_the_administrators(cast, clients, now):
    wanted = SettingsData(
        second_review=True, agent_usc=clients.hengtong.usc_code.lower(), agent_code="3302980099",
        agent_name=" 远航报关 ", sequence_prefix="yh", outbox=r"D:\Imp\OutBox", inbox="/imp/in",
    )  # fmt: skip
    with pytest.raises(Http404):
        save_settings(cast.actor("reviewer"), wanted, now=now)
    save_settings(cast.actor("admin"), wanted, now=now)
    stored = data_of(settings_for(cast.actor("auditor")))
    assert stored == wanted.tidied()
    assert (stored.agent_name, stored.sequence_prefix) == ("远航报关", "YH")
    changes = AuditRecord.objects.get(action="customs.settings_changed").changes
    assert changes["second_review"] == [False, True]
    assert "separate_sender" not in changes
    save_settings(cast.actor("admin"), wanted, now=now)
    assert AuditRecord.objects.filter(action="customs.settings_changed").count() == 1
    assert not settings_for(cast.actor("stranger")).second_review


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"sequence_prefix": "远"}, "sequence_prefix"),
        ({"sequence_prefix": ""}, "sequence_prefix"),
        ({"outbox": "OutBox"}, "outbox"),
        ({"outbox": "/a", "inbox": "/a"}, "inbox"),
        ({"agent_usc": "91330206MA2AXXXX00"}, "agent_usc"),
        ({"agent_code": "12"}, "agent_code"),
    ],
)
def test_wrong_settings_are_refused(cast, now, wrong, path):
    with pytest.raises(Refused) as refused:
        save_settings(cast.actor("admin"), SettingsData(**wrong), now=now)
    assert [problem.path for problem in refused.value.problems] == [path]
    assert not Settings.objects.exists()
