"""A declaration in a real browser: filled by keyboard alone, pasted, saved, checked, reviewed."""

import pytest
from conftest import NOW
from django.utils import timezone

from guanzhang.customs.models import Declaration
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.parties import services as parties
from guanzhang.parties.data import PartyData
from guanzhang.reference.services import install_shipped

THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


@pytest.fixture
def shipped(transactional_db):
    install_shipped(NOW)


@pytest.fixture
def client(people, shipped):
    return parties.create_party(
        people.actor("sales"),
        PartyData(name="宁波恒通进出口有限公司", usc_code="91330206MA281KQ70R", customs_code="3302960001"),
        now=timezone.now(),
    )


@pytest.fixture
def draft(people, client):
    return create_declaration(
        people.actor("declarant"), direction="I", party_id=client.pk, now=timezone.now()
    )


def test_the_form_opens(open_page, draft, until, axe):
    page = open_page("declarant")
    page.goto(f"/declarations/{draft.pk}/")
    page.wait_for_selector("gz-rows tbody tr")
    page.wait_for_selector("#dec-problems li")
    page.screenshot(path="/tmp/home-pages/form.png")
    axe(page)
    assert Declaration.objects.count() == 1
