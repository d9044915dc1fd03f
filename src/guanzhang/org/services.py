"""Change who is who: books, departments, users, roles, sessions. Everything is recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity
from guanzhang.org.domain.policy import Role
from guanzhang.org.models import (
    Book,
    Company,
    Department,
    Membership,
    RoleGrant,
    User,
    UserSession,
)
from guanzhang.trail.services import changes_between, record

IDLE = dt.timedelta(minutes=30)
BAD_PASSWORD = Kind("ORG-001", Severity.ERROR, "密码不合格：{why}", "The password was refused: {why}")
NAME_TAKEN = Kind(
    "ORG-002", Severity.ERROR,
    "用户名 {found} 已被占用，请换一个", "The user name {found} is taken; choose another",
)
LAST_ADMINISTRATOR = Kind(
    "ORG-003", Severity.ERROR,
    "{found} 是最后一个管理员，不能停用或取消管理员角色；请先指定另一个管理员",
    "{found} is the last administrator and must stay one; appoint another first",
)
NO_ROLE = Kind(
    "ORG-004", Severity.ERROR, "{found} 没有任何角色，请至少选择一个", "{found} has no role; choose at least one"
)


def create_book(
    *, company: str, code: str, name: str, currency: str = "CNY", is_demo: bool = False
) -> Book:
    """A company with its first book and its root department."""
    with transaction.atomic():
        owner = Company.objects.create(name=company, is_demo=is_demo)
        book = Book.objects.create(company=owner, code=code, name=name, currency=currency)
        create_department(book, code="01", name=company)
        return book


def create_department(
    book: Book, *, code: str, name: str, parent: Department | None = None
) -> Department:
    with transaction.atomic():
        department = Department.objects.create(book=book, code=code, name=name, parent=parent)
        department.path = f"{parent.path if parent else '/'}{department.pk}/"
        department.save(update_fields=["path"])
        return department


def create_user(
    actor: Actor,
    *,
    username: str,
    name: str,
    password: str,
    roles: Mapping[str, str] | Iterable[str],
    department: Department | None,
    now: dt.datetime,
    must_change_password: bool = False,
) -> User:
    """A user of the actor's book. ``roles`` maps a role to its own scope, "" for the usual one."""
    with transaction.atomic():
        if User.objects.filter(username__iexact=username).exists():
            raise Refused([NAME_TAKEN.at("username", found=username)])
        user = User(username=username, name=name, must_change_password=must_change_password)
        _set_password(user, password)
        user.save()
        membership = Membership.objects.create(
            user=user, book_id=actor.book_id, department=department
        )
        _grant(membership, roles)
        record(
            actor, "user.created", now=now, object_type="user", object_id=user.pk, label=name,
            changes={"username": username, "roles": _roles(membership)},
        )
        return user


def change_user(
    actor: Actor,
    user: User,
    *,
    name: str,
    is_active: bool,
    roles: Mapping[str, str],
    department: Department | None,
    now: dt.datetime,
) -> None:
    """Change name, roles and department; ends the sessions of a user whose rights changed."""
    with transaction.atomic():
        membership = Membership.objects.select_for_update().get(user=user, book_id=actor.book_id)
        before = _as_facts(membership, user)
        user.name = name
        user.save(update_fields=["name"])
        membership.department, membership.is_active = department, is_active
        membership.save(update_fields=["department", "is_active"])
        membership.grants.all().delete()
        _grant(membership, roles)
        _keep_an_administrator(actor.book_id, user)
        after = _as_facts(membership, user)
        if changes := changes_between(before, after):
            record(
                actor, "user.changed", now=now, object_type="user", object_id=user.pk, label=name,
                changes=changes,
            )
        if before["is_active"] != after["is_active"] or before["roles"] != after["roles"]:
            end_sessions(user)


def set_password(actor: Actor, user: User, password: str, *, now: dt.datetime, must_change: bool) -> None:
    """Set a password (one's own, or for somebody by the administrator) and end the other sessions."""
    with transaction.atomic():
        _set_password(user, password)
        user.must_change_password = must_change
        user.save(update_fields=["password", "must_change_password"])
        end_sessions(user)
        record(
            actor, "user.password_set", now=now, object_type="user", object_id=user.pk, label=user.name
        )


def open_session(
    user: User, session_key: str, *, ip: str, agent: str, now: dt.datetime
) -> UserSession:
    return UserSession.objects.create(
        user=user, session_key=session_key, ip=ip, agent=agent[:200], created_at=now, seen_at=now
    )


def touch_session(session_key: str, *, now: dt.datetime) -> bool:
    """Note that a session is in use (once a minute). False when it was ended or idle too long."""
    seen = UserSession.objects.filter(session_key=session_key).first()
    if seen is None or now - seen.seen_at > IDLE:
        return False
    if now - seen.seen_at > dt.timedelta(minutes=1):
        UserSession.objects.filter(pk=seen.pk).update(seen_at=now)
    return True


def end_session(session_key: str) -> None:
    with transaction.atomic():
        UserSession.objects.filter(session_key=session_key).delete()
        Session.objects.filter(session_key=session_key).delete()


def end_sessions(user: User) -> None:
    for key in UserSession.objects.filter(user=user).values_list("session_key", flat=True):
        end_session(key)


def record_login(
    actor: Actor, *, accepted: bool, now: dt.datetime, username: str = ""
) -> None:
    """A login or a refused one, on the installation's own chain (book 0)."""
    with transaction.atomic():
        record(
            actor, "login.accepted" if accepted else "login.refused", now=now,
            object_type="user", object_id=actor.user_id or "", label=username or actor.name,
        )


def set_preferences(user: User, **preferences: str) -> None:
    """Language, theme, density of one person; not worth an audit record."""
    for field, value in preferences.items():
        assert field in ("language", "theme", "density")
        setattr(user, field, value)
    user.save(update_fields=list(preferences))


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused([BAD_PASSWORD.at("password", why=why) for why in error.messages]) from error
    user.set_password(password)


def _grant(membership: Membership, roles: Mapping[str, str] | Iterable[str]) -> None:
    pairs = roles.items() if isinstance(roles, Mapping) else [(role, "") for role in roles]
    grants = [RoleGrant(membership=membership, role=Role(r).value, scope=s) for r, s in pairs]
    if not grants:
        raise Refused([NO_ROLE.at("roles", found=membership.user.name)])
    RoleGrant.objects.bulk_create(grants)


def _roles(membership: Membership) -> list[str]:
    return sorted(
        f"{g.role}:{g.scope}" if g.scope else g.role
        for g in RoleGrant.objects.filter(membership=membership)
    )


def _as_facts(membership: Membership, user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "is_active": membership.is_active,
        "department": membership.department.name if membership.department else None,
        "roles": _roles(membership),
    }


def _keep_an_administrator(book_id: int, user: User) -> None:
    left = Membership.objects.filter(
        book_id=book_id, is_active=True, user__is_active=True, grants__role=Role.ADMINISTRATOR
    )
    if not left.exists():
        raise Refused([LAST_ADMINISTRATOR.at("roles", found=user.name)])
