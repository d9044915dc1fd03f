"""What people get wrong: each defect spoils a clean declaration at one place and says where.

A maker returns the place whose finding is wanted, or None where the document has nothing to spoil.
"""

from __future__ import annotations

from decimal import Decimal


def _row(rng, document):
    return rng.randrange(len(document["DecLists"]))


def swapped_digits_in_credit_code(rng, document):
    code = document["DecHead"]["TradeCoScc"]
    places = [i for i in range(8, 16) if code[i] != code[i + 1]]
    i = rng.choice(places)
    document["DecHead"]["TradeCoScc"] = code[:i] + code[i + 1] + code[i] + code[i + 2 :]
    return "DecHead.TradeCoScc"


def letter_o_for_zero(rng, document):
    code = document["DecHead"]["AgentCodeScc"]
    i = rng.choice([i for i, c in enumerate(code) if c == "0"])
    document["DecHead"]["AgentCodeScc"] = f"{code[:i]}O{code[i + 1 :]}"
    return "DecHead.AgentCodeScc"


def short_customs_code(rng, document):
    document["DecHead"]["TradeCode"] = document["DecHead"]["TradeCode"][: rng.randrange(5, 10)]
    return "DecHead.TradeCode"


def office_that_is_none(rng, document):
    document["DecHead"]["IEPort"] = (
        f"{document['DecHead']['IEPort'][:2]}{rng.choice(('97', '98', '9Z'))}"
    )
    return "DecHead.IEPort"


def mode_of_an_old_list(rng, document):
    document["DecHead"]["TradeMode"] = rng.choice(("0111", "9999", "110"))
    return "DecHead.TradeMode"


def unit_that_is_none(rng, document):
    i = _row(rng, document)
    document["DecLists"][i]["GUnit"] = rng.choice(("999", "35", "KGM"))
    return f"DecLists[{i}].GUnit"


def country_in_two_letters(rng, document):
    i = _row(rng, document)
    document["DecLists"][i]["OriginCountry"] = rng.choice(("JP", "US", "DE", "502"))
    return f"DecLists[{i}].OriginCountry"


def numeric_currency(rng, document):
    i = _row(rng, document)
    document["DecLists"][i]["TradeCurr"] = rng.choice(("502", "300", "116"))
    return f"DecLists[{i}].TradeCurr"


def two_licences_in_one_field(rng, document):
    document["DecHead"]["LicenseNo"] = (
        f"26-AA-{rng.randrange(10**6)},26-AA-{rng.randrange(10**6)}"
    )
    return "DecHead.LicenseNo"


def no_country_of_trade(rng, document):
    del document["DecHead"]["TradeAreaCode"]
    return "DecHead.TradeAreaCode"


def port_of_another_country(rng, document):
    head = document["DecHead"]
    element = "DespPortCode" if head["IEFlag"] == "I" else "DistinatePort"
    head[element] = "HKG003"
    return f"DecHead.{element}"


def waybill_mistyped(rng, document):
    bill = document["DecHead"].get("BillNo", "")
    if document["DecHead"]["TrafMode"] != "5":
        return None
    other = (int(bill[10]) + rng.randrange(1, 7)) % 10
    document["DecHead"]["BillNo"] = f"{bill[:10]}{other}{bill[11:]}"
    return "DecHead.BillNo"


def deal_without_contract(rng, document):
    if document["DecHead"]["TradeMode"] not in ("0110", "0615"):
        return None
    del document["DecHead"]["ContrNo"]
    return "DecHead.ContrNo"


def import_without_a_place(rng, document):
    return _removed(document, "GoodsPlace")


def _removed(document, name):
    return f"DecHead.{name}" if document["DecHead"].pop(name, "") else None


def price_influenced_by_nobody(rng, document):
    if document["DecHead"]["PromiseItmes"][:1] != "0":
        return None
    document["DecHead"]["PromiseItmes"] = "01000"
    return "DecHead.PromiseItmes"


def freight_forgotten(rng, document):
    head = document["DecHead"]
    if not head.get("FeeRate"):
        return None
    for name in ("FeeRate", "FeeMark", "FeeCurr"):
        head.pop(name, None)
    return "DecHead.FeeRate"


def freight_on_terms_that_include_it(rng, document):
    head = document["DecHead"]
    if head.get("FeeRate"):
        return None
    head |= {"FeeRate": str(rng.randrange(50, 500)), "FeeMark": "3", "FeeCurr": "USD"}
    return "DecHead.FeeRate"


def charge_without_currency(rng, document):
    document["DecHead"] |= {"OtherMark": "3", "OtherRate": str(rng.randrange(10, 90))}
    document["DecHead"].pop("OtherCurr", None)
    return "DecHead.OtherCurr"


def insurance_of_three_percent(rng, document):
    if not document["DecHead"].get("InsurRate"):
        return None
    document["DecHead"]["InsurRate"] = rng.choice(("3", "0.03", "30"))
    return "DecHead.InsurRate"


def total_with_a_digit_moved(rng, document):
    i = _row(rng, document)
    row = document["DecLists"][i]
    row["DeclTotal"] = format(Decimal(row["DeclTotal"]) * rng.choice((10, Decimal("0.9"))), "f")
    return f"DecLists[{i}].DeclTotal"


def line_in_another_currency(rng, document):
    if len(document["DecLists"]) < 2:
        return None
    i = rng.randrange(1, len(document["DecLists"]))
    row = document["DecLists"][i]
    row["TradeCurr"] = "GBP"
    return f"DecLists[{i}].TradeCurr"


def net_above_gross(rng, document):
    head = document["DecHead"]
    head["GrossWet"] = format(Decimal(head["NetWt"]) * Decimal("0.9"), "f")
    return "DecHead.NetWt"


def net_weight_of_another_shipment(rng, document):
    head = document["DecHead"]
    if len(document["DecLists"]) < 2 or any(
        _kilos(row) is None for row in document["DecLists"]
    ):
        return None
    head["NetWt"] = format(
        (Decimal(head["NetWt"]) * Decimal("1.2") + 5).quantize(Decimal("0.01")), "f"
    )
    head["GrossWet"] = format(Decimal(head["NetWt"]) + 10, "f")
    return "DecHead.NetWt"


def _kilos(row):
    for unit, quantity in (("FirstUnit", "FirstQty"), ("SecondUnit", "SecondQty")):
        if row.get(unit) == "035":
            return row.get(quantity)
    return None


def no_packages(rng, document):
    document["DecHead"]["PackNo"] = "0"
    return "DecHead.PackNo"


def bulk_in_many_packages(rng, document):
    document["DecHead"] |= {
        "WrapType": rng.choice(("00", "01")),
        "PackNo": str(rng.randrange(2, 90)),
    }
    return "DecHead.PackNo"


def wood_without_a_note(rng, document):
    document["DecHead"]["WrapType"] = rng.choice(("23", "33", "92", "93"))
    note = document["DecHead"].get("NoteS", "")
    document["DecHead"]["NoteS"] = note.replace("IPPC", "").replace("木质包装", "") or "无"
    return "DecHead.NoteS"


def container_mistyped(rng, document):
    boxes = document.get("DecContainers")
    if not boxes:
        return None
    number = boxes[0]["ContainerId"]
    boxes[0]["ContainerId"] = f"{number[:10]}{(int(number[10]) + rng.randrange(1, 10)) % 10}"
    return "DecContainers[0].ContainerId"


def container_with_a_line_too_many(rng, document):
    boxes = document.get("DecContainers")
    if not boxes:
        return None
    boxes[0]["GoodsNo"] += f",{len(document['DecLists']) + rng.randrange(1, 5)}"
    return "DecContainers[0].GoodsNo"


def code_of_eight_digits(rng, document):
    i = _row(rng, document)
    document["DecLists"][i]["CodeTS"] = document["DecLists"][i]["CodeTS"][:8]
    return f"DecLists[{i}].CodeTS"


def code_that_was_deleted(rng, document):
    i = _row(rng, document)
    document["DecLists"][i]["CodeTS"] = (
        f"{document['DecLists'][i]['CodeTS'][:8]}{rng.choice(('97', '98'))}"
    )
    return f"DecLists[{i}].CodeTS"


def wrong_legal_unit(rng, document):
    i = _row(rng, document)
    row = document["DecLists"][i]
    row["FirstUnit"] = "007" if row["FirstUnit"] != "007" else "011"
    return f"DecLists[{i}].FirstUnit"


def second_quantity_forgotten(rng, document):
    rows = [i for i, row in enumerate(document["DecLists"]) if row.get("SecondQty")]
    if not rows:
        return None
    i = rng.choice(rows)
    del document["DecLists"][i]["SecondQty"]
    return f"DecLists[{i}].SecondQty"


def legal_quantity_of_another_line(rng, document):
    rows = [i for i, row in enumerate(document["DecLists"]) if row["GUnit"] == row["FirstUnit"]]
    if not rows:
        return None
    i = rng.choice(rows)
    row = document["DecLists"][i]
    row["FirstQty"] = format(Decimal(row["FirstQty"]) + rng.randrange(1, 50), "f")
    return f"DecLists[{i}].FirstQty"


def element_missing(rng, document):
    i = _row(rng, document)
    row = document["DecLists"][i]
    row["GModel"] = row["GModel"].rpartition("|")[0]
    return f"DecLists[{i}].GModel"


def preference_of_the_other_direction(rng, document):
    i = _row(rng, document)
    first, _second, *rest = document["DecLists"][i]["GModel"].split("|")
    other = "0" if document["DecHead"]["IEFlag"] == "I" else "3"
    document["DecLists"][i]["GModel"] = "|".join((first, other, *rest))
    return f"DecLists[{i}].GModel"


def full_width_brackets(rng, document):
    i = _row(rng, document)
    document["DecLists"][i]["GName"] += "（新款）"
    return f"DecLists[{i}].GName"


def name_that_says_nothing(rng, document):
    i = _row(rng, document)
    document["DecLists"][i]["GName"] = rng.choice(("配件", "零件", "货物", "样品"))
    return f"DecLists[{i}].GName"


def licence_forgotten(rng, document):
    licences = document.get("DecLicenseDocus") or []
    if not licences or licences[0]["DocuCode"] == "a":
        return None
    del document["DecLicenseDocus"]
    return "DecLists[0].CodeTS"


def inspection_forgotten(rng, document):
    row = document["DecLists"][0]
    if not row.pop("CiqCode", ""):
        return None
    return "DecLists[0].CiqCode"


def destination_forgotten(rng, document):
    i = _row(rng, document)
    del document["DecLists"][i]["DestinationCountry"]
    return f"DecLists[{i}].DestinationCountry"


def gap_in_the_numbers(rng, document):
    i = len(document["DecLists"]) - 1
    document["DecLists"][i]["GNo"] = str(i + 2)
    return f"DecLists[{i}].GNo"


def place_in_another_province(rng, document):
    i = _row(rng, document)
    document["DecLists"][i]["DestCode"] = "650102"
    return f"DecLists[{i}].DestCode"


def duty_mode_of_an_exemption(rng, document):
    if document["DecHead"].get("CutMode") != "101":
        return None
    i = _row(rng, document)
    document["DecLists"][i]["DutyMode"] = rng.choice("345")
    return f"DecLists[{i}].DutyMode"


def dangerous_without_its_number(rng, document):
    i = _row(rng, document)
    document["DecLists"][i] |= {
        "GoodsAttr": "32", "DangName": "易燃液体", "DangPackType": "2", "DangPackSpec": "20L",
    }  # fmt: skip
    document["DecLists"][i].pop("Uncode", None)
    return f"DecLists[{i}].Uncode"


def entry_forty_days_ago(rng, document):
    if not document["DecHead"].get("IEDate"):
        return None
    document["DecHead"]["IEDate"] = f"202601{rng.randrange(10, 29)}"
    return "DecHead.IEDate"


def return_without_its_original(rng, document):
    if document["DecHead"]["TradeMode"] != "4561":
        return None
    del document["DecFreeTxt"]["RelId"]
    return "DecFreeTxt.RelId"


def temporary_without_a_day(rng, document):
    if document["DecHead"]["TradeMode"] != "2600":
        return None
    document["DecHead"]["NoteS"] = "保证金编号BZ00001234"
    return "DecHead.NoteS"


def bonded_without_a_list(rng, document):
    if document["DecHead"]["TradeMode"] != "1233":
        return None
    document.pop("DecLicenseDocus", None)
    return "DecHead.TradeMode"


def manual_of_another_kind(rng, document):
    head = document["DecHead"]
    if head["TradeMode"] != "0615":
        return None
    head["ManualNo"] = f"B{head['ManualNo'][1:]}"
    return "DecHead.ManualNo"


def weight_with_its_unit(rng, document):
    document["DecHead"]["GrossWet"] += rng.choice(("KGS", "千克", " kg"))
    return "DecHead.GrossWet"


def price_of_five_decimals(rng, document):
    i = _row(rng, document)
    document["DecLists"][i]["DeclPrice"] = (
        f"{Decimal(document['DecLists'][i]['DeclPrice']):.4f}7"
    )
    return f"DecLists[{i}].DeclPrice"


def ship_name_too_long(rng, document):
    document["DecHead"]["TrafName"] = "VERY LONG VESSEL NAME " * 3
    return "DecHead.TrafName"


def owner_forgotten(rng, document):
    del document["DecHead"]["OwnerName"]
    return "DecHead.OwnerName"


# defect → the check that finds it
DEFECTS = {
    swapped_digits_in_credit_code: "H01", letter_o_for_zero: "H01", short_customs_code: "H02",
    office_that_is_none: "H04", mode_of_an_old_list: "H04", unit_that_is_none: "H04",
    country_in_two_letters: "H04", numeric_currency: "H04b", two_licences_in_one_field: "H07",
    no_country_of_trade: "H10", port_of_another_country: "H11", waybill_mistyped: "H13",
    deal_without_contract: "H14", import_without_a_place: "H15", price_influenced_by_nobody: "H17",
    freight_forgotten: "T01", freight_on_terms_that_include_it: "T01", charge_without_currency: "T02",
    insurance_of_three_percent: "T03", total_with_a_digit_moved: "T04", line_in_another_currency: "T05",
    net_above_gross: "W01", net_weight_of_another_shipment: "W02", no_packages: "W04",
    bulk_in_many_packages: "W04", wood_without_a_note: "W05", container_mistyped: "W06",
    container_with_a_line_too_many: "W07", code_of_eight_digits: "G01", code_that_was_deleted: "G01",
    wrong_legal_unit: "G02", second_quantity_forgotten: "G02", legal_quantity_of_another_line: "G03",
    element_missing: "G05", preference_of_the_other_direction: "G05", full_width_brackets: "G07",
    name_that_says_nothing: "G09", licence_forgotten: "G10", inspection_forgotten: "G12",
    destination_forgotten: "G17", gap_in_the_numbers: "G24", place_in_another_province: "G27",
    duty_mode_of_an_exemption: "G20", dangerous_without_its_number: "G14", entry_forty_days_ago: "U04",
    return_without_its_original: "S11", temporary_without_a_day: "S12", bonded_without_a_list: "S01",
    manual_of_another_kind: "H08", weight_with_its_unit: "F03", price_of_five_decimals: "F04",
    ship_name_too_long: "F02", owner_forgotten: "F01",
}  # fmt: skip
