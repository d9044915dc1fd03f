"""The library of used goods and the templates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.http import Http404

from customs.ready import codes
from guanzhang.customs.domain.usedgoods import key_of, remembered, search_text
from guanzhang.customs.models import Template, UsedGoods
from guanzhang.customs.queries import find_used_goods, templates_for, used_goods_for
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.customs.services.library import (
    forget_goods,
    remember_goods,
    remove_template,
    save_template,
    start_from_template,
)
from guanzhang.kernel.problem import Refused
from guanzhang.trail.models import AuditRecord


def line(name, code="8471300000", price="10", **more):
    return {"CodeTS": code, "GName": name, "GModel": "1|2|便携式", "GQty": "3", "GUnit": "001",
            "DeclPrice": price, "DeclTotal": "30", "TradeCurr": "USD", "OriginCountry": "JPN",
            **more}  # fmt: skip


@pytest.fixture
def declared(cast, clients, now):
    def make(*lines, party=None, direction="I", day=now):
        row = create_declaration(
            cast.actor("declarant"), direction=direction,
            party_id=(party or clients.hengtong).pk, now=day, document={"DecLists": list(lines)},
        )  # fmt: skip
        remember_goods(row, now=day)
        return row

    return make


def test_goods_are_remembered_once_with_their_last_price(declared, clients, now):
    declared(line("笔记本电脑", ExgNo="N1"), line("笔记本电脑", ExgNo="N2"), line(""))
    declared(line("笔记本电脑", price="12.5", ExgNo="N1"), day=now + dt.timedelta(days=3))
    goods = UsedGoods.objects.get(article_no="N1")
    assert (goods.uses, goods.last_price, goods.currency) == (2, Decimal("12.5"), "USD")
    assert goods.used_on == (now + dt.timedelta(days=3)).date()
    assert goods.row == {
        "CodeTS": "8471300000", "GName": "笔记本电脑", "GModel": "1|2|便携式", "GUnit": "001",
        "TradeCurr": "USD", "OriginCountry": "JPN", "ExgNo": "N1",
    }  # fmt: skip
    assert UsedGoods.objects.count() == 2
    assert set(UsedGoods.objects.values_list("party_id", flat=True)) == {clients.hengtong.pk}


def test_goods_are_found_by_name_pinyin_code_and_article(cast, declared, clients):
    declared(line("笔记本电脑", ExgNo="NB-77"), line("笔"), line("钢笔", "9608100000"))
    declared(line("笔记本电脑", ExgNo="EX-1"), direction="E")
    declared(line("硫酸", "2807000010"), party=clients.ruifeng)

    def found(text, who="declarant", party=clients.hengtong):
        return [g.name for g in find_used_goods(cast.actor(who), party.pk, "I", text)]

    assert found("bjb") == ["笔记本电脑"]
    assert found("nb-77") == ["笔记本电脑"]
    assert found("9608") == ["钢笔"]
    assert sorted(found("笔")) == ["笔", "笔记本电脑", "钢笔"]
    assert found("笔")[2] == "钢笔"  # what begins with the text comes first
    assert found("硫酸") == []
    assert found("便携式 9608") == ["钢笔"]
    assert len(found("")) == 3
    assert found("硫酸", party=clients.ruifeng) == ["硫酸"]
    assert found("硫酸", "sales", clients.ruifeng) == []
    assert found("硫酸", "stranger", clients.ruifeng) == []


def test_goods_are_forgotten_with_a_record(cast, declared, now):
    declared(line("笔记本电脑"))
    pk = UsedGoods.objects.get().pk
    with pytest.raises(Http404):
        forget_goods(cast.actor("auditor"), pk, now=now)
    assert used_goods_for(cast.actor("auditor")).count() == 1
    forget_goods(cast.actor("declarant"), pk, now=now)
    assert not UsedGoods.objects.exists()
    assert AuditRecord.objects.last().object_label == "8471300000 笔记本电脑"


def test_what_is_remembered_of_a_line():
    row = {**line("纸", SecondQty="4", ProdBatchNo="L1"), "DecGoodsLimits": [{"x": "y"}]}
    assert set(remembered(row)) == {
        "CodeTS", "GName", "GModel", "GUnit", "TradeCurr", "OriginCountry",
    }  # fmt: skip
    assert key_of({"CodeTS": "1" * 12, "GName": "纸", "GoodsModel": "M"}) == (
        "1" * 10,
        "纸",
        "M",
    )
    assert key_of({"CodeTS": "1"}) is None
    assert search_text(("1", "纸A", "M"), {"DeclGoodsEname": "Paper"}, ["za", "zhia"]) == (
        "1 m 纸a za zhia paper"
    )
    assert len(search_text(("1", "纸" * 255, ""), {"GModel": "x" * 255}, [])) == 400


def test_a_template_starts_a_draft_without_what_belongs_to_one_shipment(cast, declared, now):
    actor = cast.actor("declarant")
    source = declared(line("笔记本电脑"))
    template = save_template(actor, source.pk, name="  周班 ", now=now)
    assert (template.name, template.party_id, template.direction) == (
        "周班",
        source.party_id,
        "I",
    )
    assert "DecSign" not in template.document
    row = start_from_template(actor, template.pk, now=now)
    assert (row.number, row.goods_name, row.party_id) == (
        "D2026-000002",
        "笔记本电脑",
        source.party_id,
    )
    assert row.events.get().note == "由模板“周班”开始"
    for name, code in (("周班", "CUS-1002"), (" ", "CUS-1001")):
        with pytest.raises(Refused) as refused:
            save_template(actor, source.pk, name=name, now=now)
        assert codes(refused) == [code]
    with pytest.raises(Http404):
        start_from_template(cast.actor("stranger"), template.pk, now=now)
    with pytest.raises(Http404):
        remove_template(cast.actor("auditor"), template.pk, now=now)
    remove_template(actor, template.pk, now=now)
    assert not Template.objects.exists()


def test_templates_of_no_client_are_everybodys(cast, clients, now):
    row = create_declaration(cast.actor("declarant"), direction="E", party_id=None, now=now)
    template = save_template(cast.actor("declarant"), row.pk, name="空白出口", now=now)
    assert list(templates_for(cast.actor("sales"))) == [template]
    assert not templates_for(cast.actor("stranger")).exists()
    mine = start_from_template(
        cast.actor("sales"), template.pk, now=now, party_id=clients.hengtong.pk
    )
    assert (mine.direction, mine.trader_name) == ("E", clients.hengtong.name)
