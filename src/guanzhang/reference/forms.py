"""Forms of reference data: the heading of a file, a rate of a month, a parameter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanzhang.kernel.problem import Problem
from guanzhang.reference.domain.tables import TABLES
from guanzhang.reference.models import Edition
from guanzhang.reference.services import Heading

_DAYS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"]


def _day(label: Any, **options: Any) -> forms.DateField:  # noqa: ANN401 - a label, Django's options
    widget = forms.DateInput(
        format="%Y-%m-%d", attrs={"placeholder": "2026-11-23", "maxlength": 20}
    )
    return forms.DateField(label=label, input_formats=_DAYS, widget=widget, **options)


def _text(label: Any, most: int, **options: Any) -> forms.CharField:  # noqa: ANN401 - as above
    return forms.CharField(label=label, max_length=most, **options)


class ProblemForm(forms.Form):
    """A form that shows the problems of a service at their fields."""

    def show(self, problems: Iterable[Problem], language: str) -> list[Problem]:
        """Put each problem at its field; returns those that belong to none."""
        rest = []
        for problem in problems:
            if problem.path in self.fields:
                self.add_error(
                    problem.path, problem.message("en" if language == "en" else "zh")
                )
            else:
                rest.append(problem)
        return rest


class LoadForm(ProblemForm):
    """What a file is, from when it holds, where it comes from."""

    kind = forms.ChoiceField(label=_("内容"), choices=Edition.Kind.choices)
    table = forms.ChoiceField(label=_("代码表"), required=False)
    effective_on = _day(
        _("生效日期"), help_text=_("从这一天起有效；汇率和日历以文件里的月份、日期为准")
    )
    is_whole = forms.TypedChoiceField(
        label=_("范围"),
        choices=(("", _("只含增改的行，其余不变")), ("1", _("整版：文件里没有的到期作废"))),
        coerce=bool,
        empty_value=None,
        required=False,
    )
    title = _text(_("名称"), 120, required=False, help_text=_("空着自动取名"))
    source = _text(_("来源"), 300, help_text=_("公告名称、文号或网址"))
    source_date = _text(_("来源日期"), 20, required=False)
    note = _text(_("说明"), 500, required=False)
    file = forms.FileField(
        label=_("文件"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.gz,.txt,.tsv"}),
        help_text=_(".xlsx、.csv 或 .csv.gz；UTF-8 或 GB18030"),
    )

    def __init__(self, *args: Any, english: bool = False, **options: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **options)
        choices = [("", "")] + [(t.key, t.en if english else t.zh) for t in TABLES.values()]
        self.fields["table"].choices = choices  # type: ignore[attr-defined]

    def heading(self) -> Heading:
        """The heading as the service takes it; rates and parameters are never whole."""
        values = {k: v for k, v in self.cleaned_data.items() if k != "file"}
        values["is_whole"] = bool(values["is_whole"])
        if values["kind"] != Edition.Kind.CODES:
            values["table"] = ""
        return Heading(**values)


class RateForm(ProblemForm):
    """A rate of one currency in one month."""

    month = forms.CharField(widget=forms.HiddenInput)
    currency = _text(_("币制"), 3)
    rate = forms.DecimalField(
        label=_("汇率"), max_digits=18, decimal_places=8, min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}), help_text=_("1 外币兑人民币"),
    )  # fmt: skip
    base_date = _day(_("基准日"))
    source = _text(_("来源"), 300)

    def clean_month(self) -> dt.date:
        try:
            return dt.datetime.strptime(self.cleaned_data["month"], "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
        except ValueError as error:
            raise forms.ValidationError(_("月份应为 2026-11 的样子")) from error

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class ParameterForm(ProblemForm):
    """A new value of a parameter from a day on."""

    value = forms.DecimalField(
        label=_("值"), max_digits=18, decimal_places=8, min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    valid_from = _day(_("生效日期"))
    source = _text(_("来源"), 300)
    is_confirmed = forms.BooleanField(label=_("已核实原文"), required=False)
