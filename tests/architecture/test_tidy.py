"""Properties of the code itself (after TigerBeetle's tidy.zig)."""

import ast
import importlib.util
import re
import string
from functools import cache
from pathlib import Path

import pytest

import guanzhang

SRC = Path(guanzhang.__file__).parent
ROOT = SRC.parent.parent
FILES = sorted(p for p in SRC.rglob("*.py") if "migrations" not in p.parts)
CHECK = re.compile(r"CUS-[A-Z]\d\d[a-z]?")  # customs.domain.checks: the codes of the trade
PURE = [p for p in FILES if {"domain", "kernel"}.intersection(p.relative_to(SRC).parts)]


def name(path):
    return str(path.relative_to(SRC))


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def errors():
    """tools/errors.py, which is a script and not on the path."""
    spec = importlib.util.spec_from_file_location("errors", ROOT / "tools" / "errors.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", FILES, ids=name)
def test_fits_on_a_page(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 500, f"{lines} lines: split it into two nouns"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            assert length < 70, f"{node.name} (line {node.lineno}) has {length} lines"


@pytest.mark.parametrize("path", PURE, ids=name)
def test_no_floats_in_the_domain(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float), f"line {node.lineno}: use Decimal"
        if isinstance(node, ast.Name):
            assert node.id != "float", f"line {node.lineno}: use Decimal or Fraction"


# Django can be imported only after the settings are named (cli), models only when ready (apps).
LATE = [p for p in FILES if p.name == "apps.py" or p.parent.name == "cli"]


@pytest.mark.parametrize("path", [p for p in FILES if p not in LATE], ids=name)
def test_imports_stand_at_the_top(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = [
                n.lineno for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)
            ]
            assert not inside, f"{node.name} imports at line {inside[0]}"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_kind_is_a_name_of_its_module(path):
    """So that docs/errors.md lists it: no Kind in a tuple, a class or a function."""
    named = {
        id(node.value)
        for node in tree(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "Kind" or id(node) in named, f"line {node.lineno}"


def test_problem_kinds_are_unique_and_bilingual(errors):
    seen = {}
    for kind in errors.kinds():
        first = seen.setdefault(kind.code, kind)
        # A check of the trade has one code and may say what is wrong in several ways.
        if first is not kind:
            assert CHECK.fullmatch(kind.code), f"{kind.code} is used twice"
            assert first.severity is kind.severity, f"{kind.code} has two severities"
        prefix, _, number = kind.code.partition("-")
        assert prefix.isalpha(), kind.code
        assert number.isdigit() or CHECK.fullmatch(kind.code), kind.code
        assert facts(kind.zh) == facts(kind.en), f"{kind.code}: zh and en name different facts"
        assert any("\u4e00" <= c <= "\u9fff" for c in kind.zh), (
            f"{kind.code}: zh is not Chinese"
        )
        assert not any("\u4e00" <= c <= "\u9fff" for c in kind.en), (
            f"{kind.code}: en is Chinese"
        )
    assert len(seen) >= 15


def test_the_page_of_error_codes_is_current(errors):
    assert errors.PAGE.read_text(encoding="utf-8") == errors.page(errors.kinds()), (
        "docs/errors.md is out of date: run .venv/bin/python tools/errors.py"
    )


def facts(template):
    """The facts that a wording names. A word of our own may have a form per language: found_en."""
    named = {
        field for _, field, _, _ in string.Formatter().parse(template) if field is not None
    }
    return {name.removesuffix("_en").removesuffix("_zh") for name in named}
