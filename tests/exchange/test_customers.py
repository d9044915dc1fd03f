"""Customers: the key decides, the rows add up, undo gives back what was."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from exchange.conftest import NOW, codes, counts, csv_bytes
from guanzhang.exchange.models import Batch, Change
from guanzhang.exchange.services.undoing import undo_obstacles
from guanzhang.kernel.problem import Refused
from guanzhang.parties.data import PartyData
from guanzhang.parties.models import CustomField, Party
from guanzhang.parties.search import find_parties
from guanzhang.parties.services.parties import create_party
from guanzhang.trail.models import AuditRecord, Event

pytestmark = pytest.mark.django_db
USC = "91330206MA281KQ70R"
HEAD = ["编号", "名称", "统一社会信用代码", "地区", "年营业收入（万元）", "备注"]
ROWS = [
    HEAD,
    ["C1", "宁波恒通进出口有限公司", USC, "宁波市北仑区", "1,234.5", "老客户"],
    ["C2", "上海瑞丰化工有限公司", "", "310115", "", ""],
]


def known(desk, **data):
    return create_party(desk.actor, PartyData(**data), now=NOW, acknowledged=("PTY-106",))


def facts(party):
    party.refresh_from_db()
    return {f.attname: getattr(party, f.attname) for f in Party._meta.concrete_fields}


def test_a_file_of_customers_is_in_the_book_and_can_be_found(desk):
    batch = desk.run("customers", "客户.csv", csv_bytes(ROWS))
    assert counts(batch) == (2, 2, 0, 0, 0)
    assert batch.state == Batch.State.COMMITTED
    party = Party.objects.get(code="C1")
    assert (party.usc_code, party.region, str(party.annual_revenue), party.note) == (
        USC, "330206", "1234.5000", "老客户",
    )  # fmt: skip
    assert (party.batch_id, party.source, party.revision) == (batch.pk, "import", 1)
    assert party.sort_key.startswith("~ning2宁")
    assert party.completeness > 0
    assert [p.code for p in find_parties(desk.actor, "nbht")] == ["C1"]
    assert [p.code for p in find_parties(desk.actor, "瑞丰")] == ["C2"]


def test_one_audit_record_and_one_event_for_the_whole_batch(desk):
    batch = desk.run("customers", "客户.csv", csv_bytes(ROWS))
    record = AuditRecord.objects.get(action="import.committed")
    assert record.object_id == str(batch.pk)
    assert record.changes["sha256"] == batch.sha256
    assert [
        record.changes[k] for k in ("rows_in", "added", "updated", "unchanged", "refused")
    ] == [2, 2, 0, 0, 0]
    event = Event.objects.get(kind="exchange.BatchCommitted")
    assert event.payload == {
        "batch_id": batch.pk,
        "kind": "customers",
        "added": 2,
        "updated": 0,
    }


def test_the_dry_run_writes_nothing(desk):
    batch = desk.check("customers", "客户.csv", csv_bytes(ROWS))
    assert counts(batch) == (2, 2, 0, 0, 0)
    assert batch.state == Batch.State.CHECKED
    assert not Party.objects.exists()


def test_the_same_file_again_changes_nothing(desk):
    desk.run("customers", "客户.csv", csv_bytes(ROWS))
    before = list(Party.objects.order_by("pk").values())
    again = desk.run("customers", "客户.csv", csv_bytes(ROWS))
    assert counts(again) == (2, 0, 0, 2, 0)
    assert list(Party.objects.order_by("pk").values()) == before
    assert not Change.objects.exists()


def test_the_code_updates_and_an_empty_cell_keeps_what_is_there(desk):
    party = known(desk, code="C1", name="旧名", note="原有备注", usc_code=USC)
    rows = [["编号", "名称", "备注", "从业人数"], ["C1", "新名", "", "12"]]
    batch = desk.run("customers", "客户.csv", csv_bytes(rows))
    assert counts(batch) == (1, 0, 1, 0, 0)
    party.refresh_from_db()
    assert (party.name, party.note, party.staff_count, party.revision) == (
        "新名",
        "原有备注",
        12,
        2,
    )
    assert [p.code for p in find_parties(desk.actor, "新名")] == ["C1"]
    change = Change.objects.get()
    assert change.before == {"name": "旧名", "staff_count": None}
    assert change.after == {"name": "新名", "staff_count": 12}


def test_an_empty_cell_clears_only_when_asked(desk):
    known(desk, code="C1", name="恒通", note="原有备注")
    rows = [["编号", "名称", "备注"], ["C1", "恒通", ""]]
    mapping = {
        "code": "编号",
        "name": "名称",
        "note": "备注",
        "options": {"blank_clears": True},
    }
    desk.run("customers", "客户.csv", csv_bytes(rows), mapping)
    assert Party.objects.get().note == ""


def test_without_a_code_the_credit_code_decides_and_new_ones_are_numbered(desk):
    party = known(desk, code="K9", name="恒通", usc_code=USC)
    rows = [
        ["统一社会信用代码", "名称"],
        [USC, "宁波恒通进出口有限公司"],
        ["91310115MA1K3ABC1G", "上海瑞丰"],
        ["", "没有钥匙"],
    ]
    batch = desk.check("customers", "客户.csv", csv_bytes(rows))
    assert counts(batch) == (3, 1, 1, 0, 1)
    assert codes(batch)[-1][0] == "EXC-060"
    desk.commit(batch)
    party.refresh_from_db()
    assert party.name == "宁波恒通进出口有限公司"
    assert Party.objects.get(name="上海瑞丰").code == "C00001"


def test_a_name_alone_never_joins(desk):
    known(desk, code="C1", name="宁波恒通进出口有限公司")
    rows = [["编号", "名称"], ["C7", "宁波恒通进出口有限公司"]]
    assert counts(desk.run("customers", "客户.csv", csv_bytes(rows))) == (1, 1, 0, 0, 0)
    assert Party.objects.count() == 2


def test_a_credit_code_of_another_customer_is_refused(desk):
    known(desk, code="C1", name="恒通", usc_code=USC)
    rows = [HEAD[:3], ["C2", "瑞丰", USC]]
    batch = desk.check("customers", "客户.csv", csv_bytes(rows))
    assert codes(batch) == [("EXC-065", "C2")]
    assert "已属于 C1" in batch.problems.get().zh


def test_a_key_twice_in_the_file_is_refused_the_second_time(desk):
    rows = [HEAD[:3], ["C1", "甲", ""], ["C1", "乙", ""], ["C2", "丙", USC], ["C3", "丁", USC]]
    batch = desk.run("customers", "客户.csv", csv_bytes(rows))
    assert counts(batch) == (4, 2, 0, 0, 2)
    assert codes(batch) == [("EXC-061", "A3"), ("EXC-061", "C5")]
    assert sorted(Party.objects.values_list("name", flat=True)) == ["丙", "甲"]


def test_every_rule_of_the_form_holds_here_too(desk):
    CustomField.objects.create(
        book_id=desk.actor.book_id,
        key="line",
        label="航线",
        type="choice",
        choices=["欧", "美"],
        is_required=True,
    )
    rows = [["编号", "名称", "类型", "身份证号", "航线"],
            ["C1", "甲", "企业", "11010519491231002X", "欧"],
            ["C2", "乙", "个人", "11010519491231002X", "澳"],
            ["C3", "丙", "企业", "", ""],
            ["C4", "丁", "企业", "", "美"]]  # fmt: skip
    batch = desk.run("customers", "客户.csv", csv_bytes(rows))
    assert counts(batch) == (4, 1, 0, 0, 3)
    assert codes(batch) == [("PTY-105", "D2"), ("EXC-038", "E3"), ("PTY-111", "E4")]
    assert Party.objects.get().custom == {"line": "美"}


def test_undo_leaves_the_book_as_it_was(desk):
    party = known(desk, code="C1", name="旧名", note="原有备注")
    before = facts(party)
    batch = desk.run("customers", "客户.csv", csv_bytes(ROWS))
    assert Party.objects.count() == 2
    undone = desk.undo(batch)
    assert undone.state == Batch.State.UNDONE
    assert undone.facts["undone"] == {"removed": 1, "restored": 1}
    changing = ("revision", "updated_at")
    after = facts(party)
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert Party.objects.count() == 1
    assert [p.code for p in find_parties(desk.actor, "旧名")] == ["C1"]
    assert find_parties(desk.actor, "瑞丰") == []
    assert AuditRecord.objects.filter(action="import.undone").count() == 1


def test_undo_is_refused_while_somebody_s_work_depends_on_the_rows(desk):
    batch = desk.run("customers", "客户.csv", csv_bytes(ROWS))
    Party.objects.get(code="C2").contacts.create(name="张三")
    Party.objects.filter(code="C1").update(revision=2)
    problems = undo_obstacles(desk.actor, batch, now=NOW)
    assert [p.kind.code for p in problems] == ["EXC-074", "EXC-073"]
    assert problems[1].message("zh") == (
        "C2 上海瑞丰化工有限公司 被后来的数据引用：联系人 1 条。请先处理这些数据，再撤销导入。"
    )
    with pytest.raises(Refused) as refused:
        desk.undo(batch)
    assert len(refused.value.problems) == 2
    assert Party.objects.count() == 2
    batch.refresh_from_db()
    assert batch.state == Batch.State.COMMITTED


def test_undo_is_refused_when_an_updated_record_was_changed_again(desk):
    known(desk, code="C1", name="旧名")
    first = desk.run("customers", "一.csv", csv_bytes([["编号", "名称"], ["C1", "新名"]]))
    second = desk.run("customers", "二.csv", csv_bytes([["编号", "名称"], ["C1", "更新的名"]]))
    (problem,) = undo_obstacles(desk.actor, first, now=NOW)
    assert problem.kind.code == "EXC-074"
    assert "名称" in problem.message("zh")
    desk.undo(second)
    desk.undo(first)
    assert Party.objects.get().name == "旧名"


def test_a_later_import_of_the_same_rows_is_undone_first(desk):
    first = desk.run("customers", "一.csv", csv_bytes(ROWS))
    second = desk.run("customers", "二.csv", csv_bytes([["编号", "名称"], ["C2", "瑞丰新名"]]))
    with pytest.raises(Refused) as refused:
        desk.undo(first)
    assert {p.kind.code for p in refused.value.problems} == {"EXC-074"}
    desk.undo(second)
    with pytest.raises(Refused):  # the record has been touched, though it is as it was
        desk.undo(first)


def test_rows_always_add_up_by_constraint(desk):
    batch = desk.upload("customers", "客户.csv", csv_bytes(ROWS))
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(rows_in=3, added=1)


def test_a_changed_book_stops_the_commit(desk):
    batch = desk.check("customers", "客户.csv", csv_bytes(ROWS))
    known(desk, code="C2", name="别人先建的")
    with pytest.raises(Refused) as refused:
        desk.commit(batch)
    (problem,) = refused.value.problems
    assert problem.kind.code == "EXC-070"
    assert "试算为 新增 2、更新 0、不变 0，现在是 新增 1、更新 1、不变 0" in problem.message(
        "zh"
    )
    assert Party.objects.count() == 1
    assert counts(desk.recheck(batch)) == (2, 1, 1, 0, 0)


def test_a_lost_staging_file_stops_the_commit(desk, uploads):
    batch = desk.check("customers", "客户.csv", csv_bytes(ROWS))
    (uploads / "staging" / f"{batch.pk}.sqlite3").unlink()
    with pytest.raises(Refused) as refused:
        desk.commit(batch)
    assert refused.value.problems[0].kind.code == "EXC-071"
    assert not Party.objects.exists()


def test_a_changed_upload_stops_the_check(desk, uploads):
    batch = desk.upload("customers", "客户.csv", csv_bytes(ROWS))
    desk.map(batch)
    (uploads / "files" / batch.sha256).write_bytes(csv_bytes([*ROWS, ["C3", "偷放的"]]))
    with pytest.raises(Refused) as refused:
        desk.recheck(batch)
    assert refused.value.problems[0].kind.code == "EXC-075"


# ---- whose customers


def test_a_salesperson_imports_only_his_own(desk_of, cast):
    admin, sales = desk_of("admin"), desk_of("sales")
    known(admin, code="C1", name="别人的", owner_id=cast.users["colleague"].pk)
    known(admin, code="C2", name="我的", owner_id=cast.users["sales"].pk)
    rows = [["编号", "名称", "负责人"], ["C1", "抢来的", ""], ["C2", "我的新名", ""],
            ["C3", "新客户", ""], ["C4", "送人的", "丙"]]  # fmt: skip
    batch = sales.run("customers", "客户.csv", csv_bytes(rows))
    assert counts(batch) == (4, 1, 1, 0, 2)
    assert codes(batch) == [("EXC-064", "A2"), ("EXC-038", "C5")]
    assert Party.objects.get(code="C1").name == "别人的"
    new = Party.objects.get(code="C3")
    assert (new.owner_id, new.department_id) == (
        cast.users["sales"].pk,
        sales.actor.department_id,
    )


def test_handing_over_needs_the_right_also_by_file(desk_of, cast):
    admin, accountant = desk_of("admin"), desk_of("accountant")
    known(admin, code="C1", name="恒通", owner_id=cast.users["colleague"].pk)
    rows = [["编号", "名称", "负责人"], ["C1", "恒通", "甲"]]
    batch = accountant.check("customers", "客户.csv", csv_bytes(rows))
    assert codes(batch) == [("PTY-147", "C2")]
    admin.run("customers", "客户.csv", csv_bytes(rows))
    party = Party.objects.get()
    assert party.owner_id == cast.users["sales"].pk
    assert party.department_id == cast.actor("sales").department_id


def test_another_book_is_another_world(desk_of, cast):
    here, there = desk_of("admin"), desk_of("stranger")
    here.run("customers", "客户.csv", csv_bytes(ROWS))
    assert counts(there.run("customers", "客户.csv", csv_bytes(ROWS))) == (2, 2, 0, 0, 0)
    assert Party.objects.filter(book=cast.other_book).count() == 2
    with pytest.raises(Batch.DoesNotExist):
        here.undo(Batch.objects.get(book_id=cast.other_book.pk))


def test_numbers_of_batches_have_no_gaps(desk):
    with pytest.raises(Refused):
        desk.upload("customers", "客户.csv", b"")
    numbers = [desk.upload("customers", "客户.csv", csv_bytes(ROWS)).number for _ in range(3)]
    assert numbers == [1, 2, 3]
