"""Receipts and states: every pair, and every order of one trail."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanzhang.customs.domain.flow import TARGETS, Step, next_by_receipt, state_after
from guanzhang.customs.domain.receipts import CHINA
from guanzhang.customs.domain.states import State

T0 = dt.datetime(2026, 1, 5, 10, 0, tzinfo=CHINA)
S = State
ALL = ["stored", "failed", "L", "E", "Y", "Z", "H", "M", "N", "G", "J", "W", "T", "C", "S", "B", "K",
       "I", "F", "P", "R", "X", "#", "A", "D", "a", "b", "c", "d", "SpL", "SpE", "SpJ", "Sp1", "SpC",
       "SpK", "?", ""]  # fmt: skip
WAY = [S.APPROVED, S.SENDING, S.STORED, S.DECLARED, S.ACCEPTED, S.SUSPENDED, S.EXAMINED, S.TAX_DUE,
       S.TAX_PAID, S.INSPECTION, S.INSPECTED, S.PICKED_UP, S.RELEASED, S.CLOSED, S.ARCHIVED]  # fmt: skip
INFORMING = {"failed", "M", "N", "X", "#", "a", "b", "c", "d", "Sp1", "?", ""}
# one column per kind of channel: what follows from each state ("." = nothing)
TABLE = """
              stored   L         H          E         J         T        C           SpK        P         R       A        D
draft         .        .         .          .         .         .        .           .          .         .       .        .
review        .        .         .          .         .         .        .           .          .         .       .        .
review2       .        .         .          .         .         .        .           .          .         .       .        .
approved      stored   accepted  suspended  rejected  examined  tax_due  inspection  picked_up  released  closed  deleted  deleted
sending       stored   accepted  suspended  rejected  examined  tax_due  inspection  picked_up  released  closed  deleted  deleted
stored        .        accepted  suspended  rejected  examined  tax_due  inspection  picked_up  released  closed  deleted  deleted
declared      .        accepted  suspended  rejected  examined  tax_due  inspection  picked_up  released  closed  deleted  deleted
accepted      .        .         suspended  rejected  examined  tax_due  inspection  picked_up  released  closed  deleted  deleted
suspended     .        .         .          rejected  examined  tax_due  inspection  picked_up  released  closed  deleted  deleted
rejected      .        accepted  suspended  .         examined  tax_due  inspection  picked_up  released  closed  deleted  deleted
examined      .        .         .          rejected  .         tax_due  inspection  picked_up  released  closed  deleted  deleted
tax_due       .        .         .          rejected  .         .        inspection  picked_up  released  closed  deleted  deleted
tax_paid      .        .         .          rejected  .         .        inspection  picked_up  released  closed  deleted  deleted
inspection    .        .         .          rejected  .         .        .           picked_up  released  closed  deleted  deleted
inspected     .        .         .          rejected  .         .        .           picked_up  released  closed  deleted  deleted
picked_up     .        .         .          rejected  .         .        .           .          released  closed  deleted  deleted
released      .        .         .          .         .         .        .           .          .         closed  .        deleted
closed        .        .         .          .         .         .        .           .          .         .       .        deleted
archived      .        .         .          .         .         .        .           .          .         .       .        deleted
deleted       .        .         .          .         .         .        .           .          .         .       .        .
void          .        .         .          .         .         .        .           .          .         .       .        .
"""
ALIKE = {"Y": "E", "Z": "E", "SpE": "E", "G": "J", "W": "J", "SpJ": "J", "S": "C", "SpC": "C",
         "B": "P", "K": "P", "I": "P", "F": "P", "SpL": "L"}  # fmt: skip


def cases():
    header, *rows = (line.split() for line in TABLE.strip().splitlines())
    for state, *cells in rows:
        by = dict(zip(header, cells, strict=True))
        for channel in ALL:
            cell = "." if channel in INFORMING else by[ALIKE.get(channel, channel)]
            yield State(state), channel, None if cell == "." else State(cell)


def test_the_table_names_every_state_and_every_channel_of_customs():
    assert {state for state, _, _ in cases()} == set(State)
    assert set(TARGETS) | INFORMING == set(ALL)


@pytest.mark.parametrize(("state", "channel", "expected"), list(cases()))
def test_every_channel_in_every_state(state, channel, expected):
    assert next_by_receipt(state, channel) is expected


@pytest.mark.parametrize("channel", ALL)
@pytest.mark.parametrize("state", list(State))
def test_a_receipt_twice_is_a_receipt_once_and_nothing_leads_back(state, channel):
    after = next_by_receipt(state, channel)
    if after is None:
        return
    assert next_by_receipt(after, channel) is None
    if after in WAY and state in WAY:
        assert WAY.index(after) > WAY.index(state)


def steps(*trail: tuple[int, str]) -> list[Step]:
    return [Step(T0 + dt.timedelta(seconds=s), channel) for s, channel in trail]


@pytest.mark.parametrize(
    ("trail", "end"),
    [
        ([(0, "stored"), (1, "L"), (7, "J"), (60, "P"), (86400, "R")], S.CLOSED),
        ([(1, "L"), (7, "J"), (60, "P"), (60, "R")], S.CLOSED),  # closed in the same second
        ([(1, "L"), (5, "E")], S.REJECTED),
        ([(5, "L"), (5, "E")], S.REJECTED),  # in the same second: the side step counts
        ([(1, "L"), (7, "J"), (9, "E")], S.REJECTED),  # after it was examined
        ([(1, "L"), (5, "E"), (900, "L"), (907, "J"), (960, "P")], S.RELEASED),  # declared anew
        ([(1, "L"), (7, "J"), (8, "T"), (90, "C"), (999, "P"), (1000, "M")], S.RELEASED),
        ([(1, "SpL"), (3, "SpJ"), (9, "SpK"), (9000, "L"), (9007, "P"), (9999, "R")], S.CLOSED),
        ([(1, "L"), (4, "D"), (5, "P")], S.DELETED),
    ],
)
def test_every_order_of_arrival_ends_alike(trail, end):
    for order in permutations(steps(*trail)):
        assert state_after(S.SENDING, order) is end


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(ALL)), max_size=9),
    st.sampled_from(list(State)),
    st.randoms(),
)
def test_any_trail_in_any_order_and_doubled_ends_alike(trail, start, random):
    ordered = steps(*trail)
    end = state_after(start, ordered)
    shuffled = ordered + random.sample(ordered, k=len(ordered) // 2)
    random.shuffle(shuffled)
    assert state_after(start, shuffled) is end


def test_what_people_note_takes_its_place_in_time():
    paid = Step(T0 + dt.timedelta(seconds=50), noted=S.TAX_PAID)
    assert state_after(S.SENDING, [*steps((1, "L"), (8, "T")), paid]) is S.TAX_PAID
    assert state_after(S.SENDING, [paid, *steps((1, "L"), (8, "T"), (60, "P"))]) is S.RELEASED
    assert state_after(S.DRAFT, [paid]) is S.DRAFT
