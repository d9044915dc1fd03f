"""The settings pages: what a person sees, does, and is refused."""

import datetime as dt
import re

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from guanzhang.config.wiring import JOBS
from guanzhang.ops import queries
from guanzhang.ops.jobs import verify_daily
from guanzhang.org import queries as org
from guanzhang.org.models import User
from guanzhang.trail.models import AuditRecord, Delivery, Event
from guanzhang.trail.services import record
from guanzhang.work.models import Job, Notice
from guanzhang.work.services import enqueue_job, work_once

PASSWORD = re.compile(r'id="first-password">([a-z0-9-]{14})<')


def text(response):
    return response.content.decode()


# --- users ---------------------------------------------------------------------------------------


def test_a_new_user_gets_a_first_password_that_works_once(as_user, cast, client):
    admin = as_user("admin")
    form = {"username": "chen", "name": "陈", "role_sales": "on", "scope_sales": "dept"}
    answer = admin.post(reverse("user-new"), form)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    password = PASSWORD.search(text(answer))[1]
    user = User.objects.get(username="chen")
    assert org.actor_for(user.pk, cast.book.pk).roles == {"sales:dept"}
    assert password not in str(AuditRecord.objects.values())
    assert password not in text(admin.get(reverse("user", args=[user.pk])))
    admin.logout()
    credentials = {"username": "chen", "password": password}
    assert client.post(reverse("login"), credentials).status_code == 302
    assert client.get(reverse("jobs")).headers["Location"] == reverse("password")


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"username": "sales", "name": "又一个", "role_sales": "on"}, "用户名 sales 已被占用"),
        ({"username": "chen", "name": "陈"}, "陈 没有任何角色"),
        ({"username": "陈", "name": "陈", "role_sales": "on"}, "用户名为 2–30 个字母"),
        ({"username": "chen", "name": "", "role_sales": "on"}, "必填"),
    ],
)
def test_a_bad_user_form_says_what_to_do_and_keeps_the_input(as_user, form, message):
    answer = as_user("admin").post(reverse("user-new"), form)
    assert answer.status_code == 422
    assert message in text(answer)
    assert f'value="{form["name"]}"' in text(answer) or not form["name"]
    assert not User.objects.filter(username="chen").exists()


def test_a_changed_user(as_user, cast):
    person = cast.users["sales"]
    form = {"name": "甲乙", "is_active": "on", "role_declarant": "on"}
    answer = as_user("admin").post(reverse("user", args=[person.pk]), form)
    assert answer.status_code == 302
    assert org.actor_for(person.pk, cast.book.pk).roles == {"declarant"}
    shown = text(as_user("admin").get(reverse("user", args=[person.pk])))
    assert "甲乙" in shown
    assert "修改用户" in shown


def test_the_last_administrator_is_told_why(as_user, cast):
    form = {"name": "壬", "is_active": "on", "role_sales": "on"}
    answer = as_user("admin").post(reverse("user", args=[cast.users["admin"].pk]), form)
    assert answer.status_code == 422
    assert "壬 是最后一个管理员" in text(answer)


def test_the_auditor_reads_users_and_changes_none(as_user, cast):
    auditor = as_user("auditor")
    address = reverse("user", args=[cast.users["sales"].pk])
    assert 'name="role_sales"' not in text(auditor.get(address))
    assert auditor.post(address, {"name": "x", "role_admin": "on"}).status_code == 403
    assert cast.actor("sales").roles == {"sales"}


def test_another_books_user_is_not_there(as_user, cast):
    admin, stranger = as_user("admin"), cast.users["stranger"].pk
    for name, args in (
        ("user", [stranger]),
        ("user-password", [stranger]),
        ("user-session-end", [stranger, 1]),
    ):
        address = reverse(name, args=args)
        assert admin.post(address, {"name": "x", "role_admin": "on"}).status_code == 404
    assert User.objects.get(pk=stranger).name == "丁"


def test_a_reset_password_ends_the_sessions(as_user, cast):
    as_user("sales")
    person = cast.users["sales"]
    answer = as_user("admin").post(reverse("user-password", args=[person.pk]))
    person.refresh_from_db()
    assert person.check_password(PASSWORD.search(text(answer))[1])
    assert person.must_change_password
    assert not org.sessions_of(person.pk).exists()


def test_an_administrator_ends_one_session(as_user, cast):
    as_user("sales")
    person = cast.users["sales"]
    session = org.sessions_of(person.pk).get()
    admin = as_user("admin")
    wrong = reverse("user-session-end", args=[cast.users["colleague"].pk, session.pk])
    assert admin.post(wrong).status_code == 404
    assert (
        admin.post(reverse("user-session-end", args=[person.pk, session.pk])).status_code == 302
    )
    assert not org.sessions_of(person.pk).exists()


# --- departments ---------------------------------------------------------------------------------


def test_the_department_tree_is_shown_indented_with_its_people(as_user):
    shown = text(as_user("admin").get(reverse("departments")))
    assert shown.index("远航报关</a>") < shown.index("华东部</a>") < shown.index("华北部</a>")
    assert "padding-left: 0em" in shown
    assert shown.count("padding-left: 1em") == 2
    assert "新建部门" not in text(as_user("auditor").get(reverse("departments")))


def test_departments_are_made_and_moved(as_user, cast):
    admin = as_user("admin")
    east, north = cast.book.departments.order_by("pk")[1:]
    form = {"code": "010101", "name": "宁波组", "parent": east.pk}
    assert admin.post(reverse("department-new"), form).status_code == 302
    made = cast.book.departments.get(code="010101")
    assert made.path == f"{east.path}{made.pk}/"
    form["parent"] = north.pk
    assert admin.post(reverse("department", args=[made.pk]), form).status_code == 302
    made.refresh_from_db()
    assert made.path == f"{north.path}{made.pk}/"


def test_a_department_form_offers_no_impossible_parent(as_user, cast):
    admin = as_user("admin")
    root, east, north = cast.book.departments.order_by("pk")
    shown = text(admin.get(reverse("department", args=[east.pk])))
    assert f'value="{north.pk}"' in shown
    assert f'<option value="{east.pk}"' not in shown
    assert 'name="parent"' not in text(admin.get(reverse("department", args=[root.pk])))
    strange = cast.other_book.departments.get()
    form = {"code": "09", "name": "插入", "parent": strange.pk}
    assert admin.post(reverse("department-new"), form).status_code == 422
    assert admin.get(reverse("department", args=[strange.pk])).status_code == 404
    form = {"code": "0102", "name": "华东部", "parent": root.pk}
    answer = admin.post(reverse("department", args=[east.pk]), form)
    assert "部门编码 0102 已被占用" in text(answer)


# --- trail ---------------------------------------------------------------------------------------


def write(actor, **facts):
    with transaction.atomic():
        return record(actor, "user.changed", now=timezone.now(), **facts)


def test_a_record_shows_before_and_after_in_words(as_user, cast):
    found = write(
        cast.actor("admin"),
        object_type="user",
        label="甲",
        changes={
            "name": ["甲", "乙"],
            "is_active": [True, False],
            "department": [None, "华东部"],
        },
        reason="离职",
    )
    shown = text(as_user("auditor").get(reverse("trail-record", args=[found.pk])))
    for expected in (
        "修改用户",
        "姓名",
        "<del>甲</del>",
        "<del>是</del>",
        '<td class="wrap">否</td>',
        "<del>空</del>",
        "离职",
        found.digest,
    ):
        assert expected in shown, expected


def test_another_books_record_is_not_there(as_user, cast):
    foreign = write(cast.actor("stranger"), label="秘密")
    assert as_user("admin").get(reverse("trail-record", args=[foreign.pk])).status_code == 404


def test_the_installations_chain_is_read_only_where_one_company_lives(cast):
    with transaction.atomic():
        record(cast.actor("admin"), "user.changed", now=timezone.now())
    assert queries.visible_chains(cast.actor("admin")) == (cast.book.pk,)
    cast.other_book.company.is_demo = True
    cast.other_book.company.save()
    assert queries.visible_chains(cast.actor("admin")) == (cast.book.pk, 0)
    assert queries.visible_chains(cast.actor("stranger")) == (cast.other_book.pk,)


def test_verify_runs_as_a_job_and_shows_the_result(as_user, cast):
    auditor = as_user("auditor")
    answer = auditor.post(reverse("trail-verify"))
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("job", args=[job.pk])
    work_once(JOBS, {})
    shown = text(auditor.get(reverse("job", args=[job.pk])))
    count = AuditRecord.objects.filter(book_id=cast.book.pk).count()
    assert f"{count} 条留痕完整" in shown
    assert f"0 天前校验：{count} 条留痕完整" in text(auditor.get(reverse("health")))


def test_the_chain_is_walked_once_a_day_and_a_break_is_told_to_who_may_read_it(
    cast, now, settings
):
    with transaction.atomic():
        record(cast.actor("admin"), "user.changed", now=now)
    for _worker in range(2):
        verify_daily(now)
    assert Job.objects.filter(book_id=cast.book.pk).count() == 1
    work_once(JOBS, {})
    assert not Notice.objects.exists()
    settings.TRAIL_KEY = "not the key the records were signed with"
    verify_daily(now + dt.timedelta(days=1))
    while work_once(JOBS, {}):
        pass
    told = set(Notice.objects.filter(book_id=cast.book.pk).values_list("user_id", flat=True))
    assert told == {cast.users[who].pk for who in ("controller", "admin", "auditor")}
    assert "第 1 条留痕与链不符" in Notice.objects.first().text


# --- jobs ----------------------------------------------------------------------------------------


def test_people_see_their_own_jobs_only(as_user, cast, now):
    mine = enqueue_job(cast.actor("sales"), "x", "我的", now=now)
    for who, status in (
        ("sales", 200),
        ("colleague", 404),
        ("manager", 404),
        ("controller", 200),
        ("auditor", 200),
        ("stranger", 404),
    ):
        assert as_user(who).get(reverse("job", args=[mine.pk])).status_code == status, who


def test_a_failed_job_can_be_retried_by_its_owner(as_user, cast, now):
    job = enqueue_job(cast.actor("sales"), "x", "会失败", now=now)
    work_once({}, {})
    shown = text(as_user("sales").get(reverse("job", args=[job.pk])))
    assert "KeyError" in shown
    assert reverse("job-retry", args=[job.pk]) in shown
    assert reverse("job-retry", args=[job.pk]) not in text(
        as_user("auditor").get(reverse("job", args=[job.pk]))
    )
    assert as_user("auditor").post(reverse("job-retry", args=[job.pk])).status_code == 403
    assert as_user("colleague").post(reverse("job-retry", args=[job.pk])).status_code == 404
    job.refresh_from_db()
    assert job.state == "failed"
    assert as_user("sales").post(reverse("job-retry", args=[job.pk])).status_code == 302
    job.refresh_from_db()
    assert job.state == "queued"
    assert as_user("sales").post(reverse("job-retry", args=[job.pk])).status_code == 409


def test_a_jobs_link_leads_nowhere_outside(as_user, cast, now):
    job = enqueue_job(cast.actor("sales"), "x", "链接", now=now)
    work_once({"x": lambda _context: {"link": "https://evil.example/"}}, {})
    assert "evil.example" not in text(as_user("sales").get(reverse("job", args=[job.pk])))


# --- health --------------------------------------------------------------------------------------


@pytest.fixture
def failure(cast, now):
    event = Event.objects.create(
        book_id=cast.book.pk,
        kind="parties.PartyChanged",
        payload={},
        created_at=now,
        is_planned=True,
    )
    return Delivery.objects.create(
        event=event,
        listener="classification.refresh",
        state="failed",
        attempts=3,
        error="ConnectionError: 不通",
        next_try_at=now + timezone.timedelta(days=900),
    )


def test_failed_events_are_shown_and_retried(as_user, failure):
    controller = as_user("controller")
    shown = text(controller.get(reverse("health")))
    assert "1 条业务事件处理失败" in shown
    assert "ConnectionError: 不通" in shown
    address = reverse("event-retry", args=[failure.pk])
    assert address not in text(as_user("auditor").get(reverse("health")))
    assert as_user("auditor").post(address).status_code == 403
    assert as_user("stranger").post(address).status_code == 404
    failure.refresh_from_db()
    assert failure.next_try_at > timezone.now()
    assert as_user("controller").post(address).status_code == 302
    failure.refresh_from_db()
    assert failure.next_try_at <= timezone.now()


def test_another_books_failures_are_not_shown(as_user, failure):
    assert "ConnectionError" not in text(as_user("stranger").get(reverse("health")))
