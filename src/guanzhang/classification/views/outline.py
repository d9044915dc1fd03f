"""A definition laid out for reading: sections of entries, conditions with their brackets drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guanzhang.classification.domain.criterion import Condition
from guanzhang.classification.domain.reading import Node, boxes_of
from guanzhang.classification.domain.scheme import (
    Attribute,
    Bands,
    ClassCode,
    ClassDef,
    Definition,
    EachValue,
    Item,
    Method,
    Rule,
    Rules,
    Score,
)
from guanzhang.classification.domain.sentence import Lines
from guanzhang.classification.domain.wording import Wording, percent, points_text

ARROW = " → "


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what leads to it (a text, a condition in ``box``, more lines) and the class, if any.

    ``mark`` None with ``has_class`` is 无数据.
    """

    number: int
    text: str = ""
    note: str = ""
    lines: tuple[str, ...] = ()
    box: Node | None = None
    has_class: bool = False
    mark: ClassDef | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    entries: list[Entry]


def outline_of(definition: Definition, wording: Wording) -> list[Section]:
    """The standard in the order it is applied."""
    return _Outline(definition, wording).sections()


class _Outline:
    def __init__(self, definition: Definition, wording: Wording) -> None:
        self.definition = definition
        self.wording = wording
        self.say = wording.say
        self.lines = Lines(definition, wording)

    def sections(self) -> list[Section]:
        match self.definition.body:
            case Attribute(ref, mapping, otherwise):
                named = [self.lines.mapped(ref.fact, entry) for entry in mapping]
                pairs = [
                    (text.rsplit(ARROW, 1)[0], entry.class_code)
                    for text, entry in zip(named, mapping, strict=True)
                ]
                pairs.append((self.say("其余", "the rest"), otherwise))
                return [Section(self.wording.ref(ref), self.plain(pairs))]
            case EachValue() as each:
                title = self.say("按取值归类", "by value")
                return [Section(title, [Entry(1, self.lines.each_value(each))])]
            case Bands() as body:
                return [self.bands(body)]
            case Rules(rules, default):
                rest = self.entry(
                    len(rules) + 1, default, text=self.say("其余客户", "the rest")
                )
                return [Section(self.say("规则", "rules"), [*self.rules(rules), rest])]
            case Score() as body:
                return self.score(body)

    def entry(
        self, number: int, code: ClassCode, *, text: str = "", when: Condition | None = None
    ) -> Entry:
        codes = [each.code for each in self.definition.classes]
        found = self.definition.class_named(code)
        return Entry(
            number,
            text,
            box=boxes_of(when, self.wording) if when is not None else None,
            has_class=True,
            mark=found,
            position=codes.index(found.code) if found else 0,
        )

    def plain(self, pairs: Sequence[tuple[str, ClassCode]]) -> list[Entry]:
        return [self.entry(n, code, text=text) for n, (text, code) in enumerate(pairs, 1)]

    def bands(self, body: Bands) -> Section:
        head, *cuts = self.lines.banding(body.banding, [""] * len(body.classes))
        if body.banding.method is Method.QUANTILE:
            parts = len(body.classes)
            cuts = [
                self.say(f"第 {n} 份，共 {parts} 份", f"part {n} of {parts}")
                for n in range(1, parts + 1)
            ]
        texts = [cut.removesuffix(ARROW) for cut in cuts]
        return Section(head, self.plain(list(zip(texts, body.classes, strict=False))))

    def rules(self, rules: Sequence[Rule]) -> list[Entry]:
        return [
            self.entry(n, rule.class_code, when=rule.when) for n, rule in enumerate(rules, 1)
        ]

    def score(self, body: Score) -> list[Section]:
        say = self.say
        limits = [
            self.entry(
                n,
                limit.class_code,
                text=say("至少", "at least") if limit.is_floor else say("至多", "at most"),
                when=limit.when,
            )
            for n, limit in enumerate(body.limits, 1)
        ]
        cuts = [f"{say('总分', 'total')} ≥ {points_text(cut)}" for cut in body.cuts]
        cuts.append(say("其余", "the rest"))
        sections = [
            Section(say("一票否决", "vetoes"), self.rules(body.vetoes)),
            Section(
                say("评分项", "items"),
                [self.item(n, item) for n, item in enumerate(body.items, 1)],
            ),
            Section(
                say("等级", "grades"),
                self.plain(list(zip(cuts, body.grades, strict=False))),
            ),
            Section(say("上下限", "limits"), limits),
        ]
        return [section for section in sections if section.entries]

    def item(self, number: int, item: Item) -> Entry:
        _weight, *lines = self.lines.item(item)
        note = f"{self.say('权重', 'weight')} {percent(item.weight)}"
        return Entry(number, item.name, note, tuple(lines))
