"""The lists of users, audit records and jobs: scope, filters, search, export."""

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from guanzhang.trail.models import AuditRecord
from guanzhang.trail.services import record
from guanzhang.work.services import enqueue_job


def rows(client, name, query=""):
    """The text of the list's table body."""
    answer = client.get(reverse(name) + query)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    text = answer.content.decode()
    return text[text.index("<tbody") :] if "<tbody" in text else ""


def names(client, query=""):
    return {n for n in "甲丙戊己庚乙辛壬癸丁" if f">{n}<" in rows(client, "users", query)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "甲丙戊己庚乙辛壬癸"),
        ("?q=sal", "甲"),
        ("?q=癸", "癸"),
        ("?f.roles=admin", "壬"),
        ("?f.roles=sales", "甲丙戊"),
        ("?f.department=华北", "丙"),
        ("?f.is_active=0", "己"),
    ],
)
def test_users_are_found(cast, as_user, query, expected):
    membership = cast.users["declarant"].memberships.get()
    membership.is_active = False
    membership.save()
    assert names(as_user("admin"), query) == set(expected)


def test_roles_are_shown_with_their_scope(as_user):
    shown = rows(as_user("admin"), "users")
    assert "业务员（本部门及下级）" in shown
    assert "财务主管" in shown


def test_only_who_may_sees_the_button_for_a_new_user(as_user):
    address = reverse("user-new")
    assert address in as_user("admin").get(reverse("users")).content.decode()
    assert address not in as_user("auditor").get(reverse("users")).content.decode()


def write(actor, action, **facts):
    with transaction.atomic():
        return record(actor, action, now=timezone.now(), **facts)


@pytest.fixture
def records(cast):
    return (
        write(
            cast.actor("sales"),
            "party.changed",
            object_type="party",
            label="恒通物流",
            reason="换名",
        ),
        write(cast.actor("accountant"), "party.created", object_type="party", label="瑞丰化工"),
        write(cast.actor("stranger"), "party.created", object_type="party", label="别家的客户"),
    )


@pytest.mark.parametrize(
    ("query", "inside", "outside"),
    [
        ("", ("恒通物流", "瑞丰化工", "新建用户"), ("别家的客户",)),
        ("?q=恒通", ("恒通物流",), ("瑞丰化工",)),
        ("?q=换名", ("恒通物流",), ("瑞丰化工",)),
        ("?f.action=party.created", ("瑞丰化工",), ("恒通物流", "别家的客户")),
        ("?f.object_type=party", ("恒通物流", "瑞丰化工"), ("壬",)),
        ("?f.object_label=瑞丰", ("瑞丰化工",), ("恒通物流",)),
        ("?f.at=1999", (), ("恒通物流",)),
    ],
)
def test_the_trail_is_searched(as_user, records, query, inside, outside):
    shown = rows(as_user("auditor"), "trail", query)
    for text in inside:
        assert text in shown
    for text in outside:
        assert text not in shown


def test_the_trail_by_person(as_user, cast, records):
    shown = rows(as_user("auditor"), "trail", f"?f.actor_id={cast.users['sales'].pk}")
    assert "恒通物流" in shown
    assert "瑞丰化工" not in shown


def test_the_trail_is_exported_only_by_who_may_and_that_is_recorded(as_user, cast, records):
    before = AuditRecord.objects.filter(book_id=cast.book.pk).count()
    form = {"export": "csv"}
    assert as_user("controller").post(reverse("trail"), form).status_code == 403
    assert AuditRecord.objects.filter(book_id=cast.book.pk).count() == before
    answer = as_user("auditor").post(reverse("trail"), form)
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert "恒通物流" in content.decode("utf-8-sig")
    assert "别家的客户" not in content.decode("utf-8-sig")
    latest = AuditRecord.objects.filter(book_id=cast.book.pk).latest("sequence")
    assert (latest.action, latest.actor_name) == ("list.exported", "癸")


def test_jobs_are_listed_within_the_scope(as_user, cast, now):
    enqueue_job(cast.actor("sales"), "x", "甲的作业", now=now)
    enqueue_job(cast.actor("accountant"), "x", "乙的作业", now=now)
    assert "乙的作业" not in rows(as_user("sales"), "jobs")
    assert "甲的作业" in rows(as_user("sales"), "jobs")
    both = rows(as_user("controller"), "jobs")
    assert "甲的作业" in both
    assert "乙的作业" in both
    assert "甲的作业" not in rows(as_user("controller"), "jobs", "?q=乙的")
    assert "甲的作业" not in rows(as_user("controller"), "jobs", "?f.state=failed")
