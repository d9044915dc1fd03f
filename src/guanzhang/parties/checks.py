"""What is wrong with a party, a contact, an account, a transaction, before it is written. Pure.

Every check returns all problems at once. Paths are field names; custom fields are ``custom.KEY``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

from guanzhang.kernel.choice import Choice
from guanzhang.kernel.codes import (
    check_customs_code,
    check_email,
    check_id_card,
    check_mobile,
    check_usc_code,
)
from guanzhang.kernel.money import CURRENCIES
from guanzhang.kernel.problem import Kind, Problem, Severity
from guanzhang.parties.data import (
    AccountData,
    AddressData,
    ContactData,
    CustomValue,
    FieldSpec,
    PartyData,
    ServiceData,
    TransactionData,
    as_dict,
)
from guanzhang.parties.domain.choices import (
    CustomsKind,
    Direction,
    PartyKind,
    ServiceKind,
    Source,
)
from guanzhang.parties.domain.customs_credit import CustomsCredit
from guanzhang.parties.domain.industries import industry
from guanzhang.parties.domain.regions import descends, region, region_of_usc, region_path
from guanzhang.parties.domain.scale import Scale, enterprise_scale

NO_NAME = Kind("PTY-101", Severity.ERROR, "请填写名称。", "Enter a name.")
TOO_LONG = Kind(
    "PTY-102", Severity.ERROR,
    "内容有 {found} 个字，最多 {expected} 个，请缩短。",
    "The text has {found} characters; at most {expected} fit. Shorten it.",
)  # fmt: skip
NO_ROLE = Kind(
    "PTY-103", Severity.ERROR,
    "请选择是客户、供应商，还是两者都是。",
    "Say whether this is a customer, a supplier, or both.",
)  # fmt: skip
USC_OF_PERSON = Kind(
    "PTY-104", Severity.ERROR,
    "个人没有统一社会信用代码，现填有 {found}。请清空，或把类型改为企业（个体工商户选企业）。",
    "A person has no unified social credit code; found {found}. Clear it or choose company.",
)  # fmt: skip
ID_OF_ENTERPRISE = Kind(
    "PTY-105", Severity.ERROR,
    "身份证号只属于个人。请清空，或把类型改为个人。",
    "Only a person has an identity number. Clear it or choose person.",
)  # fmt: skip
REGION_DIFFERS = Kind(
    "PTY-106", Severity.WARNING,
    "地区填的是{found}，统一社会信用代码第3至8位属于{expected}。异地经营可以保留，填错请改正。",
    "The region is {found}, but characters 3 to 8 of the credit code belong to {expected}. "
    "Keep it if the company works elsewhere; correct it otherwise.",
    "统一社会信用代码 GB 32100-2015",
)  # fmt: skip
SCALE_DIFFERS = Kind(
    "PTY-107", Severity.WARNING,
    "规模填的是{found}，按行业、人数、收入和资产应为{expected}。请核对。",
    "The scale is {found}; industry, staff, revenue and assets make it {expected}. Check them.",
    "统计上大中小微型企业划分办法（2017） 国统字〔2017〕213号",
)  # fmt: skip
UNKNOWN_REGION = Kind(
    "PTY-108", Severity.ERROR,
    "没有代码为 {found} 的地区，应为6位行政区划代码，如 330206。",
    "There is no region {found}; a 6-digit region code such as 330206 is expected.",
    "GB/T 2260",
)  # fmt: skip
UNKNOWN_INDUSTRY = Kind(
    "PTY-109", Severity.ERROR,
    "没有代码为 {found} 的行业，应为门类加大类，如 F51。",
    "There is no industry {found}; section and division such as F51 are expected.",
    "GB/T 4754-2017",
)  # fmt: skip
UNKNOWN_CHOICE = Kind(
    "PTY-110", Severity.ERROR,
    "{found} 不在可选范围内，应为：{expected}。",
    "{found} is not among the choices: {expected}.",
)  # fmt: skip
CUSTOM_REQUIRED = Kind("PTY-111", Severity.ERROR, "请填写“{label}”。", "Enter “{label}”.")
CUSTOM_NUMBER = Kind(
    "PTY-112", Severity.ERROR,
    "“{label}”应为数字，如 1234.5，现为 {found}。",
    "“{label}” is a number such as 1234.5; found {found}.",
)  # fmt: skip
CUSTOM_DATE = Kind(
    "PTY-113", Severity.ERROR,
    "“{label}”应为日期，如 2026-11-23，现为 {found}。",
    "“{label}” is a day such as 2026-11-23; found {found}.",
)  # fmt: skip
CUSTOM_CHOICE = Kind(
    "PTY-114", Severity.ERROR,
    "“{label}”应为 {expected} 之一，现为 {found}。",
    "“{label}” is one of {expected}; found {found}.",
)  # fmt: skip
CUSTOM_UNKNOWN = Kind(
    "PTY-115", Severity.ERROR,
    "没有标识为 {found} 的自定义字段，请先在“标签与字段”里添加。",
    "There is no custom field {found}; add it under tags and fields first.",
)  # fmt: skip
NEGATIVE = Kind(
    "PTY-116",
    Severity.ERROR,
    "不能是负数，现为 {found}。",
    "This cannot be negative; found {found}.",
)
TOO_PRECISE = Kind(
    "PTY-117", Severity.ERROR,
    "最多 {expected} 位小数，现为 {found}。", "At most {expected} decimals; found {found}.",
)  # fmt: skip
TOO_LARGE = Kind(
    "PTY-118", Severity.ERROR,
    "数值 {found} 太大，绝对值应小于 {expected}。请核对单位。",
    "{found} is too large; its absolute value must be below {expected}. Check the unit.",
)  # fmt: skip
IN_FUTURE = Kind(
    "PTY-119", Severity.ERROR,
    "日期 {found} 晚于今天 {expected}，请核对。",
    "{found} is after today, {expected}. Check the day.",
)  # fmt: skip
NO_TEXT = Kind("PTY-120", Severity.ERROR, "请填写这一项。", "This is required.")
ACCOUNT_NO = Kind(
    "PTY-121", Severity.ERROR,
    "银行账号应为6至40位数字或字母，现为 {found}。",
    "An account number has 6 to 40 digits or letters; found {found}.",
)  # fmt: skip
UNKNOWN_CURRENCY = Kind(
    "PTY-122", Severity.ERROR,
    "没有代码为 {found} 的币制，应为三位代码，如 CNY、USD。",
    "There is no currency {found}; a code such as CNY or USD is expected.",
    "ISO 4217",
)  # fmt: skip
DUE_WITHOUT_ACTION = Kind(
    "PTY-123", Severity.ERROR,
    "填了下一步日期 {found}，请写明下一步做什么。",
    "There is a day for the next step, {found}; say what the next step is.",
)  # fmt: skip
NO_AMOUNT = Kind(
    "PTY-124", Severity.ERROR,
    "请填写金额，或同时填写数量和单价。",
    "Enter an amount, or both quantity and unit price.",
)  # fmt: skip
AMOUNT_DIFFERS = Kind(
    "PTY-125", Severity.WARNING,
    "金额为 {found}，数量×单价为 {expected}。有折扣可以保留，填错请改正。",
    "The amount is {found}; quantity × unit price is {expected}. Keep it for a discount; correct it otherwise.",
)  # fmt: skip
RATE_NOT_POSITIVE = Kind(
    "PTY-126", Severity.ERROR,
    "汇率应大于0，现为 {found}。", "An exchange rate is above 0; found {found}.",
)  # fmt: skip
RATE_OF_BOOK_CURRENCY = Kind(
    "PTY-127", Severity.ERROR,
    "币制 {currency} 就是本位币，汇率应为 1，现为 {found}。",
    "{currency} is the book's own currency, so its rate is 1; found {found}.",
)  # fmt: skip

PARTY_LENGTHS: Mapping[str, int] = {
    "code": 30, "name": 200, "short_name": 60, "english_name": 200, "former_names": 400,
    "website": 200, "note": 20_000,
}  # fmt: skip
_CONTACT_LENGTHS = {
    "name": 60,
    "title": 60,
    "mobile": 20,
    "phone": 30,
    "wechat": 60,
    "note": 200,
}
_ADDRESS_LENGTHS = {"detail": 200, "postcode": 10}
_ACCOUNT_LENGTHS = {"bank": 120, "holder": 120}
_SERVICE_LENGTHS = {"content": 20_000, "result": 300, "next_action": 200}
_TRANSACTION_LENGTHS = {
    "document_no": 60, "product_code": 40, "product_name": 200, "unit": 20, "country": 60,
}  # fmt: skip
CUSTOM_TEXT_LENGTH = 200
_AMOUNTS = ("annual_revenue", "total_assets", "registered_capital")
_CHOICES: Mapping[str, type[Choice]] = {
    "kind": PartyKind, "scale": Scale, "customs_credit": CustomsCredit,
    "customs_kind": CustomsKind, "source": Source,
}  # fmt: skip
_WIDE = Context(prec=80)  # two numbers of eighteen digits, multiplied exactly
_ADDRESS_KINDS = ("registered", "office", "delivery", "invoice")


def check_party(
    data: PartyData, fields: Sequence[FieldSpec] = (), on: dt.date | None = None
) -> tuple[Problem, ...]:
    """All that is wrong with a tidied party on its own; that a code is taken is found on writing.

    ``fields`` are the book's custom fields; ``on`` is today, for days that cannot lie ahead.
    """
    found: list[Problem] = []
    if not data.name:
        found.append(NO_NAME.at("name"))
    if not (data.is_customer or data.is_supplier):
        found.append(NO_ROLE.at("is_customer"))
    found += _lengths(as_dict(data), PARTY_LENGTHS)
    found += _identity(data)
    found += check_customs_code(data.customs_code)
    for name, choice in _CHOICES.items():
        if (value := getattr(data, name)) and value not in list(choice):
            shown = "、".join(member.zh for member in choice)
            found.append(UNKNOWN_CHOICE.at(name, found=value, expected=shown))
    found += _place_and_size(data)
    found += _figures(data)
    if on and data.established_on and data.established_on > on:
        found.append(IN_FUTURE.at("established_on", found=data.established_on, expected=on))
    found += check_custom(data.custom, fields)
    return tuple(found)


def check_custom(
    values: Mapping[str, CustomValue], fields: Sequence[FieldSpec]
) -> tuple[Problem, ...]:
    """Required values that are missing, values of the wrong type, values of no field."""
    known = {spec.key: spec for spec in fields}
    found = [
        CUSTOM_UNKNOWN.at(f"custom.{key}", found=key) for key in values if key not in known
    ]
    for spec in fields:
        value = values.get(spec.key)
        path = f"custom.{spec.key}"
        if value in (None, ""):
            if spec.is_required:
                found.append(CUSTOM_REQUIRED.at(path, label=spec.label))
        elif problem := _custom_fault(spec, value, path):
            found.append(problem)
    return tuple(found)


def check_contact(data: ContactData, on: dt.date | None = None) -> tuple[Problem, ...]:
    found = [] if data.name else [NO_TEXT.at("name")]
    found += _lengths(as_dict(data), _CONTACT_LENGTHS)
    found += check_mobile(data.mobile)
    found += check_email(data.email)
    if len(data.email) > 120:
        found.append(TOO_LONG.at("email", found=len(data.email), expected=120))
    if on and data.birthday and data.birthday > on:
        found.append(IN_FUTURE.at("birthday", found=data.birthday, expected=on))
    return tuple(found)


def check_address(data: AddressData) -> tuple[Problem, ...]:
    found = [] if data.detail else [NO_TEXT.at("detail")]
    found += _lengths(as_dict(data), _ADDRESS_LENGTHS)
    if data.kind not in _ADDRESS_KINDS:
        found.append(
            UNKNOWN_CHOICE.at("kind", found=data.kind, expected="、".join(_ADDRESS_KINDS))
        )
    if data.region and not region(data.region):
        found.append(UNKNOWN_REGION.at("region", found=data.region))
    return tuple(found)


def check_account(data: AccountData) -> tuple[Problem, ...]:
    found = [NO_TEXT.at(name) for name in ("bank", "account_no") if not getattr(data, name)]
    found += _lengths(as_dict(data), _ACCOUNT_LENGTHS)
    number = data.account_no
    if number and not (6 <= len(number) <= 40 and number.isascii() and number.isalnum()):
        found.append(ACCOUNT_NO.at("account_no", found=number))
    found += _currency(data.currency)
    return tuple(found)


def check_service(data: ServiceData, now: dt.datetime) -> tuple[Problem, ...]:
    found = [] if data.content else [NO_TEXT.at("content")]
    found += _lengths(as_dict(data), _SERVICE_LENGTHS)
    if data.kind not in list(ServiceKind):
        shown = "、".join(kind.zh for kind in ServiceKind)
        found.append(UNKNOWN_CHOICE.at("kind", found=data.kind, expected=shown))
    if data.happened_at > now + dt.timedelta(minutes=5):
        found.append(
            IN_FUTURE.at("happened_at", found=f"{data.happened_at:%Y-%m-%d %H:%M}",
                         expected=f"{now:%Y-%m-%d %H:%M}")
        )  # fmt: skip
    if data.next_due_on and not data.next_action:
        found.append(DUE_WITHOUT_ACTION.at("next_action", found=data.next_due_on))
    return tuple(found)


def check_transaction(data: TransactionData, book_currency: str) -> tuple[Problem, ...]:
    """A line entered by hand; the amount may follow from quantity and unit price."""
    found = [*_lengths(as_dict(data), _TRANSACTION_LENGTHS), *_currency(data.currency)]
    product = line_amount(data)
    if data.amount is None and product is None:
        found.append(NO_AMOUNT.at("amount"))
    for name, places in (
        ("amount", 4),
        ("quantity", 6),
        ("unit_price", 6),
        ("exchange_rate", 6),
    ):
        found += _fits(name, getattr(data, name), places)
    if data.direction and data.direction not in list(Direction):
        shown = "、".join(member.zh for member in Direction)
        found.append(UNKNOWN_CHOICE.at("direction", found=data.direction, expected=shown))
    if data.exchange_rate <= 0:
        found.append(RATE_NOT_POSITIVE.at("exchange_rate", found=data.exchange_rate))
    elif data.currency == book_currency and data.exchange_rate != 1:
        found.append(
            RATE_OF_BOOK_CURRENCY.at(
                "exchange_rate", currency=book_currency, found=data.exchange_rate
            )
        )
    if (
        data.amount is not None
        and product is not None
        and abs(data.amount - product) >= Decimal("0.01")
    ):
        found.append(
            AMOUNT_DIFFERS.at("amount", found=data.amount, expected=product.normalize())
        )
    return tuple(found)


def line_amount(data: TransactionData) -> Decimal | None:
    """Quantity × unit price to four places; None when one of them is unknown."""
    if data.quantity is None or data.unit_price is None:
        return None
    product = _WIDE.multiply(data.quantity, data.unit_price)
    return product.quantize(Decimal("0.0001"), ROUND_HALF_UP, context=_WIDE)


def parse_number(text: str) -> Decimal | None:
    """A typed number: thousands separators are forgiven; None if it is not one."""
    try:
        value = Decimal(text.replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _identity(data: PartyData) -> Iterator[Problem]:
    if data.kind == PartyKind.PERSON:
        if data.usc_code:
            yield USC_OF_PERSON.at("usc_code", found=data.usc_code)
        yield from check_id_card(data.id_card, "id_card")
    else:
        if data.id_card:
            yield ID_OF_ENTERPRISE.at("id_card")
        yield from check_usc_code(data.usc_code)


def _place_and_size(data: PartyData) -> Iterator[Problem]:
    if data.industry and not industry(data.industry):
        yield UNKNOWN_INDUSTRY.at("industry", found=data.industry)
    if data.region and not region(data.region):
        yield UNKNOWN_REGION.at("region", found=data.region)
    elif data.region and data.usc_code and not check_usc_code(data.usc_code):
        home = region_of_usc(data.usc_code)
        if home and not (descends(data.region, home.code) or descends(home.code, data.region)):
            yield REGION_DIFFERS.at(
                "region", found=region_path(data.region), expected=region_path(home.code)
            )
    if data.scale in list(Scale) and data.kind == PartyKind.ENTERPRISE:
        ruled = enterprise_scale(
            data.industry, data.annual_revenue, data.staff_count, data.total_assets
        )
        if ruled and ruled != data.scale:
            yield SCALE_DIFFERS.at("scale", found=_name_of(data.scale), expected=ruled.zh)


def _name_of(scale: str) -> str:
    return next(member.zh for member in Scale if member == scale)


def _figures(data: PartyData) -> Iterator[Problem]:
    for name in (*_AMOUNTS, "staff_count"):
        value = getattr(data, name)
        if value is not None and value < 0:
            yield NEGATIVE.at(name, found=value)
    for name in _AMOUNTS:
        yield from _fits(name, getattr(data, name), 4)
    if data.staff_count is not None and data.staff_count > 99_999_999:
        yield TOO_LARGE.at("staff_count", found=data.staff_count, expected=100_000_000)


def _fits(name: str, value: Decimal | None, places: int) -> Iterator[Problem]:
    """A Decimal that a FixedField of so many places keeps exactly."""
    if value is None:
        return
    bound = 9 * 10 ** (18 - places)
    if abs(value) >= bound:
        yield TOO_LARGE.at(name, found=value, expected=bound)
    elif value != round(value, places):
        yield TOO_PRECISE.at(name, found=value, expected=places)


def _lengths(values: Mapping[str, Any], limits: Mapping[str, int]) -> Iterable[Problem]:
    return [
        TOO_LONG.at(name, found=len(values[name]), expected=limit)
        for name, limit in limits.items()
        if len(values[name]) > limit
    ]


def _currency(code: str) -> Iterable[Problem]:
    return [] if code in CURRENCIES else [UNKNOWN_CURRENCY.at("currency", found=code)]


def _custom_fault(spec: FieldSpec, value: CustomValue, path: str) -> Problem | None:
    text = str(value)
    match spec.type:
        case "number" | "money" if parse_number(text) is None:
            return CUSTOM_NUMBER.at(path, label=spec.label, found=text)
        case "date" if not _is_day(text):
            return CUSTOM_DATE.at(path, label=spec.label, found=text)
        case "choice" if text not in spec.choices:
            return CUSTOM_CHOICE.at(
                path, label=spec.label, expected="、".join(spec.choices), found=text
            )
        case "text" if len(text) > CUSTOM_TEXT_LENGTH:
            return TOO_LONG.at(path, found=len(text), expected=CUSTOM_TEXT_LENGTH)
    return None


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
