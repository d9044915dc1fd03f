"""The table of keys: nothing the browser or a screen reader owns, no key twice, every one explained."""

import re
from pathlib import Path

import guanzhang

TABLE = (Path(guanzhang.__file__).parent / "web" / "static" / "gz" / "keys.js").read_text(
    encoding="utf-8"
)
ROWS = re.findall(r'\{ key: "([^"]+)", zh: "([^"]+)", en: "([^"]+)"(.*?)\},?\n', TABLE)
TAKEN = {
    *(f"Ctrl+{k}" for k in "NTWVCXZAFPH"),
    "Ctrl++",
    "Ctrl+-",
    "F1",
    "F5",
    "F11",
    "F12",
    "Alt+ArrowLeft",
    "Alt+ArrowRight",
    "Alt+Home",
    "Alt+D",
    "Alt+E",
    "Alt+F",
}


def test_the_table_is_read_whole():
    assert len(ROWS) == TABLE.count("key: ") == 20


def test_no_key_of_the_browser_is_taken():
    assert not {key for key, *_ in ROWS} & TAKEN


def test_no_key_has_two_meanings():
    keys = [key for key, *_ in ROWS]
    assert len(keys) == len(set(keys))


def test_the_only_single_letter_key_is_the_question_mark_outside_text():
    single = [(key, rest) for key, _zh, _en, rest in ROWS if len(key) == 1]
    assert [key for key, _ in single] == ["?"]
    assert "outside: true" in single[0][1]


def test_every_key_is_explained_in_both_languages():
    for key, zh, en, _ in ROWS:
        assert re.search("[\u4e00-\u9fff]", zh), key
        assert not re.search("[\u4e00-\u9fff]", en), key
