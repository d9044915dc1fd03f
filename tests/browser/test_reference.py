"""Reference data in a real browser: every page without a barrier, a rate entered with the lookup box."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from guanzhang.reference.models import AssessmentRate
from guanzhang.reference.services import install_shipped

WIDE = "document.documentElement.scrollWidth > window.innerWidth"
PAGES = [
    ("tariff", ()), ("tariff-line", ("2208300000",)), ("code-tables", ()), ("code-table", ("country",)),
    ("editions", ()), ("edition-new", ()), ("assessment-rates", ()), ("work-calendar", ()),
    ("parameters", ()), ("parameter", ("pay_days",)),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_open_to_everybody(open_page, people, axe, theme):
    install_shipped(timezone.now())
    page = open_page("admin", theme=theme)
    for name, args in PAGES:
        page.goto(reverse(name, args=args))
        assert not page.evaluate(WIDE), f"{name} scrolls sideways"
        axe(page)


def test_a_rate_is_entered_by_keyboard(open_page, people):
    install_shipped(timezone.now())
    page = open_page("declarant")
    page.goto(reverse("assessment-rates"))
    page.fill("#look-currency", "美元")
    page.wait_for_selector("#look-currency-list [role=option]")
    page.keyboard.press("Enter")
    page.fill("#id_rate", "7.1234")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=待复核，不使用")
    rate = AssessmentRate.objects.get()
    assert (rate.currency, str(rate.rate)) == ("USD", "7.12340000")
