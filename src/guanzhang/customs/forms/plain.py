"""Forms of mandates and settings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanzhang.customs.models import Declaration, Mandate
from guanzhang.customs.services.mandates import MandateData
from guanzhang.customs.services.settings import SettingsData
from guanzhang.parties.forms.fields import DataForm, DayField, line


class MandateForm(DataForm):
    party_id = forms.IntegerField(label=_("客户"))
    number = line(_("委托协议编号"), 17, required=True, inputmode="numeric")
    kind = forms.ChoiceField(label=_("类型"), choices=Mandate.Kind.choices, initial="long")
    direction = forms.ChoiceField(
        label=_("进出口"),
        required=False,
        choices=[("", _("进口和出口")), *Declaration.Direction.choices],
    )
    valid_from = DayField(label=_("生效日"))
    valid_to = DayField(label=_("截止日"), help_text=_("含当日"))
    note = line(_("备注"), 200)

    def as_data(self) -> MandateData:
        first: dt.date = self.value("valid_from")
        last: dt.date = self.value("valid_to")
        return MandateData(
            party_id=self.value("party_id"), number=self.text("number"), kind=self.text("kind"),
            direction=self.text("direction"), valid_from=first, valid_to=last,
            note=self.text("note"),
        )  # fmt: skip


class SettingsForm(DataForm):
    agent_name = line(_("申报单位名称"), 100)
    agent_usc = line(_("申报单位信用代码"), 18)
    agent_code = line(_("申报单位海关编码"), 10)
    sequence_prefix = line(_("客户端编号前缀"), 4, required=True)
    second_review = forms.BooleanField(
        label=_("需要复审"), required=False, help_text=_("初审通过后，再由另一人复审。")
    )
    separate_sender = forms.BooleanField(
        label=_("发单与审单分开"), required=False, help_text=_("审核过的人不能发送同一票。")
    )
    outbox = line(_("发送目录"), 300)
    inbox = line(_("回执目录"), 300)

    def as_data(self) -> SettingsData:
        return SettingsData(
            second_review=bool(self.value("second_review")),
            separate_sender=bool(self.value("separate_sender")),
            outbox=self.text("outbox"),
            inbox=self.text("inbox"),
            agent_usc=self.text("agent_usc"),
            agent_code=self.text("agent_code"),
            agent_name=self.text("agent_name"),
            sequence_prefix=self.text("sequence_prefix"),
        )


def initial_of(data: Any) -> dict[str, Any]:  # noqa: ANN401 - a row or a dataclass
    """The stored values of the form's fields."""
    names = (*MandateForm.base_fields, *SettingsForm.base_fields)
    return {name: getattr(data, name) for name in names if hasattr(data, name)}
