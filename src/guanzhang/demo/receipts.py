"""Receipts as the Single Window's client would put them into the inbox. Pure."""

from __future__ import annotations

import datetime as dt
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
Receipt = tuple[str, bytes]  # name of the file, its content
NOTES = {
    "L": "入库成功！",
    "J": "通关无纸化审结",
    "T": "需交税费，请登录电子支付系统支付",
    "C": "查验通知：请配合海关查验",
    "H": "报关单挂起，需人工审核",
    "E": "退单：毛重与舱单数据不符",
    "P": "海关已放行",
    "R": "已结关",
    "D": "海关已删单",
    "SpL": "概要申报入库",
    "SpK": "概要申报提货放行",
}


def stored(stem: str, client_no: str, seq_no: str, at: dt.datetime) -> Receipt:
    """The Single Window has taken the message called ``stem``."""
    text = (
        '<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec">'
        "<ResponseCode>0</ResponseCode><ErrorMessage>报关单暂存成功</ErrorMessage>"
        f"<ClientSeqNo>{client_no}</ClientSeqNo><SeqNo>{seq_no}</SeqNo>"
        "<TrnPreId></TrnPreId></DecImportResponse>"
    )
    return f"Successed_{stem}_{at.astimezone(CHINA):%Y%m%d%H%M%S}.xml", text.encode()


def business(
    seq_no: str,
    entry_no: str,
    channel: str,
    at: dt.datetime,
    note: str = "",
    declared: str = "",
) -> Receipt:
    """What customs says of a declaration; ``declared`` is the day of declaration as yyyy-mm-dd."""
    local = at.astimezone(CHINA)
    text = (
        f"<DEC_RESULT><CUS_CIQ_NO>{seq_no}</CUS_CIQ_NO><ENTRY_ID>{entry_no}</ENTRY_ID>"
        f"<NOTICE_DATE>{local:%Y-%m-%dT%H:%M:%S}</NOTICE_DATE><CHANNEL>{channel}</CHANNEL>"
        f"<NOTE>{escape(note or NOTES.get(channel, ''))}</NOTE>"
        f"<CUSTOM_MASTER>{entry_no[:4]}</CUSTOM_MASTER><I_E_DATE></I_E_DATE>"
        f"<D_DATE>{declared}</D_DATE></DEC_RESULT>"
    )
    return f"{entry_no or seq_no}_{channel}_{local:%Y%m%d%H%M%S}.xml", text.encode()


def failed(stem: str, client_no: str, at: dt.datetime) -> Receipt:
    """The Single Window could not take the message called ``stem``."""
    text = (
        '<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec">'
        "<ResponseCode>1</ResponseCode><ErrorMessage>操作员IC卡未插入，签名失败</ErrorMessage>"
        f"<ClientSeqNo>{client_no}</ClientSeqNo><SeqNo></SeqNo></DecImportResponse>"
    )
    return f"Failed_{stem}_{at.astimezone(CHINA):%Y%m%d%H%M%S}.xml", text.encode()
