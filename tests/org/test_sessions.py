"""Sessions: idle half an hour, at most twelve, ended by hand and by a change of rights; logins recorded."""

import datetime as dt
import threading
import time

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import PASSWORD, sign_in
from guanzhang.org import queries, services
from guanzhang.org.models import UserSession
from guanzhang.trail.models import AuditRecord

PAGE = "/settings/health/"


def age(minutes=0, *, created=0):
    """Turn the clock of every session back."""
    now = timezone.now()
    UserSession.objects.update(
        seen_at=now - dt.timedelta(minutes=minutes),
        created_at=now - dt.timedelta(minutes=max(minutes, created)),
    )


def opened(client):
    return client.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    ("idle", "created", "open_"),
    [(0, 0, True), (29, 0, True), (31, 0, False), (5, 719, True), (5, 721, False)],
)
def test_a_session_ends_after_half_an_hour_or_twelve(as_user, idle, created, open_):
    client = as_user("admin")
    age(idle, created=created)
    assert opened(client) is open_
    assert UserSession.objects.exists() is open_
    assert opened(client) is open_


def test_use_keeps_a_session_alive(as_user):
    client = as_user("admin")
    for _ in range(4):
        age(20, created=100)
        assert opened(client)


def test_a_visit_within_a_minute_writes_nothing(as_user, django_assert_num_queries):
    client = as_user("admin")
    opened(client)
    key = client.session.session_key
    with django_assert_num_queries(1):
        assert services.touch_session(key, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_a_page_is_not_kept_back_by_a_long_write(cast, as_user):
    """Somebody holds the write lock (an import that commits): reading goes on."""
    client = as_user("admin")
    age(10)
    held, release = threading.Event(), threading.Event()

    def write_for_long():
        with transaction.atomic():
            UserSession.objects.update(agent="held")
            held.set()
            release.wait(30)
        connection.close()

    writer = threading.Thread(target=write_for_long)
    writer.start()
    held.wait(10)
    try:
        start = time.monotonic()
        if (
            connection.vendor == "sqlite"
        ):  # PostgreSQL locks rows, and this very row is locked here
            assert opened(client)
            assert time.monotonic() - start < 5
    finally:
        release.set()
        writer.join()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (20_000,)
    assert opened(client)


def test_one_session_can_be_ended_and_the_other_goes_on(cast, client):
    here = sign_in(client, cast.users["admin"], cast.book)
    there = sign_in(Client(), cast.users["admin"], cast.book)
    services.end_session(there.session.session_key)
    assert opened(here)
    assert not opened(there)
    assert Session.objects.count() == 1


def test_a_login_forgets_expired_sessions(cast, as_user):
    as_user("sales")
    age(31)
    as_user("admin")
    assert {s.user.username for s in UserSession.objects.select_related("user")} == {"admin"}


def log_in(client, username="sales", password=PASSWORD):
    return client.post(reverse("login"), {"username": username, "password": password})


def test_signing_in_again_while_signed_in_keeps_one_session(cast, client):
    for _ in range(2):
        assert log_in(client).status_code == 302
    assert queries.sessions_of(cast.users["sales"].pk).count() == 1


def actions(book_id):
    return list(
        AuditRecord.objects.filter(book_id=book_id, action__startswith="login.")
        .order_by("sequence")
        .values_list("action", "object_label", "ip")
    )


def test_logins_are_recorded_whether_accepted_or_refused(cast, client):
    assert log_in(client, password="wrong").status_code == 422
    assert log_in(client, "SALES").status_code == 302
    assert log_in(client, "nobody-here", "x").status_code == 422
    assert actions(cast.book.pk) == [
        ("login.refused", "甲", "127.0.0.1"),
        ("login.accepted", "甲", "127.0.0.1"),
    ]
    assert actions(0) == [("login.refused", "no…", "127.0.0.1")]
    assert queries.sessions_of(cast.users["sales"].pk).count() == 1


def test_after_five_wrong_passwords_the_right_one_does_not_help_from_here(cast, client):
    for _ in range(5):
        log_in(client, password="wrong")
    assert log_in(client).status_code == 429
    assert (
        client.post(
            reverse("login"),
            {"username": "sales", "password": PASSWORD},
            REMOTE_ADDR="10.1.1.1",
        ).status_code
        == 302
    ), "the person himself is not locked out elsewhere"


def test_who_must_change_the_password_sees_nothing_else(cast, as_user, now):
    services.set_password(
        cast.actor("admin"), cast.users["sales"], "海棠-Vessel-4410", now=now, must_change=True
    )
    client = as_user("sales")
    assert client.get("/settings/jobs/").headers["Location"] == reverse("password")
    assert client.get(reverse("password")).status_code == 200
