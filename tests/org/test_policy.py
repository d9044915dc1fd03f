"""The policy table as values: every action × role × scope of a grant, against plain rules."""

import dataclasses

import pytest

from guanzhang.kernel.actor import system_actor
from guanzhang.org.domain.policy import POLICY, Role, Scope, may, scope_of

GRANTS = [f"{role}{scope}" for role in Role for scope in ("", ":own", ":dept", ":all")]


def actor(*grants):
    return dataclasses.replace(system_actor(1), user_id=5, roles=frozenset(grants))


@pytest.mark.parametrize("grant", GRANTS)
def test_a_grant_replaces_own_and_department_and_nothing_else(grant):
    role, _, wish = grant.partition(":")
    for action, row in POLICY.items():
        cell = row[Role(role)].value
        expected = wish if wish and cell in ("own", "dept") else cell
        assert scope_of(actor(grant), action).value == expected, action


def test_of_several_roles_the_widest_counts():
    assert scope_of(actor("sales", "declarant"), "party.view") is Scope.ALL
    assert scope_of(actor("sales", "declarant"), "party.edit") is Scope.OWN
    assert scope_of(actor("sales", "sales:dept"), "party.edit") is Scope.DEPARTMENT


def test_nobody_without_roles_may_anything():
    assert not any(may(actor(), action) for action in POLICY)


def test_the_system_may_everything():
    assert all(scope_of(system_actor(1), action) is Scope.ALL for action in POLICY)


def test_an_unknown_action_is_a_mistake():
    with pytest.raises(KeyError):
        may(actor("admin"), "party.explode")


def test_the_auditor_changes_nothing():
    reading = {"view", "export"}
    granted = {action for action in POLICY if may(actor("auditor"), action)}
    assert {a for a in granted if a.split(".")[1] not in reading} == {"self.edit"}


def test_every_right_belongs_to_somebody():
    for action, row in POLICY.items():
        assert any(scope is not Scope.NONE for scope in row.values()), action


def test_who_edits_may_view():
    """A right to change without the right to see would be a hole in the pages."""
    for action in POLICY:
        noun, verb = action.split(".")
        view = f"{noun}.view"
        if verb == "view" or view not in POLICY:
            continue
        for role in Role:
            if POLICY[action][role] is not Scope.NONE:
                assert POLICY[view][role] is not Scope.NONE, (action, role)
