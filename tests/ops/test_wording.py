"""Everything the trail records has a name people understand."""

import ast
import re
from pathlib import Path

import guanzhang
from guanzhang.ops.wording import (
    ACTIONS,
    OBJECTS,
    action_label,
    field_label,
    object_label,
    shown_changes,
)

SRC = Path(guanzhang.__file__).parent


def constants(node):
    """The string constants an expression may become."""
    match node:
        case ast.Constant(value=str() as text):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return constants(one) | constants(other)
        case _:
            return set()


RECORDERS = re.compile(r"_?(record|note\w*|_?set_status|change_status)")
ACTION = re.compile(r"[a-z]+\.[a-z_]+")


def recorded():
    """(actions, kinds of objects) of every call that leads to ``trail.services.record``."""
    actions, objects = set(), set()
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if not RECORDERS.fullmatch(name):
                continue
            found = set().union(*map(constants, node.args)) if node.args else set()
            actions |= set(filter(ACTION.fullmatch, found))
            for keyword in node.keywords:
                if keyword.arg == "object_type":
                    objects |= constants(keyword.value)
    return actions, objects


def test_every_recorded_action_has_a_name():
    actions, _objects = recorded()
    assert len(actions) >= 40
    assert actions - set(ACTIONS) == set(), "name them in guanzhang/ops/wording.py"


def test_every_recorded_kind_of_object_has_a_name():
    _actions, objects = recorded()
    assert {o for o in objects if str(object_label(o)) == o} == set(), (
        "name them in ops/wording.py"
    )
    assert set(OBJECTS) >= {"user", "department"}


def test_an_unknown_identifier_is_shown_as_it_is():
    assert action_label("future.thing") == "future.thing"
    assert object_label("future") == "future"
    assert field_label("future", "no_such_field") == "no_such_field"


def test_fields_are_named_as_their_forms_name_them():
    assert str(field_label("user", "username")) == "用户名"
    assert str(field_label("user", "roles")) == "角色"


def shown(action, changes):
    return [(str(a), b, c, d) for a, b, c, d in shown_changes(action, "user", changes)]


def test_changes_read_as_before_and_after():
    changes = {
        "name": ["甲", None],
        "roles": [["sales"], []],
        "is_active": [True, False],
        "of": "甲",
    }
    assert shown("party.contact_changed", changes) == [
        ("姓名", "甲", "空", True),
        ("角色", "sales", "空", True),
        ("启用", "是", "否", True),
        ("of", "", "甲", False),
    ]


def test_facts_have_no_before_even_when_they_have_two_parts():
    facts = {"username": "chen", "shown": ["mobile", "email"], "rows": {"added": 3}}
    assert [row[1:] for row in shown("party.revealed", facts)] == [
        ("", "chen", False),
        ("", "mobile、email", False),
        ("", "added 3", False),
    ]
