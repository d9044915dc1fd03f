"""关税法 arts. 10-14 and 16-19: which rate, and by which paragraph."""

from decimal import Decimal

import pytest

from customs.domain.tax import cases
from guanzhang.customs.domain.tax import Column, TaxKind, TaxOptions, tax_sheet
from guanzhang.customs.domain.tax.choice import label
from guanzhang.customs.domain.tax.origins import agreement_members, mfn_origins
from guanzhang.reference import shipped
from guanzhang.reference.domain.tariff import Measure, parse_rate

D = Decimal
NO_OPTIONS = TaxOptions()
RCEP = {"agreements": "22=3"}


def sheet(declared, line, options=NO_OPTIONS, **more):
    return tax_sheet(declared, cases.reference(line, **more), on=cases.ON, options=options)


def claimed(code="22", origin="JPN", place=""):
    row = {"OriginCountry": origin}
    if place:
        row["RcepOrigPlaceCode"] = place
    return cases.with_documents(
        cases.document(row), (("Y", f"<{code}>C0001"),), (("1", f"Y{code}", "C0001"),)
    )


PLAIN = {
    # name: (origin, tariff columns, rate, article, column)
    "MFN": ("DEU", {}, "8", "12-1", Column.MFN),
    "Chinese origin": ("CHN", {}, "8", "12-1", Column.MFN),
    "MFN with provisional": ("DEU", {"provisional": "5"}, "5", "13-1", Column.PROVISIONAL),
    "provisional higher than MFN still applies": (
        "DEU", {"provisional": "9"}, "9", "13-1", Column.PROVISIONAL,
    ),
    "unknown origin": ("ZZZ", {}, "40", "12-4", Column.GENERAL),
    "unknown origin ignores provisional": (
        "ZZZ", {"provisional": "5"}, "40", "13-4", Column.GENERAL,
    ),
    "zero is a rate": ("DEU", {"mfn": "0"}, "0", "12-1", Column.MFN),
    "an agreement rate without a claim": ("JPN", RCEP, "8", "12-1", Column.MFN),
}  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_without_claims(name):
    origin, columns, rate, article, column = PLAIN[name]
    found = sheet(cases.declaration({"OriginCountry": origin}), cases.tariff(**columns))
    choice = found.lines[0].choice
    assert (choice.rate, choice.article, choice.column) == (parse_rate(rate), article, column)
    assert f"{rate}%" in choice.words.zh
    assert f"{rate}%" in choice.words.en
    assert found.total is not None


AGREED = {
    "agreement": ({**RCEP}, "3", "12-2", Column.AGREEMENT),
    "provisional lower": ({**RCEP, "provisional": "2"}, "2", "13-2", Column.PROVISIONAL),
    "provisional higher": ({**RCEP, "provisional": "5"}, "3", "13-2", Column.AGREEMENT),
    "MFN lower, no provisional": ({**RCEP, "mfn": "1"}, "1", "13-2", Column.MFN),
    "MFN lower, provisional": (
        {**RCEP, "mfn": "1", "provisional": "5"}, "3", "13-2", Column.AGREEMENT,
    ),
    "rate of the member": ({"agreements": "22=3;22:JPN=6"}, "6", "12-2", Column.AGREEMENT),
    "equal": ({**RCEP, "mfn": "3"}, "3", "12-2", Column.AGREEMENT),
    # 10 kg and 7187.50 CNY: 1 yuan a kilogram = 10 yuan, 3 % = 215.63
    "specific MFN lower": ({**RCEP, "mfn": "1CNY/035"}, "1CNY/035", "13-2", Column.MFN),
    "specific provisional lower": (
        {**RCEP, "provisional": "2CNY/035"}, "2CNY/035", "13-2", Column.PROVISIONAL,
    ),
    "specific provisional higher": (
        {**RCEP, "provisional": "90CNY/035"}, "3", "13-2", Column.AGREEMENT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AGREED)
def test_with_an_agreement_claim(name):
    columns, rate, article, column = AGREED[name]
    found = sheet(claimed(), cases.tariff(**columns))
    choice = found.lines[0].choice
    assert (choice.rate, choice.article, choice.column) == (parse_rate(rate), article, column)
    assert label(parse_rate(rate)).replace("CNY/035", "元/千克") in choice.words.zh
    assert found.problems == ()


@pytest.mark.parametrize(
    ("columns", "rate", "article"),
    [
        ({}, "0", "12-3"),
        ({"provisional": "2"}, "0", "13-3"),
        ({"provisional": "0"}, "0", "13-3"),
    ],
)
def test_special_preference(columns, rate, article):
    found = sheet(claimed("13", "ETH"), cases.tariff(special="0", **columns))
    assert found.lines[0].choice.rate == parse_rate(rate)
    assert found.lines[0].choice.article == article


def test_rates_that_cannot_be_compared_are_asked_about():
    found = sheet(claimed(), cases.tariff(**RCEP, mfn="2CNY/095"))
    assert found.lines[0].choice.rate is None
    assert found.total is None
    assert cases.codes(found.problems) == ["CUS-881"]
    assert "3% 与 2元/升" in found.problems[0].message()


def test_specific_rates_are_said_in_words():
    found = sheet(cases.declaration(), cases.tariff(mfn="5+1.5CNY/035"))
    assert (
        found.lines[0].choice.words.zh == "适用最惠国税率 5%+1.5元/千克（关税法第十二条第一款）"
    )


def test_special_preference_takes_a_lower_provisional():
    choice = (
        sheet(claimed("13", "ETH"), cases.tariff(special="4", provisional="2")).lines[0].choice
    )
    assert (choice.column, choice.article) == (Column.PROVISIONAL, "13-3")


def test_agreement_of_an_origin_that_is_no_member_falls_back_and_says_so():
    found = sheet(claimed("22", "DEU"), cases.tariff(**RCEP))
    assert found.lines[0].choice.article == "12-1"
    assert cases.codes(found.problems) == ["CUS-863"]
    assert "DEU" in found.problems[0].message()


def test_agreement_without_a_rate_in_the_tariff():
    found = sheet(claimed("22", "JPN"), cases.tariff())
    assert found.lines[0].choice.article == "12-1"
    assert cases.codes(found.problems) == ["CUS-862"]


def test_origin_document_that_no_line_refers_to():
    declared = cases.with_documents(
        cases.document({"OriginCountry": "JPN"}), (("Y", "<22>C0001"),)
    )
    found = sheet(declared, cases.tariff(**RCEP))
    assert found.lines[0].choice.rate == parse_rate("8")
    assert cases.codes(found.problems) == ["CUS-864"]
    assert found.problems[0].path == "DecLicenseDocus[0].CertCode"


def test_line_with_its_agreement_origin_claims_the_only_document():
    declared = cases.with_documents(
        cases.document(
            {"OriginCountry": "JPN", "RcepOrigPlaceCode": "JPN"}, {"OriginCountry": "JPN"}
        ),
        (("Y", "<22>C0001"),),
    )
    found = sheet(declared, cases.tariff(**RCEP))
    assert [line.choice.rate for line in found.lines] == [parse_rate("3"), parse_rate("8")]
    assert found.problems == ()


def test_relation_covers_only_its_line():
    declared = cases.with_documents(
        cases.document({"OriginCountry": "JPN"}, {"OriginCountry": "JPN"}),
        (("Y", "<22>C0001"),), (("2", "Y22", "C0001"),),
    )  # fmt: skip
    found = sheet(declared, cases.tariff(**RCEP))
    assert [line.choice.rate for line in found.lines] == [parse_rate("8"), parse_rate("3")]


def test_origin_that_nobody_confirmed_is_asked_about():
    found = sheet(cases.declaration({"OriginCountry": "IRN"}), cases.tariff())
    assert found.lines[0].choice.rate is None
    assert found.lines[0].taxes[0].amount is None
    assert found.total is None
    assert cases.codes(found.problems) == ["CUS-861"]
    assert found.problems[0].path == "DecLists[0].OriginCountry"
    for answer, rate in (("mfn", "8"), ("general", "40")):
        options = TaxOptions(origin_classes={"IRN": answer})
        known = sheet(cases.declaration({"OriginCountry": "IRN"}), cases.tariff(), options)
        assert known.lines[0].choice.rate == parse_rate(rate)
        assert known.problems == ()


def test_blank_origin_and_unknown_code():
    found = sheet(cases.declaration({"OriginCountry": ""}), cases.tariff())
    assert cases.codes(found.problems) == ["CUS-860"]
    assert found.total is None
    missing = sheet(cases.declaration({"CodeTS": "9999999999"}), cases.tariff())
    assert cases.codes(missing.problems) == ["CUS-858"]
    assert (missing.value_cny, missing.total) == (D("7187.50"), None)


def test_accession_day_counts():
    assert mfn_origins()["TLS"].isoformat() == "2024-08-30"
    line = cases.tariff()
    declared = cases.declaration({"OriginCountry": "TLS"})
    before = cases.dt.date(2024, 8, 29)
    found = tax_sheet(declared, cases.reference(line, on=before), on=before)
    assert cases.codes(found.problems) == ["CUS-861"]


def test_every_origin_and_member_is_a_country_of_the_table():
    countries = shipped.tables()["country"]
    assert len(mfn_origins()) == 165
    assert set(mfn_origins()) <= set(countries)
    assert set().union(*agreement_members().values()) <= set(countries)
    assert set(agreement_members()) <= set(shipped.tables()["fta_agreement"])


QUOTA = {
    "quota": ({"quota": "1", "mfn": "65"}, "1", Column.QUOTA),
    "quota with provisional": (
        {"quota": "4", "mfn": "50", "provisional": "1"}, "1", Column.PROVISIONAL,
    ),
    "within-quota code of its own": ({"mfn": "1", "supervision": "4xABty"}, "1", Column.QUOTA),
}  # fmt: skip


@pytest.mark.parametrize("name", QUOTA)
def test_within_the_quota(name):
    columns, rate, column = QUOTA[name]
    declared = cases.with_documents(cases.document({}), (("t", "Q1"),))
    choice = sheet(declared, cases.tariff(**columns)).lines[0].choice
    assert (choice.rate, choice.article, choice.column) == (parse_rate(rate), "14", column)


def test_outside_the_quota_and_without_certificate():
    outside = sheet(cases.declaration(), cases.tariff(quota="1", mfn="65"))
    assert outside.lines[0].choice.rate == parse_rate("65")
    inside = sheet(cases.declaration(), cases.tariff(mfn="1", supervision="t"))
    assert cases.codes(inside.problems) == ["CUS-865"]


def export(**columns):
    declared = cases.declaration(
        {"OriginCountry": "USA", "DestinationCountry": "CHN", "DeclTotal": "1300", "TradeCurr": "CNY"},
        IEFlag="E", TransMode="3",
    )  # fmt: skip
    return sheet(declared, cases.tariff(**columns))


def test_export_rate_is_taken_out_of_the_price():
    found = export(export="30")
    assert found.lines[0].choice.article == "10-2"
    assert (found.value_cny, found.total) == (D("1000.00"), D("300.00"))
    assert [tax.kind for tax in found.lines[0].taxes] == [TaxKind.EXPORT]


def test_export_provisional_comes_first_and_no_rate_means_no_duty():
    found = export(export="40", export_provisional="4")
    assert (found.lines[0].choice.article, found.total) == ("13-5", D("0.00"))  # 50 is free
    assert found.totals[0].amount == D("50.00")
    none = export()
    assert (none.value_cny, none.total, none.lines[0].taxes) == (D("1300.00"), D(0), ())
    assert "出口税率" in none.lines[0].choice.words.zh


# -- arts. 16 to 19 ------------------------------------------------------------------------------


def measure(
    kind="anti_dumping", origin="JPN", rate="50", exporter="", source="公告甲", prefix=cases.HS
):
    return Measure(kind, prefix, origin, exporter, parse_rate(rate), source)


def japanese(exporter="", **more):
    head = {"OverseasConsignorEname": exporter} if exporter else {}
    return sheet(cases.declaration({"OriginCountry": "JPN"}, **head), cases.tariff(), **more)


def test_exporter_rate_before_that_of_all_others():
    measures = (measure(rate="50"), measure(rate="6.9", exporter="ABC Chemical Co., Ltd."))
    assert japanese("abc chemical co ltd", measures=measures).charged(
        TaxKind.ANTI_DUMPING
    ) == D("495.94")
    assert japanese("Other", measures=measures).charged(TaxKind.ANTI_DUMPING) == D("3593.75")


def test_exporter_without_a_rate_is_asked_about():
    found = japanese("Other", measures=(measure(rate="6.9", exporter="ABC"),))
    assert found.total is None
    assert cases.codes(found.problems) == ["CUS-866"]


def test_longer_prefix_replaces_a_shorter_one_of_the_same_measure():
    measures = (measure(rate="50", prefix="8471"), measure(rate="20", prefix="847130"))
    assert japanese(measures=measures).charged(TaxKind.ANTI_DUMPING) == D("1437.50")


def test_measures_of_two_sources_add_up_and_enter_the_vat():
    measures = (
        measure("additional", rate="10", source="甲"),
        measure("additional", rate="15", source="乙"),
    )
    found = japanese(measures=measures)
    assert found.charged(TaxKind.ADDITIONAL) == D("718.75") + D("1078.13")
    base = D("7187.50") + D("575.00") + D("718.75") + D("1078.13")
    assert found.lines[0].tax(TaxKind.VAT).base == base


def test_document_zero_lifts_additional_duties_only():
    measures = (measure("additional", rate="10"), measure("anti_dumping", rate="20"))
    declared = cases.with_documents(cases.document({"OriginCountry": "JPN"}), (("0", "X1"),))
    found = sheet(declared, cases.tariff(), measures=measures)
    assert found.charged(TaxKind.ADDITIONAL) == 0
    assert found.charged(TaxKind.ANTI_DUMPING) == D("1437.50")


def test_other_origins_measures_ask_for_proof():
    found = sheet(cases.declaration(), cases.tariff(), measures=(measure(),))
    assert cases.codes(found.problems) == ["CUS-867"]
    assert found.charged(TaxKind.ANTI_DUMPING) == 0


UNPROVEN = {
    # MFN 8 + 50 against general 40; MFN 8 + 20 against 40
    "measure and MFN are higher": ("50", ["duty 575.00", "anti_dumping 3593.75"]),
    "the general rate is higher": ("20", ["duty 2875.00"]),
}


@pytest.mark.parametrize("name", UNPROVEN)
def test_origin_not_proven(name):
    rate, expected = UNPROVEN[name]
    found = sheet(
        cases.declaration(), cases.tariff(), TaxOptions(unproven=frozenset({"1"})),
        measures=(measure(rate="5", origin="KOR"), measure(rate=rate)),
    )  # fmt: skip
    assert found.lines[0].choice.article == "19"
    taxes = [
        f"{tax.kind} {tax.amount}"
        for tax in found.lines[0].taxes
        if tax.kind is not TaxKind.VAT
    ]
    assert taxes == expected
    assert cases.codes(found.problems) == ["CUS-880"]


def test_unknown_origin_pays_general_and_the_highest_measure():
    found = sheet(
        cases.declaration({"OriginCountry": "ZZZ"}), cases.tariff(), measures=(measure(),)
    )
    assert found.charged(TaxKind.DUTY) == D("2875.00")
    assert found.charged(TaxKind.ANTI_DUMPING) == D("3593.75")


def test_not_proven_without_measures_changes_nothing():
    found = sheet(cases.declaration(), cases.tariff(), TaxOptions(unproven=frozenset({"1"})))
    assert found.lines[0].choice.article == "12-1"
    assert found.problems == ()
