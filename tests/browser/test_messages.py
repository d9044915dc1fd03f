"""Messages, receipts and the import of messages in a real browser, both themes, accessible."""

import os
from pathlib import Path

import pytest
from django.utils import timezone

from conftest import NOW
from guanzhang.config.wiring import JOBS, LISTENERS
from guanzhang.customs.domain.archive import packed
from guanzhang.customs.domain.xml import read_message
from guanzhang.customs.models import Declaration, Message, Receipt
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.customs.services.sending import send
from guanzhang.reference.services import install_shipped
from guanzhang.work.services import work_once

SAMPLE = Path(__file__).parents[1] / "data/customs/import_declaration.xml"
RESULT = "<DEC_RESULT><CUS_CIQ_NO>{}</CUS_CIQ_NO><ENTRY_ID>530420261000000077</ENTRY_ID><NOTICE_DATE>2026-11-23T11:00:01</NOTICE_DATE><CHANNEL>L</CHANNEL><NOTE>入库成功！</NOTE></DEC_RESULT>"


@pytest.fixture
def sent(people):
    install_shipped(NOW)
    actor, now = people.actor("declarant"), timezone.now()
    document = read_message(SAMPLE.read_bytes()).document
    row = create_declaration(actor, direction="I", party_id=None, document=document, now=now)
    Declaration.objects.filter(pk=row.pk).update(state="approved", approved_sha256=row.sha256)
    return send(actor, row.pk, now=now)


def looked_at(page, axe, name):
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if folder := os.environ.get("MESSAGE_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_from_a_message_to_a_matched_receipt(open_page, sent, axe, theme, tmp_path):
    Message.objects.filter(pk=sent.pk).update(state="failed", error="发送目录“D:/OutBox”不存在")
    page = open_page("declarant", theme=theme)
    page.goto("/declarations/messages/")
    looked_at(page, axe, f"messages-{theme}")
    page.click(f"text={sent.name}")
    looked_at(page, axe, f"message-{theme}")
    with page.expect_download() as download:
        page.click("text=下载 ZIP")
    assert download.value.suggested_filename == f"{sent.name}.zip"

    page.goto("/declarations/receipts/upload/")
    stray = tmp_path / "stray.xml"
    stray.write_text(RESULT.format("I20260000000000001"))
    page.set_input_files("#file", [str(stray)])
    page.click("button:has-text('上传回执')")
    page.wait_for_selector("text=找不到报关单")
    looked_at(page, axe, f"uploaded-{theme}")
    page.click("text=stray.xml")
    page.fill("#look-declaration_id", "YFBL20260007")
    page.wait_for_selector(".gz-list:not([hidden]) [role=option]")
    page.keyboard.press("Enter")
    looked_at(page, axe, f"receipt-{theme}")
    page.click("button:has-text('对应到报关单')")
    page.wait_for_selector("text=已处理")
    assert Declaration.objects.get().state == "accepted"
    assert Receipt.objects.get().state == "applied"
    page.goto("/declarations/receipts/")
    looked_at(page, axe, f"receipts-{theme}")


def test_messages_are_imported_with_a_result_for_each(open_page, people, axe, tmp_path):
    install_shipped(NOW)
    page = open_page("declarant")
    page.goto("/declarations/import/")
    looked_at(page, axe, "import")
    archive = tmp_path / "两票.zip"
    archive.write_bytes(packed({"1.xml": SAMPLE.read_bytes(), "2.xml": b"<broken"}))
    page.set_input_files("#file", [str(archive)])
    page.click("button:has-text('导入报文')")
    page.wait_for_url("**/declarations/import/*/")
    work_once(JOBS, LISTENERS)
    page.wait_for_selector("text=没有导入", timeout=8000)
    looked_at(page, axe, "import-result")
    page.click(f"text={Declaration.objects.get().number}")
    page.wait_for_url("**/declarations/*/")
