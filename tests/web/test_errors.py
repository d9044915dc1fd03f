"""Pages for what goes wrong: what happened, what to do, nothing given away."""

import json

import pytest
from django.test import Client
from django.urls import path as url_path

from guanzhang.kernel.problem import Kind, Refused, Severity, Stale
from guanzhang.web.pages import page
from web import samples

FULL = Kind(
    "TST-901", Severity.ERROR, "额度 {found} 超过 {most}", "Limit {found} is over {most}"
)
SMALL = Kind("TST-902", Severity.NOTE, "提示 {found}", "Note {found}")


@page("party.view", "GET", "POST")
def refuse(request):
    raise Refused([SMALL.at("x", found=1), FULL.at("limit", found=9, most=5)])


@page("party.view", "GET", "POST")
def stale(request):
    raise Stale


@page("party.view", "GET", "POST")
def broken(request):
    raise RuntimeError("secret detail")


def naked(request):
    raise AssertionError("never reached")


urlpatterns = [
    url_path("refuse/", refuse),
    url_path("stale/", stale),
    url_path("broken/", broken),
    url_path("naked/", naked),
    *samples.urlpatterns,
]
handler404 = "guanzhang.web.errors.not_found"
handler500 = "guanzhang.web.errors.server_error"
handler403 = "guanzhang.web.errors.csrf_failure"


@pytest.fixture(autouse=True)
def site(sample_site, settings):
    settings.ROOT_URLCONF = __name__


def test_refused_shows_all_problems_errors_first(as_user):
    response = as_user("admin").post("/refuse/")
    page = response.content.decode()
    assert response.status_code == 409
    assert page.index("额度 9 超过 5") < page.index("提示 1")
    assert "TST-901" in page
    assert "<html" in page


def test_refused_is_a_panel_for_htmx_at_the_top_of_the_page(as_user):
    response = as_user("admin").post("/refuse/", headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#problems"
    assert "data-autofocus" in response.content.decode()
    assert "<html" not in response.content.decode()


def test_refused_in_the_language_of_the_reader(as_user, cast):
    cast.users["admin"].language = "en"
    cast.users["admin"].save()
    assert "Limit 9 is over 5" in as_user("admin").post("/refuse/").content.decode()


def test_stale_says_that_somebody_saved_first(as_user):
    response = as_user("admin").post("/stale/", headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert "别人刚刚保存过" in response.content.decode()


def test_forbidden_says_whom_to_ask(as_user):
    response = as_user("declarant").get("/sample/new/")
    assert response.status_code == 403
    assert "会计、财务主管、管理员" in response.content.decode()
    assert "会计" in json.loads(response["X-Message"])


@pytest.mark.parametrize("who", ["admin", None])
def test_not_found_is_one_page_for_all(client, as_user, cast, who):
    response = (as_user(who) if who else client).get("/no-such-page/")
    assert response.status_code == 404
    assert "没有找到" in response.content.decode()
    assert ("gz-rail" in response.content.decode()) == bool(who)


def test_our_own_fault_shows_a_reference_and_no_detail(as_user):
    client = as_user("admin")
    client.raise_request_exception = False
    response = client.get("/broken/")
    assert response.status_code == 500
    assert response["X-Request-Id"] in response.content.decode()
    assert "secret detail" not in response.content.decode()


def test_a_form_of_another_session_is_refused(cast):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/login/", {"username": "sales", "password": "x"})
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


def test_a_page_without_a_policy_is_not_served(as_user):
    with pytest.raises(AssertionError, match="states no policy"):
        as_user("admin").get("/naked/")


def test_other_methods_are_not_answered(as_user):
    response = as_user("admin").delete("/refuse/")
    assert (response.status_code, response["Allow"]) == (405, "GET, POST")
