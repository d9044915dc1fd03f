"""Exact decimals in the database: scaled integers, the same on SQLite and PostgreSQL.

SQLite keeps a ``DecimalField`` as a binary float, which cannot hold 0.1. A ``FixedField`` keeps
``Decimal("12.34")`` with four places as the integer 123400, so sums and comparisons are exact in
both databases and in the analytic engine, which reads the same integers.
"""

from __future__ import annotations

from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

LARGEST = 2**63 - 1
EXACT = Context(prec=1000)  # the usual 28 digits would round away a digit too many, unnoticed

if TYPE_CHECKING:
    BigIntegerField = models.BigIntegerField[Any, Any]
else:
    BigIntegerField = models.BigIntegerField


class FixedField(BigIntegerField):
    """A ``Decimal`` with a fixed number of places, stored as a BIGINT."""

    description = _("定点数")

    def __init__(self, *args: Any, places: int = 4, **options: Any) -> None:  # noqa: ANN401
        self.places = places
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"places": self.places}

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def to_integer(self, value: Decimal | int | str) -> int:
        """The scaled integer; refuses what cannot be kept exactly."""
        number = self._number(value)
        if not number.is_finite() or abs(number.adjusted()) > 100:
            raise ValidationError(_("%(value)s 超出可存范围"), params={"value": value})
        scaled = number.scaleb(self.places, EXACT)
        if scaled != scaled.to_integral_value():
            raise ValidationError(
                _("%(value)s 的小数超过 %(places)s 位"),
                params={"value": value, "places": self.places},
            )
        if abs(scaled) > LARGEST:
            raise ValidationError(_("%(value)s 超出可存范围"), params={"value": value})
        return int(scaled)

    def from_integer(self, value: int) -> Decimal:
        return Decimal(int(value)).scaleb(-self.places)

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401 - also a query expression
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return self.to_integer(value)

    def from_db_value(
        self, value: int | None, _expression: object, _connection: object
    ) -> Decimal | None:
        return None if value is None else self.from_integer(value)

    def to_python(self, value: Any) -> Decimal | None:  # noqa: ANN401 - Django's protocol
        if value is None or isinstance(value, Decimal):
            return value
        return self._number(str(value))

    @property
    def validators(self) -> list[Any]:  # the integer bounds do not apply to the Decimal
        return []

    def validate(self, value: Any, model_instance: Any) -> None:  # noqa: ANN401 - Django's protocol
        super().validate(value, model_instance)
        if value is not None:
            self.to_integer(value)

    def formfield(self, **options: Any) -> forms.Field | None:  # noqa: ANN401
        # Not BigIntegerField's, which would make an integer of it.
        return models.Field.formfield(
            self,
            **{"form_class": forms.DecimalField, "decimal_places": self.places, **options},
        )

    @staticmethod
    def _number(value: Decimal | int | str) -> Decimal:
        try:
            return Decimal(value)
        except InvalidOperation as error:
            raise ValidationError(_("不是数字：%(value)s"), params={"value": value}) from error
