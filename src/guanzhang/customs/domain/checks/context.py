"""What a check knows beyond the document: reference data, the day, and facts of other records.

Everything but ``reference`` and ``on`` has a default that means "not known"; a rule that would need
what is not known says nothing. ``None`` for a collection is "nobody has looked", an empty one
is "there are none".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from guanzhang.reference.domain.view import Reference

Stage = Literal["save", "declare"]


@dataclass(frozen=True, slots=True)
class KnownParty:
    """A company of the party file, or our own."""

    usc_code: str
    customs_code: str = ""
    name: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class KnownMandate:
    """A power of attorney of the client. ``direction`` "I", "E" or "" for both."""

    number: str
    direction: str
    valid_from: dt.date
    valid_to: dt.date  # the last day
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class PastPrice:
    """A unit price declared before for the same goods."""

    price: Decimal
    currency: str
    unit: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another declaration of the book with the same bill of lading. ``number`` is ours."""

    number: str
    bill_no: str
    vehicle: str
    trader_code: str  # 18 characters
    kind: str = ""  # Type
    is_void: bool = False  # rejected, deleted, withdrawn or voided


@dataclass(frozen=True, slots=True)
class Permit:
    """A licence document that is on file. ``remaining`` in ``unit``; None = not known."""

    kind: str  # code of `license_doc`
    number: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    remaining: Decimal | None = None
    unit: str = ""
    hs_prefixes: tuple[str, ...] = ()  # the goods that it covers; () = not known


@dataclass(frozen=True, slots=True)
class ManualItem:
    """An item of a manual or account book; "" and None = not known."""

    hs_code: str = ""
    name: str = ""
    unit: str = ""
    remaining: Decimal | None = None  # in `unit`, without this declaration


@dataclass(frozen=True, slots=True)
class Manual:
    """A processing manual, account book or exemption certificate (备案)."""

    number: str
    valid_to: dt.date | None = None
    items: Mapping[str, ManualItem] | None = None  # by 备案序号


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A tax guarantee (保函, 保证金). ``remaining`` in CNY."""

    number: str
    valid_to: dt.date | None = None
    remaining: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file of the declaration. ``kind`` is a code of `edoc_type`; "" or None = not known."""

    kind: str
    name: str
    size: int | None = None  # bytes
    pages: int | None = None
    pdf_version: str = ""  # "1.4"; "" for what is not a PDF, see `is_pdf`
    is_pdf: bool | None = None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What the commercial invoice says."""

    number: str = ""
    day: dt.date | None = None
    total: Decimal | None = None
    currency: str = ""
    contract_no: str = ""
    used_by: str = ""  # our number of another declaration of the client with this invoice


@dataclass(frozen=True, slots=True)
class PackingFacts:
    """What the packing list says; kilograms."""

    packages: Decimal | None = None
    gross_weight: Decimal | None = None
    net_weight: Decimal | None = None
    contract_no: str = ""


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What the contract says."""

    number: str = ""
    day: dt.date | None = None
    total: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class ManifestFacts:
    """What the manifest or the bill of lading says; "" and None = not known."""

    vehicle: str = ""
    voyage: str = ""
    bill_no: str = ""
    packages: Decimal | None = None
    gross_weight: Decimal | None = None
    consignee: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Settings of the rules that have a threshold. Shares are fractions, weights kilograms."""

    freight_share: Decimal = Decimal("0.40")  # of the goods value, at most
    insurance_percent: Decimal = Decimal("0.3")
    price_deviation: Decimal = Decimal("0.30")
    price_deviation_z: Decimal = Decimal(3)
    weight_share: Decimal = Decimal("0.005")
    weight_least: Decimal = Decimal(1)
    bulk_share: Decimal = Decimal("0.01")
    small_box_payload: Decimal = Decimal(28_000)
    large_box_payload: Decimal = Decimal(30_000)
    most_lines: int = 50
    market_purchase_usd: Decimal = Decimal(150_000)
    expiry_days: int = 30  # warn so many days before a document ends
    attachment_bytes: int = 4 * 1024 * 1024
    attachment_page_bytes: int = 400 * 1024


@dataclass(frozen=True)
class Context:
    """Everything outside the document. ``on`` is the day of declaration, or today."""

    reference: Reference
    on: dt.date
    stage: Stage = "declare"  # what must be filled: to save at customs, or to declare
    limits: Limits = Limits()
    # who
    parties: tuple[KnownParty, ...] | None = None  # of the party file that match a code or name
    agent: KnownParty | None = None  # our own company
    declarants: Mapping[str, str] | None = None  # name of an active 报关员 → number
    mandates: tuple[KnownMandate, ...] | None = None  # of the client
    # what was declared before
    prices: Mapping[tuple[str, str, str], tuple[PastPrice, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )  # (HS code, origin, name) → prices of 12 months
    kilo_prices: Mapping[str, tuple[Decimal, Decimal]] = field(
        default_factory=lambda: MappingProxyType({})
    )  # HS code → lowest and highest USD per kilogram
    codes_of_name: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )  # name of goods → HS codes that the client used for it
    earlier: tuple[Earlier, ...] = ()
    client_no_used_by: str = ""  # our number of another declaration with this ClientSeqNo
    # licences, manuals, guarantees
    permits: tuple[Permit, ...] = ()
    manuals: tuple[Manual, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    tax_cny: Decimal | None = None  # payable by the tax sheet
    # documents
    attachments: tuple[AttachedFile, ...] | None = None
    wanted_attachments: tuple[str, ...] = ()  # codes of `edoc_type` that the client asks for
    invoice: InvoiceFacts | None = None
    packing: PackingFacts | None = None
    contract: ContractFacts | None = None
    manifest: ManifestFacts | None = None
    # days
    arrived_on: dt.date | None = None  # export: when the goods reached the supervised area
    loading_at: dt.datetime | None = None  # export: when they are loaded
    declared_at: dt.datetime | None = None
    return_by: dt.date | None = None  # of temporary goods, as recorded or extended
    original_released_on: dt.date | None = None  # of the declaration that goods return from
    royalty_due_on: dt.date | None = None  # next 9500 declaration
    tax_due_on: dt.date | None = None
    # lists that no shipped table holds
    agreement_members: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: MappingProxyType({})
    )  # agreement code → countries
    protected_brands: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: MappingProxyType({})
    )  # brand in capitals → 18-character codes of holder and licensees
    controlled_hs: frozenset[str] = frozenset()  # HS prefixes under export control
    ecommerce_codes: frozenset[str] | None = None  # companies registered for e-commerce
    border_trade_codes: frozenset[str] | None = None  # companies entitled to 4019
    national_integration: bool = False  # declared at another customs district on purpose
