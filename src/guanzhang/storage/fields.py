"""Exact decimals in the database: scaled integers, the same on SQLite and PostgreSQL.

SQLite keeps a ``DecimalField`` as a binary float, which cannot hold 0.1. A ``FixedField`` keeps
``Decimal("12.34")`` with four places as the integer 123400, so sums and comparisons are exact in
both databases and in the analytic engine, which reads the same integers.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

LARGEST = 2**63 - 1


class FixedField(models.BigIntegerField):
    """A ``Decimal`` with a fixed number of places, stored as a BIGINT."""

    description = _("定点数")

    def __init__(self, *args: Any, places: int = 4, **options: Any) -> None:
        self.places = places
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"places": self.places}

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def to_integer(self, value: Decimal | int | str) -> int:
        """The scaled integer; refuses what cannot be kept exactly."""
        try:
            scaled = Decimal(value).scaleb(self.places)
        except InvalidOperation as error:
            raise ValidationError(_("不是数字：%(value)s"), params={"value": value}) from error
        if scaled != scaled.to_integral_value():
            raise ValidationError(
                _("%(value)s 的小数超过 %(places)s 位"), params={"value": value, "places": self.places}
            )
        if abs(scaled) > LARGEST:
            raise ValidationError(_("%(value)s 超出可存范围"), params={"value": value})
        return int(scaled)

    def from_integer(self, value: int) -> Decimal:
        return Decimal(int(value)).scaleb(-self.places)

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return self.to_integer(value)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Decimal | None:
        return None if value is None else self.from_integer(value)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(str(value))

    @property
    def validators(self) -> list[Any]:  # the integer bounds do not apply to the Decimal
        return []

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value, model_instance)
        if value is not None:
            self.to_integer(value)

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        return models.Field.formfield(
            self, **{"form_class": forms.DecimalField, "decimal_places": self.places, **options}
        )
