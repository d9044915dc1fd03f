"""Create, change, archive, assign: what is written, what is refused, what the trail says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.http import Http404

from guanzhang.kernel.problem import Refused, Stale
from guanzhang.parties import checks, models, services
from guanzhang.parties.data import FieldSpec, PartyData
from guanzhang.parties.models import Party, Tag
from guanzhang.parties.services.base import field_specs
from guanzhang.parties.services.fields import FieldData
from guanzhang.trail.models import AuditRecord, Event
from guanzhang.trail.queries import history_of
from parties.conftest import HENGTONG, usc


def codes(refused) -> list[tuple[str, str]]:
    return [(p.kind.code, p.path) for p in refused.value.problems]


def everything() -> tuple[int, int, int]:
    return Party.objects.count(), AuditRecord.objects.count(), Event.objects.count()


def test_a_new_customer_is_numbered_owned_recorded_and_announced(cast, now):
    party = services.create_party(cast.actor("sales"), HENGTONG, now=now)
    assert (party.code, party.owner, party.department) == (
        "C00001", cast.users["sales"], cast.book.departments.get(code="0101"),
    )  # fmt: skip
    assert (party.revision, party.status, party.created_at) == (1, "active", now)
    assert party.sort_key.startswith("~ning2宁~bo1波~heng2恒")
    # 14 wanted: code, industry, region, source, owner are there
    assert party.completeness == 35
    record = history_of(cast.book.pk, "party", party.pk).get()
    assert (record.action, record.actor_name, record.object_label) == (
        "party.created",
        "甲",
        party.name,
    )
    assert record.changes["name"] == [None, "宁波恒通进出口有限公司"]
    assert record.changes["owner"] == [None, "甲"]
    assert "customs_code" not in record.changes
    event = Event.objects.get(kind="parties.PartyChanged")
    assert event.payload["party_id"] == party.pk


def test_numbers_go_on_and_step_over_codes_that_were_typed(cast, now):
    actor = cast.actor("admin")
    typed = services.create_party(actor, PartyData(name="甲公司", code="C00002"), now=now)
    numbered = [
        services.create_party(actor, PartyData(name=f"{x}公司"), now=now).code for x in "乙丙"
    ]
    supplier = services.create_party(
        actor, PartyData(name="丁公司", is_customer=False, is_supplier=True), now=now
    )
    assert (typed.code, numbered, supplier.code) == ("C00002", ["C00001", "C00003"], "S00001")


def test_all_faults_are_told_at_once_and_nothing_is_written(cast, now):
    before = everything()
    bad = PartyData(
        name=" ", is_customer=False, usc_code="91330206MA2AXXXX00", industry="Z99",
        region="999999", staff_count=-3, annual_revenue=Decimal("1.23456"), short_name="长" * 61,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        services.create_party(cast.actor("sales"), bad, now=now)
    assert codes(refused) == [
        ("PTY-101", "name"),
        ("PTY-103", "is_customer"),
        ("PTY-102", "short_name"),
        ("PTY-005", "usc_code"),
        ("PTY-109", "industry"),
        ("PTY-108", "region"),
        ("PTY-116", "staff_count"),
        ("PTY-117", "annual_revenue"),
    ]
    assert refused.value.problems[2].message() == "内容有 61 个字，最多 60 个，请缩短。"
    assert everything() == before


def test_warnings_must_be_acknowledged_and_are_then_in_the_trail(cast, now):
    odd = replace(
        HENGTONG, region="110105", scale="large", staff_count=8, annual_revenue=Decimal(2000)
    )
    with pytest.raises(Refused) as refused:
        services.create_party(cast.actor("sales"), odd, now=now)
    assert codes(refused) == [("PTY-106", "region"), ("PTY-107", "scale")]
    assert Party.objects.count() == 0
    party = services.create_party(
        cast.actor("sales"), odd, now=now, acknowledged={"PTY-106", "PTY-107"}
    )
    record = history_of(cast.book.pk, "party", party.pk).get()
    assert record.reason == "已核对提示 PTY-106、PTY-107，仍然保存"


def test_a_person_has_an_identity_number_and_the_trail_only_its_mask(cast, now):
    person = PartyData(name="王小明", kind="person", id_card="11010519491231002x")
    party = services.create_party(cast.actor("sales"), person, now=now)
    assert party.id_card == "11010519491231002X"
    record = history_of(cast.book.pk, "party", party.pk).get()
    assert record.changes["id_card"] == [None, "110105********002X"]
    with pytest.raises(Refused) as refused:
        services.create_party(
            cast.actor("sales"), replace(person, usc_code=HENGTONG.usc_code), now=now
        )
    assert codes(refused) == [("PTY-104", "usc_code"), ("PTY-143", "name")]
    with pytest.raises(Refused) as refused:
        services.create_party(
            cast.actor("sales"), replace(HENGTONG, id_card="11010519491231002X"), now=now
        )
    assert codes(refused) == [("PTY-105", "id_card")]


def test_a_taken_credit_code_names_the_other_only_to_who_may_see_it(cast, parties, now):
    twin = replace(HENGTONG, name="另一家", code="C00001")
    with pytest.raises(Refused) as refused:
        services.create_party(cast.actor("sales"), twin, now=now)
    assert codes(refused) == [("PTY-140", "code"), ("PTY-141", "usc_code")]
    assert "宁波恒通进出口有限公司" in refused.value.problems[1].message()
    with pytest.raises(Refused) as refused:
        services.create_party(cast.actor("colleague"), replace(twin, code=""), now=now)
    assert codes(refused) == [("PTY-142", "usc_code")]
    assert "恒通" not in refused.value.problems[0].message()
    # another book knows nothing of it
    services.create_party(cast.actor("stranger"), replace(HENGTONG, code="C00099"), now=now)


def test_a_change_writes_only_what_differs(cast, parties, later):
    actor, party = cast.actor("sales"), parties.hengtong
    data = replace(services.data_of(party), industry="C26", note="老客户")
    changed = services.change_party(actor, party.pk, data, revision=1, now=later)
    assert (changed.industry, changed.note, changed.revision, changed.updated_at) == (
        "C26", "老客户", 2, later,
    )  # fmt: skip
    record = history_of(cast.book.pk, "party", party.pk).first()
    assert record.action == "party.changed"
    assert record.changes == {"industry": ["F51", "C26"], "note": ["", "老客户"]}
    event = Event.objects.order_by("-pk").first()
    assert event.payload == {"party_id": party.pk, "fields": ["industry", "note"]}
    before = everything()
    same = services.change_party(actor, party.pk, data, revision=2, now=later)
    assert (same.revision, everything()) == (2, before)


def test_who_saves_second_is_told_and_loses_nothing_of_the_first(cast, parties, later):
    actor, party = cast.actor("sales"), parties.hengtong
    data = services.data_of(party)
    services.change_party(actor, party.pk, replace(data, note="先"), revision=1, now=later)
    before = everything()
    with pytest.raises(Stale):
        services.change_party(actor, party.pk, replace(data, note="后"), revision=1, now=later)
    party.refresh_from_db()
    assert (party.note, everything()) == ("先", before)


@pytest.mark.parametrize("who", ["colleague", "stranger", "declarant", "auditor"])
def test_who_may_not_edit_meets_nothing(cast, parties, later, who):
    before = everything()
    with pytest.raises(Http404):
        services.change_party(
            cast.actor(who), parties.hengtong.pk, HENGTONG, revision=1, now=later
        )
    with pytest.raises(Http404):
        services.archive_party(cast.actor(who), parties.hengtong.pk, now=later)
    assert everything() == before


def test_archive_and_restore(cast, parties, later):
    actor, pk = cast.actor("sales"), parties.hengtong.pk
    assert services.archive_party(actor, pk, now=later, reason="停业").status == "archived"
    record = history_of(cast.book.pk, "party", pk).first()
    assert (record.action, record.reason) == ("party.archived", "停业")
    assert record.changes == {"status": ["active", "archived"]}
    assert services.restore_party(actor, pk, now=later).status == "active"


def test_a_batch_answers_per_row_and_hides_what_is_out_of_reach(cast, parties, later):
    ids = [parties.hengtong.pk, parties.ruifeng.pk, parties.stranger.pk]
    manager = cast.users["manager"]
    results = services.assign_parties(cast.actor("sales"), ids, manager.pk, now=later)
    assert [(r.party_id, r.label, r.is_done) for r in results] == [
        (ids[0], "宁波恒通进出口有限公司", True), (ids[1], "", False), (ids[2], "", False),
    ]  # fmt: skip
    parties.hengtong.refresh_from_db()
    assert (parties.hengtong.owner, parties.hengtong.revision) == (manager, 2)
    with pytest.raises(Refused) as refused:
        services.assign_parties(cast.actor("admin"), ids, cast.users["stranger"].pk, now=later)
    assert codes(refused) == [("PTY-144", "owner_id")]


def test_sales_enter_customers_of_their_own_only(cast, now):
    other = replace(HENGTONG, owner_id=cast.users["colleague"].pk)
    with pytest.raises(Refused) as refused:
        services.create_party(cast.actor("sales"), other, now=now)
    assert codes(refused) == [("PTY-145", "owner_id")]
    party = services.create_party(cast.actor("accountant"), other, now=now)
    assert party.owner == cast.users["colleague"]
    with pytest.raises(Refused) as refused:
        services.change_party(
            cast.actor("accountant"),
            party.pk,
            replace(services.data_of(party), owner_id=cast.users["sales"].pk),
            revision=1,
            now=now,
        )
    assert codes(refused) == [("PTY-147", "owner_id")]


def test_tags_in_a_batch(cast, parties, later):
    admin = cast.actor("admin")
    vip = services.add_tag(admin, " 重点 ", now=later)
    results = services.tag_parties(
        cast.actor("sales"), [parties.hengtong.pk, parties.ruifeng.pk], [vip.pk], now=later
    )
    assert [(r.is_done, r.text) for r in results] == [
        (True, "标签：重点"), (False, ""),
    ]  # fmt: skip
    assert [t.name for t in parties.hengtong.tags.all()] == ["重点"]
    with pytest.raises(Refused) as refused:
        services.add_tag(admin, "重点", now=later)
    assert codes(refused) == [("PTY-151", "name")]
    services.rename_tag(admin, vip.pk, "VIP", now=later)
    services.untag_parties(admin, [parties.hengtong.pk], [vip.pk], now=later)
    assert parties.hengtong.tags.count() == 0
    services.remove_tag(admin, vip.pk, now=later)
    assert not Tag.objects.exists()


def test_custom_fields_are_typed_required_and_kept_while_used(cast, parties, later):
    admin = cast.actor("admin")
    level = services.add_field(
        admin,
        FieldData("port", "常用口岸", "choice", ("宁波", "上海"), is_required=True),
        now=later,
    )
    services.add_field(admin, FieldData("since", "合作起始", "date"), now=later)
    data = services.data_of(parties.hengtong)
    for custom, expected in [
        ({}, [("PTY-111", "custom.port")]),
        (
            {"port": "深圳", "since": "昨天"},
            [("PTY-114", "custom.port"), ("PTY-113", "custom.since")],
        ),
        ({"port": "宁波", "other": "x"}, [("PTY-115", "custom.other")]),
    ]:
        with pytest.raises(Refused) as refused:
            services.change_party(
                admin, parties.hengtong.pk, replace(data, custom=custom), revision=1, now=later
            )
        assert codes(refused) == expected
    good = replace(data, custom={"port": "宁波", "since": "2021-07-01"})
    services.change_party(admin, parties.hengtong.pk, good, revision=1, now=later)
    record = history_of(cast.book.pk, "party", parties.hengtong.pk).first()
    assert record.changes == {
        "custom.port": [None, "宁波"],
        "custom.since": [None, "2021-07-01"],
    }
    with pytest.raises(Refused) as refused:
        services.remove_field(admin, level.pk, now=later)
    assert refused.value.problems[0].message().startswith("“常用口岸”在 1 家单位上有值")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (FieldData("Port", "口岸", "text"), [("PTY-153", "key")]),
        (FieldData("port", "", "text"), [("PTY-150", "label")]),
        (FieldData("port", "口岸", "choice", ("一",)), [("PTY-154", "choices")]),
        (FieldData("port", "口岸", "colour"), [("PTY-156", "type")]),
    ],
)
def test_a_faulty_custom_field_is_refused(cast, now, data, expected):
    with pytest.raises(Refused) as refused:
        services.add_field(cast.actor("admin"), data, now=now)
    assert codes(refused) == expected


def test_lengths_are_those_of_the_tables():
    pairs = [
        (checks.PARTY_LENGTHS, models.Party), (checks._CONTACT_LENGTHS, models.Contact),
        (checks._ADDRESS_LENGTHS, models.Address), (checks._ACCOUNT_LENGTHS, models.BankAccount),
        (checks._SERVICE_LENGTHS, models.ServiceRecord),
        (checks._TRANSACTION_LENGTHS, models.Transaction),
    ]  # fmt: skip
    for lengths, model in pairs:
        for name, limit in lengths.items():
            stored = model._meta.get_field(name).max_length
            assert stored in (limit, None), f"{model.__name__}.{name}"


def test_the_domain_choices_fit_their_columns():
    for name, choice in checks._CHOICES.items():
        assert max(len(member) for member in choice) <= Party._meta.get_field(name).max_length


def test_field_specs_come_in_order(cast, now):
    admin = cast.actor("admin")
    services.add_field(admin, FieldData("b", "乙", "text"), now=now)
    services.add_field(admin, FieldData("a", "甲", "flag"), now=now)
    assert field_specs(cast.book.pk) == (
        FieldSpec("b", "乙", "text"), FieldSpec("a", "甲", "flag"),
    )  # fmt: skip
    assert usc("91330206MA2AXXXX0") == HENGTONG.usc_code
