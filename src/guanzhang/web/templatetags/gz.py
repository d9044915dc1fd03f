"""The template tags of the kit, built into every template: numbers, marks, fields, panels."""
# ruff: noqa: ANN401 - a template hands over whatever it holds

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from guanzhang.kernel.money import CURRENCIES
from guanzhang.kernel.problem import Problem
from guanzhang.web import formats
from guanzhang.web.charts import chart_markup
from guanzhang.web.devices import device_name
from guanzhang.web.fields import render_field
from guanzhang.web.icons import icon_svg
from guanzhang.web.marks import class_mark, class_swatch
from guanzhang.web.problems import shown_problems

register = template.Library()


def no_data() -> SafeString:
    return format_html('<span class="none">{}</span>', gettext("无数据"))


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """``{% icon "upload" %}``, ``{% icon "search" "s" %}``."""
    return icon_svg(name, size)


# --- numbers, days, unknowns --------------------------------------------------------------------


@register.filter
def money(value: Any, how: str = "") -> str:
    """``1,234.50``; zero blank, ``|money:"zero"`` shows it; ``|money:"JPY"`` uses its digits."""
    if value is None or value == "":
        return no_data()
    currency = how if how in CURRENCIES else "CNY"
    return formats.money_text(value, currency, blank_zero=how != "zero")


@register.simple_tag(name="money")
def money_tag(value: Any, zero: str = "blank", currency: str = "CNY") -> str:
    """As the filter, and a negative amount is red as well: ``{% money v %}``, ``{% money v "zero" %}``."""
    if value is None or value == "":
        return no_data()
    text = formats.money_text(value, currency, blank_zero=zero != "zero")
    return format_html('<span class="neg">{}</span>', text) if text.startswith("-") else text


@register.filter
def yuan(value: Any, currency: str = "CNY") -> str:
    """``¥1,234.50`` or ``USD 1,234.50``, for a figure that stands alone."""
    if value is None or value == "":
        return no_data()
    text = formats.yuan_text(value, currency)
    return format_html('<span class="neg">{}</span>', text) if value < 0 else text


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """``12,345``; ``|number:2`` fixes the decimals."""
    if value is None or value == "":
        return no_data()
    text = formats.number_text(value, places)
    return format_html('<span class="neg">{}</span>', text) if text.startswith("-") else text


@register.filter
def percent(value: Any, places: int = 1) -> str:
    """A fraction: ``0.412`` → ``41.2%``."""
    return no_data() if value is None or value == "" else formats.percent_text(value, places)


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    return formats.day_text(value) if value else no_data()


@register.filter
def moment(value: dt.datetime | None, how: str = "") -> str:
    """``2026-11-23 10:32``; ``|moment:"s"`` with seconds."""
    return formats.moment_text(value, seconds=how == "s") if value else no_data()


@register.filter
def unknown(value: Any) -> str:
    """The value, or 无数据 in quiet ink when there is none."""
    return no_data() if value is None or value == "" else conditional_escape(value)


@register.filter
def device(agent: str) -> str:
    """ "Chrome · Windows" for a User-Agent line."""
    return device_name(agent)


@register.filter
def share(value: Any, whole: Any) -> str:
    """``{{ part|share:whole }}`` → ``40.0%`` for widths of bars; ``0%`` when there is no whole."""
    if not whole or value is None:
        return "0%"
    fraction = max(Decimal(0), min(Decimal(1), Decimal(value) / Decimal(whole)))
    return f"{fraction * 100:.1f}%"


# --- marks of classes -----------------------------------------------------------------------------


@register.simple_tag
def grade_mark(
    code: str, name: str = "", colour: int | str = "", position: int | str = "", size: str = ""
) -> SafeString:
    """A class as letter, fill and colour; ``position`` 0 is the best class. No code: 无数据."""
    return class_mark(code, name, colour, position, size)


@register.simple_tag
def class_chip(name: str, colour: int | str = 0) -> SafeString:
    """A class as a coloured square and its name."""
    return class_swatch(name, colour)


# --- forms ----------------------------------------------------------------------------------------


@register.simple_tag
def field(bound: BoundField, w: int = 2, label: str = "", extra: str = "") -> SafeString:
    """``{% field form.name w=4 %}``: label, *, input, help and errors; ``extra`` adds classes."""
    return render_field(bound, w, label, extra)


@register.inclusion_tag("web/lookup.html")
def lookup(
    name: str,
    url: str,
    value: Any = "",
    label: str = "",
    *,
    aria: str = "",
    css: str = "gz-in",
    placeholder: str = "",
    required: bool = False,
    box_id: str = "",
) -> dict[str, Any]:
    """The combobox: a visible box showing ``label`` and a hidden input ``name`` holding ``value``.

    ``url`` is an address or the key of a lookup source. ``box_id`` (``look-<name>``) is what a
    ``<label for>`` points to.
    """
    return {
        "name": name,
        "url": url,
        "value": "" if value is None else value,
        "label": label,
        "aria": aria,
        "css": css,
        "placeholder": placeholder,
        "required": required,
        "id": box_id or f"look-{name}",
    }


@register.inclusion_tag("web/confirm_button.html", takes_context=True)
def confirm_button(
    context: Context,
    url: str,
    label: str,
    icon: str = "",
    question: str = "",
    css: str = "",
    **fields: Any,
) -> dict[str, Any]:
    """A POST button that asks first: ``{% confirm_button url _("撤销") "undo-2" _("撤销这批导入？") css="danger" %}``."""
    return {
        "url": url,
        "label": label,
        "icon": icon,
        "question": question,
        "css": css,
        "fields": fields,
        "csrf_token": context.get("csrf_token"),
    }


# --- panels ---------------------------------------------------------------------------------------


@register.inclusion_tag("web/problems.html", takes_context=True)
def problems(
    context: Context, found: Iterable[Problem | Mapping[str, Any]], title: str = ""
) -> dict[str, Any]:
    """The panel of problems; nothing when there are none."""
    request = context.get("request")
    english = getattr(request, "LANGUAGE_CODE", "").startswith("en")
    return {"problems": shown_problems(found, "en" if english else "zh"), "title": title}


@register.inclusion_tag("web/empty.html")
def empty(icon: str, text: str, url: str = "", label: str = "") -> dict[str, Any]:
    """Nothing here yet: one sentence, one action."""
    return {"icon": icon, "text": text, "url": url, "label": label}


@register.inclusion_tag("web/job.html", takes_context=True)
def progress(context: Context, job: Any, next: str = "") -> dict[str, Any]:  # noqa: A002
    """Bar, step and cancel of a job, polled while it lives; then goes to ``next`` when given."""
    return {"job": job, "next": next, "csrf_token": context.get("csrf_token")}


@register.simple_block_tag
def chart(
    content: SafeString,
    chart_id: str,
    title: str,
    option: Any,
    meta: str = "",
    h: str = "236px",
) -> SafeString:
    """``{% chart "pareto" _("集中度") option %}<table>…</table>{% endchart %}``: a picture and its table."""
    return chart_markup(chart_id, title, option, content, meta, h)


@register.inclusion_tag("web/neighbours.html")
def neighbours(found: Any) -> dict[str, Any]:
    """Previous and next in the list the person came from: ``{% neighbours n %}``."""
    return {"n": found}
