"""The form of a party: all of it on one page."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from guanzhang.parties import labels
from guanzhang.parties.data import CustomValue, FieldSpec, PartyData
from guanzhang.parties.domain.choices import CustomsKind, PartyKind, Source
from guanzhang.parties.domain.customs_credit import CustomsCredit
from guanzhang.parties.domain.scale import Scale
from guanzhang.parties.forms.fields import (
    DataForm,
    DayField,
    NumberField,
    WholeField,
    line,
    select,
    text_area,
)
from guanzhang.parties.masking import masked, unmasked
from guanzhang.parties.models import CustomField, Party


class PartyForm(DataForm):
    """All of a party on one page. Lengths are told by the checks, so nothing is cut silently."""

    code = line(lazy("编号"), 40, placeholder=lazy("留空自动编号"))
    kind = forms.ChoiceField(label=lazy("类型"), required=False)
    is_customer = forms.BooleanField(label=lazy("是客户"), required=False)
    is_supplier = forms.BooleanField(label=lazy("是供应商"), required=False)
    name = line(lazy("名称"), 300, required=True)
    short_name = line(lazy("简称"), 100)
    english_name = line(lazy("英文名"), 300)
    former_names = forms.CharField(
        label=lazy("曾用名"), required=False, widget=forms.Textarea({"rows": 1}),
        help_text=lazy("每行一个；按曾用名也能找到"),
    )  # fmt: skip
    usc_code = line(lazy("统一社会信用代码"), 40)
    id_card = line(lazy("身份证号"), 40)
    customs_code = line(lazy("海关注册编码"), 30)
    customs_kind = select(lazy("海关备案类型"))
    customs_credit = select(lazy("海关信用等级"))
    industry = forms.CharField(label=lazy("行业"), required=False)
    region = forms.CharField(label=lazy("地区"), required=False)
    scale = select(lazy("规模"))
    staff_count = WholeField(label=lazy("从业人数"), required=False)
    annual_revenue = NumberField(label=lazy("年营业收入（万元）"), required=False)
    total_assets = NumberField(label=lazy("资产总额（万元）"), required=False)
    registered_capital = NumberField(label=lazy("注册资本（万元）"), required=False)
    established_on = DayField(label=lazy("成立日期"), required=False)
    source = select(lazy("客户来源"))
    website = line(lazy("网址"), 300)
    owner_id = forms.CharField(label=lazy("负责人"), required=False)
    note = text_area(lazy("备注"))
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
        if party is None:
            self.fields["name"].widget.attrs["autofocus"] = True
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
