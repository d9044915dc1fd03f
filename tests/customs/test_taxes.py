"""The tax sheet of a stored declaration: figures kept, page, export, command line."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from guanzhang.cli.main import main
from guanzhang.customs.domain.xml import write_message
from guanzhang.customs.models import GoodsLine
from guanzhang.customs.services.declarations import create_declaration
from guanzhang.customs.taxes import line_figures, store_tax, tax_of, tax_of_document
from guanzhang.reference.models import AssessmentRate, Edition, MeasureRow
from guanzhang.reference.queries import reference_on
from guanzhang.reference.services import install_shipped
from guanzhang.trail.models import AuditRecord

D = Decimal
LINE = {
    "CodeTS": "3926909090", "GName": "塑料垫圈", "GQty": "1", "GUnit": "035", "DeclPrice": "1000",
    "DeclTotal": "1000.00", "TradeCurr": "USD", "OriginCountry": "DEU", "DestinationCountry": "CHN",
    "FirstQty": "10", "FirstUnit": "035", "DutyMode": "1",
}  # fmt: skip
HEAD = {"IEFlag": "I", "TransMode": "1", "TradeMode": "0110", "CutMode": "101"}


def document(*lines, **head):
    return {
        "DecHead": {**HEAD, **head},
        "DecLists": [{**LINE, **line} for line in lines or ({},)],
    }


@pytest.fixture
def reference(db, now):
    install_shipped(now)


@pytest.fixture
def rate(reference, now):
    return AssessmentRate.objects.create(
        month=now.date().replace(day=1), currency="USD", rate=D("7.1"),
        base_date=now.date(), source="录入", entered_by="甲", entered_at=now, approved_by="乙",
        approved_at=now,
    )  # fmt: skip


@pytest.fixture
def draft(cast, clients, now):
    return create_declaration(
        cast.actor("declarant"), direction="I", party_id=clients.hengtong.pk, now=now,
        document=document({}, {"DeclTotal": "2000.00"}),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    monkeypatch.setenv("LANG", "C.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)


def test_figures_are_kept_beside_declaration_and_lines(draft, rate, now):
    sheet = tax_of(draft, on=now.date())
    # 7100 × 6.5 % = 461.50; × 13 % = 982.995; twice that for the second line
    assert (sheet.value_cny, sheet.total) == (
        D("21300.00"),
        D("1384.50") + D("983.00") + D("1965.99"),
    )
    store_tax(draft, sheet)
    draft.refresh_from_db()
    assert (draft.value_cny, draft.tax_cny) == (sheet.value_cny, sheet.total)
    kept = list(draft.goods.order_by("number").values_list("value_cny", "duty_cny"))
    assert kept == list(line_figures(sheet))
    assert kept[0] == (D("7100.00"), D("1444.50"))


def test_what_becomes_unknown_is_not_left_standing(draft, rate, now):
    store_tax(draft, tax_of(draft, on=now.date()))
    rate.delete()
    store_tax(draft, tax_of(draft, on=now.date()))
    draft.refresh_from_db()
    assert (draft.value_cny, draft.tax_cny) == (None, None)
    assert set(draft.goods.values_list("value_cny", "duty_cny")) == {(None, None)}


def test_an_unchanged_sheet_writes_no_line(draft, rate, now, django_assert_num_queries):
    sheet = tax_of(draft, on=now.date())
    store_tax(draft, sheet)
    with django_assert_num_queries(4) as seen:  # savepoint, row, lines, release
        store_tax(draft, sheet)
    table = GoodsLine._meta.db_table
    assert not [
        q for q in seen.captured_queries if q["sql"].startswith("UPDATE") and table in q["sql"]
    ]


def test_declared_before_arrival_takes_the_tariff_of_arrival(rate, now):
    later = now.date() + dt.timedelta(days=9)
    sheet = tax_of_document(document(IEDate=f"{later:%Y%m%d}"), on=now.date())
    assert sheet.on == later
    assert sheet.rates == {"USD": D("7.1")}


def test_measures_of_the_database_reach_the_sheet(draft, rate, now):
    edition = Edition.objects.create(
        kind="measures", title="公告", effective_on=dt.date(2026, 1, 1), state="effective",
        source="公告", loaded_at=now, applied_at=now, stamp="tax-test",
    )  # fmt: skip
    MeasureRow.objects.create(
        edition=edition, kind="anti_dumping", hs_prefix="392690", origin="JPN", rate="50",
        source="公告", valid_from=dt.date(2026, 1, 1),
    )  # fmt: skip
    found = reference_on(now.date())
    assert [m.origin for m in found.measures("3926909090", "")] == ["JPN"]
    assert found.measures("3926909090", "DEU") == ()
    codes = [p.kind.code for p in tax_of(draft, on=now.date()).problems]
    assert codes == ["CUS-867", "CUS-867"]


# -- pages -----------------------------------------------------------------------------------------


def test_page_shows_lines_working_and_the_demo_banner(draft, rate, as_user):
    page = as_user("declarant").get(reverse("declaration-tax", args=[draft.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "不能作为缴税依据" in text
    assert "适用最惠国税率 6.5%（关税法第十二条第一款）" in text
    assert "进口关税 7100.00 × 6.5% = 461.50" in text
    assert "4,333.49" in text
    assert "<title>" in text


def test_partial_inside_another_page_and_what_is_unknown(draft, reference, as_user):
    client = as_user("declarant")
    page = client.get(
        reverse("declaration-tax", args=[draft.pk]), headers={"HX-Request": "true"}
    )
    text = page.content.decode()
    assert "<title>" not in text
    assert text.lstrip().startswith('<div class="stack" id="tax-sheet">')
    assert "没有 2026-11 的 USD 计征汇率" in text
    assert "未知" in text


def test_foreign_declaration_is_not_there(draft, rate, as_user):
    for name in ("declaration-tax", "declaration-tax-export"):
        client = as_user("stranger")
        answer = client.post if name.endswith("export") else client.get
        assert answer(reverse(name, args=[draft.pk])).status_code in (403, 404)
    assert not AuditRecord.objects.filter(action="list.exported").exists()


def test_export_is_typed_and_recorded(draft, rate, as_user):
    client = as_user("declarant")
    answer = client.post(reverse("declaration-tax-export", args=[draft.pk]))
    assert answer.status_code == 200
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0][:3] == ("项号", "商品编号", "商品名称")
    assert rows[1][0:2] == ("1", "3926909090")
    assert (rows[1][4], rows[1][5], rows[1][8]) == (7100, "进口关税", 461.5)
    assert rows[-1][5] == "应缴合计"
    assert rows[-1][9] == 4333.49
    record = AuditRecord.objects.get(action="list.exported")
    assert record.object_id == str(draft.pk)


# -- command line ------------------------------------------------------------------------------------


@pytest.fixture
def run(capsys):
    def call(*arguments):
        code = main(["tax", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_command_prints_the_sheet(tmp_path, run, db, suffix):
    file = tmp_path / f"D.{suffix}"
    content = json.dumps(document()).encode() if suffix == "json" else write_message(document())
    file.write_bytes(content)
    code, out, err = run(file, "--on", "2026-03-18", "--rate", "USD=7.1")
    assert (code, err) == (0, "")
    assert "演示税则" in out
    assert "    进口关税 7100.00 × 6.5% = 461.50\n" in out
    assert "应缴合计  1,444.50\n" in out


def test_command_as_json_and_with_installed_rates(tmp_path, run, rate):
    file = tmp_path / "D.json"
    file.write_text(json.dumps(document()), encoding="utf-8")
    code, out, _err = run(file, "--json")
    found = json.loads(out)
    assert (code, found["total"], found["is_demo_tariff"]) == (0, "1444.50", True)
    assert found["rates"] == {"USD": "7.1"}
    assert found["lines"][0]["article"] == "12-1"
    assert [tax["kind"] for tax in found["lines"][0]["taxes"]] == ["duty", "vat"]


def test_command_says_what_is_unknown(tmp_path, run, db):
    file = tmp_path / "D.json"
    file.write_text(json.dumps(document()), encoding="utf-8")
    code, out, _err = run(file, "--on", "2026-03-18")
    assert code == 1
    assert "应缴合计  未知" in out
    assert "CUS-852" in out


@pytest.mark.parametrize(
    "content", ["[1]", "{", '{"DecHead": []}', '{"DecHead": {}, "DecLists": [1]}']
)
def test_command_refuses_another_json(tmp_path, run, db, content):
    file = tmp_path / "D.json"
    file.write_text(content, encoding="utf-8")
    code, out, err = run(file)
    assert (code, out) == (1, "")
    assert err.startswith("CUS-883 ")


def test_command_explains_a_missing_file_and_a_wrong_rate(tmp_path, run, capsys, db):
    code, out, err = run(tmp_path / "none.xml")
    assert (code, out) == (1, "")
    assert "none.xml" in err
    with pytest.raises(SystemExit) as end:
        run(tmp_path / "none.xml", "--rate", "USD:7")
    assert end.value.code == 2
    assert "USD=7.1234" in capsys.readouterr().err
