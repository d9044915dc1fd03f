"""Companies, books, departments, and the people who work in them."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from guanzhang.org.domain.policy import Role, Scope


class Company(models.Model):
    name = models.CharField(_("名称"), max_length=120)
    usc_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    is_demo = models.BooleanField(_("演示公司"), default=False)

    class Meta:
        verbose_name = _("公司")

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    """账套: one company's data. Everything below belongs to exactly one book."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="books")
    code = models.CharField(_("编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    currency = models.CharField(_("本位币"), max_length=3, default="CNY")

    class Meta:
        verbose_name = _("账套")

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A node of the department tree. ``path`` is the ids from the root, "/1/4/", for subtree queries."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="departments")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    code = models.CharField(_("编码"), max_length=20)
    name = models.CharField(_("名称"), max_length=60)
    path = models.CharField(max_length=200, blank=True, db_index=True)

    class Meta:
        verbose_name = _("部门")
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="department_code_once")
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        if "\0" in (username or ""):
            raise self.model.DoesNotExist  # PostgreSQL would refuse the question itself
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A login. Never a customer's contact: the two are separate tables on purpose."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("跟随系统")
        LIGHT = "light", _("浅色")
        DARK = "dark", _("深色")

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    email = models.EmailField(_("邮箱"), blank=True)
    mobile = models.CharField(_("手机"), max_length=20, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    language = models.CharField(max_length=10, default="zh-hans")
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    density = models.CharField(max_length=10, default="normal")
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("用户")
        constraints = [models.UniqueConstraint(Lower("username"), name="username_once")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name


class Membership(models.Model):
    """A user in a book: in which department, in which roles."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    book = models.ForeignKey(Book, models.CASCADE, related_name="memberships")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("任职")
        constraints = [models.UniqueConstraint(fields=["user", "book"], name="membership_once")]


class RoleGrant(models.Model):
    """One role of a membership. ``scope`` widens or narrows the role's own data scope."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=[(r.value, r.zh) for r in Role])
    scope = models.CharField(
        max_length=12,
        blank=True,
        choices=[(s.value, s.zh) for s in Scope if s is not Scope.NONE],
    )

    class Meta:
        verbose_name = _("角色")
        constraints = [
            models.UniqueConstraint(fields=["membership", "role"], name="role_grant_once")
        ]


class UserSession(models.Model):
    """A login that is still open, so that people can see and end their sessions."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    ip = models.CharField(max_length=45)
    agent = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("登录会话")
