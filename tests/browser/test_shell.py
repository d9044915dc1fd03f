"""The shell by keyboard: signing in, theme, language, palette, help; in both themes without a barrier."""

import pytest

from conftest import NOW, PASSWORD
from guanzhang.work.services import notify

THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


def dark(page):
    return page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


@THEMES
def test_sign_in_by_keyboard(open_page, people, axe, shot, theme):
    people.book.company.is_demo = True
    people.book.company.save()
    page = open_page(None, theme=theme)
    page.goto("/account/")
    assert dark(page) == (theme == "dark")
    axe(page)
    shot(page, "login" if theme == "light" else "login-dark")
    assert page.evaluate("document.activeElement.id") == "username"
    page.keyboard.type("sales")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/")
    axe(page)


def test_a_wrong_password_is_said_where_it_is(open_page, axe, watched):
    watched.allowed.append("422")
    page = open_page(None)
    page.goto("/login/")
    page.fill("#username", "sales")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert page.input_value("#username") == "sales"
    assert page.evaluate("document.activeElement.id") == "password"
    axe(page)


def test_a_demo_row_fills_the_boxes(open_page, people):
    people.book.company.is_demo = True
    people.book.company.save()
    page = open_page(None)
    page.goto("/login/")
    page.click("[data-fill-user=controller]")
    assert page.input_value("#username") == "controller"
    assert page.input_value("#password") == "远航-Harbour-2026"


def test_skip_link_comes_first_and_leads_to_the_content(page):
    page.goto("/account/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "gz-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_theme_follows_the_system_until_chosen_and_is_remembered(open_page, people, until):
    page = open_page("admin", theme="dark")
    page.goto("/account/")
    assert dark(page)
    page.click("summary.gz-who")
    with page.expect_response("**/account/prefer/"):
        page.click("button[name=theme][value=light]")
    until(page, "getComputedStyle(document.documentElement).colorScheme === 'light'")
    assert page.get_attribute("button[name=theme][value=light]", "aria-pressed") == "true"
    page.reload()
    assert not dark(page)
    people.users["admin"].refresh_from_db()
    assert people.users["admin"].theme == "light"


def test_density_changes_the_rows_at_once(page):
    page.goto("/account/")
    row = "document.querySelector('.gz-table thead tr').getBoundingClientRect().height"
    before = page.evaluate(row)
    page.click("summary.gz-who")
    with page.expect_response("**/account/prefer/"):
        page.click("button[name=density][value=loose]")
    assert page.evaluate(row) > before


def test_language_switches_and_stays_on_the_page(page, axe, until):
    page.goto("/notices/?page=1")
    page.click("summary.gz-who")
    page.click("button[name=language][value=en]")
    until(page, "document.documentElement.lang === 'en'")
    assert page.url.endswith("/notices/?page=1")
    axe(page)


@THEMES
def test_user_menu_by_keyboard(open_page, axe, theme):
    page = open_page("admin", theme=theme)
    page.goto("/account/")
    page.focus("summary.gz-who")
    page.keyboard.press("Enter")
    page.wait_for_selector("details[data-menu][open] .gz-pop")
    axe(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not page.query_selector("details[data-menu][open]")
    assert "gz-who" in page.evaluate("document.activeElement.className")


@THEMES
def test_palette_by_keyboard(open_page, axe, shot, theme, until):
    page = open_page("admin", theme=theme)
    page.goto("/account/")
    page.focus("#old")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#gz-palette[open] [role=option]")
    page.keyboard.type("xiaox")
    until(page, "document.querySelectorAll('#gz-found [role=option]').length === 1")
    assert "消息" in page.inner_text("#gz-found [role=option].cur")
    assert page.get_attribute(
        "#gz-palette [role=combobox]", "aria-activedescendant"
    ) == page.get_attribute("#gz-found [role=option].cur", "id")
    axe(page)
    shot(page, f"palette-{theme}")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "old"
    page.keyboard.press("Control+k")
    page.wait_for_selector("#gz-found [role=option].cur")
    page.keyboard.press("Enter")
    page.wait_for_url("**/notices/")


def test_palette_does_not_answer_while_an_input_method_composes(page):
    page.goto("/account/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#gz-found [role=option]")
    box = "#gz-palette [role=combobox]"
    page.eval_on_selector(
        box,
        "el => el.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))",
    )
    page.eval_on_selector(
        box,
        "el => el.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, bubbles: true}))",
    )
    page.wait_for_timeout(200)
    assert page.url.endswith("/account/")


@THEMES
def test_help_of_keys(open_page, axe, shot, theme):
    page = open_page("admin", theme=theme)
    page.goto("/account/")
    page.focus("#old")
    page.keyboard.press("?")
    assert not page.query_selector("#gz-keys[open]")
    page.focus("#main")
    page.keyboard.press("?")
    page.wait_for_selector("#gz-keys[open]")
    assert "搜索客户、页面、操作" in page.inner_text("#gz-keylist")
    axe(page)
    shot(page, f"keys-{theme}")
    page.keyboard.press("Escape")
    assert not page.query_selector("#gz-keys[open]")
    page.focus("#old")
    page.keyboard.press("Control+/")
    page.wait_for_selector("#gz-keys[open]")


def test_the_help_key_can_be_switched_off(page):
    page.goto("/account/")
    page.click("button[name=help_key][value=off]")
    page.wait_for_load_state()
    page.focus("#main")
    page.keyboard.press("?")
    page.wait_for_timeout(150)
    assert not page.query_selector("#gz-keys[open]")


@THEMES
def test_notices(open_page, people, axe, shot, theme):
    for text in (
        "导入 2026-11 客户.xlsx 完成：新增 1,103 行，更新 128 行，待修 9 行",
        "分类“综合客户等级”第 3 版已运行：升 9 家，降 5 家",
    ):
        notify(people.users["admin"].pk, people.book.pk, text, now=NOW, link="/account/")
    page = open_page("admin", theme=theme)
    page.goto("/notices/")
    axe(page)
    shot(page, f"notices-{theme}")
    page.click("text=综合客户等级")
    page.wait_for_url("**/account/")
    assert page.get_attribute("a[href='/notices/'].gz-icb", "aria-label") == "消息，1 条未读"


def test_a_destructive_step_asks_first(page, open_page, until):
    open_page("admin")  # a second session
    page.goto("/account/")
    rows = page.locator("section[aria-labelledby=sessions-h] tbody tr")
    assert rows.count() == 2
    page.click("text=结束 >> nth=-1")
    page.wait_for_selector("#gz-ask[open]")
    page.keyboard.press("Escape")
    assert rows.count() == 2
    page.click("section[aria-labelledby=sessions-h] .gz-btn.danger")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    until(
        page,
        "document.querySelectorAll('section[aria-labelledby=sessions-h] tbody tr').length === 1",
    )


@pytest.mark.parametrize("width", [390, 768, 1366])
def test_nothing_runs_out_of_the_window(open_page, axe, width):
    page = open_page("admin", width=width)
    page.goto("/account/")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    axe(page)


def test_error_pages(page, axe, watched):
    watched.allowed.append("404")
    page.goto("/no-such-page/")
    assert "没有找到" in page.inner_text("h1")
    axe(page)
