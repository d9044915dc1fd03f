"""What the generator makes: plain values, no database. ``services`` turns them into rows.

A party is named by its place in ``DemoData.parties``; a person by user name.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DemoDepartment:
    """A department below the root."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A user. ``scope`` is the grant's own data scope, "" for the role's usual one."""

    username: str
    name: str
    role: str
    department: str  # code
    scope: str = ""


@dataclass(frozen=True, slots=True)
class DemoContact:
    name: str
    title: str
    mobile: str
    email: str = ""
    wechat: str = ""
    birthday: dt.date | None = None
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class DemoParty:
    """A customer or supplier. Money fields are in 万元, as in the customer file."""

    name: str
    short_name: str
    kind: str  # enterprise | person
    is_customer: bool
    is_supplier: bool
    english_name: str = ""
    former_names: str = ""
    usc_code: str = ""
    customs_code: str = ""
    id_card: str = ""
    industry: str = ""
    region: str = ""
    scale: str = ""
    staff_count: int | None = None
    annual_revenue: Decimal | None = None
    total_assets: Decimal | None = None
    registered_capital: Decimal | None = None
    established_on: dt.date | None = None
    customs_credit: str = ""
    customs_kind: str = ""
    source: str = ""
    website: str = ""
    note: str = ""
    owner: str = ""  # user name; "" = nobody's yet
    custom: dict[str, str | bool] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    contacts: tuple[DemoContact, ...] = ()
    address_kind: str = "office"
    address: str = ""
    bank: str = ""
    bank_account_no: str = ""


@dataclass(frozen=True, slots=True)
class DemoTransaction:
    """One line of a document. ``amount`` in ``currency``; a return is negative."""

    party: int
    document_no: str
    line_no: int
    traded_on: dt.date
    direction: str  # import | export | domestic
    product_code: str
    product_name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    currency: str
    amount: Decimal
    exchange_rate: Decimal
    country: str


@dataclass(frozen=True, slots=True)
class DemoService:
    """A call, visit, complaint or note, and what comes next."""

    party: int
    kind: str
    happened_at: dt.datetime
    content: str
    result: str
    next_action: str
    next_due_on: dt.date | None
    closed_at: dt.datetime | None
    user: str  # user name
    with_contact: bool


@dataclass(frozen=True, slots=True)
class DemoField:
    """A custom field of the customer file."""

    key: str
    label: str
    type: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoData:
    """The whole demo company. Equal seeds and days give equal data."""

    departments: tuple[DemoDepartment, ...]
    people: tuple[DemoPerson, ...]
    fields: tuple[DemoField, ...]
    parties: tuple[DemoParty, ...]
    transactions: tuple[DemoTransaction, ...]
    services: tuple[DemoService, ...]
