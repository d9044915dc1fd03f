"""One parameter, changed from a day on, as an edition that another person reviews."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem, refuse_errors
from guanzhang.reference.domain.checks import check_parameters
from guanzhang.reference.models import Edition
from guanzhang.reference.services.loading import Heading, known_on, stage_rows
from guanzhang.reference.shapes import plain


def propose_parameter(
    actor: Actor,
    *,
    key: str,
    value: Decimal,
    valid_from: dt.date,
    source: str,
    is_confirmed: bool,
    now: dt.datetime,
) -> Edition:
    """Stage a new value; it takes effect on its day after the review. Raises ``Refused``."""
    row = {
        "key": key,
        "value": plain(value),
        "source": source.strip()[:300],
        "is_confirmed": "1" if is_confirmed else "0",
    }
    found = check_parameters([row], known_on(valid_from))
    refuse_errors([Problem(p.kind, p.path.partition(".")[2], p.facts) for p in found])
    heading = Heading(
        kind=Edition.Kind.PARAMETERS,
        effective_on=valid_from,
        source=source,
        title=f"参数 {key} = {plain(value)}",
        is_whole=False,
    )
    return stage_rows(actor, heading, [row], now=now)
