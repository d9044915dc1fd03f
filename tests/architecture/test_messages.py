"""Every marked sentence has English, and the English keeps the placeholders of the Chinese."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "messages.py"
TAG = re.compile(r"""(?:\{% translate |\b_\()(?:"([^"]*)"|'([^']*)')""")


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found(messages: ModuleType) -> set[str | tuple[str, ...]]:
    return set(messages.sentences())


def test_every_sentence_has_english(messages, found):
    known = messages.catalogue()
    assert len(known) > 1000
    assert sorted(str(one) for one in found if not messages.english(known, one)) == []


def test_placeholders_are_kept(messages):
    assert [m.id for m in messages.catalogue() if m.id and messages.odd_placeholders(m)] == []


@pytest.mark.parametrize(
    ("zh", "en", "odd"),
    [
        ("共 %(n)s 家", "%(n)s customers", False),
        ("共 %(n)s 家", "%(m)s customers", True),
        ("已选 {n} 行", "rows selected", True),
        ("完整度 %(n)s%%", "Completeness %(n)s", True),
    ],
)
def test_a_lost_placeholder_is_seen(messages, zh, en, odd):
    assert messages.odd_placeholders(messages.Message(zh, string=en)) is odd


def marked_in_python(path: Path) -> set[str]:
    """The literals passed to Django's gettext functions, under whatever name they are imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name.startswith("gettext")
    }
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in names
        and isinstance(node.args[0], ast.Constant)
    }


def marked_in_template(path: Path) -> set[str]:
    """The literals of {% translate %} tags and of _("…") in other tags."""
    return {
        "".join(pair).replace("%", "%%")
        for pair in TAG.findall(path.read_text(encoding="utf-8"))
    }


def test_the_extraction_misses_no_marked_literal(messages, found):
    """A second reading of the sources finds no marked literal that the extraction does not."""
    missed = {
        f"{path.name}: {one}"
        for pattern, read in (("*.py", marked_in_python), ("*.html", marked_in_template))
        for path in messages.SOURCE.rglob(pattern)
        for one in read(path) - found
    }
    assert sorted(missed) == []


def test_plurals_have_both_forms(messages, found):
    plurals = [one for one in found if isinstance(one, tuple)]
    known = messages.catalogue()
    assert plurals
    assert [one for one in plurals if len(messages.english(known, one)) != 2] == []
