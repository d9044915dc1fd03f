"""Change who is who: books, departments, users, roles, sessions. Everything is recorded."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet

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
LONGEST = dt.timedelta(hours=12)  # a session ends then, however busy
BAD_PASSWORD = Kind(
    "ORG-001", Severity.ERROR, "密码不合格：{why}", "The password was refused: {why}"
)
NAME_TAKEN = Kind(
    "ORG-002",
    Severity.ERROR,
    "用户名 {found} 已被占用，请换一个",
    "The user name {found} is taken; choose another",
)
LAST_ADMINISTRATOR = Kind(
    "ORG-003",
    Severity.ERROR,
    "{found} 是最后一个管理员，不能停用或取消管理员角色；请先指定另一个管理员",
    "{found} is the last administrator and must stay one; appoint another first",
)
DEPARTMENT_CODE_TAKEN = Kind(
    "ORG-005",
    Severity.ERROR,
    "部门编码 {found} 已被占用，请换一个",
    "The department code {found} is taken; choose another",
)
BELOW_ITSELF = Kind(
    "ORG-006",
    Severity.ERROR,
    "{found} 不能移到 {under} 之下：那是它自己或它的下级；请选别的上级部门",
    "{found} cannot move below {under}, which is itself or below it; choose another parent",
)
BOOK_CODE_TAKEN = Kind(
    "ORG-007",
    Severity.ERROR,
    "账套编码 {found} 已被占用，请换一个",
    "The book code {found} is taken; choose another",
)
DEPARTMENT_ELSEWHERE = Kind(
    "ORG-008",
    Severity.ERROR,
    "部门 {found} 不属于当前账套，请选本账套的部门",
    "Department {found} belongs to another book; choose one of this book",
)
NO_ROLE = Kind(
    "ORG-004",
    Severity.ERROR,
    "{found} 没有任何角色，请至少选择一个",
    "{found} has no role; choose at least one",
)


def create_book(
    *, company: str, code: str, name: str, currency: str = "CNY", is_demo: bool = False
) -> Book:
    """A company with its first book and its root department."""
    with transaction.atomic():
        if Book.objects.filter(code=code).exists():
            raise Refused([BOOK_CODE_TAKEN.at("code", found=code)])
        owner = Company.objects.create(name=company, is_demo=is_demo)
        book = Book.objects.create(company=owner, code=code, name=name, currency=currency)
        create_department(book, code="01", name=company[:60])
        return book


def create_department(
    book: Book, *, code: str, name: str, parent: Department | None = None
) -> Department:
    """A department while a book is set up; people use ``open_department``."""
    with transaction.atomic():
        if Department.objects.filter(book=book, code=code).exists():
            raise Refused([DEPARTMENT_CODE_TAKEN.at("code", found=code)])
        department = Department.objects.create(book=book, code=code, name=name, parent=parent)
        department.path = f"{parent.path if parent else '/'}{department.pk}/"
        department.save(update_fields=["path"])
        return department


def open_department(
    actor: Actor, *, code: str, name: str, parent: Department, now: dt.datetime
) -> Department:
    """A new department below ``parent``."""
    with transaction.atomic():
        book = _locked_book(actor)
        _of_this_book(actor, parent)
        department = create_department(book, code=code, name=name, parent=parent)
        record(
            actor,
            "department.created",
            now=now,
            object_type="department",
            object_id=department.pk,
            label=name,
            changes={"code": code, "parent": parent.name},
        )
        return department


def change_department(
    actor: Actor,
    department: Department,
    *,
    code: str,
    name: str,
    parent: Department | None,
    now: dt.datetime,
) -> None:
    """Rename or move a department with everything below it. The root stays the root."""
    with transaction.atomic():
        _locked_book(actor)
        _of_this_book(actor, department)
        department.refresh_from_db()
        if department.parent is None or parent is None:
            parent = department.parent
        else:
            _of_this_book(actor, parent)
            parent.refresh_from_db()
            if parent.path.startswith(department.path):
                raise Refused(
                    [BELOW_ITSELF.at("parent", found=department.name, under=parent.name)]
                )
        same_code = Department.objects.filter(book_id=actor.book_id, code=code)
        if same_code.exclude(pk=department.pk).exists():
            raise Refused([DEPARTMENT_CODE_TAKEN.at("code", found=code)])
        before = _department_facts(department)
        moved = department.parent != parent
        department.code, department.name, department.parent = code, name, parent
        department.save(update_fields=["code", "name", "parent"])
        if moved:
            _move_below(department, f"{parent.path if parent else '/'}{department.pk}/")
        if changes := changes_between(before, _department_facts(department)):
            record(
                actor,
                "department.changed",
                now=now,
                object_type="department",
                object_id=department.pk,
                label=name,
                changes=changes,
            )


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
        _locked_book(actor)
        if department:
            _of_this_book(actor, department)
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
            actor,
            "user.created",
            now=now,
            object_type="user",
            object_id=user.pk,
            label=name,
            changes=changes_between({}, {"username": username} | _as_facts(membership)),
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
        _locked_book(actor)  # two administrators must not demote each other at the same moment
        if department:
            _of_this_book(actor, department)
        membership = Membership.objects.get(user=user, book_id=actor.book_id)
        before = _as_facts(membership)
        user.name = name
        user.save(update_fields=["name"])
        membership.user = user
        membership.department, membership.is_active = department, is_active
        membership.save(update_fields=["department", "is_active"])
        membership.grants.all().delete()
        _grant(membership, roles)
        _keep_an_administrator(actor.book_id, user)
        changes = changes_between(before, _as_facts(membership))
        if changes:
            record(
                actor,
                "user.changed",
                now=now,
                object_type="user",
                object_id=user.pk,
                label=name,
                changes=changes,
            )
        if changes.keys() - {"name"}:
            end_sessions(user)


def set_password(
    actor: Actor, user: User, password: str, *, now: dt.datetime, must_change: bool
) -> None:
    """Set a password (one's own, or for somebody by the administrator) and end all sessions."""
    with transaction.atomic():
        _set_password(user, password)
        user.must_change_password = must_change
        user.save(update_fields=["password", "must_change_password"])
        end_sessions(user)
        record(
            actor,
            "user.password_set",
            now=now,
            object_type="user",
            object_id=user.pk,
            label=user.name,
        )


def open_session(
    user: User, session_key: str, *, ip: str, agent: str, now: dt.datetime
) -> UserSession:
    """Note a new login; forgets what has expired meanwhile."""
    with transaction.atomic():
        _forget_sessions(UserSession.objects.filter(seen_at__lt=now - IDLE))
        Session.objects.filter(expire_date__lt=now).delete()
        # Who signs in again while signed in keeps the session of this browser.
        session, _created = UserSession.objects.update_or_create(
            session_key=session_key,
            defaults={
                "user": user,
                "ip": ip,
                "agent": agent[:200],
                "created_at": now,
                "seen_at": now,
            },
        )
        return session


def touch_session(session_key: str, *, now: dt.datetime) -> bool:
    """Note that a session is in use (once a minute). False when it was ended or is too old."""
    seen = UserSession.objects.filter(session_key=session_key).first()
    if seen is None:
        return False
    if now - seen.seen_at > IDLE or now - seen.created_at > LONGEST:
        end_session(session_key)
        return False
    if now - seen.seen_at > dt.timedelta(minutes=1):
        with contextlib.suppress(OperationalError), _brief_wait():
            # Moves forward only, and brings no ended session back.
            UserSession.objects.filter(pk=seen.pk, seen_at__lt=now).update(seen_at=now)
    return True


def end_session(session_key: str) -> None:
    with transaction.atomic():
        _forget_sessions(UserSession.objects.filter(session_key=session_key))


def end_sessions(user: User) -> None:
    with transaction.atomic():
        _forget_sessions(UserSession.objects.filter(user=user))


def record_login(actor: Actor, *, accepted: bool, now: dt.datetime, username: str = "") -> None:
    """A login or a refused one, on the chain of the book that the name belongs to.

    A name nobody has goes to the installation's own chain (book 0): no book may read about the
    people of another.
    """
    with transaction.atomic():
        known = (
            Membership.objects.filter(
                Q(user_id=actor.user_id)
                if accepted
                else Q(user__username__iexact=username.replace("\0", ""))
            )
            .select_related("user")
            .order_by("pk")
            .first()
        )
        # People type their password into the wrong field: an unknown name is not kept whole.
        name = known.user.name if known else f"{username[:2]}…"
        record(
            dataclasses.replace(actor, book_id=known.book_id if known else 0, name=name),
            "login.accepted" if accepted else "login.refused",
            now=now,
            object_type="user",
            object_id=known.user_id if known else "",
            label=name,
        )


def set_preferences(user: User, **preferences: str) -> None:
    """Language, theme, density of one person; not worth an audit record."""
    for field, value in preferences.items():
        assert field in ("language", "theme", "density")
        setattr(user, field, value)
    user.save(update_fields=list(preferences))


@contextlib.contextmanager
def _brief_wait() -> Iterator[None]:
    """Wait 0.2 s for SQLite's only write lock: a page is not kept back by an import that commits.

    What is written here is written by the next request just as well.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    usual = int(connection.settings_dict["OPTIONS"]["timeout"] * 1000)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 200")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def _forget_sessions(sessions: QuerySet[UserSession]) -> None:
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()


def _locked_book(actor: Actor) -> Book:
    """Changes of who is who in a book happen one after the other."""
    return Book.objects.select_for_update().get(pk=actor.book_id)


def _of_this_book(actor: Actor, department: Department) -> None:
    if department.book_id != actor.book_id:
        raise Refused([DEPARTMENT_ELSEWHERE.at("department", found=department.name)])


def _move_below(department: Department, path: str) -> None:
    old = department.path
    for node in Department.objects.filter(book_id=department.book_id, path__startswith=old):
        node.path = path + node.path.removeprefix(old)
        node.save(update_fields=["path"])
    department.path = path


def _department_facts(department: Department) -> dict[str, object]:
    return {
        "code": department.code,
        "name": department.name,
        "parent": department.parent.name if department.parent else None,
    }


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(
            [BAD_PASSWORD.at("password", why=why) for why in error.messages]
        ) from error
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


def _as_facts(membership: Membership) -> dict[str, object]:
    return {
        "name": membership.user.name,
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
