"""Notices and the progress of jobs: one's own, read once, cancelled politely."""

import pytest
from django.template import Context, Template

from conftest import NOW
from guanzhang.work.models import Job, Notice
from guanzhang.work.services import notify


@pytest.fixture
def notices(cast):
    for who, text, link in (
        ("sales", "导入完成", "/sample/?q=1"),
        ("sales", "没有链接", ""),
        ("admin", "别人的", "/sample/"),
    ):
        notify(cast.users[who].pk, cast.book.pk, text, now=NOW, link=link)
    return {n.text: n for n in Notice.objects.all()}


def test_a_person_sees_and_opens_his_own_notices(as_user, notices):
    client = as_user("sales")
    page = client.get("/notices/").content.decode()
    assert "导入完成" in page
    assert "别人的" not in page
    assert "2 条未读" in page
    assert client.post(f"/notices/{notices['导入完成'].pk}/")["Location"] == "/sample/?q=1"
    assert client.post(f"/notices/{notices['别人的'].pk}/").status_code == 404
    assert set(Notice.objects.filter(read_at=None).values_list("text", flat=True)) == {
        "没有链接",
        "别人的",
    }
    client.post("/notices/")
    assert list(Notice.objects.filter(read_at=None).values_list("text", flat=True)) == [
        "别人的"
    ]


def test_a_notice_does_not_lead_out_of_the_program(as_user, cast, notices):
    Notice.objects.filter(pk=notices["没有链接"].pk).update(link="https://evil.example/")
    assert (
        as_user("sales").post(f"/notices/{notices['没有链接'].pk}/")["Location"] == "/notices/"
    )


def test_opening_needs_a_post(as_user, notices):
    assert as_user("sales").get(f"/notices/{notices['导入完成'].pk}/").status_code == 405
    assert Notice.objects.filter(read_at=None).count() == 3


def make_job(cast, who="sales", **fields):
    return Job.objects.create(
        **{
            "book_id": cast.book.pk,
            "kind": "x",
            "title": "检查文件",
            "user_id": cast.users[who].pk,
            "created_at": NOW,
            **fields,
        }
    )


def test_a_running_job_is_polled_and_shows_where_it_is(as_user, cast):
    job = make_job(cast, state="running", done=1200, total=4000, step="读取行")
    response = as_user("sales").get(f"/jobs/{job.pk}/progress/?next=/sample/")
    page = response.content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "1,200 / 4,000" in page
    assert "--v:30.0%" in page
    assert 'aria-valuenow="1200"' in page
    assert "读取行" in page
    assert "HX-Redirect" not in response


def test_a_finished_job_stops_polling_and_goes_on(as_user, cast):
    job = make_job(cast, state="done", done=4000, total=4000)
    response = as_user("sales").get(f"/jobs/{job.pk}/progress/?next=/sample/%3Fq%3D1")
    assert response["HX-Redirect"] == "/sample/?q=1"
    assert "every 1s" not in response.content.decode()
    assert "HX-Redirect" not in as_user("sales").get(
        f"/jobs/{job.pk}/progress/?next=https://evil.example/"
    )


def test_a_failed_job_says_why(as_user, cast):
    job = make_job(cast, state="failed", error="第 3 行 <金额> 不是数字")
    page = as_user("sales").get(f"/jobs/{job.pk}/progress/").content.decode()
    assert "第 3 行 &lt;金额&gt; 不是数字" in page


def test_jobs_of_others_are_not_there_except_for_those_who_see_all(as_user, cast):
    job = make_job(cast, state="running")
    assert as_user("colleague").get(f"/jobs/{job.pk}/progress/").status_code == 404
    assert as_user("stranger").get(f"/jobs/{job.pk}/progress/").status_code == 404
    assert as_user("admin").get(f"/jobs/{job.pk}/progress/").status_code == 200
    assert as_user("colleague").post(f"/jobs/{job.pk}/cancel/").status_code == 404
    job.refresh_from_db()
    assert not job.cancel_wanted


def test_cancel(as_user, cast):
    running, queued = make_job(cast, state="running"), make_job(cast)
    client = as_user("sales")
    assert "正在取消" in client.post(f"/jobs/{running.pk}/cancel/").content.decode()
    assert "已取消" in client.post(f"/jobs/{queued.pk}/cancel/").content.decode()


def test_the_tag_draws_the_same_bar(cast):
    job = make_job(cast, state="queued")
    drawn = Template('{% progress job next="/sample/" %}').render(
        Context({"job": job, "csrf_token": "t"})
    )
    assert f'hx-get="/jobs/{job.pk}/progress/?next=/sample/"' in drawn
    assert "gz-prog idle" in drawn


def test_who_only_reads_cancels_nothing(as_user, cast, now):
    job = Job.objects.create(
        book_id=cast.book.pk,
        kind="x",
        title="别人的作业",
        user_id=cast.users["sales"].pk,
        created_at=now,
    )
    assert as_user("auditor").post(f"/jobs/{job.pk}/cancel/").status_code == 403
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
