from decimal import Decimal

import pytest

from guanzhang.kernel.problem import Kind, Refused, Severity, refuse_errors

LIMIT = Kind("TST-1", Severity.ERROR, "额度 {limit} 不足。", "The limit {limit} is too low.")
HINT = Kind("TST-2", Severity.WARNING, "请核对。", "Please check.")


def test_a_problem_speaks_both_languages_and_shows_plain_numbers():
    problem = LIMIT.at("credit.limit", limit=Decimal("1E+3"))
    assert problem.message() == "额度 1000 不足。"
    assert problem.message("en") == "The limit 1000 is too low."
    assert problem.path == "credit.limit"
    assert problem.is_error


def test_facts_are_never_read_as_templates():
    assert LIMIT.at("x", limit="{limit.__class__}").message() == "额度 {limit.__class__} 不足。"


def test_only_errors_refuse_and_all_of_them_are_told():
    refuse_errors([])
    refuse_errors([HINT.at("a")])
    errors = (LIMIT.at("a", limit=1), LIMIT.at("b", limit=2))
    with pytest.raises(Refused, match="TST-1 a; TST-1 b") as refused:
        refuse_errors([errors[0], HINT.at("a"), errors[1]])
    assert refused.value.problems == errors
