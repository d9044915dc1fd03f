"""The demo company as data: the same every time, valid where it claims to be, and shaped like a real book."""

import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import pairwise

import pytest

from guanzhang.demo.generate import FIELDS, PEOPLE, SEED, generate
from guanzhang.demo.trade import exchange_rate
from guanzhang.demo.words import NOT_OURS
from guanzhang.kernel.codes import (
    check_customs_code,
    check_email,
    check_hs_code,
    check_id_card,
    check_mobile,
    check_usc_code,
    usc_region,
)
from guanzhang.kernel.dates import window
from guanzhang.org.domain.policy import Role
from guanzhang.parties.domain.choices import (
    CustomsKind,
    Direction,
    PartyKind,
    ServiceKind,
    Source,
)
from guanzhang.parties.domain.customs_credit import CustomsCredit
from guanzhang.parties.domain.industries import industry
from guanzhang.parties.domain.names import normalise_name
from guanzhang.parties.domain.regions import region
from guanzhang.parties.domain.scale import enterprise_scale

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def data():
    return generate(SEED, TODAY)


@pytest.fixture(scope="module")
def customers(data):
    return [p for p in data.parties if p.is_customer]


def test_the_same_seed_and_day_give_the_same_company(data):
    assert generate(SEED, TODAY) == data
    assert generate(SEED + 1, TODAY) != data
    assert generate(SEED, TODAY + dt.timedelta(days=1)) != data


@pytest.mark.parametrize(
    "today", [dt.date(2024, 2, 29), dt.date(2027, 1, 31), dt.date(2028, 12, 31)]
)
def test_history_ends_on_the_day_it_is_made_for(today):
    made = generate(SEED, today)
    assert 12_000 <= len(made.transactions) <= 20_000
    assert today - dt.timedelta(days=6) <= max(t.traded_on for t in made.transactions) <= today
    assert min(t.traded_on for t in made.transactions) >= today - dt.timedelta(days=733)
    assert max(s.happened_at.date() for s in made.services) < today


def test_every_role_has_somebody_and_one_salesperson_leads(data):
    assert {p.role for p in PEOPLE} == {role.value for role in Role}
    assert [p.name for p in PEOPLE if p.scope == "dept"] == ["刘洋"]
    assert {p.department for p in PEOPLE} == {d.code for d in data.departments}


def test_volumes(data, customers):
    assert len(customers) == 305
    assert len(data.parties) - len(customers) == 12
    assert sum(p.kind == "person" for p in customers) == 15
    assert 12_000 <= len(data.transactions) <= 18_000
    assert 2_300 <= len(data.services) <= 2_700


def test_every_code_checks(data):
    for party in data.parties:
        problems = [
            *check_usc_code(party.usc_code),
            *check_customs_code(party.customs_code),
            *check_id_card(party.id_card),
        ]
        for contact in party.contacts:
            problems += [*check_mobile(contact.mobile), *check_email(contact.email)]
        assert not problems, (party.name, problems)
        assert sum(c.is_primary for c in party.contacts) == bool(party.contacts)
    assert all(
        not check_hs_code(t.product_code)
        for t in data.transactions
        if t.product_code[0].isdigit()
    )


def test_codes_and_names_are_used_once(data):
    codes = [p.usc_code for p in data.parties if p.usc_code]
    assert len(codes) == len(set(codes))
    firms = [p.name for p in data.parties if p.kind == "enterprise"]
    assert len(firms) == len(set(firms))
    assert all(normalise_name(p.name) == p.name for p in data.parties)


def test_no_code_was_ever_given_to_a_real_company_or_person(data):
    assert all(p.usc_code[8:12] == "MAYH" for p in data.parties if p.usc_code)
    assert all(p.id_card.startswith("990101") for p in data.parties if p.id_card)
    assert not [
        p.name for p in data.parties for brand in NOT_OURS if p.short_name.startswith(brand)
    ]


def test_the_licence_names_the_region(data):
    for party in data.parties:
        if party.usc_code and party.region:
            assert usc_region(party.usc_code) == party.region
        assert not party.region or region(party.region), party.region


def test_choices_are_those_of_the_customer_file(data):
    for party in data.parties:
        PartyKind(party.kind)
        assert not party.customs_kind or CustomsKind(party.customs_kind)
        assert not party.customs_credit or CustomsCredit(party.customs_credit)
        assert not party.industry or industry(party.industry), party.industry
        Source(party.source)
        assert party.custom.keys() <= {f.key for f in FIELDS}
    assert {t.direction for t in data.transactions} == {d.value for d in Direction}
    assert {s.kind for s in data.services} == {k.value for k in ServiceKind}


def test_scale_follows_the_official_rule(customers):
    sized = [p for p in customers if p.scale]
    assert Counter(p.scale for p in sized).keys() == {"large", "medium", "small", "micro"}
    for party in sized:
        assert party.scale == enterprise_scale(
            party.industry, party.annual_revenue, party.staff_count, party.total_assets
        )


def test_customers_are_spread(customers):
    provinces = Counter(p.region[:2] for p in customers if p.region)
    assert len(provinces) >= 8
    assert 65 <= provinces["33"] * 100 // provinces.total() <= 85
    assert len({p.industry for p in customers if p.industry}) >= 10
    assert Counter(p.customs_credit for p in customers)["DISHONEST"] == 2
    assert 4 <= sum(p.customs_credit == "AEO" for p in customers) * 100 // len(customers) <= 12


def test_some_files_have_gaps(customers):
    firms = [p for p in customers if p.kind == "enterprise"]
    for missing in ("usc_code", "industry", "region", "contacts", "owner"):
        count = sum(not getattr(p, missing) for p in firms)
        assert 5 <= count <= 30, (missing, count)


def test_a_fifth_of_the_customers_brings_four_fifths_of_the_amount(data):
    year = window("12m", TODAY)
    amounts = Counter()
    for line in data.transactions:
        if line.traded_on in year:
            amounts[line.party] += line.amount * line.exchange_rate
    ranked = sorted(amounts.values(), reverse=True)
    share = sum(ranked[: len(ranked) // 5]) / sum(ranked)
    assert Decimal("0.72") <= share <= Decimal("0.88"), share


def test_every_turn_of_a_relation_is_there(data, customers):
    days = defaultdict(list)
    for line in data.transactions:
        days[line.party].append((TODAY - line.traded_on).days)
    seen = Counter()
    for number in range(len(customers)):
        ages = sorted(set(days.get(number, ())))
        if not ages:
            seen["never"] += 1
        elif ages[-1] < 90:
            seen["new"] += 1
        elif ages[0] > 365:
            seen["lost"] += 1
        elif ages[0] > 90:
            seen["dormant"] += 1
        elif max(b - a for a, b in pairwise(ages)) > 300:
            seen["returned"] += 1
        else:
            seen["active"] += 1
    assert seen["active"] > 120
    for turn in ("never", "new", "lost", "dormant", "returned"):
        assert seen[turn] >= 4, seen


def test_the_weeks_before_the_spring_festival_are_busy(data):
    lines = Counter((t.traded_on.year, t.traded_on.month) for t in data.transactions)
    assert lines[2026, 1] > 1.5 * lines[2026, 2]  # 春节 2026-02-17
    assert lines[2026, 1] > lines[2025, 9]


def test_lines_add_up(data):
    keys = Counter((t.document_no, t.line_no) for t in data.transactions)
    assert max(keys.values()) == 1
    for line in data.transactions:
        assert line.amount == line.quantity * line.unit_price
        assert line.exchange_rate == exchange_rate(line.currency, line.traded_on)
        assert line.amount == round(line.amount, 2)
    assert {t.currency for t in data.transactions} == {"CNY", "USD", "EUR", "JPY"}
    assert 20 <= sum(t.amount < 0 for t in data.transactions) <= 120


def test_there_is_work_on_the_first_morning(data):
    open_ones = [s for s in data.services if s.next_action and s.closed_at is None]
    assert sum(s.next_due_on == TODAY for s in open_ones) >= 3
    assert sum(s.next_due_on < TODAY for s in open_ones) >= 10
    assert sum(s.next_due_on > TODAY for s in open_ones) >= 5
    assert all(s.closed_at >= s.happened_at for s in data.services if s.closed_at)


def test_some_customers_stand_in_the_file_twice(customers):
    names = {replace_city(p.name) for p in customers if p.kind == "enterprise"}
    assert len([p for p in customers if p.kind == "enterprise"]) - len(names) == 4


def replace_city(name):
    return name.replace("宁波市", "宁波", 1)
