from hypothesis import given
from hypothesis import strategies as st

from guanzhang.classification.domain.trial import Cell, Placement, Trial, compare, transitions

classes = st.sampled_from(["", "A", "B", "C"])
outcomes = st.dictionaries(st.integers(1, 30), classes)


@given(outcomes, outcomes)
def test_applying_the_transitions_gives_the_new_outcome(old, new):
    state = dict(old)
    for change in transitions(
        sorted(old.items()), ((p, c, None) for p, c in sorted(new.items()))
    ):
        assert state.get(change.party_id) == change.old
        if change.new is None:
            del state[change.party_id]
        else:
            state[change.party_id] = change.new
    assert state == new


@given(outcomes, outcomes)
def test_the_matrix_counts_every_customer_of_the_draft_once(old, new):
    draft = [Placement(p, c, p * 10) for p, c in sorted(new.items())]
    cells, _hash = compare(sorted(old.items()), draft)
    assert sum(c.members for c in cells.values()) == len(new)
    assert sum(c.amount for c in cells.values()) == sum(p * 10 for p in new)
    for (was, becomes), cell in cells.items():
        assert cell.members == sum(
            1 for p, c in new.items() if c == becomes and old.get(p, "") == was
        )


@given(outcomes, outcomes)
def test_equal_hash_means_equal_set(a, b):
    def hash_of(outcome):
        return compare([], [Placement(p, c, 0) for p, c in sorted(outcome.items())])[1]

    assert (hash_of(a) == hash_of(b)) == (a == b)


def test_up_down_and_other_moves_are_told_apart():
    cells = {
        ("B", "A"): Cell(2, 20),
        ("A", "C"): Cell(1, 5),
        ("", "B"): Cell(3, 0),
        ("A", "A"): Cell(9, 9),
    }
    trial = Trial(1, "2026-11-23", "f", "h", "0.10", cells)
    assert trial.moves(["A", "B", "C"]) == (Cell(2, 20), Cell(1, 5), Cell(3, 0))
    assert Trial.from_json(trial.to_json()) == trial
    assert trial.members("A", now=True) == 10
    assert trial.members("A", now=False) == 11
