"""A real chromium against a real server: signed in, watched for errors, measured by axe, photographed.

``page`` is a signed-in administrator's page; ``open_page("sales", theme="dark")`` opens others. A test
fails when a page logs an error, breaks the content policy, or leaves anything in the browser's storage.
Screenshots are taken with ``SCREENSHOTS=1`` into docs/screenshots.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Error, sync_playwright

from conftest import make_cast, sign_in

os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
)  # playwright's loop lives in this thread
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
MAIN_PAGES = (  # the ones that the documents show
    "login", "home", "customers", "customer", "customer-edit", "import", "schemes", "scheme-edit",
    "scheme-trial", "structure", "trail", "customs-desk", "customs-report", "policy-update", "declaration", "declaration-review",
)  # fmt: skip
SIZES = {"1366": (1366, 768), "1920": (1920, 1080)}
WATCH = """
addEventListener("securitypolicyviolation", (e) => console.error("CSP: " + e.violatedDirective + " " + e.blockedURI));
"""
# axe measures rows that are scrolled out of their region as if they lay over what is below it.
IN_SIGHT = """(selector) => {
  const at = document.querySelector(selector), box = at.getBoundingClientRect(), frame = at.closest(".gz-scroll");
  if (!frame) return true;
  const view = frame.getBoundingClientRect();
  const head = frame.querySelector("thead tr:last-child > *"), foot = frame.querySelector("tfoot tr > *");  // cells stick, not rows
  const top = head ? head.getBoundingClientRect().bottom : view.top;
  const bottom = foot ? foot.getBoundingClientRect().top : view.bottom;
  return at.closest("thead, tfoot") !== null || (box.top >= top && box.bottom <= bottom && box.left >= view.left && box.right <= view.right);
}"""


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in Path(str(item.fspath)).parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI") == "1":
            pytest.fail(f"no chromium at {CHROMIUM}, and CI=1 wants the browser tests")
        pytest.skip(f"no chromium at {CHROMIUM}: install it, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def people(transactional_db):
    """The cast, really committed, so that the server's threads see it."""
    return make_cast()


class Watched:
    """Everything a page said that it should not have said."""

    def __init__(self):
        self.said = []
        self.allowed = []  # parts of messages that a test expects

    def attach(self, page):
        page.on(
            "console", lambda message: self.hear(message) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: self.said.append(f"exception: {error}"))

    def hear(self, message):
        self.said.append(f"{message.text} ({message.location.get('url', '')})")

    def unexpected(self):
        return [line for line in self.said if not any(part in line for part in self.allowed)]


@pytest.fixture
def watched():
    watched = Watched()
    yield watched
    assert not watched.unexpected()


@pytest.fixture
def open_page(browser, live_server, people, watched):
    """``open_page("sales", theme="dark", width=1366)`` → a page, signed in when somebody is named."""
    contexts = []

    def enter(who="admin", *, theme="light", width=1366, height=768, language="zh-hans"):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale="zh-CN",
            base_url=live_server.url,
        )
        contexts.append(context)
        context.add_init_script(WATCH)
        context.set_default_timeout(10_000)
        if who:
            user = people.users[who]
            if user.language != language:
                user.language = language
                user.save()
            book = people.other_book if who == "stranger" else people.book
            client = sign_in(Client(), user, book)
            context.add_cookies(
                [
                    {
                        "name": "guanzhang",
                        "value": client.session.session_key,
                        "url": live_server.url,
                    }
                ]
            )
        page = context.new_page()
        watched.attach(page)
        return page

    yield enter
    for context in contexts:
        for page in context.pages:
            if page.url.startswith("http"):
                assert page.evaluate("localStorage.length + sessionStorage.length") == 0, (
                    "something was left behind"
                )
        context.close()


@pytest.fixture
def page(open_page):
    return open_page("admin")


@pytest.fixture
def until():
    """``until(page, "js expression")`` waits for it to be true. (wait_for_function needs eval: no CSP.)"""

    def wait(page, expression, seconds=8):
        for _ in range(seconds * 20):
            with contextlib.suppress(Error):  # a navigation under way
                if page.evaluate(f"Boolean({expression})"):
                    return
            page.wait_for_timeout(50)
        pytest.fail(f"never true: {expression}")

    return wait


@pytest.fixture
def axe():
    """``axe(page)``: no violation of WCAG 2.2 A and AA."""

    def check(page, *, only=None):
        page.wait_for_timeout(150)
        result = Axe().run(
            page, context=only, options={"runOnly": {"type": "tag", "values": TAGS}}
        )
        found = []
        for one in result.response["violations"]:
            nodes = one["nodes"]
            if one["id"] == "target-size":
                nodes = [node for node in nodes if page.evaluate(IN_SIGHT, node["target"][0])]
            if nodes:
                found.append(
                    f"{one['id']}: {one['help']} — "
                    + " | ".join(node["html"][:160] for node in nodes[:4])
                )
        assert not found, "\n".join(found)

    return check


@pytest.fixture
def shot():
    """``shot(page, "customers")`` → docs/screenshots/customers-1366.png and -1920.png, when asked for."""

    def take(page, name):
        if os.environ.get("SCREENSHOTS") != "1" or name not in MAIN_PAGES:
            return
        SHOTS.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        for label, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(350)
            page.screenshot(path=SHOTS / f"{name}-{label}.png")
        page.set_viewport_size(before)

    return take
