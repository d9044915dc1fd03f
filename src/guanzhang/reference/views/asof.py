"""The day a page shows, and what every page of reference data tells about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from guanzhang.kernel.dates import parse_date
from guanzhang.reference.domain.tables import TABLES, CodeTable
from guanzhang.reference.queries import reference_on
from guanzhang.web.pages import language_of


def day_of(request: HttpRequest) -> dt.date:
    """The day of ``?on=``; today for none, or for what is no day."""
    today = timezone.localdate()
    text = request.GET.get("on", "")
    return (parse_date(text, today) if text else None) or today


def as_of(request: HttpRequest) -> dict[str, Any]:
    """What the templates need to say which day it is and whether the tariff is only a demonstration."""
    today, day = timezone.localdate(), day_of(request)
    return {
        "on": day,
        "is_today": day == today,
        "on_query": "" if day == today else f"on={day}",
        "is_demo_tariff": reference_on(day).is_demo_tariff,
    }


def table_name(request: HttpRequest, table: CodeTable) -> str:
    return table.en if language_of(request) == "en" else table.zh


def edition_subject(request: HttpRequest, kind_label: str, table: str) -> str:
    """ "代码表 · 计量单位", "税则"."""
    if table not in TABLES:
        return kind_label
    return f"{kind_label} · {table_name(request, TABLES[table])}"
