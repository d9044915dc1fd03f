"""Coming in, staying in, going out: logins, lock-out, sessions, language, headers."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.utils import timezone

from conftest import PASSWORD
from guanzhang.org.domain import demo
from guanzhang.org.models import UserSession
from guanzhang.trail.models import AuditRecord


def log_in(client, username, password, **fields):
    return client.post("/login/", {"username": username, "password": password, **fields})


def test_a_right_password_opens_the_page_one_wanted(client, cast):
    response = log_in(client, "sales", PASSWORD, next="/sample/?q=1")
    assert (response.status_code, response["Location"]) == (302, "/sample/?q=1")
    assert client.get("/account/").status_code == 200
    entry = AuditRecord.objects.get(action="login.accepted")
    assert (entry.book_id, entry.actor_id) == (cast.book.pk, cast.users["sales"].pk)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_after_the_login_one_goes_only_to_our_own_pages(client, cast, target):
    assert log_in(client, "sales", PASSWORD, next=target)["Location"] == "/notices/"


def test_wrong_name_and_wrong_password_get_the_same_answer(client, cast):
    answers = [log_in(client, "nobody", "x"), log_in(client, "sales", "wrong")]
    assert [a.status_code for a in answers] == [422, 422]
    pages = [a.content.decode().replace("nobody", "…").replace("sales", "…") for a in answers]
    assert (
        pages[0].split("<main")[1].split("csrf")[0]
        == pages[1].split("<main")[1].split("csrf")[0]
    )
    assert "用户名或密码不对" in pages[0]
    assert AuditRecord.objects.filter(action="login.refused").count() == 2


def test_five_wrong_passwords_lock_this_address_for_this_name_only(client, cast):
    cache.clear()
    for _ in range(4):
        assert log_in(client, "sales", "wrong").status_code == 422
    assert log_in(client, "sales", "wrong").status_code == 429
    locked = log_in(client, "sales", PASSWORD)
    assert locked.status_code == 429
    assert "已暂停登录 15 分钟" in locked.content.decode()
    elsewhere = client.post(
        "/login/", {"username": "sales", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9"
    )
    assert elsewhere.status_code == 302
    client.cookies.clear()
    assert log_in(client, "admin", PASSWORD).status_code == 302


def test_a_person_without_a_book_is_refused(client, cast):
    cast.users["sales"].memberships.update(is_active=False)
    assert log_in(client, "sales", PASSWORD).status_code == 422


def test_without_login_every_page_leads_to_the_login_and_back(client, cast):
    response = client.get("/sample/?f.grade=A")
    assert response["Location"] == "/login/?next=%2Fsample%2F%3Ff.grade%3DA"
    part = client.get("/sample/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (204, "/login/?next=%2Fsample%2F")


def test_logging_out_ends_the_session(as_user):
    client = as_user("sales")
    assert client.post("/logout/")["Location"] == "/login/"
    assert not UserSession.objects.exists()
    assert client.get("/account/").status_code == 302
    assert client.get("/logout/").status_code in (302, 405)


def test_a_session_ended_elsewhere_or_left_alone_is_over(as_user, cast):
    client = as_user("sales")
    assert client.get("/account/").status_code == 200
    UserSession.objects.update(seen_at=timezone.now() - dt.timedelta(minutes=31))
    assert client.get("/account/").status_code == 302


def test_one_ends_ones_own_sessions_only(as_user, cast, client):
    other = UserSession.objects.create(
        user=cast.users["colleague"],
        session_key="k" * 32,
        ip="10.0.0.1",
        agent="x",
        created_at=timezone.now(),
        seen_at=timezone.now(),
    )
    mine = UserSession.objects.create(
        user=cast.users["sales"],
        session_key="m" * 32,
        ip="10.0.0.2",
        agent="Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36",
        created_at=timezone.now(),
        seen_at=timezone.now(),
    )
    enter = as_user("sales")
    page = enter.get("/account/").content.decode()
    assert "Chrome · Windows" in page
    assert "10.0.0.2" in page
    assert "10.0.0.1" not in page
    enter.post(f"/account/sessions/{other.pk}/end/")
    enter.post(f"/account/sessions/{mine.pk}/end/")
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {
        other.session_key,
        enter.session.session_key,
    }


def test_change_of_password(as_user, cast, client):
    enter = as_user("sales")
    wrong = enter.post("/account/", {"old": "x", "new": "很长的一句新密码-2026"})
    assert wrong.status_code == 422
    assert "与现在的密码不符" in wrong.content.decode()
    short = enter.post("/account/", {"old": PASSWORD, "new": "12345"})
    assert short.status_code == 422
    assert "密码不合格" in short.content.decode()
    assert (
        enter.post("/account/", {"old": PASSWORD, "new": "很长的一句新密码-2026"})["Location"]
        == "/login/"
    )
    assert log_in(client, "sales", PASSWORD).status_code == 422
    assert log_in(client, "sales", "很长的一句新密码-2026").status_code == 302


def test_who_must_change_his_password_sees_nothing_else_first(as_user, cast):
    cast.users["sales"].must_change_password = True
    cast.users["sales"].save()
    client = as_user("sales")
    assert client.get("/sample/")["Location"] == "/account/"
    assert "初始密码" in client.get("/account/").content.decode()


# --- preferences --------------------------------------------------------------------------------------


def test_language_theme_and_density_are_kept_with_the_person(as_user, cast):
    client = as_user("sales")
    assert (
        '<html lang="zh-Hans" data-theme="system" data-density="normal">'
        in client.get("/account/").content.decode()
    )
    for name, value in (("language", "en"), ("theme", "dark"), ("density", "tight")):
        response = client.post("/account/prefer/", {name: value, "next": "/account/"})
        assert response["Location"] == "/account/"
    page = client.get("/account/")
    assert '<html lang="en" data-theme="dark" data-density="tight">' in page.content.decode()
    assert page["Content-Language"] == "en"
    cast.users["sales"].refresh_from_db()
    assert (
        cast.users["sales"].language,
        cast.users["sales"].theme,
        cast.users["sales"].density,
    ) == ("en", "dark", "tight")


def test_what_is_no_preference_changes_nothing(as_user, cast):
    as_user("sales").post(
        "/account/prefer/",
        {"language": "fr", "theme": "pink", "is_active": "0", "next": "//evil"},
    )
    cast.users["sales"].refresh_from_db()
    assert (
        cast.users["sales"].language,
        cast.users["sales"].theme,
        cast.users["sales"].is_active,
    ) == ("zh-hans", "system", True)


def test_before_the_login_the_language_is_a_cookie(client, cast):
    response = client.post("/account/prefer/", {"language": "en", "next": "/login/"})
    assert response["Location"] == "/login/"
    assert '<html lang="en"' in client.get("/login/").content.decode()


def test_preferences_by_script_answer_204(as_user):
    assert (
        as_user("sales")
        .post("/account/prefer/", {"theme": "dark"}, headers={"HX-Request": "true"})
        .status_code
        == 204
    )


def test_the_help_key_can_be_switched_off(as_user):
    client = as_user("sales")
    assert 'data-helpkey="on"' in client.get("/account/").content.decode()
    client.post("/account/prefer/", {"help_key": "off", "next": "/account/"})
    assert 'data-helpkey="off"' in client.get("/account/").content.decode()


# --- the demonstration company ------------------------------------------------------------------------


def test_only_a_demonstration_installation_tells_its_logins(client, cast):
    assert demo.PASSWORD not in client.get("/login/").content.decode()
    cast.book.company.is_demo = True
    cast.book.company.save()
    page = client.get("/login/").content.decode()
    assert demo.PASSWORD in page
    assert 'data-fill-user="controller"' in page
    assert "财务主管" in page
    assert 'data-fill-user="stranger"' not in page


def test_demo_is_marked_on_every_page(as_user, cast):
    client = as_user("sales")
    assert "gz-demo" not in client.get("/account/").content.decode()
    cast.book.company.is_demo = True
    cast.book.company.save()
    assert '<span class="gz-demo">演示</span>' in client.get("/account/").content.decode()


# --- headers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/login/", "/account/", "/sample/", "/no-such-page/"])
def test_headers_on_every_answer(as_user, path):
    response = as_user("admin").get(path)
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe-eval'" not in policy
    assert "'unsafe-inline'" not in policy.replace("style-src-attr 'unsafe-inline'", "")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cache-Control"] == "no-store"
    assert len(response["X-Request-Id"]) == 16


@pytest.mark.parametrize(
    "path", ["/login/", "/account/", "/sample/", "/sample/new/", "/sample/charts/", "/notices/"]
)
def test_no_script_or_handler_stands_in_a_page(as_user, path):
    page = as_user("admin").get(path).content.decode()
    scripts = page.split("<script")[1:]
    assert all(
        " src=" in tag.split(">")[0] or 'type="application/json"' in tag.split(">")[0]
        for tag in scripts
    )
    assert " onclick=" not in page
    assert "javascript:" not in page
    assert "<style" not in page


def test_cookies_are_closed_to_scripts(client, cast):
    client.get("/login/")
    log_in(client, "sales", PASSWORD)
    for name in ("guanzhang", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
