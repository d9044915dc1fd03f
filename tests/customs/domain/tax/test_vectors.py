"""Every given worked example, with its source in vectors.json."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from customs.domain.tax import cases
from guanzhang.customs.domain.tax import TaxKind, tax_sheet
from guanzhang.customs.domain.tax.choice import Basis, choose_rate
from guanzhang.customs.domain.tax.deadlines import late_declaration_amount, late_payment_amount
from guanzhang.reference import shipped
from guanzhang.reference.domain.months import base_date, third_wednesday
from guanzhang.reference.domain.tariff import parse_rate

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
TAX = {case["id"]: case for case in VECTORS["tax"]}
LATE = {case["id"]: case for case in VECTORS["late"]}
D = Decimal


def sheet_of(declaration, *lines, **more):
    return tax_sheet(declaration, cases.reference(*lines, **more), on=cases.ON)


def percent(fraction: object) -> str:
    return format(D(str(fraction)) * 100, "f")


def test_every_vector_is_here():
    assert set(TAX) == {"T1", "T3", "T4", "T6", "T7", "T9"}
    assert set(LATE) == {"L1", "L2", "L4"}


def test_t1_insurance_rate_on_fob_with_freight_rate():
    case = TAX["T1"]
    found = sheet_of(
        cases.declaration(
            {"DeclTotal": str(case["fob"] * 10_000), "TradeCurr": "CNY"},
            TransMode="3", FeeMark="1", FeeRate=percent(case["freight_rate"]),
            InsurMark="1", InsurRate=percent(case["insur_rate"]),
        ),
        cases.tariff(mfn=percent(case["duty_rate"])),
    )  # fmt: skip
    line = found.lines[0]
    insurance = (line.value_cny - 550_000) / 10_000
    assert insurance.quantize(D("0.1")) == D(str(case["expect"]["insurance"]))
    duty = found.charged(TaxKind.DUTY) / 10_000
    assert duty.quantize(D("0.01")) == D(str(case["expect"]["duty"]))


def test_t3_repair_abroad_without_freight_and_insurance():
    case = TAX["T3"]
    found = sheet_of(
        cases.declaration(
            {"DeclTotal": str(case["repair_fee"]), "TradeCurr": "CNY"},
            TransMode="3", TradeMode="1300",
            FeeMark="3", FeeRate=str(case["freight"]), FeeCurr="CNY",
            InsurMark="3", InsurRate=str(case["insur"]), InsurCurr="CNY",
        ),
        cases.tariff(mfn=percent(case["duty_rate"])),
    )  # fmt: skip
    assert found.charged(TaxKind.DUTY) == case["expect_duty"]
    assert "CUS-879" in cases.codes(found.problems)


@pytest.mark.parametrize("scale", ["2", "0"])
def test_t4_cif(scale):
    case = TAX["T4"]
    found = sheet_of(
        cases.declaration({"DeclTotal": case["cif_usd"]}),
        cases.tariff(mfn=percent(case["duty_rate"]), vat=percent(case["vat_rate"])),
        rates={"USD": D(case["rate"])},
        duty_value_scale=scale,
    )
    expect = case["expect"]
    assert found.value_cny == expect["duty_value"]
    assert found.charged(TaxKind.DUTY) == D(expect["duty"])
    assert found.charged(TaxKind.VAT) == D(expect["vat"])
    assert found.total == D(expect["total"])


@pytest.mark.parametrize(("scale", "expected"), [("2", "expect"), ("0", "expect_scale0")])
def test_t6_fob_with_freight_total_and_insurance_rate(scale, expected):
    case = TAX["T6"]
    found = sheet_of(
        cases.declaration(
            {"DeclTotal": str(case["fob_usd"])},
            TransMode="3", FeeMark="3", FeeRate=str(case["freight_total_usd"]), FeeCurr="USD",
            InsurMark="1", InsurRate=percent(case["insur_rate"]),
        ),
        cases.tariff(mfn=percent(case["duty_rate"]), vat=percent(case["vat_rate"])),
        rates={"USD": D(case["rate"])},
        duty_value_scale=scale,
    )  # fmt: skip
    expect = case[expected]
    assert found.value_cny == D(expect["duty_value"])
    assert found.charged(TaxKind.DUTY) == D(expect["duty"])
    assert found.charged(TaxKind.VAT) == D(expect["vat"])
    freight = case["fob_usd"] + case["freight_total_usd"]
    insurance = D(freight) * D(case["insur_rate"]) / (1 - D(case["insur_rate"]))
    assert insurance.quantize(D("0.01")) == D(expect["insurance_usd"])


def test_t7_anti_dumping_and_the_vat_on_it():
    case = TAX["T7"]
    measure = cases.Measure(
        "anti_dumping", cases.HS[:6], "DEU", "", parse_rate(percent(case["ad_rate"])), "公告"
    )
    declared = cases.declaration({"DeclTotal": str(case["duty_value"]), "TradeCurr": "CNY"})
    line = cases.tariff(mfn=percent(case["duty_rate"]), vat=percent(case["vat_rate"]))
    found = sheet_of(declared, line, measures=(measure,))
    without = sheet_of(declared, line)
    expect = case["expect"]
    assert found.charged(TaxKind.DUTY) == D(expect["duty"])
    assert found.charged(TaxKind.ANTI_DUMPING) == D(expect["ad"])
    assert found.charged(TaxKind.VAT) == D(expect["vat"])
    assert found.total - without.total == D(expect["ad_plus_vat_increment"])


def test_t9_beer():
    case = TAX["T9"]
    found = sheet_of(
        cases.declaration(
            {
                "CodeTS": "2203000000", "DeclTotal": str(case["duty_value"]), "TradeCurr": "CNY",
                "FirstUnit": "095", "FirstQty": "9900",
                "SecondUnit": "035", "SecondQty": str(case["tonnes"] * 1000),
            }
        ),
        cases.tariff(
            "2203000000", mfn="0", vat=percent(case["vat_rate"]),
            consumption=f"{case['ct_specific_per_t']}CNY/070",
        ),
    )  # fmt: skip
    assert found.charged(TaxKind.CONSUMPTION) == D(case["expect"]["ct"])
    assert found.charged(TaxKind.VAT) == D(case["expect"]["vat"])


@pytest.mark.parametrize("name", ["L1", "L2"])
def test_late_declaration(name):
    case = LATE[name]
    reference = shipped.reference(cases.ON)
    assert reference.parameters["late_declaration_rate"] == D(case["rate"])
    value = D(case["duty_value"])
    assert value * D(case["rate"]) * case["days"] == D(case["raw"])
    amount, words, said = late_declaration_amount(value, case["days"], reference)
    assert (amount, said) == (case["expect"], ())
    assert str(case["days"]) in words.zh


def test_late_payment():
    case = LATE["L4"]
    reference = shipped.reference(cases.ON)
    amount, words, said = late_payment_amount(D(case["amount"]), case["days"], reference)
    assert (amount, said) == (D(case["expect"]), ())
    assert case["raw"] in words.zh


@pytest.mark.parametrize("case", VECTORS["rate_base_date"], ids=lambda c: c["month"])
def test_base_date_of_the_assessment_rate(case):
    month = dt.date.fromisoformat(f"{case['month']}-01")
    reference = shipped.reference(month)
    before = month - dt.timedelta(days=1)
    assert third_wednesday(before).isoformat() == case["third_wed"]
    assert base_date(month, reference.is_workday).isoformat() == case["base_date"]


@pytest.mark.parametrize("case", VECTORS["duty_rate_pick"], ids=lambda c: str(c["expect"]))
def test_duty_rate_pick(case):
    columns = {"mfn": str(case["mfn"])}
    if case["prov"] is not None:
        columns["provisional"] = str(case["prov"])
    rate = parse_rate(str(case["fta"])) if case["fta"] is not None else None
    basis = Basis("mfn", "22" if rate else "", "RCEP", rate)
    choice = choose_rate(cases.tariff(**columns), basis)
    assert choice.rate == parse_rate(str(case["expect"]))
    article, paragraph = case["art"].removeprefix("关税法 art. ").split(" para ")
    assert choice.article == f"{article}-{paragraph}"
