"""Amendment, withdrawal and completion of a declaration: when, and with which content. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guanzhang.customs.domain.document import Document
from guanzhang.customs.domain.states import State
from guanzhang.kernel.choice import Choice

SUMMARY, WHOLE = "5", "6"  # third character of DecHead.Type
_OWN = {"DecHead": ("SeqNo", "EntryId", "PreEntryId")}  # what only one of the two documents has
Reason = tuple[str, str]  # zh, en


class AmendKind(Choice):
    """What a linked document asks of customs."""

    AMEND = "amend", "修改申请", "Amendment"
    WITHDRAW = "withdraw", "撤销申请", "Withdrawal"
    COMPLETE = "complete", "完整申报", "Full declaration"


def is_summary(document: Mapping[str, Any]) -> bool:
    """Whether it is the first step (概要申报) of a two-step declaration."""
    return str((document.get("DecHead") or {}).get("Type", ""))[2:3] == SUMMARY


def why_not(
    state: State, document: Mapping[str, Any], kind: AmendKind, *, is_amendment: bool
) -> Reason | None:
    """Why a declaration in ``state`` cannot be followed by ``kind``; None when it can."""
    if is_amendment and kind is not AmendKind.COMPLETE:
        return "它本身是修改或撤销申请", "it is itself an amendment or withdrawal"
    if not state.is_with_customs:
        return (
            "海关尚未接受申报，请直接修改或作废",
            "customs has not accepted it; change or void it",
        )
    if state is State.ARCHIVED:
        return "已经归档", "it is archived"
    if kind is AmendKind.COMPLETE and not is_summary(document):
        return "它不是两步申报的概要申报", "it is not the first step of a two-step declaration"
    if kind is AmendKind.COMPLETE and state is State.CLOSED:
        return "已经结关", "it is closed"
    return None


def amended(document: Mapping[str, Any], kind: AmendKind) -> Document:
    """The content to start from: the original's, without customs' numbers and signature."""
    found: Document = {key: value for key, value in document.items() if key != "DecSign"}
    head = {
        k: v for k, v in (document.get("DecHead") or {}).items() if k not in _OWN["DecHead"]
    }
    if kind is AmendKind.COMPLETE:
        text = str(head.get("Type", "")).ljust(3)
        head["Type"] = text[:2] + WHOLE + text[3:]
    found["DecHead"] = head
    found["DecLists"] = [dict(row) for row in document.get("DecLists") or ()]
    return found


def merged(original: Mapping[str, Any], amendment: Mapping[str, Any]) -> Document:
    """What customs holds after it has accepted ``amendment``: its content under the original's numbers."""
    own = {
        name: value
        for name, value in (original.get("DecHead") or {}).items()
        if name in _OWN["DecHead"]
    }
    found: Document = dict(amendment)
    found["DecHead"] = {**(amendment.get("DecHead") or {}), **own}
    found.pop("DecSign", None)
    if "DecSign" in original:
        found["DecSign"] = dict(original["DecSign"])
    return found
