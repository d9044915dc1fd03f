"""Declarations to print, and how to read what was printed."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pypdfium2 as pdfium
from pypdf import PdfReader

from guanzhang.customs.domain.document import tidied
from guanzhang.customs.domain.form import Facts, Form
from guanzhang.customs.prints.declaration import printed_form
from guanzhang.reference import shipped

DAY = dt.date(2026, 3, 2)
ENTRY_NO = "222520261000000762"
FACTS = Facts(
    number="D2026-000123",
    revision=2,
    pre_entry_no="222520261000000761",
    entry_no=ENTRY_NO,
    declared_on=dt.date(2026, 1, 6),
)
REFERENCE = shipped.reference(DAY)


def document(lines: int = 2, *, is_import: bool = True, **head: str) -> dict[str, Any]:
    """A declaration with a value in every cell of the form; ``head`` changes its header."""
    overseas = "Consignor" if is_import else "Consignee"
    values = {
        "IEFlag": "I" if is_import else "E",
        "TradeCoScc": "91310000DEMA00021D",
        "TradeName": "示例进口有限公司",
        "IEPort": "2225",
        "IEDate": "20260105",
        "ManualNo": "C22256000123",
        f"Overseas{overseas}Ename": "DEMO GMBH (FICTITIOUS)",
        f"Overseas{overseas}Code": "DE1234567890123",
        "TrafMode": "2",
        "TrafName": "DEMO VESSEL",
        "BillNo": "DEMOBL0001",
        "GoodsPlace": "示例监管仓库三号库",
        "OwnerCodeScc": "91310000DEMA00013J",
        "OwnerName": "示例消费使用有限公司",
        "TradeMode": "0110",
        "CutMode": "101",
        "LicenseNo": "26-AB-123456",
        "DespPortCode": "DEU063",
        "ContrNo": "DEMO-2026-001",
        "TradeAreaCode": "FRA",
        "TradeCountry": "DEU",
        "DistinatePort": "HKG003",
        "EntyPortCode": "470201",
        "WrapType": "22",
        "PackNo": "6",
        "GrossWet": "180.25",
        "NetWt": "162.5",
        "TransMode": "3",
        "FeeMark": "3",
        "FeeRate": "500",
        "FeeCurr": "USD",
        "InsurMark": "1",
        "InsurRate": "0.3",
        "OtherMark": "3",
        "OtherRate": "-12.5",
        "OtherCurr": "EUR",
        "MarkNo": "N/M SHANGHAI 1-6",
        "NoteS": "委托某进出口企业进口",
        "PromiseItmes": "01090",
        "DeclareName": "示例申报员甲",
        "AgentCodeScc": "91310000DEMA00013J",
        "AgentName": "示例报关有限公司",
    } | head
    return tidied(
        {
            "DecHead": values,
            "DecLists": [line(number) for number in range(1, lines + 1)],
            "DecContainers": [{"ContainerId": "CSQU3054383", "ContainerMd": "11"}],
            "DecLicenseDocus": [{"DocuCode": "Y", "CertCode": "<03>E2512345678"}],
            "DecOtherPacks": [{"PackType": "92"}],
            "DecFreeTxt": {
                "VoyNo": "001E",
                "DecNo": "3100123456789",
                "DecBpNo": "02155550000",
                "RelId": "222520251000000001",
            },
            "EdocRealation": [{"EdocCode": "00000001"}, {"EdocCode": "00000002"}],
        }
    )


def line(number: int, **changed: str) -> dict[str, str]:
    """A line of goods; its numbers tell it from the others."""
    return {
        "GNo": str(number),
        "ContrItem": str(number + 100),
        "CodeTS": "9026809000",
        "CiqCode": "999",
        "GName": f"蒸汽计算仪{number}号",
        "GModel": f"4|3|测量蒸汽流量|蒸汽|DEMO|D-{number}",
        "GQty": f"{number}.5",
        "GUnit": "007",
        "FirstQty": f"{number}.25",
        "FirstUnit": "001",
        "SecondQty": f"4{number}",
        "SecondUnit": "035",
        "DeclPrice": f"10{number}.1234",
        "DeclTotal": f"30{number}.99",
        "TradeCurr": "USD",
        "OriginCountry": "DEU",
        "DestinationCountry": "CHN",
        "RcepOrigPlaceCode": "JPN",
        "DistrictCode": "31222",
        "DestCode": "310115",
        "DutyMode": "1",
    } | changed


def form_of(lines: int = 2, *, watermark: str = "", **changed: Any) -> Form:
    facts = Facts(**{f: getattr(FACTS, f) for f in FACTS.__slots__} | {"watermark": watermark})
    return printed_form(document(lines, **changed), REFERENCE, facts)


def texts_of(pdf: bytes) -> list[str]:
    """The text of every page without any white space, in reading order."""
    return [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def texts_of_pdfium(pdf: bytes) -> list[str]:
    """The same by another reader: knows two fonts in one word, but joins lines at a hyphen."""
    pages = pdfium.PdfDocument(pdf)
    return [squeezed(page.get_textpage().get_text_range()) for page in pages]


def text_of(pdf: bytes) -> str:
    """All text of a PDF without any white space."""
    return "".join(texts_of(pdf))


def squeezed(text: str) -> str:
    """The text without white space: what is left must be equal to the character."""
    return "".join(text.split())


def pages_of(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


def ink_of(pdf: bytes, page: int = 0, scale: float = 100 / 72) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of what is printed on a page, in tenths of its size, ‰."""
    image = pdfium.PdfDocument(pdf)[page].render(scale=scale).to_pil().convert("L")
    box = image.point(lambda shade: 255 if shade < 200 else 0).getbbox()
    assert box is not None
    width, height = image.size
    return (
        box[0] * 1000 // width,
        box[1] * 1000 // height,
        box[2] * 1000 // width,
        box[3] * 1000 // height,
    )
