"""What the form and the review page both know of one declaration: findings, deadlines, taxes, rights."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.checking import Findings, findings_in
from guanzhang.customs.domain.declaration import read
from guanzhang.customs.domain.states import State, state_of
from guanzhang.customs.domain.tax.deadlines import declare_by
from guanzhang.customs.models import Declaration
from guanzhang.customs.queries import may_do
from guanzhang.customs.taxes import tax_of_document
from guanzhang.customs.views.payload import deadline_json, found_json, problem_json
from guanzhang.customs.views.taxes import tax_json
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Problem, Severity
from guanzhang.reference.queries import reference_on

NOT_JSON = Kind(
    "CUS-978", Severity.ERROR,
    "收到的内容不是一份报关单，请重新载入本页后再试",
    "What arrived is not a declaration; reload the page and try again",
)  # fmt: skip


def is_editable(actor: Actor, row: Declaration) -> bool:
    return state_of(row.state).is_editable and may_do(actor, "declaration.edit", row)


def day_of(row: Declaration, today: dt.date) -> dt.date:
    """The day whose codes and rates a declaration is read with: its own, or today."""
    return row.declared_on or today


def found_of(
    actor: Actor,
    row: Declaration,
    document: Mapping[str, Any],
    *,
    on: dt.date,
    found: Findings | None = None,
) -> dict[str, Any]:
    """Problems, deadlines and taxes of a document of ``row``, stored or as it stands on the page."""
    found = found or findings_in(row.book_id, document, on=on, row=row)
    sheet = tax_of_document(document, on=day_of(row, on))
    return found_json(
        actor, found, row.direction,
        confirms=may_do(actor, "declaration.review", row),
        deadlines=deadlines_of(row, document, on),
        tax=tax_json(sheet, actor),
    )  # fmt: skip


def deadlines_of(
    row: Declaration, document: Mapping[str, Any], today: dt.date
) -> list[dict[str, str]]:
    """Days that run: to declare while it is with us."""
    state = state_of(row.state)
    if state.is_over or state.is_with_customs or state is State.DECLARED:
        return []
    facts = read(document)
    if not facts.is_import or facts.moved_on is None:
        return []
    due = declare_by(facts.moved_on, reference_on(today))
    return [deadline_json(_("申报期限"), due.safe_day, today)]


def sent_json(request: HttpRequest) -> dict[str, Any] | None:
    """The JSON object of a request; None for anything else."""
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return sent if isinstance(sent, dict) else None


def refused_json(
    actor: Actor, problems: Iterable[Problem], direction: str = "I"
) -> JsonResponse:
    shown = [problem_json(problem, actor, direction) for problem in problems]
    return JsonResponse({"problems": shown}, status=409)


def today() -> dt.date:
    return timezone.localdate()
