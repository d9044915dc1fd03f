"""What a person, a file or another module says about a party: plain values, before any check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, TypeVar

from guanzhang.kernel.codes import normalise_code, normalise_mobile
from guanzhang.parties.domain.names import normalise_name

CustomValue = str | bool  # numbers and days as text: "12.5", "2026-11-23"


@dataclass(frozen=True, slots=True)
class PartyData:
    """Everything of a party that people may write; money in 万元. ``code`` "" asks for a number."""

    name: str
    code: str = ""
    kind: str = "enterprise"
    is_customer: bool = True
    is_supplier: bool = False
    short_name: str = ""
    english_name: str = ""
    former_names: str = ""
    usc_code: str = ""
    customs_code: str = ""
    id_card: str = ""
    industry: str = ""  # "F51"
    region: str = ""  # "330206"
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
    custom: Mapping[str, CustomValue] = field(default_factory=dict)
    owner_id: int | None = None
    department_id: int | None = None

    def tidied(self) -> PartyData:
        """The same, written the way it is stored: no blanks around, codes and names in one form."""
        texts: dict[str, Any] = {
            f.name: " ".join(getattr(self, f.name).split())
            for f in fields(self)
            if f.name in _LINES
        }
        codes: dict[str, Any] = {name: normalise_code(getattr(self, name)) for name in _CODES}
        custom = {k: v.strip() if isinstance(v, str) else v for k, v in self.custom.items()}
        return replace(
            self,
            **texts,
            **codes,
            name=normalise_name(self.name),
            former_names="\n".join(
                x.strip() for x in self.former_names.splitlines() if x.strip()
            ),
            note=self.note.strip(),
            custom={k: v for k, v in custom.items() if v != ""},
        )


_CODES = ("usc_code", "customs_code", "id_card")
_LINES = ("code", "short_name", "english_name", "website")


@dataclass(frozen=True, slots=True)
class ContactData:
    name: str
    title: str = ""
    mobile: str = ""
    phone: str = ""
    email: str = ""
    wechat: str = ""
    birthday: dt.date | None = None
    is_primary: bool = False
    note: str = ""

    def tidied(self) -> ContactData:
        return replace(
            _stripped(self),
            mobile=normalise_mobile(self.mobile),
            email=self.email.strip().lower(),
        )


@dataclass(frozen=True, slots=True)
class AddressData:
    detail: str
    kind: str = "office"
    region: str = ""
    postcode: str = ""

    def tidied(self) -> AddressData:
        return _stripped(self)


@dataclass(frozen=True, slots=True)
class AccountData:
    """A bank account of a party."""

    bank: str
    account_no: str
    holder: str = ""
    currency: str = "CNY"

    def tidied(self) -> AccountData:
        return replace(
            _stripped(self),
            account_no=normalise_code(self.account_no).replace("-", ""),
            currency=normalise_code(self.currency),
        )


@dataclass(frozen=True, slots=True)
class ServiceData:
    """A call, visit, complaint or note, and what comes next."""

    kind: str
    happened_at: dt.datetime
    content: str
    contact_id: int | None = None
    result: str = ""
    next_action: str = ""
    next_due_on: dt.date | None = None

    def tidied(self) -> ServiceData:
        return _stripped(self)


@dataclass(frozen=True, slots=True)
class TransactionData:
    """One line of trade entered by hand. ``amount`` None is quantity × unit price."""

    traded_on: dt.date
    amount: Decimal | None
    document_no: str = ""
    line_no: int = 1
    direction: str = ""
    product_code: str = ""
    product_name: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    currency: str = "CNY"
    exchange_rate: Decimal = Decimal(1)
    country: str = ""

    def tidied(self) -> TransactionData:
        return replace(_stripped(self), currency=normalise_code(self.currency))


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A custom field as the checks see it."""

    key: str
    label: str
    type: str  # text number money date choice flag
    choices: Sequence[str] = ()
    is_required: bool = False


def as_dict(data: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass of this module
    """Field name → value, not copied deeply."""
    return {f.name: getattr(data, f.name) for f in fields(data)}


D = TypeVar("D", ContactData, AddressData, AccountData, ServiceData, TransactionData)


def _stripped(data: D) -> D:
    texts: dict[str, Any] = {
        k: v.strip() for k, v in as_dict(data).items() if isinstance(v, str)
    }
    return replace(data, **texts)
