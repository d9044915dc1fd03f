"""One form field the way the kit draws it, with its label, help and errors tied together."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

_NUMERIC = (forms.DecimalField, forms.IntegerField, forms.FloatField)


def render_field(bound: BoundField, w: int, label: str, extra: str) -> SafeString:
    """``w`` is the width in columns of the form grid. Errors and help are announced with the input."""
    widget = bound.field.widget
    ids = bound.auto_id or bound.html_name
    described = " ".join(
        part
        for part in (
            f"{ids}_wrong" if bound.errors else "",
            f"{ids}_help" if bound.help_text else "",
        )
        if part
    )
    attrs: dict[str, Any] = {
        "class": " ".join(filter(None, [_css(bound), widget.attrs.get("class"), extra]))
    }
    if described:
        attrs["aria-describedby"] = described
    if bound.errors:
        attrs["aria-invalid"] = "true"
    context = {
        "bound": bound,
        "input": bound.as_widget(attrs=attrs),
        "w": w,
        "label": label or bound.label,
        "check": isinstance(widget, forms.CheckboxInput),
        "many": isinstance(widget, (forms.CheckboxSelectMultiple, forms.RadioSelect)),
        "hidden": bound.is_hidden,
        "ids": ids,
    }
    return render_to_string("web/field.html", context)


def _css(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, (forms.CheckboxInput, forms.RadioSelect)):
        return ""
    right = isinstance(bound.field, _NUMERIC) and not isinstance(widget, forms.Select)
    return "gz-in n" if right else "gz-in"
