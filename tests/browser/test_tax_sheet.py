"""The tax sheet in a real browser: working that unfolds, both themes, accessible, no overflow."""

import os
from decimal import Decimal

import pytest
from django.utils import timezone

from conftest import NOW
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.parties import services as parties
from guanzhang.parties.data import PartyData
from guanzhang.reference.models import AssessmentRate
from guanzhang.reference.services import install_shipped

LINE = {
    "CodeTS": "2208300000", "GName": "威士忌酒", "DeclTotal": "20000.00", "TradeCurr": "USD",
    "OriginCountry": "GBR", "DestinationCountry": "CHN", "FirstQty": "700", "FirstUnit": "095",
    "SecondQty": "690", "SecondUnit": "035", "DutyMode": "1",
}  # fmt: skip
HEAD = {
    "IEFlag": "I", "TransMode": "3", "TradeMode": "0110", "CutMode": "101", "FeeMark": "3",
    "FeeRate": "500", "FeeCurr": "USD", "InsurMark": "1", "InsurRate": "0.3",
}  # fmt: skip


@pytest.fixture
def draft(people, transactional_db):
    install_shipped(NOW)
    AssessmentRate.objects.create(
        month=timezone.localdate().replace(day=1), currency="USD", rate=Decimal("7.1875"),
        base_date=NOW.date(), source="录入", entered_by="甲", entered_at=NOW, approved_by="乙",
        approved_at=NOW,
    )  # fmt: skip
    client = parties.create_party(
        people.actor("sales"), PartyData(name="宁波恒通进出口有限公司"), now=timezone.now()
    )
    lines = [LINE, {**LINE, "OriginCountry": "IRN", "GName": "威士忌酒（桶装）"}]
    return create_declaration(
        people.actor("declarant"), direction="I", party_id=client.pk, now=timezone.now(),
        document={"DecHead": HEAD, "DecLists": lines},
    )  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_working_unfolds_by_keyboard(open_page, draft, axe, theme):
    page = open_page("declarant", theme=theme)
    page.goto(f"/declarations/{draft.pk}/tax/")
    first = page.locator("#tax-sheet details").first
    step = first.locator("li", has_text="计税价格 145546.875 ÷ 0.997")
    assert not step.is_visible()
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert step.is_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if folder := os.environ.get("TAX_SHOTS"):
        page.screenshot(path=f"{folder}/tax-{theme}.png", full_page=True)


def test_export_downloads_a_workbook(open_page, draft):
    page = open_page("declarant")
    page.goto(f"/declarations/{draft.pk}/tax/")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出 Excel").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
