"""Definitions and conditions as JSON, both ways. The shape is described in ``scheme``.

Reading never fails: it gives what could be read, or None and every fault of shape at its path. What
is written is canonical: sorted keys, numbers as text without superfluous zeros, so that equal
definitions have equal text and one fingerprint, and ``parse(print(x)) == x``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias, TypeVar

from guanzhang.classification.domain import kinds
from guanzhang.classification.domain.criterion import (
    MAX_DEPTH,
    MAX_NODES,
    All,
    Condition,
    FactRef,
    Not,
    Op,
    Some,
    Test,
    Window,
    canonical,
    parts,
    value_count,
)
from guanzhang.classification.domain.scheme import (
    Attribute,
    Banding,
    Bands,
    Body,
    Case,
    Cases,
    ClassCode,
    ClassDef,
    Definition,
    EachValue,
    Graded,
    Item,
    Limit,
    Mapped,
    Method,
    Rule,
    Rules,
    SchemeKind,
    Score,
)
from guanzhang.kernel.choice import Choice
from guanzhang.kernel.problem import Kind, Problem, Refused

Json: TypeAlias = bool | int | str | list["Json"] | dict[str, "Json"] | None
_T = TypeVar("_T")
_Choice = TypeVar("_Choice", bound=Choice)

FIELD_ZH: Mapping[str, str] = {
    "all": "且", "bands": "分段", "body": "标准", "cases": "分值条件", "class": "类别",
    "classes": "类别表", "code": "编码", "colour": "颜色", "cuts": "界限", "default": "默认类别",
    "else": "其余", "fact": "指标", "grades": "等级", "items": "评分项", "kind": "种类",
    "level": "层级", "limits": "上下限", "map": "取值归类", "meaning": "含义", "method": "分段方法",
    "missing": "缺数据时的分数", "mode": "方式", "name": "名称", "not": "非", "op": "比较方式",
    "points": "分值", "rules": "规则", "some": "或", "value": "值", "values": "值",
    "vetoes": "一票否决", "weight": "权重", "when": "条件", "window": "期间",
    "at_least": "至少", "at_most": "至多",
}  # fmt: skip


def parse_definition(data: object) -> tuple[Definition | None, tuple[Problem, ...]]:
    """The definition in decoded JSON, or None and all faults of its shape."""
    reader = _Reader()
    definition = reader.definition(data)
    return (None if reader.problems else definition, tuple(reader.problems))


def parse_condition(
    data: object, path: str = ""
) -> tuple[Condition | None, tuple[Problem, ...]]:
    """The condition in decoded JSON, or None and all faults of its shape."""
    reader = _Reader()
    condition = reader.condition(data, path)
    return (None if reader.problems else condition, tuple(reader.problems))


def definition_of(data: object) -> Definition:
    """The definition in decoded JSON; raises ``Refused`` with all faults of its shape."""
    definition, problems = parse_definition(data)
    if definition is None:
        raise Refused(problems)
    return definition


def condition_of(data: object) -> Condition:
    """The condition in decoded JSON; raises ``Refused`` with all faults of its shape."""
    condition, problems = parse_condition(data)
    if condition is None:
        raise Refused(problems)
    return condition


def definition_data(definition: Definition) -> dict[str, Json]:
    """The definition as JSON values, keys in reading order."""
    return {
        "kind": definition.kind.value,
        "window": definition.window,
        "classes": [
            {"code": c.code, "name": c.name, "colour": c.colour, "meaning": c.meaning}
            for c in definition.classes
        ],
        "body": _body_data(definition.body),
    }


def condition_data(condition: Condition) -> dict[str, Json]:
    """The condition as JSON values."""
    match condition:
        case All(of):
            return {"all": [condition_data(part) for part in of]}
        case Some(of):
            return {"some": [condition_data(part) for part in of]}
        case Not(of):
            return {"not": condition_data(of)}
        case Test(ref, op, values):
            single = value_count(op) == 1 and len(values) == 1
            given: dict[str, Json] = {"value": values[0]} if single else {"values": [*values]}
            return _ref_data(ref) | {"op": op.value} | (given if values else {})


def canonical_json(definition: Definition) -> str:
    """The one text of a definition: sorted keys, no blanks."""
    data = definition_data(definition)
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(definition: Definition) -> str:
    """SHA-256 of the canonical text, in hex: the name of this very definition."""
    return hashlib.sha256(canonical_json(definition).encode()).hexdigest()


def _body_data(body: Body) -> dict[str, Json]:
    match body:
        case Attribute(ref, mapping, otherwise):
            entries: list[Json] = [
                {"values": [*m.values], "class": m.class_code} for m in mapping
            ]
            return _ref_data(ref) | {"mode": "map", "map": entries, "else": otherwise}
        case EachValue(ref, level):
            chosen: dict[str, Json] = {"level": level} if level else {}
            return _ref_data(ref) | {"mode": "each"} | chosen
        case Bands(banding, classes):
            return _banding_data(banding) | {"bands": [*classes]}
        case Rules(rules, default):
            return {"rules": [_rule_data(rule) for rule in rules], "default": default}
        case Score(items, cuts, grades, vetoes, limits):
            return {
                "items": [_item_data(item) for item in items],
                "cuts": [*cuts],
                "grades": [*grades],
                "vetoes": [_rule_data(veto) for veto in vetoes],
                "limits": [
                    {
                        "when": condition_data(limit.when),
                        "at_least" if limit.is_floor else "at_most": limit.class_code,
                    }
                    for limit in limits
                ],
            }


def _item_data(item: Item) -> dict[str, Json]:
    head: dict[str, Json] = {"name": item.name, "weight": item.weight}
    match item.scale:
        case Graded(banding, points, missing):
            return head | _banding_data(banding) | {"points": [*points], "missing": missing}
        case Cases(cases, otherwise):
            listed: list[Json] = [
                {"when": condition_data(case.when), "points": case.points} for case in cases
            ]
            return head | {"cases": listed, "else": otherwise}


def _rule_data(rule: Rule) -> dict[str, Json]:
    return {"when": condition_data(rule.when), "class": rule.class_code}


def _banding_data(banding: Banding) -> dict[str, Json]:
    cuts: dict[str, Json] = {"cuts": [*banding.cuts]} if banding.cuts else {}
    return _ref_data(banding.ref) | {"method": banding.method.value} | cuts


def _ref_data(ref: FactRef) -> dict[str, Json]:
    window: dict[str, Json] = {"window": ref.window} if ref.window else {}
    return {"fact": ref.fact, **window}


MAX_TEXT = 500
_UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # line breaks, and what no database keeps
_NOTHING = All(())  # stands for what could not be read; never leaves this module


class _Reader:
    """Collects every fault of shape; a placeholder takes the place of what could not be read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def definition(self, data: object) -> Definition:
        top = self.fields(data, "", {"kind", "classes", "body"}, {"window"})
        read: Mapping[SchemeKind | None, Callable[[object], Body]] = {
            SchemeKind.ATTRIBUTE: self.attribute,
            SchemeKind.BANDS: self.bands,
            SchemeKind.RULES: self.rules,
            SchemeKind.SCORE: self.score,
        }
        kind = self.choice(top, "kind", "", SchemeKind)
        classes = self.each(top, "classes", "", self.class_def)
        window = self.window(top, "") or Window.MONTHS_12.value
        body = read[kind](top["body"]) if kind and "body" in top else Rules((), None)
        return Definition(classes, body, window)

    def class_def(self, data: object, path: str) -> ClassDef:
        found = self.fields(data, path, {"code", "name"}, {"colour", "meaning"})
        colour = found.get("colour", 0)
        if type(colour) is not int or not 0 <= colour <= 6:
            self.problems.append(kinds.BAD_COLOUR.at(f"{path}.colour", found=_shown(colour)))
            colour = 0
        code, name = self.text(found, "code", path), self.text(found, "name", path)
        return ClassDef(code, name, colour, self.text(found, "meaning", path))

    def attribute(self, data: object) -> Attribute | EachValue:
        mode = data.get("mode") if isinstance(data, dict) else None
        if mode == "each":
            found = self.fields(data, "body", {"mode", "fact"}, {"window", "level"})
            level = self.text(found, "level", "body") if "level" in found else None
            return EachValue(self.ref(found, "body"), level)
        found = self.fields(data, "body", {"mode", "fact", "map", "else"}, {"window"})
        if "mode" in found and mode != "map":
            self.problems.append(
                kinds.NO_SUCH_OPTION.at("body.mode", found=_shown(mode), choices="map, each")
            )
        mapping = self.each(found, "map", "body", self.mapped)
        return Attribute(
            self.ref(found, "body"), mapping, self.class_code(found, "else", "body")
        )

    def mapped(self, data: object, path: str) -> Mapped:
        found = self.fields(data, path, {"values", "class"})
        return Mapped(self.texts(found, "values", path), self.class_code(found, "class", path))

    def bands(self, data: object) -> Bands:
        found = self.fields(data, "body", {"fact", "method", "bands"}, {"window", "cuts"})
        return Bands(self.banding(found, "body"), self.class_codes(found, "bands", "body"))

    def banding(self, found: Mapping[str, object], path: str) -> Banding:
        method = self.choice(found, "method", path, Method) or Method.FIXED
        return Banding(self.ref(found, path), method, self.figures(found, "cuts", path))

    def rules(self, data: object) -> Rules:
        found = self.fields(data, "body", {"rules", "default"})
        rules = self.each(found, "rules", "body", self.rule)
        return Rules(rules, self.class_code(found, "default", "body"))

    def rule(self, data: object, path: str) -> Rule:
        found = self.fields(data, path, {"when", "class"})
        return Rule(self.when(found, path), self.class_code(found, "class", path))

    def score(self, data: object) -> Score:
        found = self.fields(data, "body", {"items", "cuts", "grades"}, {"vetoes", "limits"})
        return Score(
            self.each(found, "items", "body", self.item),
            self.figures(found, "cuts", "body"),
            self.class_codes(found, "grades", "body"),
            self.each(found, "vetoes", "body", self.rule),
            self.each(found, "limits", "body", self.limit),
        )

    def item(self, data: object, path: str) -> Item:
        if isinstance(data, dict) and "cases" in data:
            found = self.fields(data, path, {"name", "weight", "cases", "else"})
            cases = self.each(found, "cases", path, self.case)
            scale: Graded | Cases = Cases(cases, self.figure(found, "else", path))
        else:
            required = {"name", "weight", "fact", "method", "points", "missing"}
            found = self.fields(data, path, required, {"window", "cuts"})
            points = self.figures(found, "points", path)
            scale = Graded(
                self.banding(found, path), points, self.figure(found, "missing", path)
            )
        return Item(self.text(found, "name", path), self.figure(found, "weight", path), scale)

    def case(self, data: object, path: str) -> Case:
        found = self.fields(data, path, {"when", "points"})
        return Case(self.when(found, path), self.figure(found, "points", path))

    def limit(self, data: object, path: str) -> Limit:
        is_floor = isinstance(data, dict) and "at_least" in data
        key = "at_least" if is_floor else "at_most"
        found = self.fields(data, path, {"when", key})
        return Limit(self.when(found, path), self.text(found, key, path), is_floor)

    def when(self, found: Mapping[str, object], path: str) -> Condition:
        return self.condition(found["when"], f"{path}.when") if "when" in found else _NOTHING

    def condition(self, data: object, path: str) -> Condition:
        condition = self.node(data, path, 1)
        found = len(parts(condition))
        if found > MAX_NODES:
            self.problems.append(kinds.TOO_LARGE.at(path, found=found, limit=MAX_NODES))
        return condition

    def node(self, data: object, path: str, level: int) -> Condition:
        if level > MAX_DEPTH:
            self.problems.append(kinds.TOO_DEEP.at(path, limit=MAX_DEPTH))
            return _NOTHING
        dot = f"{path}." if path else ""
        keys = data.keys() if isinstance(data, dict) else set()
        for key, group in (("all", All), ("some", Some)):
            if key in keys:
                found = self.fields(data, path, {key})
                return group(
                    self.each(found, key, path, lambda d, p: self.node(d, p, level + 1))
                )
        if "not" in keys:
            found = self.fields(data, path, {"not"})
            return Not(self.node(found["not"], f"{dot}not", level + 1))
        return self.test(data, path)

    def test(self, data: object, path: str) -> Condition:
        found = self.fields(data, path, {"fact", "op"}, {"window", "value", "values"})
        op = self.choice(found, "op", path, Op)
        if "value" in found and "values" in found:
            self.problems.append(kinds.UNKNOWN_FIELD.at(_join(path, "value"), name="value"))
        values = self.texts(found, "values", path)
        if "value" in found:
            values = (self.text(found, "value", path),)
        # Only ordered comparisons are surely about numbers or dates; a code may look like 05.50.
        if op in (Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN, Op.BETWEEN):
            values = tuple(map(canonical, values))
        return Test(self.ref(found, path), op, values) if op else _NOTHING

    def ref(self, found: Mapping[str, object], path: str) -> FactRef:
        return FactRef(self.text(found, "fact", path), self.window(found, path))

    def window(self, found: Mapping[str, object], path: str) -> str | None:
        window = self.choice(found, "window", path, Window)
        return window.value if window else None

    def class_code(self, found: Mapping[str, object], key: str, path: str) -> ClassCode:
        return None if found.get(key) is None else self.text(found, key, path)

    def class_codes(
        self, found: Mapping[str, object], key: str, path: str
    ) -> tuple[ClassCode, ...]:
        return self.each(
            found, key, path, lambda data, at: None if data is None else self.as_text(data, at)
        )

    def fields(
        self, data: object, path: str, required: set[str], optional: Iterable[str] = ()
    ) -> Mapping[str, object]:
        if not isinstance(data, dict):
            self.problems.append(kinds.NOT_AN_OBJECT.at(path, found=_shown(data)))
            return {}
        for name in sorted(required - data.keys()):
            self.field_problem(kinds.MISSING_FIELD, path, name)
        for name in sorted(map(str, data.keys() - required - set(optional))):
            self.field_problem(kinds.UNKNOWN_FIELD, path, name)
        return data

    def field_problem(self, kind: Kind, path: str, name: str) -> None:
        shown = f"{FIELD_ZH[name]} {name}" if name in FIELD_ZH else name[:40]
        self.problems.append(kind.at(_join(path, name), name=shown))

    def each(
        self,
        found: Mapping[str, object],
        key: str,
        path: str,
        read: Callable[[object, str], _T],
    ) -> tuple[_T, ...]:
        data, at = found.get(key, []), _join(path, key)
        if not isinstance(data, list):
            self.problems.append(kinds.NOT_A_LIST.at(at, found=_shown(data)))
            return ()
        return tuple(read(part, f"{at}[{index}]") for index, part in enumerate(data))

    def choice(
        self, found: Mapping[str, object], key: str, path: str, options: type[_Choice]
    ) -> _Choice | None:
        if key not in found:
            return None
        match = next((option for option in options if option.value == found[key]), None)
        if match is None:
            listed = ", ".join(option.value for option in options)
            self.problems.append(
                kinds.NO_SUCH_OPTION.at(
                    _join(path, key), found=_shown(found[key]), choices=listed
                )
            )
        return match

    def texts(self, found: Mapping[str, object], key: str, path: str) -> tuple[str, ...]:
        return self.each(found, key, path, self.as_text)

    def text(self, found: Mapping[str, object], key: str, path: str) -> str:
        return self.as_text(found[key], _join(path, key)) if key in found else ""

    def figures(self, found: Mapping[str, object], key: str, path: str) -> tuple[str, ...]:
        return tuple(map(canonical, self.texts(found, key, path)))

    def figure(self, found: Mapping[str, object], key: str, path: str) -> str:
        return canonical(self.text(found, key, path))

    def as_text(self, data: object, path: str) -> str:
        text = str(data).lower() if isinstance(data, bool | int) else data
        if isinstance(text, str) and len(text) <= MAX_TEXT and not _UNFIT.search(text):
            return text
        self.problems.append(kinds.NOT_TEXT.at(path, found=_shown(data), limit=MAX_TEXT))
        return ""


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(data: object) -> str:
    if isinstance(data, dict | list):
        return "{…}" if isinstance(data, dict) else "[…]"
    text = json.dumps(data, ensure_ascii=False, default=str)
    text = text.encode(errors="backslashreplace").decode()
    return text if len(text) <= 40 else f"{text[:39]}…"
