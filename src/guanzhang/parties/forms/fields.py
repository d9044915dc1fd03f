"""Fields that read what people type, and the form that shows the problems of a service."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.kernel.dates import parse_date
from guanzhang.kernel.problem import Problem
from guanzhang.parties.checks import parse_number

WARNINGS = "acknowledged"  # name of the checkboxes that acknowledge warnings


class NumberField(forms.CharField):
    """A number as people type it: ``1,234.5`` and full-width digits too. Gives a Decimal or None."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "n", "maxlength": 30})

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's protocol
        text = unicodedata.normalize("NFKC", super().to_python(value) or "")
        if not text:
            return None
        number = parse_number(text)
        if number is None:
            raise ValidationError(
                _("应为数字，如 1234.5，现为 %(value)s。"), params={"value": text}
            )
        return number

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's protocol
        if isinstance(value, Decimal):
            plain = format(value, "f")
            return plain.rstrip("0").rstrip(".") if "." in plain else plain
        return value


class WholeField(NumberField):
    """A whole number; gives an int or None."""

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's protocol
        number = super().to_python(value)
        if number is None:
            return None
        if number != number.to_integral_value() or abs(number) >= 10**9:
            raise ValidationError(
                _("应为整数，如 120，现为 %(value)s。"), params={"value": number}
            )
        return int(number)


class DayField(forms.CharField):
    """A day as people type it (``kernel.dates.parse_date``); gives a date or None."""

    widget = forms.TextInput(attrs={"placeholder": "2026-11-23", "maxlength": 20})

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's protocol
        text = super().to_python(value) or ""
        if not text:
            return None
        day = parse_date(text, timezone.localdate())
        if day is None:
            raise ValidationError(
                _("应为日期，如 2026-11-23，现为 %(value)s。"), params={"value": text}
            )
        return day


class MomentField(forms.CharField):
    """A day with an optional time, in local time; gives an aware datetime."""

    widget = forms.TextInput(attrs={"placeholder": "2026-11-23 10:30", "maxlength": 20})

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's protocol
        text = unicodedata.normalize("NFKC", super().to_python(value) or "").replace("T", " ")
        if not text:
            return None
        day_text, _blank, time_text = text.strip().partition(" ")
        day = parse_date(day_text, timezone.localdate())
        try:
            hour = dt.time.fromisoformat(time_text.strip() or "00:00")
        except ValueError:
            day = None
            hour = dt.time.min
        if day is None:
            raise ValidationError(
                _("应为日期和时间，如 2026-11-23 10:30，现为 %(value)s。"),
                params={"value": text},
            )
        return timezone.make_aware(dt.datetime.combine(day, hour.replace(tzinfo=None)))


class DataForm(forms.Form):
    """A form that shows the problems of a service at their fields."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's protocol
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.error_messages["required"] = _("请填写这一项。")

    def show(self, problems: Iterable[Problem], language: str) -> list[Problem]:
        """Put errors at their fields; returns the warnings and the errors without a field."""
        rest = []
        for problem in problems:
            name = problem.path.replace("custom.", "custom_")
            if problem.is_error and name in self.fields:
                if name not in self.errors:
                    self.add_error(name, problem.message("en" if language == "en" else "zh"))
            else:
                rest.append(problem)
        return rest

    def value(self, name: str) -> Any:  # noqa: ANN401 - whatever the field gives
        """The cleaned value; None where it could not be read."""
        return self.cleaned_data.get(name)

    def text(self, name: str) -> str:
        return str(self.value(name) or "")


def line(label: Any, most: int, *, required: bool = False, **attrs: Any) -> forms.CharField:  # noqa: ANN401 - widget attributes
    widget = forms.TextInput(attrs={"maxlength": most, "autocomplete": "off", **attrs})
    return forms.CharField(label=label, required=required, widget=widget)


def text_area(label: Any, rows: int = 3, *, required: bool = False) -> forms.CharField:  # noqa: ANN401 - a label
    return forms.CharField(
        label=label, required=required, widget=forms.Textarea({"rows": rows})
    )


def select(label: Any) -> forms.ChoiceField:  # noqa: ANN401 - a label
    return forms.ChoiceField(label=label, required=False)
