"""Declarations without a fault, changes to them in one line, and what the checks may know besides.

A change is ``path=value`` (``path=`` removes it), ``DecLists[1]=-`` (removes the row),
``DecLists[2]<DecLists[1]`` (a copy); several are parted by ``;``. An index one past the end adds a row.
``¦`` stands for the bar of GModel, ``␤`` for a line break, ``␣`` for a blank at an end.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from guanzhang.customs.domain.checks.context import (
    AttachedFile,
    Context,
    ContractFacts,
    Earlier,
    Guarantee,
    InvoiceFacts,
    KnownMandate,
    KnownParty,
    Limits,
    ManifestFacts,
    Manual,
    ManualItem,
    PackingFacts,
    PastPrice,
    Permit,
)
from guanzhang.reference import shipped
from guanzhang.reference.domain.tariff import Measure, Rate

HERE = Path(__file__).parent
ON = dt.date(2026, 1, 6)
TRADER, AGENT = "91310000DEMA00021D", "91310000DEMA00013J"
DAY = dt.timedelta(days=1)


def firm_reference(on: dt.date = ON):
    """The shipped tables with a tariff that counts as confirmed and rates of January 2026."""
    rates = {"USD": Decimal("7.1234"), "EUR": Decimal("8.2000"), "JPY": Decimal("0.0470")}
    return replace(
        shipped.reference(on),
        is_demo_tariff=False,
        find_rate=lambda currency, _month: rates.get(currency),
        find_measures=_measures,
    )


def _measures(hs_code: str, origin: str):
    if not hs_code.startswith("3926909090") or origin not in ("THA", "ZZZ"):
        return ()
    return (Measure("anti_dumping", "39269090", origin, "", Rate(Decimal("0.112")), "test"),)


def base(name: str):
    return json.loads((HERE / "bases.json").read_text("utf-8"))[name]


PLACE = re.compile(r"(\w+)(?:\[(\d+)\])?(?:\.(\w+)(?:\[(\d+)\]\.(\w+))?)?")


def changed(document, changes: str):
    """A copy of the document with the changes of one cell."""
    document = copy.deepcopy(document)
    for change in filter(None, (c.strip() for c in changes.split(";"))):
        if "<" in change.partition("=")[0]:
            target, _, source = change.partition("<")
            rows = document[PLACE.fullmatch(target)[1]]
            rows.append(copy.deepcopy(rows[int(PLACE.fullmatch(source)[2])]))
            continue
        path, _, value = change.partition("=")
        _put(document, path.strip(), _plain(value.strip()))
    return document


def _plain(value: str) -> str:
    value = value.replace("¦", "|").replace("␤", "\n").replace("␣", " ").replace("；", ";")
    # 品*300 = 300 times 品
    return re.sub(r"(\S+)\*(\d+)$", lambda m: m[1] * int(m[2]), value)


def _put(document, path: str, value: str) -> None:
    match = PLACE.fullmatch(path)
    assert match, path
    key, index, name, inner, deep = match.groups()
    if index is None:
        row = document.setdefault(key, {})
    else:
        rows = document.setdefault(key, [])
        if name is None and value == "-":
            del rows[int(index)]
            return
        if int(index) == len(rows):
            rows.append({})
        row = rows[int(index)]
    if inner is not None:
        rows = row.setdefault(name, [])
        if int(inner) == len(rows):
            rows.append({})
        row, name = rows[int(inner)], deep
    if value:
        row[name] = value
    else:
        row.pop(name, None)


def mandate(direction="I", first=dt.date(2025, 3, 1), last=dt.date(2026, 12, 31), **more):
    return KnownMandate("31000000000000001", direction, first, last, **more)


def _item(**facts):
    return ManualItem(**{"hs_code": "3926909090", "name": "塑料垫圈", "unit": "035", **facts})


def _manual(**facts):
    item = {k: facts.pop(k) for k in ("remaining", "name", "unit") if k in facts}
    items = {"1": ManualItem("9026809000", "蒸汽计算仪", "007"), "2": _item(**item)}
    return {"manuals": (Manual("C22256000001", items=items, **facts),)}


def _prices(*values: str, key=("3926909090", "DEU", "塑料垫圈")):
    return {"prices": {key: tuple(PastPrice(Decimal(v), "USD", "035") for v in values)}}


_PERMIT = Permit(
    "1",
    "26-AA-000001",
    dt.date(2025, 7, 1),
    dt.date(2026, 6, 30),
    Decimal(500),
    "035",
    ("3926",),
)
_FILE = AttachedFile("00000001", "a.pdf", 300_000, 1, "1.7", is_pdf=True)

# What a case knows, by name.
KNOWN = {
    "": {},
    "saving": {"stage": "save"},
    "integration": {"national_integration": True},
    "party": {"parties": (KnownParty(TRADER, "3190949999", "示例进口有限公司"),)},
    "other name": {"parties": (KnownParty(TRADER, "3190949999", "示例贸易有限公司"),)},
    "declarants": {"declarants": {"示例申报员甲": "3100000000001"}},
    "other declarant": {"declarants": {"示例申报员丙": "3100000000002"}},
    "mandate": {"mandates": (mandate(),)},
    "export mandate": {"mandates": (mandate("E"),)},
    "old mandate": {"mandates": (mandate(last=ON - DAY),)},
    "cancelled mandate": {"mandates": (mandate(is_cancelled=True),)},
    "no mandate": {"mandates": ()},
    "mandate ending": {"mandates": (mandate(last=ON + 10 * DAY),)},
    "usual prices": _prices("9.80", "10.10", "10.30"),
    "high prices": _prices("19.80", "20.10", "20.30"),
    "two prices": _prices("19.80", "20.10"),
    "narrow prices": _prices(*["9.001"] * 9, "9.000"),
    "kilo range": {"kilo_prices": {"3926909090": (Decimal(5), Decimal(20))}},
    "other kilo range": {"kilo_prices": {"3926909090": (Decimal(50), Decimal(60))}},
    "same code": {"codes_of_name": {"塑料垫圈": ("3926909090",)}},
    "other code": {"codes_of_name": {"塑料垫圈": ("3926901000",)}},
    "fumigated": {"attachments": (AttachedFile("20000017", "f.pdf"),)},
    "manifest": {
        "manifest": ManifestFacts("DEMO VESSEL", "001E", "DEMOBL0001", Decimal(6), Decimal(180), "示例进口有限公司")
    },
    "other manifest": {
        "manifest": ManifestFacts("DEMO STAR", "002E", "DEMOBL0002", Decimal(7), Decimal(190))
    },
    "other consignee": {"manifest": ManifestFacts(consignee="示例贸易有限公司")},
    "bulk manifest": {"manifest": ManifestFacts(gross_weight=Decimal(181))},
    "light manifest": {"manifest": ManifestFacts(gross_weight=Decimal(170))},
    "permit": {"permits": (_PERMIT,)},
    "old permit": {"permits": (replace(_PERMIT, valid_to=ON - DAY),)},
    "small permit": {"permits": (replace(_PERMIT, remaining=Decimal(100)),)},
    "permit ending": {"permits": (replace(_PERMIT, valid_to=ON + 20 * DAY),)},
    "manual": _manual(remaining=Decimal(1000)),
    "short manual": _manual(remaining=Decimal(100)),
    "tight manual": _manual(remaining=Decimal(200)),
    "named manual": _manual(name="塑料垫片", unit="036"),
    "manual ending": _manual(valid_to=ON + 20 * DAY),
    "old manual": _manual(valid_to=ON - DAY),
    "members": {"agreement_members": {"22": frozenset({"JPN", "KOR", "THA"}), "99": frozenset({"DEU"})}},
    "brand of another": {"protected_brands": {"DEMO": frozenset({AGENT})}},
    "brand of ours": {"protected_brands": {"DEMO": frozenset({TRADER})}},
    "controlled": {"controlled_hs": frozenset({"848210"})},
    "wanted": {"attachments": (_FILE,), "wanted_attachments": ("00000001", "00000002")},
    "wanted and there": {"attachments": (_FILE,), "wanted_attachments": ("00000001",)},
    "picture": {"attachments": (replace(_FILE, is_pdf=False),)},
    "big file": {"attachments": (replace(_FILE, size=4_194_305, pages=99),)},
    "big page": {"attachments": (replace(_FILE, size=900_000, pages=2),)},
    "old pdf": {"attachments": (replace(_FILE, pdf_version="1.3"),)},
    "good file": {"attachments": (_FILE,)},
    "invoice": {"invoice": InvoiceFacts("INV1", dt.date(2026, 1, 2), Decimal("4205.00"), "USD", "DEMO-2026-001")},
    "other invoice": {"invoice": InvoiceFacts("INV1", None, Decimal("4250.00"), "USD", "DEMO-2026-002")},
    "later invoice": {"invoice": InvoiceFacts(day=ON + DAY)},
    "used invoice": {"invoice": InvoiceFacts("INV1", used_by="D2025-000777")},
    "later contract": {
        "invoice": InvoiceFacts(day=dt.date(2026, 1, 2)),
        "contract": ContractFacts(day=dt.date(2026, 1, 3)),
    },
    "contract": {"contract": ContractFacts("demo-2026-001", dt.date(2025, 12, 3))},
    "packing": {"packing": PackingFacts(Decimal(6), Decimal(180), Decimal("162.5"), "DEMO-2026-001")},
    "other packing": {"packing": PackingFacts(Decimal(7), Decimal(181), Decimal(162), "DEMO-2026-009")},
    "declared before": {"earlier": (Earlier("D2025-000123", "DEMOBL0001", "DEMO VESSEL", TRADER),)},
    "void before": {
        "earlier": (Earlier("D2025-000123", "DEMOBL0001", "DEMO VESSEL", TRADER, is_void=True),)
    },
    "outline": {"earlier": (Earlier("D2025-000123", "DEMOBL0001", "DEMO VESSEL", TRADER, "  5"),)},
    "number used": {"client_no_used_by": "D2025-000124"},
    "arriving": {"arrived_on": ON + DAY},
    "arrived": {"arrived_on": ON - DAY},
    "loading": {
        "loading_at": dt.datetime(2026, 1, 7, 8, 0),
        "declared_at": dt.datetime(2026, 1, 6, 9, 30),
    },
    "loading later": {
        "loading_at": dt.datetime(2026, 1, 8, 8, 0),
        "declared_at": dt.datetime(2026, 1, 6, 9, 30),
    },
    "return soon": {"return_by": dt.date(2026, 1, 20)},
    "return planned": {"return_by": dt.date(2026, 6, 20)},
    "return late": {"return_by": dt.date(2026, 9, 20)},
    "guarantee": {"guarantees": (Guarantee("BH20260001", dt.date(2026, 12, 31), Decimal(90_000)),), "tax_cny": Decimal(5_000)},
    "small guarantee": {"guarantees": (Guarantee("BH20260001", None, Decimal(900)),), "tax_cny": Decimal(5_000)},
    "ended guarantee": {"guarantees": (Guarantee("BH20260001", ON - DAY),)},
    "guarantee ending": {"guarantees": (Guarantee("BH20260001", ON + 5 * DAY),)},
    "royalty due": {"royalty_due_on": ON + 9 * DAY},
    "royalty far": {"royalty_due_on": ON + 90 * DAY},
    "tax due": {"tax_due_on": ON + 3 * DAY},
    "tax far": {"tax_due_on": ON + 13 * DAY},
    "no e-commerce": {"ecommerce_codes": frozenset()},
    "e-commerce": {"ecommerce_codes": frozenset({TRADER})},
    "no border trade": {"border_trade_codes": frozenset()},
    "one line": {"limits": Limits(most_lines=1)},
    "border trade": {"border_trade_codes": frozenset({TRADER})},
    "released long ago": {"original_released_on": dt.date(2022, 1, 1)},
    "released lately": {"original_released_on": dt.date(2025, 9, 1)},
}  # fmt: skip


def context(*known: str, on: dt.date = ON) -> Context:
    facts = {}
    for name in known:
        facts |= KNOWN[name]
    return Context(firm_reference(on), on, **facts)
