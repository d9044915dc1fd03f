"""Price terms, charges in every form and currency, apportionment to the last 分."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customs.domain.tax import cases
from guanzhang.customs.domain.tax import TaxKind, TaxOptions, tax_sheet
from guanzhang.customs.domain.tax.amounts import shared

D = Decimal
PLAIN = TaxOptions()
FREIGHT = {"FeeMark": "3", "FeeRate": "100", "FeeCurr": "CNY"}
INSURANCE = {"InsurMark": "3", "InsurRate": "20", "InsurCurr": "CNY"}
LINE = {"DeclTotal": "1000", "TradeCurr": "CNY"}


def value(*lines, options=PLAIN, more=None, **head):
    return tax_sheet(
        cases.declaration(*(lines or (LINE,)), **head), cases.reference(**(more or {})),
        on=cases.ON, options=options,
    )  # fmt: skip


IMPORT = {"1": "1000", "2": "1020", "3": "1120", "4": "1100", "7": "1120"}
EXPORT = {"1": "880", "2": "900", "3": "1000", "4": "980", "7": "1000"}


@pytest.mark.parametrize("terms", IMPORT)
def test_import_terms(terms):
    assert value(TransMode=terms, **FREIGHT, **INSURANCE).value_cny == D(IMPORT[terms])


@pytest.mark.parametrize("terms", EXPORT)
def test_export_terms(terms):
    head = {"IEFlag": "E", "TransMode": terms, **FREIGHT, **INSURANCE}
    assert value(**head).value_cny == D(EXPORT[terms])


@pytest.mark.parametrize("terms", ["5", "6", ""])
def test_terms_without_a_rule_are_not_guessed(terms):
    found = value(TransMode=terms, **FREIGHT, **INSURANCE)
    assert (found.value_cny, found.total) == (None, None)
    assert cases.codes(found.problems) == ["CUS-853"]


FORMS = {
    "rate": ({"FeeMark": "1", "FeeRate": "5"}, "1050"),
    "per tonne": (
        {"FeeMark": "2", "FeeRate": "40", "FeeCurr": "CNY", "GrossWet": "1500"}, "1060",
    ),
    "total in another currency": (
        {"FeeMark": "3", "FeeRate": "10", "FeeCurr": "USD"}, "1071.88",  # 71.875
    ),
    "other charges": ({**FREIGHT, "OtherMark": "3", "OtherRate": "7", "OtherCurr": "CNY"}, "1107"),
    "deduction": ({**FREIGHT, "OtherMark": "3", "OtherRate": "-7", "OtherCurr": "CNY"}, "1093"),
    "other charges as rate": ({**FREIGHT, "OtherMark": "1", "OtherRate": "-1"}, "1090"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_forms_of_a_charge(name):
    head, expected = FORMS[name]
    assert value(TransMode="4", **head).value_cny == D(expected)


def test_insurance_rate_divides_and_other_charges_stay_outside():
    head = {**FREIGHT, "InsurMark": "1", "InsurRate": "0.3", "OtherMark": "3", "OtherRate": "5",
            "OtherCurr": "CNY"}  # fmt: skip
    exact = D(1100) / D("0.997") + 5
    assert value(TransMode="3", **head).value_cny == exact.quantize(D("0.01"))


def test_unknown_insurance_is_the_dated_share_of_price_and_freight():
    found = value(TransMode="3", **FREIGHT)
    assert found.value_cny == D("1103.30")
    assert cases.codes(found.problems) == ["CUS-855"]
    other = value(TransMode="3", more={"default_insurance_rate": "0.005"}, **FREIGHT)
    assert other.value_cny == D("1105.50")
    none = value(TransMode="3", more={"default_insurance_rate": None}, **FREIGHT)
    assert (none.value_cny, cases.codes(none.problems)) == (None, ["CUS-874"])


MISSING = {
    "freight": ({"TransMode": "3"}, "CUS-854", "DecHead.FeeRate"),
    "gross weight": (
        {"TransMode": "4", "FeeMark": "2", "FeeRate": "40", "FeeCurr": "CNY"},
        "CUS-856", "DecHead.GrossWet",
    ),
    "currency of the freight": ({"TransMode": "4", "FeeMark": "3", "FeeRate": "4"}, "CUS-882", "DecHead.FeeRate"),
    "mark": ({"TransMode": "4", "FeeMark": "8", "FeeRate": "4"}, "CUS-882", "DecHead.FeeRate"),
    "rate of 100 %": (
        {"TransMode": "2", "InsurMark": "1", "InsurRate": "100"}, "CUS-882", "DecHead.InsurRate",
    ),
    "exchange rate of the freight": (
        {"TransMode": "4", "FeeMark": "3", "FeeRate": "4", "FeeCurr": "KRW"},
        "CUS-852", "DecHead.FeeCurr",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISSING)
def test_missing_parts_make_the_value_unknown(name):
    head, code, path = MISSING[name]
    found = value(**head)
    assert (found.value_cny, found.total) == (None, None)
    assert (code, path) in [(p.kind.code, p.path) for p in found.problems]


def test_missing_exchange_rate_is_said_once_and_never_guessed():
    foreign = {"TradeCurr": "KRW"}
    found = value(foreign, foreign, LINE)
    assert cases.codes(found.problems) == ["CUS-852"]
    assert "2026-03" in found.problems[0].message()
    assert [line.value_cny for line in found.lines] == [None, None, D("1000.00")]
    assert (found.value_cny, found.total) == (None, None)
    assert found.known_total > 0


def test_exchange_rate_of_the_month_of_the_declaration():
    months = []
    base = cases.reference()
    reference = cases.replace(base, find_rate=lambda c, m: months.append(m) or D(7))
    options = TaxOptions(declared_on=cases.dt.date(2026, 2, 27))
    tax_sheet(cases.declaration(), reference, on=cases.dt.date(2026, 3, 2), options=options)
    assert set(months) == {cases.dt.date(2026, 2, 1)}


def test_last_line_takes_the_rest_of_equal_lines():
    found = value(LINE, LINE, LINE, TransMode="4", **FREIGHT)
    assert [line.value_cny for line in found.lines] == [
        D("1033.33"),
        D("1033.33"),
        D("1033.34"),
    ]


def test_freight_by_weight():
    heavy = {**LINE, "FirstQty": "30"}
    options = TaxOptions(freight_by="weight")
    found = value(LINE, heavy, TransMode="4", options=options, **FREIGHT)
    assert [line.value_cny for line in found.lines] == [D("1025.00"), D("1075.00")]
    pieces = {**LINE, "FirstUnit": "007"}
    fallback = value(LINE, pieces, TransMode="4", options=options, **FREIGHT)
    assert [line.value_cny for line in fallback.lines] == [D("1050.00"), D("1050.00")]
    assert cases.codes(fallback.problems) == ["CUS-857"]


@given(
    st.decimals("-99999.99", "99999.99", places=2),
    st.lists(st.decimals(0, 10_000, places=2), min_size=1, max_size=50).filter(any),
)
def test_shares_add_up_and_never_turn_their_sign(whole, weights):
    parts = shared(whole, weights)
    assert sum(parts) == whole
    assert all(part * whole >= 0 for part in parts)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight)


@given(
    st.lists(st.decimals("0.01", "999999.99", places=2), min_size=1, max_size=20),
    st.decimals("0.01", "9999.99", places=2),
)
def test_values_with_a_total_charge_add_up_to_the_whole(totals, freight):
    rows = [{"DeclTotal": format(t, "f"), "TradeCurr": "CNY"} for t in totals]
    head = {"FeeMark": "3", "FeeRate": format(freight, "f"), "FeeCurr": "CNY"}
    assert value(*rows, TransMode="4", **head).value_cny == sum(totals) + freight


def test_duty_is_in_the_sheet_with_every_step():
    found = value(LINE, TransMode="4", **FREIGHT)
    line = found.lines[0]
    assert [w.zh for w in line.value_steps] == [
        "货价 1000.00 CNY",
        "加运费 100.00 CNY",
        "计税价格 1100 → 1100.00 CNY",
    ]
    assert line.tax(TaxKind.DUTY).steps[0].zh == "进口关税 1100.00 × 8% = 88.00"
    assert line.tax(TaxKind.VAT).steps[0].en == "VAT (1100.00 + 88.00) × 13% = 154.44"
