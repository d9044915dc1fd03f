"""The main pages over the demo company: they open without an error, in both themes and languages,
nothing scrolls sideways, axe finds nothing; with SCREENSHOTS=1 they are photographed for the documents."""

import datetime as dt
import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from conftest import sign_in
from guanzhang.classification import queries, services
from guanzhang.config.wiring import JOBS, LISTENERS
from guanzhang.demo.services import load_demo
from guanzhang.kernel.actor import system_actor
from guanzhang.org.models import User
from guanzhang.parties.models import Party
from guanzhang.reference.models import Edition
from guanzhang.work.services import work_once

WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def dirty_file() -> bytes:
    """A customer file with some of the faults that real ones have."""
    book = Workbook()
    sheet = book.active
    sheet.append(["编号", "名称", "统一社会信用代码", "行业", "年营业收入（万元）", "成立日期"])
    sheet.append(
        ["N001", "宁波新港贸易有限公司", "91330206MAYH02472G", "批发业", 1200, "2019-05-06"]
    )
    sheet.append(
        ["N002", "宁波恒通进出口有限公司", "91330206MA281KQ7OR", "F51", 800, "2019-02-30"]
    )
    sheet.append(["N003", "慈溪海纳电器有限公司", "", "不存在的行业", "八百万", "2018/7/1"])
    sheet.append(["", "没有编号的公司", "", "", "", ""])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def demo(transactional_db):
    now = timezone.now()
    return load_demo(today=timezone.localdate(now), now=now, progress=lambda *_: None)


@pytest.fixture
def visit(browser, live_server, demo, watched):
    """``visit("wujianguo", theme="dark")`` → a signed-in page of the demo company."""
    contexts = []

    def enter(username, *, theme="light", language="zh-hans"):
        user = User.objects.get(username=username)
        user.language = language
        user.save()
        context = browser.new_context(
            viewport={"width": 1366, "height": 768},
            color_scheme=theme,
            base_url=live_server.url,
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        session = sign_in(Client(), user, demo).session.session_key
        context.add_cookies([{"name": "guanzhang", "value": session, "url": live_server.url}])
        page = context.new_page()
        watched.attach(page)
        return page

    yield enter
    for context in contexts:
        context.close()


def addresses(demo) -> dict[str, str]:
    best = Party.objects.filter(book=demo, grade="A").order_by("-amount_12m").first()
    schemes = {code: queries.scheme_named(demo.pk, code) for code in ("GRADE", "RFM", "ABC")}
    today = timezone.localdate()
    edition = Edition.objects.filter(kind="tariff", state="effective").latest("pk")
    moves = [schemes["GRADE"].pk, today - dt.timedelta(days=92), today]
    return {
        "home": reverse("home"),
        "customers": reverse("customers"),
        "customer": reverse("customer", args=[best.pk]),
        "customer-edit": reverse("customer-edit", args=[best.pk]),
        "schemes": reverse("schemes"),
        "scheme": reverse("scheme", args=[schemes["ABC"].pk]),
        "structure": reverse("structure-report"),
        "class-moves": reverse("class-moves", args=moves),
        "transactions": reverse("transactions"),
        "service-records": reverse("service-records"),
        "customs-desk": reverse("customs-desk"),
        "customs-report": reverse("customs-report"),
        "policy-updates": reverse("policy-updates"),
        "policy-update": reverse("policy-update", args=[edition.pk]),
        "trail": reverse("trail"),
        "health": reverse("health"),
    }


def calm(page):
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(250)


def test_the_main_pages(visit, demo, axe, shot):
    page = visit("wujianguo")
    for name, address in addresses(demo).items():
        assert page.goto(address).status == 200, name
        calm(page)
        assert not page.evaluate(WIDE), f"{name} scrolls sideways at 1366"
        axe(page)
        shot(page, name)


def test_the_main_pages_in_the_dark_and_in_english(visit, demo, axe):
    page = visit("wujianguo", theme="dark", language="en")
    for name, address in addresses(demo).items():
        assert page.goto(address).status == 200, name
        calm(page)
        assert not page.evaluate(WIDE), f"{name} scrolls sideways at 1366"
        axe(page)


def test_a_scheme_is_edited_tried_and_shown_on_trial(visit, demo, axe, shot):
    scheme = queries.scheme_named(demo.pk, "RFM")
    draft = services.open_draft(system_actor(demo.pk), scheme, now=timezone.now())
    definition = draft.definition
    definition["body"]["rules"][1]["when"]["all"][1]["value"] = "12"
    services.save_draft(
        system_actor(demo.pk),
        draft.pk,
        definition=definition,
        note="",
        revision=draft.revision,
        now=timezone.now(),
    )
    page = visit("wujianguo")
    page.goto(reverse("scheme-edit", args=[scheme.pk]))
    calm(page)
    page.wait_for_timeout(1500)  # the counts come after the page
    shot(page, "scheme-edit")
    page.goto(reverse("scheme-trial", args=[scheme.pk]))
    calm(page)
    page.get_by_role("button", name="试算").first.press("Enter")
    page.wait_for_selector(".gz-mx")
    calm(page)
    assert not page.evaluate(WIDE)
    axe(page)
    shot(page, "scheme-trial")


def test_a_dirty_file_shows_every_fault_at_its_cell(visit, demo, axe, shot, tmp_path):
    file = tmp_path / "旧系统客户.xlsx"
    file.write_bytes(dirty_file())
    page = visit("wujianguo")
    page.goto(reverse("import-new"))
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="上传并对应列").press("Enter")
    calm(page)
    page.get_by_role("button", name="检查全部行").press("Enter")
    page.wait_for_selector(".gz-job")
    work(page)
    for cell in ("Sheet!C3", "Sheet!F3", "Sheet!D4", "Sheet!E4", "Sheet!A5"):
        assert page.get_by_text(cell, exact=True).count(), cell
    axe(page)
    shot(page, "import")


def work(page):
    """Do the queued jobs, as the worker would, and look again."""
    for _ in range(5):
        if not work_once(JOBS, LISTENERS):
            break
    page.reload()
    calm(page)
