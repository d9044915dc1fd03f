"""The menu: every entry leads somewhere, and shows to exactly those who may go there."""

import pytest
from django.urls import URLPattern, get_resolver, reverse

from guanzhang.org.domain.policy import may
from guanzhang.web.menu import COMMANDS, MENU, menu_for
from guanzhang.web.spelling import matches, spellings


@pytest.fixture(autouse=True)
def real_site(sample_site, settings):
    settings.ROOT_URLCONF = "guanzhang.config.urls"


def patterns(found):
    for route in found:
        if isinstance(route, URLPattern):
            yield route
        else:
            yield from patterns(route.url_patterns)


ENTRIES = [entry for group in MENU for entry in group.entries]


@pytest.mark.parametrize("entry", [*ENTRIES, *COMMANDS], ids=lambda entry: entry.view)
def test_every_entry_has_its_page(entry):
    assert reverse(entry.view)


@pytest.mark.parametrize(
    "who", ["sales", "declarant", "accountant", "controller", "admin", "auditor"]
)
def test_an_entry_shows_to_those_who_may_open_it(cast, who):
    actor = cast.actor(who)
    shown = [entry["url"] for group in menu_for(actor, "home") for entry in group["entries"]]
    assert shown == [reverse(entry.view) for entry in ENTRIES if may(actor, entry.action)]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.view)
def test_every_entry_is_found_by_its_name_and_its_initials(entry):
    label = str(entry.label)
    assert matches(label, label)
    assert matches(label, spellings(label)[-1])


BELONGS = {
    "customers": ("customer", "customer-new", "customer-detail", "customer-detail-new"),
    "suppliers": ("supplier-new",),
    "transactions": ("transaction", "transaction-new"),
    "service-records": ("service-new",),
    "schemes": ("scheme-edit", "scheme-trial", "class-members", "party-why"),
    "declarations": ("declaration", "declaration-review", "declaration-tax"),
    "departments": ("department", "department-new"),
    "party-settings": ("party-field", "party-field-new"),
    "trail": ("trail-record",),
}


@pytest.mark.parametrize("entry", BELONGS)
def test_the_current_page_and_its_details_are_marked(cast, entry):
    for here in (entry, *BELONGS[entry]):
        groups = menu_for(cast.actor("admin"), here)
        current = [
            shown["url"] for group in groups for shown in group["entries"] if shown["current"]
        ]
        assert current == [reverse(entry)], here


def test_details_named_in_the_menu_exist_and_belong_to_one_entry():
    routes = {route.name for route in patterns(get_resolver().url_patterns)}
    also = [view for entry in ENTRIES for view in entry.also]
    assert set(also) <= routes
    assert len(also) == len(set(also))


def test_at_most_seven_groups():
    assert len(MENU) <= 7
