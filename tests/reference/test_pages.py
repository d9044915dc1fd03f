"""The pages of reference data: who sees them, what they say, and that a file goes all the way through."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import NOW, sign_in
from guanzhang.config.wiring import JOBS, LISTENERS
from guanzhang.org.domain.policy import POLICY, Role, Scope
from guanzhang.reference.domain.tables import TABLES
from guanzhang.reference.models import AssessmentRate, Code, Edition
from guanzhang.reference.queries import reference_on
from guanzhang.reference.services import Heading, review_edition
from guanzhang.work.models import Job
from guanzhang.work.services import work_once
from reference.files import demo_rows, file_of, load, whole_tariff

FEET = "0207142200"
BANNER = "演示税则 – 不可用于真实申报"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped_data")]


def text_of(response) -> str:
    assert response.status_code in (200, 409, 422), response.status_code
    return response.content.decode()


def upload(client, data: bytes, name: str = "税则.csv", **fields):
    values = {
        "kind": "tariff", "effective_on": timezone.localdate().isoformat(), "is_whole": "",
        "source": "税委会公告2026年第9号", **fields,
    }  # fmt: skip
    return client.post(
        reverse("edition-new"), {**values, "file": SimpleUploadedFile(name, data)}
    )


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(as_user, cast, language):
    client = as_user("admin")
    client.cookies["django_language"] = language
    edition = Edition.objects.get(kind="tariff")
    code = Code.objects.get(table="license_doc", code="a")
    for name, args in [
        ("tariff", ()), ("tariff-line", (FEET,)), ("code-tables", ()), ("code-table", ("port",)),
        ("code-table", ("port", "2020-01-01")), ("code-history", ("license_doc", code.pk)),
        ("editions", ()), ("edition-new", ()), ("edition", (edition.pk,)),
        ("assessment-rates", ()), ("assessment-rates-all", ()), ("work-calendar", ()),
        ("parameters", ()), ("parameter", ("pay_days",)),
    ]:  # fmt: skip
        assert client.get(reverse(name, args=args)).status_code == 200, name
    for table in TABLES:
        assert client.get(reverse("code-table", args=[table])).status_code == 200, table


def test_while_the_demo_tariff_is_in_force_every_tariff_page_says_so(as_user, cast):
    client = as_user("sales")
    for url in (
        reverse("tariff"),
        reverse("tariff") + "?under=0207",
        reverse("tariff-line", args=[FEET]),
    ):
        assert BANNER in text_of(client.get(url))
    heading = Heading("tariff", timezone.localdate(), "税委会公告")
    loaded = load(cast.actor("declarant"), heading, file_of("tariff", whole_tariff(4)), NOW)
    review_edition(cast.actor("reviewer"), loaded.edition.pk, now=timezone.now())
    assert BANNER not in text_of(client.get(reverse("tariff")))
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    assert BANNER in text_of(client.get(reverse("tariff"), {"on": yesterday.isoformat()}))


def test_the_tariff_is_found_by_code_name_and_initials(as_user, cast):
    client = as_user("sales")
    for typed in ("0207", "0207.14", "鸡爪", "ddjz"):
        assert FEET in text_of(client.get(reverse("tariff"), {"q": typed}))
    assert FEET not in text_of(client.get(reverse("tariff"), {"q": "牛肉"}))
    whole = client.get(reverse("tariff"), {"q": "0207.1422.00"})
    assert whole.status_code == 302
    assert whole["Location"] == reverse("tariff-line", args=[FEET])
    assert "没有找到" in text_of(client.get(reverse("tariff"), {"q": "没有这种货"}))
    chapters = text_of(client.get(reverse("tariff")))
    assert "肉及食用杂碎" in chapters
    assert "?under=02" in chapters
    assert "?under=0207" in text_of(client.get(reverse("tariff"), {"under": "02"}))


def test_one_line_shows_rates_units_conditions_elements_and_history(as_user, cast):
    page = text_of(as_user("sales").get(reverse("tariff-line", args=[FEET])))
    for expected in (
        "1 元/千克",
        "3.2 元/千克",
        "千克",
        "入境",
        "进境动植物检疫",
        "包装规格",
        "首次出现",
    ):
        assert expected in page, expected
    assert as_user("sales").get(reverse("tariff-line", args=["9999999999"])).status_code == 404


def test_a_file_goes_from_upload_through_review_into_force(as_user, cast):
    rows = [{**row, "mfn_rate": "0.9"} for row in demo_rows() if row["hs_code"] == FEET]
    declarant = as_user("declarant")
    answer = upload(declarant, file_of("tariff", rows))
    job = Job.objects.get(kind="reference.load")
    assert answer["Location"] == reverse("reference-load", args=[job.pk])
    assert work_once(JOBS, LISTENERS)
    edition = Edition.objects.get(state=Edition.State.LOADED)
    assert declarant.get(answer["Location"])["Location"] == reverse(
        "edition", args=[edition.pk]
    )
    page = text_of(declarant.get(reverse("edition", args=[edition.pk])))
    assert "1CNY/035" in page
    assert "复核通过" not in page  # a declarant does not review
    assert declarant.post(reverse("edition-review", args=[edition.pk])).status_code == 403

    reviewer = sign_in(Client(), cast.users["reviewer"], cast.book)
    assert "复核通过，立即生效" in text_of(reviewer.get(reverse("edition", args=[edition.pk])))
    assert reviewer.post(reverse("edition-review", args=[edition.pk])).status_code == 302
    assert reference_on(timezone.localdate()).tariff(FEET).mfn.ad_valorem == Decimal("0.009")
    line = text_of(reviewer.get(reverse("tariff-line", args=[FEET])))
    assert "<del" in line
    assert reviewer.post(reverse("edition-review", args=[edition.pk])).status_code == 409


def test_a_bad_file_lists_its_errors_with_their_cells(as_user, cast):
    rows = [{**demo_rows()[0], "mfn_rate": "-1", "unit1": "999"}]
    client = as_user("declarant")
    answer = upload(client, file_of("tariff", rows))
    work_once(JOBS, LISTENERS)
    page = text_of(client.get(answer["Location"]))
    for expected in ("E2", "C2", "REF-014", "REF-011", "有 2 处错误"):
        assert expected in page, expected
    assert not Edition.objects.filter(state=Edition.State.LOADED).exists()
    other = sign_in(Client(), cast.users["reviewer"], cast.book)
    assert other.get(answer["Location"]).status_code == 404


def test_a_file_that_cannot_be_opened_is_told_on_the_form(as_user, cast):
    client = as_user("declarant")
    page = upload(client, b"", "空.csv")
    assert page.status_code == 422
    assert upload(client, b"\xd0\xcf\x11\xe0", "旧.xls").status_code == 422
    answer = upload(client, file_of("tariff", demo_rows()), kind="codes")
    assert answer.status_code == 422
    assert "没有名为" in text_of(answer)
    assert not Job.objects.exists()


def test_nobody_approves_his_own_edition_on_the_page(as_user, cast):
    rows = [{**demo_rows()[0], "mfn_rate": "1"}]
    heading = Heading("tariff", timezone.localdate(), "公告", is_whole=False)
    edition = load(cast.actor("reviewer"), heading, file_of("tariff", rows), NOW).edition
    client = as_user("reviewer")
    page = text_of(client.get(reverse("edition", args=[edition.pk])))
    assert "这一版是您载入的" in page
    answer = client.post(reverse("edition-review", args=[edition.pk]))
    assert answer.status_code == 409
    assert "须由另一人复核" in text_of(answer)
    answer = client.post(reverse("edition-reject", args=[edition.pk]), {"reason": "x"})
    assert answer.status_code == 409
    edition.refresh_from_db()
    assert edition.state == Edition.State.LOADED


def test_templates_have_the_columns_of_their_kind(as_user, cast):
    client = as_user("declarant")
    for args in (
        ["tariff"],
        ["measures"],
        ["rates"],
        ["calendar"],
        ["parameters"],
        ["codes", "country"],
    ):
        answer = client.get(reverse("edition-template", args=args))
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)[:4] == b"PK\x03\x04"
    for args in (["nowhere"], ["codes", "nowhere"], ["tariff", "country"]):
        assert client.get(reverse("edition-template", args=args)).status_code == 404


def test_a_rate_is_entered_approved_by_another_and_withdrawn(as_user, cast):
    client = as_user("declarant")
    page = text_of(client.get(reverse("assessment-rates"), {"month": "2026-12"}))
    assert "2026-11-18" in page  # the third Wednesday of November
    values = {"month": "2026-12", "currency": "usd", "rate": "7.1234", "base_date": "2026-11-18",
              "source": "中国外汇交易中心"}  # fmt: skip
    assert client.post(reverse("assessment-rate-enter"), values).status_code == 302
    rate = AssessmentRate.objects.get()
    assert client.post(reverse("assessment-rate-approve", args=[rate.pk])).status_code == 403
    month = dt.date(2026, 12, 1)
    assert reference_on(month).exchange_rate("USD", month) is None

    reviewer = sign_in(Client(), cast.users["reviewer"], cast.book)
    assert reviewer.post(reverse("assessment-rate-approve", args=[rate.pk])).status_code == 302
    assert reference_on(month).exchange_rate("USD", month) == Decimal("7.1234")
    again = client.post(reverse("assessment-rate-enter"), {**values, "rate": "7.2"})
    assert again.status_code == 422
    assert "请先撤回复核" in text_of(again)
    answer = reviewer.post(reverse("assessment-rate-withdraw", args=[rate.pk]), {"reason": ""})
    assert answer.status_code == 422
    reviewer.post(reverse("assessment-rate-withdraw", args=[rate.pk]), {"reason": "抄错"})
    assert reference_on(month).exchange_rate("USD", month) is None


@pytest.mark.parametrize("field", ["currency", "rate", "base_date", "month"])
def test_a_rate_form_says_what_is_wrong(as_user, cast, field):
    values = {"month": "2026-12", "currency": "USD", "rate": "7.1", "base_date": "2026-11-18",
              "source": "x", field: "乱"}  # fmt: skip
    answer = as_user("declarant").post(reverse("assessment-rate-enter"), values)
    assert answer.status_code == 422
    assert not AssessmentRate.objects.exists()


def test_a_parameter_is_proposed_on_its_page(as_user, cast):
    client = as_user("controller")
    values = {
        "value": "80",
        "valid_from": "2026-12-01",
        "source": "国务院",
        "is_confirmed": "on",
    }
    answer = client.post(reverse("parameter", args=["duty_threshold"]), values)
    edition = Edition.objects.get(state=Edition.State.LOADED)
    assert answer["Location"] == reverse("edition", args=[edition.pk])
    assert "50" in text_of(client.get(answer["Location"]))
    assert client.get(reverse("parameter", args=["nonsense"])).status_code == 404


def test_lists_of_codes_are_searched_and_filtered(as_user, cast):
    client = as_user("sales")
    page = text_of(client.get(reverse("code-table", args=["trade_mode"]), {"q": "ybmy"}))
    assert "一般贸易" in page
    assert "易货贸易" not in page
    page = text_of(
        client.get(reverse("code-table", args=["trade_mode"]), {"f.status": "verify"})
    )
    assert "0139" in page
    assert ">0110<" not in page
    assert client.get(reverse("code-table", args=["nonsense"])).status_code == 404
    picked = client.get(reverse("code-table", args=["port"]), {"on": "2019-01-01"})
    assert picked["Location"] == reverse("code-table", args=["port", "2019-01-01"])
    assert "这一天没有有效的代码" in text_of(client.get(picked["Location"]))
    assert client.get(reverse("code-table", args=["port", "nowhere"])).status_code == 404


def test_who_may_only_look_gets_no_buttons(as_user, cast):
    assert POLICY["reference.load"][Role.SALES] is Scope.NONE
    client = as_user("sales")
    for name in (
        "tariff",
        "code-tables",
        "editions",
        "assessment-rates",
        "work-calendar",
        "parameters",
    ):
        assert reverse("edition-new") not in text_of(client.get(reverse(name))), name
    assert client.get(reverse("edition-new")).status_code == 403
