"""The cast: 甲 owns the customers, 乙 keeps the books, 丙 is a colleague, 丁 works for another company."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import timezone

from guanzhang.kernel.actor import Actor, system_actor
from guanzhang.org import queries, services
from guanzhang.org.models import Book, User

NOW = dt.datetime(2026, 11, 23, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
PASSWORD = "晴天-Trade-7251"


@dataclass(frozen=True)
class Cast:
    """Two books; in the first one person per role, with 甲 in a department below the root."""

    book: Book
    other_book: Book
    users: dict[str, User]  # "sales", "colleague", "manager", "accountant", …, "stranger"

    def actor(self, who: str) -> Actor:
        user = self.users[who]
        book = self.other_book if who == "stranger" else self.book
        actor = queries.actor_for(user.pk, book.pk)
        assert actor is not None
        return actor


@pytest.fixture
def now() -> dt.datetime:
    return NOW


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


def make_cast() -> Cast:
    book = services.create_book(company="远航报关", code="YH", name="远航报关")
    other = services.create_book(company="别家报关", code="BJ", name="别家报关")
    root = book.departments.get()
    east = services.create_department(book, code="0101", name="华东部", parent=root)
    north = services.create_department(book, code="0102", name="华北部", parent=root)
    system, strange = system_actor(book.pk), system_actor(other.pk)
    people = {
        "sales": ("甲", {"sales": ""}, east),
        "colleague": ("丙", {"sales": ""}, north),
        "manager": ("戊", {"sales": "dept"}, east),
        "declarant": ("己", {"declarant": ""}, east),
        "reviewer": ("庚", {"reviewer": ""}, east),
        "accountant": ("乙", {"accountant": ""}, root),
        "controller": ("辛", {"controller": ""}, root),
        "admin": ("壬", {"admin": ""}, root),
        "auditor": ("癸", {"auditor": ""}, root),
    }
    users = {
        who: services.create_user(
            system,
            username=who,
            name=name,
            password=PASSWORD,
            roles=roles,
            department=department,
            now=NOW,
        )
        for who, (name, roles, department) in people.items()
    }
    users["stranger"] = services.create_user(
        strange,
        username="stranger",
        name="丁",
        password=PASSWORD,
        roles={"admin": ""},
        department=other.departments.get(),
        now=NOW,
    )
    return Cast(book, other, users)


def sign_in(client, user: User, book: Book):
    """Log a Django test client in as the login page would."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["book_id"] = book.pk
    session.save()
    services.open_session(
        user, session.session_key, ip="127.0.0.1", agent="test", now=timezone.now()
    )
    return client


@pytest.fixture
def as_user(cast, client):
    """``as_user("sales")`` → the client, signed in."""

    def enter(who: str):
        return sign_in(
            client, cast.users[who], cast.other_book if who == "stranger" else cast.book
        )

    return enter


_flush = BaseDatabaseOperations.execute_sql_flush


def _flush_past_triggers(self, statements):
    """Tests with real commits empty all tables; the append-only triggers must look away then."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            _flush(self, statements)
            for _name, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute("SET session_replication_role = replica")
            _flush(self, statements)
            cursor.execute("SET session_replication_role = DEFAULT")


BaseDatabaseOperations.execute_sql_flush = _flush_past_triggers
