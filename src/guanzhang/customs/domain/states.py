"""The life of a declaration: its states, what people may do in each, and what receipts do to it.

People move a declaration by the table below; receipts move it only forwards (`next_by_receipt`),
because they arrive in any order and more than once.
"""

from __future__ import annotations

from collections.abc import Mapping

from guanzhang.kernel.choice import Choice


class State(Choice):
    """Where a declaration stands. The order is the usual way of it."""

    DRAFT = "draft", "草稿", "Draft"
    REVIEW = "review", "待初审", "In review"
    SECOND_REVIEW = "review2", "待复审", "In second review"
    APPROVED = "approved", "已审核", "Approved"
    SENDING = "sending", "待发送", "To be sent"
    STORED = "stored", "已暂存", "Stored at the Single Window"
    DECLARED = "declared", "已申报", "Declared"
    ACCEPTED = "accepted", "海关入库", "Accepted"
    SUSPENDED = "suspended", "挂起", "Suspended"
    REJECTED = "rejected", "退单", "Rejected"
    EXAMINED = "examined", "审结", "Examined"
    TAX_DUE = "tax_due", "待缴税", "Tax due"
    TAX_PAID = "tax_paid", "已缴税", "Tax paid"
    INSPECTION = "inspection", "查验", "Inspection"
    INSPECTED = "inspected", "查验完成", "Inspected"
    PICKED_UP = "picked_up", "提货放行", "Released for pick-up"
    RELEASED = "released", "放行", "Released"
    CLOSED = "closed", "结关", "Closed"
    ARCHIVED = "archived", "归档", "Archived"
    DELETED = "deleted", "删单", "Deleted by customs"
    VOID = "void", "作废", "Void"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(code, Chinese name) pairs for a model field."""
        return cls.options()

    @property
    def is_editable(self) -> bool:
        """Whether the document may be written: only before it goes to review."""
        return self is State.DRAFT

    @property
    def is_with_customs(self) -> bool:
        """Whether customs has it: changes only by amendment or withdrawal."""
        return self in _WITH_CUSTOMS

    @property
    def is_over(self) -> bool:
        return self in (State.CLOSED, State.ARCHIVED, State.DELETED, State.VOID)


_WITH_CUSTOMS = frozenset(
    {
        State.ACCEPTED, State.SUSPENDED, State.EXAMINED, State.TAX_DUE, State.TAX_PAID,
        State.INSPECTION, State.INSPECTED, State.PICKED_UP, State.RELEASED, State.CLOSED,
        State.ARCHIVED,
    }
)  # fmt: skip


_BY_CODE = {str(state.value): state for state in State}


def state_of(code: str) -> State:
    """The state that is stored as ``code``; raises ``KeyError`` for other text."""
    return _BY_CODE[code]


class Action(Choice):
    """What a person does to a declaration."""

    SUBMIT = "submit", "送审", "Send to review"
    PASS = "pass", "审核通过", "Pass"
    RETURN = "return", "退回修改", "Return"
    RECALL = "recall", "撤回", "Recall"
    SEND = "send", "发送", "Send"
    MARK_STORED = "stored", "标记已暂存", "Mark as stored"
    MARK_DECLARED = "declared", "标记已申报", "Mark as declared"
    REOPEN = "reopen", "重新制单", "Reopen"
    PAY_TAX = "pay_tax", "登记缴税", "Record tax payment"
    END_INSPECTION = "end_inspection", "查验完成", "End inspection"
    ARCHIVE = "archive", "归档", "Archive"
    VOID = "void", "作废", "Void"


_BY_PEOPLE: Mapping[State, Mapping[Action, State]] = {
    State.DRAFT: {Action.SUBMIT: State.REVIEW, Action.VOID: State.VOID},
    State.REVIEW: {
        Action.PASS: State.APPROVED,
        Action.RETURN: State.DRAFT,
        Action.RECALL: State.DRAFT,
    },
    State.SECOND_REVIEW: {
        Action.PASS: State.APPROVED,
        Action.RETURN: State.DRAFT,
        Action.RECALL: State.DRAFT,
    },
    State.APPROVED: {
        Action.SEND: State.SENDING,
        Action.RETURN: State.DRAFT,
        Action.RECALL: State.DRAFT,
        Action.MARK_DECLARED: State.DECLARED,
    },
    State.SENDING: {
        Action.RECALL: State.DRAFT,
        Action.MARK_STORED: State.STORED,
        Action.MARK_DECLARED: State.DECLARED,
    },
    State.STORED: {Action.MARK_DECLARED: State.DECLARED, Action.REOPEN: State.DRAFT},
    State.DECLARED: {},
    State.REJECTED: {Action.REOPEN: State.DRAFT, Action.VOID: State.VOID},
    State.TAX_DUE: {Action.PAY_TAX: State.TAX_PAID},
    State.INSPECTION: {Action.END_INSPECTION: State.INSPECTED},
    State.CLOSED: {Action.ARCHIVE: State.ARCHIVED},
}


def next_state(state: State, action: Action, *, second_review: bool = False) -> State | None:
    """Where ``action`` leads from ``state``; None when it may not be done there.

    With ``second_review`` a first pass leads to the second review.
    """
    found = _BY_PEOPLE.get(state, {}).get(action)
    if second_review and state is State.REVIEW and action is Action.PASS:
        return State.SECOND_REVIEW
    return found


def actions_in(state: State) -> tuple[Action, ...]:
    """What people may do to a declaration in ``state``, in order."""
    return tuple(_BY_PEOPLE.get(state, {}))
