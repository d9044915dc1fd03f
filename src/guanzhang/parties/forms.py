"""Forms of parties and what belongs to them: shape of input only, the rules are in ``checks``."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from guanzhang.kernel.dates import parse_date
from guanzhang.kernel.money import CURRENCIES
from guanzhang.kernel.problem import Problem
from guanzhang.parties import labels
from guanzhang.parties.checks import parse_number
from guanzhang.parties.data import (
    AccountData,
    AddressData,
    ContactData,
    CustomValue,
    FieldSpec,
    PartyData,
    ServiceData,
    TransactionData,
)
from guanzhang.parties.domain.choices import (
    CustomsKind,
    Direction,
    PartyKind,
    ServiceKind,
    Source,
)
from guanzhang.parties.domain.customs_credit import CustomsCredit
from guanzhang.parties.domain.scale import Scale
from guanzhang.parties.masking import masked, unmasked
from guanzhang.parties.models import (
    Address,
    BankAccount,
    Contact,
    CustomField,
    Party,
    Transaction,
)
from guanzhang.parties.services.fields import FieldData

WARNINGS = "acknowledged"  # name of the checkboxes that acknowledge warnings


class NumberField(forms.CharField):
    """A number as people type it: ``1,234.5`` and full-width digits too. Gives a Decimal or None."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "n", "maxlength": 30})

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's protocol
        text = unicodedata.normalize("NFKC", super().to_python(value) or "")
        if not text:
            return None
        number = parse_number(text)
        if number is None:
            raise ValidationError(
                _("应为数字，如 1234.5，现为 %(value)s。"), params={"value": text}
            )
        return number

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's protocol
        if isinstance(value, Decimal):
            plain = format(value, "f")
            return plain.rstrip("0").rstrip(".") if "." in plain else plain
        return value


class WholeField(NumberField):
    """A whole number; gives an int or None."""

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's protocol
        number = super().to_python(value)
        if number is None:
            return None
        if number != number.to_integral_value() or abs(number) >= 10**9:
            raise ValidationError(
                _("应为整数，如 120，现为 %(value)s。"), params={"value": number}
            )
        return int(number)


class DayField(forms.CharField):
    """A day as people type it (``kernel.dates.parse_date``); gives a date or None."""

    widget = forms.TextInput(attrs={"placeholder": "2026-11-23", "maxlength": 20})

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's protocol
        text = super().to_python(value) or ""
        if not text:
            return None
        day = parse_date(text, timezone.localdate())
        if day is None:
            raise ValidationError(
                _("应为日期，如 2026-11-23，现为 %(value)s。"), params={"value": text}
            )
        return day


class MomentField(forms.CharField):
    """A day with an optional time, in local time; gives an aware datetime."""

    widget = forms.TextInput(attrs={"placeholder": "2026-11-23 10:30", "maxlength": 20})

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's protocol
        text = unicodedata.normalize("NFKC", super().to_python(value) or "").replace("T", " ")
        if not text:
            return None
        day_text, _blank, time_text = text.strip().partition(" ")
        day = parse_date(day_text, timezone.localdate())
        try:
            hour = dt.time.fromisoformat(time_text.strip() or "00:00")
        except ValueError:
            day = None
            hour = dt.time.min
        if day is None:
            raise ValidationError(
                _("应为日期和时间，如 2026-11-23 10:30，现为 %(value)s。"),
                params={"value": text},
            )
        return timezone.make_aware(dt.datetime.combine(day, hour.replace(tzinfo=None)))


class DataForm(forms.Form):
    """A form that shows the problems of a service at their fields."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's protocol
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.error_messages["required"] = _("请填写这一项。")

    def show(self, problems: Iterable[Problem], language: str) -> list[Problem]:
        """Put errors at their fields; returns the warnings and the errors without a field."""
        rest = []
        for problem in problems:
            name = problem.path.replace("custom.", "custom_")
            if problem.is_error and name in self.fields:
                if name not in self.errors:
                    self.add_error(name, problem.message("en" if language == "en" else "zh"))
            else:
                rest.append(problem)
        return rest

    def value(self, name: str) -> Any:  # noqa: ANN401 - whatever the field gives
        """The cleaned value; None where it could not be read."""
        return self.cleaned_data.get(name)

    def text(self, name: str) -> str:
        return str(self.value(name) or "")


def _line(label: Any, most: int, *, required: bool = False, **attrs: Any) -> forms.CharField:  # noqa: ANN401 - widget attributes
    widget = forms.TextInput(attrs={"maxlength": most, "autocomplete": "off", **attrs})
    return forms.CharField(label=label, required=required, widget=widget)


def _text(label: Any, rows: int = 3, *, required: bool = False) -> forms.CharField:  # noqa: ANN401 - a label
    return forms.CharField(
        label=label, required=required, widget=forms.Textarea({"rows": rows})
    )


def _select(label: Any) -> forms.ChoiceField:  # noqa: ANN401 - a label
    return forms.ChoiceField(label=label, required=False)


class PartyForm(DataForm):
    """All of a party on one page. Lengths are told by the checks, so nothing is cut silently."""

    code = _line(lazy("编号"), 40, placeholder=lazy("留空自动编号"))
    kind = forms.ChoiceField(label=lazy("类型"), required=False)
    is_customer = forms.BooleanField(label=lazy("是客户"), required=False)
    is_supplier = forms.BooleanField(label=lazy("是供应商"), required=False)
    name = _line(lazy("名称"), 300, required=True)
    short_name = _line(lazy("简称"), 100)
    english_name = _line(lazy("英文名"), 300)
    former_names = forms.CharField(
        label=lazy("曾用名"), required=False, widget=forms.Textarea({"rows": 1}),
        help_text=lazy("每行一个；按曾用名也能找到"),
    )  # fmt: skip
    usc_code = _line(lazy("统一社会信用代码"), 40)
    id_card = _line(lazy("身份证号"), 40)
    customs_code = _line(lazy("海关注册编码"), 30)
    customs_kind = _select(lazy("海关备案类型"))
    customs_credit = _select(lazy("海关信用等级"))
    industry = forms.CharField(label=lazy("行业"), required=False)
    region = forms.CharField(label=lazy("地区"), required=False)
    scale = _select(lazy("规模"))
    staff_count = WholeField(label=lazy("从业人数"), required=False)
    annual_revenue = NumberField(label=lazy("年营业收入（万元）"), required=False)
    total_assets = NumberField(label=lazy("资产总额（万元）"), required=False)
    registered_capital = NumberField(label=lazy("注册资本（万元）"), required=False)
    established_on = DayField(label=lazy("成立日期"), required=False)
    source = _select(lazy("客户来源"))
    website = _line(lazy("网址"), 300)
    owner_id = forms.CharField(label=lazy("负责人"), required=False)
    note = _text(lazy("备注"))
    revision = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's protocol
        specs: Iterable[FieldSpec],
        party: Party | None = None,
        **options: Any,  # noqa: ANN401 - Django's protocol
    ) -> None:
        super().__init__(*args, **options)
        self.specs, self.party = tuple(specs), party
        none = _("未填")
        for name, choice in (
            ("scale", Scale), ("customs_credit", CustomsCredit), ("customs_kind", CustomsKind),
            ("source", Source),
        ):  # fmt: skip
            self._choices(name, labels.options(choice, blank=none))
        self._choices("kind", labels.options(PartyKind))
        # The region follows from the code: asked again as soon as the code has been typed.
        self.fields["usc_code"].widget.attrs |= {
            "hx-get": reverse("party-region"),
            "hx-trigger": "change",
            "hx-target": "#region-field",
            "hx-swap": "outerHTML",
            "hx-include": "[name='region']",
        }
        for spec in self.specs:
            self.fields[f"custom_{spec.key}"] = _custom_field(spec)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def custom_names(self) -> list[str]:
        return [f"custom_{spec.key}" for spec in self.specs]

    def as_data(self) -> PartyData:
        """What was typed; unreadable fields are None, their errors stand at them."""
        stored = self.party.id_card if self.party else ""
        owner = self.text("owner_id")
        texts = {
            name: self.text(name)
            for name in (
                "name", "code", "short_name", "english_name", "former_names", "usc_code",
                "customs_code", "industry", "region", "scale", "customs_credit", "customs_kind",
                "source", "website", "note",
            )
        }  # fmt: skip
        return PartyData(
            **texts,
            kind=self.text("kind") or PartyKind.ENTERPRISE.value,
            id_card=unmasked("id_card", self.text("id_card"), stored),
            is_customer=bool(self.value("is_customer")),
            is_supplier=bool(self.value("is_supplier")),
            staff_count=self.value("staff_count"),
            annual_revenue=self.value("annual_revenue"),
            total_assets=self.value("total_assets"),
            registered_capital=self.value("registered_capital"),
            established_on=self.value("established_on"),
            custom=self._custom(),
            owner_id=int(owner) if owner.isascii() and owner.isdigit() else None,
            department_id=self.party.department_id if self.party else None,
        )

    def _custom(self) -> dict[str, CustomValue]:
        values: dict[str, CustomValue] = {}
        for spec in self.specs:
            value = self.value(f"custom_{spec.key}")
            if value in (None, ""):
                continue
            if spec.type == CustomField.Type.FLAG:
                values[spec.key] = value == "1"
            else:
                values[spec.key] = (
                    format(value, "f") if isinstance(value, Decimal) else str(value)
                )
        return values

    @classmethod
    def initial_of(cls, data: PartyData) -> dict[str, Any]:
        """The values of a stored party, the identity number masked."""
        names = [name for name in cls.base_fields if name != "revision"]
        values = {name: getattr(data, name) for name in names}
        values["id_card"] = masked("id_card", data.id_card)
        for key, value in data.custom.items():
            values[f"custom_{key}"] = (
                ("1" if value else "0") if isinstance(value, bool) else value
            )
        return values


def _custom_field(spec: FieldSpec) -> forms.Field:
    wanted = _("请填写“%(label)s”。") % {"label": spec.label}
    options: dict[str, Any] = {
        "label": spec.label, "required": spec.is_required, "error_messages": {"required": wanted},
    }  # fmt: skip
    field: forms.Field
    match spec.type:
        case CustomField.Type.NUMBER | CustomField.Type.MONEY:
            field = NumberField(**options)
        case CustomField.Type.DATE:
            field = DayField(**options)
        case CustomField.Type.CHOICE:
            field = forms.ChoiceField(
                choices=[("", _("未填")), *((c, c) for c in spec.choices)], **options
            )
        case CustomField.Type.FLAG:
            field = forms.ChoiceField(
                choices=[("", _("未填")), ("1", _("是")), ("0", _("否"))], **options
            )
        case _:
            widget = forms.TextInput({"maxlength": 300, "autocomplete": "off"})
            field = forms.CharField(widget=widget, **options)
    return field


class ContactForm(DataForm):
    name = _line(lazy("姓名"), 100, required=True)
    title = _line(lazy("职务"), 100)
    mobile = _line(lazy("手机"), 30, inputmode="tel")
    phone = _line(lazy("电话"), 40, inputmode="tel")
    email = _line(lazy("邮箱"), 200, inputmode="email")
    wechat = _line(lazy("微信"), 100)
    birthday = DayField(label=lazy("生日"), required=False)
    is_primary = forms.BooleanField(label=lazy("主要联系人"), required=False)
    note = _line(lazy("备注"), 300)

    def as_data(self, stored: Contact | None) -> ContactData:
        secret = {
            name: unmasked(name, self.text(name), getattr(stored, name) if stored else "")
            for name in ("mobile", "phone", "wechat")
        }
        return ContactData(
            name=self.text("name"), title=self.text("title"), email=self.text("email"),
            birthday=self.value("birthday"), is_primary=bool(self.value("is_primary")),
            note=self.text("note"), **secret,
        )  # fmt: skip


class AddressForm(DataForm):
    kind = forms.ChoiceField(label=lazy("类型"), choices=Address.Kind.choices, initial="office")
    region = forms.CharField(label=lazy("地区"), required=False)
    detail = _line(lazy("详细地址"), 300, required=True)
    postcode = _line(lazy("邮编"), 20)

    def as_data(self, _stored: Address | None) -> AddressData:
        return AddressData(**{name: self.text(name) for name in self.fields})


class AccountForm(DataForm):
    bank = _line(lazy("开户行"), 200, required=True)
    account_no = _line(lazy("账号"), 60, required=True)
    holder = _line(lazy("户名"), 200, placeholder=lazy("留空即单位名称"))
    currency = forms.ChoiceField(label=lazy("币制"), initial="CNY")

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's protocol
        super().__init__(*args, **options)
        _set_currencies(self)

    def as_data(self, stored: BankAccount | None) -> AccountData:
        known = stored.account_no if stored else ""
        return AccountData(
            bank=self.text("bank"), holder=self.text("holder"), currency=self.text("currency"),
            account_no=unmasked("account_no", self.text("account_no"), known),
        )  # fmt: skip


class ServiceForm(DataForm):
    kind = forms.ChoiceField(label=lazy("方式"))
    happened_at = MomentField(label=lazy("时间"), required=False, help_text=lazy("留空即现在"))
    contact_id = forms.ChoiceField(label=lazy("联系人"), required=False)
    content = _text(lazy("内容"), required=True)
    result = _line(lazy("结果"), 400)
    next_action = _line(lazy("下一步"), 300)
    next_due_on = DayField(label=lazy("下一步日期"), required=False)

    def __init__(self, *args: Any, party: Party, **options: Any) -> None:  # noqa: ANN401 - Django's protocol
        super().__init__(*args, **options)
        contacts = party.contacts.order_by("-is_primary", "pk").values_list("pk", "name")
        choices = {
            "kind": labels.options(ServiceKind),
            "contact_id": [("", _("未填")), *((str(pk), name) for pk, name in contacts)],
        }
        for name, values in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = values

    def as_data(self, now: dt.datetime) -> ServiceData:
        contact = self.text("contact_id")
        return ServiceData(
            kind=self.text("kind"),
            happened_at=self.value("happened_at") or now,
            content=self.text("content"),
            contact_id=int(contact) if contact else None,
            result=self.text("result"),
            next_action=self.text("next_action"),
            next_due_on=self.value("next_due_on"),
        )


class TransactionForm(DataForm):
    traded_on = DayField(label=lazy("交易日期"), required=True)
    document_no = _line(lazy("单号"), 100, placeholder=lazy("留空自动编号"))
    line_no = WholeField(label=lazy("行号"), required=False, initial=1)
    direction = forms.ChoiceField(label=lazy("方向"), required=False)
    product_name = _line(lazy("商品名称"), 300)
    product_code = _line(lazy("商品编码"), 60)
    quantity = NumberField(label=lazy("数量"), required=False)
    unit = _line(lazy("单位"), 30)
    unit_price = NumberField(label=lazy("单价"), required=False)
    currency = forms.ChoiceField(label=lazy("币制"), initial="CNY")
    amount = NumberField(
        label=lazy("金额"), required=False, help_text=lazy("留空即数量×单价；退货填负数")
    )
    exchange_rate = NumberField(
        label=lazy("汇率"), required=False, initial=1, help_text=lazy("1 单位外币合多少本位币")
    )
    country = _line(lazy("国别"), 100)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's protocol
        super().__init__(*args, **options)
        _set_currencies(self)
        field = self.fields["direction"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = labels.options(Direction, blank=_("未填"))

    def as_data(self) -> TransactionData:
        texts = (
            "document_no",
            "direction",
            "product_code",
            "product_name",
            "unit",
            "currency",
            "country",
        )
        rate = self.value("exchange_rate")
        return TransactionData(
            **{name: self.text(name) for name in texts},
            traded_on=self.value("traded_on"),
            amount=self.value("amount"),
            line_no=self.value("line_no") or 1,
            quantity=self.value("quantity"),
            unit_price=self.value("unit_price"),
            exchange_rate=Decimal(1) if rate is None else rate,
        )

    @staticmethod
    def initial_of(row: Transaction) -> Mapping[str, Any]:
        return {name: getattr(row, name) for name in TransactionForm.base_fields}


class FieldForm(DataForm):
    """A custom field; key and type are only asked for a new one."""

    label = _line(lazy("名称"), 60, required=True)
    key = _line(lazy("标识"), 40, placeholder="credit_days")
    type = forms.ChoiceField(label=lazy("类型"), choices=CustomField.Type.choices)
    choices = forms.CharField(
        label=lazy("选项"), required=False, widget=forms.Textarea({"rows": 3}),
        help_text=lazy("类型为“选项”时填写，每行一个"),
    )  # fmt: skip
    is_required = forms.BooleanField(label=lazy("必填"), required=False)
    in_list = forms.BooleanField(label=lazy("可在列表里选为列"), required=False, initial=True)
    in_criteria = forms.BooleanField(label=lazy("可作为分类标准"), required=False, initial=True)

    def __init__(self, *args: Any, field: CustomField | None = None, **options: Any) -> None:  # noqa: ANN401 - Django's protocol
        super().__init__(*args, **options)
        if field:
            del self.fields["key"], self.fields["type"]

    def as_data(self, field: CustomField | None) -> FieldData:
        return FieldData(
            key=field.key if field else self.text("key"),
            label=self.text("label"),
            type=field.type if field else self.text("type"),
            choices=tuple(self.text("choices").splitlines()),
            is_required=bool(self.value("is_required")),
            in_list=bool(self.value("in_list")),
            in_criteria=bool(self.value("in_criteria")),
        )


def _set_currencies(form: forms.Form) -> None:
    english = labels.language() == "en"
    field = form.fields["currency"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [
        (c.code, f"{c.code} {c.en if english else c.zh}") for c in CURRENCIES.values()
    ]


def initial_of(row: Contact | Address | BankAccount, form: type[DataForm]) -> dict[str, Any]:
    """Stored values for a detail form, secrets masked."""
    return {name: masked(name, getattr(row, name)) for name in form.base_fields}
