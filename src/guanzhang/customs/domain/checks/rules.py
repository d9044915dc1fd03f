"""The table of all rules in the order they run, and where the rest of the trade's checks are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from guanzhang.customs.domain.checks import (
    codes,
    confirmations,
    documents,
    form,
    goods,
    header,
    inspection,
    licences,
    manuals,
    modes,
    origin,
    parties,
    special,
    terms,
    timing,
    transport,
    weights,
    wording,
)
from guanzhang.customs.domain.checks.context import Context
from guanzhang.customs.domain.checks.shared import Problems
from guanzhang.customs.domain.declaration import Declaration


@dataclass(frozen=True, slots=True)
class Rule:
    """A pure function with the codes it reports. ``reads_tariff``: only warns with a demo tariff."""

    codes: tuple[str, ...]
    run: Callable[[Declaration, Context], Problems]
    reads_tariff: bool = False


def _rule(
    codes: str, run: Callable[[Declaration, Context], Problems], *, reads_tariff: bool = False
) -> Rule:
    return Rule(tuple(codes.split()), run, reads_tariff)


RULES: tuple[Rule, ...] = (
    _rule("F01 F07 F08", form.filled),
    _rule("F02 F03 F04 F05 F06 F09 F10", form.written),
    _rule("H04 H04b", codes.coded_fields),
    _rule("H01 H01b", parties.credit_codes),
    _rule("H02 H02b H02c", parties.customs_codes),
    _rule("H03", parties.one_company),
    _rule("H19", parties.declarants),
    _rule("H20", parties.owners),
    _rule("D01", parties.mandate),
    _rule("H05 H21", header.entry_numbers),
    _rule("H06", header.offices),
    _rule("H07", header.single_values),
    _rule("H08", modes.manual_and_mode),
    _rule("H09", modes.mode_and_nature),
    _rule("H10 H10b H11", header.countries),
    _rule("H12", transport.means),
    _rule("H13", transport.waybill),
    _rule("H14 H15", header.contract_and_storage),
    _rule("H16 H16b", header.document_type),
    _rule("H17 H17b H18", confirmations.promises),
    _rule("T01 T01b", terms.charges_and_terms),
    _rule("T02", terms.charges),
    _rule("T03", terms.charge_sizes),
    _rule("T04", terms.products),
    _rule("T05", terms.currencies),
    _rule("T06", terms.past_prices),
    _rule("T07", terms.kilo_prices),
    _rule("W01", weights.header_weights),
    _rule("W02 W03", weights.net_weights),
    _rule("W04", weights.packages),
    _rule("W05", weights.wood),
    _rule("W06 W07", weights.containers),
    _rule("W07b", weights.boxed_lines),
    _rule("W08 W09", weights.box_weights),
    _rule("W10", weights.bulk_weight),
    _rule("G24 G24b", goods.line_numbers),
    _rule("G01", goods.commodity_codes, reads_tariff=True),
    _rule("G02", goods.legal_units, reads_tariff=True),
    _rule("G02", goods.second_quantities),
    _rule("G03 G04", goods.quantities),
    _rule("G05", wording.elements, reads_tariff=True),
    _rule("G05", wording.brand_and_preference),
    _rule("G06 G06b", wording.lengths),
    _rule("G07", wording.characters),
    _rule("G08 G30", wording.brands),
    _rule("G09 G25", wording.names),
    _rule("G10", licences.supervision, reads_tariff=True),
    _rule("G11", licences.permits),
    _rule("G12 G12b", inspection.inspection, reads_tariff=True),
    _rule("G13 G14 G15 G16", inspection.attributes),
    _rule("G17 G17b", goods.origins),
    _rule("G18", origin.agreements),
    _rule("G19", origin.measures, reads_tariff=True),
    _rule("G20", goods.treatments),
    _rule("G21 S02", manuals.manuals),
    _rule("G22 G23", goods.same_goods),
    _rule("G26", goods.used_codes),
    _rule("G27 G28", goods.places),
    _rule("G29", licences.rebates),
    _rule("D02", documents.wanted_files),
    _rule("D03 D03b", documents.files),
    _rule("D04", documents.invoice_total),
    _rule("D05", documents.packing_list),
    _rule("D06", documents.contract_numbers),
    _rule("D07", documents.document_days),
    _rule("D08 D09", documents.manifest),
    _rule("D10", documents.relations),
    _rule("U01", timing.declared_twice),
    _rule("U02", timing.client_number),
    _rule("U03", timing.invoice_number),
    _rule("U04", timing.import_deadline),
    _rule("U05", timing.export_time),
    _rule("U06 U08", timing.expiries),
    _rule("U07", timing.temporary_goods),
    _rule("U09 U10", timing.payments),
    _rule("S01", special.bonded),
    _rule("S03", special.inland_sales),
    _rule("S04 S04b S05", special.two_steps),
    _rule("S06", special.guarantees),
    _rule("S07 S08 S10", special.entitled),
    _rule("S09", special.market_purchase),
    _rule("S11 S11b", special.returns),
    _rule("S12 S12b", special.temporary),
    _rule("S13 S14", special.exclusions_and_royalties),
    _rule("S15", special.water_transit),
)

# Not decidable from one declaration and its context: who sees to it instead.
ELSEWHERE: Mapping[str, str] = {
    "R01": "customs.services.review: maker, reviewer and sender differ",
    "R02": "customs.services.declarations: another document than the approved one resets the approval",
    "R03": "customs.domain.states: after acceptance only amendments; customs.services.amendments",
    "R04": "customs.services.review: an override takes a reason and two people and is kept",
    "T08": "books, when receivables exist: declared total against contract and receivable",
    "C01": "books, when taxes are booked: against the payment slip",
    "C02": "books, when disbursements exist: within the limit and collected",
    "C03": "billing: every released declaration has its agency fee",
    "C04": "books, export rebate: declared quantity against the input invoice",
    "C05": "books: foreign exchange against the declared total",
}
