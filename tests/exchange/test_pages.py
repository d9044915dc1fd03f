"""The pages of the import, by HTTP as a person uses them, and the jobs behind them."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from conftest import sign_in
from exchange.conftest import csv_bytes
from guanzhang.config.wiring import JOBS
from guanzhang.exchange.models import Batch
from guanzhang.exchange.services import steering
from guanzhang.kernel.problem import Refused
from guanzhang.parties.models import Party
from guanzhang.trail.models import AuditRecord
from guanzhang.work.models import Job
from guanzhang.work.services import cancel_job, work_once

pytestmark = pytest.mark.django_db
ROWS = [
    ["编号", "名称", "年营业收入（万元）"],
    ["C1", "宁波恒通", "1"],
    ["C2", "上海瑞丰", "8万"],
    ["C3", "", ""],
]


@pytest.fixture
def page(as_user):
    return as_user("admin")


def upload(page, rows=ROWS, kind="customers", name="客户.csv"):
    file = SimpleUploadedFile(name, csv_bytes(rows))
    response = page.post(reverse("import-new"), {"kind": kind, "file": file})
    assert response.status_code == 302, response.content.decode()
    return Batch.objects.latest("pk")


def columns(page, batch, **more):
    data = {
        "column.code": "编号",
        "column.name": "名称",
        "column.annual_revenue": "年营业收入（万元）",
        "name": "常用",
        **more,
    }
    return page.post(reverse("import-columns", args=[batch.pk]), data)


def work():
    while work_once(JOBS, {}):
        pass


def at(page, batch, query=""):
    response = page.get(reverse("import", args=[batch.pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


def checked(page, **options):
    batch = upload(page, **options)
    assert columns(page, batch).status_code == 302
    work()
    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED, batch.failure
    return batch


def test_from_upload_to_result_and_back(page):
    assert "还没有导入过文件" in page.get(reverse("imports")).content.decode()
    assert "把文件拖到这里" in page.get(reverse("import-new")).content.decode()
    batch = upload(page)
    html = at(page, batch)
    assert '<option value="编号" selected>编号</option>' in html
    assert "宁波恒通 · 上海瑞丰" in html
    assert columns(page, batch).status_code == 302
    assert "检查 客户.csv" in at(page, batch)  # the job, waiting
    work()
    html = at(page, batch)
    assert "客户!C3" not in html
    assert ">C3</a>" in html
    assert "应为数字，如 1234.50，现为“8万”" in html
    assert 'name="cell.C3" value="80000"' in html
    assert "原表 C3" in html
    assert (
        page.post(
            reverse("import-fix", args=[batch.pk]), {"cell.C3": "80000", "cell.B4": "余姚同发"}
        ).status_code
        == 302
    )
    work()
    html = at(page, batch)
    assert "全部行都已检查，没有错误" in html
    assert "改过 2 格" in html
    assert not Party.objects.exists()
    assert page.post(reverse("import-commit", args=[batch.pk])).status_code == 302
    work()
    html = at(page, batch)
    assert "新增 3，更新 0" in html
    assert str(Party.objects.get(code="C2").annual_revenue) == "80000.0000"
    assert page.post(reverse("import-undo", args=[batch.pk])).status_code == 302
    work()
    assert "删除 3 条，恢复 0 条" in at(page, batch)
    assert not Party.objects.exists()
    html = page.get(reverse("imports")).content.decode()
    assert "客户.csv" in html
    assert "已撤销" in html


def test_one_row_may_be_corrected_alone_and_suggestions_all_at_once(page):
    batch = checked(page)
    data = {"cell.C3": "1", "cell.B4": "余姚", "only": "B4"}
    page.post(reverse("import-fix", args=[batch.pk]), data)
    work()
    batch.refresh_from_db()
    assert batch.facts["overrides"] == {"B4": "余姚"}
    assert batch.refused == 1
    page.post(reverse("import-accept", args=[batch.pk]))
    work()
    batch.refresh_from_db()
    assert batch.facts["overrides"] == {"B4": "余姚", "C3": "80000"}
    assert batch.refused == 0


def test_an_unreadable_file_is_told_on_the_page_and_forgotten(page):
    file = SimpleUploadedFile("客户.xls", b"\xd0\xcf\x11\xe0" + bytes(100))
    response = page.post(reverse("import-new"), {"kind": "customers", "file": file})
    assert response.status_code == 409
    assert "另存为 .xlsx" in response.content.decode()
    assert not Batch.objects.exists()
    assert page.post(reverse("import-new"), {"kind": "customers"}).status_code == 422


def test_a_mapping_with_faults_stays_on_the_page(page):
    batch = upload(page)
    response = page.post(reverse("import-columns", args=[batch.pk]), {"column.code": "编号"})
    assert response.status_code == 409
    assert "必填字段“名称”没有对应的列" in response.content.decode()
    assert not Job.objects.exists()


def test_a_row_follows_the_column_that_is_chosen(page):
    batch = upload(page)
    url = reverse("import-column", args=[batch.pk, "note"])
    assert "宁波恒通 · 上海瑞丰" in page.get(url, {"column.note": "名称"}).content.decode()
    assert 'name="constant.note"' in page.get(url, {"column.note": "="}).content.decode()
    url = reverse("import-column", args=[batch.pk, "annual_revenue"])
    assert (
        'name="times.annual_revenue"'
        in page.get(url, {"column.annual_revenue": "编号"}).content.decode()
    )
    assert page.get(reverse("import-column", args=[batch.pk, "colour"])).status_code == 404


def test_rows_to_fix_and_templates_can_be_downloaded(page):
    batch = checked(page)
    response = page.get(reverse("import-annotated", args=[batch.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert [c.value for c in sheet[1]] == ["编号", "名称", "年营业收入（万元）", "问题"]
    assert sheet.max_row == 3
    for kind in ("customers", "contacts", "transactions"):
        response = page.get(reverse("import-template", args=[kind]))
        assert b"".join(response.streaming_content)[:2] == b"PK"
    assert page.get(reverse("import-template", args=["aliens"])).status_code == 404


def test_records_leave_by_post_with_the_right_and_with_a_record(page, as_user, cast, client):
    page.post(reverse("import-commit", args=[checked(page).pk]))
    work()
    url = reverse("import-template-filled", args=["customers"])
    assert page.get(url).status_code == 405
    response = page.post(url)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[
        0
    ]
    assert sheet["A3"].value == "C1"
    assert AuditRecord.objects.get(action="import.template_exported").changes == {"rows": 1}
    sign_in(client, cast.users["colleague"], cast.book)
    sheet = openpyxl.load_workbook(
        io.BytesIO(b"".join(client.post(url).streaming_content))
    ).worksheets[0]
    assert sheet.max_row == 2  # nothing of other people's


def test_a_cancelled_check_can_be_started_again(page, cast):
    batch = upload(page)
    columns(page, batch)
    cancel_job(Job.objects.get().pk, now=timezone.now())
    work()
    html = at(page, batch)
    assert "可以重新检查" in html
    assert page.post(reverse("import-check", args=[batch.pk])).status_code == 302
    work()
    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED


def test_a_commit_that_is_refused_says_why_and_can_be_checked_again(page, cast):
    batch = checked(page)
    page.post(reverse("import-commit", args=[batch.pk]))
    Party.objects.create(
        book=cast.book,
        code="C1",
        name="别人先建的",
        created_at=timezone.now(),
        updated_at=timezone.now(),
    )
    work()
    html = at(page, batch)
    assert "检查之后账套里的数据有变化" in html
    assert "重新检查" in html
    assert Party.objects.count() == 1


def test_what_depends_on_a_batch_is_told_before_anything_is_queued(page):
    batch = checked(page)
    page.post(reverse("import-commit", args=[batch.pk]))
    work()
    Party.objects.get(code="C1").contacts.create(name="张三")
    jobs = Job.objects.count()
    response = page.post(reverse("import-undo", args=[batch.pk]))
    assert response.status_code == 409
    assert "C1 宁波恒通 被后来的数据引用：联系人 1 条" in response.content.decode()
    assert Job.objects.count() == jobs


def test_nobody_works_on_a_batch_twice_at_once(page, cast):
    batch = checked(page)
    actor = cast.actor("admin")
    steering.queue_commit(actor, batch.pk, now=timezone.now())
    for queue in (steering.queue_commit, steering.queue_check, steering.queue_undo):
        with pytest.raises(Refused) as refused:
            queue(actor, batch.pk, now=timezone.now())
        assert refused.value.problems[0].kind.code == "EXC-072"
    assert Job.objects.filter(kind="exchange.commit").count() == 1


def test_a_user_who_lost_the_right_imports_nothing(page, cast):
    batch = checked(page)
    page.post(reverse("import-commit", args=[batch.pk]))
    cast.users["admin"].memberships.update(is_active=False)
    work()
    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED
    assert "没有权限" in batch.failure
    assert not Party.objects.exists()


@pytest.mark.parametrize("who", ["sales", "colleague", "manager", "stranger"])
def test_batches_of_others_are_not_there(page, cast, client, who):
    batch = checked(page)
    sign_in(client, cast.users[who], cast.other_book if who == "stranger" else cast.book)
    for name in ("import", "import-columns", "import-annotated"):
        assert client.get(reverse(name, args=[batch.pk])).status_code == 404
    assert client.get(reverse("import-column", args=[batch.pk, "name"])).status_code == 404
    for name in (
        "import-check",
        "import-fix",
        "import-accept",
        "import-commit",
        "import-undo",
        "import-columns",
    ):
        assert client.post(reverse(name, args=[batch.pk])).status_code == 404
    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED
    assert "客户.csv" not in client.get(reverse("imports")).content.decode()


@pytest.mark.parametrize("who", ["declarant", "reviewer", "auditor"])
def test_who_may_not_import_sees_no_import(as_user, who):
    client = as_user(who)
    for name in ("imports", "import-new"):
        assert client.get(reverse(name)).status_code == 403


def test_accountants_import_but_do_not_undo(cast, client):
    sign_in(client, cast.users["accountant"], cast.book)
    batch = checked(client)
    client.post(reverse("import-commit", args=[batch.pk]))
    work()
    assert "撤销导入" not in at(client, batch)
    assert client.post(reverse("import-undo", args=[batch.pk])).status_code == 403
    batch.refresh_from_db()
    assert batch.state == Batch.State.COMMITTED


def test_a_name_of_a_file_is_only_data(page):
    batch = upload(page, name="../../<script>alert(1)</script>.csv")
    assert batch.file_name == "<script>alert(1)</script>.csv" or "/" not in batch.file_name
    assert "<script>alert(1)" not in at(page, batch)


def test_problems_are_paged_and_sorted_by_kind(page):
    rows = [["编号", "名称", "年营业收入（万元）"], *([f"C{i}", "", "x"] for i in range(60))]
    batch = checked(page, rows=rows)
    html = at(page, batch, "?code=EXC-032&page=2")
    assert "第 2 / 2 页" in html
    assert ">C61</a>" in html
    assert ">B61</a>" not in html
