"""Criteria as sentences: 「近12个月交易额 ≥ 5,000,000 元 且（按时付款率 ≥ 95% 或 合作月数 ≥ 36 个月）」.

Brackets are always drawn around an inner group, so a sentence has one reading. Nothing here fails:
what cannot be read is shown as it was written, in quotes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import TypeAlias

from guanzhang.analytics.domain.catalogue import PLACES, Fact, FactType
from guanzhang.classification.domain.criterion import (
    All,
    Catalogue,
    Condition,
    FactRef,
    Not,
    Op,
    Some,
    Test,
    Window,
    canonical,
    figure,
    literal,
)
from guanzhang.kernel.problem import Language

# (fact code, value code) → name; None where there is none. Names the nodes of trees.
Labels: TypeAlias = Callable[[str, str], str | None]

_UNIT_EN: Mapping[str, str] = MappingProxyType(
    {
        "元": "CNY", "万元": "CNY 10,000", "天": "days", "个月": "months", "月": "months",
        "年": "years", "人": "people", "次": "times", "票": "documents", "笔": "transactions",
        "单": "documents", "种": "kinds", "项": "items", "行": "lines", "个": "", "家": "",
    }
)  # fmt: skip


_SHOWN_PLACES = {FactType.MONEY: Decimal("0.01"), FactType.RATIO: Decimal("0.0001")}


def no_labels(_fact: str, _code: str) -> str | None:
    """For callers that have no names of tree nodes at hand."""
    return None


@dataclass(frozen=True, slots=True)
class Wording:
    """How to say criteria over one catalogue in one language."""

    catalogue: Catalogue
    language: Language = "zh"
    window: str = Window.MONTHS_12.value
    labels: Labels = no_labels

    def say(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh

    def unknown(self) -> str:
        return self.say("无数据", "unknown")

    def ref(self, ref: FactRef) -> str:
        """近12个月交易额 · trade amount over the last 12 months"""
        fact = self.catalogue.get(ref.fact)
        if fact is None:
            return _quoted(ref.fact)
        name = self.say(fact.zh, fact.en)
        if not fact.windowed:
            return name
        window = ref.window or self.window
        known = next((w.label(self.language) for w in Window if w.value == window), window)
        return self.say(f"{known}{name}", f"{name} over {known}")

    def value(self, fact: Fact | None, text: str) -> str:
        """A written value as a person reads it; unreadable text in quotes."""
        found = None if fact is None else literal(text, fact)
        return _quoted(text) if fact is None or found is None else self.stored(fact, found)

    def stored(self, fact: Fact, value: object) -> str:
        """A stored value (scaled integer, date, code, list of tags, None) as a person reads it."""
        if value is None:
            return self.unknown()
        if isinstance(value, bool):
            return self.say("是", "yes") if value else self.say("否", "no")
        if isinstance(value, int) and fact.type in PLACES:
            return self.number(fact, Decimal(value).scaleb(-PLACES[fact.type]))
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, list | tuple):
            return self.listed([str(tag) for tag in value]) or self.say("没有", "none")
        return self.labels(fact.code, str(value)) or dict(fact.choices).get(
            str(value), str(value)
        )

    def found(self, fact: Fact, value: object) -> str:
        """A computed value, money to the cent and ratios to a hundredth of a percent.

        What people wrote (thresholds) is shown as written, by ``stored``.
        """
        places = _SHOWN_PLACES.get(fact.type)
        if places is None or not isinstance(value, int) or isinstance(value, bool):
            return self.stored(fact, value)
        exact = Decimal(value).scaleb(-PLACES[fact.type])
        return self.number(fact, exact.quantize(places, rounding=ROUND_HALF_UP))

    def number(self, fact: Fact, number: Decimal) -> str:
        """With thousands separators and unit; ratios in percent."""
        if fact.type is FactType.RATIO:
            return f"{grouped(number.scaleb(2))}%"
        unit = self.say(fact.unit_zh, _UNIT_EN.get(fact.unit_zh, fact.unit_zh))
        return f"{grouped(number, cents=fact.type is FactType.MONEY)} {unit}".rstrip()

    def listed(self, names: list[str]) -> str:
        return self.say("、", ", ").join(names)

    def operator(self, op: Op) -> str:
        return op.label(self.language)

    def threshold(self, test: Test) -> str:
        """The right-hand side of a test."""
        fact = self.catalogue.get(test.ref.fact)
        if test.op in (Op.WITHIN_LAST, Op.BEFORE_LAST):
            count = self.listed(list(test.values))
            return self.say(f"{count} 天", f"{count} days")
        values = [self.value(fact, text) for text in test.values]
        if test.op is Op.BETWEEN:
            return self.say(" 至 ", " and ").join(values)
        return self.listed(values)

    def test(self, test: Test) -> str:
        """One comparison as a phrase."""
        name, right = self.ref(test.ref), self.threshold(test)
        several = len(test.values) > 1
        match test.op:
            case Op.BETWEEN:
                return self.say(f"{name} 在 {right} 之间", f"{name} is between {right}")
            case Op.IN:
                return self.say(
                    f"{name} 是 {right} 之一" if several else f"{name} 是 {right}",
                    f"{name} is one of {right}" if several else f"{name} is {right}",
                )
            case Op.NOT_IN:
                return self.say(
                    f"{name} 不是 {right} 中的任何一个" if several else f"{name} 不是 {right}",
                    f"{name} is none of {right}" if several else f"{name} is not {right}",
                )
            case Op.WITHIN:
                return self.say(f"{name} 在 {right} 范围内", f"{name} lies within {right}")
            case Op.HAS:
                return self.say(
                    f"{name} 含 {right} 之一" if several else f"{name} 含 {right}",
                    f"{name} include one of {right}" if several else f"{name} include {right}",
                )
            case Op.HAS_NONE:
                return self.say(
                    f"{name} 不含 {right} 中的任何一个" if several else f"{name} 不含 {right}",
                    f"{name} include none of {right}",
                )
            case Op.WITHIN_LAST:
                return self.say(
                    f"{name} 在近 {right}以内", f"{name} is within the last {right}"
                )
            case Op.BEFORE_LAST:
                return self.say(f"{name} 距今超过 {right}", f"{name} is more than {right} ago")
            case Op.IS_KNOWN | Op.IS_UNKNOWN:
                return f"{name} {self.operator(test.op)}"
            case _:
                return f"{name} {self.operator(test.op)} {right}"

    def condition(self, condition: Condition) -> str:
        """The whole condition; inner groups in brackets."""
        match condition:
            case Test():
                return self.test(condition)
            case Not(of):
                return self.say("非", "not ") + self._bracketed(self.condition(of))
            case All(of):
                return self._joined(of, self.say("且", "and"))
            case Some(of):
                return self._joined(of, self.say("或", "or"))

    def _joined(self, of: tuple[Condition, ...], word: str) -> str:
        said = [
            self._bracketed(self.condition(part))
            if isinstance(part, All | Some)
            else self.condition(part)
            for part in of
        ]
        if not said:
            return self.say("（空条件组）", "(empty group)")
        if self.language == "en":
            return f" {word} ".join(said)
        text = said[0]
        for part in said[1:]:
            text += "" if text.endswith("）") else " "
            text += f"{word}{part}" if part.startswith("（") else f"{word} {part}"
        return text

    def _bracketed(self, text: str) -> str:
        return self.say(f"（{text}）", f"({text})")


def grouped(number: Decimal, *, cents: bool = False) -> str:
    """1234567.5 → 1,234,567.5; with ``cents`` a fraction shows at least two digits (.50)."""
    whole, _, rest = canonical(f"{number:f}").partition(".")
    if cents and rest:
        rest = rest.ljust(2, "0")
    sign = "-" if whole.startswith("-") else ""
    shown = f"{sign}{int(whole.lstrip('-')):,}"
    return f"{shown}.{rest}" if rest else shown


def percent(text: str) -> str:
    """A cut of a cumulative share, written in percent, with its sign: "80" → 80%."""
    number = figure(text)
    return _quoted(text) if number is None else f"{grouped(number)}%"


def points_text(text: str) -> str:
    """Points as written, readable or not."""
    number = figure(text)
    return _quoted(text) if number is None else grouped(number)


def _quoted(text: str) -> str:
    return f"“{text}”"
