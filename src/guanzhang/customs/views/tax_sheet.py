"""The tax sheet of one declaration: every line with its working, the totals, what is unknown and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanzhang.customs.domain.tax import LineTax, TaxSheet
from guanzhang.customs.domain.tax.choice import label, with_units
from guanzhang.customs.domain.tax.deadlines import pay_by
from guanzhang.customs.models import Declaration
from guanzhang.customs.queries import declaration_for
from guanzhang.customs.taxes import tax_of
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain.view import Reference
from guanzhang.reference.queries import reference_on
from guanzhang.trail.services import record
from guanzhang.web.listing_export import TYPES
from guanzhang.web.listing_spec import ColumnKind
from guanzhang.web.pages import actor_of, page
from guanzhang.web.sheets import SheetColumn, write_xlsx


@page("declaration.view", "GET")
def tax(request: HttpRequest, pk: int) -> HttpResponse:
    """Partial inside another page, a page of its own otherwise."""
    actor = actor_of(request)
    row = declaration_for(actor, pk)
    on = timezone.localdate()
    sheet = tax_of(row, on=on)
    context = {"row": row, **_shown(actor, row, sheet, reference_on(sheet.on))}
    whole = not request.htmx  # type: ignore[attr-defined]
    return render(request, f"customs/tax_sheet{'_page' if whole else ''}.html", context)


@page("declaration.export", "POST")
def tax_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sheet as xlsx, one row per tax, with the working; recorded in the trail."""
    actor = actor_of(request)
    row = declaration_for(actor, pk, "declaration.export")
    now = timezone.now()
    sheet = tax_of(row, on=timezone.localdate(now))
    title = _("税单试算")
    notes = [
        (_("报关单"), row.number),
        (_("税率日期"), sheet.on.isoformat()),
        (_("税则"), _("演示税则，不能作为缴税依据") if sheet.is_demo else _("已载入的税则")),
        (_("应缴税款合计"), _("部分未知") if sheet.total is None else f"{sheet.total:,.2f}"),
        *((problem.kind.code, problem.message(actor.language)) for problem in sheet.problems),
    ]
    written = write_xlsx(_columns(), _cells(sheet, actor), title, notes)
    with transaction.atomic():
        record(
            actor,
            "list.exported",
            now=now,
            object_type="declaration",
            object_id=str(row.pk),
            label=row.number,
            changes={"rows": written.rows, "sha256": written.sha256},
        )
    name = f"{row.number}_{title}_{sheet.on:%Y-%m-%d}.xlsx"
    return FileResponse(
        written.file, as_attachment=True, filename=name, content_type=TYPES["xlsx"]
    )


def _shown(
    actor: Actor, row: Declaration, sheet: TaxSheet, reference: Reference
) -> dict[str, Any]:
    """What the template prints; every sentence in the reader's language."""
    language = actor.language
    declared = row.declared_on
    limit = pay_by(declared, reference) if declared else None
    return {
        "sheet": sheet,
        "is_estimate": declared is None,
        "rates": list(sheet.rates.items()),
        "lines": [_line(line, actor, reference) for line in sheet.lines],
        "totals": [
            {"name": t.kind.label(language), "total": t, "words": t.words.text(language)}
            for t in sheet.totals
        ],
        "unknown": [_problem(p, actor) for p in sheet.problems],
        "limit": limit and {"day": limit.day, "words": limit.working.text(language)},
    }


def _line(line: LineTax, actor: Actor, reference: Reference) -> dict[str, Any]:
    language = actor.language
    choice = line.choice
    return {
        "line": line,
        "origin": reference.name("country", line.origin) if line.origin else "",
        "rate": with_units(label(choice.rate), reference) if choice and choice.rate else "",
        "why": choice.words.text(language) if choice else "",
        "treatment": line.treatment.label(language),
        "value_steps": [step.text(language) for step in line.value_steps],
        "taxes": [
            {
                "tax": tax,
                "name": tax.kind.label(language),
                "rate": with_units(label(tax.rate), reference) if tax.rate else "",
                "steps": [step.text(language) for step in tax.steps],
            }
            for tax in line.taxes
        ],
    }


def _problem(problem: Problem, actor: Actor) -> dict[str, str]:
    kind = problem.kind
    return {
        "severity": kind.severity.value,
        "text": problem.message(actor.language),
        "code": kind.code,
        "basis": kind.basis,
    }


def _columns() -> list[SheetColumn]:
    money = ColumnKind.MONEY
    return [
        SheetColumn(_("项号")),
        SheetColumn(_("商品编号")),
        SheetColumn(_("商品名称")),
        SheetColumn(_("原产国")),
        SheetColumn(_("计税价格"), money),
        SheetColumn(_("税种")),
        SheetColumn(_("计税基数"), money),
        SheetColumn(_("税率")),
        SheetColumn(_("税额"), money),
        SheetColumn(_("应缴"), money),
        SheetColumn(_("计算过程")),
    ]


def _cells(sheet: TaxSheet, actor: Actor) -> Iterator[list[object]]:
    language = actor.language
    for line in sheet.lines:
        head = [line.number, line.hs_code, line.name, line.origin, line.value_cny]
        steps = [step.text(language) for step in line.value_steps]
        if line.choice:
            steps.append(line.choice.words.text(language))
        if not line.taxes:
            yield [*head, "", None, "", None, line.payable, "\n".join(steps)]
        for tax in line.taxes:
            rate = label(tax.rate) if tax.rate is not None else ""
            steps += [step.text(language) for step in tax.steps]
            tail = [tax.base, rate, tax.amount, tax.payable, "\n".join(steps)]
            yield [*head, tax.kind.label(language), *tail]
            steps = []
    for total in sheet.totals:
        name = _("合计 %(tax)s") % {"tax": total.kind.label(language)}
        charged = total.charged if total.is_known else None
        amount = total.amount if total.is_known else None
        yield [
            "",
            "",
            "",
            "",
            None,
            name,
            None,
            "",
            amount,
            charged,
            total.words.text(language),
        ]
    yield ["", "", "", "", sheet.value_cny, _("应缴合计"), None, "", None, sheet.total, ""]
