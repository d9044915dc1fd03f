"""Seeded defects are found where they are, and clean declarations are left alone."""

import copy
import datetime as dt
from collections import Counter
from random import Random

import pytest

from customs.checks.bases import firm_reference
from customs.checks.defects import DEFECTS
from guanzhang.customs.domain.checks import Context, check
from guanzhang.customs.domain.declaration import read
from guanzhang.customs.domain.document import tidied
from guanzhang.demo.declaration_kinds import KINDS, any_clean_document, clean_document_of

ON = dt.date(2026, 3, 6)
CLEAN, EACH = 1000, 8
# Enough declarations of every kind for the defects that only some of them can have.
POOL = 400


@pytest.fixture(scope="module")
def knows():
    return Context(firm_reference(ON), ON)


@pytest.fixture(scope="module")
def pool():
    return [any_clean_document(Random(seed), ON) for seed in range(POOL)]


def test_clean_declarations_have_no_errors(knows):
    documents = [any_clean_document(Random(seed), ON) for seed in range(CLEAN)]
    wrong, warned = [], Counter()
    for seed, document in enumerate(documents):
        problems = check(read(document), knows)
        if any(p.is_error for p in problems):
            wrong.append((seed, [p.message() for p in problems if p.is_error]))
        warned.update(p.kind.code for p in problems if p.kind.severity == "warning")
    assert len(wrong) <= CLEAN * 0.005, wrong[:3]
    # A warning asks a person for a reason; on a declaration without a fault that is noise.
    assert sum(warned.values()) <= CLEAN * 0.02, warned


def test_they_are_of_every_kind():
    documents = [any_clean_document(Random(seed), ON) for seed in range(CLEAN)]
    modes = Counter(d["DecHead"]["TradeMode"] for d in documents)
    assert set(modes) == {"0110", "0615", "1233", "2600", "3010", "4561"}
    assert {d["DecHead"]["IEFlag"] for d in documents} == {"I", "E"}
    assert {d["DecHead"]["TrafMode"] for d in documents} >= {"2", "4", "5"}
    assert max(len(d["DecLists"]) for d in documents) > 40
    assert sum(bool(d.get("DecLicenseDocus")) for d in documents) > 30
    assert sum(bool(d.get("DecContainers")) for d in documents) > 100


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_as_clean_as_it_is_stored(kind, knows):
    for flag in KINDS[kind][2]:
        for seed in range(10):
            document = clean_document_of(kind, Random(seed), ON, is_import=flag == "I")
            assert tidied(document) == document
            assert [p.message() for p in check(read(document), knows) if p.is_error] == []


def test_equal_seeds_make_equal_declarations():
    assert any_clean_document(Random(7), ON) == any_clean_document(Random(7), ON)


def test_seeded_defects_are_found_where_they_are(knows, pool):
    missed, seeded = [], Counter()
    for defect, code in DEFECTS.items():
        for seed, clean in enumerate(pool):
            if seeded[defect] == EACH:
                break
            document = copy.deepcopy(clean)
            path = defect(Random(seed), document)
            if path is None:
                continue
            seeded[defect] += 1
            found = {(p.kind.code, p.path) for p in check(read(document), knows)}
            if (f"CUS-{code}", path) not in found:
                missed.append((defect.__name__, seed, path))
    assert len(seeded) >= 30
    assert sum(seeded.values()) >= 300
    assert {name.__name__: n for name, n in seeded.items() if n < 3} == {}
    assert len(missed) <= sum(seeded.values()) * 0.01, missed
