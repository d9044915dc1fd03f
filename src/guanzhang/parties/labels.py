"""Names of fields and values of this module as people read them, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from guanzhang.kernel.choice import Choice
from guanzhang.kernel.problem import Language
from guanzhang.ops.wording import action_label as common_action_label
from guanzhang.parties.checks import parse_number
from guanzhang.parties.domain.choices import (
    CustomsKind,
    Direction,
    PartyKind,
    Source,
)
from guanzhang.parties.domain.customs_credit import CustomsCredit
from guanzhang.parties.domain.industries import industry, industry_path
from guanzhang.parties.domain.regions import lineage, region_path
from guanzhang.parties.domain.scale import Scale
from guanzhang.parties.models import (
    Address,
    BankAccount,
    Contact,
    CustomField,
    Party,
    ServiceRecord,
    Transaction,
)
from guanzhang.web import formats

Label = str | Promise
CHOICES: Mapping[str, type[Choice]] = {
    "kind": PartyKind, "scale": Scale, "customs_credit": CustomsCredit,
    "customs_kind": CustomsKind, "source": Source, "direction": Direction,
}  # fmt: skip
# As analytics names them; its module stands above this one and writes the codes down.
LIFECYCLES: tuple[tuple[str, Label], ...] = (
    ("prospect", lazy("潜在")), ("new", lazy("新")), ("active", lazy("活跃")),
    ("returned", lazy("回流")), ("dormant", lazy("沉睡")), ("lost", lazy("流失")),
)  # fmt: skip
MISSING: Mapping[str, Label] = {
    "usc_code": lazy("统一社会信用代码"), "id_card": lazy("身份证号"), "industry": lazy("行业"),
    "region": lazy("地区"), "scale": lazy("规模"), "staff_count": lazy("从业人数"),
    "annual_revenue": lazy("年营业收入"), "customs_kind": lazy("海关备案类型"),
    "customs_code": lazy("海关注册编码"), "customs_credit": lazy("海关信用等级"),
    "source": lazy("客户来源"), "owner": lazy("负责人"), "contact": lazy("联系人"),
    "telephone": lazy("联系电话"), "address": lazy("地址"),
}  # fmt: skip
_ACTIONS: Mapping[str, Label] = {
    "party.tagged": lazy("加标签"), "party.untagged": lazy("去标签"),
    "party.imported": lazy("导入更新"),
}  # fmt: skip
_FACTS: Mapping[str, Label] = {
    "owner_id": lazy("负责人"), "tags": lazy("标签"), "shown": lazy("显示的内容"),
    "sha256": lazy("文件校验码"), "size": lazy("大小（字节）"), "former_names": lazy("曾用名"),
}  # fmt: skip
_AMOUNTS = (
    "amount", "book_amount", "unit_price", "quantity", "exchange_rate", "annual_revenue",
    "total_assets", "registered_capital",
)  # fmt: skip
_KINDS: Mapping[str, type[models.TextChoices]] = {
    "contact": Party.Kind, "address": Address.Kind, "service": ServiceRecord.Kind,
}  # fmt: skip


def language() -> Language:
    return "en" if (get_language() or "").startswith("en") else "zh"


def choice_label(field: str, value: object) -> str:
    """The name of a stored code; the code itself when the list does not know it."""
    found = next((member for member in CHOICES[field] if member == value), None)
    return found.label(language()) if found else str(value or "")


def options(choice: type[Choice], *, blank: str = "") -> list[tuple[str, str]]:
    """(code, name) for a form; ``blank`` names the empty choice when there is one."""
    return [*([("", blank)] if blank else []), *choice.options(language())]


@cache
def short_region(code: str) -> str:
    """``330206`` → ``宁波 北仑``: city and district without their endings."""
    names = [_short(place.name) for place in lineage(code)]
    return " ".join(names[-2:]) if names else code


def region_label(code: str) -> str:
    return region_path(code) or code


@cache
def industry_label(code: str) -> str:
    found = industry(code)
    return found.name if found else code


def industry_full(code: str) -> str:
    return industry_path(code) or code


def action_label(action: str) -> Label:
    return _ACTIONS.get(action) or common_action_label(action)


def field_label(name: str, action: str, custom: Mapping[str, str]) -> Label:
    """The name of a field in an audit record of ``action``; ``custom`` are labels by key."""
    if name.startswith("custom."):
        key = name.removeprefix("custom.")
        return custom.get(key, key)
    if name in _FACTS:
        return _FACTS[name]
    for model in _models_of(action):
        labels = _labels(model)
        if name in labels:
            return labels[name]
    return name


def shown_value(name: str, value: object, action: str = "party") -> str:
    """A stored value as the history shows it."""
    match value:
        case None | "" | []:
            return _("空")
        case bool():
            return _("是") if value else _("否")
        case list():
            return _("、").join(shown_value("", item) for item in value)
        case _:
            pass
    text = str(value)
    if name in _AMOUNTS and (number := parse_number(text)) is not None:
        return formats.number_text(number)
    if name == "region":
        return region_label(text)
    if name == "industry":
        return industry_full(text)
    if name == "status":
        return str(dict(Party.Status.choices).get(text, text))
    if name == "kind" and (kinds := _KINDS.get(_subject(action))):
        return str(dict(kinds.choices).get(text, text))
    return choice_label(name, text) if name in CHOICES else text


def _subject(action: str) -> str:
    """``party.address_added`` → ``address``, ``service.recorded`` → ``service``."""
    noun, _dot, verb = action.partition(".")
    return verb.partition("_")[0] if noun == "party" and "_" in verb else noun


def _models_of(action: str) -> tuple[type[models.Model], ...]:
    special: Mapping[str, type[models.Model]] = {
        "contact": Contact, "address": Address, "account": BankAccount,
        "service": ServiceRecord, "transaction": Transaction, "field": CustomField,
    }  # fmt: skip
    own = special.get(_subject(action))
    return (own, Party) if own else (Party, Contact, Address, BankAccount)


@cache
def _labels(model: type[models.Model]) -> dict[str, Label]:
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django's documented API
    return {f.name: f.verbose_name for f in fields}


def _short(name: str) -> str:
    for ending in ("特别行政区", "自治区", "自治州", "地区", "新区", "省", "市", "区", "县"):
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name
