"""Forms of what belongs to a party: contacts, addresses, accounts, service, trade, custom fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from guanzhang.kernel.money import CURRENCIES
from guanzhang.parties import labels
from guanzhang.parties.data import (
    AccountData,
    AddressData,
    ContactData,
    ServiceData,
    TransactionData,
)
from guanzhang.parties.domain.choices import Direction, ServiceKind
from guanzhang.parties.forms.fields import (
    DataForm,
    DayField,
    MomentField,
    NumberField,
    WholeField,
    line,
    text_area,
)
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


class ContactForm(DataForm):
    name = line(lazy("姓名"), 100, required=True)
    title = line(lazy("职务"), 100)
    mobile = line(lazy("手机"), 30, inputmode="tel")
    phone = line(lazy("电话"), 40, inputmode="tel")
    email = line(lazy("邮箱"), 200, inputmode="email")
    wechat = line(lazy("微信"), 100)
    birthday = DayField(label=lazy("生日"), required=False)
    is_primary = forms.BooleanField(label=lazy("主要联系人"), required=False)
    note = line(lazy("备注"), 300)

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
    detail = line(lazy("详细地址"), 300, required=True)
    postcode = line(lazy("邮编"), 20)

    def as_data(self, _stored: Address | None) -> AddressData:
        return AddressData(**{name: self.text(name) for name in self.fields})


class AccountForm(DataForm):
    bank = line(lazy("开户行"), 200, required=True)
    account_no = line(lazy("账号"), 60, required=True)
    holder = line(lazy("户名"), 200, placeholder=lazy("留空即单位名称"))
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
    content = text_area(lazy("内容"), required=True)
    result = line(lazy("结果"), 400)
    next_action = line(lazy("下一步"), 300)
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
    document_no = line(lazy("单号"), 100, placeholder=lazy("留空自动编号"))
    line_no = WholeField(label=lazy("行号"), required=False, initial=1)
    direction = forms.ChoiceField(label=lazy("方向"), required=False)
    product_name = line(lazy("商品名称"), 300)
    product_code = line(lazy("商品编码"), 60)
    quantity = NumberField(label=lazy("数量"), required=False)
    unit = line(lazy("单位"), 30)
    unit_price = NumberField(label=lazy("单价"), required=False)
    currency = forms.ChoiceField(label=lazy("币制"), initial="CNY")
    amount = NumberField(
        label=lazy("金额"), required=False, help_text=lazy("留空即数量×单价；退货填负数")
    )
    exchange_rate = NumberField(
        label=lazy("汇率"), required=False, initial=1, help_text=lazy("1 单位外币合多少本位币")
    )
    country = line(lazy("国别"), 100)

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

    label = line(lazy("名称"), 60, required=True)
    key = line(lazy("标识"), 40, placeholder="credit_days")
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
