"""What changed between two definitions, in words a reviewer can read."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from guanzhang.classification.domain.criterion import Catalogue, Window
from guanzhang.classification.domain.scheme import ClassDef, Definition
from guanzhang.classification.domain.sentence import sections_of
from guanzhang.classification.domain.wording import Labels, Wording, no_labels
from guanzhang.kernel.choice import Choice
from guanzhang.kernel.problem import Language


class ChangeKind(Choice):
    """What became of a line."""

    ADDED = "added", "新增", "added"
    REMOVED = "removed", "删去", "removed"
    CHANGED = "changed", "修改", "changed"
    MOVED = "moved", "调整顺序", "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One line that differs. ``section`` says where; ``before`` or ``after`` is empty when absent."""

    kind: ChangeKind
    section: str
    before: str
    after: str

    def sentence(self, language: Language = "zh") -> str:
        """规则：修改“交易额 ≥ 100 元 → A”为“交易额 ≥ 200 元 → A”"""
        what = self.kind.label(language)
        both = self.kind is ChangeKind.CHANGED
        if language == "en":
            shown = (
                f"“{self.before}” to “{self.after}”"
                if both
                else f"“{self.before or self.after}”"
            )
            return f"{self.section}: {what} {shown}"
        shown = f"“{self.before}”为“{self.after}”" if both else f"“{self.before or self.after}”"
        return f"{self.section}：{what}{shown}"


def diff(
    old: Definition,
    new: Definition,
    catalogue: Catalogue,
    language: Language = "zh",
    labels: Labels = no_labels,
) -> tuple[Change, ...]:
    """The changes from ``old`` to ``new`` in reading order; empty if they mean and say the same."""
    before, after = (_lines(each, catalogue, language, labels) for each in (old, new))
    changes: list[Change] = []
    for section in [*before, *(name for name in after if name not in before)]:
        changes += _changes(section, before.get(section, []), after.get(section, []))
    return tuple(changes)


def _lines(
    definition: Definition, catalogue: Catalogue, language: Language, labels: Labels
) -> dict[str, list[str]]:
    wording = Wording(catalogue, language, definition.window, labels)
    windows = {option.value: option.label(language) for option in Window}
    return {
        wording.say("种类", "kind"): [definition.kind.label(language)],
        wording.say("默认期间", "default window"): [
            windows.get(definition.window, definition.window)
        ],
        wording.say("类别", "classes"): [_class(each, wording) for each in definition.classes],
        **dict(sections_of(definition, wording)),
    }


def _class(each: ClassDef, wording: Wording) -> str:
    colour = wording.say(f"颜色 {each.colour}", f"colour {each.colour}")
    parts = [f"{each.code} {each.name}", colour, each.meaning]
    return wording.say("，", ", ").join(part for part in parts if part)


def _changes(section: str, old: list[str], new: list[str]) -> list[Change]:
    changes: list[Change] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone, come = old[i:j], new[k:m]
        both = min(len(gone), len(come))
        changes += [
            Change(ChangeKind.CHANGED, section, *pair)
            for pair in zip(gone[:both], come[:both], strict=True)
        ]
        changes += [Change(ChangeKind.REMOVED, section, line, "") for line in gone[both:]]
        changes += [Change(ChangeKind.ADDED, section, "", line) for line in come[both:]]
    return _with_moves(changes)


def _with_moves(changes: list[Change]) -> list[Change]:
    """A line removed here and added there has only moved."""
    added = {change.after for change in changes if change.kind is ChangeKind.ADDED}
    moved = {
        change.before
        for change in changes
        if change.kind is ChangeKind.REMOVED and change.before in added
    }
    kept = [c for c in changes if not (c.kind is ChangeKind.ADDED and c.after in moved)]
    return [
        Change(ChangeKind.MOVED, c.section, c.before, c.before)
        if c.kind is ChangeKind.REMOVED and c.before in moved
        else c
        for c in kept
    ]
