"""Every address × every role × every data scope, enumerated from the URL table (deny by default).

``routes.txt`` is the stored inventory: a new address, or one whose right changes, shows up here as a
diff. ``GOLDEN=update pytest tests/architecture/test_routes.py`` writes it anew.
"""

import dataclasses
import importlib.util
import os
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from conftest import PASSWORD, sign_in
from guanzhang.org import queries, services
from guanzhang.org.domain.policy import POLICY, Role, may
from guanzhang.parties.data import PartyData
from guanzhang.parties.services import create_party
from guanzhang.web.pages import PUBLIC

STORED = Path(__file__).with_name("routes.txt")
ROOT = STORED.parent.parent.parent
GRANTS = [(role.value, scope) for role in Role for scope in ("", "own", "dept", "all")]
NOWHERE = {"int": 999_999_999, "string": "nowhere", "slug": "nowhere", "path": "nowhere"}


def patterns(found=None):
    for entry in found if found is not None else get_resolver().url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from patterns(entry.url_patterns)


ROUTES = list(patterns())


def address(route):
    """The address of a route, leading to rows that do not exist."""
    return reverse(
        route.name,
        kwargs={
            name: nowhere(converter) for name, converter in route.pattern.converters.items()
        },
    )


def nowhere(converter):
    """A value the converter takes; of a converter of our own, the first word of its pattern."""
    kind = type(converter).__name__.removesuffix("Converter").lower()
    return NOWHERE.get(kind) or converter.regex.split("|")[0]


def test_every_address_states_the_right_it_needs():
    bare = [str(r.pattern) for r in ROUTES if not hasattr(r.callback, "policy")]
    assert not bare, f"decorate these views with @page(...): {bare}"
    for route in ROUTES:
        assert route.callback.policy == PUBLIC or route.callback.policy in POLICY, route


def test_a_name_needs_one_right():
    """Addresses with and without an optional part may share a name, not with two rights."""
    rights = {}
    for route in ROUTES:
        assert route.name, route
        right = route.callback.policy
        assert rights.setdefault(route.name, right) == right, route.name


def test_the_stored_inventory_is_current():
    lines = sorted(
        f"{route.name:<26} {route.callback.policy:<20} {address(route)}" for route in ROUTES
    )
    text = "\n".join(lines) + "\n"
    if os.environ.get("GOLDEN") == "update":
        STORED.write_text(text, encoding="utf-8")
    assert STORED.read_text(encoding="utf-8").splitlines() == text.splitlines(), (
        "the addresses or their rights have changed: read the difference, then run "
        "GOLDEN=update .venv/bin/python -m pytest tests/architecture/test_routes.py"
    )


def test_public_addresses_are_few():
    public = {route.name for route in ROUTES if route.callback.policy == PUBLIC}
    assert public <= {
        "login",
        "healthz",
        "prefer",
    }  # prefer: language and theme of the login page


def test_nobody_gets_in_without_a_login(db, client):
    for route in ROUTES:
        where = address(route)
        answer = client.get(where)
        if route.callback.policy == PUBLIC:
            assert answer.status_code in (200, 405), where
            continue
        assert answer.status_code == 302, where
        assert answer.headers["Location"].startswith(reverse("login")), where
        posted = client.post(where, {"x": "1"})
        assert (posted.status_code, posted.headers["Location"]) == (302, reverse("login")), (
            where
        )
        partial = client.get(where, headers={"HX-Request": "true"})
        assert partial.status_code == 204, where
        assert partial.headers["HX-Redirect"].startswith(reverse("login")), where


def make_probe(cast, role, scope, department):
    """A user with one grant."""
    return services.create_user(
        cast.actor("admin"),
        username="probe",
        name="探",
        password=PASSWORD,
        roles={role: scope},
        department=department,
        now=cast.users["admin"].created_at,
    )


def counts():
    """Rows per table of our own: what a page must not change by being looked at."""
    return {
        model._meta.label: model.objects.count()
        for model in apps.get_models()
        if model.__module__.startswith("guanzhang.")
    }


@pytest.mark.parametrize(("role", "scope"), GRANTS, ids=lambda v: v or "-")
def test_who_may_gets_an_answer_and_who_may_not_gets_403(cast, role, scope):
    """Allowed: anything but 403 (404 for rows that are not there). Not allowed: 403, whatever the row."""
    user = make_probe(cast, role, scope, cast.book.departments.get(name="华东部"))
    client = sign_in(Client(raise_request_exception=True), user, cast.book)
    actor = queries.actor_for(user.pk, cast.book.pk)
    before = counts()
    for route in ROUTES:
        action, where = route.callback.policy, address(route)
        answer = client.get(where)
        if action == PUBLIC or may(actor, action):
            assert answer.status_code in (200, 302, 404, 405), f"{where}: {answer.status_code}"
            if answer.status_code == 302:
                assert not answer.headers["Location"].startswith(reverse("login")), where
            continue
        assert answer.status_code == 403, f"{where} needs {action}"
        assert client.post(where, {"x": "1"}).status_code == 403, where
    assert counts() == before, "looking, or being refused, has written something"


# Pages about one customer: the only number in their address is the customer's.
ONE_PARTY = [
    route
    for route in ROUTES
    if list(route.pattern.converters) == ["pk"]
    and address(route).startswith(("/customers/", "/classification/party/"))
]


def test_there_are_pages_about_one_customer():
    assert {"customer", "customer-edit", "party-classes"} <= {route.name for route in ONE_PARTY}


@pytest.mark.parametrize(("role", "scope"), GRANTS, ids=lambda v: v or "-")
def test_a_customer_out_of_scope_is_not_there(cast, role, scope):
    """Own, department, all: on every page about one customer, against a plain reading of the table."""
    east = cast.book.departments.get(name="华东部")
    user = make_probe(cast, role, scope, east)
    client = sign_in(Client(), user, cast.book)
    now = cast.users["admin"].created_at
    probe = queries.actor_for(user.pk, cast.book.pk)
    parties = {
        who: create_party(actor, PartyData(name=f"{who}的客户贸易有限公司"), now=now).pk
        for who, actor in {
            "own": dataclasses.replace(probe, roles=frozenset({"system"})),
            "dept": cast.actor("manager"),
            "all": cast.actor("colleague"),
            "elsewhere": cast.actor("stranger"),
        }.items()
    }
    reach = {"-": (), "own": ("own",), "dept": ("own", "dept"), "all": ("own", "dept", "all")}
    for route in ONE_PARTY:
        cell = POLICY[route.callback.policy][Role(role)].value
        cell = scope if scope and cell in ("own", "dept") else cell
        for who, pk in parties.items():
            where = reverse(route.name, args=[pk])
            status = client.get(where).status_code
            if cell == "-":
                assert status == 403, (where, who)
            elif who in reach[cell]:
                assert status in (200, 302, 405), (where, who, status)
            else:
                assert status in (404, 405), (where, who, status)
            if cell != "-" and who not in reach[cell]:
                assert client.post(where, {"x": "1"}).status_code in (404, 405), (where, who)


@pytest.mark.parametrize("who", ["sales", "admin", "stranger"])
def test_pages_behind_the_login_are_not_cached(as_user, who):
    client = as_user(who)
    for route in ROUTES:
        assert "no-store" in client.get(address(route)).headers["Cache-Control"], route.name


@pytest.fixture(scope="module")
def page():
    spec = importlib.util.spec_from_file_location("policy", ROOT / "tools" / "policy.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_rights_is_current(page):
    assert set(page.MEANING) == set(POLICY), "tools/policy.py: say what the new right means"
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), (
        "docs/policy.md is out of date: run .venv/bin/python tools/policy.py"
    )
