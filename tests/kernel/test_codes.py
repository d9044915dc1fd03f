"""Checked codes. ``golden/codes.txt`` is what users read; rewrite it with
``GOLDEN=update pytest tests/kernel/test_codes.py`` and read the diff."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from guanzhang.kernel import codes

GOLDEN = Path(__file__).parent / "golden" / "codes.txt"
CHECKS = {
    "usc": codes.check_usc_code,
    "id": codes.check_id_card,
    "customs": codes.check_customs_code,
    "mobile": codes.check_mobile,
    "email": codes.check_email,
    "hs": codes.check_hs_code,
}


def test_what_the_checks_say():
    asked = [
        line for line in GOLDEN.read_text("utf-8").splitlines() if line[:1] not in ("", " ")
    ]
    lines = []
    for line in asked:
        check, _, text = line.partition(" ")
        lines.append(line)
        for problem in CHECKS[check](text):
            lines.append(f"  {problem.kind.code} {problem.path}")
            lines.append(f"    {problem.message('zh')}")
            lines.append(f"    {problem.message('en')}")
    got = "\n".join(lines) + "\n"
    if os.environ.get("GOLDEN") == "update":
        GOLDEN.write_text(got, "utf-8")
    else:
        assert got == GOLDEN.read_text("utf-8")


usc_bodies = st.from_regex(r"[159Y][1239][0-9]{6}[0-9A-HJ-NP-RTUWXY]{9}", fullmatch=True)


@given(usc_bodies)
def test_check_character_agrees_with_an_independent_implementation(body):
    assert codes.usc_check_character(body) == uscc.calc_check_digit(body)
    assert codes.check_usc_code(body + codes.usc_check_character(body)) == ()


@given(usc_bodies, st.integers(0, 16), st.sampled_from("0123456789"))
def test_every_single_mistyped_character_is_found(body, position, other):
    right = body + codes.usc_check_character(body)
    wrong = right[:position] + other + right[position + 1 :]
    assert (codes.check_usc_code(wrong) == ()) == (wrong == right)


@given(st.dates().filter(lambda d: d.year >= 1900), st.integers(0, 999))
def test_identity_numbers_agree_with_an_independent_implementation(birthday, serial):
    body = f"330206{birthday:%Y%m%d}{serial:03}"
    right = body + ric.calc_check_digit(body + "0")
    assert codes.check_id_card(right) == ()
    for last in "0123456789X":
        assert (codes.check_id_card(body + last) == ()) == (body + last == right)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_an_absent_code_is_not_a_wrong_one(check):
    assert check("") == check("  ") == ()


def test_the_path_of_the_field_is_kept():
    assert codes.check_mobile("1", "contacts[2].mobile")[0].path == "contacts[2].mobile"


def test_normalising():
    assert (
        codes.normalise_code(" ９１３３ ０２０６ｍａ２ａｆ１２３４５ ") == "91330206MA2AF12345"
    )
    assert codes.normalise_mobile("+86 138-0574-1234") == "13805741234"
    assert codes.normalise_mobile("0086１３８０５７４１２３４") == "13805741234"


def test_region_of_a_code():
    assert codes.usc_region("91330206MA2AF1234L") == "330206"
    assert codes.usc_region("9133O206MA2AF1234L") == ""
    assert codes.usc_region("9133") == ""
