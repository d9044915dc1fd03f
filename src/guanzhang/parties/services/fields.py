"""Tags and custom fields: what a company adds to its parties."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max
from django.http import Http404

from guanzhang.kernel.actor import Actor
from guanzhang.kernel.problem import Kind, Problem, Refused, Severity
from guanzhang.parties.models import CustomField, Party, Tag
from guanzhang.trail.services import changes_between, record

NO_LABEL = Kind("PTY-150", Severity.ERROR, "请填写名称。", "Enter a name.")
TAKEN = Kind(
    "PTY-151",
    Severity.ERROR,
    "“{found}”已经有了，请换一个名称。",
    "“{found}” exists already; choose another name.",
)
LONG_LABEL = Kind(
    "PTY-152", Severity.ERROR,
    "名称有 {found} 个字，最多 {expected} 个。", "The name has {found} characters; at most {expected} fit.",
)  # fmt: skip
BAD_KEY = Kind(
    "PTY-153", Severity.ERROR,
    "标识应为小写字母开头的字母、数字、下划线，最多30位，现为 {found}。",
    "A key is a lower-case letter and then letters, digits or underscores, at most 30; found {found}.",
)  # fmt: skip
NO_CHOICES = Kind(
    "PTY-154", Severity.ERROR,
    "选项字段至少要有两个选项，每行一个，现有 {found} 个。",
    "A choice field needs at least two choices, one a line; there are {found}.",
)  # fmt: skip
FIELD_IN_USE = Kind(
    "PTY-155", Severity.ERROR,
    "“{label}”在 {found} 家单位上有值，不能删除。请先清空，或取消“列表可选”把它藏起来。",
    "“{label}” has values on {found} parties and cannot be removed. Clear them first, or hide the field.",
)  # fmt: skip
UNKNOWN_TYPE = Kind(
    "PTY-156", Severity.ERROR, "没有类型 {found}。", "There is no type {found}."
)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,29}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FieldData:
    """A custom field as it is entered. ``key`` and ``type`` cannot change once it exists."""

    key: str
    label: str
    type: str
    choices: tuple[str, ...] = ()
    is_required: bool = False
    in_list: bool = True
    in_criteria: bool = True


def add_tag(actor: Actor, name: str, *, now: dt.datetime) -> Tag:
    with transaction.atomic():
        name = " ".join(name.split())
        _refuse_name(actor, Tag, "name", name, 30)
        tag = Tag.objects.create(book_id=actor.book_id, name=name)
        _record(actor, "tag.added", tag, name, {"name": [None, name]}, now)
        return tag


def rename_tag(actor: Actor, tag_id: int, name: str, *, now: dt.datetime) -> Tag:
    with transaction.atomic():
        tag = _mine(actor, Tag, tag_id)
        name = " ".join(name.split())
        _refuse_name(actor, Tag, "name", name, 30, besides=tag.pk)
        before, tag.name = tag.name, name
        tag.save(update_fields=["name"])
        if before != name:
            _record(actor, "tag.renamed", tag, name, {"name": [before, name]}, now)
        return tag


def remove_tag(actor: Actor, tag_id: int, *, now: dt.datetime) -> None:
    """The tag goes from every party too; how many had it is in the record."""
    with transaction.atomic():
        tag = _mine(actor, Tag, tag_id)
        changes = {"name": [tag.name, None], "parties": [tag.parties.count(), 0]}
        _record(actor, "tag.removed", tag, tag.name, changes, now)
        tag.delete()


def tags_named(actor: Actor, names: Iterable[str], *, now: dt.datetime) -> dict[str, int]:
    """Tag ids by name; tags that do not exist yet are made. For imports."""
    wanted = {" ".join(name.split()) for name in names} - {""}
    with transaction.atomic():
        rows = Tag.objects.filter(book_id=actor.book_id, name__in=wanted)
        known = dict(rows.values_list("name", "pk"))
        return known | {
            name: add_tag(actor, name, now=now).pk for name in sorted(wanted - known.keys())
        }


def add_field(actor: Actor, data: FieldData, *, now: dt.datetime) -> CustomField:
    """A new custom field at the end of the list."""
    with transaction.atomic():
        found = list(_field_faults(actor, data))
        if not _KEY.fullmatch(data.key):
            found.append(BAD_KEY.at("key", found=data.key or "空"))
        elif CustomField.objects.filter(book_id=actor.book_id, key=data.key).exists():
            found.append(TAKEN.at("key", found=data.key))
        if data.type not in CustomField.Type.values:
            found.append(UNKNOWN_TYPE.at("type", found=data.type))
        if found:
            raise Refused(found)
        rows = CustomField.objects.filter(book_id=actor.book_id)
        last = rows.aggregate(last=Max("position"))["last"] or 0
        field = CustomField(
            book_id=actor.book_id, key=data.key, type=data.type, position=last + 1
        )
        _fill(field, data)
        after = _facts(field)
        _record(actor, "field.added", field, field.label, changes_between({}, after), now)
        return field


def change_field(
    actor: Actor, field_id: int, data: FieldData, *, now: dt.datetime
) -> CustomField:
    """Label, choices and the three switches; key and type stay."""
    with transaction.atomic():
        field = _mine(actor, CustomField, field_id)
        if found := list(_field_faults(actor, data, field)):
            raise Refused(found)
        before = _facts(field)
        _fill(field, data)
        if changes := changes_between(before, _facts(field)):
            _record(actor, "field.changed", field, field.label, changes, now)
        return field


def remove_field(actor: Actor, field_id: int, *, now: dt.datetime) -> None:
    """Only a field without values may go: removing it must not remove what people entered."""
    with transaction.atomic():
        field = _mine(actor, CustomField, field_id)
        used = Party.objects.filter(book_id=actor.book_id, custom__has_key=field.key).count()
        if used:
            raise Refused([FIELD_IN_USE.at("key", label=field.label, found=used)])
        _record(actor, "field.removed", field, field.label, {"key": [field.key, None]}, now)
        field.delete()


T = TypeVar("T", Tag, CustomField)


def _mine(actor: Actor, model: type[T], pk: int) -> T:
    found = model.objects.select_for_update().filter(book_id=actor.book_id, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _refuse_name(
    actor: Actor, model: type[Any], column: str, name: str, most: int, besides: int = 0
) -> None:
    if found := _name_faults(actor, model, column, name, most, besides):
        raise Refused(found)


def _name_faults(
    actor: Actor, model: type[Any], column: str, name: str, most: int, besides: int
) -> list[Problem]:
    if not name:
        return [NO_LABEL.at(column)]
    if len(name) > most:
        return [LONG_LABEL.at(column, found=len(name), expected=most)]
    others = model.objects.filter(book_id=actor.book_id, **{column: name}).exclude(pk=besides)
    return [TAKEN.at(column, found=name)] if others.exists() else []


def _field_faults(
    actor: Actor, data: FieldData, field: CustomField | None = None
) -> list[Problem]:
    besides = field.pk if field else 0
    found = _name_faults(actor, CustomField, "label", data.label.strip(), 40, besides)
    if (field.type if field else data.type) == CustomField.Type.CHOICE and len(
        _choices(data)
    ) < 2:
        found.append(NO_CHOICES.at("choices", found=len(_choices(data))))
    return found


def _choices(data: FieldData) -> list[str]:
    return list(dict.fromkeys(c.strip() for c in data.choices if c.strip()))


def _fill(field: CustomField, data: FieldData) -> None:
    field.label = data.label.strip()
    field.choices = _choices(data) if field.type == CustomField.Type.CHOICE else []
    field.is_required, field.in_list = data.is_required, data.in_list
    field.in_criteria = data.in_criteria
    field.save()


def _facts(field: CustomField) -> dict[str, Any]:
    names = ("key", "label", "type", "choices", "is_required", "in_list", "in_criteria")
    return {name: getattr(field, name) for name in names}


def _record(
    actor: Actor,
    action: str,
    row: Tag | CustomField,
    label: str,
    changes: dict[str, Any],
    now: dt.datetime,
) -> None:
    kind = "tag" if isinstance(row, Tag) else "field"
    record(
        actor, action, now=now, object_type=kind, object_id=row.pk, label=label, changes=changes
    )
