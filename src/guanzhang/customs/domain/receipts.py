"""Receipts of the Single Window and customs: what comes back, in all shapes that are met."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from xml.etree.ElementTree import Element

from guanzhang.customs.domain.document import clean
from guanzhang.customs.domain.file_problems import NOT_A_RECEIPT, RECEIPT_SAYS_NOTHING
from guanzhang.customs.domain.flow import FAILED, STORED
from guanzhang.customs.domain.plainxml import local_name, parse
from guanzhang.customs.domain.xml import ENVELOPE, unwrapped
from guanzhang.kernel.problem import Refused

Kind = Literal["import", "business", "signing", "agreement", "bonded"]
CHINA = dt.timezone(dt.timedelta(hours=8))
MAX_RECEIPT = 4 * 1024 * 1024
_FILE_NAME = re.compile(r"^(Successed|Success|Failed)_(.+?)(?:_(\d{8,17}))?(?:\.xml)?$", re.I)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What one receipt says. Empty texts and None where it says nothing.

    ``channel``: the channel of customs, or ``stored`` / ``failed`` of a technical receipt.
    ``stem``: the name of our file that a technical receipt answers, from its own file name.
    """

    kind: Kind
    channel: str
    seq_no: str = ""
    entry_no: str = ""
    client_no: str = ""
    stem: str = ""
    noticed_at: dt.datetime | None = None
    note: str = ""
    office: str = ""
    declared_on: dt.date | None = None
    moved_on: dt.date | None = None
    agreement_no: str = ""


def read_receipt(data: bytes, name: str = "") -> tuple[ReceiptFacts, ...]:
    """What a file of receipts says, one row per receipt; raises ``Refused`` if it says nothing.

    ``name`` is the file's name: technical receipts carry in it whether and which.
    """
    root = parse(data, name="回执", limit=MAX_RECEIPT).root
    if local_name(root.tag) == ENVELOPE:
        root = parse(unwrapped(root), name="回执", limit=MAX_RECEIPT).root
    shape = local_name(root.tag)
    reader = _READERS.get(shape)
    if reader is None:
        raise Refused([NOT_A_RECEIPT.at("", found=shape[:60])])
    found = reader(root, name)
    if not found:
        raise Refused([RECEIPT_SAYS_NOTHING.at("", found=shape)])
    return found


def answered_stem(name: str) -> str:
    """The name of our file that a technical receipt named ``name`` answers; "" for others."""
    match = _FILE_NAME.match(name.rpartition("/")[2])
    return match[2] if match else ""


def _technical(root: Element, name: str) -> tuple[ReceiptFacts, ...]:
    """DecImportResponse; where the code is missing, the file's name says how it went."""
    values = _values(root)
    match = _FILE_NAME.match(name.rpartition("/")[2])
    code = values.get("ResponseCode", "")
    if not code and match is None:
        return ()
    is_ok = code.strip("0") == "" if code else match is not None and match[1][0] in "Ss"
    return (
        ReceiptFacts(
            kind="import",
            channel=STORED if is_ok else FAILED,
            seq_no=values.get("SeqNo", ""),
            client_no=values.get("ClientSeqNo", ""),
            stem=match[2] if match else "",
            noticed_at=_moment(match[3] or "") if match else None,
            note=values.get("ErrorMessage", ""),
        ),
    )


def _business(root: Element, name: str) -> tuple[ReceiptFacts, ...]:  # noqa: ARG001 - one shape
    """DEC_RESULT, alone or several in a wrapper."""
    rows = [each for each in root.iter() if local_name(each.tag) == "DEC_RESULT"]
    extra = next(
        (t for e in root if local_name(e.tag) == "RESULT_INFO" and (t := clean(e.text))), ""
    )
    found = []
    for row in rows:
        values = _values(row)
        channel = values.get("CHANNEL", "")
        if not channel or not (values.get("ENTRY_ID") or values.get("CUS_CIQ_NO")):
            continue
        found.append(
            ReceiptFacts(
                kind="business",
                channel=channel,
                seq_no=values.get("CUS_CIQ_NO", ""),
                entry_no=values.get("ENTRY_ID", ""),
                noticed_at=_moment(values.get("NOTICE_DATE", "")),
                note=values.get("NOTE", "") or extra,
                office=values.get("CUSTOM_MASTER", ""),
                declared_on=_day(values.get("D_DATE", "")),
                moved_on=_day(values.get("I_E_DATE", "")),
            )
        )
    return tuple(found)


def _signing(root: Element, name: str) -> tuple[ReceiptFacts, ...]:
    """The card reader or the signature failed: the file was not declared."""
    values = _values(root)
    if "resultFlag" not in {local_name(each.tag) for each in root}:
        return ()
    code, text = values.get("failCode", ""), values.get("failInfo", "")
    match = _FILE_NAME.match(name.rpartition("/")[2])
    note = f"{code} {text}".strip()
    failed = ReceiptFacts(
        kind="signing", channel=FAILED, note=note, stem=match[2] if match else ""
    )
    return (failed if note else replace(failed, channel="signed"),)


def _agreement(root: Element, name: str) -> tuple[ReceiptFacts, ...]:  # noqa: ARG001 - one shape
    values = _values(root)
    is_ok = values.get("ResponseCode") == "1"
    return (
        ReceiptFacts(
            kind="agreement",
            channel="agreed" if is_ok else FAILED,
            note=values.get("ResponseMessage", ""),
            agreement_no=values.get("ConsignNo", ""),
        ),
    )


def _bonded(root: Element, name: str) -> tuple[ReceiptFacts, ...]:  # noqa: ARG001 - one shape
    values = _values(root)
    return (
        ReceiptFacts(
            kind="bonded",
            channel="taken" if values.get("DealFlag") == "0" else FAILED,
            seq_no=values.get("SeqNo", ""),
            client_no=values.get("EtpsPreentNo", ""),
            note=values.get("CheckInfo", ""),
        ),
    )


_READERS = {
    "DecImportResponse": _technical,
    "DEC_RESULT": _business,
    "DEC_DATA": _business,
    "Root": _signing,
    "ImportAgrResponse": _agreement,
    "CommonResponeMessage": _bonded,  # spelled like this by its makers
}


def _values(root: Element) -> Mapping[str, str]:
    """The text of every leaf by its name; the first of several."""
    found: dict[str, str] = {}
    for each in root.iter():
        if not len(each) and (text := clean(each.text)):
            found.setdefault(local_name(each.tag), text)
    return found


def _moment(text: str) -> dt.datetime | None:
    """Times of notices: ISO or digits only, the clock of China unless they say another."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        digits = "".join(_DIGITS.findall(text))
        if len(digits) < 8:
            return None
        try:
            found = dt.datetime.strptime(digits[:14].ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007
        except ValueError:
            return None
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def _day(text: str) -> dt.date | None:
    moment = _moment(text)
    return moment.astimezone(CHINA).date() if moment else None
