"""The taxes of a stored declaration: computed with the reference data of its day, kept for lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import transaction

from guanzhang.customs.domain.columns import kept
from guanzhang.customs.domain.declaration import Declaration as Facts
from guanzhang.customs.domain.declaration import read
from guanzhang.customs.domain.tax import TaxOptions, TaxSheet, tariff_day, tax_sheet
from guanzhang.customs.models import Declaration, GoodsLine
from guanzhang.reference.queries import reference_on

_PLAIN = TaxOptions()


def tax_of(row: Declaration, *, on: dt.date, options: TaxOptions = _PLAIN) -> TaxSheet:
    """The tax sheet of a stored declaration: as of its own day, or as if it were declared ``on``."""
    return tax_of_facts(read(row.document), on=row.declared_on or on, options=options)


def tax_of_document(
    document: Mapping[str, Any], *, on: dt.date, options: TaxOptions = _PLAIN
) -> TaxSheet:
    """The tax sheet of a document that is declared ``on``."""
    return tax_of_facts(read(document), on=on, options=options)


def tax_of_facts(facts: Facts, *, on: dt.date, options: TaxOptions = _PLAIN) -> TaxSheet:
    """The tax sheet of a declaration that is declared ``on``.

    The tariff is that of the day of the law (goods declared before arrival: the day of entry), the
    exchange rate that of the month of the declaration.
    """
    day = tariff_day(on, facts.moved_on, is_import=facts.is_import)
    return tax_sheet(facts, reference_on(day), on=day, options=replace(options, declared_on=on))


def store_tax(row: Declaration, sheet: TaxSheet) -> None:
    """Keep value and tax beside the declaration and its lines; unknown is stored as unknown, and so
    is what a mistyped number makes too large for a column.

    The goods of ``row`` must be written; only lines whose figures change are touched.
    """
    with transaction.atomic():
        row.value_cny, row.tax_cny = kept(sheet.value_cny, 4), kept(sheet.total, 4)
        row.save(update_fields=["value_cny", "tax_cny"])
        figures = dict(enumerate(line_figures(sheet), 1))
        changed = []
        for line in row.goods.all():
            value, duty = figures.get(line.number, (None, None))
            if (line.value_cny, line.duty_cny) != (value, duty):
                line.value_cny, line.duty_cny = value, duty
                changed.append(line)
        GoodsLine.objects.bulk_update(changed, ["value_cny", "duty_cny"])


def line_figures(sheet: TaxSheet) -> Iterable[tuple[Decimal | None, Decimal | None]]:
    """(duty value, taxes to pay before thresholds) of every line in order, as ``GoodsLine`` keeps them."""
    return ((kept(line.value_cny, 4), kept(line.payable, 4)) for line in sheet.lines)
