"""Names of roles and scopes in the reader's language, for pages that speak of rights."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanzhang.org.domain.policy import Role, Scope

ROLE_LABELS: dict[Role, Promise] = {
    Role.SALES: _("业务员"),
    Role.DECLARANT: _("报关员"),
    Role.REVIEWER: _("审单员"),
    Role.ACCOUNTANT: _("会计"),
    Role.CONTROLLER: _("财务主管"),
    Role.ADMINISTRATOR: _("管理员"),
    Role.AUDITOR: _("审计员"),
}
SCOPE_LABELS: dict[Scope, Promise] = {
    Scope.OWN: _("本人"),
    Scope.DEPARTMENT: _("本部门及下级"),
    Scope.ALL: _("全部"),
}


def role_names(grants: Iterable[str]) -> list[str]:
    """``{"sales:dept", "admin"}`` → their names in the order of the policy; unknown ones are left out."""
    held = {grant.partition(":")[0] for grant in grants}
    return [str(label) for role, label in ROLE_LABELS.items() if role.value in held]
