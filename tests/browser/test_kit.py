"""The kit in a real browser: list, lookup, form and charts, by keyboard and without a barrier."""

import copy
import io
from pathlib import Path

import openpyxl
import pytest

from guanzhang.parties.models import Party
from web.samples import make_parties, tag_some

THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


@pytest.fixture(autouse=True)
def sample_site(settings, monkeypatch):
    settings.ROOT_URLCONF = "web.samples"
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [
        *templates[0]["DIRS"],
        Path(__file__).parents[1] / "web" / "templates",
    ]
    settings.TEMPLATES = templates
    monkeypatch.setattr("guanzhang.web.wired.WIRING", "web.sample_wiring")


@pytest.fixture
def parties(people):
    parties = make_parties(people.book, 120)
    tag_some(people.book, parties)
    return parties


ROWS = "document.querySelectorAll('#list tbody tr').length"
FIRST = "document.querySelector('#list tbody th a').textContent"


@THEMES
def test_list(open_page, parties, axe, theme):
    page = open_page("admin", theme=theme)
    page.goto("/sample/?f.grade=A,B&f.amount_12m=x&sort=-amount_12m,name")
    axe(page)
    page.click("#f-grade")
    page.wait_for_selector("#s-grade:not([hidden])")
    axe(page)
    page.keyboard.press("Escape")
    for summary in range(page.locator(".gz-tools summary, .gz-tabbar summary").count()):
        page.locator(".gz-tools summary, .gz-tabbar summary").nth(summary).click()
        axe(page, only="#list")
    page.keyboard.press("Escape")
    page.click("[data-pick-all]")
    axe(page, only="#list")


def test_search_while_typing_keeps_the_focus_and_the_address(page, parties, until):
    page.goto("/sample/")
    page.keyboard.press("Alt+s")
    page.keyboard.type("恒通")
    until(page, f"{ROWS} === 10")
    assert page.evaluate("document.activeElement.id") == "list-search"
    assert page.input_value("#list-search") == "恒通"
    until(page, "location.search.includes('q=')")
    until(page, "document.getElementById('gz-live').textContent.includes('10')")
    page.go_back()
    until(page, f"{ROWS} === 50")


def test_filter_row_by_keyboard_and_back_again(page, parties, until):
    page.goto("/sample/")
    page.focus("#f-grade")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    count = Party.objects.filter(grade="A", book__code="YH").count()
    until(page, f"{ROWS} === {count}")
    assert page.evaluate("decodeURIComponent(location.search)") == "?f.grade=A"
    page.focus("#f-amount_12m")
    page.keyboard.type(">=abc")
    page.keyboard.press("Enter")
    page.wait_for_selector("#wrong-amount_12m")
    assert page.get_attribute("#f-amount_12m", "aria-describedby") == "wrong-amount_12m"
    until(page, f"{ROWS} === {count}")
    page.reload()
    until(page, f"{ROWS} === {count}")
    page.click("text=清除条件")
    until(page, f"{ROWS} === 50")


def test_several_choices_are_ticked_before_one_request(page, parties, until):
    page.goto("/sample/")
    page.click("#f-grade")
    page.click("#s-grade [data-token=A]")
    page.click("#s-grade [data-token=B]")
    assert page.input_value("#f-grade") == "A,B"
    page.keyboard.press("Enter")
    count = Party.objects.filter(grade__in=["A", "B"], book__code="YH").count()
    until(
        page,
        f"document.getElementById('list-count-text').textContent.trim().startsWith('{count}')",
    )


def test_sort_by_heading_and_shift_adds(page, parties, until):
    page.goto("/sample/")
    page.click("#sort-code")
    until(page, "location.search === '?sort=code'")
    page.click("#sort-grade", modifiers=["Shift"])
    until(page, "decodeURIComponent(location.search) === '?sort=code,grade'")
    assert page.get_attribute("th:has(#sort-code)", "aria-sort") == "ascending"
    assert page.evaluate("document.activeElement.id") in ("sort-grade", "sort-code")


def test_rows_by_arrow_keys_and_space(page, parties):
    page.goto("/sample/")
    page.focus("#list tbody tr:nth-child(1) th a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert page.inner_text("[data-picked-text]") == "已选 2 行"
    assert (
        page.evaluate(
            "[...document.querySelectorAll('[data-pick]')].map((p) => p.checked).slice(0, 4).join()"
        )
        == "false,true,true,false"
    )


def test_select_everything_found_and_run_a_batch(page, parties, until, axe):
    page.goto("/sample/")
    page.click("[data-pick-all]")
    page.click("[data-pick-found]")
    until(page, "document.querySelector('[data-picked-text]').textContent === '已选 120 行'")
    page.click("[data-batch]")
    page.wait_for_selector("#gz-dialog[open] [data-batch-form]")
    axe(page)
    assert page.locator("#gz-dialog input[name=ids]").count() == 120
    page.click("#gz-dialog .primary")
    page.wait_for_selector("text=120 行全部完成")
    axe(page)
    page.click("#gz-dialog .primary")
    until(page, "!document.querySelector('#gz-dialog[open]')")


def rows_of(download):
    data = io.BytesIO(Path(download.path()).read_bytes())
    return openpyxl.load_workbook(data).worksheets[0].max_row - 1


def test_download_the_ticked_rows_only(page, parties, until):
    page.goto("/sample/?sort=code")
    for row in range(3):
        page.locator("[data-pick]").nth(row).check()
    with page.expect_download() as download:
        page.click("text=导出选中")
    assert rows_of(download.value) == 3
    page.click("[data-pick-none]")
    page.click("text=导出 >> nth=0")
    with page.expect_download() as download:
        page.click("button[value=xlsx] >> nth=0")
    assert rows_of(download.value) == 120


def test_columns_are_moved_without_dragging(page, parties, until):
    page.goto("/sample/")
    page.click(".gz-tools summary >> nth=1")
    page.click("[aria-label='客户名称 前移']")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "客户名称 前移"
    page.uncheck("[data-columns] input[value=tags]")
    page.click("[data-columns] .primary")
    until(page, "document.querySelector('#list thead th').textContent.includes('客户名称')")
    assert "标签" not in page.inner_text("#list thead")


def test_save_a_view_and_find_it_as_a_tab(page, parties):
    page.goto("/sample/?f.grade=A")
    page.click("text=存为视图")
    page.fill("#view-name", "只看 A")
    page.keyboard.press("Enter")
    page.wait_for_selector(".gz-tabs [aria-current]:has-text('只看 A')")
    assert "视图“只看 A”已保存" in page.inner_text("#gz-toasts")


def test_pages_and_neighbours(page, parties, until):
    page.goto("/sample/?sort=code")
    page.click("#page-next")
    until(page, f"{FIRST} !== '宁波恒通进出口有限公司'")
    page.click("#page-previous")
    until(page, f"{FIRST} === '宁波恒通进出口有限公司'")
    page.click("#list tbody tr:nth-child(2) th a")
    page.wait_for_selector("text=第 2 / 120 家")
    page.keyboard.press("Alt+PageDown")
    page.wait_for_selector("text=第 3 / 120 家")
    page.keyboard.press("Alt+PageUp")
    page.wait_for_selector("text=第 2 / 120 家")


def test_download_what_is_seen(page, parties):
    page.goto("/sample/?f.grade=A")
    page.click("text=导出 >> nth=0")
    with page.expect_download() as got:
        page.click("text=Excel（xlsx）")
    assert got.value.suggested_filename.startswith("客户_")
    page.click("summary:has-text('导出')")
    assert page.is_enabled("text=Excel（xlsx）")


def test_the_focused_cell_is_not_under_a_sticky_row(page, parties):
    """2.4.11: while tabbing through the rows nothing focused hides behind header or footer."""
    page.goto("/sample/")
    page.focus("#list tbody tr:nth-child(1) th a")
    for _ in range(30):
        page.keyboard.press("ArrowDown")
    box = page.evaluate(
        "(() => { const b = document.activeElement.getBoundingClientRect(); return [b.top, b.bottom]; })()"
    )
    head = page.evaluate(
        "document.querySelector('#list thead tr:last-child > *').getBoundingClientRect().bottom"
    )
    foot = page.evaluate(
        "document.querySelector('#list tfoot tr > *').getBoundingClientRect().top"
    )
    assert head <= box[0]
    assert box[1] <= foot


@THEMES
def test_lookup(open_page, parties, axe, until, theme):
    page = open_page("admin", theme=theme)
    page.goto(f"/sample/{parties[0].pk}/")
    page.focus("#look-to")
    page.keyboard.type("瑞丰")
    page.wait_for_selector("#look-to-list:not([hidden]) [role=option]")
    assert page.get_attribute("#look-to", "aria-expanded") == "true"
    axe(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chosen = page.input_value("input[name=to]")
    assert page.input_value("#look-to") == Party.objects.get(pk=chosen).name
    page.keyboard.type("无此客户")
    until(page, "document.getElementById('gz-live').textContent === '没有匹配项'")
    page.keyboard.press("Escape")
    assert page.input_value("#look-to") == Party.objects.get(pk=chosen).name
    page.fill("#look-to", "")
    page.keyboard.press("Tab")
    assert page.input_value("input[name=to]") == ""


@THEMES
def test_form_with_errors(open_page, people, axe, watched, theme):
    watched.allowed.append("422")
    page = open_page("admin", theme=theme)
    page.goto("/sample/new/")
    axe(page)
    page.eval_on_selector("#id_name", "e => e.removeAttribute('required')")
    page.keyboard.press("Control+s")
    page.wait_for_selector("#id_name_wrong")
    axe(page)


@THEMES
def test_charts_and_their_tables(open_page, people, axe, theme):
    page = open_page("admin", theme=theme)
    page.goto("/sample/charts/")
    page.wait_for_selector("#sankey svg")
    assert page.locator(".draw svg").count() == 5
    axe(page)
    page.focus("section[data-chart=bars] [data-twin=table]")
    page.keyboard.press("Enter")
    assert page.is_visible("section[data-chart=bars] table")
    assert not page.is_visible("#bars")
    assert "3,842,610.00" in page.inner_text("section[data-chart=bars] table")
    axe(page)


def test_charts_are_redrawn_in_the_colours_of_a_new_theme(page, people, until):
    page.goto("/sample/charts/")
    page.wait_for_selector("#bars svg")
    light = page.evaluate("document.querySelector('#bars svg').innerHTML")
    assert "#0e4f5a" in light.lower()
    page.click("summary.gz-who")
    page.click("button[name=theme][value=dark]")
    until(
        page, "document.querySelector('#bars svg').innerHTML.toLowerCase().includes('#9adce4')"
    )


def test_a_bar_opens_its_rows(page, parties, until):
    page.goto("/sample/charts/")
    page.wait_for_selector("#bars svg")
    box = page.locator("#bars").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.175, box["y"] + box["height"] * 0.6)
    page.wait_for_url("**/sample/")


def test_figures_line_up(page):
    page.goto("/account/")
    widths = page.evaluate(
        """["1,111.11", "8,888.88"].map((text) => { const s = document.createElement("span"); s.textContent = text;
        document.querySelector("main").append(s); const w = s.getBoundingClientRect().width; s.remove(); return w; })"""
    )
    assert widths[0] == widths[1]


@pytest.mark.parametrize("width", [320, 390, 768])
def test_a_narrow_window_scrolls_the_table_not_the_page(open_page, parties, axe, width):
    page = open_page("admin", width=width)
    page.goto("/sample/")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    axe(page)
