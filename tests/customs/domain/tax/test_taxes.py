"""Amounts: kinds of rates, consumption tax, treatments, thresholds; an oracle in fractions."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customs.domain.tax import cases
from guanzhang.customs.domain.tax import TaxKind, tax_sheet

D = Decimal
LINE = {"DeclTotal": "10000", "TradeCurr": "CNY"}


def sheet(declared, *lines, **more):
    return tax_sheet(declared, cases.reference(*lines, **more), on=cases.ON)


def amounts(found):
    return {str(total.kind): total.charged for total in found.totals}


RATES = {
    "ad valorem": ({}, {"duty": "800.00", "vat": "1404.00"}),
    "specific": ({"mfn": "30CNY/035"}, {"duty": "300.00", "vat": "1339.00"}),
    "specific per gram": ({"mfn": "0.03CNY/036"}, {"duty": "300.00", "vat": "1339.00"}),
    "specific in dollars": ({"mfn": "10USD/035"}, {"duty": "718.75", "vat": "1393.44"}),
    "compound": ({"mfn": "5+30CNY/035"}, {"duty": "800.00", "vat": "1404.00"}),
    "zero": ({"mfn": "0"}, {"duty": "0.00", "vat": "1300.00"}),
    # (10000 + 800) ÷ 0.9 = 12000, × 10 % = 1200
    "consumption": (
        {"consumption": "10"}, {"duty": "800.00", "consumption": "1200.00", "vat": "1560.00"},
    ),
    "consumption specific": (
        {"consumption": "12CNY/035"}, {"duty": "800.00", "consumption": "120.00", "vat": "1419.60"},
    ),
    # (10000 + 800 + 10) ÷ 0.8 = 13512.50, × 20 % + 10 = 2712.50
    "consumption compound": (
        {"consumption": "20+1CNY/035"},
        {"duty": "800.00", "consumption": "2712.50", "vat": "1756.63"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RATES)
def test_kinds_of_rates(name):
    columns, expected = RATES[name]
    found = sheet(cases.declaration(LINE), cases.tariff(**columns))
    assert amounts(found) == {kind: D(amount) for kind, amount in expected.items()}
    assert found.total == sum(map(D, expected.values()))
    for tax in found.lines[0].taxes:
        assert tax.steps[-1].zh.endswith(f"= {tax.amount}")
        assert tax.steps[-1].en.endswith(f"= {tax.amount}")


def test_quantity_in_another_kind_of_unit_is_not_converted():
    found = sheet(cases.declaration(LINE), cases.tariff(mfn="30CNY/095"))
    assert cases.codes(found.problems) == ["CUS-868"]
    assert "升" in found.problems[0].message()
    assert found.total is None


def test_missing_vat_rate_is_not_zero():
    found = sheet(cases.declaration(LINE), cases.tariff(vat=""))
    assert (found.total, found.known_total) == (None, D("800.00"))
    assert cases.codes(found.problems) == ["CUS-873"]


def test_consumption_base_takes_additional_duty_and_leaves_anti_dumping_out():
    measures = tuple(
        cases.Measure(kind, cases.HS, "DEU", "", cases.parse_rate("10"), "公告")
        for kind in ("additional", "anti_dumping")
    )
    found = sheet(cases.declaration(LINE), cases.tariff(consumption="10"), measures=measures)
    assert found.lines[0].tax(TaxKind.CONSUMPTION).base == D("13111.11")  # 11800 ÷ 0.9
    assert cases.codes(found.problems) == ["CUS-875"]


BEER = {"CodeTS": "2203000000", "FirstQty": "10", "FirstUnit": "070", "TradeCurr": "USD"}


@pytest.mark.parametrize(("total", "tax"), [("3700", "2500.00"), ("3699.99", "2200.00")])
def test_beer_has_two_rates_by_its_value_per_tonne(total, tax):
    line = cases.tariff("2203000000", mfn="0", consumption="250CNY/070")
    found = sheet(cases.declaration({**BEER, "DeclTotal": total}), line)
    assert found.charged(TaxKind.CONSUMPTION) == D(tax)


TREATMENTS = {
    # mode: payable of duty, consumption, VAT; secured; codes
    "1": ("800.00", "1200.00", "1560.00", "0", []),
    "": ("800.00", "1200.00", "1560.00", "0", ["CUS-869"]),
    # half of 800; (10000 + 400) ÷ 0.9 × 10 % = 1155.56; (10000 + 400 + 1155.56) × 13 % ÷ 2
    "2": ("400.00", "1155.56", "751.11", "0", ["CUS-872"]),
    "3": ("0", "0", "0", "0", ["CUS-871"]),
    "5": ("800.00", "1200.00", "1560.00", "0", []),
    "6": ("0", "0", "0", "3560.00", []),
    "7": ("0", "0", "0", "3560.00", []),
    "9": ("0", "0", "0", "0", []),
}


@pytest.mark.parametrize("mode", TREATMENTS)
def test_treatments(mode):
    *expected, secured, codes = TREATMENTS[mode]
    found = sheet(cases.declaration({**LINE, "DutyMode": mode}), cases.tariff(consumption="10"))
    kinds = (TaxKind.DUTY, TaxKind.CONSUMPTION, TaxKind.VAT)
    assert [found.charged(kind) for kind in kinds] == list(map(D, expected))
    assert found.total == sum(map(D, expected))
    assert found.secured == D(secured)
    assert cases.codes(found.problems) == codes


@pytest.mark.parametrize(("mode", "levy"), [("4", "101"), ("5", "789")])
def test_certificate_decides(mode, levy):
    found = sheet(cases.declaration({**LINE, "DutyMode": mode}, CutMode=levy), cases.tariff())
    assert found.total is None
    assert found.lines[0].tax(TaxKind.DUTY).amount == D("800.00")
    assert cases.codes(found.problems) == ["CUS-870"]


def test_exempt_line_owes_nothing_even_when_rates_are_unknown():
    found = sheet(
        cases.declaration({**LINE, "DutyMode": "3", "OriginCountry": "IRN"}), cases.tariff()
    )
    assert found.total == 0
    unknown = {**LINE, "DutyMode": "3", "CodeTS": "9999999999"}
    assert sheet(cases.declaration(unknown), cases.tariff()).total == 0


THRESHOLDS = {
    # duty rate, VAT rate → charged duty, VAT on 1,000 yuan
    "duty of exactly 50 is free": ("5", "0", "0", "0"),
    "duty above": ("5.001", "0", "50.01", "0"),
    "VAT of exactly 50 is charged": ("0", "5", "0", "50.00"),
    "VAT below": ("0", "4.999", "0", "0"),
}


@pytest.mark.parametrize("name", THRESHOLDS)
def test_thresholds_per_tax_kind(name):
    mfn, vat, duty, tax = THRESHOLDS[name]
    found = sheet(
        cases.declaration({"DeclTotal": "1000", "TradeCurr": "CNY"}),
        cases.tariff(mfn=mfn, vat=vat),
    )
    assert found.charged(TaxKind.DUTY) == D(duty)
    assert found.charged(TaxKind.VAT) == D(tax)


def test_threshold_counts_the_consignment_not_the_line():
    small = {"DeclTotal": "400", "TradeCurr": "CNY"}
    one = sheet(cases.declaration(small), cases.tariff())
    two = sheet(cases.declaration(small, small), cases.tariff())
    assert (one.charged(TaxKind.DUTY), two.charged(TaxKind.DUTY)) == (0, D("64.00"))
    free = sheet(cases.declaration(small), cases.tariff(), duty_threshold=None)
    assert free.charged(TaxKind.DUTY) == D("32.00")
    assert cases.codes(free.problems) == ["CUS-874"]


def test_bonded_goods_sold_at_home_mention_the_interest():
    found = sheet(cases.declaration(LINE, TradeMode="0644"), cases.tariff())
    assert cases.codes(found.problems) == ["CUS-885"]


def test_empty_declaration_has_no_total():
    found = sheet(cases.read({"DecHead": {"IEFlag": "I"}}))
    assert (found.lines, found.value_cny, found.total, found.totals) == ((), None, None, ())


# -- an independent oracle ------------------------------------------------------------------------

money = st.decimals("0.01", "99999.99", places=2)
share = st.decimals("0.1", "60", places=1)


@st.composite
def declarations(draw):
    rows = draw(st.lists(money, min_size=1, max_size=6))
    return {
        "totals": rows,
        "weights": draw(st.lists(money, min_size=len(rows), max_size=len(rows))),
        "fx": draw(st.decimals("0.01", "12", places=4)),
        "freight": draw(money),
        "freight_fx": draw(st.decimals("0.01", "12", places=4)),
        "insurance": draw(st.decimals("0.01", "9", places=2)),
        "duty": draw(share), "specific": draw(share), "ad": draw(share),
        "ct": draw(share), "ct_specific": draw(share), "vat": draw(st.sampled_from(["9", "13"])),
        "scale": draw(st.sampled_from([0, 2])),
    }  # fmt: skip


def half_up(exact: Fraction, digits: int = 2) -> Fraction:
    scaled = exact * 10**digits
    return Fraction(
        (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**digits
    )


def oracle(given_: dict) -> list[list[Fraction]]:
    """[value, duty, anti-dumping, consumption, VAT] of every line, in fractions."""
    f = {k: Fraction(v) for k, v in given_.items() if k not in ("totals", "weights", "scale")}
    totals = [Fraction(t) for t in given_["totals"]]
    parts = [half_up(f["freight"] * t / sum(totals)) for t in totals]
    parts[-1] += f["freight"] - sum(parts)
    if parts[-1] < 0:
        return []
    found = []
    for total, part, weight in zip(
        totals, parts, map(Fraction, given_["weights"]), strict=True
    ):
        exact = (total * f["fx"] + part * f["freight_fx"]) / (1 - f["insurance"] / 100)
        value = half_up(exact, given_["scale"])
        duty = half_up(value * f["duty"] / 100 + weight * f["specific"])
        ad = half_up(value * f["ad"] / 100)
        fixed = weight * f["ct_specific"]
        ct = half_up((value + duty + fixed) / (1 - f["ct"] / 100) * f["ct"] / 100 + fixed)
        vat = half_up((value + duty + ad + ct) * f["vat"] / 100)
        found.append([value, duty, ad, ct, vat])
    return found


@settings(max_examples=150, deadline=None)
@given(declarations())
def test_against_an_oracle_in_fractions(given_):
    expected = oracle(given_)
    text = {k: format(v, "f") for k, v in given_.items() if isinstance(v, Decimal)}
    declared = cases.declaration(
        *(
            {"DeclTotal": format(t, "f"), "FirstQty": format(w, "f"), "TradeCurr": "USD"}
            for t, w in zip(given_["totals"], given_["weights"], strict=True)
        ),
        TransMode="3", FeeMark="3", FeeRate=text["freight"], FeeCurr="EUR",
        InsurMark="1", InsurRate=text["insurance"],
    )  # fmt: skip
    line = cases.tariff(
        mfn=f"{text['duty']}+{text['specific']}CNY/035", vat=given_["vat"],
        consumption=f"{text['ct']}+{text['ct_specific']}CNY/035",
    )  # fmt: skip
    measure = cases.Measure(
        "anti_dumping", cases.HS, "DEU", "", cases.parse_rate(text["ad"]), "公告"
    )
    found = sheet(
        declared, line, measures=(measure,), duty_value_scale=str(given_["scale"]),
        rates={"USD": given_["fx"], "EUR": given_["freight_fx"]},
    )  # fmt: skip
    if not expected:  # many tiny lines: only the sum of the shares is defined
        return
    got = [
        [Fraction(x) for x in (line.value_cny, *(tax.amount for tax in line.taxes))]
        for line in found.lines
    ]
    assert got == expected
    threshold = found.charged(TaxKind.DUTY)
    assert threshold in (0, sum(line.taxes[0].amount for line in found.lines))


@settings(max_examples=60, deadline=None)
@given(money, share, share, share)
def test_a_higher_rate_never_costs_less(total, one, other, consumption):
    low, high = sorted((one, other))
    declared = cases.declaration({"DeclTotal": format(total, "f")})
    found = [
        sheet(
            declared, cases.tariff(mfn=format(rate, "f"), consumption=format(consumption, "f"))
        )
        for rate in (low, high)
    ]
    assert found[0].total <= found[1].total
    assert found[0].value_cny == found[1].value_cny
    assert found[0].value_cny == (total * D("7.1875")).quantize(D("0.01"), ROUND_HALF_UP)
