"""Long work of this module."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from guanzhang.trail import queries as trail
from guanzhang.work.registry import JobContext


def verify_trail(job: JobContext) -> dict[str, Any]:
    """Walk the book's chain of audit records and say whether it holds."""
    total, _digest = trail.head(job.book_id)
    good, fault = trail.verify(job.book_id, lambda count: job.progress(count, total))
    if fault:
        text = _("第 %(sequence)s 条留痕与链不符：找到 %(found)s，应为 %(expected)s") % {
            "sequence": fault.sequence,
            "found": fault.found,
            "expected": fault.expected,
        }
        return {"intact": False, "records": good, "text": text}
    sequence, digest = trail.head(job.book_id)
    text = _("%(count)s 条留痕完整，链首 %(head)s") % {
        "count": good,
        "head": f"{sequence}:{digest[:16]}",
    }
    return {"intact": True, "records": good, "text": text, "head": f"{sequence}:{digest}"}
