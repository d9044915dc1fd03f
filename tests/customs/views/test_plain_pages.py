"""Lists, batches, mandates, library, templates and settings as each role meets them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from guanzhang.customs.lists import DECLARATIONS, LISTS
from guanzhang.customs.models import Declaration, Mandate, Settings, Template, UsedGoods
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.customs.services.library import remember_goods, save_template
from guanzhang.web.lookup import lookup_source

ROLES = (
    "sales", "colleague", "manager", "declarant", "reviewer", "accountant", "controller", "admin",
    "auditor", "stranger",
)  # fmt: skip


@pytest.fixture
def three(cast, clients, now):
    """己's 笔记本 for 恒通, 甲's 硫酸 for 恒通, 丁's in the other book."""

    def make(who, party, name, **head):
        row = create_declaration(
            cast.actor(who), direction="I", party_id=party.pk, now=now,
            document={
                "DecHead": {"TradeMode": "0110", **head},
                "DecLists": [{"CodeTS": "8471300000", "GName": name, "TradeCurr": "USD"}],
            },
        )  # fmt: skip
        remember_goods(row, now=now)
        return row

    return (
        make(
            "declarant", clients.hengtong, "笔记本电脑", BillNo="COSU6123456", IEDate="20261110"
        ),
        make("sales", clients.hengtong, "硫酸", BillNo="MAEU9"),
        make("stranger", clients.stranger, "纸箱"),
    )


def shown(client, name="declarations", **query):
    response = client.get(reverse(name), query)
    assert response.status_code == 200
    text = response.content.decode()
    return {n for n in ("笔记本电脑", "硫酸", "纸箱") if n in text}


SEES = {
    "sales": {"硫酸", "笔记本电脑"}, "manager": {"硫酸", "笔记本电脑"}, "colleague": set(), "stranger": {"纸箱"},
}  # fmt: skip


@pytest.mark.parametrize("who", ROLES)
def test_the_list_shows_what_is_in_scope(as_user, three, who):
    assert shown(as_user(who)) == SEES.get(who, {"硫酸", "笔记本电脑"})


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "cosu6"}, {"笔记本电脑"}),
        ({"q": "liusuan"}, {"硫酸"}),
        ({"f.goods_name": "笔记本"}, {"笔记本电脑"}),
        ({"f.bill_no": "MAEU"}, {"硫酸"}),
        ({"f.bill_no": "空"}, set()),
        ({"f.owner": "我"}, {"笔记本电脑"}),
        ({"f.owner": "甲"}, {"硫酸"}),
        ({"f.state": "draft"}, {"硫酸", "笔记本电脑"}),
        ({"f.state": "!=draft"}, set()),
        ({"f.party": "恒通"}, {"硫酸", "笔记本电脑"}),
        ({"f.party": "瑞丰"}, set()),
        ({"f.trade_mode": "0110"}, {"硫酸", "笔记本电脑"}),
        ({"f.due_on": "2026-11-24"}, {"笔记本电脑"}),
        ({"f.due_on": "空"}, {"硫酸"}),
        ({"f.chapter": "84"}, {"硫酸", "笔记本电脑"}),
        ({"f.chapter": "28"}, set()),
        ({"f.amend_kind": "!=amend,!=withdraw"}, {"硫酸", "笔记本电脑"}),
        ({"f.amend_kind": "amend"}, set()),
        ({"f.amend_kind": "空"}, {"硫酸", "笔记本电脑"}),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
def test_filters(as_user, three, query, names):
    assert shown(as_user("declarant"), **query) == names


def test_links_from_figures_find_their_rows(as_user, three, clients, cast):
    client = as_user("declarant")
    assert shown(client, **{"f.party_id": str(clients.hengtong.pk)}) == {"硫酸", "笔记本电脑"}
    assert shown(client, **{"f.owner_id": str(cast.users["sales"].pk)}) == {"硫酸"}
    response = client.get(reverse("declarations"), {"f.party_id": "恒通"})
    assert "应为内部号码" in response.content.decode()


@pytest.mark.parametrize(
    "sort",
    ["number", "-total", "due_on", "-due_on", "party", "state", "-error_count", "declared_on"],
)
def test_every_order_can_be_read(as_user, three, sort):
    assert shown(as_user("declarant"), sort=sort) == {"硫酸", "笔记本电脑"}


def test_all_columns_at_once_and_their_export(as_user, three):
    client = as_user("declarant")
    keys = ",".join(column.key for column in DECLARATIONS.columns(None))
    text = client.get(reverse("declarations"), {"cols": keys}).content.decode()
    assert "COSU6123456" in text
    assert "一般贸易 (0110)" not in text  # no reference data installed: the code itself
    response = client.post(reverse("declarations") + f"?cols={keys}", {"format": "csv"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("spec", "place"),
    [(spec, n) for spec in LISTS for n in range(len(spec.views))],
    ids=lambda value: getattr(value, "key", value),
)
def test_builtin_views_can_be_read(as_user, three, spec, place):
    response = as_user("reviewer").get(f"{reverse(spec.key)}?{spec.views[place].query}")
    assert response.status_code == 200
    assert response.context["found"].problems == []
    assert response.context["found"].filters


def test_what_is_soon_overdue(as_user, three, now):
    due = timezone.localdate() + dt.timedelta(days=4)
    for row, days in ((three[0], 0), (three[1], 1)):
        Declaration.objects.filter(pk=row.pk).update(due_on=due + dt.timedelta(days=days))
    query = next(v.query for v in DECLARATIONS.views if "f.due_on" in v.query)
    text = as_user("declarant").get(f"{reverse('declarations')}?{query}").content.decode()
    assert three[0].number in text
    assert three[1].number not in text


def test_the_review_queue_is_the_reviewers(as_user, cast, three):
    Declaration.objects.filter(pk=three[0].pk).update(state="review")
    assert shown(as_user("reviewer"), "review-queue") == {"笔记本电脑"}
    for who in ("declarant", "sales", "auditor"):
        assert as_user(who).get(reverse("review-queue")).status_code == 403


def test_a_batch_says_what_became_of_each_row(as_user, three):
    client = as_user("reviewer")
    ids = [row.pk for row in three]
    text = client.post(reverse("declaration-submit-batch"), {"ids": ids}).content.decode()
    assert three[0].number in text
    assert set(Declaration.objects.values_list("state", flat=True)) == {"draft"}
    Declaration.objects.filter(pk=three[0].pk).update(state="review")
    response = client.post(reverse("declaration-return-batch"), {"ids": ids, "note": ""})
    assert "请写明退回说明" in response.content.decode()
    response = client.post(reverse("declaration-return-batch"), {"ids": ids, "note": "重核"})
    assert response.status_code == 200
    states = dict(Declaration.objects.values_list("pk", "return_count"))
    assert states == {ids[0]: 1, ids[1]: 0, ids[2]: 0}
    assert client.post(reverse("declaration-pass-batch"), {"ids": ids}).status_code == 200


# --- mandates -------------------------------------------------------------------------------------

MANDATE = {
    "number": "33020260000000009", "kind": "long", "direction": "", "valid_from": "2026-01-01",
    "valid_to": "2026-12-31", "note": "",
}  # fmt: skip


def test_a_mandate_is_registered_corrected_and_cancelled_on_its_page(as_user, clients):
    client = as_user("declarant")
    assert client.get(reverse("mandate-new")).status_code == 200
    sent = {**MANDATE, "party_id": clients.hengtong.pk}
    response = client.post(reverse("mandate-new"), {**sent, "number": "1"})
    assert response.status_code == 422
    assert "17 位数字" in response.content.decode()
    assert client.post(reverse("mandate-new"), sent).url == reverse("mandates")
    mandate = Mandate.objects.get()
    page = reverse("mandate", args=[mandate.pk])
    assert mandate.number in client.get(reverse("mandates")).content.decode()
    assert "2026-12-31" in client.get(page).content.decode()
    assert client.post(page, {**MANDATE, "valid_to": "2027-01-31"}).status_code == 302
    assert client.post(page, {**MANDATE, "valid_to": "昨晚"}).status_code == 422
    cancel = reverse("mandate-cancel", args=[mandate.pk])
    assert client.post(cancel, {"reason": ""}).status_code == 422
    assert client.post(cancel, {"reason": "换代理"}).status_code == 302
    mandate.refresh_from_db()
    assert (mandate.valid_to, mandate.is_cancelled) == (dt.date(2027, 1, 31), True)
    assert "撤销委托" not in client.get(page).content.decode()


def test_who_may_only_look_at_a_mandate_cannot_save_it(as_user, cast, clients, example_client):
    mandate = Mandate.objects.get()
    page = reverse("mandate", args=[mandate.pk])
    client = as_user("auditor")
    text = client.get(page).content.decode()
    assert 'data-key="save"' not in text
    assert client.post(page, MANDATE).status_code == 404
    assert as_user("colleague").get(page).status_code == 404
    assert as_user("stranger").get(page).status_code == 404
    mandate.refresh_from_db()
    assert mandate.number == "33020260000000001"


# --- library, templates, settings -----------------------------------------------------------------


def test_the_library(as_user, three):
    client = as_user("declarant")
    assert shown(client, "used-goods") == {"硫酸", "笔记本电脑"}
    assert shown(client, "used-goods", q="bjb") == {"笔记本电脑"}
    assert shown(client, "used-goods", q="84713") == {"硫酸", "笔记本电脑"}
    assert shown(client, "used-goods", q="恒通") == {"硫酸", "笔记本电脑"}
    goods = UsedGoods.objects.get(name="硫酸")
    page = reverse("used-goods-one", args=[goods.pk])
    assert "8471300000" in client.get(page).content.decode()
    assert as_user("colleague").get(page).status_code == 404
    client = as_user("declarant")
    assert client.post(reverse("used-goods-forget", args=[goods.pk])).status_code == 302
    assert not UsedGoods.objects.filter(pk=goods.pk).exists()


def test_templates(as_user, cast, three, now):
    template = save_template(cast.actor("declarant"), three[0].pk, name="周班", now=now)
    client = as_user("declarant")
    assert "周班" in client.get(reverse("templates")).content.decode()
    assert "周班" in client.get(reverse("templates"), {"q": "恒通"}).content.decode()
    page = reverse("template", args=[template.pk])
    assert "笔记本电脑" in client.get(page).content.decode()
    assert as_user("stranger").get(page).status_code == 404
    client = as_user("declarant")
    assert client.post(reverse("template-remove", args=[template.pk])).status_code == 302
    assert not Template.objects.exists()


def test_settings(as_user, cast):
    page = reverse("declaration-settings")
    client = as_user("admin")
    assert client.get(page).status_code == 200
    sent = {
        "agent_name": "远航报关",
        "sequence_prefix": "yh",
        "second_review": "on",
        "inbox": "in",
    }
    response = client.post(page, sent)
    assert response.status_code == 422
    assert "完整路径" in response.content.decode()
    assert client.post(page, {**sent, "inbox": "/in"}).status_code == 302
    stored = Settings.objects.get(book=cast.book)
    assert (stored.sequence_prefix, stored.second_review, stored.inbox) == ("YH", True, "/in")
    assert as_user("reviewer").get(page).status_code == 403


# --- look-ups and the menu ------------------------------------------------------------------------


def test_the_palette_finds_declarations_and_goods(cast, three):
    source = lookup_source(cast.actor("declarant"), "declarations")
    (hit,) = source.find(cast.actor("declarant"), "cosu6123456", 5)
    assert (hit.value, hit.code, hit.hint) == (
        three[0].pk,
        three[0].number,
        "草稿 · COSU6123456",
    )
    assert hit.url == reverse("declaration", args=[three[0].pk])
    assert not source.find(cast.actor("colleague"), "cosu6123456", 5)
    goods = lookup_source(cast.actor("declarant"), "used-goods")
    assert [h.text for h in goods.find(cast.actor("declarant"), "bjb", 5)] == ["笔记本电脑"]
    assert len(goods.find(cast.actor("declarant"), "8471", 5)) == 2
    assert not goods.find(cast.actor("stranger"), "bjb", 5)


def test_the_menu(as_user):
    text = as_user("declarant").get(reverse("declarations")).content.decode()
    assert reverse("mandates") in text
    assert f'href="{reverse("review-queue")}"' not in text
    assert f'href="{reverse("declaration-settings")}"' not in text
    assert (
        f'href="{reverse("review-queue")}"'
        in as_user("reviewer").get(reverse("declarations")).content.decode()
    )
