"""Papers through the services and pages: scope, stored copies, batches, jobs."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from pathlib import Path

import pytest
from django.conf import settings
from django.http import Http404
from django.urls import reverse
from pypdf import PdfReader

from customs.prints.papers import document, pages_of, squeezed, text_of, texts_of
from guanzhang.config.wiring import JOBS
from guanzhang.customs import jobs_print
from guanzhang.customs.models import Declaration, Event, Mandate, Settings
from guanzhang.customs.prints.copies import store_copy, stored_copy
from guanzhang.customs.services import printing
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.customs.sheets import read_workbook
from guanzhang.kernel.problem import Refused
from guanzhang.reference.services import install_shipped
from guanzhang.trail.models import AuditRecord
from guanzhang.work.models import Job, Notice
from guanzhang.work.services import work_once


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def reference(db, now):
    install_shipped(now)


@pytest.fixture
def draft(cast, clients, now):
    return create_declaration(
        cast.actor("declarant"), direction="I", party_id=clients.hengtong.pk, now=now,
        document=document(7),
    )  # fmt: skip


@pytest.fixture
def accepted(draft):
    return in_state(draft, "accepted", entry_no="222520261000000762")


def in_state(row, state, **facts):
    Declaration.objects.filter(pk=row.pk).update(state=state, **facts)
    row.refresh_from_db()
    return row


def printed(row):
    return AuditRecord.objects.filter(action="declaration.printed", object_id=str(row.pk))


def test_a_draft_is_printed_with_its_watermark_and_not_kept(cast, draft, now):
    paper = printing.declaration_paper(cast.actor("declarant"), draft.pk, now=now)

    assert paper.name == f"报关单_{draft.number}.pdf"
    assert "草稿" in text_of(paper.content)
    assert not printed(draft).exists()


def test_an_approved_declaration_is_printed_once_and_kept_by_its_hash(cast, accepted, now):
    actor = cast.actor("reviewer")
    first = printing.declaration_paper(actor, accepted.pk, now=now)
    later = now + dt.timedelta(days=400)
    again = printing.declaration_paper(cast.actor("declarant"), accepted.pk, now=later)

    assert first.content == again.content
    assert "草稿" not in text_of(first.content)
    record = printed(accepted).get()
    assert record.changes["sha256"] == hashlib.sha256(first.content).hexdigest()
    (file,) = Path(settings.MEDIA_ROOT, "prints").rglob(f"{record.changes['key']}.*.pdf")
    assert file.read_bytes() == first.content


def test_another_number_or_edition_is_another_copy(cast, accepted, now, monkeypatch):
    actor = cast.actor("reviewer")
    printing.declaration_paper(actor, accepted.pk, now=now)
    in_state(accepted, "released", entry_no="222520261000000763")
    paper = printing.declaration_paper(actor, accepted.pk, now=now)
    assert "222520261000000763" in text_of(paper.content)
    monkeypatch.setattr(printing, "EDITION", "D0")
    printing.declaration_paper(actor, accepted.pk, now=now)

    assert len({record.changes["key"] for record in printed(accepted)}) == 3


def test_a_changed_copy_is_refused_and_not_given(cast, accepted, now):
    actor = cast.actor("reviewer")
    printing.declaration_paper(actor, accepted.pk, now=now)
    key = printed(accepted).get().changes["key"]
    (file,) = Path(settings.MEDIA_ROOT, "prints").rglob(f"{key}.*.pdf")
    file.write_bytes(file.read_bytes() + b" ")

    with pytest.raises(Refused) as refused:
        printing.declaration_paper(actor, accepted.pk, now=now)

    assert [p.kind.code for p in refused.value.problems] == ["CUS-991"]


def test_a_copy_is_written_once(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert stored_copy("ab12") is None
    digest = store_copy("ab12", b"paper")
    assert store_copy("ab12", b"paper") == digest
    assert stored_copy("ab12") == b"paper"
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [f"ab12.{digest}.pdf"]


class TestScope:
    @pytest.mark.parametrize("who", ["colleague", "stranger"])
    def test_what_is_not_ones_own_is_not_there(self, cast, accepted, now, who):
        actor = cast.actor(who)
        for ask in (
            lambda: printing.declaration_paper(actor, accepted.pk, now=now),
            lambda: printing.other_paper(actor, accepted.pk, "goods", now=now),
        ):
            with pytest.raises(Http404):
                ask()
        with pytest.raises(Refused) as refused:
            printing.chosen_rows(actor, [accepted.pk])
        assert [p.kind.code for p in refused.value.problems] == ["CUS-992"]
        assert not printed(accepted).exists()


class TestOtherPapers:
    def test_the_goods_list_holds_every_line_and_sums_exactly(
        self, cast, reference, draft, now
    ):
        paper = printing.other_paper(cast.actor("declarant"), draft.pk, "goods", now=now)
        text = text_of(paper.content)

        assert paper.name == f"商品清单_{draft.number}.pdf"
        for row in draft.document["DecLists"]:
            assert squeezed(row["GModel"]) in text
            assert row["DeclTotal"] in text
        assert "共7项" in text
        assert "2134.93" in text  # 301.99 + … + 307.99
        assert "31.5个" in text

    def test_the_tax_estimate_is_marked_as_made_from_the_demo_tariff(
        self, cast, reference, draft, now
    ):
        paper = printing.other_paper(cast.actor("declarant"), draft.pk, "tax", now=now)
        text = text_of(paper.content)

        assert "税款预估表" in text
        assert "演示税则：税率不是官方数据" in text
        assert "进口关税" in text
        assert "增值税" in text
        assert "部分税款未知，因此没有合计" in text  # nobody has entered an exchange rate

    def test_the_mandate_is_filled_from_client_broker_mandate_and_goods(
        self, cast, clients, draft, now
    ):
        Settings.objects.update_or_create(
            book=cast.book,
            defaults={"agent_name": "远航报关有限公司", "agent_usc": "91330200MA00000000"},
        )
        mandate = Mandate.objects.create(
            book=cast.book, party=clients.hengtong, number="33000026000000123", kind="long",
            valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2026, 12, 31), created_at=now,
        )  # fmt: skip
        paper = printing.other_paper(cast.actor("declarant"), draft.pk, "mandate", now=now)
        text = text_of(paper.content)

        assert "33000026000000123" in text
        assert "我单位现B（A、逐票B、长期）" in text
        assert "签字之日起至2026年12月31日止" in text
        for value in ("宁波恒通进出口有限公司", "远航报关有限公司", "91330200MA00000000"):
            assert value in text
        assert "蒸汽计算仪1号等7项" in text
        assert "USD2134.93" in text

        alone = printing.mandate_only(cast.actor("declarant"), mandate.pk)
        assert "33000026000000123" in text_of(alone.content)
        assert "蒸汽计算仪" not in text_of(alone.content)

    def test_a_notice_is_there_when_customs_said_so(self, cast, accepted, now):
        actor = cast.actor("declarant")
        with pytest.raises(Http404):
            printing.other_paper(actor, accepted.pk, "inspection", now=now)
        Event.objects.create(
            declaration=accepted, at=now, action="receipt", before="accepted",
            after="inspection", note="查验：外港海关", user_id=0, user_name="海关",
        )  # fmt: skip

        text = text_of(printing.other_paper(actor, accepted.pk, "inspection", now=now).content)
        assert "查验通知" in text
        assert "查验：外港海关" in text
        assert "2026-11-2310:30" in text

    def test_no_other_kind(self, cast, draft, now):
        with pytest.raises(Http404):
            printing.other_paper(cast.actor("declarant"), draft.pk, "nothing", now=now)


class TestBatch:
    @pytest.fixture
    def hundred(self, cast, clients, now):
        actor = cast.actor("declarant")
        return [
            create_declaration(
                actor, direction="I", party_id=clients.hengtong.pk, now=now,
                document=document(1 + number % 8, NoteS=f"第{number}份之备注"),
            )
            for number in range(100)
        ]  # fmt: skip

    def test_a_hundred_declarations_become_one_file_by_a_job(self, cast, hundred, as_user, now):
        client = as_user("declarant")
        ids = [row.pk for row in hundred]
        response = client.post(reverse("declaration-print-batch"), {"ids": ids})

        job = Job.objects.get(kind="customs.print")
        assert response.status_code == 302
        assert response["Location"] == reverse("job", args=[job.pk])
        assert work_once(JOBS, {})
        job.refresh_from_db()
        assert (job.state, job.done, job.total) == ("done", 100, 100)
        notice = Notice.objects.get(user_id=cast.users["declarant"].pk)
        assert notice.link == reverse("declaration-print-file", args=[job.pk])
        file = client.get(notice.link)
        content = b"".join(file.streaming_content)
        assert hashlib.sha256(content).hexdigest() == job.result["sha256"]
        pages = texts_of(content)
        assert len(pages) == 100
        for number, text in enumerate(pages):
            assert f"第{number}份之备注" in text
            assert "页码/页数：1/1" in text

        client = as_user("reviewer")
        assert client.get(notice.link).status_code == 404

    def test_up_to_fifty_are_given_at_once_in_the_order_chosen(
        self, cast, hundred, as_user, now
    ):
        client = as_user("declarant")
        chosen = [hundred[3].pk, hundred[1].pk, hundred[2].pk, hundred[1].pk]

        response = client.post(reverse("declaration-print-batch"), {"ids": chosen})

        assert response["Content-Type"] == "application/pdf"
        notes = [
            next(n for n in (1, 2, 3) if f"第{n}份之备注" in text)
            for text in texts_of(response.content)
        ]
        assert notes == [3, 1, 2]
        assert not Job.objects.exists()

    def test_the_dialog_of_the_list_is_answered_with_a_link(self, hundred, as_user):
        client = as_user("declarant")
        address, script = reverse("declaration-print-batch"), {"HX-Request": "true"}
        few, many = [row.pk for row in hundred[:2]], [row.pk for row in hundred[:51]]

        dialog = client.post(address, {"ids": few}, headers=script).content.decode()
        link = f"{address}?ids={few[0]}&amp;ids={few[1]}"
        assert f'href="{link}" target="_blank"' in dialog
        paper = client.get(link.replace("&amp;", "&"))
        assert paper["Content-Type"] == "application/pdf"
        assert pages_of(paper.content) == 2

        dialog = client.post(address, {"ids": many}, headers=script).content.decode()
        assert f'href="{reverse("job", args=[Job.objects.get().pk])}"' in dialog
        assert client.get(address, {"ids": many}).status_code == 409
        assert Job.objects.count() == 1

    def test_nothing_chosen_or_one_out_of_reach_prints_nothing(self, cast, draft, as_user, now):
        client = as_user("declarant")
        for ids, code in (([], "CUS-994"), ([draft.pk, 999_999], "CUS-992")):
            with pytest.raises(Refused) as refused:
                printing.chosen_rows(cast.actor("declarant"), ids)
            assert [p.kind.code for p in refused.value.problems] == [code]
            response = client.post(reverse("declaration-print-batch"), {"ids": ids})
            assert response.status_code == 409
        with pytest.raises(Refused) as refused:
            printing.chosen_rows(cast.actor("declarant"), list(range(1, 2002)))
        assert [p.kind.code for p in refused.value.problems] == ["CUS-993"]

    def test_the_job_looks_at_the_rights_of_the_moment_it_runs(self, cast, draft, now):
        job = jobs_print.queue_print(cast.actor("declarant"), [draft.pk], now=now)
        user = cast.users["declarant"]
        user.memberships.update(is_active=False)

        work_once(JOBS, {})

        job.refresh_from_db()
        assert job.state == "failed"
        assert "您已没有查看报关单的权限" in job.error


class TestPages:
    def test_the_form_opens_in_the_browser_under_its_name(self, cast, draft, as_user):
        client = as_user("declarant")
        response = client.get(reverse("declaration-print", args=[draft.pk]))

        assert response.status_code == 200
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith("inline; filename*=UTF-8''")
        assert pages_of(response.content) == 1

    @pytest.mark.parametrize("kind", ["goods", "tax", "mandate"])
    def test_the_other_papers_too(self, cast, draft, as_user, kind):
        client = as_user("declarant")
        response = client.get(reverse("declaration-print-paper", args=[draft.pk, kind]))
        assert response.status_code == 200
        assert PdfReader(io.BytesIO(response.content)).pages

    def test_others_find_nothing(self, cast, draft, as_user):
        client = as_user("colleague")
        assert client.get(reverse("declaration-print", args=[draft.pk])).status_code == 404

    def test_the_workbook_holds_the_whole_document_and_is_read_back(
        self, draft, as_user, tmp_path
    ):
        client = as_user("declarant")
        page = client.get(reverse("declaration", args=[draft.pk])).content.decode()
        address = reverse("declaration-workbook", args=[draft.pk])
        assert f'action="{address}"' in page
        answer = client.post(address)
        file = tmp_path / "d.xlsx"
        file.write_bytes(b"".join(answer.streaming_content))
        document, problems = read_workbook(file)
        assert (document, problems) == (draft.document, ())
        assert AuditRecord.objects.get(action="list.exported").object_id == str(draft.pk)
        assert as_user("colleague").post(address).status_code == 404

    def test_the_pages_of_a_declaration_offer_what_can_be_printed(self, draft, as_user):
        client = as_user("declarant")
        for name in ("declaration", "declaration-review"):
            html = client.get(reverse(name, args=[draft.pk])).content.decode()
            for kind in ("goods", "tax", "mandate"):
                address = reverse("declaration-print-paper", args=[draft.pk, kind])
                assert f'href="{address}"' in html
            assert reverse("declaration-print-paper", args=[draft.pk, "release"]) not in html
        in_state(draft, "released")
        html = client.get(reverse("declaration-review", args=[draft.pk])).content.decode()
        assert reverse("declaration-print-paper", args=[draft.pk, "release"]) in html
