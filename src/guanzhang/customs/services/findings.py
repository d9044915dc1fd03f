"""What people say to findings: a warning acknowledged with its reason, an error overridden by two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.checking import Finding, Findings, findings
from guanzhang.customs.domain.states import State, state_of
from guanzhang.customs.models import Acknowledgement, Declaration
from guanzhang.customs.services.base import audit, locked_declaration, need_reason
from guanzhang.customs.services.notices import tell, tell_reviewers
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Refused, Severity

GONE = Kind(
    "CUS-941", Severity.ERROR,
    "这条问题已不存在，或内容已经变化，请刷新后按新的结果处理。",
    "This finding is gone or has changed; reload and deal with the new one.",
)  # fmt: skip
NOT_A_WARNING = Kind(
    "CUS-942", Severity.ERROR,
    "{code} 是错误，不能只作确认；确需放行的，请说明理由申请强制通过，由另一人批准。",
    "{code} is an error; it takes an override with a reason and a second person.",
)  # fmt: skip
NOT_AN_ERROR = Kind(
    "CUS-943", Severity.ERROR,
    "{code} 是警告，写明理由确认即可，不需要强制通过。",
    "{code} is a warning; acknowledge it with a reason.",
)  # fmt: skip
SAME_PERSON = Kind(
    "CUS-944", Severity.ERROR,
    "{code} 的强制通过由您申请，须由另一人批准。",
    "You asked to override {code}; another person must approve it.",
)  # fmt: skip
NOT_ASKED = Kind(
    "CUS-945", Severity.ERROR,
    "{code} 没有待批准的强制通过申请，可能已被批准。",
    "No override of {code} waits for approval; it may have been approved already.",
)  # fmt: skip
TOO_LATE = Kind(
    "CUS-946", Severity.ERROR,
    "报关单 {number} 现在是“{found}”，审核已结束，不能再处理检查结果。",
    "Declaration {number} is “{found_en}”; its review is over.",
)  # fmt: skip
_OPEN_STATES = (State.DRAFT, State.REVIEW, State.SECOND_REVIEW)


def acknowledge(
    actor: Actor, declaration_id: int, digests: Iterable[str], *, reason: str, now: dt.datetime
) -> Findings:
    """Accept warnings, named by their digests, with a reason; all of them or none."""
    need_reason(reason, zh="确认的理由", en="the reason")
    with transaction.atomic():
        row, found = _open(actor, declaration_id, now)
        wanted = [_named(found, digest) for digest in dict.fromkeys(digests)]
        for finding in wanted:
            if finding.problem.kind.severity is not Severity.WARNING:
                raise Refused([NOT_A_WARNING.at("", code=finding.problem.kind.code)])
        for finding in wanted:
            if finding.said is None:
                _say(actor, row, finding, reason, now=now, is_override=False)
        _tell_trail(actor, row, "declaration.acknowledged", wanted, reason, now=now)
        return recount(row, now=now)


def override(
    actor: Actor, declaration_id: int, digest: str, *, reason: str, now: dt.datetime
) -> Findings:
    """Ask to let an error pass, with a reason; it stands in the way until a second person agrees."""
    need_reason(reason, zh="强制通过的理由", en="the reason")
    with transaction.atomic():
        row, found = _open(actor, declaration_id, now)
        finding = _named(found, digest)
        if not finding.problem.is_error:
            raise Refused([NOT_AN_ERROR.at("", code=finding.problem.kind.code)])
        if finding.said and finding.said.second_id is not None:
            return found
        row.acknowledgements.filter(finding=digest).delete()
        _say(actor, row, finding, reason, now=now, is_override=True)
        tell_reviewers(actor, row, now=now, text=_("报关单 %(number)s 申请强制通过一项错误"))
        _tell_trail(actor, row, "declaration.override_asked", [finding], reason, now=now)
        return recount(row, now=now)


def confirm_override(
    actor: Actor, declaration_id: int, digest: str, *, now: dt.datetime
) -> Findings:
    """Agree to an override that another person asked for; takes the right to review."""
    with transaction.atomic():
        row, found = _open(actor, declaration_id, now, "declaration.review")
        finding = _named(found, digest)
        said = finding.said
        code = finding.problem.kind.code
        if said is None or not said.is_override or said.second_id is not None:
            raise Refused([NOT_ASKED.at("", code=code)])
        if said.user_id == actor.user_id:
            raise Refused([SAME_PERSON.at("", code=code)])
        said.second_id, said.second_name, said.second_at = actor.user_id, actor.name, now
        said.save(update_fields=["second_id", "second_name", "second_at"])
        text = _("报关单 %(number)s 的 %(code)s 已批准强制通过")
        tell(row, (said.user_id,), text, now=now, by=actor, code=code)
        _tell_trail(actor, row, "declaration.override_agreed", [finding], said.reason, now=now)
        return recount(row, now=now)


def recount(row: Declaration, *, now: dt.datetime) -> Findings:
    """Check a stored declaration and write how many errors and warnings are open."""
    found = findings(row, on=timezone.localdate(now))
    row.error_count, row.warning_count = found.error_count, found.warning_count
    row.save(update_fields=["error_count", "warning_count"])
    return found


def _open(
    actor: Actor, declaration_id: int, now: dt.datetime, action: str = "declaration.edit"
) -> tuple[Declaration, Findings]:
    row = locked_declaration(actor, declaration_id, action)
    state = state_of(row.state)
    if state not in _OPEN_STATES:
        raise Refused([TOO_LATE.at("", number=row.number, found=state.zh, found_en=state.en)])
    return row, findings(row, on=timezone.localdate(now))


def _named(found: Findings, digest: str) -> Finding:
    finding = found.with_digest(digest)
    if finding is None:
        raise Refused([GONE.at("")])
    return finding


def _say(
    actor: Actor,
    row: Declaration,
    finding: Finding,
    reason: str,
    *,
    now: dt.datetime,
    is_override: bool,
) -> None:
    Acknowledgement.objects.create(
        declaration=row,
        code=finding.problem.kind.code,
        path=finding.problem.path[:80],
        finding=finding.digest,
        message=finding.problem.message("zh")[:500],
        is_override=is_override,
        reason=reason.strip()[:300],
        user_id=actor.user_id,
        user_name=actor.name,
        at=now,
    )


def _tell_trail(
    actor: Actor,
    row: Declaration,
    action: str,
    said: Iterable[Finding],
    reason: str,
    *,
    now: dt.datetime,
) -> None:
    changes = {f"{f.problem.kind.code} {f.problem.path}": f.problem.message("zh") for f in said}
    audit(actor, row, action, now=now, changes=changes, reason=reason)
