"""Where a batch stands on its way, and whose it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from guanzhang.exchange import queries
from guanzhang.exchange.models import Batch
from guanzhang.web.pages import actor_of

State = Batch.State
STEPS = (
    ("upload", _("上传")),
    ("columns", _("对应列")),
    ("fix", _("修错误")),
    ("dry", _("试算")),
    ("commit", _("提交")),
)


def batch_of(request: HttpRequest, batch_id: int) -> Batch:
    """A batch the person may see; 404 for others."""
    return get_object_or_404(queries.batches(actor_of(request)), pk=batch_id)


def current_step(batch: Batch) -> str:
    match batch.state:
        case State.UPLOADED | State.FAILED:
            return "columns"
        case State.CHECKING:
            return "fix"
        case State.CHECKED:
            return "fix" if batch.refused else "dry"
        case State.COMMITTING:
            return "commit"
        case _:
            return ""  # behind it all


def steps(batch: Batch, current: str | None = None) -> list[dict[str, Any]]:
    """The five steps with what is done and what is now."""
    now = current_step(batch) if current is None else current
    keys = [key for key, _label in STEPS]
    at = keys.index(now) if now else len(keys)
    return [
        {"label": label, "number": i + 1, "done": i < at, "current": i == at}
        for i, (_key, label) in enumerate(STEPS)
    ]
