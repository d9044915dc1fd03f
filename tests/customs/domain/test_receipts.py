"""Receipts in every shape that is met."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path

import pytest

from guanzhang.customs.domain.receipts import CHINA, ReceiptFacts, read_receipt
from guanzhang.kernel.problem import Refused

SHARED = Path("/work/shared/domain/customs/singlewindow/sample_receipts.xml.txt")
TEN = dt.datetime(2026, 3, 5, 10, 0, tzinfo=CHINA)

TECHNICAL = '<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>{}</ResponseCode><ErrorMessage>{}</ErrorMessage><ClientSeqNo>YF20260302000007</ClientSeqNo><SeqNo>{}</SeqNo><TrnPreId></TrnPreId></DecImportResponse>'
RESULT = "<DEC_RESULT><CUS_CIQ_NO>I20260000000000077</CUS_CIQ_NO><ENTRY_ID>530420261000000077</ENTRY_ID><NOTICE_DATE>{}</NOTICE_DATE><CHANNEL>{}</CHANNEL><NOTE>{}</NOTE><CUSTOM_MASTER>5304</CUSTOM_MASTER><I_E_DATE>20260303</I_E_DATE><D_DATE>2026-03-05</D_DATE></DEC_RESULT>"


def one(text: str, name: str = "") -> ReceiptFacts:
    (facts,) = read_receipt(text.encode(), name)
    return facts


def test_a_technical_receipt_of_success():
    assert one(
        TECHNICAL.format("0", "报关单暂存成功", "I20260000000000077"),
        "Successed_YF20260302000007-1_20260302101112.xml",
    ) == ReceiptFacts(
        kind="import",
        channel="stored",
        seq_no="I20260000000000077",
        client_no="YF20260302000007",
        stem="YF20260302000007-1",
        noticed_at=dt.datetime(2026, 3, 2, 10, 11, 12, tzinfo=CHINA),
        note="报关单暂存成功",
    )


@pytest.mark.parametrize(
    ("code", "name", "channel"),
    [
        ("0", "", "stored"),
        ("00", "", "stored"),
        ("1", "", "failed"),
        ("-1", "Successed_x_20260302101112.xml", "failed"),  # the code counts, not the name
        ("", "Successed_x_20260302101112.xml", "stored"),
        ("", "Failed_x_20260302101112.xml", "failed"),
        ("", "Failed_x.xml", "failed"),
    ],
)
def test_whether_a_message_was_taken(code, name, channel):
    facts = one(TECHNICAL.format(code, "", ""), name)
    assert facts.channel == channel
    assert facts.stem == ("x" if "_x" in name else "")


def test_a_business_receipt():
    assert one(RESULT.format("2026-03-05T10:00:00", "L", "入库成功！")) == ReceiptFacts(
        kind="business",
        channel="L",
        seq_no="I20260000000000077",
        entry_no="530420261000000077",
        noticed_at=TEN,
        note="入库成功！",
        office="5304",
        declared_on=dt.date(2026, 3, 5),
        moved_on=dt.date(2026, 3, 3),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-05 10:00:00", TEN),
        ("2026-03-05T10:00:00+08:00", TEN),
        ("2026-03-05T02:00:00+00:00", TEN),
        ("20260305100000", TEN),
        ("2026/03/05 10:00:00", TEN),
        ("20260305", TEN.replace(hour=0)),
        ("soon", None),
        ("20261399", None),
        ("", None),
    ],
)
def test_times_of_notices(text, expected):
    assert one(RESULT.format(text, "P", "")).noticed_at == expected


def test_several_results_in_one_file_and_the_wrapper_of_some_clients():
    two = RESULT.format("2026-03-05T10:00:00", "P", "") + RESULT.format("", "R", "")
    found = read_receipt(f"<DEC_DATA>{two}<RESULT_INFO>附言</RESULT_INFO></DEC_DATA>".encode())
    assert [(f.channel, f.note, f.noticed_at) for f in found] == [
        ("P", "附言", TEN),
        ("R", "附言", None),
    ]


def test_the_exchange_envelope():
    inner = base64.b64encode(
        RESULT.format("2026-03-05T10:00:00", "C", "查验").encode()
    ).decode()
    text = f'<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><TransInfo><MsgType>DECCUSSH1</MsgType></TransInfo><Data>{inner}</Data></DxpMsg>'
    assert one(text).channel == "C"


def test_a_failure_of_the_card_reader():
    text = '<Root><resultFlag><Type>1</Type><Value>11</Value></resultFlag><failCode version="1">C134</failCode><failInfo>["打开读卡器失败:错误码=50200"]</failInfo><retData/></Root>'
    facts = one(text)
    assert (facts.kind, facts.channel) == ("signing", "failed")
    assert facts.note == 'C134 ["打开读卡器失败:错误码=50200"]'


def test_an_agreement_and_a_bonded_list():
    agreed = one(
        "<ImportAgrResponse><ResponseInfo><ResponseCode>1</ResponseCode><ResponseMessage>导入成功</ResponseMessage></ResponseInfo><ConsignNo>20260000000000077</ConsignNo></ImportAgrResponse>"
    )
    assert (agreed.kind, agreed.channel, agreed.agreement_no) == (
        "agreement",
        "agreed",
        "20260000000000077",
    )
    bonded = one(
        "<CommonResponeMessage><SeqNo/><EtpsPreentNo>E1</EtpsPreentNo><CheckInfo>失败</CheckInfo><DealFlag>1</DealFlag></CommonResponeMessage>"
    )
    assert (bonded.kind, bonded.channel, bonded.client_no) == ("bonded", "failed", "E1")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<html/>", "CUS-922"),
        (b"<Root/>", "CUS-923"),
        (b"<DecImportResponse/>", "CUS-923"),
        (b"<DEC_RESULT><CHANNEL>L</CHANNEL></DEC_RESULT>", "CUS-923"),
        (b"<DEC_DATA/>", "CUS-923"),
        (b"<DEC_RESULT><CHANNEL>L</CHANNEL>", "CUS-901"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><DEC_RESULT/>', "CUS-902"),
        (b"<DxpMsg><Data>%%</Data></DxpMsg>", "CUS-915"),
        (b" " * (4 * 1024 * 1024 + 1), "CUS-904"),
    ],
)
def test_what_is_no_receipt_is_refused(data, code):
    with pytest.raises(Refused) as caught:
        read_receipt(data)
    assert [p.kind.code for p in caught.value.problems] == [code]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared samples are not on this machine")
def test_the_samples_of_the_reference():
    lines = [line for line in SHARED.read_text("utf-8").splitlines() if line.startswith("<")]
    lines = [
        line.replace("BASE64", base64.b64encode(lines[1].encode()).decode()) for line in lines
    ]
    found = [(f.kind, f.channel) for line in lines for f in read_receipt(line.encode())]
    assert found == [
        ("import", "stored"),
        ("business", "L"),
        ("business", "P"),
        ("business", "L"),
        ("signing", "failed"),
        ("agreement", "agreed"),
        ("bonded", "taken"),
    ]
