"""Shape of what the settings pages take in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from guanzhang.org import queries as org
from guanzhang.org.domain.policy import POLICY, Role, Scope
from guanzhang.web.labels import ROLE_LABELS, SCOPE_LABELS

USERNAME = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]{1,29}$",
    _("用户名为 2–30 个字母、数字或 . _ -，以字母或数字开头；请改写"),
)
CODE = RegexValidator(r"^[A-Za-z0-9-]{1,20}$", _("编码为 1–20 个字母、数字或 -；请改写"))


def has_own_scope(role: Role) -> bool:
    """Whether a grant's scope changes whose customers the role reaches."""
    return POLICY["party.view"][role] in (Scope.OWN, Scope.DEPARTMENT)


class UserForm(forms.Form):
    """A person in the book; ``roles()`` maps each chosen role to its scope."""

    username = forms.CharField(label=_("用户名"), max_length=30, validators=[USERNAME])
    name = forms.CharField(label=_("姓名"), max_length=60)
    department: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("部门"), queryset=None, required=False, empty_label=_("（无）")
    )
    is_active = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, book_id: int, *args: Any, is_new: bool, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.fields["department"].queryset = org.departments(book_id)  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["username"]
        else:
            del self.fields["is_active"]
        for role in Role:
            self.fields[f"role_{role}"] = forms.BooleanField(
                label=str(ROLE_LABELS[role]), required=False
            )
            if has_own_scope(role):
                self.fields[f"scope_{role}"] = forms.ChoiceField(
                    label=_("数据范围"),
                    required=False,
                    choices=[
                        ("", SCOPE_LABELS[Scope.OWN]),
                        (Scope.DEPARTMENT.value, SCOPE_LABELS[Scope.DEPARTMENT]),
                        (Scope.ALL.value, SCOPE_LABELS[Scope.ALL]),
                    ],
                )

    def role_rows(self) -> list[tuple[Role, forms.BoundField, forms.BoundField | None]]:
        return [
            (role, self[f"role_{role}"], self[f"scope_{role}"] if has_own_scope(role) else None)
            for role in Role
        ]

    def roles(self) -> dict[str, str]:
        data = self.cleaned_data
        return {
            role.value: data.get(f"scope_{role}", "") for role in Role if data[f"role_{role}"]
        }


class DepartmentForm(forms.Form):
    code = forms.CharField(label=_("编码"), max_length=20, validators=[CODE])
    name = forms.CharField(label=_("名称"), max_length=60)
    parent: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("上级部门"), queryset=None, empty_label=None
    )

    def __init__(
        self,
        book_id: int,
        *args: Any,  # noqa: ANN401
        below: str = "",
        is_root: bool = False,
        **options: Any,  # noqa: ANN401
    ) -> None:
        """``below`` is the path of a department that moves: it may not go under itself."""
        super().__init__(*args, **options)
        choices = org.departments(book_id)
        self.fields["parent"].queryset = (  # type: ignore[attr-defined]
            choices.exclude(path__startswith=below) if below else choices
        )
        if is_root:
            del self.fields["parent"]
