"""Shape of what the scheme pages take in; the definition itself is checked by ``domain.check``."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from guanzhang.classification import queries
from guanzhang.classification.domain.scheme import SchemeKind
from guanzhang.classification.models import Scheme
from guanzhang.kernel.actor import Actor
from guanzhang.kernel.dates import parse_date

CODE = RegexValidator(r"^[A-Za-z0-9_-]{1,30}$", _("编码为 1–30 位字母、数字、- 或 _；请改写"))
COPY = "copy"
STARTS: dict[str, dict[str, Any]] = {
    SchemeKind.RULES.value: {
        "body": {"rules": [], "default": "C"},
    },
    SchemeKind.SCORE.value: {
        "body": {
            "items": [
                {
                    "name": "交易额", "weight": "60", "fact": "amount", "method": "quantile",
                    "points": ["100", "80", "60", "40", "20"], "missing": "0",
                },
                {
                    "name": "交易笔数", "weight": "40", "fact": "frequency", "method": "quantile",
                    "points": ["100", "80", "60", "40", "20"], "missing": "0",
                },
            ],
            "cuts": ["80", "60"],
            "grades": ["A", "B", "C"],
        },
    },
    SchemeKind.BANDS.value: {
        "body": {
            "fact": "amount", "method": "share", "cuts": ["80", "95"], "bands": ["A", "B", "C"]
        },
    },
    SchemeKind.ATTRIBUTE.value: {
        "classes": [],
        "body": {"mode": "each", "fact": "region", "level": "province"},
    },
}  # fmt: skip
HINTS = {
    SchemeKind.ATTRIBUTE: _("一项属性的取值归到各类，如地区、行业、海关信用等级"),
    SchemeKind.BANDS: _("一个数字从高到低分段，如交易额 ABC"),
    SchemeKind.RULES: _("一条条写条件，可用且、或、非嵌套，先符合者为准"),
    SchemeKind.SCORE: _("几项得分加权相加，按总分定等级，可一票否决"),
}
_CLASSES = [
    {"code": code, "name": f"{code} 类", "colour": colour, "meaning": ""}
    for colour, code in enumerate("ABC", 1)
]


def starting_definition(kind: str) -> dict[str, Any]:
    """A definition to begin with: sound but for what only a person can say."""
    return {"kind": kind, "window": "12m", "classes": _CLASSES, **STARTS[kind]}


class DayField(forms.CharField):
    """A day as people type it; ``clean`` gives a ``date``."""

    def clean(self, value: object) -> Any:  # noqa: ANN401 - Django's protocol
        text = super().clean(value)
        if not text:
            return None
        # Relative words are read against the day the form was made for.
        found = parse_date(text, self.today)
        if found is None:
            raise forms.ValidationError(
                _("“%(text)s”不是日期，请写成 2026-01-31 的样子"), params={"text": text}
            )
        return found

    today: dt.date = dt.date.min


class NewSchemeForm(forms.Form):
    """A scheme from a blank of one kind, or from the definition of another scheme."""

    name = forms.CharField(label=_("名称"), max_length=60)
    code = forms.CharField(
        label=_("编码"), max_length=30, validators=[CODE], help_text=_("字母、数字；以后不变")
    )
    description = forms.CharField(label=_("回答什么问题"), max_length=300, required=False)
    start = forms.ChoiceField(label=_("从哪里开始"), widget=forms.RadioSelect)
    source: forms.ModelChoiceField[Scheme] = forms.ModelChoiceField(
        label=_("复制自"), queryset=None, required=False, empty_label=_("（请选择）")
    )

    def __init__(self, actor: Actor, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's protocol
        super().__init__(*args, **options)
        kinds = [
            (kind.value, kind.label(actor.language) + _("：") + str(HINTS[kind]))
            for kind in SchemeKind
        ]
        start = self.fields["start"]
        assert isinstance(start, forms.ChoiceField)
        start.choices = [*kinds, (COPY, _("复制现有方案：从它最新的版本开始"))]
        self.fields["source"].queryset = queries.schemes(actor)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("start") == COPY and not cleaned.get("source"):
            self.add_error("source", _("请选择要复制的方案"))
        return cleaned

    def definition(self) -> dict[str, Any]:
        """The definition the new scheme begins with."""
        if self.cleaned_data["start"] != COPY:
            return starting_definition(self.cleaned_data["start"])
        source: Scheme = self.cleaned_data["source"]
        newest = queries.versions_of(source).first()
        assert newest is not None, "A scheme has at least one version."
        return dict(newest.definition)


class SchemeForm(forms.Form):
    """What a scheme says of itself."""

    name = forms.CharField(label=_("名称"), max_length=60)
    description = forms.CharField(label=_("回答什么问题"), max_length=300, required=False)
    review_months = forms.IntegerField(
        label=_("复审周期（月）"), min_value=1, max_value=36, initial=3
    )


class PublishForm(forms.Form):
    """From which day, and what was changed."""

    effective_on = DayField(label=_("生效日期"), max_length=20)
    note = forms.CharField(label=_("改动说明"), max_length=300, required=False)

    def __init__(self, *args: Any, today: dt.date, **options: Any) -> None:  # noqa: ANN401 - Django's protocol
        super().__init__(*args, **options)
        day = self.fields["effective_on"]
        assert isinstance(day, DayField)
        day.today = today
        day.initial = today.isoformat()


class MovesForm(forms.Form):
    """Which scheme and which days of class changes; the last day is included."""

    since = DayField(label=_("从"), max_length=20)
    until = DayField(label=_("到"), max_length=20)

    def __init__(self, *args: Any, today: dt.date, **options: Any) -> None:  # noqa: ANN401 - Django's protocol
        super().__init__(*args, **options)
        for field in self.fields.values():
            assert isinstance(field, DayField)
            field.today = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("结束日期早于开始日期，请对调"))
        return cleaned
