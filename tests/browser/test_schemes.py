"""Schemes by keyboard alone: build a nested rule, try it, publish it; every page in both themes."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from guanzhang.analytics.queries import catalogue_for
from guanzhang.classification import queries, services
from guanzhang.classification.domain.notation import definition_of
from guanzhang.classification.domain.sentence import sentence
from guanzhang.classification.models import Scheme
from guanzhang.kernel.actor import system_actor
from guanzhang.parties.models import Party, Transaction

THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


def party(people, code, amounts, region):
    now = timezone.now()
    made = Party.objects.create(
        book=people.book, code=code, name=f"客户{code}", sort_key=code, region=region,
        owner=people.users["sales"], created_at=now, updated_at=now,
    )  # fmt: skip
    for number, amount in enumerate(amounts):
        Transaction.objects.create(
            book=people.book, party=made, source="test", document_no=f"{code}-{number}",
            traded_on=timezone.localdate() - dt.timedelta(days=10 * number + 1),
            amount=Decimal(amount), book_amount=Decimal(amount),
        )  # fmt: skip
    return made


@pytest.fixture
def customers(people):
    return [
        party(people, "P1", [60000], "330206"),
        party(people, "P2", [70000], "110105"),
        party(people, "P3", [40000, 30000, 20000], "110105"),
        party(people, "P4", [100], "330206"),
    ]


@pytest.fixture
def starters(people, customers):
    """The starter schemes, run once."""
    actor, now = system_actor(people.book.pk), timezone.now()
    services.install_starter_schemes(actor, now=now)
    services.run_schemes(actor, as_of=timezone.localdate(), now=now)
    return {scheme.code: scheme for scheme in Scheme.objects.all()}


def spot(page):
    return page.evaluate("document.activeElement.dataset.spot || ''")


def tab_to(page, wanted, *, by="spot", back=False):
    """Press Tab until the focus is at ``wanted``: a spot of the editor, or the text of a control."""
    script = {
        "spot": "document.activeElement.dataset.spot || ''",
        "text": "(document.activeElement.innerText || '').trim()",
        "name": "document.activeElement.name || document.activeElement.id || ''",
    }[by]
    for _press in range(200):
        if page.evaluate(script).startswith(wanted):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"no way to {wanted} by Tab; focus is at {page.evaluate(script)}")


def choose(page, value):
    """Arrow through the focused select to the option with this value."""
    for _press in range(80):
        if page.evaluate("document.activeElement.value") == value:
            return
        here, wanted = page.evaluate(
            """(value) => { const select = document.activeElement;
            return [select.selectedIndex, [...select.options].findIndex((o) => o.value === value)] }""",
            value,
        )
        assert wanted >= 0, f"{value} cannot be chosen at {spot(page)}"
        page.keyboard.press("ArrowDown" if here < wanted else "ArrowUp")
    raise AssertionError(f"{value} was not reached at {spot(page)}")


def saved(page):
    page.wait_for_selector("#scheme-saved:has-text('已保存')")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_nested_rule_is_built_tried_and_published_by_keyboard_alone(
    open_page, customers, axe, shot
):
    page = open_page("controller")
    page.goto("/classification/")
    axe(page)
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/new/")
    tab_to(page, "name", by="name")
    page.keyboard.type("重点客户")
    page.keyboard.press("Tab")
    page.keyboard.type("FOCUS")
    tab_to(page, "新建并编辑", by="text")
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/")

    # 近12个月交易额 ≥ 50,000 且（地区在宁波 或 非 交易笔数 < 3）→ A
    page.wait_for_selector("#scheme-problems li")
    tab_to(page, "body.rules#add")
    page.keyboard.press("Enter")
    first = "body.rules[0].when.all[0]"
    assert spot(page) == f"{first}.fact"
    choose(page, "amount")
    tab_to(page, f"{first}.value")
    page.keyboard.type("５0,000")  # a full-width digit and a separator
    tab_to(page, "body.rules[0].when#group")
    page.keyboard.press("Enter")
    inner = "body.rules[0].when.all[1]"
    assert spot(page) == f"{inner}.some[0].fact"
    choose(page, "region")
    tab_to(page, f"{inner}.some[0].values")
    page.keyboard.press("Enter")
    page.wait_for_selector("details[open] input:focus")
    page.keyboard.type("宁波")
    page.wait_for_selector(".gz-picklist label:has-text('宁波市')")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    assert spot(page) == f"{inner}.some[0].values"
    tab_to(page, f"{inner}#add")
    page.keyboard.press("Enter")
    choose(page, "frequency")
    tab_to(page, f"{inner}.some[1].op")
    choose(page, "<")
    tab_to(page, f"{inner}.some[1].value")
    page.keyboard.type("3")
    tab_to(page, f"{inner}.some[1]#not")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-taken='body.rules[0]']:has-text('2 家')")
    assert "非" in page.inner_text("#scheme-lines")

    # Up walks into the group above and back out of it again
    tab_to(page, f"{first}#down", back=True)
    page.keyboard.press("Enter")
    assert spot(page) == "body.rules[0].when.all[0].some[0]#down"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert spot(page) == f"{first}#up"
    page.keyboard.press("Control+s")
    saved(page)
    axe(page)
    shot(page, "scheme-edit")
    assert fits(page)

    tab_to(page, "去试算", by="text", back=True)
    page.keyboard.press("Enter")
    page.wait_for_url("**/trial/")
    tab_to(page, "试算", by="text")
    page.keyboard.press("Enter")
    page.wait_for_selector("#publish")
    axe(page)
    shot(page, "scheme-trial")
    tab_to(page, "2", by="text")
    page.keyboard.press("Enter")
    page.wait_for_selector("#trial-cell th:has-text('客户P3')")
    assert "客户P2" not in page.inner_text("#trial-cell")
    axe(page)
    tab_to(page, "发布第 1 版", by="text")
    page.keyboard.press("Enter")
    page.wait_for_selector("#gz-ask[open]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=生效中")
    axe(page)

    version = Scheme.objects.get(code="FOCUS").versions.get()
    assert version.state == "published"
    assert version.definition["body"]["rules"] == [
        {
            "when": {
                "all": [
                    {"fact": "amount", "op": ">=", "value": "50000"},
                    {
                        "some": [
                            {"fact": "region", "op": "within", "values": ["330200"]},
                            {"not": {"fact": "frequency", "op": "<", "value": "3"}},
                        ]
                    },
                ]
            },
            "class": "A",
        }
    ]


def test_a_stale_draft_keeps_what_was_typed(open_page, people, starters, watched):
    watched.allowed.append("409")
    actor, scheme = people.actor("admin"), starters["ABC"]
    draft = services.open_draft(actor, scheme, now=timezone.now())
    page = open_page("controller")
    page.goto(f"/classification/{scheme.pk}/edit/")
    page.wait_for_selector("#scheme-counts tr")
    services.save_draft(
        actor,
        draft.pk,
        definition=draft.definition,
        note="别人的",
        revision=1,
        now=timezone.now(),
    )
    page.fill("[data-at='body.cuts[0]']", "75")
    page.wait_for_selector("#scheme-conflict:not([hidden])")
    assert "壬" in page.inner_text("#scheme-conflict")
    assert page.input_value("[data-at='body.cuts[0]']") == "75"
    assert "原 80" in page.inner_text("[data-was='body.cuts[0]']")
    page.click("#scheme-conflict [data-keep]")
    saved(page)
    assert queries.draft_of(scheme).definition["body"]["cuts"] == ["75", "95"]


def test_faults_stand_where_they_are_and_lead_back_there(open_page, people, starters):
    scheme = starters["RFM"]
    services.open_draft(people.actor("admin"), scheme, now=timezone.now())
    page = open_page("controller")
    page.goto(f"/classification/{scheme.pk}/edit/")
    value = "[data-at='body.rules[1].when.all[0].value']"
    page.wait_for_selector(value)
    page.fill(value, "很久")
    page.wait_for_selector(f"{value}[aria-invalid=true]")
    described = page.get_attribute(value, "aria-describedby")
    assert "不是数字" in page.inner_text(f"#{described}")
    page.click("#scheme-problems button >> nth=0")
    assert spot(page) == "body.rules[1].when.all[0].value"
    page.fill(value, "45")
    page.wait_for_selector("#scheme-verdict.ok")


def test_the_editor_reads_and_writes_every_definition_as_it_is(open_page, people, starters):
    """What the scripts would save says the same as what they were given; looking saves nothing."""
    page = open_page("controller")
    actor = people.actor("admin")
    first = starters["GRADE"]
    services.open_draft(actor, first, now=timezone.now())
    page.goto(f"/classification/{first.pk}/edit/")
    page.wait_for_selector("#scheme-counts tr")
    catalogue = catalogue_for(people.book.pk)
    for code, scheme in starters.items():
        given = scheme.versions.first().definition
        written = page.evaluate("(given) => gzScheme.write(gzScheme.read(given))", given)
        before, after = definition_of(given), definition_of(written)
        assert sentence(after, catalogue) == sentence(before, catalogue), code
        assert (after.classes, after.window) == (before.classes, before.window), code
    page.wait_for_timeout(2000)
    assert queries.draft_of(first).revision == 1


@THEMES
@pytest.mark.parametrize("code", ["GRADE", "RFM", "ABC", "LIFECYCLE", "REGION"])
def test_the_editor_of_every_kind_has_no_barrier(open_page, people, starters, axe, theme, code):
    scheme = starters[code]
    services.open_draft(people.actor("admin"), scheme, now=timezone.now())
    page = open_page("controller", theme=theme)
    page.goto(f"/classification/{scheme.pk}/edit/")
    page.wait_for_selector("#scheme-counts tr")
    axe(page)
    assert fits(page)
    page.goto(f"/classification/{scheme.pk}/")
    axe(page)
    assert fits(page)


@THEMES
def test_the_other_pages_have_no_barrier(open_page, people, starters, axe, shot, theme):
    page = open_page("controller", theme=theme)
    party_id = Party.objects.first().pk
    grade = starters["GRADE"].pk
    for address, name in [
        ("/classification/", "schemes"),
        ("/classification/facts/", "facts"),
        ("/classification/moves/", "class-moves"),
        (f"/classification/{grade}/class/A/", "class-members"),
        (f"/classification/party/{party_id}/{grade}/", "party-why"),
        (f"/classification/{grade}/", "scheme"),
    ]:
        page.goto(address)
        axe(page)
        assert fits(page), address
        if theme == "light":
            shot(page, name)


def test_without_scripts_the_page_says_so_and_viewing_works(
    browser, live_server, open_page, people, starters
):
    scheme = starters["RFM"]
    services.open_draft(people.actor("admin"), scheme, now=timezone.now())
    signed = open_page("controller")
    context = browser.new_context(
        base_url=live_server.url,
        java_script_enabled=False,
        storage_state=signed.context.storage_state(),
    )
    page = context.new_page()
    page.goto(f"/classification/{scheme.pk}/edit/")
    assert "需要浏览器允许本站脚本" in page.inner_text("main")
    page.goto(f"/classification/{scheme.pk}/")
    assert "距上次交易天数 ≤ 90 天" in page.inner_text("main")
    context.close()
