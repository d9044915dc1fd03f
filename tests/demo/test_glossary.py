"""docs/glossary.md says what docs/glossary.csv says, and no word has two owners."""

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

import guanzhang

ROOT = Path(guanzhang.__file__).parent.parent.parent


@pytest.fixture(scope="module")
def glossary():
    """tools/glossary.py, which is a script and not on the path."""
    spec = importlib.util.spec_from_file_location("glossary", ROOT / "tools" / "glossary.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_glossary_page_is_current(glossary):
    assert glossary.PAGE.read_text(encoding="utf-8") == glossary.page(glossary.rows()), (
        "docs/glossary.md is out of date: run .venv/bin/python tools/glossary.py"
    )


def test_one_word_has_one_line(glossary):
    terms = glossary.rows()
    for column in ("zh", "en"):
        repeated = [w for w, n in Counter(t[column] for t in terms).items() if n > 1]
        assert not repeated, (column, repeated)
    assert all(t["zh"] and t["en"] and t["identifier"] for t in terms)
