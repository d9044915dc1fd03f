"""Who may do what, on whose data: one table that is documentation, code and test at once.

A policy names an action (``party.edit``) and gives each role a data scope for it. A cell holds
``-`` (no), ``own`` (records I am responsible for), ``dept`` (my department and those below it) or
``all`` (the whole book). A grant may carry a scope of its own (``sales`` with ``dept`` is a sales
manager): it replaces ``own`` and ``dept`` cells of that role, never ``-`` and never ``all``.
"""

from __future__ import annotations

from enum import StrEnum

from guanzhang.kernel.actor import Actor


class Role(StrEnum):
    """The seven roles."""

    SALES = "sales"
    DECLARANT = "declarant"
    REVIEWER = "reviewer"
    ACCOUNTANT = "accountant"
    CONTROLLER = "controller"
    ADMINISTRATOR = "admin"
    AUDITOR = "auditor"

    @property
    def zh(self) -> str:
        return _ROLE_ZH[self]


class Scope(StrEnum):
    """Whose records an action reaches, from nobody's to everybody's."""

    NONE = "-"
    OWN = "own"
    DEPARTMENT = "dept"
    ALL = "all"

    @property
    def zh(self) -> str:
        return {"-": "无", "own": "本人", "dept": "本部门及下级", "all": "全部"}[self.value]

    @property
    def width(self) -> int:
        return list(Scope).index(self)


_ROLE_ZH = {
    Role.SALES: "业务员",
    Role.DECLARANT: "报关员",
    Role.REVIEWER: "审单员",
    Role.ACCOUNTANT: "会计",
    Role.CONTROLLER: "财务主管",
    Role.ADMINISTRATOR: "管理员",
    Role.AUDITOR: "审计员",
}

_TABLE = """
action              sales declarant reviewer accountant controller admin auditor
home.view           all   all       all      all        all        all   all
party.view          own   all       all      all        all        all   all
party.edit          own   -         -        all        all        all   -
party.create        all   -         -        all        all        all   -
party.archive       own   -         -        -          all        all   -
party.assign        own   -         -        -          all        all   -
party.reveal        own   -         -        all        all        all   -
party.export        own   -         -        all        all        all   all
party.settings      -     -         -        -          all        all   -
transaction.view    own   all       all      all        all        all   all
transaction.edit    own   -         -        all        all        all   -
transaction.export  own   -         -        all        all        all   all
service.view        own   all       all      all        all        all   all
service.edit        own   all       all      -          all        all   -
import.run          own   -         -        all        all        all   -
import.undo         own   -         -        -          all        all   -
reference.view      all   all       all      all        all        all   all
reference.load      -     all       all      -          all        all   -
reference.review    -     -         all      -          all        all   -
declaration.view    own   all       all      all        all        all   all
declaration.edit    own   all       all      -          -          all   -
declaration.review  -     -         all      -          -          all   -
declaration.send    -     all       all      -          -          all   -
declaration.export  own   all       all      all        all        all   all
declaration.setup   -     -         -        -          -          all   -
mandate.edit        own   all       all      -          -          all   -
scheme.view         all   all       all      all        all        all   all
scheme.edit         -     -         -        all        all        all   -
scheme.publish      -     -         -        -          all        all   -
class.view          own   all       all      all        all        all   all
class.run           -     -         -        all        all        all   -
report.view         own   all       all      all        all        all   all
report.export       own   -         -        all        all        all   all
job.view            own   own       own      own        all        all   all
job.control         own   own       own      own        all        all   -
trail.view          -     -         -        -          all        all   all
trail.export        -     -         -        -          -          all   all
user.view           -     -         -        -          -          all   all
user.edit           -     -         -        -          -          all   -
department.edit     -     -         -        -          -          all   -
health.view         -     -         -        -          all        all   all
event.retry         -     -         -        -          all        all   -
demo.wipe           -     -         -        -          -          all   -
self.edit           all   all       all      all        all        all   all
"""


def _parsed() -> dict[str, dict[Role, Scope]]:
    header, *rows = (line.split() for line in _TABLE.strip().splitlines())
    roles = [Role(name) for name in header[1:]]
    return {action: dict(zip(roles, map(Scope, cells), strict=True)) for action, *cells in rows}


POLICY = _parsed()


def scope_of(actor: Actor, action: str) -> Scope:
    """The widest scope any of the actor's roles gives for ``action``; unknown actions raise.

    The system itself (jobs, demo, command line) reaches everything.
    """
    row = POLICY[action]
    if "system" in actor.roles:
        return Scope.ALL
    return max(
        (_granted(row, grant) for grant in actor.roles),
        key=lambda s: s.width,
        default=Scope.NONE,
    )


def may(actor: Actor, action: str) -> bool:
    return scope_of(actor, action) is not Scope.NONE


def _granted(row: dict[Role, Scope], grant: str) -> Scope:
    name, _, own_scope = grant.partition(":")
    cell = row[Role(name)]
    if own_scope and cell in (Scope.OWN, Scope.DEPARTMENT):
        return Scope(own_scope)
    return cell
