"""The tax sheet as the panel beside the form shows it: a few rows, a total, figures per line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from guanzhang.customs.domain.tax.sheet import LineTax, TaxKind, TaxSheet
from guanzhang.kernel.actor import Actor
from guanzhang.web.formats import money_text, number_text

_SHOWN = (TaxKind.DUTY, TaxKind.EXPORT)


def tax_json(sheet: TaxSheet, actor: Actor) -> dict[str, Any] | None:
    """None when there is nothing to say about taxes (no lines)."""
    if not sheet.lines:
        return None
    rows: list[tuple[str, str, str]] = [
        (_("计征汇率 %(currency)s") % {"currency": code}, number_text(rate), "")
        for code, rate in sheet.rates.items()
        if code != "CNY"
    ]
    rows.append((_("计税价格 ¥"), _money(sheet.value_cny) or _("无数据"), "sub"))
    rows += [
        (
            f"{total.kind.label(actor.language)} ¥",
            _money(total.charged) if total.is_known else _("无数据"),
            "",
        )
        for total in sheet.totals
    ]
    known = sheet.total
    label = _("应缴税款 ¥") if known is not None else _("已知税款 ¥")
    amount = known if known is not None else sheet.known_total
    total = (label, _money(amount) if known is not None or amount else _("无数据"))
    return {
        "meta": _("估算，按 %(day)s 的税率") % {"day": sheet.on.isoformat()},
        "rows": rows,
        "total": total,
        "notes": _notes(sheet, actor),
        "lines": [_line(line) for line in sheet.lines],
        "sums": {"value": _money(sheet.value_cny), **_sums(sheet)},
    }


def _notes(sheet: TaxSheet, actor: Actor) -> list[str]:
    notes = [problem.message(actor.language) for problem in sheet.problems[:3]]
    if sheet.is_demo:
        notes.insert(0, _("税率取自演示税则，不能作为缴税依据。"))
    return notes


def _line(line: LineTax) -> dict[str, str]:
    rate = line.choice.rate if line.choice else None
    vat = line.tax(TaxKind.VAT)
    duty = next((tax for kind in _SHOWN if (tax := line.tax(kind))), None)
    return {
        "rate": "" if rate is None else (f"{rate}" if rate.is_specific else f"{rate}%"),
        "value": _money(line.value_cny),
        "duty": _money(duty.payable if duty else None),
        "vat": _money(vat.payable if vat else None),
    }


def _sums(sheet: TaxSheet) -> dict[str, str]:
    return {
        "duty": _money(sum((sheet.charged(kind) for kind in _SHOWN), Decimal(0))),
        "vat": _money(sheet.charged(TaxKind.VAT)),
    }


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else money_text(amount, blank_zero=False)
