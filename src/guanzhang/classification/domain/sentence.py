"""Whole definitions in sentences, one line per rule, band or item."""

from __future__ import annotations

from guanzhang.classification.domain.criterion import All as AllOf
from guanzhang.classification.domain.criterion import (
    Catalogue,
    Condition,
    Not,
    Some,
    Test,
    Window,
)
from guanzhang.classification.domain.scheme import (
    UNKNOWN,
    Attribute,
    Banding,
    Bands,
    Cases,
    ClassCode,
    Definition,
    EachValue,
    Graded,
    Item,
    Limit,
    Mapped,
    Method,
    Rule,
    Rules,
    Score,
)
from guanzhang.classification.domain.tree import shape_of
from guanzhang.classification.domain.wording import (
    Labels,
    Wording,
    no_labels,
    percent,
    points_text,
)
from guanzhang.kernel.problem import Language


def sentence(
    subject: Definition | Condition,
    catalogue: Catalogue,
    language: Language = "zh",
    *,
    window: str = Window.MONTHS_12.value,
    labels: Labels = no_labels,
) -> str:
    """A definition or a condition in words. Never fails.

    ``window`` is the default window of a bare condition; a definition has its own. ``labels`` name
    tree nodes (浙江省 for 330000).
    """
    if isinstance(subject, Test | AllOf | Some | Not):
        return Wording(catalogue, language, window, labels).condition(subject)
    wording = Wording(catalogue, language, subject.window, labels)
    sections = [
        f"{section}{wording.say('：', ': ')}{wording.say('；', '; ').join(lines)}"
        for section, lines in sections_of(subject, wording)
    ]
    return wording.say("。", ". ").join(sections)


def sections_of(definition: Definition, wording: Wording) -> list[tuple[str, list[str]]]:
    """The standard as lines under headings that stay the same from version to version."""
    return Lines(definition, wording).sections()


class Lines:
    """The parts of a definition, each said on a line of its own."""

    def __init__(self, definition: Definition, wording: Wording) -> None:
        self.definition = definition
        self.wording = wording
        self.say = wording.say

    def sections(self) -> list[tuple[str, list[str]]]:
        match self.definition.body:
            case Attribute(ref, mapping, otherwise):
                lines = [self.mapped(ref.fact, entry) for entry in mapping]
                head = self.say("按取值归类", "by value")
                return [(head, [self.wording.ref(ref), *lines, self.rest(otherwise)])]
            case EachValue() as each:
                return [(self.say("按取值归类", "by value"), [self.each_value(each)])]
            case Bands(banding, classes):
                results = [self.class_name(code) for code in classes]
                return [(self.say("分段", "bands"), self.banding(banding, results))]
            case Rules(rules, default):
                lines = [self.rule(rule) for rule in rules]
                return [(self.say("规则", "rules"), [*lines, self.rest(default)])]
            case Score() as score:
                found = [
                    (
                        self.say("一票否决", "vetoes"),
                        [self.rule(veto) for veto in score.vetoes],
                    ),
                    *((self.item_name(item), self.item(item)) for item in score.items),
                    (self.say("总分", "total"), self.grades(score)),
                    (self.say("上下限", "limits"), [self.limit(each) for each in score.limits]),
                ]
                return [(section, lines) for section, lines in found if lines]

    def class_name(self, code: ClassCode) -> str:
        found = self.definition.class_named(code)
        return self.wording.unknown() if code is None else found.name if found else f"“{code}”"

    def mapped(self, fact: str, entry: Mapped) -> str:
        named = [self.wording.value(self.wording.catalogue.get(fact), v) for v in entry.values]
        return f"{self.wording.listed(named)} → {self.class_name(entry.class_code)}"

    def rest(self, code: ClassCode) -> str:
        return f"{self.say('其余', 'the rest')} → {self.class_name(code)}"

    def each_value(self, each: EachValue) -> str:
        level = shape_of(each.ref.fact).level(each.level or "")
        name = self.wording.ref(each.ref)
        if level is None:
            return self.say(f"{name}的每个取值各成一类", f"each value of {name} is a class")
        return self.say(f"{name}按{level.zh}各成一类", f"each {level.en} of {name} is a class")

    def rule(self, rule: Rule) -> str:
        return f"{self.wording.condition(rule.when)} → {self.class_name(rule.class_code)}"

    def limit(self, limit: Limit) -> str:
        word = self.say("至少", "at least") if limit.is_floor else self.say("至多", "at most")
        said = self.wording.condition(limit.when)
        return f"{said} → {word} {self.class_name(limit.class_code)}"

    def banding(self, banding: Banding, results: list[str]) -> list[str]:
        """What is cut, then a line for each band."""
        name = self.wording.ref(banding.ref)
        fact = self.wording.catalogue.get(banding.ref.fact)
        if banding.method is Method.QUANTILE:
            parts = self.say(
                f"{name}从高到低分为 {len(results)} 等份",
                f"{name} from high to low in {len(results)} equal parts",
            )
            return [parts, self.wording.listed(results)]
        if banding.method is Method.SHARE:
            head = self.say(f"{name}从高到低累计", f"{name} cumulated from high to low")
            cuts = [
                self.say(f"此前不足 {percent(cut)}", f"less than {percent(cut)} before")
                for cut in banding.cuts
            ]
        else:
            head = name
            cuts = [f"≥ {self.wording.value(fact, cut)}" for cut in banding.cuts]
        return [head, *self.pairs(cuts, results)]

    def pairs(self, cuts: list[str], results: list[str]) -> list[str]:
        listed = zip([*cuts, self.say("其余", "the rest")], results, strict=False)
        return [f"{cut} → {result}" for cut, result in listed]

    def points(self, points: str) -> str:
        if points == UNKNOWN:
            return self.say("总分无数据", "the score is unknown")
        return self.say(f"{points_text(points)} 分", f"{points_text(points)} points")

    def item_name(self, item: Item) -> str:
        return self.say(f"评分项“{item.name}”", f"item “{item.name}”")

    def item(self, item: Item) -> list[str]:
        weight = self.say("权重", "weight")
        head = f"{weight} {percent(item.weight)}"
        match item.scale:
            case Graded(banding, points, missing):
                lines = self.banding(banding, [self.points(each) for each in points])
                return [head, *lines, f"{self.wording.unknown()} → {self.points(missing)}"]
            case Cases(cases, otherwise):
                said = [self.wording.condition(case.when) for case in cases]
                results = [self.points(case.points) for case in cases]
                return [head, *self.pairs(said, [*results, self.points(otherwise)])]

    def grades(self, score: Score) -> list[str]:
        cuts = [f"≥ {points_text(cut)}" for cut in score.cuts]
        return self.pairs(cuts, [self.class_name(grade) for grade in score.grades])
