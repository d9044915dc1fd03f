"""Empty a book completely, whatever modules there are.

The tables are found in the model registry, not listed: a new module cannot be forgotten. A row
belongs to the book when its table has ``book`` or ``book_id``, or when its foreign keys lead to one
that has. Children go before their parents. Audit records and the counters of their chain stay: the
trail is append-only, also for a demo.
"""

from __future__ import annotations

import shutil
from graphlib import TopologicalSorter
from pathlib import Path

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models

from guanzhang.analytics.queries import snapshots_folder
from guanzhang.customs.services import attachments as customs
from guanzhang.exchange import files as uploads
from guanzhang.parties import services as parties

KEPT = frozenset({"trail.auditrecord", "trail.counter", "org.company", "org.user"})


def delete_rows(book_id: int) -> int:
    """Delete every row of the book but audit records, users and the company; returns how many."""
    tables = _tables()
    deleted = 0
    for model in _children_first(tables):
        rows = model._base_manager.filter(**{tables[model]: book_id})  # noqa: SLF001
        # Not delete(): that would look for children, which are gone, and stop at a department's own.
        deleted += rows._raw_delete(rows.db)  # noqa: SLF001
    return deleted


def rows_of(book_id: int) -> dict[str, int]:
    """How many rows of the book each table holds, kept ones included; empty tables left out."""
    counts = {
        m._meta.label_lower: m._base_manager.filter(**{path: book_id}).count()  # noqa: SLF001
        for m, path in _tables(kept=frozenset()).items()
    }
    return {label: count for label, count in counts.items() if count}


def _tables(kept: frozenset[str] = KEPT) -> dict[type[models.Model], str]:
    """Every model with rows of one book → the look-up that leads from it to the book."""
    every = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed]  # noqa: SLF001
    found = {m: path for m in every if (path := _own_path(m))}
    grown = True
    while grown:
        further = {m: path for m in every if m not in found and (path := _path_over(m, found))}
        found |= further
        grown = bool(further)
    return {m: path for m, path in found.items() if m._meta.label_lower not in kept}  # noqa: SLF001


def _own_path(model: type[models.Model]) -> str | None:
    if model._meta.label_lower == "org.book":  # noqa: SLF001
        return "pk"
    names = {field.name for field in model._meta.fields}  # noqa: SLF001
    return next((name for name in ("book", "book_id") if name in names), None)


def _path_over(model: type[models.Model], found: dict[type[models.Model], str]) -> str | None:
    """By the first foreign key that must be set and leads to a table of a book."""
    for field in model._meta.fields:  # noqa: SLF001
        target = field.related_model
        if isinstance(field, models.ForeignKey) and not field.null and target in found:
            return f"{field.name}__{found[target]}"
    return None


def _children_first(tables: dict[type[models.Model], str]) -> list[type[models.Model]]:
    order: TopologicalSorter[type[models.Model]] = TopologicalSorter()
    for model in tables:
        order.add(model)
        for field in model._meta.fields:  # noqa: SLF001
            target = field.related_model
            if target in tables and target is not model:
                order.add(target, model)
    return list(order.static_order())


def ids_of(book_id: int, label: str) -> list[int]:
    """The primary keys of the book's rows in one table ("parties.party")."""
    model = apps.get_model(label)
    path = _tables()[model]
    return list(model._base_manager.filter(**{path: book_id}).values_list("pk", flat=True))  # noqa: SLF001


def only_members(book_id: int) -> list[int]:
    """Ids of the users who belong to this book and to no other."""
    inside = get_user_model().objects.filter(memberships__book_id=book_id)
    elsewhere = get_user_model().objects.filter(
        memberships__in=apps.get_model("org.membership").objects.exclude(book_id=book_id)
    )
    return sorted(
        set(inside.values_list("pk", flat=True)) - set(elsewhere.values_list("pk", flat=True))
    )


def delete_people(user_ids: list[int]) -> int:
    """Delete users and what is theirs alone, such as their choice of columns."""
    deleted = 0
    booked = _tables(kept=frozenset())
    for model in apps.get_models():
        names = {field.name for field in model._meta.fields}  # noqa: SLF001
        if "user_id" in names and model not in booked:
            deleted += model._base_manager.filter(user_id__in=user_ids).delete()[0]  # noqa: SLF001
    return deleted + get_user_model().objects.filter(pk__in=user_ids).delete()[0]


def files_of(book_id: int) -> list[Path]:
    """Files and folders that only this book's rows speak of: attachments, uploads, snapshots."""
    paths = [
        parties.stored_path(name) for name in _alone(book_id, "parties.attachment", "sha256")
    ]
    paths += [
        customs.stored_path(name) for name in _alone(book_id, "customs.attachment", "sha256")
    ]
    for name in _alone(book_id, "exchange.batch", "sha256"):
        paths += [uploads.stored_path(name), uploads.sheets_folder(name)]
    paths += [uploads.staging_path(pk) for pk in ids_of(book_id, "exchange.batch")]
    return [*paths, snapshots_folder() / str(book_id)]


def remove(path: Path) -> None:
    """Delete a file, or a folder with all it holds; nothing when it is gone already."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _alone(book_id: int, label: str, column: str) -> list[str]:
    """Values of a column that occur in rows of this book and of no other."""
    model = apps.get_model(label)
    path = _tables()[model]
    rows = model._base_manager.order_by()  # noqa: SLF001
    mine = set(rows.filter(**{path: book_id}).values_list(column, flat=True))
    others = rows.exclude(**{path: book_id}).filter(**{f"{column}__in": mine})
    return sorted(mine - set(others.values_list(column, flat=True)))
